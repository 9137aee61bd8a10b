//! Tables of text as people have them: any separator, a decimal comma, with or without names, with gaps and with words.

use super::text::{self, is_missing, number, records};
use super::{ColumnKind, Found, MAX_CLASSES, MAX_FEATURES, MAX_NUMBERS, MIN_ROWS, Missing, Reading};
use crate::dataset::{Dataset, Targets, TaskKind};
use crate::fault::{Fault, Read};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A column of words with more different ones than this is no category by itself: names, notes, dates.
const MAX_CATEGORIES: usize = 100;
/// Whole numbers with at most so many different values are classes, unless the study says otherwise.
const CLASSES_OF_NUMBERS: usize = 20;
/// Rows of a report, as they stand in the file.
const HEAD: usize = 8;
/// Names under which targets go.
const TARGET_NAMES: [&str; 4] = ["target", "label", "class", "y"];

/// How a table was read, and what is in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Between columns.
    pub separator: char,
    /// Before decimals.
    pub decimal: char,
    /// Whether the first row has names.
    pub header: bool,
    /// Rows in the file.
    pub rows: usize,
    /// Rows that are used.
    pub used: usize,
    /// Rows without a target.
    pub without_target: usize,
    /// All columns, in the file's order.
    pub columns: Vec<Column>,
    /// Name of the column that is predicted.
    pub target: String,
    /// `classes` or `numbers`.
    pub task: &'static str,
    /// The classes and their rows, of those that are used; empty where numbers are predicted.
    pub classes: Vec<(String, usize)>,
    /// Features a row.
    pub features: usize,
    /// The first rows.
    pub head: Vec<Vec<String>>,
    /// What keeps it from being trained.
    pub fault: Option<Fault>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its name; `column_3` where it has none.
    pub name: String,
    /// What it is taken for, if it is not the target.
    pub kind: ColumnKind,
    /// Whether it is predicted.
    pub is_target: bool,
    /// Fields that are numbers.
    pub numbers: usize,
    /// Fields that are words.
    pub texts: usize,
    /// Fields without a value.
    pub missing: usize,
    /// Different values; one more than are counted where there are too many.
    pub distinct: usize,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// The first word, and its line.
    pub first_text: Option<(u64, String)>,
}

/// A table and how it was read. Faults that leave nothing to show are errors; others stand in the report.
///
/// # Errors
/// A text that is no table.
pub fn read_csv(bytes: &[u8], reading: &Reading) -> Read<(Report, Option<Dataset>)> {
    let text = text::decode(bytes)?;
    let table = Table::scan(&text, reading)?;
    Ok(table.finish(reading))
}

/// Values of a column, counted as far as they matter.
#[derive(Default)]
struct Tally {
    name: String,
    numbers: usize,
    texts: usize,
    missing: usize,
    has_fractions: bool,
    range: Option<(f64, f64)>,
    first_text: Option<(u64, String)>,
    /// Different values, up to one more than classes may be.
    values: BTreeMap<String, usize>,
    is_full: bool,
    is_unnamed: bool,
    counting: Counting,
}

/// Whether a column numbers the rows, as far as it was read.
#[derive(Clone, Copy, Default)]
enum Counting {
    #[default]
    No,
    /// By its name it may.
    Perhaps,
    /// It did, and this comes next.
    Next(f64),
}

/// Names of columns that number rows; that of pandas' index is empty, or `Unnamed: 0` once it was read back.
const ROW_NAMES: [&str; 13] =
    ["", "#", "id", "idx", "index", "row", "rownames", "no", "no.", "nr", "unnamed: 0", "번호", "순번"];

impl Tally {
    fn new(name: String, given: &str) -> Self {
        let may_count = ROW_NAMES.contains(&given.to_lowercase().as_str());
        let counting = if may_count { Counting::Perhaps } else { Counting::No };
        Self { name, counting, is_unnamed: given.is_empty(), ..Self::default() }
    }

