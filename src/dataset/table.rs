//! Bundled tables: CSV with a header, the last column is the target. Made by `tests/golden/make_datasets.py`.

use super::own::unpack;
use super::{Dataset, Entry, Kind, Targets, find};
use crate::{Error, Result};

/// Reads the (unpacked) table of the bundled data set `name`. Classes are numbered as they first appear.
///
/// # Errors
/// An unknown name, or text that is not the table the catalog describes.
pub fn parse_bundled(name: &str, csv_text: &[u8]) -> Result<Dataset> {
    let entry = find(name, Kind::Bundled)?;
    let data = if csv_text.starts_with(b"TPD1") { images(entry, csv_text) } else { read(entry, csv_text) };
    data.map_err(|detail| Error::BadData { dataset: name.to_owned(), detail })
}

/// A packed table, as images are.
fn images(entry: &Entry, packed: &[u8]) -> core::result::Result<Dataset, String> {
    let data = Dataset { name: entry.name.clone(), ..unpack(packed).map_err(|fault| fault.to_string())? };
    let found = (data.rows, data.columns, data.class_names.len());
    let expected = (entry.rows as usize, entry.features as usize, entry.classes as usize);
    if found == expected { Ok(data) } else { Err(format!("it has {found:?}; {expected:?} are expected")) }
}

fn read(entry: &Entry, csv_text: &[u8]) -> core::result::Result<Dataset, String> {
    let mut reader = csv::Reader::from_reader(csv_text);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let columns = entry.features as usize;
    if header.len() != columns + 1 {
        return Err(format!("the header has {} columns; {} are expected", header.len(), columns + 1));
    }
    let mut features = Vec::with_capacity(entry.rows as usize * columns);
    let mut answers: Vec<String> = Vec::with_capacity(entry.rows as usize);
    let mut record = csv::StringRecord::new();
    // The reader itself refuses rows of another length than the header.
    while reader.read_record(&mut record).map_err(|error| error.to_string())? {
        let line = answers.len() + 2;
        for (text, column) in record.iter().zip(&header).take(columns) {
            features.push(number(text).ok_or_else(|| not_a_number(text, line, column))?);
        }
        answers.push(record[columns].to_owned());
    }
    let (targets, class_names) = if entry.classes > 0 {
        let (classes, names) = number_classes(&answers);
        (Targets::Classes(classes), names)
    } else {
        let numbers = answers
            .iter()
            .enumerate()
            .map(|(row, text)| number(text).ok_or_else(|| not_a_number(text, row + 2, &header[columns])));
        (Targets::Numbers(numbers.collect::<core::result::Result<_, _>>()?), Vec::new())
    };
    if (answers.len(), class_names.len()) != (entry.rows as usize, entry.classes as usize) {
        return Err(format!(
            "there are {} rows and {} classes; {} and {} are expected",
            answers.len(),
            class_names.len(),
            entry.rows,
            entry.classes
        ));
    }
    Ok(Dataset {
        name: entry.name.clone(),
        columns,
        rows: answers.len(),
        features,
        pixels: Vec::new(),
        targets,
        feature_names: header.iter().take(columns).map(str::to_owned).collect(),
        class_names,
    })
}

/// A finite number.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn not_a_number(text: &str, line: usize, column: &str) -> String {
    format!("line {line}, column {column}: \"{text}\" is not a number")
}

/// Class indices and names, numbered as they first appear.
fn number_classes(answers: &[String]) -> (Vec<u32>, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let classes = answers
        .iter()
        .map(|answer| {
            let known = names.iter().position(|name| name == answer);
            known.unwrap_or_else(|| {
                names.push(answer.clone());
                names.len() - 1
            }) as u32
        })
        .collect();
    (classes, names)
}

