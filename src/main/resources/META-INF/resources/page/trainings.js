// The list of trainings and the one that is shown.
import { byId, el, fill, moment } from './dom.js';
import * as problems from './problems.js';
import { stateTag, Watch } from './watch.js';

const POLL_MILLIS = 5000;

export class Trainings {
	#session;
	#ended;
	#watch;
	#timer;
	#shown = '';

	constructor(session, ended) {
		this.#session = session;
		this.#ended = ended;
		this.#timer = setInterval(() => {
			if (!document.hidden && !byId('train').hidden) {
				this.load();
			}
		}, POLL_MILLIS);
	}

	close() {
		clearInterval(this.#timer);
		this.#watch?.close();
	}

	/** Reloads the list. */
	load() {
		return problems.attempt(byId('list-problem'), async () => {
			const { trainings } = await this.#session.json('admin/trainings');
			this.#draw(trainings.filter(({ kind }) => kind !== 'dry_run').reverse());
		});
	}

	#draw(jobs) {
		const shown = JSON.stringify([this.#watch?.id, jobs.map((job) => [job.id, job.state, job.cancelling])]);
		if (shown === this.#shown) {
			return; // drawing it again would lose the focus
		}
		this.#shown = shown;
		const list = byId('trainings');
		const focused = document.activeElement?.dataset?.job;
		fill(list, ...jobs.map((job) => this.#item(job)));
		if (jobs.length === 0) {
			list.append(el('li', { class: 'small' }, 'None yet.'));
		}
		if (focused) {
			list.querySelector(`[data-job="${CSS.escape(focused)}"]`)?.focus();
		}
	}

	#item(job) {
		return el('li',
			el('button',
				{ class: 'job', 'data-job': job.id, click: () => this.open(job),
					'aria-current': job.id === this.#watch?.id ? 'true' : false },
				el('span', { class: 'name' }, job.request.name ?? job.id),
				stateTag(job),
				el('span', { class: 'small' }, `${job.request.variant ?? ''} · ${moment(job.created)}`)));
	}

	/** Shows a training. */
	open(job) {
		this.#watch?.close();
		this.#watch = new Watch(this.#session, job, {
			changed: () => this.load(),
			ended: (ended) => {
				this.load();
				this.#ended(ended);
			},
		});
		this.load();
		byId('watched-title').focus();
	}
}
