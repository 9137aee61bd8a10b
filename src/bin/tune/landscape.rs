//! `tune landscape` and `tune race`: networks trained step by step, and the loss over a plane through them.

use crate::commands::{check_output, print, read, say};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tuning_playground::analysis::{self, Grid, Kind, Landscape, Metric, Plane, Recorder, Rows, Site, Trajectory};
use tuning_playground::backend::{self, Network, cpu::Cpu};
use tuning_playground::search::{Search, Trial};
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::Study;
use tuning_playground::trainer::{Contestant, Trainer};
use tuning_playground::{Error, Result};

/// How long a recorder works between looks at it.
const BUDGET: Duration = Duration::from_secs(1);

/// Planes by name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlaneName {
    Random,
    Pca,
    Line,
    Three,
    Gradient,
    Hessian,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RowsName {
    Train,
    Validation,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MetricName {
    Loss,
    Accuracy,
}

/// What both subcommands take.
#[derive(Args)]
pub struct Options {
    /// The study document.
    study: PathBuf,
    /// The trials, the first of which is the origin.
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", alias = "trial", required = true)]
    trials: Vec<u32>,
    /// The plane; without it random for one trial, the line or the plane through two or three. A race lays it through the
    /// paths (pca).
    #[arg(long, value_enum)]
    plane: Option<PlaneName>,
    /// The rows whose loss is shown.
    #[arg(long, value_enum, default_value = "validation")]
    rows: RowsName,
    /// What is shown.
    #[arg(long, value_enum, default_value = "loss")]
    metric: MetricName,
    /// Points a side, an odd number; of a line, a multiple of 4 plus 1.
    #[arg(long)]
    size: Option<usize>,
    /// Seed of random directions.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Writes the plane's origin and directions, too.
    #[arg(long)]
    vectors: bool,
    /// Writes the landscape document here; - is standard output.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// Points a side of a surface, and of a line, unless others are asked for.
const SIZE: usize = 51;
const LINE_SIZE: usize = 53;

/// The trials of a study, each with its settings. Samplers that ask once need no training for that.
fn trials_of(study: &Study) -> Result<Vec<Trial>> {
    let mut search = Search::new(study);
    let asked = search.ask(study);
    if search.is_over() {
        return Ok(asked);
    }
    let prepared = study.prepare_native()?;
    let mut session = Session::new(study.clone());
    let workers = threads();
    Crew { prepared: &prepared, workers, open: &|| Ok(Box::new(Cpu::new())), test: false }
        .train(&mut session, |_, _| {})?;
    Ok(session.trials().iter().map(|trial| Trial { number: trial.number, params: trial.params.clone() }).collect())
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The plane's kind, as far as it goes with so many trials.
fn kind_of(name: Option<PlaneName>, trials: usize, is_race: bool) -> Result<Kind> {
    let (kind, wanted) = match (name, trials) {
        (None, _) if is_race => (Kind::Pca, None),
        (Some(PlaneName::Line), _) | (None, 2) => (Kind::Line, Some(2)),
        (Some(PlaneName::Three), _) | (None, 3) => (Kind::Three, Some(3)),
        (Some(PlaneName::Pca), _) => (Kind::Pca, None),
        (Some(PlaneName::Gradient), _) => (Kind::Gradient, None),
        (Some(PlaneName::Random) | None, _) => (Kind::Random, None),
        (Some(PlaneName::Hessian), _) => {
            let accepted = Kind::ALL.map(Kind::name).join(", ");
            return Err(Error::NotYet { key: "plane".into(), found: "hessian".into(), accepted });
        }
    };
    match wanted {
        Some(wanted) if trials != wanted => {
            let plane = kind.name().into();
            Err(Error::TrialsOfPlane { plane, wanted: wanted as u32, found: trials as u32 })
        }
        _ => Ok(kind),
    }
}

fn check_shapes(contestants: &[Contestant]) -> Result<()> {
    let Some((first, others)) = contestants.split_first() else { return Ok(()) };
    match others.iter().find(|other| other.spec.shape != first.spec.shape || other.spec.loss != first.spec.loss) {
        Some(other) => Err(Error::ShapesDiffer { trial: first.trial, other: other.trial }),
        None => Ok(()),
    }
}

async fn plane_of(kind: Kind, site: &Site<'_>, paths: &[Trajectory], is_race: bool, seed: u64) -> Result<Plane> {
    let origin = paths[0].last().to_vec();
    match kind {
        Kind::Random => Plane::random(&site.spec.shape, origin, seed),
        Kind::Line => Plane::line(origin, paths[1].last()),
        Kind::Three => Plane::three(origin, paths[1].last(), paths[2].last()),
        Kind::Gradient => {
            let parameters = origin.iter().map(|&x| f64::from(x)).collect();
            let network = Network { spec: site.spec.clone(), parameters };
            let (_, gradient) = backend::loss_gradient(&Cpu::new(), site.data, backend::Rows::Train, network).await?;
            Plane::gradient(&site.spec.shape, origin, &gradient, seed)
        }
        Kind::Pca => {
            // A single path is seen from its end, several from where all are.
            let own = if is_race { paths } else { &paths[..1] };
            let points: Vec<Vec<f32>> = own.iter().flat_map(|path| path.points.iter().cloned()).collect();
            Plane::pca(origin, &points)
        }
    }
}

/// `tune landscape`, or `tune race`: the latter's trials share their seeds, and their paths are shown.
pub fn run(options: &Options, is_race: bool) -> Result<ExitCode> {
    let file = options.output.as_deref().filter(|output| output.as_os_str() != "-");
    file.map_or(Ok(()), check_output)?;
    let study = Study::parse(&read(&options.study)?)?;
    let kind = kind_of(options.plane, options.trials.len(), is_race)?;
    let size = options.size.unwrap_or(if kind == Kind::Line { LINE_SIZE } else { SIZE });
    // What is wrong with the size is said before anything is trained.
    let line = if kind == Kind::Line { Some(Grid::line(size)?) } else { None };
    Grid::new(if line.is_some() { SIZE } else { size }, [-1.0, 1.0, -1.0, 1.0])?;
    let started = Instant::now();
    let trials = trials_of(&study)?;
    let study = Study { shared_seeds: study.shared_seeds || is_race, ..study };
    let prepared = Rc::new(study.prepare_native()?);
    let document = study.to_json();
    let of_trials = study.trials;
    let backend = Cpu::new();
    let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(backend), Vec::new())?;
    let metric = match options.metric {
        MetricName::Loss => Metric::Loss,
        MetricName::Accuracy => Metric::Accuracy,
    };
    let is_numbers = matches!(trainer.data().labels, backend::Labels::Numbers(_));
    if metric == Metric::Accuracy && is_numbers {
        let accepted = "loss, as targets are numbers".into();
        return Err(Error::OutOfRange { key: "metric".into(), found: "accuracy".into(), accepted });
    }
    let mut contestants = Vec::new();
    for &number in &options.trials {
        let Some(trial) = trials.iter().find(|trial| trial.number == number) else {
            let last = trials.len().saturating_sub(1);
            return Err(Error::NoSuchTrial { number, accepted: format!("0 to {last}") });
        };
        contestants.push(trainer.contestant(trial, of_trials));
    }
    check_shapes(&contestants)?;
    let rows = match options.rows {
        RowsName::Train => Rows::Train,
        RowsName::Validation => Rows::Validation,
    };
    let spec = contestants[0].spec.clone();
    let site = Site { spec: &spec, data: trainer.data(), rows, unit: trainer.unit() };
    let landscape = pollster::block_on(async {
        let mut recorder = Recorder::new(&backend, site.data, contestants).await?;
        while !recorder.advance(BUDGET).await? {}
        let paths = recorder.paths();
        drop(recorder);
        let is_lost = |path: &&Trajectory| path.diverged_at.is_some() || path.last().iter().any(|x| !x.is_finite());
        // In a race whoever falls out has run as far as it came; an origin must stand.
        let others = if is_race { &paths[..1] } else { &paths[..] };
        if let Some(path) = others.iter().find(is_lost) {
            return Err(Error::TrialDiverged { trial: path.trial });
        }
        let plane = plane_of(kind, &site, &paths, is_race, options.seed).await?;
        let is_seen = |path: &Trajectory| is_race || kind == Kind::Pca && path.trial == paths[0].trial;
        let scorer = site.scorer(&plane);
        let mut records = Vec::new();
        for path in paths.iter().filter(|path| is_seen(path)) {
            records.push(site.path(&backend, &plane, &scorer, path).await?);
        }
        let named: Vec<(u32, &[f32])> = paths.iter().map(|path| (path.trial, path.last())).collect();
        let points = site.points(&backend, &plane, &named).await?;
        let places = points.iter().map(|point| point.place).chain(records.iter().flat_map(|path| path.places.clone()));
        let grid = match line {
            Some(line) => line,
            None => Grid::new(size, analysis::extent(kind, places))?,
        };
        let scores = analysis::surface(&scorer, &grid, threads());
        let trials = options.trials.clone();
        Ok(Landscape { trials, plane, grid, rows, metric, scores, points, paths: records })
    })?;
    write(&landscape.document(&document, site.unit, options.vectors), file, options.output.as_deref())?;
    summarise(&landscape, started.elapsed());
    Ok(ExitCode::SUCCESS)
}

fn write(document: &serde_json::Value, file: Option<&Path>, output: Option<&Path>) -> Result<()> {
    let text = format!("{document}\n");
    match (file, output) {
        (Some(file), _) => std::fs::write(file, text)
            .map_err(|error| Error::File { path: file.display().to_string(), detail: error.to_string() }),
        // Without a file the document is what was asked for.
        (None, _) => print(&text),
    }
}

fn summarise(landscape: &Landscape, took: Duration) {
    let Landscape { plane, grid, scores, points, .. } = landscape;
    let lost = scores.iter().filter(|score| !score.loss.is_finite()).count();
    let [nx, ny] = grid.size;
    say(&format!(
        "{} plane, {nx} x {ny} points in {:.1} s, {lost} without a finite loss",
        plane.kind.name(),
        took.as_secs_f64()
    ));
    if let Some([x, y]) = plane.explained {
        say(&format!(
            "the plane holds {:.0} % of the path's variance ({:.0} % and {:.0} %)",
            100.0 * (x + y),
            100.0 * x,
            100.0 * y
        ));
    }
    for point in points {
        say(&format!(
            "trial {} lies at ({:.3}, {:.3}), loss {:.4}",
            point.trial, point.place[0], point.place[1], point.loss
        ));
    }
}
