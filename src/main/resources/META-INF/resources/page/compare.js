// Compares the answers of several models to one picture.
import * as api from './api.js';
import { byId, el, fill, milliseconds, percent, span } from './dom.js';
import { parse } from './timing.js';

/** The first request after a pause is slower, so the median of three counts. */
const ROUNDS = 3;
const COLUMNS = ['Model', 'Best answer', 'Probability', 'Network', 'Service', ''];

export class Comparison {
  #find;
  #picture;

  /** @param {function(string): ?Object} find returns the model of a name, or nothing for a group */
  constructor(find) {
    this.#find = find;
    byId('compare').addEventListener('click', () => this.#run());
  }

  /** @param {string[]} names of models and groups */
  offer(names) {
    const place = byId('compare-models');
    const off = new Set(
      [...place.querySelectorAll('input:not(:checked)')].map((input) => input.value));
    fill(place, place.querySelector('legend'), ...names.map((name) =>
      el('label', { class: 'choice' },
        el('input', { type: 'checkbox', value: name, checked: !off.has(name) }), name)));
  }

  /** @param {Blob} picture to send */
  of(picture) {
    this.#picture = picture;
    byId('compare').disabled = false;
    byId('comparison').hidden = true;
    byId('compare-status').textContent = '';
  }

  async #run() {
    const picture = this.#picture;
    const names =
      [...byId('compare-models').querySelectorAll('input:checked')].map((input) => input.value);
    byId('compare').disabled = true;
    const results = [];
    for (const name of names) { // one after the other, so that they do not slow each other down
      byId('compare-status').textContent = `${name} …`;
      results.push(await this.#one(name, picture));
    }
    byId('compare').disabled = false;
    if (picture !== this.#picture) {
      return;
    }
    byId('compare-status').textContent =
      names.length === 0 ? 'Choose a model.' : `${names.length} compared.`;
    byId('comparison').hidden = names.length === 0;
    fill(byId('comparison'), table(results));
  }

  async #one(name, picture) {
    try {
      const rounds = [];
      let body;
      for (let round = 0; round < ROUNDS; round++) {
        const answer = await api.classify(name, picture);
        body = answer.body;
        rounds.push(parse(answer.stages));
      }
      const middle = (stage) => rounds.map((stages) => stages[stage]).sort((a, b) => a - b)[1];
      return { name, body, infer: middle('infer'), total: middle('total'), group: !this.#find(name) };
    } catch (failure) {
      return { name, failure };
    }
  }
}

function table(results) {
  const slowest = Math.max(...results.map(({ total }) => total ?? 0)) || 1;
  return el('table', {},
    el('thead', {}, el('tr', {}, ...COLUMNS.map((title, column) => head(title, column)))),
    el('tbody', {}, ...results.map((result) => row(result, slowest))));
}

function head(title, column) {
  return title === ''
    ? el('td', { 'aria-hidden': 'true' })
    : el('th', { scope: 'col', class: column > 1 ? 'number' : '' }, title);
}

function row({ name, body, infer, total, group, failure }, slowest) {
  const first = el('th', { scope: 'row' }, name);
  if (failure) {
    return el('tr', {}, first, el('td', { colspan: COLUMNS.length - 1 }, failure.message));
  }
  if (group) {
    first.append(el('span', { class: 'small' }, ` by ${body.model}`));
  }
  if (!body.trained) {
    first.append(' ', el('span', { class: 'tag' }, 'not trained'));
  }
  const [best] = body.predictions;
  const bar = span(0, total / slowest);
  bar.className = 'fill';
  return el('tr', {},
    first,
    el('td', {}, best.label),
    el('td', { class: 'number' }, percent(best.probability)),
    el('td', { class: 'number' }, milliseconds(infer)),
    el('td', { class: 'number' }, milliseconds(total)),
    el('td', { class: 'latency', 'aria-hidden': 'true' }, el('div', { class: 'track' }, bar)));
}
