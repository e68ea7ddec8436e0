//! A loopback server that answers each request by a script: bytes, pauses, endless bodies, resets. It keeps its own log,
//! so that tests can see what a portal saw.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig, server::TlsStream};

/// One request as the portal saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Instant,
    pub method: String,
    /// Path and query.
    pub path: String,
    pub host: String,
    pub user_agent: String,
    /// All headers, in order.
    pub headers: Vec<(String, String)>,
    /// How many times this path was asked for before.
    pub before: usize,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What the server does next on the connection.
#[derive(Clone, Debug)]
pub enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// Sends these bytes until the client goes away.
    ForEver(Vec<u8>),
    /// Closes with RST.
    Reset,
    Close,
}

pub type Script = Vec<Step>;

pub struct Server {
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<Seen>>>,
    sent: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn start(answer: impl Fn(&Seen) -> Script + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        Self::accepting(move |stream, log, sent| {
            let answer = Arc::clone(&answer);
            async move { serve(stream, answer, log, sent).await }
        })
        .await
    }

    /// The same over TLS.
    pub async fn start_tls(
        config: Arc<ServerConfig>,
        answer: impl Fn(&Seen) -> Script + Send + Sync + 'static,
    ) -> Self {
        let (answer, acceptor) = (Arc::new(answer), TlsAcceptor::from(config));
        Self::accepting(move |stream, log, sent| {
            let (answer, acceptor) = (Arc::clone(&answer), acceptor.clone());
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, answer, log, sent).await;
                }
            }
        })
        .await
    }

    /// Waits for the first bytes of a client, whatever they are, does what the script for them says and hangs up.
    pub async fn start_raw(script: impl Fn(&[u8]) -> Script + Send + Sync + 'static) -> Self {
        let script = Arc::new(script);
        Self::accepting(move |mut stream, _, sent| {
            let script = Arc::clone(&script);
            async move {
                let mut first = [0; 4096];
                if let Ok(read) = stream.read(&mut first).await {
                    play(&mut stream, script(&first[..read]), &sent).await;
                }
            }
        })
        .await
    }

    async fn accepting<F>(
        serve: impl Fn(TcpStream, Arc<Mutex<Vec<Seen>>>, Arc<AtomicU64>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("its address");
        let log = Arc::new(Mutex::new(Vec::new()));
        let sent = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn({
            let (log, sent) = (Arc::clone(&log), Arc::clone(&sent));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, Arc::clone(&log), Arc::clone(&sent)));
                }
            }
        });
        Self { address, log, sent, task }
    }

    pub fn log(&self) -> Vec<Seen> {
        self.log.lock().expect("the log").clone()
    }

    /// Bytes sent so far by [`Step::Send`], heads included.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Paths in the order they were asked for, robots.txt and the usual sitemap left out.
    pub fn paths(&self) -> Vec<String> {
        self.log()
            .into_iter()
            .map(|seen| seen.path)
            .filter(|path| path != "/robots.txt" && path != "/sitemap.xml")
            .collect()
    }

    /// Most requests within any one second.
    pub fn peak_rate(&self) -> usize {
        let times: Vec<Instant> = self.log().iter().map(|seen| seen.at).collect();
        let within = |start: &Instant| {
            times.iter().filter(|at| *at >= start && at.duration_since(*start) < Duration::from_secs(1)).count()
        };
        times.iter().map(within).max().unwrap_or(0)
    }
}

/// A connection, plain or over TLS.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Wire for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

async fn serve<F: Fn(&Seen) -> Script>(
    stream: impl Wire,
    answer: Arc<F>,
    log: Arc<Mutex<Vec<Seen>>>,
    sent: Arc<AtomicU64>,
) {
    let mut stream = BufReader::new(stream);
    loop {
        let Some(mut seen) = read_request(&mut stream).await else { return };
        {
            let mut log = log.lock().expect("the log");
            seen.before = log.iter().filter(|other| other.path == seen.path && other.host == seen.host).count();
            log.push(seen.clone());
        }
        let script = answer(&seen);
        let script = if seen.method == "HEAD" { script.into_iter().map(head_alone).collect() } else { script };
        if !play(stream.get_mut(), script, &sent).await {
            return;
        }
    }
}

/// What goes over the wire where only the head was asked for.
fn head_alone(step: Step) -> Step {
    match step {
        Step::Send(mut bytes) => {
            let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
            bytes.truncate(end);
            Step::Send(bytes)
        }
        other => other,
    }
}

/// Does the steps; false where the connection is over.
async fn play(stream: &mut impl Wire, script: Script, sent: &AtomicU64) -> bool {
    for step in script {
        let done = match step {
            Step::Send(bytes) => {
                sent.fetch_add(bytes.len() as u64, Ordering::SeqCst);
                match stream.write_all(&bytes).await {
                    Ok(()) => stream.flush().await,
                    Err(error) => Err(error),
                }
            }
            Step::Wait(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            Step::ForEver(bytes) => loop {
                if let Err(error) = stream.write_all(&bytes).await {
                    break Err(error);
                }
            },
            Step::Reset => {
                // Zero linger turns the close into a reset.
                let _ = stream.tcp().set_zero_linger();
                return false;
            }
            Step::Close => {
                let _ = stream.shutdown().await;
                return false;
            }
        };
        if done.is_err() {
            return false;
        }
    }
    true
}

async fn read_request(stream: &mut BufReader<impl Wire>) -> Option<Seen> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        // A head without end would be a fault of the client under test.
        if (&mut *stream).take(64 * 1024).read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let (method, rest) = head.first()?.split_once(' ')?;
    let (method, path) = (method.to_owned(), rest.split(' ').next()?.to_owned());
    let header = |name: &str| {
        let found = head.iter().filter_map(|line| line.split_once(':')).find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let (host, user_agent) = (header("host"), header("user-agent"));
    let pair = |line: &String| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    let headers = head.iter().skip(1).filter_map(pair).collect();
    Some(Seen { at: Instant::now(), method, path, host, user_agent, headers, before: 0 })
}

/// A whole answer with the given status, headers (each ending in CRLF) and body.
pub fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Script {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    vec![Step::Send([head.as_bytes(), body].concat())]
}

pub fn page(html: impl AsRef<[u8]>) -> Script {
    answer(200, "Content-Type: text/html; charset=utf-8\r\n", html)
}

pub fn status(status: u16, html: &str) -> Script {
    answer(status, "Content-Type: text/html; charset=utf-8\r\n", html)
}

pub fn redirect(to: &str) -> Script {
    answer(302, &format!("Location: {to}\r\n"), "")
}
