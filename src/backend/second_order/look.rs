//! How steep and how curved the loss is where a network stands, by layer and as a whole: over its training rows in evaluation
//! mode (without dropout, the l2 penalty included), in f64 on the CPU, whoever trains the network.

use super::rows::Rows;
use super::{Clock, widen};
use crate::backend::{Data, NetworkSpec, Snapshot};
use crate::kernels::batch_norm;
use crate::mlp::Layer;
use crate::rng::{self, Purpose, Stream};
use crate::second_order::{Largest, add, finish, largest, largest_eigenvalues};
use core::ops::Range;
use std::rc::Rc;

/// Rows times parameters that are looked at, at most: a product with the Hessian then takes some 10 ms.
const MOST_WORK: usize = 2_000_000;
/// Rows that are looked at in any case.
const FEWEST_ROWS: usize = 32;
/// Parameters of a network whose curvature is looked at, at most: its vectors take more than 100 MB.
pub const MOST_CURVED: usize = 2_000_000;
/// Bytes that looking at the curvature of so many parameters takes.
pub const fn curvature_bytes(n: usize) -> usize {
    16 * size_of::<f64>() * n
}

/// An eigenvalue is known to this share of its magnitude, unless that takes too many products.
const TOLERANCE: f64 = 1e-3;
/// What is added at random to the direction found before, so that another one that has overtaken it is found.
const NOISE: f64 = 0.1;

/// `n` of so many rows at even distances.
fn spread(n: usize, of: usize) -> Vec<u32> {
    (0..n).map(|at| (at * of / n) as u32).collect()
}

/// A network's weights and biases, layer by layer.
pub fn parts(layers: &[Layer]) -> Vec<Range<usize>> {
    layers.iter().map(Layer::trained).collect()
}

/// Length of a vector of whatever magnitude.
pub fn length<'a>(numbers: impl Iterator<Item = &'a f64> + Clone) -> f64 {
    let most = numbers.clone().fold(0.0, |most: f64, x| if x.is_nan() || x.abs() > most { x.abs() } else { most });
    if most == 0.0 || !most.is_finite() {
        return most;
    }
    most * numbers.map(|x| (x / most) * (x / most)).sum::<f64>().sqrt()
}

/// The curvature of a network's loss.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curvature {
    /// The largest eigenvalue of the Hessian; NaN where the loss is lost.
    pub largest: f64,
    /// That of the Hessian over the optimizer's own step sizes; NaN where it has none.
    pub preconditioned: f64,
    /// How far the worse of both is from being one, over its magnitude.
    pub residual: f64,
    /// The largest eigenvalue of each layer's own part, the others held.
    pub layers: Vec<f64>,
    /// The share of each layer in the largest eigenvalue's vector; of the preconditioned one, where there is one.
    pub shares: Vec<f64>,
}

/// Looks at one network after the other, all of one specification.
pub struct Look {
    spec: NetworkSpec,
    parts: Vec<Range<usize>>,
    rows: Rows,
}

impl Look {
    /// Over these rows, all of them.
    pub fn new(spec: &NetworkSpec, data: Rc<Data<f64>>) -> Self {
        let places = (0..data.rows() as u32).collect();
        // A batch norm is linear in evaluation mode.
        let plain = NetworkSpec { shape: spec.shape.plain(), ..spec.clone() };
        let rows = Rows::new(&plain, data, places, Rc::new(Clock::default()));
        Self { spec: spec.clone(), parts: parts(&spec.shape.layers()), rows }
    }

    /// How many training rows a network of so many parameters is looked at over.
    pub fn rows(n_train: usize, n_parameters: usize) -> usize {
        (MOST_WORK / n_parameters.max(1)).max(FEWEST_ROWS).min(n_train)
    }

    /// These rows: all, or some at even distances.
    pub fn data(data: &Data, n_parameters: usize) -> Rc<Data<f64>> {
        let rows = spread(Self::rows(data.n_train, n_parameters), data.n_train);
        Rc::new(widen(&data.of_rows(&rows, rows.len())))
    }

    /// The loss with its penalty, and its gradient.
    pub fn gradient(&mut self, parameters: &[f64]) -> (f64, Vec<f64>) {
        let shape = &self.spec.shape;
        let folded = batch_norm::folded(shape, parameters);
        let mut gradient = vec![0.0; folded.len()];
        let loss = finish(crate::second_order::Objective::evaluate(&mut self.rows, &folded, &mut gradient));
        (loss, batch_norm::unfolded(shape, parameters, gradient))
    }

    /// The largest magnitude of each layer's sums, before the activation.
    pub fn reach(&mut self, parameters: &[f64]) -> Vec<f64> {
        self.rows.reach(parameters)
    }

