//! `tune run --journal` as a process: the run as a file that grows, is cut off, and goes on.

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tune-{}-journal-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// A search that learns and prunes, so that each trial hangs on those before it.
fn study() -> Value {
    json!({
        "format": "tuning-playground/study@1", "dataset": {"name": "moons", "samples": 60},
        "fixed": {"hidden": [4], "epochs": 4},
        "space": {
            "learning_rate": {"type": "float", "low": 1e-3, "high": 0.1, "log": true},
            "optimizer": {"type": "categorical", "choices": ["sgd", "adam"]},
            "beta1": {"type": "float", "low": 0.5, "high": 0.99, "scale": "log1m"},
        },
        "sampler": {"name": "tpe", "startup": 4, "round": 4}, "pruner": {"name": "halving", "reduction": 2}, "trials": 12,
    })
}

fn tune(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tune"));
    command.args(arguments).stdin(Stdio::null()).output().expect("tune ends")
}

/// Runs a study with a journal; the result.
fn run(folder: &Path, study: &Value, journal: &Path) -> Result<Value, String> {
    let [file, result] = ["study.json", "result.json"].map(|name| folder.join(name));
    fs::write(&file, study.to_string()).expect("written");
    let [file, journal] = [&file, journal].map(|path| path.to_string_lossy().into_owned());
    let output = tune(&["run", &file, "--backend", "cpu", "--journal", &journal, "-o", &result.to_string_lossy()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        assert_eq!(output.status.code(), Some(2), "{said}");
        return Err(said);
    }
    Ok(plain(&read(&result)))
}

fn read(path: &Path) -> Value {
    tuning_playground::json::parse(&fs::read_to_string(path).expect("it is there")).expect("JSON")
}

/// A result without what differs from run to run.
fn plain(result: &Value) -> Value {
    let mut trials = result["trials"].clone();
    for trial in trials.as_array_mut().expect("trials") {
        for epoch in trial["epochs"].as_array_mut().expect("epochs") {
            epoch["seconds"] = Value::Null;
        }
    }
    json!({"trials": trials, "best": result["best"]})
}

/// How often each trial was created and ended.
fn counts(text: &str) -> (Vec<u32>, usize) {
    let lines: Vec<Value> =
        text.lines().map(|line| tuning_playground::json::parse_bare(line).expect("whole")).collect();
    let created = lines.iter().filter(|line| line["op_code"] == 4).count();
    let mut ended = vec![0; created];
    for line in lines.iter().filter(|line| line["op_code"] == 6) {
        ended[line["trial_id"].as_u64().expect("a number") as usize] += 1;
    }
    (ended, created)
}

#[test]
fn a_run_that_was_cut_off_goes_on_without_a_trial_lost_or_twice() {
    let folder = folder("resumed");
    let journal = folder.join("run.log");
    let whole = run(&folder, &study(), &journal).expect("a run");
    let text = fs::read_to_string(&journal).expect("a journal");
    assert_eq!(counts(&text), (vec![1; 12], 12));
    // As where it was killed: in its head, between lines, in mid-line, and at its end.
    for share in [0.005, 0.2, 0.5, 0.77, 0.999, 1.0] {
        let end = (text.len() as f64 * share) as usize;
        fs::write(&journal, &text.as_bytes()[..end]).expect("cut");
        assert_eq!(run(&folder, &study(), &journal).expect("goes on"), whole, "cut at {end} of {}", text.len());
        let grown = fs::read_to_string(&journal).expect("a journal");
        assert_eq!(counts(&grown), (vec![1; 12], 12), "cut at {end}");
        let kept = text[..end].rfind('\n').map_or(0, |at| at + 1);
        assert!(grown.as_bytes().starts_with(&text.as_bytes()[..kept]), "what was there stays");
    }
    // It is the result, epoch for epoch.
    let back = folder.join("back.json");
    let [file, out] = [&journal, &back].map(|path| path.to_string_lossy().into_owned());
    assert!(tune(&["import", &file, "-o", &out]).status.success());
    assert_eq!(plain(&read(&back)), whole);
    // With nothing left to train the result still says what trained it, and the summary names no pace.
    let output = tune(&[
        "run",
        &folder.join("study.json").to_string_lossy(),
        "--backend",
        "cpu",
        "--journal",
        &file,
        "-o",
        &out,
    ]);
    assert!(output.status.success() && read(&back)["engine"]["backend"] == "cpu");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("all of them from the journal") && !said.contains("trial-steps/s"), "{said}");
    // A study that is given more trials goes on, too.
    let mut more = study();
    more["trials"] = json!(16);
    let more = run(&folder, &more, &journal).expect("goes on");
    assert_eq!(more["trials"].as_array().map(Vec::len), Some(16));
    assert_eq!(more["trials"].as_array().map(|all| &all[..12]), whole["trials"].as_array().map(Vec::as_slice));
}

