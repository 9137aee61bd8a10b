import { BY_NAME } from '../../study/hyperparameters.js';
import { read as readCompact, write } from '../../study/compact.js';
import { isObject } from '../../study/checks.js';
import { number } from '../../study/format.js';
import { FORMAT as STUDY, readStudy } from '../../study/study.js';
import { MOST_BRANCHES, MOST_CHANGES, MOST_EPOCHS, begun, branchOf, letterOf, settingsAt, tipOf } from './branches.js';
import { LIVE_NAMES, refusal, startOf } from './live.js';

/**
 * The record of a run by hand, `tuning-playground/hand@1`, by which it can be trained again to the same bits:
 *
 * - `study`, a study@1; `trial`, the `number` and `params` of the trial that the run began as;
 * - `branches`, in the order in which they came to be: the index of its `parent` (null of the first), the epoch `from`
 *   which it is a branch of its own, the epoch `until` which it was trained, or in which it diverged,
 *   whether it was `reverted` and whether
 *   it is `live`; and `last`, the validation loss of its last epoch, by which a replay is checked (null without one);
 * - `changes`, each `[branch, epoch, settings]`: they act from the epoch behind that one on.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('./branches.js').Hand} Hand
 * @typedef {import('./branches.js').Settings} Settings
 * @typedef {{number: number, params: Settings}} Start
 *
 * @typedef {object} Read a record that was read
 * @property {Study} study
 * @property {Start} trial
 * @property {Hand} hand before any of it is trained
 * @property {number[]} until the last epochs of the branches
 * @property {(number | null)[]} last validation losses
 *
 * @typedef {{problem?: Problem, key?: string, values?: Record<string, unknown>}} Fault of a study, or a text
 */

export const FORMAT = 'tuning-playground/hand@1';
/** Characters that are read at most. */
const MOST_TEXT = 4_000_000;

/** @param {Hand} hand @param {Study} study @param {Start} trial */
export const written = ({ branches }, study, { number: of, params }) => ({
  format: FORMAT,
  study,
  trial: { number: of, params },
  branches: branches.map((one) => ({
    parent: one.parent,
    from: one.from,
    until: tipOf(one) + Number(one.state === 'diverged'),
    reverted: one.reverted,
    live: one.live,
    last: one.points.at(-1)?.validation_loss ?? null,
  })),
  changes: branches.flatMap(({ changes }, k) => changes.map(({ epoch, settings }) => [k, epoch, settings])),
});

/** @param {unknown} value @param {number} low @param {number} high @returns {value is number} */
const isWhole = (value, low, high) => Number.isInteger(value) && Number(value) >= low && Number(value) <= high;

/** What is wrong with it, as a text. @param {string} key @param {Record<string, unknown>} [values]
 * @returns {{fault: Fault}} */
const bad = (key, values = {}) => ({ fault: { key: `hand.bad.${key}`, values } });

