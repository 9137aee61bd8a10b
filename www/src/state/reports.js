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
    /** @private @type {import('./run.js').RunSlice['outcome']} of the engine's run */ this.outcome = 'none';
  }

  /** Whether the run that the engine has, or had last, is the one shown. */
  get isShown() {
    const { shelf, trials } = this.slices;
    return !shelf.live || shelf.live.trials === trials.trials;
  }

  /** @private The slice that shows the engine's run; none where the reader looks at others. */
  get its() {
    const { shelf, trials } = this.slices;
    const others = shelf.more.map((one) => one.store.slices.trials);
    return [trials, ...(shelf.beside?.pair ?? []), ...others].find((one) => one.trials === shelf.live?.trials);
  }

  /** @param {RunState} state @param {boolean} alive whether the engine has the run shown */
  state(state, alive) {
    this.slices.trials.version++;
    this.slices.run.put({ state, alive: alive && this.isShown }, 'shelf');
  }

  /** How the engine's run has ended. @param {'finished' | 'stopped' | 'failed'} outcome
   * @param {import('../study/types.js').HeldResult['engine'] | null} engine */
  end(outcome, engine) {
    this.slices.shelf.end(outcome, engine);
    this.outcome = outcome;
    if (this.isShown) this.slices.run.put({ outcome });
  }

  /** A run that was to go on did not. */
  rest() {
    const { shelf } = this.slices;
    const ended = this.outcome === 'stopped' || this.outcome === 'failed' ? this.outcome : 'finished';
    if (shelf.training && shelf.live) shelf.end(ended, shelf.live.engine);
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
   * @param {Study} study @param {import('./trials.js').Trials} [own] which the run enters what becomes of them into
   * @param {string} [id] of a run that was cut off, and goes on */
  begin(study, own, id) {
    const { trials, selection, run, shelf } = this.slices;
    const isOwn = trials.trials.size > 0 && run.outcome !== 'example';
    const before = isOwn ? trials.runStudy : null;
    trials.start(study, own);
    selection.reset();
    run.put({ progress: null, ...(run.outcome === 'example' && { outcome: 'none' }) });
    shelf.begin(structuredClone(study), trials.trials, before, id);
  }

  /** Shows a run that is there, while whatever is trained goes on.
   * @param {import('./shelf.js').Held} held @param {boolean} alive whether the engine has it, and trains nothing */
  show({ id, study, trials: own, best, test }, alive) {
    const { trials, selection, run, shelf } = this.slices;
    trials.start(study, own);
    trials.bestTold = best;
    selection.reset();
    shelf.put({ shown: id });
    run.put({ alive, outcome: shelf.live?.trials === own ? this.outcome : 'earlier' });
    if (test) this.test(test, study);
    this.settled();
  }

  /** Shows a stored run, the page's example or what an author gave, which is no run of this device.
   * @param {Omit<import('./shelf.js').Held, 'id'> & {surface?: import('./stored.js').StoredSurface | null}} example */
  example({ study, trials: own, best }) {
    const { trials, selection, run } = this.slices;
    trials.start(study, own);
    trials.bestTold = best;
    selection.reset();
    run.put({ outcome: 'example' });
    this.settled();
  }

  /** Shows no run at all. */
  clear() {
    const { trials, selection, run, shelf, study } = this.slices;
    trials.start(study.study);
    selection.reset();
    shelf.put({ shown: null });
    run.put({ alive: false, outcome: 'none', progress: null });
    this.settled();
  }

  /** The run shown goes on as the panel's study, which has more trials. */
  grow() {
    const { study: panel, trials, shelf } = this.slices;
    trials.runStudy = structuredClone(panel.study);
    shelf.grow(trials.runStudy);
  }

  /** Something has become of the engine's trials. @returns {Trial[]} those that have just ended */
  turn() {
    const { shelf, trials } = this.slices;
    const { its } = this;
    if (its || !shelf.live) return (its ?? trials).turn();
    return shelf.live.trials.takeEnded();
  }

  /** Enters trials, or what became of them, as documents have them.
   * @param {import('../study/types.js').TrialDocument[]} changes @returns {Trial[]} those that have just ended */
  trials(changes) {
    return this.slices.trials.merge(changes);
  }

  /** @param {number | null} number of the trial that the session says is best */
  best(number) {
    const { shelf } = this.slices;
    if (shelf.live) shelf.live.best = number;
    const { its } = this;
    if (its) its.bestTold = number;
  }

  /** A run that ended early leaves no trial half done. */
  cancelUnfinished() {
    this.slices.shelf.live?.trials.cancelOpen();
    this.turn();
  }

  /** The engine has let the run go, and its networks with it. @param {boolean} ended whether it has a result */
  gone(ended) {
    this.slices.run.put({ alive: false });
    this.outcome = 'earlier';
    if (ended) this.slices.run.put({ outcome: 'earlier' }, 'test');
  }

  /** The engine may be asked from now on: figures that did without it are drawn once more. */
  woken() {
    this.slices.trials.version++;
    this.slices.trials.touch();
  }

  /** What the session has said is all there: figures are drawn once more. */
  settled() {
    this.slices.trials.touch('selection');
  }

  /** @param {OpenedTest} test @param {Study} [study] whose trials it is of */
  test(test, study = this.slices.trials.shownStudy) {
    const { shelf } = this.slices;
    if (shelf.live && this.isShown) shelf.live.test = { ...test };
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

  /** The networks that are looked into. */
  get model() {
    return this.slices.model;
  }

  /** Networks that leave one start. */
  get race() {
    return this.slices.race;
  }

  /** The trainability map. */
  get map() {
    return this.slices.map;
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
