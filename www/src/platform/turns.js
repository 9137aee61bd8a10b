/**
 * Work in small tasks: whoever waits for a turn goes on in a task of its own, in the order of asking, so that no
 * single task holds the page up and input comes between.
 */

/** @type {(() => void)[]} */
const waiting = [];
const channel = new MessageChannel();
channel.port1.onmessage = () => waiting.shift()?.();
// Under Node.js, where unit tests run, an open channel would keep the process from ending.
/** @type {any} */ (channel.port1).unref?.();

/** @returns {Promise<void>} resolves in a task of its own */
export function turn() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

/** Milliseconds that all slices took together. */
export const spent = { ms: 0 };

/** How long one slice of a longer piece of work may take, in ms. */
const SLICE = 6;

/** Does work step by step in slices; the first at once, so that what is small is done at once.
 * @template T
 * @param {Generator<unknown, T, unknown>} steps
 * @param {() => boolean} wanted whether the work is still worth going on with
 * @returns {Promise<T | undefined>} undefined when it was given up */
export async function inSlices(steps, wanted) {
  for (;;) {
    const begun = performance.now();
    try {
      do {
        const { done, value } = steps.next();
        if (done) return value;
      } while (performance.now() < begun + SLICE);
    } finally {
      spent.ms += performance.now() - begun;
    }
    await turn();
    if (!wanted()) return undefined;
  }
}
