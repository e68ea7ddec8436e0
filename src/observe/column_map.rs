//! The map of a portal's columns, for people to look over and sign: the tree, and for each wanted column the places that
//! may be it, the likeliest first. Pure.

use std::{cmp::Reverse, collections::BTreeMap};

use jiff::civil::Date;

use crate::{
    model::{
        ColumnFacts, ColumnKind, ColumnMap, ColumnPin, ColumnRole, ColumnState, Confidence, Lexicon, MappedColumn,
        MatchedBy, MissingColumn, Portal, PortalFacts, Proposal, TermMatch,
    },
    text::normalise,
};

/// Rows looked at to tell what a column holds.
const ROWS: usize = 20;
/// Fewer titles prove nothing.
const LEAST_TITLES: usize = 2;
/// So many titles without a single sign speak against a column.
const TITLES_AGAINST: usize = 4;
/// A page with this much text of its own is a page, not an empty column.
const TEXT_OF_A_PAGE: usize = 80;
/// Places proposed for one column.
const MOST_PLACES: usize = 4;
/// Near names told of a column that was not found.
const MOST_NEAREST: usize = 3;
/// How deep a tree is drawn; deeper chains are templates gone wrong.
const DEEPEST: usize = 12;

/// How many of a column's titles show a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Speaks {
    titles: usize,
    signs: usize,
}

impl Speaks {
    /// Most of them, and more than one by chance.
    pub(super) fn is_most(self) -> bool {
        self.titles >= LEAST_TITLES && self.signs * 5 >= self.titles * 3
    }

    fn is_against(self) -> bool {
        self.titles >= TITLES_AGAINST && self.signs == 0
    }
}

/// Looks one level ahead: at rows and names of sub-columns.
pub(super) fn speaks<'n>(column: &ColumnFacts, child: impl Fn(&str) -> Option<&'n str>, signs: &[String]) -> Speaks {
    let rows = column.entries.iter().take(ROWS).map(|entry| entry.title.as_str());
    let children = column.children.iter().take(ROWS).filter_map(|key| child(key));
    let mut speaks = Speaks::default();
    for title in rows.chain(children) {
        let title = normalise(title);
        speaks.titles += 1;
        speaks.signs += usize::from(signs.iter().any(|sign| title.contains(sign.as_str())));
    }
    speaks
}

/// The map of one portal as of a day. `wanted` are standard names; `kept` are pins of staff that stay in the map, in force
/// or not. The first unit of the portal is the one meant.
pub fn column_map(
    portal: &Portal,
    lexicon: &Lexicon,
    facts: &PortalFacts,
    wanted: &[&str],
    kept: &[ColumnPin],
    as_of: Date,
) -> ColumnMap {
    let sheet = Sheet::of(lexicon, facts);
    let mut pins = kept.to_vec();
    let mut missing = Vec::new();
    for term in lexicon.columns.iter().filter(|term| wanted.contains(&term.name.as_str())) {
        let candidates = sheet.candidates(&term.name);
        let is_pinned = kept.iter().any(|pin| pin.name == term.name && pin.is_in_force(as_of));
        if candidates.is_empty() && !is_pinned {
            missing.push(missing_column(facts, &term.name));
        }
        for (number, candidate) in candidates.iter().filter(|candidate| candidate.hit.by != MatchedBy::Pin).enumerate()
        {
            let has_better = number > 0 || is_pinned;
            pins.push(candidate.pin(&term.name, has_better));
        }
    }
    ColumnMap {
        portal: portal.url.clone(),
        as_of,
        unit: portal.units.first().map(|unit| unit.name.clone()).unwrap_or_default(),
        inferred: Vec::new(),
        pages: facts.coverage.visits.len(),
        cut_short: facts.coverage.cut_short,
        pins,
        missing,
        tree: sheet.tree(),
    }
}

/// The columns by their keys.
struct Sheet<'a> {
    lexicon: &'a Lexicon,
    facts: &'a PortalFacts,
    by_key: BTreeMap<&'a str, &'a ColumnFacts>,
}

/// A place that may be a wanted column.
struct Candidate<'a> {
    column: &'a ColumnFacts,
    hit: &'a TermMatch,
    speaks: Speaks,
    has_signs: bool,
}

