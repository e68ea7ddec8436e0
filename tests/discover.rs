//! Column discovery: trees, grades, ambiguity, pins, and menus that mean harm.

use std::sync::LazyLock;

use jiff::civil::{Date, date};

use mingcha::{
    catalog::{Catalog, pins},
    check::{Context, judge},
    demo::{Server, portals},
    fetch::{Client, Settings},
    jobs::{
        audit::Request,
        discover::{discover, wanted},
        portal_owner::Given,
    },
    model::{
        AssignedColumn, Capture, Cause, ColumnMap, ColumnPin, ColumnState, Confidence, Lexicon, MappedColumn,
        MatchedBy, ObservedPage, Place, Portal, PortalFacts, UnitKind, Verdict,
    },
    observe::{self, PageInput},
    report::column_map_yaml::render,
};

const SITE: &str = "http://www.qinghe.example.gov.cn";
const TODAY: Date = date(2022, 11, 16);

/// Read once: a page is read by it in a moment, while the catalog takes most of a second.
static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Catalog::load(None).unwrap().lexicon);

fn portal() -> Portal {
    serde_json::from_value(serde_json::json!({
        "id": "qinghe", "name": "青禾市教育局", "url": format!("{SITE}/"),
        "units": [{"name": "青禾市教育局", "kind": "department"}],
    }))
    .unwrap()
}

fn page(path: &str, body: &str) -> ObservedPage {
    let url = format!("{SITE}{path}");
    let text = format!("<html><head><meta charset=utf-8></head><body>{body}</body></html>");
    let input = PageInput {
        url: &url,
        final_url: &url,
        status: 200,
        content_type: Some("text/html"),
        bytes: text.as_bytes(),
        received: Some(TODAY),
    };
    let facts = observe::page(&input, &LEXICON);
    let capture = Capture {
        id: path.to_owned(),
        url: url.clone(),
        final_url: url,
        hops: Vec::new(),
        at: "2022-11-16T02:00:00Z".parse().unwrap(),
        status: 200,
        headers: Vec::new(),
        sha256: String::new(),
        bytes: 0,
        truncated: false,
        attempts: 1,
        location: None,
        revisit: None,
        conditions: Vec::new(),
        old_tls: false,
        rendered: None,
    };
    ObservedPage { capture, facts, linked_from: None, link_text: String::new(), depth: 0 }
}

/// A list page under its crumbs.
fn list(path: &str, crumbs: &[(&str, &str)], titles: &[&str]) -> ObservedPage {
    let crumbs: String = crumbs.iter().map(|(url, name)| format!(" &gt; <a href={url}>{name}</a>")).collect();
    let row = |(number, title): (usize, &&str)| {
        format!("<li><a href={path}{number}.html>{title}</a><span>2022-10-0{}</span></li>", number % 9 + 1)
    };
    let rows: String = titles.iter().enumerate().map(row).collect();
    page(path, &format!("<div class=crumb>当前位置：<a href=/>首页</a>{crumbs}</div><ul>{rows}</ul>"))
}

fn home(links: &[(&str, &str)]) -> ObservedPage {
    let links: String = links.iter().map(|(url, name)| format!("<a href=\"{url}\">{name}</a>")).collect();
    page("/", &format!("<div class=nav>{links}</div>"))
}

fn facts_of(pages: &[ObservedPage], portal: &Portal) -> PortalFacts {
    observe::portal(portal, &LEXICON, pages, &[], false)
}

fn map_of(pages: &[ObservedPage], portal: &Portal, wanted: &[&str]) -> ColumnMap {
    observe::column_map(portal, &LEXICON, &facts_of(pages, portal), wanted, &[], TODAY)
}

/// Path, grade and confidence of each place that is proposed.
fn places(map: &ColumnMap) -> Vec<(String, MatchedBy, Confidence)> {
    let place = |pin: &ColumnPin| {
        let proposed = pin.proposed.as_ref().unwrap();
        (pin.url.replace(SITE, ""), proposed.grade, proposed.confidence)
    };
    map.pins.iter().map(place).collect()
}

