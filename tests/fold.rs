//! Every transition of a finding, and what must hold for any row of nights and decisions.

use jiff::civil::{Date, date};
use mingcha::{
    jobs::{
        caution::Caution,
        fold::{Origin, fold},
    },
    model::{
        Cause, Change, Decision, DecisionRefused, EntryStatus, EventKind, Finding, FindingIdentity, FindingState,
        Outcome, Subject, Verdict,
    },
};
use proptest::prelude::*;

const FIRST: Date = date(2022, 3, 1);
const NEXT: Date = date(2022, 3, 2);

fn outcome(subject: &str, verdict: Verdict) -> Outcome {
    Outcome {
        check: "annual-report-late".into(),
        unit: "市教育局".into(),
        subject: Subject::new(subject, "2021年度报告"),
        outcome: verdict,
        reason: "发布于2022-02-10，晚于1月31日".into(),
        url: Some("http://jyj.heyuan.gov.cn/1.html".into()),
        evidence: Vec::new(),
    }
}

fn origin(night: Date) -> Origin<'static> {
    Origin { portal: "jyj", run: "run", night }
}

/// The one finding that a failing check opens on `FIRST`.
fn opened() -> Finding {
    let changes = fold(&[], &[outcome("report:2021", Verdict::Failed)], origin(FIRST), &Caution::default());
    let [Change { finding, event: Some(EventKind::Opened) }] = changes.as_slice() else {
        panic!("one finding opens: {changes:?}")
    };
    finding.clone()
}

fn in_state(state: FindingState) -> Finding {
    Finding {
        state,
        waived_until: (state == FindingState::Waived).then_some(date(2022, 3, 31)),
        confirmed: !matches!(state, FindingState::Suspected | FindingState::Dismissed | FindingState::Waived),
        ..opened()
    }
}

fn after(finding: &Finding, verdict: Verdict, night: Date) -> Vec<Change> {
    fold(std::slice::from_ref(finding), &[outcome("report:2021", verdict)], origin(night), &Caution::default())
}

#[test]
fn a_failing_check_opens_the_first_episode() {
    let finding = opened();
    assert_eq!(finding.state, FindingState::Suspected);
    assert_eq!(finding.episode, 1);
    assert_eq!(
        finding.identity,
        FindingIdentity {
            version: 1,
            portal: "jyj".into(),
            check: "annual-report-late".into(),
            subject: "report:2021".into(),
            unit: "市教育局".into()
        }
    );
    assert_eq!([finding.first_seen, finding.last_seen, finding.last_measured, finding.unchanged_since], [FIRST; 4]);
    assert_eq!(finding.id.len(), 12);
    assert!(!finding.confirmed);
}

#[test]
fn what_passed_or_was_not_decided_opens_nothing() {
    for verdict in [Verdict::Passed, Verdict::NotApplicable, Verdict::NotMeasurable(Cause::Timeout)] {
        assert_eq!(fold(&[], &[outcome("report:2021", verdict)], origin(FIRST), &Caution::default()), []);
    }
}

