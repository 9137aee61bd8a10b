import { EngineError } from './client.js';
import { ENDED } from '../study/result.js';
import { supportsEngine } from '../state/notices.js';

/**
 * Looks into networks: weights come from who trains a trial or keeps it, and where nobody has them it is trained once
 * more.
 *
 * @typedef {import('./engine.js').Engine} Engine
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('./model-host.js').Look} Look
 * @typedef {object} Subject
 * @property {Trial} trial
 * @property {Study} study
 * @property {number} id
 * @property {number} turn
 * @property {boolean} ended what it ended with is known
 * @property {boolean} tried it has been trained once more
 * @property {Promise<Uint32Array | null> | null} ahead what it is after its next epoch
 */

/** A training once more that takes no more multiplications is begun unasked. */
const UNASKED = 1e10;
/** A way that was seen in so many points needs no training once more. */
const SEEN = 8;
/** How far a network has come is told this often, in ms. */
const TELL = 250;

/** Whether there is more of a trial than the weights that it begins with. @param {Trial} trial */
const hasTrained = ({ epochs, state }) => epochs.length > 0 || state === 'diverged';

/** @param {Trial} trial */
const hasEnded = (trial) => ENDED.includes(trial.state);

export class Modeling {
  /** @param {import('../state/store.js').Store} store @param {() => Engine} engine */
  constructor(store, engine) {
    /** @private */ this.store = store;
    /** @private */ this.engine = engine;
    /** @private @type {[Subject | null, Subject | null]} */ this.subjects = [null, null];
    /** @private grows with everything that is opened or left */ this.turns = 0;
    /** @private when was told last how far each has come */ this.told = [0, 0];
  }

  /** @private */
  get slice() {
    return this.store.reports.model;
  }

  /** @private @param {0 | 1} slot @param {number} turn */
  isWanted(slot, turn) {
    return this.subjects[slot]?.turn === turn;
  }

  /** Looks into a trial's network, in the place of another, or into none.
   * @param {0 | 1} slot @param {{trial: Trial, study: Study} | null} wanted */
  async open(slot, wanted) {
    this.close(slot);
    if (!wanted || !supportsEngine()) {
      this.slice.open(slot);
      return;
    }
    const { trial, study } = wanted;
    const turn = ++this.turns;
    const subject = { trial, study, turn, id: 0, ended: false, tried: false, ahead: null };
    this.subjects[slot] = subject;
    this.slice.open(slot, { trial: trial.number, state: 'loading', live: this.isLive(trial) });
    await this.guarded(slot, turn, async () => {
      const engine = this.engine();
      const epochs = trial.epochs.length;
      // One that was stopped early is trained as far as it was.
      const { kept_epoch, state } = trial;
      const until_epoch = kept_epoch || state === 'pruned' || state === 'cancelled' ? epochs : null;
      const plain = { number: trial.number, params: trial.params };
      const round = [{ trial: plain, of_trials: study.trials ?? 1, until_epoch }];
      const begun = await engine.model('begin', JSON.stringify(study), JSON.stringify(round), kept_epoch);
      if (!this.isWanted(slot, turn)) {
        await engine.model('stop', begun.id);
        return;
      }
      subject.id = begun.id;
      let { way } = begun;
      const words = hasEnded(trial) ? await this.kept(trial) : null;
      if (words && this.isWanted(slot, turn)) {
        way = await engine.model('see', subject.id, words, true);
        subject.ended = true;
      }
      if (!this.isWanted(slot, turn)) return;
      // What has not been trained is what it begins with.
      const isThere = way.known || !hasEnded(trial) || !hasTrained(trial);
      this.slice.change(slot, { head: begun.head, way, state: isThere ? 'ready' : 'absent' });
      if (this.goesUnasked(trial, begun.head.work)) await this.again(slot);
    });
  }

  /** @private @param {Trial} trial */
  isLive(trial) {
    return !hasEnded(trial) && this.engine().has(trial);
  }

  /** Whether the way to a network may be trained once more without anybody's asking. @private
   * @param {Trial} trial @param {number} work */
  goesUnasked(trial, work) {
    const { store } = this;
    return (
      !trial.copy_of &&
      hasEnded(trial) &&
      hasTrained(trial) &&
      work <= UNASKED &&
      store.state === 'idle' &&
      this.engine().has(trial)
    );
  }

