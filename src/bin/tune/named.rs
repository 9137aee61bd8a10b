//! The trials that a command names, as their study trains them.

use std::rc::Rc;
use std::time::Duration;
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::dataset::Prepared;
use tuning_playground::result::TrialState;
use tuning_playground::search::{Search, Trial};
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::{PrunerSpec, SamplerSpec, Study};
use tuning_playground::trainer::{Assignment, Trainer, TrialSnapshot};
use tuning_playground::{Error, Result};

/// How long a trainer works between looks at it.
const BUDGET: Duration = Duration::from_secs(1);

/// A trial.
#[derive(Clone)]
pub struct Named {
    pub trial: Trial,
    /// Its networks as it ended: with the weights that it is scored by, after the epoch that it kept. `None` where nobody
    /// asked for them.
    pub ended: Option<TrialSnapshot>,
    /// Epochs that it has trained, where its networks are asked for: with patience more than it kept.
    pub epochs: usize,
    /// What trains it to there.
    pub again: Assignment,
    /// Whether it went on from another trial's weights.
    pub is_copy: bool,
}

/// A study that has been run.
pub fn trained(study: &Study, prepared: &Prepared) -> Result<Session> {
    let mut session = Session::new(study.clone());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    Crew { prepared, workers, open: &|| Ok(Box::new(Cpu::new())), test: false }.train(&mut session, |_, _| {})?;
    Ok(session)
}

/// All trials of a study none of which hangs on what others come to; `None` of another study.
fn independent(study: &Study) -> Option<Vec<Trial>> {
    let is_plain = study.pruner == PrunerSpec::None && study.budget.is_none();
    if !is_plain || matches!(study.sampler, SamplerSpec::Pbt(_)) {
        return None;
    }
    let mut search = Search::new(study);
    let asked = search.ask(study);
    search.is_over().then_some(asked)
}

/// These trials as their study trains them, or their settings alone. The whole study is run where what one of them is hangs
/// on others.
pub fn named(study: &Study, prepared: &Prepared, numbers: &[u32], is_trained: bool) -> Result<Vec<Named>> {
    let backend = Box::new(Cpu::new());
    let mut trainer = Trainer::new(Rc::new(study.clone()), Rc::new(prepared.clone()), backend, Vec::new())?;
    if let Some(trials) = independent(study) {
        let one = |&number: &u32| -> Result<Named> {
            let trial = trials.iter().find(|trial| trial.number == number).cloned();
            let accepted = || format!("0 to {}", trials.len().saturating_sub(1));
            let trial = trial.ok_or_else(|| Error::NoSuchTrial { number, accepted: accepted() })?;
            let whole = || Assignment::whole(trial.clone(), study.trials);
            let (ended, epochs) = is_trained.then(|| train(&mut trainer, whole())).transpose()?.unzip();
            Ok(Named { again: whole(), trial, ended, epochs: epochs.unwrap_or_default(), is_copy: false })
        };
        return numbers.iter().map(one).collect();
    }
    let mut session = trained(study, prepared)?;
    let mut one = |&number: &u32| -> Result<Named> {
        let again = session.again(number)?;
        let (trial, record) = (again.trial.clone(), &session.trials()[number as usize]);
        let (epochs, is_copy) = (record.epochs.len(), record.copy_of.is_some());
        if is_trained && record.state == TrialState::Diverged {
            return Err(Error::TrialDiverged { trial: number });
        }
        let ended = is_trained.then(|| ended(&mut session, &mut trainer, number)).transpose()?.map(|(_, ended)| ended);
        Ok(Named { trial, ended, epochs, again, is_copy })
    };
    numbers.iter().map(&mut one).collect()
}

/// An ended trial and what it came to, which is trained again where the session has let it go.
pub fn ended(session: &mut Session, trainer: &mut Trainer, number: u32) -> Result<(Trial, TrialSnapshot)> {
    if let Some((trial, snapshot)) = session.kept(number)? {
        return Ok((trial, snapshot.clone()));
    }
    let assignment = session.again(number)?;
    let trial = assignment.trial.clone();
    Ok((trial, train(trainer, assignment)?.0))
}

/// Trains what is assigned to where it is sent: what it is there, and how many epochs that took.
pub fn train(trainer: &mut Trainer, assignment: Assignment) -> Result<(TrialSnapshot, usize)> {
    let number = assignment.trial.number;
    trainer.assign(vec![assignment])?;
    let mut epochs = 0;
    loop {
        let mut report = pollster::block_on(trainer.advance(BUDGET))?;
        let moved = report.take_trials();
        if moved.iter().any(|trial| trial.state == TrialState::Diverged) {
            return Err(Error::TrialDiverged { trial: number });
        }
        epochs = moved.iter().filter_map(|trial| trial.epochs.last()).map(|last| last.epoch).fold(epochs, usize::max);
        if let Some(snapshot) = report.snapshots.into_iter().find(|one| one.number == number) {
            return Ok((snapshot, epochs));
        }
        if report.finished {
            return Err(Error::TrialDiverged { trial: number });
        }
    }
}
