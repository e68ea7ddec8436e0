//! What several test subjects share.

pub mod browser;
pub mod certificates;
pub mod hostile;
pub mod office;
pub mod server;
pub mod site;
pub mod warc;
