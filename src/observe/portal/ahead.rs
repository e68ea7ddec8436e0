//! One level ahead: what a column holds decides whether a name that is only near a standard one means it.

use std::collections::BTreeMap;

use super::Night;
use crate::{
    model::{ColumnFacts, MatchedBy},
    observe::column_map::speaks,
};

/// Columns of a weak name whose rows are of the kind are that column; staff need not look.
pub(super) fn resolve(night: &Night<'_>, columns: &mut [ColumnFacts]) {
    let names: BTreeMap<String, String> =
        columns.iter().map(|column| (column.key.clone(), column.name.clone())).collect();
    for column in columns.iter_mut().filter(|column| column.matched.iter().all(|hit| hit.by == MatchedBy::Weak)) {
        let proven: Vec<String> = column
            .matched
            .iter()
            .filter(|hit| {
                let signs = night.standard.signs_of_near(&hit.term, &hit.text);
                let child = |key: &str| names.get(key).map(String::as_str);
                signs.is_some_and(|signs| speaks(column, child, signs).is_most())
            })
            .map(|hit| hit.term.clone())
            .collect();
        if !proven.is_empty() {
            column.matched.retain(|hit| proven.contains(&hit.term));
            for hit in &mut column.matched {
                hit.by = MatchedBy::Content;
            }
        }
    }
}
