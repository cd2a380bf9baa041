// Shows the calibration of a trained model, and its wrong answers with thumbnails.
import { el, percent, svg } from './dom.js';
import { picture } from './plan.js';

const SIDE = 150;
const LEFT = 34;
const BOTTOM = 20;
const TOP = 8;

export function calibrationOf(calibration) {
	const x = (value) => LEFT + (SIDE - LEFT) * value;
	const y = (value) => TOP + (SIDE - TOP - BOTTOM) * (1 - value);
	const curve = (kind, bins) => svg('g', { class: kind }, svg('polyline', {
		points: bins.filter(({ count }) => count > 0)
			.map(({ confidence, accuracy }) => `${x(confidence).toFixed(1)},${y(accuracy).toFixed(1)}`)
			.join(' '),
	}));
	const before = percent(calibration.ece_before);
	const after = percent(calibration.ece_after);
	return el('div', { class: 'curve reliability' },
		el('p', { class: 'small' },
			`Temperature ${calibration.temperature.toFixed(2)}`,
			calibration.bias.length > 0 ? ' and a bias per class' : '',
			`, fitted on ${calibration.images} images. The curve shows the accuracy for each probability.`),
		el('p', { class: 'legend small' },
			el('span', {}, el('i', { class: 'second' }), `before: calibration error ${before}`),
			el('span', {}, el('i', { class: 'first' }), `after: ${after}`)),
		svg('svg', {
			viewBox: `0 0 ${SIDE} ${SIDE}`, role: 'img',
			'aria-label': `Reliability curve: calibration error ${before} before, ${after} after`,
		},
			svg('line', { class: 'grid', x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
			...[0, 0.5, 1].map((value) =>
				svg('text', { x: LEFT - 5, y: y(value) + 4, 'text-anchor': 'end' }, `${100 * value} %`)),
			svg('text', { x: SIDE, y: SIDE - 4, 'text-anchor': 'end' }, 'probability'),
			curve('second', calibration.before),
			curve('first', calibration.after)));
}

export function mistakesOf(mistakes, thumbnail) {
	return el('div', { class: 'mistakes' }, ...mistakes
		.filter(({ examples }) => examples.length > 0)
		.map(({ label, answer, count, examples }) => {
			const show = (event) => event.target.childElementCount === 1
				&& event.target.append(picturesOf(label, answer, examples, thumbnail));
			return el('details', { toggle: show }, el('summary', {}, `${label}, answered as ${answer}: ${count}`));
		}));
}

export const picturesOf = (label, answer, examples, thumbnail) => el('ul', {}, ...examples.map((example) =>
	el('li', {},
		example.thumbnail === undefined ? '' : picture(thumbnail(example.thumbnail)),
		el('span', {}, el('code', {}, example.file),
			` ${answer} ${percent(example.probability)}, ${label} ${percent(example.label_probability)}`))));
