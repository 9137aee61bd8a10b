import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { segmented } from '../../controls/segmented.js';
import {
  DERIVED,
  GROUPS,
  SAMPLERS,
  datasetOf,
  gridSize,
  ownFeatures,
  rowsOf,
  sweptOf,
} from '../../study/hyperparameters.js';
import { sharesOf } from '../../study/parts.js';
import { fewOf, fittingPoints, planned, pointedAxes } from '../../study/panel.js';
import { isRefined, samplerOf } from '../../study/search.js';
import { SEED_LIMIT, TRIALS_LIMIT } from '../../study/study.js';
import { count } from '../../study/format.js';
import { PRESETS, presetOf } from '../../study/presets.js';
import './tp-datasets.js';
import '../../controls/tp-menu.js';
import '../../controls/tp-row.js';
import '../../controls/tp-number.js';
import { later } from '../../platform/later.js';

const SAMPLES = /** @type {[number, number]} */ ([10, 100000]);

/** The study: its data, its hyperparameters fixed or swept in place, and how they are searched. */
/** Features made of two, as they are written. @type {Record<string, string>} */
const SIGNS = { x1_squared: 'x₁²', x2_squared: 'x₂²', x1_x2: 'x₁x₂', sin_x1: 'sin 6x₁', sin_x2: 'sin 6x₂' };

