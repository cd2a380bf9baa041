// What went wrong, told to a person.
import { el, fill } from './dom.js';

const ADVICE = {
  413: 'Take a smaller one.',
  415: 'JPEG, PNG, WebP, GIF and BMP can be read.',
  422: 'The file seems to be damaged or cut off.',
  429: 'More is waiting than the service takes.',
  503: 'The service is starting, or stopping.',
};

/**
 * Shows a failure in a place that is announced when it changes.
 *
 * @param {HTMLElement} place
 * @param {Error} failure
 */
export function show(place, failure) {
  const lines = [el('strong', {}, title(failure)), el('span', {}, failure.message)];
  const advice = [ADVICE[failure.status], retry(failure.retryAfter)].filter(Boolean).join(' ');
  if (advice) {
    lines.push(el('span', {}, ` ${advice}`));
  }
  if (failure.requestId) {
    lines.push(el('span', { class: 'small' }, ` Request ${failure.requestId}`));
  }
  fill(place, el('div', { class: 'notice bad' }, ...lines));
}

/** @param {HTMLElement} place */
export const clear = (place) => fill(place);

function title(failure) {
  return failure.status ? `${failure.title} (${failure.status})` : failure.title ?? failure.name;
}

function retry(seconds) {
  return seconds === undefined ? '' : `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
}
