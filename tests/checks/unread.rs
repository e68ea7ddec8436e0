//! "Could not look" is never "looked and it is wrong", and the order of facts means nothing: held against random facts.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use mingcha::{
    catalog::Catalog,
    check::{Context, judge},
    model::{
        Cause, ColumnFacts, ColumnState, Coverage, DocumentFacts, DocumentRole, ListEntry, MatchedBy, Moment,
        NotMeasurable, Outcome, PortalFacts, PublicityKind, PublicityList, PublicityRow, ReportFacts, TermMatch,
        UnitKind, Verdict, Visit,
    },
};

use super::{catalog, portal, unit};

const AS_OF: Date = date(2022, 11, 16);
const CASES: u32 = 80;
const HOME: &str = "http://www.example.gov.cn/";
/// Checks that claim that something is not there.
const OF_ABSENCE: &[&str] = &[
    "required-column-missing",
    "annual-report-missing",
    "annual-report-misplaced",
    "policy-without-interpretation",
    "interpretation-late",
    "dual-publicity-section-missing",
];
const TERMS: &[&str] = &[
    "政府信息公开",
    "政府信息公开年报",
    "政策文件",
    "政策解读",
    "工作动态",
    "通知公告",
    "建议提案办理",
    "双公示",
    "行政许可公示",
];

fn a_day() -> impl Strategy<Value = Option<Date>> {
    proptest::option::weighted(0.8, (0i64..700).prop_map(|back| AS_OF - jiff::Span::new().days(back)))
}

fn a_state() -> impl Strategy<Value = ColumnState> {
    prop_oneof![
        3 => Just(ColumnState::Read),
        1 => Just(ColumnState::LeadsAway { host: "elsewhere.example.org".into() }),
        1 => Just(ColumnState::Unreadable { cause: Cause::Timeout }),
        1 => Just(ColumnState::NotVisited),
    ]
}

fn columns() -> impl Strategy<Value = Vec<ColumnFacts>> {
    let column =
        (0..TERMS.len(), a_state(), proptest::collection::vec(a_day(), 0..4), 0usize..200, 0usize..3, any::<bool>());
    proptest::collection::vec(column, 0..8).prop_map(|columns| {
        let made = columns.into_iter().enumerate().map(|(number, (term, state, days, text_length, away, weak))| {
            let key = format!("/c{number}/");
            let entry = |(row, day): (usize, Option<Date>)| ListEntry {
                title: format!("第{row}条"),
                url: format!("{HOME}c{number}/{row}.html"),
                date: day.map(Moment::day),
                pinned: false,
            };
            ColumnFacts {
                name: TERMS[term].into(),
                url: format!("{HOME}c{number}/"),
                matched: vec![TermMatch {
                    note: String::new(),
                    term: TERMS[term].into(),
                    by: if weak { MatchedBy::Weak } else { MatchedBy::Name },
                    text: TERMS[term].into(),
                }],
                entries: days.into_iter().enumerate().map(entry).collect(),
                pages_read: 1,
                outward_links: away,
                key,
                state,
                text_length,
                ..ColumnFacts::default()
            }
        });
        made.collect()
    })
}

fn documents() -> impl Strategy<Value = Vec<DocumentFacts>> {
    let document = (any::<bool>(), 0usize..4, a_day(), any::<bool>(), 0usize..6);
    proptest::collection::vec(document, 0..6).prop_map(|documents| {
        let made = documents.into_iter().enumerate().map(|(number, (policy, name, day, read, link))| DocumentFacts {
            key: format!("/d/{number}.html"),
            url: format!("{HOME}d/{number}.html"),
            title: if policy {
                format!("青河市第{name}项工作管理办法")
            } else {
                format!("《青河市第{name}项工作管理办法》解读")
            },
            role: if policy { DocumentRole::Policy } else { DocumentRole::Interpretation },
            published: day.map(Moment::day),
            links: vec![format!("{HOME}d/{link}.html")],
            read,
            unread_cause: (!read).then_some(Cause::Forbidden),
            ..DocumentFacts::default()
        });
        made.collect()
    })
}

