import { arePoints } from '../study/checks.js';
import { html, nothing, svg } from 'lit';
import { Part, define } from './part.js';
import { BY_NAME, scaleOf, used } from '../study/hyperparameters.js';
import { density, stepsOf } from '../study/scale.js';
import { exact, worded } from '../study/format.js';
import { icon } from './icons.js';
import { isSet, takenBy, unlikeTorch, untouched } from '../study/panel.js';

/** @typedef {import('../study/hyperparameters.js').Hyperparameter} Hyperparameter
 * @typedef {import('../study/types.js').Distribution} Distribution */

const FRESH = 2000;

/** One hyperparameter: its name turns it from fixed to swept and back, its value opens the editor. */
export class TpRow extends Part {
  static properties = {
    ...Part.properties,
    one: { attribute: false },
    state: { attribute: false, hasChanged: () => true },
  };

  constructor() {
    super();
    /** @type {Hyperparameter} */ this.one = /** @type {any} */ (undefined);
    /** @type {unknown} what the row depends on; a new list draws it anew */ this.state = null;
  }

  get range() {
    return this.store.study.space?.[this.one.name];
  }

  /** The range that a first click on the name makes. @returns {Distribution | null} */
  start() {
    // A list of widths has no range of its own: it gives way to depth and width, and the width is swept.
    return this.one.name === 'hidden' ? (BY_NAME.get('hidden_units')?.sweep ?? null) : this.one.sweep;
  }

  render() {
    const { store, one } = this;
    const { range } = this;
    const draft = store.drafts.get(one.name);
    const editing = store.editing === one.name;
    const since = Date.now() - (store.changed.get(one.name) ?? 0);
    if (since < FRESH) setTimeout(() => this.requestUpdate(), FRESH - since + 30);
    const name = one.label[store.lang];
    const able = (range || this.start()) && !store.isLocked(one.name);
    const glyph = html`<svg class="g" viewBox="0 0 14 14" aria-hidden="true"><path d="M1 7h12" stroke="var(--line-2)"
      stroke-width="1.5"/>${
        range
          ? svg`<path d="M3 7h8" stroke="var(--ink)" stroke-width="4"/>`
          : svg`<circle cx="7" cy="7" r="2.6" fill="var(--ink-2)"/>`
      }</svg>`;
    return html`<div class="hp ${range ? 'sw' : ''} ${since < FRESH ? 'new' : ''}" data-testid="row-${one.name}"
      data-swept=${!!range}>
        ${
          able
            ? html`<button type="button" class="n" aria-pressed=${!!range} title=${one.help[store.lang]}
              data-testid="sweep-${one.name}"
              aria-label=${this.t(range ? 'row.fix' : 'row.sweep', { name })}
              @click=${() => this.act('sweep', one.name)}>${glyph}<span>${name}</span></button>`
            : html`<span class="n" title=${one.help[store.lang]}>${glyph}<span>${name}</span></span>`
        }
        <button type="button" class="v" aria-expanded=${editing} data-testid="value-${one.name}"
          ?disabled=${store.isLocked(one.name)} title=${this.unlike() || nothing}
          aria-describedby=${draft && !editing ? `error-${one.name}` : nothing}
          aria-label=${this.t('row.edit', { name, value: draft ? draftText(draft.text, !!range) : this.valueText() })}
          @click=${() => this.act('edit_row', editing ? null : one.name)}><span
          class=${draft ? 'bad-text' : ''}>${draft ? draftText(draft.text, !!range) : this.valueText()}</span></button>
        ${
          range
            ? this.histogram(range)
            : html`<span class="ask"
              aria-hidden="true">${able ? this.t('row.ask') : ''}</span>`
        }
        <span class="s">${range ? this.t(used(one, store.study) ? `scale.${scaleOf(range)}` : 'row.inert') : ''}</span>
        ${isSet(one, store.study) && !store.isLocked(one.name) ? this.reset(name) : nothing}
      </div>
      ${
        draft && !editing
          ? html`<p class="err" id="error-${one.name}"
            data-testid="error-${one.name}">${store.sentence(draft.problem)}</p>`
          : nothing
      }
      ${editing ? html`<tp-editor .store=${store} .one=${one}></tp-editor>` : nothing}`;
  }

