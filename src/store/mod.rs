//! The only owner of SQL. One file a table group. Stores and reads; decides nothing.
//!
//! [`Log`] is a cheap handle that every room may clone. What must happen together is written through
//! [`Night`] (the end of a portal's night) or inside one method here; both take the one writer's lock first, so
//! that what they read stays true until they commit.

mod as_of;
mod captures;
mod cells;
mod documents_seen;
mod entries;
mod events;
mod failure;
mod findings;
mod neighbours;
mod night;
mod night_numbers;
mod outcomes;
mod probes;
mod runs;
mod suspicion;
mod thinning;
mod told;
mod verify;

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub use captures::{StoredPage, StoredVisit};
pub use documents_seen::Memory;
pub use entries::{EntryFilter, Imported};
pub use failure::LogError;
pub use findings::{Counts, FindingFilter};
pub use night::{MACHINE, Night};
pub use night_numbers::NightNumbers;
pub use probes::ProbeLoad;
pub use runs::{LoadStatement, NightSummary};
pub use thinning::Thinning;
pub use verify::{Fault, Verified};

/// Shorthand of this room.
pub type Result<T> = std::result::Result<T, LogError>;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a writer waits for another one before it gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The findings log of one office.
#[derive(Clone, Debug)]
pub struct Log {
    pool: SqlitePool,
}

impl Log {
    /// Opens the log at `path`, creates it where there is none, and brings its tables up to date.
    pub async fn open(path: &Path) -> Result<Log> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let open = |source| LogError::open(path, source);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.map_err(open)?;
        MIGRATIONS.run(&pool).await.map_err(|error| LogError::migrate(path, error))?;
        Ok(Log { pool })
    }

    /// Number of the newest migration this log has.
    pub async fn version(&self) -> Result<i64> {
        let version = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&self.pool).await?;
        Ok(version)
    }

    /// Closes all connections; the log file is then complete by itself.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// A transaction that holds the writer's lock from its first moment.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// Functions of this room that take part in a transaction take this.
type Connection = SqliteConnection;
