// Shows errors.
import { el, fill } from './dom.js';

/** By status; the name of a failure comes first. */
const ADVICE = {
  413: 'Choose a smaller file.',
  415: 'JPEG, PNG, WebP, GIF and BMP are supported.',
  422: 'The file is damaged or incomplete.',
  429: 'The queue of the service is full.',
  TOO_MANY_SIGN_INS: '',
  503: 'The service is starting, stopping, or out of service.',
};

/**
 * Shows a failure in an element that screen readers announce.
 *
 * @param {HTMLElement} place
 * @param {Error} failure
 */
export function show(place, failure) {
  const lines = [el('strong', {}, title(failure)), el('span', {}, failure.message)];
  const advice = [ADVICE[failure.code] ?? ADVICE[failure.status], retry(failure.retryAfter)].filter(Boolean).join(' ');
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
