//! Serves the fixture portals on loopback and runs the whole story on them.

pub mod canary;
pub mod portals;
pub mod server;
pub mod staff;
pub mod story;

pub use portals::{FixturePortal, SeededFault, SeededProbes};
pub use server::{Request, Server};
