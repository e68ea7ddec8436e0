//! A night on a made-up portal of 5,000 pages on loopback, politeness lifted: facts of every page, all checks, WARC and
//! the log written. Beside it, in the same run, whatever other crawlers this machine has, and a bare fetch loop.
//!
//! `cargo bench --bench crawl` prints the table of the README. The portal is served by a process of its own ([`server`]),
//! which also counts what was reached. Each crawler runs [`RUNS`] times in turn with the others; the medians count.
//! Processor time is what the kernel says of the ended process (user and system, in hundredths of a second).
//!
//! * `mingcha` is the command `mingcha crawl` from its start to its end, [`AT_ONCE`] requests at once.
//! * `mingcha, budget` is the same with the usual budget of pages: what it needs must not depend on the portal's size.
//! * `bare fetch loop` knows all addresses and does nothing but receive them, with the same HTTP client: the floor.
//! * `wget`, `wget2` and `lychee` run where they are on the `PATH`. Others are named by `MINGCHA_BENCH_PEERS`, one a
//!   line: `NAME=COMMAND`, `{url}` being the portal's address (`spider=/opt/spiderbin {url} 16`).
//!
//! `MINGCHA_BENCH_PAGES` is another number of pages, `MINGCHA_BENCH_RUNS` of runs. Without `--bench`, as
//! `cargo test --all-targets` calls it, a small portal is visited once and looked at.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "it prints its table, and stops where it cannot measure")]

mod server;
mod site;

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use server::{Reached, Server};
use site::Site;

const PAGES: usize = 5_000;
const RUNS: usize = 3;
/// Pages a night reads of a portal unless the configuration says otherwise.
const USUAL_BUDGET: usize = 500;
/// Requests at once, for those that can.
const AT_ONCE: usize = 16;
/// The kernel counts processor time in these (`getconf CLK_TCK` is 100 on every Linux there is).
const TICKS_A_SECOND: f64 = 100.0;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", pages] => server::serve(Site::of(pages.parse().expect("a number of pages"))),
        ["fetch", url, list] => fetch_all(url, Path::new(list)),
        ref given if given.contains(&"--bench") && !given.contains(&"--test") => {
            let number = |name: &str, usual| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
            measure(number("MINGCHA_BENCH_PAGES", PAGES), number("MINGCHA_BENCH_RUNS", RUNS));
        }
        _ => try_out(),
    }
}

/// Visits a small portal and looks whether everything was reached, once.
fn try_out() {
    let bench = Bench::new(120);
    let run = bench.run(&bench.mingcha()).expect("a night");
    let site = bench.site;
    assert_eq!((run.reached.pages, run.reached.broken), (site.pages().len(), site.broken()));
    // The probe for soft 404s, robots.txt and the sitemaps come on top.
    assert!(run.reached.requests < site.pages().len() + site.broken() + 10, "{:?}", run.reached);
    let run = bench.run(&bench.bare_loop()).expect("a fetch loop");
    assert_eq!(run.reached.pages, site.pages().len());
    println!("visited {} pages", run.reached.pages);
}

fn measure(pages: usize, runs: usize) {
    let bench = Bench::new(pages);
    let (all, broken) = (bench.site.pages().len(), bench.site.broken());
    let last = bench.site.pages().into_iter().rev().take(100);
    let size: usize = last.filter_map(|path| bench.site.page(&path)).map(|page| page.len()).sum();
    println!(
        "{all} pages of {} KB, {broken} broken links, {AT_ONCE} at once; {}; median of {runs}",
        size / 100_000,
        machine(),
    );
    let crawlers = bench.crawlers();
    let mut measured: Vec<Vec<Run>> = vec![Vec::new(); crawlers.len()];
    for _ in 0..runs {
        for (crawler, runs) in crawlers.iter().zip(&mut measured) {
            runs.extend(bench.run(crawler));
        }
    }
    println!(
        "{:<16} {:>8} {:>16} {:>8} {:>14} {:>14}",
        "", "pages/s", "CPU s per 1,000", "peak MB", "pages", "broken links"
    );
    for (crawler, runs) in crawlers.iter().zip(&mut measured) {
        let Some(run) = median(runs) else {
            println!("{:<16} did not run", crawler.name);
            continue;
        };
        println!(
            "{:<16} {:>8.0} {:>16.3} {:>8} {:>14} {:>14}",
            crawler.name,
            run.reached.pages as f64 / run.seconds,
            run.processor / run.reached.pages.max(1) as f64 * 1000.0,
            run.peak_kilobytes / 1000,
            format!("{}/{all}", run.reached.pages),
            format!("{}/{broken}", run.reached.broken),
        );
    }
}

