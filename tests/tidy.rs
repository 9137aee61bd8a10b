//! Reads the sources and says where they break the house's rules (ARCHITECTURE.md, Invariants).

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Longer files are split.
const MAX_LINES: usize = 600;
/// Folders that hold what is built or installed.
const NOT_OURS: [&str; 7] = ["target", "node_modules", "dist", "generated", ".git", "test-results", "venv"];
/// What package managers write.
const LOCK_FILES: [&str; 2] = ["Cargo.lock", "package-lock.json"];
/// A page file that names more of the table's hyperparameters than this keeps a list of its own.
const MAX_NAMED: usize = 12;

struct Source {
    /// Relative to the repository, with slashes.
    path: String,
    text: String,
}

impl Source {
    /// The text up to the tests at the file's end, without line comments; nothing of a file that is all tests.
    fn code(&self) -> String {
        let is_tests = self.text.lines().any(|line| line == "#![cfg(test)]");
        let text = self.text.split("#[cfg(test)]").next().filter(|_| !is_tests).unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a folder's entry can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !NOT_OURS.contains(&name.as_str()) {
            walk(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

/// The text files below a folder with one of the endings (all, when none is given), sorted by path.
fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    paths.sort();
    let wanted = |path: &PathBuf| {
        endings.is_empty() || endings.iter().any(|ending| path.extension().is_some_and(|it| it == *ending))
    };
    let read = |path: PathBuf| {
        let text = String::from_utf8(fs::read(&path).ok()?).ok()?;
        let path = path.strip_prefix(root()).ok()?.to_string_lossy().replace('\\', "/");
        Some(Source { path, text })
    };
    paths.into_iter().filter(wanted).filter_map(read).collect()
}

fn json(path: &str) -> Value {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn assert_none(complaints: &[String], rule: &str) {
    assert!(complaints.is_empty(), "{rule}:\n  {}", complaints.join("\n  "));
}

/// Whether a word stands in the code as a whole word.
fn names(code: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_some_and(is_part);
        let after = code[at + word.len()..].chars().next().is_some_and(is_part);
        !before && !after
    })
}

/// The `{names}` in a text.
fn placeholders(text: &str) -> BTreeSet<String> {
    let ends = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    ends.map(|(name, _)| name.split(':').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn each_outside_world_has_one_door() {
    let doors: [(&[&str], &[&str]); 3] = [
        (
            &["wasm_bindgen", "wasm_bindgen_futures", "serde_wasm_bindgen", "js_sys", "web_sys"],
            &["src/web/", "src/backend/gpu/web.rs"],
        ),
        (&["wgpu"], &["src/backend/gpu/", "src/backend/gpu.rs"]),
        (&["std::env", "std::process", "std::fs", "println", "eprintln"], &["src/bin/"]),
    ];
    let mut complaints = Vec::new();
    for source in sources("src", &["rs"]) {
        let code = source.code();
        for (words, places) in doors {
            let allowed = places.iter().any(|place| source.path.starts_with(place));
            let named = words.iter().filter(|word| !allowed && names(&code, word));
            complaints
                .extend(named.map(|word| format!("{} names {word}; only {} may", source.path, places.join(", "))));
        }
    }
    assert_none(&complaints, "outside worlds have one door each");
}

/// The engine's modules from the bottom up: each uses only those before it.
const ORDER: [&str; 26] = [
    "fault",
    "error",
    "order",
    "json",
    "rng",
    "linear",
    "gaussian",
    "settings",
    "second_order",
    "mlp",
    "optimizer",
    "schedule",
    "dataset",
    "space",
    "study",
    "result",
    "export",
    "search",
    "kernels",
    "backend",
    "fixture",
    "trainer",
    "bench",
    "session",
    "analysis",
    "web",
];

/// The paths that begin where `text` does, one for each end of a tree in braces.
fn paths(text: &str) -> Vec<Vec<String>> {
    fn read<'a>(mut rest: &'a str, path: &[String], found: &mut Vec<Vec<String>>) -> &'a str {
        let mut path = path.to_vec();
        loop {
            rest = rest.trim_start();
            if let Some(inner) = rest.strip_prefix('{') {
                rest = inner;
                while !rest.trim_start().starts_with('}') && !rest.is_empty() {
                    rest = read(rest, &path, found);
                    rest = rest.trim_start_matches(|letter: char| !matches!(letter, ',' | '}' | ';'));
                    rest = rest.strip_prefix(',').unwrap_or(rest);
                }
                return rest.trim_start().strip_prefix('}').unwrap_or("");
            }
            let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            path.push(rest[..end].to_owned());
            rest = &rest[end..];
            let Some(inner) = rest.strip_prefix("::") else {
                found.push(path);
                return rest;
            };
            rest = inner;
        }
    }
    let mut found = Vec::new();
    read(text, &[], &mut found);
    found
}

/// Whose code names whose: modules below `folder` as paths of names, the crate's root apart.
fn uses(folder: &str) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let own = |path: &str| -> Vec<String> {
        let path = path.trim_start_matches(folder).trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').filter(|name| !["", "lib", "main"].contains(name)).map(str::to_owned).collect()
    };
    let ours = |source: &Source| !source.path.starts_with("src/bin/") && !source.path.ends_with("/tests.rs");
    let all: Vec<Source> = sources(folder, &["rs"]).into_iter().filter(ours).collect();
    let modules: BTreeSet<Vec<String>> = all.iter().map(|source| own(&source.path)).collect();
    let mut uses: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for source in &all {
        let (module, code) = (own(&source.path), source.code());
        let used = uses.entry(module.clone()).or_default();
        let starts = ["crate::", "super::"].into_iter().flat_map(|start| code.match_indices(start));
        for mut path in starts.flat_map(|(at, _)| paths(&code[at..])) {
            let ups = path.iter().take_while(|name| *name == "super").count();
            let from = if ups > 0 { module[..module.len().saturating_sub(ups)].to_vec() } else { Vec::new() };
            path = from.into_iter().chain(path.split_off(ups.max(1))).collect();
            while !path.is_empty() && !modules.contains(&path) {
                path.pop();
            }
            if !path.is_empty() {
                used.insert(path);
            }
        }
    }
    uses
}