fn drawn(columns: &[MappedColumn], depth: usize, lines: &mut Vec<String>) {
    for column in columns {
        let standard = column.standard.as_deref().filter(|standard| *standard != column.name);
        let standard = standard.map(|standard| format!("={standard}")).unwrap_or_default();
        let kind = serde_json::to_value(column.kind).unwrap();
        lines.push(format!("{}{}{standard} {}", "  ".repeat(depth), column.name, kind.as_str().unwrap()));
        drawn(&column.children, depth + 1, lines);
    }
}

const INTERPRETATIONS: [&str; 4] =
    ["《招生工作意见》解读", "一图读懂校车管理办法", "招生政策问答", "《校园安全办法》政策解读"];
const NOTICES: [&str; 5] = ["关于放假的通知", "关于体检的公告", "关于停水的通知", "招聘教师公告", "关于开学时间的通知"];

#[tokio::test]
async fn a_fixture_portal_gives_its_exact_tree() {
    let fixture = portals::load().unwrap().into_iter().find(|portal| portal.story == "trs-county-government").unwrap();
    let server = Server::start(vec![fixture.clone()]).await.unwrap();
    let as_of = fixture.as_of().unwrap();
    let settings =
        Settings { resolve: server.resolve(), clock: Some(as_of), rate_per_host: 10_000, ..Settings::default() };
    let request = Request {
        url: fixture.sheet.portal.url.parse().unwrap(),
        as_of,
        given: Given::default(),
        max_pages: 200,
        rate: 50,
        allow_private: true,
    };
    let catalog = Catalog::load(None).unwrap();
    let map = discover(&request, &[], &catalog, &Client::new(settings).unwrap(), &|_| {}).await.unwrap();
    let mut lines = Vec::new();
    drawn(&map.tree, 0, &mut lines);
    assert_eq!(lines.join("\n"), TREE.trim(), "{}", lines.join("\n"));
    assert!(map.missing.iter().all(|missing| missing.name != "政府信息公开年报"), "{:?}", map.missing);
    let sure = |name: &str| {
        let pin = map.pins.iter().find(|pin| pin.name == name).unwrap();
        pin.proposed.as_ref().unwrap().confidence
    };
    for name in ["政府信息公开指南", "政府信息公开年报", "政策解读", "行政规范性文件"] {
        assert_eq!(sure(name), Confidence::High, "{name}");
    }

    // What is written can be read again, is only a proposal, and holds once it is signed.
    let text = render(&map);
    let read = pins::read("map.yaml", &text).unwrap();
    assert_eq!(read, map.pins);
    assert!(read.iter().all(|pin| !pin.is_in_force(map.as_of)));
    let signed = pins::read("map.yaml", &text.replacen("    # by:", "    by: \"王敏\"", 1)).unwrap();
    assert_eq!(signed.iter().filter(|pin| pin.is_in_force(map.as_of)).count(), 1);
}

const TREE: &str = "
互动交流=咨询投诉 page
联系我们 page
网站地图 empty
网站工作年度报表 list
要闻动态=工作动态 front
  部门动态=工作动态 list
  青岚要闻=要闻 list
  通知公告 list
政务公开 front
  政策解读 list
  政府信息公开 front
    法定主动公开内容 front
      财政预决算 list
      行政规范性文件 list
      规划计划 list
      机构职能 page
      建议提案办理 list
      领导信息 list
      人事信息 list
      行政处罚=行政处罚公示 list
      行政许可=行政许可公示 page
      政策文件 list
      政府工作报告落实 list
    依申请公开 page
    政府信息公开年报 list
    政府信息公开制度 list
    政府信息公开指南 page
";

