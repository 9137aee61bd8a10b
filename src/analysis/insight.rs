//! A look into one trial's network: what it is now and was on the way. Weights come from who trains or keeps it; where nobody
//! has them, or the way there is asked for, the trial is trained once more, step by step, on the CPU.

use super::trajectory::{Entry, MOST_POINTS, Recorder, Trajectory};
use crate::backend::cpu::Cpu;
use crate::backend::{Data, Snapshot};
use crate::error::Result;
use crate::mlp::{Layer, Shape};
use crate::trainer::Contestant;
use core::time::Duration;
use std::rc::Rc;

/// Bytes that the weights on the way take, at most, but for two points.
const PATH_BYTES: usize = 32 << 20;
/// Weights are written down this much more densely than they are kept.
const DENSER: usize = 2;

/// See the module.
pub struct Insight {
    contestant: Contestant,
    data: Rc<Data>,
    /// The initial weights, then what is known of the way, in the order of the steps.
    path: Trajectory,
    recorder: Option<Recorder>,
    /// The weights that the trial ended with, as who trained it has them.
    kept: Option<Vec<f32>>,
    /// The epoch whose weights those are, where patience kept others than the last.
    kept_epoch: Option<usize>,
    /// Whether the way is the one that was trained once more.
    is_recorded: bool,
}

impl Insight {
    /// Of a trial of which nothing is known but where it begins, and the epoch whose weights it kept where it had patience.
    pub fn new(contestant: Contestant, data: Rc<Data>, kept_epoch: Option<usize>) -> Self {
        let path = Self::begun(&contestant);
        Self { contestant, data, path, recorder: None, kept: None, kept_epoch, is_recorded: false }
    }

    fn begun(contestant: &Contestant) -> Trajectory {
        let first = contestant.initial().parameters.iter().map(|&x| x as f32).collect();
        Trajectory {
            trial: contestant.trial,
            steps: vec![0],
            evaluations: vec![0],
            points: vec![first],
            ..Trajectory::default()
        }
    }

    /// Points of the way, at most.
    fn most(&self) -> usize {
        (PATH_BYTES / size_of_val(self.path.last()).max(1)).clamp(2, MOST_POINTS)
    }

    /// What is looked into.
    pub const fn contestant(&self) -> &Contestant {
        &self.contestant
    }

    /// The rows that it was trained on.
    pub const fn data(&self) -> &Rc<Data> {
        &self.data
    }

    /// What is known of the way.
    pub const fn path(&self) -> &Trajectory {
        &self.path
    }

    /// Steps of the whole training.
    pub fn n_steps(&self) -> u64 {
        Entry::from(self.contestant.clone()).n_steps(self.data.n_train)
    }

    /// Steps of an epoch.
    pub fn epoch_steps(&self) -> u64 {
        self.data.n_train.div_ceil(self.contestant.batch.max(1)) as u64
    }

    /// Takes the network as who trains or keeps it has it, or as it ended after so many epochs; false where it is none of this
    /// trial's, or nothing new. What lies before what is known is a training of its own.
    pub fn see(&mut self, snapshot: &Snapshot, end: Option<usize>) -> bool {
        let n = self.contestant.spec.shape.n_parameters();
        let Some(parameters) = snapshot.numbers.get(..n) else { return false };
        // Of what has ended nobody keeps the steps.
        let steps = end
            .map_or(u64::from(snapshot.steps), |epochs| self.kept_epoch.unwrap_or(epochs) as u64 * self.epoch_steps());
        if parameters.iter().any(|x| !x.is_finite()) {
            return false;
        }
        if end.is_some() {
            self.kept = Some(parameters.to_vec());
            if self.is_recorded {
                return true;
            }
        }
        if self.path.steps.last().is_some_and(|&last| last > steps) {
            self.path = Self::begun(&self.contestant);
        }
        if self.path.last() == parameters && self.path.points.len() > 1 {
            return false;
        }
        if steps > 0 && self.path.steps.last() == Some(&steps) {
            self.path.points.pop();
            self.path.steps.pop();
            self.path.evaluations.pop();
        }
        self.path.points.push(parameters.to_vec());
        self.path.steps.push(steps);
        self.path.evaluations.push(snapshot.evaluations);
        let most = self.most();
        if self.path.points.len() > DENSER * most {
            self.path.thin(most);
        }
        true
    }

    /// Whether there is anything but the initial weights.
    pub fn is_known(&self) -> bool {
        self.path.points.len() > 1
    }

