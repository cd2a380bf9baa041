// Shows one training while it runs and after it has ended.
import { Curves } from './curves.js';
import { byId, duration, el, fill, percent, row } from './dom.js';
import * as problems from './problems.js';
import { reportOf } from './report.js';
import { Versions } from './versions.js';

const PHASES = {
	look: 'reads the data', measure: 'measures steps', train: 'trains', fuse: 'fuses the layers',
	evaluate: 'compares with the live version', publish: 'publishes',
};
const ENDED = ['SUCCEEDED', 'REJECTED', 'FAILED', 'CANCELLED'];
const RESUMABLE = ['FAILED', 'CANCELLED'];
const KINDS = { SUCCEEDED: 'good', FAILED: 'bad', REJECTED: 'bad' };

export function stateTag(job) {
	const state = job.cancelling ? 'stopping' : job.state.toLowerCase();
	return el('span', { class: `tag ${KINDS[job.state] ?? ''}` }, state);
}

export class Watch {
	#session;
	#job;
	#listeners;
	#curves = new Curves();
	#head = row();
	#now = el('p', { class: 'small now' });
	#bar = el('progress', { 'aria-label': 'Progress of the training', max: 1, value: 0 });
	#problem = el('div', { role: 'alert' });
	#report = el('div', { class: 'report' });
	#aborter = new AbortController();

	constructor(session, job, listeners) {
		this.#session = session;
		this.#job = job;
		this.#listeners = listeners;
		byId('watched').hidden = false;
		byId('watched-title').textContent = job.request.name ?? job.id;
		fill(byId('watched-body'),
			this.#head, this.#problem, this.#bar, this.#now, this.#curves.element, this.#report);
		this.#draw();
		this.#follow();
	}

	get id() {
		return this.#job.id;
	}

	close() {
		this.#aborter.abort();
	}

	async #follow() {
		const live = !ENDED.includes(this.#job.state);
		const listeners = {
			begin: () => {
				problems.clear(this.#problem);
				this.#curves.clear();
			},
			event: (name, data) => (name === 'end' ? this.#end(data, live) : this.#progress(data)),
			lost: (failure) => problems.show(this.#problem, failure),
		};
		try {
			await this.#session.follow(this.#path(), listeners, this.#aborter.signal);
		} catch (failure) {
			problems.show(this.#problem, failure);
		}
	}

	#path() {
		return `admin/trainings/${encodeURIComponent(this.#job.id)}`;
	}

	#progress(progress) {
		if (this.#job.state === 'QUEUED') {
			this.#job.state = 'RUNNING';
			this.#draw();
			this.#listeners.changed();
		}
		this.#curves.add(progress);
		if (progress.steps > 0) {
			this.#bar.value = progress.step / progress.steps;
		}
		this.#now.textContent = [
			PHASES[progress.phase] ?? progress.phase,
			progress.phase === 'train' && `epoch ${progress.epoch + 1} of ${progress.epochs}`,
			progress.validation_accuracy !== undefined
				&& `${percent(progress.validation_accuracy)} right on the validation images, which decide`,
			progress.images_per_second && `${Math.round(progress.images_per_second)} images per second`,
			progress.seconds_left && `about ${duration(progress.seconds_left)} left`,
			progress.message,
		].filter(Boolean).join(' · ');
	}

	async #end(job, seen) {
		this.#job = job;
		this.#draw();
		if (seen) {
			this.#listeners.ended(job);
		}
		try {
			const report = await this.#session.json(`${this.#path()}/report`);
			fill(this.#report, ...reportOf(report, this.#session.thumbnails(this.#path())));
			if (job.outcome?.model) {
				this.#report.prepend(el('section', el('h3', `Versions of ${job.outcome.model}`),
					new Versions(this.#session, job.outcome.model, () => this.#listeners.ended(job)).element));
			}
		} catch (failure) {
			if (failure.status !== 404) { // a training that ended early has no report
				problems.show(this.#problem, failure);
			}
		}
	}

	#draw() {
		const job = this.#job;
		const ended = ENDED.includes(job.state);
		this.#bar.hidden = this.#now.hidden = ended;
		fill(this.#head, stateTag(job), el('span', { class: 'outcome', role: 'status' }, outcome(job)),
			ended || job.cancelling ? '' : this.#button('Stop', '/cancel'),
			RESUMABLE.includes(job.state) ? this.#button('Resume', '/resume') : '');
	}

	#button(name, below) {
		return el('button', { click: () => this.#send(below) }, name);
	}

	#send(below) {
		return problems.attempt(this.#problem, async () => {
			const resumed = ENDED.includes(this.#job.state);
			this.#job = await this.#session.json(this.#path() + below, { method: 'POST' });
			this.#draw();
			byId('watched-title').focus(); // the pressed button no longer exists
			this.#listeners.changed();
			if (resumed) {
				fill(this.#report);
				this.#follow();
			}
		});
	}
}

function outcome({ outcome: result, reason }) {
	return [
		result?.version !== undefined && `Version ${result.version} is published.`,
		result?.accuracy !== undefined && `Accuracy ${percent(result.accuracy)}${
			result.live_accuracy === undefined ? '' : `, previous version ${percent(result.live_accuracy)}`}.`,
		reason,
	].filter(Boolean).join(' ');
}