impl<'a> Sheet<'a> {
    fn of(lexicon: &'a Lexicon, facts: &'a PortalFacts) -> Self {
        let by_key = facts.columns.iter().map(|column| (column.key.as_str(), column)).collect();
        Self { lexicon, facts, by_key }
    }

    /// The likeliest first: what staff pinned; then what its rows do not gainsay; then what the home page leads to; then by
    /// the grade of its name, by what its rows prove, by whether it could be read and holds anything; of equals the usual
    /// name and the outermost.
    fn candidates(&self, term: &str) -> Vec<Candidate<'a>> {
        let signs = self.lexicon.term(term).map_or(&[][..], |term| &term.signs);
        let child = |key: &str| self.by_key.get(key).map(|column| column.name.as_str());
        let candidate = |column: &'a ColumnFacts| {
            let hit = column.fits(term)?;
            Some(Candidate { column, hit, speaks: speaks(column, child, signs), has_signs: !signs.is_empty() })
        };
        let mut candidates: Vec<Candidate<'_>> = self.facts.columns.iter().filter_map(candidate).collect();
        candidates.sort_by_key(|candidate| {
            let Candidate { column, hit, .. } = candidate;
            (
                hit.by != MatchedBy::Pin,
                candidate.is_gainsaid(),
                self.is_aside(column),
                hit.by == MatchedBy::Weak,
                // An office's own pages have the names of the portal's columns.
                !column.on_home,
                hit.by,
                !candidate.is_proven(),
                unlikeliness(kind_of(column)),
                self.alias(term, &hit.text),
                column.path.len(),
                column.key.as_str(),
            )
        });
        candidates.truncate(MOST_PLACES);
        candidates
    }

    /// How usual a name is for a standard column: the word list has the usual ones first.
    fn alias(&self, term: &str, text: &str) -> usize {
        let aliases = self.lexicon.term(term).map_or(&[][..], |term| &term.aliases);
        aliases.iter().position(|alias| alias == text).unwrap_or(aliases.len())
    }

    /// Whether it belongs to something else than the portal at large: a campaign, an office's own pages.
    fn is_aside(&self, column: &ColumnFacts) -> bool {
        let up = |column: &&'a ColumnFacts| self.by_key.get(column.parent.as_deref()?).copied();
        let first = column.parent.as_deref().and_then(|key| self.by_key.get(key).copied());
        let above: Vec<&ColumnFacts> = std::iter::successors(first, up).take(DEEPEST).collect();
        let terms = |column: &'a ColumnFacts| column.matched.iter().filter_map(|hit| self.lexicon.term(&hit.term));
        let is_topic = above.iter().any(|column| terms(column).any(|term| term.role == Some(ColumnRole::Topics)));
        let others = above.iter().filter(|column| !terms(column).any(|term| term.gateway)).count();
        is_topic || others >= 2
    }

    fn tree(&self) -> Vec<MappedColumn> {
        let is_root =
            |column: &&ColumnFacts| column.parent.as_deref().is_none_or(|parent| !self.by_key.contains_key(parent));
        self.facts.columns.iter().filter(is_root).map(|column| self.branch(column, DEEPEST)).collect()
    }

    fn branch(&self, column: &ColumnFacts, depth: usize) -> MappedColumn {
        let sure = column.matched.iter().find(|hit| hit.by != MatchedBy::Weak);
        let term = sure.and_then(|hit| self.lexicon.term(&hit.term));
        let below = column.children.iter().filter_map(|key| self.by_key.get(key.as_str()));
        let children = match depth.checked_sub(1) {
            Some(left) => below.map(|child| self.branch(child, left)).collect(),
            None => Vec::new(),
        };
        MappedColumn {
            name: column.name.clone(),
            url: column.url.clone(),
            kind: kind_of(column),
            standard: term.map(|term| term.name.clone()),
            freshness: term.and_then(|term| term.freshness),
            units: column.units.clone(),
            children,
        }
    }
}

