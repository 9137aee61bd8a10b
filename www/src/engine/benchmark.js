import { workersOn } from './cores.js';
import { WORKER } from './hrefs.js';
import { Client } from './client.js';

/**
 * Measures a backend by a work of works.js, trained as a run trains, by Workers of its own.
 *
 * @typedef {import('../study/works.js').Work} Work
 * @typedef {{backend: string, adapter: string, plan: string, bytes_per_trial: number, bytes_total: number, workers:
 *   number}} Info
 * @typedef {{steps: number, seconds: number, finished: boolean}} Measured steps are those of all trials together
 */

export class Benchmark {
  /** @param {'cpu' | 'gpu'} backend */
  constructor(backend) {
    /** @private */ this.backend = backend;
    /** @private @type {Client[]} */ this.clients = [];
    /** @private */ this.workers = 0;
    /** @private @type {(error: Error) => void} */ this.abort = () => {};
    /** @private what ends every wait */ this.aborted = new Promise((_, reject) => (this.abort = reject));
    this.aborted.catch(() => {});
  }

  /** @private @template T @param {Promise<T>} promise @returns {Promise<T>} */
  unlessAborted(promise) {
    return Promise.race([promise, /** @type {Promise<never>} */ (this.aborted)]);
  }

  /** Makes a work ready on as many Workers as a run would take. @param {Work} work @returns {Promise<Info>} */
  async prepare(work) {
    const most = this.backend === 'cpu' ? workersOn() : 1;
    this.workers = Math.min(most, work.trials);
    while (this.clients.length < this.workers) this.clients.push(new Client(WORKER));
    const infos = await this.unlessAborted(
      Promise.all(
        this.clients.slice(0, this.workers).map(async (client, worker) => {
          const chosen = await client.call('choose', this.backend);
          const info = await client.call('prepare', { ...work, share: [worker, this.workers] }, this.backend);
          return { ...info, adapter: chosen.adapter };
        }),
      ),
    );
    return { ...infos[0], workers: this.workers };
  }

  /** Trains what is ready to its end, or for so many ms. @param {number} limit @returns {Promise<Measured>} */
  async measure(limit) {
    const begun = performance.now();
    const all = await this.unlessAborted(
      Promise.all(this.clients.slice(0, this.workers).map((client) => client.call('measure', limit))),
    );
    const seconds = (performance.now() - begun) / 1000;
    return {
      seconds,
      steps: all.reduce((sum, one) => sum + one.steps, 0),
      finished: all.every((one) => one.finished),
    };
  }

  /** What was measured of the GPU itself beside works; null of the CPU. @returns {Promise<object | null>} */
  facts() {
    return this.unlessAborted(this.clients[0]?.call('facts') ?? Promise.resolve(null));
  }

  /** Ends all that is under way; what waits for it is told. */
  dispose() {
    this.abort(new DOMException('The benchmark was ended', 'AbortError'));
    for (const client of this.clients) client.dispose();
    this.clients = [];
  }
}
