//! Samplers that learn from what they are told. In the browser they are in a module of their own, which is loaded for the
//! studies that want one.

mod cmaes;
mod descent;
mod gp;
mod history;
mod matern;
mod surrogate;
mod tpe;

pub use surrogate::{Past, Surrogate, SurrogateKind};

use super::{Sampler, random};
use crate::space::Space;
use crate::study::{Learning, SamplerSpec};

/// A sampler that learns; of others the one that draws at random.
pub fn start(spec: &SamplerSpec, space: &Space, seed: u64) -> Box<dyn Sampler> {
    match spec {
        SamplerSpec::Tpe(learning) => Box::new(history::Learner::new(space, *learning, seed, tpe::Tpe::default())),
        SamplerSpec::Gp(learning) => Box::new(history::Learner::new(space, *learning, seed, gp::Gp::default())),
        SamplerSpec::Cmaes { startup, round } => {
            let round = round.unwrap_or_else(|| cmaes::Cmaes::population(space));
            Box::new(cmaes::Cmaes::new(space, Learning { startup: *startup, round }, seed))
        }
        _ => Box::new(random::Random::new(space, seed)),
    }
}

#[cfg(test)]
mod tests {
    use super::history::{History, Model};
    use super::*;
    use crate::search::Outcome;
    use crate::space::Distribution;
    use serde_json::json;

    fn space() -> Vec<(String, Distribution)> {
        let unit = json!({"type": "float", "low": 0, "high": 1});
        let choice = json!({"type": "categorical", "choices": ["a", "b", "c"]});
        let axes = [("x", &unit), ("y", &unit), ("choice", &choice)];
        axes.map(|(name, axis)| (name.to_owned(), Distribution::parse(name, axis).expect("valid"))).into()
    }

    /// Fifteen trials, of which every other one leaves two axes out. `unused` is what it drew there.
    fn history(unused: f64, outcome: impl Fn(u32, f64) -> Outcome) -> History {
        let mut history = History::new(&space(), 3);
        for number in 0..15 {
            let mut point = history.drawn(number);
            let value = (point[0] - 0.3) * (point[0] - 0.3);
            if number % 2 == 0 {
                point[1] = unused;
                point[2] = unused;
            }
            history.enter(&point);
            if number % 2 == 0 {
                history.leave_out(number, &["y".into(), "choice".into()]);
            }
            history.tell(&outcome(number, value));
        }
        history
    }

    #[test]
    fn what_a_trial_does_not_use_is_not_learned_from() {
        let models: [fn() -> Box<dyn Model>; 2] = [|| Box::<tpe::Tpe>::default(), || Box::<gp::Gp>::default()];
        for model in models {
            let next = |unused| {
                let mut history = history(unused, Outcome::whole);
                let mut model = model();
                // With a trial that is running, too.
                let first = model.suggest(&history, 15);
                history.enter(&first);
                (first, model.suggest(&history, 16))
            };
            let one = next(0.05);
            assert_eq!(one, next(0.5));
            assert_eq!(one, next(0.95));
        }
    }

    #[test]
    fn pruned_trials_rank_after_whole_ones_by_how_far_they_got_and_failed_ones_last() {
        let pruned = |number, value, epochs| Outcome { number, value, pruned_after: Some(epochs) };
        let told = [
            Outcome::whole(0, 0.7),
            pruned(1, 0.1, 1),
            Outcome::whole(2, f64::NAN),
            pruned(3, 0.9, 4),
            pruned(4, 0.2, 4),
            Outcome::whole(5, 0.5),
            pruned(6, f64::NAN, 9),
            pruned(7, 0.3, 1),
        ];
        let mut history = History::new(&space(), 0);
        for outcome in &told {
            let point = history.drawn(outcome.number);
            history.enter(&point);
            history.tell(outcome);
        }
        let order = history.ranked((0..told.len()).collect());
        assert_eq!(order, [5, 0, 4, 3, 1, 7, 2, 6]);
        // As values none is better than whoever ranks before it.
        let values: Vec<f64> = history.told().into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, [0.7, 0.9, 0.9, 0.9, 0.7, 0.5, 0.9, 0.9]);
    }

    #[test]
    fn nobody_who_was_pruned_early_is_taken_for_the_best() {
        // All trials near 0.9 were pruned after an epoch with the least values of all.
        let outcome = |number: u32, value: f64| {
            if value > 0.2 {
                Outcome { number, value: -5.0, pruned_after: Some(1) }
            } else {
                Outcome::whole(number, value)
            }
        };
        let history = history(0.5, outcome);
        let models: [Box<dyn Model>; 2] = [Box::<tpe::Tpe>::default(), Box::<gp::Gp>::default()];
        for mut model in models {
            let near = (15..35).filter(|&number| model.suggest(&history, number)[0] < 0.7).count();
            assert!(near >= 16, "{near} of 20");
        }
    }
}
