import { html, nothing, svg } from 'lit';
import { define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { palette, tokens } from '../../figures/colors.js';
import { count, exact, loss, metric, rate } from '../../study/format.js';
import { isBase, rateAt } from '../../study/race.js';
import { isOut, pointAt, reached, targetOf } from './clock.js';
import { FieldPainter, SIDE, classesOf, extentOf } from './field.js';
import { looksOf, nameOf, shapeOf } from './looks.js';
import { MomentPart } from './moment.js';
import { taskOf } from '../../study/hyperparameters.js';
import { studyOf } from '../../state/race.js';
import { pixelRatio } from '../../platform/pixels.js';

/** A learning rate's slider goes by its logarithm, from and to these. */
const RATES = { least: -6, most: 1, step: 0.05 };
/** While a slider is dragged the race follows at most so often, in ms. */
const FOLLOW = 120;

/** Each contestant: its learning rate, its loss, and what it says of the data's plane. */
export class TpRaceCards extends MomentPart {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['race'];

  constructor() {
    super();
    /** @private @type {(Float32Array | null)[]} */ this.fields = [];
    /** @private the points that the fields are of, and those that are asked for */ this.shown = '';
    /** @private @type {FieldPainter | null} */ this.painter = null;
    /** @private @type {unknown[]} the painter, the fields and the canvases that were painted last */ this.drawn = [];
    /** @private of a field, in px; 0 until it is measured */ this.width = 0;
    /** @private */ this.resizes = new ResizeObserver(() => {
      this.width = 0;
      this.paint();
    });
    /** @private what the painter was made for */ this.painted = '';
    /** @private */ this.asking = false;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.following = undefined;
    /** @private @type {import('../../state/race.js').RaceHead | null} the race that the fields are of */
    this.head = null;
  }

  observe() {
    super.observe();
    this.resizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resizes.disconnect();
    clearTimeout(this.following);
    this.shown = '';
  }

  get paths() {
    const { race } = this.store;
    return race.state === 'failed' ? [] : (race.head?.paths ?? []);
  }

  updated() {
    super.updated();
    void this.ask();
    this.paint();
  }

  moved() {
    void this.ask();
  }

  /** Asks for the fields of the points shown; of many moments in a row the last one counts. @private */
  async ask() {
    const { store, paths, step } = this;
    const data = store.race.head?.data;
    if (!data?.rows.length || this.asking) return;
    const at = paths.map((path, k) => /** @type {[number, number]} */ ([k, pointAt(path.steps, step)]));
    const wanted = JSON.stringify(at);
    if (wanted === this.shown && this.head === store.race.head) return;
    this.asking = true;
    const { head } = store.race;
    const said = this.act('race_fields', { at, side: SIDE, extent: extentOf(data) });
    const fields = (await /** @type {Promise<Float32Array[] | null>} */ (said)) ?? [];
    this.asking = false;
    if (!this.isConnected) return;
    // What was asked for while others trained is there no more.
    if (fields.length === at.length && fields.every((one) => one.length)) this.fields = fields;
    this.shown = wanted;
    this.head = head;
    this.paint();
    void this.ask();
  }

  /** @private */
  paint() {
    const { store } = this;
    const data = store.race.head?.data;
    if (!data?.rows.length) return;
    const grounds = /** @type {NodeListOf<HTMLCanvasElement>} */ (this.querySelectorAll('canvas.ground'));
    const overs = /** @type {NodeListOf<HTMLCanvasElement>} */ (this.querySelectorAll('canvas.rows'));
    const ratio = Math.min(2, pixelRatio());
    if (overs.length !== this.drawn.length - 2) this.width = 0;
    // Asking the layout while the clock moves would cost more than all painting.
    this.width ||= overs[0]?.clientWidth ?? 0;
    const { width } = this;
    if (!width) return;
    const task = taskOf(studyOf(store));
    const key = [width, ratio, store.dark, task, palette.version].join();
    if (!this.painter || key !== this.painted || data !== this.painter.data) {
      const token = tokens(this, store.dark);
      const classes = classesOf(data, task !== 'numbers');
      const [surface, ink] = [token('--surface'), token('--ink')];
      const look = { classes, dark: store.dark, surface, ink, side: Math.round(width * ratio), ratio };
      this.painter = new FieldPainter(data, look);
      this.painted = key;
    }
    const { painter } = this;
    const { side } = painter.look;
    const drawn = [painter, this.fields, ...grounds];
    if (drawn.every((one, k) => one === this.drawn[k]) && drawn.length === this.drawn.length) return;
    const isOther = painter !== this.drawn[0] || drawn.length !== this.drawn.length;
    this.drawn = drawn;
    for (const [k, ground] of grounds.entries()) {
      const g = ground.getContext('2d');
      const field = this.fields[k];
      if (g && field?.length === SIDE * SIDE) painter.paintField(g, field);
      if (!isOther) continue;
      Object.assign(overs[k], { width: side, height: side });
      const over = overs[k].getContext('2d');
      if (over) painter.paintRows(over);
    }
  }

  render() {
    const { store, paths } = this;
    const { contestants, options } = store.race;
    const looks = looksOf(contestants, options.over);
    const target = targetOf(paths);
    return html`<ul class="cards" data-testid="race-cards">${contestants.map((who, k) =>
      this.card(who, looks[k], paths[k], target, k),
    )}</ul>`;
  }

  /** @private
   * @param {import('../../study/race.js').Contestant} who @param {import('./looks.js').Look} look
   * @param {import('../../state/race.js').RacePath | undefined} path @param {number | null} target
   * @param {number} k */
  card(who, look, path, target, k) {
    const { store } = this;
    const { options, contestants, head } = store.race;
    const t = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => this.t(key, values);
    const name = nameOf(who, options.over, t);
    const at = () => (path ? pointAt(path.steps, this.step) : 0);
    const isGone = () => path !== undefined && isOut(path, this.step);
    const hit = path && target !== null ? reached(path, target) : null;
    const isNetwork = options.ground === 'network';
    const task = taskOf(studyOf(store));
    const end =
      path && path.diverged_at !== null && path.diverged_at !== undefined
        ? t('race.diverged', { step: count(path.diverged_at) })
        : target === null || !path
          ? ''
          : hit === null
            ? t('race.not_reached', { loss: exact(target) })
            : t('race.reached', { loss: exact(target), step: count(hit) });
    return html`<li class="said own-${look.at}" data-testid="race-card" data-key=${who.key}>
      <div class="ch">
        <svg viewBox="-14 -8 28 16" width="28" height="16" aria-hidden="true"><path d="M-14,0H14" fill="none"
          stroke=${look.color} stroke-width="2" stroke-dasharray=${look.dash || nothing} /><path
          d=${shapeOf(look.end, 5)} fill=${look.color} stroke="var(--surface)" /></svg>
        <b class="own">${name}</b>
        <span class="sp"></span>
        <b class="num live" data-testid="race-loss"
          .say=${() => (isGone() || !path ? '–' : loss(path.loss[at()]))}></b>
        ${
          contestants.length > 1
            ? html`<button type="button" class="ib" data-testid="race-remove" aria-label=${t('race.remove', { name })}
              title=${t('race.remove', { name })} @click=${() => this.act('race_remove', k)}>${icon('close')}</button>`
            : nothing
        }
      </div>
      ${this.rateRow(who, name, k)}
      ${
        isNetwork && head?.data?.rows.length
          ? html`<div class="field" role="img" data-testid="race-field"
            aria-label=${t('race.field', {
              name,
              accuracy: task === 'numbers' ? loss(path?.loss[at()]) : metric(path?.accuracy[at()], task),
            })}><canvas class="ground"
            width=${SIDE} height=${SIDE}></canvas><canvas class="rows"></canvas></div>`
          : nothing
      }
      <p class="q2"><span class="live" .say=${() =>
        isNetwork && path && task !== 'numbers' && !isGone()
          ? t('race.accuracy', { value: metric(path.accuracy[at()], 'classes') }) + (end && ' · ')
          : ''}></span>${end}</p>
      ${this.searched(who)}
    </li>`;
  }

  /** The learning rate from the clock's step on, as a slider. @private
   * @param {import('../../study/race.js').Contestant} who @param {string} name @param {number} k */
  rateRow(who, name, k) {
    const { store } = this;
    const { race } = store;
    const study = studyOf(store);
    const now = () => rateAt(study, who, this.fromOf(who));
    const first = isBase(study, race.contestants) ? 'race.rate.base' : 'race.rate';
    const label = () => {
      const from = this.fromOf(who);
      return this.t(from > 0 ? 'race.rate.from' : first, { step: count(from) });
    };
    const input = (/** @type {Event} */ event) => {
      const value = 10 ** Number(/** @type {HTMLInputElement} */ (event.target).value);
      const step = this.fromOf(who);
      clearTimeout(this.following);
      const act = () => this.act('race_rate', { at: k, step, rate: Number(value.toPrecision(2)) });
      if (event.type === 'change') act();
      else this.following = setTimeout(act, FOLLOW);
    };
    return html`<div class="rate">
      <label><span class="k live" .say=${label}></span> <span class="num live" .say=${() => rate(now())}></span>
        <input type="range" class="live" min=${RATES.least} max=${RATES.most} step=${RATES.step}
          .say=${() => String(Math.log10(Math.max(1e-12, now())))} data-testid="race-rate"
          ?disabled=${race.state === 'tuning'} aria-label="${name}: ${label()}"
          aria-valuetext=${rate(now())} @input=${input} @change=${input}></label>
      ${
        who.changes.length
          ? html`<p class="q2" data-testid="race-changes">${who.changes
              .map(([step, value]) => this.t('race.change', { step: count(step), rate: rate(value) }))
              .join(', ')} <button type="button" class="lnk" data-testid="race-steady"
              @click=${() => this.act('race_steady', k)}>${this.t('race.steady')}</button></p>`
          : nothing
      }
    </div>`;
  }

  /** The step from which a changed rate counts: the clock's, but at its end that of the last change, which is the
   * start where there is none. @private @param {import('../../study/race.js').Contestant} who */
  fromOf({ changes }) {
    const last = Math.max(0, ...this.paths.map((path) => path.last));
    return this.step >= last ? (changes.at(-1)?.[0] ?? 0) : Math.round(this.step);
  }

  /** The rates that were tried for a contestant, lowest loss marked. @private
   * @param {import('../../study/race.js').Contestant} who */
  searched({ search }) {
    if (!search) return nothing;
    const known = search.losses.filter((one) => one !== null).map(Number);
    if (!known.length) return html`<p class="q2">${this.t('race.search.none')}</p>`;
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const height = (/** @type {number} */ one) =>
      high > low ? 4 + (16 * (Math.log(high) - Math.log(one))) / (Math.log(high) - Math.log(low) || 1) : 12;
    const best = search.losses.findIndex((one) => one === low);
    // At an end of what was tried a better one may lie beyond.
    const isEdge = best === 0 || best === search.losses.length - 1;
    const text = this.t(isEdge ? 'race.search.edge' : 'race.search', {
      n: search.rates.length,
      rate: rate(search.rates[best]),
    });
    return html`<p class="q2 searched" data-testid="race-search"><svg viewBox="0 0 ${10 * search.rates.length} 22"
      width=${10 * search.rates.length} height="22" aria-hidden="true">${search.losses.map((one, k) =>
        one === null
          ? svgCross(10 * k + 4)
          : svgBar(10 * k + 1, Number.isFinite(height(one)) ? height(one) : 12, k === best),
      )}</svg> ${text}</p>`;
  }
}

/** @param {string} d @param {string} fill @param {string} stroke */
const svgOf = (d, fill, stroke) => svg`<path d=${d} fill=${fill} stroke=${stroke} />`;
/** @param {number} x @param {number} tall @param {boolean} isBest */
const svgBar = (x, tall, isBest) =>
  svgOf(`M${x},${22 - tall}h7V22h-7Z`, isBest ? 'var(--own)' : 'var(--line-2)', 'none');
/** @param {number} x */
const svgCross = (x) => svgOf(`M${x - 3},14l6,6m0,-6l-6,6`, 'none', 'var(--mark)');

define('tp-race-cards', TpRaceCards);
