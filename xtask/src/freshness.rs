//! Whether the build runs again exactly when it must: the last step of `cargo xtask test`.
//!
//! Cargo knows that from what build.rs tells it to watch. So the last build is repeated, in which nothing
//! may be stale; and what build.rs told is held against what is there: each C++ file and each bridge is
//! watched, and nothing that the build itself makes, JUCE's stamp aside, which is as old as can be. JUCE
//! is compiled by Ninja, whose own list must not name our C++: touching that must not compile JUCE.
//!
//! Nothing is touched here, as the tree would be stale for whoever builds next.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{BuildScript, Message};

use crate::workspace::Workspace;
use crate::{bundle, shell};

/// The step itself. The product must have been built.
pub fn run(workspace: &Workspace) -> Result<()> {
    // What was built last, so that nothing is left to be done.
    let mut build = bundle::cargo("test");
    build.args(["--no-run", "--message-format", "json"]);
    let told = shell::output(&mut build)?;
    let mut stale = Vec::new();
    let mut script = None;
    for message in Message::parse_stream(told.as_bytes()) {
        match message? {
            Message::CompilerArtifact(artifact) if !artifact.fresh => {
                stale.push(artifact.target.name);
            }
            Message::BuildScriptExecuted(executed) if is_ours(workspace, &executed) => {
                script = Some(executed);
            }
            _ => {}
        }
    }
    ensure!(
        stale.is_empty(),
        "built again though nothing was touched: {}",
        stale.join(", ")
    );
    let script = script.context("cargo does not tell of our build script")?;
    let output = script
        .out_dir
        .parent()
        .context("the build script's folder")?
        .join("output");
    let output = fs::read_to_string(&output).with_context(|| format!("{output} is not there"))?;
    check_watched(&workspace.root, &Told::from(output.as_str()))?;
    check_ninja(&workspace.root)
}

fn is_ours(workspace: &Workspace, script: &BuildScript) -> bool {
    let mut packages = workspace.metadata.packages.iter();
    packages.any(|package| package.name == "matryoshka" && package.id == script.package_id)
}

/// What a build script told cargo to watch.
#[derive(Debug, PartialEq)]
struct Told<'a> {
    files: BTreeSet<&'a str>,
    variables: BTreeSet<&'a str>,
}

impl<'a> From<&'a str> for Told<'a> {
    /// Of the script's output.
    fn from(output: &'a str) -> Self {
        let told = |what: &str| {
            output
                .lines()
                .filter_map(|line| line.strip_prefix("cargo:")?.strip_prefix(what))
                .collect()
        };
        Self {
            files: told("rerun-if-changed="),
            variables: told("rerun-if-env-changed="),
        }
    }
}

fn check_watched(root: &Path, told: &Told<'_>) -> Result<()> {
    for variable in ["JUCE_DIR", "MATRYOSHKA_SANITIZE", "CXX", "CXXFLAGS"] {
        ensure!(
            told.variables.contains(variable),
            "{variable} is not watched"
        );
    }
    // A folder stands for all that is in it.
    for file in ["cpp", "build.rs"] {
        ensure!(told.files.contains(file), "{file} is not watched");
    }
    for bridge in bridges(&root.join("src"))? {
        let file = bridge.strip_prefix(root)?.to_string_lossy();
        ensure!(told.files.contains(&*file), "{file} is not watched");
    }
    for file in &told.files {
        let path = root.join(file);
        ensure!(path.exists(), "{file} is watched, and not there");
        let is_made = path.starts_with(root.join("target"));
        ensure!(
            !is_made || path.ends_with("built.stamp"),
            "{file} is watched, and made by the build itself"
        );
    }
    Ok(())
}

/// The files below `folder` with a bridge in them.
fn bridges(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(bridges(&path)?);
        } else if fs::read_to_string(&path)
            .is_ok_and(|text| text.lines().any(|line| line.starts_with("#[cxx::bridge")))
        {
            found.push(path);
        }
    }
    Ok(found)
}

/// JUCE is not compiled from our C++, whichever build folder cargo last used.
fn check_ninja(root: &Path) -> Result<()> {
    let glue = root.join("cpp");
    for entry in fs::read_dir(root.join("target/juce"))? {
        let build = entry?.path().join("build");
        if !build.join("build.ninja").exists() {
            continue;
        }
        let mut ninja = Command::new("ninja");
        ninja.arg("-C").arg(&build).args(["-t", "deps"]);
        let deps = shell::output(&mut ninja)?;
        ensure!(
            deps.contains("juce_core.h"),
            "{} says nothing of what JUCE is made of",
            build.display()
        );
        if let Some(line) = deps
            .lines()
            .find(|line| Path::new(line.trim()).starts_with(&glue))
        {
            bail!("JUCE is compiled again when {} changes", line.trim());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_script_told_is_read_and_the_rest_is_not() {
        let output = "CXX = None\ncargo:rerun-if-changed=cpp\ncargo:rerun-if-env-changed=CXX\n\
                      cargo:rustc-link-lib=x\nrerun-if-changed=no\n";
        let told = Told::from(output);
        assert_eq!(told.files, BTreeSet::from(["cpp"]));
        assert_eq!(told.variables, BTreeSet::from(["CXX"]));
    }

    #[test]
    fn what_is_compiled_and_not_watched_is_named_and_so_is_what_the_build_makes() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("a root");
        let files = bridges(&root.join("src")).expect("readable");
        let files: Vec<String> = files
            .iter()
            .map(|file| {
                file.strip_prefix(root)
                    .expect("below")
                    .display()
                    .to_string()
            })
            .chain(["cpp".to_owned(), "build.rs".to_owned()])
            .collect();
        let told = || Told {
            files: files.iter().map(String::as_str).collect(),
            variables: ["JUCE_DIR", "MATRYOSHKA_SANITIZE", "CXX", "CXXFLAGS"].into(),
        };
        check_watched(root, &told()).expect("all is watched");
        for file in &files {
            let mut less = told();
            less.files.remove(file.as_str());
            let error = check_watched(root, &less).expect_err("it is not watched");
            assert_eq!(error.to_string(), format!("{file} is not watched"));
        }
        let mut more = told();
        more.files.insert("target");
        assert!(check_watched(root, &more).is_err());
        let mut none = told();
        none.variables.clear();
        assert!(check_watched(root, &none).is_err());
    }
}
