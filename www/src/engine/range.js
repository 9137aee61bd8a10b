/**
 * Learning-rate range tests in their Worker, seen from the page: another test ends the one that is under way.
 *
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/types.js').RateRange} RateRange
 * @typedef {import('../study/types.js').RangeNews} RangeNews
 */

export class RangeRun {
  /** @param {import('./client.js').Client} client @param {string} base what data files are resolved against */
  constructor(client, base) {
    /** @private */ this.client = client;
    /** @private */ this.base = base;
    /** @private the test that the Worker has; 0 is none */ this.id = 0;
    /** @private grows with everything that is asked for */ this.turn = 0;
  }

  /** @private @param {string} what @param {...unknown} args */
  call(what, ...args) {
    return this.client.call('range', what, args, this.base);
  }

  /** Tests to the end, unless another test is asked for or a stop.
   * @param {Study} study @param {Pick<Trial, 'number' | 'params'>} trial whose settings are tested
   * @param {RateRange} range @param {(news: RangeNews) => void} onNews */
  async run(study, trial, range, onNews) {
    const turn = ++this.turn;
    const round = [{ trial, of_trials: study.trials ?? 1, until_epoch: null }];
    const id = await this.call('begin', JSON.stringify(study), JSON.stringify(round), range);
    if (turn !== this.turn) {
      await this.call('stop', id);
      return;
    }
    this.id = id;
    for (let done = false; !done;) {
      const news = await this.call('more', id);
      if (!news || turn !== this.turn) return;
      done = news.done;
      onNews(news);
    }
  }

  async stop() {
    this.turn++;
    const { id } = this;
    this.id = 0;
    if (id) await this.call('stop', id);
  }
}