#[test]
fn populations_and_stages_go_on_too() {
    let folder = folder("kinds");
    let mut population = study();
    population["sampler"] = json!({"name": "pbt", "population": 4});
    population["pruner"] = Value::Null;
    population.as_object_mut().expect("a study").remove("pruner");
    let mut stages = study();
    stages["stages"] = json!([{"epochs": 2, "trials": 4}, {"epochs": 3, "trials": 4}]);
    stages["trials"] = json!(8);
    stages["sampler"] = json!({"name": "random"});
    for (name, study) in [("population", population), ("stages", stages)] {
        let journal = folder.join(name);
        let whole = run(&folder, &study, &journal).expect("a run");
        let text = fs::read_to_string(&journal).expect("a journal");
        fs::write(&journal, &text.as_bytes()[..2 * text.len() / 3]).expect("cut");
        assert_eq!(run(&folder, &study, &journal).expect("goes on"), whole, "{name}");
    }
}

/// A small study of its own kind of search.
fn small(more: &Value) -> Value {
    let mut study = json!({
        "format": "tuning-playground/study@1", "dataset": {"name": "moons", "samples": 60},
        "fixed": {"epochs": 6, "optimizer": "sgd", "hidden": [4], "activation": "linear"},
        "space": {"learning_rate": {"type": "float", "low": 0.01, "high": 1e6, "log": true}}, "trials": 12,
    });
    study.as_object_mut().expect("a study").extend(more.as_object().expect("an object").clone());
    study
}

#[test]
fn trials_that_diverge_and_budgets_that_are_spent_are_kept_wherever_a_run_is_cut_off() {
    let folder = folder("diverged");
    let adam = json!({"epochs": 10, "optimizer": "adam", "hidden": [4]});
    let batches = json!({
        "learning_rate": {"type": "float", "low": 1e-3, "high": 0.1, "log": true},
        "batch_size": {"type": "int", "low": 4, "high": 42},
    });
    let pbt = json!({"name": "pbt", "population": 4});
    let studies = [
        small(&json!({"sampler": pbt, "trials": 20})),
        small(&json!({"sampler": pbt, "trials": 20, "seed": 2})),
        small(&json!({"sampler": pbt, "trials": 40, "seed": 2, "budget": 25, "fixed": adam, "space": batches})),
        small(&json!({"pruner": {"name": "halving", "reduction": 2}, "budget": 150})),
        small(&json!({"pruner": {"name": "hyperband", "reduction": 2}, "sampler": {"name": "tpe", "startup": 4}})),
        small(&json!({"pruner": {"name": "median", "startup": 2}, "budget": 150})),
    ];
    for (at, study) in studies.iter().enumerate() {
        let journal = folder.join(format!("{at}.log"));
        let whole = run(&folder, study, &journal).expect("a run");
        let text = fs::read_to_string(&journal).expect("a journal");
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for n in [lines.len(), lines.len() - 1, lines.len() * 3 / 4, lines.len() / 2, 7 + at] {
            fs::write(&journal, lines[..n].concat()).expect("cut");
            assert_eq!(run(&folder, study, &journal).expect("goes on"), whole, "{at} cut at line {n}");
            let grown = fs::read_to_string(&journal).expect("a journal");
            assert!(grown.starts_with(&lines[..n].concat()) && counts(&grown) == counts(&text), "{at} at line {n}");
        }
        let back = folder.join("back.json");
        assert!(tune(&["import", &journal.to_string_lossy(), "-o", &back.to_string_lossy()]).status.success());
        assert_eq!(plain(&read(&back)), whole, "{at}");
    }
}

