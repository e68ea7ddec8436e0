//! Annual reports: from paragraphs and tables to parts and cells.

use std::sync::LazyLock;

use regex::Regex;

use super::report_tables;
use crate::{
    model::{Block, Paper, Report, ReportPart, ReportSource},
    text::{fold_width, normalise, pattern, tidy},
};

/// Most letters kept of a part: its wording is compared with other years'.
const MOST_TEXT: usize = 24_000;
/// A longer line is no heading without text behind it.
const LONGEST_HEADING: usize = 40;

/// The number, then whatever of the official headings it is; part 5 and 6 are worded freely in practice.
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:第?([一二三四五六])(?:部分)?[、.．,，:：]?)?((?:政府信息公开)?(?:工作)?总体情况|主动公开政府信息(?:的)?情况|(?:政府信息)?主动公开情况|收到(?:和|及)处理.{0,14}申请(?:的)?情况|(?:因)?(?:政府信息公开)?(?:工作)?(?:被)?(?:申请|提起)?行政复议.{0,12}诉讼.{0,12}情况|(?:政府信息公开)?(?:工作)?(?:中)?存在(?:的)?(?:主要)?问题.{0,12}|其他需要报告的?(?:事项|情况))",
    )
});
/// A heading by its number alone.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^第?([一二三四五六])(?:部分)?[、.．]"));
/// 统计期限自2022年1月1日起, or the year of the heading.
static PERIOD: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:期限|时间|日期|数据)[^。；]{0,24}?(20\d\d)年1月1日"));
static TITLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(20\d\d)年?度?(?:政府)?信息公开.{0,6}(?:年度)?报告"));

/// Reads a report. What is not found is left empty: nothing here says whether that is a fault.
pub fn read(paper: &Paper, source: ReportSource) -> Report {
    let lines = lines(paper);
    let mut report = Report {
        year: year(&lines),
        source,
        parts: parts(&lines),
        tables: report_tables::read(paper),
        pictures: paper.pictures,
        unread_files: Vec::new(),
    };
    if source == ReportSource::Pdf {
        report_tables::read_lines(&mut report.tables, &lines.iter().map(|line| line.as_str()).collect::<Vec<_>>());
    }
    report
}

/// The paragraphs; cells of tables are none.
fn lines(paper: &Paper) -> Vec<String> {
    let line = |block: &Block| match block {
        Block::Paragraph(text) => Some(text.clone()),
        Block::Table(_) => None,
    };
    paper.blocks.iter().filter_map(line).collect()
}

fn year(lines: &[String]) -> Option<i16> {
    let opening: String = lines.iter().take(40).map(|line| normalise(line)).collect::<Vec<_>>().join("\n");
    let found = PERIOD.captures(&opening).or_else(|| TITLE.captures(&opening))?;
    found[1].parse().ok()
}

/// A line with what stands in front of its words cut off, for headings.
fn bare(line: &str) -> String {
    normalise(line).trim_start_matches(['.', '·', '#', '*', '■', '●', '◆']).to_owned()
}

/// Where a part begins.
struct Start {
    line: usize,
    number: u8,
    unusual: bool,
}

fn parts(lines: &[String]) -> Vec<ReportPart> {
    let mut starts: Vec<Start> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(number) = heading(line) else { continue };
        // Of several mentions the first counts; a table of contents is followed by the real headings.
        match starts.iter_mut().find(|start| start.number == number) {
            Some(start) if is_contents(lines, start.line) => start.line = at,
            Some(_) => {}
            None => starts.push(Start { line: at, number, unusual: false }),
        }
    }
    starts.sort_by_key(|start| start.line);
    for number in 1..=6 {
        if let Some(start) = worded_otherwise(lines, &starts, number) {
            starts.push(start);
            starts.sort_by_key(|start| start.line);
        }
    }
    let ends: Vec<usize> = starts.iter().skip(1).map(|start| start.line).chain([lines.len()]).collect();
    let part = |(start, end): (&Start, usize)| {
        let line = &lines[start.line];
        let (heading, rest) =
            if line.chars().count() > LONGEST_HEADING { split_heading(line) } else { (line.as_str(), "") };
        let mut text = rest.to_owned();
        for line in &lines[start.line + 1..end] {
            if text.len() + line.len() > MOST_TEXT {
                break;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line);
        }
        ReportPart { number: start.number, heading: tidy(heading), unusual: start.unusual, text }
    };
    starts.iter().zip(ends).map(part).collect()
}

/// A line of a table of contents: the next heading stands right below it.
fn is_contents(lines: &[String], at: usize) -> bool {
    lines.get(at + 1).is_some_and(|next| heading(next).is_some())
}

/// Which part a line opens, going by its words.
fn heading(line: &str) -> Option<u8> {
    let text = bare(line);
    let found = HEADING.captures(&text)?;
    let numbered = found.get(1).is_some();
    let words = found.get(2)?.as_str();
    // Without its number, a sentence may begin with the same words.
    if !numbered && text.chars().count() > words.chars().count() + 8 {
        return None;
    }
    let number = if words.contains("总体情况") {
        1
    } else if words.contains("主动公开") {
        2
    } else if words.contains("复议") {
        4
    } else if words.contains("收到") {
        3
    } else if words.contains("存在") {
        5
    } else {
        6
    };
    Some(number)
}

/// A missing part may stand at its place under other words: between its neighbours, with its number.
fn worded_otherwise(lines: &[String], starts: &[Start], number: u8) -> Option<Start> {
    if starts.len() < 3 || starts.iter().any(|start| start.number == number) {
        return None;
    }
    let from = starts.iter().filter(|start| start.number < number).map(|start| start.line + 1).max().unwrap_or(0);
    let to = starts.iter().filter(|start| start.number > number).map(|start| start.line).min().unwrap_or(lines.len());
    let own = |line: &String| {
        let text = bare(line);
        let numeral = NUMBERED.captures(&text).and_then(|found| "一二三四五六".find(&found[1]));
        text.chars().count() <= LONGEST_HEADING && numeral == Some((usize::from(number) - 1) * '一'.len_utf8())
    };
    let at = (from..to.max(from)).find(|at| own(&lines[*at]))?;
    Some(Start { line: at, number, unusual: true })
}

/// A heading whose text goes on in the same line.
fn split_heading(line: &str) -> (&str, &str) {
    let words = |at: usize| fold_width(line[at..].chars().next().unwrap_or(' '));
    let end = line
        .match_indices("情况")
        .map(|(at, word)| at + word.len())
        .chain(line.match_indices("事项").map(|(at, word)| at + word.len()));
    let cut = end.filter(|at| line[..*at].chars().count() <= LONGEST_HEADING).min().unwrap_or(0);
    let cut = if cut < line.len() && matches!(words(cut), '。' | ':' | '.' | ' ') {
        cut + line[cut..].chars().next().map_or(0, char::len_utf8)
    } else {
        cut
    };
    line.split_at(cut)
}
