//! What several test subjects share: a small server on loopback that does exactly what a script says.

pub mod server;
