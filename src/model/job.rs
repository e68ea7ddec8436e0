//! A wish for a portal's night or for a probe of its home page, as schedule, console and commands put it on the queue.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// The whole visit.
    #[default]
    Night,
    /// One attempt to open the home page.
    Probe,
}

/// One portal, one moment, one job: claimed whole by one worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRequest {
    #[serde(default)]
    pub kind: JobKind,
    /// Id of the portal in the configuration.
    pub portal: String,
    /// The moment of the schedule that asks, or the moment a person asked.
    pub tick: Timestamp,
    /// Judge as of this moment instead of the moment of the visit.
    #[serde(default)]
    pub as_of: Option<Timestamp>,
    /// `schedule`, or the name of the person who asked.
    pub asked_by: String,
}

impl JobRequest {
    /// `<portal>:<tick>`: two requests of one kind with the same key are one job, however many schedulers run.
    pub fn key(&self) -> String {
        format!("{}:{:.0}", self.portal, self.tick)
    }
}
