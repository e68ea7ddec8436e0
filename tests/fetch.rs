//! One request at a time: what the client bears, what it names, what it refuses, and what the portal sees of it.

use std::{
    collections::BTreeMap,
    io::Write,
    time::{Duration, Instant},
};

use mingcha::{
    fetch::{Client, Patience, RobotsAccess, Settings, cause_of_answer},
    model::{Capture, Cause, NotMeasurable},
};

use crate::support::server::{Script, Seen, Server, Step, answer, page, redirect, status};

const HOST: &str = "www.heyuan.gov.cn";

/// Impatient settings that send `www.heyuan.gov.cn` to the server.
fn settings(server: &Server) -> Settings {
    Settings {
        user_agent: "mingcha/0 (+tests)".to_owned(),
        rate_per_host: 10_000,
        head_timeout: Duration::from_secs(5),
        idle_timeout: Duration::from_secs(5),
        attempts: 1,
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(1500),
        resolve: BTreeMap::from([(HOST.to_owned(), server.address)]),
        ..Settings::default()
    }
}

fn client(server: &Server) -> Client {
    Client::new(settings(server)).expect("a client")
}

/// Settings for tests in which waiting is what is tested.
fn impatient(server: &Server) -> Settings {
    Settings {
        head_timeout: Duration::from_millis(300),
        idle_timeout: Duration::from_millis(200),
        total_timeout: Duration::from_millis(600),
        ..settings(server)
    }
}

fn url(path: &str) -> String {
    format!("http://{HOST}{path}")
}

/// A portal without robots.txt that answers everything else by the script.
async fn portal(script: impl Fn(&Seen) -> Script + Send + Sync + 'static) -> Server {
    Server::start(move |seen| if seen.path == "/robots.txt" { status(404, "") } else { script(seen) }).await
}

async fn get(script: impl Fn(&Seen) -> Script + Send + Sync + 'static) -> Result<(Capture, Vec<u8>), NotMeasurable> {
    let server = portal(script).await;
    client(&server).get(&url("/")).await
}

async fn failure(script: impl Fn(&Seen) -> Script + Send + Sync + 'static) -> (Cause, String) {
    let failed = get(script).await.expect_err("no answer");
    (failed.cause, failed.detail)
}

async fn impatient_failure(script: impl Fn(&Seen) -> Script + Send + Sync + 'static) -> (Cause, String) {
    let server = portal(script).await;
    let failed = Client::new(impatient(&server)).unwrap().get(&url("/")).await.expect_err("no answer");
    (failed.cause, failed.detail)
}

// -- what is kept of an answer --

#[tokio::test]
async fn an_answer_is_kept_with_its_headers_digest_and_time() {
    let night = "2022-01-18T01:30:00+08:00".parse().unwrap();
    let server = portal(|_| page("<p>河源市人民政府</p>")).await;
    let client =
        Client::new(Settings { clock: Some(night), run: "2022-01-18/hy".into(), ..settings(&server) }).unwrap();
    let (capture, body) = client.get(&url("/zwgk/#top")).await.unwrap();
    assert_eq!(body, "<p>河源市人民政府</p>".as_bytes());
    assert_eq!((capture.status, capture.bytes, capture.attempts), (200, body.len() as u64, 1));
    assert_eq!(
        (capture.url.as_str(), capture.final_url.as_str()),
        (url("/zwgk/#top").as_str(), url("/zwgk/").as_str())
    );
    assert_eq!(capture.header("CONTENT-TYPE"), Some("text/html; charset=utf-8"));
    assert_eq!(capture.sha256.len(), 64);
    assert_eq!(capture.id.len(), 32);
    assert!(capture.at.duration_since(night).as_secs() < 60, "{} is in the pretended night", capture.at);
    assert_eq!(cause_of_answer(&capture), None);
    assert_eq!(server.log()[1].host, HOST, "the port of `resolve` is used but not shown");
    assert_eq!(server.log()[1].user_agent, "mingcha/0 (+tests)");
    assert_eq!(client.load().requests, 2, "the page and robots.txt");
    assert_eq!(client.load().bytes, body.len() as u64);
}

