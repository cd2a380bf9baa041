// An administrator's credentials, in this page's memory and nowhere else.
import { Problem, send } from './api.js';

/** @param {string} text @returns {string} base64 of its UTF-8 */
const base64 = (text) =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));

export class Session {
  #authorization;
  #refused;

  /**
   * @param {string} authorization the header
   * @param {function(Problem)} refused called when the service does not take them (any more)
   */
  constructor(authorization, refused) {
    this.#authorization = authorization;
    this.#refused = refused;
  }

  static basic(user, password, refused) {
    return new Session(`Basic ${base64(`${user}:${password}`)}`, refused);
  }

  static bearer(token, refused) {
    return new Session(`Bearer ${token.trim()}`, refused);
  }

  /**
   * @param {string} path
   * @param {RequestInit} [init]
   * @returns {Promise<Response>} that is ok
   * @throws {Problem}
   */
  async send(path, init = {}) {
    try {
      return await send(path, {
        ...init,
        headers: { ...init.headers, Authorization: this.#authorization },
      });
    } catch (failure) {
      if (failure.status === 401 || failure.status === 403) {
        this.#refused(failure);
      }
      throw failure;
    }
  }

  async json(path, init) {
    return (await this.send(path, init)).json();
  }

  /**
   * Sends a form and tells how much is on its way, which fetch cannot.
   *
   * @param {string} path
   * @param {FormData} form
   * @param {function(number, number)} progress bytes sent, bytes in all
   * @returns {Promise<Object>} the answer's JSON
   * @throws {Problem}
   */
  async upload(path, form, progress) {
    // by fetch first: a request of this kind that is not let in opens the browser's own window
    await this.send(path);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', path);
      request.setRequestHeader('Authorization', this.#authorization);
      request.responseType = 'json';
      request.upload.onprogress = (event) => progress(event.loaded, event.total);
      request.onerror = () => reject(new Problem(
        0, 'The upload broke off',
        'The connection was closed before all was sent. Is the data larger than the service takes?'));
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
