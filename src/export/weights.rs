//! A trial's weights as a file that `PyTorch` loads (safetensors), and the script that loads it.

use super::File;
use super::python::{filled, literal, plain, quoted};
use crate::error::{Error, Result};
use crate::mlp::{Activation, Role, Shape, Tensor};
use crate::study::{Study, TrialConfig};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const SCRIPT: &str = include_str!("templates/weights.py");

/// What a trial has come to.
pub struct Trained<'a> {
    /// The study.
    pub study: &'a Study,
    /// The trial's number.
    pub number: u32,
    /// Its drawn parameters.
    pub params: &'a Map<String, Value>,
    /// One a seed: its numbers in the order of [`Shape`]; behind them may stand what an optimizer remembers.
    pub networks: &'a [&'a [f32]],
    /// Mean and deviation of each feature, then those of the target.
    pub scaling: &'a [(f64, f64)],
}

/// Both files.
pub struct Files {
    /// The name of the weights' file.
    pub name: String,
    /// What is in it.
    pub weights: Vec<u8>,
    /// The script that loads it from beside itself.
    pub script: File,
}

/// The files of a trial, whose names begin with `stem`.
///
/// # Errors
/// [`Error::OutOfRange`] of networks with fewer numbers than the trial's have.
pub fn write(trained: &Trained<'_>, stem: &str) -> Result<Files> {
    let config = TrialConfig::new(trained.study, trained.params);
    let shape = Shape {
        inputs: trained.scaling.len().saturating_sub(1),
        hidden: config.hidden,
        outputs: trained.study.n_outputs(),
        activation: config.activation,
        batch_norm: config.batch_norm,
    };
    let n = shape.n_parameters();
    if let Some(short) = trained.networks.iter().find(|network| network.len() < n) {
        let accepted = format!("{n} numbers, as its settings have");
        return Err(Error::OutOfRange { key: "network".into(), found: short.len().to_string(), accepted });
    }
    let name = format!("{stem}.safetensors");
    // The script that trains the trial anew has the name without this.
    let script = format!("load_{}.py", stem.replace('-', "_"));
    Ok(Files {
        weights: safetensors(trained, &shape),
        script: File { name: script, text: loader(trained, &shape, &name) },
        name,
    })
}

/// A tensor by the name of its module in the script.
fn name_of(Tensor { layer, role, .. }: &Tensor, shape: &Shape) -> String {
    let linear = if *layer < shape.hidden.len() { format!("hidden_{}", layer + 1) } else { "output".into() };
    let norm = format!("norm_{}", layer + 1);
    let (module, name) = match role {
        Role::Weight => (linear, "weight"),
        Role::Bias => (linear, "bias"),
        Role::Gamma => (norm, "weight"),
        Role::Beta => (norm, "bias"),
        Role::Mean => (norm, "running_mean"),
        Role::Variance => (norm, "running_var"),
    };
    format!("{module}.{name}")
}

/// The file: the length of its head, the head as JSON, then all numbers one after the other.
fn safetensors(trained: &Trained<'_>, shape: &Shape) -> Vec<u8> {
    let Trained { study, number, params, networks, .. } = trained;
    let mut head = Map::new();
    let about = json!({
        "format": "pt", "study": study.to_json().to_string(), "trial": number.to_string(), "params": json!(params).to_string(),
    });
    head.insert("__metadata__".into(), about);
    let layers = shape.layers();
    let mut tensors: Vec<Tensor> = shape.tensors().collect();
    tensors.sort_by_key(|tensor| tensor.place.start);
    let n = shape.n_parameters();
    for seed in 0..networks.len() {
        let prefix = if networks.len() > 1 { format!("seed_{seed}.") } else { String::new() };
        for tensor in &tensors {
            let layer = &layers[tensor.layer];
            let sides =
                if tensor.role == Role::Weight { json!([layer.outputs, layer.inputs]) } else { json!([layer.outputs]) };
            let place = [tensor.place.start, tensor.place.end].map(|at| 4 * (seed * n + at));
            let entry = json!({"dtype": "F32", "shape": sides, "data_offsets": place});
            head.insert(format!("{prefix}{}", name_of(tensor, shape)), entry);
        }
    }
    let mut text = Value::Object(head).to_string().into_bytes();
    // Numbers begin at a multiple of 8.
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut file = (text.len() as u64).to_le_bytes().to_vec();
    file.extend(text);
    file.extend(networks.iter().flat_map(|network| &network[..n]).flat_map(|number| number.to_le_bytes()));
    file
}

const fn module(activation: Activation) -> &'static str {
    match activation {
        Activation::Linear => "Identity()",
        Activation::Sigmoid => "Sigmoid()",
        Activation::Tanh => "Tanh()",
        Activation::Relu => "ReLU()",
        Activation::LeakyRelu => "LeakyReLU(0.01)",
        Activation::Elu => "ELU()",
        Activation::Gelu => "GELU()",
    }
}

fn loader(trained: &Trained<'_>, shape: &Shape, file: &str) -> String {
    let Trained { study, number, networks, scaling, .. } = trained;
    let lines: Vec<String> = shape
        .layers()
        .iter()
        .enumerate()
        .flat_map(|(depth, layer)| {
            let is_hidden = depth < shape.hidden.len();
            let name = if is_hidden { format!("hidden_{}", depth + 1) } else { "output".into() };
            let linear = format!("        (\"{name}\", nn.Linear({}, {})),", layer.inputs, layer.outputs);
            let norm =
                layer.norm.map(|_| format!("        (\"norm_{}\", nn.BatchNorm1d({})),", depth + 1, layer.outputs));
            let activation =
                is_hidden.then(|| format!("        (\"activation_{}\", nn.{}),", depth + 1, module(layer.activation)));
            [Some(linear), norm, activation].into_iter().flatten()
        })
        .collect();
    let (features, target) = scaling.split_at(shape.inputs.min(scaling.len()));
    let list = |of: fn(&(f64, f64)) -> f64| literal(&json!(features.iter().map(of).collect::<Vec<f64>>()));
    let (mean, scale) = target.first().copied().unwrap_or((0.0, 1.0));
    let mut has = BTreeSet::from([study.task.name().to_owned()]);
    if shape.batch_norm {
        has.insert("normed".into());
    }
    let title = format!(
        "Trial {number} of a study on {}, trained in Tuning Playground, as a PyTorch network.",
        plain(&study.dataset)
    );
    if study.data.folds > 1 {
        has.insert("folds".into());
    }
    filled(
        SCRIPT,
        &has,
        &[
            ("title", title),
            ("file", quoted(file)),
            ("seeds", networks.len().to_string()),
            ("mean", list(|pair| pair.0)),
            ("scale", list(|pair| pair.1)),
            ("target", format!("{}, {}", json!(mean), json!(scale))),
            ("layers", lines.join("\n")),
        ],
    )
}
