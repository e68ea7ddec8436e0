//! Annual reports on government-information disclosure: pages and list rows that are titled so.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use super::{
    Night,
    addresses::{document_key, foreign_host, path_of},
    coverage,
    documents::Places,
};
use crate::{
    model::{ColumnFacts, ColumnRole, ListEntry, Moment, ObservedPage, Report, ReportFacts, ReportSource},
    observe::kind::{is_called_report, is_report_title},
    text::{normalise, pattern},
};

pub(super) fn fold(night: &Night<'_>, columns: &[ColumnFacts]) -> Vec<ReportFacts> {
    let places = Places::of(night, columns);
    let mut reports: BTreeMap<String, ReportFacts> = BTreeMap::new();
    for page in night.readable() {
        let Some(title) = page.facts.title.as_ref().filter(|title| is_report_title(title)) else { continue };
        // The column of reports is titled much like a report; it is a list.
        if super::is_list_page(page.facts.kind) {
            continue;
        }
        let urls = [page.capture.url.as_str(), page.capture.final_url.as_str()];
        let mut report = report(night, &places, &urls, title, page.facts.published);
        report.read = true;
        report.capture = Some(page.capture.id.clone());
        report.content = content(night, page);
        reports.entry(report.key.clone()).or_insert(report);
    }
    for column in columns {
        let is_report = |entry: &&ListEntry| {
            let among_reports = || entry.date.is_some() && is_of_reports(night, column);
            is_report_title(&entry.title) || (is_called_report(&entry.title) && among_reports())
        };
        for entry in column.entries.iter().filter(is_report) {
            if entry.url.is_empty() {
                let report = without_address(night, column, entry, &places);
                reports.entry(report.key.clone()).or_insert(report);
                continue;
            }
            if foreign_host(&night.portal.url, &entry.url).is_some() {
                continue;
            }
            let page = night.page(&entry.url);
            let key = page.map_or_else(|| document_key(&entry.url), |page| document_key(&page.capture.final_url));
            if reports.contains_key(&key) {
                continue;
            }
            let published = page.and_then(|page| page.facts.published).or(entry.date);
            let mut report = report(night, &places, &[&entry.url], &entry.title, published);
            // A file has no page that could show its day.
            let is_file = page.is_some_and(is_file);
            report.read = !is_file && page.is_some_and(|page| coverage::unreadable(page).is_none());
            report.content = page
                .and_then(|page| if is_file { page.facts.report.as_deref().cloned() } else { content(night, page) });
            report.unread_cause =
                night.failure(&entry.url).map(|failure| failure.cause).or_else(|| page.and_then(coverage::unreadable));
            reports.insert(key, report);
        }
    }
    reports.into_values().collect()
}

/// The website's own yearly reports: pages, and rows and links of the home page that are titled so.
pub(super) fn fold_site(night: &Night<'_>, columns: &[ColumnFacts]) -> Vec<ReportFacts> {
    let places = Places::of(night, columns);
    let mut reports: BTreeMap<String, ReportFacts> = BTreeMap::new();
    for page in night.readable().filter(|page| !super::is_list_page(page.facts.kind)) {
        let Some(title) = page.facts.title.as_ref().filter(|title| is_site_report_title(title)) else { continue };
        let urls = [page.capture.url.as_str(), page.capture.final_url.as_str()];
        let mut report = report(night, &places, &urls, title, page.facts.published);
        report.read = true;
        report.capture = Some(page.capture.id.clone());
        reports.entry(report.key.clone()).or_insert(report);
    }
    let rows = columns.iter().flat_map(|column| &column.entries).map(|row| (&row.title, &row.url, row.date));
    let links = night.home().into_iter().flat_map(|home| &home.facts.anchors);
    for (title, url, date) in rows.chain(links.map(|link| (&link.text, &link.url, None))) {
        // A link without a year leads to the column.
        if !is_site_report_title(title) || year_of(title).is_none() || url.is_empty() {
            continue;
        }
        let page = night.page(url).filter(|page| !is_file(page));
        let key = page.map_or_else(|| document_key(url), |page| document_key(&page.capture.final_url));
        if reports.contains_key(&key) || page.is_some_and(|page| super::is_list_page(page.facts.kind)) {
            continue;
        }
        let published = page.and_then(|page| page.facts.published).or(date);
        let mut report = report(night, &places, &[url], title, published);
        report.read = page.is_some_and(|page| coverage::unreadable(page).is_none());
        report.unread_cause =
            night.failure(url).map(|failure| failure.cause).or_else(|| page.and_then(coverage::unreadable));
        reports.insert(key, report);
    }
    reports.into_values().collect()
}

