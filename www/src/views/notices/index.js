import { culpritOf } from '../../study/extremes.js';
import { exact, number, rate, scientific } from '../../study/format.js';
import { ROOM } from '../../study/runs.js';

/**
 * What few readers are told of, loaded with its words when it is: links that were not understood in full, and what is
 * not kept between visits, runs of which nothing is left.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../state/types.js').Notice} Notice
 */

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

const SKIPPED_SHOWN = 12;

/**
 * A link that was not understood in full.
 * @param {import('../../study/link.js').Skipped[]} skipped
 * @param {boolean} newer
 * @param {string} dataset that the study stands on
 * @returns {Notice}
 */
export function linkNotice(skipped, newer, dataset) {
  const long = skipped.some((one) => one.why === 'too_long');
  const data = skipped.find((one) => one.found);
  const others = skipped.filter((one) => one !== data);
  const lost = placesOf(others.filter((one) => one.why === 'lost'));
  const list = placesOf(others.filter((one) => one.why !== 'lost'));
  const cut = lost.length > 0;
  // Of a study of which nothing is left, nothing is loaded.
  const none = skipped.find((one) => one.why === 'lost' && one.what === 'study');
  if (none)
    return {
      id: 'link',
      kind: 'alert',
      title: 'message.link_cut',
      problem: { code: 'note_link_nothing' },
      actions: [],
    };
  const rest = !cut ? 'skipped' : list.length ? 'both' : 'lost';
  return {
    id: 'link',
    kind: 'alert',
    title: `message.link_${long ? 'long' : newer ? 'newer' : data ? 'data' : cut ? 'cut' : 'partly'}`,
    problem: long
      ? { code: 'note_link_long' }
      : data
        ? { code: `note_link_data${others.length ? `_${rest}` : ''}`, data: data.found, dataset, lost, list }
        : { code: `note_link_${rest}`, lost, list },
    actions: [],
  };
}

/** @param {import('../../study/link.js').Skipped[]} skipped @returns {string[]} */
function placesOf(skipped) {
  const more = skipped.length - SKIPPED_SHOWN;
  return skipped
    .slice(0, SKIPPED_SHOWN)
    .map((one) => one.what)
    .concat(more > 0 ? [`… (+${more})`] : []);
}

/**
 * Something is not kept between visits.
 * @param {string} lack refused, full, large or pinned
 * @param {number} size in MB, the most that is kept of a run
 * @returns {Notice}
 */
export const keepNotice = (lack, size) => ({
  id: 'keep',
  kind: 'note',
  title: `message.keep_${lack}`,
  problem: { code: `note_keep_${lack}`, size: lack === 'pinned' ? ROOM.bytes / 1e6 : size, runs: ROOM.runs },
  actions: lack === 'refused' ? [] : [{ label: 'runs.all', act: 'all_runs', detail: true }],
});

/** Runs before which another one would have to go. @param {string} letter of the one that goes first, or nothing
 * @returns {Notice} */
export const roomNotice = (letter) => ({
  id: 'room',
  kind: 'note',
  title: 'message.room',
  problem: letter
    ? { code: 'note_room', letter, size: ROOM.bytes / 1e6, runs: ROOM.runs }
    : { code: 'note_keep_pinned', size: ROOM.bytes / 1e6, runs: ROOM.runs },
  actions: [{ label: 'runs.all', act: 'all_runs', detail: true, primary: true }],
});

/** Learning rates to try after all trials diverged: three decades, all below the smallest rate that was tried.
 * @param {number} least not finite where no rate was drawn */
function calmerRange(least) {
  const top = least > 0 && least <= 0.1 ? Math.max(-6, Math.ceil(Math.log10(least) - 1e-9) - 1) : -1;
  return { low: Number(`1e${top - 3}`), high: Number(`1e${top}`) };
}

/** @param {Store} store @returns {Notice | null} */
export function divergedNotice(store) {
  const trials = [...store.trials.values()];
  if (!trials.length || store.counts.diverged < trials.length) return null;
  const rates = trials.map((one) => number(one.params.learning_rate)).filter(Number.isFinite);
  const least = Math.min(...rates);
  const { low, high } = calmerRange(least);
  const culprit = culpritOf(
    store.shownStudy,
    trials.map((one) => one.params),
  );
  // Smaller rates do not help where something else is to blame.
  const mend = culprit
    ? {
        label: 'action.to_default',
        values: { name: store.label(culprit.name) },
        act: 'reset_row',
        detail: culprit.name,
        primary: true,
      }
    : {
        label: 'action.use_range',
        values: { low: scientific(low, 1), high: scientific(high, 1) },
        act: 'use_range',
        detail: { low, high },
        primary: true,
      };
  // A study whose test set is open stays as it is.
  /** @type {Notice['actions']} */
  const actions = store.readOnly ? [] : [mend];
  const curved = trials.some((trial) => [...trial.epochs.column('validation_loss')].some(Number.isFinite));
  if (curved) actions.push({ label: 'action.show_curves', act: 'show_curves' });
  return {
    id: 'all_diverged',
    kind: 'note',
    title: 'message.all_diverged',
    values: { n: trials.length },
    problem: culprit
      ? {
          code: 'note_all_diverged_by',
          name: store.label(culprit.name),
          value: rate(culprit.value),
          low: exact(culprit.usual[0]),
          high: exact(culprit.usual[1]),
        }
      : rates.length
        ? { code: 'note_all_diverged', rate: rate(least) }
        : { code: 'note_all_diverged_fixed' },
    actions,
  };
}
