// Packs files into a zip without compression, because photos are already compressed. The archive is a
// Blob of Blobs, so that no file is held in memory.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

const UTF8_NAMES = 0x0800;
const VERSION = 20;
const VERSION_64 = 45;
const MOST_16 = 0xffff;
const MOST_32 = 0xffffffff;
const NEW_YEAR_1980 = 0x0021; // the oldest date of the format; the times of the files do not matter

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
	let value = index;
	for (let bit = 0; bit < 8; bit++) {
		value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
	}
	return value;
});

export async function crc32(file) {
	let crc = 0xffffffff;
	const reader = file.stream().getReader();
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		for (const byte of part.value) {
			crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
		}
	}
	return (crc ^ 0xffffffff) >>> 0;
}

/** Encodes little-endian fields, each `[bytes, value]`. */
function record(...fields) {
	const view = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes]) => sum + bytes, 0)));
	let at = 0;
	for (const [bytes, value] of fields) {
		if (bytes === 2) {
			view.setUint16(at, value, true);
		} else if (bytes === 4) {
			view.setUint32(at, value, true);
		} else {
			view.setBigUint64(at, BigInt(value), true);
		}
		at += bytes;
	}
	return new Uint8Array(view.buffer);
}

/** Fields that the header of a file and its entry in the directory share. */
const traits = ({ name, size, crc }) => [
	[2, VERSION], [2, UTF8_NAMES], [2, 0], [2, 0], [2, NEW_YEAR_1980],
	[4, crc], [4, size], [4, size], [2, name.length], [2, 0],
];

const header = (entry) => record([4, 0x04034b50], ...traits(entry));

const directoryEntry = (entry) =>
	record([4, 0x02014b50], [2, VERSION], ...traits(entry), [2, 0], [2, 0], [2, 0], [4, 0], [4, entry.offset]);

/** The end of the directory; more than 65,535 entries also need the 64-bit form. */
function end(entries, size, offset) {
	const parts = [];
	if (entries > MOST_16) {
		parts.push(
			record([4, 0x06064b50], [8, 44], [2, VERSION_64], [2, VERSION_64], [4, 0], [4, 0],
				[8, entries], [8, entries], [8, size], [8, offset]),
			record([4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]));
	}
	const shown = Math.min(entries, MOST_16);
	parts.push(
		record([4, 0x06054b50], [2, 0], [2, 0], [2, shown], [2, shown], [4, size], [4, offset], [2, 0]));
	return parts;
}

export async function zip(files, progress = () => {}) {
	const encoder = new TextEncoder();
	const parts = [];
	const directory = [];
	let offset = 0;
	for (const [index, { path, file }] of files.entries()) {
		const name = encoder.encode(path);
		const entry = { name, size: file.size, crc: file.size === 0 ? 0 : await crc32(file), offset };
		const head = header(entry);
		parts.push(head, name, file);
		directory.push(directoryEntry(entry), name);
		offset += head.length + name.length + file.size;
		if (offset > MOST_32) {
			throw new RangeError('The folder is larger than 4 GiB, which is the limit of this page. Use a folder on the server instead.');
		}
		progress(index + 1);
	}
	const size = directory.reduce((sum, part) => sum + part.length, 0);
	return new Blob(
		[...parts, ...directory, ...end(files.length, size, offset)], { type: 'application/zip' });
}
