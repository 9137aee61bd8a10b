import { scoreOf } from '../../study/result.js';
import { valueEvery } from '../../study/search.js';
import { epochsOf, mostEpochs, sparedOf } from '../../study/spared.js';

/**
 * Rungs on which a pruner judged, who went on, and what that saved. Pure.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {'on' | 'stopped' | 'diverged' | 'end'} Fate what became of a trial at a rung
 * @typedef {{trial: Trial, score: number, rank: number, fate: Fate}} Stand
 * @typedef {{epoch: number, stands: Stand[], isEnd: boolean}} Rung `epoch` after which it is judged; stands best
 *   first, at the end those that were trained to their own, by their values
 * @typedef {{bracket: number, rungs: Rung[], n: number, trials: Trial[]}} Bracket
 * @typedef {{from: number, to: number, bracket: number, reached: number, on: number, stopped: number,
 *   diverged: number, spent: number, saved: number, unspent: number}} Entry of the ledger: epochs between two rungs
 * @typedef {{entries: Entry[], spent: number, saved: number, unspent: number, planned: number,
 *   isMost: boolean}} Ledger of all; whether patience might have ended trials by itself, so that no more was saved
 */

const USUAL = { halving: 4, hyperband: 3 };
/** Rungs of the median rule that are drawn, at most: it judges after each epoch. */
const MOST_RUNGS = 12;

/** What a pruner is set to, where it has rungs that grow. @param {Study} study */
function rungSettings({ pruner }) {
  const name = pruner?.name === 'hyperband' ? 'hyperband' : 'halving';
  return { reduction: pruner?.reduction ?? USUAL[name], least: pruner?.min_epochs ?? 1 };
}

