//! Which standard column a column is, by name, alias, META ColumnName or META ColumnType.

use std::collections::HashSet;

use crate::{
    model::{ColumnTerm, Lexicon, MatchedBy, Portal, TermMatch},
    text::normalise,
};

/// A standard name this long, found inside a name with little around it, is worth a person's look.
const LEAST_INNER: usize = 4;
const MOST_AROUND: usize = 6;
/// A longer name that ends like a standard one is an article's title.
const LONGEST_OF_A_STEM: usize = 8;

/// What a column is called, and where that was read.
#[derive(Default)]
pub(super) struct Names {
    /// Menu texts, crumbs, link texts.
    pub shown: Vec<String>,
    pub meta_name: Option<String>,
    pub meta_type: Option<String>,
    /// Standard name by pin, and who pinned it.
    pub pinned: Vec<(String, String)>,
}

/// The standard columns by their names in comparable form; made once a night.
pub(super) struct Standard<'a> {
    terms: Vec<Term<'a>>,
    /// Names and aliases of all of them.
    sure: HashSet<String>,
    /// Names of the portal's units.
    units: Vec<String>,
}

pub(super) struct Term<'a> {
    pub(super) term: &'a ColumnTerm,
    name: String,
    aliases: Vec<String>,
    weak: Vec<String>,
    stems: Vec<String>,
}

impl<'a> Standard<'a> {
    pub(super) fn of(lexicon: &'a Lexicon, portal: &Portal) -> Self {
        let all = |names: &[String]| names.iter().map(|name| plain(name)).collect::<Vec<_>>();
        let terms: Vec<Term<'a>> = lexicon
            .columns
            .iter()
            .map(|term| Term {
                term,
                name: plain(&term.name),
                aliases: all(&term.aliases),
                weak: all(&term.weak),
                stems: all(&term.stems),
            })
            .collect();
        let sure = terms.iter().flat_map(|term| std::iter::once(&term.name).chain(&term.aliases)).cloned().collect();
        let units = portal.units.iter().flat_map(|unit| std::iter::once(&unit.name).chain(&unit.aliases));
        let units = units.map(|name| plain(name)).filter(|name| !name.is_empty()).collect();
        Self { terms, sure, units }
    }

    /// The terms that a shown name surely is.
    pub(super) fn surely(&self, text: &str) -> impl Iterator<Item = &ColumnTerm> {
        let named = Named::of(text, self);
        let is_sure = move |term: &&Term<'a>| matches!(term.fits(&named), Some(MatchedBy::Name | MatchedBy::Alias));
        let possible = if self.is_standard(text) { self.terms.as_slice() } else { &[] };
        possible.iter().filter(is_sure).map(|term| term.term)
    }

