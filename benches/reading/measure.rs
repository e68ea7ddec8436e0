//! What is read of saved pages against what people noted of them: right, total and every miss, figure by figure.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::{Duration, Instant},
};

use anyhow::Context;
use mingcha::{
    model::{Lexicon, PageFacts, PageKind},
    observe::{self, PageInput},
    text::normalise,
};
use regex::Regex;
use serde::{Deserialize, de::DeserializeOwned};

/// Reads of each page; the quickest counts, for the machine has other work too.
const READS: usize = 3;
/// No page whatever may take longer; those that do are told, each.
const LONGEST_MILLISECONDS: f64 = 50.0;
const UNKNOWN_ADDRESS: &str = "http://www.example.gov.cn/x/index.html";

/// Figure and the percentage it ought to reach on pages that were never seen.
pub const FIGURES: &[(&str, f64)] = &[
    ("kind", 95.0),
    ("title", 98.0),
    ("published", 97.0),
    ("entries", 97.0),
    ("charset", 100.0),
    ("id_code", 97.0),
    ("icp", 97.0),
    ("police", 97.0),
    ("cms", 95.0),
];

/// What a person noted of a page.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Truth {
    id: String,
    file: String,
    url: Option<String>,
    site_real: Option<String>,
    kind: String,
    title: Option<String>,
    pub_date_displayed: Option<String>,
    encoding_bytes: Option<String>,
    site_id_code_footer: Vec<String>,
    site_id_code_meta: Vec<String>,
    icp: Vec<String>,
    gongan: Vec<String>,
    cms: Option<String>,
}

/// What a person noted of a row of a list.
#[derive(Deserialize)]
struct Row {
    id: String,
    title: String,
    #[serde(default)]
    link_text: Option<String>,
    #[serde(default)]
    date: Option<String>,
}

/// Right and wrong of one figure.
#[derive(Default)]
pub struct Figure {
    pub right: usize,
    pub total: usize,
    /// Right and total by site.
    sites: BTreeMap<String, (usize, usize)>,
}

/// Page, figure, what was read and what was noted.
pub struct Miss {
    pub page: String,
    pub figure: &'static str,
    pub read: String,
    pub noted: String,
}

/// All figures of a folder.
#[derive(Default)]
pub struct Measured {
    pub figures: BTreeMap<&'static str, Figure>,
    pub misses: Vec<Miss>,
    /// Time and size of every page, the quickest first.
    times: Vec<(Duration, usize, String)>,
}

/// Reads the folder's pages: those of its ground truth, or where it has none, all that lie in it.
pub fn of_folder(folder: &Path, lexicon: &Lexicon) -> anyhow::Result<Measured> {
    let truths: Vec<Truth> = lines(&folder.join("ground_truth.jsonl"))?;
    let mut rows: HashMap<String, Vec<Row>> = HashMap::new();
    for row in lines::<Row>(&folder.join("list_entries.jsonl"))? {
        rows.entry(row.id.clone()).or_default().push(row);
    }
    let mut measured = Measured::default();
    if truths.is_empty() {
        let mut files = Vec::new();
        collect(folder, &mut files)?;
        for file in files {
            measured.read(&file, UNKNOWN_ADDRESS, lexicon)?;
        }
    }
    for truth in truths.iter().filter(|truth| truth.kind != "non_gov") {
        let url = truth.url.as_deref().unwrap_or(UNKNOWN_ADDRESS);
        let facts = measured.read(&folder.join(&truth.file), url, lexicon)?;
        measured.compare(truth, rows.get(&truth.id).map_or(&[], Vec::as_slice), &facts);
    }
    measured.times.sort();
    Ok(measured)
}

impl Measured {
    fn read(&mut self, file: &Path, url: &str, lexicon: &Lexicon) -> anyhow::Result<PageFacts> {
        let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let input = PageInput { url, final_url: url, status: 200, content_type: None, bytes: &bytes, received: None };
        let mut best = Duration::MAX;
        let mut facts = PageFacts::default();
        for _ in 0..READS {
            let begun = Instant::now();
            facts = std::hint::black_box(observe::page(&input, lexicon));
            best = best.min(begun.elapsed());
        }
        self.times.push((best, bytes.len(), file.display().to_string()));
        Ok(facts)
    }

