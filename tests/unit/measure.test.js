import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsOnCpu, secondsOnGpu } from '../../www/src/engine/measure.js';

/** Waits for a device, in ms: a native queue, Chrome, Chrome on Windows, Firefox. */
const LATENCIES = [0.3, 3, 10, 103];

/** Numbers that look drawn, the same each time. @param {number} seed */
function drawing(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A machine with a clock of its own. Its GPU is the engine's driver in short: a round is prepared, laps of work are
 * two at a time under way, what came back is told after a wait, and the first laps of a device that has not trained
 * before are short.
 * @param {{latency: number, pace: number, prepare: number, cpu: number, trials: number, steps: number, compile:
 *   number}} given ms a step of the whole round on the GPU, ms of preparing it, ms a step of one trial on the CPU
 */
function machine({ latency, pace, prepare, cpu, trials, steps, compile }) {
  let [clock, grown, compiled] = [0, 5, false];
  const onGpu = () => {
    clock += prepare;
    const all = trials * steps;
    let [submitted, told, busy] = [0, 0, clock];
    /** @type {{until: number, steps: number}[]} */
    const laps = [];
    return {
      free() {},
      /** @param {number} ms */
      async advance(ms) {
        if (!compiled) clock += compile;
        compiled = true;
        while (laps.length < 2 && submitted < all) {
          const length = Math.min(Math.max(ms, Math.min(latency, 96)), grown);
          const taken = Math.min(all - submitted, Math.max(trials, Math.round(length / pace) * trials));
          clock += 0.2;
          busy = Math.max(busy, clock) + (taken / trials) * pace;
          submitted += taken;
          laps.push({ until: busy, steps: taken });
        }
        const lap = /** @type {{until: number, steps: number}} */ (laps.shift());
        clock = Math.max(clock, lap.until + latency);
        grown = Math.min(96, 8 * grown);
        told += lap.steps;
        return { steps: lap.steps, finished: told >= all };
      },
    };
  };
  const onCpu = (/** @type {number} */ n) => {
    let left = n * steps;
    return {
      free() {},
      /** @param {number} ms */
      async advance(ms) {
        const taken = Math.min(left, Math.max(n, Math.round(ms / cpu)));
        clock += taken * cpu;
        left -= taken;
        return { steps: taken, finished: left <= 0 };
      },
    };
  };
  return { onGpu, onCpu, now: () => clock };
}

/** @param {any} given @param {number} workers */
async function chosen(given, workers) {
  const plan = { steps: Array(given.trials).fill(given.steps), work: Array(given.trials).fill(given.steps * 7) };
  const made = machine(given);
  const means = { now: made.now, rest: async () => {} };
  const begun = made.now();
  const cpu = await secondsOnCpu(plan, workers, (places) => made.onCpu(places.length), means);
  const gpu = await secondsOnGpu(plan, made.onGpu, means);
  return { cpu, gpu, took: made.now() - begun };
}

/** What the whole round really takes on each. @param {any} given @param {number} workers */
async function real(given, workers) {
  const made = machine({ ...given, compile: 0 });
  const train = async (/** @type {any} */ training) => {
    const begun = made.now();
    while (!(await training.advance(20)).finished);
    return (made.now() - begun) / 1000;
  };
  await train(made.onGpu());
  const begun = made.now();
  await train(made.onGpu());
  const gpu = (made.now() - begun) / 1000;
  return { gpu, cpu: (given.trials * given.steps * given.cpu) / workers / 1000 };
}

test('calibration chooses the faster backend in 19 of 20 cases, over all latencies, in 300 ms and four waits', async () => {
  for (const latency of LATENCIES) {
    const draw = drawing(1 + Math.round(latency * 10));
    let [right, longest] = [0, 0];
    const cases = 200;
    for (let at = 0; at < cases; at++) {
      const trials = Math.round(2 ** (12 * draw()));
      const steps = Math.round(20 * 2 ** (8 * draw()));
      // A step of one small trial on the CPU takes 4 us to 2 ms; the GPU's round is between 100 x quicker and 10 x slower.
      const cpu = 0.004 * 2 ** (9 * draw());
      const workers = 1 + Math.floor(7 * draw());
      const whole = (cpu * trials) / workers;
      const given = {
        latency,
        pace: Math.max(0.005, whole * 10 ** (3 * draw() - 2)),
        prepare: trials * steps * 1e-5,
        cpu,
        trials,
        steps,
        compile: 300,
      };
      const guess = await chosen(given, workers);
      const truth = await real(given, workers);
      right += Number(guess.gpu < guess.cpu === truth.gpu < truth.cpu);
      // A step of the slowest rounds takes longer than what there is time for: a few are the least that can be measured.
      const least = 5 * given.pace + 2 * given.prepare + 24 * cpu;
      longest = Math.max(longest, guess.took - given.compile - least);
    }
    console.log(`latency ${latency} ms: ${right} of ${cases} right, ${Math.round(longest)} ms at most`);
    assert.ok(right >= 0.95 * cases, `${right} of ${cases} at ${latency} ms`);
    assert.ok(longest <= 300 + 4 * latency, `${longest} ms at ${latency} ms`);
  }
});

test('a round of one trial and one step, and one that never ends, are measured', async () => {
  for (const [trials, steps] of [
    [1, 1],
    [65_536, 1_000_000],
  ]) {
    const given = { latency: 3, pace: 1, prepare: 1, cpu: 0.01, trials, steps, compile: 10 };
    const { cpu, gpu } = await chosen(given, 1);
    for (const seconds of [cpu, gpu]) assert.ok(Number.isFinite(seconds) && seconds > 0, `${seconds}`);
  }
});
