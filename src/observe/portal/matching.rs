//! Which standard column a column is, by name, alias, META ColumnName or META ColumnType.

use crate::{
    model::{ColumnTerm, Lexicon, MatchedBy, Portal, TermMatch},
    text::normalise,
};

/// A standard name this long, found inside a name with little around it, is worth a person's look.
const LEAST_INNER: usize = 4;
const MOST_AROUND: usize = 6;

/// What a column is called, and where that was read.
#[derive(Default)]
pub(super) struct Names {
    /// Menu texts, crumbs, link texts.
    pub shown: Vec<String>,
    pub meta_name: Option<String>,
    pub meta_type: Option<String>,
    /// Standard name by pin.
    pub pinned: Vec<String>,
}

/// All standard columns it fits, the strongest first.
pub(super) fn terms(lexicon: &Lexicon, portal: &Portal, names: &Names) -> Vec<TermMatch> {
    let mut found: Vec<TermMatch> = Vec::new();
    for term in &lexicon.columns {
        let hit = |by: MatchedBy, text: &str| TermMatch { term: term.name.clone(), by, text: text.to_owned() };
        if let Some(name) = names.pinned.iter().find(|name| **name == term.name) {
            found.push(hit(MatchedBy::Pin, name));
            continue;
        }
        let shown = names.shown.iter().filter_map(|text| Some((by_name(term, portal, text)?, text)));
        if let Some((by, text)) = shown.min_by_key(|(by, _)| *by) {
            found.push(hit(by, text));
            continue;
        }
        if let Some(text) = names
            .meta_name
            .as_ref()
            .filter(|text| matches!(by_name(term, portal, text), Some(MatchedBy::Name | MatchedBy::Alias)))
        {
            found.push(hit(MatchedBy::MetaName, text));
        }
    }
    // ColumnType is inherited by sub-columns and copied between templates: it speaks only where no name does.
    if !found.iter().any(|hit| hit.by < MatchedBy::Weak)
        && let Some(kind) = &names.meta_type
    {
        let bare: Vec<String> = kind.split([',', '，', ';', '；', '|', ' ']).map(normalise).collect();
        for term in &lexicon.columns {
            if term.types.iter().any(|known| bare.contains(&normalise(known))) {
                found.retain(|hit| hit.term != term.name);
                found.push(TermMatch { term: term.name.clone(), by: MatchedBy::MetaType, text: kind.clone() });
            }
        }
    }
    // A name that is one standard column for sure is not nearly another.
    if found.iter().any(|hit| hit.by < MatchedBy::Weak) {
        found.retain(|hit| hit.by < MatchedBy::Weak);
    }
    found.sort_by(|a, b| (a.by, &a.term).cmp(&(b.by, &b.term)));
    found
}

/// How a shown name fits a term.
pub(super) fn by_name(term: &ColumnTerm, portal: &Portal, text: &str) -> Option<MatchedBy> {
    let bare = plain(text);
    if bare.is_empty() {
        return None;
    }
    let is = |name: &String| plain(name) == bare;
    if is(&term.name) {
        return Some(MatchedBy::Name);
    }
    if term.aliases.iter().any(is) {
        return Some(MatchedBy::Alias);
    }
    let own = without_unit(&bare, portal);
    let is_own = |name: &String| plain(name) == own;
    if own != bare && (is_own(&term.name) || term.aliases.iter().any(is_own)) {
        return Some(MatchedBy::Alias);
    }
    let around = |name: &String| {
        let name = plain(name);
        let (inner, outer) = (name.chars().count(), bare.chars().count());
        inner >= LEAST_INNER && outer - inner.min(outer) <= MOST_AROUND && bare.contains(&name)
    };
    (term.weak.iter().any(is) || around(&term.name)).then_some(MatchedBy::Weak)
}

/// True where the name is surely a standard one.
pub(super) fn is_standard(lexicon: &Lexicon, portal: &Portal, text: &str) -> bool {
    lexicon.columns.iter().any(|term| matches!(by_name(term, portal, text), Some(MatchedBy::Name | MatchedBy::Alias)))
}

/// Without the ornaments of menus: arrows, dots, brackets, counts.
fn plain(text: &str) -> String {
    normalise(text)
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, '、' | '/'))
        .collect::<String>()
        .trim_matches(['、', '/'])
        .to_owned()
}

/// `云湖区教育局政府信息公开指南` without the unit's own name in front.
fn without_unit(bare: &str, portal: &Portal) -> String {
    let units = portal.units.iter().flat_map(|unit| std::iter::once(&unit.name).chain(&unit.aliases));
    units
        .map(|name| plain(name))
        .filter(|name| !name.is_empty())
        .filter_map(|name| bare.strip_prefix(&name).map(str::to_owned))
        .filter(|rest| !rest.is_empty())
        .min_by_key(String::len)
        .unwrap_or_else(|| bare.to_owned())
}