/// A program that visits the portal.
struct Crawler {
    name: String,
    command: Vec<String>,
}

/// One measured run.
#[derive(Clone, Copy, Debug)]
struct Run {
    seconds: f64,
    /// Seconds of processor time.
    processor: f64,
    peak_kilobytes: u64,
    reached: Reached,
}

/// The run with the median processor time, with the median time and the highest peak of all.
fn median(runs: &mut [Run]) -> Option<Run> {
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let seconds = runs.get(runs.len() / 2)?.seconds;
    let peak_kilobytes = runs.iter().map(|run| run.peak_kilobytes).max()?;
    runs.sort_by(|a, b| a.processor.total_cmp(&b.processor));
    Some(Run { seconds, peak_kilobytes, ..*runs.get(runs.len() / 2)? })
}

/// A served portal and a folder to work in.
struct Bench {
    site: Site,
    server: Server,
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(pages: usize) -> Self {
        let program = env::current_exe().expect("this program");
        let server = Server::start(&program, pages);
        Self { site: Site::of(pages), server, program, folder: tempfile::tempdir().expect("a folder") }
    }

    fn crawlers(&self) -> Vec<Crawler> {
        let url = self.server.url();
        let usual = [
            ("wget", "wget -q -r -l inf -e robots=off --delete-after -nH {url}"),
            ("wget2", "wget2 -q -r -l inf --no-robots --delete-after -nH --max-threads=16 {url}"),
            (
                "lychee",
                "lychee --no-progress --max-concurrency 16 --host-concurrency 16 --host-request-interval 0ms \
                 --max-retries 0 --files-from {list}",
            ),
        ];
        let list = self.addresses().display().to_string();
        let fill = |command: &str| -> Vec<String> {
            command.split_whitespace().map(|word| word.replace("{url}", &url).replace("{list}", &list)).collect()
        };
        let mut crawlers = vec![self.mingcha(), self.night("mingcha, budget", USUAL_BUDGET), self.bare_loop()];
        let found = usual.iter().filter(|(name, _)| is_on_path(name));
        crawlers.extend(found.map(|(name, command)| Crawler { name: (*name).to_owned(), command: fill(command) }));
        let others = env::var("MINGCHA_BENCH_PEERS").unwrap_or_default();
        let others = others.lines().filter_map(|line| line.split_once('='));
        crawlers.extend(others.map(|(name, command)| Crawler { name: name.to_owned(), command: fill(command) }));
        crawlers
    }

    fn mingcha(&self) -> Crawler {
        self.night("mingcha", 1_000_000)
    }

