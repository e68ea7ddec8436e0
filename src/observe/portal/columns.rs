//! The columns of a portal: from list pages, menus, breadcrumbs and pins; named, matched to the lexicon, with their
//! rows merged over all list pages that were read.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use super::{
    Night,
    addresses::{column_key, foreign_host, list_of_numbered, page_id, path_of},
    ahead, coverage, is_list_page,
    matching::Names,
};
use crate::{
    model::{
        Anchor, ColumnFacts, ColumnState, ListEntry, MatchedBy, NameSpot, ObservedPage, PageKind, Place, Region,
        TermMatch,
    },
    observe::regions::leads_on,
    text::{normalise, tidy},
};

/// A column name is short; a longer link text is an article's title.
const LONGEST_NAME: usize = 24;
/// Letters in the main part of a page that tells something.
const TEXT_OF_A_PAGE: usize = 40;
/// Places where a name was read that are noted of one column, and that are shown of it.
const MOST_NOTED: usize = 24;
const MOST_SHOWN: usize = 6;

/// A column while it is being put together.
#[derive(Default)]
struct Draft {
    url: String,
    names: Names,
    /// Units by pin.
    pinned_units: Vec<String>,
    foreign: Option<String>,
    /// Path of the shortest page that links here; decides the unit of a column that leads away.
    linked_from: Option<String>,
    /// Whether the home page links to it.
    on_home: bool,
    /// Where its names were read, each place and name once.
    seen: Vec<NameSpot>,
}

impl Draft {
    /// Notes where a name was read; pages come in order of their addresses, and the first of each kind is enough.
    fn see(&mut self, place: Place, text: &str, page: &str) {
        let is_known = |known: &NameSpot| known.place == place && known.text == text;
        if self.seen.len() < MOST_NOTED && !self.seen.iter().any(is_known) {
            self.seen.push(NameSpot { place, page: page.to_owned(), text: text.to_owned() });
        }
    }

    /// The most telling of them.
    fn sightings(&mut self) -> Vec<NameSpot> {
        let mut seen = std::mem::take(&mut self.seen);
        seen.sort();
        seen.truncate(MOST_SHOWN);
        seen
    }
}

pub(super) fn fold(night: &Night<'_>) -> Vec<ColumnFacts> {
    let further = further_pages(night);
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for page in night.readable() {
        if is_list_page(page.facts.kind) && !further.contains_key(&page_id(&page.capture.final_url)) {
            let draft = drafts.entry(column_key(&page.capture.final_url)).or_default();
            draft.url.clone_from(&page.capture.final_url);
        }
    }
    from_links(night, &further, &mut drafts);
    from_pins(night, &mut drafts);
    let home = column_key(&night.portal.url);
    drafts.remove(&home);
    let mut columns: Vec<ColumnFacts> =
        drafts.into_iter().filter_map(|(key, draft)| column(night, key, draft)).collect();
    collect_rows(night, &further, &mut columns);
    hang(night, &mut columns);
    ahead::resolve(night, &mut columns);
    show_on(night, &mut columns);
    columns
}

/// Further pages of lists: page to the key of the column they continue.
fn further_pages(night: &Night<'_>) -> BTreeMap<String, String> {
    let mut further: BTreeMap<String, String> = BTreeMap::new();
    // The first page of a list names all others or the next one; chains are followed by going round again. What a script
    // asks for names further pages too: it is no first page where it continues another, so addresses with a question
    // wait for those without.
    for round in 0..6 {
        for page in night.readable() {
            let own = page_id(&page.capture.final_url);
            if round < 3 && own.contains('?') && !further.contains_key(&own) {
                continue;
            }
            let key = further.get(&own).cloned().unwrap_or_else(|| column_key(&page.capture.final_url));
            for next in &page.facts.next_pages {
                let next = page_id(next);
                if next != own && column_key_of_id(&next) != key {
                    further.entry(next).or_insert_with(|| key.clone());
                }
            }
        }
    }
    // A page that no read page links to as a further one still shows by its number whose page it is.
    let keyed: Vec<(String, &ObservedPage)> =
        night.readable().map(|page| (column_key(&page.capture.final_url), page)).collect();
    let lists: BTreeSet<&str> =
        keyed.iter().filter(|(_, page)| is_list_page(page.facts.kind)).map(|(key, _)| key.as_str()).collect();
    for (key, page) in &keyed {
        if lists.contains(key.as_str())
            && let Some(list) = list_of_numbered(key).filter(|list| lists.contains(list.as_str()))
        {
            further.insert(page_id(&page.capture.final_url), list);
        }
    }
    // A first page is no further page, even where later pages link back to it.
    let firsts: BTreeSet<String> = further.values().cloned().collect();
    further.retain(|page, key| column_key_of_id(page) == *key || !firsts.contains(&column_key_of_id(page)));
    further
}

