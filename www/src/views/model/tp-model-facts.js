import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { count, loss, metric, signed } from '../../study/format.js';
import { Lens } from './lens.js';
import { copiesOf } from '../../study/parts.js';

/** Facts whose name alone does not say how they are measured. */
const EXPLAINED = ['train_loss', 'gap', 'calibration'];

/** What a network comes to at the epoch that is looked at, and what has to be said of where its weights are from. */
export class TpModelFacts extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['model'];
  static properties = { ...Part.properties, lens: { attribute: false }, paired: { attribute: false } };

  constructor() {
    super();
    this.lens = new Lens(0);
    this.paired = false;
    /** @private @type {unknown} */ this.drawn = null;
  }

  observe() {
    this.lens.follow(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.lens.leave(this);
  }

  moved() {
    if (this.lens.parts !== this.drawn) this.requestUpdate();
  }

  render() {
    const { store, lens } = this;
    const sight = store.model.sights[lens.slot];
    this.drawn = lens.parts;
    if (sight.state !== 'ready' || !sight.head) return nothing;
    const { head } = sight;
    const [train, validation] = lens.parts.map(({ verdict }) => verdict);
    const study = lens.slot ? store.pinned?.study : store.shownStudy;
    const n = study ? copiesOf(study) : 1;
    const isClasses = head.task === 'classes';
    /** @type {[string, string][]} */
    const facts = [
      ['validation_loss', loss(validation?.loss)],
      ['validation_metric', metric(validation?.metric, head.task)],
      ['train_loss', loss(train?.loss)],
      ['train_metric', metric(train?.metric, head.task)],
      ['gap', validation && train ? signed(validation.loss - train.loss) : '–'],
      ...(isClasses ? [/** @type {[string, string]} */ (['calibration', loss(validation?.calibration)])] : []),
      ['parameters', count(head.parameters)],
    ];
    const name = (/** @type {string} */ key) =>
      key.endsWith('_metric') ? this.t(`model.fact.${key}.${head.task}`) : this.t(`model.fact.${key}`);
    const end = lens.slot ? '-b' : '';
    const words = this.words(sight, n, study?.dataset.folds ?? 1);
    const about = (/** @type {string} */ key) =>
      EXPLAINED.includes(key) ? this.t(`model.fact.${key}.title`) : nothing;
    return html`<div class="facts">
      <dl class="numbers" data-testid="model-facts${end}">${facts.map(
        ([key, value]) => html`<div><dt title=${about(key)}>${name(key)}</dt>
          <dd class="num" data-testid="model-fact-${key}${end}">${value}</dd></div>`,
      )}</dl>
      ${lens.slot ? nothing : html`<p class="q2">${this.t('model.fact.note')}</p>`}
      ${lens.slot ? nothing : this.door()}
      ${words.map((text) => html`<p class="q2" data-testid="model-said">${text}</p>`)}
    </div>`;
  }

  /** What several networks are worth together. @private */
  door() {
    const face = `${this.t('model.ensemble')}…`;
    return html`<p><button type="button" class="lnk" data-testid="open-ensemble"
      title=${this.t('model.ensemble.title')} @click=${() => this.act('ensemble')}>${face}</button></p>`;
  }

  /** @private @param {import('../../state/model.js').Sight} sight @param {number} copies of the trial
   * @param {number} folds */
  words({ way, trial, live, head }, copies, folds) {
    const words = [];
    const number = trial ?? 0;
    if (way.diverged_at !== null) words.push(this.t('model.said.diverged', { number, step: count(way.diverged_at) }));
    else if (!way.known) words.push(this.t(live ? 'model.said.live' : 'model.said.untrained', { number }));
    if (way.same === false) words.push(this.t('model.said.differs'));
    const own = this.lens.slot ? this.store.pinned?.trial : this.store.trials.get(number);
    if (own?.kept_epoch) {
      const epochs = own.epochs.length;
      words.push(this.t('model.said.kept', { number, epochs: count(epochs), epoch: count(own.kept_epoch) }));
    }
    const study = this.lens.slot ? this.store.pinned?.study : this.store.shownStudy;
    const isSwa = (own?.params.averaging ?? study?.fixed?.averaging) === 'swa';
    // SWA begins with the last quarter: what was kept before is no average.
    const isEarly = isSwa && own?.kept_epoch && head && own.kept_epoch * head.epoch_steps <= 0.75 * head.steps;
    if (head?.averaged && way.known && !isEarly) words.push(this.t('model.said.averaged'));
    if (copies > 1) words.push(this.t(folds > 1 ? 'model.said.folds' : 'model.said.seeds', { n: copies }));
    const { verdict } = this.lens.parts[1] ?? {};
    if (verdict && head && verdict.n < head.n_validation)
      words.push(this.t('model.said.some', { n: count(verdict.n), of: count(head.n_validation) }));
    return words;
  }
}

define('tp-model-facts', TpModelFacts);
