/**
 * Where the weights of a network's layers stand among its numbers, as `Shape::layers` in `src/mlp.rs` has them without
 * batch norms.
 *
 * @typedef {{inputs: number, outputs: number, weight: number, bias: number}} Layer `outputs` rows of `inputs` weights
 *   from `weight` on, and as many biases from `bias` on
 */

/** The layers from input to output. @param {{inputs: number, widths: number[]}} head @returns {Layer[]} */
export function layersOf({ inputs: features, widths }) {
  let weight = 0;
  return widths.map((outputs, k) => {
    const inputs = k ? widths[k - 1] : features;
    const bias = weight + inputs * outputs;
    const layer = { inputs, outputs, weight, bias };
    weight = bias + outputs;
    return layer;
  });
}