#[test]
fn grades_are_exact_alias_by_content_or_for_review() {
    let pages = [
        home(&[
            ("/zn/", "政府信息公开指南"),
            ("/ldzc/", "　领 导 之 窗　"),
            ("/hygq/", "解读回应"),
            ("/zcfg/", "政策法规"),
        ]),
        list("/zn/", &[("/zn/", "政府信息公开指南")], &["甲办法", "乙办法"]),
        list("/ldzc/", &[("/ldzc/", "领导之窗")], &["局长 李某", "副局长 王某"]),
        list("/hygq/", &[("/hygq/", "解读回应")], &INTERPRETATIONS),
        list("/zcfg/", &[("/zcfg/", "政策法规")], &NOTICES),
    ];
    let wanted = ["政府信息公开指南", "领导信息", "政策解读", "政策文件", "政府公报"];
    let map = map_of(&pages, &portal(), &wanted);
    let expected = [
        ("/zn/", MatchedBy::Name, Confidence::High),
        ("/ldzc/", MatchedBy::Alias, Confidence::Medium),
        ("/zcfg/", MatchedBy::Weak, Confidence::Review),
        ("/hygq/", MatchedBy::Content, Confidence::Medium),
    ];
    assert_eq!(places(&map), expected.map(|(path, by, sure)| (path.to_owned(), by, sure)));
    assert_eq!(map.missing.iter().map(|missing| missing.name.as_str()).collect::<Vec<_>>(), ["政府公报"]);
    let seen = &map.pins[0].proposed.as_ref().unwrap().seen;
    assert_eq!((seen[0].place, seen[0].text.as_str()), (Place::Home, "政府信息公开指南"));
}

#[test]
fn a_near_name_whose_rows_are_of_another_kind_stays_for_review() {
    let pages = [home(&[("/hygq/", "解读回应")]), list("/hygq/", &[("/hygq/", "解读回应")], &NOTICES)];
    let map = map_of(&pages, &portal(), &["政策解读"]);
    assert_eq!(places(&map), [("/hygq/".to_owned(), MatchedBy::Weak, Confidence::Review)]);
}

#[test]
fn of_two_columns_of_one_name_the_one_whose_rows_fit_is_it() {
    let menu = home(&[("/a/", "政策解读"), ("/b/", "政策解读")]);
    let (notices, interpretations) =
        (list("/a/", &[("/a/", "政策解读")], &NOTICES), list("/b/", &[("/b/", "政策解读")], &INTERPRETATIONS));
    let map = map_of(&[menu, notices, interpretations], &portal(), &["政策解读"]);
    assert_eq!(
        places(&map),
        [
            ("/b/".to_owned(), MatchedBy::Name, Confidence::High),
            ("/a/".to_owned(), MatchedBy::Name, Confidence::Review)
        ]
    );
}

#[test]
fn the_news_of_a_campaign_are_not_the_news_of_the_portal() {
    let topic = [("/zt/", "专题专栏"), ("/zt/ys/", "优化营商环境"), ("/zt/ys/dt/", "工作动态")];
    let pages = [
        home(&[("/zt/", "专题专栏"), ("/gz/", "工作信息")]),
        list("/zt/", &topic[..1], &["优化营商环境", "安全生产月"]),
        list("/zt/ys/", &topic[..2], &["简报一", "简报二"]),
        list("/zt/ys/dt/", &topic, &["我局召开动员会", "我局开展宣传"]),
        list("/gz/", &[("/gz/", "工作信息")], &["我局召开会议", "我局开展调研"]),
    ];
    let map = map_of(&pages, &portal(), &["工作动态"]);
    let paths: Vec<String> = places(&map).into_iter().map(|(path, _, _)| path).collect();
    assert_eq!(paths, ["/gz/", "/zt/ys/dt/"]);
}

fn pin(name: &str, path: &str) -> ColumnPin {
    ColumnPin {
        name: name.to_owned(),
        url: format!("{SITE}{path}"),
        by: Some("王敏".to_owned()),
        from: Some(date(2022, 3, 1)),
        until: Some(date(2022, 11, 16)),
        note: "改版后在此".to_owned(),
        ..ColumnPin::default()
    }
}

