//! First-seen memory over several nights: what was dated back, dated anew or worded anew is told once, with the look
//! before and the look after; what only looks like it is not told.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use mingcha::{
    jobs::{
        judge::judge_again,
        night::NightReport,
        thinning::{Rule, thin},
    },
    model::{
        ColumnFacts, DateSource, DocumentFacts, EventKind, ListEntry, Look, Moment, Outcome, PortalFacts, Remembered,
        Verdict,
    },
    observe::{self, Noted},
};

use crate::support::site::{Site, Validation};

const CHECKS: [&str; 3] = ["document-backdated", "document-date-changed", "document-body-changed"];

/// What the three checks say of single documents, what passes left out.
fn told(report: &NightReport) -> Vec<(&str, &str, Verdict)> {
    let of_interest = |outcome: &&Outcome| {
        CHECKS.contains(&outcome.check.as_str())
            && outcome.subject.key != "documents"
            && outcome.outcome != Verdict::Passed
    };
    let found = report.outcomes.iter().filter(of_interest);
    found.map(|outcome| (outcome.check.as_str(), outcome.subject.key.as_str(), outcome.outcome)).collect()
}

fn outcome<'a>(report: &'a NightReport, check: &str, subject: &str) -> &'a Outcome {
    let same = |outcome: &&Outcome| outcome.check == check && outcome.subject.key == subject;
    report.outcomes.iter().find(same).unwrap_or_else(|| panic!("{check} says nothing of {subject}"))
}

/// The night and the text of each capture that an outcome rests on.
async fn proofs(site: &Site, outcome: &Outcome) -> Vec<(String, String)> {
    let mut proofs = Vec::new();
    for piece in &outcome.evidence {
        let stored = site.tools.log.capture(piece.capture.as_ref().unwrap()).await.unwrap().unwrap();
        let body = site.tools.archive.read(&stored.capture).unwrap();
        proofs.push((stored.run, String::from_utf8(body).unwrap()));
    }
    proofs
}

async fn judged_again_says_the_same(site: &Site, nights: &[&NightReport]) {
    for night in nights {
        let tools = &site.tools;
        let judged = judge_again(&tools.log, &tools.archive, &tools.catalog, &night.run.id).await.unwrap();
        assert_eq!(judged.differences, [], "{}", night.run.id);
        assert_eq!(serde_json::to_string(&judged.outcomes).unwrap(), serde_json::to_string(&night.outcomes).unwrap());
    }
}

/// Puts a document into a column and its list.
fn publish(site: &Site, path: &str, title: &str, day: &str) {
    let column = format!("{}/", &path[..path.rfind('/').unwrap()]);
    let text = "<p>请各有关单位按照要求认真组织落实，并于月底前报送情况。</p>".repeat(10);
    let page = format!(
        "<html><head><meta charset=\"utf-8\"><title>{title}</title></head><body><h1>{title}</h1>\
         <div>发布时间：{day}</div><div>{text}</div></body></html>"
    );
    site.pages.lock().unwrap().insert(path.to_owned(), page);
    let row = format!("<li><a href=\"{path}\">{title}</a><span>{day}</span></li>");
    site.change(&column, |list| list.replacen("<ul class=\"list\">", &format!("<ul class=\"list\">{row}"), 1));
}

#[tokio::test]
async fn a_document_that_appears_with_an_old_date_is_told_once_with_both_captures() {
    let site = Site::start(Validation::Etags).await;
    let first = site.night(0).await;
    assert_eq!(told(&first), []);
    assert_eq!(outcome(&first, "document-backdated", "documents").outcome, Verdict::Passed);
    publish(&site, "/tzgg/t20221014_99.html", "关于第99号紧急事项的通告", "2022-10-14");
    let second = site.night(1).await;
    let subject = "document:/tzgg/t20221014_99.html";
    assert_eq!(told(&second), [("document-backdated", subject, Verdict::NeedsReview)]);
    let found = outcome(&second, "document-backdated", subject);
    assert!(found.reason.contains("首次见于2022-11-17") && found.reason.contains("提前了33天"), "{}", found.reason);
    let third = site.night(2).await;
    assert_eq!(told(&third), told(&second), "the same, not another one");
    assert_eq!(outcome(&third, "document-backdated", subject).evidence, found.evidence);

    let proofs = proofs(&site, found).await;
    let [(before, list), (after, page)] = &proofs[..] else { panic!("{proofs:?}") };
    assert_eq!((before.as_str(), after.as_str()), ("2022-11-16/heyuan", "2022-11-17/heyuan"));
    assert!(list.contains("关于第1号通知公告事项的通知") && !list.contains("第99号"));
    assert!(page.contains("发布时间：2022-10-14"));
    judged_again_says_the_same(&site, &[&first, &second, &third]).await;
}

