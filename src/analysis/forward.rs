//! What networks say of rows.

use super::frame::Extent;
use crate::dataset::Plane;
use crate::kernels::{activate, batch_norm};
use crate::mlp::{Activation, Loss, Shape};
use core::ops::Range;

/// Rows that go through a network together: their numbers stay near, whatever its widths.
const TOGETHER: usize = 256;

/// What all units of a network (parameters flat, in PyTorch's order) come to for `n` rows in evaluation mode: of each layer
/// its units one after the other, `n` numbers each; the last layer's are the outputs. `x` has the rows' features likewise.
fn activations(shape: &Shape, parameters: &[f32], x: &[f32], n: usize) -> Vec<Vec<f32>> {
    let parameters = batch_norm::folded(shape, parameters);
    let mut all: Vec<Vec<f32>> = Vec::new();
    for layer in shape.plain().layers() {
        let from = all.last().map_or(x, Vec::as_slice);
        let mut to = vec![0.0; layer.outputs * n];
        for (unit, sums) in to.chunks_exact_mut(n.max(1)).enumerate() {
            sums.fill(parameters[layer.bias + unit]);
            let weights = &parameters[layer.weight + unit * layer.inputs..][..layer.inputs];
            for (&weight, column) in weights.iter().zip(from.chunks_exact(n.max(1))) {
                for (sum, &x) in sums.iter_mut().zip(column) {
                    *sum += weight * x;
                }
            }
            if layer.activation != Activation::Linear {
                for sum in sums {
                    *sum = activate(layer.activation, *sum).0;
                }
            }
        }
        all.push(to);
    }
    all
}

/// What a network says of rows (row-major): `outputs` numbers a row.
pub fn outputs(shape: &Shape, parameters: &[f32], x: &[f32]) -> Vec<f32> {
    let (inputs, outputs) = (shape.inputs.max(1), shape.outputs);
    let mut said = Vec::with_capacity(x.len() / inputs * outputs);
    for rows in x.chunks(TOGETHER * inputs) {
        let n = rows.len() / inputs;
        let columns = turned(rows, n, inputs);
        if let Some(last) = activations(shape, parameters, &columns, n).last() {
            said.extend(turned(last, outputs, n));
        }
    }
    said
}

/// A table of `rows` by `columns`, column by column.
fn turned(table: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| table[row * columns + column])).collect()
}

/// A rectangle in the space of a network's inputs: two features vary over a grid, row by row, upwards; all others rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// The features that vary to the right and upwards; of one feature twice the same, and then nothing varies upwards.
    pub axes: [usize; 2],
    /// `[x0, x1, y0, y1]`, edges included.
    pub extent: Extent,
    /// Points along each axis.
    pub side: usize,
    /// Every feature of the point that the rectangle goes through.
    pub rest: Vec<f32>,
    /// What the network sees beside the plane's two features, where others are made of them.
    pub plane: Plane,
}

impl Cut {
    /// Points of the grid.
    pub const fn len(&self) -> usize {
        self.side * self.side
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.side == 0
    }

    /// Features of some of the points, feature by feature.
    fn columns(&self, points: &Range<usize>) -> Vec<f32> {
        let [x0, x1, y0, y1] = self.extent;
        let along = |low: f64, high: f64, at: usize| {
            (low + (high - low) * at as f64 / self.side.saturating_sub(1).max(1) as f64) as f32
        };
        let feature = |(feature, &rest): (usize, &f32)| {
            let value = move |at: usize| {
                if feature == self.axes[0] {
                    along(x0, x1, at % self.side)
                } else if feature == self.axes[1] {
                    along(y0, y1, at / self.side)
                } else {
                    let place = [along(x0, x1, at % self.side), along(y0, y1, at / self.side)];
                    self.plane.value(feature, place[0], place[1]).unwrap_or(rest)
                }
            };
            points.clone().map(value)
        };
        self.rest.iter().enumerate().flat_map(feature).collect()
    }

    /// The network's answer at some of the points: of two classes the probability of the second, of more the likeliest one
    /// plus its probability's way from 1 / classes to 1 (short of 1), of numbers the number. Nothing of a network that takes
    /// other features.
    pub fn field(&self, shape: &Shape, loss: Loss, parameters: &[f32], points: Range<usize>) -> Vec<f32> {
        self.walk(shape, parameters, points, |layers, n, found| {
            let Some(last) = layers.last() else { return };
            if shape.outputs == 1 {
                found.extend(last);
            } else {
                found.extend(turned(last, shape.outputs, n).chunks_exact(shape.outputs).map(|row| sure(loss, row)));
            }
        })
    }

    /// What one unit of a layer comes to at some of the points.
    pub fn unit(&self, shape: &Shape, parameters: &[f32], at: [usize; 2], points: Range<usize>) -> Vec<f32> {
        self.walk(shape, parameters, points, |layers, n, found| {
            found.extend(layers.get(at[0]).and_then(|layer| layer.chunks_exact(n).nth(at[1])).into_iter().flatten());
        })
    }

