//! The queue: each job once, whatever happens to its worker.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use jiff::Timestamp;
use mingcha::{
    jobs::queue::{MOST_ATTEMPTS, Queue, Work, Workers},
    model::{JobKind, JobRequest},
};
use tokio::sync::{mpsc, oneshot};

const QUICK: Workers = Workers {
    at_once: 1,
    heartbeat: Duration::from_secs(1),
    missed: 1,
    look: Duration::from_millis(20),
    farewell: Duration::from_secs(5),
};

/// Far above what anything here takes, far below for ever.
const PATIENCE: Duration = Duration::from_secs(60);

fn job(portal: &str) -> JobRequest {
    let tick: Timestamp = "2026-06-01T17:30:00Z".parse().unwrap();
    JobRequest { kind: JobKind::Night, portal: portal.to_owned(), tick, as_of: None, asked_by: "schedule".into() }
}

async fn next(jobs: &mut mpsc::UnboundedReceiver<String>) -> String {
    tokio::time::timeout(PATIENCE, jobs.recv()).await.expect("a job in time").expect("a job")
}

/// A worker on the queue that tells which portals it begins, in a task of its own.
struct Worker {
    begun: mpsc::UnboundedReceiver<String>,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Worker {
    fn start(queue: &Queue, does: impl Fn(&str) -> anyhow::Result<()> + Send + Sync + 'static) -> Self {
        let (tell, begun) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let does = Arc::new(does);
        let work: Work = Arc::new(move |request| {
            let (tell, does) = (tell.clone(), Arc::clone(&does));
            async move {
                tell.send(request.portal.clone())?;
                does(&request.portal)
            }
            .boxed()
        });
        let queue = queue.clone();
        let task = tokio::spawn(async move { queue.work(QUICK, work, stopped.map(|_| ())).await });
        Self { begun, stop, task }
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.task).await.expect("an end in time").unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_same_key_twice_is_one_job() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::open(&folder.path().join("queue.db")).await.unwrap();
    queue.push(&job("jyj")).await.unwrap();
    queue.push(&job("jyj")).await.unwrap();
    queue.push(&JobRequest { tick: "2026-06-02T17:30:00Z".parse().unwrap(), ..job("jyj") }).await.unwrap();
    queue.push(&job("last")).await.unwrap();
    let mut worker = Worker::start(&queue, |_| Ok(()));
    let mut begun = [next(&mut worker.begun).await, next(&mut worker.begun).await, next(&mut worker.begun).await];
    begun.sort();
    assert_eq!(begun, ["jyj", "jyj", "last"], "jobs of one second come in any order");
    queue.push(&job("after")).await.unwrap();
    assert_eq!(next(&mut worker.begun).await, "after", "and no fourth");
    worker.end().await;
}

#[tokio::test]
async fn a_job_that_panics_or_fails_is_tried_again_and_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::open(&folder.path().join("queue.db")).await.unwrap();
    for portal in ["panics", "fails", "good"] {
        queue.push(&job(portal)).await.unwrap();
    }
    let mut worker = Worker::start(&queue, |portal| match portal {
        "panics" => panic!("a page with a nasty table"),
        "fails" => anyhow::bail!("the log is locked"),
        _ => Ok(()),
    });
    let mut begun = Vec::new();
    for _ in 0..2 * MOST_ATTEMPTS + 1 {
        begun.push(next(&mut worker.begun).await);
    }
    // Nothing is left: the next job is the one that comes next.
    queue.push(&job("after")).await.unwrap();
    assert_eq!(next(&mut worker.begun).await, "after");
    begun.sort();
    assert_eq!(begun, ["fails", "fails", "fails", "good", "panics", "panics", "panics"]);
    worker.end().await;
}

/// A worker in a runtime of its own that goes down in the middle of its first job, as a killed process does.
fn begin_and_die(path: &Path, begun: &Arc<AtomicUsize>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let (path, begun) = (path.to_owned(), Arc::clone(begun));
    runtime.spawn(async move {
        let queue = Queue::open(&path).await.unwrap();
        let work: Work = Arc::new(move |request| {
            begun.fetch_add(1, Ordering::SeqCst);
            tell.send(request.portal).unwrap();
            std::future::pending().boxed()
        });
        queue.work(QUICK, work, std::future::pending()).await.unwrap();
    });
    assert_eq!(told.recv_timeout(PATIENCE), Ok("jyj".to_owned()));
    // What the worker noted about its job is written a moment after the job begins.
    std::thread::sleep(Duration::from_millis(200));
    runtime.shutdown_background();
}

#[test]
fn a_job_whose_worker_died_goes_to_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let queue = runtime.block_on(Queue::open(&path)).unwrap();
    runtime.block_on(queue.push(&job("jyj"))).unwrap();
    begin_and_die(&path, &Arc::default());
    runtime.block_on(async {
        let mut worker = Worker::start(&queue, |_| Ok(()));
        assert_eq!(next(&mut worker.begun).await, "jyj");
        worker.end().await;
    });
}

#[test]
fn a_job_that_kills_its_process_every_time_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let queue = runtime.block_on(Queue::open(&path)).unwrap();
    runtime.block_on(queue.push(&job("jyj"))).unwrap();
    let begun = Arc::<AtomicUsize>::default();
    for _ in 0..MOST_ATTEMPTS {
        begin_and_die(&path, &begun);
    }
    assert_eq!(begun.load(Ordering::SeqCst), MOST_ATTEMPTS);
    runtime.block_on(async {
        let mut worker = Worker::start(&queue, |_| Ok(()));
        // The dead worker's job comes back after its missed heartbeat, two seconds at most, and is then refused.
        tokio::time::sleep(Duration::from_secs(4)).await;
        queue.push(&job("after")).await.unwrap();
        assert_eq!(next(&mut worker.begun).await, "after");
        worker.end().await;
    });
}
