// The models of the service. Repeats the request while models load, or while the service is away.
import * as api from './api.js';

const POLL_MILLIS = 1000;

/** Sends the event `change` after each list that it has read. */
export class Models extends EventTarget {
	all = new Map();
	groups = new Map();
	ready = false;
	/** The failure of the last request for the list, if it failed. */
	problem;
	/** Names on disk or in a group, and what is wrong with them; empty when all are loaded. */
	expected = new Map();
	limits = {};
	#preset;
	#timer;

	/** Loads the list, and repeats until the service is ready. */
	async load() {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const ready = await api.ready(); // before the list, which may grow meanwhile
		try {
			const { models, default_model: preset, groups, faults, limits } = await api.models();
			this.all = new Map(models.map((model) => [model.name, model]));
			this.groups = new Map(
				Object.entries(groups).filter(([, members]) => members.some((name) => this.all.has(name))));
			this.#preset = preset;
			this.limits = limits ?? {};
			this.expected = ready ? new Map() : await this.#awaited(groups, faults ?? []);
			this.problem = undefined;
		} catch (failure) {
			this.problem = failure;
		}
		this.ready = ready && !this.problem;
		if (!this.ready && this.#timer === undefined) {
			this.#timer = setTimeout(() => this.load(), POLL_MILLIS);
		}
		this.dispatchEvent(new Event('change'));
	}

	async #awaited(groups, faults) {
		const onDisk = await api.onDisk();
		const names = [...new Set([...this.all.keys(), ...onDisk, ...Object.values(groups).flat()])];
		return new Map(names.map((name) => [
			name,
			this.all.has(name) ? 'ready' : faults.some((fault) => fault.name === name) ? 'cannot be served' : 'loading',
		]));
	}

	get names() {
		return [...this.all.keys(), ...this.groups.keys()];
	}

	/** The model or group that answers requests without a name, or the first one if the service has none. */
	get preferred() {
		return this.names.includes(this.#preset) ? this.#preset : this.ready ? this.names[0] : undefined;
	}

	find(name) {
		return this.all.get(name)
			?? this.groups.get(name)?.map((member) => this.all.get(member)).find(Boolean);
	}
}
