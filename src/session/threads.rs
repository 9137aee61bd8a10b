//! Trains a session on threads of this process. Threads only carry messages: what they say, in whatever order, decides
//! nothing.

use super::Session;
use crate::backend::Backend;
use crate::dataset::Prepared;
use crate::error::{Error, Result};
use crate::result::{EngineInfo, TestScore};
use crate::search::Assignment;
use crate::study::Study;
use crate::trainer::{Report, Trainer};
use core::time::Duration;
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

/// What a thread is to do.
enum Job {
    Train(Vec<Assignment>),
    Test(u32),
}

/// What a thread tells.
enum News {
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
        let mut round = session.next_round();
        let workers = self.workers.min(round.len()).max(1);
        let study = session.study().clone();
        std::thread::scope(|scope| {
            let (sender, news) = mpsc::channel();
            let mut jobs = Vec::new();
            for _ in 0..workers {
                let (job, asked) = mpsc::channel();
                let (study, sender) = (&study, sender.clone());
                scope.spawn(move || self.work(study, &asked, &sender));
                jobs.push(job);
            }
            drop(sender);
            while !round.is_empty() {
                deal(round, &jobs);
                while session.is_under_way() {
                    match listen(&news)? {
                        News::Begun(info, planned) => {
                            session.trained_by(EngineInfo { workers: workers as u32, ..info });
                            for (number, steps) in planned {
                                session.plan(number, steps);
                            }
                        }
                        News::Moved(mut report) => {
                            session.report(core::mem::take(&mut report.trials));
                            watch(session, &report);
                        }
                        News::Tested(_) => {}
                        News::Failed(error) => return Err(error),
                    }
                }
                round = session.next_round();
            }
            let Some(best) = session.best().filter(|_| self.test) else { return Ok(()) };
            let _ = jobs[best as usize % workers].send(Job::Test(best));
            loop {
                match listen(&news)? {
                    News::Tested(score) => {
                        session.open_test(score);
                        return Ok(());
                    }
                    News::Failed(error) => return Err(error),
                    News::Begun(..) | News::Moved(_) => {}
                }
            }
        })
    }

    /// A thread: does its jobs until there is nobody left who gives or hears.
    fn work(&self, study: &Study, asked: &Receiver<Job>, news: &Sender<News>) {
        if let Err(error) = self.jobs(study, asked, news) {
            let _ = news.send(News::Failed(error));
        }
    }

    fn jobs(&self, study: &Study, asked: &Receiver<Job>, news: &Sender<News>) -> Result<()> {
        let (study, prepared) = (Rc::new(study.clone()), Rc::new(self.prepared.clone()));
        let mut trainer = Trainer::new(study, prepared, (self.open)()?, Vec::new())?;
        while let Ok(job) = asked.recv() {
            let is_heard = match job {
                Job::Train(share) => {
                    let numbers: Vec<u32> = share.iter().map(|assignment| assignment.trial.number).collect();
                    trainer.assign(share)?;
                    let planned = trainer.planned().iter().map(|planned| planned.steps);
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
                Job::Test(number) => news.send(News::Tested(trainer.test(number)?)).is_ok(),
            };
            if !is_heard {
                break;
            }
        }
        Ok(())
    }
}

/// Sends each trial to the thread that its number names, so that it comes back to the one that knows it.
fn deal(round: Vec<Assignment>, jobs: &[Sender<Job>]) {
    let mut shares: Vec<Vec<Assignment>> = jobs.iter().map(|_| Vec::new()).collect();
    for assignment in round {
        shares[assignment.trial.number as usize % jobs.len()].push(assignment);
    }
    for (share, job) in shares.into_iter().zip(jobs) {
        if !share.is_empty() {
            // A thread that has gone away has said why.
            let _ = job.send(Job::Train(share));
        }
    }
}

fn listen(news: &Receiver<News>) -> Result<News> {
    news.recv().map_err(|_| Error::File { path: "a worker thread".into(), detail: "it stopped without a word".into() })
}
