import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { sameStudy } from '../../study/same.js';
import { wordsOf } from '../../state/race.js';
import {
  blockOf,
  hasEnded,
  isMade,
  isOthers,
  isOwnRun,
  isSpared,
  metBy,
  pressOf,
  recordedFor,
  resultOfRecorded,
  shownBy,
  strayStep,
} from './goals.js';
import { kindOf } from './measure.js';
import { unpack } from './packed.js';
import { LESSONS, openLesson } from './path.js';
import { Progress, isReached, resumed, tallyOf } from './progress.js';
import { OWN, SEARCHED, readLesson } from './read.js';
import { revealed } from './revealed.js';
import { filled, written } from './words.js';
import drawer from '../drawer.css?inline';
import sheet from './style.css?inline';
import './tp-lesson-foot.js';
import './tp-lesson-link.js';
import './tp-lesson-path.js';
import './tp-lesson-question.js';

/**
 * The lesson beside the view: the list of lessons, or a step of one. It says what to do and where to look, sets the
 * study up, and asks of the run what it promises.
 *
 * @typedef {import('../../study/types.js').Language} Language
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('./read.js').Lesson} Lesson
 * @typedef {import('./read.js').Step} Step
 * @typedef {import('./read.js').StepWords} StepWords
 * @typedef {import('./tp-lesson-foot.js').Guest} Guest
 */

/** Pixels above what a guest scrolls to. */
const GAP = 10;
/** A guest's step has room for so many knobs. */
const KNOBS = 3;
/** Settings of the search whose fields have another name. @type {Record<string, string>} */
const PLACES = { min_epochs: 'pruner-min_epochs' };

export class TpLesson extends Part {
  static sheet = drawer + sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['study', 'run', 'trials', 'selection', 'test', 'race', 'notices', 'shelf'];
  static properties = {
    ...Part.properties,
    guest: { attribute: false },
    lesson: { state: true },
    trouble: { state: true },
    stray: { state: true },
    lost: { state: true },
    folded: { state: true },
  };

  constructor() {
    super();
    /** @type {Lesson | null} the one that is open */ this.lesson = null;
    /** @type {Problem | null} why the reader's lesson cannot be read */ this.trouble = null;
    /** @type {Problem | null} a step that a link names and the lesson does not have */ this.stray = null;
    /** Whether a lesson could not be loaded. */ this.lost = false;
    /** Whether it is but a line, on a phone. */ this.folded = false;
    /** @private Whether the test set's drawer lies in its place. */ this.isCovered = false;
    /** @private Whether the step's run had failed when it was drawn last. */ this.hasFailed = false;
    /** @private the words that were read last */ this.words = '';
    /** @private the lesson's name as it was opened: `own` for one that was brought */ this.name = '';
    /** @type {Guest | null} what shows a step of it on another page */ this.guest = null;
    /** @private @type {Progress | null} */ this.known = null;
    /** @private @type {string | null} the run that was shown when the step was opened */ this.shownBefore = null;
    /** @private splits over which the study of the run shown was repeated */ this.repeats = { runs: -1, n: 0 };
    /** @private @param {Event} event */
    this.onRepeated = (event) => {
      this.repeats = { runs: this.store.runs, n: /** @type {CustomEvent<number>} */ (event).detail };
      this.requestUpdate();
    };
  }

  connectedCallback() {
    super.connectedCallback();
    this.getRootNode().addEventListener('repeated', this.onRepeated);
  }

  disconnectedCallback() {
    this.getRootNode().removeEventListener('repeated', this.onRepeated);
    super.disconnectedCallback();
  }

  /** How far the reader has come. */
  get progress() {
    return (this.known ??= new Progress(!this.guest));
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const { lesson: words } = this.store;
    if (words !== this.words) {
      this.words = words;
      this.shownBefore = this.store.shelf.shown;
      this.folded = false;
      void this.read(words);
    }
    // Whoever leaves the test set comes back to the lesson, also where it was but a line.
    if (this.isCovered && !this.store.drawer) this.folded = false;
    this.isCovered = this.store.drawer;
    this.check();
    // Where nothing could be trained there is nothing to see in the view, and the way on stands here.
    const hasFailed = this.step !== null && blockOf(this.step, this.store)?.code === 'failed';
    if (hasFailed && !this.hasFailed) {
      this.folded = false;
      void this.updateComplete.then(() => this.bringUp('[data-testid="lesson-block"]'));
    }
    this.hasFailed = hasFailed;
  }

