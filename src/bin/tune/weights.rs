//! `tune run --weights`: the networks of all trials that completed, as files that `PyTorch` loads.

use crate::commands::say;
use crate::files::problem;
use crate::named::ended;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tuning_playground::Result;
use tuning_playground::backend::Backend;
use tuning_playground::dataset::Prepared;
use tuning_playground::export::weights::{Trained, write};
use tuning_playground::result::TrialState;
use tuning_playground::session::Session;
use tuning_playground::trainer::Trainer;

/// A folder that files can be written into.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes it where it is not there: before hours of training, not after.
    pub fn open(path: &Path) -> Result<Self> {
        if path.is_file() {
            return Err(problem(path, "this is a file; name a folder"));
        }
        std::fs::create_dir_all(path).map_err(|error| problem(path, error))?;
        Ok(Self(path.into()))
    }

    /// Writes the weights of each trial that completed, of a cross-validation those of its first fold, with a script each.
    pub fn fill(&self, session: &mut Session, prepared: Prepared, backend: Box<dyn Backend>) -> Result<()> {
        let study = session.study().clone();
        let complete: Vec<u32> = session
            .trials()
            .iter()
            .filter(|trial| trial.state == TrialState::Complete)
            .map(|trial| trial.number)
            .collect();
        let mut trainer = Trainer::new(Rc::new(study.clone()), Rc::new(prepared), backend, Vec::new())?;
        let scaling = trainer.scaling().collect::<Vec<_>>();
        for &number in &complete {
            let (trial, snapshot) = ended(session, &mut trainer, number)?;
            let weights = trainer.of_first_fold(&trial, &snapshot);
            let networks: Vec<&[f32]> = weights.iter().map(Vec::as_slice).collect();
            let trained =
                Trained { study: &study, number, params: &trial.params, networks: &networks, scaling: &scaling };
            let files = write(&trained, &format!("trial_{number}"))?;
            for (name, bytes) in [(&files.name, &files.weights[..]), (&files.script.name, files.script.text.as_bytes())]
            {
                let path = self.0.join(name);
                std::fs::write(&path, bytes).map_err(|error| problem(&path, error))?;
            }
        }
        say(&format!("the weights of {} trials are in {}", complete.len(), self.0.display()));
        Ok(())
    }
}
