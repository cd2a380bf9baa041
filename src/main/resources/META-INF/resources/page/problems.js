// Shows errors: a title and one sentence; the details are folded.
import { el, fill, note, several } from './dom.js';

/** Title and sentence by the name of a failure or by its status; the sentence of the service otherwise. */
const KNOWN = {
	0: ['No answer'],
	EMPTY_FILE: ['Empty file'],
	FILE_TOO_LARGE: ['Too large'],
	401: ['Not signed in'],
	403: ['Not allowed'],
	413: ['Too large', 'The service takes smaller files only.'],
	415: ['Not a picture that this service reads', 'Choose a JPEG, PNG, WebP, GIF, BMP or TIFF.'],
	422: ['The picture cannot be read', 'The file is damaged, incomplete, or takes too long to decode.'],
	429: ['The service is busy', 'Its queue is full.'],
	503: ['The service is not ready', 'It is starting, stopping, or the model is out of service.'],
	504: ['Too late', 'The answer would have missed its deadline.'],
	507: ['The device is full', 'It has no memory left for this picture.'],
	TOO_MANY_SIGN_INS: ['Too many attempts to sign in'],
};

const words = (failure) => KNOWN[failure.code] ?? KNOWN[failure.status] ?? [failure.title ?? 'That did not work'];

export function brief(failure) {
	const [title, sentence = failure.message] = words(failure);
	return `${title}. ${sentence}`;
}

/** Shows a failure in an element that screen readers announce. */
export function show(place, failure) {
	const [title, sentence] = words(failure);
	const notice = el('div', { class: 'notice bad' },
		el('strong', title),
		el('span', [sentence ?? failure.message, retry(failure.retryAfter)].filter(Boolean).join(' ')));
	const details = [
		sentence && failure.message,
		failure.status && `${failure.title ?? 'Status'} (${failure.status})`,
		failure.code,
		failure.requestId && `Request ${failure.requestId}`,
	].filter(Boolean);
	if (details.length > 0) {
		notice.append(el('details', el('summary', 'Details'), ...details.map((line) => note(line))));
	}
	fill(place, notice);
}

export const clear = (place) => fill(place);

/** Does some work. Shows its failure, or clears an earlier one. */
export const attempt = (place, work) => work().then(() => clear(place), (failure) => show(place, failure));

function retry(seconds) {
	return seconds === undefined ? '' : `Try again in ${several(Math.ceil(seconds), 'second')}.`;
}
