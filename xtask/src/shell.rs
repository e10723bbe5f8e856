//! Running other programs, saying what and why.

use anyhow::{Context, Result, bail};
use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Command, Stdio};

/// Announces a stage of a chore, in words.
pub fn say(text: &str) {
    eprintln!("\n== {text}");
}

/// Runs `command` after saying why; its stdout goes to stderr, with all that we say ourselves.
pub fn run(why: &str, command: &mut Command) -> Result<()> {
    run_showing_stdout(why, command.stdout(Stdio::from(io::stderr())))
}

/// Runs `command` after saying why, and leaves stdout to it.
pub fn run_showing_stdout(why: &str, command: &mut Command) -> Result<()> {
    eprintln!("-- {why}\n   $ {}", line(command));
    let status = command
        .status()
        .with_context(|| format!("`{}` could not be started", name(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", short(command));
    }
    Ok(())
}

/// Runs `command` quietly and gives back its stdout, or its stderr as the error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{}` could not be started", name(command)))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!("`{}`: {complaint} ({})", name(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` wrote something that is no text", name(command)))
}

/// Whether `program`, given `args`, runs and succeeds. Nothing it writes is shown.
pub fn succeeds(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Cargo, without what the outer `cargo run` told xtask about itself: build scripts may watch these
/// variables, and would run again each time that `cargo xtask` and plain cargo take turns.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for (variable, _) in env::vars_os() {
        let text = variable.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&variable);
        }
    }
    command
}

/// Enough of a command whose whole line was just printed.
fn short(command: &Command) -> String {
    match command.get_args().next().map(OsStr::to_string_lossy) {
        Some(subcommand) if !subcommand.starts_with('-') => {
            format!("{} {subcommand}", name(command))
        }
        _ => name(command),
    }
}

/// The command as one could type it, except that cargo is called just that.
fn line(command: &Command) -> String {
    let mut line = name(command);
    for arg in command.get_args() {
        let arg = arg.to_string_lossy();
        line.push(' ');
        if arg.is_empty() || arg.contains(|c: char| c.is_whitespace() || "$|;&'\"*".contains(c)) {
            line.push_str(&format!("'{arg}'"));
        } else {
            line.push_str(&arg);
        }
    }
    line
}

fn name(command: &Command) -> String {
    let program = command.get_program();
    if env::var_os("CARGO").is_some_and(|cargo| cargo == program) {
        return "cargo".to_owned();
    }
    OsStr::to_string_lossy(program).into_owned()
}
