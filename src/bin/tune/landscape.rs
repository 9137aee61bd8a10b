//! `tune landscape` and `tune race`: networks trained step by step, and the loss over a plane through them.

use crate::commands::say;
use crate::files::{Target, study_in};
use crate::named::{Named, named, train};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tuning_playground::analysis::{self, Entry, Grid, Kind, Landscape, Metric, Recorder, Rows, Site, Trajectory};
use tuning_playground::backend::{self, cpu::Cpu};
use tuning_playground::study::Study;
use tuning_playground::trainer::{Assignment, Contestant, Trainer};
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
    /// The gradient and the optimizer's momentum.
    #[value(alias = "momentum")]
    Gradient,
    /// The two directions along which the training loss is sharpest.
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
    /// The study document, or a result, which holds its study; - is standard input.
    study: PathBuf,
    /// The trials, as in 3,7,9; the first is the origin of a landscape.
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", alias = "trial", required = true)]
    trials: Vec<u32>,
    /// The plane; without it random for one trial, the line or the plane through two or three. A race lays it through the
    /// paths (pca).
    #[arg(long, value_enum)]
    plane: Option<PlaneName>,
    /// The rows whose loss is shown.
    #[arg(long, value_enum, default_value = "validation")]
    rows: RowsName,
    /// So many of these rows, drawn by the study's seed, in place of all.
    #[arg(long, value_name = "ROWS")]
    limit: Option<usize>,
    /// What is shown.
    #[arg(long, value_enum, default_value = "loss")]
    metric: MetricName,
    /// Points a side, an odd number (without it 51); of a line, a multiple of 4 plus 1 (53).
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
        (Some(PlaneName::Hessian), _) => (Kind::Hessian, None),
        (Some(PlaneName::Random) | None, _) => (Kind::Random, None),
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

/// Where a trial ended.
struct End {
    epochs: usize,
    /// What it is scored by.
    weights: Vec<f32>,
}

/// Where these trials end, which are trained for that where they are not yet; `None` of one that diverges.
fn ends(trainer: &mut Trainer, named: Vec<Named>, of_trials: u32) -> Result<Vec<Option<End>>> {
    let end = |one: Named| -> Result<Option<End>> {
        let ended = match one.ended {
            Some(ended) => ended,
            None => match train(trainer, Assignment::whole(one.trial.clone(), of_trials)) {
                Err(Error::TrialDiverged { .. }) => return Ok(None),
                ended => ended?.0,
            },
        };
        let weights = trainer.of_first_fold(&one.trial, &ended).into_iter().next();
        Ok(weights.map(|weights| End { epochs: ended.epochs, weights }))
    };
    named.into_iter().map(end).collect()
}

/// `tune landscape`, or `tune race`: the latter's trials share their seeds, and their paths are shown.
pub fn run(options: &Options, is_race: bool) -> Result<ExitCode> {
    let target = Target::new(options.output.as_deref())?;
    let study = study_in(&options.study)?;
    let kind = kind_of(options.plane, options.trials.len(), is_race)?;
    let size = options.size.unwrap_or(if kind == Kind::Line { LINE_SIZE } else { SIZE });
    // What is wrong with the size is said before anything is trained.
    let line = if kind == Kind::Line { Some(Grid::line(size)?) } else { None };
    Grid::new(if line.is_some() { SIZE } else { size }, [-1.0, 1.0, -1.0, 1.0])?;
    let started = Instant::now();
    let (of_trials, seed) = (study.trials, study.seed);
    // In a race trials share their seeds: what counts of them are their settings.
    let named = named(&study, &study.prepare_native()?, &options.trials, !is_race)?;
    let needs_way = is_race || matches!(kind, Kind::Pca | Kind::Gradient);
    if let Some(copy) = named.iter().find(|one| needs_way && one.is_copy) {
        return Err(Error::CopyAgain { trial: copy.trial.number });
    }
    let study = Study { shared_seeds: study.shared_seeds || is_race, ..study };
    let prepared = Rc::new(study.prepare_native()?);
    let document = study.to_json();
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
    let rows = match options.rows {
        RowsName::Train => Rows::Train,
        RowsName::Validation => Rows::Validation,
    };
    let all = rows.count(trainer.data());
    if let Some(limit) = options.limit.filter(|limit| !(1..=all).contains(limit)) {
        let accepted = format!("1 to {all}, the rows for {}", rows.name());
        return Err(Error::OutOfRange { key: "limit".into(), found: limit.to_string(), accepted });
    }
    let ends = ends(&mut trainer, named.clone(), of_trials)?;
    let contestants: Vec<_> = named.iter().map(|one| trainer.contestant(&one.trial, of_trials)).collect();
    check_shapes(&contestants)?;
    let spec = contestants[0].spec.clone();
    let data = rows.some(trainer.data(), options.limit, seed);
    let site = Site { spec: &spec, data: &data, rows, unit: trainer.unit() };
    let landscape = pollster::block_on(async {
        let paths = if needs_way {
            let entry = |(contestant, end): (Contestant, &Option<End>)| {
                let steps =
                    end.as_ref().map(|end| (end.epochs * contestant.epoch_steps(trainer.data().n_train)) as u64);
                Entry { steps, ..kind.entry(contestant) }
            };
            let entries = contestants.into_iter().zip(&ends).map(entry).collect();
            let mut recorder = Recorder::new(&backend, trainer.data(), entries).await?;
            while !recorder.advance(BUDGET).await? {}
            recorder.paths()
        } else {
            contestants.iter().map(Trajectory::begun).collect()
        };
        let ended = |(mut path, end): (Trajectory, &Option<End>)| {
            if let Some(end) = end {
                path.end_with(&end.weights);
            }
            path
        };
        let paths: Vec<Trajectory> = paths.into_iter().zip(&ends).map(ended).collect();
        // In a race whoever falls out has run as far as it came; an origin must stand.
        let named_paths = if is_race { &paths[..1] } else { &paths[..] };
        if let Some(path) = named_paths.iter().find(|path| path.diverged_at.is_some()) {
            return Err(Error::TrialDiverged { trial: path.trial });
        }
        // A single path is seen from its end, several from where all are.
        let spread = if is_race { paths.len() } else { 1 };
        let plane = analysis::lay(kind, &spec, trainer.data(), &paths, spread, options.seed).await?;
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
        let n_rows = rows.count(&data);
        Ok(Landscape { trials, plane, grid, rows, n_rows, metric, scores, points, paths: records })
    })?;
    target.write(&format!("{}\n", landscape.document(&document, site.unit, options.vectors)))?;
    summarise(&landscape, site.unit, started.elapsed());
    Ok(ExitCode::SUCCESS)
}

fn summarise(landscape: &Landscape, unit: f64, took: Duration) {
    let Landscape { plane, grid, n_rows, scores, points, .. } = landscape;
    let lost = scores.iter().filter(|score| !score.loss.is_finite()).count();
    let [nx, ny] = grid.size;
    say(&format!(
        "{} plane, {nx} x {ny} points of {n_rows} rows in {:.1} s, {lost} without a finite loss",
        plane.kind.name(),
        took.as_secs_f64()
    ));
    if plane.kind == Kind::Gradient && !plane.momentum {
        say("this optimizer has no momentum at right angles to the gradient: the second direction is random");
    }
    if let Some([x, y]) = plane.eigenvalues {
        say(&format!("the Hessian's two largest eigenvalues, along x and y: {:.4} and {:.4}", unit * x, unit * y));
    }
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
