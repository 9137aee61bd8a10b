//! What every sampler keeps to, whatever it is told. `tests/ask_tell.rs` holds them to it in another process.

use super::*;
use crate::space::Distribution;
use crate::study::Learning;
use std::collections::BTreeMap;

const SPACE: &str = r#"{
    "float": {"type": "float", "low": -2.5, "high": 7},
    "log": {"type": "float", "low": 1e-6, "high": 10, "log": true},
    "log1m": {"type": "float", "low": 0.5, "high": 0.999, "scale": "log1m"},
    "step": {"type": "float", "low": 0, "high": 0.7, "step": 0.1},
    "int": {"type": "int", "low": -3, "high": 4},
    "int_step": {"type": "int", "low": 128, "high": 512, "step": 128},
    "int_log": {"type": "int", "low": 1, "high": 1000, "log": true},
    "one_float": {"type": "float", "low": 0.3, "high": 0.3},
    "one_log": {"type": "float", "low": 0.1, "high": 0.1, "log": true},
    "one_log1m": {"type": "float", "low": 0.9, "high": 0.9, "scale": "log1m"},
    "one_int": {"type": "int", "low": 9, "high": 9},
    "one_int_log": {"type": "int", "low": 9, "high": 9, "log": true},
    "one_choice": {"type": "categorical", "choices": ["only"]},
    "choice": {"type": "categorical", "choices": ["a", 2, 0.5, true, null, [16, 16]]}
}"#;

/// Every sampler, and axes of the space that it takes at once.
fn samplers() -> Vec<(SamplerSpec, Vec<(String, Distribution)>)> {
    let object: Map<String, Value> = serde_json::from_str(SPACE).expect("valid JSON");
    let whole: Vec<(String, Distribution)> =
        object.iter().map(|(name, axis)| (name.clone(), Distribution::parse(name, axis).expect("valid"))).collect();
    let learning = Learning { startup: 5, round: 3 };
    let mut all: Vec<_> = [
        SamplerSpec::RANDOM,
        SamplerSpec::SOBOL,
        SamplerSpec::Tpe(learning),
        SamplerSpec::Gp(learning),
        SamplerSpec::Cmaes { startup: 1, round: Some(6) },
    ]
    .map(|spec| (spec, whole.clone()))
    .into();
    // A grid of everything is too large: two axes at a time.
    let grid = SamplerSpec::Grid { points: 4, axis_points: BTreeMap::new(), round: None };
    all.extend(whole.windows(2).map(|pair| (grid.clone(), pair.to_vec())));
    all
}

fn draw(spec: &SamplerSpec, space: &Space, seed: u64, tell: impl Fn(u32) -> f64) -> Vec<Map<String, Value>> {
    let mut sampler = start(spec, space, seed);
    let ask = |number| {
        let params = sampler.ask(number)?;
        sampler.tell(&Outcome::whole(number, tell(number)));
        Some(params)
    };
    (0..if matches!(spec, SamplerSpec::Gp(_)) { 40 } else { 300 }).map_while(ask).collect()
}

fn fits(axis: &Distribution, value: &Value) -> bool {
    let on_step = |x: f64, low: f64, high: f64, step: f64| {
        let k = (x - low) / step;
        x == high || (k - libm::round(k)).abs() < 1e-9
    };
    match axis {
        Distribution::Categorical { choices } => choices.contains(value),
        Distribution::Float { low, high, step, .. } => value.as_f64().is_some_and(|x| {
            value.is_f64() && (*low..=*high).contains(&x) && step.is_none_or(|step| on_step(x, *low, *high, step))
        }),
        Distribution::Int { low, high, step, .. } => value
            .as_i64()
            .is_some_and(|x| (*low..=*high).contains(&(x as f64)) && (x as f64 - low) % step.unwrap_or(1.0) == 0.0),
    }
}

#[test]
fn values_are_in_their_ranges_on_their_steps_and_of_their_type() {
    for (spec, space) in samplers() {
        let trials = draw(&spec, &space, 11, f64::from);
        assert!(!trials.is_empty());
        for params in trials {
            let names: Vec<&str> = params.keys().map(String::as_str).collect();
            assert_eq!(names, space.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
            for (name, axis) in &space {
                assert!(fits(axis, &params[name]), "{spec:?}: {name} = {}", params[name]);
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_trials_and_another_gives_others() {
    for (spec, space) in samplers() {
        let trials = draw(&spec, &space, 3, f64::from);
        assert_eq!(trials, draw(&spec, &space, 3, f64::from));
        if trials.len() > 4 {
            assert_ne!(trials, draw(&spec, &space, 4, f64::from), "{spec:?}");
        }
    }
}

#[test]
fn results_that_are_not_finite_are_results() {
    for (spec, space) in samplers() {
        let told = |number: u32| [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0][number as usize % 4];
        assert!(!draw(&spec, &space, 0, told).is_empty());
    }
}

#[test]
fn trials_that_are_still_running_hold_nobody_up() {
    for (spec, space) in samplers() {
        let mut sampler = start(&spec, &space, 0);
        let asked: Vec<_> = (0..8).map_while(|number| sampler.ask(number)).collect();
        for number in (0..asked.len() as u32).rev() {
            sampler.tell(&Outcome::whole(number, 0.5));
        }
        assert!(!asked.is_empty());
    }
}

#[test]
fn a_specification_reads_what_it_writes() {
    for (spec, _) in samplers() {
        assert_eq!(SamplerSpec::parse_asking(Some(&spec.to_json())).expect("its own output"), spec);
    }
}
