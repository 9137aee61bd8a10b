//! `tune ensemble`: what the mean of several networks' answers is worth beside the best of them alone.

use crate::commands::say;
use crate::files::{Target, study_in};
use crate::named::{Named, ended, named, train, trained};
use clap::{ArgGroup, Args};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use tuning_playground::analysis::{Ensemble, EnsembleScore, Member, Rows, ensemble, legs};
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::dataset::{Prepared, TaskKind};
use tuning_playground::mlp::Loss;
use tuning_playground::result::TrialState;
use tuning_playground::search::Trial;
use tuning_playground::study::Study;
use tuning_playground::trainer::{Assignment, Trainer, TrialSnapshot};
use tuning_playground::{Error, Result};

const FORMAT: &str = "tuning-playground/ensemble@1";

/// Who answers together.
#[derive(Args)]
#[command(group(ArgGroup::new("who").required(true).args(["top", "seeds", "checkpoints"])))]
pub struct Options {
    /// The study document, or a result, which holds its study; - is standard input.
    study: PathBuf,
    /// The so many best trials of the study.
    #[arg(long, value_name = "TRIALS")]
    top: Option<usize>,
    /// The trial whose settings are trained, for --seeds and --checkpoints; without it the best.
    #[arg(long, value_name = "NUMBER")]
    trial: Option<u32>,
    /// One trial's settings with so many seeds.
    #[arg(long, value_name = "SEEDS")]
    seeds: Option<u16>,
    /// Five checkpoints of one trial, from the middle of its epochs to the end.
    #[arg(long)]
    checkpoints: bool,
    /// Writes the document here; - is standard output.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// A network that answers, and what it is called.
struct Voice {
    words: Value,
    member: Member,
}

/// `tune ensemble`.
pub fn run(options: &Options) -> Result<ExitCode> {
    let target = Target::new(options.output.as_deref())?;
    let study = study_in(&options.study)?;
    if options.top.is_some() && options.trial.is_some() {
        let accepted = "no trial: --top takes the best".into();
        return Err(Error::OutOfRange { key: "trial".into(), found: "one".into(), accepted });
    }
    let (key, n) = match (options.top, options.seeds) {
        (Some(top), _) => ("top", top),
        (_, Some(seeds)) => ("seeds", usize::from(seeds)),
        _ => ("checkpoints", usize::MAX),
    };
    if n == 0 {
        return Err(Error::OutOfRange { key: key.into(), found: "0".into(), accepted: ">= 1 (int)".into() });
    }
    let prepared = study.prepare_native()?;
    let members = match key {
        "top" => top(&study, &prepared, n)?,
        _ => of_trial(&study, &prepared, options.trial, if key == "seeds" { Way::Seeds(n) } else { Way::Checkpoints })?,
    };
    let backend = Box::new(Cpu::new());
    let trainer = Trainer::new(Rc::new(study.clone()), Rc::new(prepared), backend, Vec::new())?;
    let unit = trainer.scaling().last().unwrap_or((0.0, 1.0));
    let loss = if study.task == TaskKind::Numbers { Loss::Mse } else { Loss::CrossEntropy };
    let networks: Vec<Member> = members.iter().map(|one| one.member.clone()).collect();
    let found = ensemble(&networks, loss, trainer.data(), Rows::Validation, unit);
    let Some(found) = found else {
        let accepted = "a study of which a trial completes".into();
        return Err(Error::OutOfRange { key: key.into(), found: "no network".into(), accepted });
    };
    let document = document(&study, key, &members, &found);
    target.write(&format!("{document:#}\n"))?;
    summarise(&found);
    Ok(ExitCode::SUCCESS)
}

fn document(study: &Study, key: &str, members: &[Voice], found: &Ensemble) -> Value {
    let number = |x: f64| if x.is_finite() { json!(x) } else { json!("NaN") };
    let score = |one: &EnsembleScore| json!({"loss": number(one.loss), "metric": number(one.metric)});
    let with = |(named, one): (&Voice, &EnsembleScore)| {
        let mut words = named.words.clone();
        words["loss"] = number(one.loss);
        words["metric"] = number(one.metric);
        words
    };
    let best = found.best();
    let single = best.map_or(Value::Null, |at| {
        let mut words = score(&found.members[at]);
        words["member"] = json!(at);
        words
    });
    let all: usize = found.multiplications.iter().sum();
    let alone = best.map(|at| found.multiplications[at]);
    json!({
        "format": FORMAT,
        "study": study.to_json(),
        "of": key,
        "rows": "validation",
        "members": members.iter().zip(&found.members).map(with).collect::<Vec<_>>(),
        "single": single,
        "ensemble": score(&found.together),
        "multiplications": {"single": alone, "ensemble": all},
    })
}

fn summarise(found: &Ensemble) {
    let Some(best) = found.best() else { return say("no member's loss is a number") };
    if found.members.len() == 1 {
        return say("one network is no ensemble: name two or more");
    }
    let single = &found.members[best];
    let all: usize = found.multiplications.iter().sum();
    let times = all as f64 / found.multiplications[best].max(1) as f64;
    say(&format!(
        "{} networks together: loss {:.4}, metric {:.4}; the best alone: loss {:.4}, metric {:.4}; a prediction costs {times:.1} \
         times as much",
        found.members.len(),
        found.together.loss,
        found.together.metric,
        single.loss,
        single.metric
    ));
}

/// The networks of the best trials, whose weights are trained again where they were let go.
fn top(study: &Study, prepared: &Prepared, n: usize) -> Result<Vec<Voice>> {
    let mut session = trained(study, prepared)?;
    let mut complete: Vec<(u32, f64)> = session
        .trials()
        .iter()
        .filter(|trial| trial.state == TrialState::Complete)
        .filter_map(|trial| Some((trial.number, trial.value?)))
        .filter(|(_, value)| value.is_finite())
        .collect();
    if complete.len() < n {
        let accepted = format!("1 .. {} (int, trials that completed)", complete.len());
        return Err(Error::OutOfRange { key: "top".into(), found: n.to_string(), accepted });
    }
    let sign = if study.is_better(1.0, 0.0) { -1.0 } else { 1.0 };
    complete.sort_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1)).then(a.0.cmp(&b.0)));
    let backend = Box::new(Cpu::new());
    let mut trainer = Trainer::new(Rc::new(study.clone()), Rc::new(prepared.clone()), backend, Vec::new())?;
    let mut members = Vec::new();
    for (number, _) in complete.into_iter().take(n) {
        let (trial, snapshot) = ended(&mut session, &mut trainer, number)?;
        for (seed, member) in networks(&mut trainer, (&trial, study.trials), &snapshot).into_iter().enumerate() {
            members.push(Voice { words: json!({"trial": number, "seed": seed}), member });
        }
    }
    Ok(members)
}

