//! The program: hands its arguments to the commands.

fn main() -> std::process::ExitCode {
    mingcha::commands::run()
}
