//! Where a connection may go. A portal's DNS or redirect must not lead the crawler into the office network or to the
//! metadata service of a cloud: addresses are checked after resolution, at the moment of connecting, so that a name
//! that changes its address in between (DNS rebinding) gains nothing.

use std::{
    collections::{BTreeMap, HashMap},
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::{failure::Failure, names::Names};
use crate::model::Cause;

/// Resolves names, and refuses addresses that are nobody's public portal.
#[derive(Clone)]
pub(super) struct AddressGuard {
    /// Host names (lower case) with the address and port they are sent to.
    fixed: Arc<BTreeMap<String, SocketAddr>>,
    names: Names,
    private: Private,
    /// True where only IPv6 addresses count.
    only_ipv6: bool,
    /// The machine behind each host name, as it was first seen.
    machines: Arc<Mutex<HashMap<String, IpAddr>>>,
}

/// Which hosts may have private addresses.
#[derive(Clone, Debug)]
pub(super) enum Private {
    Nobody,
    Anybody,
    /// That host, and those beside and below it.
    Around(String),
}

impl Private {
    pub(super) fn of(allowed: bool, around: Option<&str>) -> Self {
        match (allowed, around) {
            (false, _) => Self::Nobody,
            (true, None) => Self::Anybody,
            (true, Some(host)) => Self::Around(host.to_ascii_lowercase()),
        }
    }

    /// A portal of the office network leads on to its neighbours there, not to the machines of the office.
    fn holds(&self, host: &str) -> bool {
        match self {
            Self::Nobody => false,
            Self::Anybody => true,
            Self::Around(own) => {
                let site = own.strip_prefix("www.").unwrap_or(own);
                host == own || host == site || (site.contains('.') && host.ends_with(&format!(".{site}")))
            }
        }
    }
}

/// The name leads only to addresses that may not be visited.
#[derive(Debug)]
pub(super) struct AddressRefused {
    pub(super) host: String,
    pub(super) address: IpAddr,
}

impl fmt::Display for AddressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, address } = self;
        write!(f, "{host} 指向 {address}，不是公网地址；确属内网网站的，须在配置中写明 allow_private")
    }
}

impl std::error::Error for AddressRefused {}

impl AddressGuard {
    pub(super) fn new(fixed: &BTreeMap<String, SocketAddr>, names: Names, private: Private) -> Self {
        let fixed = fixed.iter().map(|(host, address)| (host.to_ascii_lowercase(), *address)).collect();
        Self { fixed: Arc::new(fixed), names, private, only_ipv6: false, machines: Arc::default() }
    }

    /// The same rules, for connections over IPv6 alone.
    pub(super) fn over_ipv6(&self) -> Self {
        Self { only_ipv6: true, ..self.clone() }
    }

    /// Whether the name has an IPv6 address, where it can be found out.
    pub(super) async fn has_ipv6_address(&self, host: &str) -> io::Result<bool> {
        let host = host.to_ascii_lowercase();
        match self.fixed.get(&host) {
            Some(fixed) => Ok(fixed.is_ipv6()),
            None => Ok(self.names.addresses_of(&host).await?.iter().any(IpAddr::is_ipv6)),
        }
    }