/** Reads a record's text. @param {string} text @returns {{read: Read} | {fault: Fault}} */
export function readRecord(text) {
  if (text.length > MOST_TEXT) return bad('long', { most: MOST_TEXT / 1e6 });
  try {
    return readDocument(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    return bad('json', { detail: String(/** @type {Error} */ (error).message) });
  }
}

/** Reads a record; nothing of it is believed. @param {any} given @returns {{read: Read} | {fault: Fault}} */
function readDocument(given) {
  if (!isObject(given) || given.format !== FORMAT) {
    const isStudy = isObject(given) && given.format === STUDY;
    return bad(isStudy ? 'study' : 'format', { format: FORMAT });
  }
  const known = readStudy(given.study);
  if ('problem' in known) return { fault: { problem: known.problem } };
  const { study } = known;
  const { trial, branches, changes } = given;
  if (!isObject(trial) || !isWhole(trial.number, 0, 2 ** 32 - 1) || !isObject(trial.params)) return bad('trial');
  for (const name of Object.keys(trial.params)) if (!BY_NAME.has(name)) return bad('setting', { name });
  if (!Array.isArray(branches) || !branches.length || branches.length > MOST_BRANCHES)
    return bad('branches', { most: MOST_BRANCHES });
  const params = startOf({ ...study, space: {} }, { params: trial.params });
  const wrong = refusal(study, params, 0);
  if (wrong) return { fault: { problem: wrong } };
  const hand = begun(params);
  hand.branches = [];
  for (const [k, one] of branches.entries()) {
    const { parent, from, until } = isObject(one) ? one : /** @type {any} */ ({});
    const above = k === 0 ? null : branches[/** @type {number} */ (parent)];
    const isPlaced = k === 0 ? parent === null && from === 0 : isWhole(parent, 0, k - 1);
    // A fork lies in what its parent has of its own, or at the very begin.
    const least = above && above.parent !== null ? Number(above.from) + 1 : 0;
    const most = above ? Number(above.until) : 0;
    if (!isPlaced || !isWhole(from, least, most) || !isWhole(until, from, MOST_EPOCHS))
      return bad('branch', { letter: letterOf(k) });
    const made = branchOf(parent, from);
    hand.branches.push(Object.assign(made, { reverted: one.reverted === true, live: one.live !== false }));
  }
  if (!Array.isArray(changes) || changes.length > MOST_CHANGES) return bad('changes', { most: MOST_CHANGES });
  for (const [k, one] of changes.entries()) {
    const [branch, epoch, settings] = Array.isArray(one) ? one : [];
    const isKnown = isWhole(branch, 0, branches.length - 1) && isObject(settings);
    const last = isKnown ? hand.branches[branch].changes.at(-1)?.epoch : undefined;
    if (!isKnown || !isWhole(epoch, branches[branch].from, branches[branch].until) || epoch <= (last ?? -1))
      return bad('change', { number: k + 1 });
    for (const name of Object.keys(settings)) if (!LIVE_NAMES.includes(name)) return bad('setting', { name });
    hand.branches[branch].changes.push({ epoch, settings });
  }
  for (const [k, { changes: own }] of hand.branches.entries())
    for (const { epoch } of own) {
      const problem = refusal(study, settingsAt(hand, k, epoch), epoch);
      if (problem) return { fault: { problem } };
    }
  hand.current = branches.length - 1;
  const until = branches.map((one) => one.until);
  const last = branches.map((one) => (one.last === null || one.last === undefined ? null : number(one.last)));
  return { read: { study, trial: { number: trial.number, params }, hand, until, last } };
}

/** A record without its study and what the study says already, for a link.
 * @param {ReturnType<typeof written>} record */
export function toWords({ study, trial, branches, changes }) {
  const plain = { ...study, space: {} };
  const isLive = (/** @type {[string, unknown]} */ [name]) => LIVE_NAMES.includes(name);
  const given = Object.entries(trial.params);
  const fixed = Object.fromEntries(given.filter((one) => !isLive(one)));
  const usual = startOf(plain, { params: fixed });
  const params = Object.fromEntries(given.filter(([name, value]) => !(name in usual) || usual[name] !== value));
  return write({
    t: trial.number,
    p: { ...fixed, ...params },
    b: branches.map((one) => [one.parent, one.from, one.until, one.reverted, one.live, one.last]),
    c: changes,
  });
}

/** Reads what {@link toWords} wrote of a run of a study. @param {string} words @param {Study} study
 * @returns {{read: Read} | {fault: Fault}} */
export function readWords(words, study) {
  const { object, closed } = readCompact(words);
  const { t, p, b, c } = object;
  if (!closed || !Array.isArray(b)) return bad('link');
  const branches = b.map((one) => {
    const [parent, from, until, reverted, live, last] = Array.isArray(one) ? one : [];
    return { parent, from, until, reverted, live, last };
  });
  // What the reader gives has no prototype; a record is plain objects.
  return readDocument(
    structuredClone({ format: FORMAT, study, trial: { number: t, params: p }, branches, changes: c }),
  );
}

/** How many epochs a replay trains. @param {Pick<Read, 'hand' | 'until'>} read */
export const lengthOf = ({ hand, until }) => hand.branches.reduce((sum, { from }, k) => sum + until[k] - from, 0);
