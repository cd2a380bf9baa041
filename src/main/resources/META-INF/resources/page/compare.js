// The compare tab: several models answer the same pictures.
import * as api from './api.js';
import { Batch } from './batch.js';
import { agreement, summary } from './compared.js';
import { byId, el, fill, note, row } from './dom.js';
import { chooser, pathOf } from './files.js';

/** The first request after a pause is slower, so one picture is sent three times. */
const ROUNDS = 3;

export class Comparison {
	#models;
	#pictures = [];
	#batches = [];
	#what = el('p', { class: 'small', id: 'compare-pictures' });
	#choices = el('fieldset', { class: 'row', id: 'compare-models' });
	#run = el('button', { id: 'compare-run', class: 'primary', disabled: true, click: () => this.#start() }, 'Compare');
	#stop = el('button', { hidden: true, click: () => this.#cancel() }, 'Cancel');
	#status = el('span', { class: 'small', id: 'compare-status', role: 'status' });
	#result = el('div', { id: 'comparison', class: 'stack', hidden: true });

	constructor(models) {
		this.#models = models;
		const files = el('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true });
		const folder = el('input', { type: 'file', webkitdirectory: true, multiple: true, hidden: true });
		const buttons = [
			chooser(el('button', 'Choose pictures'), files, (taken) => this.of(taken)),
			chooser(el('button', 'Folder'), folder, (taken) => this.of(taken)),
		];
		fill(byId('compare-body'),
			note(
				'One model after the other answers the pictures, one at a time, so that the times can be compared. Folders with names of classes give the accuracy.'),
			row(...buttons, files, folder), this.#what, this.#choices,
			row(this.#run, this.#stop, this.#status), this.#result);
		models.addEventListener('change', () => this.#offer());
		this.of([]);
	}

	/** Names of models by the state of their boxes. */
	#offered(state) {
		return [...this.#choices.querySelectorAll(`input${state}`)].map((input) => input.value);
	}

	#offer() {
		const off = this.#offered(':not(:checked)');
		const names = this.#models.names;
		const shown = this.#offered('');
		if (names.join('\n') !== shown.join('\n')) {
			fill(this.#choices, el('legend', { class: 'hidden' }, 'Models to compare'), ...names.map((name) =>
				el('label', { class: 'choice' },
					el('input', { type: 'checkbox', value: name, checked: !off.includes(name) }), name)));
		}
	}

	of(pictures) {
		if (pictures.length > 0) {
			this.#pictures = pictures;
		}
		const [first] = this.#pictures;
		this.#run.disabled = !first || this.#batches.length > 0;
		this.#what.textContent = this.#pictures.length > 1
			? `${this.#pictures.length} pictures`
			: first ? `One picture: ${pathOf(first)}` : 'Choose pictures, drop them here, or first classify one.';
	}

	#cancel() {
		this.#batches.forEach((batch) => batch.cancel());
	}

	async #start() {
		const pictures = this.#pictures;
		const names = this.#offered(':checked');
		if (names.length === 0) {
			this.#status.textContent = 'Choose a model.';
			return;
		}
		this.#run.disabled = true;
		this.#stop.hidden = false;
		const results = [];
		let cancelled = false;
		for (const name of names) {
			const batch = await this.#answers(name, pictures);
			cancelled ||= batch.entries.some(({ state }) => state === 'cancelled');
			if (cancelled) {
				break;
			}
			results.push({ name, entries: batch.entries, grouped: this.#models.groups.has(name), model: this.#models.find(name) });
		}
		this.#batches = [];
		this.#stop.hidden = true;
		this.#status.textContent = cancelled ? 'Cancelled.' : `${names.length} compared.`;
		this.of([]);
		if (!cancelled) {
			this.#result.hidden = false;
			fill(this.#result, summary(results), ...agreement(results));
		}
	}

	#answers(name, pictures) {
		return new Promise((resolve) => {
			const batch = new Batch(
				({ file }, signal) => api.classify(name, file, { signal }),
				() => this.#models.limits,
				() => {
					this.#status.textContent = batch.obstacle
						|| `${name}: ${batch.done + batch.failed} of ${batch.entries.length}`;
					if (!batch.running) {
						resolve(batch);
					}
				}, 1);
			this.#batches.push(batch);
			const rounds = pictures.length === 1 ? ROUNDS : 1;
			batch.add(Array.from({ length: rounds }, () => pictures).flat().map((file) => ({ file })));
		});
	}
}
