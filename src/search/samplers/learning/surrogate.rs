//! What a sampler thinks of places, for whoever looks on: the very models that decide, over the trials that are known. GP has
//! a value that is expected, a deviation and the logarithm of the expected improvement; TPE the logarithms of both densities
//! and of their ratio.

use super::gp::{Belief, Gp};
use super::history::{History, Kind, Model};
use super::tpe::{Densities, Tpe};
use crate::search::Outcome;
use crate::study::{Learning, SamplerSpec, Study, usage};
use serde_json::{Map, Value};

/// Rounds whose fits are done again, as each begins where the one before ended.
const ROUNDS_AGAIN: u32 = 16;

/// Whose model it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurrogateKind {
    /// A Gaussian process.
    Gp,
    /// Two densities.
    Tpe,
}

/// A trial that was asked for.
#[derive(Clone, Debug)]
pub struct Past {
    /// Its parameters; those that it does not use are missing.
    pub params: Map<String, Value>,
    /// What came of it: smaller is better, and what is not finite has failed. Nothing while it runs.
    pub value: Option<f64>,
    /// Epochs after which it was pruned.
    pub pruned_after: Option<usize>,
}

enum Mind {
    Gp(Gp, Option<Box<Belief>>),
    Tpe(Tpe, Option<Densities>),
}

/// See the module.
pub struct Surrogate {
    study: Study,
    history: History,
    mind: Mind,
    /// Trials drawn at random before the model is asked.
    startup: u32,
}

impl Surrogate {
    /// What is thought after these trials, in number order. `exploration` is GP's xi or TPE's gamma; `None` is what the
    /// sampler has. Where the study's own sampler is of this kind, its rounds are gone through again.
    pub fn new(study: Study, kind: SurrogateKind, exploration: Option<f64>, trials: &[Past]) -> Self {
        let own = match (&study.sampler, kind) {
            (SamplerSpec::Gp(own), SurrogateKind::Gp) | (SamplerSpec::Tpe(own), SurrogateKind::Tpe) => Some(*own),
            _ => None,
        };
        let mut history = History::new(&study.space, study.seed);
        let mut gp = Gp::exploring(exploration.unwrap_or(0.0));
        let n = trials.len() as u32;
        for (number, past) in (0..).zip(trials) {
            if let Some(Learning { startup, round }) = own
                && kind == SurrogateKind::Gp
                && number >= startup
                && (number - startup).is_multiple_of(round)
                && n - number <= round.saturating_mul(ROUNDS_AGAIN)
            {
                gp.belief(&history);
            }
            enter(&mut history, number, past);
        }
        let mind = if kind == SurrogateKind::Gp {
            Mind::Gp(gp, None)
        } else {
            Mind::Tpe(exploration.map_or_else(Tpe::default, |gamma| Tpe { gamma }), None)
        };
        let startup = own.map_or(0, |own| own.startup);
        let mut made = Self { study, history, mind, startup };
        made.think();
        made
    }

    fn think(&mut self) {
        let is_known = self.history.trials.iter().any(|trial| trial.value.is_some_and(f64::is_finite));
        match &mut self.mind {
            Mind::Gp(gp, belief) => *belief = gp.belief(&self.history).map(Box::new),
            Mind::Tpe(tpe, densities) => *densities = is_known.then(|| tpe.densities(&self.history)),
        }
    }

    /// Whether something is known of which anything can be thought.
    pub fn is_known(&self) -> bool {
        matches!(self.mind, Mind::Gp(_, Some(_)) | Mind::Tpe(_, Some(_)))
    }

    /// The names of the axes.
    pub fn axes(&self) -> impl Iterator<Item = &str> {
        self.history.axes.iter().map(|axis| axis.name.as_str())
    }

    /// Places along an axis and the values there: all of few steps or choices, else so many, evenly.
    pub fn places(&self, axis: usize, most: usize) -> Vec<(f64, Value)> {
        let Some(axis) = self.history.axes.get(axis) else { return Vec::new() };
        let n = match axis.kind {
            Kind::Single => 1,
            Kind::Choices(n) => n,
            Kind::Real | Kind::Steps => most.max(2),
        };
        // Both ends of what has no steps are looked at.
        let share = |k: usize| match axis.kind {
            Kind::Real => k as f64 / (n - 1) as f64,
            _ => axis.snap((k as f64 + 0.5) / n as f64),
        };
        let mut shares: Vec<f64> = (0..n).map(share).collect();
        shares.dedup();
        shares.into_iter().map(|u| (u, axis.distribution.at(u))).collect()
    }

    /// The place of some parameters; what is missing lies in the middle.
    pub fn point(&self, params: &Map<String, Value>) -> Vec<f64> {
        point(&self.history, params)
    }

    /// The parameters of a place, without those that such a trial does not use.
    pub fn params(&self, point: &[f64]) -> Map<String, Value> {
        let axes = self.history.axes.iter().zip(point);
        let mut params: Map<String, Value> =
            axes.map(|(axis, &u)| (axis.name.clone(), axis.distribution.at(u))).collect();
        for name in usage::unused(&self.study, &params) {
            params.shift_remove(&name);
        }
        params
    }

