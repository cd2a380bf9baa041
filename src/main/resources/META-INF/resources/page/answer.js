// The answer to one picture: the best class large, then the others.
import { el, note, percent, span } from './dom.js';

/** A bar of a share of its track. */
export function bar(share) {
	const fill = span(0, share);
	fill.className = 'fill';
	return el('div', { class: 'track', 'aria-hidden': 'true' }, fill);
}

export function answerOf(body, model, grouped) {
	const which = model ? `its ${model.classes} classes` : 'its classes';
	return [
		body.out_of_domain && el('p', { class: 'notice' },
			`The picture may show none of ${which}: it is unlike the training images${body.domain_experimental ? ' (an experimental hint)' : ''}.`),
		el('ol', { class: 'bars', 'aria-label': 'Most likely classes' },
			...body.predictions.map(({ label, probability }) =>
				el('li',
					el('div', { class: 'name' }, el('span', label), el('span', percent(probability))),
					bar(probability)))),
		body.inexact && note('The service has decoded this picture only approximately.'),
		grouped && note(`${body.model} answered for the group.`),
	].filter(Boolean);
}
