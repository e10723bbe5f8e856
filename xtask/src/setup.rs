//! Set-up: find what is missing for a chore, say so, and provide it.
//!
//! Every chore calls [`Setup::provide`] first. When nothing is missing that costs a look at the
//! package database and at a few files, and says nothing.

mod apt;
mod elsewhere;
mod juce;
mod packages;
mod rust;

use anyhow::Result;
use std::fs;
use std::path::Path;

use crate::workspace::Workspace;

/// What a chore needs; each includes the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// To compile and bundle.
    Build,
    /// Real plugins to host.
    Demo,
    /// The programs that the tests run.
    Test,
    /// A DAW to use the plugin in.
    Ardour,
}

/// Set-up for one checkout on this machine.
pub struct Setup<'a> {
    /// The checkout, which holds the fetched JUCE.
    pub workspace: &'a Workspace,
    /// The user sees to system packages themselves.
    pub no_packages: bool,
}

impl Setup<'_> {
    /// Provides what a chore needs.
    pub fn provide(&self, need: Need) -> Result<()> {
        self.provide_packages(need, false)?;
        if need >= Need::Test {
            rust::provide_components()?;
        }
        juce::provide(&self.workspace.juce_store())?;
        Ok(())
    }

    /// Provides what any chore needs and says what was found: the chore `setup` itself.
    pub fn everything(&self, juce_store: Option<&Path>) -> Result<()> {
        self.provide_packages(Need::Test, true)?;
        rust::provide_components()?;
        let store = self.workspace.juce_store();
        let juce = juce::provide(juce_store.unwrap_or(&store))?;
        eprintln!(
            "JUCE {} is in {}.\nAll is here. Next: `cargo xtask demo`.",
            juce.version,
            juce.root.display()
        );
        Ok(())
    }

    /// Fetches one version of JUCE, whatever else is there.
    pub fn fetch_juce(&self, version: &str, juce_store: Option<&Path>) -> Result<()> {
        self.provide_packages(Need::Build, false)?;
        let store = self.workspace.juce_store();
        let juce = juce::fetch(version, juce_store.unwrap_or(&store))?;
        eprintln!(
            "JUCE {} is in {}.\nTo build with it: JUCE_DIR={}",
            juce.version,
            juce.root.display(),
            juce.root.display()
        );
        Ok(())
    }

    fn provide_packages(&self, need: Need, tell: bool) -> Result<()> {
        if self.no_packages {
            return Ok(());
        }
        let system = System::read();
        if system.is_debian_like() {
            apt::provide(need, tell)
        } else {
            elsewhere::check(&system, tell)
        }
    }
}

/// The operating system, as far as set-up cares: what `/etc/os-release` says on Linux.
#[derive(Default)]
pub struct System {
    /// `ID`: "debian", "ubuntu", "fedora"; empty where there is no such file.
    pub id: String,
    /// `ID_LIKE`: the distributions that this one is made from.
    pub id_like: String,
    /// `UBUNTU_CODENAME` or else `VERSION_CODENAME`: the suite that this system's mirror serves.
    pub codename: String,
}

impl System {
    /// Reads what this system says of itself.
    pub fn read() -> Self {
        Self::parse(&fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    fn parse(os_release: &str) -> Self {
        let value = |key: &str| {
            let line = os_release
                .lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            line.unwrap_or_default().trim_matches('"').to_owned()
        };
        let ubuntu_codename = value("UBUNTU_CODENAME");
        Self {
            id: value("ID"),
            id_like: value("ID_LIKE"),
            codename: if ubuntu_codename.is_empty() {
                value("VERSION_CODENAME")
            } else {
                ubuntu_codename
            },
        }
    }

    /// Whether this is `distribution` or made from it.
    pub fn is_like(&self, distribution: &str) -> bool {
        self.id == distribution || self.id_like.split(' ').any(|id| id == distribution)
    }

    /// Whether packages come from apt, under Debian's names.
    pub fn is_debian_like(&self) -> bool {
        self.is_like("debian") || self.is_like("ubuntu")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derivative_is_known_by_what_it_is_made_from() {
        let mint = System::parse(
            "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n",
        );
        assert!(mint.is_debian_like());
        assert_eq!(mint.codename, "noble");
        assert!(!System::parse("ID=fedora\nVERSION_ID=42\n").is_debian_like());
        assert!(!System::parse("").is_debian_like());
    }
}