#[test]
fn modules_use_only_those_below_them() {
    let place = |module: &[String]| ORDER.iter().position(|name| *name == module[0]);
    let mut complaints = Vec::new();
    let uses = uses("src");
    assert!(uses.len() > 60 && uses.values().map(BTreeSet::len).sum::<usize>() > 200, "the sources are read");
    for (module, used) in uses.iter().filter(|(module, _)| !module.is_empty()) {
        let Some(own) = place(module) else {
            complaints.push(format!("{} has no place in the order", module.join("::")));
            continue;
        };
        let wrong = used.iter().filter(|other| other[0] != module[0] && place(other).is_none_or(|other| other > own));
        complaints.extend(wrong.map(|other| format!("{} uses {}", module.join("::"), other.join("::"))));
    }
    assert_none(&complaints, "a module uses only what stands before it in ORDER");
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    for folder in ["src", "xtask/src"] {
        let mut uses = uses(folder);
        for (module, used) in &mut uses {
            used.retain(|other| !other.starts_with(module) && !module.starts_with(other));
        }
        // What uses nothing that is left is in no circle.
        while let Some(leaf) = uses.iter().find(|(_, used)| used.is_empty()).map(|(module, _)| module.clone()) {
            uses.remove(&leaf);
            for used in uses.values_mut() {
                used.retain(|other| *other != leaf);
            }
        }
        let line = |(module, used): (&Vec<String>, &BTreeSet<Vec<String>>)| {
            let used: Vec<String> = used.iter().map(|other| other.join("::")).collect();
            format!("{} uses {}", module.join("::"), used.join(", "))
        };
        assert_none(&uses.iter().map(line).collect::<Vec<_>>(), "files use each other in a circle");
    }
}

#[test]
fn every_shader_has_a_kernel_with_a_reference_twin() {
    let mut complaints = Vec::new();
    let tests: String = sources("tests", &["rs"])
        .iter()
        .chain(&sources("src/kernels", &["rs"]))
        .map(|source| source.text.clone())
        .collect();
    for shader in sources("shaders", &["wgsl"]) {
        if ["shaders/functions/", "shaders/bindings/"].iter().any(|folder| shader.path.starts_with(folder)) {
            continue;
        }
        let name = shader.path.trim_start_matches("shaders/").trim_end_matches(".wgsl");
        // Devices and software adapters compute the same.
        let twin = name.trim_end_matches("_tiles");
        match fs::read_to_string(root().join(format!("src/kernels/{twin}.rs"))) {
            Err(_) => complaints.push(format!("{} has no src/kernels/{twin}.rs", shader.path)),
            Ok(kernel) if !["fn reference", "reference};"].iter().any(|twin| kernel.contains(twin)) => {
                complaints.push(format!("src/kernels/{twin}.rs has no reference()"));
            }
            Ok(_) => {}
        }
        if !names(&tests, name) {
            complaints.push(format!("no test names {name}"));
        }
    }
    assert_none(&complaints, "a shader has a kernel module, a reference twin and a parity test of its name");
}

