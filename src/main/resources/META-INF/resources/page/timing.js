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

/**
 * Returns the rows of the waterfall: the stages, the rest of the service, its total, and the time of connection
 * and browser.
 */
export function rows(stages, wall) {
	const rows = [];
	let at = 0;
	const add = (name, millis, kind) => {
		rows.push({ name, from: at, millis, kind });
		at += millis;
	};
	for (const [key, name] of Object.entries(STAGES)) {
		add(name, stages[key] ?? 0, 'step');
	}
	const total = stages.total ?? at;
	add('Rest of the service', Math.max(0, total - at), 'between');
	rows.push({ name: 'Service, total', from: 0, millis: total, kind: 'sum' });
	add('Connection and browser', Math.max(0, wall - total), 'between');
	rows.push({ name: 'Total', from: 0, millis: Math.max(wall, total), kind: 'sum' });
	return rows;
}

export function draw(place, stages, wall) {
	const all = rows(stages, wall);
	const longest = Math.max(...all.map((row) => row.from + row.millis)) || 1;
	const list = el('ul', { class: 'fall plain' });
	for (const row of all) {
		const lane = el(
			'span', { class: 'lane', 'aria-hidden': 'true' },
			span(row.from / longest, row.millis / longest));
		list.append(
			el('li', { class: row.kind, 'data-millis': row.millis.toFixed(3) },
				el('span', {}, row.name), lane, el('span', { class: 'value' }, milliseconds(row.millis))));
	}
	fill(place, list);
}
