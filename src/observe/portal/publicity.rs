//! 双公示: rows of licences and penalties, from tables on list pages and from detail pages of label and value.

use std::collections::{BTreeMap, HashMap};

use super::{
    Night,
    addresses::{page_id, path_of},
    documents::Places,
};
use crate::{
    model::{
        ColumnFacts, Lexicon, MatchedBy, ObservedPage, PageKind, PublicityKind, PublicityList, PublicityRow, Table,
    },
    text::{dates, normalise},
};

/// A table whose heading knows fewer fields is another table.
const LEAST_HEADINGS: usize = 3;
/// A detail page that knows fewer is another page.
const LEAST_LABELS: usize = 4;

pub(super) fn fold(night: &Night<'_>, columns: &[ColumnFacts]) -> Vec<PublicityList> {
    let places = Places::of(columns);
    let mut lists: BTreeMap<(String, PublicityKind), PublicityList> = BTreeMap::new();
    let mut by_page: HashMap<String, &ColumnFacts> = HashMap::new();
    for column in columns {
        by_page.entry(page_id(&column.url)).or_insert(column);
    }
    for page in night.readable() {
        let is_detail = matches!(page.facts.kind, PageKind::Article | PageKind::Report);
        let urls = [page.capture.url.as_str(), page.capture.final_url.as_str()];
        let found = rows_of(&night.fields, page, is_detail);
        if found.is_empty() {
            continue;
        }
        let column = by_page.get(&page_id(urls[1])).copied().or_else(|| {
            places.of_page(&urls).into_iter().max_by_key(|column| (publicity_rank(column), column.path.len()))
        });
        for (kind, rows) in found {
            let list = list_of(night, &mut lists, column, kind, page);
            for row in rows {
                add(&mut list.rows, row);
            }
        }
    }
    for column in columns {
        rows_without_page(night, column, &mut lists);
    }
    lists.into_values().filter(|list| !list.rows.is_empty()).collect()
}

fn publicity_rank(column: &ColumnFacts) -> u8 {
    u8::from(kinds_of(column).is_some())
}

/// The kind a column's name speaks of; both where it speaks of both.
fn kinds_of(column: &ColumnFacts) -> Option<Vec<PublicityKind>> {
    let sure = column.matched.iter().filter(|hit| hit.by != MatchedBy::Weak).map(|hit| hit.term.as_str());
    let words: String = sure.chain([column.name.as_str()]).collect();
    let mut kinds = Vec::new();
    if words.contains("许可") || words.contains("双公示") {
        kinds.push(PublicityKind::Licence);
    }
    if words.contains("处罚") || words.contains("双公示") {
        kinds.push(PublicityKind::Penalty);
    }
    (!kinds.is_empty()).then_some(kinds)
}

fn list_of<'l>(
    night: &Night<'_>,
    lists: &'l mut BTreeMap<(String, PublicityKind), PublicityList>,
    column: Option<&ColumnFacts>,
    kind: PublicityKind,
    page: &ObservedPage,
) -> &'l mut PublicityList {
    let key = column.map(|column| column.key.clone()).unwrap_or_default();
    lists.entry((key.clone(), kind)).or_insert_with(|| {
        let url = column.map_or_else(|| page.capture.final_url.clone(), |column| column.url.clone());
        let unit = column.and_then(|column| column.units.first().cloned());
        let unit = unit.or_else(|| night.portal.unit_of_path(&path_of(&url)).map(|unit| unit.name.clone()));
        let capture = column.and_then(|column| column.capture.clone()).or_else(|| Some(page.capture.id.clone()));
        PublicityList { kind, column: key, url, unit: unit.unwrap_or_default(), rows: Vec::new(), capture }
    })
}

/// Rows of a page's tables by kind.
fn rows_of(fields: &Fields<'_>, page: &ObservedPage, is_detail: bool) -> Vec<(PublicityKind, Vec<PublicityRow>)> {
    let mut found = Vec::new();
    for table in &page.facts.tables {
        if let Some((kind, rows)) = list_table(fields, page, table) {
            found.push((kind, rows));
        }
    }
    if found.is_empty() && is_detail {
        found.extend(detail(fields, page));
    }
    found
}

