//! The machine that crawls: no name, no spelling and no redirect leads it into the office network.

use std::{
    collections::BTreeMap,
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mingcha::{
    fetch::{Client, Names, Settings},
    model::{Cause, NotMeasurable, Portal},
};

use crate::support::server::{Server, page, redirect, status};

const HOST: &str = "www.chengwan.gov.cn";

fn settings() -> Settings {
    Settings {
        rate_per_host: 10_000,
        connect_timeout: Duration::from_secs(2),
        head_timeout: Duration::from_secs(3),
        attempts: 1,
        obey_robots: false,
        ..Settings::default()
    }
}

async fn refused(settings: Settings, url: &str) -> NotMeasurable {
    let failed = Client::new(settings).unwrap().get(url).await.expect_err("no answer");
    assert_eq!(failed.cause, Cause::PrivateAddress, "{url}: {}", failed.detail);
    failed
}

/// A name with these addresses.
fn named(addresses: &[&str]) -> Names {
    let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
    Names::scripted(move |_| Ok(addresses.clone()))
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_and_says_where_it_leads() {
    let inner = Server::start(|_| page("secret")).await;
    let url = format!("http://{HOST}:{}/", inner.address.port());
    for address in
        ["127.0.0.1", "0.0.0.0", "::1", "::ffff:127.0.0.1", "10.0.0.8", "fd00::8", "fe80::1", "169.254.169.254"]
    {
        let failed = refused(Settings { names: named(&[address]), ..settings() }, &url).await;
        assert!(failed.detail.starts_with(&format!("{HOST} 指向 {address}，")), "{}", failed.detail);
    }
    assert!(inner.log().is_empty());
}

#[tokio::test]
async fn no_spelling_of_an_address_slips_through() {
    let inner = Server::start(|_| page("secret")).await;
    let port = inner.address.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "１２７.0.0.1",
    ] {
        refused(settings(), &format!("http://{host}:{port}/")).await;
    }
    assert!(inner.log().is_empty());
}

/// The name is public while it is looked at, and inside when the connection is made.
#[tokio::test]
async fn a_name_that_changes_its_address_gains_nothing() {
    let inner = Server::start(|_| page("secret")).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let names = Names::scripted({
        let asked = Arc::clone(&asked);
        move |_| {
            let first = asked.fetch_add(1, Ordering::Relaxed) == 0;
            Ok(vec![if first { "1.2.4.8" } else { "127.0.0.1" }.parse().map_err(io::Error::other)?])
        }
    });
    refused(Settings { names, ..settings() }, &format!("http://{HOST}:{}/", inner.address.port())).await;
    assert!(asked.load(Ordering::Relaxed) >= 2, "the name was resolved again for the connection");
    assert!(inner.log().is_empty());
}

/// Of a name with several addresses only those outside are connected to.
#[tokio::test]
async fn the_inner_one_of_several_addresses_is_left_out() {
    let inner = Server::start(|_| page("secret")).await;
    // 240.0.0.0/4 is reserved, so that nothing is asked outside.
    let names = named(&["127.0.0.1", "240.0.0.1"]);
    refused(Settings { names, ..settings() }, &format!("http://{HOST}:{}/", inner.address.port())).await;
    assert!(inner.log().is_empty());
}

#[tokio::test]
async fn a_redirect_to_a_name_that_leads_inside_is_refused() {
    let inner = Server::start(|_| page("secret")).await;
    let target = format!("http://oa.chengwan.gov.cn:{}/", inner.address.port());
    let outer = Server::start(move |seen| if seen.path == "/" { redirect(&target) } else { status(404, "") }).await;
    let settings = Settings {
        resolve: BTreeMap::from([(HOST.to_owned(), outer.address)]),
        names: named(&["127.0.0.1"]),
        ..settings()
    };
    let failed = refused(settings, &format!("http://{HOST}/")).await;
    assert!(failed.detail.starts_with("oa.chengwan.gov.cn 指向 127.0.0.1"), "{}", failed.detail);
    assert!(inner.log().is_empty());
}

#[tokio::test]
async fn a_portal_inside_is_visited_where_its_configuration_says_so_and_never_a_metadata_service() {
    let inner = Server::start(|_| page("inner")).await;
    let text = "id = 'oa'\nname = '内网'\nurl = 'http://oa.local/'\nunits = []\nallow_private = true";
    let portal: Portal = toml::from_str(text).unwrap();
    let allowed = |names| Settings { names, ..settings() }.for_portal(&portal);
    let client = Client::new(allowed(named(&["127.0.0.1"]))).unwrap();
    let (_, body) = client.get(&format!("http://oa.local:{}/", inner.address.port())).await.unwrap();
    assert_eq!(body, b"inner");
    for address in ["169.254.169.254", "100.100.100.200", "fd00:ec2::254", "0.0.0.0"] {
        refused(allowed(named(&[address])), "http://oa.local/").await;
    }
}

#[tokio::test]
async fn a_name_without_an_address_asks_nobody() {
    let names = Names::scripted(|host| Err(io::Error::new(io::ErrorKind::NotFound, format!("no address for {host}"))));
    let client = Client::new(Settings { names, ..settings() }).unwrap();
    let failed = client.get(&format!("http://{HOST}/")).await.unwrap_err();
    assert_eq!((failed.cause, client.load().requests), (Cause::Dns, 0), "{}", failed.detail);
}
