import { orderOf } from '../../www/src/figures/order.js';
import { chance } from './chance.js';
import { expect, test } from './fixtures.js';

test('the table sorts as one comparison after the other would', async () => {
  const random = chance(3);
  const values = [NaN, Infinity, -Infinity, undefined, 0, -0, 1e-300, 0.1, 0.5, -2, 7, 'relu', true];
  const states = ['complete', 'running', 'diverged', 'queued'];
  for (let round = 0; round < 200; round++) {
    const some = values.slice(0, 1 + Math.floor(random() * values.length));
    const trials = Array.from(
      { length: Math.floor(random() * 60) },
      (_, number) =>
        /** @type {any} */ ({
          number,
          value: some[Math.floor(random() * some.length)],
          state: states[Math.floor(random() * states.length)],
        }),
    );
    // Trials come in the order in which they were heard of.
    trials.sort(() => random() - 0.5);
    for (const down of [false, true]) {
      const known = (/** @type {any} */ one) =>
        typeof one.value === 'string' || typeof one.value === 'boolean' || Number.isFinite(one.value);
      const expected = [...trials].sort((a, b) => {
        if (known(a) !== known(b)) return known(a) ? -1 : 1;
        if (!known(a)) return states.indexOf(a.state) - states.indexOf(b.state) || a.number - b.number;
        const sign = down ? -1 : 1;
        return (a.value < b.value ? -sign : a.value > b.value ? sign : 0) || a.number - b.number;
      });
      // Words and numbers in one column have no order.
      if (new Set(trials.filter(known).map((one) => typeof one.value)).size > 1) continue;
      expect(orderOf(trials, (one) => /** @type {any} */ (one).value, down)).toEqual(
        expected.map((one) => one.number),
      );
    }
  }
});
