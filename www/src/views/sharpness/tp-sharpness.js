import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { WorkDialog } from '../../controls/work-dialog.js';
import { icon } from '../../controls/icons.js';
import { count, exact, loss, rate } from '../../study/format.js';
import { layerName, pointOf, pointsOf, standingOf, triedRate, whyOf } from './story.js';
import './tp-sharpness-figure.js';
import dialog from '../dialog.css?inline';
import sheet from './style.css?inline';
import { copiesOf } from '../../study/parts.js';

/**
 * How sharp the loss is along a trial's training, beside what its optimizer can stand; and of one that diverged, why.
 * What the run has recorded is shown at once, and anything else worked out by training the trial once more on the CPU.
 *
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('../../study/types.js').SharpNews} SharpNews
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('./story.js').Point} Point
 * @typedef {import('./story.js').Sentence} Sentence
 */

export class TpSharpness extends WorkDialog {
  static sheet = dialog + sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['run', 'study'];
  static properties = {
    ...WorkDialog.properties,
    points: { state: true },
    news: { state: true },
  };

  constructor() {
    super();
    /** @type {Trial | null} */ this.trial = null;
    /** @type {import('../../study/types.js').Study | null} whose trial it is */ this.study = null;
    /** @type {Point[]} */ this.points = [];
    /** @type {SharpNews | null} what was told last; nothing of what the run has recorded */ this.news = null;
  }

  open() {
    const { selected, shownStudy } = this.store;
    if (this.isOpen || !selected) return;
    this.trial = selected;
    this.study = shownStudy;
    this.points = pointsOf(selected.epochs.records());
    this.showOf();
    if (!this.points.length || selected.state === 'diverged') void this.begin();
  }

  /** @protected */
  closed() {
    super.closed();
    Object.assign(this, { trial: null, study: null, points: [], news: null });
  }

  /** @private */
  async begin() {
    const { trial, study } = this;
    if (!trial || !study) return;
    this.stop();
    const { turn } = this;
    Object.assign(this, { points: [], news: null, problem: null, state: 'running' });
    const diverges = trial.state === 'diverged';
    // One that has diverged or is complete goes to its own end.
    // Of one with patience, as far as it was trained.
    const isWhole = trial.state === 'complete' && !trial.kept_epoch;
    const epochs = diverges || isWhole ? null : trial.epochs.length;
    const onNews = (/** @type {SharpNews} */ news) => {
      if (turn !== this.turn) return;
      this.news = news;
      if (news.point) this.points = [...this.points, pointOf(news.point)];
    };
    const asked = { study, trial, diverges, epochs, onNews };
    await this.finish(this.act('look_sharply', asked), () => this.news?.done ?? false);
  }

  /** @protected */
  leave() {
    this.act('leave_sharpness');
  }

  render() {
    const { trial } = this;
    const title = trial?.state === 'diverged' ? 'why.title' : 'sharp.title';
    return html`<dialog class="work sharp" aria-labelledby="sharp-heading" data-testid="sharp"
      data-state=${this.state} @close=${this.closed} @keydown=${this.onKey}>
      <div class="bar"><h2 id="sharp-heading">${this.t(title, { number: trial?.number ?? '' })}</h2><span
        class="sp"></span><button type="button" class="ib" aria-label=${this.t('action.close')}
        data-testid="sharp-close" @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      ${this.isOpen ? this.body() : nothing}
    </dialog>`;
  }

  /** @private */
  body() {
    const { store, news, points, problem, state } = this;
    const isRecorded = !news && state === 'none' && points.length > 0;
    const found = this.found();
    const words = found.map((one) => this.say(one)).join(' ');
    const said = (/** @type {string} */ text, /** @type {string} */ name) =>
      html`<p class="q2" data-testid="sharp-${name}">${text}</p>`;
    return html`<p class="q2">${this.t('sharp.about')}</p>
      ${said(this.source(isRecorded), 'did')}
      ${store.state === 'running' || store.state === 'starting' ? said(this.t('sharp.beside'), 'beside') : nothing}
      ${
        problem
          ? html`<p class="err" role="alert" data-testid="sharp-problem">${store.sentence(problem)}</p>`
          : nothing
      }
      ${
        problem
          ? nothing
          : html`<tp-sharpness-figure .store=${store} .trial=${this.trial} .study=${this.study} .points=${points}
            .news=${news} .words=${words} .running=${state === 'running'}></tp-sharpness-figure>`
      }
      <p role="status" data-testid="sharp-result">${state === 'running' ? '' : words}</p>
      ${this.isGuide ? said(this.t('sharp.guide'), 'guide') : nothing}
      <div class="foot">${this.uses(found)}${this.again(isRecorded)}</div>`;
  }

