//! Saved pages, read and judged: every check shows on pages, from their bytes on, when it passes and when it speaks up.
//! One file a check, `fixtures/checks/<check>.yaml`; `fixtures/checks/README.md` tells how to write one.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use jiff::civil::{Date, date};
use mingcha::{
    catalog::{Catalog, yaml},
    check::{Context, Definition, judge},
    demo::SeededProbes,
    model::{
        AssignedColumn, Capture, Cause, Evidence, History, NeighbourPortal, NotMeasurable, ObservedPage, Outcome,
        Portal, PortalFacts, Probe, Remembered, Soundings, Unit, UnitKind, Verdict, beijing_zone,
    },
    observe::{self, DAYS_OF_PROBES, PageInput},
};
use serde::Deserialize;

/// A file of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    /// Whom all its cases assess, the one that is meant first.
    #[serde(default = "a_county")]
    units: Vec<Unit>,
    #[serde(default = "the_day")]
    as_of: Date,
    cases: Vec<Case>,
}

/// One small portal and what is to be said of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows, in one Chinese line.
    says: String,
    #[serde(default)]
    as_of: Option<Date>,
    #[serde(default)]
    units: Option<Vec<Unit>>,
    #[serde(default)]
    assigned: Vec<AssignedColumn>,
    /// What stands around its pages: the templates of `frames/<frame>/`.
    #[serde(default = "the_frame")]
    frame: String,
    /// Scheme and host, where they matter.
    #[serde(default = "the_site")]
    site: String,
    /// Instead of the frame's own footer.
    #[serde(default)]
    footer: Option<String>,
    /// By path. Without a home page, one that leads to all columns is made.
    #[serde(default)]
    pages: BTreeMap<String, SavedPage>,
    /// What the log knows of the office's other portals.
    #[serde(default)]
    neighbours: Vec<NeighbourPortal>,
    /// Pages that were different, or not there (`null`), on the evening before: what nights together tell is judged too.
    #[serde(default)]
    yesterday: BTreeMap<String, Option<SavedPage>>,
    /// What was asked for beside pages.
    #[serde(default)]
    soundings: Soundings,
    /// How the home page was probed in the days before, one probe an hour.
    #[serde(default)]
    probes: Option<SeededProbes>,
    subject: String,
    expect: Verdict,
    /// Words that the reason must contain.
    #[serde(default)]
    reason: String,
}

/// A page, or why it could not be had.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SavedPage {
    /// Its name, where it is the page of a column: what menus and breadcrumbs call it.
    column: Option<String>,
    /// Its title and day, where it is an article.
    title: Option<String>,
    date: Option<Date>,
    /// Tags of its `<head>` beside the frame's.
    head: String,
    /// The markup of its text, or of its main part.
    body: String,
    /// Rows of its list: `2022-05-01 /tzgg/8.html 关于停水的通知`. Without an address it gets one, without a day it has none.
    rows: Vec<String>,
    /// A file of `parts/`, put where the body says `{{part}}`, with these words of it exchanged.
    part: Option<String>,
    replace: BTreeMap<String, String>,
    /// The whole page, without any frame.
    whole: Option<String>,
    /// It is sent in GBK.
    gbk: bool,
    status: Option<u16>,
    fails: Option<Cause>,
}

fn a_county() -> Vec<Unit> {
    vec![Unit {
        name: "青河县人民政府".to_owned(),
        kind: UnitKind::Government,
        aliases: vec!["青河县".to_owned(), "青河县政府".to_owned()],
        paths: Vec::new(),
        licences: true,
        penalties: true,
        founded: None,
    }]
}

fn the_day() -> Date {
    date(2022, 11, 16)
}

fn the_site() -> String {
    "http://www.qinghe.example.gov.cn".to_owned()
}

fn the_frame() -> String {
    "default".to_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks")
}

fn text_of(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap_or_else(|fault| panic!("fixtures/checks/{file}: {fault}"))
}

