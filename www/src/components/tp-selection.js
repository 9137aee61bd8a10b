import { html, nothing } from 'lit';
import { Part, define } from './part.js';
import { icon, stateMark } from './icons.js';
import { sweptOf } from '../hyperparameters.js';
import { count, rate } from '../format.js';
import { measureText, scoreText } from '../spread.js';

/** The line that stays the same between views: which trial is marked, and what it is. Hovering previews another. */
export class TpSelection extends Part {
  /** @type {import('../store.js').Topic[]} */
  static topics = ['selection', 'brush', 'trials', 'run', 'test', 'study'];

  render() {
    const { store } = this;
    const peeked = store.hovered === null ? null : (store.trials.get(store.hovered) ?? null);
    const trial = peeked ?? store.selected;
    if (!trial) return html`<div class="sel" data-testid="selection" role="group" aria-label=${this.t('selection')} tabindex="0"><span class="q">${this.t('selection.none')}</span></div>`;
    const last = trial.epochs[trial.epochs.length - 1];
    const name = this.t(`score.${store.objective.metric}`);
    const peeking = peeked !== null && peeked !== store.selected;
    const best = trial.number === store.best;
    return html`<div class="sel ${peeking ? 'peek' : ''}" data-testid="selection" data-trial=${trial.number} role="group" aria-label=${this.t('selection')} tabindex="0">
      <span class="id">${this.t('trial.number', { number: trial.number })}${best ? html` <span class="q2 light">${this.t(store.bestSoFar ? 'selection.best_so_far' : 'selection.best')}</span>` : nothing}</span>
      ${trial.state === 'complete' ? nothing : html`<span class="st">${stateMark(trial.state)}${this.t(`state.${trial.state}`)}</span>`}
      ${this.pair(name, html`<b data-testid="selection-score">${scoreText(store, trial)}</b>`)}
      ${last ? html`<span class="c3">${this.pair(this.t('selection.at'), String(last.epoch))}</span>` : nothing}
      ${last ? this.pair(this.t(store.task === 'numbers' ? 'metric.numbers' : 'metric.classes'), measureText(last, 'validation_metric', store.task)) : nothing}
      ${sweptOf(store.shownStudy).filter((one) => one.name in trial.params).map((one) => this.pair(one.label[store.lang], value(trial.params[one.name])))}
      ${this.brush()}
    </div>`;
  }

  /** How much the brush holds, and what can be done with it. */
  brush() {
    const { store } = this;
    if (!store.brush) return nothing;
    const counts = { done: count(store.brushedCount()), n: count(store.trials.size) };
    const able = !store.readOnly && store.narrowedStudy() !== null;
    return html`<span class="brush" data-testid="brush">${['c3', 'not-c3'].map((name) => html`<span class=${name}>${this.t(name === 'c3' ? 'brush.count' : 'figure.partial', counts)}</span>`)}
      <button type="button" class="btn" data-testid="narrow" ?disabled=${!able} title=${able ? nothing : this.t(store.readOnly ? 'run.read_only' : 'brush.nothing')}
        @click=${() => this.act('narrow')}>${this.t('brush.narrow')}</button>
      <button type="button" class="ib" data-testid="unbrush" aria-label=${this.t('brush.clear')} title=${`${this.t('brush.clear')} (Esc)`} @click=${() => this.act('unbrush')}>${icon('close')}</button></span>`;
  }

  /** @param {string} key @param {unknown} text */
  pair(key, text) {
    return html`<span><span class="k">${key}</span>${text}</span>`;
  }
}

/** @param {unknown} given */
const value = (given) => (typeof given === 'number' ? rate(given) : Array.isArray(given) ? given.join(' × ') : String(given));

define('tp-selection', TpSelection);
