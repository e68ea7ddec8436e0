//! One function a reader, for fuzz targets and for `tests/mutated_pages.rs`: reads anything, and checks what must hold of
//! whatever was read.

use std::{
    io::{Cursor, Write},
    sync::LazyLock,
};

use mingcha::{
    attachment,
    catalog::{Catalog, pins},
    crawl, fetch,
    model::PageFacts,
    observe::{self, PageInput},
    score,
    text::{self, amounts, credit_code, dates, identity_number, similarity, sketch},
};
use zip::{ZipWriter, write::SimpleFileOptions};

const HOST: &str = "http://www.qinghe.example.gov.cn";

/// Addresses as the publishing systems make them.
pub const ADDRESSES: &[&str] = &[
    "/zwgk/tzgg/",
    "/zwgk/tzgg/202210/t20221028_131.html",
    "/col/col23/index.html",
    "/module/web/jpage/dataproxy.jsp?startrecord=3&endrecord=4&columnid=23",
    "/api-gateway/jpaas-publish-server/front/page/build/unit?webId=7&paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A2%7D",
    "/xwfb/szyw/",
    "/gzdt.htm",
    "/gzdt/3.htm",
    "/doc/2022/11/15/4420.shtml",
    "/gkmlpt/index",
    "/gkmlpt/api/all/2972?page=1&sid=755031",
    "/003/003002/subpage.html",
    "/dynamic/zwgk/govInfoPub.html?categorynum=003002",
    "/TrueCMS/messageController/getMessage.do?startrecord=3&endrecord=12&perpage=10&columnId=7",
    "/nb/202303/123.html",
    "/",
];

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::load(None).expect("the built-in rule files are sound"));

/// More than any page of a portal has; what is read of a page stays in proportion to it.
const MOST_ROWS: usize = 2000;
const MOST_FURTHER_PAGES: usize = 201;

pub fn page(data: &[u8]) {
    read(data, ADDRESSES[1]);
}

pub fn lists(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    read(data, ADDRESSES[usize::from(*first) % ADDRESSES.len()]);
}

/// Reads a page at an address and checks that what was read is bounded, and can be told and read again.
pub fn read(data: &[u8], path: &str) -> PageFacts {
    let url = format!("{HOST}{path}");
    let received = "2022-11-16".parse().ok();
    let input = PageInput { url: &url, final_url: &url, status: 200, content_type: None, bytes: data, received };
    let facts = observe::page(&input, &CATALOG.lexicon);
    assert!(facts.entries.len() <= MOST_ROWS, "{} rows", facts.entries.len());
    assert!(facts.next_pages.len() <= MOST_FURTHER_PAGES, "{} further pages", facts.next_pages.len());
    // A letter of another encoding becomes at most three bytes, an entity fewer than it has; titles stand twice.
    assert!(facts.body.len() <= 4 * data.len() + 64, "{} bytes of text of {}", facts.body.len(), data.len());
    assert!(facts.anchors.len() <= data.len(), "{} links of {} bytes", facts.anchors.len(), data.len());
    // The address may tell days as well.
    assert!(facts.dates.len() <= data.len() + path.len(), "{} dates of {} bytes", facts.dates.len(), data.len());
    facts
}

pub fn decode(data: &[u8]) {
    let types = [None, Some("text/html"), Some("text/html; charset=gb2312"), Some("text/html; charset=x-none")];
    for content_type in types {
        let decoded = text::decode(data, content_type);
        assert!(decoded.text.len() <= 3 * data.len(), "{} bytes of {}", decoded.text.len(), data.len());
    }
}

pub fn dates(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert!(dates::find(&text).len() <= text.len());
    dates::first(&text);
    dates::read_cell(&text);
    dates::in_path(&text);
    dates::year_in_path(&text);
    text::normalise(&text);
}

pub fn attachment(data: &[u8]) {
    if let Ok((source, paper)) = attachment::read(data) {
        observe::file(HOST, source, &paper);
    }
}

/// The document of a Word file.
pub fn word(data: &[u8]) {
    attachment(&zipped(&[("word/document.xml", data)]));
}

/// The sheet of a workbook.
pub fn workbook(data: &[u8]) {
    const BOOK: &[u8] = br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const LINKS: &[u8] = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let parts = [("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", LINKS), ("xl/worksheets/sheet1.xml", data)];
    attachment(&zipped(&parts));
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a new part of an archive in memory");
        zip.write_all(contents).expect("memory takes everything");
    }
    zip.finish().expect("memory takes everything").into_inner()
}

pub fn rulebook(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Err(problems) = CATALOG.rulebook_file("fuzz.yaml", &text) {
        assert!(!problems.0.is_empty(), "what is wrong is said");
    }
}

/// Values that are laid over a rulebook, and the map of a portal's columns: the other files that offices write.
pub fn overlay(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(book) = CATALOG.rulebooks.iter().find(|book| text.contains(&book.id)).or(CATALOG.rulebooks.first()) else {
        return;
    };
    if let Err(problems) = CATALOG.overlay(book, "fuzz.yaml", &text) {
        assert!(!problems.0.is_empty(), "what is wrong is said");
    }
}

pub fn pins(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Err(problem) = pins::read("fuzz.yaml", &text) {
        assert!(!problem.message.is_empty(), "what is wrong is said");
    }
}

/// Amounts, codes and numbers in running text, and how alike two texts are.
pub fn words(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (one, other) = text.split_at(text.floor_char_boundary(text.len() / 2));
    assert!(amounts::find(&text).len() <= text.len());
    credit_code::read(one);
    let born_by = jiff::civil::date(2022, 11, 16);
    for place in identity_number::find(&text, born_by) {
        assert!(text.get(place).is_some(), "a place is within the text");
    }
    identity_number::masked(&text, born_by);
    similarity::similarity(one, other);
    sketch::Sketch::of(one).contained_in(&sketch::Sketch::of(other));
    CATALOG.lexicon.page_integrity.suspicion(one);
}

pub fn entries(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let parsed = score::entries::parse(&text);
    let lines = score::entries::filled_lines(&text).count();
    assert_eq!(parsed.entries.len() + parsed.bad.len(), lines, "every line is an entry or is said to be none");
}

pub fn robots(data: &[u8]) {
    let url = url::Url::parse(HOST).expect("an address");
    let record = fetch::RobotsRecord::of_file(&url, data.to_vec(), "mingcha/0 (+fuzz)");
    assert!(record.rules.len() <= 100, "{} rules", record.rules.len());
}

pub fn sitemap(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert!(crawl::places_of_sitemap(&text).count() <= text.len());
}
