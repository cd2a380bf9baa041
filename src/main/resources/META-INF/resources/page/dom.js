// Creates elements and formats numbers. All text becomes text nodes, because labels, file names and
// error messages can contain markup.

export const byId = (id) => document.getElementById(id);

/** Creates an element. A plain object as the first content has its traits. A button submits no form unless its type is `submit`. */
export function el(tag, ...content) {
	const element = document.createElement(tag);
	if (tag === 'button') {
		element.type = 'button';
	}
	const plain = content[0]?.constructor === Object;
	return furnish(element, plain ? content[0] : {}, plain ? content.slice(1) : content);
}

/** A paragraph in small letters. */
export const note = (...content) => el('p', { class: 'small' }, ...content);

/** Buttons or fields side by side. */
export const row = (...content) => el('div', { class: 'row' }, ...content);

/** A table that scrolls by itself where the page is narrower. The head of a column may be a text or a cell. */
export const table = (name, kind, heads, rows) =>
	el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name },
		el('table', { class: kind },
			el('thead', el('tr', ...heads.map((head) => (head instanceof Node ? head : el('th', { scope: 'col' }, head))))),
			el('tbody', ...rows)));

/** Creates an SVG element, like {@link el}. */
export function svg(tag, traits = {}, ...children) {
	return furnish(document.createElementNS('http://www.w3.org/2000/svg', tag), traits, children);
}

function furnish(element, traits, children) {
	for (const [name, value] of Object.entries(traits)) {
		if (typeof value === 'function') {
			element.addEventListener(name, value);
		} else if (value === true) {
			element.setAttribute(name, '');
		} else if (value !== false && value !== undefined && value !== null) {
			element.setAttribute(name, value);
		}
	}
	element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
	return element;
}

/** Options of a select, each with its value and its text. */
export const options = (pairs) => pairs.map(([value, text]) => el('option', { value }, text));

/** Replaces the children of an element. */
export const fill = (element, ...children) => element.replaceChildren(...children);

/** A list of names, each with its value. */
export const facts = (...pairs) => el('dl', { class: 'facts' },
	...pairs.flatMap(([name, ...value]) => [el('dt', name), el('dd', ...value)]));

/** Creates an element with a left offset and a width as shares of its parent. */
export function span(from, width) {
	const element = el('span');
	// not an attribute: the content security policy forbids inline styles
	element.style.left = `${100 * from}%`;
	element.style.width = `${100 * width}%`;
	return element;
}

export const percent = (share) => `${(100 * share).toFixed(1)} %`;

export const milliseconds = (millis) =>
	`${millis < 10 ? millis.toFixed(2) : millis < 100 ? millis.toFixed(1) : millis.toFixed(0)} ms`;

/** 1 as `1 picture`, 2 as `2 pictures`. */
export const several = (count, thing) => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** 15523304 as `15.5 M`. */
export function count(count) {
	const units = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']];
	const [size, unit] = units.find(([least]) => count >= least) ?? [1, ''];
	return unit ? `${(count / size).toFixed(1)} ${unit}` : String(count);
}

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

export function duration(seconds) {
	const whole = Math.round(seconds);
	if (whole < 60) {
		return `${whole} s`;
	}
	return whole < 3600
		? `${Math.floor(whole / 60)} min ${whole % 60} s`
		: `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export const moment = (instant) =>
	new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
