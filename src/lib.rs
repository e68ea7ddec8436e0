//! mingcha 明察: visits government portals every night, looks at what the openness assessment plans tell
//! inspectors to look at on line, logs dated findings with evidence, and scores them with the plan's own table.
//!
//! The map, in reading order. `tests/architecture.rs` holds the table below as data.
//!
//! | module | may import | sole owner of |
//! |---|---|---|
//! | text | – | encoding and calendar libraries, search for many words |
//! | model | text | |
//! | html | text | HTML parsers |
//! | fetch | model | HTTP client, browser |
//! | evidence | model | WARC, object store |
//! | store | model | sqlx |
//! | cms | model, text, html | |
//! | observe | model, text, html, cms | |
//! | attachment | model, text | readers of Word, Excel and PDF files |
//! | check | model, text | |
//! | catalog | model, text, check | YAML reader |
//! | score | model | decimal arithmetic |
//! | report | model, text | XLSX writer |
//! | crawl | model, text, html, fetch, evidence, cms, observe, attachment | |
//! | jobs | model, catalog, fetch, evidence, crawl, observe, check, score, report, store | queue, cron |
//! | console | model, catalog, score, report, store, evidence | web framework, templates |
//! | demo, commands | everything above, config | argument parser |

pub mod attachment;
pub mod catalog;
pub mod check;
pub mod cms;
pub mod commands;
pub mod config;
pub mod console;
pub mod crawl;
pub mod demo;
pub mod evidence;
pub mod fetch;
pub mod html;
pub mod jobs;
pub mod model;
pub mod observe;
pub mod report;
pub mod score;
pub mod store;
pub mod text;
