import { Training, first_round } from '../generated/engine/engine.js';
import { NO_ROUND } from './gpu.js';
import { secondsOnCpu, secondsOnGpu } from './measure.js';

/**
 * Which backend trains a study sooner, measured on its own trials. What is trained here is thrown away, and only the
 * backend is chosen by it: what a backend computes never depends on a clock.
 *
 * @typedef {import('./gpu.js').Gpu} Gpu
 * @typedef {import('../study/types.js').Assignment} Assignment
 * @typedef {{cpu: number, gpu: number}} Rates steps a second of the whole round
 */

/** Hyperparameters whose values change no step's cost. */
const FREE = ['learning_rate', 'epochs'];

/** Studies whose steps cost the same share what was measured. @param {any} study */
export function shapeClass(study) {
  const without = (/** @type {object | undefined} */ part) =>
    Object.entries(part ?? {})
      .filter(([key]) => !FREE.includes(key))
      .sort();
  const { name, samples } = study.dataset;
  return JSON.stringify([
    name,
    samples,
    without(study.fixed),
    without(study.space),
    study.trials,
    study.seeds_per_trial,
    study.dataset.folds,
    study.sampler,
  ]);
}

/**
 * @param {string} study
 * @param {Uint8Array | undefined} table
 * @param {Gpu} gpu
 * @param {number} most Workers at most
 * @param {{rest: () => Promise<unknown>, guarded: <T>(act: () => Promise<T>) => Promise<T>}} host
 * @returns {Promise<Rates>}
 */
export async function calibrate(study, table, gpu, most, { rest, guarded }) {
  const text = first_round(study);
  /** @type {Assignment[]} */
  const round = JSON.parse(text);
  const whole = Training.on_cpu(study, text, table);
  try {
    const plan = { steps: [...whole.planned_steps()], work: [...whole.planned_work()] };
    const total = plan.steps.reduce((sum, one) => sum + one, 0);
    const means = { now: () => performance.now(), rest };
    const some = (/** @type {number[]} */ places) =>
      whole.sibling_on_cpu(JSON.stringify(places.map((place) => round[place])));
    const cpu = await secondsOnCpu(plan, Math.min(most, round.length), some, means);
    const there = gpu.training(study, NO_ROUND, table);
    const onDevice = await guarded(() => secondsOnGpu(plan, () => gpu.sibling(there, text), means)).finally(() =>
      there.free(),
    );
    return { cpu: total / cpu, gpu: total / onDevice };
  } finally {
    whole.free();
  }
}
