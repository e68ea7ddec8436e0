//! From saved pages to facts, and from facts of pages to facts of a portal.

use std::{path::Path, sync::LazyLock};

use mingcha::{
    catalog::Catalog,
    html::{self, Page},
    model::{
        Capture, Cause, ColumnPin, ColumnState, DateMeaning, DateSource, DocumentRole, Lexicon, ListEntry, MatchedBy,
        Moment, NotMeasurable, ObservedPage, PageFacts, PageKind, Portal, PortalFacts, PublicityKind, Region, Unit,
        UnitKind,
    },
    observe::{self, PageInput},
};
use proptest::prelude::*;

const SITE: &str = "http://www.qinghe.example.gov.cn";

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Catalog::load(None).unwrap().lexicon);

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

fn read_bytes(bytes: &[u8], url: &str) -> PageFacts {
    let input = PageInput {
        url,
        final_url: url,
        status: 200,
        content_type: None,
        bytes,
        received: Some("2022-11-16".parse().unwrap()),
    };
    observe::page(&input, &LEXICON)
}

fn read(name: &str, path: &str) -> PageFacts {
    read_bytes(&fixture(name), &format!("{SITE}{path}"))
}

fn moment(text: &str) -> Option<Moment> {
    Some(text.parse().unwrap())
}

fn rows(entries: &[ListEntry]) -> Vec<(&str, String)> {
    let day = |entry: &ListEntry| entry.date.map(|date| date.to_string()).unwrap_or_default();
    entries.iter().map(|entry| (entry.title.as_str(), day(entry))).collect()
}

fn cms(facts: &PageFacts) -> &str {
    facts.cms.as_ref().map_or("", |cms| cms.name.as_str())
}

#[test]
fn a_trs_list_with_pinned_cut_and_commented_rows() {
    let facts = read("cms/trs/list.html", "/zwgk/tzgg/");
    assert_eq!((facts.kind, cms(&facts)), (PageKind::Column, "trs"));
    assert_eq!(
        rows(&facts.entries),
        [
            ("关于启用新版网站的公告", "2021-06-01".to_owned()),
            ("青禾市2022年第三批城镇公益性岗位招聘公告", "2022-11-10".to_owned()),
            ("关于冬季供热时间的通告", "2022-10-28".to_owned()),
            ("国有建设用地使用权出让结果公示", "2022-09-22".to_owned()),
        ]
    );
    assert_eq!(facts.entries.iter().map(|entry| entry.pinned).collect::<Vec<_>>(), [true, false, false, false]);
    assert_eq!(facts.next_pages, [format!("{SITE}/zwgk/tzgg/index_1.html"), format!("{SITE}/zwgk/tzgg/index_2.html")]);
    assert_eq!(facts.column.name.as_deref(), Some("通知公告"));
    assert_eq!(facts.column.path, ["政务公开", "通知公告"]);
    assert_eq!(facts.published, None);
}

#[test]
fn the_footer_says_whose_site_it_is() {
    let site = read("cms/trs/list.html", "/zwgk/tzgg/").site;
    assert_eq!(site.name.as_deref(), Some("青禾市人民政府"));
    assert_eq!(site.id_code.as_deref(), Some("1499310001"));
    assert_eq!(site.icp.as_deref(), Some("晋ICP备14993101号-1"));
    assert_eq!(site.police.as_deref(), Some("晋公网安备14993102000011号"));
    assert_eq!(site.organiser.as_deref(), Some("青禾市人民政府办公室"));
    assert_eq!(site.conac.as_deref(), Some("00112233445566778899AABBCCDDEEFF"));
    assert_eq!(site.find_error_code.as_deref(), Some("1499310001"));
    assert_eq!(site.sitemap.as_deref(), Some("http://www.qinghe.example.gov.cn/wzdt/"));
}

#[test]
fn a_trs_article_with_its_ledger_of_dates() {
    let facts = read("cms/trs/article.html", "/zwgk/tzgg/202210/t20221028_131.html");
    assert_eq!(facts.kind, PageKind::Article);
    assert_eq!(facts.title.as_deref(), Some("关于冬季供热时间的通告"));
    assert_eq!(facts.published, moment("2022-10-28T09:30"), "shown and META agree on the day; META knows the hour");
    let claims: Vec<_> =
        facts.dates.iter().map(|claim| (claim.source, claim.meaning, claim.value.to_string())).collect();
    assert_eq!(
        claims,
        [
            (DateSource::Visible, DateMeaning::Published, "2022-10-28".to_owned()),
            (DateSource::Meta, DateMeaning::Published, "2022-10-28T09:30".to_owned()),
            (DateSource::Url, DateMeaning::Published, "2022-10-28".to_owned()),
            (DateSource::Body, DateMeaning::Written, "2022-10-27".to_owned()),
        ],
        "no date of a law, of the heating season or of a telephone number"
    );
    assert_eq!(facts.documents.len(), 1);
}

