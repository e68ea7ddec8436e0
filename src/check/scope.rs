//! Whose a column, document or report is, and whether absence may be claimed at all.

use std::collections::BTreeMap;

use super::Context;
use crate::{
    model::{
        Cause, ColumnFacts, ColumnRole, ColumnState, DocumentFacts, DocumentHistory, GuideFacts, MatchedBy,
        NotMeasurable, PortalFacts, PublicityKind, PublicityList, ReportFacts, ScriptedEntry, TermMatch, Unit, Verdict,
        Visit,
    },
    text::normalise,
};

/// One unit on one portal on one night: what a rule looks at.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    pub facts: &'a PortalFacts,
    pub context: &'a Context<'a>,
    pub unit: &'a Unit,
    visits: BTreeMap<&'a str, &'a Visit>,
    /// Names and aliases of the portal's units, for comparing.
    named: Vec<(String, &'a Unit)>,
}

/// Why nothing may be said of absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    pub cause: Cause,
    /// Chinese half sentence: what was not seen.
    pub because: String,
}

impl Blocked {
    pub fn verdict(&self) -> Verdict {
        Verdict::NotMeasurable(self.cause)
    }
}

impl<'a> Case<'a> {
    pub fn new(facts: &'a PortalFacts, context: &'a Context<'a>, unit: &'a Unit) -> Self {
        let mut visits = BTreeMap::new();
        for visit in &facts.coverage.visits {
            visits.entry(visit.final_url.as_str()).or_insert(visit);
        }
        for visit in &facts.coverage.visits {
            visits.insert(visit.url.as_str(), visit);
        }
        let units = &context.portal.units;
        let named = units.iter().flat_map(|unit| names(unit).map(move |name| (normalise(name), unit))).collect();
        Self { facts, context, unit, visits, named }
    }