fn column_key_of_id(id: &str) -> String {
    column_key(&format!("http://{id}"))
}

/// Menu entries, crumbs, and other links that carry a standard name.
fn from_links(night: &Night<'_>, further: &BTreeMap<String, String>, drafts: &mut BTreeMap<String, Draft>) {
    // A menu stands on every page; what one of its links says is worked out once.
    let mut known: HashMap<*const Anchor, Option<Named>> = HashMap::new();
    let site_maps = coverage::site_maps(night);
    let home = page_id(&night.portal.url);
    for page in night.readable() {
        let from = path_of(&page.capture.final_url);
        let id = page_id(&page.capture.final_url);
        let (is_home, is_site_map) = (id == home || page_id(&page.capture.url) == home, site_maps.contains(&id));
        let rows: BTreeSet<&str> =
            page.facts.entries.iter().filter(|entry| entry.date.is_some()).map(|entry| entry.url.as_str()).collect();
        for anchor in &page.facts.anchors {
            let named = known.entry(Arc::as_ptr(anchor)).or_insert_with(|| Named::of(night, further, anchor));
            let Some(Named { text, key, foreign, standard }) = named.as_ref() else { continue };
            if rows.contains(anchor.url.as_str()) || (!standard && !drafts.contains_key(key)) {
                continue;
            }
            // What leads away is a column only where a menu or the main part of a page that is no article says so; what is
            // hidden besides may be one of many friendly links.
            if foreign.is_some()
                && (anchor.region == Region::Hidden
                    || matches!(page.facts.kind, PageKind::Article | PageKind::Report) && anchor.region == Region::Main)
            {
                continue;
            }
            let draft = drafts.entry(key.clone()).or_default();
            if draft.url.is_empty() {
                draft.url.clone_from(&anchor.url);
            }
            draft.foreign.clone_from(foreign);
            draft.on_home |= is_home;
            if draft.linked_from.as_ref().is_none_or(|known| from.len() < known.len()) {
                draft.linked_from = Some(from.clone());
            }
            let is_name = !matches!(anchor.region, Region::Main | Region::Hidden) || *standard;
            if !is_name || is_leading_on(text) {
                continue;
            }
            if !draft.names.shown.contains(text) {
                draft.names.shown.push(text.clone());
            }
            let place = match anchor.region {
                _ if is_home => Place::Home,
                _ if is_site_map => Place::SiteMap,
                Region::Menu => Place::Menu,
                Region::Crumb => Place::Crumb,
                _ => Place::Main,
            };
            draft.see(place, text, &page.capture.final_url);
        }
    }
}

/// What a link may name: a column by its key.
struct Named {
    text: String,
    key: String,
    /// The other host it leads to.
    foreign: Option<String>,
    /// Whether the text is surely a standard name.
    standard: bool,
}

