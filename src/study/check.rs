//! From text to a checked study: refuses what is unknown, out of range or not yet there, and names it.

use super::config;
use super::own_data;
use super::section::{Section, as_written, document_of};
use super::table::{self, Kind};
use super::usage;
use super::{Direction, FORMAT, Metric, Record, Records, Study};
use super::{IS_CHECKED, PrunerSpec, SamplerSpec, Stage};
use crate::dataset::own::Own;
use crate::dataset::{self, Derived, Settings, SplitShares, TaskKind};
use crate::error::{Error, Result};
use crate::schedule;
use crate::space::Distribution;
use crate::space::numbers::{MAX_WHOLE, format_number, shown};
use serde_json::{Map, Value, json};

const MAX_TRIALS: f64 = 100_000.0;
const MAX_SEEDS_PER_TRIAL: f64 = 100.0;
/// Epochs of a trial, and so between two looks at its validation rows.
const MOST_EPOCHS: f64 = 10_000.0;
/// Characters of a question, which stands above the figures on a line or two.
const MAX_QUESTION: usize = 200;
/// Generated data: least and largest number of samples.
const SAMPLES: (f64, f64) = (10.0, 100_000.0);

impl Study {
    /// Reads and checks a study document.
    ///
    /// # Errors
    /// One [`Error`] that names the key and what is accepted there.
    pub fn parse(text: &str) -> Result<Self> {
        Self::check(&document_of(text)?).map_err(|error| as_written(error, text))
    }

    /// Checks a study document that is already JSON.
    ///
    /// # Errors
    /// As [`Study::parse`].
    pub fn check(value: &Value) -> Result<Self> {
        let kind = || Error::NotAStudy { detail: "not a JSON object".into() };
        let document = Section { path: String::new(), object: value.as_object().ok_or_else(kind)? };
        match document.object.get("format") {
            Some(Value::String(format)) if format == FORMAT => {}
            Some(other) => return Err(Error::Format { found: shown(other), expected: FORMAT.into() }),
            None => return Err(Error::Missing { key: "format".into(), accepted: format!("\"{FORMAT}\"") }),
        }
        document.only(&[
            "format",
            "name",
            "question",
            "dataset",
            "fixed",
            "space",
            "sampler",
            "pruner",
            "objective",
            "trials",
            "seeds_per_trial",
            "seed",
            "shared_seeds",
            "stages",
            "budget",
            "record",
            "evaluate_every",
        ])?;
        let name = document.text("name", "")?;
        let question = document.text("question", "")?;
        let n_characters = question.chars().count();
        if n_characters > MAX_QUESTION {
            let accepted = format!("0 .. {MAX_QUESTION} (characters)");
            return Err(Error::OutOfRange { key: "question".into(), found: n_characters.to_string(), accepted });
        }
        let Data { name: dataset, settings: data, task, own } = check_dataset(&document)?;
        let (fixed, space) = check_hyperparameters(&document)?;
        let sampler = SamplerSpec::parse(document.object.get("sampler"))?;
        let pruner = PrunerSpec::parse(document.object.get("pruner"))?;
        let objective = document.section("objective")?;
        objective.only(&["metric", "direction"])?;
        let metric = match objective.name("metric", METRICS, "")? {
            Some("train_loss") => Metric::TrainLoss,
            Some("train_metric") => Metric::TrainMetric,
            Some("validation_metric") => Metric::ValidationMetric,
            _ => Metric::ValidationLoss,
        };
        let direction = match objective.name("direction", "minimize | maximize", "")? {
            Some("minimize") => Direction::Minimize,
            None if matches!(metric, Metric::TrainLoss | Metric::ValidationLoss) => Direction::Minimize,
            _ => Direction::Maximize,
        };
        let stages = Stage::parse_all(document.object.get("stages"))?;
        let of_stages: u64 = stages.iter().map(|stage| u64::from(stage.trials)).sum();
        let usual = if stages.is_empty() { 64.0 } else { of_stages as f64 };
        let points = fixed.get(POINTS).or(table::find(POINTS).map(|row| &row.default)).unwrap_or(&Value::Null);
        let study = Self {
            name,
            question,
            dataset,
            data,
            task,
            own,
            points: schedule::points(points),
            fixed,
            space,
            sampler,
            pruner,
            metric,
            direction,
            trials: document.whole("trials", usual, 1.0, MAX_TRIALS)? as u32,
            seeds_per_trial: document.whole("seeds_per_trial", 1.0, 1.0, MAX_SEEDS_PER_TRIAL)? as u16,
            seed: document.whole("seed", 0.0, 0.0, MAX_WHOLE - 1.0)? as u64,
            shared_seeds: document.boolean("shared_seeds", false)?,
            stages,
            budget: document.whole_or_null("budget", 1.0, MAX_WHOLE - 1.0)?.map(|steps| steps as u64),
            record: check_record(&document)?,
            evaluate_every: document.whole("evaluate_every", 1.0, 1.0, MOST_EPOCHS)? as usize,
        };
        if !IS_CHECKED {
            study.check_population()?;
            study.check_stages(of_stages)?;
        }
        // Stages say how many trials there are: `trials` is at least so many, as with a grid.
        let trials = if study.stages.is_empty() { study.trials } else { of_stages as u32 };
        let study = Self { trials, ..study };
        study.check_use()?;
        study.check_loss()?;
        study.check_nesterov()?;
        study.check_patience()?;
        study.check_folds()?;
        let [n_train, n_validation, _] = study.part_sizes()?;
        study.check_batch_size(n_train)?;
        // Folds differ by a row.
        let all = study.training_rows();
        all.first().into_iter().chain(all.last()).try_for_each(|&rows| study.check_batch_norm(rows))?;
        if study.record.has(Record::Curvature) && study.may_norm() {
            return Err(Error::NoCurvatureOfNorms);
        }
        if config::loss_of_task(study.task) == "mse" {
            study.check_metric([n_train, n_validation], |rows| rows > 1)?;
        }
        if IS_CHECKED {
            return Ok(study);
        }
        study.check_budget()?;
        let at_once = study.stages.iter().map(|stage| stage.trials).min().unwrap_or(study.trials);
        study.sampler.check(&study.space, at_once, || usage::n_combinations(&study))?;
        Ok(study)
    }

