// The result of a comparison: times, accuracy, agreement and the pictures with different answers.
import { el, milliseconds, percent, several, svg, table } from './dom.js';
import { pathOf } from './files.js';
import { brief } from './problems.js';
import { Rows } from './rows.js';
import { pictureCell } from './thumbs.js';
import { parse } from './timing.js';

const STRIP = { width: 200, height: 22 };
const MOST_DOTS = 400;

const label = ({ body }) => body?.predictions[0].label;
const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
const times = (entries, stage) => entries.filter(({ body }) => body).map(({ stages }) => parse(stages)[stage]);

function truth(file, labels) {
	const folders = pathOf(file).split('/').slice(0, -1).map((name) => name.toLowerCase());
	return labels?.find((name) => folders.at(-1) === name.toLowerCase());
}

/** A dot for each answer, from 0 to the longest time of all models. */
function strip(values, longest) {
	const step = Math.ceil(values.length / MOST_DOTS);
	return svg('svg', { viewBox: `0 0 ${STRIP.width} ${STRIP.height}`, class: 'strip', 'aria-hidden': 'true' },
		...values.filter((_, i) => i % step === 0).map((millis) => svg('circle', {
			cx: (4 + ((STRIP.width - 8) * millis) / longest).toFixed(1), cy: STRIP.height / 2, r: 4,
		})));
}

export function summary(results) {
	const longest = Math.max(1e-3, ...results.flatMap(({ entries }) => times(entries, 'total')));
	const one = new Set(results.flatMap(({ entries }) => entries.map(({ file }) => file))).size === 1;
	const columns = ['Model', one ? 'Best answer' : 'Right', one ? 'Probability' : 'Answers', 'Network', 'Service', 'Times'];
	return table('Models', 'stacked', columns, results.map((result) => answersOf(result, one, longest, columns)));
}

function answersOf({ name, entries, grouped, model }, one, longest, columns) {
	const first = el('th', { scope: 'row' }, name);
	const answered = entries.filter(({ body }) => body);
	if (answered.length === 0) {
		const failure = entries.find((entry) => entry.failure)?.failure;
		return el('tr', first, el('td', { colspan: 5 }, failure ? brief(failure) : 'no answer'));
	}
	const { body } = answered[0];
	if (grouped && one) {
		first.append(el('span', { class: 'small' }, ` by ${body.model}`));
	}
	if (!body.trained) {
		first.append(' ', el('span', { class: 'tag' }, 'not trained'));
	}
	const labelled = answered.map((entry) => [truth(entry.file, model?.labels), label(entry)]).filter(([known]) => known !== undefined);
	const right = labelled.filter(([known, answer]) => known === answer).length;
	const cells = one
		? [body.predictions[0].label, percent(body.predictions[0].probability)]
		: [labelled.length > 0 ? `${percent(right / labelled.length)} of ${labelled.length}` : 'no labels', `${answered.length} of ${entries.length}`];
	const totals = times(entries, 'total');
	return el('tr', first,
		...[...cells, milliseconds(median(times(entries, 'infer'))), milliseconds(median(totals))].map((text, i) =>
			el('td', { class: i > 0 ? 'number' : '', 'data-title': columns[i + 1] }, text)),
		el('td', { 'data-title': columns[5] }, strip(totals, longest),
			el('span', { class: 'hidden' }, `${milliseconds(Math.min(...totals))} to ${milliseconds(Math.max(...totals))}`)));
}

/** The distinct pictures, with the answer of each model. */
function answers(results) {
	const files = new Map();
	results.forEach(({ entries }, at) => entries.forEach((entry) => {
		const all = files.get(entry.file) ?? Array(results.length).fill(undefined);
		all[at] = label(entry);
		files.set(entry.file, all);
	}));
	return [...files].map(([file, labels]) => ({ file, labels }));
}

const differ = ({ labels }) => new Set(labels).size > 1;

/** How often all models agree, and the pictures with different answers. */
export function agreement(results) {
	if (results.length < 2) {
		return [];
	}
	const all = answers(results);
	const whole = all.filter(({ labels }) => labels.every((answer) => answer !== undefined));
	const same = whole.filter((one) => !differ(one)).length;
	const title = el('h3', `All models give the same answer for ${same} of ${several(whole.length, 'picture')}`);
	const found = all.filter(differ);
	if (found.length === 0) {
		return [title];
	}
	const rows = new Rows([
		{ name: '', kind: 'picture' },
		{ name: 'File', value: ({ file }) => pathOf(file) },
		...results.map(({ name }, at) => ({ name, value: ({ labels }) => labels[at] })),
	], ({ file, labels }) => [
		pictureCell(file), el('th', { scope: 'row', title: pathOf(file) }, el('span', { class: 'path' }, pathOf(file))),
		...labels.map((answer) => el('td', { title: answer }, el('span', { class: 'clamp' }, answer ?? '–'))),
	]);
	rows.element.addEventListener('sort', () => rows.show(found));
	rows.element.setAttribute('aria-label', 'Pictures with different answers');
	rows.show(found);
	return [title, el('h3', 'Where they differ'), rows.element];
}
