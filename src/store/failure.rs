//! What can go wrong with the log, said with what to do about it.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::model::DecisionRefused;

/// A failure of the log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("cannot open the log {path}: {source}; check the path and its permissions")]
    Open { path: PathBuf, source: sqlx::Error },
    #[error("{path} is damaged or no log of mingcha ({what}); restore it from a backup, or name another data folder")]
    NoLog { path: PathBuf, what: String },
    #[error("cannot bring the log {path} up to date: {source}; is it from a newer mingcha?")]
    Migrate { path: PathBuf, source: sqlx::migrate::MigrateError },
    #[error("the log is damaged ({0}); restore it from a backup")]
    Damaged(String),
    #[error("the log could not be read or written: {0}")]
    Query(sqlx::Error),
    #[error("the log holds {what} that cannot be read back: {value:?}; run `mingcha log verify`")]
    Unreadable { what: &'static str, value: String },
    #[error("cannot write {what} as JSON: {source}")]
    Json { what: &'static str, source: serde_json::Error },
    #[error("there is no {what} {id:?} in the log")]
    Unknown { what: &'static str, id: String },
    #[error("{id}: {refused}")]
    Refused { id: String, refused: DecisionRefused },
    #[error("run {0:?} was taken over or finished by another process; its results here were not written")]
    TakenOver(String),
    #[error(
        "run {run} cannot be judged again: what it knew of other portals was removed by the rule of retention on {day}"
    )]
    NeighboursThinned { run: String, day: Date },
    #[error("entry {id:?} is already in the log with other content; give it another id")]
    EntryDiffers { id: String },
}

impl LogError {
    pub(super) fn open(path: &Path, source: sqlx::Error) -> Self {
        match damage(&source) {
            Some(what) => LogError::NoLog { path: path.to_owned(), what },
            None => LogError::Open { path: path.to_owned(), source },
        }
    }

    pub(super) fn migrate(path: &Path, source: sqlx::migrate::MigrateError) -> Self {
        match &source {
            sqlx::migrate::MigrateError::Execute(inner) => match damage(inner) {
                Some(what) => LogError::NoLog { path: path.to_owned(), what },
                None => LogError::Migrate { path: path.to_owned(), source },
            },
            _ => LogError::Migrate { path: path.to_owned(), source },
        }
    }

    /// True where the caller named something that does not exist or asked for what is not possible.
    pub fn is_wrong_input(&self) -> bool {
        matches!(self, LogError::Unknown { .. } | LogError::Refused { .. } | LogError::EntryDiffers { .. })
    }
}

impl From<sqlx::Error> for LogError {
    fn from(error: sqlx::Error) -> Self {
        match damage(&error) {
            Some(what) => LogError::Damaged(what),
            None => LogError::Query(error),
        }
    }
}

/// SQLite's own words where it says that the file is broken (CORRUPT 11, NOTADB 26).
fn damage(error: &sqlx::Error) -> Option<String> {
    let database = error.as_database_error()?;
    let code: i64 = database.code()?.parse().ok()?;
    matches!(code & 0xff, 11 | 26).then(|| database.message().to_owned())
}
