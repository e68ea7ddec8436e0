//! The queue of portals' nights and probes: kept in a SQLite file of its own, taken by workers of any process on it.
//!
//! What the queue library leaves open is closed here: a panic would leave its job running for good, so it becomes
//! an error; a job that kills its process is given out again for ever, so its attempts are counted here; a job is
//! fetched only when it can be begun, so that no worker sits on work; worker names are never used twice.

use std::{
    any::Any,
    future::Future,
    panic::AssertUnwindSafe,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use apalis::prelude::{
    AbortError, Attempt, BackendExt, BoxDynError, Data, Monitor, ParallelizeExt, TaskBuilder, TaskSink, WorkerBuilder,
    WorkerBuilderExt,
};
use apalis_core::backend::Vacuum;
use apalis_sqlite::{Config, SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteStorage};
use futures_util::{FutureExt, future::BoxFuture};
use jiff::Timestamp;

use crate::model::{JobKind, JobRequest};

/// Names of the lanes in the queue's file; part of what is stored. A probe does not wait behind nights of hours.
const NIGHTS: &str = "portal-night";
const PROBES: &str = "portal-probe";

/// Home pages probed at the same time, beside the nights.
const PROBES_AT_ONCE: usize = 8;

/// How often a job is begun at most, whatever ends it: an error, a panic, or the end of its process.
pub const MOST_ATTEMPTS: usize = 3;

/// What a worker does with a job.
pub type Work = Arc<dyn Fn(JobRequest) -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;

/// How workers behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workers {
    /// Portals visited at the same time; probes come on top.
    pub at_once: usize,
    /// A worker shows a sign of life this often; after [`Workers::missed`] missing ones its jobs go to others.
    pub heartbeat: Duration,
    pub missed: usize,
    /// How often the queue is looked at.
    pub look: Duration,
    /// How long a job under way is waited for when the program is told to end.
    pub farewell: Duration,
}

impl Default for Workers {
    fn default() -> Self {
        Self {
            at_once: 2,
            heartbeat: Duration::from_secs(15),
            missed: 4,
            look: Duration::from_secs(2),
            farewell: Duration::from_secs(20),
        }
    }
}

/// A handle on the queue; cheap to clone.
#[derive(Clone, Debug)]
pub struct Queue {
    pool: SqlitePool,
}

impl Queue {
    /// Opens the queue at `path`, and makes it where there is none.
    pub async fn open(path: &Path) -> anyhow::Result<Queue> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "NORMAL")
            .busy_timeout(Duration::from_secs(30));
        let what = || format!("cannot open the queue {}; it may be removed while nothing runs", path.display());
        // One connection: the library's transactions upgrade from reading to writing, which only a lone one may.
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.with_context(what)?;
        // Not `SqliteStorage::setup`: it would switch off that what is written reaches the disk.
        SqliteStorage::migrations().run(&pool).await.with_context(what)?;
        Ok(Queue { pool })
    }

    /// Adds a job, once for each key: a request with a known key is silently the same job.
    pub async fn push(&self, request: &JobRequest) -> anyhow::Result<()> {
        let task = TaskBuilder::new(request.clone()).idempotency_key(request.key()).max_attempts(MOST_ATTEMPTS).build();
        let mut storage = self.storage(Workers::default(), lane(request.kind));
        storage.push_task(task).await.with_context(|| format!("cannot queue the visit to {:?}", request.portal))
    }

    /// Removes what is done, of both lanes. The log knows what was done, so that a key which comes again does no harm.
    pub async fn forget_done(&self) -> anyhow::Result<()> {
        let removed = self.storage(Workers::default(), PROBES).vacuum().await;
        removed.context("cannot clear the queue of jobs that are done").map(drop)
    }

    /// Works until `stop` resolves, then waits for what is under way. Jobs that cannot be ended in time are
    /// given out again later.
    pub async fn work(
        &self,
        workers: Workers,
        work: Work,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let worker = |lane, at_once| {
            let (queue, work) = (self.clone(), Arc::clone(&work));
            move |_| {
                let storage = queue.storage(workers, lane).poll_with_interval(workers.look);
                WorkerBuilder::new(worker_name())
                    .backend(storage)
                    .data(Arc::clone(&work))
                    .concurrency(at_once)
                    .parallelize(tokio::spawn)
                    .build(handle)
            }
        };
        let monitor = Monitor::new()
            .register(worker(NIGHTS, workers.at_once))
            .register(worker(PROBES, PROBES_AT_ONCE))
            .should_restart(|worker, error| {
                tracing::warn!("worker {} begins again after: {error}", worker.name());
                true
            })
            .shutdown_timeout(workers.farewell);
        monitor.run_with_signal(stop.map(Ok)).await.context("the workers of the queue ended")
    }

    fn storage(&self, workers: Workers, lane: &str) -> SqliteStorage<JobRequest> {
        let config = Config::default()
            .queue(lane)
            .batch_size(1)
            .heartbeat_interval(workers.heartbeat)
            .missed_heartbeats(workers.missed);
        SqliteStorage::new(&self.pool).with_config(config)
    }
}

fn lane(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Night => NIGHTS,
        JobKind::Probe => PROBES,
    }
}

async fn handle(request: JobRequest, attempt: Attempt, work: Data<Work>) -> Result<(), BoxDynError> {
    let attempt = attempt.current();
    // The library counts only errors; an attempt that ended its process comes back whatever its number.
    if attempt > MOST_ATTEMPTS {
        tracing::error!(portal = request.portal, attempt, "the visit failed too often and is given up");
        return Err(AbortError::new(format!("given up after {MOST_ATTEMPTS} attempts")).into());
    }
    let portal = request.portal.clone();
    let result = match AssertUnwindSafe(work(request)).catch_unwind().await {
        Ok(result) => result,
        Err(panic) => Err(anyhow::anyhow!("the visit panicked: {}", panic_text(panic.as_ref()))),
    };
    result.map_err(|error| {
        tracing::error!(portal, attempt, "the visit failed: {error:#}");
        format!("{error:#}").into()
    })
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a text")
}

/// Never used twice: the library refuses a name that another worker, even a dead one, carried a moment ago.
fn worker_name() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("mingcha-{}-{}-{number}", std::process::id(), Timestamp::now().as_nanosecond())
}
