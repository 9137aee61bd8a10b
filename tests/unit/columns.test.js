import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { resultDocument, trialDocument, Trials } from '../../www/src/state/trials.js';
import { anyNumber, assert, fc } from './numbers.js';

/** Trials in columns are those of a plain model that keeps objects, and take a bounded part of the page's heap. */

const STATES = ['queued', 'running', 'complete', 'pruned', 'diverged', 'cancelled'];
const MEASURES = ['train_loss', 'validation_loss', 'train_metric', 'validation_metric'];
const ENDED = STATES.slice(2);

/**
 * @typedef {{values: number[], rate: number, seconds: number, spread: number[], more: number[]}} Numbers of an epoch
 * @typedef {{number: number, state: number, value: number, steps: number, evaluations: number,
 *   divergedAt: number | null, first: number, epochs: Numbers[]}} Event
 */

/** A number as documents write it. @param {number} x */
const plain = (x) => (Number.isFinite(x) ? x : String(x));

/** @param {number[]} values @param {boolean} isValidated */
const named = (values, isValidated) =>
  Object.fromEntries(MEASURES.map((name, k) => [name, isValidated || k % 2 === 0 ? plain(values[k]) : null]));

const RECORDS = ['gradient_norm', 'weight_norm', 'update_ratio', 'dead_units', 'curvature'];
const CURVATURE = ['largest', 'preconditioned', 'limit', 'residual', 'rows', 'of_rows'];

/** What was recorded of an epoch of two layers, as a document has it. @param {number} mark @param {number[]} more */
function recordedOf(mark, more) {
  const names = RECORDS.filter((_, k) => mark & (1 << k));
  if (!names.length) return {};
  const layer = (/** @type {number} */ from) =>
    names.map((name, k) => [
      name,
      name === 'dead_units' && Number.isNaN(more[from + k]) ? null : plain(more[from + k]),
    ]);
  const layers = [layer(0), layer(names.length)].map((one) => Object.fromEntries(one));
  if (!names.includes('curvature')) return { layers };
  const whole = CURVATURE.map((name, k) => {
    const value = more[2 * names.length + k];
    return [name, Number.isNaN(value) && (k === 1 || k === 2) ? null : plain(value)];
  });
  return { layers, curvature: Object.fromEntries(whole) };
}

/** How many numbers that are. @param {number} mark */
const countOf = (mark) => 2 * RECORDS.filter((_, k) => mark & (1 << k)).length + (mark & 16 ? CURVATURE.length : 0);

/** @param {Event} event @param {boolean} seeds whether there are several a trial @param {number} mark recorded */
const recordsOf = ({ first, epochs }, seeds, mark) =>
  epochs.map(({ values, rate, seconds, spread, more }, k) => ({
    epoch: first + k,
    // A validation loss of -Infinity, which no loss is, says that there was no validation.
    ...named(values, values[1] !== -Infinity),
    learning_rate: plain(rate),
    seconds,
    ...(seeds ? { spread: named(spread, values[1] !== -Infinity) } : {}),
    ...recordedOf(mark, more),
  }));

/** As `TrialEvent::write` writes it. @param {Event} event @param {boolean} seeds @param {number} mark */
const numbersOf = ({ number, state, value, steps, evaluations, divergedAt, first, epochs }, seeds, mark) => [
  ...[number, state, value, steps, divergedAt ?? NaN, evaluations, NaN, epochs.length],
  !epochs.length ? 7 : mark ? 12 + countOf(mark) : seeds ? 11 : 7,
  ...epochs.flatMap(({ values, rate, seconds, spread, more }, k) => [
    ...[first + k, ...values, rate, seconds],
    ...(seeds ? spread : mark ? [NaN, NaN, NaN, NaN] : []),
    ...(mark ? [mark + (seeds ? 32 : 0), ...more.slice(0, countOf(mark))] : []),
  ]),
];

/** What the page would have with an object for each epoch. @param {number} n @param {any} study */
function model(n, study) {
  const trials = Array.from({ length: n }, (_, number) => ({
    .../** @type {{evaluations?: number}} */ ({}),
    ...{ number, state: 'queued', params: { learning_rate: 0.1 }, value: /** @type {any} */ (null) },
    ...{ seed: study.seed, epochs: /** @type {any[]} */ ([]), steps: 0 },
    diverged_at: /** @type {number | null} */ (null),
  }));
  return {
    trials,
    /** @param {Event} event @param {boolean} seeds @param {number} mark */
    enter(event, seeds, mark) {
      const trial = trials[event.number];
      if (!trial || ENDED.includes(trial.state)) return;
      trial.state = STATES[event.state];
      trial.value = event.state === 2 || event.state === 3 ? plain(event.value) : null;
      trial.steps = Math.max(trial.steps, event.steps);
      const most = Math.max(trial.evaluations ?? 0, event.evaluations);
      if (most > trial.steps) trial.evaluations = most;
      else delete trial.evaluations;
      trial.diverged_at = event.divergedAt;
      for (const record of recordsOf(event, seeds, mark))
        if (record.epoch === trial.epochs.length + 1) trial.epochs.push(record);
    },
    cancel() {
      for (const trial of trials)
        if (!ENDED.includes(trial.state)) Object.assign(trial, { state: 'cancelled', value: null });
    },
  };
}

