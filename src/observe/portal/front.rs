//! What the pages of a night show of their portal beside their contents: footer, tags, the home page's rows, and what
//! may have been put there by others.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Night, addresses::page_id};
use crate::model::{
    Footer, Front, META_TAGS, ObservedPage, PageKind, SiteIdentity, Suspect, SuspectKind, TagCount, TagLevel, TagState,
};

/// Pages shown for a tag.
const EXAMPLES: usize = 5;

pub(super) fn fold(night: &Night<'_>, folded: &SiteIdentity) -> Front {
    let home = night.home().filter(|page| super::coverage::unreadable(page).is_none());
    let rows = home.map_or(&[][..], |home| &home.facts.entries);
    let days: BTreeSet<Date> = rows
        .iter()
        .filter_map(|row| row.date.or_else(|| night.page(&row.url)?.facts.published))
        .map(|moment| moment.date)
        .collect();
    Front {
        footer: home.map(|home| footer(home, folded)),
        title: home.and_then(|home| home.facts.signs.home_title.clone()),
        tags: tags(night),
        rows: rows.len(),
        row_days: days.into_iter().rev().collect(),
        suspects: suspects(night),
    }
}

fn footer(home: &ObservedPage, folded: &SiteIdentity) -> Footer {
    let (own, signs) = (&home.facts.site, home.facts.signs.footer);
    let speaks = own.icp.is_some() || own.footer_code.is_some() || own.conac.is_some() || signs.organiser;
    // A home page that is only a picture to click on has no footer; those behind it have.
    let site = if speaks { own } else { folded };
    Footer { url: home.capture.final_url.clone(), site: site.clone(), signs }
}

fn tags(night: &Night<'_>) -> Vec<TagCount> {
    let mut counts: Vec<TagCount> = META_TAGS
        .iter()
        .map(|(level, name)| TagCount { name: (*name).to_owned(), level: *level, ..TagCount::default() })
        .collect();
    let listed = listed(night);
    for page in night.readable().filter(|page| page.facts.signs.whole && page.capture.status == 200) {
        // A letter, or whatever else a list leads to by its day, is no column, though it may look like one.
        let is_listed = listed.contains(&page_id(&page.capture.final_url));
        for (count, state) in counts.iter_mut().zip(page.facts.signs.tags) {
            if !is_asked_of(count.level, page.facts.kind) || (is_listed && count.level == TagLevel::Column) {
                continue;
            }
            count.pages += 1;
            match state {
                TagState::Filled => continue,
                TagState::Absent => count.absent += 1,
                TagState::Empty => count.empty += 1,
            }
            if count.examples.len() < EXAMPLES {
                count.examples.push(page.capture.final_url.clone());
            }
        }
    }
    counts
}

/// Pages that are dated rows of lists, or letters of message boards.
fn listed(night: &Night<'_>) -> BTreeSet<String> {
    let rows = |page: &ObservedPage| {
        let dated = page.facts.entries.iter().filter(|row| row.date.is_some()).map(|row| row.url.as_str());
        dated
            .chain(page.facts.letters.iter().filter_map(|letter| letter.url.as_deref()))
            .map(page_id)
            .collect::<Vec<_>>()
    };
    let letters = night.readable().filter(|page| page.facts.letters.iter().any(|letter| letter.url.is_none()));
    let lone = letters.filter(|page| page.facts.entries.len() <= 2).map(|page| page_id(&page.capture.final_url));
    night.readable().flat_map(rows).chain(lone).collect()
}

fn is_asked_of(level: TagLevel, kind: PageKind) -> bool {
    match level {
        TagLevel::Site => matches!(kind, PageKind::Home | PageKind::Column | PageKind::Article | PageKind::Report),
        TagLevel::Column => kind == PageKind::Column,
        TagLevel::Article => matches!(kind, PageKind::Article | PageKind::Report),
    }
}

fn suspects(night: &Night<'_>) -> Vec<Suspect> {
    let mut found: BTreeMap<(SuspectKind, &str), (&str, usize)> = BTreeMap::new();
    for page in night.readable() {
        let signs = &page.facts.signs;
        let kinds = [
            (SuspectKind::Script, &signs.scripts),
            (SuspectKind::Frame, &signs.frames),
            (SuspectKind::DarkLink, &signs.dark_links),
        ];
        let all = kinds.into_iter().flat_map(|(kind, what)| what.iter().map(move |what| (kind, what.as_str())));
        for sign in all.chain(signs.suspicious_title.as_deref().map(|title| (SuspectKind::Title, title))) {
            found.entry(sign).or_insert((&page.capture.final_url, 0)).1 += 1;
        }
    }
    let suspect = |((kind, what), (page, pages)): ((SuspectKind, &str), (&str, usize))| Suspect {
        kind,
        what: what.to_owned(),
        page: page.to_owned(),
        pages,
    };
    found.into_iter().map(suspect).collect()
}
