//! The demo's summary for a terminal.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, Color, Table};
use rust_decimal::Decimal;

use crate::{
    catalog::Catalog,
    commands::terminal::table,
    demo::story::{PortalNight, Story},
    model::{Finding, FindingState, RunState, ScoreSheet},
};

/// One line when a portal's night is over.
pub fn portal_line(night: &PortalNight) -> String {
    let mark = if night.missing == 0 && night.extra == 0 { "✓" } else { "✗" };
    let agreement = match (night.seeded, night.missing, night.extra) {
        (0, 0, 0) => "无埋设问题，也没有误报".to_owned(),
        (seeded, 0, 0) => format!("埋设的 {seeded} 个问题全部发现，没有误报"),
        (seeded, missing, extra) => format!("埋设 {seeded} 个，漏报 {missing} 个，误报 {extra} 个"),
    };
    let state = if night.state == RunState::Done { String::new() } else { format!("（{}）", night.state.chinese()) };
    format!("  {mark} {}{state}  读 {} 页，{} 项检查结果；{agreement}", night.name, night.pages, night.outcomes)
}

/// Everything worth reading, in the order of the story.
pub fn render(story: &Story, catalog: &Catalog) -> String {
    let mut text = String::new();
    section(&mut text, &format!("网站（{} 夜间）", story.night));
    push(&mut text, &portals(&story.portals));
    section(&mut text, "发现的问题与核查结论");
    push(&mut text, &findings(&story.findings, catalog));
    section(&mut text, &format!("得分：{}", story.rulebook.title));
    push(&mut text, &scores(&story.score.units));
    section(&mut text, "每一分的理由（扣分最多的单位）");
    text.push_str(&reasons(story));
    section(&mut text, "文件");
    for (what, path) in &story.files {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {what}  {}", path.display());
    }
    text
}

fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n■ {title}");
}

fn push(text: &mut String, table: &Table) {
    let _ = writeln!(text, "{table}");
}

fn number(value: impl ToString) -> Cell {
    Cell::new(value).set_alignment(CellAlignment::Right)
}

fn portals(nights: &[PortalNight]) -> Table {
    let mut table =
        table(["网站", "发布系统", "已读页面", "未能读取", "检查结果", "待人工判断", "发现问题", "与埋设相符"]);
    for night in nights {
        let exact = night.missing == 0 && night.extra == 0;
        let agreement =
            if exact { format!("{0}/{0}", night.seeded) } else { format!("漏 {} 误 {}", night.missing, night.extra) };
        table.add_row([
            Cell::new(&night.name),
            Cell::new(&night.cms),
            number(night.pages),
            number(night.unread),
            number(night.outcomes),
            number(night.needs_review),
            number(night.failed),
            number(agreement).fg(if exact { Color::Green } else { Color::Red }),
        ]);
    }
    table
}

fn findings(findings: &[Finding], catalog: &Catalog) -> Table {
    let mut table = table(["单位", "检查项", "对象", "结论", "说明"]);
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by(|a, b| (&a.identity.unit, &a.identity.check).cmp(&(&b.identity.unit, &b.identity.check)));
    for finding in sorted {
        let check = &finding.identity.check;
        let title =
            catalog.checks.iter().find(|definition| definition.id == *check).map_or(check, |found| &found.title);
        let colour = match finding.state {
            FindingState::Suspected | FindingState::Question => Color::Yellow,
            FindingState::Confirmed | FindingState::Notified | FindingState::FixClaimed => Color::Red,
            _ => Color::DarkGrey,
        };
        table.add_row([
            Cell::new(&finding.identity.unit),
            Cell::new(title),
            Cell::new(&finding.subject.label),
            Cell::new(finding.state.chinese()).fg(colour),
            Cell::new(&finding.message),
        ]);
    }
    table
}

fn scores(sheets: &[ScoreSheet]) -> Table {
    let mut table = table(["名次", "单位", "确认得分", "待核查全部确认后", "满分", "尚缺数据的指标"]);
    let mut sorted: Vec<&ScoreSheet> = sheets.iter().collect();
    sorted.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.unit.cmp(&b.unit)));
    for sheet in sorted {
        table.add_row([
            number(sheet.rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string())),
            Cell::new(&sheet.unit),
            number(sheet.total),
            number(sheet.provisional_total.map_or_else(|| "–".to_owned(), |total| total.to_string())),
            number(sheet.full_mark),
            Cell::new(sheet.pending.join(" ")),
        ]);
    }
    table
}

/// Every trace of the unit that lost most.
fn reasons(story: &Story) -> String {
    let Some(sheet) = story.score.units.iter().min_by_key(|sheet| sheet.total) else { return String::new() };
    let mut text = format!("  {}：{} 分（满分 {}）\n", sheet.unit, sheet.total, sheet.full_mark);
    for clause in &sheet.clauses {
        for trace in clause.trace.iter().filter(|trace| trace.points != Decimal::ZERO) {
            let title = story.rulebook.clause(&clause.clause).map_or("", |found| found.title.as_str());
            let sign = if trace.points.is_sign_positive() { "+" } else { "" };
            let _ = writeln!(text, "    {} {title}  {sign}{}  {}", clause.clause, trace.points, trace.reason);
        }
    }
    for adjustment in &sheet.adjustments {
        let _ = writeln!(text, "    {}  {}", adjustment.points, adjustment.reason);
    }
    text
}
