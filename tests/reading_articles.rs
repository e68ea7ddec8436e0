//! Articles in the forms portals give them: where the day stands and what it is called, what shows that a page is an
//! article, and which of several headings is its title. Each form has its counterpart that must not be mistaken for it.

use std::sync::LazyLock;

use mingcha::{
    catalog::Catalog,
    model::{Lexicon, PageFacts, PageKind},
    observe::{self, PageInput},
};

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Catalog::load(None).unwrap().lexicon);

const TITLE: &str = "青禾市人民政府关于调整最低生活保障标准的公告";
const ADDRESS: &str = "http://www.qinghe.example.gov.cn/xwzx/gggs/4821.html";
const DATED_ADDRESS: &str = "http://www.qinghe.example.gov.cn/xwzx/gggs/202211/t20221109_4821.html";
const TEXT: &str = "<p>　　为做好困难群众的基本生活保障，经市政府研究同意，现将调整后的标准予以公告，请各县区遵照执行。</p>\
    <p>　　一、城市标准每人每月七百元，农村标准每人每月五百元。</p><p>　　二、本公告自发布之日起执行，原标准同时废止。</p>";
const SHORT: &str = "<p>　　因管道检修，本周六城区停水一天。</p>";

fn page(head: &str, body: &str, url: &str) -> PageFacts {
    let html = format!(
        "<html><head><meta charset=\"utf-8\">{head}</head><body><div class=\"header\"><ul><li><a href=\"/\">首页</a></li>\
         <li><a href=\"/zwgk/\">政务公开</a></li><li><a href=\"/xwzx/\">新闻中心</a></li><li><a href=\"/bsfw/\">办事服务</a></li>\
         <li><a href=\"/hdjl/\">互动交流</a></li></ul></div><div class=\"position\">当前位置：<a href=\"/\">首页</a> &gt; \
         <a href=\"/xwzx/\">新闻中心</a> &gt; <a href=\"/xwzx/gggs/\">公告公示</a></div>{body}\
         <div class=\"footer\"><p>主办单位：青禾市人民政府办公室</p><p>网站标识码：1499310001</p></div></body></html>"
    );
    let input = PageInput {
        url,
        final_url: url,
        status: 200,
        content_type: Some("text/html"),
        bytes: html.as_bytes(),
        received: None,
    };
    observe::page(&input, &LEXICON)
}

fn titled(title: &str) -> String {
    format!("<title>{title}</title>")
}

fn article(head_and_title: &str, url: &str) -> PageFacts {
    page(&titled(&format!("{TITLE}_青禾市人民政府")), head_and_title, url)
}

fn rows(from: u8) -> String {
    let row = |day: u8| {
        format!(
            "<li><a href=\"/xw/{day}.html\">全市第{day}次安全生产工作会议召开部署任务</a><span>2022-10-{day}</span></li>"
        )
    };
    format!("<ul>{}</ul>", (from..from + 8).map(row).collect::<String>())
}

fn day(facts: &PageFacts) -> String {
    facts.published.map(|moment| moment.date.to_string()).unwrap_or_default()
}

/// The day of an article whose line of day and source is this.
fn day_beside(line: &str) -> String {
    let facts = article(&format!("<h1>{TITLE}</h1>{line}<div class=\"article-content\">{TEXT}</div>"), ADDRESS);
    assert_eq!(facts.title.as_deref(), Some(TITLE), "{line}");
    day(&facts)
}

#[test]
fn days_are_written_in_many_ways() {
    for line in [
        "２０２２－１１－０９　来源：市民政局",
        "发布时间：２０２２年１１月９日",
        "日期：22-11-09　来源：本站",
        "发布时间：20221109",
        "2022年11月09日 星期三",
        "[ 2022-11-9 8:05:00 ] [浏览次数：12]",
        "<b>09</b><span>2022-11</span>",
        "<div>09</div><div>2022.11</div>",
        "<span>09日</span><span>2022年11月</span>",
        "<em>11-09</em><p>2022</p>",
        "<span>2022</span><b>11/09</b>",
        "发布时间：2022<i>-</i>11<i>-</i>09",
        "发布时间：<script>document.write(\"2022-11-09 10:11\".substring(0, 10));</script>　来源：市民政局",
        "发布时间：<a href=\"javascript:;\">2022-11-09</a>",
    ] {
        assert_eq!(day_beside(&format!("<div class=\"info\">{line}</div>")), "2022-11-09", "{line}");
    }
}