#[tokio::test]
async fn both_captures_outlive_the_rule_of_retention() {
    let site = Site::start(Validation::Etags).await;
    site.night(0).await;
    publish(&site, "/tzgg/t20221014_99.html", "关于第99号紧急事项的通告", "2022-10-14");
    site.change("/zcjd/t20221012_2.html", |page| page.replace("认真落实", "抓好落实"));
    let second = site.night(1).await;
    site.night(2).await;
    let rule = Rule { nights: 1, finding_days: 0 };
    let now = "2022-11-20T00:30:00+08:00".parse().unwrap();
    let removed = thin(&site.tools.log, &site.tools.archive, rule, now).await.unwrap();
    assert!(removed.captures > 20, "{removed:?}");
    for (check, key) in [
        ("document-backdated", "document:/tzgg/t20221014_99.html"),
        ("document-body-changed", "document:/zcjd/t20221012_2.html"),
    ] {
        assert_eq!(proofs(&site, outcome(&second, check, key)).await.len(), 2);
    }
}

#[tokio::test]
async fn a_changed_date_opens_one_finding_and_its_return_closes_it() {
    let site = Site::start(Validation::Etags).await;
    let first = site.night(0).await;
    site.change("/tzgg/t20221011_1.html", |page| page.replace("发布时间：2022-10-11", "发布时间：2022-09-30"));
    let second = site.night(1).await;
    let subject = "document:/tzgg/t20221011_1.html";
    assert_eq!(told(&second), [("document-date-changed", subject, Verdict::Failed)]);
    let found = outcome(&second, "document-date-changed", subject);
    assert!(found.reason.contains("由2022-10-11改为2022-09-30"), "{}", found.reason);
    let proofs = proofs(&site, found).await;
    assert!(proofs[0].1.contains("发布时间：2022-10-11") && proofs[1].1.contains("发布时间：2022-09-30"));

    let third = site.night(2).await;
    site.change("/tzgg/t20221011_1.html", |page| page.replace("发布时间：2022-09-30", "发布时间：2022-10-11"));
    let fourth = site.night(3).await;
    let events = |report: &NightReport| {
        let of_check = report.changes.iter().filter(|change| change.finding.identity.check == "document-date-changed");
        of_check.filter_map(|change| change.event).collect::<Vec<_>>()
    };
    assert_eq!(events(&second), [EventKind::Opened]);
    assert_eq!(events(&third), []);
    assert_eq!(events(&fourth), [EventKind::Closed]);
    judged_again_says_the_same(&site, &[&first, &second, &third, &fourth]).await;
}

#[tokio::test]
async fn a_changed_text_is_told_and_a_counter_is_not() {
    for validation in [Validation::Etags, Validation::None] {
        let site = Site::start(validation).await;
        site.change("/tzgg/t20221013_3.html", |page| {
            page.replace("<p>通知公告第3号", "<p>浏览次数：17次</p><p>通知公告第3号")
        });
        let first = site.night(0).await;
        let count = |page: &str| page.replace("浏览次数：17次", "浏览次数：204次").replace("版面", "底部");
        site.change("/tzgg/t20221013_3.html", count);
        let quiet = site.night(1).await;
        assert_eq!(told(&quiet), [], "{validation:?}");
        assert!(outcome(&quiet, "document-body-changed", "documents").reason.starts_with("32篇"));
        site.change("/tzgg/t20221013_3.html", |page| page.replace("认真落实", "抓好落实"));
        let changed = site.night(2).await;
        let subject = "document:/tzgg/t20221013_3.html";
        assert_eq!(told(&changed), [("document-body-changed", subject, Verdict::NeedsReview)], "{validation:?}");
        let proofs = proofs(&site, outcome(&changed, "document-body-changed", subject)).await;
        assert_eq!(proofs[0].0, "2022-11-17/heyuan", "the last look before");
        assert!(proofs[0].1.contains("认真落实") && proofs[1].1.contains("抓好落实"));
        judged_again_says_the_same(&site, &[&first, &quiet, &changed]).await;
    }
}

#[tokio::test]
async fn a_column_that_could_not_be_read_proves_nothing() {
    for column_was_down in [true, false] {
        let site = Site::start(Validation::Etags).await;
        site.night(0).await;
        let list = site.pages.lock().unwrap()["/tzgg/"].clone();
        if column_was_down {
            site.pages.lock().unwrap().remove("/tzgg/");
        }
        site.night(6).await;
        site.pages.lock().unwrap().insert("/tzgg/".into(), list);
        publish(&site, "/tzgg/n99.html", "关于第99号紧急事项的通告", "2022-11-19");
        let last = site.night(7).await;
        let expected: &[_] = if column_was_down {
            &[]
        } else {
            &[("document-backdated", "document:/tzgg/n99.html", Verdict::NeedsReview)]
        };
        assert_eq!(told(&last), expected);
    }
}

