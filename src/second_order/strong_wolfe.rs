//! The line search that PyTorch ported from `lswolfe.lua`: a point that satisfies the strong Wolfe conditions, found by
//! cubic interpolation within a bracket. Comparisons are the original's, also of what is not a number.

use super::{Objective, dot, largest, moved};

/// Share of the slope by which the loss must fall.
const C1: f64 = 1e-4;
/// Share of the slope to which the slope must fall.
const C2: f64 = 0.9;

/// A place on the line.
#[derive(Clone)]
pub struct Point {
    /// Directions from the start.
    pub t: f64,
    /// The loss there.
    pub loss: f64,
    /// Its gradient.
    pub gradient: Vec<f64>,
    /// Its slope along the direction.
    pub slope: f64,
}

/// A line through parameter space.
pub struct Line<'a> {
    /// Whose loss is looked at.
    pub objective: &'a mut dyn Objective,
    /// Where it starts.
    pub from: &'a [f64],
    /// Where it leads.
    pub along: &'a [f64],
    /// Looks at the loss.
    pub evaluations: u32,
}

impl Line<'_> {
    async fn at(&mut self, t: f64) -> Point {
        let place = moved(self.from, t, self.along);
        let mut gradient = vec![0.0; place.len()];
        let loss = self.objective.evaluate(&place, &mut gradient).await;
        self.evaluations += 1;
        Point { t, loss, slope: dot(&gradient, self.along), gradient }
    }

    /// The place that the search comes to from `start` (t = 0) by way of `t`, in at most `most` looks beside the first.
    pub async fn search(&mut self, start: &Point, t: f64, most: u32, tolerance_change: f64) -> Point {
        let falls_short = |new: &Point| new.loss > start.loss + C1 * new.t * start.slope;
        let is_flat = |new: &Point| new.slope.abs() <= -C2 * start.slope;
        let mut new = self.at(t).await;
        let mut before = start.clone();
        let mut looks = 0;
        let mut bracket = loop {
            if looks >= most {
                break [start.clone(), new];
            }
            if falls_short(&new) || looks > 1 && new.loss >= before.loss {
                break [before, new];
            }
            if is_flat(&new) {
                return new;
            }
            if new.slope >= 0.0 {
                break [before, new];
            }
            let bounds = (new.t + 0.01 * (new.t - before.t), new.t * 10.0);
            let next = cubic(&before, &new, bounds);
            before = core::mem::replace(&mut new, self.at(next).await);
            looks += 1;
        };
        let reach = largest(self.along);
        let order = |[a, b]: &[Point; 2]| if a.loss <= b.loss { (0, 1) } else { (1, 0) };
        let (mut low, mut high) = order(&bracket);
        let mut is_stuck = false;
        while looks < most {
            let [a, b] = [bracket[0].t, bracket[1].t];
            if (b - a).abs() * reach < tolerance_change {
                break;
            }
            let mut t = cubic(&bracket[0], &bracket[1], if a <= b { (a, b) } else { (b, a) });
            // A place too close to an end twice in a row, or at it, gives way to one a tenth inside.
            let (first, last) = (lesser(a, b), greater(a, b));
            let edge = 0.1 * (last - first);
            if lesser(last - t, t - first) < edge {
                if is_stuck || t >= last || t <= first {
                    t = if (t - last).abs() < (t - first).abs() { last - edge } else { first + edge };
                    is_stuck = false;
                } else {
                    is_stuck = true;
                }
            } else {
                is_stuck = false;
            }
            let new = self.at(t).await;
            looks += 1;
            if falls_short(&new) || new.loss >= bracket[low].loss {
                bracket[high] = new;
                (low, high) = order(&bracket);
                continue;
            }
            let is_found = is_flat(&new);
            if !is_found && new.slope * (bracket[high].t - bracket[low].t) >= 0.0 {
                bracket[high] = bracket[low].clone();
            }
            bracket[low] = new;
            if is_found {
                break;
            }
        }
        let [a, b] = bracket;
        if low == 0 { a } else { b }
    }
}

/// Python's `max`: of what is not a number the first.
fn greater(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// Python's `min`.
fn lesser(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// Where the cubic through two places is least within bounds; their middle where it has no such place.
#[expect(clippy::manual_midpoint, reason = "its bits may differ from PyTorch's")]
fn cubic(a: &Point, b: &Point, (least, most): (f64, f64)) -> f64 {
    let d1 = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.t - b.t);
    let square = d1 * d1 - a.slope * b.slope;
    if square.is_nan() || square < 0.0 {
        return (least + most) / 2.0;
    }
    let d2 = square.sqrt();
    let place = if a.t <= b.t {
        b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2))
    } else {
        a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2.0 * d2))
    };
    lesser(greater(place, least), most)
}
