//! An audit as JSON; the shape is part of the contract of the command.

use super::ReportError;
use crate::model::Audit;

/// Pretty-printed, with a closing newline.
pub fn render(audit: &Audit) -> Result<String, ReportError> {
    let mut text =
        serde_json::to_string_pretty(audit).map_err(|source| ReportError::Json { report: "audit", source })?;
    text.push('\n');
    Ok(text)
}
