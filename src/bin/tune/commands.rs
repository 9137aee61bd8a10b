//! What the subcommands do.

use crate::BackendName;
use crate::files::{Target, are_one, print, problem, read, study_in};
use crate::journal::Journal;
use crate::weights::Folder;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tuning_playground::backend::{Backend, cpu::Cpu, gpu::Gpu, reference::Reference};
use tuning_playground::dataset::TaskKind;
use tuning_playground::fixture::{Fixture, TOLERANCE_F32, TOLERANCE_F64};
use tuning_playground::result::{EngineInfo, TrialState};
use tuning_playground::session::Session;
use tuning_playground::session::threads::{Crew, Known};
use tuning_playground::study::{self, Study};
use tuning_playground::trainer::Report;
use tuning_playground::{Error, Result};

/// Letters of a message that anybody reads, at its beginning and at its end.
const READ: (usize, usize) = (1200, 400);

/// Writes a line for people to standard error. Nobody may be listening, which is no reason to stop.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Says what is wrong. A value of megabytes, of which a message is, must not hide what is accepted.
pub fn complain(error: &Error) {
    let text = error.to_string();
    let (begin, end) = (text.char_indices().nth(READ.0), text.char_indices().nth_back(READ.1));
    match (begin, end) {
        (Some((begin, _)), Some((end, _))) if begin < end => {
            say(&format!("tune: {} [...] {}", &text[..begin], &text[end..]));
        }
        _ => say(&format!("tune: {text}")),
    }
}

