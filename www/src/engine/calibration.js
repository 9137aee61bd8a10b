import { Training, first_round } from '../generated/engine/engine.js';

/**
 * Which backend trains a study sooner, measured on its own trials. What is trained here is thrown away, and only the
 * backend is chosen by it: what a backend computes never depends on a clock.
 *
 * @typedef {import('../generated/engine/engine.js').GpuHandle} GpuHandle
 * @typedef {import('../study/types.js').Assignment} Assignment
 * @typedef {{cpu: number, gpu: number}} Rates steps a second of the whole round
 */

/**
 * Trials that stand for the round on the CPU: so many neighbours, as they may train side by side, at these places of
 * the round in the order of what a step costs.
 */
const PLACES = [1 / 6, 1 / 2, 5 / 6];
const NEIGHBOURS = 4;
/** Milliseconds: warm-up and measure of each such trial, and of the whole round on the GPU. */
const CPU = { warm: 8, measure: 50 };
const GPU = { warm: 80, measure: 180 };
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
    study.sampler,
  ]);
}

/** Trains for so many ms, or to the end. @param {Training} training @param {number} limit @param {number} slice
 * @param {() => Promise<unknown>} rest */
async function train(training, limit, slice, rest) {
  const begun = performance.now();
  for (let steps = 0; ;) {
    const report = await training.advance(slice);
    steps += report.steps;
    const ms = performance.now() - begun;
    if (report.finished || ms >= limit) return { steps, seconds: ms / 1000, finished: report.finished };
    await rest();
  }
}

/**
 * Seconds that the CPU takes for the round.
 * @param {Training} whole
 * @param {Assignment[]} round
 * @param {number[]} steps
 * @param {number[]} work
 * @param {number} workers
 * @param {() => Promise<unknown>} rest
 */
async function onCpu(whole, round, steps, work, workers, rest) {
  const cost = work.map((all, at) => all / Math.max(1, steps[at]));
  const order = cost.map((_, at) => at).sort((a, b) => cost[a] - cost[b]);
  const most = Math.max(0, order.length - NEIGHBOURS);
  const picked = [...new Set(PLACES.map((place) => Math.min(most, Math.floor(place * order.length))))];
  /** @type {{cost: number, pace: number}[]} */
  const measured = [];
  for (const at of picked) {
    const group = order.slice(at, at + NEIGHBOURS);
    const mean = group.reduce((sum, one) => sum + cost[one], 0) / group.length;
    const training = whole.sibling_on_cpu(JSON.stringify(group.map((one) => round[one])));
    const warm = await train(training, CPU.warm, CPU.warm, rest);
    const long = warm.finished ? warm : await train(training, CPU.measure, CPU.measure / 2, rest);
    training.free();
    if (long.steps) measured.push({ cost: mean, pace: long.seconds / (long.steps * mean) });
  }
  // A trial's pace is that of the measured one whose steps are most like its own.
  const pace = (/** @type {number} */ own) =>
    measured.reduce((best, one) =>
      Math.abs(Math.log(one.cost / own)) < Math.abs(Math.log(best.cost / own)) ? one : best,
    ).pace;
  return work.reduce((sum, all, at) => sum + all * pace(cost[at]), 0) / workers;
}

/** Seconds that the GPU takes for the round, compilation apart. @param {Training} whole @param {Assignment[]} round
 * @param {number[]} steps @param {number[]} work @param {GpuHandle} gpu @param {() => Promise<unknown>} rest */
async function onGpu(whole, round, steps, work, gpu, rest) {
  const training = whole.sibling_on_gpu(JSON.stringify(round), gpu);
  // The first piece compiles; those after it grow to what the device takes in one.
  let report = await train(training, 0, 1, rest);
  if (!report.finished) report = await train(training, GPU.warm, 50, rest);
  if (!report.finished) report = await train(training, GPU.measure, 50, rest);
  training.free();
  // Trials go on side by side, a step of each: a step of the round costs what the mean trial's does.
  const each = work.reduce((sum, all, at) => sum + all / Math.max(1, steps[at]), 0) / work.length;
  const all = work.reduce((sum, one) => sum + one, 0);
  return ((all / each) * report.seconds) / Math.max(1, report.steps);
}

/**
 * @param {string} study
 * @param {Uint8Array | undefined} table
 * @param {GpuHandle} gpu
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
    const [steps, work] = [[...whole.planned_steps()], [...whole.planned_work()]];
    const total = steps.reduce((sum, one) => sum + one, 0);
    const cpu = await onCpu(whole, round, steps, work, Math.min(most, round.length), rest);
    const onDevice = await guarded(() => onGpu(whole, round, steps, work, gpu, rest));
    return { cpu: total / cpu, gpu: total / onDevice };
  } finally {
    whole.free();
  }
}
