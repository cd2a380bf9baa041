// Takes pictures from file dialogs, the camera, drops of files and folders, and the clipboard.
import { byId } from './dom.js';

/** Files that systems add to folders. */
const CLUTTER = /(^|\/)(\.|Thumbs\.db$|desktop\.ini$|__MACOSX\/)/i;

const ORDER = new Intl.Collator(undefined, { numeric: true });

export const pathOf = (file) => file.folderPath || file.webkitRelativePath || file.name || 'picture';

/** Reads all entries of a folder; a browser gives at most 100 at a time. */
async function entriesOf(folder) {
	const reader = folder.createReader();
	const all = [];
	for (;;) {
		const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
		if (some.length === 0) {
			return all;
		}
		all.push(...some);
	}
}

async function collect(entry, into) {
	if (entry.isDirectory) {
		for (const inside of await entriesOf(entry)) {
			await collect(inside, into);
		}
	} else {
		const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
		file.folderPath = entry.fullPath.replace(/^\//, '');
		into.push(file);
	}
}

export async function dropped(transfer) {
	// both lists are empty after the first pause
	const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
	const plain = [...transfer.files];
	if (!entries.some((entry) => entry.isDirectory)) {
		return plain;
	}
	const files = [];
	for (const entry of entries) {
		await collect(entry, files);
	}
	return ordered(files);
}

/** Sorted, and without the files that systems add. */
const ordered = (files) => files.filter((file) => !CLUTTER.test(pathOf(file)))
	.sort((one, other) => ORDER.compare(pathOf(one), pathOf(other)));

/** Opens a file dialog with a button. */
export function chooser(button, field, take) {
	button.addEventListener('click', () => field.click());
	field.addEventListener('change', () => {
		const files = field.webkitdirectory ? ordered([...field.files]) : [...field.files];
		field.value = ''; // so that the same file can be chosen again
		if (files.length > 0) {
			take(files);
		}
	});
	button.hidden = field.hasAttribute('webkitdirectory') && !('webkitdirectory' in field)
		|| field.hasAttribute('capture') && !matchMedia('(any-pointer: coarse)').matches;
	return button;
}

/** Takes what is dropped anywhere on the page or pasted. */
export function dropsAndPastes(take) {
	const offer = (files, folder) => files.length > 0 && take(files, folder);
	const drop = byId('drop');
	drop.addEventListener('dragenter', () => drop.classList.add('over'));
	drop.addEventListener('dragleave', () => drop.classList.remove('over'));
	// a picture dropped anywhere must not replace the page
	window.addEventListener('dragover', (event) => event.preventDefault());
	window.addEventListener('drop', async (event) => {
		event.preventDefault();
		drop.classList.remove('over');
		const files = await dropped(event.dataTransfer);
		offer(files, files.some((file) => file.folderPath));
	});
	document.addEventListener('paste', (event) => {
		const files = [...(event.clipboardData?.files ?? [])];
		if (files.length > 0) {
			event.preventDefault();
			offer(files, false);
		}
	});
}
