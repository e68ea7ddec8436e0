//! The office's folder: what the commands that work on the log open, each by the settings.
//!
//! `<data>/log.db` the log, `<data>/queue.db` the queue, `<data>/evidence/` the captures.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use jiff::SignedDuration;

use super::{Global, WrongInput};
use crate::{
    catalog::{Catalog, attestations, files, pins},
    config::{self, Evidence, Settings},
    demo::{Server, canary},
    evidence::{Archive, Bucket, Depot, Place},
    fetch,
    jobs::{night::Tools, probe::Prober, probe_slots::Slots, queue::Queue, thinning::Rule},
    model::Portal,
    store::{Log, LogError},
};

/// The configuration that is read where `--config` names none.
const USUAL_CONFIG: &str = "mingcha.toml";

/// An office with its settings.
pub struct Office {
    pub settings: Settings,
}

impl Office {
    /// Reads the settings `--config` names, or those in the current folder.
    pub fn open(global: &Global) -> anyhow::Result<Office> {
        let path = global.config.as_deref().unwrap_or(Path::new(USUAL_CONFIG));
        let settings = config::load(path).map_err(|error| WrongInput(error.to_string()))?;
        Ok(Office { settings })
    }

    /// The log, made where there is none.
    pub async fn log(&self) -> anyhow::Result<Log> {
        self.make_folder()?;
        Ok(Log::open(&self.log_path()).await?)
    }

    /// The queue, made where there is none.
    pub async fn queue(&self) -> anyhow::Result<Queue> {
        self.make_folder()?;
        Queue::open(&self.settings.data.join("queue.db")).await
    }

    /// The evidence of all nights.
    pub fn archive(&self) -> anyhow::Result<Archive> {
        let archive = Archive::open(&self.settings.data.join("evidence"))?;
        let Some(place) = self.evidence_store()? else { return Ok(archive) };
        let depot = Depot::open(&place).map_err(|error| WrongInput(error.to_string()))?;
        Ok(archive.with_depot(depot))
    }

    /// Where the evidence of ended nights goes; none: it stays.
    fn evidence_store(&self) -> anyhow::Result<Option<Place>> {
        let evidence = &self.settings.evidence;
        let Some((bucket, prefix)) = evidence.bucket() else {
            return Ok(evidence.store.as_ref().map(|folder| Place::Folder(folder.into())));
        };
        let key = |name: &str| {
            let value = std::env::var(name).ok().filter(|value| !value.is_empty());
            value.ok_or_else(|| WrongInput(format!("the evidence store s3://{bucket} needs its key: set {name}")))
        };
        Ok(Some(Place::Bucket(Bucket {
            name: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: evidence.endpoint.clone(),
            region: evidence.region.clone(),
            in_host: evidence.bucket_in_host,
            key: key("AWS_ACCESS_KEY_ID")?,
            secret: key("AWS_SECRET_ACCESS_KEY")?,
            token: key("AWS_SESSION_TOKEN").ok(),
        })))
    }

    /// How long evidence is kept.
    pub fn evidence_rule(&self) -> Rule {
        let Evidence { keep_nights: nights, keep_finding_days: finding_days, .. } = self.settings.evidence;
        Rule { nights, finding_days }
    }

    /// How long probes are kept: for as long at least as nights can be judged again, and a week before those.
    pub fn keep_probes(&self) -> SignedDuration {
        let days = self.settings.probes.keep_days.max(self.settings.evidence.keep_nights.saturating_add(8));
        SignedDuration::from_hours(24 * i64::from(days))
    }

    /// What probes home pages, beside the nights of `tools` and as politely.
    pub fn prober(&self, tools: &Tools) -> Prober {
        let probes = &self.settings.probes;
        Prober {
            log: tools.log.clone(),
            catalog: Arc::clone(&tools.catalog),
            fetch: tools.fetch.clone(),
            slots: Slots::new(probes.per_day),
            limit: Duration::from_secs(probes.limit_seconds),
            control: probes.control.clone(),
        }
    }

    /// The rules, from the folder the settings name or built in, with the office's overlay and readings.
    pub fn catalog(&self) -> anyhow::Result<Catalog> {
        self.catalog_from(self.settings.checks.as_deref())
    }

    /// The rules of another folder, with the office's overlay and readings.
    pub fn catalog_from(&self, folder: Option<&Path>) -> anyhow::Result<Catalog> {
        let mut catalog = catalog(folder)?;
        for portal in &self.settings.portals {
            if let Some(name) = pins::unknown_names(portal, &catalog.lexicon).first() {
                let message = format!(
                    "the configuration of portal {:?} speaks of the column {name:?}, which word-lists/columns.yaml does \
                     not know; write a standard name, or add it to the word list",
                    portal.id
                );
                return Err(WrongInput(message).into());
            }
            if let Some(fault) = attestations::fault(portal, &catalog.checks, &catalog.lexicon) {
                return Err(WrongInput(fault).into());
            }
        }
        if let Some(path) = &self.settings.overlay {
            let name = path.display().to_string();
            catalog.lay(&name, &text_file(path)?).map_err(|problems| WrongInput(problems.to_string()))?;
        }
        for switch in &self.settings.readings {
            catalog
                .switch(&self.settings.rulebook, switch)
                .map_err(|message| WrongInput(format!("the configuration's reading {switch:?}: {message}")))?;
        }
        Ok(catalog)
    }

