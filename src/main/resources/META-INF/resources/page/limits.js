// Checks files before they are sent.
import { Problem } from './api.js';
import { megabytes } from './dom.js';

export function requireSize(file, limits) {
	if (file.size === 0) {
		throw new Problem(422, 'Nothing was sent', 'The file is empty.', { code: 'EMPTY_FILE' });
	}
	if (limits.image_bytes !== undefined && file.size > limits.image_bytes) {
		throw new Problem(413, 'Nothing was sent',
			`The file has ${megabytes(file.size)}, the service takes at most ${megabytes(limits.image_bytes)}.`,
			{ code: 'FILE_TOO_LARGE' });
	}
}
