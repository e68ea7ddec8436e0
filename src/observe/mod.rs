//! From pages to facts, one file a kind of fact. Pure: the same bytes give the same facts, live or from the store.
//! `page` reads one page; `portal` folds the pages of a night into what the checks read.

mod availability;
mod block;
mod choices;
mod claims;
mod column;
mod column_map;
mod contact;
mod date_label;
mod dateline;
mod document;
mod faults_of_text;
mod fingerprint;
mod frames;
mod identity;
mod kind;
mod letters;
mod lines;
mod mentions;
mod neighbours;
mod organiser;
mod paper;
mod particulars;
mod portal;
mod publicity_rows;
mod regions;
mod report;
mod report_tables;
mod rows;
mod script_list;
mod scripted;
mod signature;
mod signs;
mod tables;
mod tail;
mod title;
mod years;

use std::sync::Arc;

use jiff::civil::Date;
use url::Url;

use crate::{
    cms::{self, Answer, Source},
    html::{self, Element, Page},
    model::{Attachment, Block, Cause, Lexicon, PageFacts, PageKind, Paper, Region, ReportSource},
    text,
};

pub use availability::{DAYS as DAYS_OF_PROBES, availability, first_moment};
pub use claims::of_header as date_of_header;
pub use column_map::column_map;
pub use kind::is_report_title;
pub use neighbours::{MOST_KNOWN, known, known_with, neighbours};
pub use portal::{
    portal,
    sightings::{Noted, history, note},
};

/// Links that are kept of one page. Site maps of large portals have some fifteen hundred; a page with more than this is
/// not judged.
const MOST_LINKS: usize = 5_000;
/// Fewer rows on an article page are chance.
const LEAST_LIST: usize = 3;
/// More text in the main part is content of its own, whatever stands in frames beside it.
const LITTLE_TEXT: usize = 200;

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

/// Whether a page calls itself a guide.
fn is_guide(facts: &PageFacts) -> bool {
    let names = [facts.title.as_deref(), facts.column.name.as_deref(), facts.column.path.last().map(String::as_str)];
    names.into_iter().flatten().any(|name| name.contains("指南"))
}

