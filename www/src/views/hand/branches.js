/**
 * A run that is tuned by hand: branches of one trial, what was changed in them and when, and what came of it. Epochs
 * count from 1, so a change at epoch 5 acts from the sixth on, and a branch that was forked at 5 begins with that one.
 * Nothing is ever deleted. Pure functions.
 *
 * @typedef {import('../../study/types.js').Value} Value
 * @typedef {Record<string, Value>} Settings
 * @typedef {{epoch: number, settings: Settings}} Change
 * @typedef {object} Point an epoch and what it came to
 * @property {number} epoch
 * @property {number} train_loss
 * @property {number} validation_loss
 * @property {number} train_metric
 * @property {number} validation_metric
 * @property {number} learning_rate of its last step
 *
 * @typedef {object} Branch
 * @property {number | null} parent the branch that it was forked from
 * @property {number} from the epoch at which it was
 * @property {Change[]} changes in the order of their epochs, one an epoch at most
 * @property {Point[]} points of its own epochs
 * @property {'open' | 'diverged' | 'complete'} state complete: its schedule has come to its end
 * @property {number | null} divergedAt the step
 * @property {boolean} reverted
 * @property {boolean} live whether Play trains it
 *
 * @typedef {object} Hand
 * @property {Settings} params what the run begins with, over its study's fixed values
 * @property {Branch[]} branches
 * @property {number} current the branch that the reader has in hand
 */

export const MOST_EPOCHS = 10_000;
export const MOST_BRANCHES = 12;
export const MOST_CHANGES = 2000;

/** @param {number | null} parent @param {number} from @returns {Branch} */
export const branchOf = (parent, from) => ({
  parent,
  from,
  changes: [],
  points: [],
  state: 'open',
  divergedAt: null,
  reverted: false,
  live: true,
});

/** @param {Settings} params @returns {Hand} */
export const begun = (params) => ({ params, branches: [branchOf(null, 0)], current: 0 });

/** @param {number} index */
export const letterOf = (index) => String.fromCharCode(65 + index);

/** The last epoch of a branch. @param {Branch} branch */
export const tipOf = ({ from, points }) => from + points.length;

/** Whether a branch can be trained on. @param {Branch} branch */
export const isOpen = (branch) => branch.state === 'open' && !branch.reverted && tipOf(branch) < MOST_EPOCHS;

/** The branch in whose training an epoch stands that is in the past of a branch. @param {Hand} hand
 * @param {number} index @param {number} epoch @returns {number} */
export function ownerOf({ branches }, index, epoch) {
  let at = index;
  for (let { parent, from } = branches[at]; parent !== null && epoch <= from; { parent, from } = branches[at])
    at = parent;
  return at;
}

/** The settings of a branch behind an epoch of it or of its past: with them the next one is trained.
 * @param {Hand} hand @param {number} index @param {number} epoch @returns {Settings} */
export function settingsAt(hand, index, epoch) {
  const { parent, from, changes } = hand.branches[index];
  if (parent !== null && epoch < from) return settingsAt(hand, parent, epoch);
  // What was changed at the fork itself acted on the branch that it was forked from alone.
  const all = parent === null ? { ...hand.params } : settingsAt(hand, parent, from - 1);
  for (const change of changes) if (change.epoch <= epoch) Object.assign(all, change.settings);
  return all;
}

/** Settings that are other than those before. @param {Settings} before @param {Settings} given @returns {Settings} */
const unlike = (before, given) =>
  Object.fromEntries(Object.entries(given).filter(([name, value]) => before[name] !== value));

/** Whether one more change can be written down. @param {Hand} hand */
export const canChange = ({ branches }) =>
  branches.reduce((sum, { changes }) => sum + changes.length, 0) < MOST_CHANGES;

/** Changes settings of a branch from its next epoch on; of what is changed twice before that the last counts.
 * @param {Hand} hand @param {number} index @param {Settings} given */
export function change(hand, index, given) {
  const branch = hand.branches[index];
  const epoch = tipOf(branch);
  const last = branch.changes.at(-1);
  const own = last?.epoch === epoch ? branch.changes.pop() : undefined;
  const settings = unlike(settingsAt(hand, index, epoch), { ...own?.settings, ...given });
  if (Object.keys(settings).length) branch.changes.push({ epoch, settings });
}

/** Forks a branch at an epoch of its past and takes the new one in hand; at its end what was changed there goes along.
 * @param {Hand} hand @param {number} index @param {number} epoch
 * @returns {number | null} the new branch; null where there are as many as there may be */
export function fork(hand, index, epoch) {
  const { branches } = hand;
  if (branches.length >= MOST_BRANCHES) return null;
  const parent = ownerOf(hand, index, epoch);
  const made = branchOf(parent, epoch);
  const given = branches[parent];
  const pending = given.changes.at(-1);
  if (pending?.epoch === epoch && tipOf(given) === epoch && parent === index)
    made.changes.push({ epoch, settings: { ...pending.settings } });
  hand.current = branches.push(made) - 1;
  return hand.current;
}

/** Goes back to an epoch: the branch stays as a stub, and a new one begins there without what was changed then. At the
 * end of the branch itself what was changed and has not acted yet is taken back, and there is no new branch.
 * @param {Hand} hand @param {number} index @param {number} epoch @returns {number | null} as {@link fork} */
