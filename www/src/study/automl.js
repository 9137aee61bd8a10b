import { BY_NAME, choicesOf, inertBy } from './hyperparameters.js';
import { trainingRows } from './parts.js';
import { epochsOf, planOf, stepsOfEpoch } from './plan.js';
import { BUDGET_LIMIT } from './search.js';

/**
 * AutoML: a study that searches architecture and optimization by itself, within a budget. Pure.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {{architecture: boolean, optimization: boolean, budget: number}} Auto what may change, and how many
 *   trial-steps it may take
 */

/** @param {Distribution['type']} type @param {number} low @param {number} high @param {boolean} [log] */
const range = (type, low, high, log) => ({ type, low, high, ...(log && { log }) });

/** What each part searches, where the study has no range of its own. @type {Record<'architecture' | 'optimization',
 * Record<string, Distribution>>} */
export const AUTO = {
  architecture: {
    hidden_layers: range('int', 1, 3),
    hidden_units: range('int', 8, 128, true),
    activation: { type: 'categorical', choices: ['relu', 'tanh', 'gelu'] },
  },
  optimization: {
    optimizer: { type: 'categorical', choices: ['momentum', 'adam', 'nadam'] },
    learning_rate: range('float', 1e-4, 0.3, true),
    batch_size: { type: 'categorical', choices: [16, 32, 64, 128] },
    weight_decay: range('float', 1e-6, 1e-2, true),
    dropout: range('float', 0, 0.5),
  },
};
export const AUTO_PARTS = /** @type {(keyof typeof AUTO)[]} */ (Object.keys(AUTO));

/** Trials that the pruner stops early make room for more: so many for each that the budget trains to its end. */
const STOPPED = 4;
/** Trials that the budget is enough for where nobody has said another. */
const USUAL = 24;
const MOST_TRIALS = 10_000;
/** Widths of single layers, which depth and width take the place of. */
const WIDTHS = /^(hidden|units_\d+)$/;

/** A range as this study can have it: no batch is larger than the training part.
 * @param {Study} study @param {string} name @param {Distribution} wanted @returns {Distribution} */
function fitting(study, name, wanted) {
  if (!wanted.choices) return { ...wanted };
  /** @type {readonly unknown[]} */
  const known = choicesOf(/** @type {import('./hyperparameters.js').Hyperparameter} */ (BY_NAME.get(name)));
  const [rows] = trainingRows(study);
  const choices = wanted.choices.filter((one) => (name === 'batch_size' ? Number(one) <= rows : known.includes(one)));
  return { ...wanted, choices: choices.length ? choices : [Math.max(1, rows)] };
}

/** A budget that comes to a round number of steps. @param {Study} study @param {Omit<Auto, 'budget'>} parts */
export function usualBudget(study, parts) {
  const { perTrial } = planOf(automated(study, { ...parts, budget: BUDGET_LIMIT }));
  const steps = USUAL * perTrial;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(steps)) - 1);
  return Math.max(1, Math.min(BUDGET_LIMIT, Math.round(steps / unit) * unit));
}

/**
 * The study that is searched. Ranges that it has already stay as they are, but for those that nothing would use.
 * @param {Study} study
 * @param {Auto} auto
 * @returns {Study}
 */
export function automated(study, auto) {
  const next = structuredClone(study);
  const fixed = (next.fixed ??= {});
  const space = (next.space ??= {});
  // Hyperband compares trials at the same epochs.
  fixed.epochs = Math.round(epochsOf(study));
  delete space.epochs;
  if (auto.architecture)
    for (const name of Object.keys({ ...fixed, ...space })) {
      if (!WIDTHS.test(name)) continue;
      delete fixed[name];
      delete space[name];
    }
  for (const part of AUTO_PARTS) {
    if (!auto[part]) continue;
    for (const [name, wanted] of Object.entries(AUTO[part])) {
      delete fixed[name];
      space[name] ??= fitting(next, name, wanted);
    }
  }
  for (const name of Object.keys(space)) {
    const one = BY_NAME.get(name);
    if (one && inertBy(one, next)) delete space[name];
  }
  const whole = auto.budget / Math.max(1, fixed.epochs * stepsOfEpoch(next));
  delete next.stages;
  return {
    ...next,
    sampler: { name: 'tpe' },
    pruner: { name: 'hyperband' },
    trials: Math.max(1, Math.min(MOST_TRIALS, Math.ceil(STOPPED * whole))),
    budget: auto.budget,
  };
}
