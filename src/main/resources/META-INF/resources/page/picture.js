// Shows a picture with the part that the network uses.
import { byId } from './dom.js';
import { seenBy } from './crop.js';
import { withoutExif } from './without-exif.js';

export class Picture {
	#rule;
	#url;
	#latest;

	constructor() {
		byId('photo').addEventListener('load', () => this.#draw());
		byId('photo').addEventListener('error', () => this.#showable(false));
	}

	async show(picture) {
		this.#latest = picture;
		await this.#load();
	}

	/** The part that the network uses, at its input size. */
	async part() {
		const photo = byId('photo');
		try {
			await photo.decode();
		} catch {
			return undefined;
		}
		return partOf(photo, this.#rule);
	}

	/** Shows the latest picture as the model sees it: browsers apply the orientation in EXIF data. */
	async #load() {
		const picture = this.#latest;
		const upright = (this.#rule?.exif ?? 'auto') === 'auto';
		const shown = upright ? picture : await withoutExif(picture);
		if (picture !== this.#latest) {
			return;
		}
		URL.revokeObjectURL(this.#url);
		this.#url = URL.createObjectURL(shown);
		byId('photo').src = this.#url;
		byId('photo').alt = `The chosen picture${picture.name ? `, ${picture.name}` : ''}`;
	}

	seenBy(rule) {
		const turns = this.#latest && (this.#rule?.exif ?? 'auto') !== rule.exif;
		this.#rule = rule;
		if (turns) {
			this.#showable(false); // until the photo is loaded again
			this.#load();
			return;
		}
		const photo = byId('photo');
		if (photo.complete && photo.naturalWidth > 0) {
			this.#draw();
		}
	}

	#showable(yes) {
		byId('stage').hidden = !yes;
		byId('invitation').hidden = yes;
		byId('drop').classList.toggle('full', yes);
		byId('classify').classList.toggle('begun', yes || this.#latest !== undefined);
		if (!yes && this.#latest) {
			byId('invitation-title').textContent = this.#latest.name ?? 'The picture';
			byId('invitation-text').textContent = 'This browser cannot show the file. The service may still read it.';
		}
	}

	#draw() {
		this.#showable(true);
		if (!this.#rule) {
			return;
		}
		const photo = byId('photo');
		const { naturalWidth: width, naturalHeight: height } = photo;
		// enlarges small pictures a little and limits the height
		byId('frame').style.width =
			`min(100%, calc(var(--photo) * ${width / height}), max(${width}px, 14rem))`;
		const part = seenBy(width, height, this.#rule);
		const crop = byId('crop').style;
		for (const [edge, whole] of [['left', width], ['top', height], ['width', width], ['height', height]]) {
			crop[edge] = `${(100 * part[edge]) / whole}%`;
		}
		const share = (part.width * part.height) / (width * height);
		byId('crop-text').textContent =
			`${width} × ${height} pixels. The network uses the bright part (${Math.round(100 * share)} %) as ${this.#rule.width} × ${this.#rule.height} pixels.`;
	}
}

/** Draws the part that the network uses, at its input size. The browser resizes, so it is an approximation. */
export function partOf(photo, rule) {
	const part = seenBy(photo.naturalWidth, photo.naturalHeight, rule);
	const canvas = document.createElement('canvas');
	canvas.width = rule.width;
	canvas.height = rule.height;
	const context = canvas.getContext('2d');
	context.imageSmoothingQuality = 'high';
	context.drawImage(
		photo, part.left, part.top, part.width, part.height, 0, 0, canvas.width, canvas.height);
	return canvas;
}
