// The classes of a model: chips, or a search box if there are many.
import { el, fill } from './dom.js';

const MOST_CHIPS = 30;
const MOST_FOUND = 12;

export function classesOf(labels, choose, chosen) {
	const chip = (label, index) => choose
		? el('button', { class: 'chip', 'aria-pressed': String(index === chosen), click: () => choose(index) }, label)
		: el('span', { class: 'chip' }, label);
	if (labels.length <= MOST_CHIPS) {
		return [el('ul', { class: 'chips', 'aria-label': 'Classes' }, ...labels.map((label, index) => el('li', chip(label, index))))];
	}
	const found = el('ul', { class: 'chips', 'aria-label': 'Found classes' });
	const status = el('p', { class: 'small', role: 'status' });
	const search = (event) => {
		const wanted = event.target.value.trim().toLowerCase();
		const hits = wanted === '' ? [] : labels
			.map((label, index) => ({ label, index }))
			.filter(({ label }) => label.toLowerCase().includes(wanted));
		fill(found, ...hits.slice(0, MOST_FOUND).map(({ label, index }) => el('li', chip(label, index))));
		status.textContent = wanted === '' ? ''
			: hits.length > MOST_FOUND ? `${hits.length} classes, the first ${MOST_FOUND} are shown` : `${hits.length} found`;
	};
	return [
		el('label', `Search its ${labels.length} classes`,
			el('input', { type: 'search', autocomplete: 'off', input: search })),
		status, found,
	];
}
