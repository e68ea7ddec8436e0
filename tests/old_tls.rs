//! A server that secures connections only in a way that rustls has given up: RSA key exchange.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use mingcha::{
    fetch::{Client, Settings},
    model::Cause,
};

const HOST: &str = "www.heyuan.gov.cn";

/// OpenSSL's own test server; it answers every address with a page.
struct OldServer {
    program: Child,
    address: SocketAddr,
    certificate: Vec<u8>,
}

impl Drop for OldServer {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl OldServer {
    /// None where there is no `openssl` program.
    fn start(folder: &Path, name: &str) -> Option<Self> {
        let (key, certificate, der) = (folder.join("key.pem"), folder.join("cert.pem"), folder.join("cert.der"));
        let mut make = Command::new("openssl");
        make.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=old", "-addext"]);
        make.arg(format!("subjectAltName=DNS:{name}")).arg("-keyout").arg(&key).arg("-out").arg(&certificate);
        match make.output() {
            Err(_) => {
                eprintln!("there is no openssl program: old servers were not tried");
                return None;
            }
            Ok(made) => assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr)),
        }
        let mut convert = Command::new("openssl");
        convert.args(["x509", "-outform", "DER"]).arg("-in").arg(&certificate).arg("-out").arg(&der);
        assert!(convert.status().unwrap().success());
        let mut serve = Command::new("openssl");
        serve.args(["s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-cipher", "AES128-GCM-SHA256", "-www"]);
        serve.arg("-key").arg(&key).arg("-cert").arg(&certificate);
        let mut program = serve.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(program.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = said.filter_map(|line| line.strip_prefix("ACCEPT ")?.trim().parse().ok()).next();
        let address = address.expect("the server says where it listens");
        Some(Self { program, address, certificate: fs::read(der).unwrap() })
    }

    fn client(&self) -> Client {
        let settings = Settings {
            rate_per_host: 10_000,
            attempts: 1,
            obey_robots: false,
            authorities: vec![self.certificate.clone()],
            resolve: BTreeMap::from([(HOST.to_owned(), self.address)]),
            ..Settings::default()
        };
        Client::new(settings).unwrap()
    }
}

#[tokio::test]
async fn it_is_asked_in_the_old_way_or_its_failure_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = OldServer::start(folder.path(), HOST) else { return };
    let client = server.client();
    let answer = client.get(&format!("https://{HOST}/")).await;
    if cfg!(feature = "native-tls") {
        let (capture, body) = answer.unwrap();
        assert!(capture.old_tls && capture.status == 200 && !body.is_empty(), "{capture:?}");
        assert_eq!(client.load().requests, 2, "both requests are counted");
        client.get(&format!("https://{HOST}/zwgk/")).await.unwrap();
        assert_eq!(client.load().requests, 3, "a server that is known is asked in the old way at once");
    } else {
        let failed = answer.unwrap_err();
        assert_eq!(failed.cause, Cause::TlsNoCommonCipher, "{}", failed.detail);
        assert_eq!(client.load().requests, 1);
    }
}

#[cfg(feature = "native-tls")]
#[tokio::test]
async fn the_old_way_is_no_way_round_a_wrong_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = OldServer::start(folder.path(), "www.qinghe.gov.cn") else { return };
    let failed = server.client().get(&format!("https://{HOST}/")).await.unwrap_err();
    assert_eq!(failed.cause, Cause::TlsWrongHost, "{}", failed.detail);
}
