import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kindOf, measureOf, trainedOf } from '../src/views/lesson/measure.js';
import { patched } from '../src/views/lesson/read.js';

/**
 * Trains what the lessons claim and writes down what came of it: `numbers.json`, the mean of each claim over five
 * seeds, which the texts name, and `recorded.json`, the runs of the steps whose goals are measured.
 *
 * node www/build/lessons.js target/release/tune [lesson ...]
 */

const ROOT = new URL('../src/views/lesson/lessons/', import.meta.url).pathname;
export const SEEDS = [0, 1, 2, 3, 4];
/** Runs of more trials are not kept. */
const MOST_RECORDED = 64;

/** @param {string} folder @param {string} name */
const read = (folder, name) => JSON.parse(readFileSync(join(ROOT, folder, name), 'utf8'));

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

for (const name of asked.length ? asked : readdirSync(ROOT)) {
  const lesson = read(name, 'lesson.json');
  const { claims } = read(name, 'claims.json');
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
  for (const step of lesson.steps) {
    const isMeasured = (step.goals ?? []).some((/** @type {any} */ goal) => goal.measure && !goal.free);
    // Of a recorded run only the last epoch is kept.
    const isLong = (step.goals ?? []).some((/** @type {any} */ goal) => goal.measure?.metric === 'epochs');
    if (!step.study || !isMeasured || isLong) continue;
    const { trials } = trained(studyOf(step.name));
    if (trials.length > MOST_RECORDED) continue;
    recorded[step.name] = {
      epochs: Math.max(...trials.map((/** @type {any} */ one) => one.epochs.length)),
      trials: trials.map((/** @type {any} */ trial) => {
        const of = trainedOf(trial);
        const params = Object.fromEntries(
          Object.entries(trial.params).map(([key, value]) => [key, typeof value === 'number' ? short(value) : value]),
        );
        return [
          trial.state,
          params,
          ...['train_loss', 'validation_loss', 'train_metric', 'validation_metric'].map((one) =>
            short(of.metric(one)),
          ),
        ];
      }),
    };
  }
  const write = (/** @type {string} */ file, /** @type {any} */ parts) => {
    const lines = Object.entries(parts).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
    writeFileSync(join(ROOT, name, file), lines.length ? `{\n${lines.join(',\n')}\n}\n` : '{}\n');
  };
  write('numbers.json', numbers);
  write('recorded.json', recorded);
}