/// 河清市人民政府网站工作年度报表（2021年度）.
fn is_site_report_title(title: &str) -> bool {
    static SITE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"网站.{0,6}(?:年度|年).{0,4}(?:报表|报告)|网站(?:工作)?(?:年报|报表)"));
    let title = normalise(title);
    let about = ["通知", "公告", "填报", "解读", "监管", "办法", "开展", "做好"];
    SITE.is_match(&title) && !about.iter().any(|word| title.contains(word))
}

fn report(
    night: &Night<'_>,
    places: &Places<'_>,
    urls: &[&str],
    title: &str,
    published: Option<Moment>,
) -> ReportFacts {
    let url = urls.last().copied().unwrap_or_default();
    let key = document_key(url);
    let in_place = |column: &&ColumnFacts| places.up_from(&column.key).any(|column| is_of_reports(night, column));
    let listed = places.of_page(urls);
    let right = listed.iter().copied().find(in_place);
    let column = right.or_else(|| listed.iter().copied().max_by_key(|column| column.path.len()));
    let unit = column.and_then(|column| column.units.first().cloned());
    let unit = unit.or_else(|| night.portal.unit_of_path(&key).map(|unit| unit.name.clone()));
    ReportFacts {
        url: url.to_owned(),
        title: title.to_owned(),
        year: year_of(title).or_else(|| published.map(|day| day.date.year() - 1)),
        unit: unit.unwrap_or_default(),
        published,
        column: column.map(|column| column.key.clone()).unwrap_or_default(),
        in_report_column: right.is_some(),
        key,
        ..ReportFacts::default()
    }
}

/// Whether the page is an attached file.
fn is_file(page: &ObservedPage) -> bool {
    page.facts.report.as_ref().is_some_and(|report| report.source != ReportSource::Page)
}

/// What a report says: its page, or the attached file that says more.
fn content(night: &Night<'_>, page: &ObservedPage) -> Option<Report> {
    let mut own = page.facts.report.as_deref()?.clone();
    let tables = |report: &Report| report.tables.found().iter().filter(|found| **found).count();
    let mut best: Option<&Report> = None;
    for file in &page.facts.documents {
        let read = night.page(&file.url).and_then(|file| file.facts.report.as_deref());
        match read.filter(|report| report.says_something()) {
            Some(report) if best.is_none_or(|best| tables(report) > tables(best)) => best = Some(report),
            Some(_) => {}
            None => own.unread_files.push(if file.title.is_empty() { path_of(&file.url) } else { file.title.clone() }),
        }
    }
    Some(match best.filter(|best| tables(best) > tables(&own)) {
        Some(best) => best.clone(),
        None => own,
    })
}

/// A row whose link leads nowhere still shows that there is a report.
fn without_address(night: &Night<'_>, column: &ColumnFacts, entry: &ListEntry, places: &Places<'_>) -> ReportFacts {
    let right = places.up_from(&column.key).any(|column| is_of_reports(night, column));
    ReportFacts {
        key: format!("{}#{}", column.key, normalise(&entry.title)),
        url: column.url.clone(),
        title: entry.title.clone(),
        year: year_of(&entry.title).or_else(|| entry.date.map(|day| day.date.year() - 1)),
        unit: column.units.first().cloned().unwrap_or_default(),
        published: entry.date,
        column: column.key.clone(),
        in_report_column: right,
        ..ReportFacts::default()
    }
}

fn is_of_reports(night: &Night<'_>, column: &ColumnFacts) -> bool {
    night.roles(column).any(|role| role == ColumnRole::Report)
}

/// The year reported on: 2022年, 2022年度, 二〇二二年.
fn year_of(title: &str) -> Option<i16> {
    static FIGURES: LazyLock<Regex> = LazyLock::new(|| pattern(r"(20\d\d)\s*年?"));
    static NUMERALS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[二][〇○零0oO][〇○零一二三四五六七八九]{2}年"));
    let title = normalise(title);
    if let Some(captures) = FIGURES.captures(&title) {
        return captures[1].parse().ok();
    }
    let found = NUMERALS.find(&title)?;
    let figures = found.as_str().chars().filter(|letter| *letter != '年');
    figures
        .map(|letter| "〇一二三四五六七八九".chars().position(|figure| figure == letter).unwrap_or(0))
        .try_fold(0_i16, |year, figure| Some(year * 10 + i16::try_from(figure).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_read_in_figures_and_numerals() {
        assert_eq!(year_of("某县2022年政府信息公开工作年度报告"), Some(2022));
        assert_eq!(year_of("某县政府信息公开年度报告（2019年度）"), Some(2019));
        assert_eq!(year_of("二〇二一年政府信息公开工作年度报告"), Some(2021));
        assert_eq!(year_of("政府信息公开工作年度报告"), None);
    }
}