#[test]
fn labels_of_the_day_are_many() {
    for label in [
        "发布日期",
        "来稿时间",
        "发稿日期",
        "编辑时间",
        "录入时间",
        "上传日期",
        "公布日期",
        "信息提供日期",
        "刊登时间",
        "添加日期",
        "网站发布日期",
        "[ 发布日期 ]",
        "【发布时间】",
        "投稿时间",
    ] {
        assert_eq!(day_beside(&format!("<div class=\"info\">{label}：2022-11-09</div>")), "2022-11-09", "{label}");
    }
    // 提交时间 is also said of letters; beside a source it is the article's.
    assert_eq!(day_beside("<div>来源：市民政局　提交时间：2022-11-09</div>"), "2022-11-09");
    for label in ["征集时间", "报名截止时间", "活动时间", "开标时间", "今天是", "会议日期"] {
        assert_eq!(day_beside(&format!("<div class=\"info\">{label}：2022-11-09</div>")), "", "{label}");
    }
}

#[test]
fn links_beside_the_day_may_be_tools_or_the_source() {
    for link in [
        "<a href=\"#\">【打印本页内容】</a>",
        "<a href=\"#\">分享到微信朋友圈</a>",
        "来源：<a href=\"/\">青禾市人民政府网站</a>",
    ] {
        assert_eq!(day_beside(&format!("<div>2022-11-09 {link}</div>")), "2022-11-09", "{link}");
    }
    assert_eq!(
        day_beside("<div>2022年11月09日 10:11 <a href=\"http://www.heyuan.gov.cn/\">河源日报</a></div>"),
        "2022-11-09"
    );
    assert_eq!(day_beside("<div>2022-11-09 <a href=\"/xw/2.html\">全市安全生产工作会议召开</a></div>"), "", "a row");
}

#[test]
fn a_day_between_heading_and_first_paragraph_of_the_text() {
    let within = |line: &str, class: &str, url: &str| {
        day(&article(&format!("<div class=\"{class}\"><h1>{TITLE}</h1>{line}{}</div>", TEXT.repeat(3)), url))
    };
    for class in ["content", "article-content", "news_content"] {
        for line in [
            "<p>2022-11-08</p>",
            "<p align=\"center\">2022年11月08日 10:11　　来源：市民政局</p>",
            "<p>来源：市民政局</p><p>2022-11-08</p>",
            "<p>青府发〔2022〕5号</p><p>2022-11-08</p>",
        ] {
            assert_eq!(within(line, class, DATED_ADDRESS), "2022-11-08", "{class} {line}");
        }
        for line in [
            "<p>（2022年10月20日）</p>",
            "<p>（2022年10月20日市政府常务会议通过）</p>",
            "<p>2022年10月20日全市停水检修。</p>",
            "<p>现将情况公示如下：</p><table><tr><td>李某</td><td>1990-01-12</td></tr></table>",
        ] {
            let told = within(line, class, DATED_ADDRESS);
            assert!(
                told == "2022-11-09" || class == "content" && told == "2022-10-20" && line.contains("日）"),
                "{class} {line} {told}"
            );
        }
    }
    let signed = format!(
        "<div class=\"pics\"><h1>{TITLE}</h1><p><img src=\"1.jpg\"></p><p>青禾市民政局</p><p>2022年10月20日</p></div>"
    );
    assert_eq!(day(&article(&signed, DATED_ADDRESS)), "2022-11-09", "a signature under a picture");
}

#[test]
fn the_text_is_the_inner_box_where_the_outer_one_has_the_heading() {
    let body = format!(
        "<div class=\"news_content\"><h1>{TITLE}</h1><p>2022-11-09 浏览：12</p><div id=\"zoom\">{TEXT}</div></div>"
    );
    let facts = article(&body, ADDRESS);
    assert!(facts.body.starts_with("为做好困难群众"), "{}", facts.body);
    assert_eq!(day(&facts), "2022-11-09");
    let nested = format!(
        "<h1>{TITLE}</h1><div class=\"TRS_Editor\"><div class=\"TRS_Editor\">{TEXT}</div><p>青禾市人民政府</p><p>2022年11月7日</p></div>"
    );
    let facts = article(&nested, DATED_ADDRESS);
    assert!(facts.body.ends_with("2022年11月7日"), "the signature belongs to the text: {}", facts.body);
}

#[test]
fn a_text_may_be_broken_by_hand() {
    let text = [
        "　　根据有关规定，经研究同意，现将调整后的标准予以公告，请各县区遵照执行。<br><br>",
        "　　一、城市标准每人每月七百元。<br>　　二、农村标准每人每月五百元。<br>",
        "　　本公告自发布之日起执行，原标准同时废止，请相互转告。",
    ]
    .concat();
    let table = format!(
        "<table><tr><td align=center class=newstitle>{TITLE}</td></tr><tr><td align=center>作者：佚名&nbsp;点击数：12&nbsp;更新时间：2022-11-9\
         </td></tr><tr><td>{text}</td></tr></table>"
    );
    let facts = page(&titled("青禾市民政局信息网"), &table, "http://mzj.qinghe.example.gov.cn/shownews.asp?id=12");
    assert_eq!((facts.title.as_deref(), day(&facts).as_str()), (Some(TITLE), "2022-11-09"));
    assert!(facts.body.starts_with("根据有关规定") && facts.body.ends_with("请相互转告。"), "{}", facts.body);
}

