import { html, nothing } from 'lit';
import { learn } from '../../commands/commands.js';
import { NETWORKS } from '../../commands/networks.js';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { count } from '../../study/format.js';
import { turn } from '../../platform/turns.js';
import { planned } from '../../study/panel.js';
import { partSizes } from '../../study/parts.js';
import shared from '../../figures/ground/style.css?inline';
import '../../controls/tp-scrubber.js';
import { Lens, isFlat, lackOf } from './lens.js';
import own from './style.css?inline';
import './tp-model-boundary.js';
import './tp-model-confusion.js';
import './tp-model-facts.js';
import './tp-model-layers.js';
import './tp-model-mistakes.js';
import './tp-model-network.js';
import './tp-model-residuals.js';
import './tp-model-weights.js';

/**
 * @typedef {import('../../state/model.js').Sight} Sight
 * @typedef {import('./lens.js').Found} Found
 * @typedef {0 | 1} Slot
 */

/** While trials train, the best of them is looked into once it has been the best for so long, in ms. */
const REST = 300;
/** A scrubber that has not moved for so long rests, in ms: rows are judged then. */
const STILL = 180;
/** While something moves rows are judged this often, in ms. */
const JUDGE = 300;
/** A network that has come no farther is looked at again after so long, in ms. */
const AGAIN = 60;

/** Layers of more units are drawn higher. */
const CROWDED = 20;
/** Matrices of more classes than this lie one below the other where there is little room. */
const MANY_CLASSES = 6;

const SLOTS = /** @type {Slot[]} */ ([0, 1]);

/** The last point that lies no later than a step. @param {number[]} steps @param {number} step */
const before = (steps, step) => {
  const after = steps.findIndex((one) => one > step);
  return (after < 0 ? steps.length : after) - 1;
};

/** The next frame; a hidden tab has none, and waits less often. */
const frame = () =>
  new Promise((resolve) => {
    if (document.hidden) setTimeout(resolve, 500);
    else requestAnimationFrame(resolve);
  });

/** What the selected trial's network has learned, and beside it the pinned one's. */
export class TpModelView extends Part {
  static sheet = `${shared}${own}`;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['model', 'selection', 'trials', 'run', 'test', 'study'];
  static properties = { ...Part.properties, at: { state: true } };