fn sheets() -> BTreeMap<String, Sheet> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files
        .map(|path| {
            let name = path.display().to_string();
            let sheet =
                yaml::read(&name, &fs::read_to_string(&path).unwrap()).unwrap_or_else(|fault| panic!("{fault}"));
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), sheet)
        })
        .collect()
}

impl SavedPage {
    fn body(&self) -> String {
        let Some(part) = &self.part else { return self.body.clone() };
        let mut part = text_of(&format!("parts/{part}"));
        for (old, new) in &self.replace {
            assert!(part.contains(old), "no {old:?} in the part that is to be changed");
            part = part.replace(old, new);
        }
        if self.body.is_empty() { part } else { self.body.replace("{{part}}", &part) }
    }
}

/// A template with its places filled.
fn filled(frame: &str, template: &str, places: &[(&str, &str)]) -> String {
    let text = text_of(&format!("frames/{frame}/{template}.html"));
    places.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
}

impl Case {
    fn columns(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pages.iter().filter_map(|(path, page)| Some((path.as_str(), page.column.as_deref()?)))
    }

    /// The column that another hangs under.
    fn outer(&self, path: &str) -> Option<&str> {
        let outer =
            self.columns().filter(|(outer, _)| *outer != path && outer.ends_with('/') && path.starts_with(outer));
        outer.map(|(outer, _)| outer).max_by_key(|outer| outer.len())
    }

    fn home(&self) -> SavedPage {
        let link = |(path, name)| format!("<div class=\"box\"><h2><a href=\"{path}\">{name}</a></h2></div>\n");
        SavedPage { body: self.columns().map(link).collect(), ..SavedPage::default() }
    }

    /// The page as the portal sends it.
    fn sent(&self, path: &str, page: &SavedPage) -> Vec<u8> {
        let text = page.whole.clone().unwrap_or_else(|| self.framed(path, page));
        if page.gbk { encoding_rs::GBK.encode(&text).0.into_owned() } else { text.into_bytes() }
    }

    fn framed(&self, path: &str, page: &SavedPage) -> String {
        let footer = self.footer.clone().unwrap_or_else(|| filled(&self.frame, "footer", &[]));
        let entries = |outer: Option<&str>| {
            let columns = self.columns().filter(|(inner, _)| self.outer(inner) == outer);
            columns.map(|(path, name)| format!("<li><a href=\"{path}\">{name}</a></li>\n")).collect::<String>()
        };
        let (menu, below) = (entries(None), entries(Some(path)));
        let above = self.columns().filter(|(column, _)| column.ends_with('/') && path.starts_with(column));
        let crumbs: String = above.map(|(path, name)| format!(" &gt; <a href=\"{path}\">{name}</a>")).collect();
        let crumbs = if page.title.is_some() { format!("{crumbs} &gt; 正文") } else { crumbs };
        let own_title = page.title.as_ref().or(page.column.as_ref());
        let title = own_title.map_or_else(|| "青河县人民政府".to_owned(), |title| format!("{title}_青河县人民政府"));
        let mut body = page.body();
        if let Some(title) = &page.title {
            let date = page.date.map_or_else(String::new, |date| date.to_string());
            body = filled(&self.frame, "article", &[("title", title), ("date", &date), ("text", &body)]);
        }
        if !page.rows.is_empty() {
            let rows: String = page.rows.iter().enumerate().map(|(at, row)| self.row(path, at, row)).collect();
            body.push_str(&filled(&self.frame, "list", &[("rows", &rows)]));
        }
        let places = [
            ("title", title.as_str()),
            ("head", &page.head),
            ("menu", &menu),
            ("crumbs", &crumbs),
            ("below", &below),
            ("body", &body),
            ("footer", &footer),
        ];
        filled(&self.frame, "page", &places)
    }

    fn row(&self, path: &str, at: usize, row: &str) -> String {
        let is_day = |day: &str| day.parse::<Date>().is_ok();
        let (day, rest) = row.split_once(' ').filter(|(day, _)| is_day(day)).unwrap_or(("", row));
        let is_address = |word: &str| word.starts_with('/') || word.contains("://");
        let own = format!("{}{}.html", &path[..=path.rfind('/').unwrap()], at + 101);
        let (address, title) = rest.split_once(' ').filter(|(word, _)| is_address(word)).unwrap_or((&own, rest));
        filled(&self.frame, "row", &[("title", title), ("date", day), ("address", address)])
    }