/// State before, verdict of the next night, state after, event, episode.
#[test]
fn every_transition_of_the_table() {
    use FindingState::{
        Awaiting, Confirmed, Dismissed, FixClaimed, FixVerified, Notified, Question, Suspected, Waived, Withdrawn,
    };
    let table = [
        (Awaiting, Verdict::Failed, Suspected, Some(EventKind::Raised), 1),
        (Awaiting, Verdict::Passed, Withdrawn, Some(EventKind::Withdrawn), 1),
        (Question, Verdict::Failed, Suspected, Some(EventKind::Raised), 1),
        (Question, Verdict::NeedsReview, Question, None, 1),
        (Question, Verdict::Passed, Withdrawn, Some(EventKind::Withdrawn), 1),
        (Withdrawn, Verdict::Failed, Suspected, Some(EventKind::Reopened), 2),
        (Withdrawn, Verdict::NeedsReview, Question, Some(EventKind::Asked), 2),
        (Withdrawn, Verdict::Passed, Withdrawn, None, 1),
        (FixVerified, Verdict::NeedsReview, Question, Some(EventKind::Asked), 2),
        (Dismissed, Verdict::NeedsReview, Dismissed, None, 1),
        (Suspected, Verdict::Failed, Suspected, None, 1),
        (Confirmed, Verdict::Failed, Confirmed, None, 1),
        (Notified, Verdict::Failed, Notified, None, 1),
        (FixClaimed, Verdict::Failed, FixClaimed, None, 1),
        (FixVerified, Verdict::Failed, Suspected, Some(EventKind::Reopened), 2),
        (Dismissed, Verdict::Failed, Dismissed, None, 1),
        (Waived, Verdict::Failed, Waived, None, 1),
        (Suspected, Verdict::Passed, FixVerified, Some(EventKind::Closed), 1),
        (Confirmed, Verdict::Passed, FixVerified, Some(EventKind::Closed), 1),
        (Notified, Verdict::Passed, FixVerified, Some(EventKind::Closed), 1),
        (FixClaimed, Verdict::Passed, FixVerified, Some(EventKind::Closed), 1),
        (FixVerified, Verdict::Passed, FixVerified, None, 1),
        (Dismissed, Verdict::Passed, Dismissed, None, 1),
        (Waived, Verdict::Passed, Waived, None, 1),
    ];
    for (before, verdict, state, event, episode) in table {
        let known = in_state(before);
        let changes = after(&known, verdict, NEXT);
        let [change] = changes.as_slice() else { panic!("{before:?} {verdict:?}: {changes:?}") };
        let finding = &change.finding;
        let case = format!("{before:?} then {verdict:?}");
        assert_eq!((finding.state, change.event, finding.episode), (state, event, episode), "{case}");
        assert_eq!(finding.last_measured, NEXT, "{case}");
        assert_eq!(finding.last_seen, if verdict == Verdict::Passed { FIRST } else { NEXT }, "{case}");
        if episode == 2 {
            assert_eq!(finding.first_seen, NEXT, "{case}");
            assert_ne!(finding.id, known.id, "{case}");
        } else {
            assert_eq!((finding.first_seen, finding.confirmed), (FIRST, known.confirmed), "{case}");
        }
    }
}

#[test]
fn what_was_not_measured_changes_nothing() {
    for state in FindingState::ALL {
        let finding = in_state(state);
        for verdict in
            [Verdict::NotApplicable, Verdict::NotMeasurable(Cause::BotShield), Verdict::NotMeasurable(Cause::OurOutage)]
        {
            assert_eq!(after(&finding, verdict, NEXT), [], "{state:?} {verdict:?}");
        }
        assert_eq!(fold(&[finding], &[], origin(NEXT), &Caution::default()), [], "{state:?} without an outcome");
    }
}

#[test]
fn a_night_that_was_measured_or_lies_before_changes_nothing() {
    for state in FindingState::ALL {
        for verdict in [Verdict::Failed, Verdict::Passed] {
            assert_eq!(after(&in_state(state), verdict, FIRST), [], "{state:?} {verdict:?} on the same night");
            assert_eq!(after(&in_state(state), verdict, date(2022, 2, 1)), [], "{state:?} {verdict:?} earlier");
        }
    }
}

#[test]
fn a_dismissed_fault_comes_back_only_after_it_was_gone() {
    let dismissed = in_state(FindingState::Dismissed);
    let gone = after(&dismissed, Verdict::Passed, NEXT).remove(0).finding;
    let back = after(&gone, Verdict::Failed, date(2022, 3, 3)).remove(0);
    assert_eq!((back.finding.episode, back.event), (2, Some(EventKind::Reopened)));
    assert_eq!(back.finding.state, FindingState::Suspected);
}

#[test]
fn a_waiver_holds_through_its_last_day() {
    let waived = in_state(FindingState::Waived);
    let last_day = after(&waived, Verdict::Failed, date(2022, 3, 31)).remove(0);
    assert_eq!((last_day.finding.state, last_day.event), (FindingState::Waived, None));
    let later = after(&waived, Verdict::Failed, date(2022, 4, 1)).remove(0);
    assert_eq!((later.finding.state, later.event), (FindingState::Suspected, Some(EventKind::Reopened)));
    assert_eq!(later.finding.episode, 2);
}

