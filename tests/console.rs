//! The console asked without a socket: its walls, its decisions, and what hostile pages can do to it (nothing).

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode, header},
};
use jiff::SignedDuration;
use mingcha::{
    model::{CanaryNight, FindingState, Flip, Run},
    store::EntryFilter,
};
use tower::ServiceExt;

use crate::support::office::{HOSTILE, NAME, Office, PASSWORD, UNIT, portal};

/// Every address behind the login, with a method it answers to.
const INSIDE: &[(&str, &str)] = &[
    ("GET", "/"),
    ("POST", "/nights"),
    ("GET", "/nights/unread?run=x"),
    ("GET", "/findings"),
    ("GET", "/findings/x"),
    ("POST", "/findings/x/confirm"),
    ("POST", "/findings/x/dismiss"),
    ("POST", "/findings/x/waive"),
    ("GET", "/captures/x"),
    ("GET", "/captures/x/body"),
    ("GET", "/captures/x/source"),
    ("GET", "/entries"),
    ("POST", "/entries"),
    ("GET", "/entries/new"),
    ("GET", "/entries/x"),
    ("POST", "/entries/x/dismiss"),
    ("GET", "/scores"),
    ("GET", "/scores/unit?unit=x"),
    ("GET", "/checks"),
    ("POST", "/checks/x/lift"),
    ("GET", "/bulletins"),
    ("GET", "/bulletins/2022-Q2/paper"),
    ("POST", "/logout"),
];

/// A browser with its cookie.
struct Visitor {
    console: Router,
    cookie: Option<String>,
}

impl Visitor {
    fn new(office: &Office) -> Self {
        Self { console: office.console(), cookie: None }
    }

    async fn signed_in(office: &Office) -> Self {
        let mut visitor = Self::new(office);
        let answer = visitor.sign_in(NAME, PASSWORD).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        visitor
    }

