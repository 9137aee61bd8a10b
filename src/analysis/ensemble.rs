//! Networks that answer together: the mean of what they say, what that is worth beside the best of them, and what it costs.

use super::surface::Rows;
use super::verdict::{Unit, verdict};
use super::{forward, outputs};
use crate::backend::{Data, Labels};
use crate::mlp::{Loss, Shape};
use crate::trainer::Assignment;
use serde::Serialize;
use serde_json::json;

/// A network of an ensemble.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its layers.
    pub shape: Shape,
    /// Its parameters, flat, in PyTorch's order.
    pub parameters: Vec<f32>,
}

/// What answers are worth over some rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Mean loss in the targets' own units.
    pub loss: f64,
    /// Accuracy, or R^2; NaN where that is not defined.
    pub metric: f64,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// What each member is worth alone.
    pub members: Vec<Score>,
    /// What the mean of their answers is worth: of classes the mean of their probabilities.
    pub together: Score,
    /// Multiplications that each member's answer to a row takes.
    pub multiplications: Vec<usize>,
}

impl Ensemble {
    /// The member with the lowest loss, the first of equals; losses that are no numbers are no member's.
    pub fn best(&self) -> Option<usize> {
        let finite = (0..self.members.len()).filter(|&at| self.members[at].loss.is_finite());
        finite.reduce(|best, at| if self.members[at].loss < self.members[best].loss { at } else { best })
    }
}

/// Members of one task over rows of `data`; `None` without members.
pub fn ensemble(members: &[Member], loss: Loss, data: &Data, rows: Rows, unit: Unit) -> Option<Ensemble> {
    let first = members.first()?;
    let rows = rows.of(data);
    let own = |row: &u32| &data.x[*row as usize * data.columns..(*row as usize + 1) * data.columns];
    let x: Vec<f32> = rows.iter().flat_map(own).copied().collect();
    let is_class = matches!(data.labels, Labels::Classes(_));
    let width = first.shape.outputs;
    let score = |said: &[f32]| {
        let found = verdict(&data.labels, loss, unit, &rows, said, 0);
        Score { loss: found.loss, metric: found.metric }
    };
    let mut sum = vec![0.0_f64; rows.len() * width];
    let mut scores = Vec::with_capacity(members.len());
    for member in members {
        let said = outputs(&member.shape, &member.parameters, &x);
        for (sums, said) in sum.chunks_exact_mut(width.max(1)).zip(said.chunks_exact(width.max(1))) {
            let parts = if is_class { forward::shares(loss, said) } else { said.to_vec() };
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += f64::from(part));
        }
        scores.push(score(&said));
    }
    let n = members.len() as f64;
    // Probabilities whose logarithms are logits come out of the softmax as they are.
    let as_logits = is_class && loss == Loss::CrossEntropy;
    let mean = |sum: &f64| if as_logits { libm::log(sum / n) as f32 } else { (sum / n) as f32 };
    let together = score(&sum.iter().map(mean).collect::<Vec<_>>());
    let weights = |member: &Member| member.shape.layers().iter().map(|layer| layer.inputs * layer.outputs).sum();
    Some(Ensemble { members: scores, together, multiplications: members.iter().map(weights).collect() })
}

/// Checkpoints of one run that answer together, at most.
const CHECKPOINTS: usize = 5;

/// Epochs from the middle of a training to its end, evenly: where its checkpoints are taken.
fn checkpoints(epochs: usize) -> Vec<usize> {
    let first = epochs.div_ceil(2).max(1);
    let n = CHECKPOINTS.min((epochs + 1).saturating_sub(first));
    (0..n).map(|k| first + (epochs - first) * k / (n - 1).max(1)).collect()
}