#[test]
fn pins_are_honoured_while_they_hold_and_stand_in_the_evidence() {
    let catalog = Catalog::load(None).unwrap();
    let pages = [
        home(&[("/zcjd/", "政策解读"), ("/tj/", "图解")]),
        list("/zcjd/", &[("/zcjd/", "政策解读")], &INTERPRETATIONS),
        list("/tj/", &[("/tj/", "图解")], &INTERPRETATIONS),
    ];
    let own = Portal { pins: vec![pin("政策解读", "/tj/")], ..portal() };
    let judged = |day: Date| {
        let portal = own.on(day);
        let facts = facts_of(&pages, &portal);
        let context = Context { portal: &portal, as_of: day, calendar: &catalog.calendar, lexicon: &catalog.lexicon };
        judge(&catalog.checks, &facts, &context)
            .into_iter()
            .find(|outcome| outcome.check == "required-column-missing" && outcome.subject.key == "column:政策解读")
            .unwrap()
    };
    for held in [date(2022, 3, 1), TODAY] {
        let outcome = judged(held);
        assert_eq!(outcome.url.as_deref(), Some(&*format!("{SITE}/tj/")), "{held}");
        assert_eq!(outcome.outcome, Verdict::Passed);
        assert_eq!(outcome.evidence[0].note, "由王敏自2022-03-01起至2022-11-16止指定：改版后在此");
    }
    for free in [date(2022, 2, 28), date(2022, 11, 17)] {
        let outcome = judged(free);
        assert_eq!(outcome.url.as_deref(), Some(&*format!("{SITE}/zcjd/")), "{free}");
        assert!(outcome.evidence.is_empty());
    }
}

#[test]
fn what_staff_pinned_is_that_and_nothing_else() {
    let pages = [home(&[("/x/", "通知公告")]), list("/x/", &[("/x/", "通知公告")], &NOTICES)];
    let facts = facts_of(&pages, &Portal { pins: vec![pin("工作动态", "/x/")], ..portal() });
    let terms: Vec<&str> = facts.columns[0].matched.iter().map(|hit| hit.term.as_str()).collect();
    assert_eq!(terms, ["工作动态"]);
}

#[test]
fn a_map_with_a_bad_pin_names_the_place() {
    let text = "pins:\n  - name: 政策解读\n    url: /zcjd/\n";
    let problem = pins::read("map.yaml", text).unwrap_err();
    assert_eq!((problem.line, problem.field.as_str()), (3, "pins[0].url"));
    let text = "pins:\n  - name: 政策解读\n    url: http://a.gov.cn/\n    from: 2022-03-01\n    until: 2022-02-01\n";
    assert_eq!(pins::read("map.yaml", text).unwrap_err().field, "pins[0].until");
}

#[test]
fn assigned_columns_belong_to_their_units_wherever_they_stand() {
    let mut own = portal();
    own.assigned =
        vec![AssignedColumn { name: "涉农补贴".to_owned(), units: vec!["青禾市教育局".to_owned()] }];
    own.units.insert(0, mingcha::model::Unit { name: "青禾市人民政府".to_owned(), ..own.units[0].clone() });
    let pages = [home(&[("/snbt/", "惠农补贴")]), list("/snbt/", &[("/snbt/", "惠农补贴")], &NOTICES)];
    assert_eq!(facts_of(&pages, &own).column("/snbt/").unwrap().units, ["青禾市教育局"]);
}

#[test]
fn crumbs_in_a_circle_and_entries_that_lead_nowhere_do_no_harm() {
    let menu = home(&[
        ("/a/", "政务公开"),
        ("javascript:;", "政策解读"),
        ("javascript:void(0)", "政府公报"),
        ("/b/", "通知公告"),
        ("/b/", "通知公告"),
        ("/c/", "　工作　动态　"),
    ]);
    let pages = [
        menu,
        list("/a/", &[("/c/", "工作动态"), ("/a/", "政务公开")], &NOTICES),
        list("/b/", &[("/a/", "政务公开"), ("/b/", "通知公告")], &NOTICES),
        list("/c/", &[("/b/", "通知公告"), ("/c/", "工作动态")], &NOTICES),
    ];
    let map = map_of(&pages, &portal(), &["通知公告", "工作动态", "政策解读"]);
    let mut lines = Vec::new();
    drawn(&map.tree, 0, &mut lines);
    assert_eq!(lines, ["政务公开 list", "  通知公告 list", "    工作动态 list"]);
    assert_eq!(map.missing[0].scripted.as_deref(), Some("政策解读"));
}

