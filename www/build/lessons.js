import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kindOf, measureOf, trainedOf } from '../src/views/lesson/measure.js';
import { patched } from '../src/views/lesson/read.js';

/**
 * Trains what the lessons claim and writes down what came of it: `numbers.json`, the mean of each claim over five
 * seeds, which the texts name, and `recorded.json`, a run for each step whose goals take training, which reaches them.
 * Where that is not the step's own study `recorded` in `claims.json` says what it changes, or whose step's run it is.
 *
 * node www/build/lessons.js target/release/tune [lesson ...]
 */

const ROOT = new URL('../src/views/lesson/lessons/', import.meta.url).pathname;
export const SEEDS = [0, 1, 2, 3, 4];
/** @param {string} folder @param {string} name */
const read = (folder, name) => JSON.parse(readFileSync(join(ROOT, folder, name), 'utf8'));

const MEASURES = ['train_loss', 'validation_loss', 'train_metric', 'validation_metric'];

/** @param {number} value */
const short = (value) => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null);

const [tune, ...asked] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'lessons-'));
/** @type {Map<string, any>} */
const results = new Map();

/** @param {any} study @param {boolean} test */
function trained(study, test = false) {
  const text = JSON.stringify(study);
  const key = `${text}${test}`;
  if (!results.has(key)) {
    writeFileSync(join(folder, 'study.json'), text);
    const out = join(folder, 'result.json');
    execFileSync(
      tune,
      ['run', join(folder, 'study.json'), '--backend', 'cpu', '-o', out, ...(test ? ['--test'] : [])],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    results.set(key, JSON.parse(readFileSync(out, 'utf8')));
  }
  return results.get(key);
}

/** Epochs that a run is looked at in beside a trial's last one: those at which a pruner compares, and the first one where
 * gradients are told. @param {any} study @returns {number[]} */
function mattering({ pruner, record = [], fixed }) {
  const epochs = record.includes('gradient_norm') ? [1] : [];
  if (pruner?.name === 'halving')
    for (let one = pruner.min_epochs ?? 1; one < fixed.epochs; one *= pruner.reduction ?? 4) epochs.push(one);
  return epochs;
}

/** A trial as it is recorded. @param {any} trial @param {any} study */
function recordedTrial({ state, params, epochs, kept_epoch: kept }, study) {
  const told = new Set([...mattering(study), ...(kept ? [kept] : []), epochs.length]);
  const values = Object.entries(params).map(([key, value]) => [key, typeof value === 'number' ? short(value) : value]);
  return [
    state,
    Object.fromEntries(values),
    epochs
      .filter((/** @type {any} */ { epoch }) => told.has(epoch))
      .map((/** @type {any} */ one) => [
        one.epoch,
        ...MEASURES.map((key) => (one[key] === null ? null : short(Number(one[key])))),
        ...(one.epoch === 1 ? (one.layers ?? []) : []).map((/** @type {any} */ layer) =>
          short(Number(layer.gradient_norm)),
        ),
      ]),
    ...(kept ? [kept] : []),
  ];
}

for (const name of asked.length ? asked : readdirSync(ROOT)) {
  const lesson = read(name, 'lesson.json');
  const { claims, recorded: others = {} } = read(name, 'claims.json');
  const studyOf = (/** @type {string} */ step) =>
    patched(lesson.study, lesson.steps.find((/** @type {any} */ one) => one.name === step)?.study ?? {});
  /** @type {Record<string, number[]>} */
  const values = {};
  /** @type {Record<string, {value: number, as: string}>} */
  const numbers = {};
  for (const claim of claims) {
    const {
      name: own,
      step,
      study: more = {},
      measure,
      difference,
      ratio,
      as,
      at_least = -Infinity,
      at_most = Infinity,
    } = claim;
    values[own] = SEEDS.map((seed, k) => {
      if (difference) return values[difference[0]][k] - values[difference[1]][k];
      if (ratio) return values[ratio[0]][k] / values[ratio[1]][k];
      const study = { ...patched(studyOf(step), more), seed };
      if (claim.splits) study.dataset = { ...study.dataset, seed };
      const result = trained(study, measure.of === 'test');
      return measureOf(measure, { study, trials: result.trials.map(trainedOf), test: result.test });
    });
    const mean = values[own].reduce((sum, one) => sum + one, 0) / SEEDS.length;
    numbers[own] = {
      value: Number(mean.toPrecision(4)),
      as: as ?? (measure ? kindOf(measure) : ratio ? 'times' : 'loss'),
    };
    const judged = claim.mean ? [mean] : values[own];
    const holds = judged.every((one) => one >= at_least && one <= at_most);
    console.log(
      `${holds ? 'holds' : 'FAILS'} ${name}.${own}: ${values[own].map(short).join(' ')}  mean ${short(mean)}`,
    );
  }
  /** @type {Record<string, any>} */
  const recorded = {};
  /** @type {Set<string>} */
  const known = new Set();
  for (const step of lesson.steps) {
    const isTrained = (step.goals ?? []).some((/** @type {any} */ goal) => !('view' in goal || 'raced' in goal));
    if (!step.study || !isTrained) continue;
    const own = studyOf(step.name);
    const patch = others[step.name];
    const study = patched(own, patch ?? {});
    // Steps with one study share its run.
    if (known.has(JSON.stringify(study))) {
      if (patch) recorded[step.name] = { study: patch };
      continue;
    }
    known.add(JSON.stringify(study));
    const isOpened = lesson.steps.some(
      (/** @type {any} */ one) =>
        (one.goals ?? []).some((/** @type {any} */ goal) => goal.opened) &&
        JSON.stringify(studyOf(one.name)) === JSON.stringify(study),
    );
    const { trials, test } = trained(study, isOpened);
    recorded[step.name] = {
      ...(patch && { study: patch }),
      ...(test && { test: { trial: test.trial, loss: short(test.loss), metric: short(test.metric) } }),
      trials: trials.map((/** @type {any} */ trial) => recordedTrial(trial, study)),
    };
  }
  const write = (/** @type {string} */ file, /** @type {any} */ parts) => {
    const lines = Object.entries(parts).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
    writeFileSync(join(ROOT, name, file), lines.length ? `{\n${lines.join(',\n')}\n}\n` : '{}\n');
  };
  write('numbers.json', numbers);
  write('recorded.json', recorded);
}