    /// Everything nights need, the canary included; it is served as long as the server is kept.
    pub async fn tools_with_canary(&self) -> anyhow::Result<(Tools, Option<Server>)> {
        let tools = self.tools().await?;
        if !self.settings.crawl.canary {
            return Ok((tools, None));
        }
        let (canary, server) = canary::start().await?;
        Ok((Tools { canary: Some(canary), ..tools }, Some(server)))
    }

    /// Everything a night needs.
    pub async fn tools(&self) -> anyhow::Result<Tools> {
        let fetch = fetch::Settings {
            user_agent: user_agent(&self.settings.contact),
            concurrency_per_host: self.settings.crawl.connections,
            rate_per_machine: self.settings.crawl.rate_per_machine,
            window: self.settings.crawl.window,
            outward_links: self.settings.crawl.outward_links,
            ipv6: match self.settings.crawl.ipv6 {
                Some(true) => fetch::Uplink::sure(),
                Some(false) => fetch::Uplink::none(),
                None => fetch::Uplink::proven_by(&self.settings.crawl.ipv6_control),
            },
            browser: self.browser(),
            ..fetch::Settings::default()
        };
        Ok(Tools {
            log: self.log().await?,
            archive: self.archive()?,
            catalog: Arc::new(self.catalog()?),
            fetch,
            canary: None,
        })
    }

    fn browser(&self) -> Option<fetch::Browser> {
        let config::Browser { program, max_pages, timeout_seconds } = self.settings.browser.clone();
        fetch::Browser::find(&fetch::BrowserSettings {
            program,
            max_pages,
            timeout: Duration::from_secs(timeout_seconds),
        })
    }

    /// Those of [`Office::portals`] that have an address to visit. One that is named and has none is wrong input.
    pub fn portals_to_visit(&self, ids: &[String]) -> anyhow::Result<Vec<&Portal>> {
        let mut portals = self.portals(ids)?;
        if let Some(waiting) = portals.iter().find(|portal| !ids.is_empty() && !portal.has_address()) {
            let message = format!("portal {:?} has no address yet; fill in its url in the configuration", waiting.id);
            return Err(WrongInput(message).into());
        }
        portals.retain(|portal| portal.has_address());
        Ok(portals)
    }

    /// The portals of these ids, or all where none is named.
    pub fn portals(&self, ids: &[String]) -> anyhow::Result<Vec<&Portal>> {
        let all = &self.settings.portals;
        if all.is_empty() {
            return Err(WrongInput("the configuration names no portal; add [[portal]]".into()).into());
        }
        if ids.is_empty() {
            return Ok(all.iter().collect());
        }
        let find = |id: &String| {
            all.iter().find(|portal| portal.id == *id).ok_or_else(|| {
                let known: Vec<_> = all.iter().map(|portal| portal.id.as_str()).collect();
                WrongInput(format!("no portal {id:?} in the configuration; it names {}", known.join(", "))).into()
            })
        };
        ids.iter().map(find).collect()
    }

    pub fn log_path(&self) -> PathBuf {
        self.settings.data.join("log.db")
    }

    fn make_folder(&self) -> anyhow::Result<()> {
        let folder = &self.settings.data;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))
    }
}

/// The text of a file somebody named.
pub fn text_file(path: &Path) -> anyhow::Result<String> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| WrongInput(format!("cannot read {name}: {error}")))?;
    Ok(files::decode(&name, bytes).map_err(|problem| WrongInput(problem.to_string()))?)
}

/// The rules of a folder, or the built-in ones; a defect in them is wrong input.
pub fn catalog(folder: Option<&Path>) -> anyhow::Result<Catalog> {
    Ok(Catalog::load(folder).map_err(|problems| WrongInput(problems.to_string()))?)
}

/// Says to portals who asks and how to reach them. Headers carry ASCII only; the rest is percent-encoded.
pub fn user_agent(contact: &str) -> String {
    let mut encoded = String::new();
    for byte in contact.bytes() {
        if byte == b' ' || byte.is_ascii_graphic() {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("mingcha/{} (government openness inspection; {encoded})", env!("CARGO_PKG_VERSION"))
}

/// Marks what the caller got wrong (an unknown id, a decision that cannot be taken) as wrong input.
pub fn told(error: LogError) -> anyhow::Error {
    if error.is_wrong_input() { WrongInput(error.to_string()).into() } else { error.into() }
}
