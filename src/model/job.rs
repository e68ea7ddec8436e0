//! A wish for a portal's night, as schedule, console and commands put it on the queue.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One portal, one night, one job: claimed whole by one worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRequest {
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
    /// `<portal>:<tick>`: two requests with the same key are one job, however many schedulers run.
    pub fn key(&self) -> String {
        format!("{}:{:.0}", self.portal, self.tick)
    }
}
