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
		const canvas = el('canvas', { width: Math.min(picture.width, 3 * SIDE), height: SIDE, 'aria-hidden': 'true' });
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
		return Promise.resolve(kept.get(file));
	}
	const next = working.then(async () => {
		if (!kept.has(file) && wanted()) {
			kept.set(file, await draw(file));
			if (kept.size > MOST) {
				kept.delete(kept.keys().next().value);
			}
		}
		return kept.get(file);
	});
	working = next;
	return next;
}
