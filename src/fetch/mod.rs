//! The only owner of the HTTP client and of the browser. It asks a portal for one address at a time: politely, within limits of time
//! and size, and it names what went wrong. What an answer means is for `observe`; which address is next, for `crawl`.
//!
//! The way of a request, one file a step: [`robots`] may it be asked, [`throttle`] when, [`names`] and [`address_guard`] where
//! to, [`redirect`] and on to where, [`body`] how much of it, [`failure`] what went wrong, [`retry`] and again when.
//! [`old_tls`] gets through to servers of old; [`tlcp`] tells those that speak only 国密; [`validators`] ask for what may not have changed; [`reach`] asks only whether there is anything; [`ipv6`] asks the other way round; [`certificate`] notes how long a portal may still be trusted; [`ledger`] counts what the
//! portal had to bear; [`stopwatch`], how long it took. [`browser`] runs the scripts of pages that show nothing without them; what they ask for goes the
//! same way.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use jiff::Timestamp;
use url::Url;

use crate::model::{Portal, Window};

mod address_guard;
mod body;
mod browser;
mod certificate;
#[cfg(feature = "browser")]
mod chromium;
mod client;
mod clock;
mod failure;
mod gzip_file;
mod http;
mod ipv6;
mod ledger;
mod names;
mod old_tls;
mod reach;
mod redirect;
#[cfg(feature = "browser")]
mod rendering;
mod retry;
mod robots;
mod stopwatch;
mod throttle;
mod tlcp;
mod validators;

pub use browser::{Browser, BrowserSettings, Rendering};
pub use client::{Client, Patience, Unusable};
pub use failure::{cause_of_answer, is_transient};
pub use gzip_file::unpacked;
pub use ipv6::Uplink;
pub use names::Names;
pub use robots::{RobotsAccess, RobotsRecord};
pub use stopwatch::Took;
pub use throttle::Politeness;
pub use validators::Validators;

/// As much of a page is read where only the question is whether it opens.
const MOST_OF_ONE_ATTEMPT: u64 = 2 * 1024 * 1024;

/// How a client behaves. One client serves one visit to one portal: its ledger is that visit's load statement.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Sent to every portal: who asks, and how to reach them. The part before `/` is the name in robots.txt.
    pub user_agent: String,
    /// Requests a second to one host, at most; 0 counts as 1.
    pub rate_per_host: u32,
    /// Requests a second to one machine (IP address), whatever portals it carries; `None`: no more than to one host.
    pub rate_per_machine: Option<u32>,
    /// Requests to one host, and to one machine, at the same time; never more than the rate.
    pub concurrency_per_host: usize,
    /// Clients whose settings share this are polite together: their requests to one host or one machine count as one
    /// client's. Clones of settings share it.
    pub politeness: Politeness,
    /// For the TCP and TLS handshakes.
    pub connect_timeout: Duration,
    /// From asking to the end of the answer's head, handshakes included.
    pub head_timeout: Duration,
    /// Longest silence within a body.
    pub idle_timeout: Duration,
    /// For one answer from asking to its last byte.
    pub total_timeout: Duration,
    /// The second look at a failed address gets this many times the head, idle and total time.
    pub second_look_factor: u32,
    /// Longest body, counted after decompression; what is longer is cut there and marked.
    pub max_bytes: u64,
    pub max_redirects: usize,
    /// How many times an address is asked when the trouble may pass by itself.
    pub attempts: u32,
    /// Pause before the second attempt; doubles with each further one.
    pub first_pause: Duration,
    /// A host that asks for a longer pause than this (Retry-After) is not asked again by this client until it is over.
    pub longest_pause: Duration,
    /// Crawl-delay of robots.txt is honoured up to this.
    pub longest_crawl_delay: Duration,
    pub obey_robots: bool,
    /// Hours in which portals may be asked; none: always.
    pub window: Option<Window>,
    /// Sends a host name to a fixed address and port, whatever DNS says; such hosts may be loopback.
    /// The port applies to URLs that name none.
    pub resolve: BTreeMap<String, SocketAddr>,
    /// Finds the addresses of all other hosts.
    pub names: Names,
    /// Certificates (DER) of authorities that are trusted beside those of the system, such as a government's own.
    pub authorities: Vec<Vec<u8>>,
    /// Until when the certificates of these hosts are valid, where it is stated rather than shown: the demo's portals
    /// are served without TLS.
    pub stated_certificates: BTreeMap<String, Timestamp>,
    /// Allows loopback and private addresses (a portal inside the office network).
    pub allow_private: bool,
    /// Where private addresses are allowed: only for this host, and those below it.
    pub private_around: Option<String>,
    /// A pretended moment at which the client begins to exist; the demo's nights lie in the past. `None`: the real time.
    pub clock: Option<Timestamp>,
    /// Links to other hosts that a visit asks for, to know whether they lead anywhere; 0: nobody but the portal is asked.
    pub outward_links: usize,
    /// Our own way into IPv6, without which nobody is asked over it.
    pub ipv6: Uplink,
    /// Shows what only scripts can show; `None`: such pages cannot be measured.
    pub browser: Option<Browser>,
    /// The run the captures belong to; goes into their ids.
    pub run: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: format!("mingcha/{} (government openness inspection)", env!("CARGO_PKG_VERSION")),
            rate_per_host: 1,
            rate_per_machine: None,
            politeness: Politeness::default(),
            concurrency_per_host: 1,
            connect_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_secs(60),
            second_look_factor: 3,
            max_bytes: 8 * 1024 * 1024,
            max_redirects: 5,
            attempts: 3,
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(120),
            longest_crawl_delay: Duration::from_secs(10),
            obey_robots: true,
            window: None,
            resolve: BTreeMap::new(),
            names: Names::default(),
            authorities: Vec::new(),
            stated_certificates: BTreeMap::new(),
            allow_private: false,
            private_around: None,
            clock: None,
            outward_links: 0,
            ipv6: Uplink::none(),
            browser: None,
            run: String::new(),
        }
    }
}

impl Settings {
    /// These settings for one attempt to open a page within `limit`: a single request at any hour, as a person makes it,
    /// never repeated. robots.txt, which is for those who follow links, would be a second one.
    pub fn for_one_attempt(self, limit: Duration) -> Self {
        Self {
            connect_timeout: limit,
            head_timeout: limit,
            idle_timeout: limit,
            total_timeout: limit,
            max_bytes: self.max_bytes.min(MOST_OF_ONE_ATTEMPT),
            attempts: 1,
            obey_robots: false,
            window: None,
            browser: None,
            ..self
        }
    }

    /// These settings with what the portal's own configuration says: its rate, its hours and whether it may be private.
    pub fn for_portal(mut self, portal: &Portal) -> Self {
        self.rate_per_host = portal.rate;
        self.window = portal.window.or(self.window);
        if portal.allow_private && !self.allow_private {
            self.allow_private = true;
            // A portal of the office network must not lead to the other machines there.
            self.private_around = Url::parse(&portal.url).ok().and_then(|url| url.host_str().map(str::to_owned));
        }
        self
    }
}
