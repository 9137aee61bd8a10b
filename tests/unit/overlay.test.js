import test from 'node:test';
import { anyNumber, assert, check, fc } from './numbers.js';
import { apart, axesOf, bestSoFar, placesIn } from '../../www/src/views/runs/overlay.js';

/** Runs over each other in one plot. */

/** @type {any} */ (globalThis).requestAnimationFrame ??= () => 0;

/** A run as the plot reads it. @param {(number | null)[]} scores null of a trial that was cancelled
 * @param {'minimize' | 'maximize'} direction */
const runOf = (scores, direction) => {
  const trials = scores.map((score, number) => ({ number, state: score === null ? 'cancelled' : 'complete', score }));
  return /** @type {any} */ ({
    objective: { metric: direction === 'minimize' ? 'validation_loss' : 'validation_metric', direction },
    trials: { inOrder: () => trials },
    score: (/** @type {any} */ trial) => trial.score,
  });
};
const scores = fc.array(fc.option(anyNumber), { maxLength: 12 });
const direction = fc.constantFrom(/** @type {const} */ ('minimize'), /** @type {const} */ ('maximize'));

test('the best so far only gets better, ends with the best, and counts the trials that ended', () => {
  check(
    fc.property(scores, direction, (all, way) => {
      const found = bestSoFar(runOf(all, way));
      const ended = all.filter((one) => one !== null).map(Number);
      const finite = ended.filter(Number.isFinite);
      const best = way === 'minimize' ? Math.min(...finite) : Math.max(...finite);
      // 0 and -0 are the same score.
      assert.ok(finite.length ? found.at(-1)?.score === best : found.length === 0);
      if (found.length) assert.equal(found.at(-1)?.n, ended.length);
      for (const [k, one] of found.slice(1).entries()) {
        assert.ok(one.n > found[k].n);
        assert.ok(way === 'minimize' ? one.score <= found[k].score : one.score >= found[k].score);
      }
    }),
  );
});

test('any scores have axes with an end, and places that are numbers', () => {
  check(
    fc.property(fc.array(scores, { minLength: 1, maxLength: 4 }), direction, fc.boolean(), (runs, way, log) => {
      const layers = runs.map((one, k) => ({ id: String(k), letter: 'A', at: k, store: runOf(one, way) }));
      const axes = axesOf(layers, 'best', log, 400, 300);
      assert.ok(axes.x.ticks.length <= 50 && axes.y.ticks.length <= 50);
      const place = placesIn(axes);
      for (const { store } of layers)
        for (const { n, score } of bestSoFar(store))
          assert.ok(Number.isFinite(place.x(n)) && Number.isFinite(place.y(score)), `${score} on ${axes.y.domain}`);
    }),
  );
});

test('letters stand apart, in their order, and between the ends where there is room', () => {
  const place = fc.double({ min: -50, max: 350, noNaN: true });
  check(
    fc.property(fc.array(place, { maxLength: 5 }), (all) => {
      const found = apart(all, 14, 0, 300);
      const order = [...all.keys()].sort((a, b) => all[a] - all[b] || a - b).map((k) => found[k]);
      for (const [k, one] of order.entries()) {
        assert.ok(one >= -1e-9 && one <= 300 + 1e-9);
        if (k) assert.ok(one - order[k - 1] >= 14 - 1e-9);
      }
    }),
  );
});
