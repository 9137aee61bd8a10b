import { TRIED, settingOf } from '../study/race.js';
import { keyOf } from '../study/same.js';

/**
 * The race of the page: trains it as the state says, and tells the state what comes of it.
 *
 * @typedef {import('./engine.js').Engine} Engine
 * @typedef {import('./race.js').RaceRun} RaceRun
 * @typedef {import('../study/race.js').Contestant} Contestant
 */

export class Racing {
  /** @param {import('../state/store.js').Store} store @param {() => Engine} engine */
  constructor(store, engine) {
    /** @private */ this.store = store;
    /** @private */ this.engine = engine;
    /** @private @type {RaceRun | null} */ this.run = null;
    /** @private grows with every race */ this.races = 0;
    /** @private a start that is asked for while another may be on its way */
    this.wanted = { place: /** @type {[number, number] | null} */ (null), still: false };
    /** @private */ this.moving = false;
  }

  /** @private */
  get slice() {
    return this.store.reports.race;
  }

  /** The study that races: its trials' own. @private */
  get study() {
    const { store } = this;
    return store.race.options.over === 'trials' ? store.shownStudy : store.study;
  }

  /** @private @param {Contestant[]} contestants */
  roundOf(contestants) {
    const ofTrials = this.study.trials ?? 1;
    return contestants.map(({ params, repeat, changes, trial }, number) => ({
      trial: { number: trial ?? number, params },
      of_trials: ofTrials,
      until_epoch: null,
      changes,
      repeat,
    }));
  }

  /** Runs what the state has from its start. */
  async race() {
    const { slice } = this;
    const race = ++this.races;
    const isWanted = () => race === this.races;
    this.run ??= this.engine().race({
      onShare: (share) => slice.come(share),
      onHead: (head) => slice.lay(head),
      onPiece: (piece) => slice.take(piece),
    });
    const { run, study } = this;
    const { options } = slice;
    // What was found is found again, unless somebody has come.
    const sought = slice.sought(keyOf(study));
    const isFound = slice.found === sought && slice.contestants.every((one) => one.search || one.edited);
    const tunes = options.tuned && !isFound;
    slice.begin(keyOf(study), tunes);
    await this.guarded(isWanted, async () => {
      if (options.ground !== 'network') {
        await this.classic(run, isWanted);
        return;
      }
      const steps = options.over === 'trials' ? null : options.steps;
      const given = { rows: options.rows, steps };
      await run.begin(study, this.roundOf(slice.contestants), given);
      if (tunes) {
        const losses = await run.tune(TRIED);
        if (!losses || !isWanted()) return;
        slice.enter(slice.contestants.map((one, k) => tuned(one, losses[k])));
        slice.found = sought;
        slice.go('training');
        await run.begin(study, this.roundOf(slice.contestants), given);
      }
      if (isWanted()) await run.go();
    });
  }

  /** @private @param {RaceRun} run @param {() => boolean} isWanted */
  async classic(run, isWanted) {
    const { slice } = this;
    const { ground, steps } = slice.options;
    const round = this.roundOf(slice.contestants);
    const { values, start, ...head } = await run.classic(this.study, round, ground, steps, slice.start);
    if (!isWanted()) return;
    slice.lay(head);
    slice.cover(values);
  }

  /** Trains one contestant again, whose learning rates have changed. @param {number} at */
  async change(at) {
    const { slice, run } = this;
    if (!run || slice.options.ground !== 'network') return this.race();
    const who = slice.contestants[at];
    // The rate that it starts with may have changed, too.
    const first = Number(settingOf(this.study, who, 'learning_rate'));
    /** @type {[number, number][]} */
    const changes = [[0, first], ...who.changes];
    slice.go('training');
    await this.again(() => run.change(at, changes));
  }

  /** Starts everyone from another place; of many places asked for in a row, the last one counts.
   * @param {[number, number] | null} place @param {boolean} still whether the picture stays as it is meanwhile */
  async startAt(place, still) {
    const { slice, run } = this;
    this.wanted = { place, still };
    if (this.moving) return;
    this.moving = true;
    try {
      for (let at = this.wanted; ; at = this.wanted) {
        if (!run || slice.options.ground !== 'network') await this.race();
        else
          await this.again(
            () => run.startAt(at.place, at.still),
            () => at === this.wanted,
          );
        if (at === this.wanted) return;
      }
    } finally {
      this.moving = false;
    }
  }

  /** Lays the plane anew through the paths as they are. */
  async plane() {
    const { run } = this;
    if (run && this.slice.options.ground === 'network') await this.again(() => run.unlay());
  }

  /** @private @param {() => Promise<void>} act what is asked for before all goes on
   * @param {() => boolean} [goes] whether it then goes on */
  async again(act, goes = () => true) {
    const race = this.races;
    const isWanted = () => race === this.races;
    await this.guarded(isWanted, async () => {
      await act();
      if (isWanted() && goes()) await this.run?.go();
    });
  }

  /** What networks say of the data's plane; nothing where there is no such race any more.
   * @param {[number, number][]} at @param {number} side @param {[number, number, number, number]} extent
   * @returns {Promise<Float32Array[]>} */
  async fields(at, side, extent) {
    const { run, races } = this;
    const found = await run?.fields(at, side, extent).catch(() => []);
    return races === this.races ? (found ?? []) : [];
  }

  leave() {
    this.races++;
    void this.run?.stop().catch(() => {});
    const { slice } = this;
    if (slice.state !== 'none') slice.stop();
  }

  /** The engine is gone. */
  dispose() {
    this.leave();
    this.run = null;
  }

  /** @private @param {() => boolean} isWanted @param {() => Promise<void>} act */
  async guarded(isWanted, act) {
    try {
      await act();
    } catch (error) {
      const problem = /** @type {any} */ (error)?.problem ?? { code: 'unexpected', detail: String(error) };
      if (isWanted()) this.slice.fail(problem);
    }
  }
}

/** A contestant with the best of the rates that were tried; where all diverged it keeps its own.
 * @param {Contestant} who @param {(number | null)[]} losses @returns {Contestant} */
export function tuned(who, losses) {
  const search = { rates: TRIED, losses };
  let best = -1;
  for (const [k, loss] of losses.entries()) if (loss !== null && (best < 0 || loss < Number(losses[best]))) best = k;
  const params = best < 0 ? who.params : { ...who.params, learning_rate: TRIED[best] };
  return { ...who, params, changes: [], search };
}
