//! What the engine and the page stand on: each crate and npm package from its registry, with a checksum, under a licence
//! that `deny.toml` allows, and no crate twice.

use crate::paths;
use crate::process::{cargo, find, npm, output, program, run};
use crate::toolchain::TARGET;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

/// The index of Rust's own registry.
const CRATES: &str = "registry+https://github.com/rust-lang/";
/// Licences of packages that build and test the page and of which nothing is in it.
const OF_TOOLS: [&str; 1] = ["MPL-2.0"];

/// Checks both lock files, and the licences of all crates that this machine and the browser compile.
pub fn check() -> Result<()> {
    let rules = fs::read_to_string(paths::root().join("deny.toml"))?;
    let allowed = list(&rules, "allow")?;
    check_crates(&fs::read_to_string(paths::root().join("Cargo.lock"))?, &list(&rules, "skip")?)?;
    let version = output(program("rustc").arg("-vV")).context("`rustc -vV` failed")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let mut seen = 0;
    for platform in [host, TARGET] {
        let mut command = cargo();
        command.args(["metadata", "--locked", "--format-version", "1", "--filter-platform", platform]);
        let metadata = output(&mut command).with_context(|| format!("`cargo metadata` failed for {platform}"))?;
        seen += check_licenses(&serde_json::from_str(&metadata)?, &allowed)?;
    }
    let mut packages = 0;
    for folder in [paths::www(), paths::root().join("tests").join("bench")] {
        let lock = fs::read_to_string(folder.join("package-lock.json"))?;
        packages += check_packages(&serde_json::from_str(&lock)?, &allowed)?;
    }
    println!("{seen} crates of two platforms and {packages} npm packages are from their registries and may be used");
    Ok(())
}

/// Known vulnerabilities of npm packages, where the registry answers; all that cargo-deny checks, where it is installed.
pub fn audit() -> Result<()> {
    let answer = npm(&paths::www()).args(["audit", "--json"]).output()?;
    let answer: Value = serde_json::from_slice(&answer.stdout).unwrap_or_default();
    match answer["metadata"]["vulnerabilities"]["total"].as_u64() {
        Some(0) => println!("npm audit: nothing known"),
        Some(found) => bail!("npm audit knows {found} vulnerabilities: {}", answer["vulnerabilities"]),
        None => println!("npm audit has no answer here: {}", answer["message"]),
    }
    if find("cargo-deny").is_some() {
        return run(cargo().args(["deny", "check"]));
    }
    println!("cargo-deny is not installed; the stage dependencies has looked at licences, sources and duplicates");
    Ok(())
}

/// The texts of a list of `deny.toml` that stands on one line.
fn list(rules: &str, name: &str) -> Result<Vec<String>> {
    let line = rules.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='));
    let line = line.with_context(|| format!("deny.toml has no {name} = [...]"))?;
    Ok(line.split('"').skip(1).step_by(2).map(Into::into).collect())
}

/// Every crate of a `Cargo.lock` is from Rust's own registry, with a checksum, and there once.
fn check_crates(lock: &str, twice: &[String]) -> Result<()> {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            entry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'))
        };
        let (name, version) = (field("name").unwrap_or_default(), field("version").unwrap_or_default());
        if let Some(source) = field("source") {
            ensure!(source.starts_with(CRATES), "{name} {version} is from {source}, which is not Rust's own registry");
            ensure!(field("checksum").is_some(), "{name} {version} has no checksum in Cargo.lock");
        }
        versions.entry(name.into()).or_default().push(version.into());
    }
    ensure!(versions.len() > 1, "Cargo.lock names no crates");
    for (name, all) in versions {
        let is_expected = all.len() == 1 || twice.contains(&name);
        ensure!(
            is_expected,
            "{name} is there as {}: update what needs the older, or let it be in deny.toml",
            all.join(", ")
        );
    }
    Ok(())
}

/// Every crate that is compiled has a licence that is allowed; how many there are.
fn check_licenses(metadata: &Value, allowed: &[String]) -> Result<usize> {
    let list = |of: &Value| of.as_array().cloned().unwrap_or_default();
    let used: Vec<Value> = list(&metadata["resolve"]["nodes"]).into_iter().map(|node| node["id"].clone()).collect();
    let packages = list(&metadata["packages"]);
    let used: Vec<&Value> = packages.iter().filter(|package| used.contains(&package["id"])).collect();
    ensure!(!used.is_empty(), "cargo names no packages");
    for package in &used {
        let (name, license) = (&package["name"], package["license"].as_str().unwrap_or("no licence"));
        ensure!(may_be_used(license, allowed), "{name} is under {license}, which deny.toml does not allow");
    }
    Ok(used.len())
}

