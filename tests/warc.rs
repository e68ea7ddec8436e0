//! What a night leaves as evidence is WARC 1.1 to the letter, and the standard tools read it.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{
    server::Seen,
    site::{HOST, Site, Validation},
    warc::{Record, files, read_strictly, run_tool},
};

/// Two nights on a portal with everything that makes a record of its own kind.
async fn two_nights() -> Site {
    let site = Site::start(Validation::Etags).await;
    {
        let mut pages = site.pages.lock().unwrap();
        pages.insert("/old/".into(), "=> /older/".into());
        pages.insert("/older/".into(), "=> /zcjd/t20221011_1.html".into());
        pages.insert("/sign/".into(), "<meta http-equiv=\"refresh\" content=\"0;url=/zcjd/t20221012_2.html\">".into());
    }
    let links = "<a href=\"/old/\">旧版政策</a><a href=\"/sign/\">政策平台</a><a href=\"/gone/\">机构设置</a></body>";
    site.change("/", |page| page.replace("</body>", links));
    site.night(0).await;
    site.change("/tzgg/", |page| page.replace("第1号", "第一号"));
    site.night(1).await;
    site
}

fn of<'a>(records: &'a [Record], path: &str) -> Vec<&'a Record> {
    let url = format!("http://{HOST}{path}");
    let of_page = |record: &&Record| record.kind != "request" && record.header("warc-target-uri") == url;
    records.iter().filter(of_page).collect()
}

#[tokio::test]
async fn every_request_stands_behind_its_answer_as_the_portal_saw_it() {
    let site = two_nights().await;
    let records = read_strictly(&files(&site.folder.path().join("evidence")));
    let requests: Vec<&Record> = records.iter().filter(|record| record.kind == "request").collect();
    let answers = records.iter().filter(|record| matches!(record.kind.as_str(), "response" | "revisit")).count();
    assert_eq!(requests.len(), answers);
    let written: BTreeSet<String> = requests.iter().map(|request| request.http.clone()).collect();
    let seen: BTreeSet<String> =
        site.server.log().iter().filter(|seen| seen.path != "/robots.txt").map(as_sent).collect();
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).next().cloned();
    assert_eq!((only(&written, &seen), only(&seen, &written)), (None, None));
    assert!(written.iter().any(|request| request.contains("\r\nif-none-match: ")), "conditions are kept");
    for request in requests {
        let of = request.header("warc-concurrent-to");
        let answer = records.iter().find(|record| record.header("warc-record-id") == of).expect("its answer is there");
        assert_eq!(answer.header("warc-target-uri"), request.header("warc-target-uri"));
        assert_eq!(answer.header("warc-date"), request.header("warc-date"));
    }
}

/// A request as it came over the wire.
fn as_sent(seen: &Seen) -> String {
    let lines = seen.headers.iter().map(|(name, value)| format!("\r\n{name}: {value}"));
    format!("GET {} HTTP/1.1{}", seen.path, lines.collect::<String>())
}

#[tokio::test]
async fn every_record_is_what_it_says() {
    let site = two_nights().await;
    let files = files(&site.folder.path().join("evidence"));
    assert_eq!(files.len(), 2, "one file a night");
    let records = read_strictly(&files);
    let mut kinds = BTreeMap::<&str, usize>::new();
    for record in &records {
        *kinds.entry(record.kind.as_str()).or_default() += 1;
    }
    assert_eq!(kinds["warcinfo"], 2);
    assert!(kinds["revisit"] > 30 && kinds["response"] > 30, "{kinds:?}");

    let about = String::from_utf8(records[0].payload.clone()).unwrap();
    for line in
        ["software: mingcha/", "isPartOf: 2022-11-16/heyuan\r\n", "robots: obey\r\n", "http-header-user-agent: "]
    {
        assert!(about.contains(line), "{about}");
    }
    let redirect = of(&records, "/old/");
    assert!(redirect[0].http.starts_with("HTTP/1.1 302 Found\r\n"), "{}", redirect[0].http);
    assert!(redirect[0].http.contains("location: /older/"));
    let signpost = of(&records, "/sign/");
    assert!(String::from_utf8_lossy(&signpost[0].payload).contains("refresh"), "the page that sends on is kept");
    assert!(of(&records, "/gone/")[0].http.starts_with("HTTP/1.1 404 Not Found\r\n"));
    let unchanged = of(&records, "/tzgg/t20221011_1.html");
    assert_eq!(unchanged[1].header("warc-profile"), "http://netpreserve.org/warc/1.1/revisit/server-not-modified");
    let id = unchanged[1].header("warc-record-id");
    let beside = records.iter().find(|record| record.kind == "metadata" && record.header("warc-refers-to") == id);
    let beside = String::from_utf8(beside.expect("what was sent is kept").payload.clone()).unwrap();
    assert!(beside.starts_with("http-status: 304\r\n") && beside.contains("http-header-etag: "), "{beside}");
    let sampled = of(&records, "/");
    assert_eq!(sampled[1].header("warc-profile"), "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest");
    let changed = of(&records, "/tzgg/");
    assert_eq!([&changed[0].kind, &changed[1].kind], ["response", "response"]);
}

#[tokio::test]
async fn the_standard_tools_read_it() {
    let site = two_nights().await;
    let files = files(&site.folder.path().join("evidence"));
    if let Some(text) = run_tool("warcio", &["check", "-v"], &files) {
        assert!(text.contains("digest pass") && !text.contains("failed"), "{text}");
        assert!(!text.contains("no digest to check"), "{text}");
    }
    if let Some(index) = run_tool("cdxj-indexer", &[], &files) {
        let of_page = |record: &Record| record.kind == "response" || record.kind == "revisit";
        let pages = read_strictly(&files).into_iter().filter(of_page).count();
        assert_eq!(index.lines().filter(|line| line.contains("\"url\"")).count(), pages, "{index}");
        assert!(index.contains("\"mime\": \"warc/revisit\""));
    }
}