/** The checksum of zip files. @param {string} text */
export function crc32(text) {
  let sum = -1;
  for (const byte of new TextEncoder().encode(text)) {
    sum ^= byte;
    for (let k = 0; k < 8; k++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
  }
  return ~sum >>> 0;
}

/** Of how many trials so many are in each of hyperband's brackets (`src/search/pruners/hyperband.rs`).
 * @param {Study} study */
export function sharesOf(study) {
  const { reduction, least } = rungSettings(study);
  const epochs = mostEpochs(study);
  let most = 0;
  while (reduction ** (most + 1) * least <= epochs) most++;
  const isShort = (reduction === 3 && most === 5) || ((reduction === 10 || reduction === 17) && most === 3);
  if (isShort && reduction ** most * least === epochs) most--;
  return Array.from({ length: most + 1 }, (_, bracket) => {
    const later = most - bracket;
    return Math.ceil(((most + 1) * reduction ** later) / (later + 1));
  });
}

/** The bracket of a trial. @param {Study} study @param {number} number @param {number[]} shares */
export function bracketOf(study, number, shares) {
  let rest = crc32(`${study.name ?? ''}_${number}`) % shares.reduce((sum, one) => sum + one, 0);
  for (const [bracket, share] of shares.entries()) {
    if (rest < share) return bracket;
    rest -= share;
  }
  return 0;
}

/** The epochs after which a bracket is judged, below so many: from each rung on the first that has a value.
 * @param {Study} study @param {number} bracket @param {number} most */
function rungEpochs(study, bracket, most) {
  const every = valueEvery(study);
  const judged = plainRungs(study, bracket, most).map((rung) => Math.ceil(rung / every) * every);
  return [...new Set(judged)].filter((rung) => rung < most);
}

/** Rungs as the pruner's settings have them. @param {Study} study @param {number} bracket @param {number} most */
function plainRungs(study, bracket, most) {
  const { pruner } = study;
  if (pruner?.name === 'median') {
    const first = (pruner.warmup ?? 0) + 1;
    return Array.from({ length: Math.max(0, most - first) }, (_, k) => first + k);
  }
  const { reduction, least } = rungSettings(study);
  const all = [];
  for (let rung = least * reduction ** bracket; rung < most; rung *= reduction) all.push(rung);
  return all;
}

/** @param {Pick<Trial, 'state'>} trial */
const isBroken = ({ state }) => state === 'diverged' || state === 'failed';

/** What became of a trial that got to a rung, until the next one that is drawn: who was trained to its end went on.
 * @param {Trial} trial @param {number} next @returns {Fate} */
function fateBefore({ state, epochs }, next) {
  if (epochs.length >= next) return 'on';
  if (state === 'pruned') return 'stopped';
  return isBroken({ state }) ? 'diverged' : 'on';
}

/** Who stood at a rung. @param {Trial[]} trials @param {number} epoch @param {number} next @param {string} metric */
const standsAt = (trials, epoch, next, metric) =>
  trials
    .filter(({ epochs }) => epochs.length >= epoch)
    .map((trial) => ({
      ...{ trial, rank: 0 },
      score: trial.epochs.measure(metric, epoch - 1),
      fate: fateBefore(trial, next),
    }));

/** Who was trained to its end, after however many epochs. @param {Trial[]} trials @param {string} metric */
const standsAtEnd = (trials, metric) =>
  trials
    .filter(({ state }) => state === 'complete')
    .map((trial) => ({ trial, rank: 0, score: scoreOf(trial, metric), fate: /** @type {Fate} */ ('end') }));

/**
 * The brackets of a study, each with its rungs and who stood there. The last rung is the end of training.
 * @param {Study} study
 * @param {Trial[]} trials those that have begun
 * @param {{metric: string, direction: string}} objective
 * @returns {Bracket[]}
 */
export function bracketsOf(study, trials, { metric, direction }) {
  const sign = direction === 'maximize' ? -1 : 1;
  const shares = study.pruner?.name === 'hyperband' ? sharesOf(study) : [1];
  const most = Math.max(1, ...trials.map((one) => epochsOf(study, one)));
  return shares
    .map((_, bracket) => {
      const own =
        shares.length > 1 ? trials.filter(({ number }) => bracketOf(study, number, shares) === bracket) : trials;
      const all = rungEpochs(study, bracket, most);
      const every = Math.ceil(all.length / MOST_RUNGS);
      const epochs = all.filter((_, k) => k % every === 0);
      const rungs = [...epochs, most].map((epoch, at) => {
        const isEnd = at === epochs.length;
        const stands = isEnd ? standsAtEnd(own, metric) : standsAt(own, epoch, epochs[at + 1] ?? Infinity, metric);
        const costs = Float64Array.from(stands, ({ score }) => (Number.isFinite(score) ? sign * score : Infinity));
        const order = [...stands.keys()].sort((j, k) => costs[j] - costs[k] || j - k);
        const ranked = order.map((k, rank) => {
          stands[k].rank = rank;
          return stands[k];
        });
        return { epoch, stands: ranked, isEnd };
      });
      return { bracket, rungs, n: own.length, trials: own };
    })
    .filter(({ n }) => n > 0);
}

/** Whether all that were trained to their end have as many epochs, so that the end is one epoch.
 * @param {Rung} rung the last */
export const isOneEnd = ({ epoch, stands }) => stands.every(({ trial }) => trial.epochs.length === epoch);

/** Epochs that were trained and spared between the rungs. @param {Study} study @param {Bracket[]} brackets
 * @returns {Ledger} */
export function ledgerOf(study, brackets) {
  const total = { spent: 0, saved: 0, unspent: 0, planned: 0 };
  const entries = brackets.flatMap(({ bracket, rungs, trials: all }) =>
    rungs.map(({ epoch, stands: those, isEnd }, at) => {
      // Who ended before the last epoch did not get there.
      const stands = isEnd ? those.filter(({ trial }) => trial.epochs.length >= epoch) : those;
      const from = at ? rungs[at - 1].epoch : 0;
      const entry = { from, to: epoch, bracket, reached: stands.length, on: 0, stopped: 0, diverged: 0 };
      // Who did not come to the first rung stands at none.
      if (!at) entry.diverged = all.filter((one) => one.epochs.length < epoch && isBroken(one)).length;
      for (const { fate } of stands) {
        if (fate === 'on' || fate === 'end') entry.on++;
        else entry[fate]++;
      }
      let [spent, saved, unspent] = [0, 0, 0];
      for (const { epochs, state, ...trial } of all) {
        const planned = epochsOf(study, /** @type {any} */ (trial));
        const trained = Math.max(0, Math.min(epochs.length, epoch) - from);
        const rest = Math.max(0, Math.min(planned, epoch) - from - trained);
        spent += trained;
        if (state === 'pruned') saved += rest;
        else if (state === 'diverged') unspent += rest;
      }
      total.spent += spent;
      total.saved += saved;
      total.unspent += unspent;
      return { ...entry, spent, saved, unspent };
    }),
  );
  total.planned = total.spent + total.saved + total.unspent;
  const { isMost } = sparedOf(
    study,
    brackets.flatMap(({ trials }) => trials),
  );
  return { entries, ...total, isMost };
}

/** What pruned trials came to that were trained to their end, held against the winner.
 * @param {{trial: Trial, resumed: number}[]} all scores at the end, NaN where it diverged @param {number} best
 * @param {boolean} isUp */
export function wouldHaveWon(all, best, isUp) {
  const wins = all.filter(({ resumed }) => (isUp ? resumed > best : resumed < best));
  const sign = isUp ? -1 : 1;
  return wins.sort((a, b) => sign * (a.resumed - b.resumed));
}
