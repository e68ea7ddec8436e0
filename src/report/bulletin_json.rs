//! The bulletin as JSON, for other programs.

use super::ReportError;
use crate::model::Bulletin;

/// Pretty-printed, with a closing newline.
pub fn render(bulletin: &Bulletin) -> Result<String, ReportError> {
    let mut text =
        serde_json::to_string_pretty(bulletin).map_err(|source| ReportError::Json { report: "bulletin", source })?;
    text.push('\n');
    Ok(text)
}
