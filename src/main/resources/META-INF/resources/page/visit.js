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
		const name = pathOf(picture);
		const item = el('li',
			el('button', { title: `${name}, by ${model}`, click: () => this.#again(picture) },
				el('span', `${best.label} `, el('span', { class: 'small' }, percent(best.probability)))));
		byId('history-list').prepend(item);
		byId('history').hidden = this.#seen.length < 2;
		if (this.#seen.length > MOST) {
			this.#seen.shift();
			byId('history-list').lastElementChild.remove();
		}
		item.firstChild.prepend((await thumbnail(picture)) ?? '·');
	}
}
