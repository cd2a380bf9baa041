// Requests to the service. Addresses are relative, so the page also works behind a proxy with a path.

/** A failed request. */
export class Problem extends Error {
  /**
   * @param {number} status 0 if there was no answer
   * @param {string} title
   * @param {string} detail
   * @param {{code?: string, retryAfter?: number, requestId?: string}} [more] name of the failure;
   *     seconds until a retry; id of the request
   */
  constructor(status, title, detail, more = {}) {
    super(detail);
    this.status = status;
    this.title = title;
    this.code = more.code;
    this.retryAfter = more.retryAfter;
    this.requestId = more.requestId;
  }

  static unreachable() {
    return new Problem(
      0, 'No answer', 'The service cannot be reached. Check that it is running and that the network works.');
  }

  /** @param {Response} response that is not ok */
  static async of(response) {
    const body = await response.json().catch(() => ({}));
    return Problem.parsed(response.status, body, response.headers);
  }

  /**
   * @param {number} status
   * @param {Object} body problem+json, or the answer of a proxy
   * @param {{get: function(string): ?string}} headers
   */
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

/**
 * @param {string} path relative to the page
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} that is ok
 * @throws {Problem}
 */
export async function send(path, init = {}) {
  let response;
  try {
    // without `omit` the browser opens its own password dialog on a 401
    response = await fetch(path, { credentials: 'omit', ...init });
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw Problem.unreachable();
  }
  if (!response.ok) {
    throw await Problem.of(response);
  }
  return response;
}

/** @returns {Promise<{models: Object[], groups: Object<string, string[]>, faults: Object[], limits: Object}>} */
export const models = async () => (await send('models')).json();

/** @returns {Promise<boolean>} whether all models are loaded */
export const ready = () => send('q/health/ready').then(() => true, () => false);

/** @returns {Promise<string[]>} names of the models on disk; empty if the service does not say */
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

/** @param {Blob} picture */
export const contentType = (picture) =>
  picture.type.startsWith('image/') ? picture.type : 'application/octet-stream';

/** @param {string} model @param {number} topK @returns {string} path of the request */
export const classifyPath = (model, topK) => `classify/${encodeURIComponent(model)}?top_k=${topK}`;

/**
 * @param {string} model a model or a group
 * @param {Blob} picture
 * @param {{topK?: number, signal?: AbortSignal}} [more]
 * @returns {Promise<{body: Object, stages: string, wall: number}>} the answer, its header
 *     Server-Timing, and the milliseconds until it arrived
 */
export async function classify(model, picture, { topK = 5, signal } = {}) {
  const begin = performance.now();
  const response = await send(classifyPath(model, topK), carrying(picture, signal));
  const body = await response.json();
  const wall = performance.now() - begin;
  return { body, stages: response.headers.get('Server-Timing') ?? '', wall };
}

/**
 * @param {string} model
 * @param {Blob} picture
 * @param {{topK?: number, of?: number, signal?: AbortSignal}} more `of` is the index of a class
 * @returns {Promise<Object>} the maps of the best classes, or of one
 */
export async function explain(model, picture, { topK = 5, of, signal }) {
  const query = of === undefined ? `top_k=${topK}` : `class=${of}`;
  return (await send(`explain/${encodeURIComponent(model)}?${query}`, carrying(picture, signal))).json();
}

/** @returns {Promise<Blob>} the part of a picture that the network uses, as PNG */
export const seen = async (model, picture, signal) =>
  (await send(`explain/${encodeURIComponent(model)}?blend=0`, carrying(picture, signal, { Accept: 'image/png' }))).blob();
