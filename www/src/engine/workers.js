import { Client, EngineError } from './client.js';
import { ANALYST, WORKER } from './hrefs.js';
import { RaceRun } from './race.js';
import { PieceRun } from './range.js';
import { frameSurface } from './surface.js';

/**
 * The Workers of a page, and what they are asked beside runs: about studies, and of analyses.
 *
 * @typedef {import('../study/types.js').Problem} Problem
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('./surface.js').Told} Told
 * @typedef {import('./client.js').Message} Message
 */

export class Workers extends EventTarget {
  /** @param {{assetBase: string, tables?: Message[]}} options what data files are resolved against, and the reader's
   * own tables, as every Worker is told them */
  constructor({ assetBase, tables = [] }) {
    super();
    /** @protected */ this.assetBase = assetBase;
    /** @protected @type {Client[]} */ this.clients = [];
    /** @private @type {Client | null} */ this.analysing = null;
    /** @private */ this.tables = tables;
    /** @private the table read last of those that stood in a study, and what was found in it */
    this.read = { key: '', found: /** @type {any} */ (null) };
    /** Whether the Workers have been let go. */ this.isGone = false;
  }

  /** @protected What an engine does with a Worker's news. @param {number} worker @param {any} news */
  hear(worker, news) {
    throw new Error(`nobody hears ${news?.name} of ${worker}`);
  }

  /** @protected A Worker was replaced: what it had is lost. */
  lost() {}

  /** What another engine of the same page is made with. */
  get options() {
    return { assetBase: this.assetBase, tables: [...this.tables] };
  }

  /** @protected @param {number} index */
  client(index) {
    while (this.clients.length <= index) {
      const at = this.clients.length;
      this.clients.push(
        new Client(
          WORKER,
          (news) => this.hear(at, news),
          () => this.lost(),
          this.tables,
        ),
      );
      if (this.isGone) this.clients[at].dispose();
    }
    return this.clients[index];
  }

  /** @protected @param {string} name @param {unknown} detail */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Who works out analyses. @protected */
  get analyst() {
    return (this.analysing ??= new Client(ANALYST, undefined, undefined, this.tables));
  }

  /**
   * @param {Study} study
   * @returns {Promise<{study: Study | null, problem: Problem | null}>} the whole study, or what is wrong with it
   */
  async check(study) {
    try {
      const told = await this.readText(study);
      return { study: await this.client(0).call('check', JSON.stringify(told)), problem: null };
    } catch (error) {
      return { study: null, problem: /** @type {EngineError} */ (error).problem };
    }
  }

  /** A study whose data stand in it as text, with what is in them: only the module for analyses reads text, and the
   * others get the table packed. @protected @param {Study} study @returns {Promise<Study>} */
  async readText(study) {
    const dataset = /** @type {any} */ (study)?.dataset;
    if (dataset?.name !== 'csv' || typeof dataset.text !== 'string') return study;
    const { found: _, ...said } = dataset;
    const key = JSON.stringify(said);
    if (this.read.key !== key) {
      const { found, table } = await this.analyst.call('ownFiles', 'text', [said]);
      if (!this.hasTable(found.digest)) this.takeTable(found.digest, table);
      this.read = { key, found };
    }
    return { ...study, dataset: { ...said, found: this.read.found } };
  }

  /** A few rows of a study's data, for a small picture. @param {Study} study @param {number} n
   * @returns {Promise<import('../study/types.js').Preview>} */
  async preview(study, n) {
    const text = JSON.stringify(await this.readText(study));
    return this.client(0).call('preview', text, n, this.assetBase);
  }

  /** The surface between trials: expected scores, then whether each cell is to be drawn; null of too few trials.
   * @param {import('../study/places.js').Places} places @param {number} columns @param {number} rows
   * @returns {Promise<Float64Array | null>} */
  response(places, columns, rows) {
    return this.client(0).call('response', places, columns, rows);
  }

  /** What a study's schedule multiplies the learning rate by, from the first step to the last; empty of one that waits
   * for what comes of training. @param {Study} study @param {number} points @returns {Promise<Float64Array>} */
  async schedule(study, points) {
    return this.client(0).call('schedule', JSON.stringify(await this.readText(study)), points);
  }

  /** What a look into a network is asked; see model-host.js. @param {string} what @param {...unknown} args */
  model(what, ...args) {
    return this.analyst.call('model', what, args, this.assetBase);
  }

  /** What other programs are given, or give; see analyst-host.js. @param {string} what @param {...unknown} args
   * @returns {Promise<any>} */
  convert(what, ...args) {
    return this.analyst.call(what, ...args, this.assetBase);
  }

  /** Another part of a surface's plane; false if the Worker has that plane no more. @param {number} id
   * @param {import('./surface.js').Head} head with the part's extent @param {Omit<Told, 'weights'>} told */
  frameSurface(id, head, told) {
    const nobody = async () => null;
    return frameSurface(this.analyst, id, head, { ...told, weights: nobody });
  }

  /** How long a surface without a study takes; tests/browser/plane.spec.js prints it.
   * @param {number[]} widths @param {number} rows @param {number} side */
  planeWork(widths, rows, side) {
    return this.analyst.call('planeWork', widths, rows, side);
  }

  /** A race, not begun. @param {import('./race.js').Told} told */
  race(told) {
    return new RaceRun(this.analyst, this.assetBase, told);
  }

  /** What is worked out of trials, none of it begun. @param {'range' | 'sharpness' | 'ensemble'} kind */
  piecewise(kind) {
    return new PieceRun(this.analyst, this.assetBase, kind);
  }

  /** @param {string} digest of a table of the reader's own */
  hasTable(digest) {
    return this.tables.some(({ args }) => args[0] === digest);
  }

  /** Lets all Workers train a table of the reader's own. @param {string} digest @param {Blob} table packed */
  takeTable(digest, table) {
    /** @type {Message} */
    const message = { id: 0, call: 'ownTable', args: [digest, table] };
    this.tables.push(message);
    for (const client of [...this.clients, ...(this.analysing ? [this.analysing] : [])]) client.note(message);
  }

  /** A Worker for files of the reader's; see own-host.js. Whoever has it lets it go. */
  reader() {
    const client = new Client(ANALYST);
    return {
      call: (/** @type {string} */ what, /** @type {any[]} */ ...args) => client.call('ownFiles', what, args),
      dispose: () => client.dispose(),
    };
  }

  /** What a run by hand asks; see hand-host.js. @param {string} what @param {any[]} args @returns {Promise<any>} */
  byHand(what, args) {
    return this.client(0).call('hand', what, args, this.assetBase);
  }

  /** The Workers, for whoever trains beside runs (mapping.js). @returns {import('./mapping.js').Pool} */
  get pool() {
    return { client: (index) => this.client(index), base: this.assetBase };
  }

  /** A study seed that nobody has used. @returns {Promise<number>} */
  freshSeed() {
    return this.client(0).call('freshSeed');
  }

  /** Lets all Workers go, for good: what is still asked is refused. */
  dispose() {
    this.isGone = true;
    for (const client of this.clients) client.dispose();
    this.analyst.dispose();
  }
}
