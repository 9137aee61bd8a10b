import {
  change,
  fork,
  isOpen,
  nameOf,
  nearestKept,
  ownerOf,
  pointOf,
  revert,
  settingsAt,
  stretchesOf,
  tipOf,
} from './branches.js';
import { partsOf, trained, waits } from './live.js';
import { number } from '../../study/format.js';
import { valueIn } from '../../study/hyperparameters.js';

/**
 * Trains a run by hand: its live branches an epoch each in turn, at the reader's pace. A place that no checkpoint is
 * kept of is trained again from the one before it, to the same bits.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('../../study/types.js').HandNews} HandNews
 * @typedef {import('./branches.js').Hand} Hand
 * @typedef {import('./branches.js').Settings} Settings
 * @typedef {import('./record.js').Start} Start
 * @typedef {(what: 'begin' | 'train' | 'stop', ...args: any[]) => Promise<any>} Call
 */

/** Bytes of checkpoints that are kept, but for the last of each branch. */
const MOST_BYTES = 64 * 2 ** 20;
/** Epochs that are trained at once where nothing can be changed between them. */
const PIECE = 5;

/** A stretch in pieces between which training can be ended. @template {{from: number, until: number}} T
 * @param {T} stretch @returns {T[]} */
const inPieces = (stretch) =>
  Array.from({ length: Math.ceil((stretch.until - stretch.from) / PIECE) }, (_, k) => {
    const from = stretch.from + k * PIECE;
    return { ...stretch, from, until: Math.min(stretch.until, from + PIECE) };
  });

export class HandRun {
  /** @param {{study: Study, trial: Start, hand: Hand}} of @param {Call} call @param {() => void} onNews */
  constructor({ study, trial, hand }, call, onNews) {
    this.study = study;
    this.trial = trial;
    this.hand = hand;
    /** @private */ this.call = call;
    /** @private */ this.onNews = onNews;
    /** @type {'paused' | 'playing' | 'replaying'} */ this.state = 'paused';
    /** Epochs a second; 0 is as fast as they come. */ this.pace = 10;
    /** @type {Problem | null} what ended the training */ this.problem = null;
    /** Whether a checkpoint was put away. */ this.hasDropped = false;
    /** @private bytes of the checkpoints that are kept @type {Map<string, number>} */ this.kept = new Map();
    /** @private of all of them */ this.bytes = 0;
    /** @private @type {string[]} checkpoints that the Worker has not been told to put away yet */ this.drop = [];
    /** @private the training in the Worker; 0 before the first epoch */ this.id = 0;
    /** @private grows with everything that is begun, and with every stop */ this.turn = 0;
    /** @private @type {Promise<unknown>} what the Worker works on */ this.work = Promise.resolve();
    /** @private the branch that an epoch is trained of; -1 is none */ this.busy = -1;
    /** @private @type {Map<number, Settings>} what was changed while an epoch was trained */ this.pending = new Map();
    /** @type {{until: number[], last: (number | null)[]} | null} what a record says is to be trained first */
    this.replay = null;
    /** How a replay compares with its record. @type {'same' | 'other' | null} */ this.compared = null;
  }

  /** The settings that a branch goes on with. @param {number} [index] @returns {Settings} */
  settings(index = this.hand.current) {
    return { ...settingsAt(this.hand, index, this.tip(index)), ...this.pending.get(index) };
  }

  /** @param {number} [index] */
  tip(index = this.hand.current) {
    return tipOf(this.hand.branches[index]);
  }

  /** The epoch behind which a change acts. @param {number} [index] */
  actsBehind(index = this.hand.current) {
    return this.tip(index) + Number(this.busy === index);
  }

  /** Changes settings of the branch in hand, from its next epoch on. @param {Settings} settings */
  change(settings) {
    const { hand, busy, pending } = this;
    if (busy === hand.current) pending.set(busy, { ...pending.get(busy), ...settings });
    else change(hand, hand.current, settings);
    this.onNews();
  }