    /// What is thought of a place, as the module says; NaN where nothing is known.
    pub fn at(&self, place: &[f64]) -> [f64; 3] {
        match &self.mind {
            Mind::Gp(_, Some(belief)) => belief.at(place),
            Mind::Tpe(_, Some(densities)) => {
                let [good, bad] = densities.logs(&self.history.axes, place);
                [good, bad, good - bad]
            }
            _ => [f64::NAN; 3],
        }
    }

    /// The trials that TPE counts as good, the best first.
    pub fn good(&self) -> &[usize] {
        if let Mind::Tpe(_, Some(densities)) = &self.mind { &densities.good_trials } else { &[] }
    }

    /// Of GP: the length of each axis as a part of its range, the deviation of the noise, and how many trials it goes through.
    pub fn fit(&self) -> Option<(Vec<f64>, f64, usize)> {
        let Mind::Gp(_, Some(belief)) = &self.mind else { return None };
        let lengths = belief.fitted.lengths();
        let each = lengths.inverse.iter().map(|inverse| 1.0 / inverse.sqrt()).collect();
        Some((each, belief.unit * lengths.noise.sqrt(), belief.n))
    }

    /// Whether the next trial is one of those that are drawn at random.
    pub fn draws(&self) -> bool {
        !self.is_known() || self.history.trials.len() < self.startup as usize
    }

    /// The next trial that the sampler would ask for, which is then running. What is thought of places stays as it was.
    pub fn ask(&mut self) -> (Vec<f64>, Map<String, Value>) {
        let number = self.history.trials.len() as u32;
        let place = if self.draws() {
            self.history.drawn(number)
        } else {
            match &mut self.mind {
                Mind::Gp(gp, _) => gp.suggest(&self.history, number),
                Mind::Tpe(tpe, _) => tpe.suggest(&self.history, number),
            }
        };
        let params = self.params(&place);
        enter(&mut self.history, number, &Past { params: params.clone(), value: None, pruned_after: None });
        (place, params)
    }
}

fn point(history: &History, params: &Map<String, Value>) -> Vec<f64> {
    let share = |name: &str, of: &crate::space::Distribution| params.get(name).and_then(|value| of.share_of(value));
    history.axes.iter().map(|axis| share(&axis.name, &axis.distribution).unwrap_or(0.5)).collect()
}

