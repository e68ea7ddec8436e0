//! A server that speaks only 国密 is told from one that merely fails, by one greeting a night.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use mingcha::{
    fetch::{Client, Settings},
    model::{Cause, NotMeasurable},
};

use crate::support::server::{Script, Server, Step};

const URL: &str = "https://www.heyuan.gov.cn/";
/// Refuses the version of TLS.
const ALERT: [u8; 7] = [21, 3, 1, 0, 2, 2, 70];
/// The beginning of a TLCP `ServerHello`.
const GREETING: [u8; 11] = [22, 1, 1, 0, 74, 2, 0, 0, 70, 1, 1];

/// A server that answers TLS with an alert, and TLCP as it is told.
struct Portal {
    server: Server,
    /// How many spoke TLCP to it.
    greeted: Arc<AtomicUsize>,
}

impl Portal {
    async fn start(answer: impl Fn(&[u8]) -> Script + Send + Sync + 'static) -> Self {
        let greeted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&greeted);
        let server = Server::start_raw(move |words| {
            if !words.starts_with(&[22, 1, 1]) {
                return vec![Step::Send(ALERT.to_vec()), Step::Close];
            }
            count.fetch_add(1, Ordering::SeqCst);
            answer(words)
        })
        .await;
        Self { server, greeted }
    }

    fn client(&self) -> Client {
        client_of(&self.server)
    }

    fn greeted(&self) -> usize {
        self.greeted.load(Ordering::SeqCst)
    }
}

fn client_of(server: &Server) -> Client {
    let settings = Settings {
        resolve: BTreeMap::from([("www.heyuan.gov.cn".to_owned(), server.address)]),
        rate_per_host: 10_000,
        connect_timeout: Duration::from_millis(500),
        first_pause: Duration::from_millis(5),
        obey_robots: false,
        ..Settings::default()
    };
    Client::new(settings).unwrap()
}

async fn failure_of(client: &Client, path: &str) -> NotMeasurable {
    client.get(&format!("{URL}{path}")).await.unwrap_err()
}

#[tokio::test]
async fn a_server_that_greets_back_speaks_only_the_national_protocol() {
    let portal = Portal::start(|_| vec![Step::Send(GREETING.to_vec()), Step::Close]).await;
    let client = portal.client();
    for path in ["", "zwgk/"] {
        let failed = failure_of(&client, path).await;
        assert_eq!((failed.cause, failed.attempts), (Cause::TlsGuomiOnly, 1), "{}", failed.detail);
    }
    assert_eq!(portal.greeted(), 1, "once a host a night");
    let asked = if cfg!(feature = "native-tls") { 5 } else { 3 };
    assert_eq!(client.load().requests, asked, "the greeting is in the load statement");
}

#[tokio::test]
async fn near_misses_keep_their_name() {
    let misses: [(&str, Portal); 4] = [
        ("hangs up", Portal::start(|_| vec![Step::Close]).await),
        ("echoes", Portal::start(|words| vec![Step::Send(words.to_vec()), Step::Close]).await),
        ("greets in TLS", Portal::start(|_| vec![Step::Send(vec![22, 3, 3, 0, 74, 2, 0, 0, 70, 3, 3])]).await),
        ("is cut short", Portal::start(|_| vec![Step::Send(GREETING[..7].to_vec()), Step::Close]).await),
    ];
    for (what, portal) in misses {
        let failed = failure_of(&portal.client(), "").await;
        assert_eq!(failed.cause, Cause::TlsNoCommonCipher, "{what}: {}", failed.detail);
        assert_eq!(portal.greeted(), 1, "{what}");
    }
}

#[tokio::test]
async fn a_server_that_echoes_everything_speaks_nothing() {
    let server = Server::start_raw(|words| vec![Step::Send(words.to_vec()), Step::Close]).await;
    let failed = failure_of(&client_of(&server), "").await;
    assert_eq!(failed.cause, Cause::Tls, "{}", failed.detail);
}

#[tokio::test]
async fn a_greeting_without_reply_costs_no_more_than_a_connection_may() {
    let portal = Portal::start(|_| vec![Step::Wait(Duration::from_secs(60))]).await;
    let begun = Instant::now();
    let failed = failure_of(&portal.client(), "").await;
    assert_eq!(failed.cause, Cause::TlsNoCommonCipher, "{}", failed.detail);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn no_private_address_is_greeted() {
    let portal = Portal::start(|_| vec![Step::Send(GREETING.to_vec()), Step::Close]).await;
    let client = Client::new(Settings { obey_robots: false, ..Settings::default() }).unwrap();
    let failed = client.get(&format!("https://{}/", portal.server.address)).await.unwrap_err();
    assert_eq!((failed.cause, portal.greeted()), (Cause::PrivateAddress, 0));
}
