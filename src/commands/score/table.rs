//! The table of `mingcha score` for people at a terminal.

use std::{
    collections::BTreeSet,
    fmt::{self, Write},
};

use comfy_table::CellAlignment;
use rust_decimal::Decimal;

use crate::{
    commands::terminal,
    model::{Entry, Rulebook, ScoreReport, ScoreSheet, score_sheet::AdjustmentKind},
    score::record::Source,
};

/// The scores of all units, then every reason for points, unit by unit.
pub fn render(rulebook: &Rulebook, report: &ScoreReport<Source<'_>>) -> Result<String, fmt::Error> {
    let mut text = String::new();
    writeln!(text, "{}　{} 至 {}", rulebook.title, report.period.from, report.period.to)?;
    if !rulebook.weighted() {
        writeln!(text, "方案未定各项分值：只列未达到的项，用 --overlay 给出分值后才计总分、等次和名次")?;
    }
    let provisional = report.units.iter().any(|sheet| sheet.provisional_total.is_some());
    let mut header = vec!["名次", "单位", "总分", "百分比", "等次", "待补数据"];
    if provisional {
        header.insert(3, "含待核实");
    }
    let mut table = terminal::table(header);
    let scored = |number: String| if rulebook.weighted() { number } else { "—".to_owned() };
    for sheet in &report.units {
        let mut row = vec![
            sheet.rank.map(|rank| rank.to_string()).unwrap_or_default(),
            sheet.unit.clone(),
            scored(sheet.total.to_string()),
            scored(format!("{}%", sheet.percent)),
            sheet.grade.clone().unwrap_or_default(),
            sheet.pending.join(" "),
        ];
        if provisional {
            row.insert(3, sheet.provisional_total.map(|total| total.to_string()).unwrap_or_default());
        }
        table.add_row(row);
    }
    let numbers = if provisional { 2..5 } else { 2..4 };
    for column in std::iter::once(0).chain(numbers) {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(text, "{table}")?;
    for sheet in &report.units {
        reasons(&mut text, rulebook, sheet)?;
    }
    if !report.unpriced.is_empty() {
        let checks: BTreeSet<String> = report.unpriced.iter().filter_map(|entry| Entry::from(*entry).check).collect();
        let checks: Vec<String> = checks.iter().map(|check| format!("{check}{}", rulebook.clue_note(check))).collect();
        writeln!(text, "\n本细则不计分的检查结果 {} 条：{}", report.unpriced.len(), checks.join(" "))?;
    }
    if !report.skipped.is_empty() {
        writeln!(text, "\n未采用的记录 {} 条：", report.skipped.len())?;
        for bad in &report.skipped {
            writeln!(text, "  {bad}")?;
        }
    }
    Ok(text)
}

/// Every reason for points of one unit.
fn reasons(text: &mut String, rulebook: &Rulebook, sheet: &ScoreSheet<Source<'_>>) -> fmt::Result {
    match rulebook.weighted() {
        true => writeln!(text, "\n{}　{}分", sheet.unit, sheet.total)?,
        false => writeln!(text, "\n{}　未达到 {} 项", sheet.unit, sheet.unmet.len())?,
    }
    for clause in &sheet.clauses {
        for trace in clause.trace.iter().filter(|trace| !trace.points.is_zero() || !trace.entries.is_empty()) {
            let title = rulebook.clause(&clause.clause).map(|found| found.title.as_str()).unwrap_or_default();
            writeln!(text, "  {:>6}  {} {title}：{}", signed(trace.points), clause.clause, trace.reason)?;
        }
    }
    for section in sheet.sections.iter().filter_map(|section| section.reason.as_ref()) {
        writeln!(text, "          {section}")?;
    }
    let caps = [AdjustmentKind::Cap, AdjustmentKind::Veto, AdjustmentKind::Average];
    for adjustment in sheet.adjustments.iter().filter(|adjustment| caps.contains(&adjustment.kind)) {
        writeln!(text, "  {:>6}  {}", signed(adjustment.points), adjustment.reason)?;
    }
    for change in &sheet.flagged {
        writeln!(
            text,
            "  {:>6}  {} 待核实 {} 条，确认后的变化",
            signed(change.points),
            change.clause,
            change.entries.len()
        )?;
    }
    Ok(())
}

/// Points with their sign; nothing has none.
pub fn signed(points: Decimal) -> String {
    if points.is_sign_positive() && !points.is_zero() { format!("+{points}") } else { points.to_string() }
}
