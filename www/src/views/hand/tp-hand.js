import { html, nothing } from 'lit';
import { icon } from '../../controls/icons.js';
import { Part, define } from '../../controls/part.js';
import { text } from '../../controls/tp-row.js';
import '../../controls/tp-number.js';
import { download } from '../../platform/download.js';
import { count, loss, setting } from '../../study/format.js';
import { sameStudy } from '../../study/same.js';
import { MOST_BRANCHES, MOST_CHANGES, MOST_EPOCHS, isOpen, letterOf, pointsOf, tipOf } from './branches.js';
import { before, begun, bestOf, canChange, listed } from './branches.js';
import { HandRun } from './hand-run.js';
import { boundsOf, hasEnd, liveRows, lockedRows, notesOf, optionsOf } from './live.js';
import { refusal, sameTraining, sliderOf, startOf, whole } from './live.js';
import { lengthOf, readRecord, readWords, toWords, written } from './record.js';
import './tp-hand-figure.js';
import sheet from './style.css?inline';

/**
 * Tuning by hand: one trial that trains at the reader's pace, on the CPU, and whose settings change while it does;
 * branches that are forked off and reverted; all of it a record that trains the same again. Closing the dialog pauses,
 * and what was trained stays until another run by hand is begun.
 *
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {import('../../study/hyperparameters.js').Hyperparameter} Hyperparameter
 * @typedef {import('./branches.js').Settings} Settings
 * @typedef {import('./record.js').Fault} Fault
 */

/** Epochs a second that can be chosen; 0 is as fast as they come. */
const PACES = [2, 10, 30, 0];
/** Drawn anew at most so often, in ms, while it trains. */
const BEAT = 40;
/** Changes that are listed, the latest first. */
const MOST_LISTED = 100;
/** Branches with which the figure is low enough to stay in sight on a phone. */
const FEW = 4;
/** What a run is begun as that is no trial's. */
const [NO_TRIAL, RECORD] = [-1, -2];
/** A button says for so long that it has copied, in ms. */
const TOLD = 2000;

