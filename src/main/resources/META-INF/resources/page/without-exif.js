// Browsers rotate photos according to their EXIF data. Models with the preprocessing exif=official do
// not. For them the page shows photos without EXIF data, so that the crop fits the picture.

const START_OF_IMAGE = 0xffd8;
const START_OF_SCAN = 0xda;
const EXIF_OR_XMP = 0xe1;
const SEARCHED_BYTES = 1 << 18;

export async function withoutExif(picture) {
	const head = new DataView(await picture.slice(0, SEARCHED_BYTES).arrayBuffer());
	if (head.byteLength < 4 || head.getUint16(0) !== START_OF_IMAGE) {
		return picture;
	}
	const kept = [picture.slice(0, 2)];
	let at = 2;
	while (at + 4 <= head.byteLength && head.getUint8(at) === 0xff) {
		const marker = head.getUint8(at + 1);
		if (marker === START_OF_SCAN) {
			break;
		}
		const next = at + 2 + head.getUint16(at + 2);
		if (marker !== EXIF_OR_XMP) {
			kept.push(picture.slice(at, next));
		}
		at = next;
	}
	return new Blob([...kept, picture.slice(at)], { type: picture.type });
}
