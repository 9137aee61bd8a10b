import { html, nothing } from 'lit';
import { Beat, Part, define } from '../../controls/part.js';
import { icon, stateMark } from '../../controls/icons.js';
import { contrast } from '../../study/contrast.js';
import { BY_NAME, sweptOf, taskOf, used, valueOf } from '../../study/hyperparameters.js';
import { count, loss } from '../../study/format.js';
import { OUTCOMES } from '../../state/map.js';
import { shownOf } from '../../state/measure.js';
import { lookOf } from '../../state/score.js';
import { deeperEpochs } from '../../study/plan.js';
import { originIn } from '../../study/search.js';
import { evaluationsOf } from '../../state/trials.js';
import { measureText, metricName, scoreName, scoreText } from '../../state/spread.js';
import { tieReason, tied, tiesOf } from '../../state/ties.js';

/** @typedef {import('../../study/types.js').Study} Study @typedef {import('../../study/types.js').Trial} Trial */

/** What a trial has for a hyperparameter: drawn, or its study's. @param {Study} study @param {Trial} trial
 * @param {string} name */
function takenIn(study, { params }, name) {
  const one = BY_NAME.get(name);
  return params[name] ?? (one && used(one, study) ? valueOf(one, study) : undefined);
}

/** The hyperparameters in which trials of two studies may differ. @param {Study} a @param {Study} b */
const namesOf = (a, b) => [
  ...new Set([
    ...[b, a].flatMap((one) => sweptOf(one).map(({ name }) => name)),
    ...(a === b ? [] : contrast(a, b).flatMap(({ key }) => (key.startsWith('hp.') ? [key.slice(3)] : []))),
  ]),
];

