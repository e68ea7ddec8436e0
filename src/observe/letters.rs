//! Letters and messages with the days they were asked and answered, from tables of a message board and from the pages
//! of single letters.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    model::{Letter, PageFacts, PageKind, Table},
    text::{dates, normalise, pattern, tidy},
};

static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:来信|留言|提交|写信|咨询|提问|登记)(?:时间|日期)\s*[:：]?\s*([0-9年月日/.\- ]{8,12})")
});
static ANSWERED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:答复|回复|办结|办复|反馈)(?:时间|日期)\s*[:：]?\s*([0-9年月日/.\- ]{8,12})"));

const ASKING: [&str; 7] = ["来信", "留言", "提交", "写信", "咨询", "提问", "登记"];
const ANSWERING: [&str; 5] = ["答复", "回复", "办结", "办复", "反馈"];
const OPEN: [&str; 10] =
    ["未回复", "未答复", "待回复", "待答复", "暂无回复", "暂无答复", "办理中", "处理中", "未办结", "待办理"];
/// What the state of a letter says as well where nothing was answered; in running text the words mean other things.
const OPEN_STATES: [&str; 9] =
    ["已受理", "受理中", "待受理", "转办中", "已转办", "已交办", "交办中", "待处理", "正在办理"];
/// The state that the page of a letter labels.
static STATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:办理|处理|信件|当前|回复|受理)?(?:状态|进度)\s*[:：]?\s*(\p{Han}{2,6})"));
const CLOSED: [&str; 5] = ["已回复", "已答复", "已办结", "已办理", "已反馈"];

/// `text` is the body of the page, or all of it where no body could be told from its surroundings.
pub(super) fn read(facts: &PageFacts, text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = facts.tables.iter().flat_map(of_table).collect();
    // Letters of many systems have no day of publication, and pass for pages of their column.
    let is_list = facts.entries.len() > 2;
    let may_be_letter = match facts.kind {
        PageKind::Article => true,
        PageKind::Column | PageKind::Other => !is_list,
        _ => false,
    };
    if letters.is_empty() && may_be_letter {
        letters.extend(of_page(facts, text));
    }
    letters
}

/// A table whose heading has a day of asking, and a day or a state of answering.
fn of_table(table: &Table) -> Vec<Letter> {
    let Some((heading, rows)) = table.rows.split_first() else { return Vec::new() };
    let heading: Vec<String> = heading.iter().map(|cell| normalise(cell)).collect();
    let is_day = |cell: &String| cell.ends_with("时间") || cell.ends_with("日期");
    let place = |fits: &dyn Fn(&String) -> bool| heading.iter().position(fits);
    let asked = place(&|cell| is_day(cell) && ASKING.iter().any(|word| cell.contains(word)));
    let answered = place(&|cell| is_day(cell) && ANSWERING.iter().any(|word| cell.contains(word)));
    let state = place(&|cell| cell.contains("状态")).or_else(|| {
        place(&|cell| ["办理情况", "处理情况", "办理进度", "答复情况", "回复情况"].contains(&cell.as_str()))
    });
    let title =
        place(&|cell| ["标题", "主题", "信件", "内容", "问题"].iter().any(|word| cell.contains(word)) && !is_day(cell));
    let (Some(asked), true) = (asked, answered.is_some() || state.is_some()) else { return Vec::new() };
    let read = |(number, row): (usize, &Vec<String>)| {
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).map(String::as_str).unwrap_or_default();
        let day = |text: &str| dates::first(text).map(|(day, _)| day);
        let (state, answered) = (normalise(cell(state)), day(cell(answered)));
        Some(Letter {
            title: tidy(cell(title)),
            url: table.row_links.get(number + 1).and_then(|links| links.first()).cloned(),
            asked: day(cell(Some(asked)))?,
            answered,
            said_open: is_open(&state),
            said_closed: CLOSED.iter().any(|word| state.contains(word)),
        })
    };
    rows.iter().enumerate().filter_map(read).collect()
}

fn is_open(state: &str) -> bool {
    OPEN.iter().chain(&OPEN_STATES).any(|word| state.contains(word))
}

/// The page of one letter, which labels its days.
fn of_page(facts: &PageFacts, text: &str) -> Option<Letter> {
    let day = |form: &Regex| dates::first(form.captures(text)?.get(1)?.as_str()).map(|(day, _)| day);
    // Where several letters stand on one page, nothing tells which label belongs to which.
    if ASKED.find_iter(text).count() > 1 {
        return None;
    }
    let asked = day(&ASKED)?;
    let answered = day(&ANSWERED);
    let states = || STATE.captures_iter(text).any(|state| OPEN_STATES.iter().any(|word| state[1].starts_with(word)));
    let said_open = OPEN.iter().any(|word| text.contains(word)) || (answered.is_none() && states());
    let speaks = answered.is_some() || said_open || ANSWERING.iter().any(|word| text.contains(word));
    speaks.then(|| Letter {
        title: facts.title.clone().unwrap_or_default(),
        url: None,
        asked,
        answered,
        said_open,
        // Where an answer has no day, it may still stand there.
        said_closed: answered.is_none() && !said_open,
    })
}
