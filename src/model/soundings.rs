//! What a visit asks a portal for without reading it as a page: an address that cannot exist, where links lead, its
//! certificate, IPv6.

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
    /// The certificate of the home page's host; none where it was not asked over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Ipv6Look>,
}

/// What a host showed to secure the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub host: String,
    /// The last moment it is valid (notAfter).
    pub until: Timestamp,
}

/// How the home page answers over IPv6.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ipv6Look {
    pub host: String,
    /// False where we ourselves reach nobody over IPv6: then nothing was asked.
    pub uplink: bool,
    /// Whether its name has an AAAA record.
    pub has_address: bool,
    /// 0 where there was no answer.
    pub status: u16,
    /// Why there was no good answer.
    pub cause: Option<Cause>,
    pub detail: String,
    /// Links of the home page that are written with an IPv4 number: some of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<String>,
    pub at: Option<Timestamp>,
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