    /// The machine that answers for the address, for politeness: portals that share one share its patience. Not what
    /// the connection is made to; that is resolved and checked anew.
    pub(super) async fn machine_of(&self, url: &Url, patience: Duration) -> Result<IpAddr, Failure> {
        let host = match url.host() {
            Some(Host::Ipv4(address)) => return Ok(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => return Ok(IpAddr::V6(address)),
            Some(Host::Domain(host)) => host.to_ascii_lowercase(),
            None => return Err(Failure::new(Cause::BadAddress, format!("{url} 没有主机名"))),
        };
        if let Some(known) = self.machines.lock().unwrap_or_else(PoisonError::into_inner).get(&host) {
            return Ok(*known);
        }
        let found = match tokio::time::timeout(patience, self.addresses_of(&host)).await {
            Ok(Ok(found)) => found,
            Ok(Err(fault)) => return Err(fault.into()),
            Err(_) => return Err(Failure::new(Cause::Dns, format!("{}毫秒内未能解析域名", patience.as_millis()))),
        };
        // Names with several addresses are answered in changing order; the smallest stands for all.
        let Some(machine) = found.iter().map(SocketAddr::ip).min() else {
            return Err(Failure::new(Cause::Dns, format!("{host} 没有地址")));
        };
        self.machines.lock().unwrap_or_else(PoisonError::into_inner).insert(host, machine);
        Ok(machine)
    }

    /// Checks an address written in the URL itself: the resolver is never asked about those.
    pub(super) fn check_literal(&self, url: &Url) -> Result<(), AddressRefused> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            _ => return Ok(()),
        };
        let host = url.host_str().unwrap_or_default();
        if self.allows(host, address) { Ok(()) } else { Err(AddressRefused { host: address.to_string(), address }) }
    }

    /// Where a connection for the URL goes, resolved and checked now. The port as reqwest chooses it.
    pub(super) async fn ways_to(&self, url: &Url) -> Result<Vec<SocketAddr>, Failure> {
        self.check_literal(url)?;
        let port = url.port_or_known_default().unwrap_or_default();
        match url.host() {
            Some(Host::Ipv4(address)) => Ok(vec![SocketAddr::new(address.into(), port)]),
            Some(Host::Ipv6(address)) => Ok(vec![SocketAddr::new(address.into(), port)]),
            Some(Host::Domain(host)) => {
                let mut found = self.addresses_of(&host.to_ascii_lowercase()).await?;
                for address in &mut found {
                    if url.port().is_some() || address.port() == 0 {
                        address.set_port(port);
                    }
                }
                Ok(found)
            }
            None => Err(Failure::new(Cause::BadAddress, format!("{url} 没有主机名"))),
        }
    }

    /// Whether it is certain that there is no such name.
    pub(super) async fn is_unknown(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        !self.fixed.contains_key(&host) && self.names.do_not_know(&host).await
    }

    fn allows(&self, host: &str, address: IpAddr) -> bool {
        match reach_of(address) {
            Reach::Public => true,
            Reach::Private => self.private.holds(host),
            Reach::Never => false,
        }
    }

    /// At least one address.
    async fn addresses_of(&self, host: &str) -> Result<Vec<SocketAddr>, Unresolved> {
        let counts = |address: IpAddr| address.is_ipv6() || !self.only_ipv6;
        match self.fixed.get(host) {
            Some(fixed) if counts(fixed.ip()) => return Ok(vec![*fixed]),
            Some(_) => return Err(Unresolved::none(host)),
            None => {}
        }
        let mut found = self.names.addresses_of(host).await.map_err(Unresolved::Unknown)?;
        found.retain(|address| counts(*address));
        // Port 0 is replaced by the one of the URL.
        let allowed: Vec<SocketAddr> =
            found.iter().filter(|found| self.allows(host, **found)).map(|found| SocketAddr::new(*found, 0)).collect();
        match (allowed.is_empty(), found.first()) {
            (false, _) => Ok(allowed),
            (true, Some(refused)) => {
                Err(Unresolved::Refused(AddressRefused { host: host.to_owned(), address: *refused }))
            }
            (true, None) => Err(Unresolved::none(host)),
        }
    }
}

/// Why a name leads nowhere.
enum Unresolved {
    Unknown(io::Error),
    Refused(AddressRefused),
}

impl Unresolved {
    fn none(host: &str) -> Self {
        Self::Unknown(io::Error::new(io::ErrorKind::NotFound, format!("{host} has no address")))
    }
}

impl From<Unresolved> for Failure {
    fn from(fault: Unresolved) -> Self {
        match fault {
            Unresolved::Unknown(error) => Failure::new(Cause::Dns, error.to_string()),
            Unresolved::Refused(refused) => refused.into(),
        }
    }
}

impl Resolve for AddressGuard {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_ascii_lowercase();
        let guard = self.clone();
        Box::pin(async move {
            match guard.addresses_of(&host).await {
                Ok(addresses) => Ok(Box::new(addresses.into_iter()) as Addrs),
                Err(Unresolved::Unknown(error)) => Err(error.into()),
                Err(Unresolved::Refused(refused)) => Err(refused.into()),
            }
        })
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Reach {
    Public,
    /// Loopback and office networks: only where the portal is configured so.
    Private,
    /// No portal is ever there: link-local, metadata services, multicast, reserved.
    Never,
}

fn reach_of(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_of_v4(address),
        IpAddr::V6(address) => reach_of_v6(address),
    }
}

