// A long table of which only the visible rows exist.
import { el, fill } from './dom.js';

const ROW_PIXELS = 60;
const SPARE = 6;

export class Rows {
	#columns;
	#row;
	#items = [];
	#sort;
	#down = false;
	#frame = 0;
	#body = el('tbody');
	#head = el('tr');
	#table = el('table', { class: 'rows' }, el('thead', this.#head), this.#body);
	element = el('div', { class: 'window', tabindex: 0, role: 'region', 'aria-label': 'Pictures' }, this.#table);

	constructor(columns, row) {
		this.#columns = columns;
		this.#row = row;
		this.element.addEventListener('scroll', () => this.#later());
		new ResizeObserver(() => this.#later()).observe(this.element);
		this.#heads();
	}

	show(items) {
		const { value } = this.#columns.find(({ name }) => name === this.#sort) ?? {};
		if (value) {
			const sign = this.#down ? -1 : 1;
			items = items
				.map((item) => ({ item, key: value(item) }))
				.sort((one, other) => sign * compare(one.key, other.key))
				.map(({ item }) => item);
		}
		this.#items = items;
		this.#later();
	}

	#heads() {
		fill(this.#head, ...this.#columns.map(({ name, kind = '', value }) => {
			if (!value) {
				return name ? el('th', { scope: 'col', class: kind }, name) : el('td', { class: kind });
			}
			const mark = this.#sort === name ? (this.#down ? ' ↓' : ' ↑') : '';
			return el('th', { scope: 'col', class: kind,
				'aria-sort': this.#sort !== name ? 'none' : this.#down ? 'descending' : 'ascending' },
				el('button', { class: 'sort', 'data-column': name, click: () => this.#by(name) }, name,
					el('span', { 'aria-hidden': 'true' }, mark)));
		}));
	}

	#by(name) {
		this.#down = this.#sort === name && !this.#down;
		this.#sort = name;
		this.#heads();
		this.#head.querySelector(`[data-column="${name}"]`).focus();
		this.element.dispatchEvent(new Event('sort'));
	}

	#later() {
		this.#frame ||= requestAnimationFrame(() => {
			this.#frame = 0;
			this.#draw();
		});
	}

	#draw() {
		const { scrollTop, clientHeight } = this.element;
		const all = this.#items.length;
		const from = Math.min(Math.max(0, Math.floor(scrollTop / ROW_PIXELS) - SPARE), Math.max(0, all - 1));
		const to = Math.min(all, Math.ceil((scrollTop + clientHeight) / ROW_PIXELS) + SPARE);
		this.#table.setAttribute('aria-rowcount', all + 1);
		const focused = this.#body.contains(document.activeElement)
			? document.activeElement.closest('tr')?.rowIndex : undefined;
		const rows = this.#items.slice(from, to).map((item, i) =>
			el('tr', { 'aria-rowindex': from + i + 2 }, ...this.#row(item)));
		fill(this.#body, space(from), ...rows, space(all - to));
		if (focused !== undefined) {
			this.#table.rows[focused]?.querySelector('button')?.focus({ preventScroll: true });
		}
	}
}

/** Stands for the rows that do not exist. */
function space(rows) {
	const row = el('tr', { 'aria-hidden': 'true', class: 'space' });
	row.style.height = `${rows * ROW_PIXELS}px`;
	return row;
}

function compare(one, other) {
	if (one === undefined || other === undefined) {
		return (one === undefined) - (other === undefined);
	}
	return typeof one === 'number' ? one - other : one.localeCompare(other, undefined, { numeric: true });
}
