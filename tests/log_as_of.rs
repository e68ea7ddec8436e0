//! The log as it was known at a moment, rebuilt from events.

use jiff::{Timestamp, civil::date};
use mingcha::{
    model::{Decision, Entry, EntryStatus},
    store::Log,
};
use rust_decimal::Decimal;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Id and status of each entry known then.
async fn known(log: &Log, moment: &str) -> Vec<(String, EntryStatus)> {
    let entries = log.scoring_entries_as_of(date(2022, 1, 1), date(2022, 12, 31), at(moment)).await.unwrap();
    entries.into_iter().map(|entry| (entry.id.clone().unwrap(), entry.status())).collect()
}

#[tokio::test]
async fn entries_come_and_change_when_their_events_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(&folder.path().join("log.db")).await.unwrap();
    let entry = |id: &str| Entry {
        unit: "市教育局".into(),
        clause: Some("B1-05".into()),
        date: Some(date(2022, 3, 5)),
        count: Some(Decimal::TWO),
        id: Some(id.into()),
        ..Entry::default()
    };
    log.add_entry(entry("e1"), "李伟", at("2022-04-01T00:00:00Z")).await.unwrap();
    log.add_entry(entry("e2"), "李伟", at("2022-05-01T00:00:00Z")).await.unwrap();
    log.decide_entry("e1", Decision::Dismiss, "王芳", "误录", at("2022-06-01T00:00:00Z")).await.unwrap();
    log.decide_entry("e1", Decision::Confirm, "王芳", "", at("2022-07-01T00:00:00Z")).await.unwrap();

    let (e1, e2) = ("e1".to_owned(), "e2".to_owned());
    assert_eq!(known(&log, "2022-03-31T23:59:59Z").await, []);
    assert_eq!(known(&log, "2022-04-01T00:00:00Z").await, [(e1.clone(), EntryStatus::Confirmed)]);
    assert_eq!(
        known(&log, "2022-06-15T00:00:00Z").await,
        [(e1.clone(), EntryStatus::Dismissed), (e2.clone(), EntryStatus::Confirmed)]
    );
    assert_eq!(known(&log, "2022-07-01T00:00:00Z").await, [(e1, EntryStatus::Confirmed), (e2, EntryStatus::Confirmed)]);
    let now = log.scoring_entries(date(2022, 1, 1), date(2022, 12, 31)).await.unwrap();
    let last =
        log.scoring_entries_as_of(date(2022, 1, 1), date(2022, 12, 31), at("2023-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(now, last, "the latest moment is now");
    assert_eq!(
        log.scoring_entries_as_of(date(2021, 1, 1), date(2021, 12, 31), at("2023-01-01T00:00:00Z")).await.unwrap(),
        []
    );
}