    fn compare(&mut self, truth: &Truth, rows: &[Row], facts: &PageFacts) {
        let group = truth.id.split('-').next().unwrap_or_default();
        let shows_its_site = matches!(group, "A" | "B");
        if let Some(kinds) = kinds(&truth.kind).filter(|_| group != "F") {
            self.note(truth, "kind", kinds.contains(&facts.kind), || (format!("{:?}", facts.kind), truth.kind.clone()));
        }
        if matches!(truth.kind.as_str(), "article" | "annual_report") {
            let read = facts.title.clone().unwrap_or_default();
            if let Some(title) = truth.title.as_ref().filter(|title| !title.is_empty()) {
                self.note(truth, "title", normalise(&read) == normalise(title), || (read, title.clone()));
            }
            if let Some(day) = truth.pub_date_displayed.as_deref().and_then(day) {
                let read = facts.published.map(|moment| moment.date.to_string()).unwrap_or_default();
                self.note(truth, "published", read == day, || (read.clone(), day.clone()));
            }
        }
        let encoding = truth.encoding_bytes.as_deref().unwrap_or_default().to_ascii_lowercase();
        if let Some(family) = ["gb", "utf-16"].into_iter().find(|family| encoding.starts_with(family)) {
            let right = facts.charset.starts_with(family);
            self.note(truth, "charset", right, || (facts.charset.clone(), encoding.clone()));
        }
        let codes: Vec<&str> =
            truth.site_id_code_footer.iter().chain(&truth.site_id_code_meta).map(|code| code.trim()).collect();
        let codes: Vec<&str> = codes.into_iter().filter(|code| CODE.is_match(code)).collect();
        if !codes.is_empty() && shows_its_site {
            let read = facts.site.id_code.clone().unwrap_or_default();
            self.note(truth, "id_code", codes.contains(&read.as_str()), || (read.clone(), codes.join(" ")));
        }
        for (figure, noted, read) in
            [("icp", &truth.icp, &facts.site.icp), ("police", &truth.gongan, &facts.site.police)]
        {
            let numbers: Vec<String> = noted.iter().map(|text| figures_of(text)).filter(|n| n.len() >= 8).collect();
            if !numbers.is_empty() && shows_its_site {
                let read = read.clone().unwrap_or_default();
                self.note(truth, figure, numbers.contains(&figures_of(&read)), || (read.clone(), noted.join(" ")));
            }
        }
        if let Some(cms) = &truth.cms {
            let read = facts.cms.as_ref().map(|cms| cms.name.clone()).unwrap_or_default();
            self.note(truth, "cms", read == *cms, || (read.clone(), cms.clone()));
        }
        self.compare_rows(truth, rows, facts);
    }

    fn compare_rows(&mut self, truth: &Truth, rows: &[Row], facts: &PageFacts) {
        let mut read: Vec<(String, BTreeSet<String>)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for entry in &facts.entries {
            let title = normalise(&entry.title);
            let place = *places.entry(title.clone()).or_insert_with(|| {
                read.push((title, BTreeSet::new()));
                read.len() - 1
            });
            read[place].1.insert(entry.date.map(|moment| moment.date.to_string()).unwrap_or_default());
        }
        for row in rows {
            let title = normalise(&row.title);
            let link = normalise(row.link_text.as_deref().unwrap_or_default());
            let is_same = |own: &str| {
                let is_cut = || own.chars().count() > 8 && title.starts_with(own.trim_end_matches(['.', '…']));
                !own.is_empty() && (own == title || own == link || is_cut())
            };
            let days = read.iter().find(|(own, _)| is_same(own)).map(|(_, days)| days);
            let right =
                days.is_some_and(|days| row.date.as_deref().and_then(day).is_none_or(|day| days.contains(&day)));
            self.note(truth, "entries", right, || {
                let read = days.map_or("no such row".to_owned(), |days| format!("{days:?}"));
                (read, format!("{} {}", row.title, row.date.as_deref().unwrap_or("without date")))
            });
        }
    }

