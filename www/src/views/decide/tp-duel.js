import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { count, duration } from '../../study/format.js';
import { sweptOf } from '../../study/hyperparameters.js';
import { beliefStudy, heldAt, pastOf } from './belief.js';
import { BUDGETS, CONTESTANTS, MOST_NETWORKS, REPEATS, absent, toldApart } from './duel.js';
import { scoreOf } from '../../study/result.js';
import './tp-duel-curves.js';
import './tp-duel-surfaces.js';
import './tp-projections.js';

/**
 * @typedef {import('./contest.js').Contest} Contest
 * @typedef {import('../../study/types.js').BeliefTold} BeliefTold
 * @typedef {import('../../study/types.js').Trial} Trial
 */

/** Places along each axis of a surface. */
const SIDE = 61;

/** Samplers against each other on one study, at equal budget. */
export class TpDuel extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['trials', 'study', 'run'];
  static properties = {
    ...Part.properties,
    contest: { attribute: false },
    version: { state: true },
    told: { state: true },
    readout: { state: true },
  };

  constructor() {
    super();
    /** @type {Contest} */ this.contest = /** @type {any} */ (undefined);
    this.version = 0;
    /** @type {(BeliefTold | null)[]} */ this.told = [];
    /** @type {[string, string] | null} axes of the surfaces */ this.axes = null;
    this.readout = '';
    /** @private searches that had been done when it last began */ this.had = 0;
    /** @private the surfaces that are there, in words */ this.laid = '';
  }

  updated() {
    this.contest.beside.changed = () => this.version++;
    void this.lay();
  }

  render() {
    const { contest, store } = this;
    if (contest.obstacle === 'nothing')
      return html`<p class="about none" data-testid="duel-none">${this.t('duel.none')}</p>`;
    const { outcome } = contest;
    return html`${this.choices()}${this.begin()}
      ${
        contest.ended
          ? html`${
              contest.isOld
                ? html`<p class="about" data-testid="duel-old">${this.t('duel.old', {
                    dataset: outcome ? store.dataName(outcome.study) : '',
                  })}</p>`
                : nothing
            }<div @read=${(/** @type {CustomEvent<string>} */ event) => {
              this.readout = event.detail;
            }}><tp-duel-curves .store=${store} .contest=${contest} .version=${this.version}></tp-duel-curves></div>
          <p class="q2 about" data-testid="duel-verdict">${this.readout || this.verdict()}</p>
          ${this.repeatRow()}
          <tp-projections .store=${store} .contest=${contest} .version=${this.version}></tp-projections>
          <p class="q2 about">${this.t('projections.about')}</p>
          ${
            sweptOf(/** @type {any} */ (outcome?.study)).length > 1
              ? html`${this.pairRow()}<tp-duel-surfaces .store=${store} .contest=${contest} .told=${this.told}
                .axes=${this.plane} .version=${this.version}></tp-duel-surfaces>`
              : nothing
          }`
          : nothing
      }`;
  }

  /** @private Axes of the surfaces. @returns {string[]} */
  get plane() {
    const { contest } = this;
    const names = sweptOf(contest.outcome?.study ?? contest.study).map(({ name }) => name);
    const [x, y] = this.axes ?? [];
    if (x && y && names.includes(x) && names.includes(y) && x !== y) return [x, y];
    const first = names.includes('learning_rate') ? 'learning_rate' : names[0];
    return [first, ...names.filter((name) => name !== first)].slice(0, 2);
  }

  /** @private Who takes part, and over how much. */
  choices() {
    const { contest } = this;
    const isBusy = contest.beside.state === 'training';
    const select = (
      /** @type {string} */ testid,
      /** @type {string} */ label,
      /** @type {number[]} */ all,
      /** @type {number} */ value,
      /** @type {(value: number) => void} */ take,
    ) => html`<label class="sel-label"><span class="k">${label}</span> <select class="field-input"
      data-testid=${testid}
      ?disabled=${isBusy} @change=${(/** @type {Event} */ event) => {
        take(Number(/** @type {HTMLSelectElement} */ (event.target).value));
        this.version++;
      }}>${[...new Set([...all, value])]
        .sort((a, b) => a - b)
        .map((one) => html`<option value=${one} ?selected=${one === value}>${one}</option>`)}</select></label>`;
    return html`<div class="knobs"><div class="row" role="group" aria-label=${this.t('duel.who')}>${CONTESTANTS.map(
      (name) => {
        const why = absent(contest.study, name, contest.budget);
        return html`<label class="check" title=${why ? this.t(`duel.absent.${why}`) : ''}><input type="checkbox"
          data-testid="duel-${name}" ?disabled=${isBusy || Boolean(why)}
          .checked=${!why && contest.names.includes(name)} @change=${(/** @type {Event} */ event) => {
            const { checked } = /** @type {HTMLInputElement} */ (event.target);
            contest.names = checked ? [...contest.names, name] : contest.names.filter((one) => one !== name);
            this.version++;
          }}> ${this.t(`duel.name.${name}`)}</label>`;
      },
    )}</div><div class="row">${select('duel-trials', this.t('duel.budget'), BUDGETS, contest.budget, (value) => {
      contest.trials = value;
    })}${select('duel-repeats', this.t('duel.repeats'), REPEATS, contest.repeats, (value) => {
      contest.repeats = value;
    })}</div></div>`;
  }

  /** @private The price, the button and how far it is. */
  begin() {
    const { contest, store } = this;
    const { price, obstacle, outcome } = contest;
    const { state, problem, began, isCut } = contest.beside;
    const isBusy = state === 'training';
    const why = obstacle
      ? this.t(`duel.obstacle.${obstacle}`, { most: count(MOST_NETWORKS) })
      : store.state !== 'idle'
        ? this.t('belief.wait')
        : '';
    const done = outcome?.found.size ?? 0;
    const all = (outcome?.names.length ?? 0) * (outcome?.repeats ?? 0);
    const spent = (performance.now() - began) / 1000;
    const recent = done - this.had;
    const left = recent > 0 ? duration((spent / recent) * (all - done)) : '';
    const told = isBusy
      ? this.t(left ? 'duel.training.left' : 'duel.training', { done, all, left })
      : state === 'failed'
        ? this.t('duel.failed', { detail: problem })
        : why ||
          this.t(price.isMost ? 'duel.price.most' : 'duel.price', {
            networks: count(price.networks),
            epochs: count(price.epochs),
          });
    const isPart = !isBusy && done < all;
    const stopped = isPart && state === 'stopped' ? this.t(isCut ? 'duel.cut' : 'duel.stopped', { done, all }) : '';
    return html`<div class="again"><button type="button" class="btn ${contest.ended ? '' : 'p'}"
      data-testid="duel-begin"
      ?disabled=${isBusy || Boolean(why)} @click=${() => this.duel()}>${this.t(
        contest.ended ? 'duel.again' : 'duel.begin',
      )}</button>${
        isPart
          ? html`<button type="button" class="btn p" data-testid="duel-go-on" ?disabled=${store.state !== 'idle'}
            @click=${() => this.duel(true)}>${this.t('duel.go_on')}</button>`
          : nothing
      }${
        isBusy
          ? html`<button type="button" class="btn" data-testid="duel-stop"
            @click=${() => contest.beside.stop()}>${this.t('decide.stop')}</button><progress max=${all} .value=${done}
            aria-label=${this.t('duel.progress')}></progress>`
          : nothing
      }<span class="q2" role="status" data-testid="duel-state">${told} ${stopped}</span></div>`;
  }

  /** @private @param {boolean} [goOn] with the searches that are left */
  duel(goOn = false) {
    const { contest } = this;
    this.told = [];
    this.laid = '';
    this.had = goOn ? (contest.outcome?.found.size ?? 0) : 0;
    const ask = (/** @type {any} */ asked) => this.act('aside', { what: 'search', asked });
    return goOn ? contest.goOn(ask) : contest.duel(ask);
  }

  /** @private Who came out ahead, and whether the repeats tell that. */
  verdict() {
    const { contest } = this;
    const [first, second] = contest.ranking.filter((name) => contest.scoresOf(name).length);
    if (!second) return this.t('duel.alone');
    const isLost = !Number.isFinite(contest.bandsOf(first).at(-1)?.mid ?? NaN);
    if (isLost) return this.t('duel.lost');
    const name = (/** @type {string} */ one) => this.t(`duel.name.${one}`);
    const { n, isTold } = toldApart(contest.lastOf(first), contest.lastOf(second));
    const said = [
      n < 2
        ? this.t('duel.one_repeat', { a: name(first), b: name(second) })
        : this.t(isTold ? 'duel.told' : 'duel.not_told', { a: name(first), b: name(second), n }),
    ];
    const grid = contest.outcome?.names.includes('grid') ? contest.trialsOf('grid', 0).length : 0;
    if (grid && grid < (contest.outcome?.trials ?? 0)) said.push(this.t('duel.grid', { n: grid }));
    said.push(this.t('duel.band'));
    return said.join(' ');
  }

  /** @private Which repeat is drawn. */
  repeatRow() {
    const { contest } = this;
    if (contest.ended < 2) return nothing;
    return html`<div class="knobs"><div class="row"><label class="sel-label"><span class="k">${this.t(
      'duel.repeat',
    )}</span> <select class="field-input" data-testid="duel-repeat" @change=${(/** @type {Event} */ event) => {
      contest.repeat = Number(/** @type {HTMLSelectElement} */ (event.target).value);
      this.version++;
    }}>${Array.from(
      { length: contest.ended },
      (_, k) => html`<option value=${k} ?selected=${k === contest.repeat}>${k + 1}</option>`,
    )}</select></label></div></div>`;
  }

  /** @private Which two surfaces lie side by side, over what. */
  pairRow() {
    const { contest, store } = this;
    const names = contest.outcome?.names ?? [];
    const swept = sweptOf(/** @type {any} */ (contest.outcome?.study)).map(({ name }) => name);
    const select = (
      /** @type {string} */ testid,
      /** @type {string} */ label,
      /** @type {string[]} */ all,
      /** @type {string} */ value,
      /** @type {(value: string) => void} */ take,
      /** @type {(name: string) => string} */ name,
    ) => html`<label class="sel-label"><span class="k">${label}</span> <select class="field-input"
      data-testid=${testid}
      @change=${(/** @type {Event} */ event) => {
        take(/** @type {HTMLSelectElement} */ (event.target).value);
        this.version++;
      }}>${all.map((one) => html`<option value=${one} ?selected=${one === value}>${name(one)}</option>`)}</select
      ></label>`;
    const who = (/** @type {string} */ one) => this.t(`duel.name.${one}`);
    const [x, y] = this.plane;
    const axis = (/** @type {string} */ one) => store.label(one);
    return html`<div class="knobs"><div class="row">
      ${select('duel-a', 'A', names, contest.pair[0], (value) => (contest.pair = [value, contest.pair[1]]), who)}
      ${select('duel-b', 'B', names, contest.pair[1], (value) => (contest.pair = [contest.pair[0], value]), who)}
      ${
        swept.length > 2
          ? html`${select(
              'duel-x',
              this.t('belief.x'),
              swept.filter((one) => one !== y),
              x,
              (value) => (this.axes = [value, y]),
              axis,
            )}${select(
              'duel-y',
              this.t('belief.y'),
              swept.filter((one) => one !== x),
              y,
              (value) => (this.axes = [x, value]),
              axis,
            )}`
          : nothing
      }</div></div>`;
  }

  /** @private Asks what a Gaussian process makes of both contestants' trials. */
  async lay() {
    const { contest, plane } = this;
    const { outcome } = contest;
    if (!outcome || plane.length < 2 || contest.beside.state === 'training') return;
    const key = JSON.stringify([contest.pair, contest.repeat, plane, outcome.found.size, contest.beside.began]);
    if (key === this.laid) return;
    this.laid = key;
    const ask = async (/** @type {string} */ name) => {
      const trials = contest.trialsOf(name, contest.repeat);
      if (!trials.length) return null;
      const { metric } = contest.objective;
      const sign = contest.isUp ? -1 : 1;
      const ranked = trials
        .filter((one) => Number.isFinite(scoreOf(one, metric)))
        .sort((a, b) => sign * (scoreOf(a, metric) - scoreOf(b, metric)));
      const asked = {
        ...{ study: beliefStudy(outcome.study, false), kind: /** @type {const} */ ('gp'), exploration: null },
        ...{ trials: trials.map((one) => pastOf(one, contest.objective)), axes: plane, sides: [SIDE, SIDE], next: 0 },
        params: heldAt(outcome.study, ranked.length ? ranked : trials),
      };
      return /** @type {BeliefTold} */ (await this.act('aside', { what: 'believe', asked }));
    };
    try {
      // One after the other: the Worker keeps one belief.
      const first = await ask(contest.pair[0]);
      const second = await ask(contest.pair[1]);
      if (this.laid === key && this.isConnected) this.told = [first, second];
    } catch {
      this.told = [];
    }
  }
}

define('tp-duel', TpDuel);