#[test]
fn short_articles_are_articles() {
    let beside = format!("<div class=\"xg\"><h3>相关信息</h3>{}</div>", rows(10));
    let told = format!("<h1>{TITLE}</h1><div>发布时间：2022-11-09 来源：市民政局</div>");
    for (body, url) in [
        (format!("<h1>{TITLE}</h1>{SHORT}"), DATED_ADDRESS),
        (
            format!("<h1>{TITLE}</h1><p><img src=\"1.jpg\"></p>{beside}"),
            "http://www.qinghe.example.gov.cn/info/1019/321.htm",
        ),
        (format!("{told}<div class=\"con\">{SHORT}</div>{beside}"), ADDRESS),
        (format!("{told}<p><img src=\"1.jpg\"></p>{beside}"), "http://www.qinghe.example.gov.cn/show/4821/"),
        (format!("{beside}{told}<div class=\"con\">{SHORT}</div>"), ADDRESS),
        (format!("<h1>{TITLE}</h1><div>来源：市民政局</div><div class=\"con\">{TEXT}</div>"), ADDRESS),
    ] {
        assert_eq!(article(&body, url).kind, PageKind::Article, "{body}");
    }
    let stated = page(
        "<meta name=\"PubDate\" content=\"2022-11-09\">",
        &format!("<h1>{TITLE}</h1><div class=\"zhengwen\">{TEXT}</div>"),
        ADDRESS,
    );
    assert_eq!(stated.kind, PageKind::Article);
}

#[test]
fn lists_that_tell_days_are_no_articles() {
    let excerpt = "为进一步提升政务服务水平，全市召开会议研究部署有关工作，要求各县区认真落实各项任务。";
    let told = |day: u8| {
        format!(
            "<div><h4><a href=\"{day}.html\">全市第{day}次会议召开</a></h4><p>{excerpt}</p><p>发布时间：2022-10-{day}</p></div>"
        )
    };
    let alone = |day: u8| {
        format!(
            "<div><a href=\"{day}.html\">全市第{day}次会议召开</a><p>{}<a href=\"{day}.html\">[详细]</a></p><p>2022年10月{day}日</p></div>",
            &excerpt[..90]
        )
    };
    let first =
        "<div><h4><a href=\"9.html\">全市第九次会议召开</a></h4><p>全市召开会议。</p><p>发布时间：2022-10-31</p></div>";
    for body in [
        format!("<h2>重大建设项目批准和实施</h2>{}", (10..18).map(told).collect::<String>()),
        format!("<h2>乡镇之窗</h2>{}", (10..13).map(alone).collect::<String>()),
        format!("<h1>公告公示</h1>{first}{}", rows(10)),
        format!("<h1>公告公示</h1><p>更新时间：2022-11-09</p>{}", rows(10)),
    ] {
        let facts = page(&titled("公告公示-青禾市人民政府"), &body, "http://www.qinghe.example.gov.cn/xwzx/gggs.html");
        assert_eq!(facts.kind, PageKind::Column, "{:?} {body}", facts.title);
    }
}

#[test]
fn the_title_is_the_heading_above_the_day() {
    let info = "<div class=\"info\">发布时间：2022-11-09 来源：市民政局</div>";
    let text = format!("<div class=\"con\">{}</div>", TEXT.repeat(2));
    let tested = |tag: &str, heading: &str| {
        page(&titled(tag), &format!("{heading}{info}{text}"), ADDRESS).title.unwrap_or_default()
    };
    for (tag, heading) in [
        ("公告公示_青禾市人民政府", format!("<div class=\"title\">公告公示</div><div class=\"con-t\">{TITLE}</div>")),
        ("公告公示-青禾市人民政府", format!("<h2>公告公示</h2><p class=\"wzbt\">{TITLE}</p>")),
        ("青禾市人民政府", format!("<h1>公告公示</h1><h2>{TITLE}</h2>")),
        ("信息详情", format!("<div style=\"text-align:center\">{TITLE}</div>")),
        ("详情", format!("<table><tr><td align=\"center\"><font size=\"5\"><b>{TITLE}</b></font></td></tr></table>")),
        ("青禾市人民政府网", format!("<div class=\"side-title\">最新信息公开目录列表</div><div>{TITLE}</div>")),
        ("青禾市人民政府", "<div class=\"tt\">青禾市人民政府<br>关于调整最低生活保障标准的公告</div>".to_owned()),
        ("青禾市人民政府", "<div><p>青禾市人民政府</p><p>关于调整最低生活保障标准的公告</p></div>".to_owned()),
        ("详情", format!("<h1>{TITLE}</h1><h2>——城市与农村同步提高</h2><p>青府发〔2022〕5号</p>")),
        ("详情", format!("<h1>{TITLE}</h1><div>字体：<a>大</a> <a>中</a> <a>小</a> 分享到：<a>微信</a></div>")),
        ("详情", format!("<h1>{TITLE}<span>分享到：</span></h1>")),
        (
            "青禾市人民政府-青禾市人民政府关于调整最低生活保障标准的公告",
            format!("<div><h1>青禾市人民政府</h1></div><h2>{TITLE}</h2>"),
        ),
    ] {
        assert_eq!(tested(tag, &heading).replace(' ', ""), TITLE, "{tag} {heading}");
    }
}

