/**
 * Snapshots of a trial between two epochs, as the engine writes them (`TrialSnapshot::write` in
 * src/trainer/snapshot.rs), made to fit other settings, so that training goes on with them. Pure.
 *
 * @typedef {object} Fit what the trial is from now on
 * @property {number} perEpoch steps of an epoch
 * @property {boolean} waits whether its schedule waits for what comes of epochs
 * @property {number} parts numbers that are kept of each parameter before, itself among them
 * @property {number} wanted the same from now on
 * @property {boolean} lags whether the last of them is how far the parameters' average lags behind
 */

/** Numbers before a snapshot's memories, of a memory, and before a network's own. */
const [HEAD, MEMORY, NETWORK] = [8, 5, 7];
/** A memory of nothing: the best loss, infinite, the factor, 1, each in halves, and no epoch that it waits from. */
const NO_MEMORY = [0, 0x7ff0_0000, 0, 0x3ff0_0000, 0];

/**
 * The snapshot for other settings. Steps are counted as if all epochs had been of the present batch size, which keeps
 * a schedule's place in epochs; a momentum that is new begins at nothing, as does the wait of a schedule that waits.
 * @param {Uint32Array} words one snapshot @param {Fit} fit
 * @returns {Uint32Array}
 */
export function fitted(words, { perEpoch, waits, parts, wanted, lags }) {
  const [, , epochs, nMemories, nNetworks] = words;
  const known = words.slice(HEAD, HEAD + MEMORY * nMemories);
  const memories = !waits ? [] : nMemories ? known : Array.from({ length: nNetworks }, () => NO_MEMORY).flat();
  const made = [words.slice(0, HEAD), Uint32Array.from(memories)];
  let at = HEAD + MEMORY * nMemories;
  for (let k = 0; k < nNetworks; k++) {
    const head = words.slice(at, at + NETWORK);
    const [n, nWide] = head.slice(NETWORK - 2);
    const numbers = words.slice(at + NETWORK, at + NETWORK + n);
    const size = (n / parts) * wanted;
    const own = new Uint32Array(size);
    const last = lags ? n / parts : 0;
    own.set(numbers.subarray(0, Math.min(n, size) - last));
    own.set(numbers.subarray(n - last), size - last);
    head[0] = epochs * perEpoch;
    head[NETWORK - 2] = size;
    made.push(head, own, words.slice(at + NETWORK + n, at + NETWORK + n + 2 * nWide));
    at += NETWORK + n + 2 * nWide;
  }
  made.push(words.slice(at));
  const all = new Uint32Array(made.reduce((sum, one) => sum + one.length, 0));
  let to = 0;
  for (const one of made) {
    all.set(one, to);
    to += one.length;
  }
  all[0] = all.length - 1;
  all[3] = memories.length / MEMORY;
  return all;
}
