//! The bulletin as one self-contained A4 page set in the manner of GB/T 9704: to be read on a screen,
//! printed, or saved as it is. No script, nothing loaded from elsewhere; all text of portals is escaped.

use askama::Template;

use super::{
    ReportError,
    bulletin_words::{self as words, Annex},
    is_web_address,
};
use crate::model::{Bulletin, NamedFinding, ProblemClass, UnitKind, UnitResult};

/// The whole document.
pub fn render(bulletin: &Bulletin) -> Result<String, ReportError> {
    Page::of(bulletin).render().map_err(|source| ReportError::Template { report: "bulletin", source })
}

#[derive(Template)]
#[template(path = "report/bulletin.html")]
struct Page<'a> {
    bulletin: &'a Bulletin,
    /// Points of the office's name in the head, so that it fills the line and never breaks it.
    mark_size: usize,
    /// The title may break between these.
    title_parts: Vec<&'a str>,
    opening: String,
    scope_rows: Vec<[String; 4]>,
    scope_sentence: String,
    overall: Vec<String>,
    bars: Vec<Bar<'a>>,
    classes: Vec<Class<'a>>,
    scores: Vec<String>,
    pending: Option<String>,
    unmeasured: String,
    rectification: Vec<String>,
    method_notes: Vec<String>,
    annexes: Vec<Annex>,
    ranked: bool,
    classed: bool,
}

/// One bar of the problem chart, in the units of its drawing.
struct Bar<'a> {
    title: &'a str,
    confirmed: usize,
    fixed: usize,
    y: usize,
    width: usize,
    fixed_width: usize,
}

/// One problem class as printed.
struct Class<'a> {
    heading: String,
    sentence: String,
    statements: Vec<Line<'a>>,
    fix: &'a str,
}

/// One statement as printed.
struct Line<'a> {
    unit: &'a str,
    subjects: String,
    citation: String,
    /// Ids of the findings, for programs that read the page.
    findings: String,
}

/// Width of the longest bar.
const LONGEST_BAR: usize = 260;
const BAR_PITCH: usize = 26;

impl<'a> Page<'a> {
    fn of(bulletin: &'a Bulletin) -> Self {
        let annexes = words::annexes(bulletin);
        let findings_annex = annexes.iter().position(|annex| *annex == Annex::Findings).map_or(0, |at| at + 1);
        let named: Vec<&ProblemClass> = bulletin.problems.iter().filter(|class| class.confirmed > 0).collect();
        let mut ranks: Vec<&str> =
            bulletin.units.iter().filter_map(|unit| unit.score.as_ref().map(|score| score.class.as_str())).collect();
        ranks.dedup();
        Self {
            bulletin,
            mark_size: mark_size(&bulletin.office),
            title_parts: title_parts(bulletin),
            opening: words::opening(bulletin),
            scope_rows: words::scope_rows(bulletin),
            scope_sentence: words::scope_sentence(bulletin),
            overall: words::overall(bulletin),
            bars: bars(&named, &bulletin.findings),
            classes: named.iter().enumerate().map(|(at, class)| printed(at + 1, class, findings_annex)).collect(),
            scores: words::score_sentences(bulletin),
            pending: words::pending_sentence(bulletin),
            unmeasured: words::unmeasured_sentence(bulletin),
            rectification: words::rectification(bulletin),
            method_notes: words::method_notes(bulletin),
            ranked: !ranks.is_empty(),
            classed: ranks.len() > 1,
            annexes,
        }
    }

    fn chart_height(&self) -> usize {
        self.bars.len() * BAR_PITCH + 4
    }

    fn day(&self, date: &jiff::civil::Date) -> String {
        words::day(*date)
    }

    fn points(&self, value: &rust_decimal::Decimal) -> String {
        words::points(*value)
    }

    fn kind(&self, unit: &UnitResult) -> &'static str {
        match unit.kind {
            UnitKind::Government => "政府",
            UnitKind::Department => "部门",
        }
    }

    /// The address, where it may stand behind a link.
    fn link(&self, finding: &'a NamedFinding) -> Option<&'a str> {
        finding.url.as_deref().filter(|url| is_web_address(url))
    }
}

/// A measure of 156 mm is 442 points wide; a mark is at most 44 points high.
fn mark_size(office: &str) -> usize {
    (420 / office.chars().count().max(1)).clamp(18, 44)
}

/// A line of the title ends after the quarter, never inside a word.
fn title_parts(bulletin: &Bulletin) -> Vec<&str> {
    bulletin.title.split_inclusive(&bulletin.quarter.chinese()).collect()
}

fn bars<'a>(classes: &[&'a ProblemClass], findings: &[NamedFinding]) -> Vec<Bar<'a>> {
    let most = classes.iter().map(|class| class.confirmed).max().unwrap_or(1).max(1);
    let width = |number: usize| number * LONGEST_BAR / most;
    classes
        .iter()
        .enumerate()
        .map(|(at, class)| {
            let fixed = findings
                .iter()
                .filter(|finding| {
                    finding.check == class.check && finding.state == crate::model::FindingState::FixVerified
                })
                .count();
            Bar {
                title: &class.title,
                confirmed: class.confirmed,
                fixed,
                y: at * BAR_PITCH,
                width: width(class.confirmed),
                fixed_width: width(fixed),
            }
        })
        .collect()
}

fn printed(position: usize, class: &ProblemClass, annex: usize) -> Class<'_> {
    Class {
        heading: words::class_heading(position, class),
        sentence: words::class_sentence(class),
        statements: class
            .statements
            .iter()
            .map(|statement| Line {
                unit: &statement.unit,
                subjects: words::subjects(statement),
                citation: words::citation(statement, annex),
                findings: statement.findings.join(" "),
            })
            .collect(),
        fix: &class.fix,
    }
}
