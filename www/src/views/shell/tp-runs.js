import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Part, define } from '../../controls/part.js';
import { icon, stateMark } from '../../controls/icons.js';
import { runName, runScore } from '../../i18n/aspects.js';
import { letterOf } from '../../study/runs.js';

/** @typedef {import('../../study/runs.js').RunRecord} RunRecord */

/** So many runs, the last ones, have a chip, and those that are pinned, shown or compared; the list has all. */
const CHIPS = 24;
/** So many runs are offered to be compared. */
const OFFERED = 12;

/** The runs that there are, a chip each: pressed, it shows its run. */
export class TpRuns extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['shelf'];

  constructor() {
    super();
    /** @private the chip that Tab comes to */ this.at = '';
    /** @private */ this.was = '';
  }

  /** The runs with a chip. */
  get chips() {
    const { shelf } = this.store;
    const first = shelf.records.length - CHIPS;
    const marked = [shelf.shown, shelf.beside?.id, shelf.live?.id];
    return shelf.records.filter((one, k) => k >= first || one.pinned || marked.includes(one.id));
  }

  render() {
    const { store } = this;
    const { shelf } = store;
    if (!store.whole || !shelf.records.length) return nothing;
    const { chips } = this;
    const focused = [this.at, shelf.shown].find((id) => chips.some((one) => one.id === id)) ?? chips[0]?.id;
    return html`<div class="runs" data-testid="runs">
      <div class="chips" role="toolbar" aria-label=${this.t('runs')} @keydown=${this.onKey}>${repeat(
        chips,
        (one) => one.id,
        (one) => this.chip(one, one.id === focused),
      )}</div>
      ${this.comparison()}
      <button type="button" class="btn" data-testid="all-runs" title=${this.t('runs.all.title')}
        @click=${() => this.act('all_runs', true)}>${this.t('runs.all')}</button>
    </div>`;
  }

  /** @param {RunRecord} run @param {boolean} focused */
  chip(run, focused) {
    const { store } = this;
    const { shelf } = store;
    const [letter, name, score] = [letterOf(run.place), runName(store.lang, run), runScore(run)];
    const isTrained = run.state === 'running';
    const said = ['interrupted', 'running', 'imported', 'failed'].includes(run.state)
      ? `, ${this.t(`runs.state.${run.state}`)}`
      : '';
    const title = this.t('runs.chip', { letter, name, score, done: run.done, n: run.trials }) + said;
    return html`<button type="button" class="chip ${run.id === shelf.beside?.id ? 'beside' : ''}"
      data-run=${run.id} data-letter=${letter} aria-current=${run.id === shelf.shown} tabindex=${focused ? 0 : -1}
      title=${run.note ? `${title}. ${run.note}` : title}
      @focus=${() => {
        this.at = run.id;
      }}
      @click=${() => this.act('show_run', run.id)}>${isTrained ? stateMark('running') : nothing}<b>${letter}</b> <span
      class="name">${name}</span> <span class="score">${score}</span>${run.pinned ? icon('pin') : nothing}</button>`;
  }

  /** Another run to lie beside the one shown. */
  comparison() {
    const { store } = this;
    const { shelf } = store;
    const others = shelf.records.filter((one) => one.id !== shelf.shown);
    if (shelf.beside)
      return html`<button type="button" class="btn on" data-testid="end-compare" aria-pressed="true"
        title=${this.t('runs.compare.end')}
        @click=${() => this.act('compare_run', null)}>${`${store.letter} | ${store.other?.letter}`}${icon(
          'close',
        )}</button>`;
    if (!others.length || !store.trials.size) return nothing;
    return html`<tp-menu class="more" .store=${store} name="compare" look="btn" .label=${this.t('runs.compare.title', {
      letter: store.letter,
    })} .face=${this.t('runs.compare')} .groups=${[
      {
        label: this.t('runs.compare.title', { letter: store.letter }),
        items: others
          .slice(-OFFERED)
          .reverse()
          .map((one) => ({
            text: `${letterOf(one.place)} ${runName(store.lang, one)} ${runScore(one)}`,
            testid: `compare-${letterOf(one.place)}`,
            act: 'compare_run',
            detail: one.id,
          })),
      },
    ]}></tp-menu>`;
  }

  /** Arrows go from chip to chip. @param {KeyboardEvent} event */
  onKey(event) {
    const all = /** @type {HTMLElement[]} */ ([...this.querySelectorAll('.chip')]);
    const at = all.indexOf(/** @type {HTMLElement} */ (event.target));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const next = all[(to + all.length) % all.length];
    this.at = next.dataset.run ?? '';
    next.focus();
    this.requestUpdate();
  }

  updated() {
    const shown = this.store.shelf.shown ?? '';
    if (shown === this.was) return;
    this.was = shown;
    // The list alone scrolls, and never the page.
    const chip = /** @type {HTMLElement | null} */ (this.querySelector('.chip[aria-current=true]'));
    const list = this.querySelector('.chips');
    if (chip && list) list.scrollLeft = chip.offsetLeft - list.clientWidth / 2 + chip.clientWidth / 2;
  }
}

define('tp-runs', TpRuns);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