    /// Whether it numbers the rows, which says nothing of them but where they stand in the file.
    fn counts_rows(&self) -> bool {
        matches!(self.counting, Counting::Next(_))
    }

    fn take(&mut self, field: &str, line: u64, decimal: char) {
        self.counting = match self.counting {
            Counting::No => Counting::No,
            before => match (before, number(field, decimal)) {
                (Counting::Perhaps, Some(value)) if value == 0.0 || value == 1.0 => Counting::Next(value + 1.0),
                (Counting::Next(next), Some(value)) if value == next => Counting::Next(value + 1.0),
                _ => Counting::No,
            },
        };
        if is_missing(field) {
            self.missing += 1;
            return;
        }
        if let Some(value) = number(field, decimal) {
            self.numbers += 1;
            self.has_fractions |= libm::trunc(value) != value;
            let (low, high) = self.range.unwrap_or((value, value));
            self.range = Some((low.min(value), high.max(value)));
        } else {
            self.texts += 1;
            if self.first_text.is_none() {
                self.first_text = Some((line, field.chars().take(40).collect()));
            }
        }
        if let Some(count) = self.values.get_mut(field) {
            *count += 1;
        } else if self.values.len() > MAX_CLASSES {
            self.is_full = true;
        } else {
            self.values.insert(field.into(), 1);
        }
    }

    /// What the column is by its values.
    fn kind(&self) -> ColumnKind {
        match (self.numbers, self.texts) {
            (0, 0) => ColumnKind::Ignored,
            _ if self.counts_rows() => ColumnKind::Ignored,
            (_, 0) => ColumnKind::Number,
            // Words among many numbers are mistakes more often than categories: `fault` asks.
            (numbers, texts) if numbers > texts => ColumnKind::Number,
            _ if self.values.len() <= MAX_CATEGORIES && self.values.len() * 2 <= self.numbers + self.texts => {
                ColumnKind::Category
            }
            _ => ColumnKind::Ignored,
        }
    }
}

/// A table whose columns have been looked at.
struct Table<'a> {
    text: &'a str,
    separator: char,
    decimal: char,
    header: bool,
    columns: Vec<Tally>,
    rows: usize,
    head: Vec<Vec<String>>,
}

impl<'a> Table<'a> {
    fn scan(text: &'a str, reading: &Reading) -> Read<Self> {
        let (text, before, said) = text::table(text);
        let separator = reading.separator.or(said).unwrap_or_else(|| text::separator(text));
        let decimal = reading.decimal.map_or_else(|| text::decimal(text, separator), Ok);
        let decimal = decimal.map_err(|fault| fault.below(before))?;
        let header = reading.header.unwrap_or_else(|| text::header(text, separator, decimal));
        let mut columns: Vec<Tally> = Vec::new();
        let (mut rows, mut head, mut has_row_names) = (0, Vec::new(), false);
        for (line, record) in records(text, separator) {
            if columns.is_empty() {
                if record.len() > MAX_FEATURES {
                    return Err(Fault::TooManyColumns { found: record.len(), limit: MAX_FEATURES });
                }
                columns = tallies(record.iter(), header);
                if header {
                    continue;
                }
            }
            if header && rows == 0 && record.len() == columns.len() + 1 && names_rows(text, separator) {
                // R names rows and gives their column no name.
                let first = records(text, separator).next().map(|(_, first)| first).unwrap_or_default();
                columns = tallies(core::iter::once("").chain(&first), header);
                has_row_names = true;
            }
            let fields = fields(&record, columns.len());
            if fields.len() != columns.len() {
                return Err(ragged(text, separator, line, &record, columns.len()).below(before));
            }
            for (tally, field) in columns.iter_mut().zip(&fields) {
                tally.take(field.trim(), line + before, decimal);
            }
            if head.len() < HEAD {
                head.push(fields.iter().map(|field| field.trim().chars().take(60).collect()).collect());
            }
            rows += 1;
        }
        if rows == 0 {
            return Err(Fault::Empty {});
        }
        let has_tail = columns.len() > 1
            && !has_row_names
            && columns.last().is_some_and(|last| last.is_unnamed && last.numbers + last.texts == 0);
        columns.truncate(columns.len() - usize::from(has_tail));
        Ok(Self { text, separator, decimal, header, columns, rows, head })
    }

