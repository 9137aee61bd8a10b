//! Trains a session on threads of this process. Threads only carry messages: what they say, in whatever order, decides
//! nothing.

use super::Session;
use crate::backend::Backend;
use crate::dataset::Prepared;
use crate::error::{Error, Result};
use crate::result::{EngineInfo, TestScore, TrialEvent, TrialRecord, TrialState};
use crate::search::Trial;
use crate::space::numbers::same;
use crate::study::Study;
use crate::trainer::{Assignment, Report, Trainer, TrialSnapshot};
use core::time::Duration;
use serde_json::json;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};

/// How long a trainer works between reports.
const PACE: Duration = Duration::from_millis(50);

/// How a session is trained.
pub struct Crew<'a> {
    /// The rows.
    pub prepared: &'a Prepared,
    /// Threads, at most: a round of fewer trials at the start takes as many.
    pub workers: usize,
    /// Opens each thread's backend.
    pub open: &'a (dyn Fn() -> Result<Box<dyn Backend>> + Sync),
    /// Whether the test rows are opened for the best trial.
    pub test: bool,
}

/// Trials that an earlier run has trained to their end, by number: they are not trained again, but for their weights.
pub type Known = BTreeMap<u32, TrialRecord>;

/// What a thread is to do.
enum Job {
    Train(Vec<Assignment>),
    Test(Trial, Box<TrialSnapshot>),
}

/// What a thread tells.
enum News {
    /// It has a backend, and the study's first trials are not too large for it.
    Ready,
    /// It has begun: what trains, and each assigned trial's planned steps.
    Begun(EngineInfo, Vec<(u32, u64)>),
    Moved(Report),
    Tested(TestScore),
    Failed(Error),
}

impl Crew<'_> {
    /// Trains the session to its end; `watch` is shown each report after the session has taken it.
    ///
    /// # Errors
    /// What the first thread that fails reports.
    pub fn train(&self, session: &mut Session, mut watch: impl FnMut(&Session, &Report)) -> Result<()> {
        self.go_on(session, &Known::new(), |session, report| {
            watch(session, report);
            Ok(())
        })
    }

    /// Trains the rest of a session of which an earlier run has trained a part. `watch` is shown the beginning of each round,
    /// too, as an empty report, and what it refuses ends the training.
    ///
    /// # Errors
    /// What the first thread that fails reports, or `watch`.
    pub fn go_on(
        &self,
        session: &mut Session,
        known: &Known,
        mut watch: impl FnMut(&Session, &Report) -> Result<()>,
    ) -> Result<()> {
        let study = session.study().clone();
        std::thread::scope(|scope| {
            let (sender, news) = mpsc::channel();
            let hire = |sender: Sender<News>| {
                let (job, asked) = mpsc::channel();
                let study = &study;
                scope.spawn(move || self.work(study, &asked, &sender));
                job
            };
            let mut jobs = vec![hire(sender.clone())];
            // What is too large is refused before trials are drawn, of which there may be a hundred thousand. Of a run that
            // has ended before nothing may be left to train.
            if known.is_empty()
                && let News::Failed(error) = listen(&news)?
            {
                return Err(error);
            }
            let mut round = next_round(session, known, &mut watch)?;
            let workers = self.workers.min(round.len()).max(1);
            jobs.extend((1..workers).map(|_| hire(sender.clone())));
            drop(sender);
            while !round.is_empty() {
                deal(round, &jobs);
                while session.is_under_way() {
                    match listen(&news)? {
                        News::Begun(info, planned) => {
                            session.trained_by(EngineInfo { workers: workers as u32, ..info });
                            for (number, steps) in planned {
                                session.expect_steps(number, steps);
                            }
                        }
                        News::Moved(mut report) => {
                            session.report(report.take_trials());
                            session.keep(core::mem::take(&mut report.snapshots));
                            watch(session, &report)?;
                        }
                        News::Ready | News::Tested(_) => {}
                        News::Failed(error) => return Err(error),
                    }
                }
                round = next_round(session, known, &mut watch)?;
            }
            let Some(best) = session.best().filter(|_| self.test) else { return Ok(()) };
            if session.kept(best)?.is_none() {
                deal(vec![session.again(best)?], &jobs);
            }
            let mut is_asked = false;
            loop {
                if let Some((trial, ended)) = session.kept(best)?.filter(|_| !is_asked) {
                    is_asked = jobs[0].send(Job::Test(trial, Box::new(ended.clone()))).is_ok();
                }
                match listen(&news)? {
                    News::Tested(score) => {
                        session.open_test(score);
                        return Ok(());
                    }
                    News::Moved(report) => session.keep(report.snapshots),
                    News::Failed(error) => return Err(error),
                    News::Ready | News::Begun(..) => {}
                }
            }
        })
    }

    /// A thread: does its jobs until there is nobody left who gives or hears.
    fn work(&self, study: &Study, asked: &Receiver<Job>, news: &Sender<News>) {
        let _farewell = Farewell(news);
        if let Err(error) = self.jobs(study, asked, news) {
            let _ = news.send(News::Failed(error));
        }
    }

    fn jobs(&self, study: &Study, asked: &Receiver<Job>, news: &Sender<News>) -> Result<()> {
        let (study, prepared) = (Rc::new(study.clone()), Rc::new(self.prepared.clone()));
        let mut trainer = Trainer::new(study, prepared, (self.open)()?, Vec::new())?;
        trainer.check_first()?;
        let _ = news.send(News::Ready);
        while let Ok(job) = asked.recv() {
            let is_heard = match job {
                Job::Train(share) => {
                    let numbers: Vec<u32> = share.iter().map(|assignment| assignment.trial.number).collect();
                    trainer.assign(share)?;
                    let planned = trainer.costs().iter().map(|cost| cost.steps);
                    let planned = numbers.into_iter().zip(planned).collect();
                    let mut is_heard = news.send(News::Begun(trainer.info(), planned)).is_ok();
                    let mut is_finished = false;
                    while is_heard && !is_finished {
                        let report = pollster::block_on(trainer.advance(PACE))?;
                        is_finished = report.finished;
                        is_heard = news.send(News::Moved(report)).is_ok();
                    }
                    is_heard
                }
                Job::Test(trial, ended) => news.send(News::Tested(trainer.test(&trial, &ended))).is_ok(),
            };
            if !is_heard {
                break;
            }
        }
        Ok(())
    }
}

