//! What a visit asks a portal for without reading it as a page: an address that cannot exist, and where links lead.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Cause;

/// All that was asked beside the pages of one visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Soundings {
    /// The portal's answer to an address that cannot exist; none where it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nowhere: Option<Nowhere>,
    /// Attached files and outward links that were asked for, in the order of asking.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<SoundedLink>,
}

/// The answer to an address that cannot exist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Nowhere {
    pub url: String,
    /// The address that answered, after redirects.
    pub final_url: String,
    /// 0 where there was no answer.
    pub status: u16,
    /// Why the answer is no page; none where it looks like one.
    pub cause: Option<Cause>,
    /// True where the answer is the home page.
    pub home: bool,
    /// True where another host answered.
    pub elsewhere: bool,
    pub title: String,
    pub at: Option<Timestamp>,
    pub capture: Option<String>,
}

/// A link that was asked for, to know whether anything is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoundedLink {
    pub url: String,
    pub kind: LinkKind,
    /// What the link says.
    pub text: String,
    /// The page it stands on.
    pub page: String,
    pub state: LinkState,
    /// The status, or what went wrong.
    pub detail: String,
    pub at: Option<Timestamp>,
    /// Proof that there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// A file.
    #[default]
    Attachment,
    /// A page on another host.
    Outward,
}

/// Where a link leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    #[default]
    Opens,
    /// Its host says that there is no such thing (404 or 410), asked for by HEAD and by GET.
    Gone,
    /// No such host name exists.
    NoSuchName,
    /// Nobody can say from here: a shield, a timeout, too many requests, trouble with its certificate.
    Undecided { cause: Cause },
}

impl LinkState {
    pub fn is_dead(self) -> bool {
        matches!(self, Self::Gone | Self::NoSuchName)
    }
}
