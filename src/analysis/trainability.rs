//! A trainability map (after Sohl-Dickstein 2024): two hyperparameters span a plane, and each of its pixels is a
//! network that is trained with the pixel's settings. All of them draw the same random numbers (`shared_seeds`), so
//! that neighbours differ by their settings alone. In place of the second hyperparameter may stand seeds: pixel (x, r)
//! is then trial r of the study with that x.
//!
//! Pixels count from 0 row by row, upwards. Their networks are ordinary trials of the map's study, whose space is its
//! axes.

use crate::backend::Backend;
use crate::dataset::Prepared;
use crate::error::{Error, Result};
use crate::result::{EngineInfo, TrialEvent, TrialState};
use crate::search::Trial;
use crate::study::{Direction, Metric, Study};
use crate::trainer::{Assignment, Trainer};
use core::time::Duration;
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// Value of a map's `format`.
pub const MAP_FORMAT: &str = "tuning-playground/map@1";
/// The name of an axis whose places are seeds.
pub const SEEDS: &str = "seeds";
/// Fewest and most pixels along a side.
pub const MAP_SIDES: [usize; 2] = [2, 1024];
/// A network is called trained where it ends below this share of what guessing loses: closer to guessing, it has
/// learned too little to tell.
const LEARNED: f64 = 0.9;

/// One side of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapAxis {
    /// The hyperparameter, or [`SEEDS`].
    pub name: String,
    /// What pixels along it have, in the order of the range; each value once, so there may be fewer than the side is
    /// long.
    pub values: Vec<Value>,
    /// The place along the side, of as many as it is long, at which each value begins.
    pub starts: Vec<u32>,
}

/// What a map is of.
#[derive(Clone, Debug)]
pub struct MapPlan {
    /// The study whose trials the pixels are.
    pub study: Rc<Study>,
    /// Across and upwards.
    pub axes: [MapAxis; 2],
}

/// A pixel that has been trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pixel {
    /// Its place in the map.
    pub index: u32,
    /// The loss that its training ended with, of the rows that the study's objective is about; NaN where it diverged.
    pub loss: f64,
    /// The step at which it diverged; 0 where it did not.
    pub diverged_at: u64,
}

/// Which loss a map shows, by what the study compares.
const fn loss_of(metric: Metric) -> Metric {
    match metric {
        Metric::TrainLoss | Metric::TrainMetric => Metric::TrainLoss,
        Metric::ValidationLoss | Metric::ValidationMetric => Metric::ValidationLoss,
    }
}

impl MapPlan {
    /// A map of a study whose space is `names`, so many pixels across and upwards.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for sizes and axes that make no map.
    pub fn new(study: Study, names: [&str; 2], sides: [usize; 2]) -> Result<Self> {
        let refused =
            |key: &str, found: String, accepted: String| Error::OutOfRange { key: key.into(), found, accepted };
        let [least, most] = MAP_SIDES;
        if let Some(side) = sides.iter().find(|side| !(least..=most).contains(side)) {
            return Err(refused("size", side.to_string(), format!("{least} .. {most}")));
        }
        let swept = || study.space.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" | ");
        if names[0] == names[1] {
            return Err(refused("y", names[1].into(), format!("another hyperparameter than x, or {SEEDS}")));
        }
        if let Some((name, _)) = study.space.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            return Err(refused("space", name.clone(), names.join(" | ")));
        }
        let axis = |key: &str, name: &str, side: usize| {
            let range = study.space.iter().find(|(own, _)| own == name).map(|(_, range)| range);
            if range.is_none() && (name != SEEDS || key == "x") {
                return Err(refused(key, name.into(), swept()));
            }
            let (mut values, mut starts) = (Vec::new(), Vec::new());
            for place in 0..side {
                // A pixel stands for its lower end: twice as many of them hold those that are there already.
                let value = range.map_or_else(|| json!(place), |range| range.at(place as f64 / side as f64));
                if values.last() != Some(&value) {
                    values.push(value);
                    starts.push(place as u32);
                }
            }
            Ok(MapAxis { name: name.into(), values, starts })
        };
        let axes = [axis("x", names[0], sides[0])?, axis("y", names[1], sides[1])?];
        Ok(Self { study: Rc::new(study), axes })
    }

    /// Pixels along x and y.
    pub fn size(&self) -> [usize; 2] {
        [self.axes[0].values.len(), self.axes[1].values.len()]
    }

    /// Pixels.
    pub fn len(&self) -> usize {
        self.size().iter().product()
    }

    /// A map has pixels.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the shown loss is called in a study.
    pub fn metric(&self) -> Metric {
        loss_of(self.study.metric)
    }

    /// Whether the second side is seeds.
    fn has_seeds(&self) -> bool {
        self.axes[1].name == SEEDS
    }

    /// The trial that a pixel is: number `r` modulo the rows is its row.
    fn trial(&self, index: u32) -> Trial {
        let [columns, rows] = self.size();
        let (column, row) = (index as usize % columns, index as usize / columns);
        let own = |axis: &MapAxis, at: usize| (axis.name.clone(), axis.values[at].clone());
        let mut params = Map::from_iter([own(&self.axes[0], column)]);
        if !self.has_seeds() {
            params.extend([own(&self.axes[1], row)]);
        }
        Trial { number: (column * rows + row) as u32, params }
    }

    fn index(&self, number: u32) -> u32 {
        let [columns, rows] = self.size().map(|n| n as u32);
        number % rows * columns + number / rows
    }
}