/// A table with fields as its heading.
fn list_table(known: &Fields<'_>, page: &ObservedPage, table: &Table) -> Option<(PublicityKind, Vec<PublicityRow>)> {
    let (heading_at, kind) = table.rows.iter().take(3).enumerate().find_map(|(at, row)| {
        let (labels, kind) = heading(known, row);
        (labels >= LEAST_HEADINGS).then_some((at, kind))
    })?;
    let labels: Vec<String> = table.rows.get(heading_at)?.iter().map(|label| canonical(known, kind, label)).collect();
    let mut rows = Vec::new();
    for (cells, links) in table.rows.iter().zip(&table.row_links).skip(heading_at + 1) {
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        // A merged line across the table is a caption or 暂无数据.
        if filled < 2 || cells.iter().all(|cell| Some(cell) == cells.first()) {
            continue;
        }
        let fields: BTreeMap<String, String> = labels
            .iter()
            .zip(cells)
            .filter(|(label, _)| !label.is_empty() && *label != "序号")
            .map(|(label, cell)| (label.clone(), cell.clone()))
            .collect();
        let url = links.first().cloned().unwrap_or_else(|| page.capture.final_url.clone());
        rows.push(row(page, fields, url, None));
    }
    (!rows.is_empty()).then_some((kind, rows))
}

/// How many labels are fields, and of which kind they speak.
fn heading(fields: &Fields<'_>, labels: &[String]) -> (usize, PublicityKind) {
    let known = |kind: PublicityKind| {
        let names = labels.iter().filter_map(|label| fields.name(kind, label));
        let distinct: std::collections::BTreeSet<&str> = names.collect();
        distinct.len()
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

/// A page of labels and values: two or four columns, label before value.
fn detail(fields: &Fields<'_>, page: &ObservedPage) -> Option<(PublicityKind, Vec<PublicityRow>)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for table in &page.facts.tables {
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
        pairs = labelled_lines(&page.facts.body);
    }
    let labels: Vec<String> = pairs.iter().map(|(label, _)| label.clone()).collect();
    let (known, kind) = heading(fields, &labels);
    if known < LEAST_LABELS {
        return None;
    }
    let fields = pairs.into_iter().map(|(label, value)| (canonical(fields, kind, &label), value)).collect();
    let published = page.facts.published.map(|moment| moment.date);
    let mut row = row(page, fields, page.capture.final_url.clone(), published);
    if row.key.is_empty() {
        row.key = path_of(&page.capture.final_url);
    }
    Some((kind, vec![row]))
}

/// `标签：值` pieces of a running text.
fn labelled_lines(body: &str) -> Vec<(String, String)> {
    body.split([' ', ';', '；'])
        .filter_map(|piece| piece.split_once(['：', ':']))
        .filter(|(label, _)| (2..=20).contains(&label.chars().count()))
        .map(|(label, value)| (label.to_owned(), value.trim().to_owned()))
        .collect()
}

fn row(
    page: &ObservedPage,
    fields: BTreeMap<String, String>,
    url: String,
    published: Option<jiff::civil::Date>,
) -> PublicityRow {
    let by = |wanted: &dyn Fn(&str) -> bool| {
        fields.iter().find(|(label, value)| wanted(label) && !value.is_empty()).map(|(_, value)| value.clone())
    };
    let day = |wanted: &dyn Fn(&str) -> bool| by(wanted).and_then(|text| day_of(&text));
    let number: String = by(&|label| label.contains("决定") && label.contains("文书号"))
        .or_else(|| by(&|label| label.contains("文书号") || label.contains("文号")))
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let counterpart =
        by(&|label| label.contains("相对人名称")).or_else(|| by(&|label| label.contains("当事人"))).unwrap_or_default();
    let decided = day(&|label| label.contains("决定日期") || label.contains("决定时间"));
    let shown = day(&|label| {
        label.contains("公示日期")
            || label.contains("公示时间")
            || label.contains("发布日期")
            || label.contains("公开日期")
    });
    let key = if !number.is_empty() {
        number.clone()
    } else if url != page.capture.final_url {
        path_of(&url)
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
        published: shown.or(published),
        fields,
        capture: Some(page.capture.id.clone()),
    }
}

fn day_of(text: &str) -> Option<jiff::civil::Date> {
    if let Some((date, _)) = dates::first(text) {
        return Some(date);
    }
    match dates::read_cell(text)? {
        dates::Cell::Full { date, .. } => Some(date),
        dates::Cell::MonthDay { .. } => None,
    }
}

/// The canonical name of a field, or the label as printed.
fn canonical(fields: &Fields<'_>, kind: PublicityKind, label: &str) -> String {
    fields.name(kind, label).map_or_else(|| bare(label), str::to_owned)
}

/// Canonical names of fields by what is printed; made once a night.
pub(super) struct Fields<'a> {
    licence: HashMap<String, &'a str>,
    penalty: HashMap<String, &'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(lexicon: &'a Lexicon) -> Self {
        let by_label = |kind: PublicityKind| {
            let mut names = HashMap::new();
            for field in lexicon.publicity_fields.iter().filter(|field| field.of.is_empty() || field.of.contains(&kind))
            {
                for label in std::iter::once(&field.name).chain(&field.aliases) {
                    names.entry(bare(label)).or_insert(field.name.as_str());
                }
            }
            names.remove("");
            names
        };
        Self { licence: by_label(PublicityKind::Licence), penalty: by_label(PublicityKind::Penalty) }
    }

    fn name(&self, kind: PublicityKind, label: &str) -> Option<&'a str> {
        let names = match kind {
            PublicityKind::Licence => &self.licence,
            PublicityKind::Penalty => &self.penalty,
        };
        names.get(&bare(label)).copied()
    }
}

