import { html, nothing, svg } from 'lit';
import { Part, define } from './part.js';
import { segmented } from './segmented.js';
import { choicesOf, scaleOf } from '../study/hyperparameters.js';
import { density, SCALES } from '../study/scale.js';
import { exact } from '../study/format.js';
import { listed, readRange, readValue, rescaled, textsOf } from '../study/ranges.js';
import { takenBy } from '../study/panel.js';
import { text, torchText } from './tp-row.js';

/**
 * @typedef {import('../study/ranges.js').Texts} Texts
 * @typedef {import('../study/ranges.js').ScaleName} ScaleName
 * @typedef {import('../study/ranges.js').Fix} Fix
 * @typedef {import('../study/hyperparameters.js').Hyperparameter} Hyperparameter
 */

const BINS = 24;

/** The inline editor of a row: one value, or a range with its scale, or choices. */
export class TpEditor extends Part {
  /** The study changes under it: by undo, by its row's name, by a preset.
   * @type {import('../state/store.js').Topic[]} */
  static topics = ['study', 'test'];
  static properties = {
    ...Part.properties,
    one: { attribute: false },
    texts: { state: true },
    scale: { state: true },
  };

  constructor() {
    super();
    /** @private whether a press has just entered a field: what is typed then takes the place of what it holds */
    this.entered = false;
    /** @private whether no field has been pressed: the first one has the focus without */ this.isFresh = true;
    /** @type {Hyperparameter} */ this.one = /** @type {any} */ (undefined);
    /** @type {Texts | null} */ this.texts = null;
    /** @type {ScaleName} */ this.scale = 'linear';
    /** @private */ this.seen = '';
    /** @private */ this.drawn = '';
    /** @private Whether what is entered here is not valid, and kept as that. */ this.bad = false;
    /** @private Whether the study's last change came from here. */ this.own = false;
  }

  get range() {
    return this.store.study.space?.[this.one.name];
  }

  /** The one value that all trials take, or none. */
  get taken() {
    const taken = takenBy(this.one, this.store.study);
    return 'by' in taken ? null : taken.value;
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const { store, one, range } = this;
    const now = JSON.stringify(range ?? takenBy(one, store.study));
    const entered = store.drafts.get(one.name);
    // What was entered is let go of (undo, a fix, another study): the study is shown, which is what a run takes.
    if (now === this.seen && this.texts && (!this.bad || entered)) return;
    // The study changed under the editor (an edit, undo, a sweep toggled), or it has just opened.
    const draft = this.texts ? null : entered;
    this.seen = now;
    this.scale = draft ? /** @type {ScaleName} */ (draft.text.scale) : range ? scaleOf(range) : 'linear';
    const next = draft ? /** @type {any} */ (draft.text) : textsOf(one, range, this.taken);
    // What was typed in one field leaves alone the one that the reader has gone on to.
    const typing = this.own && this.texts ? /** @type {any} */ (this.getRootNode()).activeElement?.dataset.testid : '';
    for (const which of /** @type {(keyof Texts)[]} */ (Object.keys(this.texts ?? {})))
      if (typing === `input-${which}`) next[which] = /** @type {Texts} */ (this.texts)[which];
    if (this.own && this.texts && this.scale !== 'linear') next.step = this.texts.step;
    this.own = false;
    this.texts = next;
  }

  firstUpdated() {
    const first = /** @type {HTMLElement | null} */ (this.querySelector('.edit input, .edit .chips button'));
    first?.focus({ preventScroll: true });
  }

  updated() {
    // A range takes more room than a value. Where there is none for both, the row that it is of stays in sight.
    if (this.seen !== this.drawn && (!this.drawn || this.matches(':focus-within')))
      for (const one of [this.querySelector('.edit'), this.parentElement?.querySelector('.hp')])
        one?.scrollIntoView({ block: 'nearest' });
    this.drawn = this.seen;
    const bad = this.store.drafts.has(this.one.name);
    if (bad && !this.bad) this.querySelector('.err')?.scrollIntoView({ block: 'nearest' });
    this.bad = bad;
  }

