//! What the subcommands do.

use crate::BackendName;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tuning_playground::backend::{Backend, cpu::Cpu, gpu::Gpu, reference::Reference};
use tuning_playground::dataset::Prepared;
use tuning_playground::fixture::{Fixture, TOLERANCE_F32, TOLERANCE_F64};
use tuning_playground::result::{self, EngineInfo, TestScore, TrialRecord, TrialState};
use tuning_playground::search::{Search, Trial};
use tuning_playground::study::{self, Study};
use tuning_playground::trainer::{Report, Trainer};
use tuning_playground::{Error, NUMERICS_VERSION, Result, VERSION};

/// How long the trainers work between reports.
const BUDGET: Duration = Duration::from_millis(50);

/// Writes a line for people to standard error. Nobody may be listening, which is no reason to stop.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes to standard output; a reader that has gone away has read what it wanted.
fn print(text: &str) -> Result<()> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::File { path: "standard output".into(), detail: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// Refuses a file that can't be written before hours of training end with that.
fn check_output(path: &Path) -> Result<()> {
    let problem = |detail: &str| Err(Error::File { path: path.display().to_string(), detail: detail.into() });
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if path.is_dir() {
        return problem("this is a folder; name a file in it");
    }
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return problem("its folder is not there; create it or choose another");
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::File { path: path.display().to_string(), detail: error.to_string() })
}

fn open(name: BackendName) -> Result<Box<dyn Backend>> {
    Ok(match name {
        BackendName::Gpu => Box::new(pollster::block_on(Gpu::open())?),
        BackendName::Cpu => Box::new(Cpu::default()),
        BackendName::Reference => Box::new(Reference),
        BackendName::Auto => match pollster::block_on(Gpu::open()) {
            // A software adapter runs on the very cores that the CPU backend uses better.
            Ok(gpu) if !gpu.is_software() => Box::new(gpu),
            _ => Box::new(Cpu::default()),
        },
    })
}

/// `tune verify`.
pub fn verify(fixtures: &[PathBuf], name: BackendName, tolerance: Option<f64>) -> Result<ExitCode> {
    let in_f64 = matches!(name, BackendName::Auto | BackendName::Reference);
    let backend = if in_f64 { None } else { Some(open(name)?) };
    let tolerance = tolerance.unwrap_or(if in_f64 { TOLERANCE_F64 } else { TOLERANCE_F32 });
    let mut failed = false;
    for path in fixtures {
        let file = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy();
        let fixture = match Fixture::parse(&read(path)?, &file) {
            Ok(fixture) => fixture,
            Err(error) => {
                print(&format!("FAIL {file}: {error}\n"))?;
                failed = true;
                continue;
            }
        };
        let difference = match &backend {
            None => pollster::block_on(fixture.run_reference()),
            Some(backend) => pollster::block_on(fixture.run_on(backend.as_ref())),
        }?;
        let ok = difference.error <= tolerance;
        failed |= !ok;
        print(&format!(
            "{} {}: {:.3e} at step {} (tolerance {tolerance:.0e})\n",
            if ok { "ok  " } else { "FAIL" },
            fixture.name,
            difference.error,
            difference.step
        ))?;
    }
    Ok(ExitCode::from(u8::from(failed)))
}

/// `tune run`.
pub fn run(path: Option<&Path>, name: BackendName, output: Option<&Path>, test: bool) -> Result<ExitCode> {
    let text = path.map_or_else(|| Ok(study::DEFAULT.to_owned()), read)?;
    let study = Study::parse(&text)?;
    let file = output.filter(|output| output.as_os_str() != "-");
    file.map_or(Ok(()), check_output)?;
    let prepared = study.prepare_native()?;
    let trials = Search::new(&study).ask(&study);
    let name = resolve(name)?;
    // One adapter takes the whole population; CPU trials are dealt to the cores.
    let workers = match name {
        BackendName::Cpu => std::thread::available_parallelism().map_or(1, usize::from).min(trials.len()).max(1),
        _ => 1,
    };
    let started = Instant::now();
    let mut records: BTreeMap<u32, TrialRecord> =
        trials.iter().map(|trial| (trial.number, record(&study, trial))).collect();
    let mut engine = None;
    let mut open_test: Option<TestScore> = None;
    std::thread::scope(|scope| -> Result<()> {
        let (sender, receiver) = mpsc::channel();
        let mut answers = Vec::new();
        for worker in 0..workers {
            let share: Vec<Trial> = trials.iter().skip(worker).step_by(workers).cloned().collect();
            let (study, prepared, sender) = (&study, &prepared, sender.clone());
            let (ask, asked) = mpsc::channel::<u32>();
            let (answer, answered) = mpsc::channel();
            answers.push((ask, answered));
            scope.spawn(move || train(study, prepared, name, &share, &sender, &asked, &answer));
        }
        drop(sender);
        follow(&receiver, workers, &mut records, &mut engine)?;
        if test && let Some(best) = result::best(&study, &records.values().cloned().collect::<Vec<_>>()) {
            let (ask, answered) = &answers[best as usize % workers];
            if ask.send(best).is_ok()
                && let Ok(score) = answered.recv()
            {
                open_test = Some(score?);
            }
        }
        Ok(())
    })?;
    let mut engine = engine.unwrap_or_else(|| engine_info(name_of(name), String::new(), String::new()));
    engine.workers = workers as u32;
    let records: Vec<TrialRecord> = records.into_values().collect();
    let document = result::document(&study, &engine, &records, open_test.as_ref());
    // What was asked for is written before anything is said.
    let text = format!("{document:#}\n");
    if let Some(file) = file {
        std::fs::write(file, text)
            .map_err(|error| Error::File { path: file.display().to_string(), detail: error.to_string() })?;
    } else if output.is_some() {
        print(&text)?;
    }
    summarise(&study, &engine, &records, open_test.as_ref(), started.elapsed());
    Ok(ExitCode::SUCCESS)
}

