//! A session in the lead Worker: one run of a study, whichever Workers train it.

use super::{problem, text, to_js, unread};
use crate::result::{EngineInfo, TrialEvent};
use crate::session;
use crate::study::Study;
use crate::{NUMERICS_VERSION, VERSION};
use wasm_bindgen::prelude::*;

/// See [`session::Session`]. The page has the trials, too: what it is told is what it lacks.
#[wasm_bindgen]
pub struct Session {
    session: session::Session,
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
        Ok(Self { session: session::Session::new(study) })
    }

    /// What is to be trained next: JSON array of `{trial: {number, params}, until_epoch}`, empty at the end.
    ///
    /// # Errors
    /// None of its own.
    pub fn next_round(&mut self) -> Result<String, JsValue> {
        text(&self.session.next_round())
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
            self.session.plan(number, steps as u64);
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
