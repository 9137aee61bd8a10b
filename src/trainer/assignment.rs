//! What a trainer is told to train.

use super::TrialSnapshot;
use crate::result::Copied;
use crate::search::Trial;
use serde_json::Value;
use std::collections::BTreeMap;

/// A part of the way to a trial that went on from others' weights.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Stretch {
    /// Who went it.
    pub trial: Trial,
    /// The epoch after which the next one went on from there.
    pub until_epoch: usize,
}

/// A trial and how far to train it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Assignment {
    /// What is trained.
    pub trial: Trial,
    /// Trials of the study when this one was asked for: what trains it may depend on how many are alike.
    pub of_trials: u32,
    /// The epoch, from 1, after which the trial waits for a verdict; `None` is its last.
    pub until_epoch: Option<usize>,
    /// Where the trial goes on; without it, it is trained from its first epoch, to the same bits.
    #[serde(rename = "from_epoch", skip_serializing_if = "Option::is_none")]
    pub from: Option<TrialSnapshot>,
    /// Others that are trained first, from the first epoch or from where it goes on: the way of its weights to it,
    /// the first of them last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ancestry: Vec<Stretch>,
    /// Whose past is its own, for who writes it down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<Copied>,
}

impl Assignment {
    /// A trial from its first epoch to its last, of so many.
    pub const fn whole(trial: Trial, of_trials: u32) -> Self {
        Self { trial, of_trials, until_epoch: None, from: None, ancestry: Vec::new(), copy_of: None }
    }

    /// The trial that is trained first.
    pub fn first(&self) -> &Trial {
        self.ancestry.last().map_or(&self.trial, |stretch| &stretch.trial)
    }

    /// What is trained first, and who goes on from there.
    pub(super) fn first_stretch(mut self) -> (Self, Option<Box<Self>>) {
        let Some(Stretch { trial, until_epoch }) = self.ancestry.pop() else { return (self, None) };
        let from = self.from.take();
        (Self { until_epoch: Some(until_epoch), from, ..Self::whole(trial, self.of_trials) }, Some(Box::new(self)))
    }

    /// Reads a round, or a share of it, as JSON has it: `[{"trial": {"number", "params"}, "of_trials", "until_epoch",
    /// "ancestry"}, ..]`; where trials go on stands in `snapshots`, as [`TrialSnapshot::write`] writes it. `None` of anything else.
    pub fn read(round: &str, snapshots: &[u32]) -> Option<Vec<Self>> {
        let Value::Array(round) = crate::json::parse(round).ok()? else { return None };
        let snapshots = TrialSnapshot::read(snapshots)?.into_iter().map(|snapshot| (snapshot.number, snapshot));
        let mut snapshots: BTreeMap<u32, TrialSnapshot> = snapshots.collect();
        let whole = |value: &Value| u32::try_from(value.as_u64()?).ok();
        let trial = |mut value: Value| {
            let number = whole(&value["number"])?;
            let Value::Object(params) = value["params"].take() else { return None };
            Some(Trial { number, params })
        };
        let stretch = |mut value: Value| {
            let until_epoch = value["until_epoch"].as_u64()? as usize;
            Some(Stretch { trial: trial(value["trial"].take())?, until_epoch })
        };
        let read = |mut assignment: Value| {
            let until_epoch = match &assignment["until_epoch"] {
                Value::Null => None,
                epoch => Some(epoch.as_u64()? as usize),
            };
            let of_trials = whole(&assignment["of_trials"])?;
            let ancestry = match assignment["ancestry"].take() {
                Value::Array(way) => way.into_iter().map(stretch).collect::<Option<_>>()?,
                _ => Vec::new(),
            };
            let trial = trial(assignment["trial"].take())?;
            let from = snapshots.remove(&trial.number);
            Some(Self { trial, of_trials, until_epoch, from, ancestry, copy_of: None })
        };
        round.into_iter().map(read).collect()
    }
}