fn reports() -> impl Strategy<Value = Vec<ReportFacts>> {
    let report = (2019i16..2022, a_day(), any::<bool>(), any::<bool>());
    proptest::collection::vec(report, 0..3).prop_map(|reports| {
        let made = reports.into_iter().enumerate().map(|(number, (year, day, read, in_report_column))| ReportFacts {
            key: format!("/r/{number}.html"),
            url: format!("{HOME}r/{number}.html"),
            title: format!("{year}年政府信息公开工作年度报告"),
            year: Some(year),
            published: day.map(Moment::day),
            in_report_column,
            read,
            unread_cause: (!read).then_some(Cause::Forbidden),
            ..ReportFacts::default()
        });
        made.collect()
    })
}

fn publicity() -> impl Strategy<Value = Vec<PublicityList>> {
    let row = (a_day(), a_day(), any::<bool>());
    let list = (any::<bool>(), proptest::collection::vec(row, 0..3));
    proptest::collection::vec(list, 0..3).prop_map(|lists| {
        let made = lists.into_iter().enumerate().map(|(number, (licence, rows))| PublicityList {
            kind: if licence { PublicityKind::Licence } else { PublicityKind::Penalty },
            column: format!("/p{number}/"),
            url: format!("{HOME}p{number}/"),
            rows: rows
                .into_iter()
                .enumerate()
                .map(|(row, (decided, published, read))| PublicityRow {
                    key: format!("{number}-{row}号"),
                    url: format!("{HOME}p{number}/{row}.html"),
                    decided,
                    published,
                    fields: if read { [("文书号".to_owned(), format!("{row}号"))].into() } else { [].into() },
                    ..PublicityRow::default()
                })
                .collect(),
            ..PublicityList::default()
        });
        made.collect()
    })
}

fn facts() -> impl Strategy<Value = PortalFacts> {
    (columns(), documents(), reports(), publicity()).prop_map(|(columns, documents, reports, publicity)| PortalFacts {
        portal: "qinghe".into(),
        url: HOME.into(),
        coverage: Coverage {
            visits: columns
                .iter()
                .map(|column| Visit { url: column.url.clone(), status: 200, ..Visit::default() })
                .collect(),
            menus: columns.iter().map(|column| column.name.clone()).collect(),
            not_measurable: documents
                .iter()
                .filter(|document| !document.read)
                .map(|document| failure(&document.url))
                .collect(),
            ..Coverage::default()
        },
        columns,
        documents,
        reports,
        publicity,
        ..PortalFacts::default()
    })
}

fn failure(url: &str) -> NotMeasurable {
    NotMeasurable {
        url: url.into(),
        cause: Cause::Forbidden,
        detail: "403".into(),
        attempts: 1,
        at: None,
        capture: None,
        linked_from: None,
    }
}

fn judged(catalog: &Catalog, facts: &PortalFacts) -> Vec<Outcome> {
    let portal = portal(vec![unit("青河市教育局", UnitKind::Department)]);
    let context = Context { portal: &portal, as_of: AS_OF, calendar: &catalog.calendar, lexicon: &catalog.lexicon };
    judge(&catalog.checks, facts, &context)
}

fn failed(outcomes: &[Outcome]) -> impl Iterator<Item = &Outcome> {
    outcomes.iter().filter(|outcome| outcome.outcome == Verdict::Failed)
}

/// Whether the very thing an outcome speaks of is marked as not seen.
fn is_unread(facts: &PortalFacts, outcome: &Outcome) -> bool {
    let unseen = |state: &ColumnState| matches!(state, ColumnState::Unreadable { .. } | ColumnState::NotVisited);
    let key = outcome.subject.key.as_str();
    if let Some(key) = key.strip_prefix("document:") {
        return facts.document(key).is_some_and(|document| !document.read);
    }
    if let Some(name) = key.strip_prefix("publicity-row:") {
        let rows = facts.publicity.iter().flat_map(|list| &list.rows);
        return outcome.check == "dual-publicity-fields-missing"
            && rows.filter(|row| row.key == name).all(|row| row.fields.is_empty());
    }
    if key.starts_with("report:") {
        let column = facts.columns.iter().find(|column| {
            unseen(&column.state) && column.fits("政府信息公开年报").is_some_and(|fit| fit.by != MatchedBy::Weak)
        });
        return column.is_some() && outcome.check != "annual-report-late";
    }
    match key.strip_prefix("column:") {
        Some(key) if key.starts_with('/') => facts.column(key).is_some_and(|column| unseen(&column.state)),
        Some(term) => facts
            .columns
            .iter()
            .any(|column| unseen(&column.state) && column.fits(term).is_some_and(|fit| fit.by != MatchedBy::Weak)),
        None => false,
    }
}