#[tokio::test]
async fn rows_without_a_year_stay_where_they_are_over_the_new_year() {
    let site = Site::start(Validation::Etags).await;
    let short = |list: &str| {
        let rows: String = [("n5", "12-31"), ("n4", "12-30"), ("n3", "11-02"), ("n2", "03-05"), ("n1", "01-04")]
            .map(|(name, day)| {
                format!("<li><a href=\"/tzgg/{name}.html\">关于{name}事项的通知</a><span>{day}</span></li>")
            })
            .concat();
        let (head, rest) = list.split_once("<ul class=\"list\">").unwrap();
        format!("{head}<ul class=\"list\">{rows}{}", &rest[rest.find("</ul>").unwrap()..])
    };
    site.change("/tzgg/", short);
    // Night 46 is 1 January 2023.
    site.night(46).await;
    let rows = "<li><a href=\"/tzgg/n7.html\">关于n7事项的通知</a><span>01-02</span></li>\
                <li><a href=\"/tzgg/n6.html\">关于n6事项的通知</a><span>12-31</span></li>";
    site.change("/tzgg/", |list| list.replacen("<ul class=\"list\">", &format!("<ul class=\"list\">{rows}"), 1));
    let second = site.night(48).await;
    let column = second.facts.column("/tzgg/").unwrap();
    let days: Vec<String> = column.entries.iter().map(|entry| entry.date.unwrap().to_string()).collect();
    let expected = ["2023-01-02", "2022-12-31", "2022-12-31", "2022-12-30", "2022-11-02", "2022-03-05", "2022-01-04"];
    assert_eq!(days, expected);
    assert_eq!(told(&second), [], "one day late is how lists are made");
    let later = site.night(120).await;
    assert_eq!(told(&later), []);
}

fn entry(url: &str, title: &str, day: Date) -> ListEntry {
    ListEntry {
        title: title.into(),
        url: format!("http://www.heyuan.gov.cn{url}"),
        date: Some(Moment::day(day)),
        pinned: false,
    }
}

/// Portal facts of one column.
fn facts(entries: Vec<ListEntry>) -> PortalFacts {
    let column = ColumnFacts {
        key: "/tzgg/".into(),
        name: "通知公告".into(),
        url: "http://www.heyuan.gov.cn/tzgg/".into(),
        pages_read: 1,
        entries,
        ..ColumnFacts::default()
    };
    PortalFacts { url: "http://www.heyuan.gov.cn/".into(), columns: vec![column], ..PortalFacts::default() }
}

fn rows(count: i8) -> Vec<ListEntry> {
    let row = |number: i8| {
        entry(&format!("/tzgg/{number}.html"), &format!("关于第{number}号事项的通知"), date(2022, 10, 31 - number))
    };
    (1..=count).map(row).collect()
}

fn note(facts: &PortalFacts, night: Date, known: &mut Remembered) -> Noted {
    let noted = observe::note(facts, night, known, &BTreeMap::new());
    known.add(noted.sightings.iter().cloned());
    for reading in &noted.readings {
        known.readings.insert(reading.column.clone(), reading.clone());
    }
    noted
}

/// The documents that a second night takes for backdated.
fn backdated(first: Vec<ListEntry>, second: Vec<ListEntry>) -> Vec<String> {
    let mut known = Remembered::default();
    note(&facts(first), date(2022, 11, 16), &mut known);
    let second = facts(second);
    note(&second, date(2022, 11, 17), &mut known);
    let history = observe::history(&second, date(2022, 11, 17), &known);
    history.documents.into_iter().filter(|told| told.backdated.is_some()).map(|told| told.key).collect()
}

fn with(mut rows: Vec<ListEntry>, new: ListEntry) -> Vec<ListEntry> {
    rows.insert(0, new);
    rows
}

