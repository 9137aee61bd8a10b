import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { count, counted } from '../../study/format.js';
import { MOST_RESUMED } from './pruning.js';
import { resumedSaid } from './words.js';
import './tp-ledger.js';
import './tp-resumed.js';
import './tp-rungs.js';

/** @typedef {import('./pruning.js').Pruning} Pruning */

/** What a pruner did: rungs, the ledger of epochs, and what was lost by it. */
export class TpPruning extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['trials', 'study', 'run'];
  static properties = { ...Part.properties, pruning: { attribute: false }, version: { state: true } };

  constructor() {
    super();
    /** @type {Pruning} */ this.pruning = /** @type {any} */ (undefined);
    this.version = 0;
  }

  updated() {
    this.pruning.beside.changed = () => this.version++;
  }

  render() {
    const { pruning, store } = this;
    if (!store.trials.size) return this.none(this.t('rungs.empty'));
    if (!pruning.isPruned) return this.none(this.t('rungs.no_pruner'));
    return html`<tp-rungs .store=${store} .pruning=${pruning}></tp-rungs>
      <tp-ledger .store=${store} .pruning=${pruning}></tp-ledger>
      ${this.resume()}
      ${
        pruning.resumed.length
          ? html`<tp-resumed .store=${store} .pruning=${pruning} .version=${this.version}></tp-resumed>`
          : nothing
      }`;
  }

  /** @private @param {string} text */
  none(text) {
    const { store } = this;
    const button =
      store.state === 'idle' && !store.readOnly
        ? html`<p class="again"><button type="button" class="btn p" data-testid="rungs-try"
            @click=${() => this.act('set_pruner', 'halving')}>${this.t('rungs.try')}</button></p>`
        : nothing;
    return html`<p class="about none" data-testid="rungs-none">${text}</p>${button}`;
  }

  /** @private Trains what was stopped. */
  resume() {
    const { pruning, store } = this;
    const { pruned, waiting, resumed } = pruning;
    const { state, problem } = pruning.beside;
    const isTraining = state === 'training';
    const able = store.state === 'idle' && !isTraining && !store.isExample && waiting.length > 0;
    const told = isTraining
      ? this.t('resumed.training', { done: resumed.length, n: pruning.asked })
      : state === 'failed'
        ? this.t('resumed.failed', { detail: problem })
        : !pruned.length
          ? this.t('resumed.nobody')
          : resumed.length
            ? ''
            : store.isExample
              ? this.t('belief.example')
              : store.state !== 'idle'
                ? this.t('belief.wait')
                : this.t(pruning.isMost ? 'resumed.price.most' : 'resumed.price', {
                    n: counted(waiting.length),
                    epochs: count(pruning.price),
                  });
    const some = pruned.length > MOST_RESUMED && !resumed.length ? this.t('resumed.first', { n: MOST_RESUMED }) : '';
    const result = resumedSaid(store, pruning);
    return html`<div class="again"><button type="button" class="btn" data-testid="resume-pruned" ?disabled=${!able}
      @click=${this.train}>${this.t('resumed.train', { n: counted(waiting.length || pruned.length) })}</button>
      ${
        isTraining
          ? html`<button type="button" class="btn" data-testid="resume-stop"
            @click=${() => pruning.beside.stop()}>${this.t('decide.stop')}</button>`
          : nothing
      }<span class="q2" role="status" data-testid="resume-state">${told} ${some}</span></div>
      ${result ? html`<p class="q2 about" data-testid="resumed-sum">${result}</p>` : nothing}`;
  }

  /** @private */
  train() {
    return this.pruning.train((asked) => this.act('aside', { what: 'train', asked }));
  }
}

define('tp-pruning', TpPruning);
