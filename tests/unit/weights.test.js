import test from 'node:test';
import { assert, fc } from './numbers.js';
import { safetensorsOf, scriptOf, tensorsOf } from '../../www/src/views/share/weights.js';

/** @typedef {import('../../www/src/study/types.js').Study} Study */

/** A reader of safetensors, as its specification has it. @param {Uint8Array<ArrayBuffer>} file */
function readSafetensors(file) {
  const view = new DataView(file.buffer);
  const length = Number(view.getBigUint64(0, true));
  const begin = 8 + length;
  assert.equal(begin % 8, 0);
  const { __metadata__: about, ...head } = JSON.parse(new TextDecoder().decode(file.subarray(8, begin)));
  /** @type {Record<string, {shape: number[], numbers: number[]}>} */
  const tensors = {};
  let at = 0;
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(head)) {
    assert.equal(dtype, 'F32');
    // Without holes, in the order of the head.
    assert.equal(from, at);
    at = to;
    const n = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    assert.equal(to - from, 4 * n);
    const numbers = Array.from({ length: n }, (_, k) => view.getFloat32(begin + from + 4 * k, true));
    tensors[name] = { shape, numbers };
  }
  assert.equal(begin + at, file.length);
  return { about, tensors };
}

const networks = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
  dataset: fc.constantFrom('moons', 'blobs', 'waves', 'iris'),
  seeds: fc.integer({ min: 1, max: 3 }),
  beside: fc.nat({ max: 5 }),
  number: fc.float({ noNaN: true }),
});
const INPUTS = /** @type {Record<string, number>} */ ({ moons: 2, blobs: 2, waves: 2, iris: 4 });
const OUTPUTS = /** @type {Record<string, number>} */ ({ moons: 2, blobs: 3, waves: 1, iris: 3 });

test('every number of every network is in the file, in its tensor', () => {
  fc.assert(
    fc.property(networks, ({ hidden, dataset, seeds, beside, number }) => {
      const study = /** @type {Study} */ ({
        format: 'f',
        dataset: { name: dataset },
        fixed: { hidden },
        question: '왜 "?',
      });
      const tensors = tensorsOf(hidden, INPUTS[dataset], OUTPUTS[dataset]);
      const n = tensors.reduce((sum, one) => sum + one.size, 0);
      const given = Array.from({ length: seeds }, (_, seed) =>
        Float32Array.from({ length: n + beside }, (_, k) => (k ? 1000 * seed + k : number)),
      );
      const weights = { networks: given, scaling: new Float64Array(2 * INPUTS[dataset] + 2).fill(1) };
      const trial = { number: 7, params: { learning_rate: 0.1 } };
      const { about, tensors: read } = readSafetensors(safetensorsOf(study, trial, weights));
      assert.deepEqual(JSON.parse(about.study), study);
      assert.equal(about.trial, '7');
      assert.equal(Object.keys(read).length, seeds * 2 * (hidden.length + 1));
      given.forEach((network, seed) => {
        let at = 0;
        for (const { name, sides, size } of tensors) {
          const found = read[`${seeds > 1 ? `seed_${seed}.` : ''}${name}`];
          assert.deepEqual(found.shape, sides);
          assert.deepEqual(found.numbers, [...network.subarray(at, (at += size))]);
        }
        assert.equal(at, n);
      });
      const script = scriptOf(study, trial, weights, 'a.safetensors');
      assert.equal(script.match(/nn\.Linear\(/g)?.length, hidden.length + 1);
      assert.equal(script.includes('TARGET_MEAN'), dataset === 'waves');
      assert.doesNotMatch(script, /undefined|NaN|\[object/);
    }),
  );
});

test('a width that was drawn is that of the network, and too few numbers are refused', () => {
  const study = /** @type {Study} */ ({ format: 'f', dataset: { name: 'moons' }, fixed: { hidden_layers: 1 } });
  const trial = { number: 0, params: { hidden_units: 3, activation: 'gelu' } };
  const weights = (/** @type {number} */ n) => ({ networks: [new Float32Array(n)], scaling: new Float64Array(6) });
  const { tensors } = readSafetensors(safetensorsOf(study, trial, weights(17)));
  assert.deepEqual(
    Object.entries(tensors).map(([name, { shape }]) => [name, shape]),
    [
      ['hidden_1.weight', [3, 2]],
      ['hidden_1.bias', [3]],
      ['output.weight', [2, 3]],
      ['output.bias', [2]],
    ],
  );
  assert.match(scriptOf(study, trial, weights(17), 'a'), /nn\.Linear\(2, 3\)\),\n +\("activation_1", nn\.GELU\(\)/);
  assert.throws(() => safetensorsOf(study, trial, weights(16)), /16 of 17/);
});

test("a batch norm has its tensors by PyTorch's names, its running statistics behind all that is trained", () => {
  const fixed = { hidden: [3], batch_norm: true };
  const study = /** @type {Study} */ ({ format: 'f', dataset: { name: 'moons' }, fixed });
  const trial = { number: 0, params: {} };
  const network = Float32Array.from({ length: 29 }, (_, k) => k);
  const weights = { networks: [network], scaling: new Float64Array(6) };
  const { tensors } = readSafetensors(safetensorsOf(study, trial, weights));
  const numbers = Object.fromEntries(Object.entries(tensors).map(([name, one]) => [name, one.numbers]));
  assert.deepEqual(numbers['norm_1.weight'], [9, 10, 11]);
  assert.deepEqual(numbers['norm_1.bias'], [12, 13, 14]);
  assert.deepEqual(numbers['output.bias'], [21, 22]);
  assert.deepEqual(
    [numbers['norm_1.running_mean'], numbers['norm_1.running_var']],
    [
      [23, 24, 25],
      [26, 27, 28],
    ],
  );
  const script = scriptOf(study, trial, weights, 'a');
  assert.match(script, /nn\.Linear\(2, 3\)\),\n +\("norm_1", nn\.BatchNorm1d\(3\)\),\n +\("activation_1"/);
});
