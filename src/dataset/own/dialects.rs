//! Tables as people have them, after public reports of other readers (`docs/hunt.md`): what each is read as, or why not.

use super::*;

/// Fourteen rows, made of their number.
fn rows(row: impl Fn(usize) -> String) -> String {
    (0..14).map(|k| row(k) + "\n").collect()
}

/// What a table is read as, in short: separator, decimal sign, header, features a row; then the first and last row.
fn read(text: &str) -> String {
    let report = match read_csv(text.as_bytes(), &Reading::default()) {
        Ok((report, Some(data))) => {
            let row = |at: usize| format!("{:?}", data.row(at));
            let Report { separator, decimal, header, used, features, .. } = report;
            let signs = format!("{separator}{decimal}").replace('\t', "tab ");
            format!("{signs} {header} {used}x{features} {} {}", row(0), row(used - 1))
        }
        Ok((report, None)) => report.fault.map_or_else(String::new, |fault| fault.to_string()),
        Err(fault) => fault.to_string(),
    };
    report.replace(".0,", ",").replace(".0]", "]")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(read(text), expected, "{text}");
}

#[test]
fn separators_are_told_from_what_stands_in_values() {
    // Blanks fill each column to the same width.
    check(
        &format!("size ;age ;kind \n{}", rows(|k| format!("{k}    ;{}   ;{}    ", k * 2, ["a", "b"][k % 2]))),
        ";. true 14x2 [0, 0] [13, 26]",
    );
    check(&rows(|k| format!("KR|3,{}|AC{}", k + 10, k % 2)), "|, false 14x2 [1, 3.1] [1, 3.23]");
    check(
        &format!("id,dates,y\n{}", rows(|k| format!("{},01/04/2022;02/04/2022;05/04/2022,{}", k * k, k % 2))),
        ",. true 14x2 [0, 1] [169, 1]",
    );
    check(
        &format!("name;phone;y\n{}", rows(|k| format!("J{k};5,58{k}E+12;{}", k % 2))),
        ";, true 14x1 [5580000000000] [5581300000000]",
    );
    check(
        &format!("X\tY\tZ\n{}", rows(|k| format!("120,{k}\t50,{}\t2,35{}", k * k, k % 3))),
        "tab , true 14x2 [120, 2.35] [120.13, 2.351]",
    );
    // As scientific data are laid out.
    check(
        &format!("a    b  y\n{}", rows(|k| format!("  {k}.5   {}  {}", k * 2, k % 2))),
        " . true 14x2 [0.5, 0] [13.5, 26]",
    );
    check(&rows(|k| format!("{k} \"a name\" {}", k % 2)), " . false 14x2 [0, 1] [13, 1]");
    // Sentences have blanks, too.
    assert!(read(&format!("note\n{}", rows(|k| format!("good day {k}")))).starts_with("no column is left"));
}

#[test]
fn years_over_numbers_are_names() {
    let kind = |k: usize| ["up", "down"][k % 2];
    check(
        &format!("2019,2020,2021,trend\n{}", rows(|k| format!("{k}.5,{},7,{}", k * k, kind(k)))),
        ",. true 14x3 [0.5, 0, 7] [13.5, 169, 7]",
    );
    check(
        &format!("country;2000;2010\n{}", rows(|k| format!("{};{k};{}", kind(k), k * 3))),
        ";. true 14x3 [0, 1, 0] [1, 0, 13]",
    );
    check(&format!("1,2,label\n{}", rows(|k| format!("{k},{},{}", k * k, kind(k)))), ",. true 14x2 [0, 0] [13, 169]");
    // Values that are like years, too.
    let values = rows(|k| format!("{},{},{}", 1800 + k, 1801 + k, kind(k)));
    check(&format!("2019,2020,trend\n{values}"), ",. true 14x2 [1800, 1801] [1813, 1814]");
    // Numbers that happen to be years, a row that follows like those below, and a word that stands below are no names.
    check(&rows(|k| format!("{},{k},{}", 2000 + k, kind(k))), ",. false 14x2 [2000, 0] [2013, 13]");
    check(&rows(|k| format!("{},{},{}", 1990 + k, 1991 + k, kind(k))), ",. false 14x2 [1990, 1991] [2003, 2004]");
    check(
        &format!("2019,2020,up\n{}", rows(|k| format!("{k},{},{}", k * k, kind(k)))),
        ",. false 15x2 [2019, 2020] [13, 169]",
    );
}