#[test]
fn a_list_that_was_cut_off_says_nothing_of_what_is_older() {
    let old = |day| entry("/tzgg/old.html", "关于补充事项的公告", day);
    assert_eq!(backdated(rows(20), with(rows(20), old(date(2022, 10, 15)))), ["/tzgg/old.html"]);
    assert_eq!(backdated(rows(20), with(rows(20), old(date(2022, 10, 11)))), [""; 0], "the last row's day");
    assert_eq!(backdated(rows(20), with(rows(20), old(date(2022, 9, 11)))), [""; 0], "below the last row");
    assert_eq!(backdated(rows(5), with(rows(5), old(date(2022, 9, 11)))), ["/tzgg/old.html"], "the list was whole");
    let mut disordered = rows(20);
    disordered.swap(8, 15);
    assert_eq!(backdated(disordered, with(rows(20), old(date(2022, 10, 15)))), [""; 0], "in no order");
}

#[test]
fn a_pinned_article_is_no_new_one() {
    let mut pinned = rows(20);
    let mut row = pinned.remove(15);
    row.pinned = true;
    assert_eq!(backdated(rows(20), with(pinned.clone(), row.clone())), [""; 0], "it was there before");
    // An old article from a later page that was never read.
    let unseen =
        ListEntry { pinned: true, ..entry("/tzgg/2019.html", "关于长期有效事项的公告", date(2019, 5, 1)) };
    assert_eq!(backdated(rows(20), with(rows(20), unseen.clone())), [""; 0]);
    // A pinned old row does not make the reading reach back to its day.
    assert_eq!(
        backdated(with(rows(20), unseen), with(rows(20), entry("/tzgg/2020.html", "某公告", date(2020, 1, 1)))),
        [""; 0]
    );
}

#[test]
fn what_only_moved_is_not_new() {
    let mut moved = rows(20);
    moved[4].url = "http://www.heyuan.gov.cn/new/5.html".into();
    assert_eq!(backdated(rows(20), moved), [""; 0], "the same title and day under another address");
    let rebuilt = (1..=20).map(|number| {
        entry(&format!("/new/{number}.html"), &format!("关于某某事项{number}的公告"), date(2022, 10, 30 - number))
    });
    assert_eq!(backdated(rows(20), rebuilt.collect()), [""; 0], "a column of nothing but new rows was rebuilt");
    assert_eq!(backdated(vec![], rows(4)), [""; 0], "an empty list may be one that could not be read");
}

/// Facts of a document page that states this day at that place, with its text.
fn page(source: DateSource, day: Date, body: &str) -> PortalFacts {
    let document = DocumentFacts {
        key: "/tzgg/1.html".into(),
        url: "http://www.heyuan.gov.cn/tzgg/1.html".into(),
        title: "关于第1号事项的通知".into(),
        read: true,
        claimed: [(source, day)].into(),
        body: Some(body.into()),
        ..DocumentFacts::default()
    };
    PortalFacts { url: "http://www.heyuan.gov.cn/".into(), documents: vec![document], ..PortalFacts::default() }
}

#[test]
fn only_dates_of_the_same_place_are_compared() {
    let nights = |pages: &[PortalFacts]| {
        let mut known = Remembered::default();
        let mut last = observe::history(&PortalFacts::default(), date(2022, 11, 1), &known);
        for (facts, night) in pages.iter().zip(1..) {
            note(facts, date(2022, 11, night), &mut known);
            last = observe::history(facts, date(2022, 11, night), &known);
        }
        last.documents.into_iter().next().unwrap_or_default()
    };
    let [old, new] = [date(2022, 10, 1), date(2022, 10, 20)];
    let seen = |source, day| page(source, day, "1:aa");
    let told = nights(&[seen(DateSource::Visible, old), seen(DateSource::Visible, new)]);
    assert_eq!((told.date_changed[0].from, told.date_changed[0].to), (old, new));
    assert_eq!(told.date_changed[0].then, Look { night: date(2022, 11, 1), ..told.date_changed[0].then.clone() });
    let told = nights(&[seen(DateSource::Visible, old), seen(DateSource::Meta, new)]);
    assert_eq!(told.date_changed, [], "another place may mean another day");
    let told = nights(&[seen(DateSource::Visible, old), seen(DateSource::Meta, new), seen(DateSource::Visible, new)]);
    assert_eq!(told.date_changed.len(), 1, "what was said is remembered over a night without it");
    let along = [seen(DateSource::Visible, date(2022, 11, 1)), seen(DateSource::Visible, date(2022, 11, 2))];
    assert_eq!(nights(&along).date_changed, [], "the day of the visit as a template prints it");
    let told = nights(&[page(DateSource::Visible, old, "1:aa"), page(DateSource::Visible, old, "2:bb")]);
    assert_eq!(told.body_changed, [], "digests of another way");
    let pages: Vec<_> = (0..20).map(|night| page(DateSource::Visible, old, &format!("1:{night}"))).collect();
    assert!(nights(&pages).body_changed.len() <= 5, "a page that is made anew each time");
}
