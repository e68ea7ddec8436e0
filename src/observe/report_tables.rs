//! The three tables of an annual report, cell by cell, through merged, split and shifted cells.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use rust_decimal::Decimal;

use crate::{
    model::{
        Block, Cell, Paper, PaperCell, ReportTables,
        report::{APPLICANTS, DISPUTE_RESULTS, DISPUTES},
    },
    text::{normalise, pattern},
};

type Rows = [Vec<PaperCell>];

/// Rows of the table of requests by words that stand in no other row's label, sub-rows before the rows they stand under.
const REQUEST_ROWS: [(&str, &[&str]); 28] = [
    ("4", &["结转下年", "结转下一年"]),
    ("1", &["本年新收"]),
    ("2", &["上年结转", "上年度结转", "上一年结转", "上一年度结转"]),
    ("3.7", &["(七)总计", "七)总计", "(七)合计"]),
    ("3.3.1", &["国家秘密"]),
    ("3.3.2", &["法律行政法规禁止", "法律、行政法规禁止", "法律法规禁止"]),
    ("3.3.3", &["三安全"]),
    ("3.3.4", &["第三方合法权益"]),
    ("3.3.5", &["内部事务"]),
    ("3.3.6", &["过程性信息"]),
    ("3.3.7", &["行政执法案卷"]),
    ("3.3.8", &["行政查询"]),
    ("3.4.1", &["不掌握"]),
    ("3.4.2", &["另行制作"]),
    ("3.4.3", &["补正后"]),
    ("3.5.1", &["信访举报", "信访、举报"]),
    ("3.5.2", &["重复申请"]),
    ("3.5.3", &["公开出版物"]),
    ("3.5.4", &["大量反复"]),
    ("3.5.5", &["重新出具"]),
    ("3.6.1", &["逾期不补正"]),
    ("3.6.2", &["缴纳费用", "未缴费", "未按收费"]),
    ("3.1", &["予以公开"]),
    ("3.2", &["部分公开"]),
    ("3.3", &["不予公开"]),
    ("3.4", &["无法提供"]),
    ("3.5", &["不予处理"]),
    ("3.6", &["其他处理"]),
];

/// Words of the subjects of the table of disclosure, and the names they are kept under.
const SUBJECTS: [(&str, &str); 7] = [
    ("规范性文件", "规范性文件"),
    ("规章", "规章"),
    ("行政许可", "行政许可"),
    ("行政处罚", "行政处罚"),
    ("行政强制", "行政强制"),
    ("行政事业性收费", "行政事业性收费"),
    ("政府集中采购", "政府集中采购"),
];

/// A figure with the thousands set apart.
static THOUSANDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"));

pub(super) fn read(paper: &Paper) -> ReportTables {
    let mut tables = ReportTables::default();
    for block in &paper.blocks {
        let Block::Table(rows) = block else { continue };
        let words: String =
            rows.iter().flatten().filter(|place| !place.repeated).map(|place| normalise(&place.text)).collect();
        if words.contains("本年新收") && words.contains("结转") && tables.requests.is_empty() {
            tables.requests = requests(rows);
        }
        if words.contains("行政复议") && words.contains("维持") && tables.disputes.is_empty() {
            tables.disputes = disputes(rows);
        }
        if SUBJECTS.iter().filter(|(word, _)| words.contains(word)).count() >= 1 && speaks_of_numbers(&words) {
            for (name, cells) in disclosure(rows) {
                tables.disclosure.entry(name).or_insert(cells);
            }
        }
    }
    tables
}

fn speaks_of_numbers(words: &str) -> bool {
    ["制发件数", "废止件数", "有效件数", "制作数", "公开数量", "公开总数", "处理决定数量", "收费金额", "项目数量"]
        .iter()
        .any(|word| words.contains(word))
}

/// Rows of a text without columns: those that end with as many figures as the form has columns.
pub(super) fn read_lines(tables: &mut ReportTables, lines: &[&str]) {
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let figures = words.iter().rev().take_while(|word| matches!(cell(word), Cell::Number(_))).count();
        let cells: Vec<Cell> = words[words.len() - figures..].iter().map(|word| cell(word)).collect();
        let label = normalise(&words[..words.len() - figures].concat());
        if figures == APPLICANTS.len() {
            if let Some(key) = request_row(&[label.as_str()]) {
                tables.requests.entry(key).or_insert(cells);
            }
        } else if figures == DISPUTES.len() * DISPUTE_RESULTS.len() && label.is_empty() && tables.disputes.is_empty() {
            tables.disputes = cells;
        } else if let Some((_, name)) = SUBJECTS.iter().find(|(word, _)| label.ends_with(word)).filter(|_| figures > 0)
        {
            tables.disclosure.entry((*name).to_owned()).or_insert(cells);
        }
    }
    if tables.requests.len() < 4 {
        // Single lines that look like rows make no table.
        tables.requests.clear();
    }
}

