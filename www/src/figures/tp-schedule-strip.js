import { html, nothing, svg } from 'lit';
import { Beat, define } from '../controls/part.js';
import { SchedulePart, highest, nameOf, pathOf } from '../controls/tp-schedule.js';
import { rate } from '../study/format.js';
import { isDescending, isScheduled, scheduleOf, schedulesOf } from '../study/schedules.js';
import { curvesOf } from './curve-frame.js';

/** @typedef {import('../controls/tp-schedule.js').Drawn} Drawn
 * @typedef {import('../study/types.js').Trial} Trial */

const HEIGHT = 34;
/** More paths than this are a carpet in so low a strip. */
const MOST_PATHS = 200;
/** Points of a path, at most: about one a pixel. */
const MOST_POINTS = 400;

/**
 * What the schedules of the trials shown make of the learning rate, along the epochs of the loss curves above it.
 * Where learning rates descend by themselves, the ways that they took.
 */
export class TpScheduleStrip extends SchedulePart {
  /** @type {import('../state/store.js').Topic[]} */
  static topics = ['study', 'trials', 'selection', 'run'];
  static properties = { ...SchedulePart.properties, frame: { attribute: false } };

  constructor() {
    super();
    /** @type {import('./curve-frame.js').CurveFrame | null} where the curves above lie */ this.frame = null;
    /** @private @type {unknown[]} */ this.seen = [];
    /** @private */ this.beat = new Beat();
  }

  /** Trials stream in, and change nothing here. @param {Set<string>} topics */
  wake(topics) {
    const { store } = this;
    const now = [store.shownStudy, store.selected?.number];
    const streams = topics.has('trials') && isDescending(store.shownStudy) && this.beat.due(store, topics);
    if (!topics.has('look') && !streams && now.every((one, k) => one === this.seen[k])) return;
    this.seen = now;
    this.requestUpdate();
  }

  /** The selected trial's own comes first, then those that trials may have. */
  wanted() {
    const { shownStudy, selected } = this.store;
    if (!isScheduled(shownStudy) || isDescending(shownStudy)) return [];
    return [
      ...(selected ? [{ ...scheduleOf(shownStudy, selected.params), trial: selected.number }] : []),
      ...schedulesOf(shownStudy),
    ];
  }

  render() {
    const { frame, shown, store } = this;
    if (frame && isDescending(store.shownStudy)) return this.ways(frame);
    if (!shown.length || !frame || !isScheduled(store.shownStudy)) return nothing;
    const { ratio } = frame;
    const [left, width] = [frame.left / ratio, frame.width / ratio];
    // Until the engine has answered for another trial, none is marked.
    const own = shown.find(
      ({ schedule }) => schedule.trial !== undefined && schedule.trial === store.selected?.number,
    );
    const common = shown.filter(({ schedule }) => schedule.trial === undefined);
    const marked = own ? [...common, own] : common;
    const all = marked.filter(({ factors }) => factors.length);
    const told = common
      .map((one) => `${nameOf(one.schedule.name)}: ${this.words(one)}`)
      .concat(own ? [`${this.t('trial.number', { number: store.selected?.number })}: ${this.words(own)}`] : []);
    if (!all.length)
      return html`<p class="lr-strip q" data-testid="schedule-strip">${this.t('schedule.waits', {
        name: nameOf(shown[0].schedule.name),
      })}</p>`;
    const top = highest(all);
    const line = (/** @type {Drawn} */ { schedule, factors }, /** @type {string} */ look) =>
      svg`<path d=${pathOf(
        factors,
        (share) => (frame.epochs === 1 ? share * width : frame.x(share * schedule.epochs) / ratio - left),
        (factor) => HEIGHT - 2 - (factor / top) * (HEIGHT - 4),
      )} fill="none" class=${look}/>`;
    const lines = all.map((one) => line(one, one === own ? 'own' : 'any'));
    return this.strip(frame, told.join('; '), 'schedule.strip', [`× ${rate(top)}`, '0'], lines);
  }

  /** The learning rates that the trials shown really had. @param {import('./curve-frame.js').CurveFrame} frame */
  ways(frame) {
    const { selected } = this.store;
    const begun = curvesOf(this.store).filter(
      (one) => one.epochs.length && one.state !== 'diverged' && one !== selected,
    );
    const every = Math.ceil(begun.length / MOST_PATHS) || 1;
    const others = begun.filter((_, k) => k % every === 0);
    const marked = selected?.epochs.length ? [...others, selected] : others;
    const all = marked.map((trial) => ({ trial, places: placesOf(trial) })).filter(({ places }) => places.length);
    if (!all.length) return nothing;
    const rates = all.flatMap(({ places }) => places.map(([, value]) => value));
    const ends = rates.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
    // A rate may fall below 0, where there is no logarithm.
    const scaled = ends[0] > 0 ? Math.log : Number;
    const [low, high] = ends.map(scaled);
    const left = frame.left / frame.ratio;
    const y = (/** @type {number} */ value) =>
      high > low ? HEIGHT - 2 - ((scaled(value) - low) / (high - low)) * (HEIGHT - 4) : HEIGHT / 2;
    const lines = all.map(({ trial, places }) => {
      const points = places.map(
        ([epoch, value]) => `${(frame.x(epoch) / frame.ratio - left).toFixed(2)},${y(value).toFixed(2)}`,
      );
      // One epoch is a dash.
      if (points.length === 1) points.push(points[0].replace(/^[^,]+/, (x) => `${Number(x) + 3}`));
      return svg`<path d="M${points.join('L')}" fill="none" class=${trial === selected ? 'own' : 'any'}/>`;
    });
    const own = all.find(({ trial }) => trial === selected);
    const told = own
      ? this.t('schedule.way', {
          number: own.trial.number,
          first: rate(own.places[0][1]),
          last: rate(own.places.at(-1)?.[1]),
        })
      : `${rate(ends[0])} – ${rate(ends[1])}`;
    return this.strip(frame, told, 'schedule.ways', [rate(ends[1]), rate(ends[0])], lines);
  }

  /** @param {import('./curve-frame.js').CurveFrame} frame @param {string} told @param {string} title
   * @param {[string, string]} ends of the axis, the upper one first @param {unknown[]} lines */
  strip(frame, told, title, [upper, lower], lines) {
    const [left, width] = [frame.left / frame.ratio, frame.width / frame.ratio];
    const label = (/** @type {number} */ y, /** @type {string} */ text) =>
      svg`<text x=${left - 6} y=${y} text-anchor="end" fill="var(--ink-3)" font-size="11">${text}</text>`;
    return html`<div class="lr-strip" data-testid="schedule-strip" title=${told}><svg role="img"
      aria-label="${this.t(title)}: ${told}" width=${left + width} height=${HEIGHT}>${label(11, upper)}${label(
        HEIGHT - 2,
        lower,
      )}<path d="M${left} ${HEIGHT - 0.5}H${left + width}" stroke="var(--line-2)"/><svg
      aria-hidden="true" x=${left} width=${width} height=${HEIGHT}>${lines}</svg></svg></div>`;
  }
}

/** The epochs of a trial with their learning rates. @param {Trial} trial @returns {[number, number][]} */
function placesOf({ epochs }) {
  const n = epochs.length;
  const step = Math.ceil(n / MOST_POINTS) || 1;
  /** @type {[number, number][]} */
  const places = [];
  for (let k = 0; k < n; k += k < n - 1 ? Math.min(step, n - 1 - k) : 1) places.push([k + 1, epochs.rateAt(k)]);
  return places.filter(([, value]) => Number.isFinite(value));
}

define('tp-schedule-strip', TpScheduleStrip);
