//! Tables as people have them, and what is said of those that are none.
#![expect(clippy::format_collect, clippy::format_push_string, reason = "tables are text")]

use super::*;
use crate::dataset::{Settings, prepare, preview, split};
use proptest::prelude::*;

/// Twelve rows of two numbers and a class.
fn plain(separator: &str, decimal: &str) -> String {
    let row = |k: usize| {
        let number = format!("{}{decimal}5", k % 5);
        format!("{number}{separator}{}{separator}{}\n", k * k, ["red", "blue"][k % 2])
    };
    format!("width{separator}height{separator}color\n{}", (0..12).map(row).collect::<String>())
}

fn made(text: &str, reading: &Reading) -> (Report, Dataset) {
    let (report, data) = read_csv(text.as_bytes(), reading).expect("readable");
    let data = data.unwrap_or_else(|| panic!("{:?}", report.fault));
    (report, data)
}

fn fault(text: &str, reading: &Reading) -> Fault {
    match read_csv(text.as_bytes(), reading) {
        Err(fault) => fault,
        Ok((report, None)) => report.fault.expect("readable"),
        Ok((report, Some(_))) => panic!("{report:?}"),
    }
}

fn about(target: &str) -> Reading {
    Reading { target: Some(target.into()), ..Reading::default() }
}

#[test]
fn separators_and_decimal_signs_are_found() {
    let expected = made(&plain(",", "."), &Reading::default()).1;
    assert_eq!((expected.rows, expected.columns), (12, 2));
    assert_eq!(expected.class_names, ["blue", "red"]);
    assert_eq!(expected.targets, Targets::Classes([1, 0].repeat(6)));
    for (separator, decimal) in [(";", "."), (";", ","), ("\t", "."), ("\t", ","), ("|", ".")] {
        let text = plain(separator, decimal);
        let (report, data) = made(&text, &Reading::default());
        assert_eq!(data, expected, "{separator:?} {decimal}");
        assert_eq!(
            (report.separator, report.decimal),
            (separator.chars().next().expect("readable"), decimal.chars().next().expect("readable"))
        );
        // A byte order mark, ends of lines of another system, UTF-16, spaces around.
        assert_eq!(made(&format!("\u{feff}{}", text.replace('\n', "\r\n")), &Reading::default()).1, expected);
        assert_eq!(made(&text.replace(separator, &format!(" {separator} ")), &Reading::default()).1, expected);
        let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(read_csv(&wide, &Reading::default()).expect("readable").1, Some(expected.clone()));
    }
}

#[test]
fn names_are_found_or_made() {
    let text = plain(",", ".");
    let bare = text.split_once('\n').expect("readable").1;
    let (report, data) = made(bare, &Reading::default());
    assert!(!report.header);
    assert_eq!(data.feature_names, ["column_1", "column_2"]);
    assert_eq!(data.rows, 12);
    // A reader who knows better is followed.
    let (report, data) = made(bare, &Reading { header: Some(true), ..Reading::default() });
    assert_eq!((report.rows, data.rows), (11, 11));
    let (report, _) = made(
        "a,a,,a\n1,2,3,x\n4,5,6,y\n".repeat(8).as_str(),
        &Reading {
            header: Some(true),
            columns: vec![
                ("a".into(), ColumnKind::Ignored),
                ("a_2".into(), ColumnKind::Number),
                ("column_3".into(), ColumnKind::Number),
            ],
            ..Reading::default()
        },
    );
    let names: Vec<&str> = report.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "a_2", "column_3", "a_3"]);
    let named = |names: &str| {
        let table = format!("{names}\n{}", "1,2,3,x\n4,5,6,y\n".repeat(8));
        let (report, _) = made(&table, &Reading { header: Some(true), ..Reading::default() });
        report.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()
    };
    // No number makes a name that another column has.
    assert_eq!(named("a,a,a_2,a_2"), ["a", "a_3", "a_2", "a_2_2"]);
    assert_eq!(named(",column_1,b,b"), ["column_1_2", "column_1", "b", "b_2"]);
    // Words alone have names only where those are distinct.
    assert!(made(&format!("mood,weather\n{}", "good,sun\nbad,rain\n".repeat(6)), &Reading::default()).0.header);
}

