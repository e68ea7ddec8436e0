//! What a visit tells while it goes on, for a terminal.

use crate::model::{Cause, Load, PageKind};

/// One step of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    Began {
        /// Name of the portal.
        portal: String,
        url: String,
        /// Most pages that will be read.
        budget: usize,
    },
    Read {
        url: String,
        title: Option<String>,
        kind: PageKind,
        tally: Tally,
    },
    Failed {
        url: String,
        cause: Cause,
        tally: Tally,
    },
    /// Addresses that failed are asked for once more.
    SecondLook {
        addresses: usize,
    },
    /// Links that were not followed are asked for, to know whether they lead anywhere.
    Links {
        addresses: usize,
    },
    Ended {
        tally: Tally,
        /// Why the visit ended before everything that checks need was read.
        cut_short: Option<String>,
        load: Load,
    },
}

/// How far a visit is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub read: usize,
    pub failed: usize,
    pub waiting: usize,
    pub budget: usize,
}