impl Named {
    /// None where the link cannot be the name of a column.
    fn of(night: &Night<'_>, further: &BTreeMap<String, String>, anchor: &Anchor) -> Option<Self> {
        let text = tidy(&anchor.text);
        // 更多 beside a heading leads to what the heading says.
        let is_said_beside = text.is_empty() || !anchor.title.is_empty() && is_leading_on(&text);
        let text = if is_said_beside { tidy(&anchor.title) } else { text };
        if text.is_empty()
            || text.chars().count() > LONGEST_NAME
            || !matches!(anchor.region, Region::Menu | Region::Crumb | Region::Main | Region::Hidden)
            || further.contains_key(&page_id(&anchor.url))
        {
            return None;
        }
        let foreign = foreign_host(&night.portal.url, &anchor.url);
        let key = match &foreign {
            Some(host) => format!("//{host}{}", column_key(&anchor.url)),
            None => column_key(&anchor.url),
        };
        let standard = night.standard.is_standard(&text);
        // Blanks that only spread a name out (工作　动态) are no part of it.
        let text = if standard && !text.is_ascii() { text.replace(' ', "") } else { text };
        Some(Self { text, key, foreign, standard })
    }
}

fn is_leading_on(text: &str) -> bool {
    let bare = normalise(text);
    let is_page_number =
        bare.ends_with('页') && (bare.starts_with(|letter: char| letter.is_ascii_digit()) || bare.chars().count() == 3);
    let bare = bare.trim_matches(['>', '+', '»', '[', ']']);
    is_page_number || leads_on(text) || matches!(bare, "首页" | "返回" | "返回首页" | "网站首页" | "")
}

fn from_pins(night: &Night<'_>, drafts: &mut BTreeMap<String, Draft>) {
    for pin in &night.portal.pins {
        let draft = drafts.entry(column_key(&pin.url)).or_default();
        draft.url.clone_from(&pin.url);
        draft.names.pinned.push((pin.name.clone(), pin.says()));
        draft.pinned_units.extend(pin.units.iter().cloned());
    }
}

fn column(night: &Night<'_>, key: String, mut draft: Draft) -> Option<ColumnFacts> {
    let page = night.page(&draft.url).filter(|_| draft.foreign.is_none());
    let state = state(night, page, &draft);
    if let Some(page) = page {
        let facts = &page.facts;
        // An article's META names the column it belongs to, not itself.
        if is_list_page(facts.kind) {
            draft.names.meta_name = facts.meta.get("columnname").map(|name| tidy(name)).filter(|name| !name.is_empty());
            draft.names.meta_type.clone_from(&facts.column.kind);
            let crumb = facts.column.path.last().filter(|name| name.chars().count() <= LONGEST_NAME);
            let title = facts.title.as_ref().filter(|title| title.chars().count() <= LONGEST_NAME);
            if let Some(own) = crumb.or(title).filter(|_| draft.names.shown.is_empty()) {
                draft.names.shown.push(own.clone());
            }
        }
    }
    let matched = night.standard.matches(&draft.names);
    let name = name_of(&draft.names, &matched, page);
    if name.is_empty() && matched.is_empty() {
        return None;
    }
    let path = page.map(|page| crumbs_with(&page.facts.column.path, &name)).unwrap_or_else(|| vec![name.clone()]);
    for hit in &matched {
        if matches!(hit.by, MatchedBy::MetaName | MatchedBy::MetaType)
            && let Some(page) = page
        {
            draft.see(Place::Meta, &hit.text, &page.capture.final_url);
        }
    }
    let units = units(night, &draft, &matched);
    let seen = draft.sightings();
    Some(ColumnFacts {
        key,
        name,
        url: page.map_or(draft.url, |page| page.capture.final_url.clone()),
        path,
        units,
        matched,
        state,
        text_length: page.map_or(0, |page| page.facts.main_text_length),
        attachments: page.map_or(0, |page| page.facts.documents.len()),
        outward_links: page.map_or(0, |page| outward_links(night, page)),
        inward_pages: page.map_or(0, |page| inward_pages(night, page)),
        choices: page.map(|page| choices(night, page)).unwrap_or_default(),
        pages_read: usize::from(page.is_some()),
        pages_total: page.map(|page| 1 + page.facts.next_pages.len()).filter(|total| *total > 1),
        capture: page.map(|page| page.capture.id.clone()),
        read_at: page.map(|page| page.capture.at),
        seen,
        on_home: draft.on_home,
        ..ColumnFacts::default()
    })
}

