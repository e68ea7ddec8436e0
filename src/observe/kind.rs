//! What a page is: home, column, article, report, search, or nothing that may be judged.

use std::sync::LazyLock;

use regex::Regex;

use super::{block, dateline, lines::Line, title};
use crate::{
    cms::Source,
    model::{DateMeaning, DateSource, Lexicon, PageFacts, PageKind},
    text::{normalise, pattern},
};

/// A page with this many links has at least a menu: it is a column, if perhaps an empty one.
const LINKS_OF_A_MENU: usize = 5;

/// 2022年政府信息公开工作年度报告 in its many forms; not the guide to it and not the website's yearly report.
static REPORT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:政府信息公开|政务公开|信息公开).{0,8}(?:年度)?.{0,6}报告|(?:政府信息公开|政务公开).{0,4}年报")
});

/// True for the title of an annual report on government-information disclosure.
pub fn is_report_title(title: &str) -> bool {
    let title = normalise(title);
    (title.contains("年度") || title.contains('年'))
        && title.contains(|letter: char| letter.is_ascii_digit() || letter == '二')
        && is_called_report(&title)
}

/// True also where the title does not say of which year it is: among reports that may be one, elsewhere a column.
pub(super) fn is_called_report(title: &str) -> bool {
    let title = normalise(title);
    let other =
        ["网站工作年度报表", "网站年度", "网站工作", "解读", "通知", "指南", "制度", "办法", "公告", "报送", "图解"];
    REPORT.is_match(&title) && !other.iter().any(|word| title.contains(word))
}

/// What the page of an article shows beside its facts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// A line with day or source under a heading that is long enough for an article's.
    dateline: bool,
    /// Days with labels stand all over the page.
    many_days: bool,
    /// A table of attributes names a title.
    attributes: bool,
    /// A text was told from its surroundings.
    body: bool,
}

impl Marks {
    /// `title_at`: the line that shows the title.
    pub(super) fn of(lines: &[Line<'_>], title_at: Option<usize>, body: bool) -> Self {
        Self {
            dateline: dateline::stands_under(lines, title_at),
            many_days: dateline::are_many(lines),
            attributes: title::row_of_attributes(lines).is_some(),
            body,
        }
    }
}

pub(super) fn decide(source: &Source<'_>, status: u16, facts: &PageFacts, lexicon: &Lexicon, marks: Marks) -> PageKind {
    if let Some(answer) = source.answer.as_ref().filter(|_| status == 200) {
        return if answer.is_list() { PageKind::Column } else { PageKind::Other };
    }
    if let Some(kind) = block::kind(source, status, facts.text_length, facts.entries.len()) {
        return kind;
    }
    let path = source.url.path();
    let stated_title = facts.meta.get("articletitle").is_some_and(|title| !title.trim().is_empty());
    let article =
        is_article(facts, stated_title, path, marks) && !is_named_column(facts, lexicon, stated_title, path, marks);
    if is_home_address(source) && !stated_title {
        return PageKind::Home;
    }
    if is_search(source) {
        return PageKind::Search;
    }
    if article {
        let is_report = facts.title.as_deref().is_some_and(is_report_title);
        return if is_report { PageKind::Report } else { PageKind::Article };
    }
    let links = Links::of(source);
    if is_home_page(source, facts, lexicon, &links) {
        return PageKind::Home;
    }
    let has_column = facts.meta.get("columnname").is_some_and(|name| !name.is_empty());
    if facts.entries.len() >= 2 || links.all >= LINKS_OF_A_MENU || has_column {
        PageKind::Column
    } else {
        PageKind::Other
    }
}

fn is_home_address(source: &Source<'_>) -> bool {
    matches!(
        source.url.path(),
        "" | "/"
            | "/index.html"
            | "/index.htm"
            | "/index.shtml"
            | "/index.jsp"
            | "/index.php"
            | "/index.asp"
            | "/default.html"
            | "/default.htm"
            | "/index.aspx"
            | "/default.aspx"
    ) && source.url.query().is_none()
}

fn is_search(source: &Source<'_>) -> bool {
    let title = normalise(&source.page.title().unwrap_or_default());
    let path = source.url.path().to_ascii_lowercase();
    (title.contains("搜索结果")
        || title.starts_with("站内搜索")
        || title.starts_with("全文检索")
        || title.contains("检索结果"))
        || path.ends_with("/search.html")
        || path.ends_with("/search.jsp")
        || path.contains("/was5/web/search")
}

/// Whether META states the title and the day of an article.
pub(super) fn is_stated_article(facts: &PageFacts) -> bool {
    let titled = facts.meta.get("articletitle").is_some_and(|title| !title.trim().is_empty());
    titled
        && facts.dates.iter().any(|claim| claim.source == DateSource::Meta && claim.meaning == DateMeaning::Published)
}

/// Addresses that publishing systems give to articles alone.
static ARTICLE_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"/t(?:19|20)\d{6}_\d+\.s?html?$|/art_\d+_\d+\.s?html?$|/info/\d+/\d+\.s?html?$|/post_\d+\.s?html?$|/content_\d+\.s?html?$",
    )
});

