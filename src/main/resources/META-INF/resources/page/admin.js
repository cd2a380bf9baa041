// The tab for administrators: sign-in, trainings and versions.
import { byId } from './dom.js';
import * as problems from './problems.js';
import { Session } from './session.js';
import { TrainingForm } from './training-form.js';
import { Trainings } from './trainings.js';
import { Versions } from './versions.js';

export class Admin {
  #changed;
  #trainings;

  /** @param {import("./models.js").Models} models */
  constructor(models) {
    this.#changed = () => models.load();
    const form = byId('sign-in-form');
    form.addEventListener('change', () => {
      const token = form.elements.kind.value === 'bearer';
      byId('by-token').hidden = !token;
      byId('by-password').hidden = token;
    });
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
    const session =
      kind.value === 'bearer'
        ? Session.bearer(token.value, rejected)
        : Session.basic(user.value, password.value, rejected);
    problems.clear(byId('sign-in-problem'));
    try {
      await session.send('admin/trainings');
    } catch (failure) {
      problems.show(byId('sign-in-problem'), explained(failure));
      return;
    }
    password.value = '';
    token.value = '';
    byId('who').textContent = kind.value === 'bearer' ? 'a token' : user.value;
    byId('sign-in').hidden = true;
    byId('admin').hidden = false;
    this.#enter(session);
  }

  #enter(session) {
    const versions = new Versions(session, this.#changed);
    this.#trainings = new Trainings(session, (job) => {
      versions.load(job.outcome?.model);
      this.#changed();
    });
    new TrainingForm(session, (job) => this.#trainings.started(job));
    versions.load();
    this.#trainings.load();
    byId('sign-out').focus();
  }

  #leave() {
    this.#trainings?.close();
    this.#trainings = undefined;
    byId('admin').hidden = true;
    byId('watched').hidden = true;
    byId('sign-in').hidden = false;
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
