import { html, nothing } from 'lit';
import { define } from '../../controls/part.js';
import { isHeld } from '../../controls/held.js';
import { WorkDialog } from '../../controls/work-dialog.js';
import { icon } from '../../controls/icons.js';
import { exact, loss, metric } from '../../study/format.js';
import '../../controls/tp-number.js';
import { KINDS, topOf, wayOf, worthOf } from './worth.js';
import dialog from '../dialog.css?inline';
import sheet from './style.css?inline';

/**
 * What several networks are worth together: the selected trial's settings with several seeds, the study's best trials,
 * checkpoints of one run, and running averages of its weights; each beside the best single network and its price.
 *
 * @typedef {import('../../study/types.js').EnsembleKind} Kind
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('./worth.js').Worth} Worth
 */

const USUAL = 5;
const MOST = 20;

export class TpEnsemble extends WorkDialog {
  static sheet = dialog + sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['run', 'study'];
  static properties = {
    ...WorkDialog.properties,
    found: { state: true },
    kind: { state: true },
    share: { state: true },
    n: { state: true },
  };

  constructor() {
    super();
    /** @type {Trial | null} */ this.trial = null;
    /** @type {import('../../study/types.js').Study | null} */ this.study = null;
    /** @type {Partial<Record<Kind, Worth[]>>} */ this.found = {};
    /** @type {Kind | null} what is trained, or was last */ this.kind = null;
    this.share = 0;
    this.n = USUAL;
  }

  open() {
    const { selected, shownStudy } = this.store;
    if (this.isOpen || !selected) return;
    this.trial = selected;
    this.study = shownStudy;
    this.showOf();
  }

  /** @protected */
  closed() {
    super.closed();
    Object.assign(this, { trial: null, study: null, found: {}, kind: null });
  }

  /** @protected */
  leave() {
    this.act('leave_ensemble');
  }

  /** The trials that a way takes. @private @param {Kind} kind @returns {Trial[]} */
  members(kind) {
    const { store, trial, n } = this;
    if (kind !== 'top') return trial ? [trial] : [];
    return topOf(store.trials.values(), (one) => store.score(one), store.objective.direction === 'maximize', n);
  }

  /** Why a way cannot be tried; '' where it can. @private @param {Kind} kind */
  obstacle(kind) {
    const { trial } = this;
    if (kind === 'top') {
      const n = this.members(kind).length;
      return n < 2 ? this.t('ensemble.few', { n }) : '';
    }
    if (kind === 'checkpoints' && (trial?.epochs.length ?? 2) < 2) return this.t('ensemble.short');
    return trial?.state === 'diverged' ? this.t('ensemble.diverged', { number: trial.number }) : '';
  }

  /** @private @param {Kind} kind */
  async begin(kind) {
    const { study } = this;
    if (!study || isHeld(this.dialog)) return;
    this.stop();
    const { turn } = this;
    Object.assign(this, { problem: null, state: 'running', kind, share: 0 });
    let isDone = false;
    const onNews = (/** @type {any} */ { done, share, found }) => {
      if (turn !== this.turn) return;
      this.share = share;
      isDone = done;
      if (found) this.found = { ...this.found, [kind]: worthOf(kind, found) };
    };
    const { trials } = this.store;
    const again = (/** @type {Trial} */ one) => ({ ...one, ...wayOf(kind, one, trials, study.trials ?? 1) });
    const asked = { study, trials: this.members(kind).map(again), of: kind, n: this.n, onNews };
    await this.finish(this.act('train_together', asked), () => isDone);
  }

  render() {
    return html`<dialog class="work together" aria-labelledby="ensemble-heading" data-testid="ensemble"
      data-state=${this.state} @close=${this.closed} @keydown=${this.onKey}>
      <div class="bar"><h2 id="ensemble-heading">${this.t('ensemble.title')}</h2><span
        class="sp"></span><button type="button" class="ib" aria-label=${this.t('action.close')}
        data-testid="ensemble-close" @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      ${this.isOpen ? this.body() : nothing}
    </dialog>`;
  }

  /** @private @param {KeyboardEvent} event */
  onKey(event) {
    event.stopPropagation();
  }

