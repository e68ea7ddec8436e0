//! The canonical names of the fields of 双公示 rows, found by what portals print.

use std::collections::HashMap;

use super::{FieldTerm, PublicityKind};
use crate::text::normalise;

/// Canonical names by label or code; made once from the word list.
#[derive(Clone, Debug, Default)]
pub struct FieldNames {
    licence: HashMap<String, String>,
    penalty: HashMap<String, String>,
}

impl FieldNames {
    pub fn of(terms: &[FieldTerm]) -> Self {
        let by_label = |kind: PublicityKind| {
            let mut names = HashMap::new();
            for field in terms.iter().filter(|field| field.of.is_empty() || field.of.contains(&kind)) {
                for label in std::iter::once(&field.name).chain(&field.aliases) {
                    names.entry(Self::bare(label)).or_insert_with(|| field.name.clone());
                }
            }
            names.remove("");
            names
        };
        Self { licence: by_label(PublicityKind::Licence), penalty: by_label(PublicityKind::Penalty) }
    }

    /// The canonical name of what a list of that kind prints as `label`.
    pub fn name(&self, kind: PublicityKind, label: &str) -> Option<&str> {
        let names = match kind {
            PublicityKind::Licence => &self.licence,
            PublicityKind::Penalty => &self.penalty,
        };
        names.get(&Self::bare(label)).map(String::as_str)
    }

    /// Without marks of duty, colons and blanks; letters upper case as field codes are.
    pub fn bare(label: &str) -> String {
        normalise(label).trim_matches(['*', ':', '、', '.']).to_uppercase()
    }
}
