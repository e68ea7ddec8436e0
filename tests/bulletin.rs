//! A quarter's bulletin: what is named, what is only counted, and how it is printed.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, civil::date};
use mingcha::{
    catalog::Catalog,
    demo::{portals, server::Server},
    evidence::Archive,
    fetch,
    jobs::{
        bulletin::{CheckText, ManualFinding, Material, PortalLook, assemble},
        bulletin_draft::{House, draft},
        night::{Order, Tools, run_portal_night},
    },
    model::{
        Bulletin, Cause, Decision, Entry, EntrySource, Finding, FindingIdentity, FindingState, Load, Method,
        MethodReading, NotMeasurable, Outcome, PendingMeasure, Portal, Quarter, Rectification, Run, RunState, Share,
        Subject, Unit, UnitKind, UnitScore, Verdict,
    },
    report::{bulletin_html, bulletin_json},
    store::{FindingFilter, Log},
};

fn quarter() -> Quarter {
    "2026-Q3".parse().unwrap()
}

fn portal(id: &str, name: &str, units: &[&str]) -> Portal {
    let units = units.iter().map(|name| Unit {
        name: (*name).to_owned(),
        kind: UnitKind::Department,
        aliases: Vec::new(),
        paths: Vec::new(),
        licences: false,
        penalties: false,
        founded: None,
    });
    Portal {
        id: id.to_owned(),
        name: name.to_owned(),
        url: format!("http://{id}.chengwan.gov.cn/"),
        units: units.collect(),
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: 500,
        rate: 1,
        allow_private: false,

        window: None,
    }
}

fn finding(id: &str, unit: &str, check: &str, label: &str, state: FindingState) -> Finding {
    Finding {
        id: id.to_owned(),
        identity: FindingIdentity {
            version: 1,
            portal: if unit == "市教育局" { "jyj" } else { "city" }.to_owned(),
            check: check.to_owned(),
            subject: format!("column:{label}"),
            unit: unit.to_owned(),
        },
        episode: 1,
        subject: Subject::new(format!("column:{label}"), label),
        state,
        confirmed: !matches!(state, FindingState::Suspected | FindingState::Dismissed | FindingState::Waived),
        message: format!("栏目“{label}”超过规定期限没有更新"),
        url: Some("http://jyj.chengwan.gov.cn/zwgk/".to_owned()),
        evidence: Vec::new(),
        first_seen: date(2026, 7, 8),
        last_seen: date(2026, 9, 20),
        last_measured: date(2026, 9, 20),
        unchanged_since: date(2026, 7, 8),
        run: "2026-09-20/jyj".to_owned(),
        reason: String::new(),
        waived_until: None,
    }
}

fn outcome(unit: &str, check: &str, label: &str, verdict: Verdict) -> Outcome {
    Outcome {
        check: check.to_owned(),
        unit: unit.to_owned(),
        subject: Subject::new(format!("column:/{label}/"), label),
        outcome: verdict,
        reason: String::new(),
        url: None,
        evidence: Vec::new(),
    }
}

fn run(portal: &str, night: i8, state: RunState) -> Run {
    let night = date(2026, 9, night);
    let at: Timestamp = format!("{night}T17:30:00Z").parse().unwrap();
    Run {
        id: format!("{night}/{portal}"),
        portal: portal.to_owned(),
        night,
        as_of: at,
        started: at,
        finished: Some(at),
        state,
        note: if state == RunState::Failed { "主页访问超时".to_owned() } else { String::new() },
        load: Load::default(),
    }
}

fn gap(url: &str, cause: Cause) -> NotMeasurable {
    NotMeasurable {
        url: url.to_owned(),
        cause,
        detail: String::new(),
        attempts: 3,
        at: None,
        capture: None,
        linked_from: None,
    }
}

fn check(id: &str, title: &str, basis: &str, fix: &str) -> CheckText {
    CheckText { id: id.to_owned(), title: title.to_owned(), basis: basis.to_owned(), fix: fix.to_owned() }
}