#[tokio::test]
async fn the_same_page_of_the_same_run_has_the_same_id() {
    let server = portal(|_| page("same")).await;
    let of_run = async |run: &str| {
        let client = Client::new(Settings { run: run.to_owned(), ..settings(&server) }).unwrap();
        client.get(&url("/")).await.unwrap().0.id
    };
    assert_eq!(of_run("a").await, of_run("a").await);
    assert_ne!(of_run("a").await, of_run("b").await);
}

#[tokio::test]
async fn answers_of_every_status_are_answers_with_a_named_cause() {
    let cases = [
        (404, "", Cause::NotFound),
        (403, "", Cause::Forbidden),
        (412, "", Cause::BotShield),
        (521, "", Cause::BotShield),
        (418, "", Cause::ClientError),
        (500, "", Cause::ServerError),
        (429, "", Cause::Throttled),
        (503, "Retry-After: 0\r\n", Cause::Throttled),
        (503, "", Cause::ServerError),
    ];
    for (code, headers, cause) in cases {
        let (capture, body) = get(move |_| answer(code, headers, "为什么")).await.unwrap();
        assert_eq!(capture.status, code);
        assert_eq!(body, "为什么".as_bytes(), "the body of a {code} is evidence");
        assert_eq!(cause_of_answer(&capture), Some(cause), "{code} {headers}");
    }
}

// -- limits --

#[tokio::test]
async fn a_body_without_end_is_cut_at_the_limit() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    let server = portal(move |_| vec![Step::Send(head.into()), Step::ForEver(vec![b'x'; 4096])]).await;
    let client = Client::new(Settings { max_bytes: 50_000, ..settings(&server) }).unwrap();
    let (capture, body) = client.get(&url("/")).await.unwrap();
    assert_eq!((capture.truncated, body.len()), (true, 50_000));
}

#[tokio::test]
async fn a_gzip_bomb_is_cut_at_the_limit_of_what_it_unpacks_to() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![b' '; 20_000_000]).unwrap();
    let bomb = gzip.finish().unwrap();
    assert!(bomb.len() < 50_000, "20 MB travel as {} bytes", bomb.len());
    let server = portal(move |_| answer(200, "Content-Type: text/html\r\nContent-Encoding: gzip\r\n", &bomb)).await;
    let client = Client::new(Settings { max_bytes: 100_000, ..settings(&server) }).unwrap();
    let (capture, body) = client.get(&url("/")).await.unwrap();
    assert_eq!((capture.truncated, body.len()), (true, 100_000));
    assert!(client.load().bytes < 1_000_000, "{} bytes unpacked", client.load().bytes);
}

#[tokio::test]
async fn of_a_video_only_the_beginning_is_read() {
    let server = portal(|_| answer(200, "Content-Type: video/mp4\r\n", vec![0; 500_000])).await;
    let (capture, body) = client(&server).get(&url("/film.mp4")).await.unwrap();
    assert_eq!((capture.truncated, body.len()), (true, 64 * 1024));
}

#[tokio::test]
async fn slow_heads_silent_bodies_and_drips_are_timeouts_of_their_own_stage() {
    let (cause, detail) = impatient_failure(|_| vec![Step::Wait(Duration::from_secs(5))]).await;
    assert_eq!((cause, detail.as_str()), (Cause::Timeout, "300毫秒内没有响应"));

    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegin";
    let (cause, detail) =
        impatient_failure(move |_| vec![Step::Send(head.into()), Step::Wait(Duration::from_secs(5))]).await;
    assert_eq!((cause, detail.as_str()), (Cause::BodyTimeout, "收到5字节后服务器不再发送"));

    let (cause, detail) = impatient_failure(move |_| {
        let drip = [Step::Wait(Duration::from_millis(50)), Step::Send(b"x".to_vec())];
        [Step::Send(head.into())].into_iter().chain(drip.into_iter().cycle().take(200)).collect()
    })
    .await;
    assert_eq!(cause, Cause::BodyTimeout);
    assert!(detail.ends_with("字节后传输过慢"), "{detail}");
}

