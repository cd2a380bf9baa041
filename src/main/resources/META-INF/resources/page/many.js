// The table of many pictures: it fills while the answers come.
import * as api from './api.js';
import { Batch } from './batch.js';
import { byId, duration, el, fill, milliseconds, note, options, percent, row, several } from './dom.js';
import * as exports from './export.js';
import { pathOf } from './files.js';
import { brief } from './problems.js';
import { Rows } from './rows.js';
import { pictureCell } from './thumbs.js';
import { parse } from './timing.js';

const DRAW_MILLIS = 250;
const ERRORS = '\u0000errors';

const best = ({ body }) => body?.predictions[0];
const total = ({ stages }) => stages === undefined ? undefined : parse(stages).total;

export class Many {
	#models;
	#choice;
	#open;
	#timer;
	#batch;
	#rows = new Rows([
		{ name: '', kind: 'picture' },
		{ name: 'File', kind: 'wide', value: ({ file }) => pathOf(file) },
		{ name: 'Answer', value: (entry) => best(entry)?.label },
		{ name: 'Sure', kind: 'number', value: (entry) => best(entry)?.probability },
		{ name: 'Time', kind: 'number time', value: total },
		{ name: '', kind: 'number' },
	], (entry) => this.#row(entry));
	#bar = el('progress', { 'aria-label': 'Pictures classified', max: 1, value: 0 });
	#facts = note();
	#obstacle = el('p', { class: 'notice warn', role: 'status', hidden: true });
	#pause = el('button', { click: () => this.#batch.pause(!this.#batch.paused) });
	#cancel = el('button', { click: () => this.#batch.cancel() }, 'Cancel');
	#clear = el('button', { class: 'quiet', click: () => this.#forget() }, 'Clear');
	#class = el('select', { change: () => this.#draw() });
	#least = this.#share(0);
	#most = this.#share(100);

	constructor(models, choice, open) {
		this.#models = models;
		this.#choice = choice;
		this.#open = open;
		this.#rows.element.addEventListener('sort', () => this.#draw());
		fill(byId('many-body'),
			this.#bar, this.#facts, this.#obstacle,
			row(this.#pause, this.#cancel,
				el('button', { click: () => this.#save('csv') }, 'CSV'),
				el('button', { click: () => this.#save('jsonl') }, 'JSON Lines'),
				this.#clear),
			row(
				el('label', { class: 'inline' }, 'Show', this.#class),
				el('label', { class: 'inline' }, 'sure from', this.#least),
				el('label', { class: 'inline' }, 'to', this.#most, '%')),
			this.#rows.element);
	}

	#share(value) {
		return el('input', { type: 'number', min: 0, max: 100, value, input: () => this.#draw() });
	}

	start(files) {
		this.#batch ??= new Batch(
			({ file, model, topK }, signal) => {
				const name = model || this.#models.preferred; // the pictures can come before the models
				if (!name) {
					throw new api.Problem(503, 'Not ready', 'Models are loading.', { retryAfter: 0.5 });
				}
				return api.classify(name, file, { topK, signal });
			},
			() => this.#models.limits,
			() => this.#later());
		byId('many').hidden = false;
		byId('classify').classList.add('several');
		this.#batch.add(files.map((file) => ({ file, ...this.#choice() })));
		byId('many-title').focus();
		this.#draw();
	}

	#forget() {
		this.#batch.cancel();
		this.#batch = undefined;
		byId('many').hidden = true;
		byId('classify').classList.remove('several');
		byId('choose').focus();
	}

	#later() {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.#draw();
		}, DRAW_MILLIS);
	}

	#draw() {
		const batch = this.#batch;
		if (!batch) {
			return;
		}
		const { entries, done, failed, running, paused, rate } = batch;
		byId('many-title').textContent = several(entries.length, 'picture');
		this.#bar.value = (done + failed) / Math.max(1, entries.length);
		this.#bar.hidden = this.#pause.hidden = this.#cancel.hidden = !running;
		this.#facts.textContent = [
			`${done} classified`,
			failed > 0 && `${failed} failed`,
			running && !paused && rate > 0
				&& `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} per second · about ${duration(batch.left / rate)} left`,
			paused && 'paused',
		].filter(Boolean).join(' · ');
		this.#obstacle.hidden = !running || batch.obstacle === '';
		if (this.#obstacle.textContent !== batch.obstacle) {
			this.#obstacle.textContent = batch.obstacle;
		}
		this.#pause.textContent = paused ? 'Continue' : 'Pause';
		this.#filters(entries, failed);
		this.#rows.show(entries.filter((entry) => this.#shown(entry)));
	}

	#filters(entries, failed) {
		const labels = [...new Set(entries.map(best).filter(Boolean).map(({ label }) => label))].sort();
		const shown = [['', 'all'], ...(failed > 0 ? [[ERRORS, 'failed']] : []), ...labels.map((label) => [label, label])];
		if (shown.length !== this.#class.options.length) {
			const chosen = this.#class.value;
			fill(this.#class, ...options(shown));
			this.#class.value = shown.some(([value]) => value === chosen) ? chosen : '';
		}
	}

	#shown(entry) {
		const wanted = this.#class.value;
		if (wanted === ERRORS) {
			return entry.state === 'failed';
		}
		const answer = best(entry);
		if (wanted !== '' && answer?.label !== wanted) {
			return false;
		}
		const [least, most] = [this.#least.valueAsNumber || 0, this.#most.valueAsNumber];
		if (least <= 0 && !(most < 100)) {
			return true;
		}
		const sure = 100 * (answer?.probability ?? -1);
		return sure >= least && !(sure > most);
	}

	#row(entry) {
		const name = pathOf(entry.file);
		const place = entry.state === 'done' ? pictureCell(entry.file) : el('td', { class: 'picture' });
		const shown = name.replace(/^[^/]*\/(?=.)/, '');
		const path = () => el('span', { class: 'path' }, shown);
		const file = el('th', { scope: 'row', class: 'wide', title: name }, path());
		const said = (traits, ...text) =>
			el('td', traits, el('span', { class: 'clamp' }, ...text), el('span', { class: 'narrow-only' }, path()));
		const answer = best(entry);
		if (!answer) {
			const text = entry.failure ? brief(entry.failure) : entry.state;
			return [place, file,
				said({ colspan: 2, class: entry.failure ? 'fault' : 'small', title: entry.failure?.message }, text),
				el('td', { class: 'time' }), el('td')];
		}
		return [
			place, file,
			said({ title: answer.label }, answer.label, entry.body.out_of_domain ? ' (unlike the training images)' : ''),
			el('td', { class: 'number' }, percent(answer.probability)),
			el('td', { class: 'number time' }, milliseconds(total(entry) ?? 0)),
			el('td', { class: 'number' },
				el('button', { class: 'small-button', 'aria-label': `Map of ${name}`, click: () => this.#show(entry.file) }, 'Map')),
		];
	}

	#show(file) {
		this.#open(file);
		byId('one').scrollIntoView({ block: 'start' });
	}

	#save(kind) {
		const { entries } = this.#batch;
		exports.save(kind === 'csv' ? exports.csv(entries) : exports.jsonLines(entries), `answers.${kind}`);
	}
}