#[test]
fn jcms_lists_stand_in_character_data_and_go_on_by_proxy() {
    let facts = read("cms/jcms/list.html", "/col/col23/index.html");
    assert_eq!((facts.kind, cms(&facts)), (PageKind::Column, "jcms"));
    assert_eq!(
        rows(&facts.entries),
        [("全区教育工作会议召开", "2022-11-08".to_owned()), ("校园安全检查启动", "2022-10-09".to_owned())]
    );
    assert_eq!(facts.next_pages.len(), 2);
    let first = url::Url::parse(&facts.next_pages[0]).unwrap();
    assert_eq!(first.path(), "/module/web/jpage/dataproxy.jsp");
    let value = |name: &str| first.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(value("startrecord").as_deref(), Some("3"));
    assert_eq!(value("endrecord").as_deref(), Some("4"));
    assert_eq!(value("page").as_deref(), Some("2"));
    assert_eq!(value("columnid").as_deref(), Some("23"));
}

#[test]
fn an_answer_of_the_jcms_proxy_is_a_list() {
    let facts = read("cms/jcms/dataproxy.xml", "/module/web/jpage/dataproxy.jsp?startrecord=3&columnid=23");
    assert_eq!(rows(&facts.entries).len(), 2);
    assert_eq!(facts.kind, PageKind::Column);
    assert_eq!(facts.entries[0].url, format!("{SITE}/art/2022/9/1/art_23_540.html"));
}

#[test]
fn vsb_pages_are_numbered_downwards() {
    let facts = read("cms/vsb/list.html", "/gzdt.htm");
    assert_eq!((facts.kind, cms(&facts)), (PageKind::Column, "vsb"));
    assert_eq!(facts.next_pages, [format!("{SITE}/gzdt/2.htm"), format!("{SITE}/gzdt/1.htm")]);
    assert_eq!(facts.entries.len(), 3);
    let second = read("cms/vsb/list.html", "/gzdt/3.htm");
    assert_eq!(second.entries.len(), 3);
}

#[test]
fn an_unlabelled_date_under_the_title_is_the_publication() {
    let facts = read("cms/vsb/article.html", "/info/1003/2207.htm");
    assert_eq!((facts.kind, cms(&facts)), (PageKind::Article, "vsb"));
    assert_eq!(facts.title.as_deref(), Some("义诊活动走进乡村"));
    assert_eq!(facts.published, moment("2022-11-04T08:12"));
}

#[test]
fn ucap_keeps_the_text_in_its_own_box() {
    let facts = read("cms/ucap/article.html", "/doc/2022/11/15/4420.shtml");
    assert_eq!((facts.kind, cms(&facts)), (PageKind::Article, "ucap"));
    assert_eq!(facts.title.as_deref(), Some("市政府召开常务会议"));
    assert_eq!(facts.published, moment("2022-11-15T18:20"));
    assert!(facts.body.starts_with("11月15日，市政府召开第二十次常务会议"));
}

#[test]
fn the_head_of_a_policy_page_has_number_issuer_and_validity() {
    let facts = read("cms/gkmlpt/article.html", "/gkmlpt/content/0/508/post_508890.html");
    assert_eq!(cms(&facts), "gkmlpt");
    assert_eq!(facts.number.as_deref(), Some("青府规〔2022〕7号"));
    assert_eq!(facts.issuer.as_deref(), Some("青澜市人民政府"));
    assert_eq!(facts.index_number.as_deref(), Some("11440300MB2C00001X/2022-00031"));
    assert_eq!(facts.validity.as_deref(), Some("有效"));
    assert_eq!(facts.published.map(|moment| moment.date.to_string()).as_deref(), Some("2022-06-21"));
    let written = facts.dates.iter().find(|claim| claim.meaning == DateMeaning::Written).unwrap();
    assert_eq!(written.value, moment("2022-06-17").unwrap());
    let related = facts.anchors.iter().find(|anchor| anchor.url.ends_with("post_509120.html")).unwrap();
    assert_eq!(related.region, Region::Related);
}

#[test]
fn epoint_lists_are_recognised() {
    let facts = read("cms/ewb/list.html", "/003/003002/subpage.html");
    assert_eq!((facts.kind, cms(&facts)), (PageKind::Column, "ewb"));
    assert_eq!(facts.entries.len(), 2);
}

#[test]
fn an_unknown_system_is_read_all_the_same() {
    let facts = read("cms/generic/list.html", "/list.asp");
    assert_eq!((facts.kind, cms(&facts)), (PageKind::Column, "generic"));
    assert_eq!(
        rows(&facts.entries),
        [("农村宅基地审批结果公示", "2022-11-09".to_owned()), ("秋季征兵公告", "2022-09-20".to_owned())],
        "years of two figures"
    );
    assert_eq!(facts.next_pages, [format!("{SITE}/list.asp?page=2")]);
}

