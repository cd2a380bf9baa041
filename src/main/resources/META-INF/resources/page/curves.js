// Draws loss, accuracy and slope over the epochs while a training runs.
import { el, fill, svg } from './dom.js';

const WIDTH = 320;
const HEIGHT = 150;
const LEFT = 34;
const BOTTOM = 20;
const TOP = 8;
/** Above this number every other point is removed: there are not more pixels. */
const MAX_POINTS = 640;

const share = (value) => `${Math.round(100 * value)} %`;
const number = (value) => String(Number(value.toPrecision(2)));

class Chart {
	#lines;
	#highest;
	#label;
	#points = new Map();
	#svg = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' });
	#legend = el('p', { class: 'legend small' });
	#title;

	constructor(title, lines, highest, label) {
		this.#title = title;
		this.#lines = lines;
		this.#highest = highest;
		this.#label = label;
		this.element = el('div', { class: 'curve' }, el('h3', {}, title), this.#legend, this.#svg);
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
		const values = [...this.#points.values()].flat().map(([, value]) => value);
		const highest = this.#highest ?? (Math.max(0, ...values) * 1.05 || 1);
		const x = (epoch) => LEFT + ((WIDTH - LEFT) * epoch) / Math.max(1, epochs);
		const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / highest);
		const parts = [0, highest / 2, highest].flatMap((value) => [
			svg('line', { class: 'grid', x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }),
			svg('text', { x: LEFT - 5, y: y(value) + 4, 'text-anchor': 'end' }, this.#label(value)),
		]);
		parts.push(
			svg('text', { x: LEFT, y: HEIGHT - 4 }, '0'),
			svg('text', { x: WIDTH, y: HEIGHT - 4, 'text-anchor': 'end' }, `${epochs} epochs`));
		const summary = [];
		const legend = [];
		for (const { key, name, kind } of this.#lines) {
			const points = this.#points.get(key);
			const last = points.length === 0 ? '–' : this.#label(points.at(-1)[1]);
			summary.push(`${name} ${last}`);
			legend.push(el('span', {}, el('i', { class: kind }), `${name} ${last}`));
			parts.push(svg('g', { class: kind }, ...line(points, x, y)));
		}
		fill(this.#legend, ...legend);
		this.#svg.setAttribute('aria-label', `${this.#title}: ${summary.join(', ')}`);
		fill(this.#svg, ...parts);
	}
}

/** A line with a dot at its end, so that a single point is visible too. */
function line(points, x, y) {
	if (points.length === 0) {
		return [];
	}
	const places = points.map(([epoch, value]) => `${x(epoch).toFixed(1)},${y(value).toFixed(1)}`);
	const [epoch, value] = points.at(-1);
	return [
		svg('polyline', { points: places.join(' ') }),
		svg('circle', { cx: x(epoch), cy: y(value), r: 3, fill: 'currentColor' }),
	];
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
