import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { segmented } from '../../controls/segmented.js';
import '../../controls/tp-number.js';
import { counted } from '../../study/format.js';
import { mostEpochs } from '../../study/study.js';
import { epochsOf, planOf } from '../../study/plan.js';
import {
  BUDGET_LIMIT,
  MOST_STAGES,
  PRUNERS,
  SHRINK,
  STAGE,
  isCopying,
  populationOf,
  prunerOf,
  samplerOf,
} from '../../study/search.js';
import { firstStages, isMoved, shownSettings, usualOf, withStage } from './shown.js';
import sheet from './style.css?inline';

/**
 * What a study says of its search beside the sampler: the sampler's settings, the pruner and its settings, stages from
 * coarse to fine, and a budget.
 *
 * @typedef {import('../../study/types.js').Stage} Stage
 * @typedef {import('../../study/search.js').Part} SearchPart
 */

export class TpSearch extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'test'];

  render() {
    const { store } = this;
    const { study } = store;
    const readOnly = store.isLocked('search');
    const pruner = prunerOf(study);
    const isHand = samplerOf(study) === 'hand';
    return html`<div class="refine" data-testid="refined">
      ${this.settings('sampler')}
      ${isCopying(study) ? this.population() : isHand ? nothing : this.ended(pruner, readOnly)}
      ${this.budget()}
    </div>`;
  }

  /** What the population comes to. @private */
  population() {
    const { store } = this;
    const { study } = store;
    const epochs = mostEpochs(study);
    const { first, copied, looks, trials } = populationOf(study, epochs);
    const names = Object.keys(study.space ?? {});
    const once = names.filter((name) => !isMoved(name));
    const all = study.trials ?? 64;
    const said = [
      trials > first
        ? this.t('pbt.note', { first, looks, copied, n: trials, steps: counted(planOf(study).steps) })
        : looks
          ? this.t('pbt.room', { n: all, first })
          : this.t('pbt.looks', { epochs }),
      once.length && once.length < names.length
        ? this.t('pbt.once', { names: once.map((name) => store.label(name)).join(', ') })
        : '',
      names.length && once.length === names.length ? this.t('pbt.still') : '',
      this.t('pbt.alone'),
    ];
    return html`<p class="about" data-testid="population-about">${said.filter(Boolean).join(' ')}</p>`;
  }

  /** Who ends trials early, and what is searched when. @private @param {string} pruner @param {boolean} readOnly */
  ended(pruner, readOnly) {
    return html`<div class="fld plain"><span class="q2">${this.t('place.pruner')}</span></div>
      <div class="methods">${segmented(
        this.t('place.pruner'),
        PRUNERS.map((name) => ({
          value: name,
          text: this.t(`pruner.${name}`),
          title: this.t(`pruner.${name}.about`),
        })),
        pruner,
        (name) => this.act('set_pruner', name),
        { disabled: readOnly, testid: 'pruner' },
      )}</div>
      <p class="about" data-testid="pruner-about">${this.t(`pruner.${pruner}.about`)}</p>
      ${this.settings('pruner')}
      ${this.stages()}`;
  }

  /** The settings of the sampler, or of the pruner, that matter in this study. @private @param {SearchPart} part */
  settings(part) {
    const { store } = this;
    const { study } = store;
    const shown = shownSettings(study, part);
    if (!shown.length) return nothing;
    return html`<div class="flds">${shown.map((setting) => {
      const { name, low, high } = setting;
      const given = study[part]?.[/** @type {'startup'} */ (name)];
      const usual = usualOf(study, part, setting);
      const label = this.t(part === 'pruner' && name === 'startup' ? 'search.pruner_startup' : `search.${name}`);
      const put = (/** @type {number | null} */ value) => ({ part, name, value });
      return html`<tp-number .store=${store} name="${part}.${name}" .label=${label} .value=${given ?? usual}
        .title=${this.t(`search.${name}.about`)} .min=${low} .max=${high} .whole=${!setting.real}
       
        .locked=${store.isLocked('search')} .wide=${true}
        .optional=${usual === null} .blank=${this.t('search.round.all')} 
        command="set_setting" .detail=${put}
        .extra=${
          given === undefined || given === usual
            ? nothing
            : this.reset(`${part}.${name}`, label, usual ?? this.t('search.round.all'), () =>
                this.act('set_setting', put(null)),
              )
        }></tp-number>`;
    })}</div>`;
  }

  /** @private @param {string} name @param {string} label @param {unknown} value @param {() => unknown} act */
  reset(name, label, value, act) {
    if (this.store.readOnly) return nothing;
    return html`<button type="button" class="ib" data-testid="reset-${name}"
      aria-label=${this.t('row.reset', { name: label, value })} title=${this.t('row.reset.title', { value })}
      @click=${act}>${icon('reset')}</button>`;
  }

  /** @private */
  stages() {
    const { store } = this;
    const { study } = store;
    const readOnly = store.isLocked('search');
    const { stages } = study;
    if (!stages)
      return html`<div class="fld plain"><span class="q2 sp">${this.t('place.stages')}</span><button type="button"
        class="lnk" data-testid="add-stages" ?disabled=${readOnly} title=${this.t('stages.about')}
        @click=${() => this.act('set_stages', firstStages(Math.round(epochsOf(study)), study.trials ?? 64))}>${this.t(
          'stages.start',
        )}</button></div>`;
    return html`<div class="fld plain"><span class="q2 sp">${this.t('place.stages')}</span>${this.reset(
      'stages',
      this.t('place.stages'),
      this.t('stages.none'),
      () => this.act('set_stages', null),
    )}</div>
      <p class="about">${this.t('stages.about')}</p>
      <ol class="stages" data-testid="stages">${stages.map((stage, k) => this.stage(stage, k, stages))}</ol>
      <button type="button" class="lnk" data-testid="add-stage" ?disabled=${readOnly || stages.length >= MOST_STAGES}
        @click=${() => this.act('set_stages', withStage(stages))}>${this.t('stages.add')}</button>`;
  }

  /** @private @param {Stage} stage @param {number} k @param {Stage[]} stages */
  stage(stage, k, stages) {
    const { store } = this;
    const label = this.t('stages.one', { number: k + 1 });
    const names = /** @type {(keyof typeof STAGE)[]} */ (['epochs', 'trials', ...(k ? ['shrink'] : [])]);
    const field = (/** @type {keyof typeof STAGE} */ name) => {
      const { low, high } = STAGE[name];
      return html`<tp-number .store=${store} name="stage-${k + 1}-${name}" .label=${this.t(`stages.${name}`)}
        .hint=${`${label}: ${this.t(`stages.${name}`)}`} .value=${stage[name] ?? SHRINK} .min=${low} .max=${high}
        .whole=${name !== 'shrink'} .locked=${store.isLocked('search')} command="set_stage"
        .detail=${(/** @type {number} */ value) => ({ k, name, value })}></tp-number>`;
    };
    return html`<li data-testid="stage-${k + 1}"><span class="q2">${k + 1}</span><div class="flds">${names.map(
      field,
    )}</div>${
      stages.length > 1 && !store.readOnly
        ? html`<button type="button" class="ib" data-testid="remove-stage-${k + 1}"
            aria-label=${this.t('stages.remove', { number: k + 1 })}
            title=${this.t('stages.remove', { number: k + 1 })}
            @click=${() => this.act('remove_stage', k)}>${icon('close')}</button>`
        : nothing
    }</li>`;
  }

  /** @private */
  budget() {
    const { store } = this;
    const { study } = store;
    const budget = study.budget ?? null;
    const { asked, trials } = planOf(study);
    return html`<div class="flds"><tp-number .store=${store} name="budget" .label=${this.t('place.budget')}
        .value=${budget} .min=${1} .max=${BUDGET_LIMIT} .whole=${true}
        .locked=${store.isLocked('search')} .wide=${true}
        .optional=${true} .blank=${this.t('budget.none')} command="set_budget" .extra=${
          budget === null
            ? nothing
            : this.reset('budget', this.t('place.budget'), this.t('budget.none'), () => this.act('set_budget', null))
        }></tp-number></div>
      <p class="about" data-testid="budget-about">${
        budget === null
          ? this.t('budget.about', { steps: planOf(study).steps })
          : this.t(prunerOf(study) === 'none' ? 'budget.enough' : 'budget.enough_pruned', {
              trials: counted(trials),
              n: asked,
            })
      }</p>`;
  }
}

define('tp-search', TpSearch);
