import { keysKnown } from '../../commands/keys.js';

/**
 * Sentences that several figures of this view say.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('./verdicts.js').Verdict} Verdict
 */

/** A share in whole per cent; what is less than one is not none. @param {number} share */
export function percent(share) {
  const whole = Math.round(100 * share);
  if (share > 0 && whole === 0) return '< 1%';
  return share < 1 && whole === 100 ? '> 99%' : `${whole}%`;
}

/** The values among which most of the best lie. @param {Store} store @param {Verdict} verdict */
export function stretchOf({ setting }, { axis, good }) {
  if (!good) return '–';
  if (axis.range?.choices) return good.choices.map((place) => setting(axis.range?.choices?.[place])).join(', ');
  return good.low === good.high ? setting(good.low) : `${setting(good.low)} – ${setting(good.high)}`;
}

/** Where the best lie, and whether that says anything. @param {Store} store @param {Verdict} verdict */
export function goodSaid(store, verdict) {
  const { good } = verdict;
  if (!good) return store.t('good.few');
  return store.t(good.told ? 'good.here' : 'good.anywhere', {
    held: good.held,
    of: good.of,
    stretch: stretchOf(store, verdict),
    base: percent(good.base),
  });
}

/** The key that pins the selected trial. */
export const pinKey = () => keysKnown().find(({ name }) => name === 'pin_trial')?.shown[0] ?? 'K';