    /// What every unit comes to over the whole grid: layer by layer, unit by unit.
    pub fn maps(&self, shape: &Shape, parameters: &[f32]) -> Vec<f32> {
        if self.rest.len() != shape.inputs || parameters.len() < shape.n_parameters() {
            return Vec::new();
        }
        activations(shape, parameters, &self.columns(&(0..self.len())), self.len()).concat()
    }

    fn walk(
        &self,
        shape: &Shape,
        parameters: &[f32],
        points: Range<usize>,
        take: impl Fn(&[Vec<f32>], usize, &mut Vec<f32>),
    ) -> Vec<f32> {
        let end = points.end.min(self.len());
        let mut found = Vec::with_capacity(end.saturating_sub(points.start));
        if self.rest.len() != shape.inputs || parameters.len() < shape.n_parameters() {
            return found;
        }
        for first in (points.start..end).step_by(TOGETHER) {
            let some = first..(first + TOGETHER).min(end);
            let n = some.len();
            take(&activations(shape, parameters, &self.columns(&some), n), n, &mut found);
        }
        found
    }
}

/// [`Cut::field`] over all of a square of `side` times `side` points. Empty where there are not two features, and none made
/// of them.
pub fn field(shape: &Shape, loss: Loss, parameters: &[f32], side: usize, extent: Extent, plane: &Plane) -> Vec<f32> {
    if shape.inputs != 2 + plane.derived.len() || side < 2 {
        return Vec::new();
    }
    let cut = Cut { axes: [0, 1], extent, side, rest: vec![0.0; shape.inputs], plane: plane.clone() };
    cut.field(shape, loss, parameters, 0..cut.len())
}

/// What one row's outputs say of each class: shares of 1.
pub(super) fn shares(loss: Loss, row: &[f32]) -> Vec<f32> {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let parts: Vec<f32> = match loss {
        Loss::CrossEntropy => row.iter().map(|x| libm::expf(x - largest)).collect(),
        // Trained towards 0 and 1, they are shares but for what lies outside.
        Loss::Mse => row.iter().map(|x| x.clamp(0.0, 1.0)).collect(),
    };
    let whole = parts.iter().sum::<f32>();
    parts.iter().map(|part| if whole > 0.0 { part / whole } else { 1.0 / row.len() as f32 }).collect()
}

/// The class that one row's outputs name: the first of the largest; none where no number is.
pub(super) fn named(row: &[f32]) -> Option<usize> {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter().position(|&x| x >= largest)
}