    fn note(&mut self, truth: &Truth, figure: &'static str, right: bool, told: impl FnOnce() -> (String, String)) {
        let entry = self.figures.entry(figure).or_default();
        let site = entry.sites.entry(truth.site_real.clone().unwrap_or_else(|| truth.id.clone())).or_default();
        for (right_ones, all) in [(&mut entry.right, &mut entry.total), (&mut site.0, &mut site.1)] {
            *right_ones += usize::from(right);
            *all += 1;
        }
        if !right {
            let (read, noted) = told();
            self.misses.push(Miss { page: truth.id.clone(), figure, read, noted });
        }
    }

    /// The time that this share of the pages keeps to.
    fn time(&self, share: f64) -> f64 {
        let last = self.times.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        self.times.get(place).map_or(0.0, |(time, ..)| milliseconds(*time))
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, form: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, aim) in FIGURES {
            let Some(figure) = self.figures.get(name) else { continue };
            let by_site: f64 = figure.sites.values().map(|(right, all)| *right as f64 / *all as f64).sum();
            let share = 100.0 * figure.right as f64 / figure.total as f64;
            writeln!(
                form,
                "{name:<10} {:>5} / {:>5} = {share:6.2} %  by site {:6.2} % of {:>3}  aim {aim:>5.1} %  {}",
                figure.right,
                figure.total,
                100.0 * by_site / figure.sites.len() as f64,
                figure.sites.len(),
                if share >= *aim { "reached" } else { "NOT REACHED" }
            )?;
        }
        let bytes: usize = self.times.iter().map(|(_, bytes, _)| bytes).sum();
        let whole: Duration = self.times.iter().map(|(time, ..)| *time).sum();
        writeln!(
            form,
            "{} pages, {} bytes a page: p50 {:.3} ms, p95 {:.3} ms, max {:.3} ms a page; {:.1} MB/s",
            self.times.len(),
            bytes / self.times.len().max(1),
            self.time(0.5),
            self.time(0.95),
            self.time(1.0),
            bytes as f64 / 1e6 / whole.as_secs_f64().max(1e-9),
        )?;
        // Every page that took longer than any should, and three at least.
        let long = self.times.iter().filter(|(time, ..)| milliseconds(*time) > LONGEST_MILLISECONDS).count();
        for (time, bytes, file) in self.times.iter().rev().take(long.max(3)) {
            writeln!(form, "  slowest {:8.3} ms  {bytes:9} bytes  {file}", milliseconds(*time))?;
        }
        for Miss { page, figure, read, noted } in &self.misses {
            writeln!(form, "  miss {figure} of {page}: read {read:?}, noted {noted:?}")?;
        }
        Ok(())
    }
}

/// Kinds that a page which people call so may be read as.
fn kinds(noted: &str) -> Option<&'static [PageKind]> {
    Some(match noted {
        "article" | "annual_report" => &[PageKind::Article, PageKind::Report],
        "list" => &[PageKind::Column],
        "channel" => &[PageKind::Column, PageKind::Home],
        "platform" => &[PageKind::Column, PageKind::Article],
        "home" => &[PageKind::Home],
        _ => return None,
    })
}

static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[a-z]{0,2}\d{8,10}$").unwrap());

/// The day of a date in any of its forms, as 2022-01-18.
fn day(text: &str) -> Option<String> {
    static WHOLE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})").unwrap());
    static SHORT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s*(\d{2})-(\d{1,2})-(\d{1,2})").unwrap());
    let (century, found) = match WHOLE.captures(text) {
        Some(found) => ("", found),
        None => ("20", SHORT.captures(text)?),
    };
    Some(format!("{century}{}-{:0>2}-{:0>2}", &found[1], &found[2], &found[3]))
}

fn figures_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The objects of a JSON Lines file; none where there is no such file.
fn lines<T: DeserializeOwned>(file: &Path) -> anyhow::Result<Vec<T>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", file.display())),
    };
    let read =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(at, line)| {
            serde_json::from_str(line).with_context(|| format!("{}, line {}", file.display(), at + 1))
        });
    read.collect()
}

/// All HTML files below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|kind| {
            kind.eq_ignore_ascii_case("html") || kind.eq_ignore_ascii_case("htm") || kind == "shtml"
        }) {
            files.push(path);
        }
    }
    Ok(())
}
