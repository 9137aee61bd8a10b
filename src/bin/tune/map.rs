//! `tune map`: two hyperparameters span a plane, and each of its pixels is a trained network.

use crate::BackendName;
use crate::commands::{open, progress_bar, resolve, say};
use crate::files::{Target, study_in};
use crate::named::named;
use clap::Args;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tuning_playground::analysis::{MAP_FORMAT, MapPlan, MapReport, Mapper, Pixel, SEEDS};
use tuning_playground::dataset::Prepared;
use tuning_playground::result::EngineInfo;
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::{Metric, Study, table};
use tuning_playground::{Error, Result};

/// Pixels that are dealt to a thread at once, on the CPU and on a device.
const TOGETHER: usize = 256;
const ON_DEVICE: usize = 16_384;
/// The hyperparameter whose values the data bound.
const BATCH_SIZE: &str = "batch_size";
/// How long a thread works between reports.
const PACE: Duration = Duration::from_millis(50);
/// The table with the ranges that the page sweeps at first, which the engine leaves out.
const TABLE: &str = include_str!("../../study/hyperparameters.json");

/// What the subcommand takes.
#[derive(Args)]
pub struct Options {
    /// The study document, or a result, which holds its study; - is standard input.
    study: PathBuf,
    /// The hyperparameter across.
    #[arg(long, value_name = "HYPERPARAMETER")]
    x: String,
    /// The hyperparameter upwards, or `seeds`: a row then has the random numbers of one trial.
    #[arg(long, value_name = "HYPERPARAMETER")]
    y: String,
    /// Pixels along both sides, or along each, as in 256x32.
    #[arg(long, default_value = "256")]
    size: String,
    /// Ends of x, as in 0.001,10; without them those of the study's range, or the usual ones.
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true)]
    x_range: Option<String>,
    /// Ends of y.
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true)]
    y_range: Option<String>,
    /// The trial that has what the study searches beside x and y; without it the study is run first, and its best has
    /// it.
    #[arg(long, value_name = "NUMBER")]
    trial: Option<u32>,
    /// What trains.
    #[arg(long, value_enum, default_value_t = BackendName::Auto)]
    backend: BackendName,
    /// Writes the map document here; - is standard output.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

fn refused(key: &str, found: impl Into<String>, accepted: impl Into<String>) -> Error {
    Error::OutOfRange { key: key.into(), found: found.into(), accepted: accepted.into() }
}

/// A range as the study has it, else as the page first sweeps that hyperparameter, between other ends where they are
/// given.
fn range_of(study: &Study, key: &str, name: &str, ends: Option<&str>) -> Result<Value> {
    let rows: Vec<Value> = serde_json::from_str(TABLE).unwrap_or_default();
    let usual = |name: &str| rows.iter().find(|row| row["name"] == name).map(|row| row["sweep"].clone());
    let own = study.space.iter().find(|(own, _)| own == name).map(|(_, range)| range.to_json());
    let Some(mut range) = own.or_else(|| usual(name)).filter(|range| !range.is_null()) else {
        let can = |row: &&Value| !row["sweep"].is_null() && row["available"] == true;
        let names: Vec<&str> = rows.iter().filter(can).filter_map(|row| row["name"].as_str()).collect();
        let seeds = if key == "y" { format!(", {SEEDS}") } else { String::new() };
        return Err(refused(key, name, format!("{}{seeds}", names.join(", "))));
    };
    let Some(ends) = ends else { return Ok(range) };
    let key = format!("{key}-range");
    let is_choice = range["type"] == "categorical";
    if is_choice && !range["choices"].as_array().is_some_and(|all| all.iter().all(Value::is_number)) {
        return Err(refused(&key, ends, format!("none: {name} has choices, not ends")));
    }
    let numbers: Option<Vec<f64>> = ends.split(',').map(|end| end.trim().parse().ok()).collect();
    let Some(&[low, high]) = numbers.as_deref().filter(|ends| ends.iter().all(|end| end.is_finite())) else {
        return Err(refused(&key, ends, "LOW,HIGH, two numbers as in 0.001,10"));
    };
    if is_choice {
        // Between ends a list of numbers is a range of them.
        range = json!({"type": "int", "log": low > 0.0});
    }
    let is_whole = range["type"] == "int";
    let number = |x: f64| if is_whole && x.fract() == 0.0 { json!(x as i64) } else { json!(x) };
    (range["low"], range["high"]) = (number(low), number(high));
    Ok(range)
}

