import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { folded } from '../../controls/folded.js';
import { segmented } from '../../controls/segmented.js';
import { count } from '../../study/format.js';
import { ownFeatures } from '../../study/hyperparameters.js';
import { keyOf } from '../../study/same.js';
import { MOST, OVER, OVER_CLASSICS, STEPS, joiners } from '../../study/race.js';
import { GROUNDS, wordsOf } from '../../state/race.js';
import shared from '../../figures/ground/style.css?inline';
import '../../controls/tp-scrubber.js';
import { stopsOf } from './clock.js';
import { nameOf } from './looks.js';
import { Moment } from './moment.js';
import own from './style.css?inline';
import './tp-race-cards.js';
import './tp-race-curves.js';
import './tp-race-facts.js';
import './tp-race-plane.js';

/** The study is raced once it has rested for so long, in ms. */
const REST = 400;
/** Everyone who could join. */
const ALL = 'all';
/** Steps that the list offers. */
const LENGTHS = [100, 200, STEPS.usual, 1000, 2000, 5000];

/** Optimizers, rates, batches, schedules, seeds or trials that leave one start. */
export class TpRaceView extends Part {
  static sheet = `${shared}${own}`;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['race', 'study', 'selection', 'trials', 'run'];
  static properties = { ...Part.properties, log: { state: true } };

