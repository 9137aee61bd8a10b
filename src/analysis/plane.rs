//! Planes in weight space.

use super::principal::principal;
use crate::error::{Error, Result};
use crate::mlp::Shape;
use crate::rng::{self, Purpose, RunId, Stream};
use crate::second_order::Largest;

/// Momentum that is at right angles to the gradient by less than this share of its length follows it.
const LEAST_ACROSS: f64 = 1e-4;

/// How a plane's directions are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Two random directions, filter-normalised (Li et al. 2018).
    Random,
    /// The two directions along which a path, or several, spread most.
    Pca,
    /// The straight line through two networks.
    Line,
    /// The plane through three networks.
    Three,
    /// The gradient at the origin and the optimizer's momentum there.
    Gradient,
    /// The two directions along which the training loss is sharpest at the origin.
    Hessian,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Random, Self::Pca, Self::Line, Self::Three, Self::Gradient, Self::Hessian];

    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Pca => "pca",
            Self::Line => "line",
            Self::Three => "three",
            Self::Gradient => "gradient",
            Self::Hessian => "hessian",
        }
    }
}

/// An origin and two directions, flat, in PyTorch's order. The second direction of a line is zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// How it was found.
    pub kind: Kind,
    /// Where both coordinates are 0.
    pub origin: Vec<f32>,
    /// Steps of one coordinate each.
    pub directions: [Vec<f32>; 2],
    /// Share of the paths' variance along each direction, where the plane was laid through paths.
    pub explained: Option<[f64; 2]>,
    /// Whether the second direction is that of an optimizer's momentum.
    pub momentum: bool,
    /// Second derivatives along the directions at the origin, by the length of weights, of a plane along the sharpest ones.
    pub eigenvalues: Option<[f64; 2]>,
}

/// Where something lies as seen from a plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Coordinate along the first direction of what is nearest in the plane.
    pub x: f64,
    /// Along the second.
    pub y: f64,
    /// Distance from there, in the length of weights.
    pub distance: f64,
}

impl Plane {
    /// Two random directions from an origin, each unit's row scaled to the norm of the origin's; biases stay as they are.
    ///
    /// # Errors
    /// [`Error::ZeroWeights`].
    pub fn random(shape: &Shape, origin: Vec<f32>, seed: u64) -> Result<Self> {
        let directions = [0, 1].map(|axis| filter_normalised(shape, &origin, seed, axis));
        if directions.iter().flatten().all(|&x| x == 0.0) {
            return Err(Error::ZeroWeights);
        }
        Ok(Self { kind: Kind::Random, origin, directions, explained: None, momentum: false, eigenvalues: None })
    }

    /// The two directions along which these points spread most about their mean, from an origin.
    ///
    /// # Errors
    /// [`Error::NoPath`] where nothing spreads.
    pub fn pca(origin: Vec<f32>, points: &[Vec<f32>]) -> Result<Self> {
        // The mean of equal points is off by its rounding, which is no direction.
        let stays = points.iter().all(|point| Some(point) == points.first());
        let (directions, shares) = principal(points);
        if stays || shares[0] == 0.0 {
            return Err(Error::NoPath);
        }
        Ok(Self { kind: Kind::Pca, origin, directions, explained: Some(shares), momentum: false, eigenvalues: None })
    }

    /// The line from `a` (x = 0) through `b` (x = 1).
    ///
    /// # Errors
    /// [`Error::SameWeights`].
    pub fn line(a: Vec<f32>, b: &[f32]) -> Result<Self> {
        let direction = difference(b, &a);
        if direction.iter().all(|&x| x == 0.0) {
            return Err(Error::SameWeights);
        }
        let none = vec![0.0; a.len()];
        Ok(Self {
            kind: Kind::Line,
            origin: a,
            directions: [direction, none],
            explained: None,
            momentum: false,
            eigenvalues: None,
        })
    }