    fn names(&self) -> String {
        self.columns.iter().map(|tally| tally.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|tally| tally.name == name)
    }

    /// The report, and the data where nothing keeps them from being trained.
    fn finish(self, reading: &Reading) -> (Report, Option<Dataset>) {
        let usual = || {
            let named = |tally: &Tally| TARGET_NAMES.iter().any(|name| name.eq_ignore_ascii_case(&tally.name));
            self.columns.iter().position(named).unwrap_or(self.columns.len() - 1)
        };
        let asked = reading.target.as_ref();
        let unknown = asked.filter(|name| self.place(name).is_none());
        let target = asked.and_then(|name| self.place(name)).unwrap_or_else(usual);
        let tally = &self.columns[target];
        let task = reading.task.unwrap_or_else(|| {
            // A number that is beyond what is held is no name of a class.
            let has_words = tally.first_text.as_ref().is_some_and(|(_, text)| !text::is_beyond(text, self.decimal));
            let is_class = has_words || (!tally.has_fractions && tally.values.len() <= CLASSES_OF_NUMBERS);
            if is_class { TaskKind::Classes } else { TaskKind::Numbers }
        });
        let kind = |tally: &Tally| {
            let set = reading.columns.iter().find(|(name, _)| *name == tally.name);
            set.map_or_else(|| tally.kind(), |(_, kind)| *kind)
        };
        let column = |(k, tally): (usize, &Tally)| Column {
            name: tally.name.clone(),
            kind: kind(tally),
            is_target: k == target,
            numbers: tally.numbers,
            texts: tally.texts,
            missing: tally.missing,
            distinct: tally.values.len() + usize::from(tally.is_full),
            min: tally.range.map(|(low, _)| low),
            max: tally.range.map(|(_, high)| high),
            first_text: tally.first_text.clone(),
        };
        let columns: Vec<Column> = self.columns.iter().enumerate().map(column).collect();
        let plan = Plan { target, task, drop: reading.missing == Missing::Drop, columns: &columns };
        let made = match unknown {
            Some(name) => Err(Fault::NoTarget { target: name.clone(), accepted: self.names() }),
            None => self.check(reading, &plan).and_then(|()| self.fill(&plan)),
        };
        let classes = match &made {
            Ok(Dataset { targets: Targets::Classes(of), class_names, .. }) => {
                let mut counts = vec![0; class_names.len()];
                for &class in of {
                    counts[class as usize] += 1;
                }
                class_names.iter().cloned().zip(counts).collect()
            }
            _ => Vec::new(),
        };
        let report = Report {
            separator: self.separator,
            decimal: self.decimal,
            header: self.header,
            rows: self.rows,
            used: made.as_ref().map_or(0, |data| data.rows),
            without_target: columns[target].missing,
            target: columns[target].name.clone(),
            task: task.name(),
            classes,
            features: made.as_ref().map_or(0, |data| data.columns),
            head: self.head.clone(),
            fault: made.as_ref().err().cloned(),
            columns: columns.clone(),
        };
        (report, made.ok())
    }

