// Requests to the service. Addresses are relative, so the page also works behind a proxy with a path.

/** A failed request. */
export class Problem extends Error {
	constructor(status, title, detail, more = {}) {
		super(detail);
		this.status = status;
		this.title = title;
		this.code = more.code;
		this.retryAfter = more.retryAfter;
		this.requestId = more.requestId;
	}

	static parsed(status, body, headers) {
		const retryAfter = body.retry_after_ms === undefined
			? Number.parseInt(headers.get('Retry-After') ?? '', 10) : body.retry_after_ms / 1000;
		return new Problem(
			status,
			body.title ?? `HTTP ${status}`,
			body.detail ?? 'The service gave no reason.',
			{
				code: body.code,
				retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter,
				requestId: body.request_id ?? headers.get('X-Request-Id') ?? undefined,
			});
	}
}

export async function send(path, init = {}) {
	let response;
	try {
		// without `omit` the browser opens its own password dialog on a 401
		response = await fetch(path, { credentials: 'omit', ...init });
	} catch (failure) {
		if (failure.name === 'AbortError') {
			throw failure;
		}
		throw new Problem(0, 'No answer', 'The service cannot be reached. Check that it is running and that the network works.');
	}
	if (!response.ok) {
		throw Problem.parsed(response.status, await response.json().catch(() => ({})), response.headers);
	}
	return response;
}

export const models = async () => (await send('models')).json();

export const ready = () => send('q/health/ready').then(() => true, () => false);

export const onDisk = () =>
	send('v2/repository/index', { method: 'POST' })
		.then((response) => response.json())
		.then((versions) => versions.map(({ name }) => name), () => []);

/** The request that sends a picture; files without a known type are detected by the service. */
const carrying = (picture, signal, headers = {}) => ({
	method: 'POST',
	headers: { 'Content-Type': contentType(picture), ...headers },
	body: picture,
	signal,
});

export const contentType = (picture) =>
	picture.type.startsWith('image/') ? picture.type : 'application/octet-stream';

export const classifyPath = (model, topK) => `classify/${encodeURIComponent(model)}?top_k=${topK}`;

export async function classify(model, picture, { topK = 5, signal } = {}) {
	const begin = performance.now();
	const response = await send(classifyPath(model, topK), carrying(picture, signal));
	const body = await response.json();
	const wall = performance.now() - begin;
	return { body, stages: response.headers.get('Server-Timing') ?? '', wall };
}

export async function explain(model, picture, { topK = 5, of, signal }) {
	const query = of === undefined ? `top_k=${topK}` : `class=${of}`;
	return (await send(`explain/${encodeURIComponent(model)}?${query}`, carrying(picture, signal))).json();
}

export const seen = async (model, picture, signal) =>
	(await send(`explain/${encodeURIComponent(model)}?blend=0`, carrying(picture, signal, { Accept: 'image/png' }))).blob();
