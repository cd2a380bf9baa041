// The operate tab: models and health, and for administrators the versions.
import * as api from './api.js';
import { byId, count, el, facts, fill, milliseconds, note, percent, row, svg } from './dom.js';
import * as problems from './problems.js';
import { Versions } from './versions.js';

const SAMPLE_MILLIS = 5000;
const HOUR_SAMPLES = 720;
const LINE = { width: 240, height: 44 };

/** Mean milliseconds per request between two samples; nothing without requests. */
function mean(older, newer, stage) {
	const requests = newer.success.count - (older?.success.count ?? 0);
	return requests > 0 ? (newer[stage].ns - (older?.[stage].ns ?? 0)) / requests / 1e6 : undefined;
}

export class Operate {
	#models;
	#admin;
	#open;
	#samples = new Map();
	#cards = new Map();

	constructor(models, admin, open) {
		this.#models = models;
		this.#admin = admin;
		this.#open = open;
		models.addEventListener('change', () => this.#draw());
		admin.addEventListener('change', () => {
			this.#cards.clear();
			this.#draw();
		});
		setInterval(() => document.hidden || this.#sample(), SAMPLE_MILLIS);
		byId('tab-operate').addEventListener('click', () => this.#sample());
		this.#sample();
	}

	async #sample() {
		await problems.attempt(byId('operate-problem'), async () => {
			const { model_stats: all } = await (await api.send('v2/models/stats')).json();
			for (const { name, version, inference_stats: stats } of all) {
				const key = `${name}/${version}`;
				const samples = this.#samples.get(key) ?? [];
				this.#samples.set(key, [...samples, stats].slice(-HOUR_SAMPLES - 1));
			}
		});
		if (this.#open()) {
			const ready = await api.ready();
			byId('health').textContent = `${ready ? 'ready' : 'not ready'}${await this.#trainings()}`;
			if (ready !== this.#models.ready) {
				this.#models.load();
			}
			this.#allTimes();
		}
	}

	#allTimes() {
		this.#cards.forEach(({ times }, name) => this.#times(times, this.#models.all.get(name)));
	}

	async #trainings() {
		try {
			const { trainings } = (await this.#admin.session?.json('admin/trainings')) ?? { trainings: [] };
			const active = trainings.filter(({ finished }) => !finished).length;
			return active > 0 ? ` · ${active} ${active === 1 ? 'training runs' : 'trainings run'} or wait` : '';
		} catch {
			return ''; // the administrator was signed out
		}
	}

	#draw() {
		const shown = new Map();
		for (const model of this.#models.all.values()) {
			const key = `${model.version} ${model.default}`;
			const before = this.#cards.get(model.name);
			shown.set(model.name, before?.key === key ? before : { key, ...this.#card(model) });
		}
		const same = shown.size === this.#cards.size && [...shown].every(([name, card]) => this.#cards.get(name) === card);
		this.#cards = shown;
		if (!same) {
			fill(byId('fleet'), ...[...shown.values()].map(({ card }) => card));
			this.#allTimes();
		}
	}

	#card(model) {
		const times = el('div');
		const { certificate: { served, source } } = model;
		const known = facts(
			['Variant', `${model.variant}, ${count(model.parameters)} parameters, ${model.classes} classes, ${model.input_size.height} × ${model.input_size.width} pixels`],
			['Accuracy', model.accuracy === undefined ? 'not measured' : percent(model.accuracy)],
			['Computes', `${model.precision} on ${model.device}; one picture ${milliseconds(model.batch1_latency_ms)} when it was loaded`],
			['Certificate', `${source}: largest difference ${served.max_delta.toExponential(1)} of ${served.bound.toExponential(1)} allowed, same best class for ${percent(served.top1)}`]);
		const card = el('section', { class: 'fleet-card', 'data-model': model.name },
			row(el('h3', model.name),
				el('span', { class: 'tag' }, `version ${model.version}`),
				model.default ? el('span', { class: 'tag good' }, 'default') : '',
				model.trained ? '' : el('span', { class: 'tag bad' }, 'not trained')),
			times, known);
		card.append(this.#admin.session
			? new Versions(this.#admin.session, model.name, () => this.#models.load()).element
			: note('Administrators sign in on the tab Train.'));
		return { card, times };
	}

	#times(place, model) {
		const samples = this.#samples.get(`${model?.name}/${model?.version}`);
		if (!samples) {
			return;
		}
		const [first, last, before] = [samples[0], samples.at(-1), samples.at(-2)];
		const line = samples.slice(1).map((sample, i) => mean(samples[i], sample, 'success'));
		const minutes = Math.round(((samples.length - 1) * SAMPLE_MILLIS) / 6e4);
		const requests = last.success.count - first.success.count;
		const now = before && mean(before, last, 'success');
		const lines = [
			el('p', el('strong', now === undefined ? 'no requests now' : milliseconds(now)),
				now === undefined ? '' : el('span', { class: 'small' }, ` now, of these ${milliseconds(mean(before, last, 'queue'))} in the queue`)),
			note(requests === 0 ? 'No requests since this page was opened.'
				: `Since this page was opened (${minutes} min): ${milliseconds(mean(first, last, 'success'))}, ${requests} requests, ${last.fail.count - first.fail.count} failed.`),
		];
		fill(place, ...lines, ...(requests > 0 ? [sparkline(line)] : []));
	}
}

/** Draws mean times; gaps are times without requests. */
function sparkline(values) {
	const highest = Math.max(1e-9, ...values.filter((value) => value !== undefined));
	return svg('svg', { viewBox: `0 0 ${LINE.width} ${LINE.height}`, class: 'spark', 'aria-hidden': 'true' },
		...values.flatMap((value, i) => value === undefined ? [] : [svg('circle', {
			cx: ((LINE.width * i) / Math.max(1, values.length - 1)).toFixed(1),
			cy: (LINE.height - 3 - ((LINE.height - 6) * value) / highest).toFixed(1),
			r: 2,
		})]));
}
