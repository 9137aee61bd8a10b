import { html, nothing, svg } from 'lit';
import { Part, define } from '../../controls/part.js';
import { count, duration, loss, setting, short } from '../../study/format.js';
import { SEEDS } from '../../study/map.js';
import { closer } from '../../study/pixels.js';
import { DIVERGED, SLOW, TRAINED } from '../../state/map.js';
import { depthColor } from '../../figures/colors.js';
import { ochreColor, scaleOf, slowColor } from './paint.js';
import { curvePath } from './curve.js';
import { axisName, percent, pixelText, settingsOf, worksOf } from './words.js';

/** Stops of a ramp. */
const STOPS = [0, 0.25, 0.5, 0.75, 1];

/** Beside the map: how close it is, what its colours mean, what became of its networks, and one pixel's run. */
export class TpMapFacts extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['map', 'selection', 'run', 'study'];

  render() {
    const { map } = this.store;
    return html`<section class="facts" aria-label=${this.t('map.facts')} data-testid="map-facts">
      ${this.pixel()}${this.window()}${this.colors()}${map.done ? this.counts() : nothing}${this.about()}
    </section>`;
  }

  /** @private @param {string} key @param {unknown} value @param {string} name */
  fact(key, value, name) {
    return html`<div><dt>${this.t(key)}</dt><dd data-testid="map-fact-${name}">${value}</dd></div>`;
  }

  /** The windows that led here. @private */
  window() {
    const { map } = this.store;
    const { history, ranges } = map;
    if (!ranges) return nothing;
    const [first] = history;
    const times = (/** @type {import('../../study/map.js').Ranges} */ part) =>
      first ? Math.sqrt(closer(first.ranges.x, part.x) * closer(first.ranges.y, part.y)) : 1;
    const text = (/** @type {number} */ x) => `×${x >= 100 ? short(x) : Number(x.toPrecision(2))}`;
    return html`<h2>${this.t('map.where')}</h2>
      <p class="q2">${this.t('map.zoom')}</p>
      ${
        history.length
          ? html`<div class="windows" role="group" aria-label=${this.t('map.where')}>${history.map(
              (one, at) =>
                html`<button type="button" class="btn" data-testid="map-window" @click=${() =>
                  this.act('map_back', at)}>${text(times(one.ranges))}</button>`,
            )}<b data-testid="map-times">${text(times(ranges))}</b><span class="sp"></span><button type="button"
              class="btn" data-testid="map-back" @click=${() => this.act('map_back', undefined)}>${this.t(
                'map.back',
              )}</button></div>`
          : nothing
      }`;
  }

  /** @private */
  colors() {
    const { dark, map: own } = this.store;
    const map = own.n ? own : null;
    const ramp = (/** @type {string} */ name, /** @type {(share: number) => string} */ color) =>
      html`<svg class="ramp-of" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><defs><linearGradient
        id="map-ramp-${name}">${STOPS.map(
          (at) => svg`<stop offset=${at} stop-color=${color(at)}></stop>`,
        )}</linearGradient></defs><rect width="100" height="8" fill="url(#map-ramp-${name})"></rect></svg>`;
    const scale = map && scaleOf(map, map.head?.limit ?? null);
    return html`<h2>${this.t('map.colors')}</h2>
      <div class="key">${ramp('depth', (at) => depthColor(at, dark))}
        <span><span>${this.t('map.key.trained')} ${scale ? loss(scale.worst) : ''}</span><span>${
          scale && own.counts[TRAINED] ? loss(scale.best) : ''
        }</span></span></div>
      <div class="key"><svg class="ramp-of" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect
        width="100" height="8" fill=${slowColor(dark)}></rect></svg><span><span>${this.slowText()}</span></span></div>
      <div class="key">${ramp('ochre', (at) => ochreColor(at, dark))}
        <span><span>${this.t('map.key.at_once')}</span><span>${this.t('map.key.late')}</span></span></div>`;
  }

  /** @private */
  slowText() {
    const { head } = this.store.map;
    if (!head || head.limit === null) return this.t('map.key.slow');
    return this.t('map.key.slow.above', { score: this.t(`score.${head.metric}`), limit: loss(head.limit) });
  }

  /** @private */
  counts() {
    const { map } = this.store;
    const { counts, done, seconds, taken } = map;
    const rate = seconds > 0 ? taken / seconds : NaN;
    return html`<h2>${this.t('map.outcomes')}</h2><dl>
      ${this.fact('map.trained', percent(counts[TRAINED], done), 'trained')}
      ${this.fact('map.slow', percent(counts[SLOW], done), 'slow')}
      ${this.fact('map.diverged', percent(counts[DIVERGED], done), 'diverged')}
      ${this.fact('map.networks', count(done), 'networks')}
      ${seconds > 0 ? this.fact('map.seconds', duration(seconds), 'seconds') : nothing}
      ${Number.isFinite(rate) ? this.fact('map.rate', this.t('map.rate.of', { rate: short(rate) }), 'rate') : nothing}
      ${map.backend ? this.fact('map.backend', map.backend.backend === 'gpu' ? 'GPU' : 'CPU', 'backend') : nothing}
    </dl>${map.options?.y === SEEDS ? this.works() : nothing}`;
  }

  /** Which values of x every seed has trained with. @private */
  works() {
    const { map } = this.store;
    const [nx, ny] = map.size;
    const { runs } = worksOf(map, nx, ny);
    const { head, options } = map;
    if (!head || !options) return nothing;
    const name = axisName(this.store, options.x);
    const [run] = runs;
    const text = run
      ? this.t('map.works', {
          name,
          n: count(ny),
          low: setting(head.x.values[run[0]]),
          high: setting(head.x.values[run[1]]),
        })
      : this.t('map.works.none', { name });
    return html`<p data-testid="map-works">${text}</p>`;
  }

  /** A pixel's run: trained by itself, to the same bits. @private */
  pixel() {
    const { store } = this;
    const { pixel, options } = store.map;
    if (!pixel || !options) return nothing;
    const { trial, done } = pixel;
    const params = Object.fromEntries(settingsOf(store, pixel.index).filter(([name]) => name !== SEEDS));
    const { epochs } = trial;
    const last = epochs.length;
    const value = (/** @type {'train_loss' | 'validation_loss'} */ name) => loss(last ? epochs.measure(name) : NaN);
    return html`<div class="bar-title"><h2>${this.t('map.pixel')}</h2><button type="button" class="ib"
        aria-label=${this.t('map.pixel.close')} title=${this.t('map.pixel.close')} data-testid="map-pixel-close"
        @click=${() => this.act('map_forget_pixel')}>×</button></div>
      <p data-testid="map-pixel">${pixelText(store, pixel.index)}</p>
      ${
        done
          ? html`<figure class="curve"><svg viewBox="0 0 240 96" role="img" aria-label=${this.t('map.curve', {
              n: count(last),
              train: value('train_loss'),
              validation: value('validation_loss'),
            })} data-testid="map-curve">
              <path d="M0.5 0V95.5H240" fill="none" stroke="var(--line-2)"></path>
              ${curvePath(epochs, 'train_loss', 240, 96).map(
                (d) => svg`<path d=${d} fill="none" stroke="var(--ink-2)" stroke-dasharray="4 3"></path>`,
              )}
              ${curvePath(epochs, 'validation_loss', 240, 96).map(
                (d) => svg`<path d=${d} fill="none" stroke="var(--accent)" stroke-width="2"></path>`,
              )}</svg>
              <figcaption class="q2">${
                last
                  ? this.t('map.curve.key', { train: value('train_loss'), validation: value('validation_loss') })
                  : this.t('map.curve.none', { step: count(trial.diverged_at ?? 1) })
              }</figcaption></figure>`
          : html`<p class="q2" role="status">${this.t('map.pixel.training')}</p>`
      }
      ${
        Object.keys(params).length
          ? html`<button type="button" class="btn" data-testid="map-take" ?disabled=${store.readOnly}
              title=${store.readOnly ? this.t('run.read_only') : nothing}
              @click=${() => this.act('map_take', params)}>${this.t('map.take')}</button>`
          : nothing
      }`;
  }

  /** @private */
  about() {
    const { store } = this;
    const { map } = store;
    const isOther = map.trial !== null && Object.keys(store.shownStudy.space ?? {}).length > 0;
    return html`<h2>${this.t('map.about')}</h2>
      <p class="q2">${this.t(map.options?.y === SEEDS ? 'map.about.seeds' : 'map.about.pixels')}${
        isOther ? ` ${this.t('map.about.trial', { number: map.trial })}` : ''
      }</p>
      <p class="q2">${this.t('map.fractal.about')}</p>
      <button type="button" class="btn" data-testid="map-fractal" ?disabled=${store.readOnly}
        @click=${async () => {
          await this.act('map_fractal');
          this.act('map_anew', false);
        }}>${this.t('map.fractal')}</button>`;
  }
}

define('tp-map-facts', TpMapFacts);