  render() {
    const { store, one, range } = this;
    const draft = store.drafts.get(one.name);
    const both = one.sweep !== null || range;
    const unlike = torchText(one, store);
    return html`<div class="edit" role="group" aria-label=${one.label[store.lang]} data-testid="edit-${one.name}"
      @keydown=${this.onKey}>
      <div class="head"><b>${one.label[store.lang]}</b>${
        both
          ? segmented(
              this.t('row.kind'),
              [
                { value: false, text: this.t('row.fixed') },
                { value: true, text: this.t('row.range') },
              ],
              !!range,
              (swept) => {
                if (swept !== !!range) this.act('sweep', one.name);
              },
            )
          : nothing
      }</div>
      <p class="help">${one.help[store.lang]} ${one.about?.[String(this.taken)]?.[store.lang]}</p>
      ${unlike ? html`<p class="help" data-testid="unlike-torch">${unlike}</p>` : nothing}
      ${
        range
          ? listed(one)
            ? this.chips(range.choices ?? [])
            : this.ends()
          : listed(one)
            ? this.single()
            : this.value()
      }
      ${
        one.name === 'learning_rate'
          ? html`<div class="ends"><button type="button" class="btn" data-testid="range-test"
            title=${this.t('range.title')} @click=${() => this.act('range')}>${this.t('range.open')}</button></div>`
          : nothing
      }
      ${
        draft
          ? html`<div class="err flush" role="alert" id="error-${one.name}"
            data-testid="error-${one.name}">${store.sentence(draft.problem)}
            <div class="r">${draft.fixes?.map(
              (fix) => html`<button type="button" class="lnk" data-testid="fix"
                @click=${() => this.perform(fix)}>${this.t(fix.label, fix.values)}</button>`,
            )}</div></div>`
          : nothing
      }
    </div>`;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.act('leave_row', this.one.name);
    const row = /** @type {HTMLElement | null} */ (this.parentElement?.querySelector('button.v'));
    row?.focus();
  }

  /** @param {keyof Texts} which @param {string} label @param {string} [extra] */
  input(which, label, extra = '') {
    const draft = this.store.drafts.get(this.one.name);
    const bad = draft !== undefined && (draft.end ?? which) === which;
    return html`<input class="field-input ${extra}" type="text"
      inputmode=${['list', 'points'].includes(this.one.type) || which === 'choices' ? 'text' : 'decimal'}
      autocomplete="off" spellcheck="false"
      data-testid="input-${which}" aria-label=${label} aria-invalid=${bad}
      aria-describedby=${bad ? `error-${this.one.name}` : nothing} .value=${this.texts?.[which] ?? ''}
      @pointerdown=${(/** @type {any} */ { target }) => (this.entered = this.isFresh || !target.matches(':focus'))}
      @click=${(/** @type {any} */ { target }) => {
        this.isFresh = false;
        if (this.entered) target.select();
      }}
      @input=${(/** @type {Event} */ event) => this.type(which, event)} @change=${() => this.commit()}
      @keydown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && this.commit()}>`;
  }

