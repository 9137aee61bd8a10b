//! Surfaces of two coordinates on which optimizers are shown since there are any. They are not networks: no rows, no noise.

use super::frame::Extent;
use super::trajectory::{MOST_POINTS, Trajectory};
use crate::kernels::optimizer;
use crate::optimizer::descent::{shifted, slope};
use crate::optimizer::{MOST_SLOTS, Optimizer, Pace};
use crate::schedule::{self, StepAt};
use crate::second_order::{self, Later, Memory, Method, Objective, Symmetric};
use core::f64::consts::TAU;
use core::future::ready;

/// A function of two coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classic {
    /// `(x^2 + y^2) / 2`.
    Bowl,
    /// `(x^2 + 25 y^2) / 2`: 25 times as steep across as along.
    Ravine,
    /// `(x^2 - y^2) / 2`: falls for ever along y.
    Saddle,
    /// Beale's function (1958), least at (3, 0.5).
    Beale,
    /// Rosenbrock's function (1960), least at (1, 1).
    Rosenbrock,
    /// Rastrigin's function (1974), least at (0, 0), with a dip at every whole number.
    Rastrigin,
}

/// Beyond this a way is lost.
const FAR: f64 = 1e6;

impl Classic {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Bowl, Self::Ravine, Self::Saddle, Self::Beale, Self::Rosenbrock, Self::Rastrigin];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bowl => "bowl",
            Self::Ravine => "ravine",
            Self::Saddle => "saddle",
            Self::Beale => "beale",
            Self::Rosenbrock => "rosenbrock",
            Self::Rastrigin => "rastrigin",
        }
    }

    /// The part that is shown, and a place to start from.
    pub const fn shown(self) -> (Extent, [f64; 2]) {
        match self {
            Self::Bowl => ([-2.0, 2.0, -2.0, 2.0], [-1.6, 1.2]),
            Self::Ravine => ([-2.0, 2.0, -1.0, 1.0], [-1.7, 0.7]),
            Self::Saddle => ([-2.0, 2.0, -2.0, 2.0], [-1.6, 0.001]),
            Self::Beale => ([-1.0, 4.5, -2.0, 2.0], [0.5, 1.5]),
            Self::Rosenbrock => ([-2.0, 2.0, -1.0, 3.0], [-1.5, 2.0]),
            Self::Rastrigin => ([-5.0, 5.0, -5.0, 5.0], [-3.3, 3.6]),
        }
    }

    /// The height of a place.
    pub fn value(self, [x, y]: [f64; 2]) -> f64 {
        match self {
            Self::Bowl => f64::midpoint(x * x, y * y),
            Self::Ravine => f64::midpoint(x * x, 25.0 * y * y),
            Self::Saddle => f64::midpoint(x * x, -y * y),
            Self::Beale => beale(x, y).iter().map(|[t, ..]| t * t).sum(),
            Self::Rosenbrock => (1.0 - x) * (1.0 - x) + 100.0 * (y - x * x) * (y - x * x),
            Self::Rastrigin => [x, y].map(|x| x * x + 10.0 * (1.0 - libm::cos(TAU * x))).iter().sum(),
        }
    }

    /// Its slope along each coordinate.
    pub fn gradient(self, [x, y]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::Bowl => [x, y],
            Self::Ravine => [x, 25.0 * y],
            Self::Saddle => [x, -y],
            Self::Beale => {
                beale(x, y).iter().fold([0.0; 2], |[u, v], [t, dx, dy]| [u + 2.0 * t * dx, v + 2.0 * t * dy])
            }
            Self::Rosenbrock => [-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)],
            Self::Rastrigin => [x, y].map(|x| 2.0 * x + 10.0 * TAU * libm::sin(TAU * x)),
        }
    }

    /// Its second derivatives: along x, of both, along y.
    fn curvature(self, [x, y]: [f64; 2]) -> [f64; 3] {
        match self {
            Self::Bowl => [1.0, 0.0, 1.0],
            Self::Ravine => [1.0, 0.0, 25.0],
            Self::Saddle => [1.0, 0.0, -1.0],
            Self::Beale => {
                let second = [[1.0, 0.0], [2.0 * y, 2.0 * x], [3.0 * y * y, 6.0 * x * y]];
                beale(x, y).iter().zip(second).fold([0.0; 3], |[xx, xy, yy], ([t, dx, dy], [of_both, of_y])| {
                    [xx + 2.0 * dx * dx, xy + 2.0 * (dx * dy + t * of_both), yy + 2.0 * (dy * dy + t * of_y)]
                })
            }
            Self::Rosenbrock => [2.0 + 1200.0 * x * x - 400.0 * y, -400.0 * x, 200.0],
            Self::Rastrigin => {
                let [xx, yy] = [x, y].map(|x| 2.0 + 10.0 * TAU * TAU * libm::cos(TAU * x));
                [xx, 0.0, yy]
            }
        }
    }

    /// The way of an optimizer from a place, for so many steps, with other learning rates from some steps on; `epochs` are what
    /// its schedule takes the steps for.
    pub fn path(
        self,
        optimizer: &Optimizer,
        schedule: &schedule::Settings,
        epochs: usize,
        changes: &[(u64, f64)],
        start: [f64; 2],
        steps: u64,
    ) -> Trajectory {
        let rate_at = |step: u64| {
            let change = changes.iter().rev().find(|(from, _)| *from <= step);
            change.map_or(optimizer.learning_rate, |(_, rate)| *rate)
        };
        let per_epoch = steps.div_ceil(epochs.max(1) as u64).max(1);
        let pace = |t: u64| {
            let at = StepAt { step: t - 1, per_epoch };
            let factor = schedule.factor(at, &schedule::Memory::default());
            Pace { learning_rate: rate_at(t - 1) * factor, factor, momentum: schedule.momentum(at) }
        };
        if let Some(method) = optimizer.second_order() {
            return self.path_of_second_order(method, &|t| pace(t).learning_rate, start, steps);
        }
        let (rule, constants) = (optimizer.rule(), optimizer.constants());
        let (mut place, mut slots) = (start, [[0.0; MOST_SLOTS]; 2]);
        let mut path = Trajectory::default();
        let mut note = |step: u64, place: [f64; 2], coast: [f64; 2]| {
            path.steps.push(step);
            path.evaluations.push(step);
            path.points.push(place.map(|x| x as f32).to_vec());
            path.coasts.push(coast.map(|x| x as f32).to_vec());
        };
        note(0, place, [0.0; 2]);
        let mut diverged_at = None;
        for (step, scalars) in (1..=steps).zip(optimizer.scalars(1, pace)) {
            let gradient = self.gradient(place);
            let slope = || {
                let own = |axis: usize| slope(&constants, constants.l2, place[axis], gradient[axis], &slots[axis]);
                own(0) + own(1)
            };
            let scalars = shifted(rule, &scalars, slope);
            let mut update = |axis: usize| {
                let own = &mut slots[axis];
                optimizer::reference(rule, &constants, &scalars, true, place[axis], gradient[axis], own)
            };
            place = [update(0), update(1)];
            if !place.iter().all(|x| x.abs() <= FAR) {
                diverged_at = Some(step);
                break;
            }
            let without = crate::optimizer::Constants { weight_decay: 0.0, l2: 0.0, ..constants };
            // Without a gradient the learning rate stays.
            let scalars = shifted(rule, &scalars, || 0.0);
            let coast = [0, 1].map(|axis| {
                let p = place[axis];
                optimizer::reference(rule, &without, &scalars, true, p, 0.0, &mut slots[axis].clone()) - p
            });
            note(step, place, coast);
        }
        path.diverged_at = diverged_at;
        path.thin(MOST_POINTS);
        path
    }

    fn path_of_second_order(
        self,
        method: Method,
        rate: &dyn Fn(u64) -> f64,
        start: [f64; 2],
        steps: u64,
    ) -> Trajectory {
        let mut path = Trajectory::default();
        let (mut memory, mut place, mut ground) = (Memory::default(), start, Ground { classic: self, evaluations: 0 });
        for step in 0..=steps {
            if step > 0 {
                second_order::finish(method.step(&mut memory, rate(step), &mut place, &mut ground));
            }
            if !place.iter().all(|x| x.abs() <= FAR) {
                path.diverged_at = Some(step);
                break;
            }
            path.steps.push(step);
            path.evaluations.push(ground.evaluations);
            path.points.push(place.map(|x| x as f32).to_vec());
            path.coasts.push(vec![0.0; 2]);
        }
        path.thin(MOST_POINTS);
        path
    }
}

