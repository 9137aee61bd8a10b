//! Generated data sets: points in the plane.
//!
//! `circle`, `moons` and `blobs` have the geometry of scikit-learn's `make_circles`, `make_moons` and `make_blobs` at
//! their defaults; `xor`, `gauss`, `spiral` and `plane` that of TensorFlow Playground with its coordinates divided by
//! 6; `waves` is ours. `noise` is the standard deviation of Gaussian noise that is added to both coordinates, after the
//! class is decided, or, where a number is predicted (`plane`, `waves`), to that number.

use core::f64::consts::{PI, TAU};

use super::{Dataset, Kind, Settings, Targets, find};
use crate::rng::{Purpose, RunId, Stream};
use crate::{Error, Result};

/// The fewest rows: one a part.
pub const MIN_SAMPLES: u32 = 3;
/// The most rows of a generated set (16 MB of coordinates).
pub const MAX_SAMPLES: u32 = 1_000_000;

/// TensorFlow Playground's half width; its coordinates are divided by this.
const PLAYGROUND: f64 = 6.0;
/// Half the gap between the quadrants of `xor`.
const XOR_PADDING: f64 = 0.3;
/// Inner radius over outer radius of `circle`: `make_circles`' default.
const CIRCLE_FACTOR: f64 = 0.8;
/// Half width of the box that the centres of `blobs` are drawn in: `make_blobs`' default.
const BLOBS_BOX: f64 = 10.0;
/// Turns of a spiral's arm.
const SPIRAL_TURNS: f64 = 1.75;

/// Points and their noise come from separate streams, so more noise moves the same points further.
#[derive(Clone, Copy)]
enum Part {
    Points = 0,
    Noise = 1,
    Order = 2,
}

type Point = [f64; 2];

/// Draws the data set `name` from `settings` (`samples`, `noise`, `seed`); rows are in random order.
///
/// # Errors
/// An unknown name, `samples` outside [`MIN_SAMPLES`]..=[`MAX_SAMPLES`], or a `noise` that is not finite or below 0.
pub fn generate(name: &str, settings: &Settings) -> Result<Dataset> {
    let entry = find(name, Kind::Generated)?;
    let samples = settings.samples.unwrap_or(entry.rows);
    if !(MIN_SAMPLES..=MAX_SAMPLES).contains(&samples) {
        return Err(Error::OutOfRange {
            key: "dataset.samples".into(),
            found: samples.to_string(),
            accepted: format!("{MIN_SAMPLES} to {MAX_SAMPLES}"),
        });
    }
    if !(settings.noise.is_finite() && settings.noise >= 0.0) {
        return Err(Error::OutOfRange {
            key: "dataset.noise".into(),
            found: settings.noise.to_string(),
            accepted: "0 or more".into(),
        });
    }
    let stream = |part: Part| Stream::of(settings.seed, Purpose::Generate, RunId::default(), part as u32);
    let rows = samples as usize;
    let (mut points, mut targets) = draw(name, rows, &mut stream(Part::Points));
    if settings.noise > 0.0 {
        let mut random = stream(Part::Noise);
        let noisy: &mut [f64] = match &mut targets {
            Targets::Classes(_) => points.as_flattened_mut(),
            Targets::Numbers(numbers) => numbers,
        };
        for value in noisy {
            *value += settings.noise * random.normal();
        }
    }
    let mut order: Vec<usize> = (0..rows).collect();
    stream(Part::Order).shuffle(&mut order);
    Ok(Dataset {
        name: name.to_owned(),
        columns: 2,
        rows,
        features: order.iter().flat_map(|&row| points[row]).collect(),
        pixels: Vec::new(),
        targets: match targets {
            Targets::Classes(classes) => Targets::Classes(order.iter().map(|&row| classes[row]).collect()),
            Targets::Numbers(numbers) => Targets::Numbers(order.iter().map(|&row| numbers[row]).collect()),
        },
        feature_names: vec!["x1".into(), "x2".into()],
        class_names: (0..entry.classes).map(|class| class.to_string()).collect(),
    })
}