const four = fc.array(anyNumber, { minLength: 4, maxLength: 4 });
/** @type {import('../../www/node_modules/fast-check/lib/fast-check.js').Arbitrary<Numbers>} */
const epochNumbers = fc.record({
  values: four,
  rate: fc.oneof({ weight: 8, arbitrary: fc.constant(0.1) }, anyNumber),
  seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
  spread: four,
  more: fc.array(anyNumber, { minLength: 16, maxLength: 16 }),
});

/** Events of trials 0 to 3, and of one that there is not; epochs that are known, next, or far ahead. */
const event = fc.record({
  number: fc.nat(4),
  state: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 5 })),
  value: anyNumber,
  steps: fc.nat(),
  evaluations: fc.nat(),
  divergedAt: fc.option(fc.nat()),
  // Most go on where the last one may have ended.
  first: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 300 })),
  epochs: fc.oneof(
    fc.array(epochNumbers, { maxLength: 4 }),
    // More than a segment, and more than were planned.
    fc
      .tuple(epochNumbers, fc.integer({ min: 100, max: 300 }))
      .map(([one, n]) =>
        Array.from({ length: n }, (_, k) => ({ ...one, values: one.values.map((value) => value + k) })),
      ),
  ),
});

/** @type {import('../../www/node_modules/fast-check/lib/fast-check.js').Arbitrary<'cancel' | 'document' | Event>} */
const act = fc.oneof(
  { weight: 30, arbitrary: event },
  {
    weight: 1,
    arbitrary: fc.constantFrom(/** @type {'cancel'} */ ('cancel'), /** @type {'document'} */ ('document')),
  },
);

