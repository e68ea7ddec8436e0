//! Captures as evidence: WARC 1.1 files in a local folder, written as the visit goes, read back by location and
//! verified by digest. Readable by the standard tools (`warcio check`, pywb, replayweb.page).

mod archive;
mod mend;
mod thin;
mod warc;

pub use archive::{Archive, ArchiveError};
pub use thin::Thinned;
