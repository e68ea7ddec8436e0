//! Draws up a quarter's bulletin from the log: fetches what it is made of and hands it to [`super::bulletin`].

use anyhow::anyhow;
use jiff::civil::Date;

use super::{
    bulletin::{CheckText, Material, PortalLook, assemble},
    bulletin_score::{manual_findings, method, pending, unit_scores},
};
use crate::{
    catalog::Catalog,
    check::Definition,
    model::{
        Bulletin, Finding, Portal, Quarter, Rectification, Rulebook, Run, RunState, ScoreReport, rulebook::Period,
    },
    score::{self, Options, cohort::Cohort},
    store::{FindingFilter, Log},
};

/// What the office has settled once for all its bulletins.
#[derive(Clone, Debug)]
pub struct House {
    pub office: String,
    pub portals: Vec<Portal>,
    /// Id of the rulebook that scores.
    pub rulebook: String,
    /// Working days that units have to mend.
    pub rectification_days: u32,
}

/// The bulletin as the log stands now.
pub async fn draft(
    log: &Log,
    catalog: &Catalog,
    house: &House,
    quarter: Quarter,
    drawn_up: Date,
) -> anyhow::Result<Bulletin> {
    let period = Period { from: quarter.from(), to: quarter.to().min(drawn_up) };
    let rulebook = catalog.rulebook(&house.rulebook).map_err(|message| anyhow!(message))?;
    let report = scored(log, catalog, house, rulebook, period).await?;
    let (mut runs, mut looks) = (Vec::new(), Vec::new());
    for portal in &house.portals {
        let visits = log.runs_of_portal(&portal.id, u32::MAX).await?;
        let visits: Vec<Run> = visits.into_iter().filter(|run| period.contains(run.night)).collect();
        // Newest first: the first one that read anything is the latest look.
        if let Some(run) = visits.iter().find(|run| matches!(run.state, RunState::Done | RunState::Partial)) {
            let visit = log.visit(&run.id).await?;
            looks.push(PortalLook {
                portal: portal.id.clone(),
                pages_read: visit.pages.len(),
                outcomes: log.outcomes_of(&run.id).await?,
                not_measurable: visit.failures,
            });
        }
        runs.extend(visits);
    }
    let findings: Vec<Finding> = log.findings(&FindingFilter::default()).await?;
    let deadline = catalog.calendar.add(drawn_up, house.rectification_days);
    let material = Material {
        drawn_up,
        office: house.office.clone(),
        portals: house.portals.clone(),
        checks: catalog.checks.iter().map(text_of).collect(),
        runs,
        looks,
        findings,
        manual: manual_findings(&report, rulebook),
        scores: unit_scores(&report, rulebook),
        pending: pending(&report, rulebook),
        method: method(rulebook),
        rectification: Some(Rectification { working_days: house.rectification_days, deadline }),
    };
    Ok(assemble(quarter, &material))
}

/// What the log holds for a period, scored for the office's units; also what the flagged findings would change.
/// Entries that fit nothing are the console's business; they are listed as skipped and stop no bulletin.
pub async fn scored(
    log: &Log,
    catalog: &Catalog,
    house: &House,
    rulebook: &Rulebook,
    period: Period,
) -> anyhow::Result<ScoreReport> {
    let configured = house.portals.iter().flat_map(|portal| &portal.units);
    let cohort = Cohort::of(rulebook, catalog.units_of(rulebook), configured);
    let entries = cohort.entries(log.scoring_entries(period.from, period.to).await?);
    let known_check = |id: &str| catalog.check_ids.contains(id);
    let options = Options {
        period: Some(period),
        include_flagged: true,
        skip_bad: true,
        units: cohort.units.clone(),
        known_check: Some(&known_check),
        ..Options::default()
    };
    score::score(rulebook, cohort.list.as_ref(), &entries, &[], &options).map_err(|bad| {
        let lines: Vec<String> = bad.iter().map(ToString::to_string).collect();
        anyhow!("the log cannot be scored: {}", lines.join("; "))
    })
}

fn text_of(check: &Definition) -> CheckText {
    CheckText {
        id: check.id.clone(),
        title: check.title.clone(),
        basis: super::audit::basis_of(check),
        // Words to one unit about one subject do not fit a whole class of problems.
        fix: if check.fix.contains('{') { String::new() } else { check.fix.clone() },
    }
}
