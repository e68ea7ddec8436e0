//! `mingcha serve` and `mingcha password` as programs: they start, answer, and end as told.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mingcha");
const PASSWORD: &str = "a password of the office";

/// Settings with one portal that nobody answers for, and a night once in four years.
fn settings(folder: &Path, password_hash: &str) -> PathBuf {
    let path = folder.join("mingcha.toml");
    let text = format!(
        r#"
contact = "office@heyuan.example"
rulebook = "yuncheng-2022-b1"
schedule = "0 3 29 2 *"
[probes]
per_day = 0
[console]
listen = "127.0.0.1:0"
{password_hash}
[[portal]]
id = "jyj"
name = "河源市教育局网站"
url = "http://jyj.heyuan.example/"
units = [{{ name = "市教育局", kind = "department" }}]
"#
    );
    std::fs::write(&path, text).expect("the settings are written");
    path
}

fn hash_of(password: &str) -> String {
    let mut program = Command::new(PROGRAM)
        .arg("password")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    writeln!(program.stdin.take().expect("it listens"), "{password}").expect("it reads");
    let output = program.wait_with_output().expect("it ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("a hash is text").trim().to_owned()
}

/// A running console; ended by its process id, however the test ends.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_refuses_to_serve_without_a_password_and_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    for (line, says) in [("", "mingcha password"), ("password_hash = \"secret\"", "is no hash")] {
        let settings = settings(folder.path(), line);
        let output = Command::new(PROGRAM).arg("serve").arg("--config").arg(settings).output().expect("it runs");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn it_answers_and_ends_on_sigterm() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = settings(folder.path(), &format!("password_hash = \"{}\"", hash_of(PASSWORD)));
    let mut serving = Serving(
        Command::new(PROGRAM)
            .arg("serve")
            .arg("--config")
            .arg(settings)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts"),
    );
    let mut first_line = String::new();
    BufReader::new(serving.0.stdout.take().expect("its output")).read_line(&mut first_line).expect("a line");
    let address = first_line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
    let address = address.unwrap_or_else(|| panic!("no address in {first_line:?}"));

    let page = ask(address, "GET /login HTTP/1.1");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("用户名"), "{page}");
    let form = format!("name=admin&password={}", PASSWORD.replace(' ', "+"));
    let length = form.len();
    let answer = ask(
        address,
        &format!(
            "POST /login HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("set-cookie: mingcha="), "{answer}");

    let told = Command::new("kill").arg("-TERM").arg(serving.0.id().to_string()).status().expect("kill runs");
    assert!(told.success());
    let ended = serving.0.wait().expect("it ends");
    assert!(ended.success(), "{ended}");
    assert!(folder.path().join("mingcha-data/log.db").exists());
}

/// One request over a connection of its own; gives the whole answer.
fn ask(address: &str, request: &str) -> String {
    let (line, rest) = request.split_once("\r\n").unwrap_or((request, "\r\n"));
    let mut stream = TcpStream::connect(address).expect("the console listens");
    write!(stream, "{line}\r\nhost: {address}\r\nconnection: close\r\n{rest}").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}
