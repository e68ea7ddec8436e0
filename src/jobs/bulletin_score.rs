//! What a bulletin takes from an explained score: the unit table's figures, the clauses that wait for a number,
//! the method note, and the faults that staff found by hand. Pure.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::bulletin::ManualFinding;
use crate::model::{
    Entry, EntrySource, EntryStatus, Method, MethodReading, PendingMeasure, Rulebook, ScoreReport, UnitScore,
};

/// The figures of each unit, by its name; none where the rulebook has no weights to score by.
pub fn unit_scores(report: &ScoreReport, rulebook: &Rulebook) -> BTreeMap<String, UnitScore> {
    let score_of = |sheet: &crate::model::ScoreSheet| UnitScore {
        class: rulebook.class.clone(),
        total: sheet.total,
        full_mark: sheet.full_mark,
        percent: sheet.percent,
        grade: sheet.grade.clone(),
        rank: sheet.rank,
        pending: sheet.pending.len(),
    };
    let scored = report.units.iter().filter(|sheet| sheet.weighted());
    scored.map(|sheet| (sheet.unit.clone(), score_of(sheet))).collect()
}

/// Clauses that wait for a number, in the order of the table, each with the units that still owe it.
pub fn pending(report: &ScoreReport, rulebook: &Rulebook) -> Vec<PendingMeasure> {
    let clauses = rulebook.sections.iter().flat_map(|section| &section.clauses).chain(&rulebook.borrowed);
    clauses
        .filter_map(|clause| {
            let units: Vec<String> = report
                .units
                .iter()
                .filter(|sheet| sheet.pending.contains(&clause.id))
                .map(|sheet| sheet.unit.clone())
                .collect();
            (!units.is_empty()).then(|| PendingMeasure {
                clause: clause.id.clone(),
                title: clause.title.clone(),
                units,
            })
        })
        .collect()
}

/// The plan and how its ambiguous places were read.
pub fn method(rulebook: &Rulebook) -> Method {
    Method {
        rulebook: Some(rulebook.id.clone()),
        title: rulebook.plan.title.clone(),
        overlay: rulebook.overlay.clone(),
        readings: rulebook
            .readings
            .iter()
            .map(|reading| MethodReading {
                place: reading.place.clone(),
                problem: reading.problem.clone(),
                reading: reading.options.get(&reading.chosen).map(|option| option.says.clone()).unwrap_or_default(),
                switch: format!("{}={}", reading.id, reading.chosen),
                switched: reading.switched,
            })
            .collect(),
    }
}

/// Confirmed entries of staff that cost points, or by which a checklist's row is not met, and that are no mere figures: faults found by hand.
pub fn manual_findings(report: &ScoreReport, rulebook: &Rulebook) -> Vec<ManualFinding> {
    let title_of = |id: &str| {
        let mut clauses = rulebook.sections.iter().flat_map(|section| &section.clauses).chain(&rulebook.borrowed);
        clauses.find(|clause| clause.id == id).map_or_else(|| id.to_owned(), |clause| clause.title.clone())
    };
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for sheet in &report.units {
        for clause in &sheet.clauses {
            let unmet = sheet.unmet.contains(&clause.clause);
            for trace in clause.trace.iter().filter(|trace| unmet || trace.points < Decimal::ZERO) {
                for entry in trace.entries.iter().filter(|entry| is_manual_fault(entry)) {
                    let id = entry.id.clone().unwrap_or_default();
                    let Some(date) = entry.date else { continue };
                    if !id.is_empty() && !seen.insert(id.clone()) {
                        continue;
                    }
                    findings.push(ManualFinding {
                        id,
                        unit: sheet.unit.clone(),
                        clause: clause.clause.clone(),
                        title: title_of(&clause.clause),
                        note: entry.note.clone().unwrap_or_else(|| trace.reason.clone()),
                        subject: entry.subject.clone(),
                        url: entry.url.clone(),
                        date,
                    });
                }
            }
        }
    }
    findings
}

fn is_manual_fault(entry: &Entry) -> bool {
    let is_figure = entry.numerator.is_some() || entry.value.is_some() || entry.rank.is_some();
    entry.source != Some(EntrySource::Crawl) && entry.status() == EntryStatus::Confirmed && !is_figure
}
