import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { count } from '../../study/format.js';
import { partSizes } from '../../study/parts.js';
import sheet from './style.css?inline';

/**
 * How large a batch may be, and on request how long an epoch takes with batches of several sizes.
 *
 * @typedef {import('../../study/types.js').EpochTime} EpochTime
 */

export class TpBatches extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'test', 'run'];
  static properties = { ...Part.properties, times: { state: true }, state: { state: true }, failed: { state: true } };

  constructor() {
    super();
    /** @type {EpochTime[]} the largest first */ this.times = [];
    /** @type {'idle' | 'running'} */ this.state = 'idle';
    this.failed = '';
    /** @private grows with all that is begun or stopped */ this.turn = 0;
    /** @private what the times are of */ this.of = '';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.turn++;
    this.state = 'idle';
  }

  /** @private What the times depend on. */
  get key() {
    const { dataset, fixed, space } = this.store.study;
    const { batch_size: _, epochs: __, ...others } = fixed ?? {};
    return JSON.stringify([dataset, others, space, this.store.choice]);
  }

  get rows() {
    return partSizes(this.store.study)[0];
  }

  /** @private */
  async go() {
    const turn = ++this.turn;
    const { store } = this;
    Object.assign(this, { times: [], state: 'running', failed: '', of: this.key });
    const isWanted = () => turn === this.turn && this.of === this.key;
    try {
      await this.act('time_epochs', {
        study: store.study,
        choice: store.choice,
        rows: this.rows,
        isWanted,
        onTime: (/** @type {EpochTime} */ one) => {
          this.times = [...this.times, one];
        },
      });
    } catch (error) {
      const { problem } = /** @type {any} */ (error);
      if (turn === this.turn) this.failed = problem ? store.sentence(problem) : String(error);
    }
    if (turn === this.turn) this.state = 'idle';
  }

  render() {
    const { state, failed, store } = this;
    const times = this.of === this.key ? this.times : [];
    const isBusy = store.state !== 'idle' && state === 'idle';
    const act = state === 'running' ? () => void (this.turn++, (this.state = 'idle')) : () => void this.go();
    return html`<details class="record" data-testid="batches"><summary>${this.t('batches')}<span
      class="q2">${this.largest(times)}</span></summary>
      <p class="about">${this.t('batches.about', { n: count(this.rows) })}</p>
      <button type="button" class="btn" data-testid="time-epochs" ?disabled=${isBusy || store.readOnly}
        title=${isBusy ? this.t('batches.wait') : nothing} @click=${act}>${this.t(
          state === 'running' ? 'batches.stop' : 'batches.go',
        )}</button>
      ${failed ? html`<p class="err" role="alert">${failed}</p>` : nothing}
      ${times.length ? this.table(times) : nothing}
      <p class="vh" role="status">${state === 'running' ? this.t('batches.measuring') : ''}</p></details>`;
  }

  /** @private @param {EpochTime[]} times */
  table(times) {
    const slowest = Math.max(...times.map(({ seconds }) => seconds ?? 0)) || 1;
    const bar = (/** @type {number} */ share) =>
      html`<td aria-hidden="true"><meter min="0" max="1" .value=${share}></meter></td>`;
    const row = (/** @type {EpochTime} */ { size, seconds }) => {
      const said = seconds === null ? this.t('batches.refused') : this.time(seconds);
      return html`<tr><td>${count(size)}</td><td>${said}</td>${bar((seconds ?? 0) / slowest)}</tr>`;
    };
    return html`<table class="times" data-testid="epoch-times">
      <caption class="vh">${this.t('batches.caption')}</caption>
      <thead><tr><th scope="col">${this.store.label('batch_size')}</th><th scope="col">${this.t('batches.epoch')}</th>
        <th aria-hidden="true"></th></tr></thead>
      <tbody>${[...times].reverse().map(row)}</tbody></table>`;
  }

  /** @private The largest batch: what was measured, else all training samples. @param {EpochTime[]} times */
  largest(times) {
    const found = times.find(({ seconds }) => seconds !== null);
    return found
      ? this.t('batches.largest', { n: count(found.size) })
      : this.t('batches.at_most', { n: count(this.rows) });
  }

  /** @private @param {number} seconds */
  time(seconds) {
    return seconds < 1e-4
      ? this.t('batches.quick')
      : this.t('batches.ms', { n: Number((1000 * seconds).toPrecision(2)) });
  }
}

define('tp-batches', TpBatches);
