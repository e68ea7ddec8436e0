//! Where in the portal a page says it stands: META ColumnName and ColumnType, breadcrumbs.

use crate::{cms::Source, model::ColumnMeta, text::tidy};

use super::identity::is_directive;

pub(super) fn read(source: &Source<'_>, crumbs: &[String]) -> ColumnMeta {
    let meta = source.page.meta();
    let stated =
        |name: &str| meta.get(name).map(|text| tidy(text)).filter(|text| !text.is_empty() && !is_directive(text));
    ColumnMeta {
        name: stated("columnname").or_else(|| crumbs.last().cloned()),
        path: crumbs.to_vec(),
        kind: stated("columntype"),
    }
}
