import { html, nothing } from 'lit';
import { Beat, Part, define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { scoreName, scoreValue } from '../../state/spread.js';
import { count, counted, exact } from '../../study/format.js';
import { planned } from '../../study/panel.js';
import { EXPLORATIONS, USUAL } from './belief.js';
import { SIGNS } from './keys.js';
import { MOST } from './mind.js';
import './tp-belief-line.js';
import './tp-belief-plane.js';

/**
 * @typedef {import('./mind.js').Mind} Mind
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/types.js').Value} Value
 */

/** While trials stream in, what is thought of them is asked for so often, in ms. */
const STREAMING = 800;
/** Places of an axis on which the reader holds it. */
const PLACES = 100;

/** What a sampler thinks of the study: after how many trials, over which axes, how bold; and a game against it. */
export class TpSurrogate extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['trials', 'selection', 'study', 'run'];
  static properties = {
    ...Part.properties,
    mind: { attribute: false },
    version: { state: true },
    training: { state: true },
  };

  constructor() {
    super();
    /** @type {Mind} */ this.mind = /** @type {any} */ (undefined);
    /** Grows with every answer and act. */ this.version = 0;
    /** Who is being trained. @type {'' | 'step' | 'both'} */ this.training = '';
    /** @private */ this.beat = new Beat();
    /** @private whether an answer is on its way */ this.asking = false;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
    /** @private counts the trainings: a later one ends the one before */ this.turn = 0;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.turn++;
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (this.beat.due(this.store, topics)) this.requestUpdate();
  }

  updated() {
    this.ask();
  }

  /** @private Asks what is thought, unless the picture shows that already. */
  ask() {
    const { mind, store } = this;
    if (this.asking || !mind.trials.length || !mind.axes.length || mind.key === mind.shown) return;
    clearTimeout(this.timer);
    const wait = store.state === 'idle' || !mind.told ? 0 : STREAMING;
    this.timer = setTimeout(() => void this.believe(), wait);
  }

  /** @private */
  async believe() {
    const { mind } = this;
    if (this.asking || !this.isConnected) return;
    const { key } = mind;
    this.asking = true;
    try {
      const told = /** @type {import('../../study/types.js').BeliefTold} */ (
        await this.act('aside', { what: 'believe', asked: mind.question })
      );
      if (this.isConnected) mind.take(told, key);
      mind.problem = '';
    } catch (error) {
      const { problem } = /** @type {any} */ (error);
      mind.problem = problem ? this.store.sentence(problem) : String(/** @type {any} */ (error)?.message ?? error);
      mind.shown = key;
    } finally {
      this.asking = false;
      this.version++;
    }
  }

  /** @private Something of what is looked at has changed. */
  turnTo() {
    this.version++;
    this.dispatchEvent(new CustomEvent('turned', { bubbles: true }));
  }

  /** @private Trains the sampler's next trial, and the reader's point with it.
   * @param {boolean} isAgainst */
  async step(isAgainst) {
    const { mind, store } = this;
    if (this.training) return;
    const mine = isAgainst ? mind.mine : null;
    const turn = ++this.turn;
    this.training = isAgainst ? 'both' : 'step';
    const isWanted = () => this.turn === turn && this.isConnected && store.state === 'idle';
    try {
      await this.settled();
      // What the picture marks is trained; of a run's own rounds more is known from then on than the sampler knew.
      const next = mind.asked?.params ?? mind.next;
      if (!next || !isWanted()) return;
      mind.play();
      const train = async (/** @type {Record<string, Value>} */ params) => {
        /** @type {Trial | null} */
        let found = null;
        const onTrial = (/** @type {Trial} */ trial) => void (found = trial);
        await this.act('aside', { what: 'train', asked: { ...mind.assigned(params), onTrial, isWanted } });
        return found;
      };
      const { nextNumber } = mind;
      const [sampler, reader] = await Promise.all([train(next), mine ? train(mine) : null]);
      if (!sampler || (mine && !reader) || !isWanted()) return;
      mind.moves.push({ number: nextNumber, sampler, reader });
      mind.problem = '';
    } catch (error) {
      const { problem } = /** @type {any} */ (error);
      mind.problem = problem ? store.sentence(problem) : String(/** @type {any} */ (error)?.message ?? error);
    } finally {
      if (this.turn === turn) this.training = '';
      this.turnTo();
    }
  }

  /** @private Waits until the picture is of what is asked. */
  async settled() {
    for (let k = 0; k < 200 && this.mind.key !== this.mind.shown && this.isConnected; k++) {
      if (!this.asking) await this.believe();
      else await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** @private Trials that the knowledge goes up to. @param {number} n */
  goTo(n) {
    const { mind } = this;
    const { length } = mind.trials;
    mind.upTo = n >= length ? null : Math.max(0, n);
    this.turnTo();
  }

  render() {
    const { mind, store } = this;
    if (!store.trials.size)
      return html`<p class="about none" data-testid="decide-none">${this.t('belief.empty')}</p>${this.invitation()}`;
    if (!mind.axes.length)
      return html`<p class="about none" data-testid="decide-none">${this.t('belief.none_searched')}</p>`;
    const isPlane = mind.axes.length > 1;
    return html`<div class="knobs">${this.modelRow()}${this.knowledgeRow()}</div>
      <p class="q2 about" data-testid="belief-about">${this.about()}</p>
      <div @point=${(/** @type {CustomEvent<Record<string, Value>>} */ event) => {
        mind.point = event.detail;
        this.version++;
      }} @train-point=${() => this.mayStep && this.step(true)}>
      ${
        isPlane
          ? html`<tp-belief-plane .store=${store} .mind=${mind} .version=${this.version}></tp-belief-plane>`
          : html`<tp-belief-line .store=${store} .mind=${mind} .version=${this.version}></tp-belief-line>`
      }</div>
      ${this.key()}${this.heldRow()}${this.gameRow()}${this.tally()}`;
  }

  /** @private */
  invitation() {
    const { store } = this;
    return store.state === 'idle'
      ? html`<p class="again"><button type="button" class="btn p" ?disabled=${store.readOnly}
          @click=${() => this.act('run')}>${this.t('run.run', { n: planned(store.study) })}</button></p>`
      : nothing;
  }

  /** @private Whose model, over what, how bold. */
  modelRow() {
    const { mind, store } = this;
    const names = Object.fromEntries(mind.names.map((name) => [name, store.label(name)]));
    const select = (
      /** @type {string} */ testid,
      /** @type {string} */ label,
      /** @type {[string, string][]} */ all,
      /** @type {string} */ value,
      /** @type {(value: string) => void} */ take,
    ) => html`<label class="sel-label"><span class="k">${label}</span> <select class="field-input"
      data-testid=${testid}
      .value=${value} @change=${(/** @type {Event} */ event) => {
        take(/** @type {HTMLSelectElement} */ (event.target).value);
        mind.point = {};
        this.turnTo();
      }}>${all.map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}</select
      ></label>`;
    const [x, y = ''] = mind.axes;
    const steps = EXPLORATIONS[mind.kind];
    const now = mind.exploration ?? USUAL[mind.kind];
    const at = steps.reduce((best, one, k) => (Math.abs(one - now) < Math.abs(steps[best] - now) ? k : best), 0);
    const word = this.t(`belief.exploration.${mind.kind}`, { value: exact(now) });
    return html`<div class="row">${segmented(
      this.t('belief.model'),
      /** @type {const} */ (['gp', 'tpe']).map((value) => ({ value, text: this.t(`sampler.${value}`) })),
      mind.kind,
      (value) => {
        mind.chosen = value;
        mind.exploration = null;
        this.turnTo();
      },
      { testid: 'belief-model' },
    )}
    ${select('belief-x', this.t('belief.x'), Object.entries(names), x, (value) => {
      if (value === mind.y) mind.y = '';
      mind.x = value;
    })}
    ${
      mind.names.length > 1
        ? select(
            'belief-y',
            this.t('belief.y'),
            [['', this.t('belief.y.none')], ...Object.entries(names).filter(([name]) => name !== x)],
            y,
            (value) => {
              mind.x = x;
              mind.y = value;
            },
          )
        : nothing
    }
    <label class="slide"><span class="k">${word}</span><input type="range" min="0" max=${steps.length - 1} step="1"
      data-testid="belief-exploration" .value=${String(at)}
      aria-label=${this.t(`belief.exploration.name.${mind.kind}`)}
      aria-valuetext=${word} @input=${(/** @type {Event} */ event) => {
        const value = steps[Number(/** @type {HTMLInputElement} */ (event.target).value)];
        mind.exploration = value === USUAL[mind.kind] ? null : value;
        this.turnTo();
      }}></label></div>`;
  }

  /** @private After how many trials. */
  knowledgeRow() {
    const { mind } = this;
    if (mind.isPlaying) return nothing;
    const { length } = mind.trials;
    const { n } = mind;
    const move = (/** @type {number} */ by) => this.goTo(Math.max(0, Math.min(length, n + by)));
    const button = (/** @type {number} */ by, /** @type {string} */ sign) =>
      html`<button type="button" class="btn" aria-label=${this.t(by < 0 ? 'belief.back' : 'belief.on')}
        data-testid=${by < 0 ? 'belief-back' : 'belief-on'} aria-disabled=${by < 0 ? n <= 0 : n >= length}
        @click=${() => move(by)}>${sign}</button>`;
    return html`<div class="row"><label class="slide long"><span class="k">${this.t('belief.after', {
      n: count(n),
      all: count(length),
    })}</span><input type="range" min="0" max=${length} step="1" data-testid="belief-after" .value=${String(n)}
      aria-valuetext=${this.t('belief.after', { n: count(n), all: count(length) })}
      @input=${(/** @type {Event} */ event) =>
        this.goTo(
          Number(/** @type {HTMLInputElement} */ (event.target).value),
        )}></label><span class="pair">${button(-1, '‹')}${button(1, '›')}</span></div>`;
  }

  /** @private What this is, and of what. */
  about() {
    const { mind, store } = this;
    const { told } = mind;
    // Where no trial has a score nothing is fitted, and nothing held at a best.
    if (told && !told.known)
      return [mind.problem, store.isExample && this.t('belief.example')].filter(Boolean).join(' ');
    const said = [];
    const name = this.t(`sampler.${mind.kind}`);
    const n = mind.ended.length;
    if (mind.isPlaying) said.push(this.t('belief.about.game', { name, n: counted(n) }));
    else if (mind.isOwn) said.push(this.t('belief.about.own', { name, n: counted(n) }));
    else
      said.push(
        this.t('belief.about.fitted', {
          ...{ name, n: counted(n), sampler: this.t(`sampler.${mind.study.sampler?.name ?? 'random'}`) },
        }),
      );
    const running = mind.running.length;
    if (running) said.push(this.t(`belief.running.${mind.kind}`, { n: running }));
    if (told?.draws && told.known && mind.isOwn) said.push(this.t('belief.draws'));
    if (told?.known && mind.kind === 'gp' && told.n < n) said.push(this.t('belief.part', { n: told.n }));
    if (mind.kind === 'tpe' && n > MOST) said.push(this.t('belief.part.tpe', { n: count(MOST / 2) }));
    if (mind.exploration !== null) said.push(this.t('belief.what_if', { name }));
    if (mind.names.length > mind.axes.length) said.push(this.t(`belief.held.${mind.at}`));
    if (mind.ended.some(({ state }) => state === 'pruned')) said.push(this.t(`belief.pruned.${mind.kind}`, { name }));
    if (mind.study.stages?.length) said.push(this.t('belief.stages'));
    if (mind.problem) said.push(mind.problem);
    if (store.isExample) said.push(this.t('belief.example'));
    return said.join(' ');
  }

  /** @private What the marks are. */
  key() {
    const { mind } = this;
    const mark = (/** @type {unknown} */ drawn, /** @type {string} */ text) =>
      html`<span class="st"><svg viewBox="0 0 10 10" aria-hidden="true">${drawn}</svg>${text}</span>`;
    const svg = SIGNS;
    const isTpe = mind.kind === 'tpe' && mind.axes.length < 2;
    return html`<p class="status-key keyline">
      ${mark(svg.dot, this.t(isTpe ? 'belief.key.good' : 'belief.key.trial'))}
      ${isTpe ? mark(svg.ring, this.t('belief.key.rest')) : nothing}
      ${mark(mind.axes.length > 1 ? svg.spot : svg.next, this.t('belief.next'))}
      ${mind.running.length ? mark(svg.half, this.t('state.running')) : nothing}
      ${mark(svg.cross, this.t('state.diverged'))}
      ${
        !isTpe && mind.ended.some(({ state }) => state === 'pruned') ? mark(svg.ring, this.t('state.pruned')) : nothing
      }
      ${mind.moves.length ? mark(svg.diamond, this.t('belief.key.move')) : nothing}
      ${mind.moves.some(({ reader }) => reader) ? mark(svg.square, this.t('belief.key.mine')) : nothing}
      ${mind.before && !isTpe && mind.axes.length < 2 ? mark(svg.dotted, this.t('belief.key.before')) : nothing}
    </p>`;
  }

  /** @private Where the other axes are held, and the reader moves them. */
  heldRow() {
    const { mind } = this;
    const others = mind.names.filter((name) => !mind.axes.includes(name));
    if (!others.length) return nothing;
    const { held } = mind;
    const choose = segmented(
      this.t('belief.held'),
      /** @type {const} */ (['best', 'next', 'moved'])
        .filter((one) => one !== 'moved' || mind.at === 'moved')
        .map((value) => ({ value, text: this.t(`belief.hold.${value}`) })),
      mind.at,
      (value) => {
        mind.at = value;
        this.turnTo();
      },
      { testid: 'belief-held' },
    );
    return html`<div class="knobs held"><div class="row"><span class="k">${this.t('belief.held')}</span>${choose}</div>
      <div class="row">${others.map((name) => this.holder(name, held[name]))}</div></div>`;
  }

  /** @private @param {string} name @param {Value} value */
  holder(name, value) {
    const { mind, store } = this;
    const range = /** @type {import('../../study/types.js').Distribution} */ (mind.study.space?.[name]);
    const take = (/** @type {Value} */ next) => {
      mind.moved = { ...mind.held, [name]: next };
      mind.at = 'moved';
      this.turnTo();
    };
    const label = store.label(name);
    if (range.choices)
      return html`<label class="sel-label"><span class="k">${label}</span> <select class="field-input"
        data-testid="held-${name}" @change=${(/** @type {Event} */ event) =>
          take(
            /** @type {Value[]} */ (range.choices)[/** @type {HTMLSelectElement} */ (event.target).selectedIndex],
          )}>${range.choices.map(
          (one) =>
            html`<option ?selected=${JSON.stringify(one) === JSON.stringify(value)}>${store.setting(one)}</option>`,
        )}</select></label>`;
    const scale = scaleTo(range);
    const at = Math.round(PLACES * scale.share(Number(value)));
    return html`<label class="slide"><span class="k">${label} ${store.setting(value)}</span><input type="range" min="0"
      max=${PLACES} step="1" data-testid="held-${name}" .value=${String(at)} aria-label=${label}
      aria-valuetext=${store.setting(value)} @input=${(/** @type {Event} */ event) =>
        take(scale.value(Number(/** @type {HTMLInputElement} */ (event.target).value) / PLACES))}></label>`;
  }

  /** @private */
  get mayStep() {
    const { store, mind } = this;
    return store.state === 'idle' && !this.training && !store.isExample && Boolean(mind.told?.known);
  }

  /** @private */
  gameRow() {
    const { mind, store, training } = this;
    const name = this.t(`sampler.${mind.kind}`);
    const able = this.mayStep;
    const mine = mind.axes.every((one) => one in mind.point);
    const why =
      store.state !== 'idle'
        ? this.t('belief.wait')
        : store.isExample
          ? this.t('belief.example')
          : this.t('belief.price');
    const told = training
      ? this.t(training === 'both' ? 'belief.training.both' : 'belief.training.step', { name })
      : mine
        ? this.t('belief.mine', {
            at: mind.axes.map((one) => `${store.label(one)} ${this.store.setting(mind.point[one])}`).join(', '),
          })
        : this.t('belief.choose');
    return html`<div class="again">
      <button type="button" class="btn" data-testid="belief-step" title=${why} ?disabled=${!able}
        @click=${() => this.step(false)}>${this.t('belief.step', { name })}</button>
      <button type="button" class="btn ${mine ? 'p' : ''}" data-testid="belief-against" title=${why}
        ?disabled=${!able || !mine} @click=${() => this.step(true)}>${this.t('belief.against', { name })}</button>
      ${
        training
          ? html`<button type="button" class="btn" data-testid="belief-stop" @click=${() => {
              this.turn++;
              this.training = '';
            }}>${this.t('decide.stop')}</button>`
          : nothing
      }
      ${
        mind.isPlaying && !training
          ? html`<button type="button" class="btn" data-testid="belief-leave" @click=${() => {
              mind.leave();
              this.turnTo();
            }}>${this.t('belief.leave')}</button>`
          : nothing
      }
      <span class="q2" role="status" data-testid="belief-state">${told}</span></div>`;
  }

  /** @private What both have come to. */
  tally() {
    const { mind, store } = this;
    if (!mind.moves.length) return nothing;
    const { sampler, reader, start } = mind.tally;
    const value = (/** @type {number} */ score) => (Number.isFinite(score) ? scoreValue(store, score) : '–');
    const name = this.t(`sampler.${mind.kind}`);
    const last = mind.moves.length - 1;
    const has = mind.moves.some((one) => one.reader);
    const wins = (/** @type {number} */ a, /** @type {number} */ b) => (mind.isUp ? a > b : a < b);
    const verdict = !has
      ? this.t('belief.tally.alone', { name, value: value(sampler[last]), start: value(start) })
      : this.t(
          wins(reader[last], sampler[last])
            ? 'belief.tally.reader'
            : wins(sampler[last], reader[last])
              ? 'belief.tally.sampler'
              : 'belief.tally.even',
          { name, sampler: value(sampler[last]), reader: value(reader[last]), start: value(start) },
        );
    const own = (/** @type {Trial | null} */ trial) =>
      !trial ? '–' : trial.state === 'diverged' ? this.t('state.diverged') : value(mind.score(trial));
    return html`<div class="tally" data-testid="belief-tally"><p class="q2 about" role="status">${verdict}</p>
      <div class="scroll"><table class="good"><caption>${this.t('belief.tally', {
        score: scoreName(store),
      })}</caption><thead><tr><th scope="col">#</th><th scope="col">${name}</th><th scope="col">${this.t(
        'belief.you',
      )}</th><th scope="col">${this.t('belief.tally.best', { name })}</th><th scope="col">${this.t(
        'belief.tally.yours',
      )}</th></tr></thead>
      <tbody>${mind.moves.map(
        (move, k) =>
          html`<tr><th scope="row">${move.number}</th><td>${own(move.sampler)}</td><td>${own(move.reader)}</td><td
            >${value(sampler[k])}</td><td>${value(reader[k])}</td></tr>`,
      )}</tbody></table></div></div>`;
  }
}

/** A range's own scale, to and from a share of it. @param {import('../../study/types.js').Distribution} range */
function scaleTo({ low, high, log, scale, step, type }) {
  const [a, b] = [Number(low), Number(high)];
  const [to, from] =
    log || scale === 'log'
      ? [Math.log, Math.exp]
      : scale === 'log1m'
        ? [(/** @type {number} */ x) => -Math.log(1 - x), (/** @type {number} */ u) => 1 - Math.exp(-u)]
        : [(/** @type {number} */ x) => x, (/** @type {number} */ u) => u];
  const each = step ?? (type === 'int' ? 1 : 0);
  return {
    share: (/** @type {number} */ x) => (b > a ? Math.max(0, Math.min(1, (to(x) - to(a)) / (to(b) - to(a)))) : 0),
    value: (/** @type {number} */ u) => {
      const x = Math.max(a, Math.min(b, from(to(a) + u * (to(b) - to(a)))));
      return each
        ? Math.min(b, Number((a + Math.round((x - a) / each) * each).toPrecision(12)))
        : Number(x.toPrecision(4));
    },
  };
}

define('tp-surrogate', TpSurrogate);