/// What [`Mapper::advance`] did.
#[derive(Clone, Debug, Default)]
pub struct MapReport {
    /// Pixels that have ended.
    pub pixels: Vec<Pixel>,
    /// Gradient steps taken.
    pub steps: u64,
    /// All that was assigned has ended.
    pub finished: bool,
    /// The device was lost and work went on from a host copy.
    pub resumed: bool,
}

/// Trains a map's pixels.
pub struct Mapper {
    plan: MapPlan,
    trainer: Trainer,
}

impl Mapper {
    /// Nothing is trained yet.
    ///
    /// # Errors
    /// What [`Trainer::new`] refuses.
    pub fn new(plan: MapPlan, prepared: Rc<Prepared>, backend: Box<dyn Backend>) -> Result<Self> {
        let rows = plan.size()[1] as u32;
        let streams = if plan.has_seeds() { rows } else { 1 };
        // Trials are compared by what the map shows, so that their values are its losses, whichever epoch they keep.
        let study = Study { metric: plan.metric(), direction: Direction::Minimize, ..(*plan.study).clone() };
        let trainer = Trainer::new(Rc::new(study), prepared, backend, Vec::new())?.brief(streams);
        Ok(Self { plan, trainer })
    }

    /// What the map is of.
    pub const fn plan(&self) -> &MapPlan {
        &self.plan
    }

    /// What trains.
    pub fn info(&self) -> EngineInfo {
        self.trainer.info()
    }

    /// Adds pixels that are to be trained.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where a network is more than the backend takes, [`Error::OutOfRange`] of pixels that the
    /// map does not have.
    pub fn assign(&mut self, pixels: &[u32]) -> Result<()> {
        if let Some(pixel) = pixels.iter().find(|&&pixel| pixel as usize >= self.plan.len()) {
            let (key, found) = ("pixel".into(), pixel.to_string());
            return Err(Error::OutOfRange { key, found, accepted: format!("0 .. {}", self.plan.len() - 1) });
        }
        let of_trials = self.plan.study.trials;
        self.trainer.assign(pixels.iter().map(|&pixel| Assignment::whole(self.plan.trial(pixel), of_trials)).collect())
    }

    /// What the pixels assigned last will take, in order: steps, and work of which only proportions mean something.
    pub fn costs(&self) -> impl Iterator<Item = [f64; 2]> {
        self.trainer.costs().iter().map(|cost| [cost.steps as f64, cost.work])
    }

    /// The most bytes that a network of those assigned takes while it trains.
    pub fn network_bytes(&self) -> u64 {
        self.trainer.largest_network()
    }

    /// Works for about a budget.
    ///
    /// # Errors
    /// What the backend reports where it cannot go on by itself.
    pub async fn advance(&mut self, budget: Duration) -> Result<MapReport> {
        let report = self.trainer.advance(budget).await?;
        let pixel = |event: &TrialEvent| {
            let index = self.plan.index(event.number);
            match event.state {
                TrialState::Diverged => {
                    Some(Pixel { index, loss: f64::NAN, diverged_at: event.diverged_at.unwrap_or(1) })
                }
                TrialState::Complete => Some(Pixel { index, loss: event.value.unwrap_or(f64::NAN), diverged_at: 0 }),
                _ => None,
            }
        };
        Ok(MapReport {
            pixels: report.ended().filter_map(pixel).collect(),
            steps: report.steps,
            finished: report.finished,
            resumed: report.resumed,
        })
    }

