//! What the log knows of the office's other portals: their policy documents and interpretations. In many cities the
//! policy stands on the government's portal and its interpretation on the bureau's, or the other way round, and the one
//! portal publishes again what the other published first.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{DocumentRole, InterpretationForm, Moment, UnitKind};

/// The other portals as a night knew them. Their documents are never judged here: they are the other side of pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Neighbours {
    /// By id.
    pub portals: Vec<NeighbourPortal>,
}

/// Another portal of the office, as of its latest run that ended before this night began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NeighbourPortal {
    pub portal: String,
    /// Its name for people.
    pub name: String,
    pub run: String,
    pub night: Date,
    /// Interpretations that the log knows of it; all of them are compared.
    pub interpretations: usize,
    /// Those of its policies and interpretations that have a name, a number or a link in common with one here.
    pub documents: Vec<KnownDocument>,
}

/// A policy document or an interpretation on another portal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KnownDocument {
    pub url: String,
    pub title: String,
    /// The unit that answers for it there.
    pub unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_kind: Option<UnitKind>,
    pub role: DocumentRole,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Moment>,
    /// Where it links to: policies and interpretations of its own portal, and other portals.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Titles in 《》 in its own title and opening.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<String>,
    /// False where only its row in a list was seen.
    pub read: bool,
    /// How it explains, where it is an interpretation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<InterpretationForm>,
    /// The capture of that run; none where the run did not read the page again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<String>,
}

/// A link to another host whose words say that it leads to the other side of a pair: on a policy to its interpretation,
/// on an interpretation to its policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutwardLink {
    pub url: String,
    pub text: String,
}