    /// The largest eigenvalues of the Hessian among some parameters, with `decay` times half their squares in the loss. Each is
    /// scaled by the root of `divisor`; the search starts from a direction found before or from a random one.
    pub fn eigenvalues(
        &mut self,
        parameters: &[f64],
        part: Range<usize>,
        (decay, divisor): (f64, Option<&[f64]>),
        before: &[f32],
        wanted: usize,
    ) -> Option<Largest> {
        let scale: Option<Vec<f64>> =
            divisor.map(|divisor| divisor.iter().map(|x| if *x > 0.0 { x.sqrt().recip() } else { 0.0 }).collect());
        let key = rng::key(self.spec.seed, Purpose::Plane, self.spec.run, part.start as u32);
        let mut stream = Stream::new(key);
        let noise: Vec<f64> = part.clone().map(|_| f64::from(stream.uniform()) - 0.5).collect();
        let size = NOISE / length(noise.iter());
        let start = match before.get(part.clone()) {
            Some(before) if before.iter().any(|x| *x != 0.0) => {
                before.iter().zip(&noise).map(|(x, noise)| f64::from(*x) + size * noise).collect()
            }
            _ => noise,
        };
        let mut whole = vec![0.0; parameters.len()];
        let scaled = |to: &mut [f64], first: usize| {
            if let Some(scale) = &scale {
                to.iter_mut().zip(&scale[first..]).for_each(|(x, scale)| *x *= scale);
            }
        };
        largest_eigenvalues(start, wanted, TOLERANCE, |vector| {
            whole[part.clone()].copy_from_slice(vector);
            scaled(&mut whole, 0);
            let mut product = self.rows.along(parameters, &whole)[part.clone()].to_vec();
            add(&mut product, decay, &whole[part.clone()]);
            scaled(&mut product, part.start);
            product
        })
    }

