//! Folds a night's outcomes into the findings: pure, so that it can be tried on every case there is.
//!
//! | latest episode | outcome fails | outcome passes |
//! |---|---|---|
//! | none | episode 1 opens, suspected | – |
//! | suspected, confirmed, notified, fix claimed | seen again | closed: fix verified |
//! | fix verified | the next episode opens | measured |
//! | dismissed | seen again, still dismissed; after a pass in between the next episode opens | measured |
//! | waived, up to the last day | seen again, still waived | measured |
//! | waived, afterwards | the next episode opens | measured |
//!
//! Every other outcome (not applicable, needs review, not measurable) and a missing one change nothing. Nor does
//! a night that a finding has already been measured on, or an earlier one: the same night crawled or judged
//! twice opens, closes and reopens nothing.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::model::{Change, EventKind, Finding, FindingIdentity, FindingState, Outcome, Verdict};

/// Version of the identity scheme: portal + check + subject key + unit.
const IDENTITY_VERSION: u32 = 1;

/// The run that outcomes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    pub portal: &'a str,
    pub run: &'a str,
    pub night: Date,
}

/// What becomes of the findings. `latest` holds the latest episode of every fault ever seen on the portal.
pub fn fold(latest: &[Finding], outcomes: &[Outcome], origin: Origin) -> Vec<Change> {
    let latest: BTreeMap<&FindingIdentity, &Finding> =
        latest.iter().map(|finding| (&finding.identity, finding)).collect();
    let mut changes = Vec::new();
    for outcome in one_each(outcomes) {
        let identity = identity_of(outcome, origin.portal);
        let known = latest.get(&identity).copied();
        if known.is_some_and(|finding| finding.last_measured >= origin.night) {
            continue;
        }
        let change = match (outcome.outcome, known) {
            (Verdict::Failed, None) => Some(open(identity, 1, outcome, origin)),
            (Verdict::Failed, Some(finding)) if begins_anew(finding, origin.night) => {
                Some(open(identity, finding.episode + 1, outcome, origin))
            }
            (Verdict::Failed, Some(finding)) => Some(see_again(finding, outcome, origin)),
            (Verdict::Passed, Some(finding)) => Some(measure_good(finding, origin.night)),
            _ => None,
        };
        changes.extend(change);
    }
    changes
}

/// One outcome for each fault. Checks promise no more than one; where one breaks the promise, the failed one
/// counts, so that no fault is lost and nothing is opened and closed in one night.
fn one_each(outcomes: &[Outcome]) -> impl Iterator<Item = &Outcome> {
    let mut chosen = BTreeMap::<(&str, &str, &str), &Outcome>::new();
    for outcome in outcomes {
        let key = (outcome.check.as_str(), outcome.unit.as_str(), outcome.subject.key.as_str());
        chosen
            .entry(key)
            .and_modify(|other| {
                if outcome.outcome == Verdict::Failed && other.outcome != Verdict::Failed {
                    *other = outcome;
                }
            })
            .or_insert(outcome);
    }
    chosen.into_values()
}

fn identity_of(outcome: &Outcome, portal: &str) -> FindingIdentity {
    FindingIdentity {
        version: IDENTITY_VERSION,
        portal: portal.to_owned(),
        check: outcome.check.clone(),
        subject: outcome.subject.key.clone(),
        unit: outcome.unit.clone(),
    }
}

/// True where a failing outcome is a new occurrence and not the one this episode speaks of.
fn begins_anew(finding: &Finding, night: Date) -> bool {
    match finding.state {
        FindingState::FixVerified => true,
        FindingState::Dismissed => finding.last_measured > finding.last_seen,
        FindingState::Waived => finding.waived_until.is_some_and(|until| until < night),
        FindingState::Suspected | FindingState::Confirmed | FindingState::Notified | FindingState::FixClaimed => false,
    }
}

fn open(identity: FindingIdentity, episode: u32, outcome: &Outcome, origin: Origin) -> Change {
    let finding = Finding {
        id: id_of(&identity, episode),
        identity,
        episode,
        subject: outcome.subject.clone(),
        state: FindingState::Suspected,
        confirmed: false,
        message: outcome.reason.clone(),
        url: outcome.url.clone(),
        evidence: outcome.evidence.clone(),
        first_seen: origin.night,
        last_seen: origin.night,
        last_measured: origin.night,
        unchanged_since: origin.night,
        run: origin.run.to_owned(),
        reason: String::new(),
        waived_until: None,
    };
    let event = if episode == 1 { EventKind::Opened } else { EventKind::Reopened };
    Change { finding, event: Some(event) }
}

fn see_again(finding: &Finding, outcome: &Outcome, origin: Origin) -> Change {
    let finding = Finding {
        subject: outcome.subject.clone(),
        message: outcome.reason.clone(),
        url: outcome.url.clone(),
        evidence: outcome.evidence.clone(),
        last_seen: origin.night,
        last_measured: origin.night,
        run: origin.run.to_owned(),
        ..finding.clone()
    };
    Change { finding, event: None }
}

/// A passing check: closes what is open, and only notes the day where a person has decided otherwise.
fn measure_good(finding: &Finding, night: Date) -> Change {
    let measured = Finding { last_measured: night, ..finding.clone() };
    match finding.state {
        FindingState::Suspected | FindingState::Confirmed | FindingState::Notified | FindingState::FixClaimed => {
            let closed = Finding { state: FindingState::FixVerified, unchanged_since: night, ..measured };
            Change { finding: closed, event: Some(EventKind::Closed) }
        }
        FindingState::FixVerified | FindingState::Dismissed | FindingState::Waived => {
            Change { finding: measured, event: None }
        }
    }
}

/// The first 12 hex digits of the digest over identity and episode.
fn id_of(identity: &FindingIdentity, episode: u32) -> String {
    let mut digest = Sha256::new();
    let version = identity.version.to_string();
    for part in [&version, &identity.portal, &identity.check, &identity.subject, &identity.unit] {
        digest.update(part.as_bytes());
        // No part holds a zero byte, so no two identities run together.
        digest.update([0]);
    }
    digest.update(episode.to_string().as_bytes());
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