    fn outcomes(&self, sheet: &Sheet, definition: &Definition, catalog: &Catalog) -> Vec<Outcome> {
        let as_of = self.as_of.unwrap_or(sheet.as_of);
        let portal = Portal {
            id: "qinghe".to_owned(),
            name: "青河县人民政府".to_owned(),
            url: format!("{}/", self.site),
            units: self.units.clone().unwrap_or_else(|| sheet.units.clone()),
            pins: Vec::new(),
            column_map: None,
            assigned: self.assigned.clone(),
            attestations: Vec::new(),
            max_pages: 100,
            rate: 1,
            allow_private: false,
            window: None,
        };
        let mut facts = self.facts(&self.pages, &portal, as_of, catalog);
        if !self.yesterday.is_empty() {
            facts.history = Some(self.history(&facts, &portal, as_of, catalog));
        }
        let until = as_of.at(2, 0, 0, 0).to_zoned(beijing_zone()).unwrap().timestamp();
        let probes: Option<Vec<Probe>> = self.probes.as_ref().map(|probes| probes.of(&portal, until).collect());
        facts.availability = probes.map(|probes| observe::availability(&probes, until, DAYS_OF_PROBES));
        facts.soundings = self.soundings.clone();
        let context = Context { portal: &portal, as_of, calendar: &catalog.calendar, lexicon: &catalog.lexicon };
        judge(std::slice::from_ref(definition), &facts, &context)
    }

    /// What the night before and this one together tell.
    fn history(&self, facts: &PortalFacts, portal: &Portal, as_of: Date, catalog: &Catalog) -> History {
        let mut pages = self.pages.clone();
        for (path, page) in &self.yesterday {
            match page {
                Some(page) => drop(pages.insert(path.clone(), page.clone())),
                None => drop(pages.remove(path)),
            }
        }
        let eve = as_of.yesterday().unwrap();
        let before = self.facts(&pages, portal, eve, catalog);
        let mut known = Remembered::default();
        for (facts, night) in [(&before, eve), (facts, as_of)] {
            let noted = observe::note(facts, night, &known, &BTreeMap::new());
            known.add(noted.sightings);
            known.readings.extend(noted.readings.into_iter().map(|reading| (reading.column.clone(), reading)));
        }
        observe::history(facts, as_of, &known)
    }

    fn facts(
        &self,
        saved: &BTreeMap<String, SavedPage>,
        portal: &Portal,
        as_of: Date,
        catalog: &Catalog,
    ) -> PortalFacts {
        let mut saved = saved.clone();
        saved.entry("/".to_owned()).or_insert_with(|| self.home());
        let (mut pages, mut failures) = (Vec::new(), Vec::new());
        for (path, page) in &saved {
            match page.fails {
                Some(cause) => failures.push(self.failure(path, cause)),
                None => pages.push(self.observed(path, page, as_of, catalog)),
            }
        }
        let mut facts = observe::portal(portal, &catalog.lexicon, &pages, &failures, false);
        facts.neighbours = observe::neighbours(&facts, self.neighbours.clone());
        facts
    }

    fn observed(&self, path: &str, page: &SavedPage, as_of: Date, catalog: &Catalog) -> ObservedPage {
        let (url, bytes, status) = (format!("{}{path}", self.site), self.sent(path, page), page.status.unwrap_or(200));
        let input = PageInput {
            url: &url,
            final_url: &url,
            status,
            content_type: Some("text/html"),
            bytes: &bytes,
            received: Some(as_of),
        };
        let facts = observe::page(&input, &catalog.lexicon);
        let capture = Capture {
            id: path.to_owned(),
            final_url: url.clone(),
            url,
            hops: Vec::new(),
            at: format!("{as_of}T02:00:00Z").parse().unwrap(),
            status,
            headers: Vec::new(),
            sha256: String::new(),
            bytes: 0,
            truncated: false,
            attempts: 1,
            location: None,
            revisit: None,
            conditions: Vec::new(),
            old_tls: false,
            rendered: None,
        };
        let linked_from = (path != "/").then(|| format!("{}/", self.site));
        ObservedPage { capture, facts, linked_from, link_text: String::new(), depth: 0 }
    }

