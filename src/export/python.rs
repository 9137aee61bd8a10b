//! Python as text: literals, and templates of which only the parts stay that a study has use for.

use serde_json::Value;
use std::collections::BTreeSet;

/// A value as Python writes it.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Array(values) => format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries = map.iter().map(|(name, value)| format!("{}: {}", quoted(name), literal(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => quoted(text),
        Value::Number(number) => number.to_string(),
    }
}

/// A dictionary with an entry a line.
pub fn dictionary<'a>(entries: impl IntoIterator<Item = (&'a str, &'a Value)>) -> String {
    let lines: Vec<String> =
        entries.into_iter().map(|(name, value)| format!("    {}: {},\n", quoted(name), literal(value))).collect();
    if lines.is_empty() { "{}".into() } else { format!("{{\n{}}}", lines.concat()) }
}

/// A text in quotes; JSON's escapes are Python's.
pub fn quoted(text: &str) -> String {
    Value::String(text.into()).to_string()
}

/// A text as it may stand in a comment or between three quotes.
pub fn plain(text: &str) -> String {
    let plain = |sign: char| if sign.is_control() || matches!(sign, '"' | '\\') { ' ' } else { sign };
    text.chars().map(plain).collect::<String>().trim().into()
}

/// The template with its parts: a line `#? a b` begins one that stays where `a` or `b` is among `has` (`!a`: where it is
/// not), `#.` ends it; parts may stand in parts. `{{name}}` becomes what `fill` has under that name.
pub fn filled(template: &str, has: &BTreeSet<String>, fill: &[(&str, String)]) -> String {
    let mut text = String::new();
    // Whether each part that is open stays.
    let mut open: Vec<bool> = Vec::new();
    let mut blank = 0;
    for line in template.lines() {
        let mark = line.trim_start();
        if let Some(conditions) = mark.strip_prefix("#? ") {
            let holds =
                |name: &str| name.strip_prefix('!').map_or_else(|| has.contains(name), |not| !has.contains(not));
            open.push(conditions.split(' ').any(holds));
        } else if mark == "#." {
            open.pop();
        } else if open.iter().all(|stays| *stays) {
            // What was taken out leaves no more than two blank lines.
            blank = if line.is_empty() { blank + 1 } else { 0 };
            if blank <= 2 {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    let mut parts = text.split("{{");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
        let value = fill.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        whole.push_str(value.unwrap_or_default());
        whole.push_str(rest);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn literals_are_pythons() {
        let value = json!({"a \"b\"": [null, true, false, 1, -2.5, 1e-5, "x\n\\"], "c": {}});
        assert_eq!(literal(&value), r#"{"a \"b\"": [None, True, False, 1, -2.5, 0.00001, "x\n\\"], "c": {}}"#);
        assert_eq!(plain("a\"\"\"\n\\b "), "a     b");
    }

    #[test]
    fn parts_stay_where_a_study_has_use_for_them() {
        let template = "a\n#? x y\nb\n  #? !z\n  {{name}} {{none}}\n  #.\n#.\n#? q\n{{name}}\n#.\nc\n";
        let of = |has: &[&str]| {
            let has = has.iter().map(|name| (*name).to_owned()).collect();
            filled(template, &has, &[("name", "n {{a}}".into())])
        };
        assert_eq!(of(&[]), "a\nc\n");
        assert_eq!(of(&["y"]), "a\nb\n  n {{a}} \nc\n");
        assert_eq!(of(&["x", "z", "q"]), "a\nb\nn {{a}}\nc\n");
    }
}