#[test]
fn targets_are_found_and_may_be_named() {
    let text: String = (0..24).map(|k| format!("{},{},{}\n", k % 3, f64::from(k) * 0.5, k % 4)).collect();
    let text = format!("Label,size,kind\n{text}");
    let (report, data) = made(&text, &Reading::default());
    assert_eq!((report.target.as_str(), report.task, data.class_names.len()), ("Label", "classes", 3));
    assert_eq!(data.class_names, ["0", "1", "2"]);
    let (report, data) = made(&text, &about("size"));
    assert_eq!((report.task, data.feature_names.len()), ("numbers", 2));
    let Targets::Numbers(numbers) = &data.targets else { panic!("numbers are expected") };
    assert!((numbers[3] - 1.5).abs() < f64::EPSILON);
    let asked = Reading { task: Some(TaskKind::Numbers), ..about("kind") };
    assert_eq!(made(&text, &asked).0.task, "numbers");
    // Classes that are numbers stand in the order of numbers.
    let many: String = (0..24).map(|k| format!("{},{}\n", k * 7, k % 12 - 3)).collect();
    let (_, data) = made(&format!("x,class\n{many}"), &Reading::default());
    assert_eq!(data.class_names[..4], ["-3", "-2", "-1", "0"]);
    assert_eq!(data.class_names[11], "8");
}

#[test]
fn categories_are_taken_apart_and_notes_left_out() {
    let row = |k: usize| format!("{},note {k},{},{}\n", ["x", "y", "z"][k % 3], k, ["no", "yes"][k % 2]);
    let text: String = (0..20).map(row).collect();
    let (report, data) = made(&format!("kind,notes,size,answer\n{text}"), &Reading::default());
    assert_eq!(data.feature_names, ["kind=x", "kind=y", "kind=z", "size"]);
    assert_eq!(data.row(4), [0.0, 1.0, 0.0, 4.0]);
    assert_eq!(report.columns[1].kind, ColumnKind::Ignored);
    assert_eq!(report.classes, [("no".into(), 10), ("yes".into(), 10)]);
    let columns = vec![("notes".into(), ColumnKind::Category), ("kind".into(), ColumnKind::Ignored)];
    let (_, data) = made(&format!("kind,notes,size,answer\n{text}"), &Reading { columns, ..Reading::default() });
    assert_eq!(data.columns, 21);
}

