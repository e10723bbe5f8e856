//! `cargo xtask test`: what must hold before a change is good, and what CI runs.
//!
//! The tests load the bundles into real hosts. Lints, bundles and tests are built alike (see
//! `bundle::cargo`), as building is what takes long.

use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::workspace::Workspace;
use crate::{bundle, freshness, sanitize, shell};

/// The chore itself. With `args`, only the bundles are made and the tests asked for run.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    if !args.is_empty() {
        let bundled = bundle::bundle(workspace, true)?;
        return tests(&bundled, args);
    }

    let mut steps = Steps::default();
    steps.take("format", "every file is as its formatter leaves it", || {
        format(workspace)
    });
    steps.take(
        "lint",
        "neither rustc nor clippy nor rustdoc has a complaint",
        lint,
    );
    let bundled = workspace.bundled();
    let can_test = steps.take("bundle", "the CLAP and VST3 bundles can be made", || {
        bundle::bundle(workspace, true).map(drop)
    });
    if can_test {
        steps.take(
            "test",
            "Matryoshka does what it promises, in real hosts",
            || tests(&bundled, &[]),
        );
    }
    if can_test && cfg!(target_os = "linux") {
        steps.take(
            "memory",
            "the JUCE layer's tests are clean under valgrind",
            sanitize::valgrind,
        );
        steps.take(
            "freshness",
            "nothing is built twice, and what is compiled is watched",
            || freshness::run(workspace),
        );
    }
    steps.take("chores", "xtask's own tests pass", || {
        let why = "xtask is tested as it is built, without optimisation";
        shell::run_showing_stdout(why, shell::cargo().args(["test", "-p", "xtask"]))
    });
    steps.sum_up()
}

fn format(workspace: &Workspace) -> Result<()> {
    shell::run("Rust", shell::cargo().args(["fmt", "--all", "--check"]))?;
    // Its versions differ in details of the same style, so one was chosen: Debian 12's.
    let version = shell::output(Command::new("clang-format").arg("--version"));
    if !version.is_ok_and(|it| it.contains("version 14.")) {
        eprintln!("-- C++ is not checked: clang-format 14 is not installed");
        return Ok(());
    }
    let sources = cpp_sources(&workspace.root.join("cpp"))?;
    if sources.is_empty() {
        return Ok(());
    }
    let mut clang_format = Command::new("clang-format");
    clang_format.args(["--dry-run", "--Werror"]).args(sources);
    shell::run("C++", &mut clang_format)
}

/// The C++ files below `folder`, in the order of their names.
fn cpp_sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources.extend(cpp_sources(&path)?);
        } else if path
            .extension()
            .is_some_and(|ending| ["h", "cpp", "mm"].iter().any(|known| ending == *known))
        {
            sources.push(path);
        }
    }
    sources.sort();
    Ok(sources)
}

fn lint() -> Result<()> {
    shell::run(
        "the product, with its tests, examples and benches",
        bundle::cargo("clippy").args(["--all-targets", "--", "-D", "warnings"]),
    )?;
    // `--all-targets` leaves out what `cargo xtask test` does not run.
    shell::run(
        "the test in Ardour",
        bundle::cargo("clippy").args(["--test", "ardour", "--", "-D", "warnings"]),
    )?;
    shell::run(
        "the product's pages",
        bundle::cargo("doc")
            .args(["--no-deps", "--lib"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    shell::run(
        "the chores",
        shell::cargo()
            .args(["clippy", "-p", "xtask", "--all-targets"])
            .args(["--", "-D", "warnings"]),
    )
}

fn tests(bundled: &Path, args: &[String]) -> Result<()> {
    shell::run_showing_stdout(
        "build and run the tests; they find the bundles by MATRYOSHKA_BUNDLED",
        bundle::cargo("test")
            .arg("--no-fail-fast")
            .args(args)
            .env("MATRYOSHKA_BUNDLED", bundled),
    )
}

/// Steps taken, with how they ended. A failed one does not keep the next from being taken: one run
/// tells all that is wrong.
#[derive(Default)]
struct Steps {
    taken: Vec<Step>,
}

struct Step {
    name: &'static str,
    time: Duration,
    passed: bool,
}

impl Steps {
    /// Announces a step and what it proves, takes it, and says how long that took.
    fn take(
        &mut self,
        name: &'static str,
        proves: &str,
        step: impl FnOnce() -> Result<()>,
    ) -> bool {
        shell::say(&format!("{name}: {proves}"));
        let start = Instant::now();
        let outcome = step();
        let time = start.elapsed();
        match &outcome {
            Ok(()) => eprintln!("-- {name} passed in {}", seconds(time)),
            Err(error) => eprintln!("-- {name} FAILED after {}: {error:#}", seconds(time)),
        }
        let passed = outcome.is_ok();
        self.taken.push(Step { name, time, passed });
        passed
    }

    fn sum_up(&self) -> Result<()> {
        let total: Duration = self.taken.iter().map(|step| step.time).sum();
        let each: Vec<String> = self
            .taken
            .iter()
            .map(|step| {
                let outcome = if step.passed { "" } else { " FAILED" };
                format!("{}{outcome} {}", step.name, seconds(step.time))
            })
            .collect();
        shell::say(&format!(
            "Summary: {} ({})",
            each.join(", "),
            seconds(total)
        ));
        let failed: Vec<&str> = self
            .taken
            .iter()
            .filter(|step| !step.passed)
            .map(|step| step.name)
            .collect();
        if !failed.is_empty() {
            bail!("not good yet: {} failed", failed.join(" and "));
        }
        eprintln!("   All is well.");
        Ok(())
    }
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:.0} s", time.as_secs() / 60, seconds % 60.0)
    }
}
