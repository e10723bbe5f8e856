//! `cargo xtask bench [GROUP] [--json]`: the one door to every figure that this project states.
//!
//! A group is a bench target of the root package: `[[bench]] name = "engine"` in Cargo.toml is
//! the group `engine`. What a figure means is said in its file.

use anyhow::{Result, bail};

use crate::shell;
use crate::workspace::Workspace;

/// The chore itself.
pub fn run(workspace: &Workspace, group: Option<&str>, json: bool) -> Result<()> {
    let groups = groups(workspace);
    let asked_for: Vec<&str> = match group {
        None => groups,
        Some(group) if groups.contains(&group) => vec![group],
        Some(group) => bail!("There is no group {group}; there is: {}", groups.join(", ")),
    };
    for group in asked_for {
        // `cargo bench` has no --release. Its own profile would build everything anew.
        let mut bench = shell::cargo();
        bench
            .args(["bench", "--profile", "release"])
            .args(["--workspace", "--exclude", "xtask"])
            .args(["--features", "matryoshka/bench", "--bench", group, "--"]);
        if json {
            bench.arg("--json");
        }
        shell::run_showing_stdout(&format!("measure the group {group}"), &mut bench)?;
    }
    Ok(())
}

fn groups(workspace: &Workspace) -> Vec<&str> {
    let targets = workspace
        .metadata
        .packages
        .iter()
        .filter(|package| package.name == "matryoshka")
        .flat_map(|package| &package.targets);
    targets
        .filter(|target| target.is_bench())
        .map(|target| target.name.as_str())
        .collect()
}
