//! What a trainer tells of its work.

use super::TrialSnapshot;
use crate::result::{EpochRecord, TrialEvent, TrialState};

/// An epoch of a trial of one network of which nothing is recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The trial's place in the report.
    place: u32,
    /// Steps of each of its epochs.
    per_epoch: u32,
    /// As [`EpochRecord::row`] has them.
    numbers: [f64; TrialEvent::EPOCH_NUMBERS],
}

/// What [`Trainer::advance`](super::Trainer::advance) did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Trials that moved, without the epochs that stand in `rows` and the steps that these took.
    trials: Vec<TrialEvent>,
    /// Epochs in the order in which they ended: there may be thousands of trials, of an epoch or two each.
    rows: Vec<Row>,
    /// Those of the trials that have left training: they have ended, or got where they were sent.
    pub snapshots: Vec<TrialSnapshot>,
    /// Trials that were asked for by [`Trainer::watch`](super::Trainer::watch), as they are between two epochs.
    pub watched: Vec<TrialSnapshot>,
    /// Gradient steps taken since the last report.
    pub steps: u64,
    /// Everything is trained.
    pub finished: bool,
    /// The device was lost and work went on from a host copy.
    pub resumed: bool,
}

impl Report {
    /// Whether no trial has moved.
    pub fn is_empty(&self) -> bool {
        self.trials.is_empty()
    }

    /// Trials that have ended, without their epochs.
    pub fn ended(&self) -> impl Iterator<Item = &TrialEvent> {
        self.trials.iter().filter(|event| event.state != TrialState::Running)
    }

    /// Counts each trial's rows, and the steps that they took.
    fn count(&mut self) -> Vec<usize> {
        let mut n = vec![0; self.trials.len()];
        for Row { place, per_epoch, numbers: [epoch, ..] } in &self.rows {
            n[*place as usize] += 1;
            let event = &mut self.trials[*place as usize];
            event.steps = event.steps.max(*epoch as u64 * u64::from(*per_epoch));
            event.evaluations = event.evaluations.max(event.steps);
        }
        n
    }

    /// Takes the trials that moved out of the report.
    pub fn take_trials(&mut self) -> Vec<TrialEvent> {
        let counted = self.count();
        let mut trials = core::mem::take(&mut self.trials);
        for (event, n) in trials.iter_mut().zip(counted) {
            event.epochs.reserve_exact(n);
        }
        for Row { place, numbers, .. } in self.rows.drain(..) {
            trials[place as usize].epochs.push(EpochRecord::of_one(&numbers));
        }
        trials
    }

    /// The trials that moved as [`TrialEvent::write`] has them.
    pub fn numbers(&mut self) -> Vec<f64> {
        let counted = self.count();
        let all = TrialEvent::HEAD_NUMBERS * counted.len() + TrialEvent::EPOCH_NUMBERS * self.rows.len();
        let (mut numbers, mut places) = (Vec::with_capacity(all), Vec::with_capacity(counted.len()));
        for (event, n) in self.trials.iter().zip(counted) {
            if n == 0 {
                event.write(&mut numbers);
            } else {
                event.write_head(n, TrialEvent::EPOCH_NUMBERS, &mut numbers);
            }
            places.push(numbers.len());
            numbers.resize(numbers.len() + TrialEvent::EPOCH_NUMBERS * n, 0.0);
        }
        for Row { place, numbers: own, .. } in &self.rows {
            let at = &mut places[*place as usize];
            numbers[*at..*at + own.len()].copy_from_slice(own);
            *at += own.len();
        }
        numbers
    }

    /// An empty report in the memory of this one.
    pub(super) fn emptied(mut self) -> Self {
        self.trials.clear();
        self.rows.clear();
        Self { trials: self.trials, rows: self.rows, ..Self::default() }
    }

    /// Adds what happened to a trial, and an epoch of it, to what is told of it already, at `place`. All of a trial's epochs are
    /// rows, or none.
    pub(super) fn tell(
        &mut self,
        place: &mut Option<u32>,
        mut event: TrialEvent,
        epoch: Option<EpochRecord>,
        is_row: bool,
    ) {
        let at = self.place(place, event.number);
        let known = &mut self.trials[at as usize];
        core::mem::swap(&mut event.epochs, &mut known.epochs);
        *known = event;
        if is_row {
            self.rows.extend(epoch.map(|epoch| Row { place: at, per_epoch: 0, numbers: epoch.row() }));
        } else {
            known.epochs.extend(epoch);
        }
    }

    /// Adds an epoch of so many steps behind which a trial goes on.
    #[inline]
    pub(super) fn add(
        &mut self,
        place: &mut Option<u32>,
        number: u32,
        per_epoch: u32,
        numbers: [f64; TrialEvent::EPOCH_NUMBERS],
    ) {
        let place = self.place(place, number);
        self.rows.push(Row { place, per_epoch, numbers });
    }

    #[inline]
    fn place(&mut self, place: &mut Option<u32>, number: u32) -> u32 {
        *place.get_or_insert_with(|| {
            self.trials.push(TrialEvent::begun(number));
            self.trials.len() as u32 - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Epochs that stand as rows are told as they are told one trial after the other, whichever ended first.
    #[test]
    fn rows_are_the_epochs_of_their_trials() {
        let record = |epoch: f64, validation| {
            EpochRecord::of_one(&[epoch, 0.5, validation, 0.75, 0.25 * epoch, 0.1 / epoch, 0.125])
        };
        let (mut report, mut places) = (Report::default(), [None; 3]);
        report.tell(&mut places[2], TrialEvent::begun(9), None, true);
        let mut wanted = [TrialEvent::begun(9), TrialEvent::begun(7), TrialEvent::begun(5)];
        for (trial, epoch, validation) in [(7, 1.0, 0.5), (9, 3.0, f64::NAN), (7, 2.0, TrialEvent::NOT_VALIDATED)] {
            let (place, at) = if trial == 9 { (&mut places[2], 0) } else { (&mut places[1], 1) };
            report.add(place, trial, 10, record(epoch, validation).row());
            wanted[at].epochs.push(record(epoch, validation));
            wanted[at].steps = 10 * epoch as u64;
            wanted[at].evaluations = wanted[at].steps;
        }
        assert_eq!(report.ended().count(), 0);
        // One of them ends, and one that stands for several networks goes on.
        let end = TrialEvent {
            state: TrialState::Complete,
            value: Some(0.25),
            steps: 30,
            evaluations: 40,
            ..TrialEvent::begun(7)
        };
        report.tell(&mut places[1], end.clone(), Some(record(3.0, 0.25)), true);
        let spread = crate::result::Spread {
            train_loss: 0.0,
            validation_loss: None,
            train_metric: 0.0,
            validation_metric: None,
        };
        let several = EpochRecord { spread: Some(Box::new(spread)), ..record(1.0, TrialEvent::NOT_VALIDATED) };
        report.tell(&mut places[0], TrialEvent::begun(5), Some(several.clone()), false);
        assert!(report.ended().map(|event| event.number).eq([7]));
        wanted[1] = TrialEvent { epochs: [&wanted[1].epochs[..], &[record(3.0, 0.25)]].concat(), ..end };
        wanted[2].epochs.push(several);
        let mut numbers = Vec::new();
        for event in &wanted {
            event.write(&mut numbers);
        }
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&report.numbers()), bits(&numbers));
        assert_eq!(format!("{:?}", report.take_trials()), format!("{wanted:?}"));
        assert!(report.is_empty() && report.numbers().is_empty());
    }
}
