//! The numbers of a grid's axis: evenly spread in the axis's scale, both ends exact, each the shortest decimal number
//! close by, so that a grid over decades holds 0.001 and not 0.0009999999999999998.

use super::Scale;
use super::numbers::MAX_WHOLE;

/// How near a value stays to its even place, as shares of the gap to its neighbours. The first is far below what any
/// training can tell apart; the second is for ranges whose gaps leave fewer digits.
const CLOSE: f64 = 1e-11;
const CLOSE_ENOUGH: f64 = 1e-3;
/// The largest power of ten that is exact.
const LARGEST_POWER: f64 = 1e22;

/// At most `points` values from `low` to `high`, strictly increasing; one of them is in the middle.
pub fn floats(low: f64, high: f64, scale: Scale, points: usize) -> Vec<f64> {
    if low == high {
        return vec![low];
    }
    if points < 2 {
        let middle = scale.between(low, high, 0.5).clamp(low, high);
        return vec![short(middle, (high - low) / 2.0).clamp(low, high)];
    }
    let last = points - 1;
    let even = |k: usize| match k {
        0 => low,
        k if k >= last => high,
        k => scale.between(low, high, k as f64 / last as f64).clamp(low, high),
    };
    let mut values = Vec::with_capacity(points);
    for k in 0..points {
        let x = even(k);
        let inside = k > 0 && k < last;
        let value = if inside { short(x, (x - even(k - 1)).min(even(k + 1) - x)) } else { x };
        // A range of a few neighbouring numbers has no room for more.
        if values.last().is_none_or(|&before| value > before) && (k == last || value < high) {
            values.push(value);
        }
    }
    values
}

/// The shortest decimal number within a small share of `gap` of `x`; `x` itself where numbers lie too far apart.
fn short(x: f64, gap: f64) -> f64 {
    if gap <= 0.0 || x == 0.0 {
        return x;
    }
    // Decimal places that the gap asks for, and those that keep all digits exact.
    let asked = libm::ceil(-libm::log10(gap * CLOSE));
    let exact = libm::floor(libm::log10(MAX_WHOLE / x.abs()));
    let enough = libm::ceil(-libm::log10(gap * CLOSE_ENOUGH));
    let places = asked.min(exact);
    if places < enough {
        return x;
    }
    // In two factors, since a tiny number's power of ten may be more than the largest number.
    let half = libm::trunc(places / 2.0);
    let digits = libm::round(x * libm::pow(10.0, half) * libm::pow(10.0, places - half));
    format!("{}e{}", digits as i64, -places as i32).parse().unwrap_or(x)
}

/// Steps `k` above `low`, as people write it: with as many decimals as `low` and `step` have, so 0.1 + 2 * 0.1 is 0.3 and not
/// 0.30000000000000004. Where their digits are more than a number holds exactly, it is the plain sum.
pub fn stepped(low: f64, step: f64, k: f64) -> f64 {
    let power = match (power(low), power(step)) {
        (Some(low), Some(step)) => low.max(step),
        _ => return low + k * step,
    };
    let [first, each] = [low, step].map(|x| libm::round(x * power));
    let digits = first + k * each;
    // Products beyond the exact whole numbers are no longer the digits that they stand for.
    let is_exact = [first, k * each, digits].iter().all(|x| x.abs() < MAX_WHOLE);
    if is_exact { digits / power } else { low + k * step }
}

/// The least power of ten that makes a whole number of the decimal number that `x` is read from.
fn power(x: f64) -> Option<f64> {
    let mut power = 1.0;
    loop {
        let digits = libm::round(x * power);
        if digits.abs() >= MAX_WHOLE || power > LARGEST_POWER {
            return None;
        }
        if digits / power == x {
            return Some(power);
        }
        power *= 10.0;
    }
}

