//! Numbers as documents and messages have them.

use serde_json::Value;

/// 2^53: whole numbers up to it are exact, and every reader of JSON keeps those below it.
pub const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A number, also where it is written as the string of a number that is not finite.
pub fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number, also where JSON writes it as `3.0`.
pub fn whole(value: &Value) -> Option<f64> {
    value.as_f64().filter(|x| libm::trunc(*x) == *x)
}

/// What is the same of values that are [`same`]: to find those that stand twice among very many.
pub fn identity(value: &Value) -> String {
    match value {
        // 0 has two signs.
        Value::Number(number) => number.as_f64().map_or_else(String::new, |x| format_number(x + 0.0)),
        Value::Array(all) => format!("[{}]", all.iter().map(identity).collect::<Vec<_>>().join(",")),
        _ => value.to_string(),
    }
}

/// Whether two values are the same to a reader of JSON, which does not tell 16 from 16.0.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// A value as messages write it.
pub fn shown(value: &Value) -> String {
    value.as_f64().map_or_else(|| value.to_string(), format_number)
}

/// Short and exact: `0.001`, `1e9`, `9007199254740991`.
pub fn format_number(x: f64) -> String {
    let (magnitude, plain) = (x.abs(), format!("{x}"));
    if x == 0.0 || (1e-4..1e7).contains(&magnitude) || !x.is_finite() {
        return plain;
    }
    let powered = format!("{x:e}");
    if plain.len() <= powered.len() { plain } else { powered }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_shorter_of_two_ways() {
        for (x, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1e-4, "0.0001"),
            (1.25e-5, "1.25e-5"),
            (9_999_999.0, "9999999"),
            (1e7, "1e7"),
            (-2.5e9, "-2.5e9"),
            (12_345_678.0, "12345678"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (1.234_567_890_123_456_8e20, "123456789012345680000"),
            (1.234_567_890_123_456_8e21, "1.2345678901234568e21"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(format_number(x), text);
        }
    }
}