  constructor() {
    super();
    this.lenses = SLOTS.map((slot) => new Lens(slot));
    /** The point of the way that is looked at; below 0 the network as it is. */ this.at = -1;
    /** @private what was asked for last, in each place */ this.wanted = ['', ''];
    /** @private @type {ReturnType<typeof setTimeout>[]} */ this.resting = [];
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.stilling = undefined;
    /** @private whether what is there is being asked for, in each place */ this.pulling = [false, false];
    /** @private when the scrubber moved last, in ms */ this.movedAt = -Infinity;
    /** @private @type {number[]} */ this.steps = [0];
    /** @private @type {Sight['head'][]} the networks that were there last: their figures stay while others come */
    this.heads = [null, null];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const one of this.resting) clearTimeout(one);
    clearTimeout(this.stilling);
    this.wanted = ['', ''];
    for (const lens of this.lenses) lens.clear();
    this.act('leave_model');
  }

  /** The trial beside the selected one, where there is one to compare. */
  get beside() {
    const { pinned, selected } = this.store;
    return pinned && selected && pinned.trial !== selected ? pinned : null;
  }

  /** @param {import('lit').PropertyValues} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const { steps } = this.store.model.sights[0].way;
    if (steps !== this.steps) {
      // A step that is looked at stays; the end stays the end.
      const step = this.steps[this.at];
      this.steps = steps;
      if (this.at >= 0) this.seek(before(steps, step));
    }
  }

  updated() {
    for (const slot of SLOTS) {
      this.ask(slot);
      void this.pull(slot);
    }
  }

  /** Asks for the networks that are to be seen. @private @param {Slot} slot */
  ask(slot) {
    const { store } = this;
    const { selected, picked, runs, state } = store;
    const { beside } = this;
    const wanted = slot
      ? beside && { trial: beside.trial, study: beside.study }
      : selected && { trial: selected, study: store.shownStudy };
    const key = wanted ? `${slot ? beside?.letter : runs} ${wanted.trial.number}` : '';
    if (key === this.wanted[slot]) return;
    const isFirst = this.wanted[slot] === '' || !wanted;
    this.wanted[slot] = key;
    clearTimeout(this.resting[slot]);
    const act = () => {
      if (!this.isConnected) return;
      if (!slot) this.at = -1;
      this.lenses[slot].clear();
      this.act('model', { slot, wanted: wanted || null });
    };
    if (isFirst || state === 'idle' || picked !== null) act();
    else this.resting[slot] = setTimeout(act, REST);
  }

  /** Looks at a network until there is nothing new of it. @private @param {Slot} slot */
  async pull(slot) {
    if (this.pulling[slot]) return;
    this.pulling[slot] = true;
    try {
      while (this.isConnected && (await this.look(slot)));
    } finally {
      this.pulling[slot] = false;
    }
  }

  /** Looks once; whether there was something to look at. @private @param {Slot} slot */
  async look(slot) {
    const lens = this.lenses[slot];
    const sight = this.store.model.sights[slot];
    const { head, way } = sight;
    if (sight.state !== 'ready' || !head) return false;
    const now = performance.now();
    lens.at = this.pointOf(slot);
    const isLive = sight.live && lens.at < 0 && this.store.state === 'running';
    const moving = isLive || now - this.movedAt < STILL;
    const judged = !moving || now - lens.judgedAt > JUDGE;
    const end = `${way.steps.length} ${way.same} ${sight.live} ${this.store.state}`;
    const key = JSON.stringify([sight.opened, lens.at, lens.axes, lens.unit, moving, judged || moving, end]);
    if (!isLive && key === lens.key) return false;
    const before = lens.key;
    lens.key = key;
    const asked = lens.asked(head, moving, judged);
    const found = /** @type {(Found & {fresh: boolean}) | null} */ (await this.act('model_look', { slot, asked }));
    if (!this.isConnected) return false;
    // Another network has come meanwhile, which nobody has looked at yet.
    if (sight.opened !== this.store.model.sights[slot].opened) return true;
    if (!found) {
      // Another look took its place, or the network is gone.
      lens.key = before;
      return lens.at !== this.pointOf(slot);
    }
    if (judged) lens.judgedAt = performance.now();
    const isOther = String([lens.found?.axes, lens.found?.unit]) !== String([found.axes, found.unit]);
    const isFirst = lens.found === null;
    lens.take(found);
    await this.show(lens, moving);
    if (isFirst || isOther) this.refresh();
    if (isLive && !found.fresh) await new Promise((resolve) => setTimeout(resolve, AGAIN));
    await frame();
    return true;
  }

  /** Shows what was found: while it moves one figure at a time beside the first, then all, each in a task of its own.
   * @private @param {Lens} lens @param {boolean} moving */
  async show(lens, moving) {
    for (const part of lens.others()) {
      await turn();
      if (!this.isConnected) return;
      part.moved();
      if (moving) return;
    }
  }

  /** Figures that have their first picture are drawn anew. @private */
  refresh() {
    for (const part of this.querySelectorAll('.model figure')) {
      /** @type {import('lit').LitElement} */ (/** @type {unknown} */ (part.parentElement)).requestUpdate?.();
    }
  }

  /** The point of a network's way that is looked at: of the one beside it the one as far along. @private
   * @param {Slot} slot */
  pointOf(slot) {
    if (this.at < 0) return -1;
    if (!slot) return this.at;
    const [own, other] = this.store.model.sights;
    if (!own.head || !other.head) return -1;
    const epoch = (this.steps[this.at] ?? 0) / own.head.epoch_steps;
    const { steps } = other.way;
    const at = before(steps, epoch * other.head.epoch_steps);
    return at === steps.length - 1 ? -1 : Math.max(0, at);
  }

  /** @private @param {number} at */
  seek(at) {
    const last = this.steps.length - 1;
    // The end is the network as it is, which may go on.
    this.at = at >= last || at < 0 ? -1 : at;
    this.movedAt = performance.now();
    clearTimeout(this.stilling);
    this.stilling = setTimeout(() => {
      for (const slot of SLOTS) void this.pull(slot);
      this.refresh();
    }, STILL + 20);
    const scrubber = /** @type {import('../../controls/tp-scrubber.js').TpScrubber | null} */ (
      this.querySelector('tp-scrubber')
    );
    if (scrubber && scrubber.steps === this.steps) scrubber.at = this.at < 0 ? last : this.at;
    for (const slot of SLOTS) void this.pull(slot);
  }

  render() {
    const { store, beside } = this;
    const { sights } = store.model;
    const { steps } = this;
    const last = steps.length - 1;
    return html`<div class="model ${beside ? 'paired' : ''}"
      @aim=${() => SLOTS.forEach((slot) => void this.pull(slot))}>
      <div class="sheets">${beside ? SLOTS.map((slot) => this.sheet(slot, true)) : this.sheet(0, false)}</div>
      ${
        sights[0].state === 'ready' || this.heads[0]
          ? html`<div class="foot">${this.wayThere(sights[0])}${
              // A copy never was what its own seed begins with.
              last > (store.selected?.copy_of ? 1 : 0)
                ? html`<tp-scrubber .store=${store} .steps=${steps} .at=${this.at < 0 ? last : this.at}
                  @scrub=${(/** @type {CustomEvent<number>} */ event) => this.seek(event.detail)}></tp-scrubber>`
                : nothing
            }</div>`
          : nothing
      }
    </div>`;
  }

  /** What there is of the way to a network, where it is not all there. @private @param {Sight} sight */
  wayThere(sight) {
    if (sight.share !== null) return this.progress(sight.share);
    const { selected, state } = this.store;
    const lack = state === 'idle' ? lackOf(sight, selected) : null;
    if (!lack) return nothing;
    if (lack === 'copy')
      return html`<p class="q2 way" data-testid="model-way-copy">${this.t('model.way.copy', {
        number: selected?.number ?? 0,
      })}</p>`;
    return html`<p class="q2 way">${this.t('model.way')} <button type="button" class="lnk" data-testid="model-way"
      @click=${() => this.act('model_again', 0)}>${this.t('model.way.again')}</button></p>`;
  }

  /** @private @param {number} share */
  progress(share) {
    const text = this.t('model.training', { share: `${Math.floor(100 * share)}%` });
    return html`<p class="q2 way" data-testid="model-progress"><progress max="1" value=${share}
      aria-label=${this.t('model.training.name')}></progress> ${text}</p>`;
  }

  /** All of one network. @private @param {Slot} slot @param {boolean} paired */
  sheet(slot, paired) {
    const sight = this.store.model.sights[slot];
    if (sight.state === 'ready') this.heads[slot] = sight.head;
    else if (sight.state !== 'loading') this.heads[slot] = null;
    const head = sight.head ?? this.heads[slot];
    if (!head || sight.state === 'absent' || sight.state === 'failed')
      return html`<div class="sheet">${this.placeholder(slot)}</div>`;
    const { store } = this;
    const lens = this.lenses[slot];
    const boundary = html`<tp-model-boundary .store=${store} .lens=${lens} .paired=${paired}></tp-model-boundary>`;
    const verdict =
      head.task === 'classes'
        ? html`<tp-model-confusion class=${(head.widths.at(-1) ?? 0) > MANY_CLASSES ? 'many' : ''} .store=${store}
            .lens=${lens} .paired=${paired}></tp-model-confusion>`
        : html`<tp-model-residuals .store=${store} .lens=${lens} .paired=${paired}></tp-model-residuals>`;
    const rest = html`<tp-model-mistakes .store=${store} .lens=${lens} .paired=${paired}></tp-model-mistakes>`;
    const facts = html`<tp-model-facts .store=${store} .lens=${lens} .paired=${paired}></tp-model-facts>`;
    const network = html`<tp-model-network class=${Math.max(...head.widths) > CROWDED ? 'many' : ''} .store=${store}
      .lens=${lens} .paired=${paired}></tp-model-network>`;
    const layers = html`<tp-model-layers .store=${store} .lens=${lens} .paired=${paired}></tp-model-layers>`;
    const weights = html`<tp-model-weights .store=${store} .lens=${lens} .paired=${paired}></tp-model-weights>`;
    const flat = isFlat(head);
    const first = flat ? [boundary, facts, verdict, rest] : [verdict, facts, rest, boundary];
    const second = [network, layers, weights];
    // Two networks have a column each, one has two.
    return paired
      ? html`<div class="sheet column">${flat ? first.slice(0, 1) : first.slice(0, 2)}${network}${
          flat ? first.slice(1) : first.slice(2)
        }${layers}${weights}</div>`
      : html`<div class="sheet column">${first}${this.lock()}</div><div class="sheet column">${second}</div>`;
  }

  /** Why there is no network to see, and what can be done about it. @private @param {Slot} slot */
  placeholder(slot) {
    const { store } = this;
    const sight = store.model.sights[slot];
    const { selected } = store;
    if (!slot && !store.trials.size && store.state === 'idle') {
      const n = planned(store.study);
      return html`<div class="blank" data-testid="empty"><p><b>${this.t('empty.title')}</b></p>
        <p>${this.t('empty.body', { n })}</p><button type="button" class="btn p"
          @click=${() => this.act('run')}>${this.t('run.run', { n })}</button></div>`;
    }
    if (!slot && !selected)
      return html`<div class="blank" data-testid="model-none"><p>${this.t('model.none')}</p></div>`;
    const number = sight.trial ?? selected?.number ?? 0;
    if (sight.state === 'failed')
      return html`<div class="blank" role="alert" data-testid="model-failed"><p>${
        sight.problem ? store.sentence(sight.problem) : this.t('model.failed')
      }</p><button type="button" class="btn" data-testid="model-retry"
        @click=${() => this.retry(slot)}>${this.t('model.retry')}</button></div>`;
    if (sight.state === 'absent') return this.absent(slot, sight, number);
    return html`<div class="blank" role="status" data-testid="model-loading"><p>${this.t('model.loading', {
      number,
    })}</p></div>`;
  }

  /** @private @param {Slot} slot @param {Sight} sight @param {number} number */
  absent(slot, sight, number) {
    if (sight.share !== null) return html`<div class="blank">${this.progress(sight.share)}</div>`;
    const { store } = this;
    const trial = slot ? store.pinned?.trial : store.selected;
    const kind = trial?.copy_of
      ? 'copy'
      : !slot && store.isExample
        ? 'example'
        : trial?.state === 'diverged'
          ? 'diverged'
          : 'gone';
    return html`<div class="blank" data-testid="model-absent"><p><b>${this.t(`model.absent.${kind}.title`, {
      number,
    })}</b></p><p>${this.t(`model.absent.${kind}`, { number, epochs: count(trial?.epochs.length ?? 0) })}</p>
      ${
        kind === 'copy'
          ? nothing
          : html`<button type="button" class="btn p" data-testid="model-again"
              @click=${() => this.act('model_again', slot)}>${this.t('model.again', { number })}</button>`
      }</div>`;
  }

  /** @private @param {Slot} slot */
  retry(slot) {
    this.wanted[slot] = '';
    this.ask(slot);
  }

  /** The test set, which stays locked until the reader commits to a trial. @private */
  lock() {
    const { store } = this;
    const n = partSizes(store.shownStudy)[2];
    const [said, act] = store.seen ? ['model.test.seen', 'model.test.look'] : ['model.test', 'model.test.open'];
    return html`<section class="test" aria-label=${this.t('test')}>
      <h2>${icon(store.seen ? 'unlock' : 'lock')} ${this.t(store.seen ? 'test.opened' : 'test.locked')}</h2>
      <p class="q2">${this.t(said, { n: count(n) })}</p>
      <button type="button" class="btn" data-testid="model-test" aria-controls="test-drawer"
        aria-expanded=${store.drawer} @click=${() => this.act('drawer', true)}>${this.t(act)}</button>
    </section>`;
  }
}

learn(NETWORKS);
define('tp-model-view', TpModelView);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

/** @param {import('../../state/store.js').Store} store */
export const render = (store) => html`<tp-model-view .store=${store}></tp-model-view>`;
