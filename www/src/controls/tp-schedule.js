import { html, nothing, svg } from 'lit';
import { Part, define } from './part.js';
import { POINTS, isScheduled, movedBy, outline, schedulesOf } from '../study/schedules.js';
import { later } from '../platform/later.js';
import { rate } from '../study/format.js';

/**
 * What schedules make of the learning rate, drawn from the engine's own factors.
 *
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/schedules.js').Schedule} Schedule
 * @typedef {ArrayLike<number>} Factors empty of a schedule that waits for what comes of training
 * @typedef {{schedule: Schedule, factors: Factors, ends: Factors[]}} Drawn
 */

/** A study that changes is asked about once it has been left alone for so many ms. */
const QUIET = 120;

/** Draws schedules: asks the engine when they change, keeps what it has until the answer is here. */
export class SchedulePart extends Part {
  static properties = { ...Part.properties, shown: { state: true } };

  constructor() {
    super();
    /** @type {Drawn[]} */ this.shown = [];
    /** @private */ this.asked = '[]';
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
  }

  /** The schedules to draw. @returns {Schedule[]} */
  wanted() {
    return [];
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const wanted = this.wanted();
    const key = JSON.stringify(wanted);
    if (key === this.asked) return;
    this.asked = key;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(wanted, key), wanted.length ? QUIET : 0);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.asked = '';
  }

  /** @private @param {Schedule[]} wanted @param {string} key */
  async load(wanted, key) {
    const curve = (/** @type {Study} */ study) =>
      /** @type {Promise<Float64Array | null>} */ (this.act('schedule', { study, points: POINTS }));
    const found = await Promise.all(
      wanted.map(async (schedule) => {
        const [factors, ...ends] = await Promise.all([schedule.middle, ...schedule.ends].map(curve));
        return factors && { schedule, factors, ends: ends.filter((one) => one !== null) };
      }),
    );
    if (key === this.asked) this.shown = found.filter((one) => one !== null);
  }

  /** What is said of a curve. @param {Drawn} drawn */
  words({ schedule, factors }) {
    if (!factors.length) return this.t('schedule.unknown');
    const { first, half, last, most, steady } = outline(factors, schedule.middle);
    if (steady) return this.t('schedule.steady', { factor: rate(first) });
    const values = { first: rate(first), half: rate(half), last: rate(last), most: most === null ? '' : rate(most) };
    return this.t(most === null ? 'schedule.words' : 'schedule.words.most', values);
  }
}

/** @param {string} name */
export const nameOf = (name) => name.replaceAll('_', ' ');

/** The largest factor of some curves, at least 1. @param {Drawn[]} all */
export const highest = (all) =>
  all.flatMap(({ factors, ends }) => [factors, ...ends]).reduce((top, one) => Math.max(top, ...Array.from(one)), 1);

/** A curve as a path.
 * @param {Factors} factors @param {(share: number) => number} x @param {(factor: number) => number} y */
export const pathOf = (factors, x, y) =>
  `M${Array.from(factors, (one, k) => `${x(k / (factors.length - 1)).toFixed(2)},${y(one).toFixed(2)}`).join('L')}`;

const WIDTH = 200;
const HEIGHT = 40;

/** The schedules of the study in the panel, beside their settings: one curve, or a small one for each choice. */
export class TpSchedule extends SchedulePart {
  /** @type {import('../state/store.js').Topic[]} */
  static topics = ['study', 'test'];

  wanted() {
    const { study, editing } = this.store;
    return isScheduled(study) || editing === 'schedule' ? schedulesOf(study) : [];
  }

  render() {
    const { shown, store } = this;
    if (!shown.length) return nothing;
    const several = shown.length > 1;
    const drawn = shown.filter(({ factors }) => factors.length);
    const waiting = shown.filter(({ factors }) => !factors.length);
    const byHand = store.readOnly ? undefined : drawn.find(({ schedule }) => schedule.name === 'drawn');
    // Whoever looks at a drawing may change it; what that takes is not in the first load.
    if (byHand) void later('study').catch(() => {});
    const moved = movedBy(store.study).map((name) => store.label(name));
    return html`<div class="sched" data-testid="schedule">
      ${drawn.length ? this.said('title', { epochs: drawn[0].schedule.epochs }) : nothing}
      ${drawn.map((one) => (one === byHand && !several ? nothing : this.line(one, several)))}
      ${
        byHand
          ? html`<tp-drawn .store=${store} .factors=${byHand.factors} .epochs=${byHand.schedule.epochs}></tp-drawn>`
          : nothing
      }
      ${drawn.some(({ ends }) => ends.length) ? this.said('ends') : nothing}
      ${waiting.map(({ schedule }) => this.said('waits', { name: nameOf(schedule.name) }))}
      ${moved.length ? this.said('moves', { names: moved.join(', ') }) : nothing}
    </div>`;
  }

  /** @param {string} what @param {Record<string, unknown>} [values] */
  said(what, values) {
    return html`<p class="q" data-testid="schedule-${what}">${this.t(`schedule.${what}`, values)}</p>`;
  }

  /** @param {Drawn} drawn @param {boolean} several */
  line(drawn, several) {
    const { schedule, factors, ends } = drawn;
    const top = highest([drawn]);
    const height = several ? HEIGHT / 2 : HEIGHT;
    const path = (/** @type {Factors} */ one) =>
      pathOf(
        one,
        (share) => share * WIDTH,
        (factor) => height - 1.5 - (factor / top) * (height - 3),
      );
    const words = this.words(drawn);
    const name = nameOf(schedule.name);
    const { first, last } = outline(factors, schedule.middle);
    return html`<div class="sc ${several ? 'one-of' : ''}" data-schedule=${schedule.name}>${
      several ? html`<span class="name">${name}</span>` : nothing
    }<svg viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none" role="img" aria-label="${name}: ${words}"><path
      d="M0 ${height - 0.5}H${WIDTH}" stroke="var(--line-2)" vector-effect="non-scaling-stroke"/>${ends.map(
        (one) => svg`<path d=${path(one)} fill="none" stroke="var(--mark)" vector-effect="non-scaling-stroke"/>`,
      )}<path d=${path(factors)} fill="none" stroke="var(--ink)" stroke-width="1.6"
      vector-effect="non-scaling-stroke"/></svg><span class="q"
      aria-hidden="true" title=${words}>${several ? `${rate(first)} → ${rate(last)}` : words}</span></div>`;
  }
}

define('tp-schedule', TpSchedule);