#[tokio::test]
async fn the_second_look_waits_longer() {
    let server = portal(|_| {
        let mut script = page("late");
        script.insert(0, Step::Wait(Duration::from_millis(500)));
        script
    })
    .await;
    let client = Client::new(impatient(&server)).unwrap();
    assert_eq!(client.get(&url("/")).await.unwrap_err().cause, Cause::Timeout);
    let (capture, body) = client.get_with(&url("/"), Patience::Longer).await.unwrap();
    assert_eq!((capture.status, body.as_slice()), (200, b"late".as_slice()));
}

#[tokio::test]
async fn huge_heads_are_refused() {
    let (cause, _) = failure(|_| {
        vec![
            Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()),
            Step::ForEver(b"X-Padding: aaaaaaaaaaaaaaaaaaaaaaaa\r\n".to_vec()),
        ]
    })
    .await;
    assert_eq!(cause, Cause::TooLarge);
}

// -- failures by name --

#[tokio::test]
async fn connections_that_break_are_named() {
    assert_eq!(failure(|_| vec![Step::Reset]).await.0, Cause::Reset);
    assert_eq!(failure(|_| vec![Step::Close]).await.0, Cause::Reset);
    let lie = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this";
    let (cause, detail) = failure(move |_| vec![Step::Send(lie.into()), Step::Close]).await;
    assert_eq!(cause, Cause::Truncated);
    assert!(detail.starts_with("收到9字节后："), "{detail}");
    assert_eq!(failure(move |_| vec![Step::Send(lie.into()), Step::Reset]).await.0, Cause::Reset);
    assert_eq!(failure(|_| vec![Step::Send(b"SSH-2.0-OpenSSH\r\n".to_vec())]).await.0, Cause::MalformedHttp);
    let (cause, _) = failure(|_| answer(200, "Content-Encoding: gzip\r\n", "no gzip at all")).await;
    assert_eq!(cause, Cause::Truncated);
}

#[tokio::test]
async fn a_port_where_nobody_listens_refuses() {
    let server = portal(|_| page("")).await;
    let settings = settings(&server);
    drop(server);
    // The task that held the socket is aborted; give it the time to let go.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let failed = Client::new(settings).unwrap().get(&url("/")).await.unwrap_err();
    assert_eq!(failed.cause, Cause::Refused, "{}", failed.detail);
    assert!(failed.detail.contains("robots.txt 无法读取"), "{}", failed.detail);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_fails_by_tls() {
    let server = portal(|_| page("")).await;
    let failed = client(&server).get(&format!("https://{HOST}/")).await.unwrap_err();
    assert_eq!(failed.cause, Cause::Tls, "{}", failed.detail);
}

#[tokio::test]
async fn addresses_that_are_none_are_never_asked_for() {
    let server = portal(|_| page("")).await;
    let client = client(&server);
    for text in ["javascript:void(0)", "ftp://www.heyuan.gov.cn/", "zwgk", &url(&"/a".repeat(2000))] {
        let failed = client.get(text).await.unwrap_err();
        assert_eq!((failed.cause, failed.url.as_str()), (Cause::BadAddress, text));
    }
    assert_eq!(client.load().requests, 0);
}

// -- redirects --

#[tokio::test]
async fn redirects_are_followed_by_hand_and_kept() {
    let server = portal(|seen| match seen.path.as_str() {
        "/" => redirect("/zwgk"),
        "/zwgk" => redirect("zwgk/index.html#top"),
        _ => page("here"),
    })
    .await;
    let (capture, body) = client(&server).get(&url("/")).await.unwrap();
    assert_eq!(body, b"here");
    assert_eq!(capture.final_url, url("/zwgk/index.html"));
    let hops: Vec<(String, u16)> = capture.hops.into_iter().map(|hop| (hop.url, hop.status)).collect();
    assert_eq!(hops, [(url("/"), 302), (url("/zwgk"), 302)]);
}

#[tokio::test]
async fn circles_and_endless_chains_of_redirects_end() {
    let server = portal(|_| redirect("/")).await;
    let failed = client(&server).get(&url("/")).await.unwrap_err();
    assert_eq!(failed.cause, Cause::TooManyRedirects);
    assert_eq!(server.paths(), ["/"], "a circle is seen before it is walked");

    let server = portal(|seen| redirect(&format!("{}x", seen.path))).await;
    let failed = client(&server).get(&url("/")).await.unwrap_err();
    assert_eq!(failed.cause, Cause::TooManyRedirects);
    assert_eq!(server.paths().len(), 6, "five redirects are followed");
}

#[tokio::test]
async fn nobody_is_led_into_the_office_network() {
    let inner = Server::start(|_| page("secret")).await;
    let port = inner.address.port();
    let targets = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://0x7f000001:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://10.0.0.1/".to_owned(),
    ];
    for target in targets {
        let server = portal({
            let target = target.clone();
            move |_| redirect(&target)
        })
        .await;
        let failed = client(&server).get(&url("/")).await.unwrap_err();
        assert_eq!(failed.cause, Cause::PrivateAddress, "{target}: {}", failed.detail);
    }
    assert!(inner.log().is_empty(), "not even robots.txt was asked for");
}

