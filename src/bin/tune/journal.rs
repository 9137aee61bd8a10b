//! `tune run --journal`: the run as a file that grows, in Optuna's format, so that its dashboard follows along and a run that
//! was cut off goes on.

use crate::files::{self, JournalText};
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use tuning_playground::export::journal::{self, read};
use tuning_playground::result::{EngineInfo, TrialState, read as document};
use tuning_playground::session::Session;
use tuning_playground::session::threads::Known;
use tuning_playground::space::numbers::same;
use tuning_playground::study::Study;
use tuning_playground::{NUMERICS_VERSION, Result, VERSION};

/// A journal that this process writes, and no other.
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Trials that an earlier run has told of to their end.
    pub known: Known,
    /// What is trained one after the other: what earlier runs have trained, and the study with what it was given since.
    pub studies: Vec<Study>,
    /// What trained them, as far as the journal says.
    pub engine: Option<EngineInfo>,
    /// Trials that were created, and of each how many epochs are told.
    told: Vec<usize>,
    /// Trials before this one have ended, and that is written.
    first_open: usize,
    /// Whether the end of each trial from `first_open` on is written.
    ended: Vec<bool>,
    /// What the earlier run's trials drew, as far as that is to be held against what is asked for now.
    asked: VecDeque<Map<String, Value>>,
    /// Trials that were held against it.
    n_checked: usize,
}

impl Journal {
    /// Opens the file, begins it if there is none, and reads what an earlier run has written. A last line that was cut off is
    /// taken away: nothing was told by it.
    pub fn open(path: &Path, study: &Study, backend: &str) -> Result<Self> {
        let problem = |detail: String| files::problem(path, detail);
        if path == Path::new("-") {
            return Err(problem("a later run goes on from a journal, so it is a file; name one".into()));
        }
        let options = OpenOptions::new().read(true).append(true).create(true).open(path);
        let mut file = options.map_err(|error| problem(error.to_string()))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(problem("another run writes it; wait for its end, or name another file".into()));
            }
            // A file system without locks has none to wait for.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let mut bytes = Vec::new();
        // A device or a pipe holds nothing to go on from.
        if file.metadata().is_ok_and(|about| about.is_file()) {
            file.read_to_end(&mut bytes).map_err(|error| problem(error.to_string()))?;
        }
        let text = JournalText::new(path, bytes)?;
        let whole = text.whole();
        let engine = json!({"version": VERSION, "numerics": NUMERICS_VERSION, "backend": backend});
        let mut journal = Self {
            path: path.into(),
            file,
            known: Known::new(),
            studies: vec![study.clone()],
            engine: None,
            told: Vec::new(),
            first_open: 0,
            ended: Vec::new(),
            asked: VecDeque::new(),
            n_checked: 0,
        };
        let studies = read::read(whole).map_err(|error| problem(error.to_string()))?;
        if studies.len() > 1 {
            return Err(problem("it holds several studies; name another file".into()));
        }
        let is_bare = studies.first().is_some_and(|kept| kept.is_bare(study));
        if let Some(kept) = studies.first().filter(|_| !is_bare) {
            kept.check(study, &engine).map_err(|error| problem(error.to_string()))?;
            journal.remember(kept, study);
        }
        if text.is_cut() {
            journal.file.set_len(whole.len() as u64).map_err(|error| problem(error.to_string()))?;
            journal.file.seek(SeekFrom::End(0)).map_err(|error| problem(error.to_string()))?;
        }
        if whole.trim().is_empty() {
            journal.append(&journal::begin(study, &study.to_json(), &engine))?;
            return Ok(journal);
        }
        if !whole.ends_with('\n') {
            journal.append("\n")?;
        }
        if is_bare || studies.first().is_some_and(|kept| kept.is_given_more(study)) {
            journal.append(&journal::about(&study.to_json(), &engine))?;
        }
        Ok(journal)
    }

    fn remember(&mut self, kept: &read::Kept, study: &Study) {
        self.engine = kept.engine();
        self.studies = kept.steps_to(study);
        for (number, params, own) in kept.ended() {
            let mut own = own.clone();
            own["number"] = json!(number);
            let record = document::trial(&own, &params, study.record);
            // What was stopped by hand goes on.
            if let Some(record) = record.filter(|record| record.state != TrialState::Cancelled) {
                self.known.insert(number, record);
            }
        }
        for row in &kept.trials {
            self.told.push(row.epochs_told());
            self.ended.push(row.is_ended());
            self.asked.push_back(row.params.clone());
        }
    }

    /// Writes what is new of the session: trials that were asked for, epochs, ends.
    pub fn follow(&mut self, session: &Session) -> Result<()> {
        let mut text = String::new();
        let (study, trials) = (session.study(), session.trials());
        while let (Some(before), Some(now)) = (self.asked.front(), trials.get(self.n_checked)) {
            let is_drawn = |(name, value): (&String, &Value)| now.params.get(name).is_some_and(|own| same(own, value));
            if !before.iter().all(is_drawn) {
                let detail = format!(
                    "its trial {} has other parameters than the study asks for, so another program has added or changed \
                     trials; `tune import` looks at them",
                    now.number
                );
                return Err(files::problem(&self.path, detail));
            }
            self.asked.pop_front();
            self.n_checked += 1;
        }
        for trial in trials.iter().skip(self.told.len()) {
            text.push_str(&journal::created(study, &trial.params, now()));
            self.told.push(0);
            self.ended.push(false);
        }
        for (at, trial) in trials.iter().enumerate().skip(self.first_open) {
            if self.ended[at] {
                continue;
            }
            for epoch in trial.epochs.iter().skip(self.told[at]) {
                text.push_str(&journal::epoch(study, trial.number, epoch));
            }
            self.told[at] = self.told[at].max(trial.epochs.len());
            if !matches!(trial.state, TrialState::Queued | TrialState::Running) {
                text.push_str(&journal::ended(study, &json!(trial), now()));
                self.ended[at] = true;
            }
        }
        while self.ended.get(self.first_open) == Some(&true) {
            self.first_open += 1;
        }
        if text.is_empty() { Ok(()) } else { self.append(&text) }
    }

    /// Adds whole lines at once: who reads meanwhile sees all of a line or none.
    fn append(&mut self, text: &str) -> Result<()> {
        let done = self.file.write_all(text.as_bytes()).and_then(|()| self.file.flush());
        done.map_err(|error| {
            let detail = format!(
                "{error}; what was written stays, and the same command goes on from there once there is room, or with \
                 another --journal it begins anew"
            );
            files::problem(&self.path, detail)
        })
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
