// Shows the report of a training: confusion matrix, mistakes, calibration, certificate, data and
// skipped files.
import { el, percent } from './dom.js';
import { calibrationOf, mistakesOf } from './mistakes.js';

/** Above this number of classes the most frequent confusions are listed instead of a matrix. */
const MAX_CLASSES = 16;
const MAX_CONFUSIONS = 15;

/**
 * @param {Object} report
 * @param {function(number): Promise<Blob>} thumbnail loads a thumbnail of the report
 * @returns {HTMLElement[]} in order
 */
export function reportOf(report, thumbnail) {
  const parts = [];
  const scores = report.result?.test ?? report.result?.validation;
  if (scores) {
    parts.push(part(
      `Confusion on ${report.result.test ? 'test' : 'validation'} images`,
      report.labels.length <= MAX_CLASSES
        ? matrix(report.labels, scores.confusion)
        : gravest(report.labels, scores.confusion)));
  }
  if (report.result?.mistakes?.length > 0) {
    parts.push(part('Mistakes on validation images', mistakesOf(report.result.mistakes, thumbnail)));
  }
  if (report.result?.calibration) {
    parts.push(part('Calibration', calibrationOf(report.result.calibration)));
  }
  if (report.result) {
    parts.push(part('Certificate', certificate(report.result.certificate)));
  }
  parts.push(part('Data', data(report)));
  if (report.skipped.length > 0) {
    parts.push(part(
      `Skipped files (${report.skipped.length})`,
      el('ul', { class: 'skipped', tabindex: 0, 'aria-label': 'Skipped files' },
        ...report.skipped.map(({ file, reason }) => el('li', {}, el('code', {}, file), ` ${reason}`)))));
  }
  return parts;
}

const part = (title, content) => el('section', {}, el('h3', {}, title), content);

function matrix(labels, confusion) {
  const rows = labels.map((label, truth) => {
    const all = confusion[truth].reduce((sum, count) => sum + count, 0) || 1;
    return el('tr', {}, el('th', { scope: 'row' }, label),
      ...confusion[truth].map((count, answer) => cell(count, count / all, truth === answer)));
  });
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Confusion matrix' },
    el('p', { class: 'small' }, 'Rows: true class. Columns: predicted class.'),
    el('table', { class: 'matrix' },
      el('thead', {}, el('tr', {}, el('td'), ...labels.map((label) => el('th', { scope: 'col' }, label)))),
      el('tbody', {}, ...rows)));
}

function cell(count, share, right) {
  const cell = el('td', { class: right ? 'right' : '' }, count);
  // at most 40 %, so that the text stays readable
  cell.style.background =
    `color-mix(in oklab, var(${right ? '--accent' : '--second'}) ${Math.round(40 * share)}%, var(--card))`;
  return cell;
}

function gravest(labels, confusion) {
  const found = confusion
    .flatMap((row, truth) => row.map((count, answer) => ({ truth, answer, count })))
    .filter(({ truth, answer, count }) => truth !== answer && count > 0)
    .sort((one, other) => other.count - one.count)
    .slice(0, MAX_CONFUSIONS);
  return el('table', {},
    el('thead', {}, el('tr', {}, ...['True class', 'Predicted class', 'Images'].map((title) => el('th', { scope: 'col' }, title)))),
    el('tbody', {}, ...found.map(({ truth, answer, count }) =>
      el('tr', {}, el('td', {}, labels[truth]), el('td', {}, labels[answer]), el('td', {}, count)))));
}

function facts(...pairs) {
  return el('dl', { class: 'facts' },
    ...pairs.flatMap(([name, ...value]) => [el('dt', {}, name), el('dd', {}, ...value)]));
}

function agreement({ max_delta: delta, bound, top1 }) {
  return `largest difference ${delta.toExponential(1)}, limit ${bound.toExponential(1)}; same best class for ${percent(top1)} of the probes`;
}

function certificate(certificate) {
  return facts(
    ['Weights', certificate.source.toLowerCase() === 'fused' ? 'fused from the training form' : 'imported in the deployed form'],
    ['Slope', certificate.slope],
    ['In float64', agreement(certificate.float64)],
    ['Served precision', agreement(certificate.served)],
    ['Probes', certificate.probes.count],
    ['Artifact', el('code', {}, certificate.artifact_sha256)]);
}

function data(report) {
  const parts = [
    ['Classes', report.labels.length],
    ['Images', `${report.training_images} for training, ${report.validation_images} for validation, ${report.test_images} for testing`],
  ];
  return facts(...parts, ...report.findings.map((finding) => ['Note', finding]));
}
