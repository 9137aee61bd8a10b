import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { afterwards } from './path.js';
import { isDone, isReached, openStep, tallyOf } from './progress.js';
import { OWN } from './read.js';

/**
 * @typedef {import('./read.js').Lesson} Lesson
 * @typedef {import('./read.js').Step} Step
 * @typedef {{learn: () => Promise<void>, wholeAt: (lesson: string) => string}} Guest loads the commands of all views,
 *   and knows the address of a lesson in the whole page
 */

/** What stays in sight below a step: how far the whole lesson is, and the ways on. */
export class TpLessonFoot extends Part {
  static properties = {
    ...Part.properties,
    name: { attribute: false },
    lesson: { attribute: false },
    step: { attribute: false },
    guest: { attribute: false },
    progress: { attribute: false },
    tally: { attribute: false },
    titleOf: { attribute: false },
  };

  constructor() {
    super();
    /** The lesson's name. */ this.name = '';
    /** @type {Lesson} */ this.lesson = /** @type {any} */ (undefined);
    /** @type {Step} the one that is open */ this.step = /** @type {any} */ (undefined);
    /** @type {Guest | null} */ this.guest = null;
    /** @type {import('./progress.js').Progress} how far the reader has come */
    this.progress = /** @type {any} */ (undefined);
    /** Goals that are met, so that another one draws this anew. */ this.tally = '';
    /** @type {(step: Step) => string} */ this.titleOf = () => '';
  }

  render() {
    return this.guest ? this.onward(this.guest) : [this.ended(), this.foot()];
  }

  /** @private The step behind this one. */
  get next() {
    const { steps } = this.lesson;
    return steps[steps.indexOf(this.step) + 1];
  }

  /** @private What the last step says of the whole: that it is done, or which goal is open. */
  ended() {
    const { lesson, step } = this;
    if (this.next) return nothing;
    const progress = this.progress.of(this.name);
    const tally = tallyOf(lesson.steps, progress);
    if (isDone({ ...progress, tally }))
      return html`<p class="ended" data-testid="lesson-ended"><b>${this.t('lesson.ended', tally)}</b></p>`;
    const open = openStep(lesson.steps, progress);
    if (!open) return nothing;
    return html`<p class="ended" data-testid="lesson-ended">${this.t('lesson.tally', tally)}
      ${
        open === step
          ? nothing
          : html`<button type="button" class="lnk" data-testid="lesson-open-goal"
            @click=${() => this.go(open)}>${this.t('lesson.open_goal', { title: this.titleOf(open) })}</button>`
      }</p>`;
  }

  /** @private The whole lesson is in the whole page. @param {Guest} guest */
  onward(guest) {
    const { next } = this;
    // A lesson that came with its link is not known there.
    if (this.name === OWN) return nothing;
    return html`<div class="foot"><a class="lnk" target="_blank" rel="noopener"
      data-testid="lesson-onward" title=${this.t('lesson.onward')}
      href=${guest.wholeAt(next ? `${this.name}.${next.name}` : 'path')}>${
        next ? this.t('lesson.next', { title: this.titleOf(next) }) : this.t('lesson.all')
      }</a></div>`;
  }

  /** @private */
  foot() {
    const { lesson, step, next } = this;
    const before = lesson.steps[lesson.steps.indexOf(step) - 1];
    // Behind the last one, the first that is not done.
    const after = this.name === OWN ? undefined : afterwards(this.name, (name) => isDone(this.progress.of(name)));
    const leave = () => this.act('lesson', after ? after.name : 'path');
    // Where nothing is to be trained or met, there is but to read on; the lesson is left when all of it is done.
    const isOver = (next ? [step] : lesson.steps).every(
      (one) => one.goals.length === 0 || isReached(one, this.progress.ofStep(this.name, one.name)),
    );
    const face = `btn ${isOver ? 'p' : ''}`;
    return html`<div class="foot">
      ${
        before
          ? html`<button type="button" class="btn" data-testid="lesson-back"
            @click=${() => this.go(before)}>${this.t('lesson.back')}</button>`
          : nothing
      }<span class="sp"></span>
      ${
        next
          ? html`<button type="button" class=${face} data-testid="lesson-next"
            @click=${() => this.go(next)}>${this.t('lesson.next', { title: this.titleOf(next) })}</button>`
          : html`<button type="button" class=${face} data-testid="lesson-next" @click=${leave}>${
              after ? this.t('lesson.next_lesson', { title: after.title[this.store.lang] }) : this.t('lesson.finish')
            }</button>`
      }
    </div>`;
  }

  /** @private @param {Step} step */
  go(step) {
    this.act('lesson', `${this.name}.${step.name}`);
  }
}

define('tp-lesson-foot', TpLessonFoot);
