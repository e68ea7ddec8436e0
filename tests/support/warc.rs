//! A strict reader of WARC files (ISO 28500:2017): whatever a record claims of itself is held against its bytes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};

/// A record that was found sound.
#[derive(Clone, Debug)]
pub struct Record {
    pub kind: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// First line and headers of the request or the answer; empty for others.
    pub http: String,
    pub payload: Vec<u8>,
}

impl Record {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// All WARC files below a folder, in order of path.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The records of all files; fails on anything that is not as the standard wants it.
pub fn read_strictly(files: &[PathBuf]) -> Vec<Record> {
    let mut records = Vec::new();
    for file in files {
        let of_file = read_file(file);
        assert_eq!(of_file[0].kind, "warcinfo", "{}: what wrote it comes first", file.display());
        let name = file.file_name().unwrap().to_str().unwrap();
        assert_eq!(of_file[0].header("warc-filename"), name);
        records.extend(of_file);
    }
    let ids: BTreeSet<&str> = records.iter().map(|record| record.header("warc-record-id")).collect();
    assert_eq!(ids.len(), records.len(), "record ids are unique");
    for record in &records {
        if record.kind == "revisit" {
            let same = |other: &&Record| other.header("warc-record-id") == record.header("warc-refers-to");
            let original = records.iter().find(same).expect("the record a revisit refers to is there");
            assert_eq!(original.kind, "response");
            assert_eq!(original.header("warc-date"), record.header("warc-refers-to-date"));
            assert_eq!(original.header("warc-target-uri"), record.header("warc-refers-to-target-uri"));
            assert_eq!(original.header("warc-payload-digest"), record.header("warc-payload-digest"));
        }
        let others = ["warc-concurrent-to", "warc-refers-to"].map(|name| record.headers.get(name));
        for other in others.into_iter().flatten() {
            assert!(ids.contains(other.as_str()), "{other} is there");
        }
    }
    records
}

fn read_file(path: &Path) -> Vec<Record> {
    let bytes = fs::read(path).unwrap();
    let mut rest = bytes.as_slice();
    let mut records = Vec::new();
    while !rest.is_empty() {
        // One member holds one record, so that it can be read alone.
        let mut member = Vec::new();
        GzDecoder::new(&mut rest).read_to_end(&mut member).expect("a sound gzip member");
        records.push(record(&member));
    }
    records
}

fn record(bytes: &[u8]) -> Record {
    let (head, rest) = split_head(bytes);
    let mut lines = head.split("\r\n");
    assert_eq!(lines.next(), Some("WARC/1.1"));
    let headers = fields(lines);
    let header = |name: &str| headers.get(name).map_or("", String::as_str);
    let kind = header("warc-type").to_owned();
    let length: usize = header("content-length").parse().expect("a length");
    let (block, end) = rest.split_at(length);
    assert_eq!(end, b"\r\n\r\n", "two empty lines end a record, and nothing follows in its member");
    assert!(header("warc-record-id").starts_with("<urn:uuid:"), "{headers:?}");
    let _: jiff::Timestamp = header("warc-date").parse().expect("a date");
    assert_eq!(header("warc-block-digest"), digest(block));
    let mut found = Record { kind, headers: headers.clone(), http: String::new(), payload: block.to_vec() };
    match found.kind.as_str() {
        "warcinfo" | "metadata" => {
            assert_eq!(header("content-type"), "application/warc-fields");
            let text = String::from_utf8(block.to_vec()).expect("fields are UTF-8");
            fields(text.strip_suffix("\r\n").expect("every field has its line").split("\r\n"));
        }
        "request" => {
            assert_eq!(header("content-type"), "application/http; msgtype=request");
            let url: url::Url = header("warc-target-uri").parse().expect("an address");
            let (http, payload) = split_head(block);
            let path = &url[url::Position::BeforePath..];
            assert!(http.starts_with(&format!("GET {path} HTTP/1.1\r\n")) && payload.is_empty(), "{http}");
            assert!(headers.contains_key("warc-concurrent-to"));
            found.http = http;
            found.payload.clear();
        }
        // Empty, so that replay shows the answer it refers to.
        "revisit" if header("warc-profile").ends_with("/server-not-modified") => assert_eq!(block, b""),
        "response" | "revisit" => {
            assert_eq!(header("content-type"), "application/http; msgtype=response");
            let _: url::Url = header("warc-target-uri").parse().expect("an address");
            let (http, payload) = split_head(block);
            assert!(http.starts_with("HTTP/1.1 "), "{http}");
            let answer = fields(http.split("\r\n").skip(1));
            assert!(!answer.contains_key("transfer-encoding") && !answer.contains_key("content-encoding"));
            if found.kind == "response" {
                assert_eq!(answer["content-length"], payload.len().to_string());
                assert_eq!(header("warc-payload-digest"), digest(payload));
            } else {
                assert_eq!(payload, b"", "a revisit has no body");
                assert!(header("warc-profile").starts_with("http://netpreserve.org/warc/1.1/revisit/"));
            }
            found.http = http;
            found.payload = payload.to_vec();
        }
        "conversion" => {
            assert_eq!(header("warc-payload-digest"), digest(block));
            let kind = header("content-type");
            assert!(kind == "text/html; charset=utf-8" || kind == "image/png", "{kind}");
        }
        other => panic!("an unexpected kind of record: {other}"),
    }
    found
}

/// Lines up to the empty one, and what follows it.
fn split_head(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an empty line ends the headers");
    let head = String::from_utf8(bytes[..end].to_vec()).expect("headers are UTF-8");
    assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "no bare line ends: {head:?}");
    (head, &bytes[end + 4..])
}

fn fields<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    lines
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line:?} is no header"));
            (name.to_ascii_lowercase(), value.to_owned())
        })
        .collect()
}

/// As the standard tools write digests: base32 of RFC 4648, by way of a text of bits.
fn digest(bytes: &[u8]) -> String {
    let bits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:08b}")).collect();
    let letters = bits.as_bytes().chunks(5).map(|five| {
        let five = format!("{:0<5}", str::from_utf8(five).unwrap());
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from_str_radix(&five, 2).unwrap()])
    });
    format!("sha256:{}====", letters.collect::<String>())
}

/// Runs a tool of the archiving world on files, where it is installed; its standard output.
pub fn run_tool(tool: &str, arguments: &[&str], files: &[PathBuf]) -> Option<String> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/warc-tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain([tools]);
    let program = places.map(|place| place.join(tool)).find(|program| program.is_file());
    let Some(program) = program else {
        // tests/run.sh installs the tools; without a network this test rests on the strict reader alone.
        eprintln!("{tool} is not installed: not asked");
        return None;
    };
    let output = std::process::Command::new(program).args(arguments).args(files).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{tool} {arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    Some(text)
}
