//! The one error type. Every message says what happened and what to change; `code` and the named fields travel to the
//! page, which writes the sentence in the reader's language (`www/src/i18n/*.json`, keys `problem.<code>`).

use crate::fault::Fault;
use serde::Serialize;

/// What can go wrong, with the values that a message needs.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "each field is named by the message that uses it")]
pub enum Error {
    /// The text is not JSON, or not an object.
    #[error("this is not a study document: {detail}. A study is a JSON object; start from the example in the README")]
    NotAStudy { detail: String },
    /// A document of another kind or of a newer version.
    #[error("format is {found}; this version reads {expected}")]
    Format { found: String, expected: String },
    /// A key the document does not have.
    #[error("{key} is not a known key of {within}; use one of: {accepted}")]
    UnknownKey { key: String, within: String, accepted: String },
    /// A required key is missing.
    #[error("{key} is missing; {accepted}")]
    Missing { key: String, accepted: String },
    /// A value of the wrong kind.
    #[error("{key} is {found}; it must be {accepted}")]
    WrongType { key: String, found: String, accepted: String },
    /// A value outside its range.
    #[error("{key} is {found}; the accepted range is {accepted}")]
    OutOfRange { key: String, found: String, accepted: String },
    /// A feature of a later version.
    #[error("{key}: {found} is not yet available in this version; use {accepted}")]
    NotYet { key: String, found: String, accepted: String },
    /// A hyperparameter that is both fixed and swept.
    #[error("{key} stands in fixed and in space; remove it from one of them")]
    FixedAndSwept { key: String },
    /// A searched hyperparameter that no trial would use.
    #[error("{key} is in space, but {because} leaves it without effect; remove {key} from space or change {because}")]
    Inert { key: String, because: String },
    /// A range without a value in it.
    #[error("{key} has an empty range: low {low} is above high {high}; use {accepted}")]
    EmptyRange { key: String, low: String, high: String, accepted: String },
    /// A logarithmic range that begins at 0 or below.
    #[error("{key}: a log range cannot start at {low}; start above 0, or use the linear scale")]
    LogRange { key: String, low: String },
    /// A range even in 1 - x that reaches 1.
    #[error("{key}: a log1m range cannot end at {high}; end below 1, or use the linear scale")]
    Log1mRange { key: String, high: String },
    /// A step on a scale on which steps are not even.
    #[error("{key}: a step goes with the linear scale; remove the step, or use linear instead of {scale}")]
    StepOnScale { key: String, scale: String },
    /// A choice that stands twice in its list, or a key in its object.
    #[error("{key} has {found} twice; name each once")]
    Duplicate { key: String, found: String },
    /// A grid with more points than trials.
    #[error(
        "the grid has {combinations} combinations, but trials is {trials}; raise trials to {combinations}, or lower \
         sampler.points or the number of choices"
    )]
    GridTooLarge { combinations: String, trials: u32 },
    /// Batches larger than the training part.
    #[error("batch_size {batch_size} is larger than the {rows} training samples; use at most {rows}")]
    BatchTooLarge { batch_size: u32, rows: u32 },
    /// A batch of one row under a batch norm: it has no variance.
    #[error(
        "batch_norm: a batch of one row has no variance; batch_size {batch_size} leaves one of the {rows} training samples; \
         use {accepted}"
    )]
    BatchOfOne { batch_size: u32, rows: u32, accepted: String },
    /// Second derivatives of a network with batch norms.
    #[error(
        "the curvature of networks with batch norm is not worked out; turn batch_norm off or leave the curvature out"
    )]
    NoCurvatureOfNorms,
    /// A data set too small for its split.
    #[error("{dataset} has {rows} samples, too few: the {part} part would be empty; raise samples or change split")]
    TooFewRows { dataset: String, rows: u32, part: String },
    /// More folds than rows of a class outside the test part.
    #[error(
        "dataset.folds is {folds}, but each fold validates at least one sample of every class, and outside the test part the \
         rarest has {rows}; use at most {rows} folds"
    )]
    TooManyFolds { folds: u32, rows: u32 },
    /// A loss that does not fit the task.
    #[error("loss {loss} does not fit {dataset}; use {accepted}")]
    LossMismatch { loss: String, dataset: String, accepted: String },
    /// An R^2 that its rows do not define, as the objective.
    #[error(
        "objective.metric is {metric}, but R^2 of {rows} rows of {dataset} is not defined: it needs two rows with \
         different targets; raise dataset.samples or that part of dataset.split, or use {accepted}"
    )]
    UndefinedMetric { key: String, metric: String, dataset: String, rows: u32, accepted: String },
    /// More memory than there is.
    #[error("trial {trial} needs {needed_mb} MB, more than the {limit_mb} MB of {limit}; lower one of: {knob}")]
    TooLarge { trial: u32, needed_mb: u64, limit: String, limit_mb: u64, knob: String },
    /// A network too large for a method that works out its Hessian.
    #[error(
        "trial {trial} has {parameters} parameters, more than the {limit} up to which Newton's method works out a Hessian; \
         lower one of: {knob}, or change optimizer"
    )]
    TooManyParameters { trial: u32, parameters: u64, limit: u32, knob: String },
    /// The data file could not be read.
    #[error("the data of {dataset} cannot be read: {detail}")]
    BadData { dataset: String, detail: String },
    /// A reader's own data.
    #[error("{file}: {fault}")]
    BadTable {
        file: String,
        #[serde(flatten)]
        fault: Fault,
    },
    /// No adapter for compute shaders.
    #[error("there is no WebGPU here ({detail}); choose the CPU backend")]
    NoGpu { detail: String },
    /// The device went away and two attempts to get another failed.
    #[error("the GPU was lost ({detail}); finished trials are kept. Try the GPU again, or start over on the CPU")]
    DeviceLost { detail: String },
    /// The device refused something it should do.
    #[error("the GPU reported an error ({detail}); choose the CPU backend")]
    Gpu { detail: String },
    /// The device's self-test came out differently from the CPU.
    #[error("this GPU computes wrongly ({detail}); choose the CPU backend")]
    GpuWrong { detail: String },
    /// A trial number that is not there.
    #[error("there is no finished trial {number}; choose one of {accepted}")]
    NoSuchTrial { number: u32, accepted: String },
    /// The way of a trial that took another's weights over.
    #[error(
        "trial {trial} went on from another trial's weights, so its way there cannot be trained again; choose a trial that is \
         no copy, or a plane that needs no path"
    )]
    CopyAgain { trial: u32 },
    /// Random directions are scaled to the weights, which are nothing.
    #[error("all weights of this network are zero, so random directions have no length; choose another trial")]
    ZeroWeights,
    /// A plane through networks that are one.
    #[error("these networks have the same weights, so no line or plane goes through them; choose other trials")]
    SameWeights,
    /// A plane through three networks on one line.
    #[error("these three networks lie on one line; choose another trial, or the line through two of them")]
    OneLine,
    /// A path that goes nowhere.
    #[error(
        "the weights do not move along this path, so it has no plane; choose a larger learning rate or another plane"
    )]
    NoPath,
    /// A gradient that points nowhere.
    #[error("the gradient at these weights is zero or not finite; choose another trial or another plane")]
    NoGradient,
    /// No two directions along which the loss bends.
    #[error(
        "the loss around these weights is not finite, or bends along fewer than two directions; choose another trial or \
         another plane"
    )]
    NoCurvature,
    /// A network too large for its second derivatives.
    #[error(
        "this network has {parameters} parameters, more than the {limit} up to which the sharpest directions are worked \
         out; choose another plane or a smaller network"
    )]
    NoRoomForCurvature { parameters: u64, limit: u32 },
    /// A trial without usable weights, where weights are needed.
    #[error(
        "trial {trial} diverged: its weights mean nothing; choose a trial that did not, or a smaller learning rate"
    )]
    TrialDiverged { trial: u32 },
    /// Networks that do not lie in one space.
    #[error("trial {other} has other layers than trial {trial}; choose trials of one shape")]
    ShapesDiffer { trial: u32, other: u32 },
    /// A number of points that a surface cannot have.
    #[error("{key} is {found}; use {accepted}")]
    SurfaceSize { key: String, found: String, accepted: String },
    /// A plane that takes other trials.
    #[error("plane {plane} goes through {wanted} trials, and {found} are named; name {wanted} with --trials")]
    TrialsOfPlane { plane: String, wanted: u32, found: u32 },
    /// A fixture that cannot be read or run.
    #[error("fixture {name}: {detail}")]
    Fixture { name: String, detail: String },
    /// A feature that this backend does not have.
    #[error("{feature}: not on this backend ({backend})")]
    NotOnThisBackend { feature: String, backend: String },
    /// A file of the command line.
    #[error("{path}: {detail}")]
    File { path: String, detail: String },
}

impl Error {
    /// The error as a JSON object: its code, its fields and the English sentence as `message`.
    pub fn to_json(&self) -> serde_json::Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        value["message"] = serde_json::Value::String(self.to_string());
        value
    }
}

/// A result with the library's [`enum@Error`].
pub type Result<T> = core::result::Result<T, Error>;
