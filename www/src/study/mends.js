import { BY_NAME, datasetOf } from './hyperparameters.js';
import { count } from './format.js';
import { capBatches, fittingPoints } from './panel.js';
import { partSizes } from './parts.js';
import { trialsOf } from './search.js';
import { TRIALS_LIMIT } from './study.js';

/**
 * The buttons beside a refusal at Run: what mends the study, as one change that undo takes back.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Problem} Problem
 * @typedef {{act: string, label: string, values?: Record<string, unknown>, change: (study: Study) => void,
 *   run?: boolean}} Mend
 */

/** @param {Study} study @param {Problem} problem @param {(name: string) => string} label of a hyperparameter
 * @returns {Mend[]} */
export function mendsOf(study, problem, label) {
  const found = (BY_CODE[problem.code] ?? byKey)(study, problem, label);
  // A mend that leaves the study as it is mends nothing.
  return found.filter(({ change }) => {
    const next = structuredClone(study);
    change(next);
    return JSON.stringify(next) !== JSON.stringify(study);
  });
}

/** Half as wide is a quarter of the weights: pressed again, it comes to any limit.
 * @param {Study} study @returns {Mend[]} */
function narrowed(study) {
  const halved = (/** @type {unknown} */ width) => Math.max(1, Math.floor(Number(width) / 2));
  const widths = study.fixed?.hidden;
  if (Array.isArray(widths)) {
    const less = widths.map(halved);
    return [
      {
        act: 'narrow_layers',
        label: 'fix.use',
        values: { value: less.join(', ') },
        change: (next) => void ((next.fixed ??= {}).hidden = less),
      },
    ];
  }
  const width = study.fixed?.hidden_units;
  if (width === undefined) return [];
  const less = halved(width);
  return [
    {
      act: 'narrow_layers',
      label: 'fix.use',
      values: { value: less },
      change: (next) => void ((next.fixed ??= {}).hidden_units = less),
    },
  ];
}

/** @type {Record<string, (study: Study, problem: Problem, label: (name: string) => string) => Mend[]>} */
const BY_CODE = {
  grid_too_large: (study, problem) => {
    const n = Number(String(problem.combinations).replaceAll(',', ''));
    const points = fittingPoints(study);
    const fewer = (/** @type {Study} */ next) => void (next.sampler = { name: 'grid', points });
    /** @type {Mend} */
    const less = { act: 'set_points', label: 'action.set_points', values: { n: points }, change: fewer };
    return [...(n <= TRIALS_LIMIT ? [setTrials(n)] : []), ...(points > 0 ? [less] : [])];
  },
  batch_too_large: (_, problem) => {
    const most = Number(problem.rows);
    return [
      {
        act: 'set_batch',
        label: 'action.set_batch',
        values: { n: most },
        change: (study) => capBatches(study, most),
      },
    ];
  },
  too_few_rows: (study) => {
    const all = (/** @type {Study} */ next) => partSizes(next).every((size) => size > 0);
    const rows = datasetOf(study)?.rows ?? 0;
    const most = datasetOf(study)?.kind === 'generated' ? 1000 : rows;
    const wanted = (/** @type {number} */ samples) => ({ ...study, dataset: { ...study.dataset, samples } });
    let samples = study.dataset.samples ?? rows;
    while (samples < most && !all(wanted(samples))) samples++;
    if (!all(wanted(samples)))
      return [{ act: 'reset_split', label: 'action.reset_split', change: (next) => void delete next.dataset.split }];
    const change = (/** @type {Study} */ next) => void (next.dataset.samples = samples);
    return [{ act: 'set_samples', label: 'action.set_samples', values: { n: samples }, change }];
  },
  too_many_folds: (_, { rows }) => {
    const n = Math.max(1, Number(rows));
    const change = (/** @type {Study} */ next) => void (next.dataset.folds = n);
    return [{ act: 'set_folds', label: 'action.set_folds', values: { n }, change }];
  },
  loss_mismatch: (_, problem) => [
    {
      act: 'set_loss',
      label: 'fix.use',
      values: { value: String(problem.accepted).replaceAll('_', ' ') },
      change: (study) => {
        delete study.fixed?.loss;
        delete study.space?.loss;
      },
    },
  ],
  too_large: narrowed,
  too_many_parameters: narrowed,
  undefined_metric: () => [
    { act: 'set_metric', label: 'action.reset_metric', change: (study) => void delete study.objective },
  ],
  empty_space: () => [
    {
      act: 'sweep_learning_rate',
      label: 'action.sweep_learning_rate',
      change: (study) => {
        delete study.fixed?.learning_rate;
        (study.space ??= {}).learning_rate = structuredClone(/** @type {any} */ (BY_NAME.get('learning_rate')?.sweep));
      },
    },
  ],
  step_on_scale: (_, problem) => [
    { act: 'drop_step', label: 'action.drop_step', change: (study) => void delete rangeOf(study, problem)?.step },
  ],
  duplicate: (_, problem) => [
    {
      act: 'drop_twice',
      label: 'action.drop_twice',
      change: (study) => {
        const range = rangeOf(study, problem);
        if (range?.choices) range.choices = [...new Set(range.choices)];
      },
    },
  ],
};

/** @param {number} n @returns {Mend} */
const setTrials = (n) => ({
  act: 'set_trials',
  label: 'run.run',
  values: { n },
  change: (study) => void (study.trials = n),
  run: true,
});
/** The hyperparameter that a problem's key names. @param {Problem} problem */
const nameOf = ({ key }) =>
  String(key)
    .split('.')
    .find((part) => BY_NAME.has(part)) ?? '';
/** @param {Study} study @param {Problem} problem */
const rangeOf = (study, problem) => study.space?.[nameOf(problem)];

/** What a problem's key names goes back to its default.
 * @param {Study} study @param {Problem} problem @param {(name: string) => string} label
 * @returns {Mend[]} */
function byKey(study, problem, label) {
  const name = nameOf(problem);
  const values = { name: label(name) };
  if (name && study.space?.[name])
    return [{ act: 'unsweep', label: 'action.unsweep', values, change: (next) => void delete next.space?.[name] }];
  if (name && study.fixed?.[name] !== undefined)
    return [{ act: 'unset', label: 'action.unset', values, change: (next) => void delete next.fixed?.[name] }];
  const most = /^\S+ \.\. (\d+)\b.*\(sobol\)$/.exec(String(problem.accepted));
  if (problem.key === 'trials' && (most || study.stages)) {
    return [setTrials(most ? Number(most[1]) : trialsOf(study.stages ?? []))];
  }
  if (problem.key === 'budget') {
    const n = Number(/^>= (\d+)/.exec(String(problem.accepted))?.[1]);
    return [
      ...(n
        ? [
            {
              act: 'set_budget',
              label: 'fix.use',
              values: { value: count(n) },
              change: (/** @type {Study} */ next) => void (next.budget = n),
            },
          ]
        : []),
      { act: 'drop_budget', label: 'action.drop_budget', change: (next) => void delete next.budget },
    ];
  }
  return [];
}
