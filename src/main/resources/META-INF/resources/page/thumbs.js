// Small pictures. Keeps a limited number, each as a canvas without an object URL.
import { el } from './dom.js';

const SIDE = 96;
const MOST = 300;
const kept = new Map();
let working = Promise.resolve();

async function draw(file) {
	let picture;
	try {
		picture = await createImageBitmap(file, { resizeHeight: SIDE, resizeQuality: 'medium' });
		const canvas = el('canvas', { width: Math.min(picture.width, 3 * SIDE), height: SIDE });
		canvas.getContext('2d').drawImage(picture, 0, 0);
		return canvas;
	} catch {
		return undefined; // the browser cannot show it
	} finally {
		picture?.close();
	}
}

/** Decodes one picture at a time, because a large one needs much memory. */
export function thumbnail(file, wanted = () => true) {
	if (kept.has(file)) {
		return Promise.resolve(copy(kept.get(file)));
	}
	const next = working.then(async () => {
		if (!kept.has(file) && wanted()) {
			kept.set(file, await draw(file));
			if (kept.size > MOST) {
				kept.delete(kept.keys().next().value);
			}
		}
		return copy(kept.get(file));
	});
	working = next;
	return next;
}

/** A canvas can be at one place only, and the drawn ones are shared. */
function copy(canvas) {
	const other = canvas && el('canvas', { width: canvas.width, height: canvas.height, 'aria-hidden': 'true' });
	other?.getContext('2d').drawImage(canvas, 0, 0);
	return other;
}

/** A cell of a table that shows a picture when it is drawn. */
export function pictureCell(file) {
	const cell = el('td', { class: 'picture' });
	thumbnail(file, () => cell.isConnected).then((small) => small && cell.append(small));
	return cell;
}
