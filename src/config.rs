//! Settings, read once from a TOML file and handed down as plain values.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{
    catalog::{Problem, pins},
    model::{Portal, Unit, Window},
};

/// Everything `mingcha.toml` may hold. Relative paths are taken from the folder of that file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder of the log, the queue and the evidence.
    #[serde(default = "default_data")]
    pub data: PathBuf,
    /// Another folder of checks and rulebooks instead of the built-in ones.
    pub checks: Option<PathBuf>,
    /// Who runs this, with a way to reach them; sent to every portal in the User-Agent.
    pub contact: String,
    /// When nights begin: an ordinary five-field cron line in Beijing time.
    #[serde(default = "default_schedule")]
    pub schedule: String,
    /// Rulebook the console scores with.
    pub rulebook: String,
    /// A file of weights and other values laid over the rulebook it names.
    pub overlay: Option<PathBuf>,
    /// Ambiguous places of the rulebook that the office reads otherwise: `Y5=add`.
    #[serde(default)]
    pub readings: Vec<String>,
    #[serde(default)]
    pub console: Console,
    #[serde(default)]
    pub bulletin: Bulletins,
    #[serde(default)]
    pub crawl: Crawl,
    #[serde(default)]
    pub probes: Probes,
    #[serde(default)]
    pub browser: Browser,
    #[serde(default)]
    pub evidence: Evidence,
    #[serde(rename = "portal", default)]
    pub portals: Vec<Portal>,
}

/// The web console.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Console {
    /// Address and port to listen on.
    pub listen: String,
    pub administrator: String,
    /// Argon2 hash of the administrator's password, from `mingcha password`.
    pub password_hash: Option<String>,
    /// True where people reach the console through a proxy that speaks TLS: its cookie then travels over TLS only.
    pub https: bool,
}

impl Default for Console {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".into(), administrator: "admin".into(), password_hash: None, https: false }
    }
}

/// What bulletins say beside the findings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bulletins {
    /// The office that issues them; stands in the red head.
    pub office: String,
    /// Working days that units have to mend what is named.
    pub rectification_days: u32,
}

impl Default for Bulletins {
    fn default() -> Self {
        Self { office: "政务公开工作领导小组办公室".into(), rectification_days: 10 }
    }
}

/// The portal of the State Council's office answers over IPv6.
pub const IPV6_CONTROL: &str = "https://www.gov.cn/";

/// How portals are asked, beside what each portal's own entry says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Crawl {
    /// Requests to one portal at the same time; the rate of the portal holds all the same.
    pub connections: usize,
    /// Requests a second to one machine (IP address), where it carries several portals; left out: no more than the
    /// slowest of them allows, so that sixty portals of one platform take turns.
    pub rate_per_machine: Option<u32>,
    /// The hours in which portals may be visited, such as `22:00-06:00` (Beijing time); a portal may have its own.
    pub window: Option<Window>,
    /// Each night visits a small portal of our own with known faults; where it is misread, the night raises nothing.
    pub canary: bool,
    /// Links to other hosts that each visit asks for, to find dead ones; 0: none.
    pub outward_links: usize,
    /// Whether our own network reaches others over IPv6; left out: where the control host answers over it.
    pub ipv6: Option<bool>,
    /// A page that is known to answer over IPv6.
    pub ipv6_control: String,
}

impl Default for Crawl {
    fn default() -> Self {
        Self {
            connections: 1,
            rate_per_machine: None,
            window: None,
            canary: true,
            outward_links: 100,
            ipv6: None,
            ipv6_control: IPV6_CONTROL.into(),
        }
    }
}

/// How the availability of portals is watched: their home pages are opened at even intervals, day and night.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Probes {
    /// Probes of each portal a day; 0: none. The national standard wants more than twenty.
    pub per_day: u32,
    /// Addresses that are always there, asked only when a home page does not open: where none of them answers, our own
    /// network is down and the probe does not count. With none, no failure counts.
    pub control: Vec<String>,
    /// So long a home page is waited for; the standard gives it 15 seconds.
    pub limit_seconds: u64,
    /// Days for which probes are kept; never less than what the nights of [`Evidence::keep_nights`] need.
    pub keep_days: u32,
}