  constructor() {
    super();
    /** The stop that is looked at. */ this.at = 0;
    /** @private */ this.moment = new Moment();
    /** Whether losses are drawn by their logarithm. */ this.log = true;
    /** @private @type {number[]} */ this.stops = [0];
    /** @private @type {import('../../state/race.js').RaceHead | null} whose stops these are */ this.head = null;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.resting = undefined;
    /** @private the study that was asked for last, in words */ this.asked = '';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.resting);
    this.asked = '';
    this.act('leave_race');
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const { head } = this.store.race;
    if (head === this.head) return;
    // The clock stays at its step; at the end it stays at the end.
    const step = this.stops[this.at] ?? 0;
    const isEnd = !this.head || this.at === this.stops.length - 1;
    this.head = head;
    this.stops = head?.paths.length ? stopsOf(head.paths) : [0];
    this.seek(isEnd ? this.stops.length - 1 : this.stopAt(step));
  }

  /** The stop at a step, or the one before. @private @param {number} step */
  stopAt(step) {
    const after = this.stops.findIndex((one) => one > step);
    return after < 0 ? this.stops.length - 1 : Math.max(0, after - 1);
  }

  /** All parts go along, without being drawn anew. @private @param {number} at */
  seek(at) {
    this.at = Math.max(0, Math.min(this.stops.length - 1, at));
    const scrubber = /** @type {import('../../controls/tp-scrubber.js').TpScrubber | null} */ (
      this.querySelector('tp-scrubber')
    );
    if (scrubber && scrubber.steps === this.stops) scrubber.at = this.at;
    this.moment.go(this.stops[this.at] ?? 0);
  }

  updated() {
    this.ask();
  }

  /** Races the study that the panel shows: at once when the view is opened, then whenever it has changed. @private */
  ask() {
    const { store } = this;
    const isTrials = store.race.options.over === 'trials';
    // Trials race once there are some, and once they stand.
    if (isTrials && (!store.trials.size || store.state !== 'idle')) return;
    const key = `${keyOf(isTrials ? store.shownStudy : store.study)} ${wordsOf(store.race)}`;
    if (key === this.asked || store.drafts.size) return;
    const isFirst = this.asked === '';
    this.asked = key;
    clearTimeout(this.resting);
    const act = () => this.isConnected && this.act('race', undefined);
    if (isFirst) act();
    else this.resting = setTimeout(act, REST);
  }

  render() {
    const { store } = this;
    const { race } = store;
    // What goes below 0 has no logarithm.
    const log = this.log && race.options.ground !== 'saddle';
    const { moment } = this;
    return html`<div class="race">
      ${this.heading()}
      <tp-race-plane .store=${store} .moment=${moment} .log=${log}></tp-race-plane>
      <tp-race-curves .store=${store} .moment=${moment} .log=${log}
        @seek=${(/** @type {CustomEvent<number>} */ event) => this.seek(this.stopAt(event.detail))}
        @go=${(/** @type {CustomEvent<number>} */ event) => this.seek(this.at + event.detail)}></tp-race-curves>
      <tp-race-cards .store=${store} .moment=${moment}></tp-race-cards>
      <tp-race-facts .store=${store} .moment=${moment}></tp-race-facts>
      ${
        race.head
          ? html`<tp-scrubber .store=${store} .steps=${this.stops} .at=${this.at}
            @scrub=${(/** @type {CustomEvent<number>} */ event) => this.seek(event.detail)}></tp-scrubber>`
          : nothing
      }
    </div>`;
  }

  /** Who races over what, and how far. @private */
  heading() {
    const { store } = this;
    const { race } = store;
    const { options, contestants } = race;
    const canTrials = options.over === 'trials' || store.trials.size > 1;
    const over = OVER.filter((one) =>
      one === 'trials' ? canTrials : options.ground === 'network' || OVER_CLASSICS.includes(one),
    );
    const isNetwork = options.ground === 'network';
    const t = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => this.t(key, values);
    const rest = joiners(options.over, contestants);
    const canTune = isNetwork && options.over !== 'learning_rate' && options.over !== 'trials';
    const select = (
      /** @type {string} */ name,
      /** @type {readonly {value: string, text: string}[]} */ all,
      /** @type {string} */ value,
      /** @type {(value: string) => void} */ act,
    ) => html`<label class="sel-label"><span class="k">${t(`race.${name}`)}</span>
      <select class="field-input" data-testid="race-${name}" .value=${value}
        @change=${(/** @type {Event} */ event) => act(/** @type {HTMLSelectElement} */ (event.target).value)}
        >${all.map((one) => html`<option value=${one.value} ?selected=${one.value === value}>${one.text}</option>`)}
      </select></label>`;
    return html`<div class="race-head">
      ${segmented(
        t('race.over'),
        over.map((value) => ({ value, text: t(`race.over.${value}`) })),
        options.over,
        (value) =>
          value === 'trials'
            ? this.act('race_trials', { fresh: true })
            : this.act('race', { over: value, tuned: false }),
        { testid: 'race-over' },
      )}
      ${folded(
        t('race.more'),
        'race-more',
        html`
      ${
        options.over === 'trials'
          ? nothing
          : select(
              'ground',
              GROUNDS.map((value) => ({ value, text: t(`race.ground.${value}`) })),
              options.ground,
              (value) => this.act('race', { ground: /** @type {any} */ (value), tuned: false }),
            )
      }
      ${
        isNetwork
          ? select(
              'rows',
              ['validation', 'train'].map((value) => ({ value, text: t(`race.rows.${value}`) })),
              options.rows,
              (value) => this.act('race', { rows: /** @type {any} */ (value) }),
            )
          : nothing
      }
      ${
        options.over === 'trials'
          ? nothing
          : select(
              'steps',
              [...new Set([...LENGTHS, options.steps])]
                .sort((a, b) => a - b)
                .map((n) => ({ value: String(n), text: count(n) })),
              String(options.steps),
              (value) => this.act('race', { steps: Number(value) }),
            )
      }
      ${
        rest.length && contestants.length < MOST && options.over !== 'trials'
          ? html`<label class="sel-label"><span class="k">${t('race.add')}</span>
            <select class="field-input" data-testid="race-add" .value=${''} @change=${(/** @type {Event} */ event) => {
              const list = /** @type {HTMLSelectElement} */ (event.target);
              const all = list.value === ALL;
              const value = rest.find((one) => String(one) === list.value);
              list.value = '';
              if (all) this.act('race_all');
              if (value !== undefined) this.act('race_add', value);
            }}><option value="">–</option>${
              options.over === 'optimizer' ? html`<option value=${ALL}>${t('race.all')}</option>` : nothing
            }${rest.map(
              (value) =>
                html`<option value=${String(value)}>${nameOf({ key: String(value) }, options.over, t)}</option>`,
            )}</select></label>`
          : nothing
      }
      ${
        options.ground === 'saddle'
          ? nothing
          : segmented(
              t('race.scale'),
              ['log', 'linear'].map((value) => ({ value, text: t(`race.scale.${value}`) })),
              this.log ? 'log' : 'linear',
              (value) => {
                this.log = value === 'log';
              },
              { testid: 'race-scale' },
            )
      }
`,
      )}
      ${
        canTune
          ? html`<label class="check"><input type="checkbox" data-testid="race-tune" .checked=${options.tuned}
            @change=${(/** @type {Event} */ event) =>
              this.act('race', { tuned: /** @type {HTMLInputElement} */ (event.target).checked })}>
            ${t('race.tune')}</label>`
          : nothing
      }
      ${
        isNetwork && options.over !== 'trials' && ownFeatures(store.study) !== 2
          ? html`<button type="button" class="lnk" data-testid="race-spiral" ?disabled=${store.readOnly}
            title=${t('race.spiral.title')} @click=${() => this.act('race_spiral')}>${t('race.spiral')}</button>`
          : nothing
      }
    </div>`;
  }
}

define('tp-race-view', TpRaceView);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

/** @param {import('../../state/store.js').Store} store */
export const render = (store) => html`<tp-race-view .store=${store}></tp-race-view>`;
