//! The studies of `tests/corpus/`, which the page's repetition of the check reads, too (`tests/unit/corpus.test.js`):
//! what is refused, as what, and how many combinations a grid has.

use serde_json::{Map, Value};
use std::collections::HashSet;
use tuning_playground::search::Search;
use tuning_playground::study::{Study, usage};

fn corpus(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("an array of pairs")
}

#[test]
fn every_study_of_the_corpus_is_accepted_or_refused_as_it_says() {
    let pairs = corpus(include_str!("corpus/problems.json"));
    assert!(pairs.len() >= 150);
    for pair in &pairs {
        let text = pair["text"].as_str().map_or_else(|| pair["study"].to_string(), str::to_owned);
        let found = Study::parse(&text).err().map(|error| error.to_json());
        match (&pair["problem"], found) {
            (Value::Null, None) => {}
            (Value::Object(expected), Some(found)) => {
                for (name, value) in expected {
                    assert_eq!(&found[name], value, "{name} of {found} for {text}");
                }
                let message = found["message"].as_str().unwrap_or_default();
                let named = expected.get("key").and_then(Value::as_str).unwrap_or_default();
                assert!(message.contains(named) && !message.contains('\n'), "{message}");
            }
            (expected, found) => panic!("{text}: {expected} expected, {found:?} found"),
        }
    }
}

/// Every combination of the axes' values as it would be trained, without doubles.
fn by_hand(study: &Study) -> usize {
    let mut all = vec![Map::new()];
    for (name, axis) in &study.space {
        let values = axis.grid(study.sampler.points(name));
        let with = |params: &Map<String, Value>| {
            let params = params.clone();
            let with = |value: &Value| {
                let mut params = params.clone();
                params.insert(name.clone(), value.clone());
                params
            };
            values.iter().map(with).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    let used = |mut params: Map<String, Value>| {
        for name in usage::unused(study, &params) {
            params.shift_remove(&name);
        }
        Value::Object(params).to_string()
    };
    all.into_iter().map(used).collect::<HashSet<_>>().len()
}

#[test]
fn grids_count_what_trials_can_use_once_and_run_just_that() {
    let pairs = corpus(include_str!("corpus/grids.json"));
    assert!(pairs.len() >= 100);
    for pair in &pairs {
        let size = pair["size"].as_f64().expect("a number");
        let study = match Study::check(&pair["study"]) {
            Ok(study) => study,
            Err(error) => {
                let error = error.to_json();
                assert!(size > 100_000.0, "{error} for {}", pair["study"]);
                let told = error["combinations"].as_str().and_then(|told| told.parse().ok());
                assert_eq!((error["code"].as_str(), told), (Some("grid_too_large"), Some(size)), "{error}");
                continue;
            }
        };
        assert_eq!(usage::n_combinations(&study), size, "{}", pair["study"]);
        let trials = Search::new(&study).ask(&study);
        assert_eq!(trials.len() as f64, size, "{}", pair["study"]);
        let distinct: HashSet<String> =
            trials.iter().map(|trial| Value::Object(trial.params.clone()).to_string()).collect();
        assert_eq!(distinct.len(), trials.len(), "{}", pair["study"]);
        let product: f64 =
            study.space.iter().map(|(name, axis)| axis.n_grid(study.sampler.points(name)) as f64).product();
        if product <= 20_000.0 {
            assert_eq!(by_hand(&study) as f64, size, "{}", pair["study"]);
        }
        for trial in &trials {
            assert!(usage::unused(&study, &trial.params).is_empty(), "{:?}", trial.params);
        }
    }
}
