import { datasetOf, shapeOf } from '../../study/hyperparameters.js';

/**
 * A trial's weights as a file that PyTorch loads (safetensors), and the script that loads it. Pure.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {{networks: ArrayLike<number>[], scaling: ArrayLike<number>}} Weights one network a seed, in PyTorch's flat
 *   order; mean and deviation of each feature and of the target
 */

/** @type {Record<string, string>} */
const MODULES = {
  linear: 'Identity()',
  sigmoid: 'Sigmoid()',
  tanh: 'Tanh()',
  relu: 'ReLU()',
  leaky_relu: 'LeakyReLU(0.01)',
  elu: 'ELU()',
  gelu: 'GELU()',
};

/** A trial's widths, activation and loss, and whether it has batch norms. @param {Study} study
 * @param {Trial['params']} params
 * @returns {[hidden: number[], activation: string | null, loss: string, isNormed?: true]} */
const shape = (study, params) => JSON.parse(shapeOf(study, params));

/**
 * The tensors of a network in the order of its numbers: `hidden_1.weight` [out, in], `hidden_1.bias`, with batch norms
 * `norm_1.weight` and `norm_1.bias`, ..., `output.bias`; then the norms' running statistics.
 * @param {number[]} hidden @param {number} inputs @param {number} outputs @param {boolean} [isNormed]
 * @returns {{name: string, sides: number[], size: number}[]}
 */
export function tensorsOf(hidden, inputs, outputs, isNormed = false) {
  const widths = [inputs, ...hidden, outputs];
  const vector = (/** @type {string} */ name, /** @type {number} */ width) => ({ name, sides: [width], size: width });
  const norms = (/** @type {string[]} */ names, /** @type {number} */ k) =>
    isNormed && k < hidden.length ? names.map((name) => vector(`norm_${k + 1}.${name}`, hidden[k])) : [];
  const trained = widths.slice(1).flatMap((width, k) => {
    const name = k < hidden.length ? `hidden_${k + 1}` : 'output';
    return [
      { name: `${name}.weight`, sides: [width, widths[k]], size: width * widths[k] },
      vector(`${name}.bias`, width),
      ...norms(['weight', 'bias'], k),
    ];
  });
  return [...trained, ...hidden.flatMap((_, k) => norms(['running_mean', 'running_var'], k))];
}

/** A trial's tensors. @param {Study} study @param {Trial['params']} params @param {Weights} weights */
function tensorsIn(study, params, { networks, scaling }) {
  const [hidden, , , isNormed] = shape(study, params);
  const tensors = tensorsOf(hidden, scaling.length / 2 - 1, datasetOf(study)?.classes || 1, isNormed);
  const n = tensors.reduce((sum, one) => sum + one.size, 0);
  // Behind the parameters may stand what an optimizer remembers.
  const short = networks.find((one) => one.length < n);
  if (!networks.length || short) throw new RangeError(`${short?.length ?? 0} of ${n} parameters`);
  return tensors;
}

/**
 * The file: the length of its head, the head as JSON, then all numbers one after the other.
 * @param {Study} study @param {Pick<Trial, 'number' | 'params'>} trial @param {Weights} weights
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function safetensorsOf(study, { number, params }, weights) {
  const { networks } = weights;
  const tensors = tensorsIn(study, params, weights);
  /** @type {Record<string, unknown>} */
  const head = {
    __metadata__: {
      format: 'pt',
      study: JSON.stringify(study),
      trial: String(number),
      params: JSON.stringify(params),
    },
  };
  let at = 0;
  networks.forEach((_, seed) => {
    for (const { name, sides, size } of tensors) {
      const data_offsets = [at, (at += 4 * size)];
      head[`${prefixOf(seed, networks.length)}${name}`] = { dtype: 'F32', shape: sides, data_offsets };
    }
  });
  const text = new TextEncoder().encode(JSON.stringify(head));
  // Numbers begin at a multiple of 8.
  const begin = 8 + 8 * Math.ceil(text.length / 8);
  const file = new Uint8Array(begin + at).fill(0x20, 8, begin);
  file.set(text, 8);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(begin - 8), true);
  const n = at / 4 / networks.length;
  networks.forEach((network, seed) => {
    for (let k = 0; k < n; k++) view.setFloat32(begin + 4 * (seed * n + k), network[k], true);
  });
  return file;
}

/** @param {number} seed @param {number} n */
const prefixOf = (seed, n) => (n > 1 ? `seed_${seed}.` : '');

/**
 * The script that loads the file.
 * @param {Study} study @param {Pick<Trial, 'number' | 'params'>} trial @param {Weights} weights
 * @param {string} file its name
 */
export function scriptOf(study, { number, params }, weights, file) {
  const { networks, scaling } = weights;
  const [hidden, activation, loss, isNormed] = shape(study, params);
  const inputs = scaling.length / 2 - 1;
  const layers = tensorsIn(study, params, weights)
    .filter((one) => one.sides.length === 2)
    .flatMap(({ name, sides: [width, before] }, k) => {
      const layer = `        ("${name.split('.')[0]}", nn.Linear(${before}, ${width})),`;
      return k < hidden.length
        ? [
            layer,
            ...(isNormed ? [`        ("norm_${k + 1}", nn.BatchNorm1d(${width})),`] : []),
            `        ("activation_${k + 1}", nn.${MODULES[activation ?? 'linear']}),`,
          ]
        : [layer];
    });
  const pairs = Array.from({ length: inputs + 1 }, (_, k) => [scaling[2 * k], scaling[2 * k + 1]]);
  const [mean, scale] = pairs[inputs];
  const isNumbers = loss === 'mse';
  const norms = isNormed ? '\n    Batch norms go by their running statistics then.' : '';
  const scales = isNumbers
    ? `# The network predicts (target - TARGET_MEAN) / TARGET_SCALE.\nTARGET_MEAN, TARGET_SCALE = ${mean}, ${scale}\n`
    : '';
  const list = (/** @type {number} */ at) =>
    `[${pairs
      .slice(0, inputs)
      .map((pair) => pair[at])
      .join(', ')}]`;
  return `"""Trial ${number} of a study on ${study.dataset.name}, trained in Tuning Playground, as a PyTorch network.

Needs: pip install torch safetensors
"""

from collections import OrderedDict

import torch
from safetensors.torch import load_file
from torch import nn

FILE = ${JSON.stringify(file)}
N_SEEDS = ${networks.length}
# Features are standardized before they enter the network, by the training part's mean and deviation.
MEAN = torch.tensor(${list(0)}, dtype=torch.float32)
SCALE = torch.tensor(${list(1)}, dtype=torch.float32)
${scales}

def load(path=FILE, seed=0):
    """The trained network; of a trial with several seeds, that of one seed. Dropout is off when predicting.${norms}"""
    model = nn.Sequential(OrderedDict([
${layers.join('\n')}
    ]))
    prefix = f"seed_{seed}." if N_SEEDS > 1 else ""
    tensors = load_file(path)
    own = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    model.load_state_dict(own)
    return model.eval()


@torch.no_grad()
def predict(model, features):
    """${isNumbers ? 'Targets' : 'Classes'} of rows of features in their own units."""
    outputs = model((torch.as_tensor(features, dtype=torch.float32) - MEAN) / SCALE)
    return ${isNumbers ? 'outputs.squeeze(1) * TARGET_SCALE + TARGET_MEAN' : 'outputs.argmax(dim=1)'}


if __name__ == "__main__":
    print(load())
`;
}
