//! A script that trains a study's trials over a Ray cluster: Ray is the scheduler, `PyTorch` or `tune` trains, Optuna or the
//! study's own sampler picks.

use super::python::{filled, plain, quoted};
use super::pytorch::{ABOUT, Filling, filling, whole};
use super::rows::Rows;
use super::{Export, File};
use crate::study::{Direction, PrunerSpec, Rungs, SamplerSpec, Study};
use serde_json::Value;

const SCRIPT: &str = include_str!("templates/ray.py");

/// The script.
pub fn write((study, document): (&Study, &Value), rows: &Rows) -> Export {
    let Filling { mut has, mut fill } = filling((study, document), None, rows);
    has.insert("study".into());
    let (data, name) = (plain(&study.dataset), plain(&study.name));
    let named = if name.is_empty() { String::new() } else { format!(": {name}") };
    fill.push(("title", format!("A study on {data}{named}, distributed by Ray Tune.")));
    fill.push(("about", ABOUT.into()));
    let usage = "\n  python SCRIPT.py                       on this machine's cores\n  \
                 python SCRIPT.py --address=auto        on the cluster that this machine is part of\n  \
                 python SCRIPT.py --gpus=0.25           four trials share a GPU\n  \
                 python SCRIPT.py --trainable=tune --search=tune   with the study's own engine and sampler\n";
    fill.push(("usage", usage.into()));
    let scheduler = scheduler(study);
    if scheduler.is_some() {
        has.insert("scheduler".into());
    }
    fill.push(("scheduler", scheduler.unwrap_or_default()));
    if matches!(study.sampler, SamplerSpec::Pbt(_) | SamplerSpec::Hand { .. }) {
        has.insert("no_ask_tell".into());
    }
    let is_patient = has.contains("patience");
    fill.push(("or_patient", if is_patient { " or last.get(\"done\")".into() } else { String::new() }));
    // Ask and tell knows no direction: less is better there.
    let signed = match study.direction {
        Direction::Minimize => "# Less is better there, as here.",
        Direction::Maximize => "value = None if value is None else -value",
    };
    fill.push(("signed", signed.into()));
    let text = filled(&whole(SCRIPT), &has, &fill);
    Export { file: File { name: format!("{}_ray.py", study.dataset.replace('-', "_")), text }, beside: rows.beside() }
}

/// Ray's way to stop trials early, as the study's pruner does.
fn scheduler(study: &Study) -> Option<String> {
    let most = study.most_epochs();
    let time = quoted("epoch");
    match study.pruner {
        PrunerSpec::None => None,
        PrunerSpec::Median { startup, warmup } => Some(format!(
            "tune.schedulers.MedianStoppingRule(time_attr={time}, grace_period={}, min_samples_required={startup})",
            warmup.max(1)
        )),
        PrunerSpec::Halving(Rungs { reduction, min_epochs }) => Some(format!(
            "tune.schedulers.ASHAScheduler(time_attr={time}, max_t={most}, grace_period={min_epochs}, \
             reduction_factor={reduction})"
        )),
        PrunerSpec::Hyperband(Rungs { reduction, .. }) => Some(format!(
            "tune.schedulers.HyperBandScheduler(time_attr={time}, max_t={most}, reduction_factor={reduction})"
        )),
    }
}
