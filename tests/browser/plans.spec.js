import { expect, test } from './fixtures.js';

test('a result names the plans of all Workers', async ({ app, backend }) => {
  await app.open();
  const result = await app.result(
    {
      format: 'tuning-playground/study@1',
      dataset: { name: 'moons' },
      fixed: { hidden_layers: 1, epochs: 1 },
      space: { hidden_units: { type: 'categorical', choices: [4, 1024] } },
      sampler: { name: 'random' },
      trials: 9,
      seed: 38,
    },
    backend,
  );
  // The one wide network outweighs the eight tiny ones, and has a Worker of its own where there are two.
  expect(result.trials.filter((/** @type {any} */ one) => one.params.hidden_units === 1024)).toHaveLength(1);
  expect(result.engine.plan).toBe('lanes+panels');
});