fn score(total: &str, grade: &str, rank: u32) -> UnitScore {
    UnitScore {
        class: "B1类".to_owned(),
        total: total.parse().unwrap(),
        full_mark: "100".parse().unwrap(),
        percent: total.parse().unwrap(),
        grade: Some(grade.to_owned()),
        rank: Some(rank),
        pending: 1,
    }
}

/// A city with four portals: one shared by three units, one never reached.
fn material() -> Material {
    let stale = "column-stale";
    let missing = "required-column-missing";
    Material {
        drawn_up: date(2026, 10, 9),
        office: "澄湾市人民政府办公室".to_owned(),
        portals: vec![
            portal("jyj", "澄湾市教育局门户网站", &["市教育局"]),
            portal("city", "澄湾市人民政府门户网站", &["市民政局", "市水利局", "市商务局"]),
            portal("slj", "澄湾市林业局门户网站", &["市林业局"]),
        ],
        checks: vec![
            check(
                stale,
                "栏目不更新",
                "《政府网站与政务新媒体检查指标》（国办秘函〔2019〕19号）",
                "及时更新栏目内容；确无内容更新的，说明情况并调整栏目设置。",
            ),
            check(
                missing,
                "应设栏目缺失",
                "《中华人民共和国政府信息公开条例》第二十条",
                "按标准名称设置栏目并发布内容。",
            ),
            check("annual-report-late", "年度报告逾期发布", "《中华人民共和国政府信息公开条例》第四十九条", ""),
        ],
        runs: vec![
            run("jyj", 19, RunState::Done),
            run("jyj", 20, RunState::Done),
            run("city", 20, RunState::Partial),
            run("slj", 20, RunState::Failed),
        ],
        looks: vec![
            PortalLook {
                portal: "jyj".to_owned(),
                pages_read: 180,
                outcomes: vec![
                    outcome("市教育局", stale, "工作动态", Verdict::Failed),
                    outcome("市教育局", stale, "通知公告", Verdict::Passed),
                    outcome("市教育局", stale, "人事信息", Verdict::NotMeasurable(Cause::Timeout)),
                    outcome("市教育局", missing, "政府信息公开制度", Verdict::Failed),
                    outcome("市教育局", "dual-publicity-stale", "行政许可", Verdict::NotApplicable),
                ],
                not_measurable: vec![
                    gap("http://jyj.chengwan.gov.cn/rsxx/", Cause::Timeout),
                    gap("http://jyj.chengwan.gov.cn/a.htm", Cause::BotShield),
                ],
            },
            PortalLook {
                portal: "city".to_owned(),
                pages_read: 412,
                outcomes: vec![
                    outcome("市民政局", stale, "工作动态", Verdict::Passed),
                    outcome("市水利局", stale, "工作动态", Verdict::Failed),
                    outcome("市水利局", missing, "政府信息公开指南", Verdict::NeedsReview),
                ],
                not_measurable: Vec::new(),
            },
        ],
        findings: vec![
            finding("a1b2c3d4e5f6", "市教育局", stale, "工作动态", FindingState::Confirmed),
            finding("b1b2c3d4e5f6", "市教育局", stale, "政策解读", FindingState::FixVerified),
            finding("c1b2c3d4e5f6", "市教育局", missing, "政府信息公开制度", FindingState::Suspected),
            finding("d1b2c3d4e5f6", "市水利局", stale, "工作动态", FindingState::Notified),
            finding(
                "e1b2c3d4e5f6",
                "市水利局",
                "annual-report-late",
                "2025年政府信息公开工作年度报告",
                FindingState::Confirmed,
            ),
            finding("f1b2c3d4e5f6", "市水利局", stale, "领导信息", FindingState::Dismissed),
            finding("01b2c3d4e5f6", "市民政局", stale, "人事信息", FindingState::Waived),
        ],
        manual: vec![ManualFinding {
            id: "71b2c3d4e5f6".to_owned(),
            unit: "市教育局".to_owned(),
            clause: "B1-33".to_owned(),
            title: "政策咨询电话".to_owned(),
            subject: None,
            note: "9月10日、11日两次拨打公开的咨询电话均无人接听".to_owned(),
            url: None,
            date: date(2026, 9, 11),
        }],
        scores: BTreeMap::from([
            ("市民政局".to_owned(), score("96.5", "优秀", 1)),
            ("市教育局".to_owned(), score("91.25", "优秀", 2)),
            ("市水利局".to_owned(), score("84", "良好", 3)),
        ]),
        pending: vec![PendingMeasure {
            clause: "B1-12".to_owned(),
            title: "双公示合规率".to_owned(),
            units: vec!["市教育局".to_owned(), "市民政局".to_owned(), "市水利局".to_owned()],
        }],
        method: Method {
            rulebook: Some("yuncheng-2022-b1".to_owned()),
            title: "澄湾市2026年度政务公开工作考核方案".to_owned(),
            overlay: None,
            readings: vec![MethodReading {
                place: "B1-16".to_owned(),
                problem: "“扣1分”未写“每”，也未写上限，权重为4分".to_owned(),
                reading: "按每件扣1分、最多扣4分计".to_owned(),
                switch: "Y7=per-item".to_owned(),
                switched: false,
            }],
        },
        rectification: Some(Rectification { working_days: 10, deadline: Some(date(2026, 10, 23)) }),
    }
}