test('whatever is told of trials, their documents are those of a plain model', () => {
  fc.assert(
    fc.property(
      fc.array(act, { maxLength: 40 }),
      fc.boolean(),
      fc.constantFrom(undefined, 1, 20, 128, 300),
      fc.constantFrom(0, 0, 1, 6, 8, 16, 31),
      (acts, seeds, epochs, mark) => {
        const study = /** @type {any} */ ({ seed: 3, fixed: { epochs } });
        const trials = new Trials(study);
        for (let number = 0; number < 4; number++) trials.add({ number, params: { learning_rate: 0.1 } });
        const want = model(4, study);
        let ended = 0;
        for (const one of acts) {
          if (one === 'cancel') {
            trials.cancelOpen();
            want.cancel();
          } else if (one === 'document') {
            // Whoever looks changes nothing.
            for (const trial of trials.values()) trialDocument(trial).epochs.pop();
          } else {
            const given = { ...one, first: one.first || (want.trials[one.number]?.epochs.length ?? 0) + 1 };
            trials.report(Float64Array.from(numbersOf(given, seeds, mark)));
            want.enter(given, seeds, mark);
          }
          ended += trials.takeEnded().length;
        }
        assert.deepEqual([...trials.values()].map(trialDocument), want.trials);
        assert.deepEqual(
          [trials.epochs, trials.begun, ended],
          [
            want.trials.reduce((sum, one) => sum + one.epochs.length, 0),
            want.trials.filter((one) => one.epochs.length).length,
            want.trials.filter((one) => ENDED.includes(one.state)).length,
          ],
        );
        for (const state of STATES)
          assert.equal(
            trials.counts[/** @type {'queued'} */ (state)],
            want.trials.filter((one) => one.state === state).length,
          );
        // The text that is kept between visits is the same, and what is read from it, too.
        const text = JSON.stringify(want.trials);
        assert.equal(JSON.stringify([...trials.values()].map(trialDocument)), text);
        const again = new Trials(study);
        for (const document of JSON.parse(text)) again.merge(document);
        assert.equal(JSON.stringify([...again.values()].map(trialDocument)), text);
        for (const trial of trials.values()) {
          const { epochs: of } = trial;
          const losses = want.trials[trial.number].epochs.map((record) => Number(record.validation_loss ?? NaN));
          assert.deepEqual([...of.column('validation_loss')], losses);
          assert.equal(of.spread('train_loss').length, of.length && seeds ? of.length : 0);
          assert.deepEqual(of.at(-1), want.trials[trial.number].epochs.at(-1));
          assert.deepEqual(of.records(2), want.trials[trial.number].epochs.slice(-2));
          assert.ok(Number.isNaN(of.measure('train_loss', of.length)) && of.at(of.length) === undefined);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('a result makes the documents of its trials when it is asked, once, and then is plain', () => {
  const trials = new Trials();
  trials.add({ number: 0, params: { a: 1 } });
  const held = /** @type {any} */ ({ format: 'f', study: { seed: 1 }, engine: {}, trials: [...trials.values()] });
  const document = resultDocument({ ...held, best: null, test: null });
  assert.deepEqual(Object.keys(document), ['format', 'study', 'engine', 'trials', 'best', 'test']);
  assert.equal(document.trials, document.trials);
  assert.notEqual(document.trials, resultDocument(held).trials);
  document.trials[0].params.a = 2;
  document.study.seed = 2;
  assert.deepEqual([trials.get(0)?.params, held.study], [{ a: 1 }, { seed: 1 }]);
  assert.deepEqual(structuredClone(resultDocument(held)), JSON.parse(JSON.stringify(resultDocument(held))));
  const changed = resultDocument(held);
  changed.trials = [];
  assert.deepEqual(changed.trials, []);
});

test('a run takes room by its size, and no block more', () => {
  const roomOf = (/** @type {number} */ n, /** @type {number} */ epochs) => {
    const trials = new Trials(/** @type {any} */ ({ seed: 0, fixed: { epochs } }));
    for (let number = 0; number < n; number++) {
      trials.add({ number, params: {} });
      for (let epoch = 1; epoch <= epochs; epoch++)
        trials.report(Float64Array.of(number, 1, NaN, epoch, NaN, epoch, NaN, 1, 7, epoch, number, 2, 3, 4, 0.1, 6));
    }
    // What lay there before there was more is there still.
    for (const trial of trials.values())
      assert.ok([...trial.epochs.column('train_loss')].every((loss) => loss === trial.number));
    const { blocks } = /** @type {any} */ (trials).pool;
    return blocks.reduce((/** @type {number} */ sum, /** @type {Float64Array} */ one) => sum + one.byteLength, 0);
  };
  // Five numbers an epoch, eight bytes each.
  assert.ok(roomOf(24, 4) <= 2 * 24 * 4 * 40, `${roomOf(24, 4)} bytes`);
  assert.ok(roomOf(300, 40) <= 2 * 300 * 40 * 40, `${roomOf(300, 40)} bytes`);
});

/** Bytes that 65,536 trials of 100 epochs may take of the page's heap. */
const MOST_BYTES = 400e6;
/** Milliseconds that entering a report of 20 ms of training may take; a busy machine is held to so many times them. */
const REPORT_MS = 2;
const SLACK = 5;

test('65,536 trials of 100 epochs take less than 400 MB, and their reports next to no time', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const held = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const [N, EPOCHS, WAVE, TOGETHER] = [65_536, 100, 4096, 512];
  const before = held();
  const trials = new Trials(/** @type {any} */ ({ seed: 0, fixed: { epochs: EPOCHS } }));
  for (let number = 0; number < N; number++)
    trials.add({ number, params: { learning_rate: number / N + 1e-9, batch_size: 32, dropout: number / (2 * N) } });
  let [reports, spent, longest, value] = [0, 0, 0, 0.5];
  for (let wave = 0; wave < N; wave += WAVE)
    for (let epoch = 1; epoch <= EPOCHS; epoch++)
      for (let first = wave; first < wave + WAVE; first += TOGETHER) {
        const told = new Float64Array(TOGETHER * 16);
        for (let k = 0; k < TOGETHER; k++) {
          value = (value * 997 + 0.123) % 1;
          const head = [first + k, epoch === EPOCHS ? 2 : 1, value, epoch * 10, NaN, epoch * 10, NaN, 1, 7];
          told.set([...head, epoch, value, value / 2, value / 3, value / 4, 0.01, value / 5], k * 16);
        }
        const begun = performance.now();
        trials.report(told);
        const took = performance.now() - begun;
        [reports, spent, longest] = [reports + 1, spent + took, Math.max(longest, took)];
      }
  assert.equal(trials.takeEnded().length, N);
  assert.equal(trials.counts.complete, N);
  const bytes = held() - before;
  console.log(
    `${N} trials of ${EPOCHS} epochs: ${Math.round(bytes / 1e6)} MB; ${reports} reports of ${TOGETHER} epochs, ` +
      `${(spent / reports).toFixed(3)} ms each, ${Math.round(longest)} ms at most`,
  );
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
  assert.ok(spent / reports < SLACK * REPORT_MS, `${spent / reports} ms a report`);
  const last = trials.get(N - 1)?.epochs.at(-1);
  assert.ok(last?.epoch === EPOCHS && last.learning_rate === 0.01 && Number(last.train_loss) === value);
});
