//! `cargo dev`: begins an addition to mingcha by writing its files, with an example that fails until it is filled in.

mod scaffold;

use std::{env, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match scaffold::make(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments) {
        Ok(made) => {
            for file in made.files {
                eprintln!("  {file}");
            }
            eprintln!("{}", made.next);
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}
