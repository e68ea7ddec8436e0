//! The coverage of the rulebooks as a page of Markdown, for the folder they stand in.

use std::fmt::{self, Write};

use crate::model::{
    RuleCoverage,
    rule_coverage::{ClauseCoverage, CoverageTotals, FeedingCheck},
};

const HEAD: &str = "\
# 各评分表由哪些检查项取得依据

由 `mingcha rulebook coverage --format markdown` 生成，不手工改；改了评分表或检查项以后重新生成。

“网上判定”的行由系统检查、人员确认，“网上发现”的行由系统找出线索、人员核实；两者或有检查项，或写明为何须由人查看。\
“数据导入”的行由主管部门提供数据，“线下查看”的行看材料、现场或打电话。

检查项查出的问题经人员确认后在所在的行计分。写明“线索”的只供评定该行的人参考，不直接计分：这些行以通报、送来的数据或人的评定计分，\
或者是加分。
";

/// The whole page.
pub fn page(coverage: &RuleCoverage) -> Result<String, fmt::Error> {
    let mut text = HEAD.to_owned();
    writeln!(
        text,
        "\n| 评分表 | 行数 | 网上判定 | 网上发现 | 数据导入 | 线下查看 | 有检查项 | 网上可见、须由人查看 \
         | 其中有线索 |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    for book in &coverage.rulebooks {
        let anchor = format!("[{}](#{})", book.id, book.id);
        writeln!(text, "| {anchor} {} | {} |", cell(&book.title), numbers(&book.totals))?;
    }
    writeln!(text, "| 合计 | {} |", numbers(&coverage.totals))?;
    for book in &coverage.rulebooks {
        writeln!(text, "\n## {}\n\n{}\n", book.id, book.title)?;
        writeln!(text, "| 行 | 指标 | 如何看 | 检查项 | 为何须由人查看 |\n|---|---|---|---|---|")?;
        for clause in &book.clauses {
            writeln!(text, "{}", row(clause))?;
        }
    }
    if !coverage.unscored.is_empty() {
        writeln!(
            text,
            "\n## 不计分的检查项\n\n没有一张评分表按这些检查项扣分；发现的问题列入问题清单，作为线索的供评定时参考。\n"
        )?;
        writeln!(text, "| 检查项 | 国家依据，或不计分的原因 |\n|---|---|")?;
        for check in &coverage.unscored {
            writeln!(text, "| {} `{}` | {} |", cell(&check.title), check.id, cell(&check.ground()))?;
        }
    }
    Ok(text)
}

fn numbers(totals: &CoverageTotals) -> String {
    let numbers = [
        totals.clauses,
        totals.crawl,
        totals.crawl_and_staff,
        totals.import,
        totals.staff,
        totals.checked,
        totals.by_hand,
        totals.clued,
    ];
    numbers.map(|number| number.to_string()).join(" | ")
}

fn row(clause: &ClauseCoverage) -> String {
    let clues = clause.clues.iter().map(|clue| format!("线索：{}", check(clue)));
    let checks: Vec<String> = clause.checks.iter().map(check).chain(clues).collect();
    let why = clause.why_staff.as_deref().unwrap_or_default();
    let seen = clause.observable.chinese();
    format!("| {} | {} | {seen} | {} | {} |", clause.id, cell(&clause.title), checks.join("<br>"), cell(why))
}

fn check(check: &FeedingCheck) -> String {
    let line = format!("{} `{}`", cell(&check.title), check.id);
    if check.subjects.is_empty() { line } else { format!("{line}：{}", cell(&check.subject_names().join("、"))) }
}

/// A text that does not end its cell, nor begin emphasis.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*").replace('\n', " ")
}