#[test]
fn units_and_subjects_are_apart() {
    let other_unit = Outcome { unit: "市民政局".into(), ..outcome("report:2021", Verdict::Failed) };
    let changes = fold(
        &[opened()],
        &[outcome("report:2020", Verdict::Failed), other_unit, outcome("report:2021", Verdict::Passed)],
        origin(NEXT),
        &Caution::default(),
    );
    let events: Vec<_> = changes.iter().map(|change| change.event).collect();
    assert_eq!(events.iter().filter(|event| **event == Some(EventKind::Opened)).count(), 2);
    assert_eq!(events.iter().filter(|event| **event == Some(EventKind::Closed)).count(), 1);
}

#[test]
fn of_two_outcomes_for_one_fault_the_failed_one_counts() {
    let both = [outcome("report:2021", Verdict::Passed), outcome("report:2021", Verdict::Failed)];
    let changes = fold(&[], &both, origin(FIRST), &Caution::default());
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].event, Some(EventKind::Opened));
}

#[test]
fn people_decide_with_reasons() {
    let finding = opened();
    let today = NEXT;
    let state = |change: Result<Change, DecisionRefused>| change.map(|change| change.finding.state);
    assert_eq!(state(finding.decided(Decision::Confirm, "", today)), Ok(FindingState::Confirmed));
    assert_eq!(state(finding.decided(Decision::Dismiss, "误报", today)), Ok(FindingState::Dismissed));
    assert_eq!(state(finding.decided(Decision::Dismiss, "  ", today)), Err(DecisionRefused::ReasonMissing));
    let until = |day| Decision::Waive { until: day };
    assert_eq!(state(finding.decided(until(today), "改版", today)), Ok(FindingState::Waived));
    assert_eq!(state(finding.decided(until(FIRST), "改版", today)), Err(DecisionRefused::WaiverInThePast));
    assert_eq!(state(finding.decided(until(today), "", today)), Err(DecisionRefused::ReasonMissing));

    let confirmed = finding.decided(Decision::Confirm, "", today).unwrap().finding;
    assert_eq!(state(confirmed.decided(Decision::Confirm, "", today)), Err(DecisionRefused::AlreadyConfirmed));
    let dismissed = confirmed.decided(Decision::Dismiss, "核实后排除", today).unwrap().finding;
    assert!(!dismissed.confirmed);
    assert_eq!(state(dismissed.decided(Decision::Confirm, "", today)), Ok(FindingState::Confirmed));

    let gone = after(&finding, Verdict::Passed, NEXT).remove(0).finding;
    assert_eq!(state(gone.decided(until(today), "改版", today)), Err(DecisionRefused::NothingToWaive));
    assert_eq!(state(gone.decided(Decision::Confirm, "", today)), Ok(FindingState::FixVerified));
}

#[test]
fn the_scorer_reads_what_people_decided() {
    let finding = opened();
    let status = |finding: &Finding| finding.as_entry().status();
    assert_eq!(status(&finding), EntryStatus::Flagged);
    let confirmed = finding.decided(Decision::Confirm, "", NEXT).unwrap().finding;
    assert_eq!(status(&confirmed), EntryStatus::Confirmed);
    let mended = after(&confirmed, Verdict::Passed, NEXT).remove(0).finding;
    assert_eq!(status(&mended), EntryStatus::Confirmed, "a fault that was confirmed counts after it is mended");
    let unseen = after(&finding, Verdict::Passed, NEXT).remove(0).finding;
    assert_eq!(status(&unseen), EntryStatus::Flagged, "nobody punishes what nobody confirmed");

    let second = after(&mended, Verdict::Failed, date(2022, 3, 3)).remove(0).finding.as_entry();
    let first = mended.as_entry();
    assert_eq!(first.subject.as_deref(), Some("report:2021"));
    assert_eq!(second.subject.as_deref(), Some("report:2021#2"), "a second episode is another event");
    assert_eq!(first.date, Some(FIRST));
}