impl Candidate<'_> {
    fn is_proven(&self) -> bool {
        self.has_signs && self.speaks.is_most()
    }

    fn is_gainsaid(&self) -> bool {
        self.has_signs && self.speaks.is_against()
    }

    fn confidence(&self) -> Confidence {
        let is_read = matches!(kind_of(self.column), ColumnKind::List | ColumnKind::Front | ColumnKind::Page);
        match self.hit.by {
            MatchedBy::Weak => Confidence::Review,
            _ if self.is_gainsaid() => Confidence::Review,
            MatchedBy::Pin => Confidence::High,
            MatchedBy::Name if is_read => Confidence::High,
            MatchedBy::Alias | MatchedBy::MetaName if is_read && self.is_proven() => Confidence::High,
            _ => Confidence::Medium,
        }
    }

    fn pin(&self, term: &str, has_better: bool) -> ColumnPin {
        ColumnPin {
            name: term.to_owned(),
            url: self.column.url.clone(),
            units: self.column.units.clone(),
            proposed: Some(Proposal {
                confidence: if has_better { Confidence::Review } else { self.confidence() },
                grade: self.hit.by,
                text: self.hit.text.clone(),
                holds: self.holds(),
                seen: self.column.seen.clone(),
            }),
            ..ColumnPin::default()
        }
    }

    /// What lies one level ahead, in Chinese.
    fn holds(&self) -> String {
        let column = self.column;
        let mut says = match &column.state {
            ColumnState::LeadsAway { host } => return format!("指向其他网站{host}"),
            ColumnState::Unreadable { cause } => return format!("未能读取（{cause}）"),
            ColumnState::NotVisited => return "未访问".to_owned(),
            ColumnState::Read => match kind_of(column) {
                ColumnKind::List => format!("{}条信息", column.entries.len()),
                ColumnKind::Front => format!("{}个下级栏目", column.children.len()),
                ColumnKind::Page if column.attachments > 0 => format!("{}个附件", column.attachments),
                ColumnKind::Page => format!("正文{}字", column.text_length),
                _ => "空".to_owned(),
            },
        };
        if self.has_signs && self.speaks.titles > 0 {
            says.push_str(&format!("，前{}个标题中{}个属此类", self.speaks.titles, self.speaks.signs));
        }
        says
    }
}

fn unlikeliness(kind: ColumnKind) -> u8 {
    match kind {
        ColumnKind::List | ColumnKind::Front | ColumnKind::Page => 0,
        ColumnKind::Unread => 1,
        ColumnKind::Empty => 2,
        ColumnKind::Away => 3,
    }
}

fn kind_of(column: &ColumnFacts) -> ColumnKind {
    match column.state {
        ColumnState::LeadsAway { .. } => ColumnKind::Away,
        ColumnState::Unreadable { .. } | ColumnState::NotVisited => ColumnKind::Unread,
        ColumnState::Read if !column.entries.is_empty() => ColumnKind::List,
        ColumnState::Read if !column.children.is_empty() => ColumnKind::Front,
        ColumnState::Read if column.text_length >= TEXT_OF_A_PAGE || column.attachments > 0 => ColumnKind::Page,
        ColumnState::Read => ColumnKind::Empty,
    }
}

fn missing_column(facts: &PortalFacts, term: &str) -> MissingColumn {
    let scripted = facts.coverage.scripted.iter().find(|entry| entry.term == term).map(|entry| entry.text.clone());
    MissingColumn { name: term.to_owned(), scripted, nearest: nearest(facts, term) }
}

/// Menu names that share most letters with the wanted one.
fn nearest(facts: &PortalFacts, wanted: &str) -> Vec<String> {
    let letters: Vec<char> = wanted.chars().collect();
    // Letters alone are shared by chance (治安管理, 安全应急管理科); pairs of them hardly.
    let pairs: Vec<String> = letters.windows(2).map(String::from_iter).collect();
    let shared = |name: &str| pairs.iter().filter(|pair| name.contains(pair.as_str())).count();
    let mut near: Vec<(usize, &String)> = facts
        .coverage
        .menus
        .iter()
        .map(|name| (shared(name), name))
        .filter(|(shared, name)| shared * 2 > pairs.len() && name.chars().count() <= letters.len() * 2)
        .collect();
    near.sort_by_key(|(shared, name)| (Reverse(*shared), name.chars().count(), *name));
    near.into_iter().take(MOST_NEAREST).map(|(_, name)| name.clone()).collect()
}
