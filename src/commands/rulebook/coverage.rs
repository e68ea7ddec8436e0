//! `mingcha rulebook coverage`: which checks feed which rows, and why a person must look at the others.

use clap::ValueEnum;

use crate::{
    catalog::{Catalog, coverage},
    commands::{WrongInput, terminal},
    model::{RuleCoverage, rule_coverage::FeedingCheck},
    report::coverage_markdown,
};

/// How the coverage is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Table,
    Json,
    Markdown,
}

/// Prints the coverage of one rulebook, or of all.
pub fn run(id: Option<&str>, catalog: &Catalog, form: Form) -> anyhow::Result<()> {
    let coverage = match id {
        None => coverage::of(catalog),
        Some(id) => {
            let book = catalog.rulebook(id).map_err(WrongInput)?;
            RuleCoverage::new(vec![coverage::of_rulebook(book, &catalog.checks)], Vec::new())
        }
    };
    match form {
        Form::Json => terminal::say(serde_json::to_string_pretty(&coverage)?),
        Form::Markdown => terminal::write(coverage_markdown::page(&coverage)?),
        Form::Table => table(&coverage),
    }
}

fn table(coverage: &RuleCoverage) -> anyhow::Result<()> {
    for book in &coverage.rulebooks {
        terminal::say(format_args!("{}（{}）", book.title, book.id))?;
        let mut rows = terminal::table(["行", "指标", "如何看", "检查项", "为何须由人查看"]);
        for clause in &book.clauses {
            let clues = clause.clues.iter().map(|clue| format!("线索：{}", line(clue)));
            let checks: Vec<String> = clause.checks.iter().map(line).chain(clues).collect();
            rows.add_row([
                clause.id.as_str(),
                clause.title.as_str(),
                clause.observable.chinese(),
                &checks.join("\n"),
                clause.why_staff.as_deref().unwrap_or_default(),
            ]);
        }
        terminal::say(format_args!("{rows}\n"))?;
    }
    for check in &coverage.unscored {
        terminal::say(format_args!("不计分：{}（{}）　{}", check.title, check.id, check.ground()))?;
    }
    let totals = &coverage.totals;
    terminal::say(format_args!(
        "共{}行：网上判定{}，网上发现{}，数据导入{}，线下查看{}；有检查项{}行，网上可见、须由人查看{}行（其中有线索{}行）",
        totals.clauses,
        totals.crawl,
        totals.crawl_and_staff,
        totals.import,
        totals.staff,
        totals.checked,
        totals.by_hand,
        totals.clued
    ))
}

fn line(check: &FeedingCheck) -> String {
    if check.subjects.is_empty() {
        return format!("{}（{}）", check.title, check.id);
    }
    format!("{}（{}）：{}", check.title, check.id, check.subject_names().join("、"))
}
