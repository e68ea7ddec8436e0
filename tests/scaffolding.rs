//! `cargo dev`: what it begins can be read, fails until it is filled in, holds when it is, and harms nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use mingcha::catalog::{Catalog, Problems};
use tempfile::TempDir;

use crate::rulebook_cases;

#[path = "../examples/dev/scaffold.rs"]
mod scaffold;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A copy of what the additions touch.
fn copy() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for folder in ["checks", "fixtures/rulebooks", "fixtures/cms", "src/check", "src/cms"] {
        copy_folder(&project().join(folder), &copy.path().join(folder));
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, target) = (item.path(), to.join(item.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(path, target).unwrap();
        }
    }
}

fn catalog(root: &Path) -> Result<Catalog, Problems> {
    Catalog::load(Some(&root.join("checks")))
}

/// Exchanges a text that must be there.
fn fill(path: PathBuf, exchanges: &[(&str, &str)]) {
    let mut text = fs::read_to_string(&path).unwrap();
    for (before, after) in exchanges {
        assert!(text.contains(before), "{before:?} is not in\n{text}");
        text = text.replace(before, after);
    }
    fs::write(path, text).unwrap();
}

/// The example of a check that does not hold, if there is one.
fn mismatch(root: &Path, id: &str) -> Option<String> {
    let catalog = catalog(root).unwrap_or_else(|problems| panic!("{problems}"));
    let check = catalog.checks.iter().find(|check| check.id == id).unwrap();
    check.examples.iter().find_map(|example| example.mismatch(check, &catalog.lexicon, &catalog.calendar))
}