    /// A population ends its worst by itself and trains once; what is picked is trained one by one, and has no box that could
    /// shrink.
    fn check_population(&self) -> Result<()> {
        let refuse = |key: &str, found: String, accepted: &str| {
            Err(Error::OutOfRange { key: key.into(), found, accepted: accepted.into() })
        };
        let n_stages = format!("[...] ({})", self.stages.len());
        match self.sampler {
            SamplerSpec::Pbt(_) | SamplerSpec::Hand { .. } => {}
            _ => return Ok(()),
        }
        if self.pruner != PrunerSpec::None {
            return refuse("pruner.name", shown(&self.pruner.to_json()["name"]), "none (pbt, hand)");
        }
        if self.stages.is_empty() { Ok(()) } else { refuse("stages", n_stages, "null (pbt, hand)") }
    }

    /// Refuses epochs that stages leave without effect, and more trials in stages than there may be.
    fn check_stages(&self, of_stages: u64) -> Result<()> {
        if self.stages.is_empty() {
            return Ok(());
        }
        if self.space.iter().any(|(name, _)| name == "epochs") {
            return Err(Error::Inert { key: "epochs".into(), because: "stages".into() });
        }
        if of_stages as f64 > MAX_TRIALS {
            let accepted = format!("1 .. {MAX_TRIALS} (int, trials)");
            return Err(Error::OutOfRange { key: "stages".into(), found: of_stages.to_string(), accepted });
        }
        if of_stages <= u64::from(self.trials) {
            return Ok(());
        }
        let accepted = format!("{of_stages} .. {MAX_TRIALS} (int, stages)");
        Err(Error::OutOfRange { key: "trials".into(), found: self.trials.to_string(), accepted })
    }

    /// Refuses a budget that is over before any trial's first epoch is.
    fn check_budget(&self) -> Result<()> {
        let Some(budget) = self.budget else { return Ok(()) };
        let optimizers = match self.space.iter().find(|(name, _)| name == "optimizer") {
            Some((_, Distribution::Categorical { choices })) => choices.clone(),
            _ => vec![config::fixed(self, "optimizer")],
        };
        let is_whole = |name: &Value| matches!(name.as_str(), Some("gd" | "lbfgs" | "newton"));
        let largest = if optimizers.iter().any(is_whole) { usize::MAX } else { self.largest_batch() };
        let epoch: u64 = self.steps_of_epoch(largest).iter().sum();
        if budget >= epoch {
            return Ok(());
        }
        let accepted = format!(">= {epoch} (1 epoch)");
        Err(Error::OutOfRange { key: "budget".into(), found: format_number(budget as f64), accepted })
    }

