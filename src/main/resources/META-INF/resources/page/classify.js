// The classify tab: one picture, one model, five answers.
import * as api from './api.js';
import { byId, count, el, fill, percent, span } from './dom.js';
import { Comparison } from './compare.js';
import { Picture } from './picture.js';
import * as problems from './problems.js';
import * as samples from './samples.js';
import * as timing from './timing.js';

const POLL_MILLIS = 1000;

export class Classify {
  #models = new Map();
  #groups = new Map();
  #picture;
  #view;
  #comparison;
  #request = new AbortController();

  constructor() {
    this.#view = new Picture((picture) => this.#take(picture));
    this.#comparison = new Comparison((name) => this.#models.get(name));
    samples.offer((picture) => this.#view.show(picture));
    byId('model').addEventListener('change', () => {
      this.#describe(byId('model').value);
      this.#classify();
    });
  }

  /** Loads the list of models, and repeats until the service is ready. */
  async load() {
    const ready = await api.ready(); // before the list, which may grow meanwhile
    try {
      const { models, groups } = await api.models();
      this.#models = new Map(models.map((model) => [model.name, model]));
      this.#groups = new Map(
        Object.entries(groups).filter(([, members]) => members.some((name) => this.#models.has(name))));
      this.#offer();
      problems.clear(byId('problem'));
    } catch (failure) {
      problems.show(byId('problem'), failure);
    }
    byId('loading').hidden = ready;
    if (!ready) {
      setTimeout(() => this.load(), POLL_MILLIS);
    }
  }

  #offer() {
    const select = byId('model');
    const chosen = select.value;
    const names = [...this.#models.keys(), ...this.#groups.keys()];
    fill(select, ...[...this.#models.keys()].map((name) => el('option', { value: name }, name)));
    if (this.#groups.size > 0) {
      select.append(
        el('optgroup', { label: 'Groups' },
          ...[...this.#groups.keys()].map((name) => el('option', { value: name }, name))));
    }
    if (names.includes(chosen)) {
      select.value = chosen;
    }
    this.#comparison.offer(names);
    this.#describe(select.value);
  }

  /** @param {string} name a model or a group */
  #describe(name) {
    const model = this.#models.get(name);
    if (!model) {
      const members = this.#groups.get(name) ?? [];
      byId('model-text').textContent = members.length > 0 ? `One of ${members.join(', ')}` : '';
      byId('untrained').hidden = true;
      return;
    }
    const facts = [
      `${model.variant}, version ${model.version}`,
      `${count(model.parameters)} parameters`,
      `${count(model.macs)} multiply-adds`,
      `${model.classes} classes`,
    ];
    if (model.accuracy !== undefined) {
      facts.push(`${percent(model.accuracy)} top-1 accuracy`);
    }
    if (model.calibration) {
      facts.push(`calibrated, error ${percent(model.calibration.ece_after)}`);
    }
    byId('model-text').textContent = facts.join(' · ');
    byId('untrained').hidden = model.trained;
    this.#view.seenBy(model.preprocessing);
  }

  #take(picture) {
    this.#picture = picture;
    this.#comparison.of(picture);
    this.#classify();
  }

  async #classify() {
    this.#request.abort(); // only the latest request counts
    this.#request = new AbortController();
    const { signal } = this.#request;
    const model = byId('model').value;
    if (!this.#picture || !model) {
      return;
    }
    byId('answer').setAttribute('aria-busy', 'true');
    try {
      const answer = await api.classify(model, this.#picture, signal);
      problems.clear(byId('problem'));
      this.#answer(answer);
    } catch (failure) {
      if (!signal.aborted) {
        fill(byId('answer'));
        byId('timing').hidden = true;
        problems.show(byId('problem'), failure);
      }
    }
    byId('answer').removeAttribute('aria-busy');
  }

  #answer({ body, stages, wall }) {
    const bars = body.predictions.map(({ label, probability }) =>
      el('li', {},
        el('div', { class: 'name' }, el('span', {}, label), el('span', {}, percent(probability))),
        el('div', { class: 'track', 'aria-hidden': 'true' }, bar(probability))));
    const parts = [el('ol', { class: 'bars', 'aria-label': 'Most likely classes' }, ...bars)];
    if (body.out_of_domain) {
      const classes = this.#models.get(body.model)?.classes;
      const which = classes === undefined ? 'its classes' : `its ${classes} classes`;
      parts.unshift(
        el('p', { class: 'notice' }, `The picture may show none of ${which}: it is unlike the training images${body.domain_experimental ? ' (an experimental hint)' : ''}.`));
    }
    if (this.#groups.has(byId('model').value)) {
      parts.unshift(el('p', { class: 'small' }, `${body.model} answered for the group.`));
      byId('untrained').hidden = body.trained;
      const model = this.#models.get(body.model);
      if (model) {
        this.#view.seenBy(model.preprocessing);
      }
    }
    fill(byId('answer'), ...parts);
    byId('timing').hidden = false;
    timing.draw(byId('waterfall'), timing.parse(stages), wall);
  }
}

function bar(probability) {
  const bar = span(0, probability);
  bar.className = 'fill';
  return bar;
}
