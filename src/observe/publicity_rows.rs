//! Rows of licences and penalties as pages print them: tables with a heading (on list pages and inside monthly
//! articles), records of label and value, and `标签：值` lines.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{faults_of_text::born_by, portal::document_key};
use crate::{
    model::{FieldNames, PageFacts, PageKind, PublicityKind, PublicityRow, Table},
    text::{dates, identity_number},
};

/// A table whose heading knows fewer fields is another table.
const LEAST_HEADINGS: usize = 3;
/// A record that knows fewer is another page.
const LEAST_LABELS: usize = 4;
/// A heading stands among the first lines, under captions and the unit that fills the table in.
const HEADING_WITHIN: usize = 4;

/// Rows of a page's tables by kind. `received` is the Beijing day on which the page was received.
pub(super) fn read(
    fields: &FieldNames,
    page: &PageFacts,
    received: Option<Date>,
) -> Vec<(PublicityKind, Vec<PublicityRow>)> {
    let reading = Reading::of(fields, page, received);
    let mut found: Vec<(PublicityKind, Vec<PublicityRow>)> = Vec::new();
    let mut heading: Option<Heading> = None;
    for table in &page.tables {
        // A long table is cut into several, of which only the first has the heading.
        let (own, first) = match reading.heading(table) {
            Some((own, first)) => (Some(own), first),
            None => (heading.take().filter(|heading| heading.goes_on_in(table)), 0),
        };
        if let Some(own) = &own {
            let rows = reading.list(table, own, first);
            if !rows.is_empty() {
                found.push((own.kind, rows));
            }
        }
        heading = own;
    }
    let is_list = page.kind == PageKind::Column && !page.entries.is_empty();
    if found.is_empty() && page.kind != PageKind::Home && !is_list {
        found.extend(reading.records());
    }
    found
}

/// Labels of a table's columns.
struct Heading {
    kind: PublicityKind,
    labels: Vec<String>,
}

impl Heading {
    /// Whether a table without heading looks like the next part: as wide, and it begins with a number.
    fn goes_on_in(&self, table: &Table) -> bool {
        let first = table.rows.first();
        let is_serial = |cell: &String| !cell.is_empty() && cell.len() <= 4 && cell.bytes().all(|b| b.is_ascii_digit());
        first.is_some_and(|row| row.len() == self.labels.len() && row.first().is_some_and(is_serial))
    }

    /// Whether a line of cells is this heading printed again, as on every sheet of a long table.
    fn is_repeated(&self, fields: &FieldNames, cells: &[String]) -> bool {
        let same = cells
            .iter()
            .zip(&self.labels)
            .filter(|(cell, label)| !label.is_empty() && canonical(fields, self.kind, cell) == **label);
        same.count() >= LEAST_HEADINGS
    }
}

/// One page being read.
struct Reading<'a> {
    fields: &'a FieldNames,
    page: &'a PageFacts,
    /// The day the article was put on line; a list page has none.
    published: Option<Date>,
    born_by: Date,
}

impl<'a> Reading<'a> {
    fn of(fields: &'a FieldNames, page: &'a PageFacts, received: Option<Date>) -> Self {
        let is_article = matches!(page.kind, PageKind::Article | PageKind::Report);
        let published = page.published.filter(|_| is_article).map(|moment| moment.date);
        Self { fields, page, published, born_by: born_by(received) }
    }

    /// The heading of a table and the number of the first line under it.
    fn heading(&self, table: &Table) -> Option<(Heading, usize)> {
        let (at, kind) = table.rows.iter().take(HEADING_WITHIN).enumerate().find_map(|(at, row)| {
            let (known, kind) = heading(self.fields, row);
            (known >= LEAST_HEADINGS).then_some((at, kind))
        })?;
        let mut labels: Vec<String> =
            table.rows.get(at)?.iter().map(|label| canonical(self.fields, kind, label)).collect();
        let mut first = at + 1;
        // A heading of two lines: most cells reach down and stand in both, a few are divided.
        if let Some(second) = table.rows.get(first)
            && (Heading { kind, labels: labels.clone() }).is_repeated(self.fields, second)
        {
            for (label, below) in labels.iter_mut().zip(second) {
                let below = canonical(self.fields, kind, below);
                if !below.is_empty() {
                    *label = below;
                }
            }
            first += 1;
        }
        Some((Heading { kind, labels }, first))
    }

    /// The lines of a table under its heading.
    fn list(&self, table: &Table, heading: &Heading, first: usize) -> Vec<PublicityRow> {
        let mut rows = Vec::new();
        for (cells, links) in table.rows.iter().zip(&table.row_links).skip(first) {
            let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
            // A merged line across the table is a caption or 暂无数据.
            let is_merged = cells.iter().all(|cell| Some(cell) == cells.first());
            if filled < 2 || is_merged || heading.is_repeated(self.fields, cells) {
                continue;
            }
            let fields: BTreeMap<String, String> = heading
                .labels
                .iter()
                .zip(cells)
                .filter(|(label, _)| !label.is_empty() && *label != "序号")
                .map(|(label, cell)| (label.clone(), cell.clone()))
                .collect();
            let url = links.first().unwrap_or(&self.page.url);
            rows.push(self.row(fields, url.clone()));
        }
        rows
    }

