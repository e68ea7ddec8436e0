//! The office's folder: what the commands that work on the log open, each by the settings.
//!
//! `<data>/log.db` the log, `<data>/queue.db` the queue, `<data>/evidence/` the captures.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::{Global, WrongInput};
use crate::{
    config::{self, Settings},
    jobs::queue::Queue,
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

    pub fn log_path(&self) -> PathBuf {
        self.settings.data.join("log.db")
    }

    fn make_folder(&self) -> anyhow::Result<()> {
        let folder = &self.settings.data;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))
    }
}

/// Marks what the caller got wrong (an unknown id, a decision that cannot be taken) as wrong input.
pub fn told(error: LogError) -> anyhow::Error {
    if error.is_wrong_input() { WrongInput(error.to_string()).into() } else { error.into() }
}
