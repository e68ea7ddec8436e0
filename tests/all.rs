//! The one test program: a module a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed, which is what is wanted")]

mod architecture;
mod audit;
mod browser;
mod bulletin;
mod checklists;
mod checks;
mod console;
mod crawl;
mod demo;
mod evidence;
mod fetch;
mod fixture_portals;
mod fixture_visits;
mod fold;
mod log;
mod log_as_of;
mod log_commands;
mod night;
mod overlays;
mod queue;
mod reading;
mod readme;
mod rulebook_cases;
mod rulebook_files;
mod schedule;
mod score;
mod score_difference;
mod score_properties;
mod score_workbook;
mod seeded_faults;
mod serve;
mod support;
mod terminal;
mod text;
