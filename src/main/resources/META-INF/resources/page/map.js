// Draws the evidence for a class over the part of the picture that the network uses.
import { el } from './dom.js';
import { colour } from './palette.js';

const SIDE = 448;
/** A grid with fewer rows or columns is drawn as cells: smoothing would show detail that it does not have. */
const SMOOTH_FROM = 7;

/** Subtracts the mean over all classes, which softmax ignores. */
export const centred = (map, mean) => map.map((row, y) => row.map((value, x) => value - mean[y][x]));

export function strongest(evidence) {
	const columns = evidence[0].length;
	const flat = evidence.flat();
	const at = flat.indexOf(Math.max(...flat));
	return { row: Math.floor(at / columns) + 1, column: (at % columns) + 1 };
}

function tiles(evidence) {
	const [rows, columns] = [evidence.length, evidence[0].length];
	const canvas = el('canvas', { width: columns, height: rows });
	const context = canvas.getContext('2d');
	const scale = Math.max(...evidence.flat().map(Math.abs)) || 1;
	evidence.flat().forEach((value, i) => {
		context.fillStyle = colour(value / scale);
		context.fillRect(i % columns, Math.floor(i / columns), 1, 1);
	});
	return canvas;
}

export function drawMap(canvas, base, evidence, weight) {
	const [rows, columns] = [evidence.length, evidence[0].length];
	const scale = SIDE / Math.max(base.width, base.height);
	canvas.width = Math.round(base.width * scale);
	canvas.height = Math.round(base.height * scale);
	const context = canvas.getContext('2d');
	context.imageSmoothingQuality = 'high';
	context.drawImage(base, 0, 0, canvas.width, canvas.height);
	context.globalAlpha = weight;
	const smooth = Math.min(rows, columns) >= SMOOTH_FROM;
	context.imageSmoothingEnabled = smooth;
	context.drawImage(tiles(evidence), 0, 0, canvas.width, canvas.height);
	if (!smooth) {
		context.strokeStyle = '#fff';
		const [width, height] = [canvas.width / columns, canvas.height / rows];
		evidence.flat().forEach((_, i) =>
			context.strokeRect((i % columns) * width, Math.floor(i / columns) * height, width, height));
	}
	context.globalAlpha = 1;
}

export function legend() {
	const bar = el('canvas', { width: 65, height: 1, 'aria-hidden': 'true' });
	const context = bar.getContext('2d');
	for (let x = 0; x < bar.width; x++) {
		context.fillStyle = colour(x / 32 - 1);
		context.fillRect(x, 0, 1, 1);
	}
	return el('p', { class: 'legend-bar small' }, el('span', 'against'), bar, el('span', 'for the class'));
}