pub fn open(name: BackendName) -> Result<Box<dyn Backend>> {
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
        let run = match &backend {
            None => pollster::block_on(fixture.run_reference()),
            Some(backend) => pollster::block_on(fixture.run_on(backend.as_ref())),
        };
        if let Err(error @ Error::NotOnThisBackend { .. }) = &run {
            print(&format!("ok   {}: {error}\n", fixture.name))?;
            continue;
        }
        let difference = run?;
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

/// What a run writes.
pub struct Files {
    /// The result document.
    pub output: Option<PathBuf>,
    /// A journal of it.
    pub journal: Option<PathBuf>,
    /// Its trials' weights.
    pub weights: Option<PathBuf>,
}

/// `tune run`.
pub fn run(path: Option<&Path>, name: BackendName, files: &Files, test: bool) -> Result<ExitCode> {
    let study = path.map_or_else(|| Study::parse(study::DEFAULT), study_in)?;
    study.check_picked()?;
    let output = files.output.as_deref().map(|path| Target::new(Some(path))).transpose()?;
    if let (Some(output), Some(journal)) = (output.as_ref().and_then(|output| output.file.as_ref()), &files.journal)
        && are_one(output, journal)
    {
        return Err(problem(journal, "result and journal are one file; name two"));
    }
    let prepared = study.prepare_native()?;
    let name = resolve(name)?;
    // One adapter takes the whole population; CPU trials are dealt to the cores.
    let workers = match name {
        BackendName::Cpu => std::thread::available_parallelism().map_or(1, usize::from),
        _ => 1,
    };
    let folder = files.weights.as_deref().map(Folder::open).transpose()?;
    let mut journal = files.journal.as_deref().map(|path| Journal::open(path, &study, name.kind())).transpose()?;
    let known = journal.as_mut().map(|journal| core::mem::take(&mut journal.known)).unwrap_or_default();
    if !known.is_empty() {
        say(&format!("the journal has {} trials to their end; training the others, if any", known.len()));
    }
    let started = Instant::now();
    let mut studies = journal.as_mut().map_or_else(|| vec![study], |journal| core::mem::take(&mut journal.studies));
    let mut session = Session::new(studies.remove(0));
    if let Some(engine) = journal.as_ref().and_then(|journal| journal.engine.clone()) {
        // Until a trial is trained, whoever trained the journal's.
        session.trained_by(engine);
    }
    let bar = progress_bar("steps");
    let mut train = |session: &mut Session, test: bool| {
        let crew = Crew { prepared: &prepared, workers, open: &|| open(name), test };
        crew.go_on(session, &known, |session, report| {
            show(&bar, session, report);
            journal.as_mut().map_or(Ok(()), |journal| journal.follow(session))
        })
    };
    for given_more in studies {
        train(&mut session, false)?;
        session.extend(given_more)?;
    }
    train(&mut session, test)?;
    bar.finish_and_clear();
    let document = session.document();
    // What was asked for is written before anything is said.
    let text = format!("{document:#}\n");
    output.map_or(Ok(()), |output| output.write(&text))?;
    summarise(&session, &known, started.elapsed());
    folder.map_or(Ok(()), |folder| folder.fill(&mut session, prepared, open(name)?))?;
    Ok(ExitCode::SUCCESS)
}

/// `auto` decided once, so that every worker takes the same.
pub fn resolve(name: BackendName) -> Result<BackendName> {
    if name != BackendName::Auto {
        return Ok(name);
    }
    Ok(if open(name)?.name() == "gpu" { BackendName::Gpu } else { BackendName::Cpu })
}

/// A bar of so many `units`, where somebody sees it.
pub fn progress_bar(units: &str) -> ProgressBar {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) =
        ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {units}  {{per_sec}}  {{eta}} left  {{msg}}"))
    {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, session: &Session, report: &Report) {
    if report.resumed {
        bar.println("the GPU was lost; going on from the last copy");
    }
    let engine = session.engine();
    bar.set_message(format!("{} ({})", engine.backend, engine.adapter));
    bar.set_length(session.progress().total_steps);
    bar.inc(report.steps);
}

/// What a person wants to know when it is done.
fn summarise(session: &Session, known: &Known, took: Duration) {
    let (study, engine, records) = (session.study(), session.engine(), session.trials());
    let count = |state: TrialState| records.iter().filter(|record| record.state == state).count();
    let others = [("pruned", TrialState::Pruned), ("stopped", TrialState::Cancelled)].map(|(word, state)| {
        let n = count(state);
        if n > 0 { format!(", {n} {word}") } else { String::new() }
    });
    let others = others.concat();
    let trained = records.iter().filter(|record| !known.contains_key(&record.number));
    let steps: u64 = trained.map(|record| record.steps).sum();
    let seconds = took.as_secs_f64();
    let how = if records.iter().any(|record| !known.contains_key(&record.number)) {
        let EngineInfo { backend, adapter, workers, .. } = engine;
        let pace = steps as f64 / seconds;
        format!(" in {seconds:.1} s on {backend} ({adapter}, {workers} workers), {pace:.0} trial-steps/s")
    } else {
        ", all of them from the journal".into()
    };
    let (complete, diverged) = (count(TrialState::Complete), count(TrialState::Diverged));
    say(&format!("{}: {complete} complete, {diverged} diverged{others}{how}", study.dataset));
    let score = if study.task == TaskKind::Classes { "accuracy" } else { "R^2" };
    let Some(best) = session.best() else {
        // Only where trials diverged is it their steps that were too large.
        say(match (complete, diverged) {
            (0, 1..) => "no trial completed, so none is the best; a smaller learning rate usually helps",
            _ => "no trial has a value that is a number, so none is the best",
        });
        return;
    };
    let record = &records[best as usize];
    // Of a trial with patience, the epoch whose weights it kept.
    let kept = record.kept_epoch.map_or(record.epochs.len(), |epoch| epoch as usize);
    let epoch = record.epochs.get(..kept).unwrap_or_default().last();
    if let Some((loss, metric)) = epoch.and_then(|epoch| epoch.validation_loss.zip(epoch.validation_metric)) {
        let of = record.kept_epoch.map_or_else(String::new, |epoch| format!(" (epoch {epoch})"));
        say(&format!("best: trial {best}{of}, validation loss {loss:.4}, validation {score} {metric:.4}"));
    }
    let params: Vec<String> = record.params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    say(&format!("      {}", params.join(", ")));
    if let Some(test) = session.test() {
        say(&format!("test: loss {:.4}, {score} {:.4}", test.loss, test.metric));
    }
}
