//! `mingcha init`: what it writes is a configuration that every command takes as it stands.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
};

use mingcha::config::{self, Settings};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mingcha");

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM).current_dir(folder).args(arguments).output().unwrap()
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs `init` in a new folder and reads what it has written.
fn settings(arguments: &[&str]) -> (tempfile::TempDir, Settings, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &[&["init"], arguments].concat());
    assert!(output.status.success(), "{}", text_of(&output.stderr));
    let path = folder.path().join("mingcha.toml");
    let settings = config::load(&path).unwrap();
    let text = fs::read_to_string(path).unwrap();
    (folder, settings, text)
}

#[test]
fn every_list_of_a_plan_makes_a_configuration_that_loads() {
    for (list, units, rulebook) in [
        ("yuncheng", 47, "yuncheng-2022-a"),
        ("linfen", 51, "linfen-2020-a"),
        ("yunhe-2022", 33, "yunhe-2022"),
        ("sanmenxia", 51, "sanmenxia-2017-department"),
    ] {
        let (_folder, settings, _) = settings(&["--units", list]);
        assert_eq!((settings.portals.len(), settings.rulebook.as_str()), (units, rulebook), "{list}");
        assert!(settings.portals.iter().all(|portal| !portal.has_address() && portal.units.len() == 1));
        assert!(settings.console.password_hash.is_some());
    }
}

#[test]
fn a_rulebook_brings_the_units_of_its_class() {
    let (_folder, settings, text) = settings(&["--rulebook", "yuncheng-2022-b2", "--contact", "甲办 \"0359\" 12345"]);
    assert_eq!((settings.portals.len(), settings.rulebook.as_str()), (9, "yuncheng-2022-b2"));
    assert_eq!(settings.contact, "甲办 \"0359\" 12345");
    assert_eq!(settings.portals[0].id, "yuncheng-b2-01");
    assert_eq!(text.matches("[[portal]]\n").count(), 9);
}

#[test]
fn columns_and_accounts_stand_beside_the_units_that_answer_for_them() {
    let (_folder, _, text) = settings(&["--units", "yunhe"]);
    let columns = text.matches("责任栏目：").count();
    // Five of the thirty columns have several units; each of those sees it.
    assert!(columns >= 20, "{columns}");
    assert_eq!(text.matches("政务新媒体：").count(), 10);
    assert!(text.contains("由名单以外的单位或一组单位负责的栏目"));
}

#[test]
fn a_file_that_exists_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mingcha.toml"), "mine").unwrap();
    let output = run(folder.path(), &["init", "--units", "linfen"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output.stderr).contains("exists already"));
    assert_eq!(fs::read_to_string(folder.path().join("mingcha.toml")).unwrap(), "mine");
    let output = run(folder.path(), &["init", "--units", "nowhere", "--out", "other.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output.stderr).contains("linfen-2020, sanmenxia-2017, yuncheng-2022, yunhe-2022"));
    assert!(!folder.path().join("other.toml").exists());
}

#[test]
fn crawl_and_score_take_it_without_an_edit() {
    let (folder, _, _) = settings(&["--rulebook", "yuncheng-2022-b1"]);
    let output = run(folder.path(), &["crawl"]);
    assert!(output.status.success(), "{}", text_of(&output.stderr));
    assert!(text_of(&output.stdout).contains("25 个网站尚未填写网址（url），未访问"), "{}", text_of(&output.stdout));
    let output = run(folder.path(), &["crawl", "--portal", "yuncheng-b1-01"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output.stderr).contains("has no address yet"));
    let output = run(folder.path(), &["score", "--rulebook", "yuncheng-2022-b1", "--format", "json"]);
    assert!(output.status.success(), "{}", text_of(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["units"].as_array().unwrap().len(), 25);
    let output = run(folder.path(), &["bulletin", "2022-Q3", "--format", "json"]);
    assert!(output.status.success(), "{}", text_of(&output.stderr));
}

#[test]
fn serve_takes_it_and_says_that_no_portal_has_an_address() {
    let (folder, _, text) = settings(&["--units", "linfen"]);
    // Another port only, since tests run beside each other.
    let text = text.replace("127.0.0.1:8080", "127.0.0.1:0");
    fs::write(folder.path().join("mingcha.toml"), text).unwrap();
    let mut serving =
        Command::new(PROGRAM).current_dir(folder.path()).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    let lines: Vec<String> =
        BufReader::new(serving.stdout.take().unwrap()).lines().take(2).map(Result::unwrap).collect();
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(lines[0].starts_with("console: http://127.0.0.1:"), "{lines:?}");
    assert!(lines[1].starts_with("51 portals have no address yet"), "{lines:?}");
}

#[test]
fn the_offices_overlay_and_readings_hold_for_its_scores_and_bulletins() {
    let (folder, _, text) = settings(&["--rulebook", "sanmenxia-2017-department"]);
    let overlay =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rulebooks/overlays/sanmenxia-2017-department.yaml");
    fs::copy(overlay, folder.path().join("weights.yaml")).unwrap();
    let path = folder.path().join("mingcha.toml");
    fs::write(&path, format!("overlay = \"weights.yaml\"\n{text}")).unwrap();
    let output = run(folder.path(), &["score", "--rulebook", "sanmenxia-2017-department", "--format", "json"]);
    assert!(output.status.success(), "{}", text_of(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["units"][0]["total"], "100");
    assert_eq!(report["switched"].as_array().map(Vec::len), Some(1), "{}", report["switched"]);
    let output = run(folder.path(), &["bulletin", "2017-Q3", "--format", "json"]);
    let bulletin: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(bulletin["method"]["overlay"].as_str().is_some_and(|source| !source.is_empty()), "{}", bulletin["method"]);
    for (setting, told) in [
        ("overlay = \"none.yaml\"", "none.yaml"),
        ("readings = [\"X9=other\"]", "X9"),
        ("readings = [\"X9\"]", "write ID=OPTION"),
    ] {
        fs::write(&path, format!("{setting}\n{text}")).unwrap();
        let output = run(folder.path(), &["score", "--rulebook", "sanmenxia-2017-department"]);
        assert_eq!(output.status.code(), Some(2), "{setting}");
        assert!(text_of(&output.stderr).contains(told), "{setting}: {}", text_of(&output.stderr));
    }
}
