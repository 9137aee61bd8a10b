//! L-BFGS with backtracking, in a box where one is given: for small smooth problems of the samplers.

/// Pairs that are remembered.
const HISTORY: usize = 8;
/// What a step must gain, as a share of what its slope promises.
const SUFFICIENT: f64 = 1e-4;
/// Halvings of a step.
const HALVINGS: usize = 20;

/// The lowest place found from `start` in so many steps, and the value there. `f` writes its slopes. Ends where no slope that
/// does not point out of the box is above `tolerance`.
pub fn minimise(
    start: Vec<f64>,
    within: Option<[f64; 2]>,
    steps: usize,
    tolerance: f64,
    f: impl Fn(&[f64], &mut [f64]) -> f64,
) -> (Vec<f64>, f64) {
    let n = start.len();
    let inside = |x: f64| within.map_or(x, |[low, high]| x.clamp(low, high));
    // A slope against a wall counts for nothing.
    let is_held =
        |x: f64, slope: f64| within.is_some_and(|[low, high]| x <= low && slope > 0.0 || x >= high && slope < 0.0);
    let mut x = start;
    let mut slopes = vec![0.0; n];
    let mut value = f(&x, &mut slopes);
    let mut pairs: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..steps {
        let free = |at: usize| if is_held(x[at], slopes[at]) { 0.0 } else { slopes[at] };
        let gradient: Vec<f64> = (0..n).map(free).collect();
        let steepest = gradient.iter().fold(0.0, |most: f64, slope| most.max(slope.abs()));
        if !(value.is_finite() && steepest.is_finite() && steepest > tolerance) {
            break;
        }
        let mut direction = newton(&gradient, &pairs);
        for (at, way) in direction.iter_mut().enumerate() {
            if is_held(x[at], slopes[at]) {
                *way = 0.0;
            }
        }
        if dot(&direction, &gradient) >= 0.0 {
            pairs.clear();
            direction = gradient.iter().map(|slope| -slope).collect();
        }
        let mut length = if pairs.is_empty() { (1.0 / steepest).min(1.0) * 0.2 } else { 1.0 };
        let mut gone = None;
        for _ in 0..HALVINGS {
            let next: Vec<f64> = x.iter().zip(&direction).map(|(x, way)| inside(x + length * way)).collect();
            let mut new_slopes = vec![0.0; n];
            let new = f(&next, &mut new_slopes);
            let promised: f64 = next.iter().zip(&x).zip(&gradient).map(|((next, x), slope)| (next - x) * slope).sum();
            if new <= value + SUFFICIENT * promised && new.is_finite() {
                gone = Some((next, new, new_slopes));
                break;
            }
            length *= 0.5;
        }
        let Some((next, new, new_slopes)) = gone else { break };
        let s: Vec<f64> = next.iter().zip(&x).map(|(next, x)| next - x).collect();
        let y: Vec<f64> = new_slopes.iter().zip(&slopes).map(|(new, old)| new - old).collect();
        let sy = dot(&s, &y);
        let is_still = s.iter().all(|&s| s == 0.0);
        if sy > 1e-12 * dot(&y, &y) {
            pairs.push((s, y, sy));
            if pairs.len() > HISTORY {
                pairs.remove(0);
            }
        }
        let gained = value - new;
        (x, value, slopes) = (next, new, new_slopes);
        if is_still || gained <= 1e-10 * value.abs().max(1e-10) {
            break;
        }
    }
    (x, value)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The quasi-Newton direction.
fn newton(gradient: &[f64], pairs: &[(Vec<f64>, Vec<f64>, f64)]) -> Vec<f64> {
    let mut way: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut shares = Vec::with_capacity(pairs.len());
    for (s, y, sy) in pairs.iter().rev() {
        let share = dot(s, &way) / sy;
        way.iter_mut().zip(y).for_each(|(way, y)| *way -= share * y);
        shares.push(share);
    }
    if let Some((_, y, sy)) = pairs.last() {
        let scale = sy / dot(y, y);
        for way in &mut way {
            *way *= scale;
        }
    }
    for ((s, y, sy), share) in pairs.iter().zip(shares.into_iter().rev()) {
        let back = share - dot(y, &way) / sy;
        way.iter_mut().zip(s).for_each(|(way, s)| *way += back * s);
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valley_is_followed_to_its_end_and_a_wall_holds() {
        let rosenbrock = |x: &[f64], slopes: &mut [f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            slopes[0] = -2.0 * a - 400.0 * x[0] * b;
            slopes[1] = 200.0 * b;
            a * a + 100.0 * b * b
        };
        let (x, value) = minimise(vec![-1.2, 1.0], None, 200, 1e-8, rosenbrock);
        assert!(value < 1e-12 && (x[0] - 1.0).abs() < 1e-5, "{x:?} {value}");
        let (x, _) = minimise(vec![0.1, 0.1], Some([0.0, 0.5]), 200, 1e-8, rosenbrock);
        assert!((x[0] - 0.5).abs() < 1e-6 && (x[1] - 0.25).abs() < 1e-4, "{x:?}");
        let flat = minimise(vec![0.3], Some([0.0, 1.0]), 50, 1e-8, |_, slopes| {
            slopes[0] = 0.0;
            2.0
        });
        assert_eq!(flat, (vec![0.3], 2.0));
        let nothing = minimise(vec![0.3], None, 50, 1e-8, |_, slopes| {
            slopes[0] = f64::NAN;
            f64::NAN
        });
        assert_eq!(nothing.0, vec![0.3]);
    }
}
