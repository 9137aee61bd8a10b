import { small, SMALL } from './app.js';
import { expect, test } from './fixtures.js';
import { DICTIONARIES, matches } from './texts.js';

/**
 * Studies that cannot run: the problem's code, and what the message must name.
 * @type {[string, Record<string, any>, string, (string | RegExp)[]][]}
 */
const REFUSED = [
  ['an unknown hyperparameter', small({ fixed: { learning_rat: 0.1 } }), 'unknown_key', ['learning_rat']],
  ['an unknown key of the study', small({ trails: 3 }), 'unknown_key', ['trails']],
  ['an unknown data set', small({ dataset: { name: 'toString' } }), '', ['toString']],
  ['a value out of range', small({ fixed: { epochs: -3 } }), 'out_of_range', ['-3']],
  ['a range out of range', small({ space: { dropout: { type: 'float', low: 0, high: 7 } } }), 'out_of_range', ['7']],
  [
    'an empty sweep',
    small({ space: { learning_rate: { type: 'float', low: 0.1, high: 0.001, log: true } } }),
    'empty_range',
    ['0.1', '0.001'],
  ],
  ['no choices', small({ space: { batch_size: { type: 'categorical', choices: [] } } }), '', []],
  [
    'a batch larger than the data',
    small({ fixed: { batch_size: 5000 }, space: {} }),
    'batch_too_large',
    ['5000', /1[,.]?2\d\d/],
  ],
  [
    'a network too large',
    small({ fixed: { hidden: Array(10).fill(2048), optimizer: 'adam' }, trials: 4096 }),
    'too_large',
    [],
  ],
  [
    'a network too large for a Hessian',
    small({ fixed: { hidden: [200], optimizer: 'newton' }, space: {} }),
    'too_many_parameters',
    [/15[,.]?010/, /2[,.]?000/, /layer sizes|은닉층 구성/],
  ],
  ['fixed and swept at once', small({ fixed: { dropout: 0.1 } }), 'fixed_and_swept', []],
  ['a grid with too many points', small({ sampler: { name: 'grid' }, trials: 4 }), 'grid_too_large', ['100']],
  ['another format', small({ format: 'tuning-playground/study@99' }), 'format', ['study@99']],
];

for (const language of ['en', 'ko']) {
  test.describe(`in ${language}`, () => {
    test('studies that cannot run are refused with what to change, and nothing is lost', async ({ app, backend }) => {
      await app.open();
      await app.set({ lang: language });
      const kept = (await app.result(SMALL, backend)).trials;
      for (const [name, study, code, named] of REFUSED) {
        await test.step(name, async () => {
          const message = await app.refusal(study, backend);
          console.log(`${language}, ${name}: ${message}`);
          if (code) expect(message).toMatch(matches(language, `problem.${code}`));
          for (const part of named) expect(message.replaceAll('−', '-')).toMatch(part);
          if (language === 'ko') expect(message).toMatch(/[가-힣]/);
          await expect(app.page.getByText(message, { exact: false }).first()).toBeVisible();
          expect((await app.get('result')).trials).toEqual(kept);
        });
      }
      expect((await app.result(SMALL, backend)).trials).toHaveLength(8);
    });

    test('no WebGPU: the badge says so, and the CPU trains', async ({ app, site }) => {
      site.prelude =
        'delete (globalThis.WorkerNavigator ?? globalThis.Navigator).prototype.gpu; delete ' +
        'globalThis.Navigator?.prototype.gpu;';
      await app.open();
      await app.set({ lang: language });
      const result = await app.result(SMALL, 'auto');
      expect(result.engine.backend).toBe('cpu');
      await expect(app.page.locator('[data-message]')).toHaveCount(0);
      await app.page.getByTestId('backend').focus();
      await expect(app.page.getByTestId('backend-why')).toContainText(
        DICTIONARIES[language]['backend.reason.no_webgpu'],
      );
      expect(await app.refusal(SMALL, 'gpu')).toMatch(matches(language, 'problem.no_gpu'));
    });

    test('no WASM SIMD: said, and the page stands', async ({ app }) => {
      await app.page.addInitScript(() => {
        WebAssembly.validate = () => false;
      });
      await app.open();
      await app.set({ lang: language });
      const message = await app.refusal(SMALL, 'auto');
      console.log(`${language}, no WASM SIMD: ${message}`);
      if (language === 'ko') expect(message).toMatch(/[가-힣]/);
      await expect(app.page.getByText(message, { exact: false }).first()).toBeVisible();
      expect(await app.get('study')).toMatchObject({ dataset: { name: 'digits' } });
    });
  });
}