/// What may happen to a portal, in any order.
#[derive(Clone, Debug)]
enum Step {
    Night(Vec<(u8, Verdict)>),
    Decide(u8, Decision),
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        4 => Just(Verdict::Failed),
        3 => Just(Verdict::Passed),
        1 => Just(Verdict::NotApplicable),
        1 => Just(Verdict::NeedsReview),
        1 => Just(Verdict::NotMeasurable(Cause::Timeout)),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let night = proptest::collection::vec((0_u8..3, verdicts()), 0..4).prop_map(Step::Night);
    let decision = prop_oneof![
        Just(Decision::Confirm),
        Just(Decision::Dismiss),
        (0_i64..6).prop_map(|days| Decision::Waive { until: FIRST.saturating_add(jiff::Span::new().days(days)) }),
    ];
    let decide = (0_u8..3, decision).prop_map(|(subject, decision)| Step::Decide(subject, decision));
    proptest::collection::vec(prop_oneof![3 => night, 2 => decide], 1..12)
}

fn subject_key(subject: u8) -> String {
    format!("report:{}", 2019 + u16::from(subject))
}

/// All episodes, and the latest of each fault.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn latest(&self) -> Vec<Finding> {
        let later = |finding: &Finding| {
            self.0.iter().any(|other| other.identity == finding.identity && other.episode > finding.episode)
        };
        self.0.iter().filter(|finding| !later(finding)).cloned().collect()
    }

    fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match self.0.iter_mut().find(|finding| finding.id == change.finding.id) {
                Some(finding) => *finding = change.finding,
                None => self.0.push(change.finding),
            }
        }
    }
}

proptest! {
    #[test]
    fn machines_never_undo_people_and_the_same_night_twice_is_one(steps in steps()) {
        let mut findings = Findings::default();
        let mut night = FIRST;
        for step in steps {
            match step {
                Step::Night(outcomes) => {
                    let outcomes: Vec<_> =
                        outcomes.into_iter().map(|(subject, verdict)| outcome(&subject_key(subject), verdict)).collect();
                    let changes = fold(&findings.latest(), &outcomes, origin(night), &Caution::default());
                    for change in &changes {
                        let Some(before) = findings.0.iter().find(|known| known.id == change.finding.id) else {
                            let state = change.finding.state;
                            prop_assert!(matches!(state, FindingState::Suspected | FindingState::Question));
                            continue;
                        };
                        let after = &change.finding;
                        prop_assert_eq!(before.confirmed, after.confirmed);
                        prop_assert_eq!(&before.reason, &after.reason);
                        prop_assert_eq!(before.waived_until, after.waived_until);
                        if matches!(before.state, FindingState::Dismissed | FindingState::Waived) {
                            prop_assert_eq!(before.state, after.state);
                        }
                        if after.state != before.state {
                            let told = (after.state, change.event);
                            prop_assert!(
                                told == (FindingState::FixVerified, Some(EventKind::Closed))
                                    || told == (FindingState::Withdrawn, Some(EventKind::Withdrawn))
                                    || told == (FindingState::Suspected, Some(EventKind::Raised)),
                                "{told:?}"
                            );
                        }
                    }
                    findings.apply(changes);
                    prop_assert_eq!(fold(&findings.latest(), &outcomes, origin(night), &Caution::default()), vec![], "the same night again");
                    night = night.tomorrow().unwrap();
                }
                Step::Decide(subject, decision) => {
                    let key = subject_key(subject);
                    let Some(finding) = findings.latest().into_iter().find(|finding| finding.subject.key == key) else {
                        continue;
                    };
                    if let Ok(change) = finding.decided(decision, "理由", night) {
                        findings.apply(vec![change]);
                    }
                }
            }
            let mut ids: Vec<_> = findings.0.iter().map(|finding| &finding.id).collect();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), findings.0.len());
            for finding in &findings.0 {
                prop_assert!(finding.first_seen <= finding.last_seen && finding.last_seen <= finding.last_measured);
            }
        }
    }
}
