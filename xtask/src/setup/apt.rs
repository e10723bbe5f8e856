//! System packages on Debian, Ubuntu and what is made from them.

use anyhow::{Context, Result, bail};
use std::collections::HashSet;
use std::process::Command;

use super::Need;
use super::packages::{self, Package};
use crate::shell;

/// Installs the packages that `need` asks for and that are missing. With `tell`, also says so when
/// none is.
pub fn provide(need: Need, tell: bool) -> Result<()> {
    let missing = missing(need)?;
    if missing.is_empty() {
        if tell {
            let count = packages::for_need(need).count();
            eprintln!("All {count} system packages are installed.");
        }
        return Ok(());
    }

    shell::say("Set-up: system packages are missing");
    for package in &missing {
        eprintln!("   {:<20} {}", package.name, package.reason);
    }
    install(&missing)?;

    let still_missing = self::missing(need)?;
    if !still_missing.is_empty() {
        bail!(
            "apt-get reported success, but these packages are still missing: {}",
            names(&still_missing).join(" ")
        );
    }
    Ok(())
}

fn missing(need: Need) -> Result<Vec<&'static Package>> {
    // The whole database is asked for (15 ms), since a package may be there under another's name:
    // libfontconfig-dev provides libfontconfig1-dev on newer releases.
    let listing = shell::output(Command::new("dpkg-query").args([
        "--show",
        "--showformat=${Package}\t${db:Status-Status}\t${Provides}\n",
    ]))
    .context("The list of installed packages cannot be read")?;
    let installed = installed(&listing);
    Ok(packages::for_need(need)
        .filter(|package| !installed.contains(package.name))
        .collect())
}

/// The names of installed packages, and those that they provide.
fn installed(listing: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    for line in listing.lines() {
        let mut fields = line.split('\t');
        let (Some(name), Some("installed")) = (fields.next(), fields.next()) else {
            continue;
        };
        names.insert(name);
        let provides = fields.next().unwrap_or_default().split(',');
        // "libfoo-dev (= 1.2)"
        names.extend(provides.filter_map(|provided| provided.split_whitespace().next()));
    }
    names
}

fn install(missing: &[&Package]) -> Result<()> {
    let names = names(missing);
    let Some(privileged) = Privileged::find() else {
        bail!(
            "Installing packages takes root, and sudo is missing or asks for a password.\n\
             Run this, then the same `cargo xtask` command again:\n\n    \
             sudo apt-get update && sudo apt-get install --yes --no-install-recommends {}\n",
            names.join(" ")
        );
    };
    shell::run("refresh apt's lists", privileged.apt_get().arg("update"))?;
    shell::run(
        "install what is missing",
        privileged
            .apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&names),
    )
}

fn names(packages: &[&Package]) -> Vec<&'static str> {
    packages.iter().map(|package| package.name).collect()
}

/// A way to run apt-get as root that asks nothing.
enum Privileged {
    Root,
    Sudo,
}

impl Privileged {
    fn find() -> Option<Self> {
        if shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0") {
            Some(Self::Root)
        } else if shell::succeeds("sudo", &["-n", "true"]) {
            Some(Self::Sudo)
        } else {
            None
        }
    }

    fn apt_get(&self) -> Command {
        let mut command = match self {
            Self::Root => Command::new("apt-get"),
            Self::Sudo => {
                // sudo does not hand on variables.
                let mut command = Command::new("sudo");
                command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
                command
            }
        };
        command.env("DEBIAN_FRONTEND", "noninteractive");
        // Another apt may be at work, as on a machine that has just been started.
        command.args(["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"]);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_package_is_missing_and_a_provided_one_is_not() {
        let installed = installed(
            "cmake\tinstalled\t\n\
             ninja-build\tconfig-files\t\n\
             libfontconfig-dev\tinstalled\tlibfontconfig1-dev (= 2.15), fontconfig-dev\n",
        );
        assert!(installed.contains("cmake"));
        assert!(!installed.contains("ninja-build"));
        assert!(installed.contains("libfontconfig1-dev"));
        assert!(installed.contains("fontconfig-dev"));
    }
}
