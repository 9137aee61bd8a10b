/**
 * A contestant in a tab of its own, and what it has shown in the work at hand.
 *
 * @typedef {import('../../www/src/study/works.js').Work} Work
 * @typedef {import('../../www/node_modules/@playwright/test/index.js').BrowserContext} BrowserContext
 * @typedef {import('../../www/node_modules/@playwright/test/index.js').Page} Page
 * @typedef {{seconds: number, most: number, total: number | null}} Terms seconds of a repeat; the most it may take;
 *   steps of a trial where the work has an end
 */

/** A peer is warm, and its speed known, once a call took so many seconds. */
const WARM = 0.5;

/** A call that takes longer, in ms, is taken to hang. */
const PATIENCE = 240_000;

/** @param {Page} page @param {string} call @param {...any} args */
async function ask(page, call, ...args) {
  const answer = page.evaluate(([name, given]) => /** @type {any} */ (window).bench[name](...given), /** @type {[string, any[]]} */ ([call, args]));
  /** @type {NodeJS.Timeout | undefined} */ let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer to ${call} in ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class Contestant {
  /** @param {Page} page @param {string} name @param {string[] | null} only */
  constructor(page, name, only) {
    this.page = page;
    this.name = name;
    /** the works that it trains, null for all */ this.only = only;
    this.isOurs = name.startsWith('ours');
    /** @type {string | null} */ this.failure = null;
    /** @type {string | null} why its tab is of no use */ this.absent = null;
    /** @type {any} what the engine says of itself */ this.info = null;
    /** @type {number[]} steps a second, of all trials together */ this.rates = [];
    /** @private @type {Work | null} */ this.work = null;
    /** @private @type {Terms} */ this.terms = { seconds: 1, most: 1, total: null };
    /** @private steps of a peer's repeat */ this.steps = 1;
  }

  /** @param {BrowserContext} context @param {string} url @param {{name: string, only: string[] | null}} who */
  static async open(context, url, { name, only }) {
    const page = await context.newPage();
    const made = new Contestant(page, name, only);
    await page.goto(url);
    await made.guard(() => ask(page, 'open', name));
    made.absent = made.failure;
    return made;
  }

  /** @private @template T @param {() => Promise<T>} act @returns {Promise<T | null>} */
  async guard(act) {
    if (this.failure) return null;
    try {
      return await act();
    } catch (error) {
      this.failure = String(/** @type {any} */ (error).message).split('\n')[0];
      // A tab that hangs is of no more use.
      if (this.failure.startsWith('no answer')) this.absent = this.failure;
      return null;
    }
  }

  /** @param {Work} work @param {Terms} terms */
  async prepare(work, terms) {
    Object.assign(this, { work, terms, rates: [], failure: this.absent });
    await this.guard(async () => {
      const { info, problem } = await ask(this.page, 'prepare', work);
      if (problem) throw new Error(problem.message ?? problem.code);
      if (this.isOurs) this.info = info;
      else await this.warmUp();
    });
  }

  /** @private Compiles, and finds how many steps a repeat has. */
  async warmUp() {
    const { seconds, most, total } = this.terms;
    for (let steps = 1; ; steps *= 2) {
      const took = await ask(this.page, 'train', steps);
      // The first call compiles: it says nothing about speed.
      if (steps === 1 && took < 60) continue;
      if (took < WARM) continue;
      const wanted = total === null ? (steps / took) * seconds : Math.min(total, (steps / took) * most);
      this.steps = Math.max(1, Math.round(wanted));
      return;
    }
  }

  /** One repeat; steps a second of all trials together. */
  async repeat() {
    const { work, terms } = this;
    return this.guard(async () => {
      if (!work) return null;
      const rate = this.isOurs ? await this.repeatOurs(work, terms) : (work.trials * this.steps) / (await ask(this.page, 'train', this.steps));
      this.rates.push(rate);
      return rate;
    });
  }

  /** @private @param {Work} work @param {Terms} terms */
  async repeatOurs(work, { seconds, most, total }) {
    if (total !== null && this.rates.length) await ask(this.page, 'prepare', work);
    const measured = await ask(this.page, 'measure', 1000 * (total === null ? seconds : most));
    return measured.steps / measured.seconds;
  }

  async release() {
    if (this.isOurs || this.absent) return;
    this.failure = null;
    await this.guard(() => ask(this.page, 'release'));
  }

  /** One cell of the scaling table. @param {Work} work @param {number} limit in ms @returns {Promise<any>} */
  async cell(work, limit) {
    const { info, problem } = await ask(this.page, 'prepare', work);
    if (problem) return { problem };
    this.info = info;
    return { ...(await ask(this.page, 'measure', limit)), bytes: info.bytes_per_trial, plan: info.plan };
  }
}