    /// The most rows that a batch may have.
    fn largest_batch(&self) -> usize {
        let largest = match self.space.iter().find(|(name, _)| name == "batch_size").map(|(_, axis)| axis) {
            Some(Distribution::Categorical { choices }) => choices.iter().filter_map(Value::as_f64).fold(0.0, f64::max),
            Some(range) => range.bounds().map_or(0.0, |(_, high)| high),
            None => config::fixed(self, "batch_size").as_f64().unwrap_or_default(),
        };
        largest as usize
    }

    /// Rows of each part, known before any data are loaded; of several folds the fewest that one trains on and validates.
    pub(super) fn part_sizes(&self) -> Result<[usize; 3]> {
        let [train, validation, test] = self.shares_in_rows()?;
        let n = self.data.folds as usize;
        if n == 1 {
            return Ok([train, validation, test]);
        }
        let rest = train + validation;
        Ok([rest - rest.div_ceil(n), rest / n, test])
    }

    /// Rows of each part as the shares say.
    pub(super) fn shares_in_rows(&self) -> Result<[usize; 3]> {
        let of_catalog =
            || dataset::catalog().iter().find(|entry| entry.name == self.dataset).map_or(0, |entry| entry.rows);
        let own = self.own.as_ref().map_or_else(of_catalog, |own| own.found.rows);
        let rows = self.data.samples.unwrap_or(own).max(own);
        let samples = Some(self.data.samples.unwrap_or(own));
        let settings = Settings { samples, ..self.data.clone() };
        dataset::part_sizes(&self.dataset, rows as usize, &settings)
    }

    /// Refuses more folds than rows outside the test part, of the rarest class where it is known how many each has.
    fn check_folds(&self) -> Result<()> {
        let [train, validation, test] = self.shares_in_rows()?;
        if self.data.folds == 1 {
            return Ok(());
        }
        let used = train + validation + test;
        let classes = dataset::catalog().iter().find(|entry| entry.name == self.dataset);
        let own = self.own.as_ref().map(|own| &own.found.class_rows);
        let classes = own.or(classes.map(|entry| &entry.class_rows)).map_or(&[][..], Vec::as_slice);
        let least = match classes.iter().sum::<u32>() {
            0 => train + validation,
            all => dataset::rarest(classes, (all as usize).saturating_sub(used), test),
        };
        dataset::check_folds(self.data.folds, least)
    }

    /// A searched hyperparameter that no trial could ever use searches nothing.
    fn check_use(&self) -> Result<()> {
        let inert = |name: &String| {
            let because = usage::inert(self.task, &self.fixed, &self.space, name)?;
            Some(Error::Inert { key: name.clone(), because })
        };
        self.space.iter().find_map(|(name, _)| inert(name)).map_or(Ok(()), Err)
    }

    /// Refuses batches that are larger than the training part, where a trial has batches.
    fn check_batch_size(&self, n_train: usize) -> Result<()> {
        // A default batch may be larger than small data.
        let is_given = self.fixed.contains_key("batch_size") || self.space.iter().any(|(name, _)| name == "batch_size");
        let largest = self.largest_batch();
        let is_used = || usage::inert(self.task, &self.fixed, &self.space, "batch_size").is_none();
        if is_given && largest > n_train && is_used() {
            return Err(Error::BatchTooLarge { batch_size: largest as u32, rows: n_train as u32 });
        }
        Ok(())
    }

    /// Whether some trial has a batch norm.
    fn may_norm(&self) -> bool {
        self.given("batch_norm").1.iter().any(|one| one.as_bool() == Some(true))
            && usage::inert(self.task, &self.fixed, &self.space, "batch_norm").is_none()
    }

