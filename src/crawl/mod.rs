//! Which page next, how deep, how often: one polite, bounded visit to a portal.
//!
//! The way of a visit: the home page; a probe for soft 404s; then always the most interesting address known
//! ([`interest`]): columns of the lexicon, guides to them, their lists as far back as checks look, their documents, the
//! other columns, a sample of the rest. [`frontier`] keeps the order, [`address`] tells pages from traps, [`limits`]
//! bounds everything, [`probe`] unmasks error pages that call themselves fine, [`memory`] spares the portal what it sent
//! on earlier nights, [`sitemap`] knows pages that no link leads to. What fails for a passing reason gets a
//! second look at the end; then [`links`] asks where the links lead that were not followed.
//!
//! The same portal gives the same pages in the same order, whatever the timing.

mod address;
mod frontier;
mod interest;
mod keep;
mod limits;
mod links;
mod look;
mod memory;
mod probe;
mod progress;
mod sitemap;
mod visit;

pub use keep::Keeper;
pub use limits::Limits;
pub use look::read;
pub use memory::Memory;
pub use progress::Progress;
pub use sitemap::places as places_of_sitemap;
pub use visit::{Visited, visit, visit_again, visit_within};
