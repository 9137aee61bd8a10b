import { perform } from '../commands/commands.js';
import { keptMap, keptRace, readMap, readRace } from '../state/kept-views.js';
import { wordsOf } from '../state/race.js';
import { mapWords } from '../study/map.js';
import { STEPS, baseOf, starters } from '../study/race.js';
import { keyOf } from '../study/same.js';

/**
 * Keeps a trained map and a race between visits, beside the study that they are of. Loaded once there is either.
 *
 * @typedef {import('../state/store.js').Store} Store
 */

/** A map is written so often while it trains, in ms: it may have megabytes. */
const EVERY = 5000;

export class ViewsKeeper {
  /** @param {Store} store @param {(key: 'map' | 'race', value: unknown) => Promise<void>} write */
  constructor(store, write) {
    /** @private */ this.store = store;
    /** @private */ this.write = write;
    /** @private what was written last, in words */ this.seen = { map: '', race: 'null' };
    /** @private */ this.at = 0;
  }

  /** @private */
  get mapSeen() {
    const { map } = this.store;
    return map.done ? `${map.sheet} ${map.version} ${map.state}` : '';
  }

  /** @private What there is of a race beside that somebody has looked at one. */
  get race() {
    const { race } = this.store;
    const { rows, steps, tuned } = race.options;
    const isUsual = rows === 'validation' && steps === STEPS.usual && !tuned && race.start === null;
    return isUsual && this.isAsBegun ? null : keptRace(race);
  }

  /** @private Nobody has come, gone or been changed. */
  get isAsBegun() {
    const { race, study, stale, selected } = this.store;
    const first = starters(race.options.over, baseOf(study, stale ? null : selected), race.options.ground);
    return JSON.stringify(race.contestants) === JSON.stringify(first);
  }

  /** What was kept, where nothing else has its place. Storage may be slower than the views, which then have begun.
   * @param {{map: unknown, race: unknown}} found
   * @param {boolean} isOwn whether this tab kept it; what another one did is restored where it is of the same study */
  async restore(found, isOwn) {
    const { store } = this;
    const [map, race] = [readMap(found.map), readRace(found.race)];
    const sheets = map && (isOwn || map.key === keyOf(store.study)) ? this.windowsOf(map) : [];
    if (map && sheets.length) {
      await perform(store, 'restore_map', { ...map, sheets });
      // What is of another tab is written as this one's.
      if (isOwn) this.seen.map = this.mapSeen;
    }
    if (race && isOwn && this.fitsRace(race)) {
      perform(store, 'restore_race', race);
      this.seen.race = JSON.stringify(this.race);
    }
  }

  /** @private The windows of a kept map up to the one that the address asks for, which may be a moment older than
   * what was kept; none where a link asks for another map, or the reader has trained one.
   * @param {import('../state/map.js').KeptMap} kept */
  windowsOf({ options, sheets }) {
    const { map, study } = this.store;
    const { asked, ranges } = map;
    if (map.done || map.state === 'training' || map.state === 'waiting') return [];
    const there = asked || (map.options && ranges ? mapWords(study, map.options, ranges) : '');
    const words = sheets.map((one) => mapWords(study, options, one.ranges));
    return there ? sheets.slice(0, words.lastIndexOf(there) + 1) : sheets;
  }

  /** @private A link may name another race, and the reader may have changed this one.
   * @param {import('../state/kept-views.js').KeptRace} kept */
  fitsRace(kept) {
    const { race, view } = this.store;
    return (race.state === 'none' || this.isAsBegun) && (view !== 'race' || wordsOf(kept) === wordsOf(race));
  }

  /** Keeps what has changed. @param {boolean} leaving there is no later */
  async look(leaving) {
    const { map } = this.store;
    const now = performance.now();
    const { race, mapSeen } = this;
    const raceSeen = JSON.stringify(race);
    const isDue = leaving || map.state !== 'training' || now - this.at > EVERY;
    const written = [];
    if (mapSeen !== this.seen.map && isDue) {
      this.at = now;
      this.seen.map = mapSeen;
      written.push(this.write('map', keptMap(map)));
    }
    if (raceSeen !== this.seen.race) {
      this.seen.race = raceSeen;
      written.push(this.write('race', race));
    }
    await Promise.all(written);
  }
}
