import { exact, loss, metric, setting } from '../../study/format.js';
import { tiesOf } from '../../state/ties.js';

/**
 * What came of a guess: the network nearest to it on a logarithm, against the best. Nobody wins where they tie.
 * @param {import('../../state/store.js').Store} store
 * @param {number} guess
 * @returns {{key: string, values: Record<string, string | number>}}
 */
export function answerTo(store, guess) {
  const best = store.trials.get(store.best ?? -1);
  const winner = Number(best?.params.learning_rate);
  if (!best || !(winner > 0)) return { key: 'opening.answer.none', values: { guess: setting(guess) } };
  let nearest = best;
  const far = (/** @type {import('../../study/types.js').Trial} */ { params }) =>
    Math.abs(Math.log(Number(params.learning_rate) / guess));
  for (const { trial } of store.ranked()) if (far(trial) < far(nearest)) nearest = trial;
  const text = (/** @type {number} */ value) =>
    store.objective.metric.endsWith('loss') ? loss(value) : metric(value, store.task);
  const [mine, won] = [store.score(nearest), store.score(best)];
  const values = {
    guess: setting(guess),
    best: setting(winner),
    near: setting(Number(nearest.params.learning_rate)),
    won: text(won),
    mine: text(mine),
    by: text(Math.abs(mine - won)),
  };
  if (nearest === best) return { key: 'opening.answer.hit', values };
  if (text(mine) === text(won) || tiesOf(store)?.numbers.has(nearest.number))
    return { key: 'opening.answer.tie', values };
  return { key: 'opening.answer.miss', values };
}

/** A learning rate as a slider's value: hundredths of a power of ten. @param {number} rate */
export const notchOf = (rate) => Math.round(100 * Math.log10(rate));

/** The learning rate of a slider's value, in two digits. @param {number} notch */
export const rateOf = (notch) => Number((10 ** (notch / 100)).toPrecision(2));

/** The ends of the range that is guessed in. @param {import('../../study/types.js').Study} study */
export function endsOf(study) {
  const { low, high } = study.space?.learning_rate ?? {};
  const [from, to] = [Number(low), Number(high)];
  return from > 0 && to > from ? { low: from, high: to, text: { low: exact(from), high: exact(to) } } : null;
}
