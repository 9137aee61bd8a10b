//! A value near another: what a copy of a trial tries.

use super::distribution::{Distribution, Scale};
use super::numbers::same;
use crate::order::{by_key, place};
use serde_json::{Value, json};

/// What a value is multiplied by on its way up and down.
const UP: f64 = 1.2;
const DOWN: f64 = 0.8;

impl Distribution {
    /// The value times 1.2 or 0.8, within the range; on a scale of 1 - x that is what is multiplied. Where there are steps it
    /// moves by one at least. Of choices it is the next one: of numbers in their order, of others as they stand.
    #[must_use]
    pub fn moved(&self, value: &Value, is_up: bool) -> Value {
        if let Self::Categorical { choices } = self {
            return next_choice(choices, value, is_up);
        }
        let (Some(x), Some((low, high))) = (value.as_f64(), self.bounds()) else { return value.clone() };
        let (factor, opposite) = if is_up { (UP, DOWN) } else { (DOWN, UP) };
        let (Self::Float { scale, .. } | Self::Int { scale, .. }) = self else { return value.clone() };
        let wanted = match scale {
            Scale::Log1m => 1.0 - (1.0 - x) * opposite,
            Scale::Linear | Scale::Log => x * factor,
        };
        let step = match *self {
            Self::Float { step: None, .. } => return json!(wanted.clamp(low, high)),
            Self::Float { step: Some(step), .. } => step,
            _ => self.each(),
        };
        let at = |x: f64| libm::round((x - low) / step);
        let own = at(x);
        // 0 has nothing to be multiplied, and moves all the same.
        let toward = if is_up { 1.0 } else { -1.0 };
        let k = if at(wanted) == own { own + toward } else { at(wanted) };
        self.at_step((k.max(0.0) as usize).min(self.n_steps() - 1))
    }
}

/// The next choice, of numbers in their order; the value itself at an end.
fn next_choice(choices: &[Value], value: &Value, is_up: bool) -> Value {
    let numbers: Option<Vec<(f64, &Value)>> = choices.iter().map(|one| Some((one.as_f64()?, one))).collect();
    let order: Vec<&Value> = match numbers {
        Some(numbers) => by_key(numbers, |(x, _)| place(*x)).into_iter().map(|(_, one)| one).collect(),
        None => choices.iter().collect(),
    };
    let Some(own) = order.iter().position(|one| same(one, value)) else { return value.clone() };
    let next = if is_up { own + 1 } else { own.saturating_sub(1) };
    order.get(next).map_or_else(|| value.clone(), |one| (*one).clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Map;

    #[test]
    fn values_are_moved_within_their_range_on_their_steps_and_scale() {
        let axes: Map<String, Value> = serde_json::from_str(
            r#"{
            "log": {"type": "float", "low": 1e-4, "high": 0.1, "log": true},
            "log1m": {"type": "float", "low": 0.5, "high": 0.999, "scale": "log1m"},
            "step": {"type": "float", "low": 0, "high": 0.7, "step": 0.1},
            "int": {"type": "int", "low": 1, "high": 8},
            "int_step": {"type": "int", "low": 16, "high": 64, "step": 16},
            "numbers": {"type": "categorical", "choices": [64, 16, 32]},
            "names": {"type": "categorical", "choices": ["step", "cosine", "constant"]}
        }"#,
        )
        .expect("valid JSON");
        for (name, value, down, up) in [
            ("log", json!(0.01), json!(0.008), json!(0.012)),
            ("log", json!(0.09), json!(0.09 * 0.8), json!(0.1)),
            ("log", json!(1e-4), json!(1e-4), json!(1e-4 * 1.2)),
            ("log1m", json!(0.9), json!(1.0 - (1.0 - 0.9) * 1.2), json!(1.0 - (1.0 - 0.9) * 0.8)),
            ("step", json!(0.0), json!(0.0), json!(0.1)),
            ("step", json!(0.5), json!(0.4), json!(0.6)),
            ("step", json!(0.7), json!(0.0 + 6.0 * 0.1), json!(0.7)),
            ("int", json!(1), json!(1), json!(2)),
            ("int", json!(2), json!(1), json!(3)),
            ("int", json!(8), json!(6), json!(8)),
            ("int_step", json!(48), json!(32), json!(64)),
            ("int_step", json!(16), json!(16), json!(32)),
            ("numbers", json!(16), json!(16), json!(32)),
            ("numbers", json!(32), json!(16), json!(64)),
            ("numbers", json!(64), json!(32), json!(64)),
            ("names", json!("step"), json!("step"), json!("cosine")),
            ("names", json!("cosine"), json!("step"), json!("constant")),
        ] {
            let axis = Distribution::parse(name, &axes[name]).expect("valid");
            let moved = [false, true].map(|is_up| axis.moved(&value, is_up));
            for (moved, wanted) in moved.iter().zip([down, up]) {
                let is_near = match (moved.as_f64(), wanted.as_f64()) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-12,
                    _ => *moved == wanted,
                };
                assert!(is_near, "{name} {value}: {moved}, not {wanted}");
            }
        }
    }
}