  value() {
    const { one } = this;
    if (one.type === 'list')
      return html`<div class="ends">${this.input('value', one.label[this.store.lang], 'long')}
        <span class="q">${this.t('row.widths')}</span>${
          this.store.study.fixed?.[one.name]
            ? html`<button type="button"
              class="lnk" @click=${this.unset}>${this.t('row.use_layers')}</button>`
            : nothing
        }</div>`;
    const given = this.store.study.fixed?.[one.name] !== undefined;
    const isDrawn = one.type === 'points';
    const taken = takenBy(one, this.store.study);
    const words = (/** @type {unknown} */ value) => text(value, (key) => this.t(key));
    return html`${
      'by' in taken
        ? html`<p class="help"
          data-testid="taken-by">${this.t('row.by', { name: this.store.label(taken.by) })}: ${taken.values
            .map((pair) => pair.map(words).join(' '))
            .join(', ')}</p>`
        : nothing
    }<div class="ends">${this.input('value', one.label[this.store.lang], isDrawn ? 'long' : '')}<span
      class="q">${
        isDrawn
          ? this.t('row.points.typed')
          : one.low !== null && one.high !== null
            ? `${exact(one.low)} – ${exact(one.high)}`
            : ''
      }</span>
      ${
        given && one.default !== null
          ? html`<button type="button" class="lnk"
            @click=${this.unset}>${this.t('row.default')}</button>`
          : nothing
      }</div>`;
  }

  /** Back to the table's default. */
  unset() {
    this.act('unset_value', this.one.name);
  }

  single() {
    const { store, one } = this;
    const current = this.taken;
    return segmented(
      one.label[store.lang],
      choicesOf(one).map((choice) => ({
        value: choice,
        text: text(choice, (key) => this.t(key)),
        title: one.about?.[String(choice)]?.[store.lang],
      })),
      /** @type {any} */ (current),
      (choice) => this.act('set_value', { name: one.name, value: choice }),
      { className: 'chips' },
    );
  }

  /** @param {import('../study/types.js').Value[]} chosen */
  chips(chosen) {
    const { one } = this;
    const flip = (/** @type {any} */ choice) => {
      const next = choicesOf(one).filter((other) =>
        other === choice ? !chosen.includes(choice) : chosen.includes(other),
      );
      if (next.length) this.act('set_range', { name: one.name, range: { type: 'categorical', choices: next } });
    };
    return html`<div class="chips" role="group" aria-label=${this.t('scale.choices')}>${choicesOf(one).map(
      (choice) => {
        const last = chosen.length === 1 && chosen.includes(choice);
        const about = [one.about?.[String(choice)]?.[this.store.lang], last && this.t('row.last_choice')];
        return html`<button type="button" role="checkbox" aria-checked=${chosen.includes(choice)} aria-disabled=${last}
          title=${about.filter(Boolean).join('\n') || nothing}
          @click=${() => flip(choice)}>${text(choice, (key) => this.t(key))}</button>`;
      },
    )}</div>`;
  }

  ends() {
    const { one } = this;
    /** @type {ScaleName[]} */
    const scales = [
      'linear',
      'log',
      ...(one.scale === 'log1m' ? /** @type {ScaleName[]} */ (['log1m']) : []),
      'choices',
    ];
    const bar = segmented(
      this.t('row.scale'),
      scales.map((value) => ({ value, text: this.t(`scale.${value}`) })),
      this.scale,
      (value) => this.rescale(value),
      { testid: 'scale' },
    );
    if (this.scale === 'choices')
      return html`${this.input('choices', this.t('scale.choices'), 'long')}<div class="ends"><span
        class="q">${this.t('row.separate')}</span>${bar}</div>`;
    return html`${this.picture()}<div
      class="ends">${this.input('low', this.t('row.low'))}${bar}${this.input('high', this.t('row.high'))}</div>${
        this.scale === 'linear'
          ? html`<div class="ends"><span class="q"
            aria-hidden="true">${this.t('row.step')}</span>${this.input('step', this.t('row.step'))}<span
            class="q">${this.t('row.step.empty')}</span></div>`
          : this.texts?.step
            ? html`<p class="help" data-testid="no-step">${this.t('row.step.none', { step: this.texts.step })}</p>`
            : nothing
      }`;
  }

