//! Fixture portals: small sites with a pretended night and the faults that were put into them.
//! This file loads them; `server` serves them.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::{SignedDuration, Timestamp, civil::DateTime};
use serde::Deserialize;

use crate::{
    catalog::yaml,
    model::{Cause, Portal, Probe, beijing_zone},
};

/// The portals compiled in: `<story>/portal.yaml`, `<story>/site/…` and, where it changed overnight,
/// `<story>/site-yesterday/…`.
#[derive(rust_embed::RustEmbed)]
#[folder = "fixtures/portals/"]
struct Embedded;

/// One small site and everything a test or the demo needs to know of it.
#[derive(Clone, Debug)]
pub struct FixturePortal {
    /// Folder name: publishing system and story.
    pub story: String,
    pub sheet: Sheet,
    /// Files of `site/` by their path below it, such as `zwgk/index.html`.
    pub files: BTreeMap<String, Cow<'static, [u8]>>,
    /// Files of `site-yesterday/`: those that were different on the evening before.
    pub files_of_yesterday: BTreeMap<String, Cow<'static, [u8]>>,
}

/// What `portal.yaml` holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    pub portal: Portal,
    /// Host name under which it is served; the same as in the portal's address.
    pub host: String,
    /// The pretended moment of the visit, Beijing time.
    pub as_of: DateTime,
    /// Whether `mingcha demo` shows it; the others are there for tests only.
    #[serde(default)]
    pub demo: bool,
    #[serde(default)]
    pub defaults: Defaults,
    /// Other hosts that its pages link to. Of hosts that are not named here nobody can say anything.
    #[serde(default)]
    pub neighbours: BTreeMap<String, Neighbour>,
    /// Answers that differ from plain files, by path. A path with a query fits every request for that
    /// path that carries at least these parameters; the rule with most parameters wins.
    #[serde(default)]
    pub paths: BTreeMap<String, Answer>,
    /// How its home page was probed before that night; none: not at all.
    #[serde(default)]
    pub probes: Option<SeededProbes>,
    /// What is asked for beside pages, as far as loopback cannot show it.
    #[serde(default)]
    pub soundings: StatedSoundings,
    /// Files that were not there on the evening before, by their path below `site/`.
    #[serde(default)]
    pub new_today: Vec<String>,
    /// The faults that checks must raise here: all of them and no other.
    #[serde(default)]
    pub seeded: Vec<SeededFault>,
    /// What checks must put before a person: all that the checks named here and those on wording put there, no more.
    #[serde(default)]
    pub for_review: Vec<SeededFault>,
    /// Checks that must put nothing before a person here.
    #[serde(default)]
    pub silent: Vec<String>,
    /// What looks like a fault and is none, for readers.
    #[serde(default)]
    pub near_misses: Vec<String>,
}

/// What a visit over loopback cannot see.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatedSoundings {
    /// The last moment of the host's certificate, Beijing time; absent: it is served without TLS.
    pub certificate_until: Option<DateTime>,
    /// Whether the visitor has a way into IPv6; the host itself is served over IPv4 alone.
    pub ipv6_uplink: bool,
}

/// Probes of the home page that were made before the night: one an hour, the newest half an hour before it, all of them
/// opened unless they are named. They are numbered from the newest, 1, back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeededProbes {
    pub hours: u32,
    /// Milliseconds until the page was there.
    pub whole_ms: u32,
    /// Those that did not open, by cause, while a control host answered.
    #[serde(default)]
    pub unopened: BTreeMap<Cause, Vec<u32>>,
    /// Those that did not open while no control host answered.
    #[serde(default)]
    pub own_outages: Vec<u32>,
}

impl SeededProbes {
    /// The probes themselves, oldest first.
    pub fn of(&self, portal: &Portal, as_of: Timestamp) -> impl Iterator<Item = Probe> {
        (1..=self.hours).rev().map(move |number| {
            let before = SignedDuration::from_mins(60 * i64::from(number) - 30);
            let at = as_of.saturating_sub(before).unwrap_or(as_of);
            let failed = self.unopened.iter().find(|(_, numbers)| numbers.contains(&number)).map(|(cause, _)| *cause);
            let ours = self.own_outages.contains(&number);
            let cause = if ours { Some(Cause::ConnectTimeout) } else { failed };
            let opened = |value: u32| cause.is_none().then_some(value);
            Probe {
                portal: portal.id.clone(),
                slot: at,
                at,
                url: portal.url.clone(),
                cause,
                detail: String::new(),
                status: cause.is_none().then_some(200),
                first_byte_ms: opened(self.whole_ms / 2),
                whole_ms: opened(self.whole_ms),
                control: cause.map(|_| !ours),
                requests: 1,
                bytes: 0,
            }
        })
    }
}

/// What holds for every answer of the site.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Defaults {
    /// `charset` of the Content-Type of text files; absent: the header names none.
    pub charset: Option<String>,
    pub headers: BTreeMap<String, String>,
    /// Milliseconds before the answer begins.
    pub delay_ms: u64,
    /// What is answered where there is nothing, instead of `404.html` with status 404.
    pub unknown: Option<Answer>,
}

/// How another host answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Neighbour {
    Opens,
    /// 404 for everything.
    Gone,
    /// 403 for everything.
    Refuses,
    /// There is no such host any more.
    NoSuchName,
}

