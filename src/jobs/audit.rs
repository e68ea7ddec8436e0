//! Visits one portal now and judges it as of a day, without log or configuration.

use jiff::{Timestamp, civil::Date};
use url::Url;

use super::portal_owner::{Given, Owner, owner};
use crate::{
    catalog::Catalog,
    check::{Context, Definition, judge},
    crawl::{self, Progress},
    fetch::Client,
    model::{
        Audit, AuditCoverage, AuditFinding, AuditGap, AuditOutcome, AuditedPortal, Cause, NotMeasurable, Outcome,
        Portal, PortalFacts, UnitKind, Verdict, beijing_date,
    },
    observe,
};

/// What to look at, and as whom.
#[derive(Clone, Debug)]
pub struct Request {
    pub url: Url,
    /// The moment that counts as now.
    pub as_of: Timestamp,
    pub given: Given,
    pub max_pages: usize,
    /// Requests a second, at most.
    pub rate: u32,
    pub allow_private: bool,
}

/// The home page could not be read, so nothing can be said of the portal.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the home page {url}: {cause_name} ({cause}){detail}{help}")]
pub struct HomeUnread {
    pub url: String,
    pub cause: Cause,
    cause_name: String,
    detail: String,
    help: &'static str,
}

impl HomeUnread {
    pub(super) fn new(url: &Url, failure: Option<&NotMeasurable>) -> Self {
        let cause = failure.map_or(Cause::Other, |failure| failure.cause);
        let detail = failure.map(|failure| failure.detail.as_str()).filter(|detail| !detail.is_empty());
        let help = match cause {
            Cause::PrivateAddress => "; add --allow-private to audit a portal inside your own network",
            Cause::Dns => "; look at the spelling of the address",
            Cause::NeedsBrowser => "; this portal shows nothing without a browser",
            Cause::BotShield | Cause::Forbidden | Cause::Throttled => {
                "; ask its operator to let the inspection through"
            }
            _ => "; try again later or from another network",
        };
        Self {
            url: url.to_string(),
            cause,
            cause_name: cause.name(),
            detail: detail.map(|detail| format!(": {detail}")).unwrap_or_default(),
            help,
        }
    }
}

/// Crawls, observes and judges.
pub async fn audit(
    request: &Request,
    catalog: &Catalog,
    client: &Client,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Audit, HomeUnread> {
    let host = request.url.host_str().unwrap_or_default().to_owned();
    let mut portal = portal_of(request, &host);
    let visited = crawl::visit(&portal, &catalog.lexicon, request.as_of, client, None, progress).await;
    let fold = |portal: &Portal| {
        let facts = observe::portal(portal, &catalog.lexicon, &visited.pages, &visited.failures, visited.cut_short);
        PortalFacts { soundings: visited.soundings.clone(), ..facts }
    };
    let facts = fold(&portal);
    if facts.coverage.home_unread {
        let home = visited.failures.iter().find(|failure| failure.url == portal.url).or(visited.failures.first());
        return Err(HomeUnread::new(&request.url, home));
    }
    // Facts name the unit they belong to, and only they tell which unit that is: fold a second time.
    let owner = owner(&request.given, &facts, &host);
    portal.units = vec![owner.unit.clone()];
    let facts = fold(&portal);
    let as_of = beijing_date(request.as_of);
    let context = Context { portal: &portal, as_of, calendar: &catalog.calendar, lexicon: &catalog.lexicon };
    let outcomes = judge(&catalog.checks, &facts, &context);
    let mut audit = assemble(&owner, &facts, outcomes, &catalog.checks, as_of);
    audit.coverage.note = visited.note;
    Ok(audit)
}

/// The portal as it is crawled, before its owner is known.
pub(super) fn portal_of(request: &Request, host: &str) -> Portal {
    let given = &request.given;
    Portal {
        id: host.to_owned(),
        name: host.to_owned(),
        url: request.url.to_string(),
        units: vec![crate::model::Unit {
            name: given.unit.clone().unwrap_or_else(|| host.to_owned()),
            kind: given.kind.unwrap_or(UnitKind::Department),
            aliases: Vec::new(),
            paths: Vec::new(),
            licences: true,
            penalties: true,
            founded: None,
        }],
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: request.max_pages,
        rate: request.rate,
        allow_private: request.allow_private,

        window: None,
    }
}

/// Puts everything into the shape of the contract. Pure.
pub fn assemble(
    owner: &Owner,
    facts: &PortalFacts,
    outcomes: Vec<Outcome>,
    checks: &[Definition],
    as_of: Date,
) -> Audit {
    let definition_of = |id: &str| checks.iter().find(|check| check.id == id);
    let title_of = |id: &str| definition_of(id).map_or_else(|| id.to_owned(), |check| check.title.clone());
    let findings = outcomes
        .iter()
        .filter(|outcome| outcome.outcome == Verdict::Failed)
        .map(|outcome| {
            let definition = definition_of(&outcome.check);
            AuditFinding {
                check: outcome.check.clone(),
                title: title_of(&outcome.check),
                subject: outcome.subject.label.clone(),
                subject_key: outcome.subject.key.clone(),
                url: outcome.url.clone(),
                message: definition.map_or_else(|| outcome.reason.clone(), |check| check.message_for(outcome)),
                basis: definition.map(basis_of).unwrap_or_default(),
                fix: definition.map(|check| check.fix_for(outcome)).unwrap_or_default(),
                evidence: outcome.evidence.clone(),
            }
        })
        .collect();
    let gap = |failure: &NotMeasurable| AuditGap {
        url: failure.url.clone(),
        cause: failure.cause,
        detail: failure.detail.clone(),
    };
    Audit {
        portal: AuditedPortal {
            url: facts.url.clone(),
            name: facts.site.name.clone(),
            cms: facts.cms.as_ref().map(|cms| cms.name.clone()),
            site_code: facts.site.id_code.clone(),
            organiser: facts.site.organiser.clone(),
            icp: facts.site.icp.clone(),
            unit: owner.unit.name.clone(),
            kind: owner.unit.kind,
            inferred: owner.inferred.clone(),
        },
        as_of,
        coverage: AuditCoverage {
            pages: facts.coverage.visits.len(),
            columns: facts.columns.len(),
            cut_short: facts.coverage.cut_short,
            note: String::new(),
            not_measurable: facts.coverage.not_measurable.iter().map(gap).collect(),
        },
        outcomes: outcomes
            .into_iter()
            .map(|outcome| AuditOutcome {
                title: title_of(&outcome.check),
                check: outcome.check,
                subject: outcome.subject.label,
                subject_key: outcome.subject.key,
                outcome: outcome.outcome,
                reason: outcome.reason,
                evidence: outcome.evidence,
            })
            .collect(),
        findings,
    }
}

/// The documents a check rests on, for people: `《…条例》第四十九条；…`.
pub fn basis_of(check: &Definition) -> String {
    let parts: Vec<String> = check.basis.iter().map(|basis| format!("{}{}", basis.document, basis.place)).collect();
    parts.join("；")
}
