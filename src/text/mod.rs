//! Pure text: Chinese dates, working days, normalising, decoding of GBK and GB18030.
//! Owns the encoding libraries. Opens nothing, knows nothing of pages.

pub mod dates;
mod decode;
mod normalise;
mod pattern;
pub mod workdays;

pub use decode::{Decoded, decode};
pub use normalise::{fold_width, normalise, tidy};
pub use pattern::pattern;