#[tokio::test]
async fn a_portal_inside_the_office_network_is_visited_where_it_is_allowed() {
    let server = portal(|_| page("inner")).await;
    let local = format!("http://{}/", server.address);
    let refused = client(&server).get(&local).await.unwrap_err();
    assert_eq!(refused.cause, Cause::PrivateAddress);
    let client = Client::new(Settings { allow_private: true, ..settings(&server) }).unwrap();
    assert_eq!(client.get(&local).await.unwrap().1, b"inner");
}

// -- robots.txt --

#[tokio::test]
async fn what_robots_forbids_is_not_asked_for() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/robots.txt" => answer(
            200,
            "",
            "User-agent: *\nDisallow: /search\nUser-agent: mingcha\nDisallow: /admin/\nSitemap: http://www.heyuan.gov.cn/s.xml\n",
        ),
        _ => page("ok"),
    })
    .await;
    let client = client(&server);
    let failed = client.get(&url("/admin/login.jsp")).await.unwrap_err();
    assert_eq!((failed.cause, failed.detail.as_str()), (Cause::RobotsForbidden, "robots.txt 规定 Disallow: /admin/"));
    assert!(client.get(&url("/search?q=1")).await.is_ok(), "the group for everybody else is not ours");
    assert_eq!(server.paths(), ["/search?q=1"]);
    let record = client.robots(&url("/")).await.unwrap();
    assert_eq!(
        (record.access, record.sitemaps),
        (RobotsAccess::Read, vec!["http://www.heyuan.gov.cn/s.xml".to_owned()])
    );
    assert_eq!(server.log().len(), 2, "robots.txt is read once");
}

#[tokio::test]
async fn without_robots_everything_is_allowed_and_with_a_broken_one_nothing() {
    let server = Server::start(|seen| if seen.path == "/robots.txt" { status(403, "") } else { page("ok") }).await;
    assert!(client(&server).get(&url("/")).await.is_ok());

    let server = Server::start(|seen| if seen.path == "/robots.txt" { status(500, "") } else { page("ok") }).await;
    let failed = client(&server).get(&url("/")).await.unwrap_err();
    assert_eq!(failed.cause, Cause::ServerError);
    assert!(server.paths().is_empty());

    let server = Server::start(|seen| match (seen.path.as_str(), seen.before) {
        ("/robots.txt", 0) => vec![Step::Wait(Duration::from_secs(5))],
        ("/robots.txt", _) => status(404, ""),
        _ => page("ok"),
    })
    .await;
    let client = Client::new(impatient(&server)).unwrap();
    assert_eq!(client.get(&url("/")).await.unwrap_err().cause, Cause::Timeout);
    assert!(client.get_with(&url("/"), Patience::Longer).await.is_ok(), "the second look asks for robots.txt again");
}

#[tokio::test]
async fn robots_can_be_set_aside_by_configuration_only() {
    let server = Server::start(|seen| {
        if seen.path == "/robots.txt" { answer(200, "", "User-agent: *\nDisallow: /\n") } else { page("ok") }
    })
    .await;
    assert_eq!(client(&server).get(&url("/")).await.unwrap_err().cause, Cause::RobotsForbidden);
    let client = Client::new(Settings { obey_robots: false, ..settings(&server) }).unwrap();
    assert!(client.get(&url("/")).await.is_ok());
}