    fn failure(&self, path: &str, cause: Cause) -> NotMeasurable {
        NotMeasurable {
            url: format!("{}{path}", self.site),
            cause,
            detail: String::new(),
            attempts: 2,
            at: None,
            capture: None,
            linked_from: Some(format!("{}/", self.site)),
        }
    }

    /// What is wrong with the case; none where it holds.
    fn mismatch(&self, sheet: &Sheet, definition: &Definition, catalog: &Catalog) -> Option<String> {
        let units = self.units.as_ref().unwrap_or(&sheet.units);
        let outcomes = self.outcomes(sheet, definition, catalog);
        let meant = |outcome: &&Outcome| outcome.unit == units[0].name && outcome.subject.key == self.subject;
        let Some(found) = outcomes.iter().find(meant) else {
            let told: Vec<_> =
                outcomes.iter().map(|outcome| (&outcome.unit, &outcome.subject.key, &outcome.reason)).collect();
            return Some(format!("“{}”: nothing is said of {}; outcomes are {told:#?}", self.says, self.subject));
        };
        if found.outcome != self.expect {
            let (is, wanted) = (found.outcome, self.expect);
            return Some(format!("“{}”: the outcome is {is}, not {wanted}: {}", self.says, found.reason));
        }
        if !found.reason.contains(&self.reason) {
            return Some(format!("“{}”: the reason lacks {:?}: {}", self.says, self.reason, found.reason));
        }
        let speaks_up = matches!(found.outcome, Verdict::Failed | Verdict::NeedsReview);
        let shows = |evidence: &Evidence| evidence.url.starts_with("http");
        (speaks_up && !found.evidence.iter().any(shows)).then(|| format!("“{}”: nothing is shown as proof", self.says))
    }
}

#[test]
fn every_saved_case_gives_its_outcome() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    let mut mismatches = Vec::new();
    for (check, sheet) in sheets() {
        let definition = catalog.checks.iter().find(|definition| definition.id == check);
        let definition = definition.unwrap_or_else(|| panic!("fixtures/checks/{check}.yaml: there is no such check"));
        for case in &sheet.cases {
            mismatches.extend(case.mismatch(&sheet, definition, &catalog).map(|fault| format!("{check}: {fault}")));
        }
    }
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}

#[test]
fn every_check_passes_and_speaks_up_on_saved_pages() {
    let (catalog, sheets) = (Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}")), sheets());
    let mut silent = Vec::new();
    for check in &catalog.checks {
        // What the examples of its file show of facts must be shown of pages too.
        let told = [Verdict::Passed, Verdict::Failed, Verdict::NeedsReview]
            .into_iter()
            .filter(|verdict| check.examples.iter().any(|example| example.outcome == *verdict));
        let cases = sheets.get(&check.id).map_or(&[][..], |sheet| &sheet.cases);
        let lacks: Vec<Verdict> = told.filter(|verdict| cases.iter().all(|case| case.expect != *verdict)).collect();
        if !lacks.is_empty() {
            silent.push((&check.id, lacks));
        }
    }
    assert!(silent.is_empty(), "no saved pages on which they give these outcomes: {silent:#?}");
}

#[test]
fn no_part_or_frame_lies_about_unused() {
    let told: String = sheets().keys().map(|check| text_of(&format!("{check}.yaml"))).collect();
    for (kind, key) in [("parts", "part: "), ("frames", "frame: ")] {
        for entry in fs::read_dir(folder().join(kind)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let is_used = name == the_frame() || told.contains(&format!("{key}{name}"));
            assert!(is_used, "fixtures/checks/{kind}/{name} is used by no case");
        }
    }
}