/// Of a usual range's choices those that the study takes, if it takes any: no batch is larger than the training part.
fn keep_fitting(study: &Study, name: &str, range: &mut Value) {
    let choices = range["choices"].as_array().filter(|choices| choices.iter().all(Value::is_number));
    let Some(choices) = choices else { return };
    let takes = |choice: &&Value| {
        let mut document = study.to_json();
        document["fixed"][name] = (*choice).clone();
        study.changed(&document).is_ok()
    };
    let fitting: Vec<Value> = choices.iter().filter(takes).cloned().collect();
    if !fitting.is_empty() {
        range["choices"] = json!(fitting);
    }
}

/// What the study searches and the map does not: the trial's settings.
fn settings(study: &Study, options: &Options) -> Result<Map<String, Value>> {
    let axes = [&options.x, &options.y];
    let is_other = |name: &String| !axes.contains(&name);
    if !study.space.iter().any(|(name, _)| is_other(name)) {
        return Ok(Map::new());
    }
    let params = if let Some(number) = options.trial {
        let named = named(study, &study.prepare_native()?, &[number], false)?;
        named.into_iter().next().map(|one| one.trial.params).unwrap_or_default()
    } else {
        let prepared = study.prepare_native()?;
        let mut session = Session::new(study.clone());
        let name = resolve(options.backend)?;
        Crew { prepared: &prepared, workers: workers(name), open: &|| open(name), test: false }
            .train(&mut session, |_, _| {})?;
        let best = session.best();
        let Some(best) = best else {
            return Err(refused("trial", "none", "the number of a trial, since none of the study's completed"));
        };
        say(&format!("what is searched beside x and y is that of trial {best}, the study's best"));
        session.trials()[best as usize].params.clone()
    };
    Ok(params.into_iter().filter(|(name, _)| is_other(name)).collect())
}

fn workers(name: BackendName) -> usize {
    match name {
        BackendName::Cpu => std::thread::available_parallelism().map_or(1, usize::from),
        _ => 1,
    }
}

fn sides(size: &str) -> Result<[usize; 2]> {
    let parts: Option<Vec<usize>> = size.split('x').map(|part| part.trim().parse().ok()).collect();
    match parts.as_deref() {
        Some(&[side]) => Ok([side, side]),
        Some(&[across, up]) => Ok([across, up]),
        _ => Err(refused("size", size, "a number of pixels, as in 256, or two, as in 256x32")),
    }
}

/// The study whose trials the pixels are: its space is the axes.
fn study_of(study: &Study, options: &Options, sides: [usize; 2], others: Map<String, Value>) -> Result<Study> {
    let mut document = study.to_json();
    let mut space = Map::new();
    let axes = [("x", &options.x, &options.x_range), ("y", &options.y, &options.y_range)];
    for (key, name, ends) in axes {
        if key == "y" && name == SEEDS {
            if let Some(ends) = ends {
                return Err(refused("y-range", ends, format!("none for {SEEDS}; --size 256x32 asks for 32 of them")));
            }
            continue;
        }
        let mut range = range_of(study, key, name, ends.as_deref())?;
        if ends.is_none() && !study.space.iter().any(|(own, _)| own == name) {
            keep_fitting(study, name, &mut range);
        }
        space.insert(name.clone(), range);
    }
    let mut fixed = study.fixed.clone();
    fixed.extend(others);
    fixed.retain(|name, _| !space.contains_key(name));
    let most = 100_000;
    let changes = json!({
        "fixed": fixed,
        "space": space,
        "sampler": {"name": "random"},
        "trials": sides[0].saturating_mul(sides[1]).clamp(1, most),
        "seeds_per_trial": 1,
        "shared_seeds": options.y != SEEDS,
    });
    if let (Value::Object(document), Value::Object(changes)) = (&mut document, changes) {
        document.extend(changes);
        // A pixel is one network.
        document["dataset"]["folds"] = json!(1);
    }
    study.changed(&document)
}

