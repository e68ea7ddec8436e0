//! Captures written as WARC and read back: nothing is lost by a kill, nothing is believed without its digest.

use std::{fs, io::Read};

use flate2::read::MultiGzDecoder;
use mingcha::{
    evidence::{Archive, ArchiveError},
    model::Capture,
};
use sha2::{Digest, Sha256};

use crate::support::warc::{files, read_strictly};

pub fn capture(id: &str, body: &[u8]) -> Capture {
    let digest = Sha256::digest(body);
    Capture {
        id: id.to_owned(),
        url: format!("http://www.heyuan.gov.cn/{id}.html"),
        final_url: format!("http://www.heyuan.gov.cn/{id}.html"),
        hops: Vec::new(),
        at: "2022-01-18T01:30:00.25+08:00".parse().unwrap(),
        status: 200,
        headers: vec![
            ("content-type".into(), "text/html".into()),
            ("transfer-encoding".into(), "chunked".into()),
            ("content-length".into(), "999999".into()),
            ("x-evil".into(), "a\r\nWARC-Type: resource".into()),
        ],
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        bytes: body.len() as u64,
        truncated: false,
        attempts: 1,
        location: None,
        revisit: None,
        conditions: Vec::new(),
        old_tls: false,
        rendered: None,
    }
}

/// Writes bodies as one run; gives back their captures.
fn written(archive: &Archive, bodies: &[&[u8]]) -> Vec<Capture> {
    let numbered = bodies.iter().enumerate();
    let write = |(number, body): (usize, &&[u8])| {
        let mut capture = capture(&format!("p{number}"), body);
        archive.write(&mut capture, body).expect("written");
        capture
    };
    numbered.map(write).collect()
}

#[test]
fn what_is_written_is_read_back_from_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap().for_run("2022-01-18/hy").unwrap();
    let bodies: [&[u8]; 4] =
        ["<p>第一页</p>".as_bytes(), b"", b"a\r\n\r\nContent-Length: 3\r\n\r\nb", &[0, 255, 13, 10]];
    let captures = written(&archive, &bodies);
    archive.sync().unwrap();
    assert!(captures[0].location.as_deref().unwrap().starts_with("2022-01-18/hy/2022-01-18-hy-00001.warc.gz:"));
    let reader = Archive::open(folder.path()).unwrap();
    for (capture, body) in captures.iter().zip(bodies).rev() {
        assert_eq!(reader.read(capture).unwrap(), body);
    }
}

#[test]
fn whoever_takes_a_killed_visit_over_cuts_off_its_broken_record_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let run = || Archive::open(folder.path()).unwrap().for_run("2022-01-18/hy").unwrap();
    let captures = written(&run(), &[b"one", b"two", &b"three, which is torn ".repeat(500)]);
    let path = folder.path().join("2022-01-18/hy/2022-01-18-hy-00001.warc.gz");
    let offset = |capture: &Capture| -> u64 {
        capture.location.as_deref().unwrap().rsplit_once(':').unwrap().1.parse().unwrap()
    };
    let (whole, torn) = (fs::metadata(&path).unwrap().len(), offset(&captures[2]));
    // Within the head of the gzip member, within its data, within its checksum.
    for length in [torn + 3, torn + 60, whole - 2] {
        let bytes = fs::read(&path).unwrap();
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
        let after = written(&run(), &[b"after"]);
        assert_eq!(fs::metadata(&path).unwrap().len(), torn, "cut at {length}");
        for (capture, body) in captures.iter().zip([b"one", b"two"]) {
            assert_eq!(run().read(capture).unwrap(), body);
        }
        assert_eq!(run().read(&after[0]).unwrap(), b"after");
        fs::write(&path, bytes).unwrap();
    }
    written(&run(), &[b"again"]);
    assert_eq!(fs::metadata(&path).unwrap().len(), whole, "a file that is whole stays as it is");
}

