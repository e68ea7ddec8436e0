//! `mingcha audit`: what it finds on the fixture portals, the shape of its JSON and how its page is printed.

use std::collections::BTreeSet;

use jiff::civil::date;
use mingcha::{
    catalog::Catalog,
    demo::{portals, server::Server},
    fetch,
    jobs::{
        audit::{Request, audit as audit_portal},
        portal_owner::Given,
    },
    model::{
        Audit, AuditCoverage, AuditFinding, AuditGap, AuditOutcome, AuditedPortal, Cause, Evidence, UnitKind, Verdict,
    },
    report::{audit_html, audit_json},
};
use serde_json::Value;

use crate::support::server;

fn outcome(check: &str, title: &str, subject: &str, verdict: Verdict) -> AuditOutcome {
    AuditOutcome {
        check: check.to_owned(),
        title: title.to_owned(),
        subject: subject.to_owned(),
        subject_key: format!("column:{subject}"),
        outcome: verdict,
        reason: format!("{subject}的检查情况"),
        evidence: Vec::new(),
    }
}

fn audit() -> Audit {
    let evidence = Evidence {
        url: "http://jyj.chengwan.example.gov.cn/gzdt/".to_owned(),
        at: Some("2026-09-19T17:30:00Z".parse().unwrap()),
        status: Some(200),
        text: "全市教育工作会议召开　2026-06-02".to_owned(),
        note: "列表中最新的一条".to_owned(),
        ..Evidence::default()
    };
    Audit {
        portal: AuditedPortal {
            url: "http://jyj.chengwan.example.gov.cn/".to_owned(),
            name: Some("澄湾市教育局".to_owned()),
            cms: Some("trs".to_owned()),
            site_code: Some("4400000001".to_owned()),
            organiser: None,
            icp: None,
            unit: "澄湾市教育局".to_owned(),
            kind: UnitKind::Department,
            inferred: vec!["按部门检查，依据：名称以“局”结尾".to_owned()],
        },
        as_of: date(2026, 9, 20),
        coverage: AuditCoverage {
            pages: 182,
            columns: 24,
            cut_short: false,
            note: String::new(),
            not_measurable: vec![AuditGap {
                url: "http://jyj.chengwan.example.gov.cn/rsxx/".to_owned(),
                cause: Cause::BotShield,
                detail: "412 Precondition Failed".to_owned(),
            }],
        },
        outcomes: vec![
            outcome("column-stale", "栏目不更新", "工作动态", Verdict::Failed),
            outcome("column-stale", "栏目不更新", "通知公告", Verdict::Passed),
            outcome("column-stale", "栏目不更新", "人事信息", Verdict::NotMeasurable(Cause::BotShield)),
            outcome("required-column-missing", "应设栏目缺失", "政府信息公开制度", Verdict::NeedsReview),
            outcome("dual-publicity-stale", "双公示列表不更新", "行政许可公示", Verdict::NotApplicable),
        ],
        findings: vec![AuditFinding {
            check: "column-stale".to_owned(),
            title: "栏目不更新".to_owned(),
            subject: "工作动态".to_owned(),
            subject_key: "column:/gzdt/".to_owned(),
            url: Some("http://jyj.chengwan.example.gov.cn/gzdt/".to_owned()),
            message: "“工作动态”最新信息为2026年6月2日，超过两周未更新".to_owned(),
            basis: "《政府网站与政务新媒体检查指标》（国办秘函〔2019〕19号）".to_owned(),
            fix: "及时更新；确无内容的，调整栏目设置。".to_owned(),
            evidence: vec![evidence],
        }],
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_json_has_the_shape_of_the_contract() {
    let json: Value = serde_json::from_str(&audit_json::render(&audit()).unwrap()).unwrap();
    assert_eq!(keys(&json), ["as_of", "coverage", "findings", "outcomes", "portal"]);
    for key in ["url", "cms", "site_code"] {
        assert!(json["portal"][key].is_string(), "portal.{key}");
    }
    assert_eq!(json["as_of"], "2026-09-20");
    assert_eq!(json["coverage"]["pages"], 182);
    assert_eq!(json["coverage"]["not_measurable"][0]["cause"], "bot_shield");
    for key in ["check", "subject", "outcome", "reason"] {
        assert!(json["outcomes"][0][key].is_string(), "outcomes.{key}");
    }
    assert_eq!(json["outcomes"][2]["outcome"], "not_measurable(bot_shield)");
    for key in ["check", "subject", "subject_key", "url", "message", "basis", "fix"] {
        assert!(json["findings"][0][key].is_string(), "findings.{key}");
    }
    assert_eq!(json["findings"][0]["evidence"][0]["status"], 200);
    let read: Audit = serde_json::from_value(json).unwrap();
    assert_eq!(read, audit());
}

#[test]
fn the_page_tells_faults_from_what_could_not_be_looked_at() {
    let page = audit_html::render(&audit()).unwrap();
    for text in [
        "超过两周未更新",
        "被安全防护拦截",
        "412 Precondition Failed",
        "政府信息公开制度的检查情况",
        "名称以“局”结尾",
        "未能检查不等于存在问题",
        "2026-09-20 01:30访问，状态200",
        // 2 of 4 that apply could be decided.
        "<b>50.0%</b>可判断的项次",
    ] {
        assert!(page.contains(text), "{text} is missing");
    }
    for loader in ["<link", "<script", "@import", "url(", " src="] {
        assert!(!page.contains(loader), "{loader} loads something");
    }
}

#[test]
fn a_hostile_portal_stays_text() {
    let hostile = "</title><script>alert(1)</script>\"'><img src=x>";
    let mut audit = audit();
    audit.portal.name = Some(hostile.to_owned());
    audit.outcomes[3].reason = hostile.to_owned();
    audit.coverage.not_measurable[0].detail = hostile.to_owned();
    let finding = &mut audit.findings[0];
    (finding.subject, finding.message) = (hostile.to_owned(), hostile.to_owned());
    finding.url = Some("JavaScript:alert(1)".to_owned());
    finding.evidence[0].text = hostile.to_owned();
    let page = audit_html::render(&audit).unwrap();
    assert!(!page.contains("<script") && !page.contains("<img"), "text became markup");
    assert!(!page.contains("href=\"JavaScript"), "a link that is no web address");
}

#[test]
fn a_clean_portal_is_not_called_faultless_beyond_what_was_seen() {
    let mut audit = audit();
    audit.findings.clear();
    audit.coverage.cut_short = true;
    let page = audit_html::render(&audit).unwrap();
    assert!(page.contains("在已检查的内容中没有发现问题"));
    assert!(page.contains("凡涉及“缺失”的判断均未作出"));
}

/// Audits a fixture portal, told nothing but its address, and says which faults were put into it.
async fn audit_of(story: &str) -> (Audit, BTreeSet<(String, String)>) {
    let fixtures = portals::load().unwrap();
    let fixture = fixtures.into_iter().find(|fixture| fixture.story == story).unwrap();
    let as_of = fixture.as_of().unwrap();
    let seeded = fixture.sheet.seeded.iter().map(|fault| (fault.check.clone(), fault.subject.clone())).collect();
    let url = fixture.sheet.portal.url.parse().unwrap();
    let server = Server::start(vec![fixture]).await.unwrap();
    let client = fetch::Client::new(fetch::Settings {
        resolve: server.resolve(),
        rate_per_host: 10_000,
        clock: Some(as_of),
        ..fetch::Settings::default()
    })
    .unwrap();
    let request = Request { url, as_of, given: Given::default(), max_pages: 300, rate: 10_000, allow_private: true };
    let audit = audit_portal(&request, &Catalog::load(None).unwrap(), &client, &|_| {}).await.unwrap();
    (audit, seeded)
}

fn faults_of(audit: &Audit) -> BTreeSet<(String, String)> {
    audit.findings.iter().map(|finding| (finding.check.clone(), finding.subject_key.clone())).collect()
}

#[tokio::test]
async fn a_faultless_portal_gets_no_finding() {
    let (audit, _) = audit_of("trs-county-government").await;
    assert_eq!(faults_of(&audit), BTreeSet::new());
    assert_eq!((audit.portal.unit.as_str(), audit.portal.kind), ("青岚县人民政府", UnitKind::Government));
    assert_eq!(audit.portal.cms.as_deref(), Some("trs"));
    assert!(audit.outcomes.iter().filter(|outcome| outcome.outcome == Verdict::Passed).count() > 10);
}

#[tokio::test]
async fn a_department_told_nothing_about_is_held_to_what_it_shows() {
    let (audit, mut seeded) = audit_of("gbk-old-department").await;
    assert_eq!(audit.portal.kind, UnitKind::Department);
    // Nothing on the portal says that it issues licences, so a missing licence list is not held against it.
    assert!(seeded.remove(&("dual-publicity-section-missing".to_owned(), "publicity:licence".to_owned())));
    assert_eq!(faults_of(&audit), seeded);
    assert!(
        audit.portal.inferred.iter().any(|note| note.contains("行政许可公示不作检查")),
        "{:?}",
        audit.portal.inferred
    );
    for finding in &audit.findings {
        assert!(!finding.basis.is_empty() && !finding.fix.is_empty(), "{}", finding.check);
    }
}

#[tokio::test]
async fn a_portal_that_does_not_answer_is_named_with_its_cause() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = fetch::Client::new(fetch::Settings {
        resolve: [("gone.example.gov.cn".to_owned(), closed)].into(),
        first_pause: std::time::Duration::from_millis(1),
        ..fetch::Settings::default()
    })
    .unwrap();
    let request = Request {
        url: "http://gone.example.gov.cn/".parse().unwrap(),
        as_of: "2026-09-20T04:00:00Z".parse().unwrap(),
        given: Given::default(),
        max_pages: 10,
        rate: 50,
        allow_private: false,
    };
    let failure = audit_portal(&request, &Catalog::load(None).unwrap(), &client, &|_| {}).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Refused);
    assert!(failure.to_string().starts_with("cannot read the home page http://gone.example.gov.cn/: refused"));
}