#[test]
fn titles_keep_what_looks_like_the_end_of_one() {
    let info = "<div class=\"info\">发布时间：2022-11-09 来源：市民政局</div>";
    for (title, ending) in [
        ("青禾市2022年1-9月经济运行情况", "-统计数据-青禾市统计局"),
        ("市委书记调研：扛牢责任-全力推进乡村振兴", "-青禾市人民政府"),
        ("青禾市空气质量日报2022-11-08", "_青禾市人民政府"),
        ("公告", "_公告公示_青禾市人民政府"),
        ("就业服务|青禾市举办秋季招聘会", "_工作动态_青禾市人民政府"),
    ] {
        for element in ["h1", "p"] {
            if element == "p" && title == "公告" {
                continue;
            }
            let body = format!("<{element}>{title}</{element}>{info}<div class=\"con\">{TEXT}</div>");
            assert_eq!(
                page(&titled(&format!("{title}{ending}")), &body, ADDRESS).title.as_deref(),
                Some(title),
                "{element}"
            );
        }
    }
}

#[test]
fn meta_with_the_name_of_site_or_column() {
    let body = format!("<h1>{TITLE}</h1><div>2022-11-09 来源：市民政局</div><div class=\"con\">{TEXT}</div>");
    for stated in [
        format!("{TITLE}-青禾市人民政府"),
        format!("{TITLE}_青禾市人民政府门户网站"),
        format!("青禾市人民政府网站-{TITLE}"),
        "公告公示".to_owned(),
        "青禾市人民政府关于调整最低".to_owned(),
    ] {
        let head = format!("<title>{TITLE}</title><meta name=\"ArticleTitle\" content=\"{stated}\">");
        assert_eq!(page(&head, &body, ADDRESS).title.as_deref(), Some(TITLE), "{stated}");
    }
    let whole = "市场监管-青禾市民政局";
    let head = format!("<meta name=\"ArticleTitle\" content=\"{whole}\">");
    let body = format!("<p>市场监管</p><h1>{whole}</h1><div>2022-11-09 来源：市民政局</div>{TEXT}");
    assert_eq!(page(&head, &body, ADDRESS).title.as_deref(), Some(whole), "what the page shows whole stays whole");
}

#[test]
fn tables_of_attributes_hold_title_and_day() {
    let table = |rows: &[&[&str]]| {
        let cells = |row: &&[&str]| {
            format!("<tr>{}</tr>", row.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>())
        };
        format!("<table>{}</table>", rows.iter().map(cells).collect::<String>())
    };
    let text = format!("<div class=\"zhengwen\">{TEXT}</div>");
    for head in [
        table(&[
            &["索引号：", "014/2022-1", "主题分类：", "民政"],
            &["标　　题：", TITLE],
            &["成文日期：", "2022年11月1日", "发布日期：", "2022年11月9日"],
        ]),
        table(&[
            &["索引号", "公文名称", "发文机关", "成文日期", "发布日期"],
            &["014/2022-1", TITLE, "青禾市人民政府", "2022-11-01", "2022-11-09"],
        ]),
        table(&[&["索引号", "014/2022-1", "生成日期", "2022-11-09"], &["名称", TITLE]]),
        format!(
            "<ul><li>索引号：014/2022-1</li><li>信息名称：{TITLE}</li><li>成文日期：2022-11-01</li><li>发布日期：2022-11-09</li></ul>"
        ),
    ] {
        let facts = page(&titled("信息公开目录"), &format!("{head}{text}"), ADDRESS);
        let found = (facts.kind, facts.title.as_deref(), day(&facts));
        assert_eq!(found, (PageKind::Article, Some(TITLE), "2022-11-09".to_owned()), "{head}");
    }
}