fn class<'a>(bulletin: &'a Bulletin, check: &str) -> &'a mingcha::model::ProblemClass {
    bulletin.problems.iter().find(|class| class.check == check).unwrap()
}

#[test]
fn only_confirmed_findings_are_named() {
    let bulletin = assemble(quarter(), &material());
    let named: Vec<&str> = bulletin.findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(named, ["a1b2c3d4e5f6", "b1b2c3d4e5f6", "d1b2c3d4e5f6", "e1b2c3d4e5f6", "71b2c3d4e5f6"]);

    let totals = bulletin.totals;
    assert_eq!((totals.confirmed, totals.fixed), (5, 1));
    assert_eq!((totals.suspected, totals.dismissed, totals.waived), (1, 1, 1));

    // The flagged class is counted and says nothing about anybody.
    let flagged = class(&bulletin, "required-column-missing");
    assert_eq!((flagged.confirmed, flagged.suspected, flagged.statements.len()), (0, 1, 0));
}

#[test]
fn what_staff_found_by_hand_stands_beside_what_the_crawl_found() {
    let bulletin = assemble(quarter(), &material());
    let phone = class(&bulletin, "B1-33");
    assert_eq!((phone.title.as_str(), phone.confirmed), ("政策咨询电话", 1));
    assert_eq!(phone.statements[0].findings, ["71b2c3d4e5f6"]);
    let row = bulletin.findings.last().unwrap();
    assert_eq!((row.portal.as_str(), row.first_seen), ("人工检查", date(2026, 9, 11)));
    assert_eq!(bulletin.units.iter().find(|unit| unit.unit == "市教育局").unwrap().confirmed, 3);
    assert!(bulletin_html::render(&bulletin).unwrap().contains("两次拨打公开的咨询电话均无人接听"));
}

#[test]
fn neither_print_shows_flagged_dismissed_or_waived_findings() {
    let bulletin = assemble(quarter(), &material());
    for text in [bulletin_html::render(&bulletin).unwrap(), bulletin_json::render(&bulletin).unwrap()] {
        for secret in ["c1b2c3d4e5f6", "f1b2c3d4e5f6", "01b2c3d4e5f6", "领导信息", "人事信息", "政府信息公开制度"]
        {
            assert!(!text.contains(secret), "{secret} is shown");
        }
        assert!(text.contains("e1b2c3d4e5f6"));
    }
    let page = bulletin_html::render(&bulletin).unwrap();
    assert!(page.contains("另有1个疑似问题待核查"));
    assert!(page.contains("经人工核查排除1个；限期豁免1个"));
}