/// An article has a title and a date beside it, or META that says so, or a signed text, or the address of one; and it is
/// no list.
fn is_article(facts: &PageFacts, stated_title: bool, path: &str, marks: Marks) -> bool {
    /// Rows with a date of a list; an article has fewer beside it, unless it is known for one.
    const LIST: usize = 6;
    /// Letters of a text that is more than a heading and a link.
    const TEXT: usize = 60;
    let has = |source: DateSource, meaning: DateMeaning| {
        facts.dates.iter().any(|claim| claim.source == source && claim.meaning == meaning)
    };
    let stated_date = has(DateSource::Meta, DateMeaning::Published);
    let shown_date = has(DateSource::Visible, DateMeaning::Published) || has(DateSource::Visible, DateMeaning::Updated);
    if stated_title && (stated_date || shown_date) {
        return true;
    }
    let dated = facts.entries.iter().filter(|entry| entry.date.is_some()).count();
    let prose = facts.body.chars().count();
    if facts.title.is_some() && (marks.dateline || ARTICLE_ADDRESS.is_match(path)) {
        return true;
    }
    if shown_date && facts.title.is_some() && !marks.many_days {
        return dated < LIST || prose > 600;
    }
    let is_dated = stated_date
        || has(DateSource::Url, DateMeaning::Published)
        || marks.attributes && facts.dates.iter().any(|claim| claim.source == DateSource::Visible);
    stated_title && prose > 200 && dated < LIST
        || prose > 800 && dated < 3 && !marks.many_days
        || facts.title.is_some() && marks.body && is_dated && prose >= TEXT && dated < 3
}

/// A page that calls itself by its column's name and states no article of its own.
fn is_named_column(facts: &PageFacts, lexicon: &Lexicon, stated_title: bool, path: &str, marks: Marks) -> bool {
    if stated_title {
        return false;
    }
    let title = facts.title.as_deref().map(normalise).unwrap_or_default();
    let is_title = |name: Option<&String>| name.is_some_and(|name| !title.is_empty() && normalise(name) == title);
    let dated = facts.entries.iter().filter(|entry| entry.date.is_some()).count();
    let is_folder = path.ends_with('/') || path.rsplit('/').next().is_some_and(|name| name.starts_with("index"));
    // Shorter names (通知, 公告) are also headings of articles.
    let is_standard = title.chars().count() >= 4
        && lexicon
            .columns
            .iter()
            .any(|term| std::iter::once(&term.name).chain(&term.aliases).any(|name| *name == title));
    is_standard
        || is_title(facts.meta.get("columnname"))
        || (is_title(facts.column.path.last()) && (dated > 0 || is_folder))
        || (is_folder && dated >= 2 && !marks.dateline)
}

/// Links by what they say, wherever they lead: on saved pages many lead nowhere.
struct Links {
    all: usize,
    /// 更多 beside a block.
    more: usize,
    /// Long enough for a title of an article.
    long: usize,
}

impl Links {
    fn of(source: &Source<'_>) -> Self {
        let mut links = Self { all: 0, more: 0, long: 0 };
        for link in source.page.root().descendants().filter(|element| element.name() == "a") {
            let Some(text) = link.text_up_to(600) else { continue };
            let text = normalise(&text);
            let bare = text.trim_matches(['>', '+', '»', '[', ']', '…', '.']);
            links.all += usize::from(!bare.is_empty());
            links.more += usize::from(matches!(bare, "更多" | "more" | "查看更多"));
            links.long += usize::from(bare.chars().count() >= 8);
        }
        links
    }
}

/// Where the address does not tell: many blocks of links under a title that names nothing but the site.
fn is_home_page(source: &Source<'_>, facts: &PageFacts, lexicon: &Lexicon, links: &Links) -> bool {
    let column = facts.meta.get("columnname").map(|name| normalise(name)).unwrap_or_default();
    if facts.meta.get("columntype").is_some_and(|kind| kind.contains("首页")) || column.contains("首页") {
        return true;
    }
    // Two folders deep is never the home page of a portal.
    if source.url.path().matches('/').count() > 2 || !column.is_empty() || !facts.column.path.is_empty() {
        return false;
    }
    let title = normalise(&source.page.title().unwrap_or_default());
    const SITES: [&str; 12] = ["网", "政府", "局", "厅", "委", "办", "中心", "馆", "院", "平台", "站", "信息港"];
    const ENDINGS: [&str; 7] = ["省", "市", "县", "区", "镇", "乡", "在线"];
    let names_site = |part: &str| {
        SITES.iter().any(|word| part.contains(word))
            || ENDINGS.iter().any(|word| part.ends_with(word))
            || part.starts_with("中国")
    };
    let parts: Vec<&str> = title.split(['_', '|', '[', ']', '-', '·']).filter(|part| !part.is_empty()).collect();
    let says_home = parts.iter().any(|part| ["首页", "网站首页", "主页"].contains(part));
    // 通知公告_青河县人民政府 is a column, 青河县人民政府_青河县政府网 and 首页_青河县人民政府 are not.
    let is_column = (title.contains(['_', '|', '[']) && !says_home && !parts.iter().all(|part| names_site(part)))
        || lexicon
            .columns
            .iter()
            .any(|term| std::iter::once(&term.name).chain(&term.aliases).any(|name| title.starts_with(name.as_str())));
    let is_site = title.is_empty() || says_home || parts.iter().any(|part| names_site(part));
    let is_rich = links.all >= 40 && (links.more >= 3 || links.long >= 40 || links.all >= 120);
    is_site && !is_column && is_rich
}