#[test]
fn thousands_are_read_as_meant_or_asked_for() {
    let table = |separator: &str, number: &dyn Fn(usize) -> String| {
        format!("x{separator}z{separator}y\n{}", rows(|k| format!("{}{separator}{k}{separator}{}", number(k), k % 2)))
    };
    let second = |text: &str| {
        let (_, data) = read_csv(text.as_bytes(), &Reading::default()).expect("readable");
        let data = data.expect("usable");
        assert_eq!(data.columns, 2, "{text}");
        data.value(2, 0)
    };
    assert_eq!(second(&table(";", &|k| format!("-2{k}.419,06"))), -22_419.06);
    assert_eq!(second(&table(";", &|k| format!("1.10{},5", k % 10))), 1102.5);
    assert_eq!(second(&table(",", &|k| format!("\"1,10{}.5\"", k % 10))), 1102.5);
    assert_eq!(second(&table(",", &|k| format!("\"1,10{}\"", k % 10))), 1102.0);
    assert_eq!(second(&table(",", &|k| format!("\"1,{}\"", k % 10))), 1.2);
    assert_eq!(second(&table(";", &|k| format!("1'10{}.5", k % 10))), 1102.5);
    assert_eq!(second(&table(";", &|k| format!("1 10{},5", k % 10))), 1102.5);
    assert_eq!(second(&table(",", &|k| format!("−{k}.5"))), -2.5);
    assert_eq!(second(&table(",", &|k| format!("１{}", k % 10))), 12.0);
    // Semicolons go with decimal commas; nothing says of tabs what a comma is.
    assert_eq!(second(&table(";", &|k| format!("1,10{}", k % 10))), 1.102);
    check(
        &table("\t", &|k| format!("1,10{}", k % 10)),
        "\"1,100\" in line 2 can be 1100 or 1.1; say which by the decimal sign: . or ,",
    );
    assert_eq!(second(&table("\t", &|k| format!("1,{}", 98 + k))), 1.1, "1,98 is no thousand");
    // Dates and versions are no numbers.
    for word in ["08.01.2016", "12.345.6", "1,23,456", "1 2 3", "+-1,000"] {
        assert_eq!(text::number(word, '.').or_else(|| text::number(word, ',')), None, "{word}");
    }
}

