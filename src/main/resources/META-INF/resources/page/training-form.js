// The form of a new training.
import { byId, el, fill, megabytes } from './dom.js';
import * as problems from './problems.js';
import { zip } from './zip.js';

const VARIANTS = [
  ...[5, 6, 7, 8, 9, 10, 11, 12, 13].map((depth) => `vanillanet_${depth}`),
  'vanillanet_13_x1_5',
  'vanillanet_13_x1_5_ada_pool',
];

export class TrainingForm {
  #session;
  #started;
  #folder = el('input', { type: 'file', name: 'folder', webkitdirectory: true, multiple: true });
  #archive = el('input', { type: 'file', name: 'archive', accept: '.zip,application/zip' });
  #status = el('p', { class: 'small', role: 'status' });
  #bar = el('progress', { 'aria-label': 'Upload', hidden: true });
  #problem = el('div', { role: 'alert' });
  #button = el('button', { class: 'primary' }, 'Start training');
  #form = byId('new-training');

  /**
   * @param {import('./session.js').Session} session
   * @param {function(Object)} started called with the accepted training
   */
  constructor(session, started) {
    this.#session = session;
    this.#started = started;
    // choosing a folder clears the zip file and vice versa
    this.#folder.addEventListener('change', () => { this.#archive.value = ''; });
    this.#archive.addEventListener('change', () => { this.#folder.value = ''; });
    fill(this.#form, ...this.#fields());
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      this.#submit();
    };
  }

  #fields() {
    return [
      el('p', { class: 'small' },
        'A folder of labelled photos: ', el('code', {}, 'train/CLASS/…'), ' with ', el('code', {}, 'val/'),
        ' or ', el('code', {}, 'test/'), ', or ', el('code', {}, 'CLASS/…'), ' only.'),
      el('label', {}, 'Folder', this.#folder),
      el('label', {}, 'or a zip file of it', this.#archive),
      el('div', { class: 'pair' },
        el('label', {}, 'Model name',
          el('input', { name: 'name', required: true, maxlength: 64, pattern: '[A-Za-z0-9._\\-]+',
            title: 'Letters, digits, dots, hyphens, underscores', autocomplete: 'off', autocapitalize: 'none' })),
        el('label', {}, 'Variant',
          el('select', { name: 'variant' }, ...VARIANTS.map((name) => el('option', { value: name }, name)))),
        el('label', {}, 'Preset',
          el('select', { name: 'preset' },
            el('option', { value: 'small' }, 'small: fits the photos and the machine'),
            el('option', { value: 'official' }, 'official: the published recipe'))),
        el('label', {}, 'Epochs',
          el('input', { name: 'epochs', type: 'number', min: 1, step: 1, placeholder: 'chosen' }))),
      el('details', {},
        el('summary', {}, 'More settings'),
        el('label', {}, 'Other members of the request, as JSON',
          el('textarea', { name: 'more', rows: 4, spellcheck: 'false', autocapitalize: 'none',
            placeholder: '{"input_size": 64, "learning_rate": 0.004}' }))),
      this.#problem,
      this.#button,
      this.#bar,
      this.#status,
    ];
  }

  /** @returns {Object} the request's JSON @throws {SyntaxError} */
  #request() {
    const { name, variant, preset, epochs, more } = this.#form.elements;
    let further = {};
    try {
      further = JSON.parse(more.value.trim() || '{}');
    } catch (failure) {
      throw new SyntaxError(`Other members must be JSON: ${failure.message}`);
    }
    return {
      name: name.value,
      variant: variant.value,
      preset: preset.value,
      ...(epochs.value ? { epochs: Number(epochs.value) } : {}),
      ...further,
    };
  }

  async #submit() {
    problems.clear(this.#problem);
    this.#button.disabled = true;
    try {
      const form = new FormData();
      form.append('spec', JSON.stringify(this.#request()));
      form.append('data', await this.#data(), 'data.zip');
      this.#bar.hidden = false;
      const job = await this.#session.upload('admin/trainings', form, (sent, all) => {
        this.#bar.max = all;
        this.#bar.value = sent;
        this.#status.textContent = `${megabytes(sent)} of ${megabytes(all)} sent`;
      });
      this.#status.textContent = 'Accepted.';
      this.#started(job);
    } catch (failure) {
      this.#status.textContent = '';
      problems.show(this.#problem, failure);
    }
    this.#bar.hidden = true;
    this.#button.disabled = false;
  }

  /** @returns {Promise<Blob>} a zip */
  async #data() {
    if (this.#archive.files.length > 0) {
      return this.#archive.files[0];
    }
    const files = [...this.#folder.files]
      .map((file) => ({ path: file.webkitRelativePath, file }))
      .filter(({ path }) => !path.split('/').some((name) => name.startsWith('.')));
    if (files.length === 0) {
      throw new RangeError('Choose a folder or a zip file.');
    }
    return zip(files, (read) => {
      this.#status.textContent = `${read} of ${files.length} files packed`;
    });
  }
}