/// What a cell holds.
pub(super) fn cell(text: &str) -> Cell {
    let mut figures: Vec<String> = text.lines().map(normalise).filter(|line| !line.is_empty()).collect();
    let Some(first) = figures.pop() else { return Cell::Blank };
    let is_dash = |text: &str| text.chars().all(|letter| "-—–―－_/\\／、.。".contains(letter)) || text == "无";
    if !figures.is_empty() {
        return Cell::Words(text.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    }
    if is_dash(&first) {
        return Cell::Blank;
    }
    let bare = first.trim_end_matches(['件', '项', '个', '宗', '元', '万', '条']);
    let bare = if THOUSANDS.is_match(bare) { bare.replace(',', "") } else { bare.to_owned() };
    let is_figure = bare.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.'));
    match bare.parse::<Decimal>() {
        Ok(number) if is_figure => Cell::Number(number),
        _ => Cell::Words(text.trim().chars().take(40).collect()),
    }
}

fn is_label(place: &PaperCell) -> bool {
    matches!(cell(&place.text), Cell::Words(_))
}

// -- the table of requests --

fn requests(rows: &Rows) -> BTreeMap<String, Vec<Cell>> {
    let columns = applicant_columns(rows);
    let mut found = BTreeMap::new();
    // The head names its columns 总计 and 其他 too.
    for row in rows.iter().skip_while(|row| !is_first_row(row)) {
        let labels = row.iter().rposition(is_label).map_or(0, |last| last + 1);
        let from = columns.as_ref().and_then(|columns| columns.first()).copied().unwrap_or(labels);
        let names: Vec<String> =
            row[..from.max(labels).min(row.len())].iter().map(|place| normalise(&place.text)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let Some(key) = request_row(&names) else { continue };
        let by_header = columns.as_ref().filter(|columns| {
            let beside = row.iter().enumerate().any(|(at, place)| {
                !columns.contains(&at) && !place.repeated && matches!(cell(&place.text), Cell::Number(_))
            });
            columns.last().is_some_and(|last| *last < row.len()) && !beside
        });
        let cells = match by_header {
            Some(columns) => columns.iter().map(|at| place_cell(&row[*at])).collect(),
            None => last_cells(&row[labels..]),
        };
        // A row that is met again is the continuation of its label, as where a form is printed twice.
        found.entry(key).or_insert(cells);
    }
    if found.len() >= 2 { found } else { BTreeMap::new() }
}

fn is_first_row(row: &[PaperCell]) -> bool {
    row.iter().any(|place| normalise(&place.text).contains("本年新收"))
}

/// Where the seven columns stand, if the head of the table shows them in their order.
fn applicant_columns(rows: &Rows) -> Option<Vec<usize>> {
    const HEADS: [&[&str]; 7] =
        [&["自然人"], &["商业企业"], &["科研机构"], &["公益组织"], &["法律服务"], &["其他"], &["总计", "合计"]];
    let head: Vec<&Vec<PaperCell>> = rows.iter().take_while(|row| !is_first_row(row)).take(8).collect();
    let mut columns: Vec<usize> = Vec::new();
    for words in HEADS {
        let from = columns.last().map_or(0, |last| last + 1);
        let stands = |at: &usize| {
            head.iter().any(|row| {
                row.get(*at).is_some_and(|place| {
                    let text = normalise(&place.text);
                    text.chars().count() <= 10 && words.iter().any(|word| text.contains(word)) && !text.contains("法人")
                })
            })
        };
        let width = head.iter().map(|row| row.len()).max()?;
        columns.push((from..width).find(stands)?);
    }
    Some(columns)
}

/// The row that the labels name, the one nearest to the figures first.
fn request_row(labels: &[&str]) -> Option<String> {
    for label in labels.iter().rev() {
        let bare = label.trim_start_matches(|letter: char| letter.is_ascii_digit() || ".、(),".contains(letter));
        if matches!(bare, "总计" | "合计" | "七)总计") {
            return Some("3.7".to_owned());
        }
        let named = REQUEST_ROWS.iter().find(|(_, words)| words.iter().any(|word| label.contains(word)));
        if let Some((key, _)) = named {
            // The group's own name stands left of each of its sub-rows; one of these is called only 其他.
            let is_other = labels.iter().rev().take_while(|other| *other != label).any(|right| is_other_row(right));
            return Some(if *key == "3.6" && is_other { "3.6.3".to_owned() } else { (*key).to_owned() });
        }
    }
    None
}

fn is_other_row(label: &str) -> bool {
    matches!(
        label.trim_start_matches(|letter: char| letter.is_ascii_digit() || ".、(),".contains(letter)),
        "其他" | "其他原因"
    )
}

/// A cell that is merged with its neighbour belongs to neither.
fn place_cell(place: &PaperCell) -> Cell {
    if place.repeated { Cell::Missing } else { cell(&place.text) }
}

/// The seven cells at the end of a row whose columns are not known.
fn last_cells(places: &[PaperCell]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = places.iter().filter(|place| !place.repeated).map(|place| cell(&place.text)).collect();
    while cells.len() > APPLICANTS.len() && cells.last() == Some(&Cell::Blank) {
        cells.pop();
    }
    let surplus = cells.len().saturating_sub(APPLICANTS.len());
    cells.drain(..surplus);
    cells.resize(APPLICANTS.len(), Cell::Missing);
    cells
}

// -- the table of disputes --

/// The row of figures under the three heads.
fn disputes(rows: &Rows) -> Vec<Cell> {
    const CELLS: usize = DISPUTES.len() * DISPUTE_RESULTS.len();
    let figures = |row: &Vec<PaperCell>| -> Option<Vec<Cell>> {
        let own: Vec<&PaperCell> = row.iter().filter(|place| !place.repeated).collect();
        let has_words = row.iter().any(is_label);
        (!has_words && own.len() >= DISPUTE_RESULTS.len()).then(|| own.iter().map(|place| cell(&place.text)).collect())
    };
    let head = rows.iter().rposition(|row| row.iter().any(|place| normalise(&place.text).contains("维持")));
    let below = head.map_or(0, |head| head + 1);
    // A row that holds a number before a row of blanks, which may only be a gap of the form.
    let candidates: Vec<Vec<Cell>> = rows[below.min(rows.len())..].iter().filter_map(figures).collect();
    let filled = candidates.iter().find(|cells| cells.iter().any(|cell| matches!(cell, Cell::Number(_))));
    let Some(cells) = filled.or(candidates.first()) else {
        // The table is there; its figures could not be told from its words.
        return vec![Cell::Missing; CELLS];
    };
    let mut cells = cells.clone();
    while cells.len() > CELLS && cells.last() == Some(&Cell::Blank) {
        cells.pop();
    }
    if cells.len() != CELLS {
        return vec![Cell::Missing; CELLS];
    }
    cells
}

// -- the table of what was made public --

fn disclosure(rows: &Rows) -> BTreeMap<String, Vec<Cell>> {
    let mut found = BTreeMap::new();
    for row in rows {
        let Some(label) = row.iter().position(is_label) else { continue };
        let name = normalise(&row[label].text);
        if name.chars().count() > 12 {
            continue;
        }
        let Some((_, name)) = SUBJECTS.iter().find(|(word, _)| name.contains(word)) else { continue };
        let cells: Vec<Cell> =
            row[label + 1..].iter().filter(|place| !place.repeated).map(|place| cell(&place.text)).collect();
        if !cells.is_empty() {
            found.entry((*name).to_owned()).or_insert(cells);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_number_or_blank_or_words() {
        let number = |text: &str| text.parse::<Decimal>().map(Cell::Number).ok();
        for (text, expected) in
            [("１２", "12"), (" 1 2 ", "12"), ("1，234", "1234"), ("12件", "12"), ("25.50", "25.50")]
        {
            assert_eq!(Some(cell(text)), number(expected), "{text}");
        }
        for text in ["", "\u{a0}", "—", "/", "－－", "无"] {
            assert_eq!(cell(text), Cell::Blank, "{text}");
        }
        for text in ["若干", "1\n2", "1,23", "十二", "12（含上年）"] {
            assert!(matches!(cell(text), Cell::Words(_)), "{text}");
        }
    }

    #[test]
    fn rows_are_known_by_their_words() {
        let row = |labels: &[&str]| {
            request_row(
                &labels
                    .iter()
                    .map(|text| normalise(text))
                    .collect::<Vec<_>>()
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>(),
            )
        };
        let cases: [(&[&str], &str); 8] = [
            (&["三、本年度办理结果", "（六）其他处理", "3.其他"], "3.6.3"),
            (&["三、本年度办理结果", "（六）其他处理", "1.申请人无正当理由逾期不补正"], "3.6.1"),
            (&["三、本年度办理结果", "（二）部分公开（区分处理的，只计这一情形，不计其他答复情形）"], "3.2"),
            (&["三、本年度办理结果", "（三）不予公开", "2.其他法律行政法规禁止公开"], "3.3.2"),
            (&["三、本年度办理结果", "（七）总计"], "3.7"),
            (&["三、本年度办理结果", "四、结转下年度继续办理"], "4"),
            (&["二、上年结转政府信息公开申请数量"], "2"),
            (&["（四）无法提供：本机关不掌握相关政府信息"], "3.4.1"),
        ];
        for (labels, key) in cases {
            assert_eq!(row(labels).as_deref(), Some(key), "{labels:?}");
        }
    }
}
