//! Folds a night's outcomes into the findings: pure, so that it can be tried on every case there is.
//!
//! | latest episode | outcome fails | outcome needs review | outcome passes |
//! |---|---|---|---|
//! | none, fix verified, withdrawn | an episode opens: suspected, or awaiting or a question by [`Caution`] | an episode opens: question | measured |
//! | awaiting | suspected, once a later night sees it and nothing holds it back | – | withdrawn |
//! | question | suspected | asked again | withdrawn |
//! | suspected, confirmed, notified, fix claimed | seen again | – | closed: fix verified |
//! | dismissed | seen again, still dismissed; after a pass in between the next episode opens | the same | measured |
//! | waived, up to the last day | seen again, still waived | – | measured |
//! | waived, afterwards | the next episode opens | the next episode opens | measured |
//!
//! Every other outcome (not applicable, not measurable) and a missing one change nothing. Nor does a night that a
//! finding has already been measured on, or an earlier one: the same night crawled or judged twice opens, closes and
//! reopens nothing. While a check is held back, its passes close nothing either.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::caution::{Caution, Manner};
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
pub fn fold(latest: &[Finding], outcomes: &[Outcome], origin: Origin, caution: &Caution) -> Vec<Change> {
    let latest: BTreeMap<&FindingIdentity, &Finding> =
        latest.iter().map(|finding| (&finding.identity, finding)).collect();
    let mut changes = Vec::new();
    for outcome in one_each(outcomes) {
        let identity = identity_of(outcome, origin.portal);
        let known = latest.get(&identity).copied();
        if known.is_some_and(|finding| finding.last_measured >= origin.night) {
            continue;
        }
        let manner = caution.manner(&outcome.check);
        changes.extend(match outcome.outcome {
            Verdict::Failed => Some(failing(known, identity, outcome, origin, manner)),
            Verdict::NeedsReview => asking(known, identity, outcome, origin),
            Verdict::Passed if manner == Manner::Held => None,
            Verdict::Passed => known.map(|finding| measure_good(finding, origin.night)),
            Verdict::NotApplicable | Verdict::NotMeasurable(_) => None,
        });
    }
    changes
}

fn failing(
    known: Option<&Finding>,
    identity: FindingIdentity,
    outcome: &Outcome,
    origin: Origin,
    manner: Manner,
) -> Change {
    let Some(finding) = known.filter(|finding| !begins_anew(finding, origin.night)) else {
        let episode = known.map_or(1, |finding| finding.episode + 1);
        let (state, event) = match manner {
            Manner::AtOnce if episode == 1 => (FindingState::Suspected, EventKind::Opened),
            Manner::AtOnce => (FindingState::Suspected, EventKind::Reopened),
            Manner::SecondNight | Manner::Held => (FindingState::Awaiting, EventKind::Noticed),
            Manner::Advice => (FindingState::Question, EventKind::Asked),
        };
        return open(identity, episode, outcome, origin, (state, event));
    };
    let seen = see_again(finding, outcome, origin);
    let is_raised = match (finding.state, manner) {
        (FindingState::Awaiting | FindingState::Question, Manner::Held) | (FindingState::Question, Manner::Advice) => {
            false
        }
        (FindingState::Awaiting | FindingState::Question, _) => true,
        _ => false,
    };
    match (is_raised, manner) {
        (false, _) => Change { finding: seen, event: None },
        (true, Manner::Advice) => moved(seen, FindingState::Question, EventKind::Held, origin.night),
        (true, _) => moved(seen, FindingState::Suspected, EventKind::Raised, origin.night),
    }
}

/// A person is asked where nobody has spoken and nothing is open; what is open stays as it is.
fn asking(known: Option<&Finding>, identity: FindingIdentity, outcome: &Outcome, origin: Origin) -> Option<Change> {
    match known {
        Some(finding) if !begins_anew(finding, origin.night) => {
            let asked = matches!(finding.state, FindingState::Question | FindingState::Dismissed);
            asked.then(|| Change { finding: see_again(finding, outcome, origin), event: None })
        }
        known => {
            let episode = known.map_or(1, |finding| finding.episode + 1);
            Some(open(identity, episode, outcome, origin, (FindingState::Question, EventKind::Asked)))
        }
    }
}

fn moved(finding: Finding, state: FindingState, event: EventKind, night: Date) -> Change {
    Change { finding: Finding { state, unchanged_since: night, ..finding }, event: Some(event) }
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
        FindingState::FixVerified | FindingState::Withdrawn => true,
        FindingState::Dismissed => finding.last_measured > finding.last_seen,
        FindingState::Waived => finding.waived_until.is_some_and(|until| until < night),
        FindingState::Awaiting
        | FindingState::Question
        | FindingState::Suspected
        | FindingState::Confirmed
        | FindingState::Notified
        | FindingState::FixClaimed => false,
    }
}

fn open(
    identity: FindingIdentity,
    episode: u32,
    outcome: &Outcome,
    origin: Origin,
    (state, event): (FindingState, EventKind),
) -> Change {
    let finding = Finding {
        id: id_of(&identity, episode),
        identity,
        episode,
        subject: outcome.subject.clone(),
        state,
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
    Change { finding, event: Some(event) }
}

fn see_again(finding: &Finding, outcome: &Outcome, origin: Origin) -> Finding {
    Finding {
        subject: outcome.subject.clone(),
        message: outcome.reason.clone(),
        url: outcome.url.clone(),
        evidence: outcome.evidence.clone(),
        last_seen: origin.night,
        last_measured: origin.night,
        run: origin.run.to_owned(),
        ..finding.clone()
    }
}

/// A passing check: closes what is open, and only notes the day where a person has decided otherwise.
fn measure_good(finding: &Finding, night: Date) -> Change {
    let measured = Finding { last_measured: night, ..finding.clone() };
    match finding.state {
        FindingState::Suspected | FindingState::Confirmed | FindingState::Notified | FindingState::FixClaimed => {
            moved(measured, FindingState::FixVerified, EventKind::Closed, night)
        }
        FindingState::Awaiting | FindingState::Question => {
            moved(measured, FindingState::Withdrawn, EventKind::Withdrawn, night)
        }
        FindingState::FixVerified | FindingState::Withdrawn | FindingState::Dismissed | FindingState::Waived => {
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
