//! A portal's night and what it cost the portal.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Capture, PageFacts};

/// One visit to one portal on one night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// `<night>/<portal id>`, with `+2`, `+3` … for further visits on the same night.
    pub id: String,
    pub portal: String,
    /// The Beijing day the night is judged as of.
    pub night: Date,
    /// The moment the portal is judged as of; what "today" means to every check.
    pub as_of: Timestamp,
    pub started: Timestamp,
    pub finished: Option<Timestamp>,
    pub state: RunState,
    /// Why it ended as it did, for people.
    #[serde(default)]
    pub note: String,
    pub load: Load,
}

/// How far a visit came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Running,
    Done,
    /// Ended by a budget: absence may not be judged.
    Partial,
    /// Nothing could be read.
    Failed,
}

impl RunState {
    pub const ALL: [RunState; 4] = [RunState::Running, RunState::Done, RunState::Partial, RunState::Failed];

    /// The name in the database and in files.
    pub fn name(self) -> &'static str {
        match self {
            RunState::Running => "running",
            RunState::Done => "done",
            RunState::Partial => "partial",
            RunState::Failed => "failed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub fn chinese(self) -> &'static str {
        match self {
            RunState::Running => "检查中",
            RunState::Done => "已完成",
            RunState::Partial => "部分完成",
            RunState::Failed => "未能完成",
        }
    }
}

/// What a visit asked of the portal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    pub requests: u64,
    /// Bytes of bodies that were read, counted after decompression; heads are left out. A portal that compresses sent
    /// fewer than this.
    pub bytes: u64,
    /// Most requests in any one second.
    pub peak_rate: u32,
}

/// A page with its capture and the way it was reached.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservedPage {
    pub capture: Capture,
    pub facts: PageFacts,
    /// The page that linked here first; none for the home page.
    pub linked_from: Option<String>,
    /// The text of that link.
    pub link_text: String,
    /// Clicks from the home page.
    pub depth: u32,
}
