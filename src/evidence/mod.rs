//! Captures as evidence: WARC 1.1 files in a local folder, written as the visit goes, read back by location and
//! verified by digest; those of ended nights may go on into an object store. Readable by the standard tools
//! (`warcio check`, pywb, replayweb.page).

mod archive;
mod depot;
mod hold;
mod mend;
mod shelve;
mod thin;
mod warc;

pub use archive::{Archive, ArchiveError};
pub use depot::{Bucket, Depot, DepotError, Place};
pub use hold::Hold;
pub use shelve::Shelved;
pub use thin::Thinned;
