import { html } from 'lit';
import { Part, define } from './part.js';
import { icon } from './icons.js';
import { count } from '../study/format.js';
import { rewrite } from './rewrite.js';

/** Speeds that are offered; at 1 the whole path takes PLAYED_IN. */
const SPEEDS = [0.5, 1, 2, 4];
/** The whole path is played in so many ms. */
const PLAYED_IN = 8000;
/** Redraws are at least so many ms apart. */
const FRAME = 1000 / 30;
/** Half a screen's frame, and what timers are late. */
const EARLY = 12;
/** While it plays the step is written at most so often, in ms. */
const READ = 125;

/** Goes along a path of training: a slider, a step at a time, or by itself once it is told to. */
export class TpScrubber extends Part {
  static properties = {
    ...Part.properties,
    steps: { attribute: false },
    playing: { state: true },
    speed: { state: true },
  };

  constructor() {
    super();
    /** @type {number[]} training steps of the path's points */ this.steps = [];
    /** @private */ this.place = 0;
    this.playing = false;
    /** How often as quick as usual. */ this.speed = 1;
    /** @private */ this.frame = 0;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.next = undefined;
    /** @private when the step was written last */ this.written = -Infinity;
  }

  get last() {
    return this.steps.length - 1;
  }

  /** The point that is looked at. It is only written: while the path plays nothing is drawn anew. */
  get at() {
    return this.place;
  }

  set at(at) {
    if (at === this.place) return;
    this.place = at;
    this.write();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.pause();
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    // Another path is not the one that was played.
    if (changed.has('steps') && this.playing) this.pause();
  }

  updated() {
    this.write();
  }

  /** @private */
  write() {
    const slider = /** @type {HTMLInputElement | null} */ (this.querySelector('input'));
    if (!slider) return;
    const { at, last, steps } = this;
    const now = performance.now();
    if (this.playing && now - this.written < READ) return;
    this.written = now;
    slider.value = String(at);
    for (const [name, isEnd] of /** @type {const} */ ([
      ['back', at <= 0],
      ['on', at >= last],
    ])) {
      const button = /** @type {HTMLButtonElement | null} */ (this.querySelector(`[data-testid="scrub-${name}"]`));
      if (button && button.disabled !== isEnd) button.disabled = isEnd;
    }
    const step = this.t('scrub.step_of', { n: count(steps[at]), last: count(steps[last]) });
    slider.setAttribute('aria-valuetext', step);
    const word = /** @type {HTMLElement} */ (this.querySelector('.step'));
    rewrite(word, step);
  }

  /** @private @param {number} to */
  go(to) {
    const at = Math.max(0, Math.min(this.last, Math.round(to) || 0));
    if (at !== this.at) this.dispatchEvent(new CustomEvent('scrub', { detail: at }));
  }

  /** @private @param {number} by */
  step(by) {
    this.pause();
    this.go(this.at + by);
  }

  /** @private */
  play() {
    if (this.playing) {
      this.pause();
      return;
    }
    this.playing = true;
    // A change of speed goes on from where it was.
    let from = this.at >= this.last ? 0 : this.at;
    let { speed } = this;
    let begun = performance.now();
    this.go(from);
    const tick = (/** @type {number} */ now) => {
      const to = from + ((speed * Math.max(0, now - begun)) / PLAYED_IN) * this.last;
      if (speed !== this.speed) [from, begun, speed] = [to, now, this.speed];
      this.go(Math.min(this.last, Math.floor(to)));
      if (to >= this.last) this.pause();
      else this.next = setTimeout(ask, FRAME - EARLY);
    };
    // The browser is asked for a frame just before it is due: each one that it makes costs, also one without news.
    const ask = () => {
      this.frame = requestAnimationFrame(tick);
    };
    ask();
  }

  /** @private */
  pause() {
    clearTimeout(this.next);
    cancelAnimationFrame(this.frame);
    this.playing = false;
  }

  render() {
    const { last, playing } = this;
    const play = this.t(playing ? 'scrub.pause' : 'scrub.play');
    const move = (/** @type {string} */ name, /** @type {number} */ by, /** @type {unknown} */ face) => html`<button
      type="button" class="ib" data-testid="scrub-${name}" aria-label=${this.t(`scrub.${name}`)}
      title=${this.t(`scrub.${name}`)} @click=${() => this.step(by)}>${face}</button>`;
    return html`<div class="scrubber" role="group" aria-label=${this.t('scrub.scrubber')} data-testid="scrubber">
      <button type="button" class="ib" data-testid="scrub-play" aria-label=${play} title=${play}
        @click=${this.play}>${icon(playing ? 'pause' : 'play')}</button>
      ${move('back', -1, icon('earlier'))}${move('on', 1, icon('later'))}
      <input type="range" min="0" max=${last} step="1" data-testid="scrub" aria-label=${this.t('scrub.scrubber')}
        @input=${(/** @type {Event} */ event) => {
          this.pause();
          this.go(Number(/** @type {HTMLInputElement} */ (event.target).value));
        }}>
      <span class="num step" data-testid="scrub-step"></span>
      <select class="field-input" data-testid="scrub-speed" aria-label=${this.t('scrub.speed')}
        title=${this.t('scrub.speed')}
        @change=${(/** @type {Event} */ event) => {
          this.speed = Number(/** @type {HTMLSelectElement} */ (event.target).value);
        }}>${SPEEDS.map(
          (speed) => html`<option value=${speed} ?selected=${speed === this.speed}>${speed}×</option>`,
        )}</select>
    </div>`;
  }
}

define('tp-scrubber', TpScrubber);
