import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { drawThumbnail } from '../../figures/thumbnail.js';
import { tokens } from '../../figures/colors.js';
import { DATASETS, datasetOf, isOwn } from '../../study/hyperparameters.js';
import { pixelRatio } from '../../platform/pixels.js';

/** @typedef {import('../../study/types.js').Study} Study */

const SIZE = 40;

/** The data sets that come with the page, and the reader's own where the study is about them. @param {Study} study */
const setsOf = (study) => {
  const own = datasetOf(study);
  return [...DATASETS.filter((one) => one.available && !isOwn(one)), ...(own && isOwn(own) ? [own] : [])];
};

/** The data sets, each with a picture of its own rows. */
export class TpDatasets extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'test', 'previews'];

  constructor() {
    super();
    /** @private @type {WeakMap<HTMLCanvasElement, unknown[]>} what stands in a canvas */ this.drawn = new WeakMap();
    /** @private */ this.sight = new IntersectionObserver((entries) => {
      if (!entries.some((one) => one.isIntersecting)) return;
      this.sight.disconnect();
      // The page comes first: pictures start the engine only when the browser has nothing better to do.
      const later = window.requestIdleCallback ?? ((/** @type {() => void} */ act) => setTimeout(act, 200));
      later(() => this.act('previews'));
    });
  }

  observe() {
    this.sight.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sight.disconnect();
  }

  render() {
    const { store } = this;
    return segmented(
      this.t('data.set'),
      setsOf(store.study).map((one) => {
        const title = isOwn(one) ? store.dataName(store.study) : one.label[store.lang];
        const text = html`<canvas aria-hidden="true" width="1" height="1"
          data-set=${one.name}></canvas><span>${title}</span>`;
        return { value: one.name, title, text };
      }),
      store.study.dataset.name,
      (name) => this.act('choose_dataset', name),
      { className: 'sets', testid: 'datasets', disabled: store.locks.has('data') },
    );
  }

  updated() {
    const { store } = this;
    const ink = tokens(this, store.dark)('--ink');
    for (const canvas of this.querySelectorAll('canvas')) {
      const name = canvas.dataset.set ?? '';
      const preview = store.previews.get(name);
      if (!preview) continue;
      const ratio = Math.min(4, Math.max(1, pixelRatio()));
      const now = [preview, store.dark, ratio];
      if (this.drawn.get(canvas)?.every((one, k) => one === now[k])) continue;
      this.drawn.set(canvas, now);
      drawThumbnail(canvas, preview, { dark: store.dark, ink, size: SIZE, ratio });
      canvas.dataset.drawn = store.dark ? 'dark' : 'light';
    }
  }
}

define('tp-datasets', TpDatasets);