/// Which of the whole numbers from `low` to `high`, counted from 0, are `points` of them, evenly spread in `scale`.
pub fn thinned(low: f64, high: f64, scale: Scale, points: usize) -> Vec<usize> {
    let n = (high - low) as usize + 1;
    let points = points.clamp(1, n);
    if points == n {
        return (0..n).collect();
    }
    if points == 1 {
        return vec![libm::round(scale.between(low, high, 0.5) - low).clamp(0.0, high - low) as usize];
    }
    let mut taken: Vec<usize> = Vec::with_capacity(points);
    for k in 0..points {
        let place = libm::round(scale.between(low, high, k as f64 / (points - 1) as f64) - low) as usize;
        // Where the scale has several points between two whole numbers, the next ones are taken.
        let least = taken.last().map_or(0, |before| before + 1);
        taken.push(place.clamp(least, n - points + k));
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decades_are_decades_and_tenths_are_tenths() {
        assert_eq!(floats(1e-6, 1.0, Scale::Log, 7), [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0]);
        assert_eq!(floats(1e-4, 0.1, Scale::Log, 4), [1e-4, 1e-3, 0.01, 0.1]);
        assert_eq!(floats(1e-300, 1e300, Scale::Log, 7), [1e-300, 1e-200, 1e-100, 1.0, 1e100, 1e200, 1e300]);
        assert_eq!(floats(0.1, 0.7, Scale::Linear, 7), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
        assert_eq!(floats(-0.3, 0.3, Scale::Linear, 7), [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]);
        assert_eq!(floats(0.9, 0.9999, Scale::Log1m, 4), [0.9, 0.99, 0.999, 0.9999]);
        assert_eq!(floats(0.0, 1.0, Scale::Linear, 4), [0.0, 0.333_333_333_333, 0.666_666_666_667, 1.0]);
        assert_eq!(floats(1e-4, 1e-2, Scale::Log, 1), [1e-3]);
        assert_eq!(floats(1e6, 1e6 + 1.0, Scale::Linear, 5), [1e6, 1e6 + 0.25, 1e6 + 0.5, 1e6 + 0.75, 1e6 + 1.0]);
    }

    #[test]
    fn a_range_without_room_has_fewer() {
        let next = f64::from_bits(1.0_f64.to_bits() + 1);
        assert_eq!(floats(1.0, next, Scale::Linear, 5), [1.0, next]);
        assert_eq!(floats(0.0, 5e-324, Scale::Linear, 3), [0.0, 5e-324]);
        assert_eq!(floats(2.0, 2.0, Scale::Log, 9), [2.0]);
    }

    #[test]
    fn whole_numbers_are_thinned_to_so_many() {
        let widths = |points| thinned(8.0, 128.0, Scale::Log, points).iter().map(|k| k + 8).collect::<Vec<_>>();
        assert_eq!(widths(2), [8, 128]);
        assert_eq!(widths(5), [8, 16, 32, 64, 128]);
        assert_eq!(thinned(1.0, 4.0, Scale::Linear, 5), [0, 1, 2, 3]);
        assert_eq!(thinned(1.0, 4.0, Scale::Linear, 1), [2]);
        assert_eq!(thinned(1.0, 1000.0, Scale::Log, 900).len(), 900);
        assert_eq!(thinned(0.0, 10.0, Scale::Linear, 5), [0, 3, 5, 8, 10]);
    }

    #[test]
    fn steps_have_the_decimals_of_what_is_written() {
        let all = |low, step, n: u32| (0..n).map(|k| stepped(low, step, f64::from(k))).collect::<Vec<_>>();
        assert_eq!(all(0.0, 0.1, 8), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
        assert_eq!(all(-0.3, 0.1, 7), [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]);
        assert_eq!(all(0.05, 0.1, 4), [0.05, 0.15, 0.25, 0.35]);
        assert_eq!(all(1e-5, 2e-6, 4), [1e-5, 1.2e-5, 1.4e-5, 1.6e-5]);
        assert_eq!(all(5.0, 2.5, 3), [5.0, 7.5, 10.0]);
        assert_eq!(stepped(0.0, 1e-8, 90_000_001.0), 0.900_000_01);
        // What has no short decimals, or no room for them, is the plain sum.
        let third = 1.0 / 3.0;
        assert_eq!(stepped(0.1, third, 3.0), 0.1 + 3.0 * third);
        assert_eq!(stepped(1e300, 1e290, 7.0), 1e300 + 7.0 * 1e290);
        assert_eq!(stepped(5e-324, 5e-324, 3.0), 2e-323);
    }

    fn ends() -> impl Strategy<Value = (f64, f64, Scale)> {
        let any = prop_oneof![-1e3..1e3_f64, -1e-3..1e-3_f64, -1e12..1e12_f64, Just(0.0), Just(5e-324), Just(1e300)];
        let positive =
            (-320.0..300.0_f64, 0.0..20.0_f64).prop_map(|(a, b)| (libm::pow(10.0, a), libm::pow(10.0, a + b)));
        let decimal = (1_i32..1000, -12_i32..6, 0_i32..12);
        let decimal = decimal.prop_map(|(m, e, more)| {
            let at = |e: i32| format!("{m}e{e}").parse::<f64>().expect("a number");
            (at(e), at(e + more))
        });
        prop_oneof![
            (any.clone(), any).prop_map(|(a, b)| (a.min(b), a.max(b), Scale::Linear)),
            positive.prop_map(|(a, b)| (a.max(5e-324), b.max(5e-324), Scale::Log)),
            decimal.prop_map(|(a, b)| (a, b, Scale::Log)),
            (0.0..16.0_f64, 0.0..16.0_f64).prop_map(|(a, b)| {
                let one_less = |x: f64| 1.0 - libm::pow(10.0, -x);
                (one_less(a.min(b)), one_less(a.max(b)).min(0.999_999_999_999_999_9), Scale::Log1m)
            }),
        ]
    }

    proptest! {
        #[test]
        fn values_are_inside_increasing_and_even((low, high, scale) in ends(), points in 1_usize..60) {
            let values = floats(low, high, scale, points);
            prop_assert!(!values.is_empty() && values.len() <= points);
            prop_assert!(values.iter().all(|x| (low..=high).contains(x)), "{:?}", values);
            prop_assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", values);
            if points > 1 {
                prop_assert_eq!((values[0], values[values.len() - 1]), (low, high));
            }
            if values.len() == points && points > 1 {
                let even = |k: usize| scale.between(low, high, k as f64 / (points - 1) as f64);
                for (k, x) in values.iter().enumerate().skip(1).take(points.saturating_sub(2)) {
                    let gap = (even(k + 1) - even(k)).max(even(k) - even(k - 1));
                    prop_assert!((x - even(k)).abs() <= gap * 1e-2, "{} of {:?}", x, values);
                }
            }
        }

        #[test]
        fn steps_are_what_their_decimals_are_read_as(low in -5000_i64..5000, each in 1_i64..5000, k in 0_i64..2000, e in 0_i32..12) {
            let read = |digits: i64| format!("{digits}e-{e}").parse::<f64>().expect("a number");
            prop_assert_eq!(stepped(read(low), read(each), k as f64), read(low + k * each));
        }

        #[test]
        fn whole_numbers_are_increasing_with_both_ends(low in 1_u32..2000, more in 0_u32..5000, points in 1_usize..60) {
            let (low, high) = (f64::from(low), f64::from(low + more));
            for scale in [Scale::Linear, Scale::Log] {
                let taken = thinned(low, high, scale, points);
                prop_assert_eq!(taken.len(), points.min(more as usize + 1));
                prop_assert!(taken.windows(2).all(|pair| pair[0] < pair[1]));
                if points > 1 {
                    prop_assert_eq!((taken[0], taken[taken.len() - 1]), (0, more as usize));
                }
            }
        }
    }
}