#[test]
fn what_the_reader_sees_outweighs_meta() {
    let facts = read("pages/conflicting-dates.html", "/whjs/77.html");
    assert_eq!(facts.published, moment("2020-09-15T09:32"));
    assert_eq!(facts.title.as_deref(), Some("青禾市推进文化建设"));
    let meta: Vec<_> = facts.dates.iter().filter(|claim| claim.source == DateSource::Meta).collect();
    assert_eq!(meta.len(), 2, "the other claims are kept: {meta:?}");
    assert!(!facts.dates.iter().any(|claim| claim.value.date.to_string() == "2016-12-25"), "a law's date is no claim");
}

#[test]
fn labels_of_other_dates_are_not_publication() {
    let page = "<h1>关于公开征求意见的公告</h1><p>留言时间：2022-01-05</p><p>截止日期：2022-03-01</p>\
        <p>信息发布时间：2022-02-01 来源：市司法局</p><div id=zoom><p>现就草案公开征求社会各界意见，欢迎提出宝贵意见和建议，一并研究采纳。</p></div>";
    let facts = read_bytes(page.as_bytes(), &format!("{SITE}/a/b/c.html"));
    assert_eq!(facts.published, moment("2022-02-01"));
    let shown = facts.dates.iter().filter(|claim| claim.source == DateSource::Visible).count();
    assert_eq!(shown, 1, "{:?}", facts.dates);
}

#[test]
fn a_home_page_is_known_without_its_address() {
    let block = "<div><h3>要闻</h3><a href='/yw/'>更多&gt;&gt;</a><ul><li><a href='/yw/1.html'>市政府召开常务会议研究部署工作</a></li>\
        <li><a href='/yw/2.html'>全市重点项目集中开工仪式举行</a></li></ul></div>";
    let page =
        format!("<html><head><title>青禾市人民政府门户网站</title></head><body>{}</body></html>", block.repeat(20));
    assert_eq!(read_bytes(page.as_bytes(), &format!("{SITE}/unknown/saved.html")).kind, PageKind::Home);
    let column = page.replace("青禾市人民政府门户网站", "通知公告_青禾市人民政府门户网站");
    assert_eq!(read_bytes(column.as_bytes(), &format!("{SITE}/unknown/saved.html")).kind, PageKind::Column);
}

#[test]
fn years_left_out_are_found_from_the_neighbours() {
    let facts = read("pages/month-day-list.html", "/dt/");
    let days: Vec<String> = rows(&facts.entries).into_iter().map(|(_, day)| day).collect();
    assert_eq!(days, ["2022-01-18", "2022-01-03", "2021-12-28", "2021-12-01"]);
}

#[test]
fn lists_of_every_build() {
    let facts = read("pages/lists.html", "/lists/");
    assert_eq!(
        rows(&facts.entries),
        [
            ("日期在前的一行标题", "2022-03-01".to_owned()),
            ("日期在前的又一行标题", "2022-02-01".to_owned()),
            ("链接里自带日期的标题", "2022-03-03".to_owned()),
            ("卡片标题带着日期", "2022-03-04".to_owned()),
            ("日和年月分开的标题", "2022-01-18".to_owned()),
            ("日和年月分开的又一标题", "2022-01-09".to_owned()),
            ("定义列表里的标题", "2022-03-07".to_owned()),
            ("定义列表里的又一标题", "2022-03-06".to_owned()),
            ("前面有个空链接的标题", "2022-03-09".to_owned()),
            ("前面有分类链接的标题", "2022-03-10".to_owned()),
            ("散行里的第一条标题", "2022-03-11".to_owned()),
            ("散行里的第二条标题", "2022-03-12".to_owned()),
        ]
    );
}

#[test]
fn an_article_that_links_and_dates_is_no_list() {
    let line = |n: usize| {
        format!(
            "<p>　　依据2022年{n}月1日印发的<a href=/x/{n}.html>《青禾市第{n}号管理办法》</a>，各单位要在2022年{n}月20日前完成自查，\
             逐项列出问题清单，明确整改措施和责任人员，整改情况同时报送市政府办公室备案。</p>"
        )
    };
    let lines: String = (1..9).map(line).collect();
    let page = format!(
        "<html><head><title>关于开展自查的通知</title></head><body><h1>关于开展自查的通知</h1><p>发布时间：2022-10-08</p>\
         <div id=zoom>{lines}</div></body></html>"
    );
    let facts = read_bytes(page.as_bytes(), &format!("{SITE}/zwgk/tz/88.html"));
    assert_eq!((facts.kind, facts.published), (PageKind::Article, moment("2022-10-08")));
    assert_eq!(rows(&facts.entries), []);
}

#[test]
fn a_row_whose_title_is_no_link_leads_where_its_link_says() {
    let facts = read("pages/list-columns.html", "/columns/");
    let row = facts.entries.iter().find(|entry| entry.title == "冬小麦苗情调查结果").unwrap();
    assert!(row.url.starts_with(&format!("{SITE}/x/")), "{}", row.url);
    let facts = read("pages/list-marks.html", "/marks/");
    let row = facts.entries.iter().find(|entry| entry.title == "冬小麦苗情调查结果").unwrap();
    assert!(row.url.starts_with(&format!("{SITE}/x/")), "{}", row.url);
}