  /** @private Opens what the words name. @param {string} words */
  async read(words) {
    this.lost = false;
    this.stray = null;
    // What was wrong with a lesson stands above the list until another one is opened.
    if (words !== 'path') this.trouble = null;
    if (words.startsWith('~')) return this.bring((await unpack(words)) ?? '', true);
    const [name, step] = words.split('.');
    if (!words || name === 'path') return;
    if (name === this.name && this.lesson) {
      this.stray = strayStep(this.lesson, step);
      return this.resume();
    }
    this.lesson = null;
    this.name = '';
    const entry = LESSONS.find((one) => one.name === name);
    try {
      if (name === OWN) {
        const read = readLesson(this.progress.ownText);
        this.lesson = 'lesson' in read ? read.lesson : null;
      } else if (entry) this.lesson = await openLesson(entry);
      const stray = this.lesson && strayStep(this.lesson, step);
      if (stray && this.guest) [this.lesson, this.trouble] = [null, stray];
      else if (this.lesson) {
        [this.name, this.stray] = [name, stray];
        this.resume();
      } else {
        // A lesson of the reader's own that is not here was never brought to this browser.
        this.trouble = { code: 'lesson_none', found: name };
        if (!this.guest) this.act('lesson_from', 'path');
      }
      await this.begin();
    } catch {
      this.lost = this.words === words;
    }
  }

  /** @private A lesson that was opened without a step goes on where its reader has got to. */
  resume() {
    const { lesson, name, guest } = this;
    // The focus is on its way to the title already.
    if (!guest && lesson && this.store.lesson === name)
      this.act('lesson_from', `${name}.${resumed(lesson.steps, this.progress.of(name)).name}`);
  }

  /** @private A lesson of the reader's own. @param {string} text @param {boolean} [isLinked] whether it takes the
   * place of a link's text, to which no way leads back */
  bring(text, isLinked = false) {
    const open = (/** @type {string} */ words) =>
      isLinked ? this.act('lesson_from', words) : this.act('lesson', words);
    const read = readLesson(text);
    if ('problem' in read) {
      this.trouble = read.problem;
      if (this.store.lesson !== 'path') open('path');
      return;
    }
    if (this.guest) {
      [this.lesson, this.name] = [read.lesson, OWN];
      return void this.begin();
    }
    this.trouble = null;
    this.progress.keepOwn(text);
    this.lesson = null;
    open(`${OWN}.${read.lesson.steps[0].name}`);
  }

  /** @private A guest has no study of its reader's to lose: its step is set up at once. */
  async begin() {
    const { guest, step } = this;
    if (!guest || !step) return;
    if (step.race) await guest.learn();
    if (step.problem !== null) return;
    this.arrange(step);
    // The title line names the lesson.
    const name = this.lesson?.texts[this.language]?.title;
    if (!step.study) this.act('set_up', { ...structuredClone(this.store.study), name });
  }

  /** The step that is open. @private @returns {Step | null} */
  get step() {
    const { lesson } = this;
    if (!lesson || this.store.lesson === 'path') return null;
    const [, name] = this.store.lesson.split('.');
    return lesson.steps.find((one) => one.name === (name ?? this.progress.of(this.name).at)) ?? lesson.steps[0];
  }

  /** The language that the lesson has, the reader's if it can be. @private @returns {Language} */
  get language() {
    const { lang } = this.store;
    return this.lesson?.texts[lang] ? lang : lang === 'ko' ? 'en' : 'ko';
  }

  /** @private Writes down which goals are met now; what was met stays so. */
  check() {
    const { store, step, name } = this;
    if (!step || !store.lesson || store.lesson === 'path') return;
    if (this.progress.of(name).at !== step.name) this.progress.keep(name, { at: step.name });
    const isSet = step.study !== null && sameStudy(store.study, step.study);
    if (isSet && this.progress.ofStep(name, step.name).from === undefined)
      this.progress.keepStep(name, step.name, { from: store.shelf.shown });
    const before = this.progress.ofStep(name, step.name);
    const { repeats } = this;
    const now = metBy(step, store, before.from, repeats.runs === store.runs ? repeats.n : 0);
    const met = now.map((one, k) => one || before.met?.[k] === true);
    const isNew = met.some((one, k) => one && !before.met?.[k]);
    const isAll = met.every(Boolean);
    if (isNew) {
      this.progress.keepStep(name, step.name, { met, shown: { ...before.shown, ...shownBy(step, store) } });
      const words = this.lesson?.texts[this.language]?.steps[step.name];
      const k = met.findIndex((one, at) => one && !before.met?.[at]);
      this.say(this.t('lesson.met', { goal: words?.goals[k] ?? '' }));
      if (isAll) void this.updateComplete.then(() => this.bringUp('.reveal'));
    }
    const tally = tallyOf(this.lesson?.steps ?? [], this.progress.of(name));
    const known = this.progress.of(name).tally;
    if (tally.met !== known?.met || tally.goals !== known.goals) this.progress.keep(name, { tally });
  }

