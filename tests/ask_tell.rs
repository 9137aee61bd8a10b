//! `tune ask-tell` as a process: JSON lines in, JSON lines out, and what it says to input that is none.

use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use tuning_playground::search;
use tuning_playground::space::Distribution;
use tuning_playground::study::SamplerSpec;

fn start() -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tune"));
    command.arg("ask-tell").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("tune starts")
}

/// Plays a search, telling `value` each time; the lines that came back.
fn play(first: &Value, value: &str) -> Vec<String> {
    let mut child = start();
    let mut input = child.stdin.take().expect("piped");
    writeln!(input, "{first}").expect("tune reads");
    let mut lines = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("piped")).lines() {
        let line = line.expect("UTF-8");
        let asked: Value = serde_json::from_str(&line).expect("a JSON line");
        writeln!(input, "{{\"number\": {}, \"value\": {value}}}", asked["number"]).expect("tune reads");
        lines.push(line);
    }
    let ended = child.wait_with_output().expect("tune ends");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    lines
}

/// What is on standard error, when all of the input is there from the beginning.
fn complaint(input: &[u8]) -> String {
    let mut child = start();
    // It may have given up before it has read everything.
    let _ = child.stdin.take().expect("piped").write_all(input);
    let ended = child.wait_with_output().expect("tune ends");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2), "{}: {said}", String::from_utf8_lossy(input));
    assert!(said.starts_with("tune: ") && said.trim_end().lines().count() == 1, "{said}");
    said
}

fn space() -> Value {
    json!({
        "any name": {"type": "float", "low": 1e-6, "high": 10, "log": true},
        "log1m": {"type": "float", "low": 0.5, "high": 0.999, "scale": "log1m"},
        "step": {"type": "float", "low": 0, "high": 0.7, "step": 0.1},
        "int_log": {"type": "int", "low": 1, "high": 1000, "log": true},
        "\u{d559}\u{c2b5}": {"type": "categorical", "choices": ["a", 2, null]},
        "one": {"type": "int", "low": 9, "high": 9},
    })
}

#[test]
fn another_process_draws_what_this_one_draws() {
    for sampler in ["random", "sobol"] {
        let first = json!({"space": space(), "sampler": sampler, "seed": 5, "trials": 40});
        let lines = play(&first, "0.5");
        assert_eq!(lines, play(&first, "\"NaN\""));
        let ranges: Map<String, Value> = space().as_object().cloned().expect("an object");
        let ranges: Vec<(String, Distribution)> =
            ranges.iter().map(|(name, it)| (name.clone(), Distribution::parse(name, it).expect("valid"))).collect();
        let spec = SamplerSpec::parse(Some(&json!({"name": sampler}))).expect("valid");
        let mut here = search::start(&spec, &ranges, 5);
        let expected: Vec<String> = (0..40)
            .map(|number| json!({"number": number, "params": here.ask(number).expect("a trial")}).to_string())
            .collect();
        assert_eq!(lines, expected, "{sampler}");
        let other = json!({"space": space(), "sampler": {"name": sampler}, "seed": 6, "trials": 40});
        assert_ne!(lines, play(&other, "0.5"));
    }
}

#[test]
fn a_grid_ends_when_it_is_done() {
    let axes = json!({"x": {"type": "float", "low": 0, "high": 1}, "y": {"type": "int", "low": 1, "high": 4}});
    let first = json!({"space": axes, "sampler": {"name": "grid", "points": 3}, "trials": 50});
    let lines = play(&first, "-1e3");
    // Whole numbers are thinned to the points, as floats are.
    assert_eq!(lines.len(), 9);
    let mut params: Vec<String> =
        lines.iter().map(|line| line.split("params").nth(1).expect("it has").into()).collect();
    params.sort();
    params.dedup();
    assert_eq!(params.len(), 9);
}

#[test]
fn values_that_are_not_finite_are_taken_however_they_are_written() {
    let first = json!({"space": {"x": {"type": "float", "low": 0, "high": 1}}, "trials": 3});
    for value in [
        "NaN",
        "Infinity",
        "-Infinity",
        "\"NaN\"",
        "\"Infinity\"",
        "\"-Infinity\"",
        "1e308",
        "1e999",
        "-1e999",
        "7",
        "null",
        "nan",
        "-nan",
        "inf",
        "-inf",
        "+inf",
        "Inf",
        "\"nan\"",
        "\"-inf\"",
        "\"inf\"",
        "\"NAN\"",
    ] {
        assert_eq!(play(&first, value).len(), 3, "{value}");
    }
    assert_eq!(play(&json!({"space": {}}), "1").len(), 64);
}

#[test]
fn whole_numbers_on_a_log_scale_may_lie_as_far_apart_as_numbers_do() {
    let wide =
        json!({"space": {"x": {"type": "int", "low": 1, "high": 1_099_511_627_776_u64, "log": true}}, "trials": 12});
    for sampler in ["random", "sobol", "tpe", "gp", "cmaes", "grid"] {
        let mut first = wide.clone();
        first["sampler"] = json!(sampler);
        let lines = play(&first, "0.5");
        let drawn = lines.iter().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["params"]["x"].clone());
        let drawn: Vec<u64> = drawn.map(|x| x.as_u64().expect("a whole number")).collect();
        assert!(
            drawn.iter().all(|x| (1..=1_099_511_627_776).contains(x)) && drawn.iter().any(|&x| x > 1 << 20),
            "{drawn:?}"
        );
    }
    let said = complaint(b"{\"space\": {\"x\": {\"type\": \"int\", \"low\": 1, \"high\": 1099511627776}}}\n");
    assert!(said.contains("space.x.high is 1099511627776; the accepted range is 1 .. 2147483648 (int)"), "{said}");
}