#[test]
fn years_to_choose_from_are_no_headings() {
    let page = "<html><body><h2>工作动态</h2><div class=years><span>2022</span><span>2021</span><span>2020</span></div><ul>\
        <li><a href=/x/1.html>十一月的一条工作动态</a><i>11-08</i></li><li><a href=/x/2.html>十月的一条工作动态</a><i>10-09</i></li>\
        </ul></body></html>";
    let facts = read_bytes(page.as_bytes(), &format!("{SITE}/dt/"));
    let days: Vec<String> = rows(&facts.entries).into_iter().map(|(_, day)| day).collect();
    assert_eq!(days, ["2022-11-08", "2022-10-09"]);
}

#[test]
fn footers_say_who_the_site_is_in_many_forms() {
    let site = |footer: &str| {
        let page = format!("<html><body><h1>办事指南</h1><div class=footer>{footer}</div></body></html>");
        read_bytes(page.as_bytes(), &format!("{SITE}/x/1.html")).site
    };
    let glued = site("主办单位：青禾市人民政府 网站标识码：1499310001晋ICP备14993101号-1晋公网安备14993102000011号");
    assert_eq!(glued.id_code.as_deref(), Some("1499310001"));
    assert_eq!(glued.icp.as_deref(), Some("晋ICP备14993101号-1"));
    assert_eq!(glued.police.as_deref(), Some("晋公网安备14993102000011号"));
    let wide = site(
        "<p>政府网站识别码１４９９３１０００１</p><p>晋ＩＣＰ备（１４９９３１０１）号</p><p>公安机关备案号：14993102000011</p>",
    );
    assert_eq!(wide.id_code.as_deref(), Some("1499310001"));
    assert!(wide.icp.as_deref().is_some_and(|icp| icp.contains("14993101")), "{:?}", wide.icp);
    assert_eq!(wide.police.as_deref(), Some("14993102000011"));
    let written = site(
        "<script>document.writeln(\"主办单位：青禾市教育局&nbsp;承办单位：市信息中心<br>\");\
         document.writeln(\"网站标识码：<a href=\\\"#\\\">1499310015<\\/a> 电话：0359-1234567\");</script>",
    );
    assert_eq!(written.organiser.as_deref(), Some("青禾市教育局"));
    assert_eq!(written.id_code.as_deref(), Some("1499310015"));
    assert_eq!(written.phone.as_deref(), Some("0359-1234567"));
    let scripted = site(
        "<a href='javascript:;' onclick=\"window.open('/map.html')\"><img alt='网站地图'></a> 主办：青禾市民政局 联系电话：（0359）1234567",
    );
    assert_eq!(scripted.sitemap, Some(format!("{SITE}/map.html")));
    assert_eq!(scripted.phone.as_deref(), Some("（0359）1234567"));
    let mark = site("<script src='https://dcs.conac.cn/js/14/993/1000/60609429/CA149931000606094290001.js'></script>");
    assert_eq!(mark.conac.as_deref(), Some("CA149931000606094290001"));
}

#[test]
fn shields_soft_404_and_shells_are_not_the_portal_speaking() {
    let shield = read("pages/shield.html", "/zwgk/");
    assert_eq!((shield.kind, shield.cause), (PageKind::Block, Some(Cause::BotShield)));
    let gone = read("pages/soft-404.html", "/zwgk/x.html");
    assert_eq!((gone.kind, gone.cause), (PageKind::Soft404, Some(Cause::SoftNotFound)));
    let shell = read("pages/shell.html", "/zfxxgk/");
    assert_eq!((shell.kind, shell.cause), (PageKind::Shell, Some(Cause::NeedsBrowser)));
}

#[test]
fn an_annual_report_with_merged_cells() {
    let facts = read("pages/annual-report.html", "/nb/202303/123.html");
    assert_eq!(facts.kind, PageKind::Report);
    assert_eq!(facts.published, moment("2023-03-28"));
    let table = &facts.tables[0].rows;
    assert_eq!(table[0], ["项目", "项目", "申请人情况", "申请人情况"]);
    assert_eq!(table[1], ["项目", "项目", "自然人", "总计"]);
    assert_eq!(table[3], ["三、办理结果", "（二）部分公开", "", "0"], "a blank cell is blank, not missing");
}

#[test]
fn reading_twice_gives_the_same() {
    let name = "cms/trs/list.html";
    assert_eq!(read(name, "/zwgk/tzgg/"), read(name, "/zwgk/tzgg/"));
}

#[test]
fn character_data_is_taken_out_of_scripts() {
    assert_eq!(html::character_data("<a><![CDATA[<li>1</li>]]></a><![CDATA[2]]>x<![CDATA[open"), "<li>1</li>\n2\n");
}

