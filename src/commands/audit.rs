//! `mingcha audit URL`: looks at any portal now, with no database and no configuration.

use clap::ValueEnum;
use comfy_table::{Cell, CellAlignment, Color, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{
    Timestamp,
    civil::{Date, time},
};
use url::Url;

use super::{Ending, Global, WrongInput, terminal};
use crate::{
    catalog::Catalog,
    config,
    crawl::Progress,
    fetch,
    jobs::{
        audit::{Request, audit},
        portal_owner::Given,
    },
    model::{Audit, Looks, UnitKind, Verdict, beijing_zone},
    report::{audit_html, audit_json},
};

/// Audit one portal now: crawl, judge, print; keeps nothing
#[derive(clap::Args)]
pub struct Args {
    /// Home page of the portal; http:// is assumed where no scheme is given
    url: String,
    /// Day that counts as today (YYYY-MM-DD, Beijing) [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Name of the assessed unit [default: read from the portal]
    #[arg(long, value_name = "NAME")]
    unit: Option<String>,
    /// Statutory duties to hold it against [default: inferred, and said why]
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Most pages to read
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    max_pages: u32,
    /// Requests a second, at most
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=50))]
    rate: u32,
    /// Most links to other hosts to ask for, to find dead ones; 0 for none
    #[arg(long, value_name = "N", default_value_t = 100)]
    outward_links: usize,
    /// Allow loopback and private addresses
    #[arg(long)]
    allow_private: bool,
    /// Exit with 1 where faults are found
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    Government,
    Department,
}

impl From<Kind> for UnitKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Government => UnitKind::Government,
            Kind::Department => UnitKind::Department,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Faults,
}

pub async fn run(args: Args, _global: &Global) -> anyhow::Result<Ending> {
    let request = Request {
        url: home_page(&args.url)?,
        as_of: moment(args.as_of)?,
        given: Given { unit: args.unit.clone(), kind: args.kind.map(UnitKind::from) },
        max_pages: usize::try_from(args.max_pages)?,
        rate: args.rate,
        allow_private: args.allow_private,
    };
    let catalog = Catalog::load(None)?;
    let client = fetch::Client::new(fetch::Settings {
        rate_per_host: args.rate,
        allow_private: args.allow_private,
        outward_links: args.outward_links,
        ipv6: fetch::Uplink::proven_by(config::IPV6_CONTROL),
        browser: fetch::Browser::find(&fetch::BrowserSettings::default()),
        ..fetch::Settings::default()
    })?;
    let bar = progress_bar();
    let result = audit(&request, &catalog, &client, &|step| show(&bar, step)).await;
    bar.finish_and_clear();
    let audit = result?;
    match args.format {
        Format::Table => terminal::write(table(&audit))?,
        Format::Json => terminal::write(audit_json::render(&audit)?)?,
        Format::Html => terminal::write(audit_html::render(&audit)?)?,
    }
    let failed = args.fail_on == Some(FailOn::Faults) && !audit.findings.is_empty();
    Ok(if failed { Ending::FaultsFound } else { Ending::Done })
}

/// The address as a person writes it.
pub(super) fn home_page(text: &str) -> Result<Url, WrongInput> {
    let wrong = |reason: &str| {
        WrongInput(format!("{text:?} is no address of a portal ({reason}); write it like http://www.example.gov.cn/"))
    };
    let text = text.trim();
    let url = match Url::parse(text) {
        Err(url::ParseError::RelativeUrlWithoutBase) => Url::parse(&format!("http://{text}")),
        // `localhost:8080` reads as a scheme; nobody audits one.
        Ok(url) if url.cannot_be_a_base() => Url::parse(&format!("http://{text}")),
        other => other,
    }
    .map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("only http and https are visited"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it carries a name or a password"));
    }
    match url.host_str() {
        Some(host) if host.contains('.') || host == "localhost" || host.starts_with('[') => Ok(url),
        _ => Err(wrong("it names no host")),
    }
}

/// Noon in Beijing of the given day, so that "today" is that day; else now.
pub(super) fn moment(day: Option<Date>) -> anyhow::Result<Timestamp> {
    match day {
        Some(day) => Ok(day.to_datetime(time(12, 0, 0, 0)).to_zoned(beijing_zone())?.timestamp()),
        None => Ok(Timestamp::now()),
    }
}

