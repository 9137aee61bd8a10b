//! What every sampler keeps to, whatever it is told. `tests/ask_tell.rs` holds them to it in another process.

use super::*;
use crate::space::Distribution;
use crate::study::{Learning, Pbt};
use proptest::prelude::*;
use serde_json::json;
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
        SamplerSpec::Pbt(Pbt { population: 6, interval: 2, quantile: 0.3, resample: 0.5 }),
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
        let read = match &spec {
            SamplerSpec::Pbt(_) => SamplerSpec::parse,
            _ => SamplerSpec::parse_asking,
        };
        assert_eq!(read(Some(&spec.to_json())).expect("its own output"), spec);
    }
}

#[test]
fn what_is_picked_is_tried_as_it_is_and_in_its_order() {
    let points = json!([{"float": 7, "choice": "a"}, {"float": -2.5, "choice": [16, 16]}]);
    let spec = SamplerSpec::parse(Some(&json!({"name": "hand", "points": points}))).expect("valid");
    let mut sampler = start(&spec, &[], 3);
    let asked: Vec<_> = (0..5).map_while(|number| sampler.ask(number)).map(Value::Object).collect();
    assert_eq!(Value::Array(asked), points);
    assert_eq!(spec.to_json()["points"], points);
}

/// A range of a document, sound but otherwise of any kind.
fn any_axis() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-1e6..1e6, 0.0..1e6).prop_map(|(low, wide)| json!({"type": "float", "low": low, "high": low + wide})),
        (1e-12..1e3, 1.0..1e9)
            .prop_map(|(low, by)| json!({"type": "float", "low": low, "high": low * by, "log": true})),
        (0.0..0.9, 0.0..0.0999)
            .prop_map(|(low, wide)| { json!({"type": "float", "low": low, "high": low + wide, "scale": "log1m"}) }),
        (-9.0..9.0, 0.0..9.0, 0.01..3.0)
            .prop_map(|(low, wide, step)| { json!({"type": "float", "low": low, "high": low + wide, "step": step}) }),
        (-50..50, 0..90, 1..9)
            .prop_map(|(low, wide, step)| { json!({"type": "int", "low": low, "high": low + wide, "step": step}) }),
        (1..50, 0..5000).prop_map(|(low, wide)| json!({"type": "int", "low": low, "high": low + wide, "log": true})),
        (1..7).prop_map(|n| json!({"type": "categorical", "choices": (0..n).collect::<Vec<_>>()})),
    ]
}

/// What comes of a trial, and whether it leaves its first axis out.
fn any_outcome() -> impl Strategy<Value = (f64, Option<usize>, bool)> {
    let value = prop_oneof![
        6 => -10.0..10.0,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NEG_INFINITY),
        1 => Just(1e308),
        1 => Just(-5e-324),
        2 => Just(0.0),
    ];
    (value, prop_oneof![2 => Just(None), 1 => (1..9_usize).prop_map(Some)], any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_space_any_results_in_any_rounds(
        axes in prop::collection::vec(any_axis(), 0..5),
        outcomes in prop::collection::vec(any_outcome(), 24),
        (which, seed, round) in (0..7_usize, 0..1_u64 << 53, 1..10_usize),
    ) {
        let learning = Learning { startup: 4, round: round as u32 };
        let spec = [
            SamplerSpec::RANDOM,
            SamplerSpec::SOBOL,
            SamplerSpec::Tpe(learning),
            SamplerSpec::Gp(learning),
            SamplerSpec::Cmaes { startup: 1, round: None },
            SamplerSpec::Grid { points: 2, axis_points: BTreeMap::new(), round: None },
            SamplerSpec::Pbt(Pbt { population: 4, interval: 1, quantile: 0.25, resample: 0.25 }),
        ][which].clone();
        let parse = |(at, axis): (usize, &Value)| (format!("x{at}"), Distribution::parse("x", axis).expect("valid"));
        let mut space: Vec<(String, Distribution)> = axes.iter().enumerate().map(parse).collect();
        // A grid of many steps is large by right.
        if which == 5 {
            space.retain(|(_, axis)| axis.n_grid(2) < 60);
            space.truncate(2);
        }
        let play = || {
            let mut sampler = start(&spec, &space, seed);
            let mut trials = Vec::new();
            let mut first = 0;
            while first < outcomes.len() {
                let asked = first..outcomes.len().min(first + round);
                first = asked.end;
                for number in asked.clone() {
                    let Some(params) = sampler.ask(number as u32) else { return trials };
                    if outcomes[number].2 {
                        sampler.leave_out(number as u32, &["x0".into()]);
                    }
                    trials.push(params);
                }
                for number in asked {
                    let (value, pruned_after, _) = outcomes[number];
                    sampler.tell(&Outcome { number: number as u32, value, pruned_after });
                }
            }
            trials
        };
        let trials = play();
        prop_assert_eq!(&trials, &play());
        prop_assert!(!trials.is_empty());
        for params in trials {
            prop_assert_eq!(params.len(), space.len());
            for (name, axis) in &space {
                prop_assert!(fits(axis, &params[name]), "{:?}: {} = {} of {:?}", &spec, name, &params[name], axis);
            }
        }
    }
}