    /// What can be said before the fields are read again.
    fn check(&self, reading: &Reading, plan: &Plan<'_>) -> Read<()> {
        if let Some((column, _)) = reading.columns.iter().find(|(name, _)| self.place(name).is_none()) {
            return Err(Fault::NoColumn { column: column.clone(), accepted: self.names() });
        }
        let target = &self.columns[plan.target];
        let column = target.name.clone();
        let value = || target.values.keys().next().cloned().unwrap_or_default();
        if target.numbers + target.texts == 0 {
            return Err(Fault::EmptyTarget { column });
        }
        match plan.task {
            TaskKind::Numbers => {
                if let Some((line, text)) = target.first_text.clone() {
                    return Err(if text::is_beyond(&text, self.decimal) {
                        Fault::Beyond { column, line, text }
                    } else {
                        Fault::TextTarget { column, line, text }
                    });
                }
                if target.range.is_some_and(|(low, high)| low >= high) {
                    return Err(Fault::ConstantTarget { column, value: value() });
                }
            }
            TaskKind::Classes => {
                if target.values.len() < 2 {
                    return Err(Fault::OneClass { column, value: value() });
                }
                if target.is_full || target.values.len() > MAX_CLASSES {
                    let found = target.values.len() + usize::from(target.is_full);
                    return Err(Fault::TooManyClasses { column, found, limit: MAX_CLASSES });
                }
            }
        }
        for (tally, column) in self.columns.iter().zip(plan.columns) {
            let is_said = reading.columns.iter().any(|(name, _)| *name == tally.name);
            if let (false, false, ColumnKind::Number, Some((line, text))) =
                (is_said, column.is_target, column.kind, tally.first_text.clone())
            {
                let column = tally.name.clone();
                return Err(if text::is_beyond(&text, self.decimal) {
                    Fault::Beyond { column, line, text }
                } else {
                    Fault::TextInNumbers { column, line, text, count: tally.texts as u64 }
                });
            }
            if column.kind == ColumnKind::Category && !column.is_target && tally.values.len() > MAX_CLASSES {
                let found = tally.values.len() + usize::from(tally.is_full);
                return Err(Fault::TooManyClasses { column: tally.name.clone(), found, limit: MAX_CLASSES });
            }
        }
        Ok(())
    }

    /// Reads the fields once more, into numbers.
    fn fill(&self, plan: &Plan<'_>) -> Read<Dataset> {
        let mut feature_names = Vec::new();
        let mut layout: Vec<Option<Place<'_>>> = Vec::new();
        for (tally, column) in self.columns.iter().zip(plan.columns) {
            layout.push(match column.kind {
                _ if column.is_target => None,
                ColumnKind::Ignored => None,
                ColumnKind::Number => {
                    feature_names.push(tally.name.clone());
                    Some((feature_names.len() - 1, None))
                }
                ColumnKind::Category => {
                    let values: Vec<&str> = tally.values.keys().map(String::as_str).collect();
                    let first = feature_names.len();
                    feature_names.extend(values.iter().map(|value| format!("{}={value}", tally.name)));
                    Some((first, Some(values)))
                }
            });
        }
        let columns = feature_names.len();
        let target = &self.columns[plan.target];
        if columns == 0 {
            return Err(Fault::NoFeatures { target: target.name.clone() });
        }
        if columns > MAX_FEATURES {
            return Err(Fault::TooManyColumns { found: columns, limit: MAX_FEATURES });
        }
        if self.rows.saturating_mul(columns) > MAX_NUMBERS {
            return Err(Fault::TooManyNumbers { rows: self.rows, features: columns, limit: MAX_NUMBERS });
        }
        let spellings = if plan.task == TaskKind::Classes { self.classes(target) } else { Vec::new() };
        let class_names: Vec<String> = spellings.iter().map(|all| all[0].to_owned()).collect();
        let class_of: BTreeMap<&str, u32> =
            spellings.iter().zip(0..).flat_map(|(all, k)| all.iter().map(move |name| (*name, k))).collect();
        let mut features = Vec::with_capacity(self.rows * columns);
        let (mut of, mut numbers) = (Vec::new(), Vec::new());
        let mut row = vec![0.0; columns];
        for (_, record) in records(self.text, self.separator).skip(usize::from(self.header)) {
            let answer = record[plan.target].trim();
            if is_missing(answer) {
                continue;
            }
            row.fill(0.0);
            let mut is_whole = true;
            for (field, place) in record.iter().zip(&layout) {
                let Some((first, values)) = place else { continue };
                let field = field.trim();
                match values {
                    None => {
                        row[*first] = number(field, self.decimal).unwrap_or(f64::NAN);
                        is_whole &= !row[*first].is_nan();
                    }
                    Some(values) => {
                        if let Ok(which) = values.binary_search(&field) {
                            row[first + which] = 1.0;
                        } else {
                            // No value: each of them stands for its share of the training rows.
                            row[*first..first + values.len()].fill(f64::NAN);
                            is_whole = false;
                        }
                    }
                }
            }
            if plan.drop && !is_whole {
                continue;
            }
            if plan.task == TaskKind::Classes {
                of.push(class_of[answer]);
            } else {
                numbers.push(number(answer, self.decimal).unwrap_or_default());
            }
            features.extend_from_slice(&row);
        }
        let rows = of.len() + numbers.len();
        if rows < MIN_ROWS {
            return Err(Fault::TooFew { rows, needed: MIN_ROWS });
        }
        let targets = if plan.task == TaskKind::Classes { Targets::Classes(of) } else { Targets::Numbers(numbers) };
        let pixels = Vec::new();
        let data = Dataset { name: "csv".into(), columns, rows, features, pixels, targets, feature_names, class_names };
        still_differs(target, data)
    }

