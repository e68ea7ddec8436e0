//! How commands speak to standard output: a reader that goes away is no fault, a full disk is one.

use std::process::{Command, Output, Stdio};

/// Scored by the commands below; long enough that a pipe would have to be read.
fn entries(folder: &tempfile::TempDir) -> String {
    let path = folder.path().join("entries.jsonl");
    std::fs::write(&path, "{\"unit\":\"市教育局\",\"clause\":\"B1-05\"}\n").unwrap();
    path.display().to_string()
}

fn mingcha(folder: &tempfile::TempDir, arguments: &[&str], stdout: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingcha"));
    command.current_dir(folder.path()).args(arguments).stdout(stdout).stderr(Stdio::piped());
    command.spawn().unwrap().wait_with_output().unwrap()
}

#[test]
fn a_reader_that_goes_away_ends_nothing_badly() {
    let folder = tempfile::tempdir().unwrap();
    let entries = entries(&folder);
    let score = ["score", "--rulebook", "yuncheng-2022-b1", "--entries", &entries, "--all-units"];
    let earlier = ["--against-entries", &entries];
    for arguments in [
        &score[..],
        &[&score[..], &["--format", "json"]].concat(),
        &[&score[..], &["--format", "xlsx"]].concat(),
        &[&score[..], &earlier].concat(),
        &["rulebook", "list"],
        &["rulebook", "show", "yuncheng-2022-a"],
        &["rulebook", "units", "linfen-2020-a"],
        &["rulebook", "schema"],
        &["rulebook", "validate"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = mingcha(&folder, arguments, writer.into());
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), told.as_ref()), (Some(0), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = mingcha(&folder, &["rulebook", "list"], full.into());
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("cannot write to standard output"), "{told}");
}