fn state(night: &Night<'_>, page: Option<&ObservedPage>, draft: &Draft) -> ColumnState {
    if let Some(host) = &draft.foreign {
        return ColumnState::LeadsAway { host: host.clone() };
    }
    if let Some(page) = page {
        if let Some(host) = foreign_host(&night.portal.url, &page.capture.final_url) {
            return ColumnState::LeadsAway { host };
        }
        return night.unreadable(page).map_or(ColumnState::Read, |cause| ColumnState::Unreadable { cause });
    }
    match night.failure(&draft.url) {
        Some(failure) => ColumnState::Unreadable { cause: failure.cause },
        None => ColumnState::NotVisited,
    }
}

/// The standard-sounding name first, then what menus call it most plainly, then META, then `<title>`.
fn name_of(names: &Names, matched: &[TermMatch], page: Option<&ObservedPage>) -> String {
    let standing = matched.first().filter(|hit| names.shown.contains(&hit.text)).map(|hit| hit.text.clone());
    let shown = || names.shown.iter().min_by_key(|text| (text.chars().count(), (*text).clone())).cloned();
    let crumb = || page.and_then(|page| page.facts.column.path.last().cloned());
    let title = || page.and_then(|page| page.facts.title.clone()).filter(|title| title.chars().count() <= LONGEST_NAME);
    let pinned = || names.pinned.first().map(|(name, _)| name.clone());
    standing
        .or_else(shown)
        .or_else(|| names.meta_name.clone())
        .or_else(crumb)
        .or_else(title)
        .or_else(pinned)
        .unwrap_or_default()
}

fn crumbs_with(crumbs: &[String], name: &str) -> Vec<String> {
    let mut path = crumbs.to_vec();
    if path.last().is_none_or(|last| normalise(last) != normalise(name)) {
        path.push(name.to_owned());
    }
    path
}

/// Who answers for a column: by pin, by the unit whose paths it lies under, by the plan, by its place.
fn units(night: &Night<'_>, draft: &Draft, matched: &[TermMatch]) -> Vec<String> {
    if !draft.pinned_units.is_empty() {
        return draft.pinned_units.clone();
    }
    // A column that leads away belongs to whoever's page sends the reader there.
    let path = match (&draft.foreign, &draft.linked_from) {
        (Some(_), Some(from)) => from.clone(),
        _ => path_of(&draft.url),
    };
    let unit = night.portal.unit_of_path(&path);
    if unit.is_none_or(|unit| unit.paths.is_empty()) {
        let sure = matched.iter().filter(|hit| hit.by != MatchedBy::Weak);
        let is_of_one = |term: &str| night.portal.assigned.iter().any(|own| own.name == term && !own.units.is_empty());
        let assigned = sure.filter(|hit| is_of_one(&hit.term)).find_map(|hit| night.portal.assigned_to(&hit.term));
        if let Some(units) = assigned.filter(|units| !units.is_empty()) {
            return units.into_iter().map(|unit| unit.name.clone()).collect();
        }
    }
    unit.map(|unit| unit.name.clone()).into_iter().collect()
}

/// What the home page offers too is the search of the whole portal.
fn choices(night: &Night<'_>, page: &ObservedPage) -> Vec<String> {
    let everywhere = night.page(&night.portal.url).map_or(&[][..], |home| &home.facts.choices);
    page.facts.choices.iter().filter(|choice| !everywhere.contains(choice)).cloned().collect()
}

fn outward_links(night: &Night<'_>, page: &ObservedPage) -> usize {
    let outward = |url: &str| foreign_host(&night.portal.url, url).is_some();
    page.facts
        .anchors
        .iter()
        .filter(|anchor| matches!(anchor.region, Region::Main | Region::Body) && outward(&anchor.url))
        .count()
}