#[test]
fn a_trial_without_a_value_has_failed_and_the_search_goes_on() {
    let mut child = start();
    let mut input = child.stdin.take().expect("piped");
    // Lines may begin with a byte order mark; text that looks like a number is left alone.
    let axis = r#"{"type": "categorical", "choices": ["nan", "\\\"inf"]}"#;
    writeln!(input, "\u{feff}{{\"space\": {{\"nan\": {axis}}}, \"trials\": 4}}").expect("tune reads");
    for number in 0..4 {
        let value = [", \"value\": null", "", ",\"value\":-inf", ", \"value\": NaN"][number];
        writeln!(input, "\u{feff}{{\"number\": {number}{value}}}").expect("tune reads");
    }
    drop(input);
    let ended = child.wait_with_output().expect("tune ends");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(String::from_utf8_lossy(&ended.stdout).lines().count(), 4);
}

#[test]
fn a_choice_that_stands_twice_is_refused() {
    let axis = r#"{"type": "categorical", "choices": [16, 16, 32]}"#;
    let said = complaint(format!("{{\"space\": {{\"x\": {axis}}}, \"sampler\": \"grid\"}}\n").as_bytes());
    assert!(said.contains("space.x.choices has 16 twice"), "{said}");
}

#[test]
fn who_needs_weights_or_has_the_points_already_is_told_so() {
    for (sampler, told) in [("pbt", "pbt copies weights"), ("hand", "the points are yours already")] {
        let said = complaint(json!({"space": space(), "sampler": sampler}).to_string().as_bytes());
        assert!(said.contains("sampler.name is \"") && said.contains(told), "{said}");
    }
}

#[test]
fn an_input_that_ends_early_ends_the_search() {
    let mut child = start();
    let first = json!({"space": space()});
    writeln!(child.stdin.take().expect("piped"), "\n{first}").expect("tune reads");
    let ended = child.wait_with_output().expect("tune ends");
    assert!(ended.status.success() && ended.stderr.is_empty());
    assert_eq!(String::from_utf8_lossy(&ended.stdout).lines().count(), 1);
}

#[test]
fn bad_input_is_answered_with_one_sentence() {
    assert!(complaint(&vec![b' '; 17 << 20]).contains("line 1 of standard input: it is longer than 16 MB"));
    let deep = "[".repeat(100_000);
    let axis = r#"{"type": "float", "low": 0, "high": 1}"#;
    for (input, told) in [
        ("", "the first line is missing"),
        ("\n\n", "the first line is missing"),
        ("not JSON", "line 1 of standard input"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        (deep.as_str(), "line 1"),
        ("{}", "space is missing"),
        (r#"{"space": 3}"#, "space is 3"),
        (r#"{"space": {"x": 3}}"#, "space.x is 3"),
        (r#"{"space": {}, "colour": 1}"#, "colour is not a known key"),
        (r#"{"space": {}, "sampler": "luck"}"#, "grid | random | sobol"),
        (r#"{"space": {}, "sampler": 7}"#, "sampler is 7; it must be {\"name\": \"random\"}"),
        (r#"{"space": {}, "trials": 0}"#, "trials is 0"),
        (r#"{"space": {}, "trials": 1e9}"#, "trials is"),
        (r#"{"space": {}, "trials": 2.5}"#, "trials is 2.5"),
        (r#"{"space": {}, "seed": -1}"#, "seed is -1"),
        (r#"{"space": {}, "seed": "NaN"}"#, "seed is"),
        (r#"{"space": {}, "sampler": "sobol", "trials": 65537}"#, "65536"),
        (r#"{"space": {"x": {"type": "int", "low": 0, "high": 1e300}}}"#, "space.x"),
        (r#"{"space": {"x": {"type": "float", "low": 0, "high": 1, "step": 1e-300}}}"#, "space.x.step"),
        (r#"{"space": {"x": {"type": "float", "low": -1e308, "high": 1e308}}}"#, "space.x.high"),
        (
            r#"{"space": {"x": {"type": "int", "low": 0, "high": 2000000000, "step": 1}}, "sampler": "grid"}"#,
            "combinations",
        ),
    ] {
        let said = complaint(input.as_bytes());
        assert!(said.contains(told), "{input}: {said}");
    }
    for (told, says) in [
        (r#"{"number": 1, "value": 3}"#, "number is 1"),
        (r#"{"number": "0", "value": 3}"#, "number is \"0\""),
        (r#"{"value": 3}"#, "number is missing"),
        (r#"{"number": 0, "value": "0.5"}"#, "value is \"0.5\""),
        (r#"{"number": 0, "value": true}"#, "value is true"),
        (r#"{"number": 0, "value": "nano"}"#, "value is \"nano\""),
        (r#"{"number": 0, "value": nano}"#, "line 2 of standard input"),
        (r#"{"number": 0, "value": "good"}"#, "value is \"good\""),
        (r#"{"number": 0, "value": 3, "epoch": 1}"#, "epoch is not a known key"),
        (r#"{"number": 0, "value": "#, "line 2 of standard input"),
        ("NaN", "line 2 of standard input"),
    ] {
        let said = complaint(format!("{{\"space\": {{\"x\": {axis}}}}}\n{told}\n").as_bytes());
        assert!(said.contains(says) && said.contains("line 2 of standard input"), "{told}: {said}");
    }
    let many: Map<String, Value> =
        (0..257).map(|i| (format!("x{i}"), json!({"type": "int", "low": 0, "high": 1}))).collect();
    assert!(complaint(json!({"space": many, "sampler": "sobol"}).to_string().as_bytes()).contains("256"));
    assert!(complaint(b"\xff\xfe{}\n").contains("line 1"));
}