#[test]
fn statements_cite_the_annex_and_the_log() {
    let bulletin = assemble(quarter(), &material());
    let stale = class(&bulletin, "column-stale");
    assert_eq!(bulletin.problems[0].check, "column-stale", "most confirmed first");
    assert_eq!((stale.confirmed, stale.statements.len()), (3, 2));
    let education = &stale.statements[0];
    assert_eq!((education.unit.as_str(), &education.numbers[..]), ("市教育局", &[1, 2][..]));
    assert_eq!(education.findings, ["a1b2c3d4e5f6", "b1b2c3d4e5f6"]);
    for class in &bulletin.problems {
        for statement in &class.statements {
            for (number, id) in statement.numbers.iter().zip(&statement.findings) {
                let row = &bulletin.findings[number - 1];
                assert_eq!((row.number, &row.id, &row.unit), (*number, id, &statement.unit));
            }
        }
    }
    let page = bulletin_html::render(&bulletin).unwrap();
    assert!(page.contains("data-findings=\"a1b2c3d4e5f6 b1b2c3d4e5f6\""));
    assert!(page.contains("附件2第1—2项"));
}

#[test]
fn every_figure_has_its_denominator() {
    let bulletin = assemble(quarter(), &material());
    let scope = &bulletin.scope;
    assert_eq!(scope.portals, Share::new(2, 3), "a failed visit is no visit");
    assert_eq!(scope.nights, 2);
    assert_eq!(scope.columns, Share::new(4, 6));
    assert_eq!(scope.pages, Share::new(592, 594));
    assert_eq!((scope.looks.decided(), scope.looks.applicable()), (5, 7), "not applicable is in neither");
    // Nobody decided anything about 市商务局 and 市林业局: they are not clean, they are unmeasured.
    assert_eq!(scope.units, Share::new(3, 5));
    assert_eq!(bulletin.totals.clean_units, Share::new(1, 3));
    assert_eq!(class(&bulletin, "column-stale").checked, Share::new(4, 5));

    let page = bulletin_html::render(&bulletin).unwrap();
    assert!(page.contains("合格率为33.3%"));
    assert!(page.contains("<td>考核对象（个）</td><td>5</td><td>3</td><td>60.0%</td>"));
}

#[test]
fn what_could_not_be_looked_at_is_listed_with_its_cause() {
    let bulletin = assemble(quarter(), &material());
    let rows: Vec<(&str, Option<Cause>, usize)> =
        bulletin.unmeasured.iter().map(|row| (row.portal.as_str(), row.cause, row.pages)).collect();
    assert_eq!(
        rows,
        [
            ("澄湾市教育局门户网站", Some(Cause::Timeout), 1),
            ("澄湾市教育局门户网站", Some(Cause::BotShield), 1),
            ("澄湾市林业局门户网站", None, 0),
        ]
    );
    assert_eq!(bulletin.unmeasured[2].note, "主页访问超时");
    let page = bulletin_html::render(&bulletin).unwrap();
    assert!(page.contains("1个网站本季度未能完成检查，2个页面未能读取"));
}

#[test]
fn units_stand_in_the_order_of_their_rank() {
    let bulletin = assemble(quarter(), &material());
    let units: Vec<&str> = bulletin.units.iter().map(|unit| unit.unit.as_str()).collect();
    assert_eq!(units, ["市民政局", "市教育局", "市水利局", "市商务局", "市林业局"]);
    assert_eq!(bulletin.units[1].score.as_ref().map(|score| score.total.to_string()), Some("91.25".to_owned()));
}

