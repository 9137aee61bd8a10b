import { ENDED, scoreOf } from '../../study/result.js';
import { sweptOf } from '../../study/hyperparameters.js';
import {
  USUAL,
  beliefStudy,
  bestSoFar,
  columnOf,
  heldAt,
  isOwn,
  pastOf,
  stageFirst,
  toldAt,
  trainStudy,
  usedParams,
} from './belief.js';

/**
 * What the reader looks at of a sampler's belief: which model, after how many trials, over which axes, where the
 * others are held, and the moves of the game. Figures read it; the part that owns it asks the engine.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {import('../../study/types.js').BeliefKind} BeliefKind
 * @typedef {import('../../study/types.js').BeliefTold} BeliefTold
 * @typedef {import('./belief.js').Move} Move
 */

/** Places along the axis of a line, and along each of a plane. */
const LINE = 161;
const PLANE = 51;
/** Trials of which a belief is made, at most: the process itself goes through 200 of them. */
export const MOST = 2000;
/** The best of them that are told apart, at most. */
const MOST_RANKED = 1000;

/** @param {Trial} trial */
const hasEnded = ({ state }) => ENDED.includes(state);

export class Mind {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    /** @type {BeliefKind | null} null for that of the study */ this.chosen = null;
    /** How many trials of the run are known; null for all. @type {number | null} */ this.upTo = null;
    /** @type {number | null} null for what the sampler has */ this.exploration = null;
    /** @type {string} */ this.x = '';
    /** @type {string} '' for a line */ this.y = '';
    /** @type {'best' | 'next' | 'moved'} where the other axes are held */ this.at = 'best';
    /** @type {Record<string, Value>} where the reader moved them */ this.moved = {};
    /** @type {Move[]} */ this.moves = [];
    /** Trials of the run that were known when the game began. */ this.from = 0;
    /** Whether it goes on from there, a trial at a time. */ this.isPlaying = false;
    /** The reader's point. @type {Record<string, Value>} */ this.point = {};
    /** @type {BeliefTold | null} */ this.told = null;
    /** What was thought a trial before, along the same line. @type {Float64Array | null} */ this.before = null;
    /** What that was along. */ this.beforeOf = '';
    this.problem = '';
    /** @private @type {Map<string, {key: string, value: unknown}>} */ this.worked = new Map();
    /** What the picture is of, once it is there. */ this.shown = '';
  }

  get study() {
    return this.store.shownStudy;
  }

  /** @returns {BeliefKind} */
  get kind() {
    const name = this.study.sampler?.name;
    return this.chosen ?? (name === 'tpe' ? 'tpe' : 'gp');
  }

  /** Whether it is what the study's own sampler thought as it searched. */
  get isOwn() {
    return isOwn(this.study, this.kind) && !this.isPlaying && this.trials.length <= MOST;
  }

  get names() {
    return sweptOf(this.study).map(({ name }) => name);
  }

  /** @returns {string[]} */
  get axes() {
    const { names } = this;
    const usual = names.includes('learning_rate') ? 'learning_rate' : (names[0] ?? '');
    const x = names.includes(this.x) ? this.x : usual;
    const y = names.includes(this.y) && this.y !== x ? this.y : '';
    return [x, y].filter(Boolean);
  }

  /** The trials of the run that a sampler knows of, in number order: of stages those of the last.
   * @returns {Trial[]} */
  get trials() {
    const { store } = this;
    return this.once('trials', `${store.runs} ${store.version}`, () => {
      const first = stageFirst(this.study);
      const all = [...store.trials.values()].filter(({ number, state }) => number >= first && state !== 'cancelled');
      return all.sort((a, b) => a.number - b.number);
    });
  }

  /** @private What takes long is worked out once for as long as a key stays. @template T @param {string} name
   * @param {string} key @param {() => T} make @returns {T} */
  once(name, key, make) {
    const kept = this.worked.get(name);
    if (kept?.key === key) return /** @type {T} */ (kept.value);
    const value = make();
    this.worked.set(name, { key, value });
    return value;
  }

  /** @private What is known depends on it. */
  get knownKey() {
    const { store, nTold, moves, isPlaying, kind } = this;
    return `${store.runs} ${store.version} ${nTold} ${moves.length} ${isPlaying} ${kind}`;
  }

  /** How many of them have been asked for where the reader looks. */
  get n() {
    const { length } = this.trials;
    return Math.min(this.isPlaying ? this.from : (this.upTo ?? length), length);
  }

  /** How many of those have been told: of a round that is under way none. */
  get nTold() {
    const { n, isOwn: own, trials, study } = this;
    if (!own) return n;
    const told = toldAt(study, n);
    return n === trials.length && trials.slice(told).every(hasEnded) ? n : told;
  }

  /** Trials that the sampler was told of, those of the game with them; of a run that goes on, some are still training.
   * @returns {Trial[]} */
  get known() {
    return this.once('known', this.knownKey, () => {
      const { trials, nTold, moves } = this;
      return [...trials.slice(0, nTold), ...moves.map(({ sampler }) => sampler)];
    });
  }

  /** Known trials that have ended. @returns {Trial[]} */
  get ended() {
    return this.once('ended', this.knownKey, () => this.known.filter(hasEnded));
  }

  /** Trials that were still training. @returns {Trial[]} */
  get running() {
    const open = this.known.filter((one) => !hasEnded(one));
    return [...open, ...this.trials.slice(this.nTold, this.n)];
  }

  /** @param {Trial} trial */
  score(trial) {
    return scoreOf(trial, this.store.objective.metric);
  }

  get isUp() {
    return this.store.objective.direction === 'maximize';
  }

  /** Known trials with a score, the best of them first, and at most so many: pruned ones only where no other is.
   * @returns {Trial[]} */
  get ranked() {
    return this.once('ranked', this.knownKey, () => {
      const sign = this.isUp ? -1 : 1;
      const whole = this.ended.filter(({ state }) => state !== 'pruned');
      const all = whole.length ? whole : this.ended;
      const costs = Float64Array.from(all, (one) => sign * this.score(one));
      const finite = costs.filter(Number.isFinite).sort();
      const cut = finite[Math.min(finite.length, MOST_RANKED) - 1];
      const places = [...all.keys()].filter((k) => costs[k] <= cut);
      return places.sort((j, k) => costs[j] - costs[k]).map((k) => all[k]);
    });
  }

  /** Where the axes are held that are not drawn. @returns {Record<string, Value>} */
  get held() {
    const { study, ranked, told } = this;
    const middle = Object.fromEntries(
      Object.entries(study.space ?? {}).map(([name, { choices, low }]) => [name, choices?.[0] ?? low ?? 0]),
    );
    const best = heldAt(study, ranked.length ? ranked : this.trials);
    const next = this.at === 'next' ? told?.next[0] : null;
    return { ...middle, ...best, ...next, ...(this.at === 'moved' ? this.moved : {}) };
  }

  /** The sampler's next trial, where it knows that: of the run itself it is the one that was asked for. */
  get next() {
    return this.told?.next[0] ?? null;
  }

  /** The trial that the run's own sampler asked for at this place, as far as it did. */
  get asked() {
    return this.isOwn && this.exploration === null ? (this.trials[this.n] ?? null) : null;
  }

  /** What is asked of the engine. @returns {import('../../study/types.js').BeliefAsked} */
  get question() {
    const { study, kind, axes, store, nTold } = this;
    const own = this.isOwn;
    const past = this.trials.slice(0, this.n).map((one, k) => {
      const told = pastOf(one, store.objective);
      return /** @type {import('../../study/types.js').Past} */ (k < nTold ? told : [told[0], null, null]);
    });
    const moves = this.moves.map(({ sampler }) => pastOf(sampler, store.objective));
    const trials = [...past, ...moves];
    return {
      study: beliefStudy(study, own),
      kind,
      exploration: this.exploration,
      trials: this.taken.map((k) => trials[k]),
      params: usedHeld(this.held),
      axes,
      sides: axes.length > 1 ? [PLANE, PLANE] : [LINE],
      next: 1,
    };
  }

  /** Places among the known trials of those that are asked about: of very many the best and the latest, which are all
   * that gp goes through. @returns {number[]} */
  get taken() {
    const total = this.n + this.moves.length;
    const all = Array.from({ length: total }, (_, k) => k);
    if (total <= MOST) return all;
    const best = new Set(this.ranked.slice(0, MOST / 2));
    return all.filter((k) => k >= total - MOST / 2 || best.has(this.known[k]));
  }

  /** The place that the reader has pointed at, with all its parameters. @returns {Record<string, Value>} */
  get mine() {
    const { study, held, point, axes } = this;
    const own = Object.fromEntries(axes.map((name) => [name, point[name] ?? held[name]]));
    return usedParams(study, { ...held, ...own });
  }

  /** What a move is trained with: in a search of stages as long as in the last of them.
   * @param {Record<string, Value>} params */
  assigned(params) {
    const stage = this.study.stages?.at(-1);
    const trial = { number: this.nextNumber, params: stage ? { ...params, epochs: stage.epochs } : params };
    return { study: trainStudy(this.study), trials: [trial] };
  }

  /** What the picture depends on. */
  get key() {
    const { store, kind, exploration, axes, n, nTold, moves, held } = this;
    const { runs, version } = store;
    return JSON.stringify([runs, version, kind, exploration, axes, n, nTold, moves.length, held, this.isPlaying]);
  }

  /** Best so far of both, after each move, from what was known before the game. */
  get tally() {
    const before = this.trials.slice(0, this.from).map((one) => this.score(one));
    const start = bestSoFar(before, this.isUp).at(-1) ?? NaN;
    const scores = (/** @type {'sampler' | 'reader'} */ who) =>
      this.moves.map((move) => (move[who] ? this.score(/** @type {Trial} */ (move[who])) : NaN));
    return {
      start,
      sampler: bestSoFar(scores('sampler'), this.isUp, start),
      reader: bestSoFar(scores('reader'), this.isUp, start),
    };
  }

  /** Takes what the engine told. @param {BeliefTold} told @param {string} key */
  take(told, key) {
    const along = JSON.stringify([this.kind, this.axes]);
    // Of what was not known there is nothing to hold the picture against.
    const isOther = this.told?.known && this.beforeOf === along && this.shown !== key;
    this.before = isOther && this.told ? columnOf(this.told.told, 0) : null;
    this.beforeOf = along;
    this.told = told;
    this.shown = key;
  }

  /** Begins the game with all that is known here. */
  play() {
    if (this.isPlaying) return;
    this.from = this.n;
    this.isPlaying = true;
  }

  /** The number of the next trial of the game. */
  get nextNumber() {
    return (this.moves.at(-1)?.number ?? this.trials[this.from - 1]?.number ?? -1) + 1;
  }

  /** Puts the game away. */
  leave() {
    this.moves = [];
    this.isPlaying = false;
    this.point = {};
  }

  /** As words of a link. @returns {string} */
  get words() {
    const { kind, axes, exploration, upTo } = this;
    return [kind, axes[0] ?? '', axes[1] ?? '', exploration ?? '', upTo ?? ''].join(',').replace(/,+$/, '');
  }

  /** Reads them; what says nothing of this study stays as usual. @param {string} words */
  read(words) {
    const [kind, x, y, exploration, upTo] = words.split(',');
    if (kind === 'gp' || kind === 'tpe') this.chosen = kind;
    this.x = x ?? '';
    this.y = y ?? '';
    const own = Number(exploration);
    this.exploration = exploration && own !== USUAL[this.kind] && own >= 0 && own <= 10 ? own : null;
    this.upTo = upTo && Number(upTo) >= 0 ? Math.floor(Number(upTo)) : null;
  }
}

/** Parameters that are not there are no part of a document. @param {Record<string, Value>} held */
const usedHeld = (held) => Object.fromEntries(Object.entries(held).filter(([, value]) => value !== undefined));
