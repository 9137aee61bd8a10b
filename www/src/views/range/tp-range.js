import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { text } from '../../controls/tp-row.js';
import '../../controls/tp-number.js';
import { WorkDialog } from '../../controls/work-dialog.js';
import { exact, rate } from '../../study/format.js';
import { BY_NAME, defaultOf } from '../../study/hyperparameters.js';
import { NETWORKS, RATES, STEPS, USUAL, around, isTestable, settingsOf, suggested } from './settings.js';
import { endOf, fellToTheEnd } from './plot.js';
import './tp-range-figure.js';
import dialog from '../dialog.css?inline';
import sheet from './style.css?inline';

/**
 * The learning-rate range test: it starts when it is opened, and what it finds becomes the row's value or range.
 *
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('../../study/types.js').RangeNews} RangeNews
 * @typedef {import('../../study/types.js').RateRange} RateRange
 * @typedef {import('./settings.js').Tested} Tested
 */

const ROW = 'learning_rate';
/** @type {RangeNews} */
const NOTHING = { done: false, rates: [], losses: [], smoothed: [], steepest: null, lowest: null };

export class TpRange extends WorkDialog {
  static sheet = dialog + sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['run', 'study', 'test'];
  static properties = {
    ...WorkDialog.properties,
    options: { state: true },
    optimizer: { state: true },
    tested: { state: true },
  };

  constructor() {
    super();
    /** @type {RateRange} what the next test goes through */ this.options = { ...USUAL };
    /** @type {string | null} the optimizer that was chosen for it */ this.optimizer = null;
    /** @type {Tested | null} */ this.tested = null;
  }

  open() {
    if (this.isOpen) return;
    this.optimizer = null;
    this.show();
    void this.begin();
  }

  /** @protected */
  closed() {
    super.closed();
    this.tested = null;
  }

  /** What the next test is done with. @private */
  get settings() {
    const { store } = this;
    return settingsOf(store.study, store.stale ? null : store.selected, this.optimizer);
  }

  /** @private */
  async begin() {
    this.stop();
    const { turn, settings, options: range, store } = this;
    this.tested = this.problem = null;
    if (!isTestable(settings.optimizer)) return;
    this.tested = { study: store.study, settings, range, news: NOTHING };
    this.state = 'running';
    const onNews = (/** @type {RangeNews} */ news) => {
      if (turn === this.turn && this.tested) this.tested = { ...this.tested, news };
    };
    const isDone = () => this.tested?.news.done ?? false;
    await this.finish(this.act('test_rates', { trial: settings.trial, range, onNews }), isDone);
    if (this.problem) this.tested = null;
  }

  /** @protected */
  leave() {
    this.act('leave_rates');
  }

  render() {
    return html`<dialog class="work range" aria-labelledby="range-heading" data-testid="range" data-state=${this.state}
      @close=${this.closed} @keydown=${this.onKey}>
      <div class="bar"><h2 id="range-heading">${this.t('range.title')}</h2><span class="sp"></span>
        <button type="button" class="ib" aria-label=${this.t('action.close')} data-testid="range-close"
          @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      ${this.isOpen ? this.body() : nothing}
    </dialog>`;
  }

  /** @private */
  body() {
    const { store, tested, problem, settings } = this;
    const words = tested ? this.found(tested).join(' ') : '';
    const said = (/** @type {string} */ text, /** @type {string} */ name) =>
      html`<p class="q2" data-testid="range-${name}">${text}</p>`;
    const refused = (/** @type {Problem} */ one) =>
      html`<p class="err" role="alert" data-testid="range-problem">${store.sentence(one)}</p>`;
    const isRefused = !tested && !problem && !isTestable(settings.optimizer);
    return html`<p class="q2">${this.t('range.about')}</p>
      ${tested ? said(this.done(tested), 'did') : nothing}
      ${store.state === 'running' || store.state === 'starting' ? said(this.t('range.beside'), 'beside') : nothing}
      ${tested && tested.study !== store.study ? said(this.t('range.stale'), 'stale') : nothing}
      ${problem ? refused(problem) : nothing}
      ${isRefused ? said(this.refusal(settings.optimizer), 'untestable') : nothing}
      ${tested ? html`<tp-range-figure .store=${store} .tested=${tested} .words=${words}></tp-range-figure>` : nothing}
      <p role="status" data-testid="range-result">${words}</p>
      <div class="foot uses">${tested ? this.uses(tested) : nothing}</div>
      ${this.choices()}`;
  }

  /** @private @param {string} optimizer */
  refusal(optimizer) {
    const row = /** @type {import('../../study/hyperparameters.js').Hyperparameter} */ (BY_NAME.get(ROW));
    const usual = defaultOf(row, this.store.study, { optimizer });
    return this.t('range.untestable', { optimizer: this.word(optimizer), rate: exact(usual) });
  }

  /** @private @param {unknown} value */
  word(value) {
    return text(value, (key) => this.t(key));
  }

  /** What was done, or is. @private @param {Tested} tested */
  done({ settings, range, news }) {
    const { state } = this;
    const n = (state !== 'running' && news.losses.length) || range.steps;
    const values = {
      networks: NETWORKS,
      n,
      settings: this.settingsInWords(settings),
      low: exact(range.low),
      high: n < range.steps ? rate(news.rates[n - 1]) : exact(range.high),
    };
    return this.t(state === 'running' || !news.losses.length ? 'range.doing' : 'range.did', values);
  }

  /** @private @param {import('./settings.js').Settings} settings */
  settingsInWords({ of, values, optimizer, isOther }) {
    if (of !== null)
      return this.t(`range.with.${isOther ? 'trial_but' : 'trial'}`, {
        number: of,
        optimizer: this.word(optimizer),
      });
    const all = values.map(([name, value]) => `${this.store.label(name)} ${this.word(value)}`);
    return all.length ? all.join(', ') : this.t('range.with.study');
  }

