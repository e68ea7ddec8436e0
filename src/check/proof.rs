//! Evidence: where something was seen; for absence, what was looked at, what came nearest and what could not be read.

use super::scope::{Blocked, Case};
use crate::{
    model::{ColumnFacts, DocumentFacts, Evidence, Look, MatchedBy, NotMeasurable, ReportFacts},
    text::likeness::likeness,
};

/// Nearest misses shown for a name that was not found.
const NEAREST: usize = 3;
/// From this likeness on (percent) a name is worth showing as a near miss.
const NEAR: usize = 40;
/// Unreachable pages listed one by one; beyond that only their number is told.
const UNREACHED: usize = 5;
/// Menu names listed; beyond that only their number is told.
const MENUS: usize = 80;

/// What was seen at an address, with the capture and digest of the visit that read it.
pub fn seen(case: &Case<'_>, url: &str, text: impl Into<String>, note: impl Into<String>) -> Evidence {
    let mut evidence = Evidence { url: url.to_owned(), text: text.into(), note: note.into(), ..Evidence::default() };
    if let Some(visit) = case.visit(url) {
        evidence.at = visit.at;
        evidence.status = (visit.status != 0).then_some(visit.status);
        evidence.sha256 = Some(visit.sha256.clone()).filter(|digest| !digest.is_empty());
        evidence.capture = Some(visit.capture.clone()).filter(|capture| !capture.is_empty());
    }
    evidence
}

pub fn column(case: &Case<'_>, column: &ColumnFacts, note: impl Into<String>) -> Evidence {
    let mut evidence = seen(case, &column.url, &column.name, note);
    evidence.capture = column.capture.clone().or(evidence.capture);
    evidence.at = column.read_at.or(evidence.at);
    evidence
}

/// Who says that this column is the standard one, where staff pinned it.
pub fn pin(case: &Case<'_>, column: &ColumnFacts, term: &str) -> Option<Evidence> {
    let fit = column.fits(term).filter(|fit| fit.by == MatchedBy::Pin)?;
    let note = if fit.note.is_empty() { "由工作人员指定" } else { &fit.note };
    Some(seen(case, &column.url, &column.name, note))
}

pub fn document(case: &Case<'_>, document: &DocumentFacts, note: impl Into<String>) -> Evidence {
    let mut evidence = seen(case, &document.url, &document.title, note);
    evidence.capture = document.capture.clone().or(evidence.capture);
    evidence
}

pub fn report(case: &Case<'_>, report: &ReportFacts, note: impl Into<String>) -> Evidence {
    let mut evidence = seen(case, &report.url, &report.title, note);
    evidence.capture = report.capture.clone().or(evidence.capture);
    evidence
}

/// What one night saw, this one or an earlier one.
pub fn look(look: &Look, text: impl Into<String>, note: impl Into<String>) -> Evidence {
    Evidence {
        url: look.url.clone(),
        capture: look.capture.clone(),
        at: look.at,
        sha256: Some(look.sha256.clone()).filter(|digest| !digest.is_empty()),
        text: text.into(),
        note: format!("{}：{}", look.night, note.into()),
        ..Evidence::default()
    }
}

/// Proof of absence: how much was looked at and which menus were read, what comes nearest to `wanted`, and what could
/// not be reached.
pub fn absence(case: &Case<'_>, wanted: &str) -> Vec<Evidence> {
    let coverage = &case.facts.coverage;
    let menus = coverage.menus.len();
    let mut listed = coverage.menus.iter().take(MENUS).map(String::as_str).collect::<Vec<_>>().join("、");
    if menus > MENUS {
        listed.push_str(&format!("……等{menus}个"));
    }
    let note = format!(
        "共访问{}个页面，读取{menus}个菜单名称和{}个栏目，均未找到",
        coverage.visits.len(),
        case.facts.columns.len()
    );
    let mut evidence = vec![seen(case, &case.facts.url, listed, note)];
    evidence.extend(nearest(case, wanted));
    evidence.extend(unreached(case));
    evidence
}

/// Names on the portal that come nearest to `wanted`.
pub fn nearest(case: &Case<'_>, wanted: &str) -> Vec<Evidence> {
    let columns = case.facts.columns.iter().map(|column| (column.name.as_str(), column.url.as_str()));
    let menus = case.facts.coverage.menus.iter().map(|name| (name.as_str(), case.facts.url.as_str()));
    let mut near: Vec<(usize, &str, &str)> = Vec::new();
    for (name, url) in columns.chain(menus) {
        let likeness = likeness(name, wanted);
        if likeness >= NEAR && near.iter().all(|(_, known, _)| *known != name) {
            near.push((likeness, name, url));
        }
    }
    near.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    near.into_iter().take(NEAREST).map(|(_, name, url)| seen(case, url, name, "名称最相近者")).collect()
}

/// What could not be read on this portal tonight.
fn unreached(case: &Case<'_>) -> Vec<Evidence> {
    let failures = &case.facts.coverage.not_measurable;
    let mut evidence: Vec<Evidence> = failures.iter().take(UNREACHED).map(failure).collect();
    if failures.len() > UNREACHED {
        let note = format!("另有{}个页面未能访问", failures.len() - UNREACHED);
        evidence.push(Evidence { url: case.facts.url.clone(), note, ..Evidence::default() });
    }
    evidence
}

fn failure(failure: &NotMeasurable) -> Evidence {
    Evidence {
        url: failure.url.clone(),
        capture: failure.capture.clone(),
        at: failure.at,
        text: failure.detail.clone(),
        note: format!("未能访问：{}", failure.cause),
        ..Evidence::default()
    }
}

/// Why nothing could be said, with what could not be read.
pub fn blocked(case: &Case<'_>, blocked: &Blocked) -> Vec<Evidence> {
    let mut evidence = vec![seen(case, &case.facts.url, "", blocked.because.clone())];
    evidence.extend(unreached(case));
    evidence
}