/// The checkpoints of a trial that has trained for so many epochs: each epoch, and the way there. They are what lies between
/// two steps, not what the end makes of all of them: without averages and without a way back to the best epoch.
pub fn legs(whole: &Assignment, epochs: usize) -> Vec<(usize, Assignment)> {
    let plain = whole.clone().with("averaging", &json!("none")).with("patience", &json!(0));
    checkpoints(epochs).into_iter().map(|epoch| (epoch, plain.clone().up_to(epoch))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::Activation;
    use crate::search::Trial;
    use serde_json::Map;

    #[test]
    fn checkpoints_are_epochs_that_were_trained_each_by_whom_it_was() {
        let trial = |number: u32| Trial { number, params: Map::from_iter([("averaging".into(), json!("ema"))]) };
        let whole = |number: u32| Assignment::whole(trial(number), 9);
        let until = |number: u32, epoch: usize| Assignment { until_epoch: Some(epoch), ..whole(number) };
        // Trial 7 went on from 4 after epoch 12, which went on from 1 after epoch 9.
        let copy = Assignment { ancestry: vec![until(4, 12), until(1, 9)], ..whole(7) };
        let found = legs(&copy, 16);
        let who = |(epoch, leg): &(usize, Assignment)| {
            assert_eq!(leg.until_epoch, Some(*epoch));
            let past: Vec<_> = leg.ancestry.iter().map(|one| (one.trial.number, one.until_epoch)).collect();
            (*epoch, leg.trial.number, past)
        };
        let (first, second) = ((1, Some(9)), (4, Some(12)));
        let wanted = [
            (8, 1, vec![]),
            (10, 4, vec![first]),
            (12, 4, vec![first]),
            (14, 7, vec![second, first]),
            (16, 7, vec![second, first]),
        ];
        assert_eq!(found.iter().map(who).collect::<Vec<_>>(), wanted);
        for one in found.iter().flat_map(|(_, leg)| leg.ancestry.iter().chain([leg])) {
            assert_eq!((&one.trial.params["averaging"], &one.trial.params["patience"]), (&json!("none"), &json!(0)));
        }
        assert!(legs(&copy, 0).is_empty());
        assert_eq!(legs(&whole(0), 3).iter().map(|(epoch, _)| *epoch).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn checkpoints_go_from_the_middle_to_the_end() {
        assert_eq!(checkpoints(20), [10, 12, 15, 17, 20]);
        assert_eq!(checkpoints(1), [1]);
        assert_eq!(checkpoints(2), [1, 2]);
        assert_eq!(checkpoints(3), [2, 3]);
        for epochs in 1..200 {
            let all = checkpoints(epochs);
            assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
            assert_eq!(all.last(), Some(&epochs));
        }
    }

    /// Linear networks of one feature, by their weights and biases.
    fn member(outputs: usize, parameters: &[f32]) -> Member {
        let shape = Shape { inputs: 1, hidden: Vec::new(), outputs, activation: Activation::Linear, batch_norm: false };
        Member { shape, parameters: parameters.to_vec() }
    }

    fn data(labels: Labels<f32>) -> Data {
        Data { x: vec![0.5, -1.0, 2.0, 0.25], columns: 1, labels, n_train: 1, n_validation: 3 }
    }

    #[test]
    fn numbers_are_averaged_and_scored_in_their_units() {
        let rows = data(Labels::Numbers(vec![0.0, 1.0, -1.0, 0.5]));
        let members = [member(1, &[2.0, 0.0]), member(1, &[-1.0, 1.0])];
        let found = ensemble(&members, Loss::Mse, &rows, Rows::Validation, (10.0, 3.0)).unwrap();
        // By hand: outputs -2, 4, 0.5 and 2, -1, 0.75; targets 1, -1, 0.5; a loss is squared, its unit 9.
        let mse = |said: [f64; 3]| {
            let off = said.iter().zip([1.0, -1.0, 0.5]).map(|(said, truth)| (said - truth) * (said - truth));
            9.0 * off.sum::<f64>() / 3.0
        };
        for (score, said) in found.members.iter().zip([[-2.0, 4.0, 0.5], [2.0, -1.0, 0.75]]) {
            assert!((score.loss - mse(said)).abs() < 1e-5, "{score:?}");
        }
        assert!((found.together.loss - mse([0.0, 1.5, 0.625])).abs() < 1e-5);
        assert_eq!((found.best(), found.multiplications), (Some(1), vec![1, 1]));
    }

    #[test]
    fn classes_are_averaged_as_probabilities() {
        let rows = data(Labels::Classes(vec![0, 0, 1, 1]));
        let members = [member(2, &[1.0, -1.0, 0.0, 0.5]), member(2, &[3.0, 2.0, -0.5, 0.0])];
        let found = ensemble(&members, Loss::CrossEntropy, &rows, Rows::Validation, (0.0, 1.0)).unwrap();
        let share = |[w0, w1, b0, b1]: [f64; 4], x: f64, class: usize| {
            let z = [w0 * x + b0, w1 * x + b1].map(libm::exp);
            z[class] / (z[0] + z[1])
        };
        let truths = [(-1.0, 0), (2.0, 1), (0.25, 1)];
        let both =
            |x, class| f64::midpoint(share([1.0, -1.0, 0.0, 0.5], x, class), share([3.0, 2.0, -0.5, 0.0], x, class));
        let expected = truths.iter().map(|&(x, class)| -libm::log(both(x, class))).sum::<f64>() / 3.0;
        assert!((found.together.loss - expected).abs() < 1e-5, "{} {expected}", found.together.loss);
        let right = truths.iter().filter(|&&(x, class)| both(x, class) > 0.5).count();
        assert!((found.together.metric - right as f64 / 3.0).abs() < 1e-12);
        // Jensen: the mean probability's loss is at most the mean of the losses.
        let mean = found.members.iter().map(|score| score.loss).sum::<f64>() / 2.0;
        assert!(found.together.loss <= mean + 1e-9);
    }

    #[test]
    fn one_member_is_its_own_ensemble_and_none_is_none() {
        let rows = data(Labels::Classes(vec![0, 0, 1, 1]));
        let one = [member(2, &[1.0, -1.0, 0.0, 0.5])];
        let found = ensemble(&one, Loss::CrossEntropy, &rows, Rows::Validation, (0.0, 1.0)).unwrap();
        assert!((found.together.loss - found.members[0].loss).abs() < 1e-6);
        assert!(ensemble(&[], Loss::CrossEntropy, &rows, Rows::Validation, (0.0, 1.0)).is_none());
        let lost = [member(2, &[f32::NAN, -1.0, 0.0, 0.5])];
        let found = ensemble(&lost, Loss::CrossEntropy, &rows, Rows::Validation, (0.0, 1.0)).unwrap();
        assert_eq!(found.best(), None);
    }
}