#[test]
fn missing_values_are_the_training_rows_mean_or_their_rows_go() {
    let row = |k: usize| {
        let size = if k.is_multiple_of(5) { ["", "NA", "?", "nan", "-"][k / 5 % 5].to_owned() } else { k.to_string() };
        let kind = if k == 3 { "" } else { ["x", "y"][k % 2] };
        format!("{size},{kind},{}\n", if k == 7 { "" } else { ["no", "yes"][k / 2 % 2] })
    };
    let text: String = (0..40).map(row).collect();
    let text = format!("size,kind,answer\n{text}");
    let (report, data) = made(&text, &Reading::default());
    assert_eq!((report.rows, data.rows, report.without_target), (40, 39, 1));
    assert_eq!((report.columns[0].missing, report.columns[1].missing), (8, 1));
    assert!(data.value(0, 0).is_nan() && data.value(3, 1).is_nan() && data.value(3, 2).is_nan());
    let dropped = made(&text, &Reading { missing: Missing::Drop, ..Reading::default() }).1;
    assert_eq!(dropped.rows, 30);
    assert!(dropped.features.iter().all(|value| value.is_finite()));
    let settings = Settings::default();
    let parts = split(&data, &settings).expect("readable");
    for standardize in [true, false] {
        let ready = prepare(&data, &parts, standardize);
        assert!(ready.x.iter().all(|x| x.is_finite()));
        let known: Vec<f64> =
            parts.train.iter().map(|&row| data.value(row as usize, 0)).filter(|x| !x.is_nan()).collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        let order = [&parts.train[..], &parts.validation, &parts.test].concat();
        for (at, _) in order.iter().enumerate().filter(|&(_, &row)| data.value(row as usize, 0).is_nan()) {
            let filled = f64::from(ready.x[at * 3]);
            assert!((filled - if standardize { 0.0 } else { mean }).abs() < 1e-5, "{filled} {mean}");
        }
    }
    let shown = preview(&data, 39);
    assert!(shown.x.iter().all(|x| x.is_finite()));
    assert_eq!(shown.x.len(), shown.y.len() * shown.columns);
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_column() {
    let any = Reading::default();
    let text = plain(",", ".");
    assert_eq!(fault("", &any), Fault::Empty {});
    assert_eq!(fault("\u{feff}", &any), Fault::Empty {});
    assert_eq!(fault("a,b,c\n\n \n", &any), Fault::Empty {});
    let ragged = text.replace("1.5,1,blue", "1.5,1,blue,7");
    assert_eq!(fault(&ragged, &any), Fault::Ragged { line: 3, found: 4, expected: 3 });
    assert_eq!(fault(&text.replace("2.5,4,red", "2.5,4"), &any), Fault::Ragged { line: 4, found: 2, expected: 3 });
    assert_eq!(
        fault(&text.replace("4.5,16,red", "4.5,sixteen,red"), &any),
        Fault::TextInNumbers { column: "height".into(), line: 6, text: "sixteen".into(), count: 1 }
    );
    let as_missing = Reading { columns: vec![("height".into(), ColumnKind::Number)], ..Reading::default() };
    assert!(made(&text.replace("4.5,16,red", "4.5,sixteen,red"), &as_missing).1.value(4, 1).is_nan());
    assert_eq!(
        fault(&text, &about("colour")),
        Fault::NoTarget { target: "colour".into(), accepted: "width, height, color".into() }
    );
    let named = Reading { columns: vec![("depth".into(), ColumnKind::Number)], ..Reading::default() };
    assert_eq!(
        fault(&text, &named),
        Fault::NoColumn { column: "depth".into(), accepted: "width, height, color".into() }
    );
    assert_eq!(
        fault(&text, &Reading { task: Some(TaskKind::Numbers), ..Reading::default() }),
        Fault::TextTarget { column: "color".into(), line: 2, text: "red".into() }
    );
    let one = text.replace("blue", "red");
    assert_eq!(fault(&one, &any), Fault::OneClass { column: "color".into(), value: "red".into() });
    let same: String = (0..12).map(|k| format!("{k},2.5\n")).collect();
    assert_eq!(fault(&format!("x,y\n{same}"), &any), Fault::ConstantTarget { column: "y".into(), value: "2.5".into() });
    let short: String = text.split_inclusive('\n').take(8).collect();
    assert_eq!(fault(&short, &any), Fault::TooFew { rows: 7, needed: 10 });
    let all_ignored = vec![("width".into(), ColumnKind::Ignored), ("height".into(), ColumnKind::Ignored)];
    assert_eq!(
        fault(&text, &Reading { columns: all_ignored, ..Reading::default() }),
        Fault::NoFeatures { target: "color".into() }
    );
    let ids: String = (0..1200).map(|k| format!("{},id{k}\n", k % 7)).collect();
    assert!(matches!(fault(&ids, &any), Fault::TooManyClasses { limit: 1000, .. }));
    let open = format!("{text}1,\"2,red\n{}", "1,2,red\n".repeat(200));
    assert_eq!(fault(&open, &any), Fault::OpenQuote { line: 14 });
    let short = format!("{text}1,\"2,red\n1,2,red\n");
    assert_eq!(fault(&short, &any), Fault::OpenQuote { line: 14 });
    // What no f32 holds is no number here: a network could not be told of it.
    let huge = text.replacen("2.5", "1e39", 1);
    assert_eq!(fault(&huge, &any), Fault::Beyond { column: "width".into(), line: 4, text: "1e39".into() });
    let huge = text.replace("4.5,16,", "-1E400,16,");
    let lost = Fault::Beyond { column: "width".into(), line: 6, text: "-1E400".into() };
    assert_eq!(fault(&huge, &about("width")), lost);
    // A word that reads as one of infinity's names is a word.
    let endless = text.replacen("2.5", "+inf", 1);
    assert!(matches!(fault(&endless, &any), Fault::TextInNumbers { text, count: 1, .. } if text == "+inf"));
    let wide = "1,".repeat(1_000_000);
    assert_eq!(fault(&wide, &any), Fault::TooManyColumns { found: 1_000_001, limit: MAX_FEATURES });
    for (bytes, looks_like) in [
        (&b"\x89PNG\r\n\x1a\n"[..], "a PNG image"),
        (b"PK\x03\x04\x14", "an Excel workbook or a ZIP archive"),
        (b"a,b\x00\x00c", "a binary file"),
    ] {
        assert_eq!(read_csv(bytes, &any), Err(Fault::NotText { looks_like: looks_like.into() }));
    }
    assert_eq!(read_csv(b"a,b\n1,\xb0\xa1\n", &any), Err(Fault::NotUtf8 { line: 2 }));
}

#[test]
fn a_packed_table_is_the_same_table() {
    for data in [made(&plain(",", "."), &Reading::default()).1, made(&plain(",", "."), &about("height")).1] {
        let packed = pack(&data);
        let again = unpack(&packed).expect("readable");
        assert_eq!(again, Dataset { name: "own".into(), ..data.clone() });
        assert_eq!(digest(&again), digest(&data));
        for cut in 0..packed.len() {
            assert!(unpack(&packed[..cut]).is_err());
        }
        let mut other = data.clone();
        other.features[3] += 1e-9;
        assert_ne!(digest(&other), digest(&data));
    }
}

#[test]
fn a_study_says_what_was_found_and_wants_that_very_table() {
    use crate::study::Study;
    let text = plain(",", ".");
    let write = |dataset: serde_json::Value| {
        serde_json::json!({"format": "tuning-playground/study@1", "dataset": dataset}).to_string()
    };
    let inline = write(serde_json::json!({"name": "csv", "text": text, "target": "color"}));
    let study = Study::parse(&inline).expect("readable");
    let prepared = study.prepare(None).expect("readable");
    assert_eq!((prepared.n_train, prepared.columns), (8, 2));
    assert_eq!(Study::check(&study.to_json()).expect("readable"), study);
    let named = write(serde_json::json!({"name": "csv", "file": "colors.csv"}));
    assert!(Study::parse(&named).expect_err("refused").to_string().contains("dataset.found"));
    let read = |name: &str| {
        assert_eq!(name, "colors.csv");
        Ok(text.clone().into_bytes())
    };
    let of_file = Study::parse_with(&named, &read).expect("readable");
    assert_eq!(of_file.prepare(None).expect("readable"), prepared);
    assert_eq!(of_file.with_trials(3).expect("readable").prepare(None).expect("readable"), prepared);
    // What a Worker gets: the document, and the packed table.
    let sent = Study::parse(&of_file.to_json().to_string()).expect("readable");
    let data = made(&text, &Reading::default()).1;
    assert_eq!(sent.prepare(Some(&pack(&data))).expect("readable"), prepared);
    assert!(sent.prepare(None).expect_err("refused").to_string().contains("open colors.csv"));
    let mut other = data;
    other.features[0] = 9.0;
    assert!(sent.prepare(Some(&pack(&other))).expect_err("refused").to_string().contains("another table"));
    let numbers = write(serde_json::json!({"name": "csv", "text": text, "target": "height", "task": "numbers"}));
    assert_eq!(
        Study::parse(&numbers).expect("readable").prepare(None).expect("readable").task,
        crate::dataset::Task::Numbers
    );
}

/// An IDX file of bytes.
fn idx(sizes: &[u32]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    file.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    file.extend((0..sizes.iter().product()).map(|k| (k % 3) as u8));
    file
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

fn any_text() -> impl Strategy<Value = String> {
    "[0-9a-c,;\t\".\\-+eE \n\r|\u{feff}é?NA]{0,300}"
}

/// Files that can be read, with some bytes that are others, and cut, or with a part twice.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let table = plain(",", ".");
    let packed = pack(&made(&table, &Reading::default()).1);
    let whole = prop::sample::select(vec![table.into_bytes(), idx(&[12, 2, 2]), idx(&[12]), packed]);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (whole, edits, any::<prop::sample::Index>(), 0_u8..3).prop_map(|(mut bytes, edits, at, what)| {
        for (place, value) in edits {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        let at = at.index(bytes.len());
        match what {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_within(at..),
            _ => {}
        }
        bytes
    })
}

fn take_bytes(bytes: &[u8]) {
    let _ = read_csv(bytes, &Reading::default());
    let _ = read_idx(&[bytes, bytes]);
    let _ = read_idx(&[bytes, &idx(&[12])]);
    let _ = unpack(bytes);
}

fn take_text(text: &str, header: Option<bool>) {
    let reading = Reading { header, ..Reading::default() };
    if let Ok((report, Some(data))) = read_csv(text.as_bytes(), &reading) {
        assert_eq!(report.used, data.rows);
        assert!(data.rows >= MIN_ROWS && data.features.len() == data.rows * data.columns);
        assert!(data.features.iter().all(|value| value.is_nan() || value.is_finite()));
        assert_eq!(unpack(&pack(&data)).expect("readable").targets, data.targets);
    }
}

/// S2 for ten minutes, each round with numbers of its own.
#[test]
#[ignore = "soak"]
fn s2_ten_minutes_of_files_by_chance() {
    let begun = std::time::Instant::now();
    while begun.elapsed().as_secs() < 600 {
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(2000));
        let bytes = |bytes: Vec<u8>| {
            take_bytes(&bytes);
            Ok(())
        };
        runner.run(&any_bytes(), bytes).expect("no bytes are too much");
        let texts = (any_text(), any::<Option<bool>>());
        let text = |(text, header): (String, Option<bool>)| {
            take_text(&text, header);
            Ok(())
        };
        runner.run(&texts, text).expect("no text is too much");
        let take = |bytes: Vec<u8>| {
            take_bytes(&bytes);
            take_text(&String::from_utf8_lossy(&bytes), None);
            Ok(())
        };
        runner.run(&damaged(), take).expect("no file is too damaged");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_bytes_are_too_much(bytes in any_bytes()) {
        take_bytes(&bytes);
    }

    #[test]
    fn no_text_is_too_much(text in any_text(), header: Option<bool>) {
        take_text(&text, header);
    }

    #[test]
    fn no_file_that_was_damaged_is_too_much(bytes in damaged()) {
        take_bytes(&bytes);
        take_text(&String::from_utf8_lossy(&bytes), None);
    }

    #[test]
    fn a_table_of_numbers_comes_back(
        rows in prop::collection::vec((-1e12_f64..1e12, any::<i32>(), 0_u8..3), 12..60),
        (separator, decimal) in prop::sample::select(vec![(',', '.'), (';', ','), ('\t', ','), (';', '.'), ('|', '.')]),
    ) {
        let number = |value: f64| value.to_string().replace('.', &decimal.to_string());
        let mut text = format!("a{separator}b{separator}class\n");
        for (a, b, class) in &rows {
            text += &format!("{}{separator}{b}{separator}c{class}\n", number(*a));
        }
        let reading = Reading { separator: Some(separator), decimal: Some(decimal), ..Reading::default() };
        prop_assume!(rows.iter().any(|row| row.2 != rows[0].2));
        let (report, data) = made(&text, &reading);
        let flat: Vec<f64> = rows.iter().flat_map(|&(a, b, _)| [a, f64::from(b)]).collect();
        prop_assert_eq!(&data.features, &flat);
        // What is found by itself is the same.
        let (found, same) = made(&text, &Reading::default());
        prop_assert_eq!(found.separator, report.separator);
        prop_assert_eq!(same.features, flat);
    }
}