#[test]
fn every_test_file_is_in_a_binary() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap_or_default();
    let (manifest, binaries) = (read("Cargo.toml"), read("tests/backends.rs") + &read("tests/integration.rs"));
    let lost = |source: &Source| {
        let name = source.path.strip_prefix("tests/")?.strip_suffix(".rs")?;
        let found = manifest.contains(&format!("[[test]]\nname = \"{name}\""))
            || binaries.contains(&format!("\nmod {name};"))
            || name.contains('/');
        (!found).then(|| source.path.clone())
    };
    assert_none(
        &sources("tests", &["rs"]).iter().filter_map(lost).collect::<Vec<_>>(),
        "a file of tests is a module of backends.rs or integration.rs, or a [[test]]",
    );
}

#[test]
fn nothing_unwraps() {
    let mut complaints = Vec::new();
    for source in sources("src", &["rs"]).iter().chain(&sources("xtask/src", &["rs"])) {
        let code = source.code();
        complaints.extend(
            [".unwrap()", "#[allow("]
                .iter()
                .filter(|text| code.contains(**text))
                .map(|text| format!("{}: {text}", source.path)),
        );
    }
    assert_none(&complaints, "no unwrap and no bare allow outside tests");
}

#[test]
fn files_are_short() {
    let folders = ["src", "shaders", "xtask/src", "www/src", "tests"];
    let all = folders.iter().flat_map(|folder| sources(folder, &["rs", "wgsl", "js", "css", "py"]));
    let long = all.map(|source| (source.text.lines().count(), source.path)).filter(|(lines, _)| *lines >= MAX_LINES);
    assert_none(
        &long.map(|(lines, path)| format!("{path}: {lines} lines")).collect::<Vec<_>>(),
        "files stay under 600 lines",
    );
}

#[test]
fn nothing_tells_of_the_machine_it_was_written_on() {
    let told = [
        concat!("/tm", "p/"),
        concat!("/roo", "t/"),
        concat!("/hom", "e/"),
        concat!("crates", ".io"),
        concat!("npm", "js"),
        concat!("pypi", ".org"),
        concat!("deb.deb", "ian"),
    ];
    let mut complaints = Vec::new();
    for source in sources("", &[]) {
        if LOCK_FILES.iter().any(|name| source.path.ends_with(name)) {
            continue;
        }
        complaints.extend(
            told.iter().filter(|text| source.text.contains(**text)).map(|text| format!("{} names {text}", source.path)),
        );
    }
    assert_none(&complaints, "no machine paths and no registry hosts");
}

/// Both dictionaries with those of the parts that are loaded later, or nothing while there is no page.
fn dictionaries() -> Option<[BTreeMap<String, String>; 2]> {
    if !root().join("www/src/i18n").is_dir() {
        return None;
    }
    let views = fs::read_dir(root().join("www/src/views")).expect("the page has views");
    let mut folders: Vec<String> = views
        .map(|view| view.expect("a folder can be read").file_name().to_string_lossy().into_owned())
        .map(|view| format!("www/src/views/{view}"))
        .collect();
    folders.push("www/src/i18n".to_owned());
    let read = |language: &str| {
        let mut all = BTreeMap::new();
        let files = folders.iter().map(|folder| format!("{folder}/{language}.json"));
        for file in files.filter(|file| root().join(file).is_file()) {
            for (key, value) in json(&file).as_object().expect("a dictionary is an object") {
                let text = value.as_str().expect("a dictionary's values are texts").to_owned();
                assert!(all.insert(key.clone(), text).is_none(), "{file}: {key} stands in another dictionary, too");
            }
        }
        all
    };
    Some([read("en"), read("ko")])
}

