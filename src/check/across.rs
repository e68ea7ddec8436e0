//! Pairs of policy and interpretation whose sides stand on two portals, and documents that stand on two. Portals of one
//! city name alike what is not the same, so a name alone pairs only where nothing speaks against it.

use jiff::{ToSpan, civil::Date};

use super::{
    pairing::same_page,
    scope::{Case, host_of, is_place, names},
};
use crate::{
    model::{
        ColumnFacts, DocumentFacts, DocumentRole, Evidence, InterpretationForm, KnownDocument, NeighbourPortal,
        UnitKind,
    },
    text::{
        document_name::{NEAR, Name, essence, quoted},
        likeness::likeness,
        normalise,
    },
};

/// Letters of what a policy is about, to be recognised within a title.
const LEAST_ABOUT: usize = 8;
/// An interpretation that came more than so many days before the policy explains an earlier version of it.
const EARLIER_DAYS: i64 = 60;

/// The policies and interpretations of this portal and of its neighbours.
#[derive(Debug, Default)]
pub(super) struct Across<'a> {
    sides: Vec<Side<'a>>,
    /// Who is judged: names a government by its units.
    unit: &'a str,
    kind: Option<UnitKind>,
    names: Vec<String>,
    portal: &'a str,
}

/// Where a document stands.
#[derive(Clone, Copy, Debug)]
enum Place<'a> {
    Here,
    Neighbour(&'a NeighbourPortal),
    /// On a host that only a row of this column leads to.
    Listed(&'a ColumnFacts),
}

/// One document as pairs see it.
#[derive(Debug)]
pub(super) struct Side<'a> {
    place: Place<'a>,
    pub(super) role: DocumentRole,
    pub(super) url: &'a str,
    pub(super) title: &'a str,
    pub(super) number: Option<&'a str>,
    pub(super) issuer: Option<&'a str>,
    pub(super) published: Option<Date>,
    pub(super) form: Option<InterpretationForm>,
    pub(super) read: bool,
    unit: &'a str,
    kind: Option<UnitKind>,
    links: &'a [String],
    capture: Option<&'a str>,
    name: Name,
    mentions: Vec<String>,
}

/// How sure it is that two documents belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tie {
    /// A person must say.
    Perhaps,
    /// One links to the other.
    Linked,
    /// The interpretation names the policy in its title, or bears its number.
    Named,
}

/// The other side of a pair, on another portal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Other<'s, 'a> {
    pub(super) side: &'s Side<'a>,
    pub(super) tie: Tie,
    /// The document here links to it.
    pub(super) linked: bool,
    /// It links to the document here.
    pub(super) links_back: bool,
}

