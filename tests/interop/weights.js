import { writeFileSync } from 'node:fs';
import { safetensorsOf, scriptOf } from '../../www/src/views/share/weights.js';

/**
 * Writes the page's weights of a network, with the script that loads them, into a folder, and what a plain forward pass
 * says of some rows: tests/interop/exports.py holds PyTorch against it.
 */

const folder = process.argv[2];
const [inputs, outputs, hidden] = [5, 3, [7, 4]];
let state = 12345;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
const study = {
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons' },
  fixed: { hidden, activation: 'tanh' },
};
const data = { ...study, dataset: { name: 'csv', found: { task: 'classes', features: inputs, classes: outputs } } };
const widths = [inputs, ...hidden, outputs];
const network = widths.slice(1).flatMap((width, k) => Array.from({ length: width * (widths[k] + 1) }, random));
const scaling = Array.from({ length: inputs + 1 }, (_, k) => (k < inputs ? [random(), 1 + random()] : [0, 1])).flat();
const rows = Array.from({ length: 20 }, () => Array.from({ length: inputs }, () => 4 * random()));
const floats = Float32Array.from(network);
const forward = (/** @type {number[]} */ row) => {
  let x = row.map((value, k) => (value - scaling[2 * k]) / scaling[2 * k + 1]);
  let at = 0;
  for (const [k, width] of widths.slice(1).entries()) {
    const before = x;
    const weights = floats.subarray(at, (at += width * before.length));
    const biases = floats.subarray(at, (at += width));
    x = Array.from(biases, (bias, unit) =>
      before.reduce((sum, value, from) => sum + value * weights[unit * before.length + from], bias),
    );
    if (k < hidden.length) x = x.map(Math.tanh);
  }
  return x;
};
const trial = { number: 3, params: {} };
const weights = { networks: [floats], scaling };
writeFileSync(`${folder}/net.safetensors`, safetensorsOf(/** @type {any} */ (data), trial, weights));
writeFileSync(`${folder}/net.py`, scriptOf(/** @type {any} */ (data), trial, weights, `${folder}/net.safetensors`));
writeFileSync(`${folder}/net.json`, JSON.stringify({ rows, outputs: rows.map(forward) }));
