//! A session in the lead Worker: one run of a study, whichever Workers train it.

use super::{problem, text, to_js, unread};
use crate::result::{EngineInfo, TrialEvent};
use crate::session;
use crate::study::Study;
use crate::trainer::TrialSnapshot;
use crate::{NUMERICS_VERSION, VERSION};
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;

/// See [`session::Session`]. The page has the trials, too: what it is told is what it lacks.
#[wasm_bindgen]
pub struct Session {
    session: session::Session,
    /// Where trials of the last round go on, until that is handed over to whoever trains them.
    from: BTreeMap<u32, TrialSnapshot>,
}

#[wasm_bindgen]
impl Session {
    /// The beginning of a study's session.
    ///
    /// # Errors
    /// The problem, as an object.
    #[wasm_bindgen(constructor)]
    pub fn new(study: &str) -> Result<Session, JsValue> {
        let study = Study::parse(study).map_err(|error| problem(&error))?;
        Ok(Self { session: session::Session::new(study), from: BTreeMap::new() })
    }

    /// What is to be trained next: JSON array of `{trial: {number, params}, until_epoch, from_epoch, ancestry, copy_of}`, empty
    /// at the end. Where there is a `from_epoch`, [`Session::hand_over`] has the numbers.
    ///
    /// # Errors
    /// None of its own.
    pub fn next_round(&mut self) -> Result<String, JsValue> {
        let mut round = self.session.next_round();
        let told = text(&round)?;
        let from = round.iter_mut().filter_map(|assignment| assignment.from.take());
        self.from = from.map(|snapshot| (snapshot.number, snapshot)).collect();
        Ok(told)
    }

    /// Where these trials of the last round go on, for a training's `assign`; nothing of
    /// those that begin at their first epoch.
    pub fn hand_over(&mut self, numbers: &[u32]) -> Vec<u32> {
        let mut words = Vec::new();
        for snapshot in numbers.iter().filter_map(|number| self.from.remove(number)) {
            snapshot.write(&mut words);
        }
        words
    }

    /// Keeps trials that have left training, as `kept` of a training's report has them, after the report's events.
    ///
    /// # Errors
    /// Words that are no snapshots.
    pub fn keep(&mut self, words: &[u32]) -> Result<(), JsValue> {
        self.session.keep(TrialSnapshot::read(words).ok_or_else(|| unread("snapshots"))?);
        Ok(())
    }

    /// Whether an ended trial's weights are kept.
    ///
    /// # Errors
    /// The problem, as an object, of a trial that has not ended.
    pub fn keeps(&self, number: u32) -> Result<bool, JsValue> {
        Ok(self.session.kept(number).map_err(|error| problem(&error))?.is_some())
    }

    /// What an ended trial is, as words; nothing where that is not kept.
    ///
    /// # Errors
    /// The problem, as an object, of a trial that has not ended.
    pub fn weights(&self, number: u32) -> Result<Option<Vec<u32>>, JsValue> {
        let kept = self.session.kept(number).map_err(|error| problem(&error))?;
        Ok(kept.map(|(_, snapshot)| {
            let mut words = Vec::new();
            snapshot.write(&mut words);
            words
        }))
    }

    /// An ended trial's weights and biases, one network a seed, each in PyTorch's flat order; empty where they are not kept.
    ///
    /// # Errors
    /// The problem, as an object, of a trial that has not ended.
    pub fn networks(&self, number: u32) -> Result<js_sys::Array, JsValue> {
        let networks = self.session.weights(number).map_err(|error| problem(&error))?.unwrap_or_default();
        Ok(networks.iter().map(|weights| js_sys::Float32Array::from(&weights[..])).collect())
    }

    /// The round that brings an ended trial's weights back, as [`Session::next_round`] has it.
    ///
    /// # Errors
    /// The problem, as an object, of a trial that has not ended.
    pub fn again(&mut self, number: u32) -> Result<String, JsValue> {
        text(&[self.session.again(number).map_err(|error| problem(&error))?])
    }

    /// Whether trials of the last round are still on their way.
    #[wasm_bindgen(getter)]
    pub fn is_under_way(&self) -> bool {
        self.session.is_under_way()
    }

    /// Takes what became of trials, as [`TrialEvent::write`] writes it.
    ///
    /// # Errors
    /// Numbers that are no events.
    pub fn report(&mut self, events: &[f64]) -> Result<(), JsValue> {
        self.session.report(TrialEvent::read(events).ok_or_else(|| unread("events"))?);
        Ok(())
    }

    /// The trials that the session has ended by itself since it was last asked, as a JSON array of their last events.
    ///
    /// # Errors
    /// None of its own.
    pub fn ended(&mut self) -> Result<String, JsValue> {
        text(&self.session.take_ended())
    }

    /// Takes what trains; of several Workers, the strategy of each.
    pub fn trained_by(&mut self, backend: String, adapter: String, strategy: String, workers: u32) {
        let version = VERSION.into();
        let numerics = NUMERICS_VERSION;
        self.session.trained_by(EngineInfo { version, numerics, backend, adapter, strategy, workers });
    }

    /// Takes the steps that a training plans for trials.
    pub fn plan(&mut self, numbers: &[u32], steps: &[f64]) {
        for (&number, &steps) in numbers.iter().zip(steps) {
            self.session.expect_steps(number, steps as u64);
        }
    }

    /// Ends the session: what has ended stays, the rest is cancelled.
    pub fn stop(&mut self) {
        self.session.stop();
    }

    /// Asks for `n` more trials than the study has; [`Session::next_round`] goes on where it stood.
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn more(&mut self, n: u32) -> Result<(), JsValue> {
        self.session.more(n).map_err(|error| problem(&error))
    }

    /// How far the session has come: `{done, total, steps, total_steps}`.
    ///
    /// # Errors
    /// None of its own.
    pub fn progress(&self) -> Result<JsValue, JsValue> {
        to_js(&self.session.progress())
    }

    /// The version of the numerics that trains here: under another one the same study has other bits.
    #[wasm_bindgen(getter)]
    #[expect(clippy::unused_self, reason = "the page asks a session for it")]
    pub fn numerics(&self) -> u32 {
        NUMERICS_VERSION
    }

    /// The best trial's number.
    #[wasm_bindgen(getter)]
    pub fn best(&self) -> Option<u32> {
        self.session.best()
    }

    /// The result document, but for the trials.
    ///
    /// # Errors
    /// None of its own.
    pub fn document(&self) -> Result<JsValue, JsValue> {
        to_js(&self.session.head())
    }
}

#[cfg(not(feature = "search"))]
#[wasm_bindgen]
impl Session {
    /// Goes on with what has been picked since: the study with more points by hand.
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn pick(&mut self, study: &str) -> Result<(), JsValue> {
        let study = Study::parse(study).map_err(|error| problem(&error))?;
        self.session.pick(study).map_err(|error| problem(&error))
    }
}