/// A surface as optimizers of second order ask for it.
struct Ground {
    classic: Classic,
    evaluations: u64,
}

impl Objective for Ground {
    fn evaluate<'a>(&'a mut self, place: &'a [f64], gradient: &'a mut [f64]) -> Later<'a, f64> {
        self.evaluations += 1;
        let place = [place[0], place[1]];
        gradient.copy_from_slice(&self.classic.gradient(place));
        Box::pin(ready(self.classic.value(place)))
    }

    fn hessian<'a>(&'a mut self, place: &'a [f64]) -> Later<'a, Symmetric> {
        self.evaluations += 2;
        let [xx, xy, yy] = self.classic.curvature([place[0], place[1]]);
        Box::pin(ready(Symmetric { n: 2, numbers: vec![xx, 0.0, xy, yy] }))
    }

    fn rest(&mut self, _: usize) -> Later<'_, ()> {
        Box::pin(ready(()))
    }
}

/// Beale's three terms, each with its slopes.
fn beale(x: f64, y: f64) -> [[f64; 3]; 3] {
    [
        [1.5 - x + x * y, y - 1.0, x],
        [2.25 - x + x * y * y, y * y - 1.0, 2.0 * x * y],
        [2.625 - x + x * y * y * y, y * y * y - 1.0, 3.0 * x * y * y],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_heights() {
        for classic in Classic::ALL {
            for [x, y] in [[0.3, -0.7], [1.9, 0.4], [-1.2, 1.1]] {
                let found = classic.gradient([x, y]);
                let h = 1e-5;
                let wanted = [
                    (classic.value([x + h, y]) - classic.value([x - h, y])) / (2.0 * h),
                    (classic.value([x, y + h]) - classic.value([x, y - h])) / (2.0 * h),
                ];
                for (found, wanted) in found.iter().zip(wanted) {
                    assert!((found - wanted).abs() < 1e-6 * wanted.abs().max(1.0), "{classic:?}: {found} {wanted}");
                }
                let slopes = |[u, v]: [f64; 2]| {
                    let [a, b] = [[x + u, y + v], [x - u, y - v]].map(|place| classic.gradient(place));
                    [0, 1].map(|axis| (a[axis] - b[axis]) / (2.0 * h))
                };
                let [[xx, xy], [_, yy]] = [slopes([h, 0.0]), slopes([0.0, h])];
                for (found, wanted) in classic.curvature([x, y]).iter().zip([xx, xy, yy]) {
                    assert!((found - wanted).abs() < 1e-6 * wanted.abs().max(1.0), "{classic:?}: {found} {wanted}");
                }
            }
        }
        for (classic, least) in [(Classic::Beale, [3.0, 0.5]), (Classic::Rosenbrock, [1.0, 1.0])] {
            assert!(classic.value(least).abs() < 1e-20 && classic.gradient(least).iter().all(|x| x.abs() < 1e-12));
        }
    }

    #[test]
    fn a_way_down_a_bowl_is_the_one_on_paper() {
        let sgd = |rate| Optimizer { learning_rate: rate, ..Optimizer::named("sgd").unwrap() };
        let constant = schedule::Settings::named("constant").unwrap();
        let path = Classic::Ravine.path(&sgd(0.02), &constant, 1, &[(3, 0.04)], [1.0, -1.0], 6);
        assert_eq!(path.steps, [0, 1, 2, 3, 4, 5, 6]);
        let after = |slope: f64, start: f64, step: i32| {
            let factor = |at: i32| if at < 3 { 1.0 - 0.02 * slope } else { 1.0 - 0.04 * slope };
            start * (0..step).map(factor).product::<f64>()
        };
        for (step, point) in (0..).zip(&path.points) {
            for (found, wanted) in point.iter().zip([after(1.0, 1.0, step), after(25.0, -1.0, step)]) {
                assert!((f64::from(*found) - wanted).abs() < 1e-6, "step {step}: {found} is not {wanted}");
            }
        }
        // Twice beyond the middle of the steep side each time.
        let lost = Classic::Ravine.path(&sgd(0.12), &constant, 1, &[], [1.0, -1.0], 500);
        assert!(lost.diverged_at.is_some() && lost.points.iter().flatten().all(|x| x.is_finite()));
    }

    #[test]
    fn second_order_is_at_the_bottom_of_a_ravine_in_a_step_and_finds_rosenbrocks_valley() {
        let constant = schedule::Settings::named("constant").unwrap();
        let path = |classic: Classic, optimizer: Optimizer, steps| {
            classic.path(&optimizer, &constant, 1, &[], classic.shown().1, steps)
        };
        let mut newton = Optimizer::named("newton").unwrap();
        assert!(newton.set("newton_damping", 0.0));
        let one = path(Classic::Ravine, newton, 1);
        assert!(one.last().iter().all(|x| x.abs() < 1e-9), "{one:?}");
        // Gradient, Hessian, and the length that is tried.
        assert_eq!(one.evaluations, [0, 4]);
        let mut wolfe = Optimizer::named("lbfgs").unwrap();
        assert!(wolfe.set("line_search_fn", 1.0));
        for optimizer in [newton, wolfe] {
            let end = path(Classic::Rosenbrock, optimizer, 60);
            assert!(end.last().iter().all(|x| (x - 1.0).abs() < 1e-4), "{end:?}");
        }
        // Never up, and nowhere where there is no slope; a saddle is left behind.
        let ways = Classic::ALL.map(|classic| (classic, path(classic, newton, 40)));
        for (classic, way) in ways {
            let heights: Vec<f64> =
                way.points.iter().map(|p| classic.value([f64::from(p[0]), f64::from(p[1])])).collect();
            assert!(
                heights.windows(2).all(|pair| pair[1] <= pair[0] + 1e-6 * pair[0].abs()),
                "{classic:?} {heights:?}"
            );
        }
        let fast = Optimizer { learning_rate: 1e9, ..Optimizer::named("lbfgs").unwrap() };
        assert!(path(Classic::Saddle, fast, 9).diverged_at.is_some());
    }

    #[test]
    fn every_optimizer_goes_down_the_bowl() {
        let constant = schedule::Settings::named("constant").unwrap();
        for name in crate::optimizer::NAMES {
            let mut optimizer = Optimizer::named(name).unwrap();
            optimizer.learning_rate = if *name == "adadelta" { 1.0 } else { 0.05 };
            let (_, start) = Classic::Bowl.shown();
            let path = Classic::Bowl.path(&optimizer, &constant, 1, &[], start, 200);
            let end = path.last().iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
            assert!(Classic::Bowl.value([end[0], end[1]]) < 0.999 * Classic::Bowl.value(start), "{name}: {end:?}");
        }
    }

    #[test]
    fn a_learning_rate_descends_on_a_bowl_as_on_paper() {
        let constant = schedule::Settings::named("constant").unwrap();
        for (momentum, nesterov) in [(0.0, false), (0.5, false), (0.5, true)] {
            let mut optimizer = Optimizer::named("sgd").unwrap();
            let own = [("learning_rate", 0.1), ("momentum", momentum), ("hypergradient", 0.01)];
            assert!(own.iter().all(|(name, value)| optimizer.set(name, *value)));
            optimizer.set("nesterov", f64::from(u8::from(nesterov)));
            let path = Classic::Bowl.path(&optimizer, &constant, 1, &[], [2.0, -1.0], 30);
            // The gradient of a bowl is the place.
            let (mut place, mut buffer, mut last, mut rate) = ([2.0_f64, -1.0], [0.0; 2], [0.0; 2], 0.1);
            for found in &path.points[1..] {
                rate += 0.01 * (place[0] * last[0] + place[1] * last[1]);
                buffer = [0, 1].map(|axis| momentum * buffer[axis] + place[axis]);
                let ahead = [0, 1].map(|axis| place[axis] + momentum * buffer[axis]);
                last = if nesterov { ahead } else { buffer };
                place = [0, 1].map(|axis| place[axis] - rate * last[axis]);
                assert!((0..2).all(|axis| (f64::from(found[axis]) - place[axis]).abs() < 1e-6), "{found:?}, {place:?}");
            }
            assert!(rate > 0.12, "{rate}");
        }
    }
}