    /// Trains it once more for so many epochs (with none for all of its own) and about so long: the share that is done, 1 at
    /// the end; the way is then the one that was trained.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn train(&mut self, epochs: Option<usize>, budget: Duration) -> Result<f64> {
        if self.recorder.is_none() {
            let entry = Entry { points: self.most(), ..Entry::from(self.contestant.clone()) };
            let mut recorder = Recorder::new(&Cpu::new(), &self.data, vec![entry]).await?;
            recorder.until(0, epochs);
            self.recorder = Some(recorder);
        }
        let Some(recorder) = &mut self.recorder else { return Ok(1.0) };
        if !recorder.advance(budget).await? {
            return Ok(recorder.share_done().min(0.999));
        }
        if let Some(path) = recorder.paths().pop() {
            self.path = path;
            self.is_recorded = true;
        }
        self.recorder = None;
        Ok(1.0)
    }

    /// Whether the training that was written down came to the very weights that the trial ended with; none where that is not
    /// known.
    pub fn is_same(&self) -> Option<bool> {
        let kept = self.kept.as_ref().filter(|_| self.is_recorded && !self.contestant.is_averaged)?;
        Some(self.end()? == kept)
    }

    /// The point of the way whose weights the trial kept; none where there is none.
    fn end(&self) -> Option<&[f32]> {
        let Some(epoch) = self.kept_epoch else { return Some(self.path.last()) };
        let at = self.path.steps.iter().position(|&step| step == epoch as u64 * self.epoch_steps())?;
        self.path.points.get(at).map(Vec::as_slice)
    }

    /// The weights at a point of the way, or with none as they are now: what the trial ended with, where that is known.
    pub fn weights(&self, at: Option<usize>) -> &[f32] {
        match (at, &self.kept) {
            (Some(at), _) => self.path.points.get(at).map_or(&[], Vec::as_slice),
            (None, Some(kept)) => kept,
            (None, None) => self.end().unwrap_or_else(|| self.path.last()),
        }
    }

    /// The length of each layer's weights, biases among them, at each point of the way, then as they are now.
    pub fn norms(&self) -> Vec<f32> {
        let points = self.path.points.iter().map(Vec::as_slice).chain([self.weights(None)]);
        points.flat_map(|weights| norms(&self.contestant.spec.shape, weights)).collect()
    }
}

