//! The portal that is crawled: made up, always the same, and as large as wanted. Every page is worked out when it is
//! asked for, so the server holds nothing.
//!
//! One home page, [`COLUMNS`] columns with twenty rows a list page, and articles. An article has 25 KB and 43 links:
//! menus, crumbs, neighbours; one link in a hundred leads nowhere.

use std::fmt::Write as _;

pub const COLUMNS: usize = 25;
const ROWS: usize = 20;
const NEIGHBOURS: usize = 14;

/// Which page an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Home,
    /// Column and page of its list, both from 0.
    List(usize, usize),
    /// Number of the article, from 0.
    Article(usize),
}

/// A portal of a given number of pages.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    articles: usize,
}

impl Site {
    /// The largest portal of at most that many pages.
    pub fn of(pages: usize) -> Self {
        let lists = |articles: usize| (0..COLUMNS).map(|column| lists_of(articles, column)).sum::<usize>();
        let mut articles = pages.saturating_sub(1 + COLUMNS).max(COLUMNS);
        while articles > COLUMNS && 1 + lists(articles) + articles > pages {
            articles -= 1;
        }
        Self { articles }
    }

    /// The addresses of all pages.
    pub fn pages(self) -> Vec<String> {
        let lists = (0..COLUMNS).flat_map(|column| (0..lists_of(self.articles, column)).map(move |at| (column, at)));
        std::iter::once("/".to_owned())
            .chain(lists.map(|(column, at)| list(column, at)))
            .chain((0..self.articles).map(article))
            .collect()
    }

    /// How many addresses are linked and do not exist.
    pub fn broken(self) -> usize {
        (self.articles / 50).max(1)
    }

    /// Whether the address is one of those.
    pub fn is_broken(self, path: &str) -> bool {
        let number = path.strip_prefix("/gone/t20190101_").and_then(|rest| rest.strip_suffix(".html"));
        number.and_then(|number| number.parse::<usize>().ok()).is_some_and(|number| number < self.broken())
    }

    /// The page at an address.
    pub fn page(self, path: &str) -> Option<String> {
        let place = self.place(path)?;
        let (title, column) = match place {
            Place::Home => ("明溪市人民政府".to_owned(), None),
            Place::List(column, _) => (column_name(column), Some(column)),
            Place::Article(number) => (title(number), Some(number % COLUMNS)),
        };
        let mut page = String::with_capacity(26_000);
        head(&mut page, &title, column, matches!(place, Place::Article(_)).then_some(place));
        page.push_str("<div class=\"nav\"><ul>\n<li><a href=\"/\">首页</a></li>\n");
        for column in 0..COLUMNS {
            let name = column_name(column);
            let _ = writeln!(
                page,
                "<li class=\"c{column}\"><a href=\"{}\" title=\"{name}\"><span style=\"color:#fff\">{name}</span></a></li>",
                list(column, 0)
            );
        }
        page.push_str("</ul></div>\n<div class=\"main\">");
        if let Some(column) = column {
            let name = column_name(column);
            let _ = write!(
                page,
                "<div class=\"crumb\">您现在的位置：<a href=\"/\">首页</a> &gt; <a href=\"{}\">{name}</a></div>",
                list(column, 0)
            );
        }
        match place {
            Place::Home => {
                page.push_str("<ul class=\"news\">\n");
                (0..ROWS.min(self.articles)).for_each(|number| row(&mut page, number));
                page.push_str("</ul>\n");
            }
            Place::List(column, at) => self.list_page(&mut page, column, at),
            Place::Article(number) => self.article_page(&mut page, number),
        }
        page.push_str(
            "</div>\n<div class=\"footer\"><p>主办单位：明溪市人民政府办公室　网站标识码：9900000001　联系电话：0000-1234567</p>\
             <p>云ICP备00000001号　云公网安备 99000000000001号</p></div>\n</body>\n</html>\n",
        );
        Some(page)
    }

    fn place(self, path: &str) -> Option<Place> {
        if matches!(path, "/" | "/index.html") {
            return Some(Place::Home);
        }
        let (folder, file) = path.strip_prefix("/c")?.split_once('/')?;
        let column: usize = folder.parse().ok().filter(|column| *column < COLUMNS)?;
        if let Some(article) = file.split_once("/t20").map(|(_, rest)| rest) {
            let number = article.split_once('_')?.1.strip_suffix(".html")?.parse().ok()?;
            return (number < self.articles && self::article(number) == path).then_some(Place::Article(number));
        }
        let at = match file {
            "" | "index.html" => 0,
            _ => file.strip_prefix("index_")?.strip_suffix(".html")?.parse().ok()?,
        };
        (at < lists_of(self.articles, column)).then_some(Place::List(column, at))
    }

    fn list_page(self, page: &mut String, column: usize, at: usize) {
        page.push_str("<ul class=\"list\">\n");
        let own = (column..self.articles).step_by(COLUMNS).skip(at * ROWS).take(ROWS);
        own.for_each(|number| row(page, number));
        page.push_str("</ul>\n<div class=\"page\">");
        let pages = lists_of(self.articles, column);
        for other in [at.checked_sub(1), (at + 1 < pages).then_some(at + 1)].into_iter().flatten() {
            let word = if other < at { "上一页" } else { "下一页" };
            let _ = write!(page, "<a href=\"{}\">{word}</a> ", list(column, other));
        }
        page.push_str("</div>\n");
    }