/// Drawn on standard error, and only where that is a terminal.
pub(super) fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{elapsed:>4}  {pos} pages of at most {len}  {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

pub(super) fn show(bar: &ProgressBar, step: Progress) {
    let count = |pages: usize| u64::try_from(pages).unwrap_or(u64::MAX);
    match step {
        Progress::Began { budget, .. } => bar.set_length(count(budget)),
        Progress::Read { url, title, tally, .. } => {
            bar.set_position(count(tally.read));
            bar.set_message(plain(title.as_deref().unwrap_or(&url)));
        }
        Progress::Failed { url, cause, .. } => bar.set_message(plain(&format!("{cause}: {url}"))),
        Progress::SecondLook { addresses } => bar.set_message(format!("second look at {addresses} addresses")),
        Progress::Links { addresses } => bar.set_message(format!("asking where {addresses} links lead")),
        Progress::Ended { .. } => {}
    }
}

/// Text of a portal for a terminal: without characters that steer it or turn the reading order around.
pub(super) fn plain(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|letter| if steers(letter) { ' ' } else { letter }).collect()
}

/// The audit for a terminal.
fn table(audit: &Audit) -> String {
    let mut looks = Looks::default();
    for outcome in &audit.outcomes {
        looks.add(Looks::of(outcome.outcome));
    }
    let portal = &audit.portal;
    let mut text = format!(
        "{}  {}\n检查日 {}　读取页面 {}　识别栏目 {}　发布系统 {}　网站标识码 {}\n",
        plain(portal.name.as_deref().unwrap_or(&portal.unit)),
        portal.url,
        audit.as_of,
        audit.coverage.pages,
        audit.coverage.columns,
        portal.cms.as_deref().unwrap_or("未识别"),
        plain(portal.site_code.as_deref().unwrap_or("未标注")),
    );
    for sentence in &portal.inferred {
        text.push_str(&format!("· {}\n", plain(sentence)));
    }
    if audit.coverage.cut_short {
        text.push_str("· 未读完全部需要的页面（--max-pages 可提高限额），凡涉及“缺失”的判断均未作出\n");
    }
    if audit.findings.is_empty() {
        text.push_str("\n在已检查的内容中没有发现问题。\n");
    } else {
        text.push_str(&format!("\n{}\n", findings_table(audit)));
    }
    let review: Vec<_> = audit.outcomes.iter().filter(|outcome| outcome.outcome == Verdict::NeedsReview).collect();
    if !review.is_empty() {
        text.push_str("\n待人工判断：\n");
        for outcome in review {
            text.push_str(&format!("· {}：{}，{}\n", outcome.title, plain(&outcome.subject), plain(&outcome.reason)));
        }
    }
    if !audit.coverage.not_measurable.is_empty() {
        text.push_str("\n未能读取：\n");
        for gap in &audit.coverage.not_measurable {
            text.push_str(&format!("· {}　{}\n", gap.cause, plain(&gap.url)));
        }
    }
    text.push_str(&format!(
        "\n疑似问题 {}　合格 {}　待人工判断 {}　未能检查 {}　不适用 {}\n疑似问题须经人工核查；未能检查不等于存在问题。\n",
        looks.failed, looks.passed, looks.needs_review, looks.not_measurable, looks.not_applicable
    ));
    text
}

fn findings_table(audit: &Audit) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["", "检查项", "对象", "情况"]);
    for (number, finding) in (1_usize..).zip(&audit.findings) {
        let place = finding.url.as_deref().map(|url| format!("\n{}", plain(url))).unwrap_or_default();
        table.add_row([
            Cell::new(number).set_alignment(CellAlignment::Right),
            Cell::new(format!("{}\n{}", finding.title, finding.check)).fg(Color::Red),
            Cell::new(plain(&finding.subject)),
            Cell::new(format!("{}{place}", plain(&finding.message))),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_people_write_them() {
        for (text, url) in [
            ("www.chengwan.gov.cn", "http://www.chengwan.gov.cn/"),
            ("https://www.chengwan.gov.cn/zwgk/", "https://www.chengwan.gov.cn/zwgk/"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("localhost:8080", "http://localhost:8080/"),
            ("http://[::1]:8080/", "http://[::1]:8080/"),
        ] {
            assert_eq!(home_page(text).unwrap().as_str(), url);
        }
        for text in ["", "not a url", "ftp://x.gov.cn/", "http://", "mailto:a@b.cn", "chengwan", "javascript:alert(1)"]
        {
            let message = home_page(text).map(|url| url.to_string()).unwrap_err().to_string();
            assert!(message.contains("is no address of a portal"), "{text:?}: {message}");
        }
    }

    #[test]
    fn a_portal_cannot_steer_the_terminal() {
        assert_eq!(plain("教育局\u{1b}[2J\r\u{202e}公示"), "教育局 [2J  公示");
    }

    #[test]
    fn the_day_counts_in_beijing() {
        let noon = moment(Some("2021-03-01".parse().unwrap())).unwrap();
        assert_eq!(noon.to_string(), "2021-03-01T04:00:00Z");
    }
}