/// Everything one page says. Never fails: what cannot be read is of kind `other` or worse, and says so.
pub fn page(input: &PageInput<'_>, lexicon: &Lexicon) -> PageFacts {
    let (bytes, whole) = html::opening(input.bytes);
    let decoded = text::decode(bytes, input.content_type);
    let mut facts = PageFacts {
        url: input.final_url.to_owned(),
        charset: decoded.charset,
        garbled: decoded.garbled,
        charset_contradiction: decoded.contradiction,
        ..PageFacts::default()
    };
    let Ok(url) = Url::parse(input.final_url) else { return facts };
    let text = cms::with_addresses_of_lists(html::within_limit(&decoded.text));
    let text = text.as_ref();
    let answer = cms::answer_of(text);
    let markup = answer.as_ref().map_or(text, |answer| html::within_limit(&answer.markup));
    let page = Page::parse(markup, &url);
    let source = Source::new(&page, text, &url).with_answer(answer);
    let (adapter, cms) = cms::recognise(&source);

    facts.meta = page.meta().clone();
    facts.cms = Some(Arc::new(cms));
    let body = regions::body(&page, adapter);
    let map = regions::Map::of(&page, body);
    facts.anchors = map.anchors;
    facts.scripted = map.scripted;
    facts.links = facts.anchors.iter().filter(|anchor| anchor.region != Region::Hidden).count();
    facts.anchors.truncate(MOST_LINKS);
    facts.text_length = map.text_length;
    facts.main_text_length = map.main_text_length;
    facts.site = Arc::new(identity::read(&source));
    facts.column = Arc::new(column::read(&source, &map.crumbs));
    let lines = lines::read(&page, body);
    facts.title = {
        let names = facts.column.path.iter().chain(&facts.column.name).chain(&facts.site.name);
        let names = names.chain(["columnname", "sitename"].iter().filter_map(|name| facts.meta.get(*name)));
        let witness = title::Witness::new(&lines, names);
        title::read(&page, &facts.meta, body, &witness)
    };
    let bare_title = facts.title.as_deref().map(text::normalise).unwrap_or_default();
    let title_at = lines::of_title(&lines, &bare_title);
    facts.documents = document::attachments(&page);
    facts.dates = claims::read(&lines, &url, &facts.meta, title_at, &facts.documents);
    facts.published = claims::choose(&facts.dates);

    // Where META says outright that this is an article, its surroundings are not read for rows.
    let found = (body.is_none() || !kind::is_stated_article(&facts)).then(|| rows::read(&page, body, input.received));
    let body = body.filter(|_| found.as_ref().is_none_or(|found| !found.body_is_list));
    let words = body.map(Element::text).unwrap_or_default();
    let mut rows = found.map_or_else(Vec::new, |found| rows::outside_menus(found.rows, &facts.anchors));
    if let Some(hidden) = adapter.hidden_list(&source) {
        let list = Page::parse(&hidden, &url);
        let mut listed = rows::read(&list, None, input.received).rows;
        rows.retain(|row| !listed.iter().any(|other| other.url == row.url));
        listed.append(&mut rows);
        rows = listed;
    }
    facts.entries = years::resolve(rows, input.received);
    if facts.entries.is_empty() && source.answer.is_none() {
        facts.rows_at = adapter.rows_elsewhere(&source).map(String::from);
        if facts.rows_at.is_none() && body.is_none() && facts.main_text_length < LITTLE_TEXT {
            facts.rows_at = frames::list(&source).map(String::from);
        }
    }
    facts.next_pages = match &facts.rows_at {
        Some(address) => vec![address.clone()],
        None => adapter.next_pages(&source).into_iter().map(String::from).collect(),
    };
    let lacks_rows = source.answer.as_ref().is_some_and(Answer::lacks_rows);
    if lacks_rows {
        facts.rows_at = facts.next_pages.first().cloned();
    }
    facts.body_digest = fingerprint::of(&words);
    facts.body = text::tidy(&words);
    facts.tables = tables::read(&page);
    facts.choices = choices::read(&page);
    if is_guide(&facts) {
        let text = body.map_or_else(|| page.body().text(), |body| body.text());
        // Where the text could not be told from its surroundings, the footer at least is no part of it.
        let end = text.rfind("主办单位").filter(|_| body.is_none()).unwrap_or(text.len());
        facts.contact = contact::read(&text[..end]);
    }
    let marks = kind::Marks::of(&lines, title_at, body.is_some());
    facts.kind = kind::decide(&source, input.status, &facts, lexicon, marks);
    let body = body.or_else(|| (facts.kind == PageKind::Article).then(|| regions::short_body(&page)).flatten());
    if let Some(short) = body.filter(|_| facts.body.is_empty()) {
        let words = short.text();
        facts.body_digest = fingerprint::of(&words);
        facts.body = text::tidy(&words);
    }
    let labels = document::attributes(&page, &mut facts);
    if facts.kind == PageKind::Report {
        let article = body.unwrap_or_else(|| page.body());
        facts.report = Some(Box::new(report::read(&paper::read(article), ReportSource::Page)));
    }
    if facts.rows_at.is_some() && !matches!(facts.kind, PageKind::Shell | PageKind::Column) {
        facts.rows_at = None;
    }
    let cut = !whole || page.cut || decoded.text.len() > html::MAX_TEXT || facts.links > MOST_LINKS;
    // What was left out of reading may be what a check looks for.
    facts.cause = block::cause(&source, input.status, facts.kind).or(cut.then_some(Cause::TooLarge)).or_else(|| {
        let may_be_list = matches!(facts.kind, PageKind::Column | PageKind::Other) && facts.entries.is_empty();
        let is_unasked = may_be_list && facts.main_text_length <= LITTLE_TEXT && adapter.asks_in_vain(&source);
        let is_frame =
            facts.rows_at.is_some() || is_unasked || lacks_rows || script_list::is_filled_by_script(&source, &facts);
        is_frame.then_some(Cause::NeedsBrowser)
    });
    if facts.rows_at.is_some() {
        // The portal does speak: it shows the frame of a list and says where its rows are.
        facts.kind = PageKind::Column;
    }
    if matches!(facts.kind, PageKind::Article | PageKind::Report) && facts.entries.len() < LEAST_LIST {
        // A date beside a share button makes no list.
        facts.entries.clear();
    }
    if facts.kind == PageKind::Column || facts.kind == PageKind::Home {
        // A list has no publication day of its own; what stood near its heading belongs to a row.
        facts.published = None;
    }
    facts.particulars = particulars::read(&facts, body, &labels).map(Arc::new);
    facts.disagreement = claims::disagreement(&facts.dates, facts.published);
    faults_of_text::read(&mut facts, lexicon, input.received);
    // Letters of many systems have no article: what labels their days stands anywhere on the page.
    let whole = (facts.body.is_empty() && matches!(facts.kind, PageKind::Column | PageKind::Other))
        .then(|| text::tidy(&page.body().text()));
    facts.letters = letters::read(&facts, whole.as_deref().unwrap_or(&facts.body));
    facts.signs = signs::read(&source, &facts, &lexicon.page_integrity);
    if matches!(facts.kind, PageKind::Article | PageKind::Report) {
        facts.mentions = mentions::read(facts.title.as_deref().unwrap_or_default(), &facts.body);
    }
    facts.body_length = facts.body.chars().count();
    facts.publicity = publicity_rows::read(&lexicon.field_names, &facts, input.received);
    facts
}

/// Everything an attached file says that may be an annual report. Files belong to the page that offers them, so they
/// have neither title nor date of their own.
pub fn file(url: &str, source: ReportSource, paper: &Paper) -> PageFacts {
    let report = report::read(paper, source);
    let opening = paper.blocks.iter().filter_map(|block| match block {
        Block::Paragraph(text) => Some(text.as_str()),
        Block::Table(_) => None,
    });
    PageFacts {
        url: url.to_owned(),
        text_length: paper.letters(),
        body: opening.take(20).collect::<Vec<_>>().join("\n"),
        report: Some(Box::new(report)),
        ..PageFacts::default()
    }
}

/// Files of a report's page that may hold the report itself: those called so first, and only a few.
pub fn files_of_report(facts: &PageFacts) -> Vec<&Attachment> {
    /// A page offers the report as Word and as PDF, seldom as more.
    const MOST_FILES: usize = 3;
    let lacks_tables = facts.report.as_ref().is_some_and(|report| report.tables.found() != [true; 3]);
    if facts.kind != PageKind::Report || !lacks_tables {
        return Vec::new();
    }
    let is_called_so = |file: &&Attachment| ["报告", "年报", "附件"].iter().any(|word| file.title.contains(word));
    let mut files: Vec<&Attachment> = facts.documents.iter().filter(|file| may_be_read(&file.url)).collect();
    files.sort_by_key(|file| !is_called_so(file));
    files.truncate(MOST_FILES);
    files
}

/// Whether there is a reader for files of this name.
pub fn may_be_read(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".docx", ".xlsx", ".pdf"].iter().any(|ending| path.ends_with(ending))
}
