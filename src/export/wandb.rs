//! A sweep of Weights & Biases: the study's space for its `PyTorch` script, whose agents call it with a setting an argument.

use super::python::quoted;
use crate::space::{Distribution, Scale};
use crate::study::{Direction, PrunerSpec, Rungs, SamplerSpec, Study};
use serde_json::Value;

/// Values of a range with steps that are written one by one.
const MOST_VALUES: usize = 1000;

/// The sweep as YAML.
pub fn write(study: &Study) -> String {
    let goal = if study.direction == Direction::Minimize { "minimize" } else { "maximize" };
    let can_grid = !study.space.iter().any(|(_, range)| is_continuous(range));
    let method = match study.sampler {
        SamplerSpec::Grid { .. } if can_grid => "grid",
        SamplerSpec::Tpe(_) | SamplerSpec::Gp(_) | SamplerSpec::Cmaes { .. } => "bayes",
        _ => "random",
    };
    let program = format!("{}_study.py", study.dataset.replace('-', "_"));
    let mut text = format!(
        "# A study of Tuning Playground as a sweep of Weights & Biases: `wandb sweep` with this file, then `wandb agent`.\n\
         # The program is the study's PyTorch script (tune export RESULT.json --to pytorch -o {program}).\n\
         program: {program}\nmethod: {method}\nmetric:\n  name: value\n  goal: {goal}\nrun_cap: {}\n",
        study.trials
    );
    if !study.name.is_empty() {
        text.extend(["name: ", &quoted(&study.name), "\n"]);
    }
    match study.pruner {
        PrunerSpec::Halving(rungs) | PrunerSpec::Hyperband(rungs) => {
            let Rungs { reduction, min_epochs } = rungs;
            let [epochs, reduction] = [min_epochs.to_string(), reduction.to_string()];
            text.extend(["early_terminate:\n  type: hyperband\n  min_iter: ", &epochs, "\n  eta: ", &reduction, "\n"]);
        }
        PrunerSpec::None | PrunerSpec::Median { .. } => {}
    }
    text.push_str("command:\n  - ${env}\n  - python\n  - ${program}\n  - ${args}\nparameters:\n");
    for (name, range) in &study.space {
        text.push_str(&parameter(name, range));
    }
    if study.space.is_empty() {
        // A sweep has a parameter at least.
        text.extend(["  epochs:\n    value: ", &study.most_epochs().to_string(), "\n"]);
    }
    text
}

/// Whether W&B's grid has no values of it.
fn is_continuous(range: &Distribution) -> bool {
    matches!(range, Distribution::Float { step: None, .. } | Distribution::Int { scale: Scale::Log, .. })
}

fn parameter(name: &str, range: &Distribution) -> String {
    let between = |distribution: &str, low: String, high: String, more: &str| {
        format!("    distribution: {distribution}\n    min: {low}\n    max: {high}\n{more}")
    };
    let values =
        |values: &[Value]| format!("    values: [{}]\n", values.iter().map(yaml).collect::<Vec<_>>().join(", "));
    let (name, body) = match *range {
        Distribution::Categorical { ref choices } => (name.to_owned(), values(choices)),
        // What is even in 1 - x is drawn as that: the script takes it back.
        Distribution::Float { low, high, scale: Scale::Log1m, .. } => {
            // Without the last digits, which are the subtraction's.
            let [low, high] = [1.0 - high, 1.0 - low].map(|x| format!("{x:.12e}").parse().unwrap_or(x));
            (format!("one_minus_{name}"), between("log_uniform_values", float(low), float(high), ""))
        }
        Distribution::Float { low, high, step: None, scale } => {
            let name_of = if scale == Scale::Log { "log_uniform_values" } else { "uniform" };
            (name.to_owned(), between(name_of, float(low), float(high), ""))
        }
        Distribution::Int { low, high, step: None, scale: Scale::Linear | Scale::Log1m } => {
            (name.to_owned(), between("int_uniform", (low as i64).to_string(), (high as i64).to_string(), ""))
        }
        Distribution::Int { low, high, scale: Scale::Log, .. } => {
            (name.to_owned(), between("q_log_uniform_values", float(low), float(high), "    q: 1\n"))
        }
        Distribution::Float { low, high, step: Some(step), .. }
        | Distribution::Int { low, high, step: Some(step), .. } => {
            // Steps of W&B count from 0, ours from the low end.
            let body = if range.n_grid(1) <= MOST_VALUES {
                values(&range.grid(1))
            } else {
                between("q_uniform", float(low), float(high), &format!("    q: {}\n", float(step)))
            };
            (name.to_owned(), body)
        }
    };
    format!("  {name}:\n{body}")
}

/// A number that YAML reads as one: 1.0e-5, since 1e-5 is a text there.
fn float(x: f64) -> String {
    let text = format!("{x:e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    if (-4..16).contains(&power) {
        let plain = x.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let dot = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{dot}e{power:+}")
}

fn yaml(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() => float(number.as_f64().unwrap_or_default()),
        Value::String(text) => quoted(text),
        // What a list of YAML reads as JSON does.
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::float;

    #[test]
    fn numbers_have_a_dot_and_a_sign_before_their_power() {
        for (x, text) in [
            (1e-5, "1.0e-5"),
            (2.5e-7, "2.5e-7"),
            (0.001, "0.001"),
            (3.0, "3.0"),
            (-0.5, "-0.5"),
            (0.0, "0.0"),
            (1e20, "1.0e+20"),
        ] {
            assert_eq!(float(x), text);
        }
    }
}
