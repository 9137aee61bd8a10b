/**
 * Writes the stored example of the opening scene, from a result of the default study:
 * `tune run src/study/default.json --backend cpu -o result.json`, then `node www/build/example.js result.json`.
 * Without a result only its response surface is worked out anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** Significant digits of a loss: what trials are ranked by, and what is drawn beside it. */
const DIGITS = { validation_loss: 4, train_loss: 3 };
const EXAMPLE = new URL('../src/views/opening/example.json', import.meta.url);

/** @param {string} from @param {string} trained */
function write(from, trained) {
  const { study, engine, best, trials } = JSON.parse(readFileSync(from, 'utf8'));
  if (trials.some((/** @type {any} */ one) => one.state !== 'complete'))
    throw new Error('a trial of the example was not trained to its end');

  /** Rows that an accuracy counts: the fewest of which every share is a whole number. @param {number[]} shares */
  function rowsOf(shares) {
    for (let n = 1; n < 100_000; n++)
      if (shares.every((one) => Math.abs(one * n - Math.round(one * n)) < 1e-6)) return n;
    throw new Error('the accuracies are shares of no number of rows');
  }

  /** @param {string} name @returns {number[]} those of all epochs of all trials, one after the other */
  const column = (name) =>
    trials.flatMap((/** @type {any} */ one) => one.epochs.map((/** @type {any} */ epoch) => epoch[name]));
  /** @param {'validation_loss' | 'train_loss'} name */
  const losses = (name) => column(name).map((one) => Number(one.toPrecision(DIGITS[name])));
  /** @param {string} name */
  const counts = (name) => {
    const rows = rowsOf(column(name));
    return { rows, right: column(name).map((one) => Math.round(one * rows)) };
  };

  const names = Object.keys(study.space);
  const example = {
    trained,
    engine,
    study,
    best,
    names,
    params: trials.map((/** @type {any} */ one) => names.map((name) => one.params[name])),
    steps: trials.map((/** @type {any} */ one) => one.steps),
    epochs: trials[0].epochs.length,
    train_loss: losses('train_loss'),
    validation_loss: losses('validation_loss'),
    train_metric: counts('train_metric'),
    validation_metric: counts('validation_metric'),
  };
  writeFileSync(EXAMPLE, `${JSON.stringify(example)}\n`);
}

/** The surface between its trials, by the engine that the page has. */
async function addSurface() {
  /** @type {any} */ (globalThis).requestAnimationFrame ??= () => 0;
  const engine = await import('../src/generated/engine/engine.js');
  engine.initSync({ module: readFileSync(new URL('../src/generated/engine/engine_bg.wasm', import.meta.url)) });
  const { Store } = await import('../src/state/store.js');
  const { storedSurfaceOf } = await import('../src/figures/stored-surface.js');
  const { readExample } = await import('../src/views/opening/example.js');
  const store = new Store();
  store.reports.example(readExample());
  const surface = await storedSurfaceOf(
    store,
    async ({ dimensions, scored, diverged, at }, columns, rows) =>
      engine.response(dimensions, scored, diverged, at, columns, rows) ?? null,
  );
  if (!surface) throw new Error('there is no surface between the trials of the example');
  const example = JSON.parse(readFileSync(EXAMPLE, 'utf8'));
  writeFileSync(EXAMPLE, `${JSON.stringify({ ...example, surface })}\n`);
}

const [from, trained = new Date().toISOString().slice(0, 10)] = process.argv.slice(2);
if (from) write(from, trained);
await addSurface();