/// `auto` decided once, so that every worker takes the same.
fn resolve(name: BackendName) -> Result<BackendName> {
    if name != BackendName::Auto {
        return Ok(name);
    }
    Ok(if open(name)?.name() == "gpu" { BackendName::Gpu } else { BackendName::Cpu })
}

fn name_of(name: BackendName) -> &'static str {
    match name {
        BackendName::Gpu => "gpu",
        BackendName::Cpu | BackendName::Auto => "cpu",
        BackendName::Reference => "reference",
    }
}

fn engine_info(backend: &str, adapter: String, plan: String) -> EngineInfo {
    EngineInfo {
        version: VERSION.into(),
        numerics: NUMERICS_VERSION,
        backend: backend.into(),
        adapter,
        plan,
        workers: 1,
    }
}

fn record(study: &Study, trial: &Trial) -> TrialRecord {
    TrialRecord {
        number: trial.number,
        state: TrialState::Cancelled,
        params: trial.params.clone(),
        value: None,
        seed: study.seed,
        epochs: Vec::new(),
        steps: 0,
        diverged_at: None,
    }
}

/// What a worker tells.
enum News {
    Engine(EngineInfo, u64),
    Report(Report),
    Failed(Error),
}

/// A worker: trains its share, then answers for its trials' test scores.
fn train(
    study: &Study,
    prepared: &Prepared,
    name: BackendName,
    share: &[Trial],
    news: &mpsc::Sender<News>,
    asked: &mpsc::Receiver<u32>,
    answer: &mpsc::Sender<Result<TestScore>>,
) {
    let start = || -> Result<Trainer> {
        Trainer::new(Rc::new(study.clone()), Rc::new(prepared.clone()), open(name)?, share.to_vec())
    };
    let mut trainer = match start() {
        Ok(trainer) => trainer,
        Err(error) => return drop(news.send(News::Failed(error))),
    };
    let backend = trainer.backend();
    let info = engine_info(backend.name(), backend.adapter(), trainer.plan());
    let planned = trainer.planned().iter().map(|planned| planned.steps).sum();
    let mut alive = news.send(News::Engine(info, planned)).is_ok();
    while alive {
        match pollster::block_on(trainer.advance(BUDGET)) {
            Ok(report) => {
                let finished = report.finished;
                alive = news.send(News::Report(report)).is_ok() && !finished;
            }
            Err(error) => return drop(news.send(News::Failed(error))),
        }
    }
    while let Ok(number) = asked.recv() {
        if answer.send(trainer.test(number)).is_err() {
            break;
        }
    }
}

/// Gathers the workers' reports until all have finished.
fn follow(
    news: &mpsc::Receiver<News>,
    workers: usize,
    records: &mut BTreeMap<u32, TrialRecord>,
    engine: &mut Option<EngineInfo>,
) -> Result<()> {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} steps  {per_sec}  {eta} left  {msg}") {
        bar.set_style(style);
    }
    let (mut planned, mut finished) = (0, 0);
    while let Ok(item) = news.recv() {
        match item {
            News::Failed(error) => return Err(error),
            News::Engine(info, steps) => {
                planned += steps;
                bar.set_length(planned);
                bar.set_message(format!("{} ({})", info.backend, info.adapter));
                *engine = Some(info);
            }
            News::Report(report) => {
                if report.resumed {
                    bar.println("the GPU was lost; going on from the last copy");
                }
                bar.inc(report.steps);
                for event in report.trials {
                    let Some(record) = records.get_mut(&event.number) else { continue };
                    record.state = event.state;
                    record.value = event.value;
                    record.steps = event.steps;
                    record.diverged_at = event.diverged_at;
                    record.epochs.extend(event.epochs);
                }
                finished += usize::from(report.finished);
                if finished == workers {
                    break;
                }
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// What a person wants to know when it is done.
fn summarise(study: &Study, engine: &EngineInfo, records: &[TrialRecord], test: Option<&TestScore>, took: Duration) {
    let count = |state: TrialState| records.iter().filter(|record| record.state == state).count();
    let steps: u64 = records.iter().map(|record| record.steps).sum();
    let seconds = took.as_secs_f64();
    say(&format!(
        "{}: {} complete, {} diverged in {seconds:.1} s on {} ({}, {} workers), {:.0} trial-steps/s",
        study.dataset,
        count(TrialState::Complete),
        count(TrialState::Diverged),
        engine.backend,
        engine.adapter,
        engine.workers,
        steps as f64 / seconds
    ));
    let Some(best) = result::best(study, records) else {
        say("no trial completed, so none is the best; a smaller learning rate usually helps");
        return;
    };
    let record = &records[best as usize];
    if let Some(epoch) = record.epochs.last() {
        say(&format!(
            "best: trial {best}, validation loss {:.4}, validation metric {:.4}",
            epoch.validation_loss, epoch.validation_metric
        ));
    }
    let params: Vec<String> = record.params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    say(&format!("      {}", params.join(", ")));
    if let Some(test) = test {
        say(&format!("test: loss {:.4}, metric {:.4}", test.loss, test.metric));
    }
}