#[test]
fn a_menu_of_five_thousand_entries_is_read_in_time() {
    let entry =
        |number: usize| (format!("/m{number}/"), if number.is_multiple_of(2) { "通知公告" } else { "工作动态" });
    let entries: Vec<(String, &str)> = (0..5000).map(entry).collect();
    let links: Vec<(&str, &str)> = entries.iter().map(|(url, name)| (url.as_str(), *name)).collect();
    let began = std::time::Instant::now();
    let map = map_of(&[home(&links)], &portal(), &["通知公告", "工作动态"]);
    assert_eq!(map.pins.len(), 8, "only the likeliest places are proposed");
    assert_eq!(map.tree.len(), 5000);
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

#[test]
fn departments_are_asked_for_no_columns_of_governments_alone() {
    let catalog = Catalog::load(None).unwrap();
    let department = wanted(&catalog, UnitKind::Department);
    assert!(department.contains(&"政府信息公开年报"));
    let owed = |name: &str| catalog.lexicon.term(name).unwrap().applies_to.clone();
    assert!(department.iter().all(|name| owed(name).is_empty() || owed(name).contains(&UnitKind::Department)));
}

#[test]
fn a_unit_list_assigns_only_columns_that_the_word_list_knows() {
    let catalog = Catalog::load(None).unwrap();
    let names = catalog.unit_lists.iter().flat_map(|list| &list.columns).map(|column| column.name.as_str());
    let unknown: Vec<&str> = names.filter(|name| catalog.lexicon.standard(name).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn menus_that_fold_down_are_read_though_the_markup_hides_them() {
    let menu = "<div class=nav><a href=/a/>政务公开</a></div><div class=box style='display: none'><ul>\
        <li><a href=/zcjd/>政策解读</a></li><li><a href=/zf/trap/>甲</a></li>\
        <li><a href='javascript:;'>政府公报</a></li><li><a href='http://www.example.com/rs/'>人事信息</a></li></ul></div>\
        <div onclick=\"window.open('/tzgg/')\">通知公告</div><map><area href=/nb/ alt=公开年报></map>\
        <script>document.write('<a href=\"/gkzn/\">信息公开指南</a>')</script>";
    let pages = [page("/", menu), list("/zcjd/", &[("/zcjd/", "政策解读")], &NOTICES)];
    let wanted = ["政策解读", "通知公告", "政府信息公开年报", "政府信息公开指南", "政府公报", "人事信息"];
    let map = map_of(&pages, &portal(), &wanted);
    let found: Vec<(&str, String)> =
        map.pins.iter().map(|pin| (pin.name.as_str(), pin.url.replace(SITE, ""))).collect();
    let own = |name: &'static str, url: &str| (name, url.to_owned());
    assert_eq!(
        found,
        [
            own("政府信息公开指南", "/gkzn/"),
            own("政府信息公开年报", "/nb/"),
            own("通知公告", "/tzgg/"),
            own("政策解读", "/zcjd/")
        ]
    );
    let missing: Vec<(&str, Option<&str>)> =
        map.missing.iter().map(|column| (column.name.as_str(), column.scripted.as_deref())).collect();
    assert_eq!(
        missing,
        [("政府公报", Some("政府公报")), ("人事信息", Some("人事信息"))],
        "what only a script shows, and leads nowhere or to another host, is left to people"
    );
}

#[test]
fn what_the_home_page_leads_to_comes_before_the_columns_of_an_office() {
    let front = page(
        "/",
        "<div class=nav><a href=/jg/>机关纪委</a></div><h3>新闻动态</h3><a href=/xwdt/>更多</a><h3>公告</h3><a href=/gg/>更多</a>",
    );
    let office = page("/jg/", "<div class=nav><a href=/jg/dt/>工作动态</a><a href=/jg/gg/>通知公告</a></div>");
    let pages = [
        front,
        office,
        list("/jg/dt/", &[("/jg/dt/", "工作动态")], &NOTICES),
        list("/jg/gg/", &[("/jg/gg/", "通知公告")], &NOTICES),
        list("/xwdt/", &[("/xwdt/", "新闻动态")], &NOTICES),
        list("/gg/", &[("/gg/", "通知公告")], &NOTICES),
    ];
    let map = map_of(&pages, &portal(), &["工作动态", "通知公告"]);
    let places: Vec<String> = map.pins.iter().map(|pin| pin.url.replace(SITE, "")).collect();
    assert_eq!(places, ["/xwdt/", "/jg/dt/", "/gg/", "/jg/gg/"]);
}

#[test]
fn the_name_of_an_office_is_near_no_column() {
    let pages = [
        home(&[("/ks/", "安全应急管理科"), ("/yj/", "应急管理专栏")]),
        list("/ks/", &[("/ks/", "安全应急管理科")], &NOTICES),
        list("/yj/", &[("/yj/", "应急管理专栏")], &NOTICES),
    ];
    let map = map_of(&pages, &portal(), &["应急管理"]);
    let places: Vec<String> = map.pins.iter().map(|pin| pin.url.replace(SITE, "")).collect();
    assert_eq!(places, ["/yj/"]);
}

#[test]
fn crumbs_end_where_their_own_block_ends() {
    let text = "<div class=con><div class=GcPos>当前位置：<a href=/>首页</a> &gt; <a href=/hd/>互动交流</a> &gt; 民意征集</div>\
        <ul class=list></ul><ul class=page><a href=''>第一页</a><a href=''>最后一页</a></ul></div>";
    let facts = page("/hd/myzj/", text).facts;
    assert_eq!(facts.column.path, ["互动交流", "民意征集"]);
}

#[test]
fn a_list_in_a_frame_is_no_empty_column() {
    let around = page(
        "/tzgg/",
        "<div class=nav><a href=/a/>甲</a><a href=/b/>乙</a><a href=/c/>丙</a><a href=/d/>丁</a>\
        <a href=/e/>戊</a></div><h2>通知公告</h2><iframe src=/tzgg/rows.html width=100%></iframe>",
    );
    let rows = list("/tzgg/rows.html", &[], &NOTICES);
    let column = |pages: &[ObservedPage]| {
        let pages: Vec<ObservedPage> = std::iter::once(home(&[("/tzgg/", "通知公告")])).chain(pages.to_vec()).collect();
        facts_of(&pages, &portal()).column("/tzgg/").unwrap().clone()
    };
    let unread = ColumnState::Unreadable { cause: Cause::NeedsBrowser };
    assert_eq!(column(std::slice::from_ref(&around)).state, unread);
    let read = column(&[around, rows]);
    assert_eq!((read.state, read.entries.len()), (ColumnState::Read, NOTICES.len()));
}

#[test]
fn a_link_to_more_is_called_like_the_heading_beside_it() {
    let front = page(
        "/",
        "<div class=tit><span>政策解读</span><p><a href=/zj/>更多&gt;&gt;</a></p></div>\
         <div class=tit><a href=/xw/>[更多]</a><h3>工作动态</h3></div>\
         <div><h3>政府公报</h3><p>共有多期</p><a href=/a/>更多</a><a href=/b/>更多</a></div>",
    );
    let map = map_of(&[front], &portal(), &["政策解读", "工作动态", "政府公报"]);
    let found: Vec<(&str, String)> =
        map.pins.iter().map(|pin| (pin.name.as_str(), pin.url.replace(SITE, ""))).collect();
    assert_eq!(found, [("工作动态", "/xw/".to_owned()), ("政策解读", "/zj/".to_owned())]);
}