    async fn sign_in(&mut self, name: &str, password: &str) -> Response<Body> {
        let answer = self.post("/login", &[("name", name), ("password", password)]).await;
        let cookie = answer.headers().get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        if let Some(cookie) = cookie {
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        answer
    }

    async fn ask(&self, mut request: Request<Body>) -> Response<Body> {
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        }
        self.console.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response<Body> {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response<Body> {
        self.ask(form(path).header("sec-fetch-site", "same-origin").body(body(fields)).unwrap()).await
    }

    async fn text(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        text(answer).await
    }
}

fn form(path: &str) -> axum::http::request::Builder {
    Request::post(path)
        .header(header::HOST, "mingcha.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

fn body(fields: &[(&str, &str)]) -> Body {
    Body::from(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

async fn text(answer: Response<Body>) -> String {
    String::from_utf8(to_bytes(answer.into_body(), 1 << 22).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn nothing_inside_is_shown_or_done_without_a_login() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let visitor = Visitor::new(&office);
    for (method, path) in INSIDE {
        let path = path.replace('x', &finding.id);
        let request = Request::builder().method(*method).uri(&path).body(Body::empty()).unwrap();
        let answer = visitor.ask(request).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{method} {path}");
        let to = answer.headers()[header::LOCATION].to_str().unwrap();
        assert!(to.starts_with("/login?"), "{method} {path} leads to {to}");
    }
    assert_eq!(office.log.finding(&finding.id).await.unwrap().unwrap().state, FindingState::Suspected);
    assert!(office.asked().is_empty());
}

#[tokio::test]
async fn every_page_inside_opens_after_the_login() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let capture = finding.evidence[0].capture.clone().unwrap();
    let visitor = Visitor::signed_in(&office).await;
    for (path, holds) in [
        ("/".to_owned(), "河源市教育局网站"),
        (format!("/nights/unread?run={}", finding.run), "未能读取的页面"),
        ("/findings".to_owned(), UNIT),
        (format!("/findings/{}", finding.id), "页面上的发布日期"),
        (format!("/captures/{capture}"), "SHA-256"),
        ("/entries".to_owned(), "还没有人工记录"),
        ("/entries/new".to_owned(), "指标与扣（加）分项"),
        ("/scores".to_owned(), UNIT),
        (unit_page(), "若待核查全部确认"),
        ("/checks".to_owned(), "政府信息公开年报逾期发布"),
        ("/bulletins".to_owned(), "2022年第二季度"),
        ("/bulletins/2022-Q2/paper".to_owned(), "通报"),
    ] {
        let page = visitor.text(&path).await;
        assert!(page.contains(holds), "{path} lacks {holds}");
    }
}

#[tokio::test]
async fn a_wrong_password_opens_nothing_and_many_must_wait() {
    let office = Office::open().await;
    let mut visitor = Visitor::new(&office);
    for _ in 0..5 {
        let answer = visitor.sign_in(NAME, "guess").await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(visitor.sign_in(NAME, PASSWORD).await.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(visitor.get("/findings").await.status(), StatusCode::SEE_OTHER);
    office.wait(SignedDuration::from_mins(5));
    assert_eq!(visitor.sign_in("someone", PASSWORD).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(visitor.sign_in(NAME, PASSWORD).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(visitor.get("/findings").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let office = Office::open().await;
    let visitor = Visitor::signed_in(&office).await;
    assert_eq!(visitor.post("/logout", &[]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(visitor.get("/findings").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let visitor = Visitor::signed_in(&office).await;
    let path = format!("/findings/{}/confirm", finding.id);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example")] {
        let answer = visitor.ask(form(&path).header(name, value).body(body(&[])).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}: {value}");
        assert!(text(answer).await.contains("请求未被接受"));
    }
    assert_eq!(office.log.finding(&finding.id).await.unwrap().unwrap().state, FindingState::Suspected);
}

#[tokio::test]
async fn a_confirmed_finding_moves_and_says_who_did_it() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let visitor = Visitor::signed_in(&office).await;
    let path = format!("/findings/{}", finding.id);
    assert!(visitor.text("/findings").await.contains(&path));
    let answer = visitor.post(&format!("{path}/confirm"), &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(office.log.finding(&finding.id).await.unwrap().unwrap().state, FindingState::Confirmed);
    let page = visitor.text(&path).await;
    assert!(page.contains("已确认，计入得分") && page.contains("确认问题</strong> · admin"), "{page}");
    assert!(!visitor.text(&path).await.contains("已确认，计入得分"), "the notice is shown once");
    assert!(!visitor.text("/findings").await.contains(&path), "it no longer waits");
    assert!(visitor.text("/findings?state=confirmed").await.contains(&path));
    let again = visitor.post(&format!("{path}/confirm"), &[]).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn dismissing_and_waiving_need_a_reason_and_a_day() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let visitor = Visitor::signed_in(&office).await;
    let path = format!("/findings/{}", finding.id);
    for (form, fields, says) in [
        ("dismiss", vec![("reason", "  ")], "请填写理由"),
        ("waive", vec![("reason", ""), ("until", "2022-09-30")], "请填写理由"),
        ("waive", vec![("reason", "机构改革"), ("until", "")], "请填写豁免截止日期"),
        ("waive", vec![("reason", "机构改革"), ("until", "2022-06-14")], "豁免截止日期已过"),
    ] {
        let answer = visitor.post(&format!("{path}/{form}"), &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{form} {fields:?}");
        assert!(text(answer).await.contains(says), "{form} {fields:?} lacks {says}");
    }
    assert_eq!(office.log.finding(&finding.id).await.unwrap().unwrap().state, FindingState::Suspected);
    let reason = [("reason", "机构改革期间"), ("until", "2022-09-30")];
    assert_eq!(visitor.post(&format!("{path}/waive"), &reason).await.status(), StatusCode::SEE_OTHER);
    assert!(visitor.text(&path).await.contains("2022-09-30"));
    let reason = [("reason", "核对原件，发布于1月28日")];
    assert_eq!(visitor.post(&format!("{path}/dismiss"), &reason).await.status(), StatusCode::SEE_OTHER);
    let dismissed = office.log.finding(&finding.id).await.unwrap().unwrap();
    assert_eq!((dismissed.state, dismissed.reason.as_str()), (FindingState::Dismissed, reason[0].1));
}

#[tokio::test]
async fn what_a_portal_writes_is_text_and_never_markup() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let visitor = Visitor::signed_in(&office).await;
    for path in ["/findings".to_owned(), format!("/findings/{}", finding.id)] {
        let page = visitor.text(&path).await;
        assert!(page.contains("2021年度报告"), "{path} shows the title");
        assert!(!page.contains(HOSTILE) && !page.contains("<script") && !page.contains("<img src=x"), "{path}");
    }
    let answer = visitor.get("/findings").await;
    let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn a_capture_is_shown_in_a_sandbox() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let capture = finding.evidence[0].capture.clone().unwrap();
    let visitor = Visitor::signed_in(&office).await;
    for (view, kind) in [("body", "text/html; charset=utf-8"), ("source", "text/plain; charset=utf-8")] {
        let answer = visitor.get(&format!("/captures/{capture}/{view}")).await;
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'") && !policy.contains("allow-scripts"), "{policy}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], kind);
        assert!(text(answer).await.contains(HOSTILE), "the bytes are the received ones");
    }
    assert!(visitor.text(&format!("/captures/{capture}")).await.contains("<iframe class=\"paper\" sandbox=\"\""));
}

#[tokio::test]
async fn a_night_is_asked_for_as_a_job() {
    let office = Office::open().await;
    let visitor = Visitor::signed_in(&office).await;
    assert_eq!(visitor.post("/nights", &[("portal", "jyj")]).await.status(), StatusCode::SEE_OTHER);
    let asked = office.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].portal.as_str(), asked[0].asked_by.as_str(), asked[0].tick), ("jyj", NAME, office.now()));
    assert!(visitor.text("/").await.contains("已安排检查河源市教育局网站"));
    assert_eq!(visitor.post("/nights", &[("portal", "nowhere")]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn faults_are_told_in_chinese() {
    let office = Office::open().await;
    let visitor = Visitor::signed_in(&office).await;
    let missing = visitor.get("/nothing-here").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert!(text(missing).await.contains("没有这个页面"));
    assert_eq!(visitor.get("/findings/unknown").await.status(), StatusCode::NOT_FOUND);
    office.log.clone().close().await;
    let broken = visitor.get("/findings").await;
    assert_eq!(broken.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let page = text(broken).await;
    assert!(page.contains("系统出错了") && !page.to_lowercase().contains("sql"), "{page}");
}

/// A manual record about the missing work plan of the unit: 4 points in the rulebook.
const RECORD: [(&str, &str); 4] =
    [("unit", UNIT), ("step", "B1-02/no-plan"), ("date", "2022-05-20"), ("note", "<b>未见要点</b>落实方案")];

#[tokio::test]
async fn a_manual_record_costs_points_until_it_is_dismissed() {
    let office = Office::open().await;
    let visitor = Visitor::signed_in(&office).await;
    assert!(visitor.text("/scores").await.contains("<strong>100</strong>"));
    assert_eq!(visitor.post("/entries", &RECORD).await.status(), StatusCode::SEE_OTHER);
    assert!(visitor.text("/scores").await.contains("<strong>96</strong>"));

    let recorded = office.log.entries(&EntryFilter::default()).await.unwrap();
    let page = format!("/entries/{}", recorded[0].entry.id.clone().unwrap());
    assert_eq!(recorded[0].recorded_by, NAME);
    for path in ["/entries", &page, &unit_page()] {
        let shown = visitor.text(path).await;
        assert!(shown.contains("未见要点") && !shown.contains("<b>未见要点"), "{path}: {shown}");
    }
    let dismiss = format!("{page}/dismiss");
    let refused = visitor.post(&dismiss, &[("reason", " ")]).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(visitor.text("/scores").await.contains("<strong>96</strong>"));
    let reason = [("reason", "方案已于3月公开，录入有误")];
    assert_eq!(visitor.post(&dismiss, &reason).await.status(), StatusCode::SEE_OTHER);
    assert!(visitor.text("/scores").await.contains("<strong>100</strong>"));
}

#[tokio::test]
async fn a_record_that_fits_nothing_is_refused_and_kept_in_the_form() {
    let office = Office::open().await;
    let visitor = Visitor::signed_in(&office).await;
    for (field, value, says) in [
        ("unit", "", "请选择单位"),
        ("unit", "市不存在局", "单位不在本评分表的考核对象之内"),
        ("step", "B1-02/no-such-step", "评分表中没有这个扣（加）分项"),
        ("date", "", "请填写日期"),
        ("date", "2021-12-31", "日期须在评分期"),
        ("count", "-1", "数量须为不小于零的数"),
        ("count", "许多", "数量“许多”不是数字"),
    ] {
        let mut fields: Vec<(&str, &str)> = RECORD.into_iter().filter(|(name, _)| *name != field).collect();
        fields.push((field, value));
        let answer = visitor.post("/entries", &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}={value}");
        let page = text(answer).await;
        assert!(page.contains(says), "{field}={value} lacks {says}");
        assert!(page.contains("未见要点"), "{field}={value} loses what was typed");
    }
    assert!(office.log.entries(&EntryFilter::default()).await.unwrap().is_empty());
}

fn unit_page() -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("unit", UNIT).finish();
    format!("/scores/unit?{query}")
}

#[tokio::test]
async fn a_check_that_is_held_back_is_lifted_with_a_reason_and_no_other_way() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let check = &finding.identity.check;
    let first = office.log.run(&finding.run).await.unwrap().unwrap();
    let night = first.night.tomorrow().unwrap();
    let run = Run { id: format!("{night}/jyj"), night, ..first };
    office.log.begin_run(&run, &portal(), None).await.unwrap();
    let mut writing = office.log.write_night().await.unwrap();
    let flip = Flip { check: check.clone(), to_failing: true, portals: 7 };
    assert!(writing.quarantine(&run, &flip).await.unwrap());
    writing.finish(&run, false).await.unwrap();
    let visitor = Visitor::signed_in(&office).await;
    let page = visitor.text("/checks").await;
    assert!(page.contains("7 个网站同时由合格变为有问题") && page.contains("暂缓认定</span>"), "{page}");

    let lift = format!("/checks/{check}/lift");
    let without = visitor.post(&lift, &[("reason", "  ")]).await;
    assert_eq!(without.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(without).await.contains("请填写解除的理由"));
    let foreign =
        visitor.ask(form(&lift).header("sec-fetch-site", "cross-site").body(body(&[("reason", "x")])).unwrap());
    assert_eq!(foreign.await.status(), StatusCode::FORBIDDEN);
    assert_eq!(office.log.quarantines(false).await.unwrap().len(), 1);

    let answer = visitor.post(&lift, &[("reason", HOSTILE)]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(office.log.quarantines(false).await.unwrap(), []);
    let page = visitor.text("/checks").await;
    assert!(page.contains("已解除的暂缓认定") && page.contains("admin解除"), "{page}");
    assert!(!page.contains(HOSTILE) && !page.contains("暂缓认定</span>"));
    assert_eq!(visitor.post(&lift, &[("reason", "再次")]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_page_of_checks_counts_verdicts_and_says_what_the_canary_showed() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let visitor = Visitor::signed_in(&office).await;
    assert!(visitor.text("/checks").await.contains("还没有自检记录"));
    let canary = CanaryNight {
        night: finding.first_seen,
        missing: vec!["required-column-empty 澄湾市 column:政策解读".into()],
        extra: Vec::new(),
    };
    office.log.record_canary(&canary, office.now()).await.unwrap();
    visitor.post(&format!("/findings/{}/confirm", finding.id), &[]).await;
    let page = visitor.text("/checks").await;
    assert!(page.contains("未发现：必设栏目为空（澄湾市 column:政策解读）"), "{page}");
    assert!(page.contains("夜自检有误"));
    assert!(page.contains("100%"), "one of one was confirmed");
    let first = visitor.text("/").await;
    assert!(first.contains("/findings?state=question") && first.contains("待人工判断"));
}