impl Default for Probes {
    fn default() -> Self {
        Self {
            per_day: 24,
            control: vec!["https://www.gov.cn/".into(), "https://www.baidu.com/".into()],
            limit_seconds: 15,
            keep_days: 400,
        }
    }
}

impl Probes {
    /// What is wrong with them, and the word in the file that says so.
    fn fault(&self) -> Option<(String, String)> {
        let Probes { per_day, limit_seconds, .. } = self;
        if *per_day != 0 && !(20..=96).contains(per_day) {
            let message =
                format!("probes per_day {per_day}: write 20 to 96, or 0 for none (国办秘函〔2019〕19号 asks for 20)");
            return Some(("per_day".to_owned(), message));
        }
        if !(15..=60).contains(limit_seconds) {
            let message =
                format!("probes limit_seconds {limit_seconds}: write 15 to 60 (国办秘函〔2019〕19号 gives a page 15)");
            return Some(("limit_seconds".to_owned(), message));
        }
        let is_web = |address: &str| url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let bad = self.control.iter().find(|address| !is_web(address))?;
        Some((bad.clone(), format!("probes control {bad:?} is no http(s) address")))
    }
}

/// The browser that shows pages which only scripts can show, and takes pictures of pages with faults; of use to a program
/// that was built with one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Browser {
    /// Chromium or Chrome; left out: the one on the PATH.
    pub program: Option<PathBuf>,
    /// Most pages of one portal that are shown a night; 0: none.
    pub max_pages: usize,
    /// For one page with all that its scripts ask for, at the portal's own rate.
    pub timeout_seconds: u64,
}

impl Default for Browser {
    fn default() -> Self {
        Self { program: None, max_pages: 50, timeout_seconds: 60 }
    }
}

/// Where captures are kept, and how long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Evidence {
    /// Where the files of ended nights go: a folder, or `s3://bucket/prefix`. Left out: they stay in the data folder.
    pub store: Option<String>,
    /// Address of the service that keeps the bucket; left out: Amazon's own.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// True where the service wants the bucket's name in the host name.
    pub bucket_in_host: bool,
    /// Nights whose captures are kept whole.
    pub keep_nights: u32,
    /// Days for which the captures of a finding are kept after the last thing that happened to it; those of open findings
    /// are kept for ever. The default covers the year's assessment and its bulletins.
    pub keep_finding_days: u32,
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            store: None,
            endpoint: None,
            region: None,
            bucket_in_host: false,
            keep_nights: 90,
            keep_finding_days: 400,
        }
    }
}

impl Evidence {
    /// Bucket and prefix, where the store is a bucket.
    pub fn bucket(&self) -> Option<(&str, &str)> {
        let address = self.store.as_deref()?.strip_prefix("s3://")?;
        let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
        Some((bucket, prefix.trim_matches('/')))
    }
}

fn default_data() -> PathBuf {
    "mingcha-data".into()
}

fn default_schedule() -> String {
    "30 1 * * *".into()
}

/// A configuration file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}: {source}; give another one with --config FILE")]
    Read { path: PathBuf, source: std::io::Error },
    #[error(
        "cannot read {path}, the column map of portal {portal:?}: {source}; mend column_map or make it with mingcha discover"
    )]
    ColumnMap { path: PathBuf, portal: String, source: std::io::Error },
    #[error("{0}")]
    Pins(#[from] Problem),
    #[error("{path}:{line}:{column}: {message}")]
    Content { path: PathBuf, line: usize, column: usize, message: String },
}

/// Reads and checks the settings at `path`.
pub fn load(path: &Path) -> Result<Settings, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let mut settings = parse(&text, path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    settings.data = folder.join(&settings.data);
    settings.checks = settings.checks.map(|checks| folder.join(checks));
    settings.overlay = settings.overlay.map(|overlay| folder.join(overlay));
    if settings.evidence.bucket().is_none() {
        let store = settings.evidence.store.take();
        settings.evidence.store = store.map(|store| folder.join(store).to_string_lossy().into_owned());
    }
    for portal in &mut settings.portals {
        let Some(map) = portal.column_map.take() else { continue };
        let path = folder.join(map);
        let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::ColumnMap {
            path: path.clone(),
            portal: portal.id.clone(),
            source,
        })?;
        portal.pins.extend(pins::read(&path.display().to_string(), &text)?);
    }
    Ok(settings)
}

