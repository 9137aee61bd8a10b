import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { drawThumbnail } from '../../figures/thumbnail.js';
import { tokens } from '../../figures/colors.js';
import { DATASETS } from '../../study/hyperparameters.js';
import { switched } from '../../study/panel.js';

const SIZE = 40;

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
      DATASETS.filter((one) => one.available).map((one) => ({
        value: one.name,
        text: html`<canvas aria-hidden="true" width="1" height="1"
          data-set=${one.name}></canvas><span>${one.label[store.lang]}</span>`,
      })),
      store.study.dataset.name,
      (name) => this.choose(name),
      { className: 'sets', testid: 'datasets' },
    );
  }

  /** @param {string} name */
  choose(name) {
    const { store } = this;
    if (name === store.study.dataset.name) return;
    const { study, loss } = switched(store.study, name);
    store.load(study);
    if (!loss) return;
    store.notify({
      id: 'study',
      kind: 'note',
      title: 'message.loss_dropped',
      values: { loss: loss.replaceAll('_', ' '), dataset: name },
      actions: [],
    });
    store.say(this.t('message.loss_dropped', { loss: loss.replaceAll('_', ' '), dataset: name }));
  }

  updated() {
    const { store } = this;
    const ink = tokens(this, store.dark)('--ink');
    for (const canvas of this.querySelectorAll('canvas')) {
      const name = canvas.dataset.set ?? '';
      const preview = store.previews.get(name);
      if (!preview) continue;
      const ratio = Math.min(4, Math.max(1, devicePixelRatio * store.scale));
      const now = [preview, store.dark, ratio];
      if (this.drawn.get(canvas)?.every((one, k) => one === now[k])) continue;
      this.drawn.set(canvas, now);
      drawThumbnail(canvas, preview, { dark: store.dark, ink, size: SIZE, ratio });
      canvas.dataset.drawn = store.dark ? 'dark' : 'light';
    }
  }
}

define('tp-datasets', TpDatasets);
