//! A smaller box around a value: coarse to fine.

use super::distribution::{Distribution, Scale};
use super::grid_values::stepped;
use serde_json::Value;

impl Distribution {
    /// The part of the range that is `share` of it in its own scale, with `value` in its middle as far as the ends of the range
    /// allow. Steps stay on their places, at least one of them; choices have no order to be near in, and stay all.
    #[must_use]
    pub fn around(&self, value: &Value, share: f64) -> Self {
        let Some(value) = value.as_f64() else { return self.clone() };
        match *self {
            Self::Categorical { .. } => self.clone(),
            Self::Float { low, high, step: None, scale } => {
                let [low, high] = part(scale, low, high, value, share);
                Self::Float { low, high, step: None, scale }
            }
            Self::Float { low, high, step: Some(step), scale } => {
                let [first, last] = steps(low, high, step, value, share);
                let at = |k: f64| stepped(low, step, k).min(high);
                Self::Float { low: at(first), high: at(last), step: Some(step), scale }
            }
            Self::Int { low, high, step: None, scale: Scale::Log } => {
                let [from, to] = part(Scale::Log, low, high, value, share);
                let value = value.clamp(low, high);
                let [from, to] = [libm::round(from).min(value), libm::round(to).max(value)];
                Self::Int { low: from, high: to, step: None, scale: Scale::Log }
            }
            Self::Int { low, high, step, scale } => {
                let each = step.unwrap_or(1.0);
                let [first, last] = steps(low, high, each, value, share);
                Self::Int { low: low + first * each, high: low + last * each, step, scale }
            }
        }
    }
}

/// Ends of the part of a range in its scale.
fn part(scale: Scale, low: f64, high: f64, value: f64, share: f64) -> [f64; 2] {
    let along = |x: f64| match scale {
        Scale::Linear => x,
        Scale::Log => libm::log(x),
        Scale::Log1m => -libm::log(1.0 - x),
    };
    if low == high {
        return [low, high];
    }
    let [a, b] = [along(low), along(high)];
    let middle = (along(value.clamp(low, high)) - a) / (b - a);
    let first = (middle - share / 2.0).clamp(0.0, 1.0 - share);
    let last = first + share;
    // The ends themselves are exact.
    let at = |u: f64| scale.between(low, high, u).clamp(low, high);
    [if first <= 0.0 { low } else { at(first) }, if last >= 1.0 { high } else { at(last) }]
}