    /// The visit that read this address.
    pub fn visit(&self, url: &str) -> Option<&'a Visit> {
        self.visits.get(url).copied()
    }

    /// Whether the page at this address was read and spoke for the portal.
    pub fn was_read(&self, url: &str) -> bool {
        self.visit(url).is_some() && self.failure(url).is_none()
    }

    /// The failure to read this address.
    pub fn failure(&self, url: &str) -> Option<&'a NotMeasurable> {
        self.facts.coverage.not_measurable.iter().find(|failure| failure.url == url)
    }

    fn unit_named(&self, name: &str) -> Option<&'a Unit> {
        let name = normalise(name);
        self.named.iter().find(|(own, _)| *own == name).map(|(_, unit)| *unit)
    }

    fn unit_at(&self, url: &str) -> Option<&'a Unit> {
        self.context.portal.unit_of_path(path_of(url))
    }

    fn is_mine(&self, unit: Option<&Unit>) -> bool {
        unit.is_some_and(|unit| unit.name == self.unit.name)
    }

    /// The units that answer for a column, the leading one first; without a mapping, the unit of its path.
    pub fn owners(&self, column: &ColumnFacts) -> Vec<&'a Unit> {
        let mut owners: Vec<&Unit> = Vec::new();
        for unit in column.units.iter().filter_map(|name| self.unit_named(name)) {
            if owners.iter().all(|owner| owner.name != unit.name) {
                owners.push(unit);
            }
        }
        if owners.is_empty() {
            owners.extend(self.unit_at(&column.url));
        }
        owners
    }

    /// The columns this unit answers for, alone or with others.
    pub fn columns(&self) -> impl Iterator<Item = &'a ColumnFacts> {
        self.facts.columns.iter().filter(|column| self.owners(column).iter().any(|unit| self.is_mine(Some(unit))))
    }

    /// This unit's columns that fit a standard name for certain; where staff pinned one, only what they pinned.
    pub fn columns_named(&self, term: &str) -> Vec<&'a ColumnFacts> {
        let by = |column: &ColumnFacts| column.fits(term).map(|fit| fit.by);
        let mut named: Vec<&ColumnFacts> =
            self.columns().filter(|column| by(column).is_some_and(|by| by != MatchedBy::Weak)).collect();
        if named.iter().any(|column| by(column) == Some(MatchedBy::Pin)) {
            named.retain(|column| by(column) == Some(MatchedBy::Pin));
        }
        named
    }

    /// This unit's columns in which rows of the kind stand that have no column of their own, where there are several.
    pub fn scattered(&self, term: &str) -> Vec<String> {
        let signs = self.context.lexicon.term(term).map_or(&[][..], |term| &term.signs);
        let holds = |column: &&ColumnFacts| {
            column.entries.iter().any(|entry| signs.iter().any(|sign| entry.title.contains(sign.as_str())))
        };
        let mut names: Vec<String> = self.columns().filter(holds).map(|column| format!("“{}”", column.name)).collect();
        names.sort();
        names.dedup();
        if names.len() < 2 { Vec::new() } else { names }
    }

    /// This unit's columns that fit it only nearly.
    pub fn columns_nearly_named(&self, term: &str) -> Vec<&'a ColumnFacts> {
        self.columns().filter(|column| column.fits(term).is_some_and(|fit| fit.by == MatchedBy::Weak)).collect()
    }

    fn is_unit_of(&self, name: &str, url: &str) -> bool {
        let named = if name.is_empty() { None } else { self.unit_named(name) };
        self.is_mine(named.or_else(|| self.unit_at(url)))
    }

    /// Whether the unit answers for the portal as a whole: its home page, footer and address.
    pub fn runs_the_portal(&self) -> bool {
        self.is_mine(self.context.portal.unit_of_path("/"))
    }

    /// Whether the page at this address is the unit's.
    pub fn owns(&self, url: &str) -> bool {
        self.is_mine(self.unit_at(url))
    }

    /// Why nothing may be said of the home page, where it was not read.
    pub fn home_blocked(&self) -> Option<Blocked> {
        self.blocked().filter(|_| self.facts.coverage.home_unread)
    }

    /// This unit's guides to government information.
    pub fn guides(&self) -> impl Iterator<Item = &'a GuideFacts> {
        self.facts.guides.iter().filter(|guide| self.is_unit_of(&guide.unit, &guide.url))
    }

    pub fn documents(&self) -> impl Iterator<Item = &'a DocumentFacts> {
        self.facts.documents.iter().filter(|document| self.is_unit_of(&document.unit, &document.url))
    }

    /// This unit's documents of which earlier nights tell something.
    pub fn histories(&self) -> impl Iterator<Item = &'a DocumentHistory> {
        let told = self.facts.history.iter().flat_map(|history| &history.documents);
        told.filter(|document| self.is_unit_of(&document.unit, &document.url))
    }

    /// Reports of this unit. A title that names a unit of the portal says more than the place it was found in.
    pub fn reports(&self) -> impl Iterator<Item = &'a ReportFacts> {
        self.facts.reports.iter().filter(|report| match self.unit_in_title(&report.title) {
            Some(unit) => self.is_mine(Some(unit)),
            None => self.is_unit_of(&report.unit, &report.url),
        })
    }

    pub fn publicity(&self, kind: PublicityKind) -> impl Iterator<Item = &'a PublicityList> {
        let mine = move |list: &&PublicityList| list.kind == kind && self.is_unit_of(&list.unit, &list.url);
        self.facts.publicity.iter().filter(mine)
    }

    /// The unit whose longest name stands in the title.
    fn unit_in_title(&self, title: &str) -> Option<&'a Unit> {
        let title = normalise(title);
        self.named
            .iter()
            .filter(|(name, _)| !name.is_empty() && !is_place(name) && title.contains(name.as_str()))
            .max_by_key(|(name, _)| name.len())
            .map(|(_, unit)| *unit)
    }

    /// Whether the plan is known to give the column of that standard name to this unit, alone or with others.
    pub fn is_assigned(&self, term: &str) -> bool {
        let answering = self.context.portal.assigned_to(term).unwrap_or_default();
        answering.iter().any(|unit| self.is_mine(Some(unit)))
    }

    /// Whether the column or one it hangs under fits the standard name for certain.
    pub fn stands_under(&self, column: &str, term: &str) -> bool {
        self.up_from(column).any(|column| column.fits(term).is_some_and(|fit| fit.by != MatchedBy::Weak))
    }

    /// Whether a column that this one hangs under plays that part for certain.
    pub fn stands_under_role(&self, column: &ColumnFacts, role: ColumnRole) -> bool {
        let lexicon = self.context.lexicon;
        let plays = |hit: &TermMatch| hit.by != MatchedBy::Weak && lexicon.role_of(&hit.term) == Some(role);
        self.up_from(&column.key).skip(1).any(|column| column.matched.iter().any(plays))
    }

    /// A column and those it hangs under, nearest first.
    fn up_from(&self, column: &str) -> impl Iterator<Item = &'a ColumnFacts> {
        let facts = self.facts;
        // A chain of parents is short; the bound guards against facts that go round in a circle.
        std::iter::successors(facts.column(column), |column| facts.column(column.parent.as_deref()?)).take(16)
    }

    /// All columns under this one.
    pub fn below(&self, column: &'a ColumnFacts) -> Vec<&'a ColumnFacts> {
        let mut found: Vec<&ColumnFacts> = Vec::new();
        let mut next: Vec<&str> = column.children.iter().map(String::as_str).collect();
        while let Some(key) = next.pop() {
            let seen = key == column.key || found.iter().any(|known| known.key == key);
            if let Some(child) = self.facts.column(key).filter(|_| !seen) {
                next.extend(child.children.iter().map(String::as_str));
                found.push(child);
            }
        }
        found.sort_by(|a, b| a.key.cmp(&b.key));
        found
    }

    /// Why this night says nothing about what the portal does *not* have: the home page was unread, the visit was cut
    /// short, or a column under which others hang could not be read. (One that is gone is another matter, see
    /// [`Case::lost_gateway`].)
    pub fn blocked(&self) -> Option<Blocked> {
        let coverage = &self.facts.coverage;
        if coverage.home_unread {
            let homes = [self.facts.url.as_str(), self.context.portal.url.as_str()];
            let cause = homes.iter().find_map(|home| self.failure(home)).map_or(Cause::Other, |failure| failure.cause);
            return Some(Blocked { cause, because: format!("网站首页未能读取（{cause}）") });
        }
        if coverage.cut_short {
            return Some(Blocked {
                cause: Cause::Budget, because: "本次访问在读完所需页面前已中止".to_owned()
            });
        }
        self.unread_gateways().find(|(_, cause)| !is_gone(*cause)).map(|(column, cause)| {
            let because = format!("上级栏目“{}”未能读取（{cause}）", column.name);
            Blocked { cause, because }
        })
    }

    /// A column under which others hang, whose address answers that there is no such page: the portal did answer, but
    /// what hung there may only have moved, which a person must see.
    pub fn lost_gateway(&self) -> Option<&'a ColumnFacts> {
        self.unread_gateways().find(|(_, cause)| is_gone(*cause)).map(|(column, _)| column)
    }

    /// An entry named like the column that only a script opens.
    pub fn scripted_entry(&self, term: &str) -> Option<&'a ScriptedEntry> {
        self.facts.coverage.scripted.iter().find(|entry| entry.term == term)
    }

    fn unread_gateways(&self) -> impl Iterator<Item = (&'a ColumnFacts, Cause)> {
        let gateways = self.facts.columns.iter().filter(|column| self.is_gateway(column) && self.leads_to_mine(column));
        gateways.filter_map(|column| Some((column, unread(column)?)))
    }

    /// Whether other columns hang under this one.
    pub fn is_gateway(&self, column: &ColumnFacts) -> bool {
        let is_gateway = |term: &str| self.context.lexicon.term(term).is_some_and(|term| term.gateway);
        column.matched.iter().any(|matched| is_gateway(&matched.term)) || !column.children.is_empty()
    }

    /// Whether this unit's columns may hang under the column: it is the unit's own, or the unit's paths lie inside it.
    fn leads_to_mine(&self, column: &ColumnFacts) -> bool {
        let path = path_of(&column.url);
        self.owners(column).iter().any(|unit| self.is_mine(Some(unit)))
            || self.unit.paths.iter().any(|own| own.starts_with(path))
    }
}

