//! 双公示: lists of licences and penalties by column, with the rows that tables, articles and lists of links show.

use std::collections::{BTreeMap, HashMap};

use super::{
    Night,
    addresses::{document_key, page_id, path_of},
    documents::Places,
};
use crate::{
    model::{ColumnFacts, ColumnRole, ObservedPage, PublicityKind, PublicityList, PublicityRow},
    text::normalise,
};

pub(super) fn fold(night: &Night<'_>, columns: &[ColumnFacts]) -> Vec<PublicityList> {
    let places = Places::of(night, columns);
    let mut lists = Lists::default();
    let mut by_page: HashMap<String, &ColumnFacts> = HashMap::new();
    for column in columns {
        by_page.entry(page_id(&column.url)).or_insert(column);
    }
    for page in night.readable() {
        let urls = [page.capture.url.as_str(), page.capture.final_url.as_str()];
        if page.facts.publicity.is_empty() {
            continue;
        }
        let column = by_page.get(&page_id(urls[1])).copied().or_else(|| {
            places
                .of_page(&urls)
                .into_iter()
                .max_by_key(|column| (!kinds_of(night, column).is_empty(), column.path.len()))
        });
        for (kind, rows) in &page.facts.publicity {
            let list = lists.list_of(night, column, *kind, page);
            for row in rows {
                list.add(PublicityRow { capture: Some(page.capture.id.clone()), ..row.clone() });
            }
        }
    }
    lists.index_pages();
    for column in columns {
        lists.add_rows_without_page(night, column);
    }
    lists.by_column.into_values().map(|list| list.list).filter(|list| !list.rows.is_empty()).collect()
}

/// The kinds a column holds; both where it is of both.
fn kinds_of(night: &Night<'_>, column: &ColumnFacts) -> Vec<PublicityKind> {
    let roles: Vec<ColumnRole> = night.roles(column).collect();
    let holds = |own: ColumnRole| roles.contains(&own) || roles.contains(&ColumnRole::Publicity);
    let mut kinds = Vec::new();
    if holds(ColumnRole::Licence) {
        kinds.push(PublicityKind::Licence);
    }
    if holds(ColumnRole::Penalty) {
        kinds.push(PublicityKind::Penalty);
    }
    kinds
}

type ListKey = (String, PublicityKind);

/// All lists of the portal while they grow.
#[derive(Default)]
struct Lists {
    by_column: BTreeMap<ListKey, Growing>,
    /// Rows by the page that shows them.
    by_page: HashMap<String, Vec<(ListKey, usize)>>,
}

/// One list with the places of its rows, so that long lists are put together in no time.
#[derive(Default)]
struct Growing {
    list: PublicityList,
    at: HashMap<String, usize>,
}

impl Growing {
    /// Adds a row; what an earlier page said of the same decision is filled up.
    fn add(&mut self, row: PublicityRow) {
        if row.key.is_empty() {
            return;
        }
        let known = self.at.get(&row.key).and_then(|at| self.list.rows.get_mut(*at));
        let Some(known) = known else {
            self.at.insert(row.key.clone(), self.list.rows.len());
            self.list.rows.push(row);
            return;
        };
        for (label, value) in row.fields {
            let cell = known.fields.entry(label).or_default();
            if cell.is_empty() {
                *cell = value;
            }
        }
        for label in row.exposed {
            if !known.exposed.contains(&label) {
                known.exposed.push(label);
            }
        }
        known.decided = known.decided.or(row.decided);
        known.published = [known.published, row.published].into_iter().flatten().min();
    }
}

impl Lists {
    fn list_of(
        &mut self,
        night: &Night<'_>,
        column: Option<&ColumnFacts>,
        kind: PublicityKind,
        page: &ObservedPage,
    ) -> &mut Growing {
        let key = column.map(|column| column.key.clone()).unwrap_or_default();
        self.by_column.entry((key.clone(), kind)).or_insert_with(|| {
            let url = column.map_or_else(|| page.capture.final_url.clone(), |column| column.url.clone());
            let unit = column.and_then(|column| column.units.first().cloned());
            let unit = unit.or_else(|| night.portal.unit_of_path(&path_of(&url)).map(|unit| unit.name.clone()));
            let capture = column.and_then(|column| column.capture.clone()).or_else(|| Some(page.capture.id.clone()));
            let unit = unit.unwrap_or_default();
            let list = PublicityList { kind, column: key, url, unit, rows: Vec::new(), capture };
            Growing { list, ..Growing::default() }
        })
    }

    fn index_pages(&mut self) {
        for (key, growing) in &self.by_column {
            for (at, row) in growing.list.rows.iter().enumerate() {
                self.by_page.entry(page_id(&row.url)).or_default().push((key.clone(), at));
            }
        }
    }

    /// Rows of a publicity column whose pages were not read or show no fields: kept without fields, dated by the list.
    fn add_rows_without_page(&mut self, night: &Night<'_>, column: &ColumnFacts) {
        let [kind] = kinds_of(night, column)[..] else { return };
        for entry in column.entries.iter().filter(|entry| !entry.url.is_empty()) {
            let date = entry.date.map(|moment| moment.date);
            if let Some(rows) = self.by_page.get(&page_id(&entry.url)) {
                // The day the list gives is the day of publication where the row itself has none.
                for (key, at) in rows {
                    if let Some(row) = self.by_column.get_mut(key).and_then(|list| list.list.rows.get_mut(*at))
                        && row.published.is_none()
                    {
                        row.published = date;
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
            let key = (column.key.clone(), kind);
            let growing = self.by_column.entry(key.clone()).or_insert_with(|| {
                let list = PublicityList {
                    kind,
                    column: column.key.clone(),
                    url: column.url.clone(),
                    unit: column.units.first().cloned().unwrap_or_default(),
                    rows: Vec::new(),
                    capture: column.capture.clone(),
                };
                Growing { list, ..Growing::default() }
            });
            self.by_page.entry(page_id(&entry.url)).or_default().push((key, growing.list.rows.len()));
            growing.list.rows.push(PublicityRow {
                key: document_key(&entry.url),
                url: entry.url.clone(),
                published: date,
                ..PublicityRow::default()
            });
        }
    }
}
