//! What can be wrong with a reader's own table or files, with the values that a message needs.

use serde::Serialize;

/// Why own data cannot be trained; the page has a sentence for each (`problem.bad_table.<fault>`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is named by the message that uses it")]
pub enum Fault {
    /// Bytes that no text has.
    #[error("this is not a table of text (it begins like {looks_like}); save it as CSV, UTF-8")]
    NotText { looks_like: String },
    /// Text of another encoding.
    #[error("line {line} is not UTF-8; save the table as CSV, UTF-8")]
    NotUtf8 { line: u64 },
    /// Nothing in it.
    #[error("there are no rows in it; a table has a row for each example")]
    Empty {},
    /// More than fits.
    #[error("{found} MB are more than the {limit} MB that are read; take a part of the rows")]
    TooLarge { found: u64, limit: u64 },
    /// A row that has more or fewer columns than the first; the first, where it stands alone.
    #[error(
        "line {line} has {found} columns, where others have {expected}; mend that line, or choose another separator"
    )]
    Ragged { line: u64, found: usize, expected: usize },
    /// Numbers that all can be read in two ways.
    #[error("\"{text}\" in line {line} can be {whole} or {fraction}; say which by the decimal sign: . or ,")]
    TwoReadings { line: u64, text: String, whole: String, fraction: String },
    /// A quotation mark that is never closed.
    #[error("a quotation mark that opens in line {line} is never closed; close or remove it")]
    OpenQuote { line: u64 },
    /// More columns than networks have inputs here.
    #[error("there are {found} columns, more than {limit}; leave some out")]
    TooManyColumns { found: usize, limit: usize },
    /// More numbers than memory should have.
    #[error(
        "{rows} rows of {features} features are more numbers than the {limit} that are kept; take a part of the rows"
    )]
    TooManyNumbers { rows: usize, features: usize, limit: usize },
    /// Fewer rows than can be split.
    #[error("{rows} rows can be used, and a study needs {needed}; add rows, or keep those with missing values")]
    TooFew { rows: usize, needed: usize },
    /// A target that no column is named.
    #[error("there is no column {target}; choose one of: {accepted}")]
    NoTarget { target: String, accepted: String },
    /// Settings of a column that is not there.
    #[error("there is no column {column}; choose one of: {accepted}")]
    NoColumn { column: String, accepted: String },
    /// Nothing to predict from.
    #[error("no column is left to predict {target} from; use at least one as a number or a category")]
    NoFeatures { target: String },
    /// Text among numbers.
    #[error(
        "column {column} has numbers, but \"{text}\" in line {line} ({count} such in all); take {column} as a category, \
         count these as missing values, or leave it out"
    )]
    TextInNumbers { column: String, line: u64, text: String, count: u64 },
    /// A number that f32 does not hold.
    #[error(
        "column {column} has {text} in line {line}, which is beyond the 3.4e38 that networks can be told of; \
         write the column in a larger unit, count such numbers as missing values, or leave the column out"
    )]
    Beyond { column: String, line: u64, text: String },
    /// A target that should be numbers.
    #[error(
        "column {column} is to be predicted as a number, but has \"{text}\" in line {line}; predict classes, or choose another column"
    )]
    TextTarget { column: String, line: u64, text: String },
    /// A target without values.
    #[error("column {column} is empty; choose another column to predict")]
    EmptyTarget { column: String },
    /// One class alone.
    #[error(
        "all rows have {value} in column {column}: there is nothing to tell apart; choose another column to predict"
    )]
    OneClass { column: String, value: String },
    /// Numbers that never change.
    #[error("column {column} is {value} in all rows: there is nothing to predict; choose another column")]
    ConstantTarget { column: String, value: String },
    /// More classes than a network should tell apart.
    #[error(
        "column {column} has {found} different values, more than {limit} classes; predict a number, or choose another column"
    )]
    TooManyClasses { column: String, found: usize, limit: usize },
    /// Not a file of this format.
    #[error(
        "this is not an IDX file of bytes (it begins with {found}); choose images (00 00 08 03) and labels (00 00 08 01)"
    )]
    NotIdx { found: String },
    /// Images without labels, or the other way round.
    #[error("{images} image files and {labels} label files were given; choose one of each")]
    IdxPair { images: usize, labels: usize },
    /// An end that is missing.
    #[error("{found} bytes are there and {expected} are announced; the file is cut short or damaged, load it again")]
    CutShort { found: u64, expected: u64 },
    /// More after the end.
    #[error("{found} bytes are there and {expected} are announced; this is not the file that it says it is")]
    TooLong { found: u64, expected: u64 },
    /// Images and labels of other numbers.
    #[error("there are {images} images and {labels} labels; choose two files that belong together")]
    IdxCounts { images: usize, labels: usize },
    /// Data that a study names and nobody has given.
    #[error("this study is about a file that is not here; open {file}")]
    NotAtHand { file: String },
    /// Another file of that name.
    #[error(
        "this is another table than the study was made for ({found} instead of {expected}); open the right one, or make a new study of it"
    )]
    Another { found: String, expected: String },
}

impl Fault {
    /// [`Fault::TooLarge`] of so many bytes, where so many are read.
    pub const fn too_large(found: u64, limit: u64) -> Self {
        Self::TooLarge { found: found.div_ceil(1 << 20), limit: limit >> 20 }
    }

    /// The same, so many lines further down.
    #[must_use]
    pub fn below(mut self, lines: u64) -> Self {
        if let Self::Ragged { line, .. } | Self::OpenQuote { line } | Self::TwoReadings { line, .. } = &mut self {
            *line += lines;
        }
        self
    }
}

/// Reading that may fail.
pub type Read<T> = Result<T, Fault>;
