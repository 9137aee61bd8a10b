//! What a device is like, on a machine without a toolchain: `cargo xtask bundle` packs this with the command line and the
//! GPU's tests. `probe` runs the others and itself, prints a table, and writes `results.json`. `PROBE_SECONDS` is how long
//! all may take, `PROBE_STRATEGY` one strategy for what is measured by strategy, `PROBE_ONLY` the parts, by name.

use core::time::Duration;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;
use tuning_playground::backend::Backend;
use tuning_playground::backend::gpu::{Gpu, Strategy};
use tuning_playground::bench::{Bench, Work};

/// Seconds for everything.
const ALL: f64 = 235.0;
/// Seconds of a measure, its warm-up apart.
const MEASURE: f64 = 0.35;
const WARM_UP: f64 = 0.15;
/// Shapes: name, shape and data, learning rates are those of `works.js`.
const SHAPES: [[&str; 2]; 2] = [
    ["2-8-8-2", r#""data": "spiral", "inputs": 2, "hidden": [8, 8], "outputs": 2, "batch_size": 32"#],
    ["784-128-10", r#""data": "sparse", "inputs": 784, "hidden": [128], "outputs": 10, "batch_size": 128"#],
];
const POPULATIONS: [u32; 7] = [1, 16, 64, 1024, 4096, 16_384, 65_536];

struct Probe {
    begun: Instant,
    limit: f64,
    only: Option<Vec<String>>,
    folder: PathBuf,
    results: serde_json::Map<String, Value>,
    failed: bool,
    /// Whether a program stands in for a device: it is slow, and what it does not get to the end of has not failed.
    is_software: bool,
}

impl Probe {
    fn left(&self) -> f64 {
        self.limit - self.begun.elapsed().as_secs_f64()
    }

    fn wants(&self, part: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|one| one == part))
    }

    fn note(&mut self, part: &str, is_good: bool, line: &str, value: Value) {
        self.failed |= !is_good;
        self.tell(part, if is_good { "ok" } else { "FAILED" }, line, value);
    }

    fn tell(&mut self, part: &str, verdict: &str, line: &str, value: Value) {
        println!("{part:<24} {verdict:<7} {line}");
        self.results.insert(part.to_owned(), value);
    }

    /// Runs a program of the bundle for so many seconds at most; what it printed.
    fn child(&mut self, part: &str, name: &str, arguments: &[&str], limit: f64) -> Option<String> {
        if !self.wants(part) {
            return None;
        }
        let program = self.folder.join(name);
        if !program.is_file() {
            self.note(part, false, &format!("{name} is not in the bundle"), json!({ "missing": name }));
            return None;
        }
        let limit = limit.min(self.left()).max(0.0);
        let begun = Instant::now();
        let log = self.folder.join(format!("{part}.log"));
        let outcome = run(&program, arguments, &self.folder, &log, limit);
        let seconds = begun.elapsed().as_secs_f64();
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("").trim().to_owned();
        let said = match &outcome {
            End::Well => last,
            End::Badly => format!("after {seconds:.0} s: {last}"),
            End::Stopped => format!("stopped at its limit: {last}"),
            End::Never(error) => error.clone(),
        };
        let line = format!("{seconds:>6.1} s  {said}");
        let is_good = matches!(outcome, End::Well);
        let value = json!({ "ok": is_good, "seconds": seconds, "said": said });
        if self.is_software && matches!(outcome, End::Stopped) {
            self.tell(part, "cut", &line, value);
        } else {
            self.note(part, is_good, &line, value);
        }
        is_good.then_some(text)
    }
}

/// How a program has ended.
enum End {
    Well,
    Badly,
    /// It had not within its limit.
    Stopped,
    /// It could not be run.
    Never(String),
}

/// Runs a program for so many seconds at most; what it prints goes to a file.
fn run(program: &Path, arguments: &[&str], folder: &Path, log: &Path, limit: f64) -> End {
    within(program, arguments, folder, log, limit).unwrap_or_else(End::Never)
}

fn within(program: &Path, arguments: &[&str], folder: &Path, log: &Path, limit: f64) -> Result<End, String> {
    let said = |error: std::io::Error| format!("{}: {error}", program.display());
    let out = std::fs::File::create(log).map_err(said)?;
    let also = out.try_clone().map_err(said)?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(out).stderr(also);
    let mut child = command.env("TUNING_REQUIRE_GPU", "1").spawn().map_err(said)?;
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(said)? {
            return Ok(if status.success() { End::Well } else { End::Badly });
        }
        if begun.elapsed().as_secs_f64() > limit {
            // It may have ended in between.
            let _ = child.kill();
            let _ = child.wait();
            return Ok(End::Stopped);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn work(shape: &str, trials: u32) -> Result<Work, tuning_playground::Error> {
    Work::parse(&format!(
        r#"{{{shape}, "optimizer": "adam", "learning_rate": [1e-4, 1e-2], "dropout": [0, 0], "trials": {trials},
        "steps": 1000000000, "share": [0, 1]}}"#
    ))
}

/// Trains for so many seconds: steps a second, and seconds until the first report.
fn rate(gpu: &Gpu, work: &Work, seconds: f64) -> Result<(f64, f64), tuning_playground::Error> {
    let begun = Instant::now();
    let mut bench = pollster::block_on(Bench::new(gpu, work))?;
    let (mut first, mut steps) = (None, 0);
    loop {
        let (taken, is_over) = pollster::block_on(bench.advance(Duration::from_millis(20)))?;
        let now = begun.elapsed().as_secs_f64();
        let from = *first.get_or_insert(now);
        // What the first report brought was worked on before it.
        steps += if now > from { taken } else { 0 };
        if is_over || now - from >= seconds {
            return Ok((steps as f64 / (now - from).max(1e-9), from));
        }
    }
}