/// Pages with a text of their own, read this night, that the main part leads to and the home page does not.
fn inward_pages(night: &Night<'_>, page: &ObservedPage) -> usize {
    if !page.facts.entries.is_empty() {
        return 0;
    }
    let own = page_id(&page.capture.final_url);
    let on_home: HashSet<String> = night
        .page(&night.portal.url)
        .map(|home| home.facts.anchors.iter().map(|anchor| page_id(&anchor.url)).collect())
        .unwrap_or_default();
    let in_main = page.facts.anchors.iter().filter(|anchor| matches!(anchor.region, Region::Main | Region::Body));
    let targets: BTreeSet<String> =
        in_main.map(|anchor| page_id(&anchor.url)).filter(|id| *id != own && !on_home.contains(id)).collect();
    let tells = |id: &String| {
        night.page(&format!("http://{id}")).is_some_and(|target| {
            target.facts.entries.is_empty()
                && target.facts.main_text_length >= TEXT_OF_A_PAGE
                && night.unreadable(target).is_none()
        })
    };
    targets.iter().filter(|id| tells(id)).count()
}

/// Rows of a column's own page and of its further pages, each once, in the order of the list.
fn collect_rows(night: &Night<'_>, further: &BTreeMap<String, String>, columns: &mut [ColumnFacts]) {
    let keys: BTreeSet<String> = columns.iter().map(|column| column.key.clone()).collect();
    let mut order: BTreeMap<&str, Vec<&ObservedPage>> = BTreeMap::new();
    for page in night.readable() {
        if let Some(key) = further.get(&page_id(&page.capture.final_url)) {
            order.entry(key).or_default().push(page);
        }
    }
    for column in columns.iter_mut().filter(|column| column.state == ColumnState::Read) {
        let Some(first) = night.page(&column.url) else { continue };
        let mut pages = vec![first];
        let mut rest = order.get(column.key.as_str()).cloned().unwrap_or_default();
        let place = |page: &ObservedPage| {
            let id = page_id(&page.capture.final_url);
            first.facts.next_pages.iter().position(|next| page_id(next) == id).unwrap_or(usize::MAX)
        };
        // What the first page does not name is numbered in its address: 10 comes after 9.
        rest.sort_by_key(|page| (place(page), page.capture.final_url.len()));
        column.pages_read += rest.len();
        pages.extend(rest);
        if let Some(total) = &mut column.pages_total {
            *total = (*total).max(column.pages_read);
        }
        let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
        for page in pages {
            // A single article reached as a column has no list; what it links to is not its rows.
            if !is_list_page(page.facts.kind) {
                continue;
            }
            for entry in &page.facts.entries {
                let is_column = entry.date.is_none() && keys.contains(&column_key(&entry.url));
                if !is_column && seen.insert((page_id(&entry.url), entry.title.clone())) {
                    column.entries.push(dated(night, entry));
                }
            }
        }
    }
}

/// A row without a date takes that of its page, when the page was read.
fn dated(night: &Night<'_>, entry: &ListEntry) -> ListEntry {
    let mut entry = entry.clone();
    if entry.date.is_none() && !entry.url.is_empty() {
        entry.date = night.page(&entry.url).and_then(|page| page.facts.published);
    }
    entry
}

/// Notes which of the columns under which others hang link to a column from their own pages.
fn show_on(night: &Night<'_>, columns: &mut [ColumnFacts]) {
    let is_gateway = |column: &&ColumnFacts| {
        let sure = column.matched.iter().filter(|hit| hit.by != MatchedBy::Weak);
        column.state == ColumnState::Read
            && sure.filter_map(|hit| night.lexicon.term(&hit.term)).any(|term| term.gateway)
    };
    let known: BTreeSet<String> = columns.iter().map(|column| column.key.clone()).collect();
    let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut entrances: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for gateway in columns.iter().filter(is_gateway) {
        let Some(page) = night.page(&gateway.url) else { continue };
        let mut own: BTreeSet<String> = BTreeSet::new();
        for anchor in &page.facts.anchors {
            let key = column_key(&anchor.url);
            if key == gateway.key {
                continue;
            }
            if matches!(anchor.region, Region::Main | Region::Body) && key.len() > 1 && known.contains(&key) {
                own.insert(key.clone());
            }
            shown.entry(key).or_default().insert(gateway.key.clone());
        }
        entrances.insert(gateway.key.clone(), own);
    }
    for column in columns.iter_mut() {
        column.shown_on = shown.remove(&column.key).unwrap_or_default().into_iter().collect();
        let led_from = entrances.iter().filter(|(_, own)| own.contains(&column.key));
        column.entrance_on = led_from.map(|(gateway, _)| gateway.clone()).collect();
        column.entrances = entrances.get(&column.key).map_or(0, BTreeSet::len);
    }
}

