//! What a unit has declared: where nothing happened, nothing new and nothing to list is no fault.

use super::{Context, Definition, Judgement};
use crate::model::{Attestation, ColumnFacts, PortalFacts, Unit, Verdict};

/// Why a failure does not apply tonight, where the unit has declared that there was nothing to publish.
pub(super) fn excuse(
    definition: &Definition,
    facts: &PortalFacts,
    context: &Context<'_>,
    unit: &Unit,
    judgement: &Judgement,
) -> Option<String> {
    if !matches!(judgement.verdict, Verdict::Failed | Verdict::NeedsReview) || !definition.yields_to_silence() {
        return None;
    }
    let is_meant = |attestation: &&Attestation| {
        (attestation.unit == unit.name || unit.aliases.contains(&attestation.unit))
            && attestation.covers(context.as_of)
            && (attestation.checks.is_empty() || attestation.checks.contains(&definition.id))
            && (attestation.columns.is_empty()
                || attestation.columns.iter().any(|column| speaks_of(facts, judgement, column)))
    };
    let attestation = context.portal.attestations.iter().find(is_meant)?;
    Some(format!("{}，不作为问题；系统所见：{}", attestation.told(), judgement.reason))
}

/// Whether the judgement is about the column of that standard name.
fn speaks_of(facts: &PortalFacts, judgement: &Judgement, column: &str) -> bool {
    let subject = &judgement.subject;
    let is_subject = |found: &&ColumnFacts| subject.key.strip_prefix("column:") == Some(found.key.as_str());
    let named = |found: &ColumnFacts| found.matched.iter().any(|matched| matched.term == column);
    subject.label == column || facts.columns.iter().filter(is_subject).any(named)
}