fn parse(text: &str, path: &Path) -> Result<Settings, ConfigError> {
    let settings: Settings = toml::from_str(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        ConfigError::Content { path: path.to_owned(), line, column, message: error.message().to_owned() }
    })?;
    let fault = |needle: &str, message: String| {
        let (line, column) = place(text, text.find(needle).unwrap_or(0));
        Err(ConfigError::Content { path: path.to_owned(), line, column, message })
    };
    if let Some(store) = &settings.evidence.store {
        let is_bucket = settings.evidence.bucket().is_some_and(|(bucket, _)| !bucket.is_empty());
        if store.is_empty() || store.contains("://") && !is_bucket {
            return fault(store, format!("evidence store {store:?}: give a folder, or s3://bucket/prefix"));
        }
    }
    if let Some((needle, message)) = settings.probes.fault() {
        return fault(&needle, message);
    }
    for (number, portal) in settings.portals.iter().enumerate() {
        let well_formed =
            !portal.id.is_empty() && portal.id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        if !well_formed {
            return fault(&portal.id, format!("portal id {:?}: use letters, digits and hyphens only", portal.id));
        }
        if settings.portals[..number].iter().any(|other| other.id == portal.id) {
            return fault(&portal.id, format!("portal id {:?} stands twice; ids must differ", portal.id));
        }
        if !portal.has_address() && !portal.pins.is_empty() {
            let message = format!("portal {:?} pins columns and has no url; fill in its home page", portal.id);
            return fault(&portal.id, message);
        }
        match url::Url::parse(&portal.url) {
            _ if !portal.has_address() => {}
            Ok(url) if matches!(url.scheme(), "http" | "https") => {}
            _ => {
                return fault(
                    &portal.url,
                    format!("portal {:?}: url {:?} is no http(s) address", portal.id, portal.url),
                );
            }
        }
        for (number, attestation) in portal.attestations.iter().enumerate() {
            let is_of = |unit: &Unit| unit.name == attestation.unit || unit.aliases.contains(&attestation.unit);
            let stranger = || ("unit", format!("{:?} is no unit of this portal", attestation.unit));
            let known = portal.units.iter().any(is_of);
            let wrong = if known { attestation.fault() } else { Some(stranger()) };
            if let Some((field, message)) = wrong {
                let number = number + 1;
                return fault(&portal.id, format!("portal {:?}: attestation {number} ({field}): {message}", portal.id));
            }
        }
        if portal.units.is_empty() {
            return fault(&portal.id, format!("portal {:?} names no unit; add [[portal.units]]", portal.id));
        }
    }
    Ok(settings)
}

