//! JSON text with exact numbers. `serde_json` reads some numbers a bit off unless it brings tables that the standard
//! library has already; the page, and whoever wrote the text, mean the nearest number.

#[cfg(not(target_arch = "wasm32"))]
mod twice;

use serde_json::{Number, Value};
#[cfg(not(target_arch = "wasm32"))]
pub use twice::twice;

/// Reads a document. Outside the page, whose own reader of JSON does not see it either, a key that is given twice is refused.
///
/// # Errors
/// What `serde_json` says of text that is none.
pub fn parse(text: &str) -> serde_json::Result<Value> {
    let mut value = serde_json::from_str(text)?;
    #[cfg(not(target_arch = "wasm32"))]
    if let Some((within, key)) = twice(text) {
        let detail = format!("{} has {key:?} twice; name each once", if within.is_empty() { "it" } else { &within });
        return Err(serde::de::Error::custom(detail));
    }
    let tokens = tokens(text);
    // A key that is given twice leaves one value: such documents keep the numbers that were read.
    if tokens.len() == count(&value) {
        correct(&mut value, &mut tokens.into_iter());
    }
    Ok(value)
}

/// [`parse`] of what programs write that have NaN and Infinity bare, or numbers that are too large to be finite, neither of
/// which is JSON here: such numbers become the names of what they are.
///
/// # Errors
/// What [`parse`] says of the text as it is.
pub fn parse_bare(text: &str) -> serde_json::Result<Value> {
    parse(text).or_else(|error| parse(&quoted(text)).map_err(|_| error))
}

/// Whether this is a name of a number that JSON lacks, as programs write them.
pub fn is_not_finite(text: &str) -> bool {
    let name = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    matches!(name.as_str(), "nan" | "inf" | "infinity")
}

/// The text with bare names of numbers that JSON lacks (`nan`, `-inf`, `Infinity`) as strings.
fn quoted(text: &str) -> String {
    let (mut out, mut word) = (String::new(), String::new());
    let (mut in_text, mut escaped) = (false, false);
    let end_word = |word: &mut String, out: &mut String| {
        match word.parse() {
            _ if is_not_finite(word) => out.extend(["\"", word, "\""]),
            Ok(f64::INFINITY) => out.push_str("\"Infinity\""),
            Ok(f64::NEG_INFINITY) => out.push_str("\"-Infinity\""),
            _ => out.push_str(word),
        }
        word.clear();
    };
    for sign in text.chars() {
        if !in_text && (sign.is_ascii_alphanumeric() || matches!(sign, '+' | '-' | '.')) {
            word.push(sign);
            continue;
        }
        end_word(&mut word, &mut out);
        out.push(sign);
        in_text ^= sign == '"' && !escaped;
        escaped = in_text && sign == '\\' && !escaped;
    }
    end_word(&mut word, &mut out);
    out
}

/// The first number of valid JSON that is `such`, as it is written: it is handed the text and what that is read as.
pub fn number_of(text: &str, such: impl Fn(&str, f64) -> bool) -> Option<&str> {
    tokens(text).into_iter().find(|token| token.parse().is_ok_and(|x| such(token, x)))
}

/// The numbers of valid JSON, as they are written, in their order.
fn tokens(text: &str) -> Vec<&str> {
    let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let from = at;
        at += 1;
        match bytes[from] {
            b'"' => {
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                at += bytes[at..].iter().take_while(|byte| is_part(**byte)).count();
                found.extend(text.get(from..at));
            }
            _ => {}
        }
    }
    found
}

fn count(value: &Value) -> usize {
    match value {
        Value::Number(_) => 1,
        Value::Array(values) => values.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

fn correct<'a>(value: &mut Value, tokens: &mut impl Iterator<Item = &'a str>) {
    match value {
        Value::Number(number) => {
            let exact = tokens.next().filter(|_| number.is_f64()).and_then(|token| token.parse().ok());
            if let Some(exact) = exact.and_then(Number::from_f64) {
                *number = exact;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| correct(value, tokens)),
        Value::Object(map) => map.values_mut().for_each(|value| correct(value, tokens)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn strings_put_nothing_out_of_step_and_keys_given_twice_are_refused() {
        let text = r#" {"a-1": "2.5\" 3 \\", "b": [0.01538154640303034, -7, true, null, {"c": 1E-3}], "d": ""} "#;
        let want = json!({"a-1": "2.5\" 3 \\", "b": [0.015_381_546_403_030_34, -7, true, null, {"c": 1e-3}], "d": ""});
        assert_eq!(parse(text).unwrap(), want);
        let refused = parse(r#"{"a": [{}, {"b": 0.5, "b": 2}]}"#).unwrap_err().to_string();
        assert_eq!(refused, "a[1] has \"b\" twice; name each once");
        assert!(parse("[1,]").is_err());
    }

    proptest! {
        #[test]
        fn a_number_is_read_as_it_was_written(bits: u64, other: i64) {
            let x = f64::from_bits(bits);
            prop_assume!(x.is_finite());
            let document = json!({"x": [x, other], "y": {"z": -x}});
            prop_assert_eq!(&parse(&document.to_string()).unwrap(), &document);
            prop_assert_eq!(parse(&format!("{x:e}")).unwrap().as_f64(), Some(x));
        }
    }
}
