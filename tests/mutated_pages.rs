//! Broken input of every kind, the same on every machine: some thousand mutations of what lies in `fixtures`, through the
//! readers of the fuzz targets. No reader panics, and what it brings stays in proportion to what it was given.

#[path = "../fuzz/readers.rs"]
mod readers;

use std::{
    fs,
    path::{Path, PathBuf},
};

use readers::ADDRESSES;

/// Larger seeds would use up the time of many small ones.
const LARGEST_SEED: u64 = 24 * 1024;

/// What turns up in pages, lists, rules and files, and means something to a reader.
const WORDS: &[&str] = &[
    "<table><tr><td rowspan=2 colspan=9>",
    "</table>",
    "<li><a href='/x/1.html'>",
    "</a>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<![CDATA[",
    "]]>",
    "<recordset>",
    "2022-01-18",
    "[01-18]",
    "二〇二二年一月十八日",
    "发布时间：",
    "共9999条 1/9999",
    "createPageHTML(9999, 0, \"index\", \"html\")",
    "totalRecord:9999999,perPage:0",
    "/module/web/jpage/dataproxy.jsp?columnid=1",
    "{\"articles\":[{\"title\":\"甲\",\"url\":\"/a\",\"date\":99999999999999}],\"total\":\"9\"}",
    "{\"data\":{\"html\":\"<li><a href=1>\"}}",
    "queryData=\"{'pageType':'column'}\"",
    "/gkmlpt/index#1",
    "&#x10FFFF;",
    "&amp",
    "\u{0}",
    "\u{feff}",
    "charset=gb18030",
    "\u{ff10}\u{3000}",
    "- {id: x, points: 9999999999999999999999999999}\n",
    "&a *a",
    "{\"unit\":\"",
    "<loc>",
    "User-agent: *\nDisallow: /*$\n",
    "<w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"99999\"/>",
];

/// A small generator of numbers (splitmix64): a test that fails fails again.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end.max(1) as u64).unwrap()
    }

    /// A place within `bytes` and one up to `longest` further on.
    fn part(&mut self, bytes: &[u8], longest: usize) -> (usize, usize) {
        let from = self.below(bytes.len() + 1);
        (from, (from + self.below(longest + 1)).min(bytes.len()))
    }

    /// The seed with one to four things wrong with it.
    fn mutation(&mut self, seed: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            match self.below(7) {
                0 if !bytes.is_empty() => {
                    let at = self.below(bytes.len());
                    bytes[at] ^= 1 << self.below(8);
                }
                1 => {
                    let (from, to) = self.part(&bytes, 200);
                    bytes.drain(from..to);
                }
                2 => {
                    let (from, to) = self.part(&bytes, 200);
                    let repeated = bytes[from..to].repeat(1 + self.below(8));
                    bytes.splice(from..from, repeated);
                }
                3 => bytes.truncate(self.below(bytes.len() + 1)),
                4 => {
                    let (from, to) = self.part(other, 400);
                    let at = self.below(bytes.len() + 1);
                    bytes.splice(at..at, other[from..to].iter().copied());
                }
                _ => {
                    let at = self.below(bytes.len() + 1);
                    bytes.splice(at..at, WORDS[self.below(WORDS.len())].bytes());
                }
            }
        }
        bytes
    }
}

/// All files below a folder of the repository with one of these endings, sorted.
fn seeds(folders: &[&str], endings: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut waiting: Vec<PathBuf> =
        folders.iter().map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).collect();
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                waiting.push(path);
            } else if endings.contains(&ending.as_str()) && fs::metadata(&path).unwrap().len() <= LARGEST_SEED {
                files.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "nothing to mutate in {folders:?}");
    files
}

/// Gives the reader this many mutations of the seeds, and says which one it stumbled over.
fn mutate(seeds: &[(String, Vec<u8>)], rounds: usize, reader: impl Fn(&[u8], usize) + std::panic::RefUnwindSafe) {
    for round in 0..rounds {
        let mut numbers = Numbers(round as u64);
        let (name, seed) = &seeds[round % seeds.len()];
        let other = numbers.below(seeds.len());
        let mutation = numbers.mutation(seed, &seeds[other].1);
        let read = std::panic::catch_unwind(|| reader(&mutation, round));
        assert!(read.is_ok(), "mutation {round} of {name} is not survived: {:?}", String::from_utf8_lossy(&mutation));
    }
}

