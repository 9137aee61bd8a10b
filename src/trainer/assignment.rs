//! What a trainer is told to train.

use super::TrialSnapshot;
use crate::result::Copied;
use crate::search::Trial;
use serde_json::Value;
use std::collections::BTreeMap;

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
    pub ancestry: Vec<Assignment>,
    /// Whose past is its own, for who writes it down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<Copied>,
}

impl Assignment {
    /// A trial from its first epoch to its last, of so many.
    pub const fn whole(trial: Trial, of_trials: u32) -> Self {
        Self { trial, of_trials, until_epoch: None, from: None, ancestry: Vec::new(), copy_of: None }
    }

    /// The same way as far as an epoch, which may be one of those whose weights the trial went on with.
    #[must_use]
    pub fn up_to(mut self, epoch: usize) -> Self {
        while self.ancestry.first().and_then(|parent| parent.until_epoch).is_some_and(|until| epoch <= until) {
            let parent = self.ancestry.remove(0);
            self = Self { ancestry: self.ancestry, ..parent };
        }
        Self { until_epoch: Some(epoch), ..self }
    }

    /// The same with another setting, on the whole way.
    #[must_use]
    pub fn with(mut self, name: &str, value: &Value) -> Self {
        for one in self.ancestry.iter_mut().map(|one| &mut one.trial).chain([&mut self.trial]) {
            one.params.insert(name.into(), value.clone());
        }
        self
    }

    /// The trial that is trained first.
    pub fn first(&self) -> &Trial {
        self.ancestry.last().map_or(&self.trial, |first| &first.trial)
    }

    /// What is trained first, and who goes on from there.
    pub(super) fn first_stretch(mut self) -> (Self, Option<Box<Self>>) {
        let Some(mut first) = self.ancestry.pop() else { return (self, None) };
        first.from = self.from.take();
        (first, Some(Box::new(self)))
    }

    /// Reads a round, or a share of it, as JSON has it: `[{"trial": {"number", "params"}, "of_trials", "until_epoch",
    /// "ancestry"}, ..]`; where trials go on stands in `snapshots`, as [`TrialSnapshot::write`] writes it. `None` of anything else.
    pub fn read(round: &str, snapshots: &[u32]) -> Option<Vec<Self>> {
        let Value::Array(round) = crate::json::parse(round).ok()? else { return None };
        let snapshots = TrialSnapshot::read(snapshots)?.into_iter().map(|snapshot| (snapshot.number, snapshot));
        let mut snapshots: BTreeMap<u32, TrialSnapshot> = snapshots.collect();
        round.into_iter().map(|assignment| Self::parse(assignment, &mut snapshots)).collect()
    }

    fn parse(mut assignment: Value, snapshots: &mut BTreeMap<u32, TrialSnapshot>) -> Option<Self> {
        let until_epoch = match &assignment["until_epoch"] {
            Value::Null => None,
            epoch => Some(epoch.as_u64()? as usize),
        };
        let whole = |value: &Value| u32::try_from(value.as_u64()?).ok();
        let number = whole(&assignment["trial"]["number"])?;
        let of_trials = whole(&assignment["of_trials"])?;
        let mut ancestry = Vec::new();
        if let Value::Array(way) = assignment["ancestry"].take() {
            for one in way {
                ancestry.push(Self::parse(one, snapshots)?);
            }
        }
        let Value::Object(params) = assignment["trial"]["params"].take() else { return None };
        let from = if ancestry.is_empty() { snapshots.remove(&number) } else { None };
        Some(Self { until_epoch, from, ancestry, ..Self::whole(Trial { number, params }, of_trials) })
    }
}