#[test]
fn a_study_may_be_written_otherwise() {
    let folder = folder("written");
    let journal = folder.join("run.log");
    let choices = |first: Value| {
        let batches = json!({"batch_size": {"type": "categorical", "choices": [first, 16]}});
        small(&json!({"fixed": {"epochs": 2, "hidden": [4]}, "space": batches, "trials": 3}))
    };
    let whole = run(&folder, &choices(json!(8)), &journal).expect("a run");
    let text = fs::read_to_string(&journal).expect("a journal");
    let mut other = choices(json!(8.0));
    other["fixed"] = json!({"epochs": 2.0, "hidden": [4.0], "optimizer": "adam", "patience": 0});
    other["pruner"] = json!({"name": "none"});
    let again = run(&folder, &other, &journal).expect("the same study");
    assert_eq!(again["trials"][0]["epochs"], whole["trials"][0]["epochs"]);
    assert_eq!(fs::read_to_string(&journal).expect("a journal"), text);
    other["fixed"]["epochs"] = json!(3);
    assert!(run(&folder, &other, &journal).expect_err("another").contains("of another study: fixed differ"));
}

#[test]
fn a_study_that_is_given_more_goes_on_with_what_it_had() {
    let folder = folder("more");
    let stages = |n: u32| json!({"stages": [{"epochs": 1, "trials": 4}, {"epochs": 2, "trials": n}], "trials": 4 + n});
    let picked = |rates: &[f64]| {
        let points: Vec<Value> = rates.iter().map(|rate| json!({"learning_rate": rate})).collect();
        json!({"sampler": {"name": "hand", "points": points}})
    };
    let halving = |n: u32| json!({"pruner": {"name": "halving", "reduction": 2}, "trials": n});
    let pbt = |n: u32| json!({"sampler": {"name": "pbt", "population": 4}, "trials": n});
    for (at, (before, after, n)) in [
        (stages(3), stages(5), Some(9)),
        (picked(&[0.1, 0.2]), picked(&[0.1, 0.2, 0.3]), Some(3)),
        (json!({"budget": 40}), json!({"budget": 120}), None),
        (json!({"budget": 40}), json!({}), Some(12)),
        // Of a round that is larger from the start others would go on.
        (halving(6), halving(11), Some(11)),
        (pbt(9), pbt(20), None),
    ]
    .into_iter()
    .enumerate()
    {
        let journal = folder.join(format!("{at}.log"));
        let first = run(&folder, &small(&before), &journal).expect("a run");
        let had = first["trials"].as_array().expect("trials").len();
        let more = run(&folder, &small(&after), &journal).expect("goes on");
        let trials = more["trials"].as_array().expect("trials");
        assert_eq!(first["trials"].as_array().map(Vec::as_slice), Some(&trials[..had]), "{at}");
        assert!(trials.len() > had && n.is_none_or(|n| trials.len() == n), "{at}: {} after {had}", trials.len());
        let text = fs::read_to_string(&journal).expect("a journal");
        // Again, and as a run that was cut off between the two and within each of them.
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for n in [lines.len(), lines.len() * 3 / 4, lines.len() / 3] {
            fs::write(&journal, lines[..n].concat()).expect("cut");
            let has_both = lines[..n].iter().filter(|line| line.starts_with("{\"op_code\":2,")).count() == 2;
            let again = run(&folder, &small(&after), &journal).expect("goes on");
            assert!(!has_both || again == more, "{at} cut at line {n}");
        }
        fs::write(&journal, &text).expect("written");
        let back = folder.join("back.json");
        assert!(tune(&["import", &journal.to_string_lossy(), "-o", &back.to_string_lossy()]).status.success());
        assert_eq!(plain(&read(&back)), more, "{at}");
        let study = &read(&back)["study"];
        let key = if at == 1 { "sampler" } else { "trials" };
        assert!(small(&after)[key] == study[key], "{at}: {study}");
        // What was given is not taken away.
        if at < 3 {
            let said = run(&folder, &small(&before), &journal).expect_err("less");
            assert!(said.contains("it is of another study: ") && said.contains(" differ"), "{at}: {said}");
        }
    }
}