export class TpHand extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['run'];
  static properties = {
    ...Part.properties,
    isOpen: { state: true },
    version: { state: true },
    cursor: { state: true },
    fault: { state: true },
    said: { state: true },
    copied: { state: true },
  };

  constructor() {
    super();
    this.isOpen = false;
    /** @type {HandRun | null} */ this.run = null;
    /** Grows with every change of the run. */ this.version = 0;
    /** @type {number | null} the epoch of the branch in hand that is pointed at; null is its end */ this.cursor =
      null;
    /** @type {Fault | null} why something was not done */ this.fault = null;
    /** What is spoken. */ this.said = '';
    this.copied = false;
    /** @private the trial that it was begun as; -1 is the study's own values, -2 a record */ this.of = NO_TRIAL;
    /** @private the trial itself, as it was then @type {import('../../study/types.js').Trial | null} */
    this.origin = null;
    /** @private the run that was there before, and what it was begun as
     * @type {{run: HandRun, of: number, origin: import('../../study/types.js').Trial | null} | null} */
    this.previous = null;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.beat = undefined;
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (this.isOpen || topics.has('look')) super.wake(topics);
  }

  /** @private */
  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  /** Opens what is there, or begins as the selected trial or with the study's own values.
   * @param {boolean} asTrial whether it is the selected trial that goes on */
  open(asTrial) {
    if (this.isOpen) return;
    const { selected, shownStudy, study } = this.store;
    const trial = asTrial ? selected : null;
    const of = trial?.number ?? NO_TRIAL;
    const given = trial ? shownStudy : study;
    this.show();
    if (this.run && (!asTrial || (this.of === of && sameStudy(this.run.study, given)))) return;
    this.begin(given, trial);
  }

  /** Opens the run that a link has, of the study in the panel; nothing is trained before the reader says so.
   * @param {string} words */
  openLink(words) {
    const { study } = this.store;
    if (!this.isOpen) this.show();
    if (!this.run) this.begin(study, null);
    this.bring(readWords(words, study));
  }

  /** @private */
  show() {
    this.isOpen = true;
    this.dialog.showModal();
    void this.updateComplete.then(() => {
      /** @type {HTMLElement | null} */ (this.querySelector('[data-testid="hand-play"]'))?.focus();
    });
  }

  /** @private @param {Study} study @param {import('../../study/types.js').Trial | null} trial */
  begin(study, trial) {
    const params = startOf(study, trial);
    const problem = refusal(study, params, 0);
    const number = trial?.number ?? 0;
    this.take({ study, trial: { number, params }, hand: begun(params) }, trial?.number ?? NO_TRIAL, trial);
    if (problem) this.fault = { problem };
    // It goes on from where the trial ended, once it is there again; one that diverged does so again.
    else if (trial?.epochs.length || trial?.state === 'diverged')
      this.run?.until((trial.epochs.at(-1)?.epoch ?? 0) + Number(trial.state === 'diverged'));
  }

  /** @private Another run takes the place of the one that was there, which can come back.
   * @param {ConstructorParameters<typeof HandRun>[0]} given @param {number} of what it is begun as
   * @param {import('../../study/types.js').Trial | null} [origin] the trial, where it is one */
  take(given, of, origin = null) {
    const { run } = this;
    void run?.leave();
    if (run?.hand.branches.some(({ points }) => points.length))
      this.previous = { run, of: this.of, origin: this.origin };
    Object.assign(this, { of, origin });
    const call = (/** @type {string} */ what, /** @type {any[]} */ ...args) =>
      /** @type {Promise<any>} */ (this.act('train_by_hand', { what, args }));
    this.run = new HandRun(given, call, () => this.onNews());
    Object.assign(this, { cursor: null, fault: null, said: '', version: this.version + 1 });
  }

  /** @private The run that was there before comes back. */
  back() {
    const { previous } = this;
    if (!previous) return;
    const { study, trial, hand, replay } = previous.run;
    this.take({ study, trial, hand }, previous.of, previous.origin);
    /** @type {HandRun} */ (this.run).replay = replay;
    if (this.previous === previous) this.previous = null;
  }

  /** @private */
  onNews() {
    const { run } = this;
    if (run?.state !== 'paused') {
      this.beat ??= setTimeout(() => this.drawn(), BEAT);
      return;
    }
    this.drawn();
  }

  /** @private */
  drawn() {
    clearTimeout(this.beat);
    this.beat = undefined;
    this.version++;
    const { run } = this;
    if (!run) return;
    const branch = run.hand.branches[run.hand.current];
    if (this.cursor !== null && this.cursor >= tipOf(branch)) this.cursor = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.isOpen) this.dialog.close();
    void this.run?.leave();
  }

  /** @private */
  onClose() {
    this.isOpen = false;
    this.run?.pause();
  }

  // What the reader does

  /** @private @param {Settings} given */
  set(given) {
    const { run } = this;
    if (!run || !this.canChange) return;
    const settings = whole(run.settings(), given, run.actsBehind());
    const problem = refusal(run.study, { ...run.settings(), ...settings }, run.actsBehind());
    if (problem) this.fault = { problem };
    else if (!canChange(run.hand)) this.fault = { key: 'hand.full', values: { n: count(MOST_CHANGES) } };
    else {
      this.fault = null;
      this.cursor = null;
      run.change(settings);
    }
  }

  /** @private */
  get canChange() {
    const { run } = this;
    return run !== null && run.replay === null && run.state !== 'replaying' && isOpen(this.branch);
  }

  /** @private */
  get branch() {
    const { hand } = /** @type {HandRun} */ (this.run);
    return hand.branches[hand.current];
  }

  /** @private */
  fork() {
    const { run } = this;
    if (!run || run.replay) return;
    const epoch = this.cursor ?? run.tip();
    const from = letterOf(run.hand.current);
    this.told(run.fork(epoch), 'hand.said.fork', { from, epoch: count(epoch) });
  }

  /** @private */
  revert() {
    const { run } = this;
    if (!run || run.replay) return;
    const { hand } = run;
    const pending = this.branch.changes.at(-1)?.epoch === run.tip() && isOpen(this.branch);
    const epoch = this.cursor ?? (pending ? run.tip() : before(hand, hand.current));
    const from = letterOf(hand.current);
    this.told(run.revert(epoch), 'hand.said.revert', { from, epoch: count(epoch) });
  }

  /** @private @param {number | null} made @param {string} key @param {Record<string, unknown>} values */
  told(made, key, values) {
    if (made === null) {
      this.fault = { key: 'hand.crowded', values: { n: MOST_BRANCHES } };
      return;
    }
    this.fault = null;
    this.cursor = null;
    this.said = this.t(key, { ...values, letter: letterOf(made) });
  }

  /** @private */
  play() {
    const { run } = this;
    if (!run) return;
    this.fault = null;
    if (run.state === 'paused') run.play();
    else run.pause();
  }

  /** @private @param {number} index @param {number | null} epoch */
  point(index, epoch) {
    const { run } = this;
    if (!run || run.replay) return;
    run.hand.current = index;
    this.cursor = epoch;
    const points = pointsOf(run.hand, index);
    const at = epoch ?? tipOf(run.hand.branches[index]);
    const values = { letter: letterOf(index), epoch: count(at), loss: loss(points[at - 1]?.validation_loss) };
    this.said = this.t(at ? 'hand.said.at' : 'hand.said.start', values);
    this.version++;
  }

  /** @private */
  get record() {
    const { hand, study, trial } = /** @type {HandRun} */ (this.run);
    return written(hand, study, trial);
  }

  /** @private */
  save() {
    const { study } = /** @type {HandRun} */ (this.run);
    const text = JSON.stringify(this.record);
    download(new Blob([text], { type: 'application/json' }), `${study.dataset.name}-by-hand.json`);
  }

  /** @private */
  async copy() {
    const { record } = this;
    const href = this.act('link_with', { study: record.study, view: 'sweep', hand: toWords(record) });
    if (!href) {
      this.fault = { key: 'hand.no_link' };
      return;
    }
    try {
      await navigator.clipboard.writeText(String(href));
      this.copied = true;
      this.said = this.t('hand.said.copied');
      setTimeout(() => (this.copied = false), TOLD);
    } catch {
      this.fault = { key: 'hand.not_copied' };
    }
  }

  /** @private @param {Event} event */
  async onFile(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const [file] = field.files ?? [];
    field.value = '';
    if (file && this.bring(readRecord(await file.text()))) this.run?.play();
  }

  /** Takes a record up, if it is one. @param {ReturnType<typeof readRecord>} found @returns {boolean} */
  bring(found) {
    if ('fault' in found) {
      this.fault = found.fault;
      return false;
    }
    const { read } = found;
    this.take(read, RECORD);
    const run = /** @type {HandRun} */ (this.run);
    run.replay = { until: read.until, last: read.last };
    this.said = this.t('hand.said.brought', { n: count(lengthOf(read)) });
    return true;
  }

  /** @private @param {KeyboardEvent} event */
  onKey(event) {
    const { target, ctrlKey, metaKey, altKey, isComposing, code, defaultPrevented } = event;
    if (ctrlKey || metaKey || altKey || isComposing || defaultPrevented || !this.store.singleKeys) return;
    const on = /** @type {HTMLElement} */ (target);
    if (on.matches('input, select, textarea') || (code === 'Space' && on.closest('button, a, label'))) return;
    /** @type {import('./tp-hand-figure.js').TpHandFigure | null} */
    const figure = this.querySelector('tp-hand-figure');
    const act = {
      Space: () => this.play(),
      Period: () => this.run?.step(),
      KeyF: () => this.fork(),
      KeyZ: () => this.revert(),
      KeyT: () => void figure?.toggleTable(),
    }[code];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // What is drawn

  render() {
    return html`<dialog class="hand" aria-labelledby="hand-heading" data-testid="hand-dialog"
      data-state=${this.run?.state ?? 'none'} @close=${this.onClose} @keydown=${this.onKey}>
      ${this.isOpen && this.run ? this.body(this.run) : nothing}
    </dialog>`;
  }

  /** @private @param {HandRun} run */
  body(run) {
    const { store, fault } = this;
    const notes = notesOf(run.study, this.origin);
    const problem = fault?.problem ?? run.problem;
    const wrong = problem ? store.sentence(problem) : fault?.key ? this.t(fault.key, fault.values) : '';
    return html`${this.bar(run)}
      <div class="cols">
        <section class="knobs" aria-label=${this.t('hand.settings')}>${this.knobs(run)}</section>
        <div class="sight">
          ${this.changed(run)}
          ${notes.map(([key, values]) => html`<p class="q2 note" data-testid="hand-note">${this.t(key, values)}</p>`)}
          ${wrong ? html`<p class="err" role="alert" data-testid="hand-problem">${wrong}</p>` : nothing}
          <tp-hand-figure ?data-few=${run.hand.branches.length <= FEW} .store=${store} .run=${run}
            .version=${this.version} .origin=${notes.length ? this.origin : null}
            .cursor=${this.cursor}
            @point=${(/** @type {CustomEvent} */ { detail }) => this.point(detail.branch, detail.epoch)}>
          </tp-hand-figure>
          ${this.facts(run)}${this.branches(run)}${this.changes(run)}
        </div>
      </div>
      ${this.foot(run)}
      <div class="vh" role="status" data-testid="hand-told">${this.said}</div>`;
  }

  /** That the panel's study is another one than the run was begun with. @private @param {HandRun} run */
  changed(run) {
    const { study } = this.store;
    if (this.of !== NO_TRIAL || !run.tip() || sameTraining(run.study, study)) return nothing;
    return html`<p class="changed" data-testid="hand-changed">${this.t('hand.changed_since')} <button type="button"
      class="lnk" data-testid="hand-begin-changed" @click=${() => this.begin(study, null)}>${this.t(
        'hand.begin_changed',
      )}</button></p>`;
  }

  /** @private @param {HandRun} run */
  bar(run) {
    const { store } = this;
    const data = store.dataName(run.study);
    const of = { [NO_TRIAL]: 'hand.of_study', [RECORD]: 'hand.of_record' }[this.of];
    const begin = of ? this.t(of) : this.t('trial.number', { number: this.of });
    const button = (/** @type {string} */ name, /** @type {unknown} */ face, /** @type {() => unknown} */ act) =>
      html`<button type="button" class="btn" data-testid="hand-${name}" title=${this.t(`hand.${name}.title`)}
        @click=${act}>${face}</button>`;
    return html`<div class="bar"><h2 id="hand-heading">${this.t('hand.title')}</h2>
        <span class="q2">${data} · ${begin} · ${this.t('hand.on_cpu')}</span><span class="sp"></span>
        ${this.previous ? button('back', this.t('hand.back'), () => this.back()) : nothing}
        ${button('anew', this.t('hand.anew'), () => this.begin(store.study, null))}
        ${button('copy', html`${icon(this.copied ? 'done' : 'share')}${this.t('hand.copy')}`, () => this.copy())}
        ${button('save', html`${icon('save')}${this.t('hand.save')}`, () => this.save())}
        <label class="btn file" title=${this.t('hand.bring.title')}>${this.t('hand.bring')}<input type="file"
          class="vh" accept="application/json,.json" data-testid="hand-bring" @change=${this.onFile}></label>
        <button type="button" class="ib" aria-label=${this.t('action.close')} data-testid="hand-close"
          @click=${() => this.dialog.close()}>${icon('close')}</button></div>`;
  }

  /** Why nothing can be changed now; '' where it can. @private @param {HandRun} run */
  why(run) {
    const { state, reverted, divergedAt } = this.branch;
    const letter = letterOf(run.hand.current);
    if (run.replay && run.state === 'paused') return this.t('hand.why.record');
    if (run.state === 'replaying') return this.t('hand.why.replay');
    if (reverted) return this.t('hand.why.reverted', { letter });
    if (state === 'diverged') return this.t('hand.why.diverged', { letter, step: count(divergedAt ?? NaN) });
    if (state === 'complete') return this.t('hand.why.complete', { letter });
    return tipOf(this.branch) >= MOST_EPOCHS ? this.t('hand.why.long', { n: count(MOST_EPOCHS) }) : '';
  }

  /** @private @param {HandRun} run */
  knobs(run) {
    const settings = run.settings();
    const why = this.why(run);
    return html`<h3>${this.t('hand.live')} <span class="q2">${this.t('hand.live.about')}</span></h3>
      ${why ? html`<p class="why" data-testid="hand-why">${why}</p>` : nothing}
      ${liveRows(run.study, settings).map((row) => this.knob(row, run, settings, why !== ''))}
      <h3>${this.t('hand.locked')} <span class="q2">${this.t('hand.locked.about')}</span></h3>
      <dl>${lockedRows(run.study, settings).map(
        ([row, value]) => html`<div><dt>${icon('lock')}${row.label[this.store.lang]}</dt><dd>${this.word(value)}</dd>
        </div>`,
      )}</dl>
      <p class="q2 about">${this.t('hand.about')}</p>
      ${this.store.singleKeys ? html`<p class="q2 about key-list">${this.t('hand.keys')}</p>` : nothing}`;
  }

  /** @private @param {Hyperparameter} row @param {HandRun} run @param {Settings} settings @param {boolean} locked */
  knob(row, run, settings, locked) {
    const { name } = row;
    const label = row.label[this.store.lang];
    const value = settings[name];
    if (row.choices)
      return html`<div class="knob"><label for="hand-${name}">${label}</label><select class="field-input"
        id="hand-${name}" data-testid="hand-${name}" ?disabled=${locked} title=${row.help[this.store.lang]}
        @change=${(/** @type {Event} */ event) => {
          this.set({ [name]: /** @type {HTMLSelectElement} */ (event.target).value });
        }}>${optionsOf(row).map(
          (one) => html`<option value=${one} ?selected=${one === value}>${this.word(one)}</option>`,
        )}</select></div>`;
    const slider = /** @type {import('./live.js').Slider} */ (sliderOf(row, run.study, run.actsBehind()));
    const [low, high] = boundsOf(row, run.study, run.actsBehind());
    return html`<div class="knob" title=${row.help[this.store.lang]}>
      <tp-number .store=${this.store} name="hand-${name}" .label=${label} .value=${Number(value)}
        .min=${low} .max=${high} .whole=${row.type === 'int'} .apart=${true} .locked=${locked}
        @take=${(/** @type {CustomEvent<number>} */ event) => this.set({ [name]: event.detail })}></tp-number>
      <input type="range" min="0" max=${slider.steps} step="1" .value=${String(slider.placeOf(Number(value)))}
        aria-label=${label} aria-valuetext=${setting(value)} data-testid="hand-slide-${name}" ?disabled=${locked}
        @input=${(/** @type {Event} */ event) => {
          this.set({ [name]: slider.at(Number(/** @type {HTMLInputElement} */ (event.target).value)) });
        }}></div>`;
  }

  /** @private @param {Value} value */
  word(value) {
    return text(value, (key) => this.t(key));
  }

  /** The same in a list, where two digits tell enough. @private @param {Value} value */
  brief(value) {
    return typeof value === 'number' ? setting(value) : this.word(value);
  }

  /** What has come of it so far. @private @param {HandRun} run */
  facts(run) {
    const { hand } = run;
    const best = bestOf(hand);
    const { parent } = this.branch;
    const told = [];
    if (best)
      told.push(
        this.t('hand.best', {
          letter: letterOf(best.branch),
          epoch: count(best.point.epoch),
          loss: loss(best.point.validation_loss),
        }),
      );
    if (parent !== null) {
      const epoch = Math.min(tipOf(this.branch), tipOf(hand.branches[parent]));
      const [own, other] = [hand.current, parent].map((k) => pointsOf(hand, k)[epoch - 1]?.validation_loss);
      const by = Math.abs(own - other);
      if (epoch > this.branch.from && Number.isFinite(by))
        told.push(
          this.t(own < other ? 'hand.lower' : own > other ? 'hand.higher' : 'hand.equal', {
            letter: letterOf(hand.current),
            other: letterOf(parent),
            epoch: count(epoch),
            by: loss(by),
          }),
        );
    }
    if (run.replay && run.state === 'paused')
      told.push(this.t('hand.replay.ahead', { n: count(lengthOf({ hand, until: run.replay.until })) }));
    if (run.compared) told.push(this.t(`hand.replay.${run.compared}`));
    if (run.hasDropped) told.push(this.t('hand.dropped'));
    if (this.store.state === 'running' || this.store.state === 'starting') told.push(this.t('hand.beside'));
    return html`<p data-testid="hand-facts">${told.length ? told.join(' ') : this.t('hand.begin')}</p>`;
  }

  /** @private @param {HandRun} run */
  branches(run) {
    const { hand } = run;
    return html`<table class="list" data-testid="hand-branches"><caption>${this.t('hand.branches')}</caption>
      ${this.head(['branch', 'from', 'epoch', 'now', 'state', 'live_column'])}<tbody>${hand.branches.map((one, k) => {
        const letter = letterOf(k);
        const isLive = one.live && isOpen(one);
        const state = one.reverted ? 'reverted' : one.state === 'open' ? (isLive ? 'live' : 'paused') : one.state;
        return html`<tr aria-current=${k === hand.current}><th scope="row"><button type="button" class="lnk"
          data-testid="hand-take-${letter}" aria-label=${this.t('hand.take', { letter })} ?disabled=${!!run.replay}
          @click=${() => this.point(k, null)}>${letter}</button></th>
          <td>${one.parent === null ? '–' : `${letterOf(one.parent)} ${count(one.from)}`}</td>
          <td class="num">${count(tipOf(one))}</td><td class="num">${loss(one.points.at(-1)?.validation_loss)}</td>
          <td>${this.t(`hand.state.${state}`)}</td>
          <td><input type="checkbox" .checked=${isLive} ?disabled=${!isOpen(one)}
            aria-label=${this.t('hand.trains', { letter })} data-testid="hand-live-${letter}" @change=${() => {
              one.live = !one.live;
              this.version++;
            }}></td></tr>`;
      })}</tbody></table>`;
  }

  /** @private @param {string[]} keys */
  head(keys) {
    const isNumber = (/** @type {string} */ key) => ['epoch', 'now', 'after'].includes(key);
    return html`<thead><tr>${keys.map(
      (key) => html`<th scope="col" class=${isNumber(key) ? 'num' : ''}>${this.t(`hand.${key}`)}</th>`,
    )}</tr></thead>`;
  }

  /** @private @param {HandRun} run */
  changes(run) {
    const all = listed(run.hand);
    if (!all.length) return nothing;
    const rest = all.length - MOST_LISTED;
    return html`<table class="list" data-testid="hand-changes"><caption>${this.t('hand.changes')}${
      rest > 0 ? ` (${this.t('hand.changes.latest', { n: MOST_LISTED, of: count(all.length) })})` : ''
    }</caption>
      ${this.head(['branch', 'after', 'setting', 'change'])}<tbody>${all
        .slice(-MOST_LISTED)
        .reverse()
        .map(
          (one) => html`<tr><td>${letterOf(one.branch)}</td>
          <td class="num">${one.last > one.epoch ? `${count(one.epoch)}–${count(one.last)}` : count(one.epoch)}</td>
          <td>${this.store.label(one.name)}</td><td>${this.brief(one.from)} → ${this.brief(one.to)}</td></tr>`,
        )}</tbody></table>`;
  }

  /** @private @param {HandRun} run */
  foot(run) {
    const isPaused = run.state === 'paused';
    const name = !isPaused ? 'pause' : run.replay ? 'replay' : 'play';
    const at = this.cursor ?? run.tip();
    const key = (/** @type {string} */ face) => html`<kbd>${face}</kbd>`;
    const many = run.hand.branches.length >= MOST_BRANCHES;
    const ends = hasEnd(run.settings()) ? ` / ${count(Number(run.settings().epochs))}` : '';
    // None of them is disabled, so that the focus stays: what cannot be done does nothing, or says why.
    return html`<div class="foot">
      <button type="button" class="btn p" data-testid="hand-play" aria-disabled=${isPaused && !run.canPlay}
        @click=${this.play}>${icon(isPaused ? 'play' : 'pause')}${this.t(`hand.${name}`)}</button>
      <button type="button" class="btn" data-testid="hand-step" title=${this.t('hand.step.title')}
        aria-disabled=${!isPaused || !run.canPlay || !!run.replay} @click=${() => run.step()}>${icon('later')}${this.t(
          'hand.step',
        )}</button>
      <button type="button" class="btn" data-testid="hand-fork" aria-disabled=${!!run.replay || many}
        title=${this.t('hand.fork.title', { epoch: count(at) })} @click=${this.fork}>${this.t('hand.fork')}${key(
          'F',
        )}</button>
      <button type="button" class="btn" data-testid="hand-revert" aria-disabled=${!!run.replay || many}
        title=${this.t('hand.revert.title')} @click=${this.revert}>${icon('undo')}${this.t('hand.revert')}${key(
          'Z',
        )}</button>
      <label class="pace">${this.t('hand.pace')} <select class="field-input" data-testid="hand-pace"
        @change=${(/** @type {Event} */ event) => {
          run.pace = Number(/** @type {HTMLSelectElement} */ (event.target).value);
        }}>${PACES.map(
          (one) =>
            html`<option value=${one} ?selected=${one === run.pace}>${
              one ? this.t('hand.pace.of', { n: one }) : this.t('hand.pace.free')
            }</option>`,
        )}</select></label>
      <span class="sp"></span>
      <span class="q2" data-testid="hand-at">${this.t('hand.at', {
        letter: letterOf(run.hand.current),
        epoch: `${count(at)}${ends}`,
      })}</span></div>`;
  }
}

define('tp-hand', TpHand);
