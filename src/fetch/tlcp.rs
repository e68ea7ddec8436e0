//! Servers that speak only 国密. They secure connections by TLCP (GB/T 38636-2020; before it GM/T 0024), which no library
//! here speaks: their pages cannot be read. But where TLS fails, the server is greeted once in TLCP, and if it greets back,
//! the failure gets its own name. Nothing is negotiated, and nothing asked for. TLS 1.3 with 国密 ciphers (RFC 8998) needs
//! no greeting: such a server refuses our methods in words that rustls understands.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::OnceCell,
    time::timeout,
};
use url::Url;

use super::{Client, Patience, failure::Failure};
use crate::model::Cause;

/// TLCP 1.1, the only one there is.
const VERSION: [u8; 2] = [1, 1];
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
/// `ECC_SM4_CBC_SM3`, `ECDHE_SM4_CBC_SM3`, `ECC_SM4_GCM_SM3`, `ECDHE_SM4_GCM_SM3` (GB/T 38636-2020, table 2).
const CIPHERS: [u16; 4] = [0xE013, 0xE011, 0xE053, 0xE051];
/// As much of the reply as tells what it is: the heads of the record and of the message, and the version.
const BEGINNING: usize = 11;

/// Who was greeted, by `host:port`, and whether they greeted back.
#[derive(Default)]
pub(super) struct Hosts(Mutex<HashMap<String, Arc<OnceCell<bool>>>>);

impl Hosts {
    fn of(&self, url: &Url) -> Arc<OnceCell<bool>> {
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(hosts.entry(format!("{host}:{port}")).or_default())
    }
}

impl Client {
    /// The failure, by the name of 国密 where that is its reason.
    pub(super) async fn named_anew(&self, failure: Failure, url: &Url, patience: Patience) -> Failure {
        if url.scheme() != "https" || !may_be_the_reason(&failure) {
            return failure;
        }
        // Where our turn does not come, nobody was greeted, and a later failure may try again.
        match self.tlcp.of(url).get_or_try_init(|| self.speaks_tlcp(url, patience)).await {
            Ok(true) => {
                let detail = format!("按国密协议（TLCP）问候，服务器有应答；按TLS连接则失败：{}", failure.detail);
                Failure { cause: Cause::TlsGuomiOnly, detail, ..failure }
            }
            Ok(false) | Err(_) => failure,
        }
    }

    async fn speaks_tlcp(&self, url: &Url, patience: Patience) -> Result<bool, Failure> {
        let _turn = self.turn(url, patience).await?;
        let greeting = async {
            let ways = self.guard.ways_to(url).await.ok()?;
            greet(&ways).await.ok()
        };
        let reply = timeout(self.settings().connect_timeout * self.factor(patience), greeting).await;
        Ok(matches!(reply, Ok(Some(reply)) if is_server_hello(&reply)))
    }
}

/// Whether no way to secure the connection was found; a certificate shows that one was.
fn may_be_the_reason(failure: &Failure) -> bool {
    match failure.cause {
        Cause::TlsNoCommonCipher => true,
        Cause::Tls => !failure.detail.contains("certificate"),
        _ => false,
    }
}

async fn greet(ways: &[SocketAddr]) -> io::Result<[u8; BEGINNING]> {
    let mut stream = TcpStream::connect(ways).await?;
    stream.write_all(&client_hello()).await?;
    let mut beginning = [0; BEGINNING];
    stream.read_exact(&mut beginning).await?;
    Ok(beginning)
}

/// A record with a `ClientHello`. Without extensions: servers from before 2020 know none.
fn client_hello() -> Vec<u8> {
    let mut random = [0; 32];
    // No connection comes of this: where the system has no randomness, zeros do.
    let _ = getrandom::fill(&mut random);
    let ciphers = CIPHERS.map(u16::to_be_bytes).concat();
    let no_session = [0];
    let no_compression = [1, 0];
    let body = [&VERSION[..], &random, &no_session, &with_length(&ciphers), &no_compression].concat();
    let message = [&[CLIENT_HELLO, 0][..], &with_length(&body)].concat();
    [&[HANDSHAKE][..], &VERSION, &with_length(&message)].concat()
}

/// The bytes after their number in two bytes; all of these are short.
fn with_length(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or_default();
    [&length.to_be_bytes()[..], bytes].concat()
}

fn is_server_hello(beginning: &[u8; BEGINNING]) -> bool {
    matches!(beginning, [HANDSHAKE, 1, 1, _, _, SERVER_HELLO, _, _, _, 1, 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_is_worded_as_the_standard_says() {
        let hello = client_hello();
        assert_eq!(hello[..11], [22, 1, 1, 0, 51, 1, 0, 0, 47, 1, 1]);
        assert_eq!(hello[43..], [0, 0, 8, 0xE0, 0x13, 0xE0, 0x11, 0xE0, 0x53, 0xE0, 0x51, 1, 0]);
        assert_ne!(hello[11..43], client_hello()[11..43], "its random is random");
    }

    #[test]
    fn only_a_greeting_back_counts() {
        let hello = [22, 1, 1, 0, 74, 2, 0, 0, 70, 1, 1];
        assert!(is_server_hello(&hello));
        for (what, place, byte) in
            [("an alert", 0, 21), ("TLS", 1, 3), ("our own words", 5, 1), ("another version", 10, 2)]
        {
            let mut other = hello;
            other[place] = byte;
            assert!(!is_server_hello(&other), "{what}");
        }
    }
}
