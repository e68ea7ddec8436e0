//! What a portal's robots.txt said on a night: it explains what was not visited.

use serde::{Deserialize, Serialize};

use super::Cause;

/// The file, and what it made of the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Robots {
    /// The address of the file.
    pub url: String,
    #[serde(flatten)]
    pub verdict: RobotsVerdict,
    /// The status of the answer; none where there was no answer.
    pub status: Option<u16>,
    /// SHA-256 of the file as it was received, lower-case hex.
    pub sha256: Option<String>,
    /// The rules for this visitor, such as `Disallow: /search`.
    pub rules: Vec<String>,
    /// Least pause between requests that the file asks for, in milliseconds.
    pub crawl_delay_ms: Option<u64>,
    pub sitemaps: Vec<String>,
    /// How many addresses were left out because of it.
    pub skipped: u64,
}

/// How reading the file ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum RobotsVerdict {
    /// Its rules apply.
    Read,
    /// There is none (status 4xx): everything is allowed.
    Absent,
    /// It could not be read: nothing is allowed for now.
    Unreachable { cause: Cause, detail: String },
}
