import { html } from 'lit';
import { Part, define } from './part.js';
import { icon } from './icons.js';
import { count } from '../study/format.js';

/** Speeds that are offered; at 1 the whole path takes PLAYED_IN. */
const SPEEDS = [0.5, 1, 2, 4];
/** The whole path is played in so many ms. */
const PLAYED_IN = 8000;
/** Redraws are at least so many ms apart. */
const FRAME = 1000 / 30;

/** Goes along a path of training: a slider, a step at a time, or by itself once it is told to. */
export class TpScrubber extends Part {
  static properties = {
    ...Part.properties,
    steps: { attribute: false },
    at: { attribute: false },
    playing: { state: true },
    speed: { state: true },
  };

  constructor() {
    super();
    /** @type {number[]} training steps of the path's points */ this.steps = [];
    this.at = 0;
    this.playing = false;
    /** How often as quick as usual. */ this.speed = 1;
    /** @private */ this.frame = 0;
  }

  get last() {
    return this.steps.length - 1;
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
    let drawn = -Infinity;
    this.go(from);
    const tick = (/** @type {number} */ now) => {
      if (!this.playing) return;
      this.frame = requestAnimationFrame(tick);
      if (now - drawn < FRAME - 4) return;
      drawn = now;
      const to = from + ((speed * Math.max(0, now - begun)) / PLAYED_IN) * this.last;
      if (speed !== this.speed) [from, begun, speed] = [to, now, this.speed];
      this.go(Math.min(this.last, Math.floor(to)));
      if (to >= this.last) this.pause();
    };
    this.frame = requestAnimationFrame(tick);
  }

  /** @private */
  pause() {
    cancelAnimationFrame(this.frame);
    this.playing = false;
  }

  render() {
    const { at, last, steps, playing } = this;
    const step = this.t('scrub.step_of', { n: count(steps[at]), last: count(steps[last]) });
    const play = this.t(playing ? 'scrub.pause' : 'scrub.play');
    const move = (/** @type {string} */ name, /** @type {number} */ by, /** @type {unknown} */ face) => html`<button
      type="button" class="ib" data-testid="scrub-${name}" aria-label=${this.t(`scrub.${name}`)}
      title=${this.t(`scrub.${name}`)} ?disabled=${by < 0 ? at <= 0 : at >= last}
      @click=${() => this.step(by)}>${face}</button>`;
    return html`<div class="scrubber" role="group" aria-label=${this.t('scrub.scrubber')} data-testid="scrubber">
      <button type="button" class="ib" data-testid="scrub-play" aria-label=${play} title=${play}
        @click=${this.play}>${icon(playing ? 'pause' : 'play')}</button>
      ${move('back', -1, icon('earlier'))}${move('on', 1, icon('later'))}
      <input type="range" min="0" max=${last} step="1" .value=${String(at)} data-testid="scrub"
        aria-label=${this.t('scrub.scrubber')} aria-valuetext=${step}
        @input=${(/** @type {Event} */ event) => {
          this.pause();
          this.go(Number(/** @type {HTMLInputElement} */ (event.target).value));
        }}>
      <span class="num" data-testid="scrub-step">${step}</span>
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
