//! One file a format; sees only plain data of the model.

pub mod audit_html;
pub mod audit_json;
pub mod bulletin_html;
pub mod bulletin_json;
pub mod bulletin_words;
pub mod column_map_yaml;
pub mod coverage_markdown;
pub mod score_json;
pub mod score_xlsx;
mod workbook;

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("cannot fill in the template of the {report}: {source}")]
    Template { report: &'static str, source: askama::Error },
    #[error("cannot write the {report} as JSON: {source}")]
    Json { report: &'static str, source: serde_json::Error },
    #[error("cannot write the {report} as an Excel workbook: {source}")]
    Workbook { report: &'static str, source: rust_xlsxwriter::XlsxError },
}

/// True for addresses that may stand behind a link: pages name their own, and `javascript:` is one too.
fn is_web_address(url: &str) -> bool {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://")
}
