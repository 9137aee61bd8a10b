import { number } from './format.js';
import { ENDED } from './result.js';

/**
 * What a study came to, in a few letters: the version of the numerics, the kind of backend, and a hash of the trials'
 * states and values, by which a re-run says whether it got the same bits. Pure.
 *
 * @typedef {{numerics: number, backend: string, hash: string}} Fingerprint
 * @typedef {Pick<import('./types.js').Trial, 'number' | 'state' | 'value'>} Outcome
 */

const TEXT = /^([1-9]\d{0,5})\.(gpu|cpu|reference)\.([\da-f]{16})$/;

/** @param {Fingerprint} fp */
export const writeFingerprint = ({ numerics, backend, hash }) => `${numerics}.${backend}.${hash}`;

/** @param {string} text @returns {Fingerprint | null} */
export function readFingerprint(text) {
  const [, numerics, backend, hash] = TEXT.exec(text) ?? [];
  return hash ? { numerics: Number(numerics), backend, hash } : null;
}

/**
 * The fingerprint of a result; null of one that was stopped, or of which nobody knows what trained it.
 * @param {{engine: {numerics?: number, backend: string}, trials: Outcome[]} | null} result
 * @returns {Fingerprint | null}
 */
export function fingerprintOf(result) {
  const isOpen = (/** @type {Outcome} */ one) => one.state === 'cancelled' || !ENDED.includes(one.state);
  if (!result?.trials.length || result.trials.some(isOpen)) return null;
  const { numerics, backend } = result.engine;
  const fp = { numerics: Number(numerics), backend, hash: hashOf(result.trials) };
  return readFingerprint(writeFingerprint(fp)) && fp;
}

/** A hash of the states and values in the order of the trials' numbers: two lanes of 32 bits, as in cyrb53, over whole
 * words, of which a value is two. @param {Outcome[]} trials */
function hashOf(trials) {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  const take = (/** @type {number} */ word) => {
    a = Math.imul(a ^ word, 0x9e3779b1);
    b = Math.imul(b ^ word, 0x5f356495);
    a ^= a >>> 15;
    b ^= b >>> 13;
  };
  const value = new Float64Array(1);
  const halves = new Uint32Array(value.buffer);
  const inOrder = trials.every((one, k) => k === 0 || trials[k - 1].number < one.number);
  for (const one of inOrder ? trials : [...trials].sort((x, y) => x.number - y.number)) {
    take(one.number);
    take(ENDED.indexOf(one.state));
    // All that are no numbers are alike.
    value[0] = number(one.value);
    if (Number.isNaN(value[0])) halves.set([0, 0x7ff80000]);
    take(halves[0]);
    take(halves[1]);
  }
  const ended = (/** @type {number} */ x, /** @type {number} */ y) => {
    const mixed = Math.imul(x ^ (x >>> 16), 0x85ebca6b) ^ Math.imul(y ^ (y >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0).toString(16).padStart(8, '0');
  };
  return ended(a, b) + ended(b, a);
}

/**
 * What a re-run shares with the run before, or the first thing that explains why it does not.
 * @typedef {'same' | 'same_bits' | 'numerics' | 'backend' | 'gpu' | 'results'} Verdict
 * @param {Fingerprint} before @param {Fingerprint} now @returns {Verdict}
 */
export function compareFingerprints(before, now) {
  const isSame = before.hash === now.hash;
  if (before.backend !== now.backend) return isSame ? 'same_bits' : 'backend';
  if (isSame) return 'same';
  if (before.numerics !== now.numerics) return 'numerics';
  return now.backend === 'gpu' ? 'gpu' : 'results';
}
