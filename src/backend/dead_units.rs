//! Units that no longer learn.

use super::{Data, NetworkSpec};
use crate::kernels::dense_forward;
use crate::mlp::Activation;

/// A slope below this share of the activation's steepest lets next to no gradient through.
const FLAT: f32 = 0.01;
/// Rows that go through at once.
const BLOCK: usize = 256;

/// Of each hidden layer the share of units whose activation is flat for every validation row (every training row where
/// there are none): its slope stays below a hundredth of its steepest. A unit with `relu` is flat where its sum is not above 0,
/// one with `sigmoid` beyond 6, one with `tanh` beyond 3; one with `leaky_relu` or `linear` never is.
pub fn dead_units(spec: &NetworkSpec, parameters: &[f32], data: &Data) -> Vec<f64> {
    let layers = spec.shape.layers();
    let hidden = &layers[..layers.len() - 1];
    let rows = if data.n_validation > 0 { data.n_train..data.n_train + data.n_validation } else { 0..data.n_train };
    let mut is_alive: Vec<Vec<bool>> = hidden.iter().map(|layer| vec![false; layer.outputs]).collect();
    let x = &data.x[rows.start * data.columns..rows.end * data.columns];
    for block in x.chunks(BLOCK * data.columns) {
        let mut x = block.to_vec();
        for (layer, is_alive) in hidden.iter().zip(&mut is_alive) {
            let (values, slopes) = dense_forward::reference(parameters, layer, &x, None);
            let steepest = if layer.activation == Activation::Sigmoid { 0.25 } else { 1.0 };
            for (at, slope) in slopes.iter().enumerate() {
                is_alive[at % layer.outputs] |= slope.abs() >= FLAT * steepest;
            }
            x = values;
        }
    }
    let share = |own: &Vec<bool>| own.iter().filter(|&&is_alive| !is_alive).count() as f64 / own.len() as f64;
    is_alive.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Labels;
    use crate::mlp::{Loss, Shape};
    use crate::optimizer::Optimizer;
    use crate::rng::RunId;

    #[test]
    fn a_unit_is_dead_where_every_row_leaves_it_flat() {
        // Rows 1, 2 train, -1 and 3 validate; four units with these weights and biases, then two outputs.
        let (weights, biases) = ([1.0, -1.0, 1.0, 0.001], [0.0, -2.0, -3.0, -7.0]);
        let parameters: Vec<f32> = [&weights[..], &biases, &[0.5; 10]].concat();
        let of = |activation, n_validation| {
            let shape = Shape { inputs: 1, hidden: vec![4], outputs: 2, activation, batch_norm: false };
            let (schedule, optimizer) = (crate::schedule::Settings::default(), Optimizer::default());
            let (run, loss) = (RunId::default(), Loss::CrossEntropy);
            let spec =
                NetworkSpec { run, seed: 0, shape, loss, optimizer, schedule, dropout: 0.0, max_batch: 1, crowd: 1 };
            let x = vec![1.0, 2.0, -1.0, 3.0];
            let data = Data { x, columns: 1, labels: Labels::Classes(vec![0; 4]), n_train: 2, n_validation };
            dead_units(&spec, &parameters, &data)
        };
        // Sums of the validation rows: -1 and 3; -1 and -5; -4 and 0; about -7.
        assert_eq!(of(Activation::Relu, 2), [0.75]);
        assert_eq!(of(Activation::Sigmoid, 2), [0.25]);
        assert_eq!(of(Activation::Tanh, 2), [0.25]);
        assert_eq!(of(Activation::LeakyRelu, 2), [0.0]);
        assert_eq!(of(Activation::Linear, 2), [0.0]);
        // Of the training rows: 1 and 2; -3 and -4; -2 and -1; about -7.
        assert_eq!(of(Activation::Relu, 0), [0.75]);
        assert_eq!(of(Activation::Elu, 0), [0.25]);
    }
}