    /// Records of labels and values: two or four columns, label before value; one a page or several.
    fn records(&self) -> Option<(PublicityKind, Vec<PublicityRow>)> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for table in &self.page.tables {
            for cells in &table.rows {
                for pair in cells.chunks(2) {
                    if let [label, value] = pair
                        && !label.is_empty()
                        && label != value
                    {
                        pairs.push((label.clone(), value.clone()));
                    }
                }
            }
        }
        if pairs.is_empty() {
            pairs = labelled_lines(&self.page.body);
        }
        let labels: Vec<String> = pairs.iter().map(|(label, _)| label.clone()).collect();
        let (known, kind) = heading(self.fields, &labels);
        if known < LEAST_LABELS {
            return None;
        }
        let mut records: Vec<BTreeMap<String, String>> = vec![BTreeMap::new()];
        for (label, value) in pairs {
            let label = canonical(self.fields, kind, &label);
            // The name of a counterpart again begins the next record.
            if label == COUNTERPART && records.last().is_some_and(|record| record.contains_key(COUNTERPART)) {
                records.push(BTreeMap::new());
            }
            if let Some(record) = records.last_mut() {
                record.insert(label, value);
            }
        }
        let url = &self.page.url;
        let mut rows = Vec::new();
        for (number, record) in records.into_iter().enumerate() {
            let mut row = self.row(record, url.clone());
            if row.key.is_empty() {
                row.key = if number == 0 { document_key(url) } else { format!("{}#{}", document_key(url), number + 1) };
            }
            rows.push(row);
        }
        Some((kind, rows))
    }

    fn row(&self, mut fields: BTreeMap<String, String>, url: String) -> PublicityRow {
        let mut exposed = Vec::new();
        for (label, text) in &mut fields {
            // What must not be shown is not passed on either.
            if let Some(masked) = identity_number::masked(text, self.born_by) {
                *text = masked;
                exposed.push(label.clone());
            }
        }
        let by = |wanted: &dyn Fn(&str) -> bool| {
            fields.iter().find(|(label, value)| wanted(label) && !value.is_empty()).map(|(_, value)| value.clone())
        };
        let day = |wanted: &dyn Fn(&str) -> bool| by(wanted).and_then(|text| day_of(&text));
        let number: String = by(&|label| label.contains("决定") && label.contains("文书号"))
            .or_else(|| by(&|label| label.contains("文书号") || label.contains("文号")))
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let counterpart = by(&|label| label.contains("相对人名称"))
            .or_else(|| by(&|label| label.contains("当事人")))
            .unwrap_or_default();
        let decided = day(&|label| label.contains("决定日期") || label.contains("决定时间"));
        let shown =
            day(&|label| ["公示日期", "公示时间", "发布日期", "公开日期"].iter().any(|words| label.contains(words)));
        let key = if !number.is_empty() {
            number.clone()
        } else if url != self.page.url {
            document_key(&url)
        } else if !counterpart.is_empty() {
            format!("{counterpart}/{}", decided.map(|day| day.to_string()).unwrap_or_default())
        } else {
            String::new()
        };
        PublicityRow {
            key,
            url,
            counterpart,
            number,
            decided,
            published: shown.or(self.published),
            fields,
            exposed,
            capture: None,
        }
    }
}

/// Canonical name of the field that every record has.
const COUNTERPART: &str = "行政相对人名称";

/// How many labels are fields, and of which kind they speak.
fn heading(fields: &FieldNames, labels: &[String]) -> (usize, PublicityKind) {
    let known = |kind: PublicityKind| {
        let names: BTreeSet<&str> = labels.iter().filter_map(|label| fields.name(kind, label)).collect();
        names.len()
    };
    let (licence, penalty) = (known(PublicityKind::Licence), known(PublicityKind::Penalty));
    let words = labels.concat();
    let speaks = |word: &str| words.matches(word).count();
    let is_penalty = match licence.cmp(&penalty) {
        std::cmp::Ordering::Less => true,
        std::cmp::Ordering::Greater => false,
        std::cmp::Ordering::Equal => speaks("处罚") + speaks("违法") + speaks("CF_") > speaks("许可") + speaks("XK_"),
    };
    if is_penalty { (penalty, PublicityKind::Penalty) } else { (licence, PublicityKind::Licence) }
}

/// `标签：值` pieces of a running text.
fn labelled_lines(body: &str) -> Vec<(String, String)> {
    body.split([' ', ';', '；'])
        .filter_map(|piece| piece.split_once(['：', ':']))
        .filter(|(label, _)| (2..=20).contains(&label.chars().count()))
        .map(|(label, value)| (label.to_owned(), value.trim().to_owned()))
        .collect()
}

fn day_of(text: &str) -> Option<Date> {
    if let Some((date, _)) = dates::first(text) {
        return Some(date);
    }
    match dates::read_cell(text)? {
        dates::Cell::Full { date, .. } => Some(date),
        dates::Cell::MonthDay { .. } => None,
    }
}

/// The canonical name of a field, or the label as printed.
fn canonical(fields: &FieldNames, kind: PublicityKind, label: &str) -> String {
    fields.name(kind, label).map_or_else(|| FieldNames::bare(label), str::to_owned)
}