/// Rust that the formatter reads and would not change.
fn assert_tidy(file: &Path) {
    let rules = project().join(".rustfmt.toml");
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check", "--config-path"]).arg(rules).arg(file);
    let output = rustfmt.output().expect("rustfmt stands beside cargo");
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_new_check_fails_until_its_example_is_filled_in() {
    let copy = copy();
    let made = scaffold::make(copy.path(), &["new-check", "columns/column-asleep", "column-stale"]).unwrap();
    assert_eq!(made.files, ["checks/columns/column-asleep.yaml"]);
    assert!(made.next.starts_with("Fill in"), "{}", made.next);
    assert!(mismatch(copy.path(), "column-asleep").unwrap().contains("nothing is said of 待填"));
    let facts = "facts: {columns: [{key: /gzdt/, name: 工作动态, entries: [{title: 甲, date: \"2022-09-01\"}]}]}";
    fill(
        copy.path().join(&made.files[0]),
        &[("facts: {}", facts), ("subject: 待填", "subject: column:/gzdt/"), ("待填：", "")],
    );
    assert_eq!(mismatch(copy.path(), "column-asleep"), None);
}

#[test]
fn every_check_can_be_begun_from() {
    let copy = copy();
    let known: Vec<String> = catalog(copy.path()).unwrap().checks.into_iter().map(|check| check.id).collect();
    for (number, like) in known.iter().enumerate() {
        scaffold::make(copy.path(), &["new-check", &format!("trial/trial-{number}"), like]).unwrap();
    }
    let catalog = catalog(copy.path()).unwrap_or_else(|problems| panic!("{problems}"));
    for (number, like) in known.iter().enumerate() {
        let of = |id: &str| catalog.checks.iter().find(|check| check.id == id).unwrap();
        let (old, new) = (of(like), of(&format!("trial-{number}")));
        assert_eq!((old.kind, format!("{:?}", old.rule)), (new.kind, format!("{:?}", new.rule)), "{like}");
    }
}

#[test]
fn a_new_kind_is_a_file_its_lines_and_a_check() {
    let copy = copy();
    let made = scaffold::make(copy.path(), &["new-kind", "column-moved", "columns/column-moved-away"]).unwrap();
    let files = [
        "src/check/column_moved.rs",
        "checks/columns/column-moved-away.yaml",
        "src/check/mod.rs",
        "src/check/definition.rs",
    ];
    assert_eq!(made.files, files);
    assert_tidy(&copy.path().join(files[0]));
    let modules = fs::read_to_string(copy.path().join(files[2])).unwrap();
    assert!(modules.contains("mod column_freshness;\nmod column_moved;\n"), "{modules}");
    let definition = copy.path().join(files[3]);
    assert_tidy(&definition);
    let definition = fs::read_to_string(definition).unwrap();
    assert_eq!(definition.matches("\n    ColumnMoved,\n}").count(), 1, "{definition}");
    let arm = "Kind::ColumnMoved => Self::of::<super::column_moved::ColumnMoved, S>(source),\n        }";
    assert!(definition.contains(arm), "{definition}");
    // All that keeps the check from being read is that its kind is not compiled yet.
    let problems = catalog(copy.path()).unwrap_err().0;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((problems[0].file.as_str(), problems[0].line), ("columns/column-moved-away.yaml", 2));
}

#[test]
fn a_new_rulebook_is_sound_and_its_case_is_still_to_be_worked() {
    let copy = copy();
    let made = scaffold::make(copy.path(), &["new-rulebook", "heyuan-2026"]).unwrap();
    assert_eq!(made.files, ["checks/rulebooks/heyuan-2026.yaml", "fixtures/rulebooks/heyuan-2026.yaml"]);
    let catalog = catalog(copy.path()).unwrap_or_else(|problems| panic!("{problems}"));
    let book = catalog.rulebook("heyuan-2026").unwrap();
    let cases = copy.path().join(&made.files[1]);
    let faults = || {
        let fixture = rulebook_cases::fixture(&cases);
        let case = &fixture.cases[0];
        rulebook_cases::faults(&rulebook_cases::run(&catalog, book, case).unwrap(), case)
    };
    assert_eq!(faults().len(), 1, "{:?}", faults());
    fill(cases.clone(), &[("total: 0", "total: 99")]);
    assert_eq!(faults(), Vec::<String>::new());
}

#[test]
fn a_new_publishing_system_is_a_file_its_lines_and_a_page() {
    let copy = copy();
    let made = scaffold::make(copy.path(), &["new-cms", "hanweb-7"]).unwrap();
    assert_eq!(made.files, ["src/cms/hanweb_7.rs", "fixtures/cms/hanweb-7/list.html", "src/cms/mod.rs"]);
    assert_tidy(&copy.path().join(&made.files[0]));
    let modules = fs::read_to_string(copy.path().join(&made.files[2])).unwrap();
    assert!(modules.contains("mod gkmlpt;\nmod hanweb_7;\n"), "{modules}");
    let adapters = modules.split("const ADAPTERS").nth(1).unwrap().split("];").next().unwrap();
    assert!(adapters.contains("&[&trs::Trs") && adapters.ends_with("&hanweb_7::Hanweb7"), "{adapters}");
}

#[test]
fn nothing_is_written_where_anything_is_in_the_way() {
    let copy = copy();
    for (arguments, says) in [
        (&["new-check", "columns/column-stale", "column-stale"][..], "exists already"),
        (&["new-check", "columns/column-asleep", "column-old"], "there are annual-report-arithmetic, "),
        (&["new-check", "column-asleep", "column-stale"], "no TOPIC/FAULT"),
        (&["new-check", "columns/Column", "column-stale"], "small letters"),
        (&["new-check", "../columns/x", "column-stale"], "small letters"),
        (&["new-kind", "required-column", "columns/x"], "src/check/required_column.rs exists already"),
        (&["new-kind", "required-column"], "write one of"),
        (&["new-kind", "column-moved", "columns/column-stale"], "exists already"),
        (&["new-rulebook", "yunhe-2022"], "exists already"),
        (&["new-rulebook", "heyuan.2026"], "small letters"),
        (&["new-cms", "trs"], "exists already"),
        (&["new-cms"], "write one of"),
        (&["new-portal", "x"], "write one of"),
    ] {
        let error = scaffold::make(copy.path(), arguments).unwrap_err();
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
    for file in ["src/check/mod.rs", "src/check/definition.rs", "src/cms/mod.rs"] {
        let (before, after) = (fs::read(project().join(file)).unwrap(), fs::read(copy.path().join(file)).unwrap());
        assert!(before == after, "{file} was changed");
    }
}

#[test]
fn the_alias_and_the_readmes_know_every_addition() {
    let alias = fs::read_to_string(project().join(".cargo/config.toml")).unwrap();
    assert!(alias.contains("dev = \"run --quiet --example dev --\""), "{alias}");
    for what in ["new-check", "new-kind", "new-rulebook", "new-cms"] {
        let command = format!("cargo dev {what}");
        assert!(scaffold::USAGE.contains(&command), "{what}");
        for name in ["README.md", "README.zh-CN.md"] {
            assert!(fs::read_to_string(project().join(name)).unwrap().contains(&command), "{name} lacks {command}");
        }
    }
}
