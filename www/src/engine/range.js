/**
 * What is worked out of trials, told piece by piece, in its Worker as seen from the page: learning-rate range tests,
 * how sharp the loss is along a training, and networks that answer together. Another one of its kind ends the one
 * that is under way.
 *
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../study/types.js').Way} Way
 */

export class PieceRun {
  /** @param {import('./client.js').Client} client @param {string} base what data files are resolved against
   * @param {'range' | 'sharpness' | 'ensemble'} kind */
  constructor(client, base, kind) {
    /** @private */ this.client = client;
    /** @private */ this.base = base;
    /** @private */ this.kind = kind;
    /** @private the one that the Worker has; 0 is none */ this.id = 0;
    /** @private grows with everything that is asked for */ this.turn = 0;
  }

  /** @private @param {string} what @param {...unknown} args */
  call(what, ...args) {
    return this.client.call('piecewise', this.kind, what, args, this.base);
  }

  /** Goes on to the end, unless another one is asked for or a stop.
   * @param {Study} study @param {(Pick<Trial, 'number' | 'params'> & Partial<Way>)[]} trials
   * @param {object} given what its kind needs @param {(news: any) => void} onNews
   * @param {number | null} [epochs] that they are trained for, null for all */
  async run(study, trials, given, onNews, epochs = null) {
    const turn = ++this.turn;
    const round = trials.map(({ number, params, until_epoch = epochs, ancestry }) => ({
      trial: { number, params },
      of_trials: study.trials ?? 1,
      until_epoch,
      ancestry,
    }));
    const id = await this.call('begin', JSON.stringify(study), JSON.stringify(round), given);
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