/// Runs the program itself: exit code, standard output, standard error.
async fn mingcha(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_mingcha"));
    program.arg("audit").args(arguments);
    let output = tokio::task::spawn_blocking(move || program.output()).await.unwrap().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn the_program_ends_with_1_only_where_asked_for() {
    let site = server::Server::start(|seen| match seen.path.as_str() {
        "/" => server::page(
            "<title>澄湾市教育局</title><ul><li><a href='/xw/'>新闻</a></li></ul><p>主办单位：澄湾市教育局</p>",
        ),
        _ => server::status(404, "没有这个页面"),
    })
    .await;
    let url = format!("http://{}/", site.address);
    let usual = [url.as_str(), "--allow-private", "--rate", "50", "--as-of", "2026-09-20"];
    let (code, table, messages) = mingcha(&usual).await;
    assert_eq!((code, messages.as_str()), (Some(0), ""), "no progress where no terminal is");
    assert!(table.contains("必设栏目缺失") && table.contains("按部门检查"), "{table}");
    let (code, json, _) = mingcha(&[&usual[..], &["--fail-on", "faults", "--format", "json"]].concat()).await;
    assert_eq!(code, Some(1));
    let audit: Audit = serde_json::from_str(&json).unwrap();
    assert_eq!((audit.as_of, audit.portal.unit.as_str()), (date(2026, 9, 20), "澄湾市教育局"));
    assert!(!audit.findings.is_empty());
}

#[tokio::test]
async fn the_program_says_in_one_line_what_is_wrong() {
    for (url, wanted, words) in [
        ("ftp://x.example.gov.cn/", 2, "only http and https are visited"),
        ("not a portal", 2, "is no address of a portal"),
        ("http://127.0.0.1:9/", 3, "--allow-private"),
    ] {
        let (code, output, messages) = mingcha(&[url]).await;
        assert_eq!((code, output.as_str()), (Some(wanted), ""), "{url}");
        assert!(messages.contains(words) && messages.lines().count() == 1, "{messages}");
    }
}
