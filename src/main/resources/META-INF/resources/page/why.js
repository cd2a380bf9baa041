// Why a model gives its answer: the map of each class over the picture.
import * as api from './api.js';
import { classesOf } from './classes.js';
import { byId, el, fill, note } from './dom.js';
import { centred, drawMap, legend, strongest } from './map.js';
import * as problems from './problems.js';

const ABSENT = [404, 405, 406, 501];
const START_BLEND = 0.5;

export class Why {
	#labels;
	#load;
	#base;
	#maps = new Map();
	#mean;
	#chosen;
	#canvas = el('canvas', { role: 'img' });
	#slider = el('input', { type: 'range', min: 0, max: 1, step: 0.05, value: START_BLEND, input: () => this.#draw() });
	#facts = note();
	#grid = note();
	#choices = el('div');
	#problem = el('div', { role: 'alert' });

	constructor() {
		fill(byId('why'),
			el('h2', { id: 'why-title' }, 'Why'),
			el('div', { class: 'why' },
				el('figure', this.#canvas, legend()),
				el('div', { class: 'stack' },
					el('label', 'Picture or map', this.#slider),
					this.#facts,
					note('Show the map of another class:'),
					this.#choices, this.#grid, this.#problem)));
	}

	hide() {
		byId('why').hidden = true;
		this.#maps.clear();
	}

	/** Shows the map of the first answer; hides itself if the service cannot explain. */
	async show(model, picture, part, signal) {
		this.#maps.clear();
		problems.clear(this.#problem);
		this.#labels = model.labels;
		this.#load = (of) => api.explain(model.name, picture, { of, signal });
		try {
			const answer = await this.#load();
			const base = (await part()) ?? await createImageBitmap(await api.seen(model.name, picture, signal));
			if (signal.aborted) {
				return;
			}
			this.#base = base;
			this.#keep(answer);
			this.#choose(answer.classes[0].index);
			byId('why').hidden = false;
		} catch (failure) {
			if (signal.aborted) {
				return;
			}
			this.hide();
			if (!ABSENT.includes(failure.status)) {
				byId('why').hidden = false;
				problems.show(this.#problem, failure);
			}
		}
	}

	#keep({ mean_map: mean, classes, grid, input }) {
		this.#mean = mean;
		classes.forEach((one) => this.#maps.set(one.index, one));
		const [{ cell_box: cell, receptive_field: field }] = classes;
		this.#grid.textContent = `The map has ${grid[0]} × ${grid[1]} cells of ${cell[0]} × ${cell[1]} of the ${input[0]} × ${input[1]} pixels. A cell can depend on ${field[0]} × ${field[1]} pixels around it.`;
	}

	async #choose(index) {
		if (!this.#maps.has(index)) {
			try {
				this.#keep(await this.#load(index));
				problems.clear(this.#problem);
			} catch (failure) {
				problems.show(this.#problem, failure);
				return;
			}
		}
		this.#chosen = index;
		const focused = this.#choices.contains(document.activeElement) && document.activeElement.tagName === 'BUTTON';
		if (this.#labels.length <= 30 || this.#choices.childElementCount === 0) {
			fill(this.#choices, ...classesOf(this.#labels, (next) => this.#choose(next), index));
		} else {
			this.#choices.querySelectorAll('[aria-pressed]').forEach((chip) =>
				chip.setAttribute('aria-pressed', String(chip.textContent === this.#labels[index])));
		}
		if (focused) {
			this.#choices.querySelector('[aria-pressed="true"]')?.focus();
		}
		this.#draw();
	}

	#draw() {
		const one = this.#maps.get(this.#chosen);
		if (!one) {
			return;
		}
		const evidence = centred(one.map, this.#mean);
		drawMap(this.#canvas, this.#base, evidence, Number(this.#slider.value));
		const { row, column } = strongest(evidence);
		this.#canvas.setAttribute('aria-label',
			`Evidence for ${one.label}: strongest in row ${row} of ${evidence.length}, column ${column} of ${evidence[0].length}`);
		const mean = one.map.flat().reduce((sum, value) => sum + value, 0) / one.map.flat().length;
		fill(this.#facts,
			el('strong', one.label), `: mean of the map ${mean.toFixed(2)} `,
			`${one.bias < 0 ? '−' : '+'} ${Math.abs(one.bias).toFixed(2)} bias = ${one.logit.toFixed(2)}, its logit. `,
			'The colours show the map minus the mean of all classes.');
	}
}