  /** Forks the branch in hand at an epoch; what was changed and is still to act goes along. @param {number} epoch
   * @returns {number | null} the new branch */
  fork(epoch) {
    const { hand, pending } = this;
    const { current } = hand;
    const given = epoch === this.tip() ? pending.get(current) : undefined;
    const made = fork(hand, current, epoch);
    if (made !== null && given) change(hand, made, given);
    this.onNews();
    return made;
  }

  /** Goes back to an epoch of the branch in hand. @param {number} epoch @returns {number | null} the branch in hand */
  revert(epoch) {
    const { hand, pending, busy } = this;
    const { current } = hand;
    // What acts on the epoch under way is not taken back any more.
    const made = busy === current && epoch === this.tip() ? current : revert(hand, current, epoch);
    if (made !== null) pending.delete(current);
    this.onNews();
    return made;
  }

  /** Whether Play has something to train. */
  get canPlay() {
    return this.replay !== null || this.hand.branches.some((one) => one.live && isOpen(one));
  }

  play() {
    if (this.state === 'paused' && this.canPlay) void this.go(Infinity);
  }

  /** One epoch of each live branch. */
  step() {
    if (this.state === 'paused' && !this.replay && this.canPlay) void this.go(1);
  }

  /** Trains until an epoch of the branch in hand. @param {number} epoch */
  until(epoch) {
    if (this.state === 'paused') void this.go(Infinity, epoch);
  }

  /** The epoch under way is the last. */
  pause() {
    if (this.state === 'paused') return;
    this.turn++;
    this.state = 'paused';
    this.onNews();
  }

  /** Lets go of the Worker's part; what was trained stays. */
  async leave() {
    this.pause();
    const { id } = this;
    this.forget();
    if (id) await this.call('stop', id).catch(() => {});
  }

  /** @private */
  forget() {
    this.id = 0;
    this.kept.clear();
    this.bytes = 0;
    this.drop = [];
  }

  /** @private @param {number} rounds @param {number} [until] */
  async go(rounds, until = Infinity) {
    const turn = ++this.turn;
    const isOn = () => turn === this.turn;
    this.state = this.replay || until < Infinity ? 'replaying' : 'playing';
    this.problem = null;
    this.onNews();
    const work = this.work.then(async () => {
      if (this.replay) return this.again(isOn);
      for (let round = 0; round < rounds && isOn() && this.canPlay && this.tip() < until; round++) {
        const begins = performance.now();
        for (const [index, branch] of this.hand.branches.entries())
          if (isOn() && branch.live && isOpen(branch)) await this.train(index, this.tip(index) + 1, isOn);
        const rest = this.pace && until === Infinity ? 1000 / this.pace - (performance.now() - begins) : 0;
        if (rest > 0 && isOn() && rounds > 1) await new Promise((resolve) => void setTimeout(resolve, rest));
      }
    });
    this.work = work.catch(() => {});
    try {
      await work;
    } catch (error) {
      const { problem } = /** @type {{problem?: Problem}} */ (error);
      if (isOn()) this.problem = problem ?? { code: 'unexpected', detail: String(error) };
    }
    if (!isOn()) return;
    this.state = 'paused';
    this.onNews();
  }

  /** @private Trains what a record says, branch by branch, and compares. @param {() => boolean} isOn */
  async again(isOn) {
    const { hand, replay } = this;
    if (!replay) return;
    for (const [index, branch] of hand.branches.entries())
      while (isOn() && branch.state === 'open' && this.tip(index) < replay.until[index])
        await this.train(index, Math.min(replay.until[index], this.tip(index) + PIECE), isOn);
    if (!isOn()) return;
    const isSame = hand.branches.every(({ points }, k) => {
      const last = points.at(-1);
      const told = replay.last[k];
      return told === null || (last !== undefined && Object.is(number(last.validation_loss), told));
    });
    this.compared = isSame ? 'same' : 'other';
    this.replay = null;
  }

