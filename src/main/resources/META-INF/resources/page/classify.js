// The classify tab: a picture and its answer, or a table for many pictures.
import * as api from './api.js';
import { answerOf } from './answer.js';
import { classesOf } from './classes.js';
import * as copy from './copy.js';
import { byId, count, el, fill, milliseconds, options, percent } from './dom.js';
import * as files from './files.js';
import { requireSize } from './limits.js';
import * as link from './link.js';
import { Many } from './many.js';
import { Picture } from './picture.js';
import * as problems from './problems.js';
import * as samples from './samples.js';
import * as timing from './timing.js';
import { Visit } from './visit.js';
import { Why } from './why.js';

const RETRY_MILLIS = 1000;

export class Classify {
	#models;
	#shown;
	#chosen;
	#picture;
	/** Why the picture waits: `loading` models, or a service that is `away`. */
	#pending = '';
	#wasReady = false;
	#view = new Picture();
	#why = new Why();
	#visit = new Visit((picture) => this.#one(picture));
	#many;
	#request = new AbortController();

	constructor(models, shown) {
		this.#models = models;
		this.#shown = shown;
		this.#many = new Many(models, () => ({ model: byId('model').value, topK: this.#topK() }), (picture) => this.#one(picture));
		for (const [button, field] of [['choose', 'file'], ['choose-folder', 'folder'], ['camera', 'shot']]) {
			files.chooser(byId(button), byId(field), (taken) => this.take(taken, field === 'folder'));
		}
		samples.offer((picture) => this.#one(picture));
		models.addEventListener('change', () => this.#offer());
		byId('model').addEventListener('change', () => {
			this.#chosen = byId('model').value;
			this.#changed();
		});
		byId('top-k').addEventListener('change', () => this.#changed());
		this.follow();
	}

	/** Takes model and number of answers from the address. */
	follow() {
		const address = link.read();
		if (Number(address.get('top_k')) >= 1) {
			byId('top-k').value = Math.floor(Number(address.get('top_k')));
		}
		if (address.has('model')) {
			this.#chosen = address.get('model');
			this.#offer();
		}
	}

	/** What the address says about this tab. */
	get choice() {
		const topK = this.#topK();
		return { model: this.#chosen, top_k: topK === 5 && !this.#chosen ? undefined : topK };
	}

	#topK() {
		return Math.max(1, Math.floor(byId('top-k').valueAsNumber) || 5);
	}

	#changed() {
		link.write('classify', this.choice);
		this.#describe(byId('model').value);
		this.#classify();
	}

	#offer() {
		const select = byId('model');
		const { all, groups, ready, expected, preferred, problem } = this.#models;
		const before = select.value;
		fill(select, ...options([...all.values()].map(({ name, trained }) => [name, trained ? name : `${name} (not trained)`])));
		if (groups.size > 0) {
			select.append(el('optgroup', { label: 'Groups' }, ...options([...groups.keys()].map((name) => [name, name]))));
		}
		const wanted = this.#models.names.includes(this.#chosen) ? this.#chosen : preferred;
		select.value = wanted ?? '';
		byId('loading').hidden = ready;
		if (!ready) {
			fill(byId('loading'),
				el('strong', problem ? 'The service does not answer. This page tries again every second.' : 'Models are loading.'),
				el('ul', { class: 'chips' }, ...[...expected].map(([name, state]) => el('li', { class: 'chip' }, `${name}: ${state}`))));
		}
		if (wanted !== before) {
			this.#describe(wanted);
		}
		const back = ready && (this.#pending === 'loading' || !this.#wasReady);
		this.#wasReady = ready;
		if (this.#pending && (wanted !== before || back)) {
			this.#classify();
		}
	}

	#describe(name) {
		const model = this.#models.all.get(name);
		byId('untrained').hidden = !model || model.trained;
		const known = this.#models.find(name);
		fill(byId('known'));
		if (known) {
			this.#view.seenBy(known.preprocessing);
			fill(byId('known'),
				el('details', { open: !this.#picture },
					el('summary', `It knows ${known.classes} classes`), ...classesOf(known.labels)));
		}
		if (!model) {
			const members = this.#models.groups.get(name) ?? [];
			byId('model-text').textContent = members.length > 0 ? `One of ${members.join(', ')}` : '';
			return;
		}
		byId('model-text').textContent = [
			`${model.variant}, version ${model.version}`,
			`${count(model.parameters)} parameters`,
			`${count(model.macs)} multiply-adds`,
			model.accuracy !== undefined && `${percent(model.accuracy)} top-1 accuracy`,
			model.calibration && `calibrated, error ${percent(model.calibration.ece_after)}`,
		].filter(Boolean).join(' · ');
	}

	take(taken, folder) {
		if (taken.length === 1 && !folder) {
			this.#one(taken[0]);
		} else {
			this.#many.start(taken);
		}
	}

	#one(picture) {
		this.#picture = picture;
		byId('known').querySelector('details')?.removeAttribute('open');
		this.#view.show(picture);
		this.#shown(picture);
		this.#classify();
	}

	async #classify() {
		this.#request.abort(); // only the latest request counts
		if (!this.#picture) {
			return;
		}
		this.#request = new AbortController();
		const { signal } = this.#request;
		const picture = this.#picture;
		const model = byId('model').value;
		this.#pending = '';
		if (!model) {
			this.#wait();
			return;
		}
		byId('answer').setAttribute('aria-busy', 'true');
		try {
			requireSize(picture, this.#models.limits);
			const topK = this.#topK();
			const answer = await api.classify(model, picture, { topK, signal });
			problems.clear(byId('problem'));
			this.#answer(answer, model, picture, signal);
			copy.offer(model, topK, picture);
		} catch (failure) {
			if (!signal.aborted) {
				this.#failed(failure);
			}
		}
		if (!signal.aborted) {
			byId('answer').removeAttribute('aria-busy');
		}
	}

	/** Keeps the picture until a model can answer. */
	#wait() {
		this.#pending = 'loading';
		problems.clear(byId('problem'));
		fill(byId('answer'), el('p', { class: 'notice' }, 'The picture is kept. It is classified as soon as the model is ready.'));
		byId('answer').removeAttribute('aria-busy');
	}

	#failed(failure) {
		this.#why.hide();
		byId('timing').hidden = byId('copy').hidden = true;
		if (failure.code === 'NOT_READY') {
			this.#wait();
			setTimeout(() => this.#models.load(), RETRY_MILLIS);
			return;
		}
		fill(byId('answer'));
		problems.show(byId('problem'), failure);
		if (failure.status === 0) {
			this.#pending = 'away';
			this.#models.load();
		}
	}

	#answer({ body, stages, wall }, asked, picture, signal) {
		const model = this.#models.all.get(body.model);
		fill(byId('answer'), ...answerOf(body, model, this.#models.groups.has(asked)));
		byId('untrained').hidden = body.trained;
		if (model) {
			this.#view.seenBy(model.preprocessing);
			this.#why.show(model, picture, () => this.#view.part(), signal);
		}
		byId('timing').hidden = false;
		const spent = timing.parse(stages);
		byId('timing-title').textContent = milliseconds(spent.total ?? wall);
		timing.draw(byId('waterfall'), spent, wall);
		this.#visit.add(picture, body.predictions[0], body.model);
	}
}