/// Why a column's rows are not known, if they are not. A column that leads away has no rows to read.
pub fn unread(column: &ColumnFacts) -> Option<Cause> {
    match &column.state {
        ColumnState::Unreadable { cause } => Some(*cause),
        ColumnState::NotVisited => Some(Cause::Budget),
        ColumnState::Read | ColumnState::LeadsAway { .. } => None,
    }
}

/// Whether the portal itself says that there is no such page.
pub fn is_gone(cause: Cause) -> bool {
    matches!(cause, Cause::NotFound | Cause::SoftNotFound)
}

/// The name of a unit and those it also publishes under.
pub fn names(unit: &Unit) -> impl Iterator<Item = &str> {
    std::iter::once(unit.name.as_str()).chain(unit.aliases.iter().map(String::as_str))
}

/// Whether a name is that of a place alone, as aliases of governments are (青河市): every title of the place holds it.
pub fn is_place(name: &str) -> bool {
    name.ends_with(['省', '市', '县', '区', '州', '盟', '旗', '乡', '镇'])
}

/// The address without scheme, host and query.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
    rest.split(['?', '#']).next().unwrap_or(rest)
}

/// The host of an address, lower case, without port and `www.`; none for an address without a host.
pub fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?.to_ascii_lowercase();
    Some(host.strip_prefix("www.").unwrap_or(&host).to_owned())
}
