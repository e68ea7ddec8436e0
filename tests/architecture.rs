//! The walls of the house: who may import whom, and which library belongs to which room.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Module and what it may import of ours. Same table as in `src/lib.rs`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &["text"]),
    ("text", &[]),
    ("html", &["text"]),
    ("fetch", &["model"]),
    ("evidence", &["model"]),
    ("store", &["model"]),
    ("cms", &["model", "text", "html"]),
    ("observe", &["model", "text", "html", "cms"]),
    ("attachment", &["model", "text"]),
    ("check", &["model", "text"]),
    ("catalog", &["model", "text", "check"]),
    ("score", &["model"]),
    ("report", &["model", "text"]),
    ("crawl", &["model", "text", "html", "fetch", "evidence", "cms", "observe", "attachment"]),
    ("jobs", &["model", "catalog", "fetch", "evidence", "crawl", "observe", "check", "score", "report", "store"]),
    ("console", &["model", "catalog", "score", "report", "store", "evidence"]),
    ("config", &["model", "catalog"]),
    ("demo", &["*"]),
    ("commands", &["*"]),
    ("main", &["*"]),
    ("lib", &["*"]),
];

/// Library and the modules that may use it.
const OWNED_LIBRARIES: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("calamine", &["attachment"]),
    ("lopdf", &["attachment"]),
    ("quick_xml", &["attachment"]),
    ("zip", &["attachment"]),
    ("reqwest", &["fetch"]),
    // A bucket is asked over TLS too, and must name the same provider.
    ("rustls", &["fetch", "evidence"]),
    ("object_store", &["evidence"]),
    ("chromiumoxide", &["fetch"]),
    ("base64", &["fetch"]),
    ("robotxt", &["fetch"]),
    ("x509_parser", &["fetch"]),
    ("governor", &["fetch"]),
    ("scraper", &["html"]),
    ("aho_corasick", &["text"]),
    ("encoding_rs", &["text"]),
    ("chardetng", &["text"]),
    ("flate2", &["evidence", "fetch"]),
    ("serde_saphyr", &["catalog"]),
    ("schemars", &["catalog", "model"]),
    ("apalis", &["jobs"]),
    ("apalis_core", &["jobs"]),
    ("apalis_sqlite", &["jobs"]),
    ("cron", &["jobs"]),
    ("axum", &["console", "demo"]),
    ("askama", &["console", "report"]),
    ("rust_xlsxwriter", &["report"]),
    ("tower_sessions", &["console"]),
    ("tower_http", &["console"]),
    ("password_auth", &["console", "commands"]),
    ("clap", &["commands", "main"]),
    ("comfy_table", &["commands"]),
    ("indicatif", &["commands"]),
    ("toml", &["config"]),
];

/// Rooms that open no connection, read no file and ask no clock.
const PURE: &[&str] = &["model", "text", "html", "cms", "observe", "attachment", "check", "score", "report"];
const IMPURE_CALLS: &[&str] =
    &["std::fs", "std::net", "tokio::", "Timestamp::now", "Zoned::now", "SystemTime::now", "Instant::now", "std::env"];

const DRAWER_NAMES: &[&str] = &["util", "utils", "common", "helpers", "core", "manager", "types", "errors", "misc"];

const MOST_LINES: usize = 600;

struct SourceFile {
    path: PathBuf,
    module: String,
    code: String,
}

fn source_files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(&folder).expect("src is readable") {
            let path = item.expect("src is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inner = path.strip_prefix(&root).expect("below src");
                let first = inner.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
                let module = first.trim_end_matches(".rs").to_owned();
                let code = fs::read_to_string(&path).expect("source is text");
                files.push(SourceFile { path: inner.to_owned(), module, code });
            }
        }
    }
    files
}

/// Code without comments: what is said in prose imports nothing.
fn without_comments(code: &str) -> String {
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Names that follow `crate::` in `code`, with `crate::{a, b::c}` taken apart.
fn imports_of(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut name = String::new();
            let mut expect_name = true;
            for letter in group.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => expect_name = true,
                    _ if depth == 1 && expect_name && (letter.is_alphanumeric() || letter == '_') => {
                        name.push(letter);
                        continue;
                    }
                    _ => {}
                }
                if !name.is_empty() {
                    names.insert(std::mem::take(&mut name));
                    expect_name = letter == ',';
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            names.insert(rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect());
        }
    }
    names
}

fn is_module(name: &str) -> bool {
    MAY_IMPORT.iter().any(|(module, _)| *module == name)
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let mut faults = Vec::new();
    for file in source_files() {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(module, _)| *module == file.module) else {
            faults.push(format!("{}: module {} is not in the table", file.path.display(), file.module));
            continue;
        };
        if allowed.contains(&"*") {
            continue;
        }
        for name in imports_of(&without_comments(&file.code)) {
            if is_module(&name) && name != file.module && !allowed.contains(&name.as_str()) {
                faults.push(format!("{}: {} may not import {name}", file.path.display(), file.module));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_table_itself_has_no_circle() {
    let graph: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().map(|(module, allowed)| (*module, *allowed)).collect();
    fn visit<'a>(module: &'a str, graph: &BTreeMap<&'a str, &'a [&'a str]>, way: &mut Vec<&'a str>) {
        assert!(!way.contains(&module), "circle: {way:?} -> {module}");
        way.push(module);
        for next in graph.get(module).copied().unwrap_or_default() {
            if *next != "*" {
                visit(next, graph, way);
            }
        }
        way.pop();
    }
    for module in graph.keys() {
        visit(module, &graph, &mut Vec::new());
    }
}

#[test]
fn libraries_stay_with_their_owner() {
    let mut faults = Vec::new();
    for file in source_files() {
        let code = without_comments(&file.code);
        for (library, owners) in OWNED_LIBRARIES {
            let used = code.match_indices(&format!("{library}::")).any(|(at, _)| {
                !code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':')
            });
            if used && !owners.contains(&file.module.as_str()) {
                faults.push(format!("{}: {library} belongs to {owners:?}", file.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pure_rooms_touch_no_clock_disk_or_network() {
    let mut faults = Vec::new();
    for file in source_files() {
        if PURE.contains(&file.module.as_str()) {
            let code = without_comments(&file.code);
            for call in IMPURE_CALLS {
                if code.contains(call) {
                    faults.push(format!("{}: {call}", file.path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_stay_readable() {
    let mut faults = Vec::new();
    for file in source_files() {
        let lines = file.code.lines().count();
        if lines > MOST_LINES {
            faults.push(format!("{}: {lines} lines, more than {MOST_LINES}", file.path.display()));
        }
        if !file.code.starts_with("//!") {
            faults.push(format!("{}: says not what it is for (//! header)", file.path.display()));
        }
        for part in file.path.components() {
            let name = part.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
            if DRAWER_NAMES.contains(&name.as_str()) {
                faults.push(format!("{}: {name} is a drawer, not a name", file.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_map_in_lib_rs_is_this_table() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    for (module, allowed) in MAY_IMPORT {
        if allowed.contains(&"*") || *module == "config" {
            continue;
        }
        let list = if allowed.is_empty() { "–".to_owned() } else { allowed.join(", ") };
        let row = format!("//! | {module} | {list} |");
        assert!(lib.contains(&row), "src/lib.rs lacks the row {row:?}");
    }
}

#[test]
fn groups_of_imports_are_taken_apart() {
    let names = imports_of("use crate::{model::{Portal, Unit}, text, html::Page};\nlet x = crate::store::open();");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(names, ["html", "model", "store", "text"]);
}