    /// The answers in the order of their numbers, if they all are, each with all its spellings (`1`, `1.0`); else in that of
    /// the alphabet.
    fn classes<'b>(&self, target: &'b Tally) -> Vec<Vec<&'b str>> {
        let names = target.values.keys().map(String::as_str);
        if target.texts > 0 {
            return names.map(|name| vec![name]).collect();
        }
        let value = |name: &str| number(name, self.decimal).unwrap_or_default() + 0.0;
        // The bits of numbers are in their order once the sign is turned round.
        let order = |bits: u64| if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
        let mut classes: Vec<Vec<&str>> = Vec::new();
        for name in crate::order::by_key(names.collect::<Vec<_>>(), |name| order(value(name).to_bits())) {
            match classes.last_mut() {
                Some(class) if value(class[0]) == value(name) => class.push(name),
                _ => classes.push(vec![name]),
            }
        }
        classes
    }
}

/// Dropped rows may have had all but one of the answers.
fn still_differs(target: &Tally, data: Dataset) -> Read<Dataset> {
    let column = target.name.clone();
    match &data.targets {
        Targets::Numbers(numbers) if numbers.iter().all(|&number| number == numbers[0]) => {
            Err(Fault::ConstantTarget { column, value: numbers[0].to_string() })
        }
        Targets::Classes(of) if of.iter().all(|&class| class == of[0]) => {
            Err(Fault::OneClass { column, value: data.class_names[of[0] as usize].clone() })
        }
        _ => Ok(data),
    }
}

/// A column's first feature and, of a category, its values.
type Place<'a> = (usize, Option<Vec<&'a str>>);

/// What is made of a table.
struct Plan<'a> {
    target: usize,
    task: TaskKind,
    drop: bool,
    columns: &'a [Column],
}

/// The columns, by the names in the first row, each once.
fn tallies<'a>(first: impl Iterator<Item = &'a str>, header: bool) -> Vec<Tally> {
    let given = |field: &str| field.trim().chars().take(if header { 100 } else { 0 }).collect();
    let given: Vec<String> = first.map(given).collect();
    let tally = |(name, given): (String, &String)| {
        // Without names nothing says that a column numbers the rows.
        if header { Tally::new(name, given) } else { Tally { name, ..Tally::default() } }
    };
    each_once(&given).into_iter().zip(&given).map(tally).collect()
}

