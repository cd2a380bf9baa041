// The pictures of this visit, in the memory of the page only.
import { byId, el, percent } from './dom.js';
import { pathOf } from './files.js';
import { thumbnail } from './thumbs.js';

const MOST = 40;

export class Visit {
	#seen = [];
	#again;

	constructor(again) {
		this.#again = again;
	}

	async add(picture, best, model) {
		if (this.#seen.includes(picture)) {
			return;
		}
		this.#seen.push(picture);
		const frame = el('span', { class: 'thumb' });
		const name = pathOf(picture);
		const item = el('li', {},
			el('button', { type: 'button', title: `${name}, by ${model}`, click: () => this.#again(picture) },
				frame, el('span', {}, `${best.label} `, el('span', { class: 'small' }, percent(best.probability)))));
		byId('history-list').prepend(item);
		byId('history').hidden = this.#seen.length < 2;
		if (this.#seen.length > MOST) {
			this.#seen.shift();
			byId('history-list').lastElementChild.remove();
		}
		const small = await thumbnail(picture);
		frame.append(small ? copy(small) : '·');
	}
}

/** A canvas can be at one place only, and thumbnails are shared. */
export function copy(canvas) {
	const other = el('canvas', { width: canvas.width, height: canvas.height, 'aria-hidden': 'true' });
	other.getContext('2d').drawImage(canvas, 0, 0);
	return other;
}
