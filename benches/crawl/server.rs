//! Serves the made-up portal on loopback, in a process of its own: what it costs is not counted. It notes what it was
//! asked for, so that completeness is not what a crawler says of itself.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use super::site::Site;

/// Answers with the notes, and begins new ones.
const NOTES: &str = "/notes-of-the-server";

/// What was asked for.
#[derive(Default)]
struct Notes {
    requests: usize,
    pages: HashSet<String>,
    broken: HashSet<String>,
}

/// What a crawler reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    pub requests: usize,
    /// Different pages.
    pub pages: usize,
    /// Different addresses that are linked and do not exist.
    pub broken: usize,
}

/// The server's process; it ends with this.
pub struct Server {
    process: Child,
    pub address: String,
}

impl Server {
    /// Starts this program again as a server of a portal of so many pages.
    pub fn start(program: &Path, pages: usize) -> Self {
        let mut process = Command::new(program)
            .args(["serve", &pages.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
        let mut address = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut address).expect("its address");
        Self { process, address: address.trim().to_owned() }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What was reached since this was last asked.
    pub fn reached(&self) -> Reached {
        let mut stream = TcpStream::connect(&self.address).expect("the server");
        write!(stream, "GET {NOTES} HTTP/1.1\r\nConnection: close\r\n\r\n").expect("the server");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let mut numbers = answer.rsplit("\r\n\r\n").next().unwrap_or_default().split(' ').map(|word| word.parse());
        let mut next = || numbers.next().and_then(Result::ok).expect("three numbers");
        Reached { requests: next(), pages: next(), broken: next() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Serves until standard input ends: with whoever started this.
pub fn serve(site: Site) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    let notes = Arc::new(Mutex::new(Notes::default()));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let notes = Arc::clone(&notes);
            thread::spawn(move || converse(site, &stream, &notes));
        }
    });
    drop(std::io::stdin().read_to_end(&mut Vec::new()));
}

/// Answers one request after the other.
fn converse(site: Site, stream: &TcpStream, notes: &Mutex<Notes>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let (mut input, mut output) = (BufReader::new(stream), stream);
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let mut words = line.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut last = line.ends_with("HTTP/1.0\r\n");
        loop {
            let mut header = String::new();
            input.read_line(&mut header).ok()?;
            last |= header.eq_ignore_ascii_case("connection: close\r\n");
            if header.trim_end().is_empty() {
                break;
            }
        }
        let (status, kind, body) = answer(site, &path, notes);
        let mut bytes = format!(
            "HTTP/1.1 {status}\r\nServer: bench\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: {}\r\n\r\n",
            body.len(),
            if last { "close" } else { "keep-alive" },
        );
        if method != "HEAD" {
            bytes.push_str(&body);
        }
        output.write_all(bytes.as_bytes()).ok()?;
        if last {
            return None;
        }
    }
}

fn answer(site: Site, path: &str, notes: &Mutex<Notes>) -> (&'static str, &'static str, String) {
    let page = site.page(path);
    let mut notes = notes.lock().expect("notes");
    if path == NOTES {
        let seen = std::mem::take(&mut *notes);
        return ("200 OK", "text/plain", format!("{} {} {}", seen.requests, seen.pages.len(), seen.broken.len()));
    }
    notes.requests += 1;
    match page {
        Some(page) => {
            notes.pages.insert(path.trim_end_matches("index.html").to_owned());
            ("200 OK", "text/html; charset=utf-8", page)
        }
        None => {
            if site.is_broken(path) {
                notes.broken.insert(path.to_owned());
            }
            ("404 Not Found", "text/html; charset=utf-8", "<html><body><h1>404 Not Found</h1></body></html>".to_owned())
        }
    }
}