/// The noiseless set, class by class.
fn draw(name: &str, rows: usize, random: &mut Stream) -> (Vec<Point>, Targets) {
    match name {
        "circle" => by_class(rows, 2, |class, step, of| {
            let (sin, cos) = libm::sincos(TAU * step as f64 / of as f64);
            let radius = if class == 0 { 1.0 } else { CIRCLE_FACTOR };
            [radius * cos, radius * sin]
        }),
        "moons" => by_class(rows, 2, |class, step, of| {
            // Both ends of the half circle are points, as numpy's linspace has it.
            let (sin, cos) = libm::sincos(PI * step as f64 / (of.max(2) - 1) as f64);
            if class == 0 { [cos, sin] } else { [1.0 - cos, 0.5 - sin] }
        }),
        "blobs" => {
            let centres: [Point; 3] = core::array::from_fn(|_| square(random, BLOBS_BOX));
            by_class(rows, 3, |class, _, _| centres[class].map(|centre| centre + random.normal()))
        }
        "gauss" => by_class(rows, 2, |class, _, _| {
            let centre = if class == 0 { -2.0 } else { 2.0 };
            // Playground's variance without noise is one half.
            [(); 2].map(|()| (centre + 0.5_f64.sqrt() * random.normal()) / PLAYGROUND)
        }),
        "spiral" => by_class(rows, 2, |class, step, of| {
            let along = step as f64 / of as f64;
            let start = if class == 0 { PI } else { 0.0 };
            let (sin, cos) = libm::sincos(start + SPIRAL_TURNS * TAU * along);
            [sin, cos].map(|axis| axis * along * 5.0 / PLAYGROUND)
        }),
        "xor" => {
            let points: Vec<Point> = (0..rows)
                .map(|_| square(random, 5.0).map(|axis| (axis + XOR_PADDING.copysign(axis)) / PLAYGROUND))
                .collect();
            let classes = points.iter().map(|[x, y]| u32::from(x * y >= 0.0)).collect();
            (points, Targets::Classes(classes))
        }
        // Playground's label is (x + y) / 10 in its own coordinates.
        "plane" => by_place(rows, random, |x, y| (x + y) * PLAYGROUND / 10.0),
        // Six hills and hollows of height 1.
        "waves" => by_place(rows, random, |x, y| libm::sin(PI * x) * libm::cos(PI * y)),
        _ => unreachable!("every generated set of the catalog has its arm"),
    }
}

/// `rows` shared evenly between the classes; `point` gets class, number within it and rows of the class. The remainder goes to
/// the last of two classes, as in `make_moons` and `make_circles`, and to the first of more, as in `make_blobs`.
fn by_class(
    rows: usize,
    n_classes: usize,
    mut point: impl FnMut(usize, usize, usize) -> Point,
) -> (Vec<Point>, Targets) {
    let mut points = Vec::with_capacity(rows);
    let mut classes = Vec::with_capacity(rows);
    for class in 0..n_classes {
        let place = if n_classes == 2 { class } else { n_classes - 1 - class };
        let share = (rows + place) / n_classes;
        points.extend((0..share).map(|step| point(class, step, share)));
        classes.extend((0..share).map(|_| class as u32));
    }
    (points, Targets::Classes(classes))
}

/// Uniform points of the square [-1, 1] x [-1, 1] and the target at each.
fn by_place(rows: usize, random: &mut Stream, target: impl Fn(f64, f64) -> f64) -> (Vec<Point>, Targets) {
    let points: Vec<Point> = (0..rows).map(|_| square(random, 1.0)).collect();
    let numbers = points.iter().map(|&[x, y]| target(x, y)).collect();
    (points, Targets::Numbers(numbers))
}

/// A uniform point within `half` of the origin on both axes.
fn square(random: &mut Stream, half: f64) -> Point {
    [(); 2].map(|()| half * (2.0 * random.uniform_f64() - 1.0))
}

#[cfg(test)]
mod tests;