/// The next round that there is something to train of. What is known of its trials is reported at once, up to where they are
/// sent: so all is judged and told as it was when it was trained.
fn next_round(
    session: &mut Session,
    known: &Known,
    watch: &mut impl FnMut(&Session, &Report) -> Result<()>,
) -> Result<Vec<Assignment>> {
    loop {
        let round = session.next_round();
        let is_over = round.is_empty();
        let mut left = Vec::new();
        for assignment in round {
            let record = known.get(&assignment.trial.number);
            match record.and_then(|record| recalled(session.study(), record, &assignment)) {
                Some(event) => session.report(vec![event]),
                None => left.push(assignment),
            }
        }
        watch(session, &Report::default())?;
        if is_over || !left.is_empty() {
            return Ok(left);
        }
    }
}

/// What an earlier run has told of a trial, up to where it is sent now; `None` where it has not got there, or was another one.
fn recalled(
    study: &Study,
    record: &TrialRecord,
    Assignment { trial, until_epoch, .. }: &Assignment,
) -> Option<TrialEvent> {
    if !same(&json!(record.params), &json!(trial.params)) {
        return None;
    }
    let TrialRecord { number, state, value, steps, evaluations, diverged_at, kept_epoch, .. } = *record;
    let evaluations = evaluations.unwrap_or(steps);
    let goal = until_epoch.unwrap_or(usize::MAX);
    let epochs: Vec<_> = record.epochs.iter().take(goal).cloned().collect();
    let is_there = goal == epochs.len();
    // The epoch in which a trial diverges is not among its epochs, and who completes does so at its last.
    let went_on = goal < record.epochs.len() || state == TrialState::Diverged;
    match state {
        // Whoever waits there is judged again, by the same numbers.
        _ if is_there && went_on => {
            // How many evaluations these steps took is told where the trial ends.
            let steps = study.steps_until(&trial.params, goal);
            Some(TrialEvent { epochs, steps, evaluations: steps, ..TrialEvent::begun(number) })
        }
        TrialState::Pruned if is_there => Some(TrialEvent { epochs, steps, evaluations, ..TrialEvent::begun(number) }),
        TrialState::Complete | TrialState::Diverged => {
            Some(TrialEvent { number, state, epochs, value, steps, evaluations, diverged_at, kept_epoch })
        }
        _ => None,
    }
}

/// Tells of a thread's panic, for which the others would be waited for in vain.
struct Farewell<'a>(&'a Sender<News>);

impl Drop for Farewell<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.0.send(News::Failed(silence()));
        }
    }
}

/// Deals a round in turn; where a trial goes on is in its assignment, whoever trains it.
fn deal(round: Vec<Assignment>, jobs: &[Sender<Job>]) {
    let mut shares: Vec<Vec<Assignment>> = jobs.iter().map(|_| Vec::new()).collect();
    for (at, assignment) in round.into_iter().enumerate() {
        shares[at % jobs.len()].push(assignment);
    }
    for (share, job) in shares.into_iter().zip(jobs) {
        if !share.is_empty() {
            // A thread that has gone away has said why.
            let _ = job.send(Job::Train(share));
        }
    }
}

fn listen(news: &Receiver<News>) -> Result<News> {
    news.recv().map_err(|_| silence())
}

fn silence() -> Error {
    Error::File { path: "a worker thread".into(), detail: "it stopped without a word".into() }
}
