// The versions of one model on disk, and the actions that change the served one.
import { confirm } from './confirm.js';
import { el, fill, moment, percent, table } from './dom.js';
import * as problems from './problems.js';

export class Versions {
	#session;
	#model;
	#changed;
	#problem = el('div', { role: 'alert' });
	#table = el('div');
	element = el('div', { class: 'versions' }, this.#problem, this.#table);

	constructor(session, model, changed) {
		this.#session = session;
		this.#model = model;
		this.#changed = changed;
		this.#send('versions');
	}

	#send(what, init) {
		return problems.attempt(this.#problem, async () => {
			const { versions } = await this.#session.json(`admin/models/${encodeURIComponent(this.#model)}/${what}`, init);
			this.#draw(versions);
		});
	}

	#draw(versions) {
		const target = versions.find((version) => version.rollback_target);
		fill(this.#table,
			table(`Versions of ${this.#model}`, '', ['Version', 'Created', 'Accuracy', el('td')],
				[...versions].reverse().map((version) => this.#row(version))),
			target ? el('button', { class: 'roll-back', click: () => this.#change('Roll back to', target, 'rollback') },
				`Roll back to version ${target.version}`) : '');
	}

	#row(version) {
		const action = version.live
			? el('span', { class: 'tag good' }, 'live')
			: el('button', { class: 'quiet', 'aria-label': `Activate version ${version.version}`,
					click: () => this.#change('Activate', version, `versions/${version.version}/activate`) }, 'Activate');
		return el('tr',
			el('th', { scope: 'row' }, version.version),
			el('td', { title: version.origin }, moment(version.created)),
			el('td', version.accuracy === undefined ? '–' : percent(version.accuracy)),
			el('td', { class: 'number' }, action));
	}

	async #change(verb, { version }, what) {
		const text = `${this.#model} will answer with version ${version}. Requests that have started finish on the current one.`;
		if (await confirm(`${verb} version ${version}?`, text, verb.replace(' to', ''))) {
			await this.#send(what, { method: 'POST' });
			this.#table.querySelector('button')?.focus(); // the pressed button no longer exists
			this.#changed();
		}
	}
}