    /// The plane through `a` (0, 0), `b` (1, 0) and `c`. Both directions have the length from `a` to `b` and stand at right
    /// angles, so that the picture keeps angles.
    ///
    /// # Errors
    /// [`Error::SameWeights`], [`Error::OneLine`].
    pub fn three(a: Vec<f32>, b: &[f32], c: &[f32]) -> Result<Self> {
        let (u, w) = (difference(b, &a), difference(c, &a));
        let (uu, uw, ww) = (dot(&u, &u), dot(&u, &w), dot(&w, &w));
        if uu == 0.0 || ww == 0.0 {
            return Err(Error::SameWeights);
        }
        let across: Vec<f64> = w.iter().zip(&u).map(|(w, u)| f64::from(*w) - uw / uu * f64::from(*u)).collect();
        let length = across.iter().map(|x| x * x).sum::<f64>();
        if length <= 1e-10 * ww {
            return Err(Error::OneLine);
        }
        let scale = (uu / length).sqrt();
        let v = across.into_iter().map(|x| (scale * x) as f32).collect();
        Ok(Self {
            kind: Kind::Three,
            origin: a,
            directions: [u, v],
            explained: None,
            momentum: false,
            eigenvalues: None,
        })
    }

    /// Against the gradient at the origin, so that loss falls to the right, and upwards with the step that the optimizer's
    /// momentum would take, as far as it is at right angles; both as long as the origin's weights, as random directions are.
    /// Without a momentum (empty), or with one that only follows the gradient, upwards goes a random direction.
    ///
    /// # Errors
    /// [`Error::NoGradient`] where it is zero or not finite.
    pub fn gradient(shape: &Shape, origin: Vec<f32>, gradient: &[f64], momentum: &[f32], seed: u64) -> Result<Self> {
        let size = size_of(shape, &origin);
        let Some(downhill) = unit(gradient.iter().map(|x| -x)) else { return Err(Error::NoGradient) };
        let across = across(momentum, &downhill);
        let v = if let Some(across) = &across {
            scaled(across, size)
        } else {
            let drawn = filter_normalised(shape, &origin, seed, 1);
            let share: f64 = drawn.iter().zip(&downhill).map(|(v, u)| f64::from(*v) * u).sum();
            drawn.iter().zip(&downhill).map(|(v, u)| (f64::from(*v) - share * u) as f32).collect()
        };
        let directions = [scaled(&downhill, size), v];
        Ok(Self {
            kind: Kind::Gradient,
            origin,
            directions,
            explained: None,
            momentum: across.is_some(),
            eigenvalues: None,
        })
    }

    /// Along the two directions in which the training loss is sharpest at the origin, both as long as its weights.
    ///
    /// # Errors
    /// [`Error::NoCurvature`] where there are no two.
    pub fn hessian(shape: &Shape, origin: Vec<f32>, found: Option<Largest>) -> Result<Self> {
        let Some(Largest { values, vectors, .. }) = found else { return Err(Error::NoCurvature) };
        let ([x, y], [u, v]) = (&values[..], &vectors[..]) else { return Err(Error::NoCurvature) };
        let size = size_of(shape, &origin);
        // Which end of a direction is which is nobody's choice: the largest number points up.
        let upright = |direction: &[f64]| {
            let most = direction.iter().fold(0.0, |most: f64, x| if x.abs() > most.abs() { *x } else { most });
            scaled(direction, if most < 0.0 { -size } else { size })
        };
        let (directions, eigenvalues) = ([upright(u), upright(v)], Some([*x, *y]));
        Ok(Self { kind: Kind::Hessian, origin, directions, explained: None, momentum: false, eigenvalues })
    }

    /// What the directions of a plane along the gradient are, by name.
    pub const fn axes(&self) -> [&'static str; 2] {
        ["gradient", if self.momentum { "momentum" } else { "random" }]
    }

    /// The parameters at a point of the plane.
    pub fn at(&self, x: f64, y: f64) -> Vec<f32> {
        self.moved(&self.origin, x, y)
    }

    /// These parameters moved so far along the plane's directions.
    pub fn moved(&self, parameters: &[f32], x: f64, y: f64) -> Vec<f32> {
        let [u, v] = &self.directions;
        let blend = |((&p, &u), &v): ((&f32, &f32), &f32)| (f64::from(p) + x * f64::from(u) + y * f64::from(v)) as f32;
        parameters.iter().zip(u).zip(v).map(blend).collect()
    }

    /// How far a step goes along each direction.
    pub fn along(&self, step: &[f32]) -> [f64; 2] {
        let [u, v] = &self.directions;
        [u, v].map(|direction| {
            let length = dot(direction, direction);
            if length > 0.0 { dot(step, direction) / length } else { 0.0 }
        })
    }

    /// The share of these points' spread about their mean that lies along each direction, where these stand at right angles.
    pub fn held(&self, points: &[Vec<f32>]) -> [f64; 2] {
        let lengths = self.directions.each_ref().map(|direction| dot(direction, direction));
        super::principal::shares(points, &self.directions, lengths)
    }