  /** @private */
  body() {
    const { store, problem, state, study, trial } = this;
    const folds = study?.dataset.folds ?? 1;
    const heads = ['way', 'single', 'together', 'gain', 'metric', 'cost', 'act'];
    const name = (/** @type {string} */ key) => this.t(`ensemble.${key === 'metric' ? `metric.${store.task}` : key}`);
    return html`<p class="q2">${this.t('ensemble.about', { number: trial?.number ?? '' })}
        ${folds > 1 ? this.t('ensemble.folds', { n: folds }) : ''}</p>
      <div class="flds"><tp-number .store=${store} name="ensemble-n" .label=${this.t('ensemble.n')} apart
        .value=${this.n} .min=${2} .max=${MOST} .whole=${true} @take=${(
          /** @type {CustomEvent<number>} */ { detail: n },
        ) => {
          this.n = n;
        }}></tp-number></div>
      ${
        problem
          ? html`<p class="err" role="alert" data-testid="ensemble-problem">${this.refusal(problem)}</p>`
          : nothing
      }
      <div class="scroll" tabindex="0" role="region" aria-label=${this.t('ensemble.title')}><table>
        <thead><tr>${heads.map((key) => html`<th scope="col">${name(key)}</th>`)}</tr></thead>
        <tbody>${KINDS.map((kind) => this.lines(kind))}</tbody></table></div>
      <p role="status" data-testid="ensemble-said">${state === 'running' ? '' : this.said()}</p>
      <p class="q2">${this.t('ensemble.note')}</p>`;
  }

  /** What kept the networks from being trained. @private @param {import('../../study/types.js').Problem} problem */
  refusal(problem) {
    const { kind, store } = this;
    if (problem.code !== 'trial_diverged') return store.sentence(problem);
    // Trials that had diverged are not asked for: what diverged here is another seed, or epochs that it never trained.
    return this.t(`ensemble.diverged.${kind === 'seeds' ? 'seeds' : 'again'}`, { number: problem.trial, n: this.n });
  }

  /** @private @param {Kind} kind */
  lines(kind) {
    const { store, state, found } = this;
    const obstacle = this.obstacle(kind);
    const isRunning = state === 'running' && this.kind === kind;
    // What has been found is of as many networks as there were then.
    const n = found[kind]?.[0].n ?? (kind === 'top' ? this.members(kind).length : this.n);
    const way = this.t(`ensemble.${kind}`, { n });
    const button = obstacle
      ? html`<span class="q2">${obstacle}</span>`
      : isRunning
        ? html`<button type="button" class="btn" data-testid="ensemble-stop" @click=${() => this.stop()}>${this.t(
            'ensemble.stop',
          )} ${Math.round(100 * this.share)}%</button>`
        : html`<button type="button" class="btn" data-testid="ensemble-${kind}" ?disabled=${state === 'running'}
            @click=${() => this.begin(kind)}>${this.t(found[kind] ? 'ensemble.again' : 'ensemble.train')}</button>`;
    const rows = found[kind];
    if (!rows)
      return html`<tr data-kind=${kind}><th scope="row">${way}</th><td colspan="5"></td><td>${button}</td></tr>`;
    return rows.map(
      (one, k) => html`<tr data-kind=${kind}><th scope="row">${
        one.name ? this.t(`ensemble.averages.${one.name}`) : way
      }</th>
        <td>${loss(one.single.loss)}</td><td>${loss(one.together.loss)}</td>
        <td data-testid="ensemble-gain-${one.name || kind}">${signed(one.gain)}</td>
        <td>${metric(one.single.metric, store.task)} → ${metric(one.together.metric, store.task)}</td>
        <td>× ${exact(Number(one.cost.toFixed(1)))}</td><td>${k ? nothing : button}</td></tr>`,
    );
  }

  /** What has come of it. @private */
  said() {
    const all = KINDS.flatMap((kind) => (this.found[kind] ?? []).map((one) => ({ ...one, kind })));
    const best = all.reduce((/** @type {any} */ best, one) => (!best || one.gain > best.gain ? one : best), null);
    if (!best || !Number.isFinite(best.gain)) return '';
    const way = best.name ? this.t(`ensemble.averages.${best.name}`) : this.t(`ensemble.${best.kind}`, { n: best.n });
    return best.gain > 0
      ? this.t('ensemble.said.gain', { way, by: loss(best.gain), cost: exact(Number(best.cost.toFixed(1))) })
      : this.t('ensemble.said.none');
  }
}

/** A gain with its sign. @param {number} value */
const signed = (value) => (Number.isFinite(value) ? `${value < 0 ? '−' : '+'}${loss(Math.abs(value))}` : '–');

define('tp-ensemble', TpEnsemble);
