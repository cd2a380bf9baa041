// Writes the request of an answer as code.
import { classifyPath, contentType } from './api.js';
import { byId, el, fill, row } from './dom.js';
import { pathOf } from './files.js';

/** Quotes for a POSIX shell. */
const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;
/** A JSON string is also a string of Python and of JavaScript. */
const literal = (text) => JSON.stringify(text);

const KINDS = {
	curl: (url, type, file) =>
		`curl -H ${shell(`Content-Type: ${type}`)} --data-binary ${shell(`@${file}`)} \\\n  ${shell(url)}\n`,
	Python: (url, type, file) => `import json
import urllib.request

with open(${literal(file)}, "rb") as picture:
    request = urllib.request.Request(
        ${literal(url)},
        data=picture.read(),
        headers={"Content-Type": ${literal(type)}})
with urllib.request.urlopen(request) as response:
    print(json.load(response)["predictions"])
`,
	JavaScript: (url, type, file) => `import { readFile } from "node:fs/promises";

const response = await fetch(${literal(url)}, {
  method: "POST",
  headers: { "Content-Type": ${literal(type)} },
  body: await readFile(${literal(file)}),
});
console.log((await response.json()).predictions);
`,
};

/** Offers the code of exactly this request. */
export function offer(model, topK, picture) {
	const url = new URL(classifyPath(model, topK), document.baseURI.split('#')[0]).href;
	const code = el('pre', { tabindex: 0, 'aria-label': 'Code' });
	const status = el('span', { class: 'small', role: 'status' });
	const write = (kind) => KINDS[kind](url, contentType(picture), pathOf(picture).split('/').pop());
	const show = async (kind) => {
		code.textContent = write(kind);
		try {
			await navigator.clipboard.writeText(code.textContent);
			status.textContent = `${kind} copied.`;
		} catch {
			status.textContent = 'The browser does not allow this page to copy. Select the text.';
		}
	};
	code.textContent = write('curl');
	fill(byId('copy-body'),
		row(
			...Object.keys(KINDS).map((kind) => el('button', { click: () => show(kind) }, `Copy ${kind}`)),
			status),
		code);
	byId('copy').hidden = false;
}
