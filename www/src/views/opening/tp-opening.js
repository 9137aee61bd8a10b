import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { setting } from '../../study/format.js';
import { TRAINED } from './example.js';
import { answerTo, endsOf, notchOf, rateOf } from './guess.js';
import sheet from './style.css?inline';

/** A replay takes about so many ms. */
const PLAYED_IN = 6000;
/** It shows at most so many pictures. */
const MOST_PICTURES = 60;
const WAYS = ['log', 'narrow', 'race'];

/** The line above the tabs that leads a first visitor on, and the replay of a run's epochs. */
export class TpOpening extends Part {
  static sheet = sheet;
  static properties = { ...Part.properties, playing: { state: true }, notch: { state: true } };
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['opening', 'trials', 'run', 'study', 'shelf'];

  constructor() {
    super();
    this.playing = false;
    /** The guess on the slider. @type {number | null} */ this.notch = null;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
    /** @private whether a replay was there at the last drawing */ this.replayed = false;
    /** @private @type {import('../../state/opening.js').Step | null} the step at the last drawing */ this.was = null;
    /** @private */ this.still = matchMedia('(prefers-reduced-motion: reduce)');
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.pause();
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    const { store } = this;
    const { step, replay } = store.opening;
    const isOver = (step === 'example' || step === 'guess') && !store.isExample && store.trials.size > 0;
    if (isOver) this.act('opening_doors');
    // Another view shows the run as it ended, and so does whoever begins one.
    if (replay && (store.state !== 'idle' || store.view !== 'sweep')) this.act('replay', null);
    if (topics.has('trials') && topics.size === 1 && !step && !replay) return;
    this.requestUpdate();
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const { replay } = this.store.opening;
    if (replay && !this.replayed && !this.still.matches) this.play();
    if (!replay) this.pause();
    this.replayed = replay !== null;
  }

  /** A question that takes the place of the button has the focus, also where other parts are slow. */
  updated() {
    const { step } = this.store.opening;
    if (step === 'guess' && this.was === 'example')
      /** @type {HTMLElement | null} */ (this.querySelector('.says :is(input, button)'))?.focus();
    this.was = step;
  }

  render() {
    const { store } = this;
    const { step, replay } = store.opening;
    if (!store.whole) return nothing;
    return html`${replay ? this.replay(replay) : nothing}${
      step
        ? html`<section class="opening" data-testid="opening" data-step=${step} aria-label=${this.t('opening')}>
            <div class="says">${this.says(step)}</div>
            <button type="button" class="ib" data-testid="leave-opening" aria-label=${this.t('opening.leave')}
              title=${this.t('opening.leave')} @click=${() => this.act('leave_opening')}>${icon('close')}</button>
          </section>`
        : nothing
    }`;
  }

  /** @private @param {import('../../state/opening.js').Step} step */
  says(step) {
    const { store } = this;
    const isBusy = store.state !== 'idle';
    // The study in the panel is another one than the example's.
    const other = store.stale ? '.other' : '';
    if (step === 'example')
      return html`<span class="stamp" data-testid="example-stamp">${this.t('example')}</span>
        <p>${this.t(`opening.example${other}`, { date: this.date(), n: store.trials.size })}</p>
        <button type="button" class="btn p" data-testid="train-here" ?disabled=${isBusy}
          @click=${() => this.act('train_here')}>${icon('play')}${this.t(`opening.train${other}`)}</button>
        <button type="button" class="btn" data-testid="replay-example" ?disabled=${isBusy || store.opening.replay}
          @click=${() => this.act('replay', 1)}>${icon('replay')}${this.t('replay')}</button>
        <button type="button" class="lnk only-narrow" data-testid="opening-lessons"
          @click=${() => this.act('lesson', 'path')}>${this.t('lessons')}</button>`;
    if (step === 'guess') return this.question();
    if (step === 'running') return html`<p role="status">${this.t('opening.running')}</p>`;
    return html`${this.answer()}${this.doors(isBusy)}`;
  }

  /** @private The day on which the example was trained. */
  date() {
    const day = new Date(`${TRAINED}T12:00:00Z`);
    return day.toLocaleDateString(this.store.lang, {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      timeZone: 'UTC',
    });
  }