  /** Where the numbers come from. @private @param {boolean} isRecorded */
  source(isRecorded) {
    const { news } = this;
    if (isRecorded) return this.t('sharp.recorded');
    if (!news) return this.t('sharp.starting');
    const { rows, of_rows: of } = news;
    const some = rows < of ? this.t('sharp.some', { rows: count(rows), of: count(of) }) : this.t('sharp.all');
    return `${this.t('sharp.again_cpu')} ${some}`;
  }

  /** Whether steps see a part of the rows each. @private */
  get isGuide() {
    const { points, news, trial, study } = this;
    if (!points.some((point) => Number.isFinite(point.limit)) || !trial) return false;
    const steps = trial.steps / Math.max(1, trial.epochs.length * (study ? copiesOf(study) : 1));
    return (news?.per_epoch ?? steps) > 1;
  }

  /** What has come of it. @private @returns {Sentence[]} */
  found() {
    const { points, news, trial, state } = this;
    if (!trial || state === 'running') return [];
    if (state === 'stopped') return [{ key: 'sharp.stopped', values: { n: points.length } }];
    if (trial.state !== 'diverged' || !news) {
      const noLimit = points.length > 0 && !points.some((point) => !Number.isNaN(point.limit));
      return [...standingOf(points), ...(noLimit ? [{ key: 'sharp.no_limit', values: {} }] : [])];
    }
    if (news.diverged_at === null)
      return [{ key: 'why.not_here', values: { at: trial.diverged_at } }, ...standingOf(points)];
    const other = trial.diverged_at !== null && trial.diverged_at !== news.diverged_at;
    return [
      whyOf(points, news.diverged_at),
      ...(other ? [{ key: 'why.other', values: { at: trial.diverged_at } }] : []),
    ];
  }

  /** @private @param {Sentence} sentence */
  say({ key, values, layer }) {
    const { points } = this;
    const unit = this.news ? 'sharp.step' : 'sharp.epoch';
    const place = (/** @type {unknown} */ at) => this.t(unit, { at: count(Number(at)) });
    const written = {
      ...values,
      at: place(values.at),
      from: place(values.from),
      before: place(values.before),
      value: loss(values.value),
      reach: loss(values.reach),
      times: loss(values.times),
      rate: rate(values.rate),
      safe: rate(values.safe),
      layer: layerName((one, given) => this.t(one, given), layer ?? -1, points[0]?.gradients.length ?? 0),
    };
    return this.t(key, written);
  }

  /** What the answer is good for. @private @param {Sentence[]} found */
  uses(found) {
    const why = found.find((one) => one.key === 'why.rate');
    const value = why && triedRate(why.values.safe);
    if (!value) return nothing;
    const { readOnly } = this.store;
    return html`<button type="button" class="btn p" data-testid="sharp-use" ?disabled=${readOnly}
      title=${readOnly ? this.t('run.read_only') : nothing} @click=${() => {
        this.dialog.close();
        this.act('set_value', { name: 'learning_rate', value });
        this.act('show_row', 'learning_rate');
      }}>${this.t('sharp.use', { rate: exact(value) })}</button>`;
  }

  /** @private @param {boolean} isRecorded */
  again(isRecorded) {
    const { state } = this;
    if (state === 'done') return nothing;
    const isRunning = state === 'running';
    const key = isRunning ? 'sharp.stop' : isRecorded ? 'sharp.closer' : 'sharp.again';
    return html`<button type="button" class="btn" data-testid="sharp-run"
      @click=${() => (isRunning ? this.stop() : void this.begin())}>${this.t(key)}</button>`;
  }

  /** The figure's own key; all others of the page rest while the dialog is open. @private
   * @param {KeyboardEvent} event */
  onKey(event) {
    const { target, ctrlKey, metaKey, altKey, isComposing } = event;
    if (ctrlKey || metaKey || altKey || isComposing || !this.store.singleKeys) return;
    if (event.code !== 'KeyT' || /** @type {HTMLElement} */ (target).matches('input, select')) return;
    event.preventDefault();
    /** @type {import('./tp-sharpness-figure.js').TpSharpnessFigure | null} */ (
      this.querySelector('tp-sharpness-figure')
    )?.toggleTable();
  }
}

define('tp-sharpness', TpSharpness);