impl<'a> Across<'a> {
    /// `columns` gather interpretations: rows of theirs that lead to other hosts are interpretations there.
    pub(super) fn of(case: &Case<'a>, columns: &[&'a ColumnFacts]) -> Self {
        let portals = case.facts.neighbours.iter().flat_map(|neighbours| &neighbours.portals);
        let known = portals.flat_map(|portal| portal.documents.iter().map(move |known| Side::known(portal, known)));
        let mut sides: Vec<Side<'_>> = known.collect();
        let listed: Vec<Side<'_>> = columns.iter().flat_map(|column| Side::listed(case, column)).collect();
        for side in listed {
            if !sides.iter().any(|known| same_page(known.url, side.url)) {
                sides.push(side);
            }
        }
        if !sides.is_empty() {
            let own = case.facts.documents.iter().filter(|document| document.role != DocumentRole::Other);
            sides.extend(own.map(Side::own));
        }
        Self {
            sides,
            unit: &case.unit.name,
            kind: Some(case.unit.kind),
            names: names(case.unit).filter(|name| !is_place(name)).map(normalise).collect(),
            portal: &case.facts.portal,
        }
    }

    /// Interpretations on other portals that surely are those of a policy of the judged unit, the surest first, then the
    /// earliest.
    pub(super) fn interpretations_of(&self, policy: &DocumentFacts) -> Vec<Other<'_, 'a>> {
        self.interpretations(policy, |tie| tie > Tie::Perhaps)
    }

    /// One on another portal that may be its interpretation. Asks more than the others, so that it is asked last.
    pub(super) fn perhaps_of(&self, policy: &DocumentFacts) -> Option<&Side<'a>> {
        self.interpretations(policy, |tie| tie == Tie::Perhaps).first().map(|other| other.side)
    }

    fn interpretations(&self, policy: &DocumentFacts, wanted: impl Fn(Tie) -> bool) -> Vec<Other<'_, 'a>> {
        let Some(policy) = self.own(policy) else { return Vec::new() };
        let near = wanted(Tie::Perhaps);
        self.others(DocumentRole::Interpretation, |other| {
            let tie = self.tie(policy, other, near).filter(|tie| wanted(*tie))?;
            Some(Other { side: other, tie, linked: policy.links_to(other), links_back: other.links_to(policy) })
        })
    }

    /// Policies on other portals that an interpretation of the judged unit surely explains.
    pub(super) fn policies_of(&self, interpretation: &DocumentFacts) -> Vec<Other<'_, 'a>> {
        let Some(own) = self.own(interpretation) else { return Vec::new() };
        self.others(DocumentRole::Policy, |other| {
            let tie = self.tie(other, own, false).filter(|tie| *tie > Tie::Perhaps)?;
            Some(Other { side: other, tie, linked: own.links_to(other), links_back: other.links_to(own) })
        })
    }

    fn others<'s>(
        &'s self,
        role: DocumentRole,
        pair: impl Fn(&'s Side<'a>) -> Option<Other<'s, 'a>>,
    ) -> Vec<Other<'s, 'a>> {
        let mut found: Vec<Other<'_, '_>> =
            self.sides.iter().filter(|side| side.role == role && !side.is_here()).filter_map(pair).collect();
        found.sort_by_key(|other| (std::cmp::Reverse(other.tie), other.side.published.is_none(), other.side.published));
        found
    }

    /// The same policy on a neighbour's portal, where that one answers for it: issued there, or published there first.
    pub(super) fn original_of(&self, policy: &DocumentFacts) -> Option<&Side<'a>> {
        let own = self.own(policy)?;
        let is_ours = |side: &Side<'_>| self.names.iter().any(|name| side.is_issued_by(name));
        self.sides.iter().filter(|side| side.read && side.published.is_some()).find(|other| {
            let Place::Neighbour(neighbour) = other.place else { return false };
            if other.role != DocumentRole::Policy || !own.is_same_as(other) {
                return false;
            }
            let one_unit = other.unit == self.unit;
            match (is_ours(own), other.is_issued_by(&normalise(other.unit))) {
                (true, false) if !one_unit => false,
                (false, true) if !one_unit => true,
                (true, true) if !one_unit => false,
                _ => {
                    let (here, there) = (own.published, other.published);
                    here.is_none_or(|here| there.is_some_and(|there| there < here))
                        || (here == there && neighbour.portal.as_str() < self.portal)
                }
            }
        })
    }

    /// The same interpretation on the portal of its policy, from where it was taken over.
    pub(super) fn taken_over_from(&self, interpretation: &DocumentFacts, policy: &Side<'_>) -> Option<&Side<'a>> {
        let own = self.own(interpretation)?;
        let explains = |other: &&Side<'_>| other.role == DocumentRole::Interpretation && other.stands_with(policy);
        self.sides.iter().filter(explains).find(|other| other.name.full == own.name.full)
    }

    /// How many portals and how many of their interpretations were compared.
    pub(super) fn compared(case: &Case<'_>) -> Option<(usize, usize)> {
        let neighbours = case.facts.neighbours.as_ref()?;
        let number = neighbours.portals.iter().map(|portal| portal.interpretations).sum();
        (number > 0).then_some((neighbours.portals.len(), number))
    }

    fn own(&self, document: &DocumentFacts) -> Option<&Side<'a>> {
        self.sides.iter().find(|side| side.is_here() && side.url == document.url && side.role == document.role)
    }

    /// What ties the two together, which stand on different portals; `near` where likeness is enough to ask a person.
    fn tie(&self, policy: &Side<'_>, interpretation: &Side<'_>, near: bool) -> Option<Tie> {
        if interpretation.bears_number_of(policy) {
            return Some(Tie::Named);
        }
        let named = policy.names_like(interpretation);
        let linked = policy.links_to(interpretation);
        let back = interpretation.links_to(policy) || self.links_to_copy(interpretation, policy);
        let has_to_do = named != Named::No || linked || back || (near && interpretation.comes_near(policy));
        if !has_to_do {
            return None;
        }
        // Other policies that the interpretation names as well or better.
        let rivals: Vec<(&Side<'_>, Named)> = self
            .sides
            .iter()
            .filter(|other| other.role == DocumentRole::Policy && !other.is_same_as(policy))
            .map(|other| (other, other.names_like(interpretation)))
            .filter(|(_, how)| *how != Named::No && *how >= named)
            .collect();
        let is_of_another = rivals
            .iter()
            .any(|(rival, how)| *how > named || (rival.stands_with(interpretation) && rival.is_other_than(policy)));
        let doubtful = !rivals.is_empty() || self.apart(policy, interpretation) || interpretation.is_earlier(policy);
        match named {
            Named::Exactly | Named::Within if !is_of_another && !doubtful => Some(Tie::Named),
            _ if linked => Some(Tie::Linked),
            Named::No if back && rivals.is_empty() && quoted(&interpretation.name.full).next().is_none() => {
                Some(Tie::Linked)
            }
            Named::Exactly | Named::Within if back && !is_of_another => Some(Tie::Linked),
            _ if is_of_another => None,
            _ => Some(Tie::Perhaps),
        }
    }

    fn links_to_copy(&self, interpretation: &Side<'_>, policy: &Side<'_>) -> bool {
        let copies = self.sides.iter().filter(|other| other.role == DocumentRole::Policy && other.url != policy.url);
        copies.filter(|other| other.is_same_as(policy)).any(|copy| interpretation.links_to(copy))
    }

    /// Two governments name their documents alike; one does not explain the other's.
    fn apart(&self, policy: &Side<'_>, interpretation: &Side<'_>) -> bool {
        let other = if policy.is_here() { interpretation } else { policy };
        self.kind == Some(UnitKind::Government) && other.kind == Some(UnitKind::Government) && other.unit != self.unit
    }
}