/// One path that answers in its own way.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answer {
    /// Absent: 200, or 302 with `redirect_to`.
    pub status: Option<u16>,
    /// These win over the defaults and over the content type of the file name.
    pub headers: BTreeMap<String, String>,
    /// Milliseconds, instead of the default.
    pub delay_ms: Option<u64>,
    /// File below `site/` that is sent instead of the one of the path.
    pub body_file: Option<String>,
    /// Value of the Location header.
    pub redirect_to: Option<String>,
}

/// One fault of the ground truth.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeededFault {
    /// Id of the check.
    pub check: String,
    /// Name of the unit.
    pub unit: String,
    /// Subject key, such as `report:2021`.
    pub subject: String,
    /// What was done to the site, for readers.
    #[serde(default)]
    pub note: String,
}

impl FixturePortal {
    /// A portal from the text of its `portal.yaml` and its files; `name` is what errors call the text.
    pub fn new(
        story: &str,
        name: &str,
        text: &str,
        files: BTreeMap<String, Cow<'static, [u8]>>,
    ) -> Result<Self, yaml::Problem> {
        let files_of_yesterday = BTreeMap::new();
        Ok(Self { story: story.to_owned(), sheet: yaml::read(name, text)?, files, files_of_yesterday })
    }

    /// Whether the site was different on the evening before.
    pub fn has_changed(&self) -> bool {
        !self.files_of_yesterday.is_empty() || !self.sheet.new_today.is_empty()
    }

    /// The portal as it was on the evening before.
    pub fn yesterday(&self) -> Self {
        let mut files = self.files.clone();
        files.retain(|name, _| !self.sheet.new_today.contains(name));
        files.extend(self.files_of_yesterday.clone());
        Self { files, ..self.clone() }
    }

    /// The pretended moment of the visit.
    pub fn as_of(&self) -> Result<Timestamp, jiff::Error> {
        Ok(self.sheet.as_of.to_zoned(beijing_zone())?.timestamp())
    }

    /// The probes that were made before the visit, oldest first.
    pub fn probes(&self) -> Result<Vec<Probe>, jiff::Error> {
        let as_of = self.as_of()?;
        let (portal, seeded) = (&self.sheet.portal, self.sheet.probes.iter());
        Ok(seeded.flat_map(|probes| probes.of(portal, as_of)).collect())
    }

    /// The file that a plain request for `path` (with its leading slash) gets.
    pub fn file(&self, path: &str) -> Option<(&str, &[u8])> {
        let inner = path.strip_prefix('/')?;
        let named = |name: &str| self.files.get_key_value(name).map(|(name, bytes)| (name.as_str(), bytes.as_ref()));
        if inner.is_empty() || inner.ends_with('/') {
            INDEX_FILES.iter().find_map(|index| named(&format!("{inner}{index}")))
        } else {
            named(inner)
        }
    }

    /// Whether `path` names a folder of the site, though it lacks the last slash.
    pub fn is_folder(&self, path: &str) -> bool {
        !path.ends_with('/') && self.file(&format!("{path}/")).is_some()
    }

    /// The rule of `paths` that fits a request best.
    pub fn answer(&self, path: &str, query: Option<&str>) -> Option<&Answer> {
        let asked = parameters(query.unwrap_or_default());
        self.sheet
            .paths
            .iter()
            .filter_map(|(rule, answer)| {
                let (rule_path, rule_query) = rule.split_once('?').unwrap_or((rule, ""));
                let wanted = parameters(rule_query);
                let fits = rule_path == path && wanted.iter().all(|parameter| asked.contains(parameter));
                fits.then_some((wanted.len(), answer))
            })
            .max_by_key(|(parameters, _)| *parameters)
            .map(|(_, answer)| answer)
    }
}

/// What a folder shows, first match wins.
const INDEX_FILES: &[&str] = &["index.html", "index.shtml", "index.htm"];

fn parameters(query: &str) -> Vec<&str> {
    query.split('&').filter(|parameter| !parameter.is_empty()).collect()
}

/// All portals that are compiled in, by story.
pub fn load() -> Result<Vec<FixturePortal>, yaml::Problem> {
    let mut sheets = BTreeMap::new();
    type Sites = BTreeMap<String, BTreeMap<String, Cow<'static, [u8]>>>;
    let (mut sites, mut yesterday) = (Sites::new(), Sites::new());
    for path in Embedded::iter() {
        let (Some((story, inner)), Some(file)) = (path.split_once('/'), Embedded::get(&path)) else { continue };
        if inner == "portal.yaml" {
            sheets.insert(story.to_owned(), String::from_utf8_lossy(&file.data).into_owned());
        } else if let Some(name) = inner.strip_prefix("site/") {
            sites.entry(story.to_owned()).or_default().insert(name.to_owned(), file.data);
        } else if let Some(name) = inner.strip_prefix("site-yesterday/") {
            yesterday.entry(story.to_owned()).or_default().insert(name.to_owned(), file.data);
        }
    }
    sheets
        .into_iter()
        .map(|(story, text)| {
            let name = format!("fixtures/portals/{story}/portal.yaml");
            let portal = FixturePortal::new(&story, &name, &text, sites.remove(&story).unwrap_or_default())?;
            Ok(FixturePortal { files_of_yesterday: yesterday.remove(&story).unwrap_or_default(), ..portal })
        })
        .collect()
}

/// The portals that the demo shows: few enough for a visitor to wait for.
pub fn shown() -> Result<Vec<FixturePortal>, yaml::Problem> {
    Ok(load()?.into_iter().filter(|portal| portal.sheet.demo).collect())
}
