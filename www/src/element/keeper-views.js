import { perform } from '../commands/commands.js';
import { keyOf } from '../study/same.js';
import { mapDocument, raceDocument, readMap, readRace } from '../state/kept-views.js';

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

  /** @private */
  get raceSeen() {
    return JSON.stringify(raceDocument(this.store.race));
  }

  /** What was kept, where nothing else has its place. @param {{map: unknown, race: unknown}} found
   * @param {boolean} isOwn whether this tab kept it; what another one did is restored where it is of the same study */
  async restore(found, isOwn) {
    const [map, race] = [readMap(found.map), readRace(found.race)];
    if (map && (isOwn || map.key === keyOf(this.store.study))) await perform(this.store, 'restore_map', map);
    if (race && isOwn) perform(this.store, 'restore_race', race);
    this.seen = { map: this.mapSeen, race: this.raceSeen };
  }

  /** Keeps what has changed. @param {boolean} leaving there is no later */
  async look(leaving) {
    const { map, race } = this.store;
    const now = performance.now();
    const [mapSeen, raceSeen] = [this.mapSeen, this.raceSeen];
    const isDue = leaving || map.state !== 'training' || now - this.at > EVERY;
    const written = [];
    if (mapSeen !== this.seen.map && isDue) {
      this.at = now;
      this.seen.map = mapSeen;
      written.push(this.write('map', mapDocument(map)));
    }
    if (raceSeen !== this.seen.race) {
      this.seen.race = raceSeen;
      written.push(this.write('race', raceDocument(race)));
    }
    await Promise.all(written);
  }
}
