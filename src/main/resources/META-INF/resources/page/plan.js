// Shows the plan of a training: what was found in the data, the recipe in words, the estimate.
import { duration, el, megabytes } from './dom.js';

const MOST_CLASSES = 12;
const NAMES = {
  input_size: 'Size of the pictures', batch_size: 'Pictures in a step', epochs: 'Passes over the data', width: 'Width of the network',
  learning_rate: 'Learning rate', crop: 'Crop', flip: 'Mirroring', budget: 'Time',
};
const MEASURED = ['input_size', 'width', 'epochs', 'batch_size', 'learning_rate', 'crop', 'flip', 'budget'];

/**
 * @param {Object} plan of a dry run
 * @param {function(number): Promise<Blob>} thumbnail loads the picture with a number
 * @returns {HTMLElement[]}
 */
export function planOf(plan, thumbnail) {
  const sum = (split) => plan.classes.reduce((all, one) => all + one[split], 0);
  return [
    ...plan.objections.map((objection) => el('p', { class: 'notice bad' }, objection)),
    el('p', {}, `${plan.classes.length} classes: ${sum('training')} pictures for training, ${sum('validation')} to decide, ${sum('test')} to report. The typical picture has ${plan.sizes.width.median} × ${plan.sizes.height.median} pixels.`),
    classes(plan.classes.slice(0, MOST_CLASSES), thumbnail),
    ...(plan.classes.length > MOST_CLASSES
      ? [folded(`${plan.classes.length - MOST_CLASSES} more classes`, () => classes(plan.classes.slice(MOST_CLASSES), thumbnail))] : []),
    ...(plan.findings.length > 0 ? [el('ul', { class: 'findings' }, ...plan.findings.map(finding))] : []),
    ...(plan.dropped.length > 0
      ? [folded(`${plan.dropped.length} files are left out`, () => el('ul', { class: 'skipped', tabindex: 0, 'aria-label': 'Files that are left out' },
          ...plan.dropped.map(({ file, reason }) => el('li', {}, el('code', {}, file), ` ${reason}`))))] : []),
    recipe(plan),
  ];
}

const finding = ({ kind, fatal, count, examples }) => el('li', { class: fatal ? 'fault' : '' },
  el('strong', {}, `${kind.replaceAll('_', ' ')} (${count})`), examples.length > 0 ? `: ${examples[0]}` : '');

function folded(title, content) {
  const fill = (event) => event.target.childElementCount === 1 && event.target.append(content());
  return el('details', { toggle: fill }, el('summary', {}, title));
}

function classes(some, thumbnail) {
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Classes' },
    el('table', {},
      el('thead', {}, el('tr', {}, ...['Class', 'Training', 'Deciding', 'Test'].map((title, i) =>
        el('th', { scope: 'col', class: i > 0 ? 'number' : '' }, title)), el('td'))),
      el('tbody', {}, ...some.map(({ name, training, validation, test, thumbnails }) => el('tr', {},
        el('th', { scope: 'row' }, name),
        ...[training, validation, test].map((images) => el('td', { class: 'number' }, images)),
        el('td', { class: 'thumbs' }, ...thumbnails.map((number) => picture(thumbnail(number)))))))));
}

/** @param {Promise<Blob>} loading @returns {HTMLImageElement} that removes itself if there is no picture */
export function picture(loading) {
  const image = el('img', { alt: '', width: 48, height: 48 });
  loading.then((blob) => {
    image.onload = () => URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(blob);
  }, () => image.remove()); // the files may be deleted meanwhile
  return image;
}

function recipe({ recipe: chosen, reasons, estimate, machine }) {
  const value = (member) => ({
    input_size: `${chosen.input_size} × ${chosen.input_size} pixels`,
    width: chosen.width === undefined ? chosen.dims?.join(', ') : `${chosen.width} of ${chosen.variant}`,
    flip: chosen.flip ? 'yes' : 'no',
    learning_rate: Number(chosen.learning_rate?.toPrecision(2)),
  })[member] ?? chosen[member];
  return el('div', { class: 'recipe' },
    ...(estimate ? [el('p', { class: 'lead' },
      `About ${duration(estimate.seconds)} on ${machine.device}`,
      estimate.memory_bytes === undefined ? '' : `, ${megabytes(estimate.memory_bytes)} of memory`),
    el('p', { class: 'small' }, `Measured with real steps: ${duration(estimate.seconds_per_step) === '0 s' ? `${Math.round(1000 * estimate.seconds_per_step)} ms` : duration(estimate.seconds_per_step)} each, ${estimate.steps} steps.`)] : []),
    el('dl', { class: 'facts' }, ...MEASURED.filter((member) => chosen[member] !== undefined && chosen[member] !== null).flatMap((member) => [
      el('dt', {}, NAMES[member]),
      el('dd', {}, String(value(member)), reasons[member] ? el('span', { class: 'small' }, ` because ${reasons[member]}`) : '')])));
}