#[test]
fn the_file_is_a_warc_with_one_gzip_member_a_record() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let captures = written(&archive, &[b"one", b"two"]);
    let bytes = fs::read(folder.path().join("pages-00001.warc.gz")).unwrap();
    for capture in &captures {
        let offset: usize = capture.location.as_deref().unwrap().rsplit_once(':').unwrap().1.parse().unwrap();
        assert_eq!(bytes[offset..offset + 2], [0x1f, 0x8b], "a member begins at the offset");
    }
    let mut text = String::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    let records: Vec<&str> = text.split("WARC/1.1\r\n").skip(1).collect();
    assert_eq!(records.len(), 3);
    assert!(records[0].starts_with("WARC-Type: warcinfo\r\n"));
    let first = records[1];
    assert!(first.contains("WARC-Target-URI: http://www.heyuan.gov.cn/p0.html\r\n"));
    assert!(first.contains("WARC-Date: 2022-01-17T17:30:00.25Z\r\n"));
    // base32 of the SHA-256 of "one"
    assert!(
        first.contains("WARC-Payload-Digest: sha256:O2JMHLJVIC5YAPACBM5O4ZWNRCDREMRU5IGG44KDYCW5OP7UGHWQ====\r\n"),
        "{first}"
    );
    assert!(
        first.contains("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nX-Archive-Orig-transfer-encoding: chunked\r\n")
    );
    assert!(first.contains("\r\nx-evil: a  WARC-Type: resource\r\n"), "a header cannot smuggle in another");
    assert!(first.ends_with("Content-Length: 3\r\n\r\none\r\n\r\n"));
}

#[test]
fn a_body_that_was_cut_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let mut cut = Capture { truncated: true, ..capture("long", b"begins") };
    archive.write(&mut cut, b"begins").unwrap();
    let records = read_strictly(&files(folder.path()));
    assert_eq!(records[1].header("warc-truncated"), "length");
    assert_eq!(archive.read(&cut).unwrap(), b"begins");
}

#[test]
fn a_record_cut_by_a_kill_costs_nothing_but_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pages-00001.warc.gz");
    let before_the_kill = Archive::open(folder.path()).unwrap();
    let mut captures = written(&before_the_kill, &[b"first", b"second", b"cut"]);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 30]).unwrap();

    let after = Archive::open(folder.path()).unwrap();
    assert!(matches!(after.read(&captures[2]), Err(ArchiveError::Damaged { .. })));
    captures.truncate(2);
    captures.extend(written(&after, &[b"resumed"]));
    assert!(
        captures[2].location.as_deref().unwrap().starts_with("pages-00002.warc.gz:"),
        "never behind a broken record"
    );
    for (capture, body) in captures.iter().zip(["first", "second", "resumed"]) {
        assert_eq!(after.read(capture).unwrap(), body.as_bytes());
    }
}

#[test]
fn evidence_that_was_changed_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let captures = written(&archive, &[b"first", b"other"]);
    let swapped = Capture { location: captures[1].location.clone(), ..captures[0].clone() };
    let error = archive.read(&swapped).unwrap_err().to_string();
    assert!(error.contains("the digest of the body is") && error.contains(&captures[0].sha256), "{error}");
}

#[test]
fn locations_do_not_lead_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let at = |location: &str| Capture { location: Some(location.to_owned()), ..capture("x", b"") };
    for location in ["../secret:0", "/etc/passwd:0", "a/../../b:0", "pages", "pages:x", ":0"] {
        assert!(matches!(archive.read(&at(location)), Err(ArchiveError::BadLocation(_))), "{location}");
    }
    assert!(matches!(archive.read(&capture("x", b"")), Err(ArchiveError::NotWritten(_))));
    assert!(matches!(archive.read(&at("gone.warc.gz:0")), Err(ArchiveError::Io { .. })));
    assert!(matches!(archive.for_run("../elsewhere"), Err(ArchiveError::BadLocation(_))));
}