/// The length of each layer's weights, biases among them.
fn norms(shape: &Shape, weights: &[f32]) -> Vec<f32> {
    let norm = |layer: &Layer| {
        let own = weights.get(layer.trained()).unwrap_or_default();
        own.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt() as f32
    };
    shape.layers().iter().map(norm).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Study;
    use crate::trainer::{Assignment, Trainer};

    fn insight(fixed: &str) -> Insight {
        let study = Study::parse(&format!(
            r#"{{"format": "tuning-playground/study@1", "dataset": {{"name": "spiral", "samples": 60}}, "seed": 3,
                "trials": 1, "fixed": {{"hidden": [5, 3], "epochs": 6, "batch_size": 16, {fixed}}}}}"#
        ))
        .unwrap();
        let prepared = Rc::new(study.prepare(None).unwrap());
        let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new()).unwrap();
        let round = Assignment::read(r#"[{"trial": {"number": 0, "params": {}}, "of_trials": 1}]"#, &[]).unwrap();
        let contestant = trainer.contestant(&round[0].trial, 1);
        Insight::new(contestant, trainer.data().clone(), None)
    }

    fn trained(one: &mut Insight, epochs: Option<usize>) {
        while pollster::block_on(one.train(epochs, Duration::from_millis(5))).unwrap() < 1.0 {}
    }

    fn snapshot(one: &Insight, at: usize) -> Snapshot {
        let numbers = one.path().points[at].clone();
        Snapshot { numbers, steps: one.path().steps[at] as u32, ..Snapshot::default() }
    }

    #[test]
    fn the_way_begins_at_the_initial_weights_and_ends_where_training_does() {
        let mut one = insight(r#""learning_rate": 0.01"#);
        let first = one.weights(None).to_vec();
        assert!(!one.is_known() && one.is_same().is_none());
        trained(&mut one, None);
        let steps = &one.path().steps;
        assert_eq!((steps[0], steps.last()), (0, Some(&one.n_steps())));
        assert_eq!(one.n_steps(), 6 * one.epoch_steps());
        assert_eq!(one.weights(Some(0)), first);
        assert_eq!(one.weights(None), one.path().last());
        assert_ne!(one.weights(None), first);
        assert!(one.weights(Some(10_000)).is_empty());
        // Two epochs are a part of the same way.
        let mut part = insight(r#""learning_rate": 0.01"#);
        trained(&mut part, Some(2));
        let at = steps.iter().position(|&step| step == 2 * one.epoch_steps()).unwrap();
        assert_eq!(part.weights(None), one.weights(Some(at)));
    }

    #[test]
    fn what_was_seen_is_what_is_there_and_tells_a_training_that_went_elsewhere() {
        let mut one = insight(r#""learning_rate": 0.01"#);
        trained(&mut one, None);
        let last = one.path().points.len() - 1;
        // As archives have it, without its steps.
        let end = Snapshot { steps: 0, ..snapshot(&one, last) };
        let mut other = insight(r#""learning_rate": 0.01"#);
        assert!(other.see(&snapshot(&one, 2), None));
        assert!(!other.see(&snapshot(&one, 2), None), "nothing new");
        assert!(other.see(&end, Some(6)));
        assert_eq!(other.weights(None), &end.numbers[..]);
        assert_eq!(other.path().points.len(), 3);
        assert_eq!(other.path().steps.last(), Some(&one.n_steps()));
        trained(&mut other, None);
        assert_eq!(other.is_same(), Some(true));
        let mut off = end.clone();
        off.numbers[0] += 1e-3;
        assert!(other.see(&off, Some(6)));
        assert_eq!(other.weights(None), &off.numbers[..]);
        let mut again = insight(r#""learning_rate": 0.01"#);
        again.see(&off, Some(6));
        trained(&mut again, None);
        assert_eq!(again.is_same(), Some(false));
        assert_eq!(again.weights(None), &off.numbers[..]);
        // A shorter one is of another network, and what is no number is no place.
        assert!(!again.see(&Snapshot { numbers: vec![1.0; 3], ..Snapshot::default() }, Some(6)));
        let nan = Snapshot { numbers: vec![f32::NAN; end.numbers.len()], ..end };
        assert!(!again.see(&nan, Some(6)));
    }

    #[test]
    fn a_trial_with_patience_shows_the_epoch_that_it_kept() {
        let fixed = r#""learning_rate": 0.01"#;
        let mut whole = insight(fixed);
        trained(&mut whole, None);
        let third = 3 * whole.epoch_steps();
        let at = whole.path().steps.iter().position(|&step| step == third).unwrap();
        let kept = snapshot(&whole, at);
        // Trained for five epochs of its six, of which the third was the best.
        let mut patient = Insight { kept_epoch: Some(3), ..insight(fixed) };
        assert!(patient.see(&Snapshot { steps: 0, ..kept.clone() }, Some(5)));
        assert_eq!(patient.path().steps.last(), Some(&third));
        trained(&mut patient, Some(5));
        assert_eq!(patient.path().steps.last(), Some(&(5 * whole.epoch_steps())));
        assert_eq!((patient.is_same(), patient.weights(None)), (Some(true), &kept.numbers[..]));
        // Of one whose weights nobody has, the way has them.
        let mut gone = Insight { kept_epoch: Some(3), ..insight(fixed) };
        trained(&mut gone, Some(5));
        assert_eq!(gone.weights(None), &kept.numbers[..]);
        // An average lies beside the way.
        let mut averaged = insight(r#""learning_rate": 0.01, "averaging": "swa""#);
        averaged.see(&Snapshot { steps: 0, ..kept.clone() }, Some(6));
        trained(&mut averaged, None);
        assert_eq!((averaged.is_same(), averaged.weights(None)), (None, &kept.numbers[..]));
    }

    #[test]
    fn a_training_that_is_begun_anew_is_seen_from_its_start() {
        let mut one = insight(r#""learning_rate": 0.01"#);
        trained(&mut one, None);
        let mut other = insight(r#""learning_rate": 0.01"#);
        for at in [3, 5, 1] {
            other.see(&snapshot(&one, at), None);
        }
        assert_eq!(other.path().steps, [0, one.path().steps[1]]);
    }

    #[test]
    fn a_network_that_diverged_is_seen_before_it_did() {
        let mut one = insight(r#""learning_rate": 1e8, "optimizer": "sgd", "activation": "relu""#);
        trained(&mut one, None);
        assert!(one.path().diverged_at.is_some());
        assert!(one.weights(None).iter().all(|x| x.is_finite()));
    }

    #[test]
    fn norms_are_those_of_each_layer_at_each_point() {
        let mut one = insight(r#""init": "zeros", "learning_rate": 0.01"#);
        assert_eq!(one.norms(), [0.0; 6]);
        let n = one.weights(None).len();
        let mut numbers = vec![0.0; n];
        (numbers[0], numbers[14]) = (3.0, -4.0);
        one.see(&Snapshot { numbers, steps: 4, ..Snapshot::default() }, None);
        assert_eq!(one.norms()[3..], [5.0, 0.0, 0.0, 5.0, 0.0, 0.0]);
    }
}
