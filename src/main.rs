//! The command `matryoshka`: what is installed, what a plugin is, a rack rendered, a rack checked.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