#[test]
fn both_languages_say_the_same_things() {
    let Some([en, ko]) = dictionaries() else { return };
    let mut complaints = Vec::new();
    for (key, text) in &en {
        match ko.get(key) {
            None => complaints.push(format!("ko.json has no {key}")),
            Some(other) if placeholders(other) != placeholders(text) => {
                complaints.push(format!("{key} has other placeholders in ko.json"));
            }
            Some(_) => {}
        }
    }
    complaints.extend(ko.keys().filter(|key| !en.contains_key(*key)).map(|key| format!("en.json has no {key}")));
    let empty = en.iter().chain(&ko).filter(|(_, text)| text.trim().is_empty());
    complaints.extend(empty.map(|(key, _)| format!("{key} is empty")));
    assert_none(&complaints, "the dictionaries differ");
}

/// The variants of `Error` as the page knows them: code and placeholders of the English sentence.
fn problems() -> Vec<(String, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join("src/error.rs")).expect("src/error.rs can be read");
    let mut problems = Vec::new();
    for part in text.split("#[error(").skip(1) {
        let (sentence, rest) = part.split_once(")]").expect("an error attribute ends");
        let name: String = rest.trim_start().chars().take_while(|letter| letter.is_alphanumeric()).collect();
        let mut code = String::new();
        for letter in name.chars() {
            if letter.is_uppercase() && !code.is_empty() {
                code.push('_');
            }
            code.extend(letter.to_lowercase());
        }
        problems.push((code, placeholders(sentence)));
    }
    problems
}

#[test]
fn every_problem_can_be_told_in_both_languages() {
    let problems = problems();
    assert!(problems.len() > 10, "src/error.rs was not understood");
    let Some(dictionaries) = dictionaries() else { return };
    let mut complaints = Vec::new();
    for (code, fields) in problems {
        for (dictionary, language) in dictionaries.iter().zip(["en", "ko"]) {
            match dictionary.get(&format!("problem.{code}")) {
                None => complaints.push(format!("{language}.json has no problem.{code}")),
                Some(text) if placeholders(text) != fields => {
                    complaints.push(format!(
                        "{language}.json: problem.{code} says {:?}, the engine {fields:?}",
                        placeholders(text)
                    ));
                }
                Some(_) => {}
            }
        }
    }
    assert_none(&complaints, "every problem has a sentence in both languages");
}

#[test]
fn the_page_says_only_what_stands_in_the_dictionary() {
    let Some([en, _]) = dictionaries() else { return };
    let mut complaints = Vec::new();
    for source in sources("www/src", &["js"]) {
        for (at, _) in source.text.match_indices("t('") {
            let is_call =
                source.text[..at].chars().next_back().is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
            let key = source.text[at + 3..].split('\'').next().unwrap_or_default();
            if is_call && !en.contains_key(key) {
                complaints.push(format!("{} says {key}, which en.json does not have", source.path));
            }
        }
    }
    assert_none(&complaints, "every key that the page uses stands in the dictionary");
}

#[test]
fn every_hyperparameter_and_data_set_explains_itself() {
    let mut complaints = Vec::new();
    for (path, texts) in
        [("src/study/hyperparameters.json", ["label", "help"]), ("src/dataset/catalog.json", ["label", "about"])]
    {
        let table = json(path);
        let entries = table.as_array().expect("a table is an array");
        assert!(!entries.is_empty(), "{path} is empty");
        let mut seen = BTreeSet::new();
        for entry in entries {
            let name = entry["name"].as_str().expect("an entry has a name");
            if !seen.insert(name) {
                complaints.push(format!("{path}: {name} stands twice"));
            }
            for text in texts {
                let missing = ["en", "ko"]
                    .into_iter()
                    .filter(|language| entry[text][language].as_str().is_none_or(str::is_empty));
                complaints.extend(missing.map(|language| format!("{path}: {name} has no {text} in {language}")));
            }
        }
    }
    assert_none(&complaints, "tables explain themselves in both languages");
}

#[test]
fn the_table_is_the_only_list_of_hyperparameters() {
    let table = json("src/study/hyperparameters.json");
    let all: Vec<String> = table
        .as_array()
        .expect("a table is an array")
        .iter()
        .filter_map(|entry| Some(format!("'{}'", entry["name"].as_str()?)))
        .collect();
    let mut complaints = Vec::new();
    for source in sources("www/src", &["js"]) {
        let named = all.iter().filter(|name| source.text.contains(name.as_str())).count();
        if named > MAX_NAMED {
            complaints.push(format!("{} names {named} hyperparameters", source.path));
        }
    }
    assert_none(&complaints, "the page takes hyperparameters from the table");
}