#[test]
fn nesting_beyond_all_reason_is_cut_and_the_text_kept() {
    let base = url::Url::parse(SITE).unwrap();
    for unit in ["<div>", "<ul><li>", "<b>", "<table><tr><td>", "<a href=x>", "<font color=1>", "<p><b id=1>"] {
        let page = Page::parse(&format!("<html><body>{}最深处", unit.repeat(50_000 / unit.len())), &base);
        assert!(page.body().text().contains("最深处"), "{unit}");
    }
}

#[test]
fn an_honest_page_is_not_touched_by_the_gate() {
    let base = url::Url::parse(SITE).unwrap();
    let rows: String = (0..3000).map(|n| format!("<li><a href=/x/{n}.html>第{n}条<p>段落")).collect();
    let page = Page::parse(&format!("<ul>{rows}</ul>"), &base);
    assert!(!page.cut);
    assert_eq!(page.links().count(), 3000);
}

#[test]
fn hostile_pages_do_no_harm() {
    let long_line = vec![b'x'; 10 * 1024 * 1024];
    assert_eq!(read_bytes(&long_line, SITE).links, 0);
    let many = "<a href='1'>一</a><td>2022-01-01".repeat(20_000);
    read_bytes(many.as_bytes(), SITE);
    let dates = "2022-01-01 ".repeat(20_000);
    read_bytes(dates.as_bytes(), SITE);
    let quotes = "<a href=\"".repeat(50_000);
    read_bytes(quotes.as_bytes(), SITE);
    let cells = "<table><tr><td rowspan=9999 colspan=9999>".repeat(200);
    read_bytes(cells.as_bytes(), SITE);
}