/// How several networks come of one trial.
#[derive(Clone, Copy)]
enum Way {
    Seeds(usize),
    Checkpoints,
}

fn of_trial(study: &Study, prepared: &Prepared, number: Option<u32>, way: Way) -> Result<Vec<Voice>> {
    let number = match number {
        Some(number) => number,
        None => trained(study, prepared)?.best().ok_or_else(|| Error::OutOfRange {
            key: "trial".into(),
            found: "none".into(),
            accepted: "a study of which a trial completes".into(),
        })?,
    };
    let is_way = matches!(way, Way::Checkpoints);
    let Some(Named { epochs, again, .. }) = named(study, prepared, &[number], is_way)?.pop() else {
        return Ok(Vec::new());
    };
    let mut document = study.to_json();
    document["seeds_per_trial"] = json!(if let Way::Seeds(n) = way { n } else { 1 });
    let study = study.changed(&document)?;
    let backend = Box::new(Cpu::new());
    let mut trainer = Trainer::new(Rc::new(study), Rc::new(prepared.clone()), backend, Vec::new())?;
    let mut members = Vec::new();
    if let Way::Seeds(_) = way {
        let (snapshot, _) = train(&mut trainer, again.clone())?;
        for (seed, member) in networks(&mut trainer, (&again.trial, again.of_trials), &snapshot).into_iter().enumerate()
        {
            members.push(Voice { words: json!({"trial": number, "seed": seed}), member });
        }
        return Ok(members);
    }
    let mut last = None;
    for (epoch, leg) in legs(&again, epochs) {
        // Who went on from another's weights is trained from there each time.
        let from = last.take().filter(|_| leg.ancestry.is_empty());
        let trial = leg.trial.clone();
        let (snapshot, _) = train(&mut trainer, Assignment { from, ..leg })?;
        for member in networks(&mut trainer, (&trial, again.of_trials), &snapshot) {
            members.push(Voice { words: json!({"trial": number, "epoch": epoch}), member });
        }
        last = Some(snapshot);
    }
    Ok(members)
}

/// A trial's networks, one a seed; of a cross-validation those of its first fold.
fn networks(trainer: &mut Trainer, (trial, of_trials): (&Trial, u32), snapshot: &TrialSnapshot) -> Vec<Member> {
    let shape = trainer.contestant(trial, of_trials).spec.shape;
    let weights = trainer.of_first_fold(trial, snapshot).into_iter();
    weights.map(|parameters| Member { shape: shape.clone(), parameters }).collect()
}
