//! `mingcha password`: reads the administrator's password and prints the hash for the configuration.

use std::io::{BufRead, IsTerminal};

use super::{Ending, Global, WrongInput, terminal};

/// Shorter passwords are guessed in a night even through the login's throttle.
const FEWEST_CHARACTERS: usize = 10;

/// Read a password from standard input and print its argon2 hash for `console.password_hash`
#[derive(clap::Args)]
pub struct Args {}

#[expect(clippy::unused_async, reason = "commands are awaited")]
pub async fn run(_: Args, _: &Global) -> anyhow::Result<Ending> {
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        terminal::complain(format_args!("Password of the console's administrator (shown while you type), then Enter:"));
    }
    terminal::say(hash_of_first_line(&mut stdin)?)?;
    Ok(Ending::Done)
}

fn hash_of_first_line(input: &mut impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    input
        .read_line(&mut line)
        .map_err(|error| WrongInput(format!("cannot read the password from standard input: {error}")))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.chars().count() < FEWEST_CHARACTERS {
        let message = format!("the password on standard input has fewer than {FEWEST_CHARACTERS} characters");
        return Err(WrongInput(format!("{message}; choose a longer one")).into());
    }
    Ok(password_auth::generate_hash(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_fits_the_password_without_its_line_end() {
        let hash = hash_of_first_line(&mut "correct horse 马\r\n".as_bytes()).unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(password_auth::verify_password("correct horse 马", &hash).is_ok());
    }

    #[test]
    fn short_passwords_are_wrong_input() {
        let error = hash_of_first_line(&mut "short\n".as_bytes()).unwrap_err();
        assert!(error.is::<WrongInput>());
    }
}