/// What is wrong with an axis: of a map the axes are its space, which a study's message would name.
fn of_axis(error: Error, options: &Options) -> Error {
    let axis_of = |name: &str| if name == options.x { "x" } else { "y" };
    let (key, because) = match error {
        Error::Inert { key, because } => (key, because),
        Error::BatchTooLarge { batch_size, rows }
            if [&options.x, &options.y].iter().any(|axis| *axis == BATCH_SIZE) =>
        {
            let key = format!("{}-range", axis_of(BATCH_SIZE));
            let accepted = format!("LOW,HIGH up to {rows}, the training samples, as in --{key} 1,{rows}");
            return refused(&key, format!("{batch_size} at its upper end"), accepted);
        }
        other => return other,
    };
    let axis = axis_of(&key);
    let accepted = format!(
        "a hyperparameter that these networks use; their {because} leaves it without effect: change {because} in the study, \
         or choose another"
    );
    Error::WrongType { key: axis.into(), found: key, accepted }
}

/// What a thread tells.
enum News {
    Begun(EngineInfo, f64),
    Moved(MapReport),
}

/// Trains all pixels on so many threads.
fn train(plan: &MapPlan, prepared: &Prepared, name: BackendName) -> Result<(Vec<Pixel>, EngineInfo, f64)> {
    let study = (*plan.study).clone();
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let n = plan.len();
    let together = if name == BackendName::Gpu { ON_DEVICE } else { TOGETHER };
    let work = |news: &mpsc::Sender<News>, plan: MapPlan| -> Result<()> {
        let mut mapper = Mapper::new(plan, Rc::new(prepared.clone()), open(name)?)?;
        let limit = mapper.limit();
        let mut is_first = true;
        while !stop.load(Ordering::Relaxed) {
            let first = next.fetch_add(together, Ordering::Relaxed);
            if first >= n {
                break;
            }
            let share: Vec<u32> = (first..(first + together).min(n)).map(|pixel| pixel as u32).collect();
            mapper.assign(&share)?;
            if core::mem::take(&mut is_first) {
                let _ = news.send(News::Begun(mapper.info(), limit));
            }
            loop {
                let report = pollster::block_on(mapper.advance(PACE))?;
                let finished = report.finished;
                let _ = news.send(News::Moved(report));
                if finished {
                    break;
                }
            }
        }
        Ok(())
    };
    let bar = progress_bar("pixels");
    bar.set_length(n as u64);
    let (mut pixels, mut info, mut limit) = (Vec::with_capacity(n), EngineInfo::default(), f64::INFINITY);
    let done: Result<()> = std::thread::scope(|scope| {
        let (sender, news) = mpsc::channel();
        let threads: Vec<_> = (0..workers(name))
            .map(|_| {
                let (sender, work, stop, study, axes) = (sender.clone(), &work, &stop, &study, &plan.axes);
                scope.spawn(move || {
                    let plan = MapPlan { study: Rc::new(study.clone()), axes: axes.clone() };
                    let done = work(&sender, plan);
                    if done.is_err() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    done
                })
            })
            .collect();
        drop(sender);
        for one in news {
            match one {
                News::Begun(own, own_limit) => (info, limit) = (own, own_limit),
                News::Moved(report) => {
                    if report.resumed {
                        bar.println("the GPU was lost; going on from the last copy");
                    }
                    bar.inc(report.pixels.len() as u64);
                    pixels.extend(report.pixels);
                }
            }
        }
        for thread in threads {
            let gone = Error::File { path: "a worker thread".into(), detail: "it stopped without a word".into() };
            thread.join().map_err(|_| gone)??;
        }
        Ok(())
    });
    bar.finish_and_clear();
    done?;
    pixels.sort_by_key(|pixel| pixel.index);
    Ok((pixels, EngineInfo { workers: workers(name) as u32, ..info }, limit))
}

