//! Hands out work to as many threads as the machine has; the answers come back in the order of the questions.

use std::{
    num::NonZero,
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread,
};

/// Below this many entries starting threads costs more than it saves.
const WORTH_A_THREAD: usize = 20_000;

/// About as many as a line of a log has.
pub const BYTES_AN_ENTRY: usize = 150;

/// The threads that share a piece of work.
#[derive(Clone, Copy, Debug)]
pub struct Crew {
    workers: usize,
}

impl Crew {
    /// As many as work on `entries` pays for.
    pub fn for_entries(entries: usize) -> Self {
        let most = thread::available_parallelism().map_or(1, NonZero::get);
        Self { workers: if entries < WORTH_A_THREAD { 1 } else { most } }
    }

    /// As many as reading so much JSON Lines pays for.
    pub fn for_bytes(bytes: usize) -> Self {
        Self::for_entries(bytes / BYTES_AN_ENTRY)
    }

    /// Does `work` on every item.
    pub fn each<I: Send, T: Send>(self, items: Vec<I>, work: impl Fn(I) -> T + Sync) -> Vec<T> {
        let workers = self.workers.min(items.len());
        if workers <= 1 {
            return items.into_iter().map(work).collect();
        }
        let queue = Mutex::new(items.into_iter().enumerate());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work_off = || {
            let mut done = Vec::new();
            while let Some((number, item)) = next() {
                done.push((number, work(item)));
            }
            done
        };
        let mut done = thread::scope(|scope| {
            let others: Vec<_> = (1..workers).map(|_| scope.spawn(work_off)).collect();
            let mut done = work_off();
            for other in others {
                done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            done
        });
        done.sort_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, answer)| answer).collect()
    }
}