    /// Lets go of pixels that have not ended.
    pub fn cancel(&mut self) {
        self.trainer.cancel();
    }

    /// Losses up to which a network is called trained, above which slow: a share of what guessing loses that looks at
    /// no feature. Where guessing is right already, everything that ends is trained.
    pub fn limit(&self) -> f64 {
        let guess = self.trainer.guess(self.plan.metric() == Metric::TrainLoss);
        if guess > 0.0 { LEARNED * guess } else { f64::INFINITY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(space: &Value) -> Study {
        let fixed = json!({"optimizer": "momentum", "epochs": 1});
        let document =
            json!({"format": crate::study::FORMAT, "dataset": {"name": "moons"}, "fixed": fixed, "space": space});
        Study::check(&document).expect("a study")
    }

    fn plan(names: [&str; 2], sides: [usize; 2]) -> Result<MapPlan> {
        let rate = json!({"type": "float", "low": 1e-3, "high": 1.0, "log": true});
        let momentum = json!({"type": "float", "low": 0.5, "high": 0.99, "scale": "log1m"});
        MapPlan::new(study(&json!({"learning_rate": rate, "momentum": momentum})), names, sides)
    }

    #[test]
    fn a_map_twice_as_fine_has_the_pixels_of_the_coarse_one() {
        let names = ["learning_rate", "momentum"];
        let [coarse, fine] = [[16, 16], [32, 32]].map(|sides| plan(names, sides).expect("a map"));
        for (coarse, fine) in coarse.axes.iter().zip(&fine.axes) {
            for (at, value) in coarse.values.iter().enumerate() {
                assert_eq!(*value, fine.values[2 * at], "{}", coarse.name);
            }
        }
    }

    #[test]
    fn pixels_and_trials_are_each_others() {
        let map = plan(["momentum", "learning_rate"], [5, 7]).expect("a map");
        for index in 0..35 {
            let trial = map.trial(index);
            assert_eq!(map.index(trial.number), index);
            assert_eq!(trial.params["momentum"], map.axes[0].values[index as usize % 5]);
            assert_eq!(trial.params["learning_rate"], map.axes[1].values[index as usize / 5]);
        }
    }

    #[test]
    fn choices_and_whole_numbers_are_bands_of_one_value_each() {
        let space = json!({
            "optimizer": {"type": "categorical", "choices": ["sgd", "adam", "gd"]},
            "hidden_units": {"type": "int", "low": 2, "high": 9},
        });
        let document = json!({"format": crate::study::FORMAT, "dataset": {"name": "moons"}, "space": space});
        let map = MapPlan::new(Study::check(&document).expect("a study"), ["optimizer", "hidden_units"], [16, 16]);
        let map = map.expect("a map");
        assert_eq!(map.size(), [3, 8]);
        assert_eq!(map.axes[0].starts, [0, 6, 11]);
        assert_eq!(map.axes[1].starts, [0, 2, 4, 6, 8, 10, 12, 14]);
    }

    #[test]
    fn what_makes_no_map_is_refused() {
        for (names, sides, key) in [
            (["learning_rate", "learning_rate"], [8, 8], "y"),
            (["learning_rate", SEEDS], [8, 8], "space"),
            (["learning_rate", "momentum"], [1, 8], "size"),
            (["learning_rate", "momentum"], [8, 1025], "size"),
        ] {
            match plan(names, sides) {
                Err(Error::OutOfRange { key: found, .. }) => assert_eq!(found, key, "{names:?}"),
                other => panic!("{names:?}: {other:?}"),
            }
        }
        let rate = study(&json!({"learning_rate": {"type": "float", "low": 1e-3, "high": 1.0}}));
        let seeds = MapPlan::new(rate.clone(), ["learning_rate", SEEDS], [8, 3]).expect("a map");
        assert_eq!(seeds.size(), [8, 3]);
        assert!(MapPlan::new(rate, [SEEDS, "learning_rate"], [8, 8]).is_err());
    }
}