    /// Where these parameters lie: the nearest point of the plane, and how far it is.
    pub fn place(&self, parameters: &[f32]) -> Place {
        let [u, v] = &self.directions;
        let w = difference_f64(parameters, &self.origin);
        let along = |d: &[f32]| w.iter().zip(d).map(|(w, d)| w * f64::from(*d)).sum::<f64>();
        let (uu, uv, vv, uw, vw) = (dot(u, u), dot(u, v), dot(v, v), along(u), along(v));
        let determinant = uu * vv - uv * uv;
        // Where the first direction leads to a point, that lies at its end, however the direction was rounded.
        let leads_here =
            matches!(self.kind, Kind::Line | Kind::Three) && difference(parameters, &self.origin) == *u && uu > 0.0;
        let (x, y) = if leads_here {
            (1.0, 0.0)
        } else if determinant > 1e-12 * uu * vv {
            ((vv * uw - uv * vw) / determinant, (uu * vw - uv * uw) / determinant)
        } else if uu > 0.0 {
            (uw / uu, 0.0)
        } else {
            (0.0, if vv > 0.0 { vw / vv } else { 0.0 })
        };
        let off = w.iter().zip(u).zip(v).map(|((w, u), v)| w - x * f64::from(*u) - y * f64::from(*v));
        Place { x, y, distance: off.map(|x| x * x).sum::<f64>().sqrt() }
    }
}

/// Length of all weights, without biases; 1 where they are nothing.
fn size_of(shape: &Shape, origin: &[f32]) -> f64 {
    let weights = shape.layers().into_iter().map(|layer| {
        let own = &origin[layer.weight..layer.bias];
        dot(own, own)
    });
    Some(weights.sum::<f64>().sqrt()).filter(|&size| size > 0.0).unwrap_or(1.0)
}

fn difference(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn difference_f64(a: &[f32], b: &[f32]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) - f64::from(*b)).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// These numbers as a vector of length 1; nothing where they are all zero, or not finite.
fn unit(numbers: impl Iterator<Item = f64> + Clone) -> Option<Vec<f64>> {
    // Squares of what is very large or very small are not numbers any more.
    let largest = numbers.clone().fold(0.0, |most: f64, x| if x.is_nan() || x.abs() > most { x.abs() } else { most });
    if !(largest > 0.0 && largest.is_finite()) {
        return None;
    }
    let length = numbers.clone().map(|x| (x / largest) * (x / largest)).sum::<f64>().sqrt();
    Some(numbers.map(|x| x / largest / length).collect())
}

/// What of a step is at right angles to a direction of length 1, with that length; nothing where that is but rounding.
fn across(step: &[f32], direction: &[f64]) -> Option<Vec<f64>> {
    if step.len() != direction.len() {
        return None;
    }
    let step = unit(step.iter().map(|&x| f64::from(x)))?;
    let share: f64 = step.iter().zip(direction).map(|(v, u)| v * u).sum();
    let rest: Vec<f64> = step.iter().zip(direction).map(|(v, u)| v - share * u).collect();
    let length = rest.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > LEAST_ACROSS { unit(rest.into_iter()) } else { None }
}

fn scaled(direction: &[f64], length: f64) -> Vec<f32> {
    direction.iter().map(|x| (x * length) as f32).collect()
}

/// Standard normal numbers, each unit's row scaled to the norm of the origin's row; zero on biases.
fn filter_normalised(shape: &Shape, origin: &[f32], seed: u64, axis: u32) -> Vec<f32> {
    let mut direction = vec![0.0; origin.len()];
    for (depth, layer) in shape.layers().iter().enumerate() {
        let run = RunId { trial: axis, fold: 0, repeat: 0 };
        let mut stream = Stream::new(rng::key(seed, Purpose::Plane, run, depth as u32));
        for unit in 0..layer.outputs {
            let own = layer.row(unit);
            let drawn: Vec<f64> = own.clone().map(|_| stream.normal()).collect();
            let length = drawn.iter().map(|x| x * x).sum::<f64>().sqrt();
            let norm = dot(&origin[own.clone()], &origin[own.clone()]).sqrt();
            for (to, x) in direction[own].iter_mut().zip(drawn) {
                *to = if length > 0.0 { (x * norm / length) as f32 } else { 0.0 };
            }
        }
    }
    direction
}
