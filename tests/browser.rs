//! One story in a real browser: sign in, open the flags, confirm one, see the score move.
//!
//! With `MINGCHA_PICTURES=DIR` it also keeps a picture of every page, wide and as a telephone shows it.

use std::{path::PathBuf, time::Duration};

use fantoccini::{Client, Locator};
use mingcha::{console, model::Finding};
use tokio::net::TcpListener;

use crate::support::{
    browser::Browser,
    office::{NAME, Office, PASSWORD, UNIT},
};

const WIDE: (u32, u32) = (1280, 900);
const PHONE: (u32, u32) = (390, 844);

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_flag_moves_the_score() {
    let office = Office::open().await;
    let finding = office.night_with_a_late_report().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let home = format!("http://{}", listener.local_addr().expect("its address"));
    let console = tokio::spawn(console::serve(listener, office.console(), std::future::pending()));

    let browser = Browser::start(WIDE.0, WIDE.1).await;
    let client = browser.client.clone();
    // In a task of its own, so that the browser is closed whatever becomes of the story.
    let told = tokio::time::timeout(Duration::from_secs(120), tokio::spawn(story(client, home, finding))).await;
    browser.close().await;
    console.abort();
    told.expect("the story ends within two minutes").expect("the story ends well");
}

async fn story(browser: Client, home: String, finding: Finding) {
    browser.goto(&home).await.expect("the console answers");
    picture(&browser, "login").await;
    fill(&browser, "input[name=name]", NAME).await;
    fill(&browser, "input[name=password]", PASSWORD).await;
    press(&browser, "登录").await;
    see(&browser, "h1", "昨夜检查").await;
    picture(&browser, "night").await;

    let before = score(&browser, &home).await;
    picture(&browser, "scores-before").await;

    follow(&browser, Locator::Css("nav a[href='/findings']")).await;
    see(&browser, "h1", "问题").await;
    picture(&browser, "findings").await;
    follow(&browser, Locator::Css("td.subject a")).await;
    see(&browser, "h1 .badge", "待核查").await;
    picture(&browser, "finding").await;
    press(&browser, "确认问题属实").await;
    see(&browser, "h1 .badge", "已确认").await;
    picture(&browser, "finding-confirmed").await;

    let after = score(&browser, &home).await;
    assert_ne!(before, after, "the score moved");
    picture(&browser, "scores-after").await;
    follow(&browser, Locator::LinkText(UNIT)).await;
    see(&browser, "h1", UNIT).await;
    let link = format!("a[href='/findings/{}']", finding.id);
    see(&browser, &link, "2021年度").await;
    picture(&browser, "explanation").await;

    let capture = finding.evidence[0].capture.clone().unwrap_or_default();
    for (name, path) in [
        ("capture", format!("/captures/{capture}")),
        ("capture-source", format!("/captures/{capture}?as=source")),
        ("entries", "/entries".to_owned()),
        ("entry-form", "/entries/new".to_owned()),
        ("bulletin", "/bulletins".to_owned()),
        ("missing", "/nothing-here".to_owned()),
    ] {
        browser.goto(&format!("{home}{path}")).await.unwrap();
        picture(&browser, name).await;
    }
    let alert = browser.get_alert_text().await;
    assert!(alert.is_err(), "no script of a portal ran: {alert:?}");
}

/// The confirmed total of the unit, as the score table shows it.
async fn score(browser: &Client, home: &str) -> String {
    browser.goto(&format!("{home}/scores")).await.unwrap();
    browser.find(Locator::Css("tbody td.number strong")).await.expect("the unit's row").text().await.unwrap()
}

async fn fill(browser: &Client, field: &str, text: &str) {
    browser.find(Locator::Css(field)).await.expect("the field").send_keys(text).await.unwrap();
}

async fn follow(browser: &Client, link: Locator<'_>) {
    browser.find(link).await.expect("the link").click().await.unwrap();
}

async fn press(browser: &Client, label: &str) {
    let button = format!("//button[normalize-space()='{label}']");
    browser.find(Locator::XPath(&button)).await.expect("the button").click().await.unwrap();
}

/// Waits until an element shows `text`: a click returns before the next page is there.
async fn see(browser: &Client, element: &str, text: &str) {
    let mut shown = String::new();
    for _ in 0..200 {
        if let Ok(found) = browser.find(Locator::Css(element)).await {
            shown = found.text().await.unwrap_or_default();
        }
        if shown.contains(text) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{element} shows {shown:?} and not {text:?} at {:?}", browser.current_url().await);
}

/// Keeps what the browser shows, where pictures are wanted.
async fn picture(browser: &Client, name: &str) {
    let Some(folder) = std::env::var_os("MINGCHA_PICTURES").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).expect("the folder of pictures");
    for (suffix, (width, height)) in [("phone", PHONE), ("wide", WIDE)] {
        browser.set_window_size(width, height).await.unwrap();
        let picture = browser.screenshot().await.expect("a picture");
        std::fs::write(folder.join(format!("{name}-{suffix}.png")), picture).expect("the picture is kept");
    }
}