#[test]
fn every_page_of_the_fixtures_may_be_broken_in_any_way() {
    let seeds =
        seeds(&["fixtures/pages", "fixtures/cms", "fixtures/portals"], &["html", "htm", "shtml", "xml", "json"]);
    assert!(seeds.len() > 100, "{} pages", seeds.len());
    mutate(&seeds, 400, |page, round| {
        readers::read(page, ADDRESSES[round % ADDRESSES.len()]);
    });
}

#[test]
fn so_may_the_lists_of_every_publishing_system() {
    let seeds = seeds(&["fixtures/cms"], &["html", "xml", "json"]);
    mutate(&seeds, 600, |page, round| {
        readers::read(page, ADDRESSES[round / seeds.len() % ADDRESSES.len()]);
    });
}

#[test]
fn bytes_and_dates_of_any_kind_are_read() {
    let pages = seeds(&["fixtures/cms", "fixtures/portals/gbk-old-department"], &["html", "xml", "json"]);
    mutate(&pages, 600, |bytes, _| {
        readers::decode(bytes);
        readers::dates(bytes);
        readers::words(bytes);
    });
}

#[test]
fn attached_files_may_be_broken() {
    mutate(&seeds(&["fixtures/portals"], &["pdf"]), 60, |file, _| readers::attachment(file));
    let table = "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>一、总体情况</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r>\
        <w:t>信息内容</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr></w:tc></w:tr></w:tbl></w:body></w:document>";
    mutate(&[("a document".to_owned(), table.into())], 300, |file, _| readers::word(file));
    let sheet = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><dimension ref=\"A1:C2\"/><sheetData>\
        <row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>信息内容</t></is></c><c r=\"B1\"><v>12</v></c></row></sheetData>\
        <mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells></worksheet>";
    mutate(&[("a sheet".to_owned(), sheet.into())], 200, |file, _| readers::workbook(file));
}

#[test]
fn rules_entries_and_the_files_of_a_host_may_be_broken() {
    mutate(&seeds(&["fixtures/rulebooks"], &["yaml"]), 80, |text, _| readers::rulebook(text));
    mutate(&seeds(&["fixtures/rulebooks/overlays"], &["yaml"]), 80, |text, _| readers::overlay(text));
    let pins = "pins:\n  - name: 政策解读\n    url: http://x.gov.cn/zcjd/\n    by: 甲\n    from: 2022-03-01\n    until: 2022-09-01\n";
    mutate(&[("pins".to_owned(), pins.into())], 300, |text, _| readers::pins(text));
    let entry = r#"{"unit":"市民政局","clause":"1.1","count":"2","at":"2022-11-16","note":"甲"}"#;
    mutate(&[("entries".to_owned(), [entry, entry].join("\n").into())], 600, |text, _| readers::entries(text));
    let robots = "User-agent: *\nDisallow: /search\nAllow: /search/$\nCrawl-delay: 5\nSitemap: /sitemap.xml\n";
    mutate(&[("robots.txt".to_owned(), robots.into())], 600, |text, _| readers::robots(text));
    let sitemap =
        "<urlset><url><loc>http://x.gov.cn/a?b=1&amp;c=2</loc></url><url><loc><![CDATA[/d]]></loc></url></urlset>";
    mutate(&[("sitemap.xml".to_owned(), sitemap.into())], 600, |text, _| readers::sitemap(text));
}

#[test]
fn what_the_targets_read_is_named_in_their_manifest() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let mut targets = 0;
    for item in fs::read_dir(folder.join("fuzz_targets")).unwrap() {
        let name = item.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not in the manifest");
        targets += 1;
    }
    let code = fs::read_to_string(folder.join("readers.rs")).unwrap();
    assert_eq!(code.matches("\npub fn ").count(), targets + 1, "a target a reader, beside `read`");
    readers::page(b"<a href=1>");
    readers::lists(b"\x05<a href=1>");
}