/// Parents by breadcrumbs, else by path, else by the breadcrumbs of other pages; children from parents.
fn hang(night: &Night<'_>, columns: &mut [ColumnFacts]) {
    let keys: BTreeSet<String> = columns.iter().map(|column| column.key.clone()).collect();
    let told = told_by_others(night, &keys);
    let of = |column: &ColumnFacts| parent(night, column, &keys).or_else(|| told.get(&column.key).cloned());
    let parents: Vec<Option<String>> = columns.iter().map(of).collect();
    let parents = without_circles(columns, parents);
    let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (column, parent) in columns.iter_mut().zip(parents) {
        if let Some(parent) = &parent {
            children.entry(parent.clone()).or_default().push(column.key.clone());
        }
        column.parent = parent;
    }
    for column in columns.iter_mut() {
        column.children = children.remove(&column.key).unwrap_or_default();
    }
}

/// What stands before a column in the breadcrumbs of other pages: a list that a script asks for has none of its own.
fn told_by_others(night: &Night<'_>, keys: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    for page in night.readable() {
        let crumbs = page.facts.anchors.iter().filter(|anchor| anchor.region == Region::Crumb);
        let trail: Vec<String> =
            crumbs.map(|anchor| column_key(&anchor.url)).filter(|key| keys.contains(key)).collect();
        for pair in trail.windows(2).filter(|pair| pair[0] != pair[1]) {
            told.entry(pair[1].clone()).or_insert_with(|| pair[0].clone());
        }
    }
    told
}

/// Crumbs of careless templates go round in circles; the first column of a circle, by its key, hangs under none.
fn without_circles(columns: &[ColumnFacts], mut parents: Vec<Option<String>>) -> Vec<Option<String>> {
    let place: HashMap<&str, usize> =
        columns.iter().enumerate().map(|(at, column)| (column.key.as_str(), at)).collect();
    // Columns known to end at a root.
    let mut is_sound = vec![false; columns.len()];
    for start in 0..columns.len() {
        let mut way: Vec<usize> = Vec::new();
        let mut on_way = BTreeSet::new();
        let mut at = Some(start);
        while let Some(here) = at.filter(|here| !is_sound[*here]) {
            if !on_way.insert(here) {
                let circle = way.iter().copied().skip_while(|other| *other != here);
                // Columns come sorted by key.
                if let Some(first) = circle.min() {
                    parents[first] = None;
                }
                break;
            }
            way.push(here);
            at = parents[here].as_deref().and_then(|key| place.get(key).copied());
        }
        for here in way {
            is_sound[here] = true;
        }
    }
    parents
}

fn parent(night: &Night<'_>, column: &ColumnFacts, keys: &BTreeSet<String>) -> Option<String> {
    let crumbs = night.page(&column.url).filter(|_| column.state == ColumnState::Read).map(|page| &page.facts.anchors);
    let by_crumb = crumbs.and_then(|anchors| {
        anchors
            .iter()
            // The first crumb is the home page, by whatever address.
            .filter(|anchor| anchor.region == Region::Crumb && !is_leading_on(&anchor.text))
            .map(|anchor| column_key(&anchor.url))
            .rfind(|key| *key != column.key && keys.contains(key))
    });
    by_crumb.or_else(|| by_path(&column.key, keys))
}

/// The column whose folder the address lies in, the nearest one.
fn by_path(key: &str, keys: &BTreeSet<String>) -> Option<String> {
    key.rmatch_indices('/').filter(|(slash, _)| *slash > 0).find_map(|(slash, _)| {
        let (file, folder) = (&key[..slash], &key[..=slash]);
        [folder, file].into_iter().find(|outer| *outer != key && keys.contains(*outer)).map(str::to_owned)
    })
}
