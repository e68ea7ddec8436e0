//! Whether a portal answers over IPv6. Asked only where we ourselves reach others that way: otherwise it is our network
//! that is found wanting.

use std::{
    net::{Ipv6Addr, UdpSocket},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use url::Url;

use super::{Client, Patience, client::Asking, failure::cause_of_answer, http};
use crate::model::{Cause, Ipv6Look, whole_microseconds};

/// So long what the control host showed is believed.
const BELIEVED: Duration = Duration::from_secs(3600);
/// A name server of 阿里云, only to ask our own machine whether it knows a way there; nothing is sent.
const SOMEWHERE: Ipv6Addr = Ipv6Addr::new(0x2400, 0x3200, 0, 0, 0, 0, 0, 1);

/// Our own way into IPv6. Clones share what was found out.
#[derive(Clone, Debug, Default)]
pub struct Uplink {
    way: Way,
    known: Arc<Mutex<Option<(Instant, bool)>>>,
}

#[derive(Clone, Debug, Default)]
enum Way {
    #[default]
    None,
    Sure,
    /// As long as this address answers over it.
    Proven(String),
}

impl Uplink {
    /// There is none.
    pub fn none() -> Self {
        Self::default()
    }

    /// There is one, as somebody who knows the network says.
    pub fn sure() -> Self {
        Self { way: Way::Sure, ..Self::default() }
    }

    /// There is one where that address answers over it.
    pub fn proven_by(control: &str) -> Self {
        Self { way: Way::Proven(control.to_owned()), ..Self::default() }
    }

    fn known(&self) -> Option<bool> {
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.filter(|(at, _)| at.elapsed() < BELIEVED).map(|(_, there)| there)
    }

    fn learn(&self, there: bool) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), there));
    }
}

impl Client {
    /// How the address answers over IPv6: its name is looked up, and it is asked for once. None for an address without a
    /// name.
    pub async fn over_ipv6(&self, url: &str) -> Option<Ipv6Look> {
        let url = Url::parse(url).ok()?;
        let host = url.domain()?.to_owned();
        let look = Ipv6Look { host, at: Some(whole_microseconds(self.now())), ..Ipv6Look::default() };
        let guard = self.guard.over_ipv6();
        let http = http::build(self.settings(), &guard, true).ok()?;
        if !self.has_ipv6_uplink(&http).await {
            return Some(look);
        }
        let look = Ipv6Look { uplink: true, ..look };
        match guard.has_ipv6_address(&look.host).await {
            Ok(false) => return Some(look),
            Ok(true) => {}
            Err(error) => return Some(Ipv6Look { cause: Some(Cause::Dns), detail: error.to_string(), ..look }),
        }
        let look = Ipv6Look { has_address: true, ..look };
        Some(match self.ask_through(&http, &url, Patience::Once, Asking::Opening).await {
            Ok((answer, next)) => {
                let (capture, _) = self.capture(url.as_str(), answer, 1);
                let cause = if next.is_some() { None } else { cause_of_answer(&capture) };
                Ipv6Look { status: capture.status, cause, ..look }
            }
            Err(failure) => Ipv6Look { cause: Some(failure.cause), detail: failure.detail, ..look },
        })
    }

    async fn has_ipv6_uplink(&self, http: &reqwest::Client) -> bool {
        let uplink = &self.settings().ipv6;
        let control = match &uplink.way {
            Way::None => return false,
            Way::Sure => return true,
            Way::Proven(control) => control,
        };
        if let Some(known) = uplink.known() {
            return known;
        }
        let there = match Url::parse(control) {
            Ok(url) if knows_a_way() => self.ask_through(http, &url, Patience::Once, Asking::Head).await.is_ok(),
            _ => false,
        };
        uplink.learn(there);
        there
    }
}

/// Whether this machine has a route to the public IPv6 network.
fn knows_a_way() -> bool {
    UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).and_then(|socket| socket.connect((SOMEWHERE, 53))).is_ok()
}