#[test]
fn every_truncation_of_a_page_is_survived() {
    let bytes = fixture("cms/trs/list.html");
    for end in (0..bytes.len()).step_by(37) {
        read_bytes(&bytes[..end], SITE);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_a_page(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        read_bytes(&bytes, SITE);
    }

    #[test]
    fn any_soup_of_tags_is_a_page(
        pieces in proptest::collection::vec(
            prop::sample::select(vec![
                "<a href='/x/1.html'>", "</a>", "<li>", "</li>", "<table>", "<tr>", "<td rowspan=2>", "</table>", "2022-01-18", "01-18",
                "政府信息公开", "<span>", "</span>", "<h1>", "<!--", "-->", "<script>", "</script>", "<![CDATA[", "]]>", "置顶", "<b>",
                "<div class=crumb>", "</div>", "发布时间：", "共9条 1/3", "\u{0}", "&#0;", "<datastore>", "<meta name=PubDate content=",
            ]),
            0..120,
        ),
        path in "/[a-z0-9/._?=&]{0,30}",
    ) {
        read_bytes(pieces.concat().as_bytes(), &format!("{SITE}{path}"));
    }
}

// -- whole portals --

fn unit(name: &str, kind: UnitKind, paths: &[&str]) -> Unit {
    Unit {
        name: name.to_owned(),
        kind,
        aliases: Vec::new(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        licences: true,
        penalties: true,
        founded: None,
    }
}

fn portal(units: Vec<Unit>) -> Portal {
    Portal {
        id: "qinghe".to_owned(),
        name: "青禾市人民政府".to_owned(),
        url: format!("{SITE}/"),
        units,
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: 100,
        rate: 1,
        allow_private: false,

        window: None,
    }
}

fn observed(path: &str, body: &str) -> ObservedPage {
    let url = format!("{SITE}{path}");
    let text = format!("<html><head><meta charset=utf-8></head><body>{body}</body></html>");
    let facts = read_bytes(text.as_bytes(), &url);
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

const MENU: &str = "<div class=nav><a href=/>首页</a><a href=/zwgk/>政务公开</a><a href=/zwgk/nb/>政府信息公开年度报告</a>\
    <a href=/zwgk/wj/>政策文件</a><a href=/zwgk/jd/>政策解读</a><a href=/zwgk/gb/>政府公报</a>\
    <a href=http://dc.example.com/ls/>政府工作报告落实</a></div>";

fn column(path: &str, name: &str, rows: &str) -> ObservedPage {
    observed(
        path,
        &format!(
            "{MENU}<div class=crumb>当前位置：<a href=/>首页</a> &gt; <a href=/zwgk/>政务公开</a> &gt; <a href={path}>{name}</a></div><h2>{name}</h2><ul>{rows}</ul>"
        ),
    )
}

fn article(path: &str, title: &str, day: &str, body: &str) -> ObservedPage {
    observed(
        path,
        &format!(
            "<meta name=ArticleTitle content='{title}'><meta name=PubDate content='{day}'>{MENU}<h1>{title}</h1><p>发布时间：{day}</p><div id=zoom><p>{body}</p><p>正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文。</p></div>"
        ),
    )
}

fn row(path: &str, title: &str, day: &str) -> String {
    format!("<li><a href={path}>{title}</a><span>{day}</span></li>")
}

fn small_portal() -> Vec<ObservedPage> {
    vec![
        observed(
            "/",
            &format!(
                "{MENU}<div><h2>要闻</h2><ul>{}</ul></div>",
                row("/x/9.html", "市政府召开常务会议研究安全生产", "2022-11-15")
            ),
        ),
        column("/zwgk/", "政务公开", ""),
        column(
            "/zwgk/nb/",
            "政府信息公开年度报告",
            &row("/zwgk/nb/1.html", "青禾市人民政府2021年政府信息公开工作年度报告", "2022-03-30"),
        ),
        column(
            "/zwgk/wj/",
            "政策文件",
            &(row("/zwgk/wj/1.html", "青禾市人民政府关于印发青禾市供热管理办法的通知", "2022-09-06")
                + &row("/zwgk/wj/2.html", "青禾市人民政府关于印发青禾市停车管理办法的通知", "2022-08-01")),
        ),
        column("/zwgk/jd/", "政策解读", &row("/zwgk/jd/1.html", "《青禾市供热管理办法》解读", "")),
        article(
            "/zwgk/nb/1.html",
            "青禾市人民政府2021年政府信息公开工作年度报告",
            "2022-03-30",
            "数据统计期限为2021年。",
        ),
        article(
            "/zwgk/wj/1.html",
            "青禾市人民政府关于印发青禾市供热管理办法的通知",
            "2022-09-06",
            "青政规〔2022〕3号 各县区： <a href=/zwgk/jd/1.html>解读</a>",
        ),
        article(
            "/zwgk/jd/1.html",
            "《青禾市供热管理办法》解读",
            "2022-09-08",
            "依据《中华人民共和国节约能源法》制定。",
        ),
    ]
}

fn fold(pages: &[ObservedPage], portal: &Portal, failures: &[NotMeasurable]) -> PortalFacts {
    observe::portal(portal, &LEXICON, pages, failures, false)
}

#[test]
fn columns_are_found_named_and_matched() {
    let facts = fold(&small_portal(), &portal(vec![unit("青禾市人民政府", UnitKind::Government, &[])]), &[]);
    let report = facts.column("/zwgk/nb/").unwrap();
    assert_eq!((report.name.as_str(), &report.state), ("政府信息公开年度报告", &ColumnState::Read));
    assert_eq!(report.fits("政府信息公开年报").unwrap().by, MatchedBy::Alias);
    assert_eq!(report.parent.as_deref(), Some("/zwgk/"));
    assert_eq!(facts.column("/zwgk/").unwrap().children.len(), 4);
    assert_eq!(facts.column("/zwgk/gb/").unwrap().state, ColumnState::NotVisited);
    let away = facts.columns.iter().find(|column| column.name == "政府工作报告落实").unwrap();
    assert_eq!(away.state, ColumnState::LeadsAway { host: "dc.example.com".to_owned() });
    assert_eq!(away.units, ["青禾市人民政府"]);
    assert!(facts.coverage.menus.iter().any(|name| name == "政策文件"));
    assert!(!facts.coverage.home_unread);
}

#[test]
fn a_row_without_date_takes_that_of_its_page() {
    let facts = fold(&small_portal(), &portal(vec![unit("青禾市人民政府", UnitKind::Government, &[])]), &[]);
    let entry = &facts.column("/zwgk/jd/").unwrap().entries[0];
    assert_eq!(entry.date.map(|moment| moment.date.to_string()).as_deref(), Some("2022-09-08"));
}

#[test]
fn documents_know_their_role_number_and_links() {
    let facts = fold(&small_portal(), &portal(vec![unit("青禾市人民政府", UnitKind::Government, &[])]), &[]);
    let policy = facts.document("/zwgk/wj/1.html").unwrap();
    assert_eq!(
        (policy.role, policy.number.as_deref(), policy.read),
        (DocumentRole::Policy, Some("青政规〔2022〕3号"), true)
    );
    assert_eq!(policy.links, [format!("{SITE}/zwgk/jd/1.html")]);
    let interpretation = facts.document("/zwgk/jd/1.html").unwrap();
    assert_eq!(interpretation.role, DocumentRole::Interpretation);
    assert_eq!(interpretation.mentions, ["青禾市供热管理办法", "中华人民共和国节约能源法"]);
    let unread = facts.document("/zwgk/wj/2.html").unwrap();
    assert_eq!((unread.role, unread.read, unread.unread_cause), (DocumentRole::Policy, false, None));
}

#[test]
fn an_annual_report_stands_in_its_column_or_not() {
    let portal = portal(vec![unit("青禾市人民政府", UnitKind::Government, &[])]);
    let facts = fold(&small_portal(), &portal, &[]);
    assert_eq!(facts.reports.len(), 1, "{:?}", facts.reports);
    let report = &facts.reports[0];
    assert_eq!((report.year, report.in_report_column, report.read), (Some(2021), true, true));
    let mut pages = small_portal();
    pages.retain(|page| page.capture.id != "/zwgk/nb/" && page.capture.id != "/zwgk/nb/1.html");
    pages.push(column(
        "/tzgg/",
        "通知公告",
        &row("/tzgg/5.html", "青禾市人民政府2021年政府信息公开工作年度报告", "2022-03-30"),
    ));
    let misplaced = &fold(&pages, &portal, &[]).reports[0];
    assert_eq!((misplaced.column.as_str(), misplaced.in_report_column), ("/tzgg/", false));
}

#[test]
fn a_report_whose_link_leads_nowhere_is_still_there() {
    let portal = portal(vec![unit("青禾市人民政府", UnitKind::Government, &[])]);
    let mut pages = small_portal();
    pages.retain(|page| !page.capture.id.starts_with("/zwgk/nb/"));
    let title = "青禾市人民政府2021年政府信息公开工作年度报告";
    pages.push(column("/zwgk/nb/", "政府信息公开年报", &row("javascript:;", title, "2022-03-30")));
    let facts = fold(&pages, &portal, &[]);
    let report = &facts.reports[0];
    assert_eq!((report.year, report.in_report_column, report.read), (Some(2021), true, false));
}

#[test]
fn the_order_of_pages_does_not_matter() {
    let portal = portal(vec![unit("青禾市人民政府", UnitKind::Government, &[])]);
    let pages = small_portal();
    let mut backwards = pages.clone();
    backwards.reverse();
    assert_eq!(fold(&pages, &portal, &[]), fold(&backwards, &portal, &[]));
}

#[test]
fn what_failed_is_unreadable_and_named_with_its_cause() {
    let portal = portal(vec![unit("青禾市人民政府", UnitKind::Government, &[])]);
    let failure = NotMeasurable {
        url: format!("{SITE}/zwgk/gb/"),
        cause: Cause::Timeout,
        detail: String::new(),
        attempts: 3,
        at: None,
        capture: None,
        linked_from: None,
    };
    let mut pages = small_portal();
    pages.retain(|page| page.capture.id != "/zwgk/wj/");
    let mut blocked = observed("/zwgk/wj/", "");
    blocked.facts = read_bytes(&fixture("pages/shield.html"), &blocked.capture.url);
    pages.push(blocked);
    let facts = fold(&pages, &portal, &[failure]);
    assert_eq!(facts.column("/zwgk/gb/").unwrap().state, ColumnState::Unreadable { cause: Cause::Timeout });
    assert_eq!(facts.column("/zwgk/wj/").unwrap().state, ColumnState::Unreadable { cause: Cause::BotShield });
    assert_eq!(facts.coverage.not_measurable.len(), 2);
    let without_home: Vec<_> = pages.into_iter().filter(|page| page.capture.id != "/").collect();
    assert!(fold(&without_home, &portal, &[]).coverage.home_unread);
}

#[test]
fn staff_pins_win_over_names_and_paths() {
    let mut portal = portal(vec![
        unit("青禾市人民政府", UnitKind::Government, &[]),
        unit("青禾市教育局", UnitKind::Department, &["/jyj/"]),
    ]);
    portal.pins.push(ColumnPin {
        name: "政府公报".to_owned(),
        url: format!("{SITE}/zwgk/jd/"),
        units: vec!["青禾市教育局".to_owned()],
        ..ColumnPin::default()
    });
    let mut pages = small_portal();
    pages.push(column("/jyj/tzgg/", "通知公告", &row("/jyj/tzgg/1.html", "关于招生的公告信息发布", "2022-10-01")));
    let facts = fold(&pages, &portal, &[]);
    let pinned = facts.column("/zwgk/jd/").unwrap();
    assert_eq!((pinned.fits("政府公报").unwrap().by, pinned.units[0].as_str()), (MatchedBy::Pin, "青禾市教育局"));
    assert_eq!(facts.column("/jyj/tzgg/").unwrap().units, ["青禾市教育局"]);
    assert_eq!(facts.column("/zwgk/wj/").unwrap().units, ["青禾市人民政府"]);
}

#[test]
fn further_list_pages_belong_to_their_column() {
    let mut pages = small_portal();
    let paged = format!(
        "{}<script>createPageHTML(2, 0, \"index\", \"html\");</script>",
        row("/gg/t20221101_1.html", "第一页上的一条公告", "2022-11-01")
    );
    let first = observed("/gg/", &format!("{MENU}<h2>通知公告</h2><ul>{paged}</ul><a href=/gg/t20221101_2.html>x</a>"));
    pages.push(first);
    pages.push(observed(
        "/gg/index_1.html",
        &format!("{MENU}<h2>通知公告</h2><ul>{}</ul>", row("/gg/t20220901_3.html", "第二页上的一条公告", "2022-09-01")),
    ));
    let facts = fold(&pages, &portal(vec![unit("青禾市人民政府", UnitKind::Government, &[])]), &[]);
    let column = facts.column("/gg/").unwrap();
    assert_eq!(column.entries.iter().filter(|entry| entry.date.is_some()).count(), 2);
    assert_eq!((column.pages_read, column.pages_total), (2, Some(2)));
    assert!(facts.column("/gg/index_1").is_none());
}

#[test]
fn publicity_rows_from_tables_and_from_detail_pages() {
    let table = "<table><tr><th>序号</th><th>行政相对人名称</th><th>行政许可决定文书号</th><th>许可内容</th><th>许可决定日期</th><th>公示日期</th></tr>\
        <tr><td>1</td><td>青禾市某某食品有限公司</td><td>青审许〔2022〕12号</td><td></td><td>2022-10-10</td><td>2022年10月12日</td></tr></table>";
    let detail = "<table><tr><td>行政相对人名称</td><td>青禾市某某运输有限公司</td></tr><tr><td>行政处罚决定书文号</td><td>青交罚 〔2022〕8号</td></tr>\
        <tr><td>违法行为类型</td><td>超限运输</td></tr><tr><td>处罚依据</td><td>《公路法》</td></tr><tr><td>处罚内容</td><td>罚款500元</td></tr>\
        <tr><td>处罚决定日期</td><td>2022/10/11</td></tr></table>";
    let mut pages = small_portal();
    pages.push(column("/xk/", "行政许可", &format!("</ul>{table}<ul>")));
    pages.push(column("/cf/", "行政处罚", &row("/cf/1.html", "行政处罚公示：青交罚〔2022〕8号", "2022-10-13")));
    pages.push(article("/cf/1.html", "行政处罚公示：青交罚〔2022〕8号", "2022-10-13", detail));
    let facts = fold(&pages, &portal(vec![unit("青禾市人民政府", UnitKind::Government, &[])]), &[]);
    let licence = facts.publicity.iter().find(|list| list.kind == PublicityKind::Licence).unwrap();
    let row = &licence.rows[0];
    assert_eq!(
        (licence.column.as_str(), row.key.as_str(), row.counterpart.as_str()),
        ("/xk/", "青审许〔2022〕12号", "青禾市某某食品有限公司")
    );
    assert_eq!(
        (row.decided, row.published),
        (Some("2022-10-10".parse().unwrap()), Some("2022-10-12".parse().unwrap()))
    );
    assert!(row.fields.values().any(String::is_empty), "a blank cell is an empty text: {:?}", row.fields);
    let penalty = facts.publicity.iter().find(|list| list.kind == PublicityKind::Penalty).unwrap();
    assert_eq!((penalty.column.as_str(), penalty.rows[0].key.as_str()), ("/cf/", "青交罚〔2022〕8号"));
    assert_eq!(penalty.rows[0].published, Some("2022-10-13".parse().unwrap()));
}

#[test]
fn a_row_of_labels_has_its_values_below() {
    let table = "<table><tr><td>索引号</td><td>文号</td><td>发布机构</td><td>有效性</td></tr>\
                 <tr><td>008291002/2022-00045</td><td>青府发〔2022〕5号</td><td>青禾市人民政府</td><td>有效</td></tr>";
    let read = |rows: &str| {
        let html = format!("<meta charset=utf-8><h1>关于调整标准的公告</h1>{table}{rows}</table>");
        read_bytes(html.as_bytes(), &format!("{SITE}/a.html"))
    };
    let facts = read("");
    assert_eq!(facts.index_number.as_deref(), Some("008291002/2022-00045"));
    assert_eq!(facts.number.as_deref(), Some("青府发〔2022〕5号"));
    assert_eq!(facts.issuer.as_deref(), Some("青禾市人民政府"));
    assert_eq!(facts.validity.as_deref(), Some("有效"));
    let list =
        read("<tr><td>008291002/2022-00046</td><td>青府发〔2022〕6号</td><td>青禾市教育局</td><td>失效</td></tr>");
    assert_eq!((list.index_number, list.issuer), (None, None), "rows of a list are nobody's attributes");
}

#[test]
fn the_code_of_a_find_error_entry_as_an_attribute() {
    let read = |script: &str| {
        let html = format!("<meta charset=utf-8><h1>公告</h1><p>川公网安备：51082202000012号</p>{script}");
        read_bytes(html.as_bytes(), &format!("{SITE}/a.html")).site
    };
    let site = read(
        "<script id=\"_jiucuo_\" sitecode='5108220001' src='https://zfwzgl.www.gov.cn/exposure/jiucuo.js'></script>",
    );
    assert_eq!(site.find_error_code.as_deref(), Some("5108220001"));
    assert_eq!(site.police.as_deref(), Some("川公网安备：51082202000012号"));
    assert_eq!(read("<script>var siteCode = '20220118';</script>").find_error_code, None, "a variable of the system");
}
