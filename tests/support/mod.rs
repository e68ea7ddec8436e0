//! What several test subjects share.

pub mod annual_report;
pub mod browser;
#[cfg(feature = "s3")]
pub mod bucket;
pub mod certificates;
pub mod hostile;
pub mod office;
pub mod server;
pub mod site;
pub mod warc;