  /** @private Trains a branch on to an epoch, or to its end. @param {number} index @param {number} until
   * @param {() => boolean} isOn */
  async train(index, until, isOn) {
    const { hand } = this;
    const branch = hand.branches[index];
    this.busy = index;
    try {
      for (const stretch of await this.reach(index, until)) {
        const news = isOn() ? await this.stretch(stretch) : null;
        // The Worker was replaced meanwhile: what is needed is trained again.
        if (!news && isOn()) this.forget();
        if (!news) return;
        if (stretch.isNew) branch.points.push(...news.epochs.map(pointOf));
        if (news.divergedAt !== null) Object.assign(branch, { state: 'diverged', divergedAt: news.divergedAt });
        else if (!news.bytes) branch.state = 'complete';
        if (branch.state !== 'open') break;
      }
    } finally {
      this.busy = -1;
      const given = this.pending.get(index);
      this.pending.delete(index);
      if (given && branch.state === 'open') change(hand, index, given);
      this.onNews();
    }
  }

  /** @private What has to be trained to get a branch to an epoch, from the nearest checkpoint on. Past and new epochs
   * lie in stretches of their own. @param {number} index @param {number} until */
  async reach(index, until) {
    const { hand, trial, study } = this;
    if (!this.id)
      this.id = await this.call('begin', {
        ...study,
        ...{ record: [], evaluate_every: 1, dataset: { ...study.dataset, folds: 1 } },
      });
    const tip = this.tip(index);
    const from = nearestKept(hand, index, tip, (key) => this.kept.has(key));
    const all = [...stretchesOf(hand, index, from, tip), ...stretchesOf(hand, index, tip, until)];
    return all.flatMap(inPieces).map((one) => ({ ...one, isNew: one.from >= tip, trial }));
  }

  /** @private @param {Awaited<ReturnType<HandRun['reach']>>[number]} stretch @returns {Promise<HandNews | null>} */
  async stretch({ branch, from, until, settings, trial }) {
    const { hand, study } = this;
    const owner = ownerOf(hand, branch, from);
    // Whether a running average of the parameters is kept.
    const lags = valueIn('averaging', study, settings) === 'ema';
    const fit = {
      waits: waits(settings),
      parts: partsOf(settingsAt(hand, ownerOf(hand, branch, from), from - 1), study, lags),
      wanted: partsOf(settings, study, lags),
      lags,
    };
    const to = nameOf(branch, until);
    const { drop } = this;
    this.drop = [];
    const asked = {
      // By hand, who looks on says when it is enough.
      trial: { number: trial.number, params: { ...trained(settings), patience: 0 } },
      ofTrials: study.trials ?? 1,
      from: from ? nameOf(owner, from) : null,
      epoch: from,
      until,
      to,
      fit,
      drop,
    };
    const news = await this.call('train', this.id, asked);
    if (news?.bytes) this.keep(to, news.bytes);
    return news;
  }

  /** @private Keeps a checkpoint; the oldest that nobody goes on from now give way. @param {string} name
   * @param {number} bytes */
  keep(name, bytes) {
    const { hand, kept } = this;
    this.bytes += bytes - (kept.get(name) ?? 0);
    kept.delete(name);
    kept.set(name, bytes);
    if (this.bytes <= MOST_BYTES) return;
    const needed = new Set(hand.branches.map((one, k) => nameOf(ownerOf(hand, k, tipOf(one)), tipOf(one))));
    needed.add(name);
    let all = this.bytes;
    for (const [one, size] of kept) {
      if (all <= MOST_BYTES) break;
      if (needed.has(one)) continue;
      kept.delete(one);
      this.drop.push(one);
      this.hasDropped = true;
      all -= size;
    }
    this.bytes = all;
  }
}