/// A name for each column: the given one where it is its first, else that with a number which makes it no other's.
fn each_once(given: &[String]) -> Vec<String> {
    let others: BTreeSet<&str> = given.iter().map(String::as_str).collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let name = |(k, given): (usize, &String)| {
        let base = if given.is_empty() { format!("column_{}", k + 1) } else { given.clone() };
        let mut name = base.clone();
        let count = counts.entry(base.clone()).or_insert(1);
        while taken.contains(&name) || name != *given && others.contains(name.as_str()) {
            *count += 1;
            name = format!("{base}_{count}");
        }
        taken.insert(name.clone());
        name
    };
    given.iter().enumerate().map(name).collect()
}

fn ends_empty(record: &csv::StringRecord) -> bool {
    record.iter().next_back().is_some_and(|last| last.trim().is_empty())
}

/// Whether rows have a field more than the first line because a name stands before each: none twice, or numbers in their
/// order. A comma within a value, too, makes a field more.
fn names_rows(text: &str, separator: char) -> bool {
    let mut lines = records(text, separator).take(100).map(|(_, record)| record);
    let columns = lines.next().map_or(0, |first| first.len());
    let rows: Vec<csv::StringRecord> = lines.collect();
    let is_torn = |field: &str| field.trim().starts_with(['"', '\'']) || field.trim().ends_with(['"', '\'']);
    let mut names: Vec<&str> = rows.iter().filter_map(|row| row.get(0)).map(str::trim).collect();
    let numbers: Vec<f64> = names.iter().filter_map(|name| number(name, '.')).collect();
    let in_order = numbers.len() == names.len()
        && numbers.first().is_some_and(|&first| first == 0.0 || first == 1.0)
        && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1.0);
    names.sort_unstable();
    let are_distinct = numbers.is_empty() && names.windows(2).all(|pair| pair[0] != pair[1]);
    let is_whole = |row: &csv::StringRecord| row.len() == columns + 1 && !ends_empty(row) && !row.iter().any(is_torn);
    rows.iter().all(is_whole) && (in_order || are_distinct)
}

/// A row's fields; a separator at its end is none between columns.
fn fields(record: &csv::StringRecord, columns: usize) -> Vec<&str> {
    let has_tail = record.len() == columns + 1 && ends_empty(record);
    record.iter().take(record.len() - usize::from(has_tail)).collect()
}

/// Why a row has not as many columns as the first.
fn ragged(text: &str, separator: char, line: u64, record: &csv::StringRecord, columns: usize) -> Fault {
    // A mark that is never closed takes the rest of the file into one field.
    let rest = text.lines().skip(line.saturating_sub(1) as usize);
    let is_open = rest.map(|line| line.matches('"').count()).sum::<usize>() % 2 == 1;
    if is_open && record.iter().any(|field| field.contains('\n')) {
        return Fault::OpenQuote { line };
    }
    let (lines, lengths): (Vec<u64>, Vec<usize>) =
        records(text, separator).take(100).map(|(line, record)| (line, fields(&record, columns).len())).unzip();
    match (text::usual(&lengths), lines.first()) {
        (usual, Some(&first)) if usual != columns && usual > 1 => {
            Fault::Ragged { line: first, found: columns, expected: usual }
        }
        _ => Fault::Ragged { line, found: record.len(), expected: columns },
    }
}

/// Own data that came with a study as text.
///
/// # Errors
/// A text that is no table, or cannot be trained.
pub fn read_text(text: &str, reading: &Reading) -> Read<(Report, Dataset, Found)> {
    let (report, data) = read_csv(text.as_bytes(), reading)?;
    match (data, report.fault.clone()) {
        (Some(data), _) => {
            let found = Found::of(&data);
            Ok((report, data, found))
        }
        (None, Some(fault)) => Err(fault),
        (None, None) => Err(Fault::Empty {}),
    }
}