#[test]
fn what_stands_around_a_table_is_no_part_of_it() {
    let body = rows(|k| format!("{k},{},{}", k + 3, k % 2));
    let plain = ",. true 14x2 [0, 3] [13, 16]";
    check(&format!("a,b,y\n{body}"), plain);
    // Ends of rows: all, the first, and all but the names.
    let tails = body.replace('\n', ",\n");
    check(&format!("a,b,y,\n{tails}"), plain);
    check(&format!("a,b,y\n{tails}"), plain);
    check(&format!("a,b,y\n{}", body.replacen('\n', ",\n", 1)), plain);
    check(&format!("a,b,y\n{body},,\n,,\n"), plain);
    // Comments, names in a comment, Excel's own first line.
    check(&format!("# made by a tool\n# v2\na,b,y\n{body}"), plain);
    check(&format!("# made by a tool\n# a,b,y\n{body}"), plain);
    check(&format!("# made by a tool\na,b,y\n{body}# end\n# of it\n\n"), plain);
    check(&format!("# a,b,y\n{body}# end"), plain);
    check(&format!("sep=;\na;b;y\n{}", body.replace(',', ";")), ";. true 14x2 [0, 3] [13, 16]");
    check(
        &format!("# one\n# two\na,b,y\n{}", body.replacen("3,6,1", "3,6", 1)),
        "line 7 has 2 columns, where others have 3; mend that line, or choose another separator",
    );
    check(
        &format!("A report\na,b,y\n{body}"),
        "line 1 has 1 columns, where others have 3; mend that line, or choose another separator",
    );
    check(
        &format!("A report\na;b;y\n{}", body.replace(',', ";")),
        "line 1 has 1 columns, where others have 3; mend that line, or choose another separator",
    );
    for (text, looks_like) in [
        ("<!DOCTYPE html><html>404, not found</html>\n", "a web page"),
        ("\u{feff} <HTML>", "a web page"),
        ("{\"a\":1,\"y\":0}\n", "JSON"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
        ("@RELATION x\n@attribute a numeric\n", "an ARFF file"),
    ] {
        assert!(read(text).contains(looks_like), "{}", read(text));
    }
}

#[test]
fn names_of_columns_and_numbers_of_rows_are_known_for_what_they_are() {
    let body = rows(|k| format!("{k},{},{},{}", k * k, 5 * k % 7, k % 2));
    // An index says where a row stands in the file: with sorted classes it would give the answer away.
    for name in ["", "Unnamed: 0", "id", "ID", "#", "번호"] {
        check(&format!("{name},a,b,y\n{body}"), ",. true 14x2 [0, 0] [169, 2]");
    }
    check(&format!("day,a,b,y\n{body}"), ",. true 14x3 [0, 0, 0] [13, 169, 2]");
    check(&format!("id,a,b,y\n{}", body.replace("13,169", "15,169")), ",. true 14x3 [0, 0, 0] [15, 169, 2]");
    assert!(read(&body).starts_with(",. false 14x3"));
    let (_, data) = read_csv(
        format!("id,a,b,y\n{body}").as_bytes(),
        &Reading { columns: vec![("id".into(), ColumnKind::Number)], ..Reading::default() },
    )
    .expect("readable");
    assert_eq!(data.expect("usable").columns, 3, "a reader who wants it has it");
    // R gives the names of rows no name.
    check(
        &format!("a,b,y\n{}", rows(|k| format!("r{k},{},{},{}", k * k, 5 * k % 7, k % 2))),
        ",. true 14x2 [0, 0] [169, 2]",
    );
    check(&format!("a,b,y\n{body}"), ",. true 14x2 [0, 0] [169, 2]");
    // A comma within values makes a field more, too: those are no names.
    for row in ["1,5{k},2,{c}", "'x, {k}',{k},{c}", "{k}, \"x, z\",{c}"] {
        let row = |k: usize| row.replace("{k}", &(k * k).to_string()).replace("{c}", &(k % 2).to_string());
        assert!(read(&format!("a,b,y\n{}", rows(row))).starts_with("line 1 has 3 columns"), "{}", row(3));
    }
    // Years over columns of numbers are names where a word stands over numbers, too.
    check(&format!("2019,2020,2021,y\n{body}"), ",. true 14x3 [0, 0, 0] [13, 169, 2]");
}

#[test]
fn one_number_in_two_spellings_is_one_class() {
    let text = format!("a,y\n{}", rows(|k| format!("{k},{}", ["0", "1.0", "1", "0.0"][k % 4])));
    let (report, data) = read_csv(text.as_bytes(), &Reading::default()).expect("readable");
    assert_eq!(report.classes, [("0".into(), 7), ("1".into(), 7)]);
    assert_eq!(data.expect("usable").targets, Targets::Classes([0, 1, 1, 0].repeat(4)[..14].to_vec()));
    // Spelled in one way they keep that.
    let text = format!("a,y\n{}", rows(|k| format!("{k},{}.0", k % 2)));
    let (report, _) = read_csv(text.as_bytes(), &Reading::default()).expect("readable");
    assert_eq!(report.classes[0].0, "0.0");
}
