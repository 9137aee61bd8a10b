//! Shapes, geometry, noise and frozen values of the generated sets.

use super::*;
use crate::dataset::{Task, catalog, split};

fn make(name: &str, samples: u32, noise: f64, seed: u64) -> Dataset {
    generate(name, &Settings { samples: Some(samples), noise, seed, ..Settings::default() }).expect("valid")
}

fn names() -> impl Iterator<Item = &'static str> {
    catalog().iter().filter(|entry| entry.kind == Kind::Generated).map(|entry| entry.name.as_str())
}

fn classes(data: &Dataset) -> &[u32] {
    match &data.targets {
        Targets::Classes(classes) => classes,
        Targets::Numbers(_) => panic!("classes are expected"),
    }
}

fn numbers(data: &Dataset) -> &[f64] {
    match &data.targets {
        Targets::Numbers(numbers) => numbers,
        Targets::Classes(_) => panic!("numbers are expected"),
    }
}

/// (x, y, class) of every row.
fn rows(data: &Dataset) -> impl Iterator<Item = (f64, f64, u32)> {
    classes(data).iter().enumerate().map(|(row, &class)| (data.row(row)[0], data.row(row)[1], class))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn every_set_has_its_shape() {
    for name in names() {
        for samples in [3, 4, 5, 7, 500, 1001] {
            let data = make(name, samples, 0.1, 3);
            let rows = samples as usize;
            assert_eq!((data.name.as_str(), data.rows, data.columns), (name, rows, 2));
            assert_eq!(data.features.len(), 2 * rows);
            assert_eq!(data.feature_names, ["x1", "x2"]);
            assert!(data.features.iter().all(|value| value.is_finite()));
            match (&data.targets, data.task()) {
                (Targets::Classes(classes), Task::Classes(count)) => {
                    assert_eq!((classes.len(), data.class_names.len()), (rows, count as usize));
                    assert!(classes.iter().all(|&class| class < count));
                }
                (Targets::Numbers(numbers), Task::Numbers) => {
                    assert_eq!((numbers.len(), data.class_names.len()), (rows, 0));
                }
                _ => panic!("{name}: task and targets disagree"),
            }
        }
        assert_eq!(generate(name, &Settings::default()).expect("valid").rows, 500, "{name}: the default number");
    }
}

#[test]
fn classes_are_balanced() {
    for name in names().filter(|name| !matches!(*name, "plane" | "waves")) {
        let data = make(name, 1001, 0.0, 1);
        let n_classes = data.class_names.len();
        for class in 0..n_classes {
            let count = classes(&data).iter().filter(|&&c| c as usize == class).count() as f64;
            let fair = 1001.0 / n_classes as f64;
            // xor's classes are where its points fall; the others share rows out.
            let slack = if name == "xor" { 80.0 } else { 1.0 };
            assert!((count - fair).abs() < slack, "{name}, class {class}: {count}");
        }
    }
}

#[test]
fn circle_is_make_circles() {
    for (x, y, class) in rows(&make("circle", 101, 0.0, 0)) {
        assert!(close(x.hypot2(y), if class == 0 { 1.0 } else { 0.64 }), "{x} {y}");
    }
}

#[test]
fn moons_are_make_moons() {
    let data = make("moons", 100, 0.0, 0);
    for (x, y, class) in rows(&data) {
        if class == 0 {
            assert!(close(x.hypot2(y), 1.0) && y >= 0.0);
        } else {
            assert!(close((x - 1.0).hypot2(y - 0.5), 1.0) && y <= 0.5);
        }
    }
    let ends = |end: f64| rows(&data).any(|(x, y, class)| class == 0 && close(x, end) && close(y, 0.0));
    assert!(ends(1.0) && ends(-1.0));
}

#[test]
fn the_remainder_goes_to_the_classes_that_scikit_learn_gives_it() {
    let shares = |name: &str, samples: u32| {
        let data = make(name, samples, 0.0, 1);
        [0, 1, 2].map(|class| rows(&data).filter(|row| row.2 == class).count())
    };
    for (samples, wanted) in [(499, [167, 166, 166]), (500, [167, 167, 166]), (501, [167; 3])] {
        assert_eq!(shares("blobs", samples), wanted);
    }
    assert_eq!(["moons", "circle"].map(|name| shares(name, 101)), [[50, 51, 0]; 2]);
}

#[test]
fn blobs_are_unit_gaussians_around_three_centres() {
    let data = make("blobs", 3000, 0.0, 5);
    for class in 0..3 {
        let members: Vec<_> = rows(&data).filter(|row| row.2 == class).collect();
        let count = members.len() as f64;
        for axis in [|row: &(f64, f64, u32)| row.0, |row: &(f64, f64, u32)| row.1] {
            let mean = members.iter().map(axis).sum::<f64>() / count;
            let variance = members.iter().map(axis).map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
            assert!(mean.abs() < 10.2 && (variance - 1.0).abs() < 0.15, "{mean} {variance}");
        }
    }
}

#[test]
fn playground_sets_keep_its_geometry() {
    for (x, y, class) in rows(&make("xor", 500, 0.0, 2)) {
        assert_eq!(class, u32::from(x * y >= 0.0));
        assert!([x, y].iter().all(|axis| (0.05..=5.3 / 6.0).contains(&axis.abs())), "{x} {y}");
    }
    let data = make("gauss", 4000, 0.0, 2);
    let upper = || rows(&data).filter(|row| row.2 == 1);
    let mean = upper().map(|row| row.0).sum::<f64>() / 2000.0;
    let variance = upper().map(|row| (row.0 - mean) * (row.0 - mean)).sum::<f64>() / 2000.0;
    assert!((mean - 1.0 / 3.0).abs() < 0.01 && (variance - 0.5 / 36.0).abs() < 0.002, "{mean} {variance}");
    for (x, y, class) in rows(&make("spiral", 200, 0.0, 2)) {
        let radius = x.hypot2(y).sqrt();
        assert!(radius < 5.0 / 6.0);
        let angle = 3.5 * PI * radius * 6.0 / 5.0 + if class == 0 { PI } else { 0.0 };
        assert!(close(x, radius * libm::sin(angle)) && close(y, radius * libm::cos(angle)), "{x} {y}");
    }
}

#[test]
fn numbers_are_the_documented_formulas() {
    for name in ["plane", "waves"] {
        let (clean, noisy) = (make(name, 2000, 0.0, 2), make(name, 2000, 0.3, 2));
        assert_eq!(clean.features, noisy.features, "{name}: noise is on the target only");
        let mut square = 0.0;
        for (row, (value, with_noise)) in numbers(&clean).iter().zip(numbers(&noisy)).enumerate() {
            let (x, y) = (clean.row(row)[0], clean.row(row)[1]);
            let expected = if name == "plane" { 0.6 * (x + y) } else { libm::sin(PI * x) * libm::cos(PI * y) };
            assert!(close(*value, expected) && x.abs() <= 1.0 && y.abs() <= 1.0);
            square += (with_noise - value) * (with_noise - value);
        }
        assert!(((square / 2000.0).sqrt() - 0.3).abs() < 0.02, "{name}");
    }
}

#[test]
fn noise_moves_the_same_points() {
    let (clean, noisy) = (make("moons", 2000, 0.0, 9), make("moons", 2000, 0.2, 9));
    assert_eq!(clean.targets, noisy.targets);
    let moves: Vec<f64> = clean.features.iter().zip(&noisy.features).map(|(a, b)| b - a).collect();
    let mean = moves.iter().sum::<f64>() / 4000.0;
    let deviation = (moves.iter().map(|step| step * step).sum::<f64>() / 4000.0).sqrt();
    assert!(mean.abs() < 0.01 && (deviation - 0.2).abs() < 0.01, "{mean} {deviation}");
    let twice = make("moons", 2000, 0.4, 9);
    for ((a, b), c) in clean.features.iter().zip(&noisy.features).zip(&twice.features) {
        assert!(close(c - a, 2.0 * (b - a)));
    }
}

#[test]
fn normals_are_normal() {
    let mut stream = Stream::new([1, 2]);
    let draws: Vec<f64> = (0..100_000).map(|_| stream.normal()).collect();
    let moment = |power: i32| draws.iter().map(|x| (0..power).fold(1.0, |product, _| product * x)).sum::<f64>() / 1e5;
    assert!(moment(1).abs() < 0.01 && (moment(2) - 1.0).abs() < 0.02, "{} {}", moment(1), moment(2));
    assert!(moment(3).abs() < 0.05 && (moment(4) - 3.0).abs() < 0.1, "{} {}", moment(3), moment(4));
    assert!(draws.iter().all(|x| x.abs() < 8.6), "53 bits reach 8.57");
}

#[test]
fn seeds_decide_everything() {
    for name in names() {
        assert_eq!(make(name, 50, 0.1, 4), make(name, 50, 0.1, 4));
        assert_ne!(make(name, 50, 0.1, 4), make(name, 50, 0.1, 5), "{name}");
    }
    // Both halves of the seed count.
    assert_ne!(make("xor", 50, 0.0, 4), make("xor", 50, 0.0, 4 + (1 << 32)));
}

/// FNV-1a of all bits: a change of any of them needs a new `NUMERICS_VERSION`.
fn digest(data: &Dataset) -> u64 {
    let targets: Vec<u64> = match &data.targets {
        Targets::Classes(classes) => classes.iter().map(|&class| u64::from(class)).collect(),
        Targets::Numbers(numbers) => numbers.iter().map(|number| number.to_bits()).collect(),
    };
    let words = data.features.iter().map(|value| value.to_bits()).chain(targets);
    words
        .flat_map(u64::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn frozen() {
    let found: Vec<(&str, u64)> = names().map(|name| (name, digest(&make(name, 100, 0.1, 42)))).collect();
    assert_eq!(found, FROZEN);
}

const FROZEN: [(&str, u64); 8] = [
    ("circle", 0x3a69_264e_e3d9_c846),
    ("xor", 0xe252_1940_4a08_88e0),
    ("gauss", 0x07ad_a244_43f1_cdcf),
    ("spiral", 0x25d5_4185_bd14_1310),
    ("moons", 0xd9f7_2ce6_46f5_2bb6),
    ("blobs", 0x66f3_4f07_fc11_f9ea),
    ("plane", 0xd90f_5c19_e2a4_727e),
    ("waves", 0xa7c7_3eed_997f_1d54),
];

#[test]
fn wrong_settings_are_refused() {
    let refused = |name: &str, samples: u32, noise: f64| {
        let settings = Settings { samples: Some(samples), noise, ..Settings::default() };
        generate(name, &settings).unwrap_err().to_string()
    };
    assert!(refused("toString", 10, 0.0).contains("dataset.name is toString"));
    assert!(refused("digits", 10, 0.0).contains("dataset.name"));
    for samples in [0, 2, 1_000_001, u32::MAX] {
        assert!(refused("xor", samples, 0.0).contains("dataset.samples"));
    }
    for noise in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(refused("xor", 10, noise).contains("dataset.noise"));
    }
}

#[test]
fn generated_sets_are_split_in_proportion() {
    let settings = Settings { noise: 0.1, ..Settings::default() };
    for name in names() {
        let data = generate(name, &settings).expect("valid");
        let parts = split(&data, &settings).expect("valid");
        assert_eq!([parts.train.len(), parts.validation.len(), parts.test.len()], [350, 75, 75], "{name}");
    }
}

/// Squared distance from the origin.
trait Hypot2 {
    fn hypot2(self, other: f64) -> f64;
}

impl Hypot2 for f64 {
    fn hypot2(self, other: f64) -> f64 {
        self * self + other * other
    }
}
