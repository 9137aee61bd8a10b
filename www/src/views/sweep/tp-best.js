import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { closer, edgeOf, widened } from '../../study/edges.js';
import { exact, setting } from '../../study/format.js';
import { sweptOf } from '../../study/hyperparameters.js';
import { isUntrained } from '../../state/score.js';
import { tieReason, tied, tiesOf } from '../../state/ties.js';

/** @typedef {import('../../study/types.js').Distribution} Distribution */

/** More steps than this are not offered at once. */
const OFFERS = 3;
/** Of a list of values the first two are written, and the last. */
const WRITTEN = 3;
/** Longer numbers, in signs, are written with a power of ten. */
const LONGEST = 8;

/**
 * What the best trial of a run that has ended suggests: how many tie with it, a range that ends where it lies, and
 * even steps around it where the range is a logarithm.
 */
export class TpBest extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['trials', 'study', 'run'];

  /** The best trial, once it is known and has learned something. @private */
  get best() {
    const { store } = this;
    const best = store.trials.get(store.best ?? -1);
    const isDone = store.state === 'idle' && best?.state === 'complete';
    return isDone && !isUntrained(store, best) ? best : null;
  }

  /** Ranges that lie in the panel as they were searched: what was changed since has been seen to. @private */
  ranges() {
    const { store, best } = this;
    if (!best) return [];
    return sweptOf(store.shownStudy).flatMap(({ name }) => {
      const range = store.study.space?.[name];
      const searched = store.shownStudy.space?.[name];
      const value = best.params[name];
      const isSame = range && JSON.stringify(range) === JSON.stringify(searched);
      return isSame && value !== undefined ? [{ name, range, value }] : [];
    });
  }

  /** @private */
  edges() {
    const { store } = this;
    return this.ranges().flatMap(({ name, range, value }) => {
      const end = edgeOf(range, value);
      const wider = end && widened(store.study, name, end);
      return wider ? [{ name, value, wider }] : [];
    });
  }

  render() {
    const { store, best } = this;
    if (!best) return nothing;
    const ties = tiesOf(store);
    const edges = this.edges();
    const atEdge = edges.map(({ name }) => name);
    const steps = this.ranges()
      .filter(({ name }) => !atEdge.includes(name))
      .flatMap(({ name, value }) => {
        const found = store.readOnly ? null : closer(store.study, name, value);
        return found ? [{ name, ...found }] : [];
      })
      .slice(0, OFFERS);
    const n = ties?.numbers.size ?? 0;
    if (!n && !edges.length && !steps.length) return nothing;
    return html`<div class="best" role="group" aria-label=${this.t('best')} data-testid="best">
      <span class="id">${this.t('best.trial', { number: best.number })}</span>
      ${
        n && ties
          ? html`<span data-testid="ties" tabindex="0" title=${tieReason(store, ties)}>${tied(store, ties)}<span
            class="vh"> ${tieReason(store, ties)}</span></span>`
          : nothing
      }
      ${edges.map(
        ({ name, value, wider }) =>
          html`<span class="edge" data-testid="edge-${name}">${this.t('best.edge', {
            name: store.label(name),
            value: setting(value),
          })} ${
            store.readOnly
              ? nothing
              : html`<button type="button" class="btn" data-testid="widen-${name}"
            @click=${() => this.act('take_range', { name, range: wider })}>${this.t(
              'best.widen',
              ends(wider),
            )}</button>`
          }</span>`,
      )}
      ${steps.map(
        ({ name, range, values }) => html`<button type="button" class="btn" data-testid="closer-${name}"
          title=${this.t('best.closer.title', { ...ends(range), step: written(range.step) })}
          @click=${() => this.act('take_range', { name, range })}>${this.t('best.closer', {
            name: store.label(name),
            values: listed(values),
          })}</button>`,
      )}
    </div>`;
  }
}

/** A number as people write it, while it is short. @param {unknown} value */
function written(value) {
  const text = String(value);
  return text.includes('e') || text.length > LONGEST ? exact(value) : text;
}

/** @param {Distribution} range */
const ends = ({ low, high }) => ({ low: written(low), high: written(high) });

/** @param {number[]} values */
function listed(values) {
  const all = values.map(written);
  return all.length <= WRITTEN ? all.join(', ') : `${all.slice(0, 2).join(', ')}, …, ${all[all.length - 1]}`;
}

define('tp-best', TpBest);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