/// `tune map`.
pub fn run(options: &Options) -> Result<ExitCode> {
    let target = Target::new(options.output.as_deref())?;
    let sides = sides(&options.size)?;
    let study = study_in(&options.study)?;
    for (key, name) in [("x", &options.x), ("y", &options.y)] {
        if name != SEEDS && table::find(name).is_none() {
            // The ranges' own message names what there is.
            range_of(&study, key, name, None)?;
        }
    }
    // What is wrong with axes and size is said before anything is trained.
    let plan = |others| {
        let study = study_of(&study, options, sides, others)?;
        MapPlan::new(study, [&options.x, &options.y], sides)
    };
    match plan(Map::new()) {
        // What an axis needs may be what a trial has.
        Err(Error::Inert { because, .. }) if study.space.iter().any(|(name, _)| *name == because) => {}
        done => drop(done.map_err(|error| of_axis(error, options))?),
    }
    let plan = plan(settings(&study, options)?).map_err(|error| of_axis(error, options))?;
    let prepared = plan.study.prepare_native()?;
    let started = Instant::now();
    let (pixels, engine, limit) = train(&plan, &prepared, resolve(options.backend)?)?;
    let document = document(&plan, &pixels, &engine, limit);
    target.write(&format!("{document}\n"))?;
    summarise(&plan, &pixels, limit, started.elapsed());
    Ok(ExitCode::SUCCESS)
}

/// A number, or the string that stands for what JSON lacks.
fn number(x: f64) -> Value {
    if x.is_finite() {
        json!(x)
    } else if x.is_nan() {
        json!("NaN")
    } else {
        json!(if x > 0.0 { "Infinity" } else { "-Infinity" })
    }
}

fn document(plan: &MapPlan, pixels: &[Pixel], engine: &EngineInfo, limit: f64) -> Value {
    let axis = |at: usize| json!({"name": plan.axes[at].name, "values": plan.axes[at].values});
    json!({
        "format": MAP_FORMAT,
        "study": plan.study.to_json(),
        "engine": engine,
        "metric": plan.metric(),
        "trained_below": number(limit),
        "size": plan.size(),
        "x": axis(0),
        "y": axis(1),
        "loss": pixels.iter().map(|pixel| number(pixel.loss)).collect::<Vec<_>>(),
        "diverged_at": pixels.iter().map(|pixel| pixel.diverged_at).collect::<Vec<_>>(),
    })
}

fn summarise(plan: &MapPlan, pixels: &[Pixel], limit: f64, took: Duration) {
    let n = pixels.len();
    let [columns, rows] = plan.size();
    let diverged = pixels.iter().filter(|pixel| pixel.diverged_at > 0).count();
    let trained = pixels.iter().filter(|pixel| pixel.diverged_at == 0 && pixel.loss < limit).count();
    let slow = n - diverged - trained;
    let share = |k: usize| 100.0 * k as f64 / n.max(1) as f64;
    let metric = if plan.metric() == Metric::TrainLoss { "train" } else { "validation" };
    let seconds = took.as_secs_f64();
    say(&format!("{columns} x {rows} networks in {seconds:.1} s, {:.0} a second", n as f64 / seconds));
    say(&format!(
        "{:.1} % trained ({metric} loss below {limit:.4}), {:.1} % slow, {:.1} % diverged",
        share(trained),
        share(slow),
        share(diverged)
    ));
}
