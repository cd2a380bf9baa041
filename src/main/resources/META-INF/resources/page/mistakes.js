// Shows the calibration of a trained model, and its wrong answers with thumbnails.
import { canvas, plot, share } from './curves.js';
import { el, note, percent } from './dom.js';
import { folded, picture } from './plan.js';

export function calibrationOf(calibration) {
	const before = percent(calibration.ece_before);
	const after = percent(calibration.ece_after);
	const chart = canvas(`Reliability curve: calibration error ${before} before, ${after} after`);
	const points = (bins) => bins.filter(({ count }) => count > 0).map(({ confidence, accuracy }) => [confidence, accuracy]);
	plot(chart, [
		{ kind: 'ideal', points: [[0, 0], [1, 1]] },
		{ kind: 'second', points: points(calibration.before) },
		{ kind: 'first', points: points(calibration.after) },
	], { longest: 1, highest: 1, label: share, from: 'probability 0', to: '1' });
	return el('div', { class: 'curve' },
		note(
			`Temperature ${calibration.temperature.toFixed(2)}`,
			calibration.bias.length > 0 ? ' and a bias per class' : '',
			`, fitted on ${calibration.images} images. The curve shows the accuracy for each probability.`),
		el('p', { class: 'legend small' },
			el('span', el('i', { class: 'second' }), `before: calibration error ${before}`),
			el('span', el('i', { class: 'first' }), `after: ${after}`)),
		chart);
}

export function mistakesOf(mistakes, thumbnail) {
	return el('div', { class: 'mistakes' }, ...mistakes
		.filter(({ examples }) => examples.length > 0)
		.map(({ label, answer, count, examples }) =>
			folded(`${label}, answered as ${answer}: ${count}`, () => picturesOf(label, answer, examples, thumbnail))));
}

export const picturesOf = (label, answer, examples, thumbnail) => el('ul', ...examples.map((example) =>
	el('li',
		example.thumbnail === undefined ? '' : picture(thumbnail(example.thumbnail)),
		el('span', el('code', example.file),
			` ${answer} ${percent(example.probability)}, ${label} ${percent(example.label_probability)}`))));
