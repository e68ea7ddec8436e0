//! Pure text: Chinese dates, working days, codes and amounts, wrong phrases, normalising, decoding of GBK and GB18030.
//! Owns the encoding libraries and the search for many words at once. Opens nothing, knows nothing of pages.

pub mod amounts;
pub mod credit_code;
pub mod dates;
mod decode;
pub mod document_name;
pub mod identity_number;
pub mod likeness;
mod normalise;
mod pattern;
pub mod phrases;
mod sieve;
pub mod similarity;
pub mod sketch;
pub mod workdays;

pub use decode::{Decoded, decode};
pub use normalise::{fold_width, letters, normalise, tidy};
pub use pattern::pattern;
