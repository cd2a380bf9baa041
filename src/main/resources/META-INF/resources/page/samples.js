// Draws a sample picture.
import { byId, el } from './dom.js';

const WIDTH = 320;
const HEIGHT = 240;

function gradient(context, from, to, top = 0, bottom = HEIGHT) {
	const fill = context.createLinearGradient(0, top, 0, bottom);
	fill.addColorStop(0, from);
	fill.addColorStop(1, to);
	context.fillStyle = fill;
	context.fillRect(0, top, WIDTH, bottom - top);
}

function shape(context, colour, ...points) {
	context.fillStyle = colour;
	context.beginPath();
	points.forEach(([x, y]) => context.lineTo(x, y));
	context.fill();
}

function ship(context) {
	gradient(context, '#9fc6e6', '#e9eef0', 0, 150);
	gradient(context, '#3f7396', '#1c3f5c', 150);
	shape(context, '#f4f4f2', [120, 84], [214, 84], [214, 122], [120, 122]);
	shape(context, '#f4f4f2', [140, 62], [186, 62], [186, 84], [140, 84]);
	shape(context, '#c0392b', [192, 56], [208, 56], [208, 84], [192, 84]);
	shape(context, '#26323d', [54, 122], [276, 122], [246, 168], [84, 168]);
	shape(context, '#a9342a', [80, 160], [252, 160], [246, 170], [86, 170]);
	for (let x = 128; x < 210; x += 16) {
		shape(context, '#3d5566', [x, 98], [x + 8, 98], [x + 8, 106], [x, 106]);
	}
}

/** Adds a button for the drawing. */
export function offer(chosen) {
	const canvas = el('canvas', { width: WIDTH, height: HEIGHT });
	ship(canvas.getContext('2d'));
	const take = () =>
		canvas.toBlob((blob) => chosen(new File([blob], 'ship.png', { type: blob.type })));
	byId('samples').append(
		el('button', { class: 'sample', 'aria-label': 'Drawing: ship', click: take }, canvas));
}
