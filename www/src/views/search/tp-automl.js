import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { isHeld } from '../../controls/held.js';
import { icon } from '../../controls/icons.js';
import '../../controls/tp-number.js';
import { exact, counted } from '../../study/format.js';
import { AUTO, AUTO_PARTS, automated, usualBudget } from '../../study/automl.js';
import { planOf } from '../../study/plan.js';
import { BUDGET_LIMIT } from '../../study/search.js';
import dialog from '../dialog.css?inline';
import sheet from './style.css?inline';

/**
 * AutoML says what it may change and what it may take before it changes anything; then it sets up the study and runs.
 *
 * @typedef {import('../../study/types.js').Distribution} Distribution
 */

export class TpAutoml extends Part {
  static sheet = dialog + sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'run', 'test'];

  constructor() {
    super();
    /** @private */ this.parts = { architecture: true, optimization: true };
    /** @private @type {number | null} as the reader wrote it */ this.given = null;
  }

  /** @private */
  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  open() {
    this.given = null;
    this.requestUpdate();
    void this.updateComplete.then(() => this.dialog.showModal());
  }

  /** @private */
  get auto() {
    const { study } = this.store;
    return { ...this.parts, budget: this.given ?? usualBudget(study, this.parts) };
  }

  render() {
    const { store, auto, parts } = this;
    const next = automated(store.study, auto);
    const { trials } = planOf(next);
    const any = AUTO_PARTS.some((part) => parts[part]);
    const why = store.readOnly ? this.t('run.read_only') : any ? '' : this.t('automl.nothing');
    const able = !why && store.state === 'idle';
    return html`<dialog class="work automl" aria-labelledby="automl-title" data-testid="automl">
      <div class="bar"><h2 id="automl-title">${this.t('automl')}</h2><span class="sp"></span>
        <button type="button" class="ib" data-testid="automl-close" aria-label=${this.t('action.close')}
          @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      <p class="q2">${this.t('automl.about')}</p>
      ${AUTO_PARTS.map((part) => this.choice(part, next.space ?? {}))}
      <div class="flds"><tp-number .store=${store} name="automl-budget" .label=${this.t('place.budget')} apart wide
        .value=${auto.budget} .min=${1} .max=${BUDGET_LIMIT} .whole=${true} @take=${(
          /** @type {CustomEvent<number>} */ event,
        ) => {
          this.given = event.detail;
          this.requestUpdate();
        }}></tp-number></div>
      <p class="q2" data-testid="automl-budget-about">${this.t('automl.enough', {
        n: trials,
        trials: counted(trials),
        epochs: next.fixed?.epochs,
        most: counted(next.trials ?? 0),
      })}</p>
      <p class="q2">${this.t('automl.kept')}</p>
      <div class="foot">
        <button type="button" class="btn ${able ? 'p' : ''}" data-testid="automl-run" ?disabled=${!able}
          @click=${() => this.start(true)}>${icon('play')}${this.t('automl.run')}</button>
        <button type="button" class="btn" data-testid="automl-set" ?disabled=${!!why}
          @click=${() => this.start(false)}>${this.t('automl.set')}</button>
        <span class="q2" role="status">${why || (able ? '' : this.t('automl.wait'))}</span>
      </div>
    </dialog>`;
  }

  /** @private @param {keyof typeof AUTO} part @param {Record<string, Distribution>} space that would be searched */
  choice(part, space) {
    const { store } = this;
    const on = this.parts[part];
    const names = Object.keys(AUTO[part]);
    return html`<fieldset data-testid="automl-${part}"><legend><label><input type="checkbox" .checked=${on} @change=${(
      /** @type {Event} */ event,
    ) => {
      this.parts = { ...this.parts, [part]: /** @type {HTMLInputElement} */ (event.target).checked };
      this.requestUpdate();
    }}>${this.t(`automl.${part}`)}</label></legend>
      <dl>${names.map((name) => {
        const range = space[name];
        const own = store.study.space?.[name] ? ` (${this.t('automl.own')})` : '';
        return html`<dt>${store.label(name)}</dt><dd>${
          on && range ? rangeText(range, store) + own : this.t('automl.stays')
        }</dd>`;
      })}</dl></fieldset>`;
  }

  /** @private @param {boolean} run */
  start(run) {
    if (isHeld(this.dialog)) return;
    this.dialog.close();
    this.act('automl', { study: automated(this.store.study, this.auto), run });
  }
}

/** @param {Distribution} range @param {import('../../state/store.js').Store} store */
function rangeText({ choices, low, high, log, scale }, store) {
  if (choices) return choices.map((one) => String(store.setting(one)).replaceAll('_', ' ')).join(', ');
  const way = scale ?? (log ? 'log' : 'linear');
  return `${exact(low)} – ${exact(high)}${way === 'linear' ? '' : ` ${store.t(`scale.${way}`)}`}`;
}

define('tp-automl', TpAutoml);