/// Whether an interpretation's title names a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    No,
    /// One name stands inside the other.
    Within,
    Exactly,
}

impl<'a> Side<'a> {
    fn own(document: &'a DocumentFacts) -> Self {
        Self {
            place: Place::Here,
            role: document.role,
            url: &document.url,
            title: &document.title,
            number: document.number.as_deref(),
            issuer: document.issuer.as_deref(),
            published: document.published.map(|moment| moment.date),
            form: document.particulars.as_ref().and_then(|particulars| particulars.form),
            read: document.read,
            unit: &document.unit,
            kind: None,
            links: &document.links,
            capture: document.capture.as_deref(),
            name: Name::of(&document.title),
            mentions: essences(&document.mentions),
        }
    }

    fn known(portal: &'a NeighbourPortal, known: &'a KnownDocument) -> Self {
        Self {
            place: Place::Neighbour(portal),
            role: known.role,
            url: &known.url,
            title: &known.title,
            number: known.number.as_deref(),
            issuer: known.issuer.as_deref(),
            published: known.published.map(|moment| moment.date),
            form: known.form,
            read: known.read,
            unit: &known.unit,
            kind: known.unit_kind,
            links: &known.links,
            capture: known.capture.as_deref(),
            name: Name::of(&known.title),
            mentions: essences(&known.mentions),
        }
    }

