//! Folds the pages of a night into the facts of a portal. Pure, and independent of the order in which pages were read:
//! everything is sorted by address first.

mod addresses;
mod ahead;
mod columns;
mod coverage;
mod documents;
mod front;
mod guides;
mod letters;
mod matching;
mod outward;
mod publicity;
mod reports;
pub(super) mod sightings;

use std::collections::BTreeMap;

use crate::model::{
    Cause, CmsMatch, ColumnFacts, ColumnRole, Lexicon, MatchedBy, NotMeasurable, ObservedPage, PageKind, Portal,
    PortalFacts, SiteIdentity, Soundings,
};

pub(super) use addresses::{document_key, page_id};
use matching::Standard;

/// The pages of a night with what is needed to find one's way among them.
struct Night<'a> {
    portal: &'a Portal,
    lexicon: &'a Lexicon,
    standard: Standard<'a>,
    /// Sorted by final address, each address once.
    pages: Vec<&'a ObservedPage>,
    /// Index into `pages` by every address that led there.
    by_address: BTreeMap<String, usize>,
    failures: &'a [NotMeasurable],
    failed: BTreeMap<String, &'a NotMeasurable>,
}

impl<'a> Night<'a> {
    fn of(portal: &'a Portal, lexicon: &'a Lexicon, pages: &'a [ObservedPage], failures: &'a [NotMeasurable]) -> Self {
        let mut sorted: Vec<&ObservedPage> = pages.iter().collect();
        sorted.sort_by(|a, b| (&a.capture.final_url, &a.capture.url).cmp(&(&b.capture.final_url, &b.capture.url)));
        let mut by_address = BTreeMap::new();
        for (at, page) in sorted.iter().enumerate() {
            for url in [&page.capture.final_url, &page.capture.url, &page.facts.url] {
                by_address.entry(page_id(url)).or_insert(at);
            }
        }
        let failed = failures.iter().map(|failure| (page_id(&failure.url), failure)).collect();
        Self { portal, lexicon, standard: Standard::of(lexicon, portal), pages: sorted, by_address, failures, failed }
    }

    fn page(&self, url: &str) -> Option<&'a ObservedPage> {
        self.by_address.get(&page_id(url)).and_then(|at| self.pages.get(*at)).copied()
    }

    /// The parts that a column surely plays, by the standard names it fits.
    fn roles<'c>(&'c self, column: &'c ColumnFacts) -> impl Iterator<Item = ColumnRole> + 'c {
        let sure = column.matched.iter().filter(|hit| hit.by != MatchedBy::Weak);
        sure.filter_map(|hit| self.lexicon.role_of(&hit.term))
    }

    fn failure(&self, url: &str) -> Option<&'a NotMeasurable> {
        self.failed.get(&page_id(url)).copied()
    }

    fn home(&self) -> Option<&'a ObservedPage> {
        self.page(&self.portal.url)
    }

    /// Pages that may be judged: not blocked, not a shell, not garbled.
    fn readable(&self) -> impl Iterator<Item = &'a ObservedPage> {
        self.pages.iter().copied().filter(|page| self.unreadable(page).is_none())
    }

    /// Why nothing may be judged from a page that did answer. The frame of a list may be judged once its rows were read.
    fn unreadable(&self, page: &ObservedPage) -> Option<Cause> {
        let rows_of = |page: &ObservedPage| self.page(page.facts.rows_at.as_deref()?);
        let is_list =
            |page: &&ObservedPage| page.facts.kind == PageKind::Column && coverage::unreadable(page).is_none();
        // An answer without rows may name another one.
        let rows = || {
            let first = rows_of(page)?;
            Some(first).filter(is_list).or_else(|| rows_of(first).filter(is_list))
        };
        coverage::unreadable(page).filter(|cause| *cause != Cause::NeedsBrowser || rows().is_none())
    }
}

/// Everything the checks read of a portal.
pub fn portal(
    portal: &Portal,
    lexicon: &Lexicon,
    pages: &[ObservedPage],
    failures: &[NotMeasurable],
    cut_short: bool,
) -> PortalFacts {
    let night = Night::of(portal, lexicon, pages, failures);
    let columns = columns::fold(&night);
    let documents = documents::fold(&night, &columns);
    let reports = reports::fold(&night, &columns);
    let site_reports = reports::fold_site(&night, &columns);
    let publicity = publicity::fold(&night, &columns);
    let guides = guides::fold(&night, &columns);
    let letters = letters::fold(&night, &columns);
    let site = identity(&night);
    let mut facts = PortalFacts {
        portal: portal.id.clone(),
        url: portal.url.clone(),
        letters,
        front: front::fold(&night, &site),
        site,
        cms: cms(&night),
        columns,
        documents,
        reports,
        site_reports,
        publicity,
        old_tls: pages.iter().any(|page| page.capture.old_tls),
        guides,
        coverage: coverage::fold(&night, cut_short),
        soundings: Soundings::default(),
        history: None,
        availability: None,
        neighbours: None,
    };
    facts.put_in_order();
    facts
}

/// The home page's identity; what it lacks is taken from the other pages.
fn identity(night: &Night<'_>) -> SiteIdentity {
    let mut site = night.home().map(|page| page.facts.site.as_ref().clone()).unwrap_or_default();
    for page in night.readable() {
        let other = &page.facts.site;
        for (own, other) in [
            (&mut site.name, &other.name),
            (&mut site.domain, &other.domain),
            (&mut site.id_code, &other.id_code),
            (&mut site.icp, &other.icp),
            (&mut site.police, &other.police),
            (&mut site.organiser, &other.organiser),
            (&mut site.conac, &other.conac),
            (&mut site.find_error_code, &other.find_error_code),
            (&mut site.sitemap, &other.sitemap),
            (&mut site.phone, &other.phone),
            (&mut site.footer_code, &other.footer_code),
            (&mut site.meta_code, &other.meta_code),
        ] {
            if own.is_none() {
                own.clone_from(other);
            }
        }
    }
    site
}

/// The system most pages speak of; generic pages have no say where any other was recognised.
fn cms(night: &Night<'_>) -> Option<CmsMatch> {
    let mut votes: BTreeMap<&str, (usize, &CmsMatch)> = BTreeMap::new();
    for cms in night.readable().filter_map(|page| page.facts.cms.as_deref()) {
        votes.entry(&cms.name).or_insert((0, cms)).0 += 1;
    }
    let known = votes.iter().filter(|(name, _)| **name != "generic").max_by_key(|(_, (count, _))| *count);
    known.or_else(|| votes.iter().next()).map(|(_, (_, cms))| (*cms).clone())
}

/// Columns, and home pages of parts of the portal (the portal's own is taken out where columns are folded).
fn is_list_page(kind: PageKind) -> bool {
    matches!(kind, PageKind::Column | PageKind::Home)
}