/** The line that stays the same between views: which trial is marked, and what it is. Hovering previews another. */
export class TpSelection extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['selection', 'brush', 'trials', 'run', 'test', 'study', 'map'];

  constructor() {
    super();
    /** @private */ this.beat = new Beat();
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (this.beat.due(this.store, topics)) this.requestUpdate();
  }

  render() {
    const { store } = this;
    this.beat.marked = store.selected?.number;
    const pixel = store.view === 'map' ? (store.map.peek ?? store.map.pixel?.index ?? null) : null;
    if (pixel !== null && pixel < store.map.n) return this.pixel(pixel);
    const peeked = store.hovered === null ? null : (store.trials.get(store.hovered) ?? null);
    const trial = peeked ?? store.selected;
    if (!trial)
      return html`<div class="sels"><div class="sel" data-testid="selection" role="group"
        aria-label=${this.t('selection')} tabindex="0"><span class="q">${this.t('selection.none')}</span></div>
        ${this.pinned(null)}</div>`;
    const last = trial.epochs.at(-1);
    const at = trial.kept_epoch ? 'table.kept' : 'selection.at';
    const look = lookOf(store, trial);
    // What is the score already is not said twice.
    const other = store.objective.metric === 'validation_metric' ? 'validation_loss' : 'validation_metric';
    const peeking = peeked !== null && peeked !== store.selected;
    const best = trial.number === store.best && look !== 'untrained';
    return html`<div class="sels"><div class="sel ${peeking ? 'peek' : ''}" data-testid="selection"
      data-trial=${trial.number}
      role="group" aria-label=${this.t('selection')} tabindex="0">
      <span class="id">${this.t('trial.number', { number: trial.number })}${
        best
          ? html` <span
            class="q2 light">${this.t(store.bestSoFar ? 'selection.best_so_far' : 'selection.best')}</span>`
          : nothing
      }${this.ties(trial)}</span>
      ${this.line(html`${
        look === 'complete'
          ? nothing
          : html`<span class="st"
            data-look=${look}>${stateMark(look)}${this.t(`state.${look}`)}</span>`
      }
      ${this.origin(trial)}
      ${this.pair(scoreName(store), html`<b data-testid="selection-score">${scoreText(store, trial)}</b>`)}
      ${last ? html`<span class="c3">${this.pair(this.t(at), String(last.epoch))}</span>` : nothing}
      ${
        last
          ? this.pair(
              other === 'validation_loss' ? this.t('score.validation_loss') : metricName(store),
              measureText(last, other, store.task),
            )
          : nothing
      }
      ${this.gap(trial)}
      ${sweptOf(store.shownStudy)
        .filter((one) => one.name in trial.params)
        .map((one) => this.pair(one.label[store.lang], store.setting(trial.params[one.name])))}
      ${store.trials.costly ? this.pair(this.t('table.evaluations'), count(evaluationsOf(trial))) : nothing}`)}
      ${this.brush()}
      <span class="acts">${this.sharp(trial)}${this.pin(trial)}${this.door(trial)}${this.hand(trial)}</span>
    </div>${this.pinned(trial)}</div>`;
  }

  /** A pixel of the trainability map, on which the line describes it. @param {number} index */
  pixel(index) {
    const { map } = this.store;
    const [nx] = map.size;
    const place = { x: count((index % nx) + 1), y: count(Math.floor(index / nx) + 1) };
    const values = { loss: loss(map.losses[index]), step: count(map.steps[index]) };
    return html`<div class="sels"><div class="sel peek" data-testid="selection" data-pixel=${index} role="group"
      aria-label=${this.t('selection')} tabindex="0">
      <span class="id">${this.t('map.pixel.of', place)}</span>
      ${this.line(html`<b>${this.t(`map.said.${OUTCOMES[map.known[index]]}`, values)}</b>
      ${map
        .settingsOf(index)
        .map(([name, value]) =>
          this.pair(BY_NAME.has(name) ? this.store.label(name) : this.t('map.seeds'), this.store.setting(value)),
        )}`)}
    </div></div>`;
  }

  /** How sharp the loss is along the selected trial's training, and why it diverged; as {@link pin}.
   * @param {Trial} trial */
  sharp(trial) {
    const { store } = this;
    const key = trial.state === 'diverged' ? 'selection.why' : 'selection.sharpness';
    if (!store.whole || !(trial.epochs.length || trial.state === 'diverged')) return nothing;
    return html`<button type="button" class="lnk" data-testid="open-sharpness" ?disabled=${trial !== store.selected}
      title=${this.t(`${key}.title`)} @click=${() => this.act('sharpness')}>${this.t(key)}</button>`;
  }

  /** The trial goes on by hand; as {@link pin}. @param {Trial} trial */
  hand(trial) {
    const { store } = this;
    if (!store.whole || !(trial.epochs.length || trial.state === 'diverged')) return nothing;
    return html`<button type="button" class="lnk" data-testid="continue-by-hand" ?disabled=${trial !== store.selected}
      title=${this.t('selection.hand.title')} @click=${() => this.act('hand', true)}>${this.t(
        'selection.hand',
      )}</button>`;
  }

  /** The way to the trial's network, from all views but its own. @param {Trial} trial */
  door(trial) {
    const { store } = this;
    if (!store.whole || store.view === 'model') return nothing;
    return html`<button type="button" class="lnk" data-testid="open-model" title=${this.t('selection.model.title')}
      ?disabled=${trial !== store.selected}
      @click=${() => this.act('open_model', null)}>${this.t('selection.model')}</button>`;
  }

  /** Whether the sampler drew the trial at random, or suggested it. @param {Trial} trial */
  origin({ number }) {
    const origin = originIn(this.store.shownStudy, number);
    return origin ? html`<span class="q2" data-testid="origin">${this.t(`origin.${origin}`)}</span>` : nothing;
  }

  /** Pins the selected trial; a trial that is only hovered keeps the room of the button. @param {Trial} trial */
  pin(trial) {
    const { store } = this;
    if (!store.whole) return nothing;
    const isPinned = store.pinned?.trial === store.selected;
    return html`<button type="button" class="ib" data-testid="pin-trial" aria-pressed=${isPinned}
      ?disabled=${trial !== store.selected} title=${this.t('selection.pin.title')}
      @click=${() => this.act('pin_trial')}>${icon('pin')}${this.t(
        isPinned ? 'selection.unpin' : 'selection.pin',
      )}</button>`;
  }

  /** The pinned trial, and in what it differs from the one above it. @param {Trial | null} trial */
  pinned(trial) {
    const { store } = this;
    const { pinned } = store;
    if (!pinned || pinned.trial === store.selected) return nothing;
    const { letter, study, trial: own } = pinned;
    const last = own.epochs.at(-1);
    const measure = (/** @type {'validation_loss' | 'validation_metric'} */ name, /** @type {string} */ key) =>
      last ? this.pair(this.t(key), measureText(last, name, taskOf(study))) : nothing;
    return html`<div class="sel pinned" data-testid="pinned" data-trial=${own.number} role="group" tabindex="0"
      aria-label=${this.t('selection.pinned')}>
      <span class="id">${this.t('selection.pinned.of', { letter, number: own.number })}</span>
      ${this.line(html`${
        own.state === 'complete' ? nothing : html`<span class="st">${this.t(`state.${own.state}`)}</span>`
      }
      ${measure('validation_loss', 'score.validation_loss')}
      ${measure('validation_metric', `metric.${taskOf(study)}`)}
      ${namesOf(study, store.shownStudy).map((name) => {
        const value = takenIn(study, own, name);
        const differs = trial !== null && String(value) !== String(takenIn(store.shownStudy, trial, name));
        return html`<span class=${differs ? 'differs' : ''} data-differs=${differs}><span
          class="k">${store.label(name)}</span> ${store.setting(value)}${
            differs ? html`<span class="vh"> (${this.t('selection.differs')})</span>` : nothing
          }</span>`;
      })}`)}
      <button type="button" class="ib" data-testid="unpin" aria-label=${this.t('selection.unpin')}
        title=${this.t('selection.unpin')} @click=${() => this.act('unpin_trial')}>${icon('close')}</button>
    </div>`;
  }

  /** Beside the best how many trials tie with it, and beside those that they do; why, on hover.
   * @param {import('../../study/types.js').Trial} trial */
  ties({ number }) {
    const ties = tiesOf(this.store);
    const n = ties?.numbers.size ?? 0;
    if (!ties || !n || !(number === ties.best || ties.numbers.has(number))) return nothing;
    const text = tied(this.store, ties, number === ties.best ? '.mark' : '.with');
    return html` <span class="q2 light" data-testid="selection-ties"
      title=${tieReason(this.store, ties)}>${text}</span>`;
  }

  /** The gap, where it colours the surface. @param {import('../../study/types.js').Trial} trial */
  gap(trial) {
    const shown = shownOf(this.store);
    return shown.name === 'gap' ? this.pair(shown.label, shown.text(trial)) : nothing;
  }

  /** How much the brush holds, and what can be done with it. */
  brush() {
    const { store } = this;
    if (!store.brush) return nothing;
    const counts = { done: count(store.brushedCount()), n: count(store.trials.size) };
    const none = store.emptySide();
    const able = !store.readOnly && store.narrowedStudy() !== null;
    const why = store.readOnly
      ? this.t('run.read_only')
      : none
        ? this.t(none.key, { name: store.label(none.name) })
        : this.t('brush.nothing');
    return html`<span class="brush"
      data-testid="brush">${['c3', 'not-c3'].map(
        (name) => html`<span
          class=${name}>${this.t(name === 'c3' ? 'brush.count' : 'figure.partial', counts)}</span>`,
      )}
      ${none && !store.readOnly ? html`<span class="q" data-testid="no-narrow">${why}</span>` : nothing}
      <button type="button" class="btn" data-testid="narrow" ?disabled=${!able} title=${able ? nothing : why}
        @click=${() => this.act('narrow')}>${this.t('brush.narrow')}</button>
      <button type="button" class="btn" data-testid="run-box" ?disabled=${!able || store.state !== 'idle'}
        title=${able ? this.t('brush.run_box.title', { epochs: deeperEpochs(store.study) }) : why}
        @click=${() => this.act('run_box')}>${this.t('brush.run_box')}</button>
      ${
        store.brushedCount() > 1
          ? html`<button type="button" class="btn" data-testid="race-these"
            @click=${() => this.act('race_these')}>${this.t('brush.race')}</button>`
          : nothing
      }
      <button type="button" class="ib" data-testid="unbrush" aria-label=${this.t('brush.clear')}
        title=${`${this.t('brush.clear')} (Esc)`}
        @click=${() => this.act('unbrush')}>${icon('close')}</button></span>`;
  }

  /** What ends with an ellipsis where it has no room, and is then whole as a title, and once the line has the focus.
   * @param {unknown} parts */
  line(parts) {
    return html`<span class="line" @pointerenter=${(/** @type {any} */ { target }) => {
      target.title =
        target.scrollWidth > target.clientWidth
          ? [...target.children].map((/** @type {HTMLElement} */ { innerText }) => innerText).join(', ')
          : '';
    }}>${parts}</span>`;
  }

  /** @param {string} key @param {unknown} text */
  pair(key, text) {
    return html`<span><span class="k">${key}</span> ${text}</span>`;
  }
}

define('tp-selection', TpSelection);
