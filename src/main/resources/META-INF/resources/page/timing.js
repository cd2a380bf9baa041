// Draws the stages of a request as a waterfall.
import { el, fill, milliseconds, span } from './dom.js';

const STAGES = {
	decode: 'Decode',
	preprocess: 'Resize and crop',
	queue: 'Queue',
	infer: 'Network',
	postprocess: 'Softmax and best classes',
};

export function parse(header) {
	const stages = {};
	for (const entry of header.split(',')) {
		const [name, ...traits] = entry.trim().split(';');
		const dur = traits.map((trait) => trait.trim().split('=')).find(([key]) => key === 'dur');
		if (name && dur) {
			stages[name] = Number(dur[1]);
		}
	}
	return stages;
}

/** Draws the stages, the rest of the service, its total, and the time of connection and browser. */
export function draw(place, stages, wall) {
	const rows = [];
	let at = 0;
	const add = (name, millis, kind) => {
		rows.push({ name, from: at, millis, kind });
		at += millis;
	};
	Object.entries(STAGES).forEach(([key, name]) => add(name, stages[key] ?? 0, 'step'));
	const total = stages.total ?? at;
	add('Rest of the service', Math.max(0, total - at), 'between');
	rows.push({ name: 'Service, total', from: 0, millis: total, kind: 'sum' });
	add('Connection and browser', Math.max(0, wall - total), 'between');
	const longest = Math.max(wall, total);
	rows.push({ name: 'Total', from: 0, millis: longest, kind: 'sum' });
	fill(place, el('ul', { class: 'fall plain' }, ...rows.map(({ name, from, millis, kind }) =>
		el('li', { class: kind, 'data-millis': millis.toFixed(3) },
			el('span', name),
			el('span', { class: 'lane', 'aria-hidden': 'true' }, span(from / longest, millis / longest)),
			el('span', { class: 'value' }, milliseconds(millis))))));
}
