/**
 * What the engine says of runs: the one way by which it changes the state.
 *
 * @typedef {import('./types.js').Notice} Notice
 * @typedef {import('./types.js').OpenedTest} OpenedTest
 * @typedef {import('../study/types.js').BackendInfo} BackendInfo
 * @typedef {import('../study/types.js').Progress} Progress
 * @typedef {import('../study/types.js').RunState} RunState
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 */

export class Reports {
  /** @param {import('./slices.js').Slices} slices */
  constructor(slices) {
    /** @private */ this.slices = slices;
  }

  /** @param {RunState} state @param {boolean} alive whether the engine has the run shown */
  state(state, alive) {
    this.slices.trials.version++;
    this.slices.run.put({ state, alive });
  }

  /** @param {import('./run.js').RunSlice['outcome']} outcome */
  outcome(outcome) {
    this.slices.run.put({ outcome });
  }

  /** @param {BackendInfo | null} backend that trains */
  backend(backend) {
    this.slices.run.put({ backend });
  }

  /** @param {Progress} progress */
  progress(progress) {
    this.slices.run.put({ progress });
  }

  /** A run's trials begin; those of the run before are put away.
   * @param {Study} study @param {import('./trials.js').Trials} [own] which the run enters what becomes of them into */
  begin(study, own) {
    const { trials, selection, run } = this.slices;
    trials.start(study, own);
    selection.reset();
    run.put({ progress: null });
  }

  /** The run shown goes on as the panel's study, which has more trials. */
  grow() {
    const { study: panel, trials } = this.slices;
    trials.runStudy = structuredClone(panel.study);
  }

  /** Something has become of the trials shown. @returns {Trial[]} those that have just ended */
  turn() {
    return this.slices.trials.turn();
  }

  /** Enters trials, or what became of them, as documents have them.
   * @param {import('../study/types.js').TrialDocument[]} changes @returns {Trial[]} those that have just ended */
  trials(changes) {
    return this.slices.trials.merge(changes);
  }

  /** @param {number | null} number of the trial that the session says is best */
  best(number) {
    this.slices.trials.bestTold = number;
  }

  /** A run that ended early leaves no trial half done. */
  cancelUnfinished() {
    this.slices.trials.cancelUnfinished();
  }

  /** The engine has let the run go, and its networks with it. @param {boolean} ended whether it has a result */
  gone(ended) {
    this.slices.run.put({ alive: false });
    if (ended) this.slices.run.put({ outcome: 'earlier' }, 'test');
  }

  /** What the session has said is all there: figures are drawn once more. */
  settled() {
    this.slices.trials.touch('selection');
  }

  /** @param {OpenedTest} test @param {Study} [study] whose trials it is of */
  test(test, study = this.slices.trials.shownStudy) {
    this.slices.test.open(test, study);
  }

  /** @param {number} trial that the test set was opened for */
  pick(trial) {
    this.slices.selection.pick(trial);
  }

  /** The loss around a trial's weights. */
  get landscape() {
    return this.slices.landscape;
  }

  /** Networks that leave one start. */
  get race() {
    return this.slices.race;
  }

  /** @param {Notice} notice */
  notify(notice) {
    this.slices.messages.notify(notice);
  }

  /** @param {...string} ids */
  dismiss(...ids) {
    this.slices.messages.dismiss(...ids);
  }

  /** @param {string} key of what a screen reader is told @param {Record<string, unknown>} [values] */
  say(key, values) {
    this.slices.messages.say(this.slices.look.t(key, values));
  }

  /** @param {string} name of a data set @param {import('../study/types.js').Preview} preview */
  preview(name, preview) {
    this.slices.look.picture(name, preview);
  }
}
