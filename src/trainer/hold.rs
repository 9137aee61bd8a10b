//! Looks at weights that are held when an epoch is through: what it is scored by, and whether patience is over.

use super::Trainer;
use super::held::Best;
use super::wave::{Running, Wave};
use crate::backend::{Network, Rows, evaluate};
use crate::error::Result;
use crate::result::{EpochRecord, TrialEvent, TrialState};

impl Trainer {
    /// Looks at the weights of trials whose epoch is over, as these are then: where they are an average, it is what the epoch
    /// is scored by.
    pub(super) async fn hold(&self, wave: &mut Wave, owners: &[usize]) -> Result<()> {
        wave.population.settle().await?;
        let mut by_fold: Vec<(Vec<_>, Vec<_>)> = self.folds.iter().map(|_| Default::default()).collect();
        for &owner in owners {
            let Running { config, networks, held, outcomes, epochs_done, .. } = &mut wave.trials[owner];
            let epoch = *epochs_done + 1;
            held.now.clear();
            for (at, index) in networks.clone().enumerate() {
                let spec = &wave.networks[index];
                let mut weights = wave.population.snapshot(index).weights(spec);
                if config.is_averaged_end(epoch) {
                    held.take_end(at, &weights, (epoch, config));
                    weights.clone_from(&held.means[at]);
                }
                let is_average = config.is_averaged_end(epoch) || spec.optimizer.average.is_some();
                let place = outcomes.iter().position(|outcome| outcome.network == index);
                let is_scored =
                    |&place: &usize| outcomes[place].validation.is_some() && outcomes[place].diverged_at.is_none();
                if let Some(place) = place.filter(|place| is_average && is_scored(place)) {
                    let (averaged, places) = &mut by_fold[usize::from(spec.run.fold)];
                    places.push((owner, place));
                    let parameters = weights.iter().map(|&x| f64::from(x)).collect();
                    averaged.push(Network { spec: spec.clone(), parameters });
                }
                held.now.push(weights);
            }
        }
        for (fold, (averaged, places)) in self.folds.iter().zip(by_fold) {
            let scores = evaluate(self.backend.as_ref(), &fold.data, Rows::Validation, averaged).await?;
            for ((owner, place), score) in places.into_iter().zip(scores) {
                wave.trials[owner].outcomes[place].validation = Some(score);
            }
        }
        Ok(())
    }

    /// Holds an epoch of a trial with patience against its best one; ends the trial where the patience is over, or its last
    /// epoch is.
    pub(super) fn be_patient(&self, running: &mut Running, record: &EpochRecord, event: &mut TrialEvent) {
        let (epoch, held) = (record.epoch as u32, &mut running.held);
        let least = held.best.as_ref().map_or(f64::INFINITY, |best| best.loss);
        if let Some(loss) = record.validation_loss.filter(|&loss| loss < least) {
            let value = record.value(self.study.metric).unwrap_or(f64::NAN);
            held.best = Some(Best { epoch, loss, value, weights: held.now.clone() });
        }
        let since = epoch - held.best.as_ref().map_or(0, |best| best.epoch);
        let is_over = record.validation_loss.is_some() && since as usize >= running.config.patience;
        if !is_over && event.state != TrialState::Complete {
            return;
        }
        event.state = TrialState::Complete;
        running.ended = true;
        if let Some(best) = &held.best {
            (event.kept_epoch, event.value) = (Some(best.epoch), Some(best.value));
        } else {
            event.value = record.value(self.study.metric);
        }
    }
}
