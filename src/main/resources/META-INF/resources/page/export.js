// Writes the answers to many pictures as files.
import { el } from './dom.js';
import { pathOf } from './files.js';
import { brief } from './problems.js';
import { parse } from './timing.js';

const COLUMNS = ['file', 'model', 'version', 'answer', 'probability', 'out_of_domain', 'milliseconds', 'error'];

/** Quotes a cell. A leading apostrophe keeps spreadsheets from computing names such as `=1+1`. */
function cell(value) {
	if (typeof value !== 'string') {
		return value ?? '';
	}
	const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function recordOf({ file, body, stages, failure, state }) {
	const name = { file: pathOf(file) };
	if (!body) {
		return { ...name, error: failure ? brief(failure) : `not sent (${state})`, code: failure?.code };
	}
	return {
		...name,
		model: body.model,
		version: body.version,
		answer: body.predictions[0].label,
		probability: body.predictions[0].probability,
		out_of_domain: body.out_of_domain,
		milliseconds: parse(stages).total,
		predictions: body.predictions,
	};
}

export const csv = (entries) => new Blob(
	[`${COLUMNS.join(',')}\r\n`,
		...entries.map(recordOf).map((record) => `${COLUMNS.map((column) => cell(record[column])).join(',')}\r\n`)],
	{ type: 'text/csv' });

export const jsonLines = (entries) => new Blob(
	entries.map((entry) => `${JSON.stringify(recordOf(entry))}\n`), { type: 'application/x-ndjson' });

export function save(content, name) {
	const url = URL.createObjectURL(content);
	el('a', { href: url, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