#[test]
fn a_finding_outside_the_quarter_is_not_in_it() {
    let mut material = material();
    material.findings.truncate(1);
    material.manual[0].date = date(2026, 6, 30);
    let mut later = material.findings[0].clone();
    (later.id, later.first_seen, later.last_seen) = ("later".to_owned(), date(2026, 10, 2), date(2026, 10, 2));
    let mut mended_before = material.findings[0].clone();
    (mended_before.id, mended_before.first_seen, mended_before.last_seen, mended_before.state) =
        ("before".to_owned(), date(2026, 3, 1), date(2026, 6, 30), FindingState::FixVerified);
    let mut not_seen_again = mended_before.clone();
    (not_seen_again.id, not_seen_again.state) = ("quiet".to_owned(), FindingState::Confirmed);
    material.findings.extend([later, mended_before, not_seen_again]);

    let bulletin = assemble(quarter(), &material);
    let named: Vec<&str> = bulletin.findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(named, ["a1b2c3d4e5f6"]);
    assert_eq!(bulletin.totals.carried_over, 1, "confirmed before, not seen in this quarter: counted apart");
}

#[test]
fn a_fault_that_went_before_anybody_looked_accuses_nobody() {
    let mut material = material();
    for finding in &mut material.findings {
        finding.confirmed = false;
    }
    let bulletin = assemble(quarter(), &material);
    assert!(bulletin.findings.iter().all(|finding| finding.id != "b1b2c3d4e5f6"));
    assert_eq!((bulletin.totals.gone_unreviewed, bulletin.totals.fixed), (1, 0));
    assert!(bulletin_html::render(&bulletin).unwrap().contains("1个疑似问题在人工核查前已自行消除"));
}

#[test]
fn a_finding_about_a_unit_nobody_assesses_is_only_counted() {
    let mut material = material();
    material.findings[0].identity.unit = "市粮食局".to_owned();
    let bulletin = assemble(quarter(), &material);
    assert_eq!((bulletin.totals.out_of_scope, bulletin.totals.confirmed), (1, 4));
    assert!(!bulletin_html::render(&bulletin).unwrap().contains("市粮食局"));
}

#[test]
fn a_bulletin_drawn_up_within_the_quarter_speaks_up_to_that_day() {
    let mut material = material();
    material.drawn_up = date(2026, 9, 19);
    let bulletin = assemble(quarter(), &material);
    assert_eq!((bulletin.from, bulletin.to), (date(2026, 7, 1), date(2026, 9, 19)));
    assert_eq!(bulletin.scope.nights, 1);
}

#[test]
fn text_of_portals_cannot_leave_its_place() {
    let hostile = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>&amp;";
    let mut material = material();
    for finding in &mut material.findings {
        finding.subject.label = hostile.to_owned();
        finding.message = hostile.to_owned();
        finding.url = Some("javascript:alert(1)".to_owned());
    }
    material.portals[0].name = hostile.to_owned();
    material.office = hostile.to_owned();
    material.checks[0].title = hostile.to_owned();
    material.looks[0].not_measurable[0].url = hostile.to_owned();
    let bulletin = assemble(quarter(), &material);
    let page = bulletin_html::render(&bulletin).unwrap();
    assert!(!page.contains("<script") && !page.contains("<img"), "text became markup");
    assert!(!page.contains("javascript:"), "a link that is no web address");
    assert!(page.contains("&#60;script&#62;"), "the text itself is shown");
    let read: Bulletin = serde_json::from_str(&bulletin_json::render(&bulletin).unwrap()).unwrap();
    assert_eq!(read, bulletin);
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = bulletin_html::render(&assemble(quarter(), &material())).unwrap();
    for loader in ["<link", "<script", "@import", "url(", " src="] {
        assert!(!page.contains(loader), "{loader} loads something");
    }
    assert!(page.contains("即于2026年10月23日前完成整改"));
    assert!(page.contains("yuncheng-2022-b1") && page.contains("按每件扣1分、最多扣4分计"), "the method note");
}

#[test]
fn an_empty_quarter_says_so() {
    let material =
        Material { drawn_up: date(2026, 10, 9), office: "市政府办公室".to_owned(), ..Material::default() };
    let bulletin = assemble(quarter(), &material);
    assert_eq!(bulletin.scope.portals.percent(), None);
    let page = bulletin_html::render(&bulletin).unwrap();
    assert!(page.contains("本季度没有经人工核查确认的问题"));
    assert!(page.contains("合格率为—"));
    assert!(!page.contains("经确认的问题清单"), "no annex without findings");
}

