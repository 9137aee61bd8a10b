import { count, duration, exact, loss, scientific, setting } from '../../study/format.js';
import { scaleOf } from '../../study/hyperparameters.js';
import { SEEDS } from '../../study/map.js';
import { shareOn } from '../../study/pixels.js';
import { logSteps, steps, stepsOf } from '../../study/scale.js';
import { OUTCOMES, TRAINED, UNKNOWN } from '../../state/map.js';

/**
 * What a map's axes, pixels and counts are called.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../study/types.js').Distribution} Distribution
 * @typedef {import('../../figures/plot-axes.js').Ticked} Ticked
 * @typedef {(key: string, values?: Record<string, unknown>) => string} Words
 */

/** A few values have a tick each. */
const FEW = 12;

/** @param {number} what */
export const outcomeOf = (what) => OUTCOMES[what] ?? OUTCOMES[UNKNOWN];

/** Ticks along a range, in shares of it. @param {Distribution} range @param {number} px how long the side is
 * @param {(value: unknown) => string} [word] how a choice is written @returns {Ticked} */
export function ticksOf(range, px, word = setting) {
  const target = Math.max(2, px / 90);
  const { choices } = range;
  const tick = (/** @type {any} */ value, label = exact(value)) => ({ at: shareOn(range, value), label });
  /** @type {{at: number, label: string}[]} */ let ticks;
  if (choices) ticks = choices.map((one) => tick(one, word(one)));
  else {
    const [low, high] = [Number(range.low), Number(range.high)];
    const whole = range.type === 'int';
    const drawn = stepsOf({ ...range, step: range.step ?? (whole ? 1 : null) }, FEW);
    const scale = scaleOf(range);
    if (drawn) ticks = drawn.map((one) => tick(one));
    else if (scale === 'log') {
      const marks = logSteps(low, high, target).filter((one) => !whole || Number.isInteger(one));
      const isPowers = marks.every((one) => Number.isInteger(Math.log10(one))) && marks[0] < 0.01;
      ticks = marks.map((one) => tick(one, isPowers && one !== 1 ? scientific(one, 1) : exact(one)));
    } else if (scale === 'log1m' && high - low > 0.05) {
      const round = [0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999].filter((one) => one >= low && one <= high);
      ticks = (round.length > 1 ? round : steps(low, high, target)).map((one) => tick(one));
    } else ticks = steps(low, high, target, whole).map((one) => tick(one));
  }
  return { domain: [0, 1], ticks: ticks.filter(({ at }) => at >= -1e-9 && at <= 1 + 1e-9) };
}

/** Ticks along rows of seeds. @param {number} rows @param {number} px @returns {Ticked} */
export const seedTicks = (rows, px) => ({
  domain: [0, 1],
  ticks: steps(0, rows - 1, Math.max(2, px / 90), true).map((at) => ({ at: (at + 0.5) / rows, label: exact(at) })),
});

/** @param {Store} store @param {string} name */
export const axisName = (store, name) => (name === SEEDS ? store.t('map.seeds') : store.label(name));

/** @param {Store} store @param {string} name @param {Distribution | null} range */
export function axisTitle(store, name, range) {
  return store.scaled(axisName(store, name), range ? scaleOf(range) : '');
}

/** The two settings of a pixel. @param {Store} store @param {number} index */
export const settingsOf = ({ map }, index) => map.settingsOf(index);

/** A pixel in a sentence. @param {Store} store @param {number} index */
export function pixelText(store, index) {
  const { map } = store;
  const what = map.known[index];
  const values = { loss: loss(map.losses[index]), step: count(map.steps[index]) };
  const outcome = store.t(`map.said.${outcomeOf(what)}`, values);
  const where = settingsOf(store, index).map(([name, value]) => `${axisName(store, name)} ${store.setting(value)}`);
  return [outcome, ...where].join(', ');
}

/** @param {number} part @param {number} whole */
export const percent = (part, whole) => `${whole ? ((100 * part) / whole).toFixed(1) : '0.0'}%`;

/** Seconds, also of what takes days. @param {Store} store @param {number} seconds */
export function longTime(store, seconds) {
  if (seconds < 1) return store.t('map.time.moment');
  if (seconds < 86_400) return duration(seconds);
  return store.t('map.time.days', { n: count(Math.round(seconds / 86_400)) });
}

/** @param {number} bytes */
export const megabytes = (bytes) => count(Math.max(1, Math.ceil(bytes / 2 ** 20)));

/**
 * Of a map over seeds: which values of x every seed has trained with, in runs of neighbours, the longest first.
 * @param {{known: Uint8Array}} map
 * @param {number} nx
 * @param {number} ny
 * @returns {{share: number[], runs: [number, number][]}} by column the share of what is known that was trained
 */
export function worksOf({ known }, nx, ny) {
  const share = Array.from({ length: nx }, (_, column) => {
    let [trained, all] = [0, 0];
    for (let row = 0; row < ny; row++) {
      const what = known[row * nx + column];
      if (what === UNKNOWN) continue;
      all++;
      if (what === TRAINED) trained++;
    }
    return all ? trained / all : NaN;
  });
  /** @type {[number, number][]} */ const runs = [];
  let first = -1;
  for (let column = 0; column <= nx; column++) {
    if (share[column] === 1 && first < 0) first = column;
    if (share[column] !== 1 && first >= 0 && !(Number.isNaN(share[column]) && column < nx)) {
      runs.push([first, column - 1]);
      first = -1;
    }
  }
  return { share, runs: runs.sort((a, b) => b[1] - b[0] - (a[1] - a[0])) };
}
