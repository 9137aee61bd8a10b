//! A running average of the parameters (EMA): after each step, from the initial ones on, `a = d a + (1 - d) p`.
//!
//! Kept is how far the average lags behind, `a - p`, as one more number beside each parameter, behind those of the rule. Like
//! these it starts from 0, stays 0 in padding and goes wherever the optimizer's state goes. A step from `p` to `q` makes it
//! `d (lag + p - q)`.

use super::Element;

/// The lag after a step.
#[inline]
pub fn lag<E: Element>(decay: E, lag: E, before: E, after: E) -> E {
    decay * (lag + (before - after))
}

/// The lags after a step of parameters that stood at `before`.
pub fn follow<E: Element>(decay: E, lags: &mut [E], before: &[E], after: &[E]) {
    for ((own, &before), &after) in lags.iter_mut().zip(before).zip(after) {
        *own = lag(decay, *own, before, after);
    }
}

/// The statement of it in shaders: `average` is the decay, `before.p` the parameter before the step.
pub const BODY: &str = "lag = average * (lag + (before.p - p));";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_the_averages_distance_from_the_parameter() {
        let way = [0.5, 0.75, -1.0, 2.0, 2.5, 0.25];
        let (mut average, mut own): (f64, _) = (way[0], [0.0]);
        for pair in way.windows(2) {
            average = 0.9 * average + 0.1 * pair[1];
            follow(0.9, &mut own, &pair[..1], &pair[1..]);
            assert!((pair[1] + own[0] - average).abs() < 1e-15, "{average}");
        }
    }
}