fn enter(history: &mut History, number: u32, past: &Past) {
    let place = point(history, &past.params);
    history.enter(&place);
    let is_missing = |name: &&String| !past.params.contains_key(*name);
    let names: Vec<String> = history.axes.iter().map(|axis| axis.name.clone()).collect();
    let unused: Vec<String> = names.iter().filter(is_missing).cloned().collect();
    history.leave_out(number, &unused);
    if let Some(value) = past.value {
        history.tell(&Outcome { number, value, pruned_after: past.pruned_after });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Ledger, Search};
    use serde_json::json;

    fn study(name: &str) -> Study {
        let sampler = match name {
            "random" => json!({"name": name}),
            _ => json!({"name": name, "startup": 6, "round": 4}),
        };
        let text = json!({
            "format": "tuning-playground/study@1", "dataset": {"name": "moons"}, "trials": 60, "seed": 5,
            "sampler": sampler,
            "space": {
                "learning_rate": {"type": "float", "low": 1e-5, "high": 1.0, "log": true},
                "dropout": {"type": "float", "low": 0.0, "high": 0.7, "step": 0.1},
                "hidden_units": {"type": "int", "low": 2, "high": 200, "log": true},
                "optimizer": {"type": "categorical", "choices": ["sgd", "momentum", "adam"]},
                "momentum": {"type": "float", "low": 0.5, "high": 0.99, "scale": "log1m"},
            },
        });
        Study::parse(&text.to_string()).expect("a study")
    }

    fn value(params: &Map<String, Value>) -> f64 {
        let rate = libm::log10(params["learning_rate"].as_f64().expect("a rate"));
        if rate > -0.3 {
            return f64::NAN;
        }
        let kind = if params["optimizer"] == "adam" { 0.0 } else { 0.4 };
        (rate + 2.5) * (rate + 2.5) + kind + params["dropout"].as_f64().expect("a share")
    }

    /// A study's search as it goes: the trials of each round, whose values are told after all of them were asked for.
    fn trials(study: &Study, n: usize) -> Vec<(usize, Past)> {
        let mut search = Search::new(study);
        let ledger = Ledger::new(study);
        let mut all: Vec<(usize, Past)> = Vec::new();
        while all.len() < n {
            let known = all.len();
            for trial in search.ask_after(study, &ledger) {
                let value = Some(value(&trial.params));
                all.push((known, Past { params: trial.params, value, pruned_after: None }));
            }
            for (number, (_, past)) in (0..).zip(&all).skip(known) {
                search.tell(&Outcome::whole(number, past.value.expect("it has ended")));
            }
        }
        all
    }

    /// Trials of which the round's last ones are still running.
    fn before(all: &[(usize, Past)], number: usize) -> Vec<Past> {
        let known = all[number].0;
        let past = |(at, (_, past)): (usize, &(usize, Past))| Past {
            value: past.value.filter(|_| at < known),
            ..past.clone()
        };
        all[..number].iter().enumerate().map(past).collect()
    }

    fn is_near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-6 * b.abs().max(1.0)
    }

    #[test]
    fn what_is_drawn_is_what_decides() {
        // The sampler's own model as it goes along, which knows its places to the last bit.
        let study = study("gp");
        let all = trials(&study, 34);
        let (mut history, mut gp) = (History::new(&study.space, study.seed), Gp::default());
        for (number, (known, past)) in (0..).zip(&all) {
            for at in 0..*known as u32 {
                history.tell(&Outcome::whole(at, all[at as usize].1.value.expect("it has ended")));
            }
            let place = if number < 6 { history.drawn(number) } else { gp.suggest(&history, number) };
            if [6, 9, 10, 25, 33].contains(&number) {
                let surrogate = Surrogate::new(study.clone(), SurrogateKind::Gp, None, &before(&all, number as usize));
                let own = gp.belief(&history).expect("some are known");
                for at in [place.clone(), vec![0.1; 5], vec![0.7; 5]] {
                    let (drawn, decided) = (surrogate.at(&at), own.at(&at));
                    assert!(drawn.iter().zip(decided).all(|(a, b)| is_near(*a, b)), "{drawn:?} {decided:?}");
                }
            }
            let mut params = history.enter(&place);
            let unused = usage::unused(&study, &params);
            history.leave_out(number, &unused);
            for name in &unused {
                params.shift_remove(name);
            }
            assert_eq!(params, past.params, "{number}");
        }
    }

    #[test]
    fn tpe_asks_again_for_what_it_asked_for() {
        let study = study("tpe");
        let all = trials(&study, 34);
        for number in [3, 6, 9, 10, 25, 33] {
            let mut surrogate = Surrogate::new(study.clone(), SurrogateKind::Tpe, None, &before(&all, number));
            assert_eq!(surrogate.draws(), number < 6);
            let (params, wanted) = (surrogate.ask().1, &all[number].1.params);
            assert_eq!(params.len(), wanted.len());
            for (axis, value) in &params {
                let same = || is_near(value.as_f64().expect("a number"), wanted[axis].as_f64().expect("a number"));
                assert!(value == &wanted[axis] || same(), "{number} {axis}: {value} {}", wanted[axis]);
            }
        }
    }

    #[test]
    fn the_next_trial_is_where_it_promises_most_and_exploring_moves_it() {
        let gp = study("gp");
        let all: Vec<Past> = trials(&gp, 30).into_iter().map(|(_, past)| past).collect();
        let mut chosen = Vec::new();
        for xi in [None, Some(2.0)] {
            let surrogate = Surrogate::new(gp.clone(), SurrogateKind::Gp, xi, &all);
            let mut next = Surrogate::new(gp.clone(), SurrogateKind::Gp, xi, &all);
            let (place, _) = next.ask();
            let most = surrogate.at(&place)[2];
            for (rate, _) in surrogate.places(0, 41) {
                for (units, _) in surrogate.places(2, 9) {
                    let other = [rate, place[1], units, place[3], place[4]];
                    assert!(surrogate.at(&other)[2] <= most + 1e-3, "{xi:?}");
                }
            }
            chosen.push((place.clone(), surrogate.at(&place)[1]));
        }
        assert_ne!(chosen[0].0, chosen[1].0);
        assert!(chosen[1].1 > chosen[0].1, "more exploration goes where less is known: {chosen:?}");
        let tpe = study("tpe");
        let good = |gamma| Surrogate::new(tpe.clone(), SurrogateKind::Tpe, gamma, &all).good().len();
        assert_eq!([good(None), good(Some(0.1)), good(Some(0.5))], [3, 3, 15]);
    }

    #[test]
    fn nothing_is_thought_where_nothing_is_known() {
        for kind in [SurrogateKind::Gp, SurrogateKind::Tpe] {
            let study = study("random");
            let lost = |n: u32| -> Vec<Past> {
                let mut search = Search::new(&study);
                let trials = search.ask(&study).into_iter().take(n as usize);
                trials.map(|trial| Past { params: trial.params, value: Some(f64::NAN), pruned_after: None }).collect()
            };
            for n in [0, 5] {
                let mut surrogate = Surrogate::new(study.clone(), kind, None, &lost(n));
                assert!(!surrogate.is_known() && surrogate.draws());
                assert!(surrogate.at(&[0.5; 5])[0].is_nan());
                assert!(surrogate.ask().1.contains_key("learning_rate"));
            }
            // One trial, and all equal, are something.
            for n in [1, 8] {
                let all: Vec<Past> = lost(n).into_iter().map(|past| Past { value: Some(0.5), ..past }).collect();
                let surrogate = Surrogate::new(study.clone(), kind, None, &all);
                assert!(surrogate.is_known() && surrogate.at(&[0.5; 5]).iter().all(|x| x.is_finite()));
            }
        }
    }
}
