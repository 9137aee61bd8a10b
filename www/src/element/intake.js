import { perform } from '../commands/commands.js';
import { ShownError } from '../engine/asked.js';
import { loadTexts } from '../i18n/i18n.js';
import { mendsShown, studyNotice } from '../state/notices.js';
import { readStudy, startStudy } from '../study/study.js';

/**
 * What the element is given and asked, in that order: a run that is asked for waits for the studies set before it, and
 * a stop or a pause overtakes a run that has not begun.
 *
 * @typedef {import('../engine/runner.js').Runner} Runner
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').Result} Result
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {Promise<ShownError | null>} Taken
 */

/** @type {Taken} */
const NOTHING = Promise.resolve(null);

export class Intake {
  /** @param {Store} store @param {Runner} runner @param {(name: string, detail: unknown) => void} emit */
  constructor(store, runner, emit) {
    /** @private */ this.store = store;
    /** @private */ this.runner = runner;
    /** @private */ this.emit = emit;
    /** @private @type {Study | null} set, and being checked by the engine */ this.candidate = null;
    /** Settles once all that was set is in place or refused. @type {Promise<void>} */ this.settled =
      Promise.resolve();
    /** @private whether the engine has answered once */ this.answers = false;
    /** @private What came of the last study: why it was refused, until the caller's turn is over.
     * @type {Taken} */
    this.taken = NOTHING;
    /**
     * @private
     * @type {{stopped: boolean, paused: boolean} | null} the last call of run(), which a stop or a pause may overtake
     */
    this.request = null;
  }

  /** The study that was set last, or the panel's. @returns {Study} */
  get study() {
    return this.candidate ?? this.store.study;
  }

  /** @param {unknown} input a study document or its JSON text; nothing is the study that pages begin with
   * @returns {Taken} why it is refused, once that is known */
  take(input) {
    const read = readStudy(input ?? startStudy());
    let taken;
    if ('study' in read) {
      this.candidate = read.study;
      taken = this.settled.then(() => this.settle(read.study));
      this.settled = taken.then(() => {});
    } else {
      taken = this.refuse(read.problem, read.given);
      // The study before it is still on its way, and takes the messages about others with it.
      if (this.candidate) this.wait(async () => this.tell(read.problem, read.given));
    }
    this.taken = taken;
    void taken.then((error) => error && setTimeout(() => this.taken === taken && (this.taken = NOTHING)));
    return taken;
  }

  /** What comes later waits for this. @param {() => Promise<void>} task */
  wait(task) {
    this.settled = this.settled.then(task);
  }

  /** @private The engine's check, then the change: a study that is refused stops nothing.
   * @param {Study} study @returns {Taken} */
  async settle(study) {
    const { store, runner } = this;
    const before = store.study;
    // While the engine is loaded nothing trains: the panel shows at once what the page finds nothing wrong with.
    const isEarly = !this.answers && !runner.pending && study.dataset.text === undefined;
    if (isEarly) perform(store, 'replace_study', study);
    let problem = null;
    try {
      problem = await this.complete(study);
    } catch {
      // An engine that does not start says so when it is asked to run; the page's own checks have passed.
    }
    if (this.candidate === study) this.candidate = null;
    if (!problem) return isEarly ? null : this.adopt(study);
    if (isEarly && store.study === study) perform(store, 'replace_study', before);
    return this.refuse(problem, study);
  }

  /** @private The engine's check. What is in a table that came with the study is known once it has been read.
   * @param {Study} study */
  async complete(study) {
    const checked = await this.runner.check(study);
    this.answers = true;
    const found = checked.study?.dataset.found;
    if (found) study.dataset.found = found;
    return checked.problem;
  }

  /**
   * Puts a study that has passed the page's check in place and ends the run of the one before.
   * @param {Study} study @returns {Taken}
   */
  async adopt(study) {
    const { text, found } = study.dataset;
    if (text !== undefined && !found) {
      const problem = await this.complete(study).catch(() => null);
      if (problem) return this.refuse(problem, study);
    }
    const running = this.runner.pending;
    perform(this.store, 'replace_study', study);
    if (running) {
      this.runner.stop();
      await running.catch(() => {});
    }
    return null;
  }

  /** @private @param {Problem} problem @param {any} [study] @returns {Taken} */
  refuse(problem, study) {
    this.tell(problem, study);
    return this.say(problem);
  }

  /** Says what is refused, in words that may be on their way. @param {Problem} problem */
  async say(problem) {
    await loadTexts(this.store.lang).catch(() => {});
    const error = new ShownError(this.store.sentence(problem), problem);
    this.emit('problem', { ...problem, message: error.message });
    return error;
  }

  /** @private @param {Problem} problem @param {any} [study] */
  tell(problem, study) {
    perform(this.store, 'notify', studyNotice(problem, study && mendsShown(this.store, study, problem, true)));
  }

  /** Trains the study. A second call while it runs gets the same result.
   * @param {Taken} [taken] what came of the study that is meant @returns {Promise<Result>} */
  async run(taken = this.taken) {
    const request = { stopped: false, paused: false };
    this.request = request;
    await this.settled;
    const refused = await taken;
    if (refused) throw refused;
    // A run that was told to stop is not this one.
    if (this.runner.stopping) await this.runner.pending?.catch(() => {});
    const running = this.runner.run();
    if (request.stopped) this.runner.stop();
    else if (request.paused) this.runner.pause();
    return running;
  }

  pause() {
    if (this.request) this.request.paused = true;
    this.runner.pause();
  }

  resume() {
    if (this.request) this.request.paused = false;
    this.runner.resume();
  }

  stop() {
    if (this.request) this.request.stopped = true;
    this.runner.stop();
  }
}