    /// Refuses batches of one row where a batch norm takes their variance, also as what is left of an epoch.
    fn check_batch_norm(&self, n_train: usize) -> Result<()> {
        if !self.may_norm() {
            return Ok(());
        }
        let has_one = |batch: usize| {
            let batch = batch.min(n_train);
            batch == 1 || n_train % batch == 1
        };
        let Some(batch) = self.batch_sizes(n_train).into_iter().find(|&batch| has_one(batch)) else { return Ok(()) };
        // The nearest below and above.
        let mut near: Vec<usize> = (2..batch).rev().find(|&other| !has_one(other)).into_iter().collect();
        near.extend((batch + 1..=n_train).find(|&other| !has_one(other)));
        let near: Vec<String> = near.iter().map(usize::to_string).collect();
        let (batch_size, rows, accepted) = (batch as u32, n_train as u32, near.join(" | "));
        Err(Error::BatchOfOne { batch_size, rows, accepted })
    }

    /// The sizes that batches may have.
    fn batch_sizes(&self, n_train: usize) -> Vec<usize> {
        if usage::inert(self.task, &self.fixed, &self.space, "batch_size").is_some() {
            return vec![n_train];
        }
        match self.space.iter().find(|(name, _)| name == "batch_size").map(|(_, axis)| axis) {
            Some(Distribution::Categorical { choices }) => {
                choices.iter().filter_map(Value::as_f64).map(|size| size as usize).collect()
            }
            Some(Distribution::Int { low, high, step, .. }) => {
                let step = step.unwrap_or(1.0).max(1.0) as usize;
                let (low, high) = (*low as usize, (*high as usize).min(n_train));
                (low..=high).step_by(step).chain([high]).collect()
            }
            _ => vec![config::fixed(self, "batch_size").as_f64().unwrap_or(1.0) as usize],
        }
    }

    /// Refuses an R^2 as the objective where its rows do not define it, as `is_defined` says of the training or the
    /// validation part.
    pub(super) fn check_metric<T: Copy>(&self, parts: [T; 2], is_defined: impl Fn(T) -> bool) -> Result<()> {
        let [n_train, n_validation, _] = self.part_sizes()?;
        let (metric, of_part, rows, accepted) = match self.metric {
            Metric::TrainMetric => ("train_metric", parts[0], n_train, "train_loss"),
            Metric::ValidationMetric => ("validation_metric", parts[1], n_validation, "validation_loss"),
            Metric::TrainLoss | Metric::ValidationLoss => return Ok(()),
        };
        if is_defined(of_part) {
            return Ok(());
        }
        Err(Error::UndefinedMetric {
            key: "objective.metric".into(),
            metric: metric.into(),
            dataset: self.dataset.clone(),
            rows: rows as u32,
            accepted: accepted.into(),
        })
    }

    /// The values that a study gives a hyperparameter by name, fixed or as choices, and where they stand.
    fn given(&self, name: &str) -> (String, Vec<&Value>) {
        match self.space.iter().find(|(swept, _)| swept == name) {
            Some((_, Distribution::Categorical { choices })) => {
                (format!("space.{name}.choices"), choices.iter().collect())
            }
            _ => (format!("fixed.{name}"), self.fixed.get(name).into_iter().collect()),
        }
    }

    /// As PyTorch does, refuses Nesterov's look-ahead without momentum.
    fn check_nesterov(&self) -> Result<()> {
        let (_, optimizers) = self.given("optimizer");
        let (key, momenta) = self.given("momentum");
        let is_asked = optimizers.iter().any(|name| *name == "nesterov")
            && usage::inert(self.task, &self.fixed, &self.space, "momentum").is_none();
        let refuse = |key| Err(Error::OutOfRange { key, found: "0".into(), accepted: "> 0 (nesterov)".into() });
        if is_asked && momenta.iter().any(|momentum| momentum.as_f64() == Some(0.0)) {
            return refuse(key);
        }
        // A grid takes the ends of a range, steps are drawn like any other, and so is the value of a range of one.
        let low = self.space.iter().find(|(name, _)| name == "momentum").and_then(|(_, range)| range.bounds());
        if is_asked && low.is_some_and(|(low, _)| low == 0.0) {
            return refuse("space.momentum.low".into());
        }
        Ok(())
    }

