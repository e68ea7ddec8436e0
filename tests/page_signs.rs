//! What pages show beside their contents: footer, tags, foreign scripts and links, letters of message boards.

use std::sync::LazyLock;

use jiff::civil::date;
use mingcha::{
    catalog::Catalog,
    model::{PageFacts, TagState},
    observe::{self, PageInput},
};

static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}")));

fn page(html: &str) -> PageFacts {
    let input = PageInput {
        url: "http://www.qinghe.gov.cn/",
        final_url: "http://www.qinghe.gov.cn/",
        status: 200,
        content_type: Some("text/html; charset=utf-8"),
        bytes: html.as_bytes(),
        received: Some(date(2022, 11, 16)),
    };
    observe::page(&input, &CATALOG.lexicon)
}

fn with_body(body: &str) -> PageFacts {
    let words = "青河市人民政府门户网站发布本市重要新闻、通知公告和政策文件。".repeat(10);
    page(&format!("<html><head><title>青河市人民政府</title></head><body><p>{words}</p>{body}</body></html>"))
}

#[test]
fn a_footer_is_read_element_by_element() {
    let facts = with_body(
        r#"<div class="footer"><a href="/map.html">网站地图</a> 主办单位：青河市人民政府办公室 联系电话：0999-6661010
        网站标识码：1499210001 <a href="http://www.beian.gov.cn/portal/registerSystemInfo?recordcode=14992102000018">备案</a>
        <a href="https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code=1499220007"><img src="j.png"></a></div>"#,
    );
    let signs = facts.signs.footer;
    assert!(signs.find_error && signs.organiser && signs.contact && signs.site_map && signs.police);
    assert!(!signs.party_mark && !signs.scripted);
    assert_eq!(facts.site.footer_code.as_deref(), Some("1499210001"));
    assert_eq!(facts.site.find_error_code.as_deref(), Some("1499220007"));
    assert_eq!(facts.site.meta_code, None);
}

#[test]
fn a_footer_that_a_script_writes_is_noticed() {
    for body in [
        r#"<script src="/js/footer.js"></script>"#,
        r##"<script>$("#foot").load("/common/footer.html")</script>"##,
        r#"<iframe src="/public/bottom.html"></iframe>"#,
        r#"<!--#include virtual="/inc/foot.html"-->"#,
    ] {
        assert!(with_body(body).signs.footer.scripted, "{body}");
    }
    assert!(
        !with_body(r#"<div class="footer">主办单位：青河市</div><script src="/js/menu.js"></script>"#)
            .signs
            .footer
            .scripted
    );
}

#[test]
fn tags_are_there_empty_or_absent() {
    let facts = page(
        r#"<html><head><META content="青河市人民政府"  NAME="sitename"><meta name="SiteDomain" content="">
        <meta name="SiteIDCode" content="${code}"></head><body>青河</body></html>"#,
    );
    assert_eq!(facts.signs.tags[..4], [TagState::Filled, TagState::Empty, TagState::Empty, TagState::Absent]);
    assert!(facts.signs.whole);
    assert!(!page("<li><a href='/1.html'>一</a></li>").signs.whole);
}

#[test]
fn only_scripts_that_nobody_vouches_for_are_told() {
    let facts = with_body(
        r#"<script src="/js/a.js"></script><script src="//static.qinghe.gov.cn/b.js"></script>
        <script src="https://hm.baidu.com/hm.js?1"></script><script src="https://dcs.conac.cn/js/1.js"></script>
        <script src="https://cdn.bad.example.net/x.js"></script><script src="https://notbaidu.com/x.js"></script>"#,
    );
    assert_eq!(facts.signs.scripts, ["cdn.bad.example.net", "notbaidu.com"]);
}

#[test]
fn links_no_reader_sees_are_told_and_folded_menus_are_not() {
    let dark = with_body(
        r#"<div style="position:absolute; left:-9999px"><a href="http://a.example.net/">手机游戏</a></div>
        <div style="display:none"><a href="http://b.example.net/">澳门赌场</a></div>
        <p><a href="http://c.example.net/">老虎机</a></p>"#,
    );
    assert_eq!(dark.signs.dark_links.len(), 3, "{:?}", dark.signs.dark_links);
    let clean = with_body(
        r#"<ul style="display:none"><li><a href="http://www.partner.example.com/">合作媒体</a></li></ul>
        <div style="left:-9999px"><a href="http://www.heqing.gov.cn/">河清市</a><a href="/a.html">本站</a></div>
        <p><a href="http://news.example.com/1.html">公安机关打击网上赌场专项行动</a></p>"#,
    );
    assert_eq!(clean.signs.dark_links, Vec::<String>::new());
}

#[test]
fn planted_titles_are_told_and_news_against_them_is_not() {
    let titled = |title: &str| page(&format!("<html><head><title>{title}</title></head><body>正文</body></html>"));
    assert!(titled("皇冠体育_真人娱乐开户").signs.suspicious_title.is_some());
    assert!(titled("青河警方查处一起网上赌场案件").signs.suspicious_title.is_none());
    assert!(titled("青河市人民政府").signs.suspicious_title.is_none());
}

#[test]
fn letters_are_read_from_the_table_of_a_message_board() {
    let facts = with_body(
        r#"<table><tr><th>标题</th><th>留言时间</th><th>答复时间</th><th>状态</th></tr>
        <tr><td><a href="/ly/1.html">路灯不亮</a></td><td>2022-06-01</td><td>2022-06-03</td><td>已回复</td></tr>
        <tr><td><a href="/ly/2.html">公交改线</a></td><td>2022-06-08</td><td></td><td>办理中</td></tr></table>"#,
    );
    let [first, second] = &facts.letters[..] else { panic!("{:?}", facts.letters) };
    assert_eq!((first.asked, first.answered), (date(2022, 6, 1), Some(date(2022, 6, 3))));
    assert_eq!((second.answered, second.said_open), (None, true));
    assert_eq!(second.url.as_deref(), Some("http://www.qinghe.gov.cn/ly/2.html"));
    // A table of rules has days too, and is no message board.
    let other =
        with_body("<table><tr><th>名称</th><th>发布时间</th></tr><tr><td>甲</td><td>2022-06-01</td></tr></table>");
    assert!(other.letters.is_empty());
}