/// The bundled data set `name` from the files built into the program. (The page fetches them instead.)
///
/// # Errors
/// An unknown name.
#[cfg(not(target_arch = "wasm32"))]
pub fn bundled(name: &str) -> Result<Dataset> {
    use std::io::Read;

    macro_rules! packed {
        ($($name:literal)*) => {
            match name {
                "mnist" => &include_bytes!("../../www/public/data/mnist.tpd.gz")[..],
                $($name => &include_bytes!(concat!("../../www/public/data/", $name, ".csv.gz"))[..],)*
                _ => &[],
            }
        };
    }
    find(name, Kind::Bundled)?;
    let packed: &[u8] = packed!("digits" "iris" "wine" "breast_cancer" "diabetes" "penguins");
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut text)
        .map_err(|error| Error::BadData { dataset: name.to_owned(), detail: error.to_string() })?;
    parse_bundled(name, &text)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;
    use crate::dataset::{Task, catalog};

    /// Rows of each class.
    fn counts(data: &Dataset) -> Vec<usize> {
        let Targets::Classes(classes) = &data.targets else { return Vec::new() };
        (0..data.class_names.len()).map(|class| classes.iter().filter(|&&c| c as usize == class).count()).collect()
    }

    #[test]
    fn every_table_is_as_the_catalog_says() {
        for entry in catalog().iter().filter(|entry| entry.kind == Kind::Bundled && entry.available) {
            let data = bundled(&entry.name).unwrap();
            let ending = if entry.name == "mnist" { "tpd" } else { "csv" };
            assert_eq!(entry.file.as_deref(), Some(&*format!("{}.{ending}.gz", entry.name)));
            assert_eq!((data.rows, data.columns), (entry.rows as usize, entry.features as usize), "{}", entry.name);
            assert_eq!(data.features.len() + data.pixels.len(), data.rows * data.columns);
            assert_eq!(data.feature_names.len(), data.columns);
            assert_eq!(data.task(), if entry.classes > 0 { Task::Classes(entry.classes) } else { Task::Numbers });
            assert!(data.features.iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn classes_have_the_published_sizes() {
        let digits = bundled("digits").unwrap();
        assert_eq!(counts(&digits), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(digits.class_names, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        assert!(digits.features.iter().all(|&pixel| (0.0..=16.0).contains(&pixel) && pixel.fract() == 0.0));
        let mnist = bundled("mnist").unwrap();
        assert_eq!(counts(&mnist), [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
        assert_eq!(mnist.class_names, digits.class_names);
        // White paper with ink in the middle.
        assert!((0..mnist.rows).all(|row| mnist.value(row, 0) == 0.0));
        let ink = mnist.pixels.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / mnist.pixels.len() as f64;
        assert!((32.0..35.0).contains(&ink), "MNIST's mean pixel is 33.3, this is {ink}");
        assert_eq!(counts(&bundled("iris").unwrap()), [50, 50, 50]);
        assert_eq!(counts(&bundled("wine").unwrap()), [59, 71, 48]);
        let cancer = bundled("breast_cancer").unwrap();
        assert_eq!((counts(&cancer), &*cancer.class_names[0]), (vec![212, 357], "malignant"));
        let penguins = bundled("penguins").unwrap();
        assert_eq!((counts(&penguins), &*penguins.class_names[2]), (vec![146, 119, 68], "Chinstrap"));
    }

    #[test]
    fn diabetes_is_in_its_own_units() {
        let data = bundled("diabetes").unwrap();
        assert_eq!(data.row(0), [59.0, 2.0, 32.1, 101.0, 157.0, 93.2, 38.0, 4.0, 4.8598, 87.0]);
        let Targets::Numbers(progression) = &data.targets else { panic!("numbers are expected") };
        assert_eq!((progression[0], progression.len()), (151.0, 442));
        assert!(progression.iter().all(|value| (25.0..=346.0).contains(value)));
    }

    #[test]
    fn penguins_are_complete_and_coded() {
        let data = bundled("penguins").unwrap();
        assert_eq!(data.feature_names[3], "bill_length_mm");
        for row in 0..data.rows {
            let (island, sex) = (&data.row(row)[..3], data.row(row)[7]);
            assert!(island.iter().all(|&flag| flag == 0.0 || flag == 1.0) && (sex == 0.0 || sex == 1.0));
            assert!((island.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn broken_tables_are_refused() {
        let header = "a,b,c,d,species\n";
        for (text, expected) in [
            (String::new(), "columns"),
            ("a,b\n1,2\n".into(), "2 columns; 5"),
            (format!("{header}1,2,3,x,setosa\n"), "line 2, column d: \"x\""),
            (format!("{header}1,2,3,inf,setosa\n"), "not a number"),
            (format!("{header}1,2,3,4\n"), "4 fields"),
            (format!("{header}1,2,3,4,setosa\n"), "1 rows and 1 classes"),
        ] {
            let error = parse_bundled("iris", text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(parse_bundled("iris", b"\xff\xfe,\n").is_err());
        assert!(matches!(parse_bundled("circle", b""), Err(Error::OutOfRange { .. })));
        assert!(matches!(bundled("../digits"), Err(Error::OutOfRange { .. })));
    }
}