/// One row's outputs as [`Cut::field`] has them.
fn sure(loss: Loss, row: &[f32]) -> f32 {
    let Some(first) = named(row) else { return f32::NAN };
    let shares = shares(loss, row);
    if row.len() == 2 {
        return shares[1];
    }
    let least = 1.0 / row.len() as f32;
    first as f32 + ((shares[first] - least) / (1.0 - least)).clamp(0.0, 0.999)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::dense_forward;
    use crate::mlp::Init;
    use crate::rng::RunId;

    fn net(inputs: usize, hidden: &[usize], outputs: usize, activation: Activation) -> (Shape, Vec<f32>) {
        let shape = Shape { inputs, hidden: hidden.to_vec(), outputs, activation, batch_norm: false };
        let parameters = shape.initial_parameters(Init::Torch, 0.0, 7, RunId::default());
        (shape, parameters.into_iter().map(|x| x as f32).collect())
    }

    /// The plain twin of the shaders, row after row.
    fn plain(shape: &Shape, parameters: &[f32], x: &[f32]) -> Vec<Vec<f32>> {
        let mut values = vec![x.to_vec()];
        for layer in shape.layers() {
            let next = dense_forward::reference(parameters, &layer, values.last().unwrap(), None).0;
            values.push(next);
        }
        values.split_off(1)
    }

    #[test]
    fn all_units_come_to_what_the_plain_twin_says() {
        for activation in Activation::ALL {
            for (inputs, hidden, n_outputs) in [(2, vec![3, 5], 2), (1, vec![], 1), (5, vec![7], 4)] {
                let (shape, parameters) = net(inputs, &hidden, n_outputs, activation);
                for n in [1, 2, 300, 0] {
                    let x: Vec<f32> = (0..n * inputs).map(|at| libm::sinf(at as f32) * 2.0).collect();
                    let near = |a: &[f32], b: &[f32]| {
                        assert_eq!(a.len(), b.len());
                        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 2e-6), "{activation:?}");
                    };
                    let expected = plain(&shape, &parameters, &x);
                    near(&outputs(&shape, &parameters, &x), expected.last().unwrap());
                    let found = activations(&shape, &parameters, &turned(&x, n, inputs), n);
                    for ((found, expected), layer) in found.iter().zip(&expected).zip(shape.layers()) {
                        near(&turned(found, layer.outputs, n), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn a_cut_goes_through_its_point_and_its_parts_make_the_whole() {
        let (shape, parameters) = net(4, &[3, 2], 3, Activation::Tanh);
        let rest = vec![0.5, -1.0, 2.0, 0.25];
        let cut = Cut { axes: [2, 0], extent: [-1.0, 3.0, 10.0, 14.0], side: 33, rest, plane: Plane::default() };
        let whole = cut.field(&shape, Loss::CrossEntropy, &parameters, 0..cut.len());
        assert_eq!(whole.len(), 33 * 33);
        let pieces: Vec<f32> = (0..cut.len())
            .step_by(100)
            .flat_map(|at| cut.field(&shape, Loss::CrossEntropy, &parameters, at..at + 100))
            .collect();
        assert_eq!(pieces, whole);
        let (i, j) = (8, 32);
        let row = [14.0, -1.0, 0.0, 0.25];
        let layers = plain(&shape, &parameters, &row);
        assert!((whole[j * 33 + i] - sure(Loss::CrossEntropy, &layers[2])).abs() < 1e-5);
        let maps = cut.maps(&shape, &parameters);
        assert_eq!(maps.len(), 8 * cut.len());
        let unit = cut.unit(&shape, &parameters, [1, 1], 0..cut.len());
        assert_eq!(unit, maps[4 * cut.len()..5 * cut.len()]);
        assert!((unit[j * 33 + i] - layers[1][1]).abs() < 1e-5);
        for at in [[3, 0], [0, 3]] {
            assert!(cut.unit(&shape, &parameters, at, 0..9).is_empty());
        }
        // Another network's features, or half of its parameters, are none of these.
        let (other, _) = net(3, &[3], 2, Activation::Tanh);
        assert!(cut.maps(&other, &parameters).is_empty());
        assert!(cut.field(&shape, Loss::Mse, &parameters[..9], 0..9).is_empty());
        let point = Cut { side: 1, ..cut.clone() };
        assert_eq!(point.field(&shape, Loss::CrossEntropy, &parameters, 0..5).len(), 1);
        assert!(Cut { side: 0, ..cut }.field(&shape, Loss::CrossEntropy, &parameters, 0..5).is_empty());
    }

    #[test]
    fn one_feature_varies_to_the_right_alone() {
        let (shape, parameters) = net(1, &[4], 2, Activation::Relu);
        let cut =
            Cut { axes: [0, 0], extent: [-2.0, 2.0, 0.0, 1.0], side: 9, rest: vec![0.0], plane: Plane::default() };
        let found = cut.field(&shape, Loss::CrossEntropy, &parameters, 0..81);
        assert!(found.chunks(9).all(|row| row == &found[..9]));
        assert!(found[0] != found[8]);
    }

    #[test]
    fn a_field_is_what_the_network_says_there() {
        let two = Shape { inputs: 2, hidden: vec![], outputs: 2, activation: Activation::Tanh, batch_norm: false };
        // The second class by x alone.
        let parameters = [0.0, 0.0, 4.0, 0.0, 0.0, 0.0];
        let found = field(&two, Loss::CrossEntropy, &parameters, 3, [-1.0, 1.0, -5.0, 5.0], &Plane::default());
        let sigmoid = |z: f32| 1.0 / (1.0 + libm::expf(-z));
        for (at, share) in found.iter().enumerate() {
            let x = (at % 3) as f32 - 1.0;
            assert!((share - sigmoid(4.0 * x)).abs() < 1e-6, "{found:?}");
        }
        let three = Shape { outputs: 3, ..two.clone() };
        let parameters = [9.0, 0.0, 0.0, 9.0, -9.0, -9.0, 0.0, 0.0, 0.0];
        let found = field(&three, Loss::CrossEntropy, &parameters, 2, [-2.0, 2.0, -1.0, 1.0], &Plane::default());
        assert_eq!(found.iter().map(|x| x.floor()).collect::<Vec<_>>(), [2.0, 0.0, 1.0, 0.0], "{found:?}");
        let number = Shape { outputs: 1, ..two.clone() };
        assert_eq!(
            field(&number, Loss::Mse, &[2.0, 3.0, 1.0], 2, [0.0, 1.0, 0.0, 1.0], &Plane::default()),
            [1.0, 3.0, 4.0, 6.0]
        );
        let flat = Shape { inputs: 3, ..two };
        assert!(field(&flat, Loss::Mse, &[0.0; 8], 2, [0.0, 1.0, 0.0, 1.0], &Plane::default()).is_empty());
        assert!(sure(Loss::CrossEntropy, &[f32::NAN, f32::NAN, f32::NAN]).is_nan());
        assert!((sure(Loss::Mse, &[-1.0, -2.0]) - 0.5).abs() < 1e-6);
    }
}