export function revert(hand, index, epoch) {
  const branch = hand.branches[index];
  if (epoch === tipOf(branch) && isOpen(branch)) {
    if (branch.changes.at(-1)?.epoch === epoch) branch.changes.pop();
    return index;
  }
  const made = fork(hand, index, epoch);
  if (made === null) return null;
  hand.branches[made].changes = [];
  Object.assign(branch, { reverted: true, live: false });
  return made;
}

/** Where a branch goes back to if nothing else is said: before its last change that acted, else its begin.
 * @param {Hand} hand @param {number} index */
export function before({ branches }, index) {
  const branch = branches[index];
  const tip = tipOf(branch);
  // The change at the end of one that diverged has acted.
  const last = branch.changes.findLast(({ epoch }) => epoch < tip || branch.state === 'diverged');
  return last?.epoch ?? branch.from;
}

/** All that a branch has come through, from the first epoch on. @param {Pick<Hand, 'branches'>} hand
 * @param {number} index
 * @returns {Point[]} */
export function pointsOf({ branches }, index) {
  const { parent, from, points } = branches[index];
  return parent === null ? points : [...pointsOf({ branches }, parent).slice(0, from), ...points];
}

/** All changes that made a branch what it is, with the branch that each is of. @param {Pick<Hand, 'branches'>} hand
 * @param {number} index @returns {(Change & {branch: number})[]} */
export function changesOf({ branches }, index) {
  const { parent, from, changes } = branches[index];
  const own = changes.map((one) => ({ ...one, branch: index }));
  return parent === null ? own : [...changesOf({ branches }, parent).filter(({ epoch }) => epoch < from), ...own];
}

/** Epochs of a branch's past that mean something: its begin, changes, forks, its best and its end, in order.
 * @param {Hand} hand @param {number} index */
export function checkpointsOf(hand, index) {
  const tip = tipOf(hand.branches[index]);
  const found = new Set([0, tip, ...changesOf(hand, index).map(({ epoch }) => epoch)]);
  for (const { parent, from } of hand.branches)
    if (parent !== null && from <= tip && ownerOf(hand, index, from) === parent) found.add(from);
  let best = null;
  for (const point of pointsOf(hand, index))
    if (best === null || point.validation_loss < best.validation_loss) best = point;
  if (best) found.add(best.epoch);
  return [...found].sort((a, b) => a - b);
}

/** The lowest validation loss of all branches. @param {Hand} hand
 * @returns {{branch: number, point: Point} | null} */
export function bestOf({ branches }) {
  /** @type {{branch: number, point: Point} | null} */
  let best = null;
  for (const [branch, { points }] of branches.entries())
    for (const point of points)
      if (point.validation_loss < (best?.point.validation_loss ?? Infinity)) best = { branch, point };
  return best;
}

/** The stretches between two epochs of a branch's past or future in which nothing changes. @param {Hand} hand
 * @param {number} index @param {number} from @param {number} until
 * @returns {{branch: number, from: number, until: number, settings: Settings}[]} each with the branch that it is of */
export function stretchesOf(hand, index, from, until) {
  if (until <= from) return [];
  const { branches } = hand;
  const cuts = new Set([from]);
  for (let at = /** @type {number | null} */ (index); at !== null; at = branches[at].parent)
    for (const epoch of [branches[at].from, ...branches[at].changes.map((one) => one.epoch)])
      if (epoch > from && epoch < until) cuts.add(epoch);
  const begins = [...cuts].sort((a, b) => a - b);
  return begins.map((begin, k) => {
    const branch = ownerOf(hand, index, begin + 1);
    return { branch, from: begin, until: begins[k + 1] ?? until, settings: settingsAt(hand, branch, begin) };
  });
}

/** Changes as they are listed: what was dragged over several epochs is one.
 * @param {Hand} hand
 * @returns {{branch: number, epoch: number, last: number, name: string, from: Value, to: Value}[]} */
export function listed(hand) {
  /** @type {ReturnType<typeof listed>} */
  const all = [];
  for (const [branch, { from, changes }] of hand.branches.entries()) {
    const now = settingsAt(hand, branch, from - 1);
    /** @type {Map<string, (typeof all)[number]>} the last entry of each setting */
    const known = new Map();
    for (const { epoch, settings } of changes) {
      for (const [name, to] of Object.entries(settings)) {
        const last = known.get(name);
        const one = { branch, epoch, last: epoch, name, from: now[name] ?? null, to };
        if (last?.last === epoch - 1) Object.assign(last, { last: epoch, to });
        else {
          all.push(one);
          known.set(name, one);
        }
      }
      Object.assign(now, settings);
    }
  }
  return all;
}

/** What a checkpoint is called. @param {number} branch that it is of @param {number} epoch */
export const nameOf = (branch, epoch) => `${letterOf(branch)}${epoch}`;

/** The last epoch up to one of a branch's past that a checkpoint is kept of; 0, where training begins, always is.
 * @param {Hand} hand @param {number} index @param {number} epoch @param {(name: string) => boolean} isKept */
export function nearestKept(hand, index, epoch, isKept) {
  for (let at = epoch; at > 0; at--) if (isKept(nameOf(ownerOf(hand, index, at), at))) return at;
  return 0;
}

/** An epoch as the Worker tells of it. @param {number[]} told @returns {Point} */
export const pointOf = ([epoch, ...rest]) => ({
  epoch,
  train_loss: rest[0],
  validation_loss: rest[1],
  train_metric: rest[2],
  validation_metric: rest[3],
  learning_rate: rest[4],
});