/// Without marks of duty, colons and blanks; letters upper case as field codes are.
fn bare(label: &str) -> String {
    normalise(label).trim_matches(['*', ':', '、', '.']).to_uppercase()
}

fn add(rows: &mut Vec<PublicityRow>, row: PublicityRow) {
    if row.key.is_empty() {
        return;
    }
    match rows.iter_mut().find(|known| known.key == row.key) {
        Some(known) => {
            for (label, value) in row.fields {
                let cell = known.fields.entry(label).or_default();
                if cell.is_empty() {
                    *cell = value;
                }
            }
            known.decided = known.decided.or(row.decided);
            known.published = [known.published, row.published].into_iter().flatten().min();
        }
        None => rows.push(row),
    }
}

/// Rows of a publicity column whose pages were not read or show no fields: kept without fields, dated by the list.
fn rows_without_page(
    night: &Night<'_>,
    column: &ColumnFacts,
    lists: &mut BTreeMap<(String, PublicityKind), PublicityList>,
) {
    let Some(kinds) = kinds_of(column) else { return };
    let [kind] = kinds[..] else { return };
    for entry in column.entries.iter().filter(|entry| !entry.url.is_empty()) {
        let known = lists.values().flat_map(|list| &list.rows).any(|row| page_id(&row.url) == page_id(&entry.url));
        if known {
            // The day the list gives is the day of publication where the row itself has none.
            for row in lists.values_mut().flat_map(|list| &mut list.rows) {
                if page_id(&row.url) == page_id(&entry.url) && row.published.is_none() {
                    row.published = entry.date.map(|moment| moment.date);
                }
            }
            continue;
        }
        let title = normalise(&entry.title);
        let speaks = match kind {
            PublicityKind::Licence => title.contains("许可"),
            PublicityKind::Penalty => title.contains("处罚") || title.contains("罚"),
        };
        if !speaks || night.page(&entry.url).is_some() {
            continue;
        }
        let unit = column.units.first().cloned().unwrap_or_default();
        let list = lists.entry((column.key.clone(), kind)).or_insert_with(|| PublicityList {
            kind,
            column: column.key.clone(),
            url: column.url.clone(),
            unit,
            rows: Vec::new(),
            capture: column.capture.clone(),
        });
        list.rows.push(PublicityRow {
            key: path_of(&entry.url),
            url: entry.url.clone(),
            published: entry.date.map(|moment| moment.date),
            ..PublicityRow::default()
        });
    }
}