/// Every npm package of a lock file is from npm's registry, with a checksum, under a licence that is allowed.
fn check_packages(lock: &Value, allowed: &[String]) -> Result<usize> {
    let packages = lock["packages"].as_object().context("package-lock.json has no packages")?;
    let of_tools: Vec<String> = allowed.iter().cloned().chain(OF_TOOLS.map(Into::into)).collect();
    let mut n = 0;
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        let license = package["license"].as_str().unwrap_or("no licence");
        let is_tool = package["dev"] == true || package["devOptional"] == true;
        let allowed = if is_tool { of_tools.as_slice() } else { allowed };
        ensure!(may_be_used(license, allowed), "{name} is under {license}, which deny.toml does not allow");
        ensure!(package["integrity"].is_string(), "{name} has no checksum in package-lock.json");
        // The lock leaves out where registries lie (`www/.npmrc`), and names what comes from anywhere else.
        ensure!(package["resolved"].is_null(), "{name} is from {}, which is not the registry", package["resolved"]);
        n += 1;
    }
    Ok(n)
}

/// Whether a choice of an SPDX expression, or of an older `A/B`, is allowed.
fn may_be_used(license: &str, allowed: &[String]) -> bool {
    let text = license.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = text.split_whitespace().peekable();
    let is_right = any_of(&mut words, allowed);
    is_right && words.next().is_none()
}

type Tokens<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Tokens<'_>, allowed: &[String]) -> bool {
    let mut is_right = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        is_right |= all_of(words, allowed);
    }
    is_right
}

fn all_of(words: &mut Tokens<'_>, allowed: &[String]) -> bool {
    let mut is_right = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        is_right &= one(words, allowed);
    }
    is_right
}

fn one(words: &mut Tokens<'_>, allowed: &[String]) -> bool {
    match words.next() {
        Some("(") => {
            let is_right = any_of(words, allowed);
            words.next() == Some(")") && is_right
        }
        Some(name) => {
            // An exception allows more than the licence by itself.
            if words.next_if_eq(&"WITH").is_some() {
                words.next();
            }
            allowed.iter().any(|one| one == name)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_choice_of_licences_is_enough_and_all_of_several_are_needed() {
        let allowed = ["MIT".to_owned(), "Apache-2.0".into()];
        for right in [
            "MIT",
            "GPL-3.0 OR MIT",
            "GPL-3.0/MIT",
            "(GPL-3.0 OR MIT) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(may_be_used(right, &allowed), "{right}");
        }
        for wrong in
            ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0", "MIT GPL-3.0", "(MIT", "no licence"]
        {
            assert!(!may_be_used(wrong, &allowed), "{wrong}");
        }
    }

    #[test]
    fn other_sources_copies_and_licences_are_found() {
        let entry = |name: &str, version: &str, source: &str| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"\nchecksum = \"0\"\n"
            )
        };
        let (a, b) = (entry("a", "1.0.0", CRATES), entry("b", "1.0.0", CRATES));
        let said = |lock: String, twice: &[String]| check_crates(&lock, twice).err().map(|error| error.to_string());
        assert_eq!(said(format!("{a}{b}"), &[]), None);
        let twice = format!("{a}{b}{}", entry("a", "2.0.0", CRATES));
        assert!(said(twice.clone(), &[]).is_some_and(|said| said.contains("1.0.0, 2.0.0")));
        assert_eq!(said(twice, &["a".into()]), None);
        assert!(said(format!("{a}{}", entry("b", "1.0.0", "git+https://example.org/b")), &[]).is_some());
        assert!(said(format!("{a}{}", b.replace("checksum", "sum")), &[]).is_some());
        let allowed = ["MIT".to_owned()];
        let package = |license: &str, source: Value, dev: bool| {
            let one = json!({"license": license, "integrity": "sha512-0", "resolved": source, "dev": dev});
            check_packages(&json!({"packages": {"": {}, "node_modules/one": one}}), &allowed).is_ok()
        };
        assert!(package("MIT", Value::Null, false) && package("MPL-2.0", Value::Null, true));
        assert!(!package("MPL-2.0", Value::Null, false) && !package("GPL-3.0", Value::Null, true));
        assert!(!package("MIT", json!("git+ssh://git@example.org/one.git"), false));
        let metadata =
            json!({"packages": [{"id": 1, "name": "one", "license": "GPL-3.0"}], "resolve": {"nodes": [{"id": 1}]}});
        assert!(check_licenses(&metadata, &allowed).is_err());
    }
}
