//! The samplers, one file each. To add one: a file with a type that implements [`Sampler`], its line in [`start`], and a
//! variant of [`SamplerSpec`] with what a study says of it (`study/sampler.rs`); `contract.rs` is what it must keep to.

#[cfg(test)]
mod contract;
mod grid;
mod hand;
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
mod learning;
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
pub mod pbt;
mod random;
mod sobol;

#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
pub use learning::{Past, Surrogate, SurrogateKind};

use super::Outcome;
use crate::space::{Axes, Space};
use crate::study::SamplerSpec;
use serde_json::{Map, Value};

/// Picks trials one after the other; the same seed picks the same trials.
pub trait Sampler {
    /// The parameters of trial `number`, or `None` when there is nothing left to try.
    fn ask(&mut self, number: u32) -> Option<Map<String, Value>>;

    /// How many trials are asked for at once, at most, when so many have been asked for and told before.
    fn round(&self, _told: u32) -> u32 {
        u32::MAX
    }

    /// What came out of a trial. Samplers that do not learn from results ignore it.
    fn tell(&mut self, _outcome: &Outcome) {}

    /// Parameters that a trial which was asked for does not use. Samplers that do not learn ignore it.
    fn leave_out(&mut self, _number: u32, _unused: &[String]) {}
}

/// The sampler at the beginning of a study.
pub fn start(spec: &SamplerSpec, space: &Space, seed: u64) -> Box<dyn Sampler> {
    match spec {
        // A population begins with random draws; what its copies try is asked of it apart ([`pbt::Population`]).
        SamplerSpec::Random { .. } | SamplerSpec::Pbt(_) => Box::new(random::Random::new(space, seed)),
        SamplerSpec::Hand { points } => Box::new(hand::Hand::new(points)),
        SamplerSpec::Sobol { .. } => Box::new(sobol::Sobol::new(space, seed)),
        SamplerSpec::Grid { .. } => {
            let axes = space.iter().map(|(name, axis)| (name.clone(), axis.grid(spec.points(name)).into()));
            start_grid(vec![axes.collect()], seed)
        }
        SamplerSpec::Tpe(_) | SamplerSpec::Gp(_) | SamplerSpec::Cmaes { .. } => start_learning(spec, space, seed),
    }
}

#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
fn start_learning(spec: &SamplerSpec, space: &Space, seed: u64) -> Box<dyn Sampler> {
    learning::start(spec, space, seed)
}

/// The page asks this module for no session of a study that learns, as the module `search` has those.
#[cfg(not(any(not(target_arch = "wasm32"), feature = "search")))]
fn start_learning(spec: &SamplerSpec, _: &Space, _: u64) -> Box<dyn Sampler> {
    unreachable!("{spec:?} is of another module")
}

/// A grid in parts: the combinations of each part's axes.
pub fn start_grid(parts: Vec<Axes>, seed: u64) -> Box<dyn Sampler> {
    Box::new(grid::Grid::new(parts, seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::space::Distribution;
    use serde_json::json;

    fn space(text: &str) -> Vec<(String, Distribution)> {
        let object: Map<String, Value> = serde_json::from_str(text).expect("valid JSON");
        object.iter().map(|(k, v)| (k.clone(), Distribution::parse(k, v).expect("valid range"))).collect()
    }

    const SPACE: &str = r#"{"lr": {"type": "float", "low": 1e-4, "high": 0.1, "log": true},
        "batch": {"type": "categorical", "choices": [16, 32]}, "layers": {"type": "int", "low": 1, "high": 3}}"#;

    #[test]
    fn grid_gives_every_combination_once_in_an_order_of_the_seed() {
        let spec = SamplerSpec::parse(Some(&json!({"name": "grid", "points": 4}))).expect("valid");
        let draw = |seed| {
            let mut sampler = start(&spec, &space(SPACE), seed);
            (0..).map_while(|n| sampler.ask(n)).map(|params| Value::Object(params).to_string()).collect::<Vec<_>>()
        };
        let (a, b) = (draw(0), draw(1));
        assert_eq!(a.len(), 4 * 2 * 3);
        assert_eq!(a, draw(0));
        assert_ne!(a, b);
        let sorted = |mut list: Vec<String>| {
            list.sort();
            list.dedup();
            list
        };
        assert_eq!(sorted(a).len(), 24);
        assert_eq!(sorted(b).len(), 24);
    }

    #[test]
    fn a_grid_larger_than_the_study_says_how_many_it_has() {
        let spec = SamplerSpec::parse(Some(&json!({"name": "grid"}))).expect("valid");
        let check = |trials| spec.check(&space(SPACE), trials, || spec.n_combinations(&space(SPACE)));
        let problem = check(29).expect_err("30 combinations");
        assert_eq!(problem, Error::GridTooLarge { combinations: "30".into(), trials: 29 });
        check(30).expect("they fit");
    }

    #[test]
    fn random_draws_do_not_depend_on_the_order_of_the_space() {
        let mut forward = start(&SamplerSpec::RANDOM, &space(SPACE), 7);
        let mut reversed_space = space(SPACE);
        reversed_space.reverse();
        let mut backward = start(&SamplerSpec::RANDOM, &reversed_space, 7);
        for number in 0..50 {
            let (a, b) = (forward.ask(number).expect("endless"), backward.ask(number).expect("endless"));
            assert!(a.iter().all(|(name, value)| b.get(name) == Some(value)));
        }
    }

    #[test]
    fn random_spreads_evenly_in_log_space() {
        let mut sampler = start(&SamplerSpec::RANDOM, &space(SPACE), 3);
        let decades: Vec<f64> = (0..3000)
            .filter_map(|n| sampler.ask(n)?.get("lr")?.as_f64())
            .map(|lr| libm::floor(libm::log10(lr)))
            .collect();
        for decade in [-4.0, -3.0, -2.0] {
            let share = decades.iter().filter(|d| **d == decade).count() as f64 / 3000.0;
            assert!((share - 1.0 / 3.0).abs() < 0.03, "{decade}: {share}");
        }
    }
}