fn reach_of_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        // The metadata service of 阿里云 lies within the carriers' shared range.
        [100, 100, 100, 200] => Reach::Never,
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] => Reach::Private,
        // Shared range of carriers (RFC 6598), and benchmark range (RFC 2544) that local proxies hand out.
        [100, 64..=127, ..] | [198, 18..=19, ..] => Reach::Private,
        // "This network", link-local with its metadata services, protocol assignments, documentation.
        [0, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Reach::Never,
        // Multicast, reserved, broadcast.
        [224..=255, ..] => Reach::Never,
        _ => Reach::Public,
    }
}

fn reach_of_v6(address: Ipv6Addr) -> Reach {
    if let Some(inner) = address.to_ipv4_mapped() {
        return reach_of_v4(inner);
    }
    let [a, b, c, d, .., g, h] = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match a {
        _ if address.is_loopback() => Reach::Private,
        // The metadata service of AWS lies within the unique-local range.
        0xfd00 if b == 0x0ec2 => Reach::Never,
        0xfc00..=0xfdff => Reach::Private,
        // 6to4 and NAT64 carry an IPv4 address that decides.
        0x2002 => reach_of_v4(v4(b, c)),
        0x0064 if b == 0xff9b && c == 0 && d == 0 => reach_of_v4(v4(g, h)),
        // Only 2000::/3 is given out to the public; within it 2001:db8::/32 is documentation, and 2001::/32 (Teredo)
        // tunnels to whatever IPv4 address somebody wrote into it.
        0x2001 if b == 0x0db8 || b == 0 => Reach::Never,
        0x2000..=0x3fff => Reach::Public,
        _ => Reach::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let cases = [
            ("8.8.8.8", Reach::Public),
            ("111.53.0.1", Reach::Public),
            ("127.0.0.1", Reach::Private),
            ("10.1.2.3", Reach::Private),
            ("172.31.255.255", Reach::Private),
            ("172.32.0.1", Reach::Public),
            ("192.168.1.1", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("100.100.100.200", Reach::Never),
            ("169.254.169.254", Reach::Never),
            ("0.0.0.0", Reach::Never),
            ("255.255.255.255", Reach::Never),
            ("::1", Reach::Private),
            ("::", Reach::Never),
            ("::ffff:127.0.0.1", Reach::Private),
            ("::ffff:169.254.169.254", Reach::Never),
            ("fe80::1", Reach::Never),
            ("fd12:3456::1", Reach::Private),
            ("fd00:ec2::254", Reach::Never),
            ("2002:7f00:1::", Reach::Private),
            ("64:ff9b::a00:1", Reach::Private),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Reach::Never),
            ("::127.0.0.1", Reach::Never),
            ("fec0::1", Reach::Never),
            ("fd00:100:64::1", Reach::Private),
            ("2400:3200::1", Reach::Public),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse().map(reach_of), Ok(expected), "{text}");
        }
    }

    #[test]
    fn odd_spellings_of_loopback_are_seen_through() {
        let guard = AddressGuard::new(&BTreeMap::new(), Names::default(), Private::Nobody);
        for text in [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://0/",
            "http://１２７.0.0.1/",
            "http://[::ffff:7f00:1]/",
            "http://[::ffff:0:0]/",
            "http://[fd00::1]/",
            "http://10.1/",
        ] {
            assert!(Url::parse(text).is_ok_and(|url| guard.check_literal(&url).is_err()), "{text}");
        }
    }

    #[test]
    fn a_portal_of_the_office_network_leads_to_no_other_machine_there() {
        let of = |host: &str| Private::of(true, Some(host));
        for (own, host, holds) in [
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("127.0.0.1", "169.254.169.254", false),
            ("www.jyj.example", "jyj.example", true),
            ("WWW.jyj.example", "files.jyj.example", true),
            ("www.jyj.example", "wwwjyj.example", false),
            ("www.jyj.example", "router.example", false),
            ("intranet", "x.intranet", false),
        ] {
            assert_eq!(of(own).holds(host), holds, "{own} {host}");
        }
        assert!(Private::of(true, None).holds("10.1.2.4") && !Private::of(false, Some("10.1.2.3")).holds("10.1.2.3"));
    }
}