  /** What an ended trial came to, as words. What had to make room is trained again first where nothing else trains.
   * @private @param {Trial} trial @returns {Promise<Uint32Array | null>} */
  async kept(trial) {
    const engine = this.engine();
    const words = await engine.weights(trial);
    if (words || trial.state === 'diverged' || !engine.has(trial) || !engine.canGoOn) return words;
    await engine.networks(trial.number).catch(() => {});
    return engine.weights(trial);
  }

  /** What a network is at a point of its way; null where that is not wanted any more.
   * @param {0 | 1} slot @param {Omit<Look, 'words' | 'isEnd'>} asked */
  async look(slot, asked) {
    const subject = this.subjects[slot];
    if (!subject?.id) return null;
    const { trial, turn, id } = subject;
    try {
      const ended = hasEnded(trial);
      // What has become of it since; of a network that is looked at as it was nothing.
      const isNow = asked.at < 0 && !subject.ended;
      const words = isNow ? await (ended ? this.kept(trial) : (subject.ahead ?? this.engine().weights(trial))) : null;
      // While this is looked at, who trains the trial gets on to the next.
      subject.ahead = isNow && !ended && words ? this.engine().weights(trial) : null;
      if (!this.isWanted(slot, turn)) return null;
      const found = await this.engine().model('look', id, { ...asked, words, isEnd: ended });
      if (!found || !this.isWanted(slot, turn)) return null;
      if (ended && words) subject.ended = true;
      this.come(slot, found.way, this.isLive(trial));
      return { ...found, fresh: words !== null };
    } catch (error) {
      if (this.isWanted(slot, turn)) this.fail(slot, error);
      return null;
    }
  }

  /** @private @param {0 | 1} slot @param {import('../state/model.js').Way} way @param {boolean} live */
  come(slot, way, live) {
    const { live: was, way: before } = this.slice.sights[slot];
    const now = performance.now();
    const isFarther = way.steps.at(-1) !== before.steps.at(-1) || way.known !== before.known;
    // While it trains, whoever reads how far it is reads no faster than this.
    if (live !== was || (isFarther && (!live || now - this.told[slot] > TELL))) {
      this.told[slot] = now;
      this.slice.change(slot, { way, live });
    }
    const { head } = this.slice.sights[slot];
    const subject = this.subjects[slot];
    if (live || !head || !subject || subject.tried || way.steps.length >= SEEN) return;
    if (this.goesUnasked(subject.trial, head.work)) void this.again(slot);
  }

  /** Trains a network once more, to have its weights and those on the way there. @param {0 | 1} slot */
  async again(slot) {
    const subject = this.subjects[slot];
    if (!subject?.id || this.slice.sights[slot].share !== null) return;
    const { turn, id } = subject;
    subject.tried = true;
    this.slice.change(slot, { share: 0 });
    await this.guarded(slot, turn, async () => {
      if (subject.trial.copy_of) throw new EngineError({ code: 'copy_again', trial: subject.trial.number });
      for (;;) {
        const { share, way } = await this.engine().model('train', id);
        if (!this.isWanted(slot, turn)) return;
        if (way) {
          this.slice.change(slot, { way, share: null, state: 'ready' });
          return;
        }
        this.slice.change(slot, { share });
      }
    });
  }

  /** @param {0 | 1} slot @private */
  close(slot) {
    const subject = this.subjects[slot];
    this.subjects[slot] = null;
    if (subject?.id)
      void this.engine()
        .model('stop', subject.id)
        .catch(() => {});
  }

  /** Nobody looks any more. */
  leave() {
    for (const slot of /** @type {const} */ ([0, 1])) {
      this.close(slot);
      if (this.slice.sights[slot].state !== 'none') this.slice.open(slot);
    }
  }

  /** The engine is gone. */
  dispose() {
    for (const slot of /** @type {const} */ ([0, 1])) {
      this.subjects[slot] = null;
      if (this.slice.sights[slot].state !== 'none') this.slice.open(slot);
    }
  }

  /** @private @param {0 | 1} slot @param {unknown} error */
  fail(slot, error) {
    const problem = /** @type {any} */ (error)?.problem ?? { code: 'unexpected', detail: String(error) };
    this.slice.change(slot, { state: 'failed', problem, share: null });
  }

  /** @private @param {0 | 1} slot @param {number} turn @param {() => Promise<void>} act */
  async guarded(slot, turn, act) {
    try {
      await act();
    } catch (error) {
      if (this.isWanted(slot, turn)) this.fail(slot, error);
    }
  }
}
