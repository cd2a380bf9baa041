// Credentials of an administrator. They are kept only in the memory of this page.
import { Problem, send } from './api.js';
import { follow } from './events.js';

const base64 = (text) =>
	btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));

export const basic = (user, password) => `Basic ${base64(`${user}:${password}`)}`;
export const bearer = (token) => `Bearer ${token.trim()}`;

export class Session {
	#authorization;
	#rejected;

	constructor(authorization, rejected) {
		this.#authorization = authorization;
		this.#rejected = rejected;
	}

	async send(path, init = {}) {
		try {
			return await send(path, {
				...init,
				headers: { ...init.headers, Authorization: this.#authorization },
			});
		} catch (failure) {
			if (failure.status === 401 || (failure.status === 403 && failure.code !== 'FOREIGN_ORIGIN')) {
				this.#rejected(failure);
			}
			throw failure;
		}
	}

	async json(path, init) {
		return (await this.send(path, init)).json();
	}

	/** Follows a training until it ends. */
	follow(path, listeners, aborted) {
		return follow((signal) => this.send(`${path}/events`, { signal }), listeners, aborted);
	}

	/** Returns a function that loads a thumbnail of a training. */
	thumbnails(path) {
		return async (number) => (await this.send(`${path}/thumbnails/${number}`)).blob();
	}

	/** Sends a form and reports the progress, which fetch cannot do. */
	async upload(path, form, progress) {
		// checks the credentials with fetch first: an XMLHttpRequest with wrong ones opens the browser's
		// password dialog
		await this.send(path);
		return new Promise((resolve, reject) => {
			const request = new XMLHttpRequest();
			request.open('POST', path);
			request.setRequestHeader('Authorization', this.#authorization);
			request.responseType = 'json';
			request.upload.onprogress = (event) => progress(event.loaded, event.total);
			request.onerror = () => reject(new Problem(
				0, 'The upload failed',
				'The connection was closed before the upload was complete. Check whether the data is larger than the limit of the service.'));
			request.onload = () => {
				if (request.status >= 200 && request.status < 300) {
					resolve(request.response);
				} else {
					reject(Problem.parsed(
						request.status, request.response ?? {},
						{ get: (name) => request.getResponseHeader(name) }));
				}
			};
			request.send(form);
		});
	}
}
