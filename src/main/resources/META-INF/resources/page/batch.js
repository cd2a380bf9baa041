// Sends many pictures, some at the same time. It waits while the service is busy or away, and goes on
// by itself.
import * as api from './api.js';
import { requireSize } from './limits.js';

const AT_ONCE = 4;
/** A file that cannot be sent while the service answers others is at fault itself. */
const MOST_TRIES = 3;
const AWAY_MILLIS = 1000;
const RATE_WINDOW = 60;

export class Batch {
	entries = [];
	done = 0;
	failed = 0;
	paused = false;
	/** Why nothing is sent at the moment. */
	obstacle = '';
	#next = 0;
	#again = [];
	#workers = 0;
	#until = 0;
	#wake = new Set();
	#aborter = new AbortController();
	#finished = [];
	#ask;
	#limits;
	#changed;
	#atOnce;

	constructor(ask, limits, changed, atOnce = AT_ONCE) {
		this.#ask = ask;
		this.#limits = limits;
		this.#changed = changed;
		this.#atOnce = atOnce;
	}

	add(entries) {
		entries.forEach((entry) => this.entries.push(Object.assign(entry, { state: 'waiting', tries: 0 })));
		if (this.#aborter.signal.aborted) {
			this.#aborter = new AbortController();
		}
		while (this.#workers < this.#atOnce) {
			this.#workers++;
			this.#work(this.#aborter.signal).finally(() => {
				this.#workers--;
				this.#changed();
			});
		}
		this.#changed();
	}

	get running() {
		return this.#workers > 0;
	}

	get left() {
		return this.#again.length + this.entries.length - this.#next;
	}

	/** Pictures per second lately; 0 before the first ones. */
	get rate() {
		const some = this.#finished;
		return some.length < 2 ? 0 : (1000 * (some.length - 1)) / Math.max(1, some.at(-1) - some[0]);
	}

	pause(yes) {
		this.paused = yes;
		this.#finished = [];
		this.#awake();
		this.#changed();
	}

	/** Stops; what was not sent stays in the list. */
	cancel() {
		this.#aborter.abort();
		this.entries.filter(({ state }) => state === 'waiting').forEach((entry) => { entry.state = 'cancelled'; });
		this.#next = this.entries.length;
		this.#again = [];
		this.pause(false);
	}

	#awake() {
		this.#wake.forEach((wake) => wake());
		this.#wake.clear();
	}

	#hold(seconds, why) {
		this.#until = Math.max(this.#until, performance.now() + 1000 * seconds);
		this.obstacle = why;
		this.#finished = [];
		this.#changed();
	}

	async #work(signal) {
		while (!signal.aborted) {
			const wait = this.#until - performance.now();
			if (this.paused || wait > 0) {
				await new Promise((resolve) => {
					this.#wake.add(resolve);
					if (!this.paused) {
						setTimeout(resolve, wait);
					}
				});
				continue;
			}
			const entry = this.#again.pop() ?? this.entries[this.#next++];
			if (!entry) {
				this.#next = this.entries.length;
				return;
			}
			await this.#send(entry, signal);
		}
	}

	async #send(entry, signal) {
		try {
			requireSize(entry.file, this.#limits());
			Object.assign(entry, await this.#ask(entry, signal), { state: 'done' });
			this.done++;
			this.obstacle = '';
		} catch (failure) {
			if (signal.aborted) {
				return;
			}
			if (await this.#temporary(entry, failure)) {
				this.#again.push(entry);
				return;
			}
			Object.assign(entry, { state: 'failed', failure });
			this.failed++;
		}
		this.#finished.push(performance.now());
		if (this.#finished.length > RATE_WINDOW) {
			this.#finished.shift();
		}
		this.#changed(entry);
	}

	/** Whether the picture is to be sent again. */
	async #temporary(entry, failure) {
		if (failure.status === 429 || failure.status === 503) {
			this.#hold(failure.retryAfter ?? 1, failure.status === 429 ? 'The service is busy.' : 'The service is not ready.');
			return true;
		}
		if (failure.status !== 0 && failure.status !== 502 && failure.status !== 504) {
			return false;
		}
		if (await api.ready()) {
			return ++entry.tries < MOST_TRIES;
		}
		this.#hold(AWAY_MILLIS / 1000, 'The service does not answer. This page goes on when it is back.');
		return true;
	}
}
