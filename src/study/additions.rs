//! What makes two studies the same, and what a study may be given more of, so that a run of it goes on.

use super::{SamplerSpec, Study, config, table};
use crate::space::numbers::same;
use serde_json::{Map, Value};

impl Study {
    /// The keys in which this study is another than `before`, and not the same with more to train: more trials, in the last
    /// stage too, more points picked by hand, a larger budget or none. How either is written, which defaults it spells out and
    /// what it asks in words makes no difference, and fewer trials make none.
    pub fn differs(&self, before: &Self) -> Vec<String> {
        let [now, then] = [self, before].map(Self::meaning);
        let is_other = |key: &str| match key {
            "trials" | "question" => false,
            "stages" => !self.has_stages_of(before),
            "sampler" => !self.has_points_of(before) && !same(&now[key], &then[key]),
            "budget" => self.budget.is_some_and(|own| before.budget.is_none_or(|least| own < least)),
            _ => !same(&now[key], &then[key]),
        };
        let keys = |document: &Value| document.as_object().into_iter().flat_map(Map::keys).cloned().collect::<Vec<_>>();
        let mut names = keys(&then);
        names.extend(keys(&now).into_iter().filter(|key| then.get(key).is_none()));
        names.retain(|key| is_other(key));
        names
    }

    /// Whether it is the same study as `before`, or the same with more to train.
    pub fn adds_to(&self, before: &Self) -> bool {
        self.trials >= before.trials && self.differs(before).is_empty()
    }

    /// Whether it is the same study as `before` with more to train.
    pub fn has_more_than(&self, before: &Self) -> bool {
        self.adds_to(before) && !before.adds_to(self)
    }

    /// Whether its stages are those of `before`, the last with as many trials or more.
    fn has_stages_of(&self, before: &Self) -> bool {
        match (self.stages.split_last(), before.stages.split_last()) {
            (Some((last, rest)), Some((least, others))) => {
                let (epochs, shrink) = (last.epochs == least.epochs, last.shrink == least.shrink);
                rest == others && epochs && shrink && last.trials >= least.trials
            }
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether the points picked by hand begin with those of `before`.
    fn has_points_of(&self, before: &Self) -> bool {
        let (SamplerSpec::Hand { points }, SamplerSpec::Hand { points: first }) = (&self.sampler, &before.sampler)
        else {
            return false;
        };
        let is_same = |(own, other): (&Map<String, Value>, &Map<String, Value>)| {
            same(&Value::Object(own.clone()), &Value::Object(other.clone()))
        };
        points.len() >= first.len() && points.iter().zip(first).all(is_same)
    }

    /// The document with every default written out, those of fixed hyperparameters, too, as far as all trials have the same.
    fn meaning(&self) -> Value {
        let mut document = self.to_json();
        let is_swept = |name: &str| self.space.iter().any(|(swept, _)| swept == name);
        for row in table::table().iter().filter(|row| !is_swept(&row.name)) {
            let is_swept = row.default.get("by").and_then(Value::as_str).is_some_and(is_swept);
            let value = config::fixed(self, &row.name);
            if !is_swept && !value.is_null() {
                document["fixed"][&row.name] = value;
            }
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use crate::study::{FORMAT, Study};
    use serde_json::{Value, json};

    fn study(more: &Value) -> Study {
        let mut document = json!({"format": FORMAT, "dataset": {"name": "moons"}, "trials": 8});
        document.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        Study::check(&document).expect("a study")
    }

    #[test]
    fn how_a_study_is_written_makes_no_other_of_it() {
        let space = json!({"learning_rate": {"type": "float", "low": 1, "high": 2}});
        for (one, other) in [
            (json!({"fixed": {"epochs": 2}}), json!({"fixed": {"epochs": 2.0}})),
            (json!({}), json!({"fixed": {"optimizer": "adam", "activation": "relu"}})),
            (json!({}), json!({"sampler": {"name": "random"}, "pruner": {"name": "none"}, "question": "Which?"})),
            (json!({"space": space}), json!({"space": {"learning_rate": {"type": "float", "low": 1.0, "high": 2.0}}})),
            (
                json!({"space": {"batch_size": {"type": "categorical", "choices": [16, 32]}}}),
                json!({"space": {"batch_size": {"type": "categorical", "choices": [16.0, 32]}}}),
            ),
        ] {
            let [one, other] = [one, other].map(|more| study(&more));
            assert!(one.adds_to(&other) && other.adds_to(&one), "{:?}", one.differs(&other));
        }
    }

    #[test]
    fn what_only_adds_is_told_from_what_is_other() {
        let stages = |n: u32, epochs: u32| json!({"trials": 4 + n, "stages": [{"epochs": 2, "trials": 4}, {"epochs": epochs, "trials": n}]});
        let picked = |rates: &[f64]| {
            let points: Vec<Value> = rates.iter().map(|rate| json!({"learning_rate": rate})).collect();
            let range = json!({"type": "float", "low": 0.001, "high": 8});
            json!({"space": {"learning_rate": range}, "sampler": {"name": "hand", "points": points}})
        };
        for (more, less, names) in [
            (json!({"trials": 9}), json!({}), &[][..]),
            (stages(6, 3), stages(5, 3), &["stages"]),
            (json!({"budget": 5000}), json!({"budget": 4000}), &["budget"]),
            (json!({}), json!({"budget": 4000}), &["budget"]),
            (picked(&[1.0, 2.0]), picked(&[1.0]), &["sampler"]),
        ] {
            let [more, less] = [more, less].map(|more| study(&more));
            assert!(more.has_more_than(&less) && !less.has_more_than(&more), "{:?}", more.differs(&less));
            assert!(!more.has_more_than(&more));
            assert_eq!(less.differs(&more), names);
        }
        for (one, other, name) in [
            (stages(5, 4), stages(5, 3), "stages"),
            (stages(5, 3), json!({"trials": 9}), "stages"),
            (picked(&[2.0, 1.0]), picked(&[1.0]), "sampler"),
            (json!({"fixed": {"epochs": 3}}), json!({}), "fixed"),
            (json!({"name": "a"}), json!({}), "name"),
            (json!({"seed": 1}), json!({}), "seed"),
        ] {
            assert_eq!(study(&one).differs(&study(&other)), [name]);
        }
        // What a default hangs on is searched, so it is no default of all trials.
        let optimizers = json!({"optimizer": {"type": "categorical", "choices": ["sgd", "adam"]}});
        let rate = table_default("adam");
        let spelled = study(&json!({"space": optimizers, "fixed": {"learning_rate": rate}}));
        assert_eq!(spelled.differs(&study(&json!({"space": optimizers}))), ["fixed"]);
        let fixed = json!({"fixed": {"optimizer": "adam", "learning_rate": rate}});
        assert!(study(&fixed).adds_to(&study(&json!({"fixed": {"optimizer": "adam"}}))));
    }

    fn table_default(optimizer: &str) -> Value {
        let row = super::table::find("learning_rate").expect("a row");
        row.default.get(optimizer).cloned().unwrap_or_else(|| row.default.clone())
    }
}