  /** @private */
  question() {
    const ends = endsOf(this.store.study);
    if (!ends) return html`${this.skip()}`;
    const [low, high] = [notchOf(ends.low), notchOf(ends.high)];
    const notch = this.notch ?? Math.round((low + high) / 2);
    const rate = rateOf(notch);
    const move = (/** @type {Event} */ event) => {
      this.notch = Number(/** @type {HTMLInputElement} */ (event.target).value);
    };
    return html`<p><b>${this.t('opening.question')}</b> ${this.t('opening.question.how')}</p>
      <label class="rate">${this.store.label('learning_rate')} <input type="range" data-testid="guess-rate" min=${low}
        max=${high} .value=${String(notch)} aria-valuetext=${setting(rate)} @input=${move}><output>${setting(
          rate,
        )}</output></label>
      <button type="button" class="btn p" data-testid="guess"
        @click=${() => this.act('guess', rate)}>${this.t('opening.guess')}</button>${this.skip()}`;
  }

  /** @private */
  skip() {
    return html`<button type="button" class="lnk" data-testid="skip-guess"
      @click=${() => this.act('guess', null)}>${this.t('opening.skip')}</button>`;
  }

  /** @private What came of the guess, while its run is shown. */
  answer() {
    const { store } = this;
    const { guess, run, said, door } = store.opening;
    if (door === 'log' || door === 'narrow') return html`<p role="status">${this.t(`opening.${door}.running`)}</p>`;
    if (said) return html`<p role="status" data-testid="door-said">${this.t(said.key, said.values)}</p>`;
    if (guess === null || store.shelf.shown !== run || !store.trials.size) return nothing;
    const { key, values } = answerTo(store, guess);
    return html`<p role="status" data-testid="answer">${this.t(key, values)}</p>`;
  }

  /** @private @param {boolean} isBusy */
  doors(isBusy) {
    const { store } = this;
    const isSmall = store.opening.said !== null || store.other !== null || store.view !== 'sweep';
    const name = this.t('opening.doors');
    return html`<div class="doors ${isSmall ? 'small' : ''}" role="group" aria-label=${name}>${WAYS.map(
      (one) => html`<button type="button" class="btn door" data-testid="door-${one}"
        ?disabled=${isBusy || store.readOnly || store.opening.door !== ''}
        @click=${() => this.act('door', one)}><b>${this.t(`opening.${one}`)}</b><span>${this.t(
          `opening.${one}.about`,
        )}</span></button>`,
    )}</div>`;
  }

  /** @private @param {import('../../state/opening.js').Replay} replay */
  replay({ epoch, last }) {
    const text = this.t('replay.at', { epoch, last });
    const move = (/** @type {Event} */ event) => {
      this.pause();
      this.act('replay', Number(/** @type {HTMLInputElement} */ (event.target).value));
    };
    return html`<div class="replay" data-testid="replay-bar" role="group" aria-label=${this.t('replay')}>
      ${
        this.still.matches
          ? nothing
          : html`<button type="button" class="btn" data-testid="replay-play"
              @click=${() => (this.playing ? this.pause() : this.play())}>${icon(
                this.playing ? 'pause' : 'play',
              )}${this.t(this.playing ? 'replay.pause' : 'replay.play')}</button>`
      }
      <input type="range" min="1" max=${last} .value=${String(epoch)} aria-label=${this.t('replay.epoch')}
        aria-valuetext=${text} data-testid="replay-epoch" @input=${move}>
      <output data-testid="replay-at">${text}</output>
      <button type="button" class="ib" data-testid="replay-end" aria-label=${this.t('replay.end')}
        title=${this.t('replay.end')} @click=${() => this.act('replay', null)}>${icon('close')}</button></div>`;
  }

  /** @private From the first epoch again, once it has come to the last. */
  play() {
    const { replay } = this.store.opening;
    if (!replay) return;
    this.playing = true;
    if (replay.epoch >= replay.last) this.act('replay', 1);
    this.wait();
  }

  /** @private */
  wait() {
    clearTimeout(this.timer);
    const { replay } = this.store.opening;
    if (!replay) return;
    const pictures = Math.max(1, Math.min(MOST_PICTURES, replay.last - 1));
    this.timer = setTimeout(() => this.go((replay.last - 1) / pictures), PLAYED_IN / pictures);
  }

  /** @private @param {number} by epochs */
  go(by) {
    const { replay } = this.store.opening;
    if (!this.playing || !replay) return;
    const next = Math.min(replay.last, replay.epoch + Math.max(1, Math.round(by)));
    this.act('replay', next);
    if (next < replay.last) this.wait();
    else this.pause();
  }

  /** @private */
  pause() {
    clearTimeout(this.timer);
    this.playing = false;
  }
}

define('tp-opening', TpOpening);