    /// Words in titles that show a column of this standard name, where the text is one of the names that are near it.
    pub(super) fn signs_of_near(&self, term: &str, text: &str) -> Option<&'a [String]> {
        let term = self.terms.iter().find(|known| known.term.name == term)?;
        (term.weak.contains(&plain(text)) && !term.term.signs.is_empty()).then_some(&term.term.signs)
    }

    /// True where the name is surely a standard one.
    pub(super) fn is_standard(&self, text: &str) -> bool {
        let named = Named::of(text, self);
        !named.bare.is_empty() && (self.sure.contains(&named.bare) || self.sure.contains(&named.own))
    }

    /// All standard columns it fits, the strongest first.
    pub(super) fn matches(&self, names: &Names) -> Vec<TermMatch> {
        let mut found: Vec<TermMatch> = Vec::new();
        let shown: Vec<(Named, &String)> = names.shown.iter().map(|text| (Named::of(text, self), text)).collect();
        let meta_name = names.meta_name.as_ref().map(|text| (Named::of(text, self), text));
        for term in &self.terms {
            let hit = |by: MatchedBy, text: &str| term.hit(by, text);
            if let Some((name, says)) = names.pinned.iter().find(|(name, _)| *name == term.term.name) {
                found.push(TermMatch { note: says.clone(), ..hit(MatchedBy::Pin, name) });
                continue;
            }
            // What staff pinned is that and nothing else.
            if !names.pinned.is_empty() {
                continue;
            }
            let fitting = shown.iter().filter_map(|(named, text)| Some((term.fits(named)?, text)));
            if let Some((by, text)) = fitting.min_by_key(|(by, _)| *by) {
                found.push(hit(by, text));
                continue;
            }
            if let Some((_, text)) = meta_name
                .as_ref()
                .filter(|(named, _)| matches!(term.fits(named), Some(MatchedBy::Name | MatchedBy::Alias)))
            {
                found.push(hit(MatchedBy::MetaName, text));
            }
        }
        // ColumnType is inherited by sub-columns and copied between templates: it speaks only where no name does.
        if !found.iter().any(|hit| hit.by < MatchedBy::Weak)
            && let Some(kind) = &names.meta_type
        {
            let bare: Vec<String> = kind.split([',', '，', ';', '；', '|', ' ']).map(normalise).collect();
            for term in &self.terms {
                if term.term.types.iter().any(|known| bare.contains(&normalise(known))) {
                    found.retain(|hit| hit.term != term.term.name);
                    found.push(term.hit(MatchedBy::MetaType, kind));
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
}

/// A shown name in comparable form, whole and without the unit's own name in front.
struct Named {
    bare: String,
    own: String,
}

impl Named {
    fn of(text: &str, standard: &Standard<'_>) -> Self {
        let bare = plain(text);
        let own = without_unit(&bare, &standard.units);
        let own = if is_notices(&bare) { "通知公告".to_owned() } else { without_sector(own, &standard.units) };
        Self { bare, own }
    }
}

impl Term<'_> {
    fn hit(&self, by: MatchedBy, text: &str) -> TermMatch {
        TermMatch { term: self.term.name.clone(), by, text: text.to_owned(), note: String::new() }
    }

    /// How a shown name fits.
    fn fits(&self, named: &Named) -> Option<MatchedBy> {
        let Named { bare, own } = named;
        if bare.is_empty() {
            return None;
        }
        if self.name == *bare {
            return Some(MatchedBy::Name);
        }
        if self.aliases.contains(bare) || (own != bare && (self.name == *own || self.aliases.contains(own))) {
            return Some(MatchedBy::Alias);
        }
        let (inner, outer) = (self.name.chars().count(), bare.chars().count());
        let is_inside = || {
            inner >= LEAST_INNER
                && outer - inner.min(outer) <= MOST_AROUND
                && bare.contains(self.name.as_str())
                && !is_office(bare)
        };
        let ends_like_it = || outer <= LONGEST_OF_A_STEM && self.stems.iter().any(|stem| bare.ends_with(stem.as_str()));
        (self.weak.contains(bare) || is_inside() || ends_like_it()).then_some(MatchedBy::Weak)
    }
}

/// The name of an office (应急管理科) says what it does, not what its pages hold.
fn is_office(bare: &str) -> bool {
    ["科", "处", "股", "局", "室", "中心", "大队", "支队"].iter().any(|ending| bare.ends_with(ending))
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

/// `云湖区教育局政府信息公开指南` without the unit's own name in front; `云湖要闻` without its place.
fn without_unit(bare: &str, units: &[String]) -> String {
    units
        .iter()
        .flat_map(|name| std::iter::once(name.as_str()).chain(places_of(name)))
        .filter_map(|name| bare.strip_prefix(name))
        .filter(|rest| !rest.is_empty())
        .min_by_key(|rest| rest.len())
        .unwrap_or(bare)
        .to_owned()
}

/// `农业动态` or `农业要闻` of an 农业农村局 is what its 工作动态 is. Only news go by the name of a sector; 教育机构 are no offices.
fn without_sector(own: String, units: &[String]) -> String {
    const NEWS: [&str; 3] = ["工作动态", "动态", "要闻"];
    let rest = NEWS.into_iter().find(|news| {
        let sector = own.strip_suffix(news).filter(|sector| sector.chars().count() >= 2);
        sector.is_some_and(|sector| units.iter().any(|unit| unit.contains(sector)))
    });
    rest.map_or(own, |_| "工作动态".to_owned())
}

/// Names made of nothing but words for notices, in whatever order: 公示通知, 通知与公告.
fn is_notices(bare: &str) -> bool {
    const WORDS: [&str; 4] = ["通知", "公告", "公示", "通告"];
    let mut rest = bare;
    let mut words = 0;
    while !rest.is_empty() {
        if let Some(after) = WORDS.iter().find_map(|word| rest.strip_prefix(word)) {
            (rest, words) = (after, words + 1);
        } else if let Some(after) = ["与", "和", "及", "、", "/", "栏"].iter().find_map(|link| rest.strip_prefix(link))
        {
            rest = after;
        } else {
            return false;
        }
    }
    words >= 2
}

/// The place that a unit's name begins with, with and without its rank: 云湖区, 云湖.
fn places_of(unit: &str) -> impl Iterator<Item = &str> {
    let rank = unit.char_indices().skip(2).find(|(_, letter)| "省市县区旗州".contains(*letter));
    let with = rank.map(|(at, rank)| &unit[..at + rank.len_utf8()]);
    let without = rank.map(|(at, _)| &unit[..at]);
    with.into_iter().chain(without)
}