// -- politeness, as the portal sees it --

#[tokio::test]
async fn a_portal_never_sees_more_than_the_configured_rate() {
    let server = portal(|_| page("ok")).await;
    let settings = Settings { rate_per_host: 15, ..settings(&server) };
    let client = Client::new(settings).unwrap();
    let paths: Vec<String> = (0..20).map(|number| url(&format!("/{number}"))).collect();
    let answers = futures_util::future::join_all(paths.iter().map(|path| client.get(path))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(server.log().len(), 21);
    assert!(server.peak_rate() <= 15, "{} requests within one second", server.peak_rate());
    assert!(client.load().peak_rate <= 15);
}

#[tokio::test]
async fn crawl_delay_is_honoured() {
    let server = Server::start(|seen| {
        if seen.path == "/robots.txt" { answer(200, "", "User-agent: *\nCrawl-delay: 1\n") } else { page("ok") }
    })
    .await;
    let settings = Settings { longest_crawl_delay: Duration::from_millis(200), ..settings(&server) };
    let client = Client::new(settings).unwrap();
    for path in ["/1", "/2", "/3"] {
        client.get(&url(path)).await.unwrap();
    }
    let log = server.log();
    for pair in log[1..].windows(2) {
        assert!(pair[1].at - pair[0].at >= Duration::from_millis(200), "{:?}", pair[1].at - pair[0].at);
    }
}

#[tokio::test]
async fn a_portal_that_asks_for_a_pause_gets_it_for_every_address() {
    let server = portal(|seen| match (seen.path.as_str(), seen.before) {
        ("/a", 0) => answer(429, "Retry-After: 1\r\n", "slow down"),
        _ => page("ok"),
    })
    .await;
    let client = Client::new(Settings { attempts: 2, ..settings(&server) }).unwrap();
    let begun = Instant::now();
    let (a, b) = (url("/a"), url("/b"));
    let (first, second) = tokio::join!(client.get(&a), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.get(&b).await
    });
    assert_eq!(first.unwrap().0.attempts, 2);
    assert!(second.is_ok());
    let log = server.log();
    assert_eq!(log.len(), 4, "robots.txt, /a, and after the pause both");
    assert!(log[2].at.duration_since(begun) >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_portal_that_asks_for_a_long_pause_is_left_alone() {
    let server = portal(|_| answer(503, "Retry-After: 3600\r\n", "maintenance")).await;
    let client = Client::new(Settings { attempts: 3, ..settings(&server) }).unwrap();
    let (capture, _) = client.get(&url("/a")).await.unwrap();
    assert_eq!((capture.status, cause_of_answer(&capture)), (503, Some(Cause::Throttled)));
    let failed = client.get(&url("/b")).await.unwrap_err();
    assert_eq!(failed.cause, Cause::Throttled);
    assert_eq!(server.paths(), ["/a"], "nothing more was asked for");
}

#[tokio::test]
async fn passing_trouble_is_asked_again_with_growing_pauses() {
    let server = portal(|seen| match seen.before {
        0 => status(502, ""),
        1 => vec![Step::Reset],
        _ => page("at last"),
    })
    .await;
    let client =
        Client::new(Settings { attempts: 3, first_pause: Duration::from_millis(60), ..settings(&server) }).unwrap();
    let (capture, body) = client.get(&url("/")).await.unwrap();
    assert_eq!((capture.attempts, body.as_slice()), (3, b"at last".as_slice()));
    let log = server.log();
    assert!(log[2].at - log[1].at >= Duration::from_millis(60));
    assert!(log[3].at - log[2].at >= Duration::from_millis(120));
}

#[tokio::test]
async fn a_broken_page_is_not_hammered() {
    let server = portal(|_| status(500, "NullPointerException")).await;
    let client = Client::new(Settings { attempts: 3, ..settings(&server) }).unwrap();
    let (capture, _) = client.get(&url("/")).await.unwrap();
    assert_eq!((capture.attempts, cause_of_answer(&capture)), (1, Some(Cause::ServerError)));
}
