// Shows the plan of a training: what was found in the data, the recipe in words, the estimate.
import { duration, el, facts, megabytes, milliseconds, note, table } from './dom.js';

const MOST_CLASSES = 12;
const NAMES = {
	input_size: 'Size of the pictures', width: 'Width of the network', epochs: 'Passes over the data',
	batch_size: 'Pictures in a step', learning_rate: 'Learning rate', crop: 'Crop', flip: 'Mirroring', budget: 'Time',
};

export function planOf(plan, thumbnail) {
	const sum = (split) => plan.classes.reduce((all, one) => all + one[split], 0);
	const more = plan.classes.slice(MOST_CLASSES);
	return [
		...plan.objections.map((objection) => el('p', { class: 'notice bad' }, objection)),
		el('p', `${plan.classes.length} classes: ${sum('training')} pictures for training, ${sum('validation')} to decide, ${sum('test')} to report. The typical picture has ${plan.sizes.width.median} × ${plan.sizes.height.median} pixels.`),
		classes(plan.classes.slice(0, MOST_CLASSES), thumbnail),
		more.length > 0 && folded(`${more.length} more classes`, () => classes(more, thumbnail)),
		plan.findings.length > 0 && el('ul', { class: 'findings' }, ...plan.findings.map(finding)),
		plan.dropped.length > 0 && folded(`${plan.dropped.length} files are left out`, () => leftOut(plan.dropped)),
		recipe(plan),
		...augmented(plan, thumbnail),
	].filter(Boolean);
}

const finding = ({ kind, fatal, count, examples }) => el('li', { class: fatal ? 'fault' : '' },
	el('strong', `${kind.replaceAll('_', ' ')} (${count})`), examples.length > 0 ? `: ${examples[0]}` : '');

export const leftOut = (files) => el('ul', { class: 'skipped', tabindex: 0, 'aria-label': 'Files that are left out' },
	...files.map(({ file, reason }) => el('li', el('code', file), ` ${reason}`)));

/** Details that are made when they are opened. */
export function folded(title, content) {
	const fill = (event) => event.target.childElementCount === 1 && event.target.append(content());
	return el('details', { toggle: fill }, el('summary', title));
}

function classes(some, thumbnail) {
	return table('Classes', '', ['Class', 'Training', 'Deciding', 'Test', el('td')],
		some.map(({ name, training, validation, test, thumbnails }) => el('tr',
			el('th', { scope: 'row' }, name),
			...[training, validation, test].map((images) => el('td', { class: 'number' }, images)),
			el('td', { class: 'thumbs' }, ...thumbnails.map((number) => picture(thumbnail(number)))))));
}

/** Each picture as it is, then after random changes. */
function augmented({ augmented: some = [] }, thumbnail) {
	return some.length === 0 ? [] : [
		note('In each pass the network sees every picture with other random changes, for example:'),
		...some.map(({ file, original, thumbnails }) => el('div', { class: 'thumbs', role: 'img', 'aria-label': `${file} and random changes of it` },
			picture(thumbnail(original)), '→ ', ...thumbnails.map((number) => picture(thumbnail(number))))),
	];
}

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
		note(`Measured with real steps: ${milliseconds(1000 * estimate.seconds_per_step)} each, ${estimate.steps} steps.`)] : []),
		facts(...Object.keys(NAMES).filter((member) => chosen[member] !== undefined && chosen[member] !== null).map((member) =>
			[NAMES[member], String(value(member)), reasons[member] ? el('span', { class: 'small' }, ` because ${reasons[member]}`) : ''])));
}
