//! What networks say of rows.

use crate::kernels::dense_forward;
use crate::mlp::{Loss, Shape};

/// What a network of these parameters (flat, in PyTorch's order) says of rows (row-major), in evaluation mode: `outputs`
/// numbers a row.
pub fn outputs(shape: &Shape, parameters: &[f32], x: &[f32]) -> Vec<f32> {
    let mut values = x.to_vec();
    for layer in shape.layers() {
        (values, _) = dense_forward::reference(parameters, &layer, &values, None);
    }
    values
}

/// Over a square of `side` times `side` points of two features, row by row, upwards: how sure a network is, and of what. Of
/// two classes the probability of the second, of more the likeliest one plus its probability's way from 1 / classes to 1
/// (short of 1), of numbers the number. `extent` is `[x0, x1, y0, y1]`, edges included. Empty where there are not two
/// features.
pub fn field(shape: &Shape, loss: Loss, parameters: &[f32], side: usize, extent: [f64; 4]) -> Vec<f32> {
    if shape.inputs != 2 || side < 2 {
        return Vec::new();
    }
    let [x0, x1, y0, y1] = extent;
    let along = |low: f64, high: f64, at: usize| (low + (high - low) * at as f64 / (side - 1) as f64) as f32;
    let x: Vec<f32> = (0..side * side).flat_map(|at| [along(x0, x1, at % side), along(y0, y1, at / side)]).collect();
    let said = outputs(shape, parameters, &x);
    said.chunks(shape.outputs.max(1)).map(|row| if shape.outputs == 1 { row[0] } else { sure(loss, row) }).collect()
}

/// One row's outputs as [`field`] has them.
fn sure(loss: Loss, row: &[f32]) -> f32 {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let Some(first) = row.iter().position(|&x| x >= largest) else { return f32::NAN };
    let shares: Vec<f32> = match loss {
        Loss::CrossEntropy => row.iter().map(|x| libm::expf(x - largest)).collect(),
        // Trained towards 0 and 1, they are shares but for what lies outside.
        Loss::Mse => row.iter().map(|x| x.clamp(0.0, 1.0)).collect(),
    };
    let whole = shares.iter().sum::<f32>();
    let share = |at: usize| if whole > 0.0 { shares[at] / whole } else { 1.0 / row.len() as f32 };
    if row.len() == 2 {
        return share(1);
    }
    let least = 1.0 / row.len() as f32;
    first as f32 + ((share(first) - least) / (1.0 - least)).clamp(0.0, 0.999)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::Activation;

    #[test]
    fn a_field_is_what_the_network_says_there() {
        let two = Shape { inputs: 2, hidden: vec![], outputs: 2, activation: Activation::Tanh };
        // The second class by x alone.
        let parameters = [0.0, 0.0, 4.0, 0.0, 0.0, 0.0];
        let found = field(&two, Loss::CrossEntropy, &parameters, 3, [-1.0, 1.0, -5.0, 5.0]);
        let sigmoid = |z: f32| 1.0 / (1.0 + libm::expf(-z));
        for (at, share) in found.iter().enumerate() {
            let x = (at % 3) as f32 - 1.0;
            assert!((share - sigmoid(4.0 * x)).abs() < 1e-6, "{found:?}");
        }
        let three = Shape { outputs: 3, ..two.clone() };
        let parameters = [9.0, 0.0, 0.0, 9.0, -9.0, -9.0, 0.0, 0.0, 0.0];
        let found = field(&three, Loss::CrossEntropy, &parameters, 2, [-2.0, 2.0, -1.0, 1.0]);
        assert_eq!(found.iter().map(|x| x.floor()).collect::<Vec<_>>(), [2.0, 0.0, 1.0, 0.0], "{found:?}");
        let number = Shape { outputs: 1, ..two.clone() };
        assert_eq!(field(&number, Loss::Mse, &[2.0, 3.0, 1.0], 2, [0.0, 1.0, 0.0, 1.0]), [1.0, 3.0, 4.0, 6.0]);
        let flat = Shape { inputs: 3, ..two };
        assert!(field(&flat, Loss::Mse, &[0.0; 8], 2, [0.0, 1.0, 0.0, 1.0]).is_empty());
        assert!(sure(Loss::CrossEntropy, &[f32::NAN, f32::NAN, f32::NAN]).is_nan());
        assert!((sure(Loss::Mse, &[-1.0, -2.0]) - 0.5).abs() < 1e-6);
    }
}