    /// Refuses a patience that no trial could ever lose.
    fn check_patience(&self) -> Result<()> {
        let (key, given) = self.given("patience");
        let most = self.most_epochs();
        let refuse = |key: String, found: f64| {
            let (found, accepted) = (format_number(found), format!("0 .. {most} (int, epochs)"));
            Err(Error::OutOfRange { key, found, accepted })
        };
        // Of a range the least: larger ones among smaller ones search where patience no longer matters.
        let range = self.space.iter().find(|(name, _)| name == "patience").and_then(|(_, range)| range.bounds());
        match range {
            Some((low, _)) if low > f64::from(most) => refuse("space.patience.low".into(), low),
            Some(_) => Ok(()),
            None => {
                let mut given = given.into_iter().filter_map(Value::as_f64);
                given.find(|&own| own > f64::from(most)).map_or(Ok(()), |own| refuse(key, own))
            }
        }
    }

    fn check_loss(&self) -> Result<()> {
        let fits = config::loss_of_task(self.task);
        match self.given("loss").1.iter().find(|loss| loss.as_str() != Some(fits)) {
            Some(loss) => Err(Error::LossMismatch {
                loss: loss.as_str().unwrap_or_default().into(),
                dataset: self.dataset.clone(),
                accepted: fits.into(),
            }),
            None => Ok(()),
        }
    }
}

/// The hyperparameter whose value is a drawing.
const POINTS: &str = "schedule_points";
const METRICS: &str = "train_loss | train_metric | validation_loss | validation_metric";

/// The names of these data sets, as messages write a choice.
fn names(of: impl Fn(&dataset::Entry) -> bool) -> String {
    let entries = dataset::catalog().iter().filter(|entry| of(entry));
    entries.map(|entry| entry.name.as_str()).collect::<Vec<_>>().join(" | ")
}

/// What a document says of its data.
struct Data {
    name: String,
    settings: Settings,
    task: TaskKind,
    own: Option<Own>,
}

/// More folds than anybody takes; formats.md.
const MOST_FOLDS: f64 = 20.0;
const KEYS_OF_DATA: [&str; 8] = ["name", "samples", "noise", "seed", "split", "folds", "standardize", "derived"];

fn check_dataset(document: &Section<'_>) -> Result<Data> {
    let available = names(|entry| entry.available);
    let missing = || Error::Missing { key: "dataset.name".into(), accepted: available.clone() };
    if !document.object.contains_key("dataset") {
        return Err(missing());
    }
    let section = document.section("dataset")?;
    let name = section.name("name", &available, &names(|entry| !entry.available))?.ok_or_else(missing)?;
    let entry = dataset::catalog().iter().find(|entry| entry.name == name).ok_or_else(missing)?;
    section.only(&[&KEYS_OF_DATA, own_data::keys(entry.kind)].concat())?;
    let own = own_data::check(entry.kind, &section)?;
    let own_rows = f64::from(own.as_ref().map_or(entry.rows, |own| own.found.rows));
    let (low, high) = if entry.kind == dataset::Kind::Generated { SAMPLES } else { (SAMPLES.0, own_rows) };
    let samples = match section.object.get("samples") {
        None | Some(Value::Null) => None,
        Some(_) => Some(section.whole("samples", own_rows, low, high)? as u32),
    };
    let folds = section.whole("folds", 1.0, 1.0, MOST_FOLDS)? as u32;
    let noise_high = if entry.noise { 10.0 } else { 0.0 };
    let settings = Settings {
        samples,
        noise: section.number("noise", 0.0, 0.0, noise_high)?,
        seed: section.whole("seed", 0.0, 0.0, MAX_WHOLE - 1.0)? as u64,
        split: check_split(&section)?,
        folds,
        standardize: section.boolean("standardize", true)?,
        derived: check_derived(&section, own.as_ref().map_or(entry.features, |own| own.found.features))?,
    };
    let of_catalog = || TaskKind::named(&entry.task);
    let task = own.as_ref().map(|own| own.found.task).or_else(of_catalog).ok_or_else(missing)?;
    Ok(Data { name: name.into(), settings, task, own })
}

/// Features made of others, each once, where there are two to make them of.
fn check_derived(section: &Section<'_>, features: u32) -> Result<Vec<Derived>> {
    let Some(value) = section.object.get("derived") else { return Ok(Vec::new()) };
    let names = Derived::ALL.map(Derived::name).join(" | ");
    let asked = value.as_array().ok_or_else(|| section.wrong("derived", value, &format!("[{names}, ...]")))?;
    let mut derived = Vec::with_capacity(asked.len());
    for one in asked {
        let name = section.named("derived", one, &names, "")?;
        let Some(one) = Derived::named(name) else { continue };
        if derived.contains(&one) {
            return Err(Error::Duplicate { key: section.key("derived"), found: format!("\"{}\"", one.name()) });
        }
        derived.push(one);
    }
    if derived.is_empty() || features == 2 {
        return Ok(derived);
    }
    Err(Error::OutOfRange { key: section.key("derived"), found: shown(value), accepted: "[] (2 features)".into() })
}