  /** What has come of a test, in sentences. @private @param {Tested} tested */
  found({ range, news }) {
    const { rates, losses, steepest, lowest } = news;
    if (this.state === 'stopped') return [this.t('range.stopped', { done: losses.length, n: range.steps })];
    const end = endOf(news);
    if (!end) return [];
    const found =
      steepest === null || lowest === null
        ? this.t('range.none')
        : this.t('range.found', { rate: exact(suggested(rates[steepest])), at: rate(rates[lowest]) });
    const ended = this.t(`range.end.${end.kind}`, { rate: rate(rates[end.at]) });
    return [found, ended, ...(fellToTheEnd(news) ? [this.t('range.still')] : [])];
  }

  /** What the rate that was found is good for. @private @param {Tested} tested */
  uses({ news }) {
    const { steepest, rates } = news;
    if (steepest === null) return nothing;
    const { readOnly } = this.store;
    const value = suggested(rates[steepest]);
    const ends = around(value);
    const button = (
      /** @type {string} */ name,
      /** @type {Record<string, string>} */ values,
      /** @type {() => void} */ act,
      /** @type {boolean} */ isFirst,
    ) => html`<button type="button" class="btn ${isFirst ? 'p' : ''}" data-testid="range-${name}" ?disabled=${readOnly}
      title=${readOnly ? this.t('run.read_only') : nothing} @click=${() => this.take(act)}>${this.t(
        `range.${name}`,
        values,
      )}</button>`;
    return html`${button(
      'use',
      { rate: exact(value) },
      () => this.act('set_value', { name: ROW, value }),
      !this.isChanged && !readOnly,
    )}
      ${button(
        'sweep',
        { low: exact(ends.low), high: exact(ends.high) },
        () => this.act('set_range', { name: ROW, range: { type: 'float', log: true, ...ends } }),
        false,
      )}`;
  }

  /** Changes the row, and shows it. @private @param {() => void} act */
  take(act) {
    this.dialog.close();
    act();
    this.act('show_row', ROW);
  }

  /** Whether the next test is another one than the one that is shown. @private */
  get isChanged() {
    const { tested, options, settings } = this;
    if (!tested) return true;
    return JSON.stringify([tested.range, tested.settings.optimizer]) !== JSON.stringify([options, settings.optimizer]);
  }

  /** What the next test goes through, and the button that runs it. @private */
  choices() {
    const { store, options, settings, state } = this;
    const isRunning = state === 'running';
    const field = (
      /** @type {keyof RateRange} */ name,
      /** @type {{least: number, most: number}} */ { least, most },
      isWhole = false,
      wrong = '',
    ) => html`<tp-number .store=${store} name="range-${name}" .label=${this.t(`range.${name}`)} .value=${options[name]}
      .min=${least} .max=${most} .whole=${isWhole} .apart=${true} .wrong=${wrong}
      @take=${(/** @type {CustomEvent<number>} */ event) => {
        this.options = { ...this.options, [name]: event.detail };
      }}></tp-number>`;
    const isOrdered = options.low < options.high;
    const disorder = isOrdered ? '' : 'range-order';
    const order = { low: exact(options.low), high: exact(options.high) };
    return html`<div class="flds" role="group" aria-label=${this.t('range.options')}>
        ${field('low', RATES, false, disorder)}${field('high', RATES, false, disorder)}${field('steps', STEPS, true)}
        ${
          settings.choices.length > 1
            ? html`<div class="fld"><label for="range-optimizer">${store.label('optimizer')}</label>
              <select class="field-input" id="range-optimizer" data-testid="range-optimizer"
                @change=${(/** @type {Event} */ event) => {
                  this.optimizer = /** @type {HTMLSelectElement} */ (event.target).value;
                }}>${settings.choices.map(
                  (one) =>
                    html`<option value=${one} ?selected=${one === settings.optimizer}>${this.word(one)}</option>`,
                )}</select></div>`
            : nothing
        }
      </div>
      ${
        isOrdered
          ? nothing
          : html`<p class="err" role="alert" id="range-order"
            data-testid="range-order">${this.t('range.order', order)}</p>`
      }
      <div class="foot"><button type="button" class="btn ${!isRunning && this.isChanged ? 'p' : ''}"
        data-testid="range-run" aria-disabled=${!isRunning && !isOrdered}
        @click=${this.onRun}>${this.t(isRunning ? 'range.stop' : 'range.again')}</button></div>`;
  }

  /** @private */
  onRun() {
    if (this.state === 'running') {
      this.stop();
      return;
    }
    // What is not read yet is mended first.
    const wrong = [...this.querySelectorAll('tp-number')].find(
      (one) => /** @type {import('../../controls/tp-number.js').TpNumber} */ (one).entered !== null,
    );
    if (wrong) wrong.querySelector('input')?.focus();
    else if (this.options.low < this.options.high) void this.begin();
  }

  /** The figure's own key; all others of the page rest while the dialog is open. @private
   * @param {KeyboardEvent} event */
  onKey(event) {
    const { target, ctrlKey, metaKey, altKey, isComposing } = event;
    if (ctrlKey || metaKey || altKey || isComposing || !this.store.singleKeys) return;
    if (event.code !== 'KeyT' || /** @type {HTMLElement} */ (target).matches('input, select')) return;
    event.preventDefault();
    /** @type {import('./tp-range-figure.js').TpRangeFigure | null} */ (
      this.querySelector('tp-range-figure')
    )?.toggleTable();
  }
}

define('tp-range', TpRange);
