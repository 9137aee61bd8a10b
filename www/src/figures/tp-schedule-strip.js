import { html, nothing, svg } from 'lit';
import { define } from '../controls/part.js';
import { SchedulePart, highest, nameOf, pathOf } from '../controls/tp-schedule.js';
import { rate } from '../study/format.js';
import { isScheduled, scheduleOf, schedulesOf } from '../study/schedules.js';

/** @typedef {import('../controls/tp-schedule.js').Drawn} Drawn */

const HEIGHT = 34;

/** What the schedules of the trials shown make of the learning rate, along the epochs of the loss curves above it. */
export class TpScheduleStrip extends SchedulePart {
  /** @type {import('../state/store.js').Topic[]} */
  static topics = ['study', 'trials', 'selection', 'run'];
  static properties = { ...SchedulePart.properties, frame: { attribute: false } };

  constructor() {
    super();
    /** @type {import('./curve-frame.js').CurveFrame | null} where the curves above lie */ this.frame = null;
    /** @private @type {unknown[]} */ this.seen = [];
  }

  /** Trials stream in, and change nothing here. @param {Set<string>} topics */
  wake(topics) {
    const { store } = this;
    const now = [store.shownStudy, store.selected?.number];
    if (!topics.has('look') && now.every((one, k) => one === this.seen[k])) return;
    this.seen = now;
    this.requestUpdate();
  }

  /** The selected trial's own comes first, then those that trials may have. */
  wanted() {
    const { shownStudy, selected } = this.store;
    if (!isScheduled(shownStudy)) return [];
    return [
      ...(selected ? [{ ...scheduleOf(shownStudy, selected.params), trial: selected.number }] : []),
      ...schedulesOf(shownStudy),
    ];
  }

  render() {
    const { frame, shown, store } = this;
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
    const label = (/** @type {number} */ y, /** @type {string} */ text) =>
      svg`<text x=${left - 6} y=${y} text-anchor="end" fill="var(--ink-3)" font-size="11">${text}</text>`;
    return html`<div class="lr-strip" data-testid="schedule-strip" title=${told.join('; ')}><svg role="img"
      aria-label="${this.t('schedule.strip')}: ${told.join('; ')}" width=${left + width} height=${HEIGHT}>${label(
        11,
        `× ${rate(top)}`,
      )}${label(HEIGHT - 2, '0')}<path
      d="M${left} ${HEIGHT - 0.5}H${left + width}" stroke="var(--line-2)"/><svg
      aria-hidden="true" x=${left} width=${width} height=${HEIGHT}>${lines}</svg></svg></div>`;
  }
}

define('tp-schedule-strip', TpScheduleStrip);