/// Numbers of the first and the last step of the part.
fn steps(low: f64, high: f64, step: f64, value: f64, share: f64) -> [f64; 2] {
    let last = libm::floor((high - low) / step + 1e-9);
    let n = libm::ceil(share * (last + 1.0) - 1e-9).max(1.0);
    let own = libm::round((value - low) / step).clamp(0.0, last);
    let first = (own - libm::floor((n - 1.0) / 2.0)).clamp(0.0, last + 1.0 - n);
    [first, first + n - 1.0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn axis(value: &Value) -> Distribution {
        Distribution::parse("x", value).expect("valid")
    }

    #[test]
    fn a_box_is_so_much_of_each_range_in_its_scale_around_the_value() {
        for (of, value, share, wanted) in [
            (
                json!({"type": "float", "low": 0.0, "high": 1.0}),
                json!(0.5),
                0.5,
                json!({"type": "float", "low": 0.25, "high": 0.75}),
            ),
            (
                json!({"type": "float", "low": 0.0, "high": 1.0}),
                json!(0.0),
                0.5,
                json!({"type": "float", "low": 0.0, "high": 0.5}),
            ),
            (
                json!({"type": "float", "low": 0.0, "high": 1.0}),
                json!(0.9),
                0.5,
                json!({"type": "float", "low": 0.5, "high": 1.0}),
            ),
            (
                json!({"type": "float", "low": 0.0, "high": 1.0}),
                json!(0.3),
                1.0,
                json!({"type": "float", "low": 0.0, "high": 1.0}),
            ),
            (
                json!({"type": "float", "low": 0.0, "high": 0.7, "step": 0.1}),
                json!(0.7),
                0.5,
                json!({"type": "float", "low": 0.4, "high": 0.7, "step": 0.1}),
            ),
            (
                json!({"type": "float", "low": 0.0, "high": 0.7, "step": 0.1}),
                json!(0.4),
                0.5,
                json!({"type": "float", "low": 0.3, "high": 0.6, "step": 0.1}),
            ),
            (json!({"type": "int", "low": 1, "high": 8}), json!(4), 0.5, json!({"type": "int", "low": 3, "high": 6})),
            (
                json!({"type": "int", "low": 128, "high": 512, "step": 128}),
                json!(256),
                0.25,
                json!({"type": "int", "low": 256, "high": 256, "step": 128}),
            ),
            (json!({"type": "int", "low": 3, "high": 3}), json!(3), 0.5, json!({"type": "int", "low": 3, "high": 3})),
            (
                json!({"type": "categorical", "choices": ["a", "b"]}),
                json!("b"),
                0.1,
                json!({"type": "categorical", "choices": ["a", "b"]}),
            ),
        ] {
            assert_eq!(axis(&of).around(&value, share), axis(&wanted), "{of} around {value}");
        }
        let log = axis(&json!({"type": "float", "low": 1e-4, "high": 1.0, "log": true}));
        let (low, high) = log.around(&json!(1e-2), 0.5).bounds().expect("a range");
        assert!((low / 1e-3 - 1.0).abs() < 1e-9 && (high / 1e-1 - 1.0).abs() < 1e-9, "{low} {high}");
        let log1m = axis(&json!({"type": "float", "low": 0.0, "high": 0.9999, "scale": "log1m"}));
        let (low, high) = log1m.around(&json!(0.99), 0.5).bounds().expect("a range");
        assert!(((1.0 - low) / 0.1 - 1.0).abs() < 1e-6 && ((1.0 - high) / 0.001 - 1.0).abs() < 1e-6, "{low} {high}");
    }

    fn any_axis() -> impl Strategy<Value = Value> {
        prop_oneof![
            (-1e3..1e3, 0.0..1e3).prop_map(|(low, wide)| json!({"type": "float", "low": low, "high": low + wide})),
            (1e-9..1e3, 1.0..1e6)
                .prop_map(|(low, f)| json!({"type": "float", "low": low, "high": low * f, "log": true})),
            (0.0..0.9, 1e-6..1.0).prop_map(|(low, u): (f64, f64)| {
                json!({"type": "float", "low": low, "high": low + (0.99999 - low) * u, "scale": "log1m"})
            }),
            (-50..50, 0..90, 1..9)
                .prop_map(|(low, wide, step)| json!({"type": "int", "low": low, "high": low + wide, "step": step})),
            (1..50, 0..2000)
                .prop_map(|(low, wide)| json!({"type": "int", "low": low, "high": low + wide, "log": true})),
            (-5.0..5.0, 0.0..9.0, 0.05..2.0).prop_map(|(low, wide, step)| {
                json!({"type": "float", "low": low, "high": low + wide, "step": step})
            }),
        ]
    }

    proptest! {
        #[test]
        fn a_box_lies_within_the_range_and_holds_the_value_however_often(of in any_axis(), u in 0.0..1.0, share in 0.001..=1.0) {
            let mut range = axis(&of);
            let value = range.at(u);
            for _ in 0..4 {
                let (low, high) = range.bounds().expect("a range");
                let narrow = range.around(&value, share);
                let (from, to) = narrow.bounds().expect("a range");
                let x = value.as_f64().expect("a number");
                let slack = 1e-9 * (high - low).max(x.abs());
                prop_assert!(low <= from && from <= x + slack && x - slack <= to && to <= high, "{of}: {from} {x} {to}");
                // It is a range that a document may have.
                prop_assert_eq!(&axis(&narrow.to_json()), &narrow);
                range = narrow;
            }
        }
    }
}