/// Line and column, from 1, of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "contact = \"政务公开办 12345\"\nrulebook = \"yuncheng-2022-b1\"\n\n[[portal]]\nid = \"jyj\"\nname = \"河源市教育局\"\nurl = \"http://jyj.heyuan.gov.cn/\"\nunits = [{ name = \"市教育局\", kind = \"department\" }]\n";

    fn fault_of(text: &str) -> String {
        parse(text, Path::new("mingcha.toml")).map(|_| String::new()).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn defaults_fill_what_is_left_out() {
        let settings = parse(GOOD, Path::new("mingcha.toml")).unwrap();
        assert_eq!(settings.schedule, "30 1 * * *");
        assert_eq!(settings.portals[0].max_pages, 500);
    }

    #[test]
    fn a_portal_may_wait_for_its_address() {
        let settings = parse(&GOOD.replace("http://jyj.heyuan.gov.cn/", ""), Path::new("mingcha.toml")).unwrap();
        assert!(!settings.portals[0].has_address());
    }

    #[test]
    fn the_browser_is_as_it_is_configured() {
        let with = |lines: &str| GOOD.replace("[[portal]]", &format!("[browser]\n{lines}\n[[portal]]"));
        let text = with("program = \"/opt/chromium\"\nmax_pages = 7\ntimeout_seconds = 20");
        let settings = parse(&text, Path::new("mingcha.toml")).unwrap();
        let expected = Browser { program: Some(PathBuf::from("/opt/chromium")), max_pages: 7, timeout_seconds: 20 };
        assert_eq!(settings.browser, expected);
        assert_eq!(parse(GOOD, Path::new("mingcha.toml")).unwrap().browser, Browser::default());
        let fault = fault_of(&with("max_page = 7"));
        assert!(fault.starts_with("mingcha.toml:5:1: "), "{fault}");
    }

    #[test]
    fn probes_keep_to_the_standard() {
        let with = |lines: &str| GOOD.replace("[[portal]]", &format!("[probes]\n{lines}\n[[portal]]"));
        let settings = parse(&with("control = [\"http://10.0.0.1/\"]"), Path::new("mingcha.toml")).unwrap();
        assert_eq!((settings.probes.per_day, settings.probes.limit_seconds), (24, 15));
        assert_eq!(parse(&with("per_day = 0"), Path::new("mingcha.toml")).unwrap().probes.per_day, 0);
        for (lines, place, word) in [
            ("per_day = 19", "5:1", "per_day 19"),
            ("per_day = 97", "5:1", "per_day 97"),
            ("limit_seconds = 14", "5:1", "limit_seconds 14"),
            ("control = [\"www.gov.cn\"]", "5:13", "control \"www.gov.cn\" is no http(s) address"),
        ] {
            let fault = fault_of(&with(lines));
            assert!(fault.starts_with(&format!("mingcha.toml:{place}: probes {word}")), "{fault}");
        }
    }

    #[test]
    fn the_store_of_evidence_is_a_folder_or_a_bucket() {
        let with = |store: &str| GOOD.replace("[[portal]]", &format!("[evidence]\nstore = \"{store}\"\n[[portal]]"));
        let bucket = |store: &str| {
            let settings = parse(&with(store), Path::new("mingcha.toml")).unwrap();
            settings.evidence.bucket().map(|(bucket, prefix)| (bucket.to_owned(), prefix.to_owned()))
        };
        assert_eq!(bucket("s3://office/city/evidence/"), Some(("office".to_owned(), "city/evidence".to_owned())));
        assert_eq!(bucket("s3://office"), Some(("office".to_owned(), String::new())));
        assert_eq!(bucket("/mnt/archive"), None);
        for store in ["s3://", "s3:///prefix", "ftp://office/x"] {
            let fault = fault_of(&with(store));
            assert!(fault.starts_with("mingcha.toml:5:10: evidence store"), "{fault}");
        }
    }

    #[test]
    fn an_attestation_names_a_unit_of_the_portal_and_a_year_at_most() {
        let with = |unit: &str, to: &str| {
            format!(
                "{GOOD}\n[[portal.attestations]]\nunit = \"{unit}\"\nchecks = [\"dual-publicity-stale\"]\nfrom = \"2022-04-01\"\n\
                 to = \"{to}\"\nby = \"市教育局办公室\"\non = \"2022-07-01\"\nsays = \"没有行政许可决定\"\n"
            )
        };
        let settings = parse(&with("市教育局", "2023-03-31"), Path::new("mingcha.toml")).unwrap();
        assert_eq!(settings.portals[0].attestations.len(), 1);
        for (unit, to, wrong) in [
            ("市民政局", "2022-06-30", "attestation 1 (unit): \"市民政局\" is no unit of this portal"),
            ("市教育局", "2022-03-31", "attestation 1 (to): 2022-03-31 is before 2022-04-01"),
            ("市教育局", "2023-04-01", "attestation 1 (to): 2022-04-01 to 2023-04-01 is longer than a year"),
        ] {
            let fault = fault_of(&with(unit, to));
            assert!(fault.contains(wrong), "{fault}");
        }
    }

    #[test]
    fn faults_name_their_place() {
        assert_eq!(
            fault_of(&GOOD.replace("http://jyj.heyuan.gov.cn/", "ftp://x/")),
            "mingcha.toml:7:8: portal \"jyj\": url \"ftp://x/\" is no http(s) address"
        );
        assert!(
            fault_of(&GOOD.replace("rulebook", "rulebok")).starts_with("mingcha.toml:2:1: unknown field `rulebok`")
        );
    }
}