  /** @param {string} name */
  reset(name) {
    const value = this.taken(untouched(this.one, this.store.study));
    return html`<button type="button" class="rs" data-testid="reset-${this.one.name}"
      aria-label=${this.t('row.reset', { name, value })} title=${this.t('row.reset.title', { value })}
      @click=${() => this.act('reset_row', this.one.name)}>${icon('reset')}</button>`;
  }

  /** Where the row stands at a default that is not PyTorch's. */
  unlike() {
    const { store, one } = this;
    return isSet(one, store.study) ? '' : torchText(one, store);
  }

  /** @param {ReturnType<typeof takenBy>} taken */
  taken(taken) {
    return 'by' in taken
      ? this.t('row.by', { name: this.store.label(taken.by) })
      : text(taken.value, (key, values) => this.t(key, values));
  }

  valueText() {
    const { store, one, range } = this;
    if (!range) return this.taken(takenBy(one, store.study));
    if (!range.choices) return rangeText(range, (key, values) => this.t(key, values));
    const numbers = range.choices.every((choice) => typeof choice === 'number');
    const choices = numbers ? [...range.choices].sort((a, b) => Number(a) - Number(b)) : range.choices;
    const words = choices.map((choice) => text(choice, (key) => this.t(key)));
    const joined = words.join(', ');
    if (joined.length <= 12) return joined;
    return numbers ? `${words[0]} … ${words[words.length - 1]}` : this.t('row.choices', { n: words.length });
  }

  /**
   * What the sampler will draw, over the values that the hyperparameter naturally takes.
   * @param {Distribution} range
   */
  histogram(range) {
    const steps = stepsOf(range, 12);
    const bins = range.choices ? range.choices.length : (steps?.length ?? 12);
    const along = this.one.scale;
    const low = Number(range.low);
    const natural =
      along === 'log' && !(low > 0) ? 'linear' : along === 'log1m' && !(Number(range.high) < 1) ? 'linear' : along;
    const shares =
      range.choices || steps ? new Array(bins).fill(1) : density(range, natural, low, Number(range.high), bins);
    const width = 58 / bins;
    return html`<svg class="h" viewBox="0 0 58 15" preserveAspectRatio="none"
      aria-hidden="true"><title>${this.t('row.drawn')}</title>${shares.map(
        (share, k) =>
          svg`<rect x=${k * width} y=${14.5 - share * 11} width=${Math.max(0.8, width - 1)} height=${share * 11}
            fill="var(--mark)"/>`,
      )}<path d="M0 14.75h58" stroke="var(--line-2)" stroke-width=".75"/></svg>`;
  }
}

/** Which defaults are not PyTorch's; nothing where all are.
 * @param {Hyperparameter} one @param {import('../state/store.js').Store} store */
export const torchText = (one, store) =>
  unlikeTorch(one, store.study)
    .map(({ torch, here, choices }) => {
      const values = { torch: exact(torch), here: exact(here), names: choices.join(', ') };
      return store.t(choices.length ? 'row.torch.by' : 'row.torch', values);
    })
    .join(' ');

/** @param {unknown} value @param {(key: string, values?: Record<string, unknown>) => string} t */
export function text(value, t) {
  if (arePoints(value)) return t('row.points', { n: value.length });
  if (Array.isArray(value)) return value.length ? value.join(' × ') : t('row.no_layers');
  if (value === null || value === undefined) return t('row.by_layers');
  return typeof value === 'number' ? exact(value) : worded(value, t);
}

/** @param {Record<string, string>} texts @param {boolean} swept */
const draftText = (texts, swept) =>
  !swept ? texts.value : texts.scale === 'choices' ? texts.choices : `${texts.low} – ${texts.high}`;

/**
 * The ends of a range, and its step.
 * @param {Distribution} range
 * @param {(key: string, values: Record<string, unknown>) => string} t
 */
function rangeText(range, t) {
  const ends = { low: exact(range.low), high: exact(range.high) };
  return range.step ? t('row.stepped', { ...ends, step: exact(range.step) }) : `${ends.low} – ${ends.high}`;
}

define('tp-row', TpRow);
