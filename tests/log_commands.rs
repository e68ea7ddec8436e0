//! The commands on the log, as a person types them.

use std::process::{Command, Output};

const CONFIG: &str = r#"
contact = "政务公开办 12345"
rulebook = "yuncheng-2022-b1"
[[portal]]
id = "jyj"
name = "市教育局"
url = "http://jyj.heyuan.example.gov.cn/"
units = [{ name = "市教育局", kind = "department" }]
"#;

struct Office(tempfile::TempDir);

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mingcha.toml"), CONFIG).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mingcha")).current_dir(self.0.path()).args(arguments).output().unwrap()
    }

    /// What a command that must succeed prints.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Exit code and message of a command that must fail.
    fn fails(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.run(arguments);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }
}

#[test]
fn what_staff_enter_is_scored_from_the_log_as_from_a_file() {
    let office = Office::new();
    let late = ["--unit", "市教育局", "--clause", "B1-05", "--step", "faulty", "--date", "2022-03-05"];
    let id = office.says(&[&["finding", "add", "--by", "李伟", "--count", "2"], &late[..]].concat());
    let score = ["score", "--rulebook", "yuncheng-2022-b1", "--format", "json"];
    let from_log = office.says(&score);
    let export = office.0.path().join("entries.jsonl").display().to_string();
    office.says(&["log", "export", "--from", "2022-01-01", "--to", "2022-12-31", "--out", &export]);
    let from_file = office.says(&[&score[..], &["--entries", &export]].concat());
    assert_eq!(from_log, from_file);
    let report: serde_json::Value = serde_json::from_str(&from_log).unwrap();
    let total = |report: &serde_json::Value| report["units"][0]["total"].as_str().unwrap().to_owned();

    office.says(&["finding", "dismiss", id.trim(), "--reason", "误录", "--by", "王芳"]);
    let after: serde_json::Value = serde_json::from_str(&office.says(&score)).unwrap();
    assert_eq!(after["units"][0]["unit"], "市教育局", "a configured unit is scored without any entry that counts");
    assert_ne!(total(&report), total(&after), "what is dismissed costs nothing");

    office.says(&["finding", "add", "--unit", "不在名单上的单位", "--clause", "B1-05", "--date", "2022-03-05"]);
    let skipped: serde_json::Value = serde_json::from_str(&office.says(&score)).unwrap();
    assert_eq!(skipped["skipped"].as_array().unwrap().len(), 1, "what fits nothing is listed and stops nothing");
}

#[test]
fn a_file_is_imported_once_and_a_bad_one_not_at_all() {
    let office = Office::new();
    let good = office.write(
        "good.jsonl",
        "{\"unit\":\"市教育局\",\"clause\":\"B1-05\",\"date\":\"2022-03-05\"}\n\n{\"unit\":\"市教育局\",\"clause\":\"B1-05\",\"date\":\"2022-03-05\"}\n",
    );
    assert_eq!(office.says(&["finding", "import", &good]), "added 2, already known 0\n");
    assert_eq!(office.says(&["finding", "import", &good]), "added 0, already known 2\n");

    let bad = office.write(
        "bad.jsonl",
        "{\"unit\":\"市教育局\",\"clause\":\"B1-01\"}\n{\"unit\":\"市教育局\",\"count\":\"two\"}\n没有\n",
    );
    let (code, message) = office.fails(&["finding", "import", &bad]);
    assert_eq!(code, Some(2));
    assert!(message.contains("bad.jsonl:2: count") && message.contains("bad.jsonl:3:"), "{message}");
    assert_eq!(office.says(&["log", "export"]).lines().count(), 2);

    let export = office.write("export.jsonl", &office.says(&["log", "export"]));
    assert_eq!(office.says(&["log", "import", &export]), "added 0, already known 2\n");
    assert_eq!(Office::new().says(&["log", "import", &export]), "added 2, already known 0\n");
}