#[test]
fn what_was_not_read_never_fails() {
    let catalog = catalog();
    proptest!(ProptestConfig::with_cases(CASES), |(facts in facts())| {
        for outcome in failed(&judged(&catalog, &facts)) {
            prop_assert!(!is_unread(&facts, outcome), "{outcome:?}");
        }
    });
}

#[test]
fn absence_is_never_claimed_of_a_portal_that_was_not_read_through() {
    let catalog = catalog();
    proptest!(ProptestConfig::with_cases(CASES), |(facts in facts(), home_unread in any::<bool>())| {
        let mut facts = facts;
        facts.coverage.home_unread = home_unread;
        facts.coverage.cut_short = !home_unread;
        for outcome in failed(&judged(&catalog, &facts)) {
            prop_assert!(!OF_ABSENCE.contains(&outcome.check.as_str()), "{outcome:?}");
        }
    });
}

#[test]
fn a_night_on_which_nothing_could_be_read_fails_nobody() {
    let catalog = catalog();
    proptest!(ProptestConfig::with_cases(CASES), |(facts in facts(), home_unread in any::<bool>())| {
        let mut facts = facts;
        facts.coverage.home_unread = home_unread;
        facts.coverage.cut_short = !home_unread;
        facts.publicity.clear();
        for column in &mut facts.columns {
            column.state = ColumnState::Unreadable { cause: Cause::OurOutage };
        }
        for document in &mut facts.documents {
            document.read = false;
        }
        for report in &mut facts.reports {
            report.read = false;
        }
        let outcomes = judged(&catalog, &facts);
        prop_assert_eq!(failed(&outcomes).collect::<Vec<_>>(), Vec::<&Outcome>::new());
    });
}

#[test]
fn the_order_of_facts_means_nothing() {
    let catalog = catalog();
    let shuffled = facts().prop_flat_map(|facts| {
        let orders = (
            Just(facts.columns.clone()).prop_shuffle(),
            Just(facts.documents.clone()).prop_shuffle(),
            Just(facts.reports.clone()).prop_shuffle(),
            Just(facts.publicity.clone()).prop_shuffle(),
            Just(facts.coverage.visits.clone()).prop_shuffle(),
            Just(facts.coverage.menus.clone()).prop_shuffle(),
        );
        (Just(facts), orders)
    });
    proptest!(ProptestConfig::with_cases(CASES), |((facts, (columns, documents, reports, publicity, visits, menus)) in shuffled)| {
        let mut other = PortalFacts { columns, documents, reports, publicity, ..facts.clone() };
        other.coverage.visits = visits;
        other.coverage.menus = menus;
        other.coverage.not_measurable.reverse();
        prop_assert_eq!(judged(&catalog, &facts), judged(&catalog, &other));
    });
}

#[test]
fn one_outcome_a_subject_sorted_and_in_words() {
    let catalog = catalog();
    proptest!(ProptestConfig::with_cases(CASES), |(facts in facts())| {
        let outcomes = judged(&catalog, &facts);
        let keys: Vec<_> = outcomes.iter().map(|o| (&o.check, &o.unit, &o.subject.key)).collect();
        prop_assert!(keys.is_sorted_by(|a, b| a < b), "sorted, none twice");
        for outcome in &outcomes {
            prop_assert!(!outcome.reason.is_empty() && !outcome.reason.contains('{'), "{outcome:?}");
            prop_assert!(outcome.outcome != Verdict::Failed || !outcome.evidence.is_empty(), "{outcome:?}");
        }
    });
}
