//! One file a background job; joins the steps of a night. The only owner of the queue.

pub mod audit;
mod availability;
pub mod bulletin;
pub mod bulletin_draft;
mod bulletin_problems;
pub mod bulletin_score;
pub mod canary;
pub mod caution;
pub mod discover;
mod first_seen;
pub mod fold;
pub mod judge;
mod neighbours;
pub mod night;
mod pictures;
pub mod portal_owner;
pub mod probe;
pub mod probe_slots;
pub mod queue;
pub mod schedule;
pub mod shelving;
pub mod thinning;
pub mod worker;
