/**
 * One contestant to a tab: `bench.open(name)` once, then for each work `prepare`, `train` as often as wanted, `release`.
 * The engine measures itself by time, peers by steps.
 *
 * @typedef {import('../../www/src/study/works.js').Work} Work
 * @typedef {{prepare: (work: Work) => Promise<any>, train: (steps: number) => Promise<void>, release: () => Promise<void>}} Peer
 */

/** Where a library's name stands alone, it is used as its documentation shows. @type {Record<string, () => Promise<any>>} */
const CONTESTANTS = {
  'ours, CPU': async () => (await import('./peers/ours.js')).open('cpu'),
  'ours, GPU': async () => (await import('./peers/ours.js')).open('gpu'),
  'TensorFlow.js wasm': async () => (await import('./peers/tfjs.js')).open('wasm'),
  'TensorFlow.js wasm, hand-tuned': async () => (await import('./peers/tfjs.js')).open('wasm', { isTuned: true }),
  'TensorFlow.js cpu': async () => (await import('./peers/tfjs.js')).open('cpu'),
  'TensorFlow.js webgpu': async () => (await import('./peers/tfjs.js')).open('webgpu'),
  'jax-js wasm': async () => (await import('./peers/jax.js')).open('wasm'),
  'jax-js wasm, hand-tuned': async () => (await import('./peers/jax.js')).open('wasm', { isTuned: true }),
  'jax-js webgpu': async () => (await import('./peers/jax.js')).open('webgpu'),
  ConvNetJS: async () => (await import('./peers/convnet.js')).open(),
};

/**
 * Hand-tuned code trains what is tiny: for larger networks it is the code that the documentation shows, or no faster. On
 * the slower backends of a library it would add minutes to the bench, and nothing to a verdict.
 *
 * @type {Record<string, string[]>}
 */
const ONLY = {
  'TensorFlow.js wasm, hand-tuned': ['W1', 'W3'],
  'jax-js wasm, hand-tuned': ['W1', 'W3'],
};

/** @type {any} */
let contestant;

const bench = {
  /** Who there is; with the works of who does not train all. */
  contestants: Object.keys(CONTESTANTS).map((name) => ({ name, only: ONLY[name] ?? null })),

  /** @param {string} name */
  async open(name) {
    contestant = await CONTESTANTS[name]();
  },

  /** Ours says what trains, or what is refused. @param {Work} work */
  async prepare(work) {
    try {
      return { info: await contestant.prepare(work) };
    } catch (error) {
      const { problem } = /** @type {any} */ (error);
      if (!problem) throw error;
      return { problem };
    }
  },

  /** Ours, for a time. @param {number} limit in ms */
  measure: (limit) => contestant.measure(limit),

  /** A peer's seconds for so many steps. @param {number} steps */
  async train(steps) {
    const begun = performance.now();
    await contestant.train(steps);
    return (performance.now() - begun) / 1000;
  },

  release: () => contestant.release(),
};

Object.assign(window, { bench });
