import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WORKS } from '../../www/src/study/works.js';
import { QUIET, SOFTWARE_GPU, chromium as program } from '../browser/chromium.js';
import { chromium } from '../browser/packages.js';
import { serve } from '../browser/serve.js';
import { Contestant } from './contestant.js';
import { head, rates, scaling, times, verdict } from './report.js';

/**
 * Measures in one headless browser, a tab to each contestant. Repeats are interleaved (ours, peer, peer, ..., again), so
 * that what disturbs the machine disturbs all.
 */

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, isolated: { type: 'boolean' }, only: { type: 'string' } },
});
const PARTS = ['W1', 'W2', 'W3', 'scaling'];
const parts = options.only?.split(',') ?? PARTS;
const ROUNDS = options.quick ? 1 : 5;
/** Seconds of a repeat, and the most that one may take; slower contestants train fewer steps, scaled. */
const SECONDS = options.quick ? 0.3 : 2;
const MOST = options.quick ? 2 : 10;

const TRIALS = options.quick ? [1, 64] : [1, 16, 64, 256, 1024, 4096, 16384];
const WIDTHS = options.quick ? [8, 128] : [8, 32, 128, 512, 1024];
/** A cell after one whose step took longer than so many seconds is left out. */
const SLOW = 2;
/** What the engine refuses at least (src/bench.rs): that it is asked even where smaller cells are left out as slow. */
const MOST_BYTES = 512 * 2 ** 20;

const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`);

/**
 * A work by everyone who trains it, interleaved; what each took a repeat, in steps a second of all its trials together.
 * @param {Contestant[]} all @param {string} label @param {import('../../www/src/study/works.js').Work} work
 * @param {import('../../www/src/study/works.js').Work} [single] what peers train that train one network after the other
 */
async function measure(all, label, work, single = work) {
  const contestants = all.filter(({ only }) => only?.includes(label) ?? true);
  const total = Number.isFinite(work.steps) && work.steps <= 1e6 ? work.steps : null;
  for (const one of contestants) {
    await one.prepare(one.isOurs ? work : single, { seconds: SECONDS, most: MOST, total });
    say(`${label}  ${one.name}: ${one.failure ?? 'ready'}`);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of contestants) {
      const rate = await one.repeat();
      say(`${label}  ${round + 1}/${ROUNDS}  ${one.name}: ${one.failure ?? `${rate?.toFixed(0)} steps/s`}`);
    }
  }
  const rows = contestants.map((one) => ({ name: one.name, rates: one.rates, failure: one.failure, info: one.info }));
  for (const one of contestants) await one.release();
  return rows;
}

/** Time and memory of the engine over populations and widths. @param {Contestant} ours */
async function scale(ours) {
  const cells = [];
  for (const width of WIDTHS) {
    let slow = 0;
    let bytes = 0;
    for (const trials of TRIALS) {
      /** @type {import('../../www/src/study/works.js').Work} */
      const work = { ...WORKS.W1, hidden: [width, width], trials, ...(options.quick ? { steps: 3 } : {}) };
      const isLeftOut = slow > SLOW && bytes * trials <= MOST_BYTES;
      const cell = isLeftOut ? { skipped: true } : await ours.cell(work, 1000 * (options.quick ? 0.2 : 1.5));
      // A step of all trials grows with their number, at most.
      if (cell.seconds) slow = (cell.seconds / (cell.steps / trials)) * (TRIALS[TRIALS.indexOf(trials) + 1] / trials || 1);
      bytes = cell.bytes ?? bytes;
      cells.push({ width, trials, ...cell });
      say(`scaling  ${ours.name}  width ${width}, ${trials} trials: ${cell.problem?.code ?? (cell.skipped ? 'left out' : `${((1e6 * cell.seconds) / cell.steps).toFixed(2)} us`)}`);
    }
  }
  return cells;
}

async function main() {
  const unknown = parts.filter((part) => !PARTS.includes(part));
  if (unknown.length) throw new Error(`there is no part ${unknown.join(', ')}; the parts are ${PARTS.join(', ')}`);
  const site = await serve(fileURLToPath(new URL('../../target/bench', import.meta.url)), options.isolated ? ISOLATED : {});
  const browser = await chromium.launch({ executablePath: program(), args: [...QUIET, ...SOFTWARE_GPU] });
  try {
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.goto(site.url);
    const those = await tab.evaluate(() => /** @type {any} */ (window).bench.contestants);
    await tab.close();
    const all = [];
    for (const who of those) all.push(await Contestant.open(context, site.url, who));
    const ours = all.filter((one) => one.isOurs);

    const tables = [];
    /** @type {Record<string, any[]>} */ const rows = {};
    if (parts.includes('W1')) {
      rows.W1 = await measure(all, 'W1', WORKS.W1);
      tables.push(rates('W1: one network, spiral, 2-8-8-2, batch 32, Adam', rows.W1));
    }
    if (parts.includes('W2')) {
      rows.W2 = await measure(all, 'W2', WORKS.W2);
      rows['W2 x16'] = await measure(all, 'W2 x16', WORKS['W2 x16'], WORKS.W2);
      tables.push(rates('W2: one network, 784-128-10, batch 128, Adam', rows.W2));
      tables.push(rates('W2 for 16 trials: steps of all of them; a peer trains them one after the other, at the rate of one', rows['W2 x16']));
    }
    if (parts.includes('W3')) {
      rows.W3 = await measure(all, 'W3', WORKS.W3);
      tables.push(times('W3: 64 trials of W1, dropout 0 to 0.35, 500 steps each', rows.W3, WORKS.W3.trials * WORKS.W3.steps, rows.W1));
    }
    tables.push(verdict(rows));
    if (parts.includes('scaling')) for (const one of ours) if (!one.failure) tables.push(scaling(one.name, await scale(one), one.info));

    const adapter = ours.find((one) => one.info?.backend === 'gpu')?.info?.adapter;
    const text = [head({ browser: browser.version(), adapter, rounds: ROUNDS, isolated: !!options.isolated }), ...tables].filter(Boolean).join('\n\n') + '\n';
    process.stdout.write(`\n${text}`);
    if (options.quick || options.only || options.isolated) return;
    writeFileSync(new URL('RESULTS.md', import.meta.url), text);
    say('written to tests/bench/RESULTS.md');
  } finally {
    await browser.close();
    await site.close();
  }
}

await main();
