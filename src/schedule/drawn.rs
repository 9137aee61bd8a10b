//! Drawn by hand: points of a share of the training and a factor. Between two points the logarithm of the factor is
//! interpolated, next to a factor of 0, which has none, the factor itself. Before the first point and after the last the
//! factor stays. Two points at one place are a jump: from there on the later one counts.

use super::{Schedule, StepAt};
use crate::settings::Named;
use serde_json::Value;
use std::sync::Arc;

/// The most points of a drawing.
pub const MOST_POINTS: usize = 1000;

/// A point: share of the training, factor.
pub type Point = [f64; 2];

/// The points of a checked document by their places; those at one place keep their order.
pub fn points(document: &Value) -> Arc<[Point]> {
    let number = |pair: &Value, at: usize| pair[at].as_f64().unwrap_or_default();
    let mut points: Vec<Point> =
        document.as_array().into_iter().flatten().map(|pair| [number(pair, 0), number(pair, 1)]).collect();
    // Few enough to be put in their places one by one, which takes less code than a sort.
    for next in 1..points.len() {
        let place = points[..next].partition_point(|point| point[0] <= points[next][0]);
        points[place..=next].rotate_right(1);
    }
    points.into()
}

/// A curve by its points; without any it stays at 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// By their places.
    points: Arc<[Point]>,
    /// The run's.
    epochs: f64,
}

impl Default for Drawn {
    fn default() -> Self {
        Self { points: Arc::new([]), epochs: 20.0 }
    }
}

impl Drawn {
    /// Takes other points, as [`points`] has put them.
    pub(super) fn draw(&mut self, points: Arc<[Point]>) {
        self.points = points;
    }
}

impl Named for Drawn {
    const NAMES: &'static [&'static str] = &["epochs"];

    fn set(&mut self, name: &str, value: f64) -> bool {
        let is_own = name == "epochs";
        if is_own {
            self.epochs = value;
        }
        is_own
    }
}

impl Schedule for Drawn {
    const ARGUMENTS: &'static [(&'static str, &'static str)] = &[];

    fn factor(&self, at: StepAt) -> f64 {
        let share = at.epochs_done() / self.epochs;
        let next = self.points.partition_point(|point| point[0] <= share);
        match (next.checked_sub(1).map(|before| self.points[before]), self.points.get(next)) {
            (Some(before), Some(&after)) => between(before, after, share),
            (Some([_, factor]), None) | (None, Some(&[_, factor])) => factor,
            (None, None) => 1.0,
        }
    }
}

/// The factor at a share of the training between two points.
fn between([from, a]: Point, [to, b]: Point, share: f64) -> f64 {
    let along = (share - from) / (to - from);
    let value = if a.min(b) > 0.0 {
        // From the nearer end: exactly its own factor there, and no power that is too large.
        let rise = libm::log(b) - libm::log(a);
        if along < 0.5 { a * libm::exp(along * rise) } else { b * libm::exp((along - 1.0) * rise) }
    } else {
        a + along * (b - a)
    };
    // Rounding must not lead beyond the points.
    value.clamp(a.min(b), a.max(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn drawn(document: &Value, epochs: f64) -> Drawn {
        Drawn { points: points(document), epochs }
    }

    fn factors(document: &Value) -> Vec<f64> {
        let drawn = drawn(document, 2.0);
        (0..8).map(|step| drawn.factor(StepAt { step, per_epoch: 4 })).collect()
    }

    #[test]
    fn factors_between_points_are_even_in_their_logarithm() {
        let found = factors(&json!([[0, 1], [0.5, 0.0001], [1, 1]]));
        for (found, wanted) in found.iter().zip([1.0, 0.1, 0.01, 0.001, 0.0001, 0.001, 0.01, 0.1]) {
            assert!((found / wanted - 1.0).abs() < 1e-12, "{found} is not {wanted}");
        }
        // At a point the factor is exactly its own.
        assert_eq!([found[0], found[4]], [1.0, 0.0001]);
    }

    #[test]
    fn the_ends_go_on_and_the_order_of_points_is_that_of_their_places() {
        assert_eq!(factors(&json!([[0.4, 0.3]])), [0.3; 8]);
        assert_eq!(factors(&json!([])), [1.0; 8]);
        let wanted = [2.0, 2.0, 2.0, 2.0, 2.0, 0.5, 0.5, 0.5];
        for turned in [json!([[0.5, 2], [0.625, 0.5]]), json!([[0.625, 0.5], [0.5, 2]])] {
            assert_eq!(factors(&turned), wanted);
        }
        // The end of the training is no step's place.
        assert_eq!(factors(&json!([[1, 7], [1, 8]])), [7.0; 8]);
    }

    #[test]
    fn two_points_at_one_place_are_a_jump() {
        let found = factors(&json!([[0, 1], [0.5, 1], [0.5, 9], [0.5, 0.25], [1, 0.25]]));
        assert_eq!(found, [1.0, 1.0, 1.0, 1.0, 0.25, 0.25, 0.25, 0.25]);
    }

    #[test]
    fn next_to_a_factor_of_0_the_line_is_straight() {
        assert_eq!(factors(&json!([[0, 0], [0.5, 1], [1, 0]])), [0.0, 0.25, 0.5, 0.75, 1.0, 0.75, 0.5, 0.25]);
        assert_eq!(factors(&json!([[0, 0], [1, 0]])), [0.0; 8]);
    }

    #[test]
    fn no_factor_is_beyond_the_points_around_it() {
        let least = f64::MIN_POSITIVE / 4.0;
        for document in [
            json!([[0, least], [1, 1000]]),
            json!([[0, 1000], [1e-300, least], [1, least]]),
            json!([[0.3, 0.1], [0.3 + 1e-16, 0.2], [0.300_000_000_000_000_04, 0.3]]),
            json!([[0, 0.1], [1, 0.1]]),
        ] {
            let schedule = drawn(&document, 3.0);
            let (low, high) = schedule
                .points
                .iter()
                .fold((f64::MAX, 0.0_f64), |(low, high), point| (low.min(point[1]), high.max(point[1])));
            for step in 0..3000 {
                let factor = schedule.factor(StepAt { step, per_epoch: 1000 });
                assert!((low..=high).contains(&factor), "{document} at step {step}: {factor}");
            }
        }
        assert_eq!(factors(&json!([[0, 0.1], [1, 0.1]])), [0.1; 8]);
    }

    #[test]
    fn a_thousand_points_are_found_again() {
        let point = |k: usize| [k as f64 / 1000.0, 1.0 + (k * 7 % 13) as f64];
        let mixed: Vec<Point> = (0..1000).map(|k| point(k * 389 % 1000)).collect();
        let schedule = drawn(&json!(mixed), 1.0);
        for step in 0..1000 {
            assert_eq!(schedule.factor(StepAt { step, per_epoch: 1000 }), point(step as usize)[1], "step {step}");
        }
    }
}