#[test]
fn every_mistake_is_told_with_what_to_do() {
    let office = Office::new();
    for (arguments, told) in [
        (&["finding", "show", "nothing"][..], "there is no finding or entry \"nothing\" in the log"),
        (&["finding", "confirm", "nothing"], "there is no finding \"nothing\" in the log"),
        (
            &["finding", "list", "--state", "open"],
            "--state \"open\" is none of awaiting, question, suspected, confirmed",
        ),
        (&["finding", "add", "--unit", "a", "--clause", "b", "--count=-1"], "--count is negative"),
        (&["finding", "import", "missing.jsonl"], "cannot read missing.jsonl"),
        (&["judge", "--run", "2022-01-01/jyj"], "there is no run \"2022-01-01/jyj\" in the log"),
        (&["crawl", "--portal", "mzj"], "no portal \"mzj\" in the configuration; it names jyj"),
        (&["crawl", "--as-of", "yesterday"], "write 2022-11-16T02:00 or 2022-11-16"),
        (&["--config", "other.toml", "log", "verify"], "cannot read the configuration other.toml"),
    ] {
        let (code, message) = office.fails(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {message}");
        assert!(message.contains(told), "{arguments:?}: {message}");
    }
}

#[test]
fn the_load_statement_is_there_for_people_and_for_programs() {
    let office = Office::new();
    let table = office.says(&["log", "load"]);
    for header in ["网站", "请求数", "字节数", "峰值（次/秒）", "robots.txt"] {
        assert!(table.contains(header), "{table}");
    }
    assert_eq!(office.says(&["log", "load", "--portal", "jyj", "--from", "2022-11-01", "--format", "json"]), "[]\n");
    assert!(office.says(&["evidence", "thin", "--dry-run"]).starts_with("0 captures of 0 runs would be removed"));
    assert!(office.says(&["evidence", "thin"]).starts_with("0 captures of 0 runs removed"));
}

#[test]
fn verify_proves_a_sound_log_and_refuses_a_changed_one() {
    let office = Office::new();
    office.says(&["migrate"]);
    office.says(&["finding", "add", "--unit", "市教育局", "--clause", "B1-05"]);
    assert!(office.says(&["log", "verify"]).ends_with("sound: nothing was changed\n"));

    let path = office.0.path().join("mingcha-data/log.db");
    let change = async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::query("UPDATE entries SET unit = '市民政局'").execute(&pool).await.unwrap();
        pool.close().await;
    };
    tokio::runtime::Runtime::new().unwrap().block_on(change);
    let (code, message) = office.fails(&["log", "verify"]);
    assert_eq!(code, Some(3));
    assert!(message.contains("changed or is damaged in 1 places"), "{message}");

    std::fs::write(&path, "not a database, but long enough to look like a file of one".repeat(20)).unwrap();
    let (code, message) = office.fails(&["log", "verify"]);
    assert_eq!(code, Some(3));
    assert!(message.contains("restore it from a backup"), "{message}");
}

#[test]
fn a_score_is_held_against_what_the_log_knew_before() {
    let office = Office::new();
    let late = ["finding", "add", "--unit", "市教育局", "--clause", "B1-05", "--date", "2022-03-05"];
    office.says(&late);
    let score = ["score", "--rulebook", "yuncheng-2022-b1", "--format", "json"];
    let json = |more: &[&str]| -> serde_json::Value {
        serde_json::from_str(&office.says(&[&score[..], more].concat())).unwrap()
    };
    assert_eq!(json(&["--as-of", "2000-01-01"])["units"][0]["total"], "100");
    assert_eq!(json(&["--as-of", "2999-01-01"])["units"][0]["total"], "98");
    let unit = &json(&["--against-as-of", "2000-01-01"])["units"][0];
    assert_eq!((&unit["before"]["total"], &unit["difference"]), (&"100".into(), &"-2".into()));
    assert_eq!(unit["causes"]["entries"], "-2");
    // A file against the log: the office's units are scored on both sides.
    let empty = office.write("empty.jsonl", "");
    assert_eq!(json(&["--against-entries", &empty])["units"][0]["difference"], "-2");
}