  /** The share of draws along the hyperparameter's own axis, with the range's ends. */
  picture() {
    const { one, range } = this;
    if (!range || range.choices) return nothing;
    const [low, high] = [Number(range.low), Number(range.high)];
    const along =
      one.scale === 'log' && !(low > 0) ? 'linear' : one.scale === 'log1m' && !(high < 1) ? 'linear' : one.scale;
    const { to, from } = SCALES[along];
    // A range of one value needs room around it to be drawn.
    const room = (to(high) - to(low)) * 0.16 || 0.1;
    const [a, b] =
      along === 'linear'
        ? [Math.max(Number(one.low), low - room), Math.min(Number(one.high), high + room)]
        : [from(to(low) - room), from(to(high) + room)];
    const shares = density(range, along, a, b, BINS);
    const at = (/** @type {number} */ value) => (280 * (to(value) - to(a))) / (to(b) - to(a));
    const width = 280 / BINS;
    return html`<svg class="density" viewBox="0 0 280 44" preserveAspectRatio="none" role="img"
      aria-label=${this.t('row.drawn')}>${shares.map(
        (share, k) =>
          svg`<rect x=${k * width + 0.5} y=${43 - share * 36} width=${width - 1} height=${share * 36}
            fill="var(--mark)"/>`,
      )}<path d="M0 43.5h280" stroke="var(--ink-2)"/><path d="M${at(low)} 2v42M${at(high)} 2v42" stroke="var(--ink)"
      stroke-width="2" vector-effect="non-scaling-stroke"/></svg>`;
  }

  /** @param {ScaleName} scale */
  rescale(scale) {
    const { range } = this;
    if (!range || scale === this.scale) return;
    const kept = this.store.drafts.has(this.one.name) && scale !== 'choices' && this.scale !== 'choices';
    if (!kept) {
      // A step that the scale between took away comes back with the linear one.
      const made = rescaled(this.one, range, scale);
      this.texts = { ...made, step: made.step || (this.texts?.step ?? '') };
    }
    this.scale = scale;
    this.commit();
  }

  read() {
    const { one } = this;
    const texts = /** @type {Texts} */ (this.texts);
    return /** @type {any} */ (
      this.range ? readRange(one, this.scale, texts, this.range) : readValue(one, texts.value, this.taken)
    );
  }

  /** @param {keyof Texts} which @param {Event} event */
  type(which, event) {
    this.texts = {
      .../** @type {Texts} */ (this.texts),
      [which]: /** @type {HTMLInputElement} */ (event.target).value,
    };
    const read = this.read();
    // While typing only a mistake that was already pointed out is kept up to date.
    if (this.store.drafts.has(this.one.name)) this.judge(read);
  }

  commit() {
    const { store, one } = this;
    // Nothing typed where each choice has a default of its own leaves them as they are.
    if (
      !this.range &&
      one.type !== 'list' &&
      this.texts?.value.trim() === '' &&
      this.taken === null &&
      !store.drafts.has(one.name)
    )
      return;
    const read = this.read();
    this.judge(read);
    if (read.problem) return;
    const before = store.study;
    this.perform(this.taking(read));
    // Enter is followed by a change that changes nothing.
    if (store.study !== before) this.own = true;
  }

  /** The command that takes what was read. @param {any} read @returns {{act: string, detail: any}} */
  taking({ distribution, value }) {
    const { name } = this.one;
    if (distribution) return { act: 'set_range', detail: { name, range: distribution } };
    return { act: 'set_value', detail: { name, value } };
  }

  /** @param {any} read */
  judge(read) {
    const { name } = this.one;
    if (!read.problem) {
      this.bad = false;
      this.act('drop_draft', name);
      return;
    }
    const text = { .../** @type {Texts} */ (this.texts), scale: this.scale };
    const fixes = read.fixes.map((/** @type {Fix} */ fix) => ({
      label: fix.label,
      values: fix.values,
      act: 'fix',
      detail: { name, ...this.taking(fix) },
    }));
    this.act('keep_draft', { name, problem: read.problem, text, end: read.end, fixes });
  }
}

define('tp-editor', TpEditor);
