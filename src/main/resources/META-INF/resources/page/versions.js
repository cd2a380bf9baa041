// Lists the versions of a model and changes the served one.
import * as api from './api.js';
import { confirm } from './confirm.js';
import { byId, el, fill, moment, percent } from './dom.js';
import * as problems from './problems.js';

export class Versions {
  #session;
  #changed;
  #select = el('select', { 'aria-label': 'Model', change: () => this.#show() });
  #problem = el('div', { role: 'alert' });
  #table = el('div', { class: 'scroll' });

  /**
   * @param {import('./session.js').Session} session
   * @param {function()} changed called when another version is served
   */
  constructor(session, changed) {
    this.#session = session;
    this.#changed = changed;
    fill(byId('versions'), this.#select, this.#problem, this.#table);
  }

  /** Reloads models and versions. @param {string} [wanted] model to show */
  async load(wanted) {
    try {
      const chosen = wanted ?? this.#select.value;
      const names = (await api.models()).models.map((model) => model.name);
      fill(this.#select, ...names.map((name) => el('option', { value: name }, name)));
      if (names.includes(chosen)) {
        this.#select.value = chosen;
      }
      await this.#show();
    } catch (failure) {
      problems.show(this.#problem, failure);
    }
  }

  async #show() {
    const model = this.#select.value;
    if (model) {
      await this.#answer(model, this.#session.json(path(model, 'versions')));
    }
  }

  async #answer(model, request) {
    try {
      const { versions } = await request;
      problems.clear(this.#problem);
      if (model === this.#select.value) {
        this.#draw(model, versions);
      }
    } catch (failure) {
      problems.show(this.#problem, failure);
    }
  }

  #draw(model, versions) {
    const target = versions.find((version) => version.rollback_target);
    const rows = [...versions].reverse().map((version) => this.#row(model, version));
    fill(this.#table,
      el('table', {},
        el('thead', {}, el('tr', {},
          ...['Version', 'Created', 'Accuracy'].map((title) => el('th', { scope: 'col' }, title)),
          el('td'))),
        el('tbody', {}, ...rows)));
    if (target) {
      this.#table.append(
        el('button', { type: 'button', class: 'roll-back', click: () => this.#rollBack(model, target) },
          `Roll back to version ${target.version}`));
    }
  }

  #row(model, version) {
    const action = version.live
      ? el('span', { class: 'tag good' }, 'live')
      : el('button',
          { type: 'button', class: 'quiet', 'aria-label': `Activate version ${version.version}`,
            click: () => this.#activate(model, version) },
          'Activate');
    return el('tr', {},
      el('th', { scope: 'row' }, version.version),
      el('td', { title: version.origin }, moment(version.created)),
      el('td', {}, version.accuracy === undefined ? '–' : percent(version.accuracy)),
      el('td', { class: 'number' }, action));
  }

  async #activate(model, { version }) {
    const text = `${model} will answer with version ${version}. Requests that have already started finish on the current version.`;
    if (await confirm(`Activate version ${version}?`, text, 'Activate')) {
      await this.#post(model, `versions/${version}/activate`);
    }
  }

  async #rollBack(model, { version }) {
    const text = `${model} will answer with version ${version}, which was served before. Requests that have already started finish on the current version.`;
    if (await confirm(`Roll back to version ${version}?`, text, 'Roll back')) {
      await this.#post(model, 'rollback');
    }
  }

  async #post(model, what) {
    await this.#answer(model, this.#session.json(path(model, what), { method: 'POST' }));
    this.#select.focus(); // the pressed button no longer exists
    this.#changed();
  }
}

const path = (model, what) => `admin/models/${encodeURIComponent(model)}/${what}`;
