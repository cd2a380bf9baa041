// Accepts a picture and shows it with the part that the network uses.
import { byId } from './dom.js';
import { seenBy } from './crop.js';
import { withoutExif } from './without-exif.js';

export class Picture {
  #chosen;
  #rule;
  #url;
  #latest;

  /** @param {function(Blob)} chosen called with each new picture */
  constructor(chosen) {
    this.#chosen = chosen;
    this.#listen();
  }

  #listen() {
    const file = byId('file');
    byId('choose').addEventListener('click', () => file.click());
    file.addEventListener('change', () => {
      this.#take(file.files);
      file.value = ''; // so that the same file can be chosen again
    });
    const drop = byId('drop');
    for (const name of ['dragenter', 'dragover']) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add('over');
      });
    }
    drop.addEventListener('dragleave', () => drop.classList.remove('over'));
    // a picture dropped elsewhere must not replace the page
    window.addEventListener('dragover', (event) => event.preventDefault());
    window.addEventListener('drop', (event) => {
      event.preventDefault();
      drop.classList.remove('over');
      if (!byId('classify').hidden) {
        this.#take(event.dataTransfer.files);
      }
    });
    document.addEventListener('paste', (event) => {
      if (!byId('classify').hidden) {
        this.#take(event.clipboardData.files);
      }
    });
    byId('photo').addEventListener('load', () => this.#draw());
    byId('photo').addEventListener('error', () => this.#showable(false));
  }

  /** @param {FileList} files only the first one is used */
  #take(files) {
    if (files.length > 0) {
      this.show(files[0]);
    }
  }

  /** @param {Blob} picture */
  async show(picture) {
    this.#chosen(picture);
    this.#latest = picture;
    await this.#load();
  }

  /** Shows the latest picture as the model sees it: browsers apply the orientation in EXIF data. */
  async #load() {
    const picture = this.#latest;
    const upright = (this.#rule?.exif ?? 'auto') === 'auto';
    const shown = upright ? picture : await withoutExif(picture);
    if (picture !== this.#latest) {
      return;
    }
    URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(shown);
    byId('photo').src = this.#url;
    byId('photo').alt = `The chosen picture${picture.name ? `, ${picture.name}` : ''}`;
  }

  /** @param {Object} rule preprocessing of the model */
  seenBy(rule) {
    const turns = this.#latest && (this.#rule?.exif ?? 'auto') !== rule.exif;
    this.#rule = rule;
    if (turns) {
      this.#showable(false); // until the photo is loaded again
      this.#load();
      return;
    }
    const photo = byId('photo');
    if (photo.complete && photo.naturalWidth > 0) {
      this.#draw();
    }
  }

  #showable(yes) {
    byId('stage').hidden = !yes;
    byId('invitation').hidden = yes;
    byId('net-view').hidden = !yes;
    byId('drop').classList.toggle('full', yes);
  }

  #draw() {
    this.#showable(true);
    if (!this.#rule) {
      return;
    }
    const photo = byId('photo');
    const { naturalWidth: width, naturalHeight: height } = photo;
    // enlarges small pictures a little and limits the height
    byId('frame').style.width =
      `min(100%, ${(24 * width) / height}rem, max(${width}px, 14rem))`;
    const part = seenBy(width, height, this.#rule);
    const crop = byId('crop').style;
    crop.left = `${(100 * part.left) / width}%`;
    crop.top = `${(100 * part.top) / height}%`;
    crop.width = `${(100 * part.width) / width}%`;
    crop.height = `${(100 * part.height) / height}%`;
    const share = (part.width * part.height) / (width * height);
    byId('crop-text').textContent =
      `${width} × ${height} pixels. The network uses the bright part, ${Math.round(100 * share)} % of it.`;
    this.#shrink(photo, part);
  }

  /** Draws the crop at the network's input size. The browser resizes, so it is an approximation. */
  #shrink(photo, part) {
    const canvas = byId('net-canvas');
    canvas.width = this.#rule.width;
    canvas.height = this.#rule.height;
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(
      photo, part.left, part.top, part.width, part.height, 0, 0, canvas.width, canvas.height);
    byId('net-text').textContent = `as ${this.#rule.width} × ${this.#rule.height} pixels`;
  }
}
