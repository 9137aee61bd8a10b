import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { count } from '../../study/format.js';
import { copiesOf, partSizes } from '../../study/parts.js';
import { mostEpochs } from '../../study/study.js';
import '../../controls/tp-number.js';

const MOST_FOLDS = 20;
const MOST_SEEDS = 100;

/** How often each trial is trained and when it is scored, and what that costs. */
export class TpScoring extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'test'];

  render() {
    const { store } = this;
    const { study } = store;
    const { folds = 1 } = study.dataset;
    const { seeds_per_trial: seeds = 1, evaluate_every: every = 1 } = study;
    const field = (
      /** @type {string} */ name,
      /** @type {number} */ value,
      /** @type {number} */ max,
      /** @type {'set_folds' | 'set_seeds' | 'set_evaluate_every'} */ command,
    ) => html`<tp-number .store=${store} name=${name} .label=${this.t(`scoring.${name}`)} .value=${value} .min=${1}
      .max=${max} .whole=${true} .wide=${true} .title=${this.t(`scoring.${name}.about`)} .locked=${store.readOnly}
      command=${command}></tp-number>`;
    return html`<details class="record" data-testid="scoring"><summary>${this.t('scoring')}<span
      class="q2">${this.brief()}</span></summary>
      <div class="flds">
        ${field('folds', folds, MOST_FOLDS, 'set_folds')}
        ${field('seeds', seeds, MOST_SEEDS, 'set_seeds')}
        ${field('evaluate-every', every, mostEpochs(study), 'set_evaluate_every')}
      </div>
      <p class="about" data-testid="scoring-cost">${this.said()}</p></details>
      <tp-batches .store=${store}></tp-batches>`;
  }

  /** @private */
  brief() {
    const { folds = 1 } = this.store.study.dataset;
    const { seeds_per_trial: seeds = 1, evaluate_every: every = 1 } = this.store.study;
    const said = [folds > 1 ? this.t('scoring.n_folds', { n: folds }) : this.t('scoring.one_split')];
    if (seeds > 1) said.push(this.t('scoring.n_seeds', { n: seeds }));
    if (every > 1) said.push(this.t('scoring.every', { n: every }));
    return said.join(', ');
  }

  /** @private */
  said() {
    const { study } = this.store;
    const { folds = 1 } = study.dataset;
    const [train, validation, test] = partSizes(study);
    const n = copiesOf(study);
    const cost = n > 1 ? this.t('scoring.cost', { n }) : this.t('scoring.cost.one');
    const how = folds > 1 ? 'scoring.by_folds' : 'scoring.by_split';
    const values = { n: count(folds > 1 ? train + validation : validation), folds, test: count(test) };
    return html`${cost} ${this.t(how, values)}${n > 1 ? html` ${this.t('scoring.spread')}` : nothing}`;
  }
}

define('tp-scoring', TpScoring);
