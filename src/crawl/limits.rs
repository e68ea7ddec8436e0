//! What a visit may cost at most. Every limit that is met is named in the visit's note.

use std::time::Duration;

use crate::{fetch::Client, model::Portal};

/// The bounds of one visit.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Addresses asked for, answered or not.
    pub pages: usize,
    /// Clicks from the home page for what no check needs; lists that checks need may go three times as deep.
    pub depth: u32,
    /// Bytes of bodies, after decompression.
    pub bytes: u64,
    pub wall_clock: Duration,
    /// Addresses that wait at the same time; what no check needs is dropped first.
    pub waiting: usize,
    /// Pages of one shape (`/cal?m=N`) that brought nothing new, before the shape is given up.
    pub barren: usize,
    /// Different links that are kept of all pages together; a portal that shows more makes them up.
    pub links: usize,
    /// Rest before the second look.
    pub second_look_pause: Duration,
    /// Addresses that get a second look.
    pub second_looks: usize,
    /// So many failures of the host itself in a row end the visit.
    pub dead_after: usize,
    /// Attached files of the portal itself that are asked for.
    pub attachments: usize,
    /// Links to other hosts that are asked for.
    pub outward_links: usize,
    /// For asking where links lead.
    pub links_clock: Duration,
}

impl Limits {
    /// The limits of that portal's configuration.
    pub fn of(portal: &Portal, client: &Client) -> Self {
        Self {
            pages: portal.max_pages,
            depth: 6,
            bytes: (portal.max_pages as u64 * 64 * 1024).max(1024 * 1024 * 1024),
            wall_clock: Duration::from_secs(3 * 3600),
            waiting: portal.max_pages.max(20_000),
            barren: 20,
            links: (portal.max_pages * 60).max(300_000),
            second_look_pause: client.settings().first_pause * 2,
            second_looks: 40,
            dead_after: 8,
            attachments: 200,
            outward_links: client.settings().outward_links,
            links_clock: Duration::from_secs(30 * 60),
        }
    }
}
