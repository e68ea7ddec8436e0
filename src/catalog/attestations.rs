//! Holds a portal's attestations against the rules: what they name must exist, and be of a kind that "nothing happened"
//! can answer.

use crate::{
    check::Definition,
    model::{Lexicon, Portal},
};

/// The first thing that is wrong, in one sentence with what to do.
pub fn fault(portal: &Portal, checks: &[Definition], lexicon: &Lexicon) -> Option<String> {
    portal.attestations.iter().enumerate().find_map(|(number, attestation)| {
        let about = format!("attestation {} of portal {:?} ({})", number + 1, portal.id, attestation.unit);
        if let Some(column) = attestation.columns.iter().find(|column| lexicon.term(column).is_none()) {
            return Some(format!(
                "{about} speaks of the column {column:?}, which word-lists/columns.yaml does not know; write a standard name"
            ));
        }
        let unfit = |id: &&String| !checks.iter().any(|check| check.id == **id && check.yields_to_silence());
        let id = attestation.checks.iter().find(unfit)?;
        if !checks.iter().any(|check| check.id == *id) {
            return Some(format!("{about} names the check {id:?}, which there is not"));
        }
        let fit = checks.iter().filter(|check| check.yields_to_silence()).map(|check| check.id.as_str());
        Some(format!(
            "{about} names the check {id:?}; that nothing happened does not answer it, only {}",
            fit.collect::<Vec<_>>().join(", ")
        ))
    })
}
