// Line charts, and those of loss, accuracy and slope over the epochs of a running training.
import { el, fill, svg } from './dom.js';

const WIDTH = 320;
const HEIGHT = 150;
const LEFT = 34;
const BOTTOM = 20;
const TOP = 8;
/** Above this number every other point is removed: there are not more pixels. */
const MAX_POINTS = 640;

export const share = (value) => `${Math.round(100 * value)} %`;
const number = (value) => String(Number(value.toPrecision(2)));

class Chart {
	#lines;
	#highest;
	#label;
	#points = new Map();
	#svg = canvas('');
	#legend = el('p', { class: 'legend small' });
	#title;

	constructor(title, lines, highest, label) {
		this.#title = title;
		this.#lines = lines;
		this.#highest = highest;
		this.#label = label;
		this.element = el('div', { class: 'curve' }, el('h3', title), this.#legend, this.#svg);
		this.clear();
	}

	clear() {
		this.#points = new Map(this.#lines.map(({ key }) => [key, []]));
	}

	add(epoch, progress) {
		for (const [key, points] of this.#points) {
			if (Number.isFinite(progress[key])) {
				points.push([epoch, progress[key]]);
				if (points.length > MAX_POINTS) {
					this.#points.set(key, points.filter((_, index) => index % 2 === 1));
				}
			}
		}
	}

	draw(epochs) {
		const last = [...this.#points.values()].map((points) => (points.length === 0 ? '–' : this.#label(points.at(-1)[1])));
		fill(this.#legend, ...this.#lines.map(({ name, kind }, i) => el('span', el('i', { class: kind }), `${name} ${last[i]}`)));
		this.#svg.setAttribute('aria-label', `${this.#title}: ${this.#lines.map(({ name }, i) => `${name} ${last[i]}`).join(', ')}`);
		const lines = this.#lines.map(({ key, kind }) => ({ kind, points: this.#points.get(key) }));
		plot(this.#svg, lines, { longest: epochs, highest: this.#highest, label: this.#label, from: '0', to: `${epochs} epochs` });
	}
}

export const canvas = (label) => svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label });

/** Draws lines of points [x, y] from 0 to `longest` and `highest`, each with a dot at its end. */
export function plot(place, lines, { longest, highest, label, from, to }) {
	const top = highest ?? (Math.max(0, ...lines.flatMap(({ points }) => points.map(([, value]) => value))) * 1.05 || 1);
	const x = (at) => (LEFT + ((WIDTH - LEFT) * at) / Math.max(1, longest)).toFixed(1);
	const y = (value) => (TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)).toFixed(1);
	fill(place,
		...[0, top / 2, top].flatMap((value) => [
			svg('line', { class: 'grid', x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }),
			svg('text', { x: LEFT - 5, y: Number(y(value)) + 4, 'text-anchor': 'end' }, label(value)),
		]),
		svg('text', { x: LEFT, y: HEIGHT - 4 }, from),
		svg('text', { x: WIDTH, y: HEIGHT - 4, 'text-anchor': 'end' }, to),
		...lines.filter(({ points }) => points.length > 0).map(({ kind, points }) => svg('g', { class: kind },
			svg('polyline', { points: points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ') }),
			svg('circle', { cx: x(points.at(-1)[0]), cy: y(points.at(-1)[1]), r: 3, fill: 'currentColor' }))));
}

export class Curves {
	#charts = [
		new Chart('Loss', [{ key: 'loss', name: 'training', kind: 'first' }], undefined, number),
		new Chart('Accuracy', [
			{ key: 'validation_accuracy', name: 'validation', kind: 'first' },
			{ key: 'accuracy', name: 'training', kind: 'second' },
		], 1, share),
		new Chart('Slope (1: layers can be fused)', [{ key: 'slope', name: 'slope', kind: 'third' }], 1, number),
	];
	#epochs = 1;
	#frame = 0;
	element = el('div', { class: 'curves' }, ...this.#charts.map((chart) => chart.element));

	constructor() {
		this.#draw();
	}

	clear() {
		this.#charts.forEach((chart) => chart.clear());
		this.#later();
	}

	add(progress) {
		if (progress.phase === 'train' && progress.steps > 0) {
			this.#epochs = progress.epochs;
			const epoch = (progress.epochs * progress.step) / progress.steps;
			this.#charts.forEach((chart) => chart.add(epoch, progress));
			this.#later();
		}
	}

	/** Draws once per frame: a new connection delivers many events at once. */
	#later() {
		this.#frame ||= requestAnimationFrame(() => this.#draw());
	}

	#draw() {
		this.#frame = 0;
		this.#charts.forEach((chart) => chart.draw(this.#epochs));
	}
}