    fn article_page(self, page: &mut String, number: usize) {
        let (name, day) = (title(number), day(number));
        let _ = write!(
            page,
            "<div class=\"article\"><h1 class=\"tit\">{name}</h1><div class=\"info\"><span>发布日期：{day}</span>\
             <span>来源：明溪市人民政府办公室</span></div>\n<div class=\"TRS_Editor\" id=\"zoom\">"
        );
        let mut dice = Dice(number as u64 + 1);
        for _ in 0..20 {
            page.push_str("<p style=\"text-indent: 2em; line-height: 28pt; font-family: 宋体; font-size: 16pt;\"><span style=\"font-family: 宋体; font-size: 16pt;\">");
            for _ in 0..5 {
                let (who, how, what, so) = (dice.of(&SUBJECTS), dice.of(&VERBS), dice.of(&OBJECTS), dice.of(&ENDS));
                let _ = write!(page, "{who}{how}{what}，{so}，共计{}项。", dice.below(480) + 3);
            }
            page.push_str("</span></p>\n");
        }
        page.push_str("</div></div>\n<div class=\"related\"><h3>相关链接</h3><ul>\n");
        for step in 0..NEIGHBOURS {
            row(page, (number + 1 + step * step * 37) % self.articles);
        }
        if number.is_multiple_of(2) {
            let gone = dice.below(self.broken());
            let gone = if number / 2 < self.broken() { number / 2 } else { gone };
            let _ = writeln!(page, "<li><a href=\"/gone/t20190101_{gone}.html\">已失效的链接{gone}</a></li>");
        }
        page.push_str("</ul></div>\n");
    }
}

fn head(page: &mut String, title: &str, column: Option<usize>, article: Option<Place>) {
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\" />\n\
         <title>{title}_明溪市人民政府</title>\n<meta name=\"SiteName\" content=\"明溪市人民政府\">\n\
         <meta name=\"SiteDomain\" content=\"www.mingxi.example\">\n<meta name=\"SiteIDCode\" content=\"9900000001\">\n"
    );
    if let Some(column) = column {
        let _ = writeln!(page, "<meta name=\"ColumnName\" content=\"{}\">", column_name(column));
    }
    if let Some(Place::Article(number)) = article {
        let _ = writeln!(
            page,
            "<meta name=\"ArticleTitle\" content=\"{title}\">\n<meta name=\"PubDate\" content=\"{} 10:01\">",
            day(number)
        );
    }
    page.push_str("<style type=\"text/css\">\n");
    for class in 0..34 {
        let _ = writeln!(
            page,
            ".c{class} a{{color:#{:03x};font-size:{}px;line-height:{}px}}",
            class * 97 % 4096,
            12 + class % 5,
            20 + class % 7
        );
    }
    page.push_str("</style>\n<script type=\"text/javascript\">\nfunction showTab(n){for(var i=0;i<4;i++){document.getElementById(\"tab\"+i).style.display=(i==n)?\"block\":\"none\";}}\n</script>\n</head>\n<body>\n");
}

fn row(page: &mut String, number: usize) {
    let (title, day) = (title(number), day(number));
    let _ = writeln!(
        page,
        "<li><a href=\"{}\" target=\"_blank\" title=\"{title}\">{title}</a><span>{day}</span></li>",
        article(number)
    );
}

/// List pages of a column.
fn lists_of(articles: usize, column: usize) -> usize {
    (column..articles).step_by(COLUMNS).count().div_ceil(ROWS).max(1)
}

fn list(column: usize, at: usize) -> String {
    if at == 0 { format!("/c{column}/") } else { format!("/c{column}/index_{at}.html") }
}

fn article(number: usize) -> String {
    let day = day(number).replace('-', "");
    format!("/c{}/{}/t{day}_{number}.html", number % COLUMNS, &day[..6])
}

fn day(number: usize) -> String {
    let (year, month, day) = (2019 + number % 7, 1 + number / 7 % 12, 1 + number / 84 % 28);
    format!("{year}-{month:02}-{day:02}")
}

fn title(number: usize) -> String {
    let mut dice = Dice(number as u64);
    format!("关于{}{}的通知（第{number}号）", dice.of(&VERBS), dice.of(&OBJECTS))
}

fn column_name(column: usize) -> String {
    const NAMES: [&str; 8] =
        ["通知公告", "政策文件", "财政预决算", "人事信息", "规划计划", "统计信息", "行政许可", "工作动态"];
    NAMES.get(column).map_or_else(|| format!("{}专栏", OBJECTS[column % OBJECTS.len()]), |name| (*name).to_owned())
}

const SUBJECTS: [&str; 8] =
    ["市财政局", "市教育局", "市民政局", "市水利局", "市统计局", "市应急管理局", "市农业农村局", "市卫生健康委员会"];
const VERBS: [&str; 8] =
    ["贯彻落实", "统筹推进", "加快实施", "深入开展", "持续优化", "切实做好", "有序推动", "健全完善"];
const OBJECTS: [&str; 10] = [
    "政务公开标准化规范化工作",
    "营商环境改革任务",
    "安全生产专项整治",
    "城镇老旧小区改造",
    "义务教育均衡发展",
    "基本公共卫生服务",
    "生态环境保护整改",
    "防汛抗旱应急准备",
    "高校毕业生就业创业",
    "农村人居环境整治",
];
const ENDS: [&str; 6] = [
    "取得阶段性成效",
    "有关情况现予公布",
    "切实维护人民群众合法权益",
    "按照时间节点完成目标任务",
    "形成齐抓共管的工作格局",
    "为经济社会高质量发展提供有力保障",
];

/// The same numbers on every machine (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }

    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }
}
