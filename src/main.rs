//! The program: hands its arguments to the commands.

fn main() {}
