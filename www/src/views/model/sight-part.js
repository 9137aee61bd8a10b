import { html, nothing } from 'lit';
import { FigurePart } from '../../figures/figure.js';
import { exact } from '../../study/format.js';
import { Lens, unscaled } from './lens.js';

/** What all figures of one network share. */
export class SightPart extends FigurePart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['model'];
  static properties = {
    ...FigurePart.properties,
    lens: { attribute: false },
    paired: { attribute: false },
    cursor: { state: true },
  };

  constructor() {
    super();
    this.lens = new Lens(0);
    /** Whether another network lies beside it. */ this.paired = false;
    /** @type {any} what the pointer or the keys are at; null where they are at nothing */ this.cursor = null;
    /** @private the network that was pointed into @type {import('../../state/model.js').ModelHead | null} */
    this.pointed = null;
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const { head } = this.sight;
    // A finger that has left still points into the network before.
    if (head !== this.pointed) this.onBlur();
    this.pointed = head;
  }

  get sight() {
    return this.store.model.sights[this.lens.slot];
  }

  /** Of a network that is ready. */
  get head() {
    return /** @type {import('../../state/model.js').ModelHead} */ (this.sight.head);
  }

  get name() {
    const { figure } = /** @type {typeof SightPart} */ (this.constructor);
    return this.lens.slot ? `${figure}-b` : figure;
  }

  get ready() {
    return this.sight.state === 'ready' && this.lens.found !== null;
  }

  get savable() {
    return this.ready;
  }

  get file() {
    return `${super.file}-${this.sight.trial}`;
  }

  /** Which trial, where two lie side by side. @protected @param {string} text */
  ofTrial(text) {
    const { pinned } = this.store;
    const { trial } = this.sight;
    if (!this.paired || trial === null) return text;
    const name = this.t('trial.number', { number: trial });
    return this.lens.slot ? `${pinned?.letter ?? ''} · ${name} · ${text}` : `${name} · ${text}`;
  }

  heading() {
    return this.ofTrial(this.title);
  }

  /** The epoch whose weights the trial kept, where it had patience. @protected */
  get keptEpoch() {
    const { store, lens, sight } = this;
    const trial = lens.slot ? store.pinned?.trial : store.trials.get(sight.trial ?? -1);
    return trial?.kept_epoch ?? 0;
  }

  /** The epoch that is looked at. */
  get epoch() {
    const { way } = this.sight;
    const kept = this.lens.at < 0 && this.keptEpoch;
    if (kept) return kept;
    const at = this.lens.at < 0 ? way.steps.length - 1 : this.lens.at;
    return (way.steps[at] ?? 0) / Math.max(1, this.head.epoch_steps);
  }

  /** @returns {unknown} */
  note() {
    if (!this.ready) return nothing;
    const epoch = exact(Number(this.epoch.toFixed(1)));
    return html`<span class="q" data-testid="${this.name}-epoch">${this.t('model.epoch', { epoch })}</span>`;
  }

  observe() {
    super.observe();
    this.lens.follow(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.lens.leave(this);
  }

  /** What was found is there to be painted. */
  moved() {
    if (this.hasUpdated && this.isConnected) this.redraw();
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    this.onMove(event);
  }

  /** @param {PointerEvent} event */
  onLeave(event) {
    if (event.pointerType !== 'touch') this.cursor = null;
  }

  onBlur() {
    this.cursor = null;
  }

  /** Moves the cursor where it is elsewhere. @protected @param {object | null} to */
  aim(to) {
    if (JSON.stringify(to) !== JSON.stringify(this.cursor)) this.cursor = to;
  }

  /** @protected Training or validation. @param {number} part */
  partName(part) {
    return this.t(`model.part.${part ? 'validation' : 'train'}`);
  }

  /** @protected The column of a table whose rows know their `part`. */
  partColumn() {
    return {
      key: 'part',
      label: this.t('model.part'),
      text: (/** @type {{part: number}} */ row) => this.partName(row.part),
      value: (/** @type {{part: number}} */ row) => (row.part ? 'validation' : 'train'),
    };
  }

  /** @protected @param {number} layer from 0 */
  layerName(layer) {
    return layer === this.head.widths.length - 1
      ? this.t('model.layer.output')
      : this.t('model.layer', { n: layer + 1 });
  }

  /** A class by its name. @param {number} k */
  nameOfClass(k) {
    return this.head.classes[k] ?? String(k);
  }

  /** A feature's value in its own unit. @param {number} feature @param {number} value */
  own(feature, value) {
    return unscaled(value, this.head.scaling[feature] ?? [0, 1]);
  }
}