export class TpStudy extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'test', 'run'];

  static properties = {
    ...Part.properties,
    filter: { state: true },
    finder: { state: true },
    refining: { state: true },
  };

  constructor() {
    super();
    /** What is looked for among the rows. */ this.filter = '';
    /** @type {typeof import('./opened.js') | null} loaded when something is looked for */ this.finder = null;
    /** Whether what is said of the search beside the sampler was asked for. */ this.refining = false;
    /** @private */ this.state = 'idle';
    /** @private When the list last became longer or shorter. */ this.since = 0;
  }

  /** Progress comes often and changes nothing here. @param {Set<string>} topics */
  wake(topics) {
    if (topics.size === 1 && topics.has('run') && this.state === this.store.state) return;
    this.state = this.store.state;
    this.requestUpdate();
  }

  render() {
    const { store } = this;
    return html`<aside class="study ${store.sheet ? 'open' : ''}" id="study" data-testid="study"
      tabindex=${store.readOnly ? 0 : nothing} aria-label=${this.t('study')} @keydown=${this.onKey}>
      <div class="close"><b>${this.t('study')}</b><button type="button" class="ib" data-testid="close-study"
        aria-label=${this.t('action.close')} @click=${() => this.act('sheet', false)}>${icon('close')}</button></div>
      ${store.only ? nothing : this.data()}
      ${this.rows()}
      ${store.only ? nothing : this.search()}
    </aside>`;
  }

  /**
   * The split bar's parts are as wide as their shares and no narrower than their names; set from here, for a strict
   * policy allows no style attributes.
   */
  updated() {
    const bar = /** @type {HTMLElement | null} */ (this.querySelector('.split'));
    const split = sharesOf(this.store.study);
    if (bar)
      bar.style.gridTemplateColumns = [split.train, split.validation, split.test]
        .map((share) => `minmax(max-content, ${100 * share}fr)`)
        .join(' ');
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key !== 'Escape' || !this.store.sheet) return;
    event.stopPropagation();
    this.act('sheet', false);
  }

  data() {
    const { store } = this;
    const { study } = store;
    const chosen = datasetOf(study);
    const preset = presetOf(study);
    const split = sharesOf(study);
    const { folds = 1 } = study.dataset;
    const percent = (/** @type {number} */ share) => `${Math.round(100 * share)}%`;
    const rows = study.dataset.samples ?? chosen?.rows ?? 0;
    const made = chosen?.kind === 'generated';
    const facts = this.t(chosen?.task === 'numbers' ? 'data.facts.numbers' : 'data.facts.classes', {
      rows: count(rows),
      features: chosen?.features,
      classes: chosen?.classes,
    });
    return html`<section class="sec"><h2>${this.t('data')}<span class="sp"></span>${this.presets()}</h2>
      ${preset ? html`<p class="about" data-testid="preset">${preset.about[store.lang]}</p>` : nothing}
      <tp-datasets .store=${store}></tp-datasets>
      <button type="button" class="lnk rows" data-testid="open-data" title=${this.t('data.own.title')}
        @click=${() => this.act('open_data', undefined)}>${this.t('data.own')}…</button>
      <p class="about">${chosen?.about[store.lang] ? `${chosen.about[store.lang]} ` : ''}${facts}</p>
      <div class="flds">
        ${
          made
            ? html`<tp-number .store=${store} name="samples" .label=${this.t('data.samples')} .value=${rows}
              .min=${SAMPLES[0]} .max=${SAMPLES[1]} .whole=${true} .locked=${store.isLocked('data')}
              command="set_samples"></tp-number>
              ${
                chosen.noise
                  ? html`<tp-number .store=${store} name="noise" .label=${this.t('data.noise')}
                    .value=${study.dataset.noise ?? 0} .min=${0} .max=${10} .locked=${store.isLocked('data')}
                    command="set_noise"></tp-number>`
                  : nothing
              }`
            : nothing
        }
        <tp-number .store=${store} name="data-seed" .label=${this.t('data.seed')} .value=${study.dataset.seed ?? 0}
          .min=${0} .max=${SEED_LIMIT} .whole=${true} .locked=${store.isLocked('data')} .wide=${true}
          .extra=${this.dice('data-dice', 'data.new_seed', 'set_data_seed')} command="set_data_seed"></tp-number>
      </div>
      ${ownFeatures(study) === 2 ? this.derived() : nothing}
      <div class="split" role="img"
        aria-label=${this.t(folds > 1 ? 'data.split.folds' : 'data.split', {
          folds,
          train: percent(split.train),
          validation: percent(split.validation),
          test: percent(split.test),
        })}>
        <div class="tr">${this.t('train')} ${percent(split.train)}</div><div
          class="va">${this.t('data.val')} ${percent(split.validation)}</div><div
          class="te">${icon(store.readOnly ? 'unlock' : 'lock')}<span>${this.t('test')}</span></div></div>
      ${this.scoring()}
    </section>`;
  }

  /** How often a trial is trained, and on what it is scored. */
  scoring() {
    void later('scoring').catch(() => {});
    return html`<tp-scoring .store=${this.store}></tp-scoring>`;
  }

  /** Features made of the plane's two, as switches. */
  derived() {
    const { study } = this.store;
    const readOnly = this.store.isLocked('data');
    const { derived = [] } = study.dataset;
    return html`<div class="fld plain derived" role="group" aria-label=${this.t('data.derived')} data-testid="derived">
      <span class="q2 sp" title=${this.t('data.derived.title')}>${this.t('data.derived')}</span><span
      class="seg">${DERIVED.map(
        (
          name,
        ) => html`<button type="button" role="checkbox" aria-checked=${derived.includes(name)} ?disabled=${readOnly}
          data-name=${name} @click=${() => this.act('set_derived', { name, checked: !derived.includes(name) })}>${
            SIGNS[name]
          }</button>`,
      )}</span></div>`;
  }

  presets() {
    const { store } = this;
    return html`<tp-menu .store=${store} name="presets" .label=${this.t('presets.title')} look="lnk"
      .face=${this.t('presets')} .groups=${[
        {
          items: PRESETS.map((one) => ({
            text: one.title[store.lang],
            note: one.about[store.lang],
            testid: `preset-${one.name}`,
            act: 'load_preset',
            detail: one.name,
          })),
        },
      ]}></tp-menu>`;
  }

  rows() {
    const { store } = this;
    const all = rowsOf(store.study, store.only);
    const few = store.only ? all : fewOf(store.study, all);
    const first = store.allRows ? all : few;
    // What has just been set back stays where it is.
    const stays = (/** @type {string} */ name) =>
      store.drafts.has(name) || store.editing === name || (store.changed.get(name) ?? 0) > this.since;
    const found = all.filter((one) =>
      this.filter
        ? (this.finder?.fits(one, this.filter) ?? true) || store.drafts.has(one.name) || store.editing === one.name
        : first.includes(one) || stays(one.name),
    );
    const { idle, later } = this.finder?.missing(this.filter, all) ?? { idle: [], later: [] };
    const swept = sweptOf(store.study).length;
    return html`<section class="sec"><h2>${this.t('hyperparameters')}<span class="q"
      data-testid="swept">${this.t('hyperparameters.count', {
        swept,
        fixed: all.length - all.filter((one) => store.study.space?.[one.name]).length,
      })}</span>
      <button type="button" class="ib" data-testid="undo" aria-label=${this.t('undo')} title=${this.t('undo')}
        aria-disabled=${!store.canStep(-1)} @click=${() => this.act('undo')}>${icon('undo')}</button>
      <button type="button" class="ib" data-testid="redo" aria-label=${this.t('redo')} title=${this.t('redo')}
        aria-disabled=${!store.canStep(1)} @click=${() => this.act('redo')}>${icon('redo')}</button></h2>
      ${
        store.only
          ? nothing
          : html`<input class="field-input find" type="search" data-testid="search-rows" .value=${this.filter}
            placeholder=${this.t('find.hint')} aria-label=${this.t('find')}
            autocomplete="off" spellcheck="false" @input=${this.onFind} @keydown=${this.onFindKey}>`
      }
      ${
        this.filter && !found.length && !idle.length && !later.length
          ? html`<p class="about lost" role="status"
            data-testid="none-found">${this.t('find.none', { text: this.filter })} <button type="button" class="lnk"
            data-testid="show-all" @click=${() => this.find('')}>${this.t('find.all')}</button></p>`
          : nothing
      }
      ${
        idle.length
          ? html`<p class="about"
            data-testid="idle-found">${this.t('find.idle', {
              names: idle.map((one) => one.label[store.lang]).join(', '),
            })}</p>`
          : nothing
      }
      ${
        later.length
          ? html`<p class="about"
            data-testid="later-found">${this.t('find.later', {
              names: later.map((one) => one[store.lang]).join(', '),
            })}</p>`
          : nothing
      }
      ${GROUPS.map((group, k) => {
        const rows = found.filter((one) => one.group === group);
        return rows.length
          ? html`<div
            class="grp"><span>${this.t(`group.${group}`)}</span>${
              k === 0 && !store.readOnly ? html`<span>${this.t('hyperparameters.hint')}</span>` : nothing
            }</div>
            ${repeat(
              rows,
              (one) => one.name,
              (one) => html`<tp-row .store=${store} .one=${one} .state=${this.rowState(one.name)}></tp-row>`,
            )}${this.schedule(rows)}`
          : nothing;
      })}
      ${
        few.length === all.length || this.filter
          ? nothing
          : html`<button type="button" class="lnk rows" data-testid="all-rows" @click=${this.onRows}>${this.t(
              store.allRows ? 'rows.few' : 'rows.all',
              { n: all.length },
            )}</button>`
      }</section>`;
  }

  /** The schedules' curves stand below their settings.
   * @param {import('../../study/hyperparameters.js').Hyperparameter[]} rows of a group */
  schedule(rows) {
    const isTheirs = rows[0].group === 'optimization';
    const isFound = !this.filter || rows.some((one) => one.name === 'schedule');
    void later('schedules').catch(() => {});
    return isTheirs && isFound ? html`<tp-schedule .store=${this.store}></tp-schedule>` : nothing;
  }

  onRows() {
    this.since = Date.now();
    this.act('all_rows', !this.store.allRows);
  }

  /** @param {string} text */
  find(text) {
    this.filter = text;
    /** @type {HTMLElement | null} */ (this.querySelector('.find'))?.focus();
  }

  /** @param {Event} event */
  onFind(event) {
    if (!this.finder)
      void later('study').then(
        (found) => void (this.finder = found),
        () => {},
      );
    this.filter = /** @type {HTMLInputElement} */ (event.target).value;
  }

  /** Esc empties the field before it means anything else. @param {KeyboardEvent} event */
  onFindKey(event) {
    if (event.key !== 'Escape' || !this.filter) return;
    event.preventDefault();
    event.stopPropagation();
    this.find('');
  }

  /** Rows are drawn anew when this changes. @param {string} name */
  rowState(name) {
    const { store } = this;
    return [
      store.study,
      store.lang,
      store.editing === name,
      store.drafts.get(name),
      store.isLocked('search'),
      Date.now() - (store.changed.get(name) ?? 0) < 2000,
    ];
  }

  search() {
    const { store } = this;
    const { study } = store;
    const sampler = samplerOf(study);
    const locked = store.isLocked('budget');
    const combinations = gridSize(study);
    const dice = this.dice('new-seed', 'search.new_seed', 'set_seed');
    return html`<section class="sec"><h2>${this.t('search')}<span class="sp"></span><button type="button" class="lnk"
        data-testid="open-hand" title=${this.t('selection.hand.title')}
        @click=${() => this.act('hand', false)}>${this.t('hand')}…</button><button type="button" class="lnk"
        data-testid="open-automl" title=${this.t('automl.title')} ?disabled=${locked}
        @click=${() => this.act('open_automl')}>${this.t('automl')}…</button></h2>
      <div class="methods">${segmented(
        this.t('search.sampler'),
        SAMPLERS.map((name) => ({
          value: name,
          text: this.t(`sampler.${name}`),
          title: this.t(`sampler.${name}.about`),
        })),
        sampler,
        (name) => this.act('set_sampler', name),
        { disabled: locked, testid: 'sampler' },
      )}</div>
      <p class="about" data-testid="sampler-about">${this.t(`sampler.${sampler}.about`)}</p>
      ${sampler === 'hand' ? this.picker() : nothing}
      <div class="flds">
        ${
          sampler === 'hand'
            ? nothing
            : study.stages
              ? html`<div class="fld"><span class="q2 sp">${this.t('search.trials')}</span><span
              data-testid="staged-trials">${count(planned(study))}</span></div>`
              : html`<tp-number .store=${store} name="trials" .label=${this.t('search.trials')}
          .value=${study.trials ?? 64}
          .min=${1} .max=${TRIALS_LIMIT} .whole=${true} .locked=${locked} command="set_trials"></tp-number>`
        }
        <tp-number .store=${store} name="seed" .label=${this.t('search.seed')} .value=${study.seed ?? 0} .min=${0}
          .max=${SEED_LIMIT} .whole=${true} .locked=${locked} .extra=${dice} command="set_seed"></tp-number>
        ${
          sampler === 'grid'
            ? html`${this.points()}
              <div class="fld"><span class="q2 sp">${this.t('search.combinations')}</span><span
              data-testid="combinations">${count(combinations)}</span></div>`
            : nothing
        }
      </div>
      ${sampler === 'grid' && combinations > (study.trials ?? 64) ? this.large(combinations) : nothing}
      ${sampler === 'hand' && !isRefined(study) ? nothing : this.refined()}
      <div class="fld plain"><span class="q2 sp">${this.t('search.backend')}</span>${segmented(
        this.t('search.backend'),
        [
          { value: 'auto', text: this.t('backend.auto'), title: this.t('backend.auto.title') },
          { value: 'gpu', text: 'GPU', title: 'WebGPU' },
          { value: 'cpu', text: 'CPU', title: 'WASM SIMD' },
        ],
        store.choice,
        (value) => this.act('backend', /** @type {import('../../study/types.js').BackendChoice} */ (value)),
        { disabled: store.state !== 'idle' || locked, testid: 'backend-choice' },
      )}</div>
      <tp-record .store=${store}></tp-record>
      <div class="fld plain"><button type="button" class="lnk" data-testid="open-bench"
        @click=${() => this.act('bench')}>${this.t('bench.title')}</button></div>
    </section>`;
  }

  /** Where the next point is. @private */
  picker() {
    void later('search').catch(() => {});
    return html`<tp-picker .store=${this.store}></tp-picker>`;
  }

  /** What else is said of the search: there where the study says some of it, or all settings are shown. */
  refined() {
    const { store } = this;
    const needed = store.allRows || isRefined(store.study);
    const open = needed || this.refining;
    if (open) void later('search').catch(() => {});
    return html`${
      needed
        ? nothing
        : html`<button type="button" class="lnk rows" data-testid="refine" aria-expanded=${open} @click=${() => {
            this.refining = !open;
          }}>${this.t(open ? 'search.less' : 'search.more')}</button>`
    }${open ? html`<tp-search .store=${store}></tp-search>` : nothing}`;
  }

  /** How many points a grid takes: one number for all axes, or one for each where the study says so. */
  points() {
    const { store } = this;
    const points = /** @type {number | Record<string, number>} */ (store.study.sampler?.points ?? 5);
    const field = (
      /** @type {string} */ name,
      /** @type {string} */ label,
      /** @type {number} */ value,
      /** @type {'set_points' | 'set_points_of'} */ command,
      /** @type {(points: number) => any} */ detail,
    ) => html`<tp-number
      .store=${store} name=${name} .label=${label} .value=${value} .min=${1} .max=${1000} .whole=${true}
      .locked=${store.isLocked('search')} .wide=${typeof points === 'object'}
      command=${command} .detail=${detail}></tp-number>`;
    if (typeof points !== 'object')
      return field('points', this.t('search.points'), points, 'set_points', (value) => value);
    return pointedAxes(store.study).map((one) =>
      field(
        `points.${one.name}`,
        this.t('search.points_of', { name: one.label[store.lang] }),
        points[one.name] ?? 5,
        'set_points_of',
        (value) => ({ axis: one.name, points: value }),
      ),
    );
  }

  /** @param {number} combinations more than there are trials */
  large(combinations) {
    const { store } = this;
    const points = fittingPoints(store.study);
    return html`<p class="err flush" data-testid="grid-note">${this.t('search.grid_large', { n: combinations })}
      ${
        combinations <= TRIALS_LIMIT
          ? html`<button type="button" class="lnk"
            @click=${() => this.act('set_trials', combinations)}>${this.t('action.set_trials', {
              n: combinations,
            })}</button>`
          : nothing
      }
      ${
        points
          ? html`<button type="button" class="lnk"
            @click=${() => this.act('set_points', points)}>${this.t('action.set_points', { n: points })}</button>`
          : nothing
      }</p>`;
  }

  /** @param {string} testid @param {string} label @param {'set_seed' | 'set_data_seed'} command */
  dice(testid, label, command) {
    return html`<button type="button" class="ib" data-testid=${testid} aria-label=${this.t(label)}
      title=${this.t(label)} ?disabled=${this.store.readOnly}
      @click=${() => this.act(command, crypto.getRandomValues(new Uint32Array(1))[0])}>${icon('dice')}</button>`;
  }
}

define('tp-study', TpStudy);
