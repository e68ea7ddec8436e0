//! The process of the browser: one for all portals of a night, begun when the first page needs it, ended a minute after
//! the last one, and never outliving this program, however that ends.
//!
//! It has no network of its own. Every name is unknown to it and its proxy is a port where nobody is; what pages ask for
//! is taken from it ([`super::rendering`]) and asked for by our own client, under the same address guard, robots.txt,
//! rate and load statement as everything else. A forward proxy would have seen neither the addresses nor the number of
//! requests inside TLS, and whatever slips past the interception (sockets, workers, prefetching) comes to nothing here,
//! where it would have come through there.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    os::unix::{
        fs::{DirBuilderExt, MetadataExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chromiumoxide::{Browser as Connection, handler::HandlerConfig};
use futures_util::StreamExt;
use tokio::{
    sync::{Mutex, oneshot},
    task::JoinHandle,
    time::timeout,
};

use super::BrowserSettings;

const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"];
/// From starting the process to its first word.
const START: Duration = Duration::from_secs(30);
/// So long the browser waits for the next page.
const IDLE: Duration = Duration::from_secs(60);
/// For one command to the browser; what takes long is bounded where it is asked for.
const COMMAND: Duration = Duration::from_secs(30);

/// The shell holds the browser on a leash: it reads from a pipe that this program keeps open and never writes to. When
/// the pipe closes, because the browser is no longer needed or because this program was killed, the shell ends
/// the browser with all its processes and removes its folder.
const LEASH: &str = r#"
profile=$1; shift
TMPDIR="$profile" "$@" --user-data-dir="$profile" </dev/null 2>&1 &
browser=$!
exec >/dev/null
trap '' TERM INT HUP
read -r _
kill -KILL "$browser"
kill -TERM 0
wait
rm -rf "$profile" || { sleep 1; rm -rf "$profile"; }
"#;

const ARGUMENTS: &[&str] = &[
    "--headless",
    "--remote-debugging-port=0",
    // No network.
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-sync",
    // Frames of other sites stay in the page's process, where their requests are seen too.
    "--disable-site-isolation-trials",
    // Pages are shown at the address at which they were received, not tried under https first.
    "--disable-features=IsolateOrigins,site-per-process,HttpsUpgrades,HttpsFirstBalancedMode,\
     HttpsFirstBalancedModeAutoEnable,HttpsFirstModeIncognito,HttpsFirstModeV2,Translate,OptimizationHints,MediaRouter",
    // Nothing that a page's text does not need.
    "--blink-settings=imagesEnabled=false",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-breakpad",
    "--metrics-recording-only",
    "--mute-audio",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-default-browser-check",
    "--js-flags=--max-old-space-size=512",
    "--lang=zh-CN",
    "about:blank",
];

/// A browser that can be used. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Browser {
    pub(super) settings: BrowserSettings,
    program: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    running: Weak<Running>,
    /// Why it is not tried again.
    broken: Option<String>,
}

/// The process. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) connection: Connection,
    handler: JoinHandle<()>,
    _leashed: Leashed,
}

impl Browser {
    /// The configured browser, or the first one on the PATH. None where there is none, or none is wanted.
    pub fn find(settings: &BrowserSettings) -> Option<Self> {
        if settings.max_pages == 0 {
            return None;
        }
        let program = match &settings.program {
            Some(program) => on_path(program),
            None => PROGRAMS.iter().find_map(|name| on_path(Path::new(name))),
        };
        if program.is_none() {
            let name = settings.program.as_deref().unwrap_or(Path::new(PROGRAMS[0]));
            tracing::warn!("no browser {}: pages that only scripts can show will not be measured", name.display());
        }
        Some(Self { settings: settings.clone(), program: program?, state: Arc::default() })
    }

    /// The process, begun where there is none.
    pub(super) async fn running(&self) -> Result<Arc<Running>, String> {
        let mut state = self.state.lock().await;
        if let Some(why) = &state.broken {
            return Err(why.clone());
        }
        if let Some(running) = state.running.upgrade().filter(|running| !running.handler.is_finished()) {
            return Ok(running);
        }
        match start(&self.program).await {
            Ok(running) => {
                let running = Arc::new(running);
                state.running = Arc::downgrade(&running);
                Ok(running)
            }
            Err(error) => {
                tracing::warn!("the browser {} cannot be used: {error}", self.program.display());
                let why = format!("浏览器无法启动：{error}");
                state.broken = Some(why.clone());
                Err(why)
            }
        }
    }
}

impl Running {
    /// Keeps the process for the next page that may come soon.
    pub(super) fn linger(self: Arc<Self>) {
        tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            drop(self);
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handler.abort();
    }
}

async fn start(program: &Path) -> io::Result<Running> {
    let mut leashed = Leashed::start(program)?;
    let address = leashed.address().await?;
    let config = HandlerConfig { viewport: None, request_timeout: COMMAND, ..HandlerConfig::default() };
    let (connection, mut events) =
        Connection::connect_with_config(address, config).await.map_err(|error| io::Error::other(error.to_string()))?;
    // Ends when the connection does. Messages of a newer browser that the library does not know are no errors.
    let handler = tokio::spawn(async move { while events.next().await.is_some() {} });
    Ok(Running { connection, handler, _leashed: leashed })
}

/// The shell with the browser.
#[derive(Debug)]
struct Leashed {
    shell: Child,
}

impl Leashed {
    fn start(program: &Path) -> io::Result<Self> {
        let profile = new_profile()?;
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(LEASH).arg("mingcha-browser").arg(&profile).arg(program).args(ARGUMENTS);
        if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            // Chromium refuses its own sandbox to root, as whom containers run.
            command.arg("--no-sandbox");
        }
        // A group of its own: the interrupt key is for this program, and the leash ends the whole group.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        match command.spawn() {
            Ok(shell) => Ok(Self { shell }),
            Err(error) => {
                let _ = fs::remove_dir(&profile);
                Err(error)
            }
        }
    }

    /// Where it listens. It says so, or why it cannot, among other words that must be read lest it stand still.
    async fn address(&mut self) -> io::Result<String> {
        let words = self.shell.stdout.take().ok_or_else(|| io::Error::other("it cannot be heard"))?;
        let (found, address) = oneshot::channel();
        std::thread::spawn(move || {
            let mut found = Some(found);
            let mut last = String::from("it said nothing");
            for line in BufReader::new(words).lines().map_while(Result::ok) {
                if let Some(found) = line.strip_prefix("DevTools listening on ").and_then(|_| found.take()) {
                    let _ = found.send(Ok(line["DevTools listening on ".len()..].to_owned()));
                } else if !line.trim().is_empty() {
                    last = line;
                }
            }
            if let Some(found) = found {
                let _ = found.send(Err(io::Error::other(format!("it ended: {last}"))));
            }
        });
        match timeout(START, address).await {
            Ok(Ok(address)) => address,
            _ => Err(io::Error::new(io::ErrorKind::TimedOut, format!("it did not begin within {} s", START.as_secs()))),
        }
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        // Lets go of the leash; the shell does the rest, in well under a second.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// A new folder that nobody else may read.
fn new_profile() -> io::Result<PathBuf> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let profile = std::env::temp_dir().join(format!("mingcha-browser-{}-{number}", std::process::id()));
        match fs::DirBuilder::new().mode(0o700).create(&profile) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| profile),
        }
    }
}

/// The program, looked up on the PATH where only its name is given.
fn on_path(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_file().then(|| program.to_owned());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