#[tokio::test]
async fn a_bulletin_is_drawn_up_from_the_log() {
    let fixtures = portals::load().unwrap();
    let fixture = fixtures.into_iter().find(|fixture| fixture.story == "vsb-county-health").unwrap();
    // A unit of the rulebook's class runs this portal, so that there is a score.
    let mut portal = Portal { rate: 10_000, ..fixture.sheet.portal.clone() };
    portal.units[0].name = "市财政局".to_owned();
    let as_of = fixture.as_of().unwrap();
    let server = Server::start(vec![fixture]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let tools = Tools {
        log: Log::open(&folder.path().join("log.db")).await.unwrap(),
        archive: Archive::open(&folder.path().join("evidence")).unwrap(),
        catalog: Arc::new(Catalog::load(None).unwrap()),
        fetch: fetch::Settings { resolve: server.resolve(), clock: Some(as_of), ..fetch::Settings::default() },
        canary: None,
    };
    let order = Order { portal: &portal, as_of: Some(as_of), job: None };
    run_portal_night(&tools, order, &|_| {}).await.unwrap();
    let found = tools.log.findings(&FindingFilter::default()).await.unwrap();
    let report = found.iter().find(|finding| finding.identity.check == "annual-report-missing").unwrap();
    tools.log.decide(&report.id, Decision::Confirm, "王芳", "", as_of).await.unwrap();
    let by_hand = Entry {
        unit: "市财政局".to_owned(),
        clause: Some("B1-33".to_owned()),
        date: Some(date(2022, 11, 10)),
        source: Some(EntrySource::Staff),
        note: Some("咨询电话两次无人接听".to_owned()),
        ..Entry::default()
    };
    let by_hand = tools.log.add_entry(by_hand, "王芳", as_of).await.unwrap().entry.id.unwrap();

    let house = House {
        office: "澄湾市人民政府办公室".to_owned(),
        portals: vec![portal],
        rulebook: "yuncheng-2022-b1".to_owned(),
        rectification_days: 10,
    };
    let wanted: Quarter = "2022-Q4".parse().unwrap();
    let bulletin = draft(&tools.log, &tools.catalog, &house, wanted, date(2022, 12, 30)).await.unwrap();

    let mut named: Vec<&str> = bulletin.findings.iter().map(|finding| finding.id.as_str()).collect();
    named.sort_unstable();
    let mut expected = [report.id.as_str(), by_hand.as_str()];
    expected.sort_unstable();
    assert_eq!(named, expected);
    let suspected = found.iter().filter(|finding| finding.state == FindingState::Suspected && finding.id != report.id);
    assert_eq!(bulletin.totals.suspected, suspected.count(), "what awaits a second night or an answer is not told");
    assert!(bulletin.scope.pages.done > 5 && bulletin.scope.columns.done > 0);
    assert_eq!(bulletin.rectification.deadline, Some(date(2023, 1, 16)), "New Year 2023: 2 January was a day off");
    let unit = &bulletin.units[0];
    let score = unit.score.as_ref().unwrap();
    assert_eq!((unit.confirmed, score.full_mark), (2, "100".parse().unwrap()));
    assert!(score.total < score.full_mark && score.pending > 0);
    assert_eq!(bulletin.pending.len(), score.pending);
    assert!(bulletin.method.readings.iter().all(|reading| !reading.reading.is_empty() && reading.switch.contains('=')));

    // The same log gives the same bulletin, to the byte.
    let again = draft(&tools.log, &tools.catalog, &house, wanted, date(2022, 12, 30)).await.unwrap();
    assert_eq!(bulletin_html::render(&again).unwrap(), bulletin_html::render(&bulletin).unwrap());

    let no_such = House { rulebook: "no-such-plan".to_owned(), ..house };
    let refused = draft(&tools.log, &tools.catalog, &no_such, wanted, date(2022, 12, 30)).await.unwrap_err();
    assert!(refused.to_string().contains("there is no rulebook \"no-such-plan\""), "{refused}");
}