fn device(probe: &mut Probe) -> Result<(), tuning_playground::Error> {
    let begun = Instant::now();
    let gpu = pollster::block_on(Gpu::open())?;
    let opened = begun.elapsed().as_secs_f64();
    let name = gpu.adapter();
    let kind = if gpu.is_software() { "a program" } else { "a device" };
    probe.note(
        "adapter",
        true,
        &format!("{name} ({kind}), open and tested in {opened:.2} s"),
        json!({ "name": name, "software": gpu.is_software(), "opened_s": opened }),
    );
    let forced = std::env::var("PROBE_STRATEGY").ok();
    let mut rates = Vec::new();
    for [shape, text] in SHAPES {
        for trials in POPULATIONS {
            let work = work(text, trials)?;
            let mut best: Option<(String, f64)> = None;
            for strategy in Strategy::ALL {
                let label = format!("{strategy:?}").to_lowercase();
                // What would take longest comes last, and the rest of the time is for what is quick.
                if probe.left() < 4.0 || forced.as_ref().is_some_and(|only| *only != label) {
                    continue;
                }
                let own = gpu.with_strategy(strategy);
                // Large networks are not unrolled, and 65,536 of the wide ones are more than memory holds.
                let measured = rate(&own, &work, WARM_UP).and_then(|_| rate(&own, &work, MEASURE));
                let part = format!("{shape} x{trials} {label}");
                match measured {
                    Ok((steps, first)) => {
                        println!("{part:<36} {steps:>12.0} steps/s, first report after {:>7.1} ms", 1e3 * first);
                        rates.push(json!({ "shape": shape, "trials": trials, "strategy": label, "steps_per_second": steps, "first_report_ms": 1e3 * first }));
                        if best.as_ref().is_none_or(|(_, most)| steps > *most) {
                            best = Some((label, steps));
                        }
                    }
                    Err(error @ tuning_playground::Error::TooLarge { .. }) => println!("{part:<36} {error}"),
                    Err(error) => return Err(error),
                }
            }
            if let Some((strategy, _)) = best {
                let rule = pick(&gpu, &work)?;
                rates.push(json!({ "shape": shape, "trials": trials, "quickest": strategy, "rule": rule }));
            }
        }
    }
    let facts = pollster::block_on(gpu.facts())?;
    println!(
        "an empty wait {:.3} ms, a dispatch {:.1} us, self-test {:.1e} from the CPU",
        facts["latency_ms"].as_f64().unwrap_or_default(),
        facts["dispatch_us"].as_f64().unwrap_or_default(),
        facts["self_test"].as_f64().unwrap_or_default()
    );
    for one in facts["first_uses"].as_array().into_iter().flatten() {
        println!(
            "{:<36} compiled and tried in {:.0} ms",
            one["name"].as_str().unwrap_or_default(),
            one["ms"].as_f64().unwrap_or_default()
        );
    }
    probe.results.insert("facts".into(), facts);
    probe.results.insert("rates".into(), rates.into());
    Ok(())
}

/// The strategy that the rule gives to a work.
fn pick(gpu: &Gpu, work: &Work) -> Result<String, tuning_playground::Error> {
    // The rule asks how many there are; some of them are enough to ask it.
    let some = Work { share: [0, work.trials.div_ceil(64)], ..work.clone() };
    Ok(pollster::block_on(Bench::new(gpu, &some))?.info().strategy.to_owned())
}

fn main() -> ExitCode {
    // `cargo bench` and `cargo test --benches` ask every bench; this one is for bundles.
    if std::env::args().any(|argument| argument == "--bench" || argument == "--test") {
        return ExitCode::SUCCESS;
    }
    let limit =
        std::env::var("PROBE_SECONDS").ok().and_then(|text| text.parse().ok()).filter(|s: &f64| *s > 0.0 && *s < 1e5);
    let only = std::env::var("PROBE_ONLY").ok().map(|names| names.split(',').map(str::to_owned).collect());
    let folder =
        std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned)).unwrap_or_else(|| ".".into());
    let mut probe = Probe {
        begun: Instant::now(),
        limit: limit.unwrap_or(ALL),
        only,
        folder,
        results: serde_json::Map::new(),
        failed: false,
        is_software: pollster::block_on(Gpu::open()).is_ok_and(|gpu| gpu.is_software()),
    };
    probe.child("default study", "tune", &["run", "--backend", "gpu", "--test", "-o", "default.json"], 40.0);
    let fixtures: Vec<String> = std::fs::read_dir(probe.folder.join("fixtures"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| format!("fixtures/{}", entry.file_name().to_string_lossy()))
        .collect();
    let verify: Vec<&str> =
        ["verify", "--backend", "gpu"].into_iter().chain(fixtures.iter().map(String::as_str)).collect();
    probe.child("verify", "tune", &verify, 40.0);
    probe.child("gpu tests", "backends", &["gpu::", "--test-threads", "1"], 100.0);
    if probe.wants("device")
        && let Err(error) = device(&mut probe)
    {
        probe.note("device", false, &error.to_string(), json!({ "error": error.to_string() }));
    }
    let seconds = probe.begun.elapsed().as_secs_f64();
    probe.results.insert("seconds".into(), seconds.into());
    let path = probe.folder.join("results.json");
    let text = format!("{:#}\n", Value::Object(probe.results));
    if let Err(error) = std::fs::write(&path, text) {
        eprintln!("{}: {error}", path.display());
        return ExitCode::FAILURE;
    }
    println!("whole in {seconds:.0} s; {} has it all", path.display());
    if probe.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