/// Parts of the split and their shares where a study does not name them.
const USUAL_SPLIT: [(&str, f64); 3] = [("train", 0.7), ("validation", 0.15), ("test", 0.15)];

fn check_split(section: &Section<'_>) -> Result<SplitShares> {
    let split = section.section("split")?;
    split.only(&["train", "validation", "test"])?;
    let mut shares = [0.0; 3];
    for (share, (name, usual)) in shares.iter_mut().zip(USUAL_SPLIT) {
        *share = split.number(name, usual, 0.01, 0.98)?;
    }
    let sum: f64 = shares.iter().sum();
    if (sum - 1.0).abs() > 1e-6 {
        return Err(Error::OutOfRange {
            key: "dataset.split".into(),
            found: format!("{} + {} + {} = {}", shares[0], shares[1], shares[2], format_number(sum)),
            accepted: "train + validation + test = 1".into(),
        });
    }
    Ok(SplitShares { train: shares[0], validation: shares[1], test: shares[2] })
}

type Hyperparameters = (Map<String, Value>, Vec<(String, Distribution)>);

fn check_hyperparameters(document: &Section<'_>) -> Result<Hyperparameters> {
    let (fixed, swept) = (document.section("fixed")?, document.section("space")?);
    let row = |section: &Section<'_>, name: &str| {
        table::find(name).ok_or_else(|| Error::UnknownKey {
            key: section.key(name),
            within: section.path.clone(),
            accepted: table::available_names(),
        })
    };
    for (name, value) in fixed.object {
        row(&fixed, name)?.accept(&fixed.key(name), value)?;
    }
    let mut space = Vec::with_capacity(swept.object.len());
    for (name, value) in swept.object {
        let row = row(&swept, name)?;
        let key = swept.key(name);
        if fixed.object.contains_key(name) {
            return Err(Error::FixedAndSwept { key: name.clone() });
        }
        if row.kind == Kind::Points {
            return Err(Error::UnknownKey { key, within: swept.path, accepted: fixed.key(name) });
        }
        let distribution = Distribution::parse(&key, value)?;
        check_distribution(row, &key, &distribution, value)?;
        space.push((name.clone(), distribution));
    }
    Ok((fixed.object.clone(), space))
}

fn check_distribution(
    row: &table::Hyperparameter,
    key: &str,
    distribution: &Distribution,
    value: &Value,
) -> Result<()> {
    let wrong = |accepted: &str| Error::WrongType {
        key: format!("{key}.type"),
        found: shown(&value["type"]),
        accepted: accepted.into(),
    };
    match (row.kind, distribution) {
        (_, Distribution::Categorical { choices }) => {
            choices.iter().try_for_each(|choice| row.accept(&format!("{key}.choices"), choice))
        }
        (Kind::Float, Distribution::Float { low, high, .. } | Distribution::Int { low, high, .. })
        | (Kind::Int, Distribution::Int { low, high, .. }) => {
            row.accept(&format!("{key}.low"), &json!(low))?;
            row.accept(&format!("{key}.high"), &json!(high))
        }
        (Kind::Int, Distribution::Float { .. }) => Err(wrong("int | categorical")),
        _ if row.available => Err(wrong("categorical")),
        _ => row.accept(key, &Value::Null),
    }
}

/// Each of a list of names, once.
fn check_record(document: &Section<'_>) -> Result<Records> {
    let key = "record";
    let Some(value) = document.object.get(key) else { return Ok(Records::default()) };
    let names = Record::ALL.map(Record::name).join(" | ");
    let list = value.as_array().ok_or_else(|| document.wrong(key, value, &format!("[{names}, ...]")))?;
    list.iter().try_fold(Records::default(), |records, value| {
        let name = document.named(key, value, &names, "")?;
        let one = Record::ALL.into_iter().find(|one| one.name() == name);
        let more = one.and_then(|one| records.with(one));
        more.ok_or_else(|| Error::Duplicate { key: key.into(), found: shown(value) })
    })
}