    /// A night with a budget of pages.
    fn night(&self, name: &str, budget: usize) -> Crawler {
        let settings = self.folder.path().join(format!("{budget}.toml"));
        let text = format!(
            "contact = \"Bench office, +86 000\"\ndata = \"data\"\nrulebook = \"yuncheng-2022-b1\"\nschedule = \"30 1 * * *\"\n\
             [crawl]\nconnections = {AT_ONCE}\n\
             [console]\nlisten = \"127.0.0.1:8080\"\nadministrator = \"admin\"\npassword_hash = \"x\"\n\
             [bulletin]\noffice = \"x\"\nrectification_days = 10\n\
             [[portal]]\nid = \"bench\"\nname = \"bench\"\nurl = \"{}\"\nmax_pages = {budget}\nrate = 100000\n\
             allow_private = true\nunits = [{{ name = \"市教育局\", kind = \"department\", licences = true, penalties = true }}]\n",
            self.server.url()
        );
        fs::write(&settings, text).expect("a configuration");
        let command = [env!("CARGO_BIN_EXE_mingcha"), "crawl", "--config", &settings.display().to_string()];
        Crawler { name: name.to_owned(), command: command.map(str::to_owned).to_vec() }
    }

    fn bare_loop(&self) -> Crawler {
        let (program, list) = (self.program.display().to_string(), self.addresses().display().to_string());
        let command = vec![program, "fetch".to_owned(), self.server.url(), list];
        Crawler { name: "bare fetch loop".to_owned(), command }
    }

    /// A file with the addresses of all pages.
    fn addresses(&self) -> PathBuf {
        let file = self.folder.path().join("addresses.txt");
        let lines = self.site.pages().into_iter().map(|path| format!("http://{}{path}\n", self.server.address));
        fs::write(&file, lines.collect::<String>()).expect("a list");
        file
    }

    /// One run; none where the program cannot be started.
    fn run(&self, crawler: &Crawler) -> Option<Run> {
        let data = self.folder.path().join("data");
        drop(fs::remove_dir_all(&data));
        let said = File::create(self.folder.path().join("said.txt")).expect("a file");
        self.server.reached();
        let (program, arguments) = crawler.command.split_first()?;
        let (before, start) = (processor_time_of_children(), Instant::now());
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(said.try_clone().expect("a file"))
            .stderr(said)
            .spawn()
            .ok()?;
        let mut peak_kilobytes = 0;
        while child.try_wait().expect("a child").is_none() {
            // The mark only rises; the last look before the end comes at most this much too early.
            peak_kilobytes = peak_of(child.id()).unwrap_or(peak_kilobytes);
            thread::sleep(Duration::from_millis(5));
        }
        let (seconds, processor) = (start.elapsed().as_secs_f64(), processor_time_of_children() - before);
        Some(Run { seconds, processor, peak_kilobytes, reached: self.server.reached() })
    }
}

fn is_on_path(name: &str) -> bool {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(name).is_file())
}

/// Seconds of user and system time of all children that have ended and were waited for.
fn processor_time_of_children() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").expect("Linux");
    // The name in brackets may hold blanks; after it the 14th and 15th fields are meant.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).expect("a number of ticks");
    (ticks(13) + ticks(14)) / TICKS_A_SECOND
}

/// The most memory a living process has had at once, in kilobytes.
fn peak_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    mark.trim().trim_end_matches(" kB").parse().ok()
}

fn machine() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let processors = thread::available_parallelism().map_or(1, usize::from);
    format!("{processors} processors ({})", model.unwrap_or("unknown"))
}

/// Receives every address of the list and drops it: what [`Bench::bare_loop`] starts.
fn fetch_all(url: &str, list: &Path) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let addresses = fs::read_to_string(list).expect("a list");
    let addresses: Arc<Vec<String>> = Arc::new(addresses.lines().map(str::to_owned).collect());
    let client = reqwest::Client::builder().no_proxy().http1_only().build().expect("a client");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let received: usize = runtime.block_on(async {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|first| {
                let (client, addresses) = (client.clone(), Arc::clone(&addresses));
                tokio::spawn(async move {
                    let mut received = 0;
                    for address in addresses.iter().skip(first).step_by(AT_ONCE) {
                        received +=
                            client.get(address).send().await.expect("an answer").bytes().await.expect("a body").len();
                    }
                    received
                })
            })
            .collect();
        let mut all = 0;
        for worker in workers {
            all += worker.await.expect("a worker");
        }
        all
    });
    println!("{received} bytes of {url}");
}
