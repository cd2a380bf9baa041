// The tab for administrators: sign-in and trainings.
import { byId } from './dom.js';
import * as problems from './problems.js';
import { basic, bearer, Session } from './session.js';
import { Trainings } from './trainings.js';
import { Wizard } from './wizard.js';

/** Sends the event `change` when an administrator signs in or out. */
export class Admin extends EventTarget {
	#models;
	#trainings;
	#wizard;
	session;

	constructor(models) {
		super();
		this.#models = models;
		const form = byId('sign-in-form');
		form.addEventListener('submit', (event) => {
			event.preventDefault();
			this.#signIn(form.elements);
		});
		byId('sign-out').addEventListener('click', () => this.#leave());
	}

	async #signIn({ kind, user, password, token }) {
		const rejected = (failure) => {
			this.#leave();
			problems.show(byId('sign-in-problem'), explained(failure));
		};
		const session = new Session(
			kind.value === 'bearer' ? bearer(token.value) : basic(user.value, password.value), rejected);
		problems.clear(byId('sign-in-problem'));
		try {
			await session.send('admin/trainings');
		} catch (failure) {
			problems.show(byId('sign-in-problem'), explained(failure));
			return;
		}
		password.value = token.value = '';
		byId('who').textContent = kind.value === 'bearer' ? 'a token' : user.value;
		byId('sign-in').hidden = true;
		byId('admin').hidden = false;
		this.#enter(session);
	}

	#enter(session) {
		this.session = session;
		this.#trainings = new Trainings(session, () => this.#models.load());
		this.#wizard = new Wizard(session, this.#models, (job) => this.#trainings.open(job));
		this.#trainings.load();
		byId('sign-out').focus();
		this.dispatchEvent(new Event('change'));
	}

	#leave() {
		this.#trainings?.close();
		this.#wizard?.close();
		this.#trainings = this.#wizard = this.session = undefined;
		byId('admin').hidden = true;
		byId('watched').hidden = true;
		byId('sign-in').hidden = false;
		this.dispatchEvent(new Event('change'));
	}
}

function explained(failure) {
	if (failure.status === 401) {
		failure.message = 'The service rejected these credentials.';
	} else if (failure.status === 403 && failure.code !== 'FOREIGN_ORIGIN') {
		failure.message = 'This user is not an administrator.';
	}
	return failure;
}