#[test]
fn a_journal_and_its_run_name_the_same_best() {
    let folder = folder("best");
    let journal = folder.join("run.log");
    let study = small(&json!({
        "seed": 2, "trials": 4, "objective": {"direction": "maximize"}, "pruner": {"name": "halving", "reduction": 4},
        "space": {"learning_rate": {"type": "float", "low": 0.01, "high": 1e3, "log": true}},
    }));
    let whole = run(&folder, &study, &journal).expect("a run");
    let states = whole["trials"].as_array().expect("trials").iter().map(|trial| trial["state"].clone());
    let states: Vec<Value> = states.collect();
    assert!(!states.contains(&json!("complete")) && whole["best"].is_u64(), "the test tests something: {states:?}");
    let back = folder.join("back.json");
    assert!(tune(&["import", &journal.to_string_lossy(), "-o", &back.to_string_lossy()]).status.success());
    assert_eq!(plain(&read(&back)), whole);
}

#[test]
fn a_journal_of_something_else_is_left_as_it_is() {
    let folder = folder("refused");
    let journal = folder.join("run.log");
    let mut small = study();
    small["trials"] = json!(4);
    run(&folder, &small, &journal).expect("a run");
    let text = fs::read_to_string(&journal).expect("a journal");
    let mut other = small.clone();
    other["seed"] = json!(1);
    let altered = text.replacen("\"optimizer\":0", "\"optimizer\":1", 1);
    for (study, text, said) in [
        (&other, text.clone(), "it is of another study: seed differ"),
        (&small, text.replace("journal@1", "journal@3"), "line 2 of the journal: format is"),
        (&small, text.replace("\"backend\":\"cpu\"", "\"backend\":\"gpu\""), "trained with backend \"gpu\""),
        (&small, altered, "has other parameters than the study asks for"),
        (&small, "no journal\n".into(), "line 1 of the journal"),
        (&small, "notes without an end of line".into(), "this is no journal, and stays as it is"),
        (&small, format!("{:#}", json!({"format": "x", "trials": 1})), "it begins a document, x, and no journal"),
        (&small, json!({"study": "x"}).to_string() + "\n", "op_code is missing"),
        (&small, format!("{:#}\n", json!({"format": "x"})), "it begins a document, x, and no journal"),
    ] {
        fs::write(&journal, &text).expect("written");
        let error = run(&folder, study, &journal).expect_err(said);
        assert!(error.contains(said) && error.contains("run.log"), "{error} does not say: {said}");
        assert_eq!(fs::read_to_string(&journal).expect("a journal"), text, "{said}");
    }
    // While another run writes it.
    fs::write(&journal, &text).expect("written");
    let held = fs::File::open(&journal).expect("a journal");
    held.lock().expect("a lock");
    assert!(run(&folder, &small, &journal).expect_err("locked").contains("another run writes it"));
    drop(held);
    // A line that is being written while it is read is left out, and said.
    let cut = folder.join("cut.log");
    fs::write(&cut, &text[..text.len() - 20]).expect("cut");
    let output = tune(&["import", &cut.to_string_lossy(), "-o", &folder.join("cut.json").to_string_lossy()]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("last line is not whole"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 trials have not ended"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let folder = folder("full");
    let error = run(&folder, &study(), Path::new("/dev/full")).expect_err("a full disk");
    assert!(error.contains("/dev/full: No space left on device") && error.contains("goes on from there"), "{error}");
    let result = folder.join("result.json");
    let mut small = study();
    small["trials"] = json!(1);
    fs::write(&result, json!({"format": "tuning-playground/result@1", "study": small, "trials": []}).to_string())
        .expect("written");
    let output = tune(&["export", &result.to_string_lossy(), "--to", "optuna-journal", "-o", "/dev/full"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("No space left on device"));
}

/// A journal that programs, disks and people have been at: lines lost, doubled, swapped, cut, blank, and signs that are others.
fn damaged(text: &str, of: u64) -> String {
    let mut state = of.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % n.max(1)
    };
    let mut lines: Vec<String> = text.lines().map(Into::into).collect();
    for _ in 0..=below(3) {
        let (at, other) = (below(lines.len()), below(lines.len()));
        let line = lines[at].clone();
        match below(8) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(other, line),
            2 => lines.swap(at, other),
            3 => lines[at] = line.chars().take(below(line.len())).collect(),
            4 => lines.insert(at, String::new()),
            5 => {
                let other = ["-1", "1e999", "null", "\"x\"", "{}"][below(5)];
                lines[at] = line.replacen(&below(10).to_string(), other, 1);
            }
            6 => lines[at] = line.replacen('"', "", 1),
            _ => {
                let more = lines[other].clone();
                lines[at] += &more;
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join("\n") + ["\n", "", "\0\0\0"][below(3)]
}

/// So many damaged journals are each read, or refused in a sentence that names the line or what is wrong.
fn journals_by_chance(damages: std::ops::Range<u64>) {
    use tuning_playground::export::{journal::read, trials_of};
    let folder = folder(&format!("chance-{}", damages.start));
    let journal = folder.join("run.log");
    run(&folder, &study(), &journal).expect("a run");
    let text = fs::read_to_string(&journal).expect("a journal");
    let (mut read_anyway, all) = (0, damages.end - damages.start);
    for of in damages {
        let text = damaged(&text, of);
        let is_sentence = |said: &str| said.len() > 20 && !said.contains('\n');
        let studies = match read::read(read::whole_lines(&text).0) {
            Ok(studies) => studies,
            Err(error) => {
                let said = error.to_string();
                assert!(is_sentence(&said) && said.contains("line "), "{said}");
                continue;
            }
        };
        for study in studies {
            match study.result(None) {
                Ok(result) => {
                    let trials = trials_of(&result).expect("trials");
                    assert!((0..).zip(trials).all(|(at, trial)| trial["number"] == at), "{result}");
                    read_anyway += 1;
                }
                Err(error) => assert!(is_sentence(&error.to_string()), "{error}"),
            }
        }
    }
    assert!(read_anyway > all / 10 && read_anyway < all, "{read_anyway} of {all} are read");
}

#[test]
fn three_hundred_damaged_journals_are_read_or_refused_with_a_reason() {
    journals_by_chance(0..300);
}

#[test]
#[ignore = "soak"]
fn fifty_thousand_damaged_journals_are_read_or_refused_with_a_reason() {
    journals_by_chance(1000..51_000);
}

#[test]
fn blank_lines_are_none_and_a_torn_line_is_named_with_what_to_do() {
    let folder = folder("torn");
    let journal = folder.join("run.log");
    let mut small = study();
    small["trials"] = json!(3);
    let whole = run(&folder, &small, &journal).expect("a run");
    let text = fs::read_to_string(&journal).expect("a journal");
    fs::write(&journal, text.replace('\n', "\n\n")).expect("written");
    assert_eq!(run(&folder, &small, &journal).expect("goes on"), whole);
    // A line that was cut off in the middle of a letter.
    small["name"] = json!("학습률");
    let named = run(&folder, &small, &folder.join("named.log")).expect("a run");
    let bytes = fs::read(folder.join("named.log")).expect("a journal");
    let letter = bytes.iter().position(|byte| !byte.is_ascii()).expect("a name");
    fs::write(&journal, &bytes[..=letter]).expect("cut");
    assert_eq!(run(&folder, &small, &journal).expect("goes on"), named);
    small["name"] = json!("");
    // Two programs that wrote at once, or a disk that gave back zeros.
    for torn in ["{\"op_code\":4,{\"op_code\":4}", "\0\0\0\0"] {
        fs::write(&journal, text.replacen('\n', &format!("\n{torn}\n"), 1)).expect("written");
        let said = run(&folder, &small, &journal).expect_err("torn");
        assert!(said.contains("line 2 of the journal: it is not whole JSON") && said.contains("remove it"), "{said}");
    }
}
