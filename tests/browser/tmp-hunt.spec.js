import { expect, test } from './fixtures.js';
const F = 'tuning-playground/study@1';
const LR = { type: 'float', low: 1e-3, high: 0.1, log: true };
const base = (more) => ({
  format: F,
  dataset: { name: 'moons', samples: 80 },
  fixed: { hidden: [4], epochs: 4 },
  space: { learning_rate: LR },
  trials: 8,
  ...more,
});
const VIEWS = ['sweep', 'trials', 'decide', 'landscape', 'race', 'map', 'model'];
/** all visible texts over shadow roots */
const texts = (page) =>
  page.evaluate(() => {
    const out = [];
    const walk = (node) => {
      if (node.nodeType === 3) {
        const t = node.textContent.trim();
        if (t) out.push(t);
        return;
      }
      if (node.nodeType !== 1 && node.nodeType !== 11) return;
      if (node.nodeType === 1 && /^(STYLE|SCRIPT)$/.test(node.tagName)) return;
      if (node.nodeType === 1) {
        for (const a of ['aria-label', 'aria-valuetext', 'title']) {
          const v = node.getAttribute?.(a);
          if (v) out.push(v);
        }
      }
      if (node.shadowRoot) walk(node.shadowRoot);
      for (const c of node.childNodes) walk(c);
    };
    walk(document.body);
    return out;
  });
async function all(app, page, name, study, backend) {
  const { result, problem } = await app.run(study, backend);
  console.log('##', name, problem ?? `${result.trials.map((t) => t.state[0]).join('')} best=${result.best}`);
  for (const view of VIEWS) {
    await app.set({ view });
    await page.waitForTimeout(700);
    const bad = (await texts(page)).filter((t) => /\bNaN\b|undefined|\[object|Infinity|∞|\bnull\b|\{[a-z]+\}/.test(t));
    if (bad.length)
      console.log(
        '   !!',
        view,
        [...new Set(bad)].slice(0, 6).map((t) => t.slice(0, 160)),
      );
  }
  await app.set({ view: 'sweep' });
}
test('tries', async ({ app, page, backend, quiet }) => {
  test.setTimeout(600000);
  await app.open();
  await all(
    app,
    page,
    'dash955 constant metric',
    base({
      dataset: { name: 'gauss', samples: 80 },
      fixed: { hidden: [4], epochs: 12 },
      objective: { metric: 'validation_metric', direction: 'maximize' },
      space: { learning_rate: { type: 'float', low: 0.05, high: 0.1 }, batch_size: { type: 'int', low: 4, high: 16 } },
    }),
    backend,
  );
  await all(
    app,
    page,
    'opt3762 half diverge',
    base({
      dataset: { name: 'plane', samples: 80 },
      fixed: { hidden: [4], optimizer: 'sgd', epochs: 4 },
      space: {
        learning_rate: { type: 'float', low: 1e-3, high: 1e9, log: true },
        batch_size: { type: 'int', low: 4, high: 16 },
      },
      trials: 16,
    }),
    backend,
  );
  await all(
    app,
    page,
    'all diverge',
    base({
      dataset: { name: 'plane', samples: 80 },
      fixed: { hidden: [4], optimizer: 'sgd', epochs: 4 },
      space: { learning_rate: { type: 'float', low: 1e8, high: 1e9, log: true } },
    }),
    backend,
  );
  await all(
    app,
    page,
    'wandb372 conditional',
    base({
      fixed: { hidden: [4], epochs: 3 },
      space: {
        optimizer: { type: 'categorical', choices: ['sgd', 'momentum', 'adam'] },
        momentum: { type: 'float', low: 0.5, high: 0.9 },
        beta1: { type: 'float', low: 0.5, high: 0.9 },
      },
      sampler: { name: 'tpe', startup: 4 },
      trials: 16,
    }),
    backend,
  );
  await all(app, page, 'tb4800 one trial', base({ trials: 1 }), backend);
  await all(
    app,
    page,
    'pg153',
    base({
      dataset: { name: 'spiral', samples: 100 },
      fixed: {
        hidden: [8, 8, 8, 8, 8, 8],
        activation: 'sigmoid',
        optimizer: 'sgd',
        learning_rate: 10,
        weight_decay: 3,
        epochs: 5,
      },
      space: { batch_size: { type: 'categorical', choices: [10, 20] } },
      trials: 4,
    }),
    backend,
  );
  await all(
    app,
    page,
    'kt844 small space',
    base({
      fixed: { hidden_layers: 1, epochs: 9 },
      space: {
        hidden_units: { type: 'categorical', choices: [4, 8, 16] },
        batch_size: { type: 'categorical', choices: [8, 16, 32] },
      },
      sampler: { name: 'grid' },
      pruner: { name: 'hyperband' },
      trials: 9,
    }),
    backend,
  );
  await all(
    app,
    page,
    'hyperband bracket ledger',
    base({
      fixed: { hidden: [4], epochs: 9 },
      sampler: { name: 'gp', startup: 4 },
      pruner: { name: 'hyperband' },
      trials: 14,
    }),
    backend,
  );
  await all(app, page, 'linear net, zeros init', base({ fixed: { hidden: [], init: 'zeros', epochs: 3 } }), backend);
  await all(
    app,
    page,
    'regression',
    base({ dataset: { name: 'diabetes' }, fixed: { hidden: [4], epochs: 3 }, trials: 4 }),
    backend,
  );
  await all(app, page, 'nothing swept', base({ space: {}, trials: 3 }), backend);
  // convnetjs 81: what is shown of mistakes is bounded
  await app.run(base({ dataset: { name: 'digits' }, fixed: { hidden: [4], epochs: 3 }, trials: 2 }), backend);
  await app.set({ view: 'model' });
  await page.waitForTimeout(1500);
  console.log(
    'elements in model',
    await page.evaluate(() => {
      let n = 0;
      const w = (r) => {
        n += r.querySelectorAll('*').length;
        r.querySelectorAll('*').forEach((e) => e.shadowRoot && w(e.shadowRoot));
      };
      w(document);
      return n;
    }),
  );
});