    /// The curvature at a snapshot of what is descended, the weight decay that the optimizer adds to the gradient included, and
    /// that over its step sizes at a step with this momentum or beta1. `warm` has the directions that were found the last time,
    /// and takes those found now: the Hessian's, the preconditioned one's, and each layer's own side by side; f32, so that a
    /// copy is as good.
    pub fn curvature(
        &mut self,
        snapshot: &Snapshot,
        momentum: Option<f64>,
        with_layers: bool,
        warm: &mut Vec<f32>,
    ) -> Curvature {
        let n = self.spec.shape.n_parameters();
        let Some(mut own) = snapshot.parts(&self.spec) else { return Curvature::default() };
        let parameters: Vec<f64> = own.next().unwrap_or_default().iter().map(|&x| f64::from(x)).collect();
        let slots: Vec<&[f32]> = own.collect();
        let decay = self.spec.optimizer.constants().weight_decay;
        let divisor = self.spec.optimizer.preconditioner(u64::from(snapshot.steps), momentum, &slots);
        warm.resize(3 * n, 0.0);
        let (hessian, rest) = warm.split_at_mut(n);
        let (conditioned, layers) = rest.split_at_mut(n);
        let keep = |to: &mut [f32], found: &Largest| {
            to.iter_mut().zip(&found.vectors[0]).for_each(|(to, x)| *to = *x as f32);
        };
        let mut curvature = Curvature {
            largest: f64::NAN,
            preconditioned: f64::NAN,
            residual: f64::NAN,
            layers: Vec::new(),
            shares: vec![f64::NAN; self.parts.len()],
        };
        let mut residuals = Vec::new();
        let mut shares: Vec<f64> = Vec::new();
        if let Some(found) = self.eigenvalues(&parameters, 0..n, (decay, None), hessian, 1) {
            curvature.largest = found.values[0];
            residuals.push(found.residual);
            keep(hessian, &found);
            shares.clone_from(&found.vectors[0]);
        }
        let found = |divisor: Vec<f64>| self.eigenvalues(&parameters, 0..n, (decay, Some(&divisor)), conditioned, 1);
        if let Some(found) = divisor.and_then(found) {
            curvature.preconditioned = found.values[0];
            residuals.push(found.residual);
            keep(conditioned, &found);
            shares.clone_from(&found.vectors[0]);
        }
        if !residuals.is_empty() {
            curvature.residual = largest(&residuals);
        }
        if !shares.is_empty() {
            let of = |part: &Range<usize>| shares[part.clone()].iter().map(|x| x * x).sum();
            curvature.shares = self.parts.iter().map(of).collect();
        }
        for part in self.parts.clone().into_iter().filter(|_| with_layers) {
            // A network of one layer is its own part.
            let found = self.eigenvalues(&parameters, part.clone(), (decay, None), layers, 1);
            curvature.layers.push(found.as_ref().map_or(f64::NAN, |found| found.values[0]));
            if let Some(found) = found {
                keep(&mut layers[part], &found);
            }
        }
        curvature
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Labels;
    use crate::linear::jacobi;
    use crate::mlp::{Activation, Init, Loss, Shape};
    use crate::optimizer::Optimizer;
    use crate::rng::RunId;
    use crate::second_order::Objective;
    use proptest::prelude::*;

    /// A network of such widths on random rows, its parameters after some steps of descent, so that it is not merely what it
    /// was drawn as.
    fn network(
        hidden: &[usize],
        outputs: usize,
        [activation, loss, l2]: [usize; 3],
        seed: u32,
    ) -> (NetworkSpec, Data, Vec<f64>) {
        let activation = Activation::ALL[activation % Activation::ALL.len()];
        let loss = if loss == 0 { Loss::CrossEntropy } else { Loss::Mse };
        let shape = Shape { inputs: 3, hidden: hidden.to_vec(), outputs, activation, batch_norm: false };
        let mut stream = Stream::new([seed, 5]);
        let n = 40;
        let x = (0..n * 3).map(|_| stream.normal() as f32).collect();
        let labels = match loss {
            Loss::CrossEntropy => Labels::Classes((0..n).map(|row| (row * 7 % 11 % outputs) as u32).collect()),
            Loss::Mse => Labels::Numbers((0..n * outputs).map(|_| stream.normal() as f32).collect()),
        };
        let data = Data { x, columns: 3, labels, n_train: n, n_validation: 0 };
        let mut optimizer = Optimizer { l2: 0.1 * l2 as f64, ..Optimizer::named("adam").unwrap() };
        optimizer.set("weight_decay", 0.7 * l2 as f64);
        let (run, schedule) = (RunId::default(), crate::schedule::Settings::default());
        let spec = NetworkSpec { run, seed: 4, shape, loss, optimizer, schedule, dropout: 0.5, max_batch: 8, crowd: 1 };
        let mut parameters = spec.shape.initial_parameters(Init::Torch, 0.0, u64::from(seed), run);
        let mut look = Look::new(&spec, Look::data(&data, parameters.len()));
        for _ in 0..20 {
            let (_, gradient) = look.gradient(&parameters);
            parameters.iter_mut().zip(gradient).for_each(|(p, g)| *p = f64::from((*p - 0.2 * g) as f32));
        }
        (spec, data, parameters)
    }

    /// All eigenvalues of the Hessian among some parameters, worked out whole, the optimizer's decay on its diagonal, with rows
    /// and columns over these.
    fn dense(spec: &NetworkSpec, data: &Data, parameters: &[f64], part: Range<usize>, by: &[f64]) -> Vec<f64> {
        let data = Look::data(data, parameters.len());
        let places = (0..data.rows() as u32).collect();
        let mut rows = Rows::new(spec, data, places, Rc::new(Clock::default()));
        let hessian = finish(rows.hessian(parameters));
        let decay = spec.optimizer.constants().weight_decay;
        let at = |i: usize, j: usize| hessian.at(i, j) + if i == j { decay } else { 0.0 };
        let row = |i: usize| part.clone().map(|j| at(i, j) / (by[i] * by[j]).sqrt()).collect();
        jacobi(part.clone().map(row).collect()).0
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn the_largest_eigenvalues_are_those_of_the_whole_hessian(
            hidden in prop::collection::vec(1..7usize, 0..4),
            outputs in 2..4usize,
            kinds in [0..7usize, 0..2usize, 0..2usize],
            seed in any::<u32>(),
        ) {
            let (spec, data, parameters) = network(&hidden, outputs, kinds, seed);
            let n = parameters.len();
            prop_assume!(n <= 500);
            // A mean square of its own for every parameter, as Adam would have it after 7 steps.
            let squares: Vec<f32> = (0..n).map(|at| 1e-4 * (1.0 + (at % 13) as f32)).collect();
            let numbers: Vec<f32> = parameters.iter().map(|&x| x as f32).chain(vec![0.0; n]).chain(squares.clone()).collect();
            let snapshot = Snapshot { numbers, steps: 7, ..Snapshot::default() };
            let mut look = Look::new(&spec, Look::data(&data, n));
            let mut warm = Vec::new();
            let found = look.curvature(&snapshot, None, true, &mut warm);
            let near = |found: f64, wanted: f64, what: &str| {
                let reach = wanted.abs().max(1e-6);
                prop_assert!((found - wanted).abs() <= 0.01 * reach, "{what} of {hidden:?}: {found} is not {wanted}");
                Ok(())
            };
            let ones = vec![1.0; n];
            near(found.largest, dense(&spec, &data, &parameters, 0..n, &ones)[0], "the Hessian")?;
            let divisor = spec.optimizer.preconditioner(7, None, &[&squares, &squares]).unwrap();
            near(found.preconditioned, dense(&spec, &data, &parameters, 0..n, &divisor)[0], "the preconditioned")?;
            for (part, own) in parts(&spec.shape.layers()).into_iter().zip(&found.layers) {
                near(*own, dense(&spec, &data, &parameters, part, &ones)[0], "a layer")?;
            }
            prop_assert!((found.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            // From where it has been the same comes out, and no worse.
            let again = look.curvature(&snapshot, None, true, &mut warm);
            near(again.largest, found.largest, "another look")?;
        }
    }

    /// `tests/golden/curvature/make_curvature.py`.
    #[test]
    fn curvature_is_pytorchs() {
        let text = include_str!("../../../tests/golden/curvature/curvature.json");
        let cases: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let numbers = |value: &serde_json::Value| -> Vec<f64> {
            value.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect()
        };
        for case in cases.as_array().expect("cases") {
            let widths: Vec<usize> = numbers(&case["widths"]).into_iter().map(|width| width as usize).collect();
            let (mut spec, ..) = network(&[2], 2, [0; 3], 1);
            spec.shape = Shape {
                batch_norm: false,
                inputs: widths[0],
                hidden: widths[1..widths.len() - 1].to_vec(),
                outputs: widths[widths.len() - 1],
                activation: serde_json::from_value(case["activation"].clone()).expect("an activation"),
            };
            spec.loss = serde_json::from_value(case["loss"].clone()).expect("a loss");
            spec.optimizer.l2 = case["l2"].as_f64().expect("a number");
            let labels = numbers(&case["labels"]);
            let labels = match spec.loss {
                Loss::CrossEntropy => Labels::Classes(labels.iter().map(|&class| class as u32).collect()),
                Loss::Mse => Labels::Numbers(labels.iter().map(|&x| x as f32).collect()),
            };
            let x: Vec<f32> = numbers(&case["x"]).iter().map(|&x| x as f32).collect();
            let n_train = x.len() / widths[0];
            let data = Data { x, columns: widths[0], labels, n_train, n_validation: 0 };
            let parameters = numbers(&case["parameters"]);
            let n = parameters.len();
            assert_eq!(n, spec.shape.n_parameters());
            let near = |found: f64, wanted: &serde_json::Value, tolerance: f64| {
                let wanted = wanted.as_f64().expect("a number");
                assert!((found - wanted).abs() <= tolerance * wanted.abs(), "{widths:?}: {found} is not {wanted}");
            };
            let mut look = Look::new(&spec, Look::data(&data, n));
            let (value, gradient) = look.gradient(&parameters);
            near(value, &case["value"], 1e-9);
            for (layer, part) in parts(&spec.shape.layers()).into_iter().enumerate() {
                near(length(gradient[part].iter()), &case["gradient_norms"][layer], 1e-9);
            }
            let two = look.eigenvalues(&parameters, 0..n, (0.0, None), &[], 2).expect("finite");
            near(two.values[0], &case["eigenvalues"][0], 0.005);
            near(two.values[1], &case["eigenvalues"][1], 0.01);
            let squares = numbers(&case["squares"]);
            let numbers = parameters.iter().chain(&squares).chain(&squares).map(|&x| x as f32).collect();
            let steps = case["steps"].as_u64().expect("steps") as u32;
            let snapshot = Snapshot { numbers, steps, ..Snapshot::default() };
            let found = look.curvature(&snapshot, None, true, &mut Vec::new());
            near(found.largest, &case["eigenvalues"][0], 0.01);
            near(found.preconditioned, &case["preconditioned"], 0.01);
            for (layer, own) in found.layers.iter().enumerate() {
                near(*own, &case["layers"][layer], 0.01);
            }
        }
    }

    #[test]
    fn what_is_lost_has_no_curvature_and_large_networks_fewer_rows() {
        let (spec, data, parameters) = network(&[4], 2, [2, 0, 0], 1);
        let mut look = Look::new(&spec, Look::data(&data, parameters.len()));
        let lost = Snapshot { numbers: vec![f32::NAN; 3 * parameters.len()], steps: 1, ..Snapshot::default() };
        let found = look.curvature(&lost, None, true, &mut Vec::new());
        assert!(found.largest.is_nan() && found.layers.iter().all(|x| x.is_nan()), "{found:?}");
        assert_eq!([(350, 354), (10_000, 1_000_000), (20, 1_000_000)].map(|(n, p)| Look::rows(n, p)), [350, 32, 20]);
        let some = spread(Look::rows(7000, 2000), 7000);
        assert!(some.len() == 1000 && some[1] == 7 && some[999] == 6993, "at even distances");
        assert!((length([3e200, 4e200].iter()) / 5e200 - 1.0).abs() < 1e-15, "squares of it would overflow");
        assert_eq!((length([0.0].iter()), length([].iter())), (0.0, 0.0));
        assert!(length([f64::NAN, 1.0].iter()).is_nan());
    }
}