    /// Rows of a column that lead to other hosts.
    fn listed(case: &Case<'_>, column: &'a ColumnFacts) -> Vec<Self> {
        let home = host_of(&case.facts.url);
        let away = column.entries.iter().filter(|entry| host_of(&entry.url).is_some_and(|host| Some(host) != home));
        let side = |entry: &'a crate::model::ListEntry| Self {
            place: Place::Listed(column),
            role: DocumentRole::Interpretation,
            url: &entry.url,
            title: &entry.title,
            number: None,
            issuer: None,
            published: entry.date.map(|moment| moment.date),
            form: None,
            read: false,
            unit: "",
            kind: None,
            links: &[],
            capture: None,
            name: Name::of(&entry.title),
            mentions: Vec::new(),
        };
        away.map(side).collect()
    }

    fn is_here(&self) -> bool {
        matches!(self.place, Place::Here)
    }

    fn stands_with(&self, other: &Self) -> bool {
        match (self.place, other.place) {
            (Place::Here, Place::Here) => true,
            (Place::Neighbour(one), Place::Neighbour(other)) => one.portal == other.portal,
            _ => false,
        }
    }

    fn links_to(&self, other: &Self) -> bool {
        self.links.iter().any(|link| same_page(link, other.url))
    }

    /// Whether the interpretation's title names this policy.
    fn names_like(&self, interpretation: &Self) -> Named {
        let title = &interpretation.name;
        if !bears_its_name(&self.name.full) {
            // What stands inside its 《》 is the rule that it carries out, which has interpretations of its own.
            let whole = bare(&self.name.full);
            let about = whole.split_once("关于").map_or(whole.as_str(), |(_, about)| about);
            let is_named = about.chars().count() >= LEAST_ABOUT && bare(&title.full).contains(about);
            return if is_named { Named::Exactly } else { Named::No };
        }
        if self.name.essence == title.essence || quoted(&title.full).any(|name| self.name.is(name)) {
            Named::Exactly
        } else if self.name.shares(&title.essence) {
            Named::Within
        } else {
            Named::No
        }
    }

    fn bears_number_of(&self, policy: &Self) -> bool {
        let Some(number) = policy.number.map(normalise) else { return false };
        self.number.map(normalise).as_ref() == Some(&number) || self.name.full.contains(&number)
    }

    fn comes_near(&self, policy: &Self) -> bool {
        let (one, other) = (policy.name.essence.len(), self.name.essence.len());
        let as_long = 2 * one.min(other) * 100 >= (one + other) * (NEAR - 10);
        self.mentions.contains(&policy.name.essence)
            || (as_long && likeness(&policy.name.essence, &self.name.essence) >= NEAR)
    }

    fn is_earlier(&self, policy: &Self) -> bool {
        let day = self.published.and_then(|day| day.checked_add(EARLIER_DAYS.days()).ok());
        day.zip(policy.published).is_some_and(|(day, published)| day < published)
    }

    /// Whether both are one document: of one name and number; where a number is not shown, of one whole title that names
    /// its issuer, or of one day.
    fn is_same_as(&self, other: &Self) -> bool {
        if self.name.essence != other.name.essence {
            return false;
        }
        match (self.number, other.number) {
            (Some(one), Some(other)) => normalise(one) == normalise(other),
            _ if self.is_other_than(other) => false,
            _ => {
                let issuer_named = self.name.full.split_once("关于").is_some_and(|(issuer, _)| !issuer.is_empty());
                (self.name.full == other.name.full && issuer_named)
                    || (self.published.is_some() && self.published == other.published)
            }
        }
    }

    /// Whether they are certainly two documents: of two numbers, of two issuers, or published far from each other.
    fn is_other_than(&self, other: &Self) -> bool {
        let differ =
            |one: Option<String>, other: Option<String>| one.zip(other).is_some_and(|(one, other)| one != other);
        let issuer = |side: &Self| {
            let issuer = side.name.full.split_once("关于").map(|(issuer, _)| issuer.to_owned());
            issuer.filter(|issuer| !issuer.is_empty())
        };
        let far = |(one, other): (Date, Date)| one.duration_until(other).as_hours().abs() > 24 * EARLIER_DAYS;
        differ(self.number.map(normalise), other.number.map(normalise))
            || differ(issuer(self), issuer(other))
            || self.published.zip(other.published).is_some_and(far)
    }

    /// Whether it says that this unit issued it.
    fn is_issued_by(&self, unit: &str) -> bool {
        let said = self.issuer.map(normalise);
        let in_title = self.name.full.split_once("关于").map(|(issuer, _)| issuer);
        !unit.is_empty() && said.as_deref().into_iter().chain(in_title).any(|issuer| issuer.contains(unit))
    }

    /// Where it stands, for people.
    pub(super) fn stands_on(&self) -> String {
        match self.place {
            Place::Here => "本站".to_owned(),
            Place::Neighbour(portal) if !portal.name.is_empty() => format!("“{}”", portal.name),
            _ => format!("“{}”", host_of(self.url).unwrap_or_default()),
        }
    }

    /// Why its page was not read, where it was not.
    pub(super) fn unread_because(&self) -> Option<&'static str> {
        match self.place {
            _ if self.read => None,
            Place::Listed(_) => Some("在其他网站，不在本次检查范围"),
            _ => Some("当晚未读取"),
        }
    }

    /// It as evidence, with the portal and the night on which it was seen there.
    pub(super) fn proof(&self, note: &str) -> Evidence {
        let seen = match self.place {
            Place::Here => "本站".to_owned(),
            Place::Neighbour(portal) => format!("{}（{}检查所见）", self.stands_on(), portal.night),
            Place::Listed(column) => format!("{}（见本站“{}”栏目的列表）", self.stands_on(), column.name),
        };
        Evidence {
            url: self.url.to_owned(),
            capture: self.capture.map(str::to_owned),
            text: self.title.to_owned(),
            note: format!("{seen}：{note}"),
            ..Evidence::default()
        }
    }
}

/// Whether the 《》 in a normalised title hold its own name: 关于印发《…办法》的通知, but not 关于贯彻《…条例》的意见.
fn bears_its_name(title: &str) -> bool {
    let issues = ["印发", "公布", "发布", "下发", "颁布", "施行", "出台"];
    title
        .split_once('《')
        .is_none_or(|(before, _)| before.is_empty() || issues.iter().any(|word| before.ends_with(word)))
}

/// A title without the marks around names.
fn bare(title: &str) -> String {
    title.chars().filter(|letter| !"《》〈〉“”\"".contains(*letter)).collect()
}

fn essences(mentions: &[String]) -> Vec<String> {
    mentions.iter().map(|mention| essence(&normalise(mention))).collect()
}