  /** @private Scrolls to something; the page around a guest stays where it is. @param {string} selector */
  bringUp(selector) {
    const one = this.querySelector(selector);
    const body = this.guest && this.querySelector('.body');
    if (one && body) body.scrollTop += one.getBoundingClientRect().top - body.getBoundingClientRect().top - GAP;
    else one?.scrollIntoView({ block: 'nearest' });
  }

  /** @private Says to screen readers. @param {string} text */
  say(text) {
    setTimeout(() => {
      const place = this.querySelector('.lesson-said');
      if (place) place.textContent = text;
    });
  }

  /** Whether the reader trained another study than the step's, as the run bar does before it is set up. @private
   * @param {Step} step */
  isOthers(step) {
    if (this.guest || this.isMade(step) || isReached(step, this.progress.ofStep(this.name, step.name))) return false;
    return isOthers(step, this.store, this.shownBefore);
  }

  /** Whether the study is what the reader has made of the step's own. @private @param {Step} step */
  isMade(step) {
    return isMade(step, this.store, this.progress.ofStep(this.name, step.name).from);
  }

  render() {
    const { store } = this;
    if (!store.lesson) return nothing;
    const { step, guest } = this;
    const rest = () =>
      guest
        ? this.waiting()
        : html`<tp-lesson-path .store=${store} .progress=${this.progress} .lost=${this.lost}
            .trouble=${this.trouble && this.reason(this.trouble)} .waits=${store.lesson !== 'path' && !this.lost}
            .again=${OWN} @bring=${(/** @type {CustomEvent<string>} */ event) => this.bring(event.detail)}
            @large=${(/** @type {CustomEvent<Problem>} */ event) => (this.trouble = event.detail)}></tp-lesson-path>`;
    return html`<aside class="drawer lesson ${this.folded && !guest ? 'folded' : ''}" id="lesson" data-testid="lesson"
      data-lesson=${step ? this.name : nothing} aria-labelledby="lesson-title" ?hidden=${store.drawer}
      lang=${step ? this.language : nothing}
      @keydown=${this.onKey}>
      ${step ? this.page(step) : rest()}
      <div class="vh lesson-said" role="status"></div>
    </aside>`;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key !== 'Escape' || this.guest) return;
    event.stopPropagation();
    this.act('lesson', '');
  }

  /** @private A guest whose step is not here. */
  waiting() {
    const { trouble } = this;
    if (trouble)
      return html`<div class="body"><p role="alert" data-testid="lesson-trouble">${this.reason(trouble)}</p></div>`;
    return html`<div class="body"><p role="status">${this.t(this.lost ? 'lesson.lost' : 'lesson.loading')}</p></div>`;
  }

  /** Why something does not go, in a sentence. @private @param {Problem} problem */
  reason(problem) {
    return problem.code.startsWith('lesson_')
      ? this.t(`lesson.bad.${problem.code.slice('lesson_'.length)}`, problem)
      : this.store.sentence(problem);
  }

  /** @private @param {Step} step */
  page(step) {
    const lesson = /** @type {Lesson} */ (this.lesson);
    const words = /** @type {import('./read.js').Words} */ (lesson.texts[this.language]);
    const own = words.steps[step.name];
    const at = lesson.steps.indexOf(step);
    const number = LESSONS.findIndex((one) => one.name === this.name) + 1;
    const values = this.values(lesson, step);
    const say = (/** @type {string} */ text) => filled(text, values);
    const titleOf = (/** @type {Step} */ one) => filled(words.steps[one.name].title, this.values(lesson, one));
    const where = number
      ? this.t('lesson.where', { lesson: number, step: at + 1, steps: lesson.steps.length })
      : this.t('lesson.where.own', { step: at + 1, steps: lesson.steps.length });
    const { guest } = this;
    const isMet = isReached(step, this.progress.ofStep(this.name, step.name));
    const unfold = isMet ? '.met' : this.isOthers(step) ? '.other' : '';
    const line = html`<div class="bar"><button type="button" class="lnk" data-testid="all-lessons"
          @click=${() => this.act('lesson', 'path')}>${this.t('lesson.all')}</button><span
          data-testid="lesson-where">${where}</span><span class="sp"></span>
          <button type="button" class="ib fold ${this.folded && isMet ? 'met' : ''}" data-testid="fold-lesson"
            aria-expanded=${!this.folded} @click=${() => (this.folded = !this.folded)}>${
              this.folded && isMet ? icon('done') : nothing
            }${this.t(this.folded ? `lesson.unfold${unfold}` : 'lesson.fold')}</button>
          <button type="button" class="ib" data-testid="close-lesson" aria-label=${this.t('action.close')}
            @click=${() => this.act('lesson', '')}>${icon('close')}</button></div>
        <ol class="steps" aria-label=${words.title}>${lesson.steps.map((one) => {
          const { title } = words.steps[one.name];
          const isOver = isReached(one, this.progress.ofStep(this.name, one.name));
          return html`<li><button type="button" class=${isOver ? 'done' : ''}
            aria-current=${one === step ? 'step' : nothing} aria-label=${title} title=${title}
            @click=${() => this.act('lesson', `${this.name}.${one.name}`)}></button></li>`;
        })}</ol>`;
    return html`<div class="body">
        ${guest ? nothing : line}
        <div class="text">
        <p class="of">${guest && number ? where : words.title}</p>
        <h2 id="lesson-title" tabindex="-1">${say(own.title)}</h2>
        ${
          this.stray
            ? html`<p class="block" role="alert" data-testid="lesson-stray">${this.reason(this.stray)}</p>`
            : nothing
        }
        ${own.body.map((text) => html`<p>${say(text)}</p>`)}
        ${this.question(step, own, say)}
        ${this.todo(step, own, say)}
        ${revealed(this, step, own, this.progress.ofStep(this.name, step.name), say)}
        ${
          this.name === OWN && at === 0
            ? html`<tp-lesson-link .store=${this.store} .text=${this.progress.ownText}></tp-lesson-link>`
            : nothing
        }
        </div>
      </div>
      <tp-lesson-foot .store=${this.store} .name=${this.name} .lesson=${lesson} .step=${step} .guest=${guest}
        .progress=${this.progress} .tally=${JSON.stringify(tallyOf(lesson.steps, this.progress.of(this.name)))}
        .titleOf=${titleOf}></tp-lesson-foot>`;
  }

  /** The numbers of its texts: those of the lesson, and of the reader's run. The foot asks for those of the lesson
   * that it was drawn with, which may be gone by then. @private @param {Lesson} lesson @param {Step} step */
  values({ numbers }, step) {
    const { shown = {} } = this.progress.ofStep(this.name, step.name);
    const put = (/** @type {number} */ value, /** @type {string} */ kind) => written(value, kind, this.language);
    return Object.fromEntries([
      ...Object.entries(numbers).map(([key, { value, as }]) => [key, put(value, as)]),
      ...Object.entries(step.shows).map(([key, measure]) => [key, put(shown[key] ?? NaN, kindOf(measure))]),
    ]);
  }

  /** @private @param {Step} step @param {StepWords} own @param {(text: string) => string} say */
  question(step, own, say) {
    const progress = this.progress.ofStep(this.name, step.name);
    const { guess } = progress;
    // Nobody is asked for what is there to be read.
    if (!step.predict || (guess === undefined && isReached(step, progress))) return nothing;
    const answer = (/** @type {CustomEvent<string | number | null>} */ { detail }) => {
      this.progress.keepStep(this.name, step.name, { guess: detail });
      this.requestUpdate();
      void this.updateComplete.then(() => this.focusOn('.todo button:not([disabled])'));
    };
    return html`<tp-lesson-question .store=${this.store} .step=${step} .words=${own}
      .ask=${say(own.ask)} .guess=${guess}
      @answer=${answer}></tp-lesson-question>`;
  }

  /** What to set up, and what is to come of it. @private @param {Step} step @param {StepWords} own
   * @param {(text: string) => string} say */
  todo(step, own, say) {
    const { store, guest } = this;
    const { study } = step;
    const { met = [], guess } = this.progress.ofStep(this.name, step.name);
    const waits = step.predict !== null && guess === undefined && !isReached(step, { met });
    const isSet = study !== null && sameStudy(store.study, study);
    const isRace = step.race === null || wordsOf(store.race) === step.race;
    const isThere = (step.view === null || store.view === step.view) && isRace;
    const isTrained = isOwnRun(step, store) && hasEnded(store);
    const hasSetUp = study ? step.problem === null : step.view !== null;
    const isOver = isThere && (isSet || study === null);
    // What the reader has made of it is not theirs to lose by the button that shines.
    const isPicked = step.goals.some((goal) => 'picked' in goal);
    const isOpen = isPicked || step.goals.some((goal) => 'measure' in goal && goal.free);
    const isChanged = this.isMade(step);
    const isMet = isReached(step, this.progress.ofStep(this.name, step.name));
    const canRun = !isPicked && ((isSet && !isTrained) || isChanged) && store.state === 'idle';
    const face = isChanged
      ? 'lesson.set_again'
      : !study || (isSet && !isThere)
        ? 'lesson.open'
        : isSet
          ? 'lesson.is_set'
          : 'lesson.set';
    // What is left to the reader is done with the panel, which a guest has not.
    const knobs = guest && isOpen && isOver !== isChanged ? Object.keys(study?.space ?? {}).slice(0, KNOBS) : [];
    return html`<div class="todo">
      ${study ? html`<p>${say(own.setup)}</p>` : nothing}
      ${
        this.isOthers(step)
          ? html`<p class="block" role="status" data-testid="lesson-other">${this.t('lesson.other')} ${
              waits ? this.t('lesson.predict_first') : nothing
            }</p>`
          : nothing
      }
      ${
        knobs.length
          ? html`<p class="q2">${this.t('lesson.knobs')}</p>
            <tp-knobs .store=${store} .names=${knobs}></tp-knobs>`
          : nothing
      }
      ${
        hasSetUp
          ? html`<div class="acts">
        ${
          isOver && (guest || !study)
            ? nothing
            : html`<button type="button" class="btn ${isOver || waits || isChanged || isMet ? '' : 'p'}"
          data-testid="set-up" ?disabled=${waits || isOver || store.state === 'starting'}
          title=${waits ? this.t('lesson.predict_first') : nothing}
          @click=${() => this.setUp(step)}>${isOver && study ? icon('done') : nothing}${this.t(face)}</button>`
        }
        ${
          canRun
            ? html`<button type="button" class="btn ${isMet ? '' : 'p'}" data-testid="lesson-run"
              @click=${this.run}>${icon('play')}${this.t(...pressOf(store.study))}</button>`
            : nothing
        }
        ${this.lesson && !waits && !isMet && isSpared(this.lesson, step, store) ? this.recorded(step, 'lnk') : nothing}
        ${
          !guest && isSet && store.state === 'idle' && store.canStep(-1)
            ? html`<button type="button" class="btn" data-testid="lesson-undo"
              @click=${() => this.act('undo')}>${icon('undo')}${this.t('lesson.undo')}</button>`
            : nothing
        }
        ${guest || isMet || waits || !isOver || !(isTrained || isPicked) ? nothing : this.there(step)}</div>`
          : nothing
      }
      ${
        step.goals.length
          ? html`<ul class="goals" aria-label=${this.t('lesson.goals')}>${step.goals.map(
              (_, k) => html`<li class=${met[k] ? 'met' : ''} data-testid="goal" data-met=${met[k] === true}>
                <span class="vh">${this.t(met[k] ? 'lesson.goal.met' : 'lesson.goal.open')}</span>${
                  met[k] ? icon('done') : html`<i class="ring"></i>`
                }<span>${say(own.goals[k])}</span></li>`,
            )}</ul>`
          : nothing
      }
      ${guest || isMet ? nothing : this.missed(step, own, say, { isSet, isTrained: isSet && isTrained, isChanged })}
      ${isMet ? nothing : this.blocked(step)}
    </div>`;
  }

  /** The way to what is done elsewhere: with the test set, or in the view, which a phone has behind the lesson.
   * @private @param {Step} step */
  there({ goals }) {
    const { store } = this;
    if (goals.some((goal) => 'opened' in goal || 'repeated' in goal))
      return html`<button type="button" class="btn p" data-testid="lesson-test"
        @click=${() => this.act('drawer', true)}>${icon(store.seen ? 'unlock' : 'lock')}${this.t(
          store.seen ? 'test.opened' : 'test.locked',
        )}</button>`;
    return goals.some((goal) => 'selected' in goal || 'picked' in goal)
      ? html`<button type="button" class="btn p there" data-testid="lesson-there"
        @click=${() => (this.folded = true)}>${this.t('lesson.fold')}</button>`
      : nothing;
  }

  /** What to do after a run that has not met the goals that are left to the reader, and the way to the settings: there
   * from the first on where the step is not meant to be trained as it is.
   * @private @param {Step} step @param {StepWords} own @param {(text: string) => string} say
   * @param {{isSet: boolean, isTrained: boolean, isChanged: boolean}} of the step's own study, or what the reader has
   *   made of it */
  missed({ rows, goals }, own, say, { isSet, isTrained, isChanged }) {
    const isFree = goals.some((goal) => 'measure' in goal && goal.free);
    const isOthers = isChanged && !this.store.stale && hasEnded(this.store);
    const isMissed = isSet ? isTrained : isOthers;
    if (!isFree || !(isMissed || ((isSet || isChanged) && !own.hint && rows.length))) return nothing;
    const text = isTrained && own.hint ? say(own.hint) : this.t('lesson.missed');
    const away = (/** @type {() => void} */ act) => {
      this.folded = true;
      act();
    };
    return html`<div class=${isMissed ? 'block' : ''} role="status" data-testid="lesson-hint">
      ${isMissed ? html`<p>${text}</p>` : nothing}
      <div class="ways">${
        rows.length
          ? rows.map(
              (row) => html`<button type="button" class="btn ${isSet && isTrained && rows.length === 1 ? 'p' : ''}"
                data-testid="lesson-row" data-row=${row}
                @click=${() => away(() => this.act('show_row', PLACES[row] ?? row))}>${this.t('lesson.row', {
                  name: SEARCHED.includes(row) ? this.t(`lesson.setting.${row}`) : this.store.label(row),
                })}</button>`,
            )
          : html`<button type="button" class="btn only-narrow" data-testid="lesson-settings"
            @click=${() => away(() => this.act('sheet', true))}>${this.t('lesson.settings')}</button>`
      }</div></div>`;
  }

  /** @private @param {Step} step */
  setUp(step) {
    this.arrange(step);
    if (!step.study) this.folded = true;
    void this.updateComplete.then(() => this.focusOn('[data-testid="lesson-run"]'));
  }

  /** @private Its study and its view take the place of the reader's. @param {Step} step */
  arrange(step) {
    const { study, view, race } = step;
    const { title = '' } = this.lesson?.texts[this.language] ?? {};
    // A run that lies beside another's has nothing to do with the step.
    if (this.store.other) this.act('compare_run', null);
    // What is left is not drawn with a study that it was not opened for.
    if (view) this.act('view', view);
    if (race) this.act('race_from', race);
    if (study && !sameStudy(this.store.study, study)) this.act('set_up', { ...structuredClone(study), name: title });
    if (study) this.progress.keepStep(this.name, step.name, { from: this.store.shelf.shown });
  }

  /** @private */
  run() {
    this.folded = true;
    this.act('run');
    this.focusOn('#lesson-title');
  }

  /** @private @param {string} selector */
  focusOn(selector) {
    /** @type {HTMLElement | null} */ (this.querySelector(selector))?.focus({ preventScroll: false });
  }

  /** @private @param {Step} step */
  blocked(step) {
    const { store } = this;
    const block = blockOf(step, store);
    if (!block) return nothing;
    const { problem, ...values } = block.values;
    const reason = problem ? this.reason(problem) : '';
    return html`<div class="block" role="status" data-testid="lesson-block" data-code=${block.code}>
      <p>${this.t(`lesson.block.${block.code}`, { ...values, reason })}</p>
      ${
        this.lesson && recordedFor(this.lesson, step)
          ? this.recorded(step, 'btn')
          : block.code === 'failed'
            ? html`<p>${this.t('lesson.block.unrecorded')}</p>`
            : nothing
      }</div>`;
  }

  /** @private @param {Step} step @param {'btn' | 'lnk'} look */
  recorded(step, look) {
    return html`<button type="button" class=${look} data-testid="lesson-recorded"
      @click=${() => this.showRecorded(step)}>${this.t('lesson.recorded')}</button>`;
  }

  /** @private @param {Step} step */
  async showRecorded(step) {
    const found = this.lesson && recordedFor(this.lesson, step);
    if (!found) return;
    const title = this.t('lesson.recorded.name', { title: this.lesson?.texts[this.language]?.title });
    const isOpened = step.goals.some((goal) => 'opened' in goal);
    await this.guest?.learn();
    const result = resultOfRecorded(found.recorded, found.study, title, isOpened);
    this.act('import_run', { text: JSON.stringify(result), name: title });
  }
}

define('tp-lesson', TpLesson);
