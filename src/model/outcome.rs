//! What a check says of one subject on one night.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Cause;

/// The result of a check. "Could not look" is never "looked and it is wrong".
/// Written `passed`, `failed`, `not_applicable`, `needs_review`, `not_measurable(timeout)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Passed,
    Failed,
    NotApplicable,
    /// A machine cannot decide; a person must look.
    NeedsReview,
    NotMeasurable(Cause),
}

impl Verdict {
    /// The word in the console and the bulletin.
    pub fn chinese(self) -> &'static str {
        match self {
            Verdict::Passed => "合格",
            Verdict::Failed => "发现问题",
            Verdict::NotApplicable => "不适用",
            Verdict::NeedsReview => "待人工判断",
            Verdict::NotMeasurable(_) => "未能检查",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::NotMeasurable(cause) => write!(f, "未能检查（{cause}）"),
            other => f.write_str(other.chinese()),
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Verdict::Passed => serializer.serialize_str("passed"),
            Verdict::Failed => serializer.serialize_str("failed"),
            Verdict::NotApplicable => serializer.serialize_str("not_applicable"),
            Verdict::NeedsReview => serializer.serialize_str("needs_review"),
            Verdict::NotMeasurable(cause) => serializer.collect_str(&format_args!("not_measurable({})", cause.name())),
        }
    }
}

impl<'de> Deserialize<'de> for Verdict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown = || {
            serde::de::Error::custom(format_args!(
                "unknown outcome {text:?}: write passed, failed, not_applicable, needs_review or not_measurable(cause)"
            ))
        };
        match text.as_str() {
            "passed" => Ok(Verdict::Passed),
            "failed" => Ok(Verdict::Failed),
            "not_applicable" => Ok(Verdict::NotApplicable),
            "needs_review" => Ok(Verdict::NeedsReview),
            other => other
                .strip_prefix("not_measurable(")
                .and_then(|rest| rest.strip_suffix(')'))
                .and_then(Cause::from_name)
                .map(Verdict::NotMeasurable)
                .ok_or_else(unknown),
        }
    }
}

/// The thing a check speaks of. The key is part of a finding's identity, so it never holds an
/// address with a session, a title that staff may reword, or a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Such as `column:政府信息公开年报`, `report:2022`, `document:/zwgk/zc/t20220118_1.html`.
    pub key: String,
    /// What people read.
    pub label: String,
}

impl Subject {
    pub fn new(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self { key: key.into(), label: label.into() }
    }
}

/// One outcome of one check on one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Id of the check, such as `annual-report-late`.
    pub check: String,
    pub unit: String,
    pub subject: Subject,
    pub outcome: Verdict,
    /// One Chinese sentence: what was seen and against what it was held.
    pub reason: String,
    /// Where the fault shows, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// One piece of what an outcome rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The text that was matched, or the nearest miss.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where on the page, or what part it plays in the argument.
    pub note: String,
}
