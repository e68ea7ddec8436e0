//! From pages to facts, one file a kind of fact. Pure: the same bytes give the same facts, live or from the store.
//! `page` reads one page; `portal` folds the pages of a night into what the checks read.

mod block;
mod claims;
mod column;
mod document;
mod faults_of_text;
mod fingerprint;
mod identity;
mod kind;
mod portal;
mod regions;
mod rows;
mod tables;
mod title;
mod years;

use jiff::civil::Date;
use url::Url;

use crate::{
    cms::{self, Source},
    html::{self, Element, Page},
    model::{Cause, Lexicon, PageFacts, PageKind},
    text,
};

pub use claims::of_header as date_of_header;
pub use portal::{
    portal,
    sightings::{Noted, history, note},
};

/// Fewer rows on an article page are chance.
const LEAST_LIST: usize = 3;

/// One response, as received.
#[derive(Clone, Debug)]
pub struct PageInput<'a> {
    /// The address that was asked for.
    pub url: &'a str,
    /// The address that answered, after redirects.
    pub final_url: &'a str,
    pub status: u16,
    /// The Content-Type header.
    pub content_type: Option<&'a str>,
    pub bytes: &'a [u8],
    /// The Beijing day it was received: the latest that a date without a year can mean. None: not known.
    pub received: Option<Date>,
}

/// Everything one page says. Never fails: what cannot be read is of kind `other` or worse, and says so.
pub fn page(input: &PageInput<'_>, lexicon: &Lexicon) -> PageFacts {
    let decoded = text::decode(input.bytes, input.content_type);
    let mut facts = PageFacts {
        url: input.final_url.to_owned(),
        charset: decoded.charset,
        garbled: decoded.garbled,
        charset_contradiction: decoded.contradiction,
        ..PageFacts::default()
    };
    let Ok(url) = Url::parse(input.final_url) else { return facts };
    let text = html::within_limit(&decoded.text);
    let page = Page::parse(text, &url);
    let source = Source::new(&page, text, &url);
    let (adapter, cms) = cms::recognise(&source);

    facts.meta = page.meta().clone();
    facts.cms = Some(cms);
    let body = regions::body(&page, adapter);
    let map = regions::Map::of(&page, body);
    facts.anchors = map.anchors;
    facts.scripted = map.scripted;
    facts.links = facts.anchors.len();
    facts.text_length = map.text_length;
    facts.main_text_length = map.main_text_length;
    facts.site = identity::read(&source);
    facts.column = column::read(&source, &map.crumbs);
    facts.title = title::read(&page, &facts.meta, body);
    facts.documents = document::attachments(&page);
    let words = body.map(Element::text).unwrap_or_default();
    facts.dates = claims::read(&page, &url, &facts.meta, body, &words, facts.title.as_deref(), &facts.documents);
    facts.published = claims::choose(&facts.dates);

    // Where META says outright that this is an article, its surroundings are not read for rows.
    let mut rows = if kind::is_stated_article(&facts) && body.is_some() {
        Vec::new()
    } else {
        rows::outside_menus(rows::read(&page, body), &facts.anchors)
    };
    if let Some(hidden) = adapter.hidden_list(&source) {
        let list = Page::parse(&hidden, &url);
        let mut listed = rows::read(&list, None);
        rows.retain(|row| !listed.iter().any(|other| other.url == row.url));
        listed.append(&mut rows);
        rows = listed;
    }
    facts.entries = years::resolve(rows, input.received);
    facts.next_pages = adapter.next_pages(&source).into_iter().map(String::from).collect();
    facts.body_digest = fingerprint::of(&words);
    facts.body = text::tidy(&words);
    facts.tables = tables::read(&page);
    document::attributes(&page, &mut facts);
    facts.kind = kind::decide(&source, input.status, &facts, lexicon);
    let cut = page.cut || text.len() < decoded.text.len();
    // What was left out of reading may be what a check looks for.
    facts.cause = block::cause(&source, input.status, facts.kind).or(cut.then_some(Cause::TooLarge));
    if matches!(facts.kind, PageKind::Article | PageKind::Report) && facts.entries.len() < LEAST_LIST {
        // A date beside a share button makes no list.
        facts.entries.clear();
    }
    if facts.kind == PageKind::Column || facts.kind == PageKind::Home {
        // A list has no publication day of its own; what stood near its heading belongs to a row.
        facts.published = None;
    }
    facts.disagreement = claims::disagreement(&facts.dates, facts.published);
    faults_of_text::read(&mut facts, lexicon, input.received);
    facts
}
