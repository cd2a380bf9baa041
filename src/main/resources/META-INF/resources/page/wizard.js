// The steps of a new training: data, what was found, goal and time, start.
import { byId, el, fill, megabytes, note, options, row } from './dom.js';
import { planOf } from './plan.js';
import * as problems from './problems.js';
import { zip } from './zip.js';

const VARIANTS = [
	...[5, 6, 7, 8, 9, 10, 11, 12, 13].map((depth) => [`vanillanet_${depth}`, `VanillaNet-${depth}`]),
	['vanillanet_13_x1_5', 'VanillaNet-13, 1.5 times as wide'],
	['vanillanet_13_x1_5_ada_pool', 'VanillaNet-13, 1.5 times as wide, adaptive pooling'],
];
const BUDGETS = [['', 'chosen by the number of images'], ['5m', '5 minutes'], ['10m', '10 minutes'], ['30m', '30 minutes'],
	['1h', '1 hour'], ['2h', '2 hours'], ['8h', '8 hours']];

export class Wizard {
	#session;
	#models;
	#started;
	#plan;
	#aborter = new AbortController();
	// choosing a folder clears the zip file and vice versa
	#folder = el('input', { type: 'file', name: 'folder', webkitdirectory: true, multiple: true,
		change: () => this.#suggest(this.#archive) });
	#archive = el('input', { type: 'file', name: 'archive', accept: '.zip,application/zip',
		change: () => this.#suggest(this.#folder) });
	#name = el('input', { name: 'name', required: true, maxlength: 64, pattern: '[A-Za-z0-9._\\-]+',
		title: 'Letters, digits, dots, hyphens, underscores', autocomplete: 'off', autocapitalize: 'none' });
	#from = el('select', { name: 'fine_tune_from', change: () => { this.#variant.disabled = this.#from.value !== ''; } });
	#variant = el('select', { name: 'variant' }, ...options(VARIANTS));
	#budget = el('select', { name: 'budget' }, ...options(BUDGETS));
	#preset = el('select', { name: 'preset' }, ...options([
		['small', 'fits the photos and the machine'], ['official', 'the published recipe']]));
	#epochs = el('input', { name: 'epochs', type: 'number', min: 1, step: 1, placeholder: 'chosen' });
	#activate = el('input', { name: 'activate', type: 'checkbox', checked: true });
	#labels = el('input', { name: 'accept_label_change', type: 'checkbox' });
	#more = el('textarea', { name: 'more', rows: 4, spellcheck: 'false', autocapitalize: 'none',
		placeholder: '{"input_size": 64, "learning_rate": 0.004}' });
	#look = el('button', { type: 'submit', class: 'primary', name: 'look' }, 'Look at the data');
	#again = el('button', { type: 'submit', name: 'again' }, 'Work it out again');
	#start = el('button', { name: 'start', class: 'primary', click: () => this.#train() }, 'Start the training');
	#status = el('p', { class: 'small', role: 'status' });
	#bar = el('progress', { 'aria-label': 'Progress', hidden: true });
	#problem = el('div', { role: 'alert' });
	#found = el('div', { class: 'found' });
	#steps;

	constructor(session, models, started) {
		this.#session = session;
		this.#models = models;
		this.#started = started;
		const trained = [...models.all.values()].filter((model) => model.trained);
		fill(this.#from, ...options([['', 'a new network'], ...trained.map(({ name }) => [name, `${name}, trained further`])]));
		const found = el('section', el('h3', { tabindex: -1 }, '2. What was found'), this.#found);
		this.#steps = [this.#data(), found, this.#goal()];
		const form = byId('new-training');
		fill(form, ...this.#steps, this.#problem, this.#bar, this.#status);
		form.onsubmit = (event) => {
			event.preventDefault();
			this.#dryRun();
		};
		this.#show(undefined);
	}

	close() {
		this.#aborter.abort();
	}

	#data() {
		return el('section', el('h3', '1. Data'),
			note('A folder of labelled photos: ', el('code', 'train/CLASS/…'), ' with ',
				el('code', 'val/'), ' or ', el('code', 'test/'), ', or ', el('code', 'CLASS/…'), ' only.'),
			el('label', 'Folder', this.#folder), el('label', 'or a zip file of it', this.#archive),
			el('label', 'Name of the model', this.#name),
			row(this.#look));
	}

	#goal() {
		return el('section', el('h3', '3. Goal and time'),
			el('div', { class: 'pair' },
				el('label', 'Start from', this.#from), el('label', 'Network', this.#variant),
				el('label', 'Time for the whole training', this.#budget), el('label', 'Recipe', this.#preset),
				el('label', 'Epochs', this.#epochs)),
			el('label', { class: 'choice' }, this.#activate, 'Serve the new version if it is good enough'),
			el('label', { class: 'choice' }, this.#labels, 'It may replace a model with other classes'),
			el('details', el('summary', 'More settings'),
				el('label', 'Other members of the request, as JSON', this.#more)),
			row(this.#again, this.#start));
	}

	#suggest(other) {
		other.value = '';
		const chosen = this.#folder.files[0]?.webkitRelativePath.split('/')[0] ?? this.#archive.files[0]?.name.replace(/\.zip$/i, '');
		if (chosen && this.#name.value === '') {
			this.#name.value = chosen.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '').slice(0, 64);
		}
		this.#show(undefined); // other data
	}

	/** Shows the steps that are possible. */
	#show(plan) {
		this.#plan = plan;
		this.#steps[1].hidden = this.#steps[2].hidden = !plan;
		const unusable = plan?.plan.findings.some(({ fatal }) => fatal);
		this.#steps[2].hidden ||= unusable;
		this.#wait(false);
	}

	#wait(yes) {
		this.#look.disabled = this.#again.disabled = yes;
		this.#start.disabled = yes || !this.#plan || this.#plan.plan.objections.length > 0;
	}

	#request() {
		let further = {};
		try {
			further = JSON.parse(this.#more.value.trim() || '{}');
		} catch (failure) {
			throw new SyntaxError(`Other members must be JSON: ${failure.message}`);
		}
		const from = this.#from.value;
		const request = {
			name: this.#name.value,
			fine_tune_from: from || undefined,
			variant: from ? undefined : this.#variant.value,
			preset: this.#preset.value,
			budget: this.#budget.value || undefined,
			epochs: Number(this.#epochs.value) || undefined,
			activate: this.#activate.checked && undefined,
			accept_label_change: this.#labels.checked || undefined,
			...further,
		};
		return JSON.parse(JSON.stringify(request)); // without undefined members
	}

	/** Members that an earlier request had and this one has not are taken back with null. */
	#changes() {
		const request = this.#request();
		const gone = Object.keys(this.#plan.request).filter((member) => !(member in request));
		return { from: this.#plan.id, ...request, ...Object.fromEntries(gone.map((member) => [member, null])) };
	}

	async #busy(work) {
		problems.clear(this.#problem);
		this.#wait(true);
		try {
			await work();
		} catch (failure) {
			problems.show(this.#problem, failure);
		}
		this.#status.textContent = '';
		this.#bar.hidden = true;
		this.#wait(false);
	}

	#dryRun() {
		return this.#busy(async () => {
			const request = this.#request();
			const job = this.#plan
				? await this.#post('admin/trainings?dry_run=true', this.#changes())
				: await this.#upload(request);
			this.#status.textContent = 'The service reads every file and measures some steps of the training.';
			this.#bar.removeAttribute('value');
			this.#bar.hidden = false;
			const path = `admin/trainings/${encodeURIComponent(job.id)}`;
			const ended = await this.#end(path);
			if (ended.state !== 'SUCCEEDED') {
				throw new Error(ended.reason ?? 'The dry run has not ended well.');
			}
			const plan = await this.#session.json(`${path}/plan`);
			fill(this.#found, ...planOf(plan, this.#session.thumbnails(path)));
			this.#show({ id: job.id, plan, request });
			this.#steps[1].querySelector('h3').focus();
		});
	}

	#end(path) {
		return new Promise((resolve, reject) => {
			const listeners = { begin: () => {}, lost: () => {}, event: (name, data) => name === 'end' && resolve(data) };
			this.#session.follow(path, listeners, this.#aborter.signal).catch(reject);
		});
	}

	#post(path, body) {
		return this.#session.json(path,
			{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
	}

	async #upload(request) {
		const form = new FormData();
		form.append('spec', JSON.stringify(request));
		const data = await this.#packed();
		const most = this.#models.limits.upload_bytes;
		if (most !== undefined && data.size > most) {
			throw new RangeError(`The data has ${megabytes(data.size)}, the service takes at most ${megabytes(most)}.`);
		}
		form.append('data', data, 'data.zip');
		this.#bar.hidden = false;
		return this.#session.upload('admin/trainings?dry_run=true', form, (sent, all) => {
			this.#bar.max = all;
			this.#bar.value = sent;
			this.#status.textContent = `${megabytes(sent)} of ${megabytes(all)} sent`;
		});
	}

	async #packed() {
		if (this.#archive.files.length > 0) {
			return this.#archive.files[0];
		}
		const files = [...this.#folder.files]
			.map((file) => ({ path: file.webkitRelativePath, file }))
			.filter(({ path }) => !path.split('/').some((name) => name.startsWith('.')));
		if (files.length === 0) {
			throw new RangeError('Choose a folder or a zip file.');
		}
		return zip(files, (read) => {
			this.#status.textContent = `${read} of ${files.length} files packed`;
		});
	}

	#train() {
		return this.#busy(async () => {
			const unchanged = JSON.stringify(this.#request()) === JSON.stringify(this.#plan.request);
			const job = await this.#post('admin/trainings', unchanged ? { from: this.#plan.id } : this.#changes());
			this.#folder.value = this.#archive.value = '';
			this.#show(undefined);
			this.#started(job);
		});
	}
}
