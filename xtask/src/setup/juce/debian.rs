//! The fourth way to JUCE: Debian's packages `juce-modules-source` and `-data`, downloaded by apt
//! from the machine's own mirror and unpacked, not installed.
//!
//! The package of the release that runs here may be too old (Debian 12 has 7.0.5), and a newer
//! one must not enter the system. So apt is given a source list and state of its own, in a
//! temporary folder; it checks Debian's signatures as always.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Juce;
use crate::setup::System;
use crate::{files, shell};

/// The package of the CMake helpers, and that of the modules. Built from one source, they may still
/// differ in the last part of their version.
const PACKAGES: [&str; 2] = ["juce-modules-source", "juce-modules-source-data"];

/// A distribution whose mirror can be asked.
struct Family {
    /// Where to look, the likeliest to have the newest first. Unstable and testing move on; trixie
    /// (Debian 13) keeps 8.0.6.
    suites: &'static [&'static str],
    component: &'static str,
    keyrings: &'static [&'static str],
}

const DEBIAN: Family = Family {
    suites: &["sid", "testing", "trixie"],
    component: "main",
    keyrings: &[
        "/usr/share/keyrings/debian-archive-keyring.gpg",
        "/usr/share/keyrings/debian-archive-keyring.pgp",
    ],
};

/// Untested. Ubuntu's mirrors have none of Debian's suites; "devel" is its release to come.
const UBUNTU: Family = Family {
    suites: &["devel"],
    component: "universe",
    keyrings: &["/usr/share/keyrings/ubuntu-archive-keyring.gpg"],
};

/// Fetches the first of `versions` that is to be had into `store`.
pub fn fetch(store: &Path, versions: &[&str]) -> Result<Juce> {
    let system = System::read();
    if !system.is_debian_like() {
        bail!("this system has no apt");
    }
    let family = if system.is_like("ubuntu") {
        &UBUNTU
    } else {
        &DEBIAN
    };

    let mirrors = mirrors(&system)?;
    if mirrors.is_empty() {
        bail!("apt knows no mirror for the release {}", system.codename);
    }
    let scratch = store.join(format!(".apt-{}", std::process::id()));
    let fetched = fetch_from(&mirrors, family, &scratch, store, versions);
    files::remove(&scratch).ok();
    fetched
}

fn fetch_from(
    mirrors: &[String],
    family: &Family,
    scratch: &Path,
    store: &Path,
    versions: &[&str],
) -> Result<Juce> {
    let mut outcomes = Vec::new();
    for mirror in mirrors {
        for suite in family.suites {
            let apt = match Apt::with_source(scratch, mirror, suite, family) {
                Ok(apt) => apt,
                Err(error) => {
                    outcomes.push(format!("{suite}: {error:#}"));
                    continue;
                }
            };
            match apt.offer(versions)? {
                Some(offer) => match apt.download_into(store, scratch, &offer) {
                    Ok(juce) => return Ok(juce),
                    Err(error) => outcomes.push(format!("{suite}: {error:#}")),
                },
                None => outcomes.push(format!("{suite} has none of {}", versions.join(", "))),
            }
        }
    }
    // Last the lists that apt has already: a release of Ubuntu may have a good one itself.
    let own = Apt { config: None };
    if let Some(offer) = own.offer(versions)? {
        return own.download_into(store, scratch, &offer);
    }
    bail!("{}", outcomes.join("; "))
}

/// The mirrors that this machine gets its own release from, as `sources.list` names them.
fn mirrors(system: &System) -> Result<Vec<String>> {
    let targets = shell::output(Command::new("apt-get").args([
        "indextargets",
        "--format",
        "$(CREATED_BY)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)",
    ]))?;
    Ok(mirrors_in(&targets, &system.codename))
}

/// Mirrors of the plain release only: those of its updates and its security archive may lie
/// elsewhere and have no other suites, and other vendors' archives have none at all.
fn mirrors_in(targets: &str, codename: &str) -> Vec<String> {
    let mut mirrors: Vec<String> = Vec::new();
    for line in targets.lines() {
        let mut fields = line.splitn(4, '|');
        let (Some("Packages"), Some("main"), Some(release), Some(uri)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let plain = [
            codename,
            "stable",
            "testing",
            "unstable",
            "sid",
            "oldstable",
        ]
        .contains(&release);
        if plain && !mirrors.iter().any(|known| known == uri) {
            mirrors.push(uri.to_owned());
        }
    }
    mirrors
}

/// apt, with the lists that it works with: the machine's, or those that a configuration names.
struct Apt {
    config: Option<PathBuf>,
}

/// A version that apt can download: of JUCE, and of either package.
struct Offer {
    upstream: String,
    packages: [String; 2],
}

impl Apt {
    /// apt for one suite of `mirror`, with its lists and cache in `scratch`.
    fn with_source(scratch: &Path, mirror: &str, suite: &str, family: &Family) -> Result<Self> {
        files::remove(scratch)?;
        for folder in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(scratch.join(folder))
                .with_context(|| format!("cannot make the folder {}", scratch.display()))?;
        }
        let list = scratch.join("sources.list");
        let keyring = family.keyrings.iter().find(|path| Path::new(path).exists());
        let signed_by = keyring.map_or(String::new(), |path| format!("[signed-by={path}] "));
        let line = format!("deb {signed_by}{mirror} {suite} {}\n", family.component);
        fs::write(&list, line).context("cannot write a source list")?;

        let config = scratch.join("apt.conf");
        fs::write(
            &config,
            format!(
                "Dir::Etc::SourceList \"{list}\";\n\
                 Dir::Etc::SourceParts \"/dev/null\";\n\
                 Dir::State::Lists \"{scratch}/lists\";\n\
                 Dir::Cache \"{scratch}/cache\";\n\
                 // Run by root, apt would download as a user who may not enter this checkout.\n\
                 APT::Sandbox::User \"root\";\n\
                 // The package list is all that is wanted, and that soon or not at all.\n\
                 Acquire::Languages \"none\";\n\
                 Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\n\
                 Acquire::http::Timeout \"20\";\n\
                 Acquire::https::Timeout \"20\";\n\
                 Acquire::Retries \"1\";\n\
                 // Turns failure to reach the mirror from a warning into an error.\n\
                 APT::Update::Error-Mode \"any\";\n",
                list = list.display(),
                scratch = scratch.display(),
            ),
        )
        .context("cannot write a configuration for apt")?;
        let apt = Self {
            config: Some(config),
        };
        shell::run(
            &format!("ask this machine's mirror what JUCE {suite} has"),
            apt.command("apt-get").args(["--quiet", "update"]),
        )?;
        Ok(apt)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        if let Some(config) = &self.config {
            command.arg("--config-file").arg(config);
        }
        command
    }

    /// The first of `versions` that both packages are there in.
    fn offer(&self, versions: &[&str]) -> Result<Option<Offer>> {
        let [helpers, modules] = [self.versions(PACKAGES[0])?, self.versions(PACKAGES[1])?];
        Ok(versions.iter().find_map(|wanted| {
            let of = |list: &[String]| list.iter().find(|it| upstream(it) == *wanted).cloned();
            Some(Offer {
                upstream: (*wanted).to_owned(),
                packages: [of(&helpers)?, of(&modules)?],
            })
        }))
    }

    fn versions(&self, package: &str) -> Result<Vec<String>> {
        let table = shell::output(self.command("apt-cache").args(["madison", package]))?;
        // " juce-modules-source | 8.0.6+ds-2 | http://mirror trixie/main amd64 Packages"
        Ok(table
            .lines()
            .filter_map(|line| Some(line.split('|').nth(1)?.trim().to_owned()))
            .collect())
    }

    fn download_into(&self, store: &Path, scratch: &Path, offer: &Offer) -> Result<Juce> {
        let downloads = scratch.join("downloads");
        files::remove(&downloads)?;
        fs::create_dir_all(&downloads)
            .with_context(|| format!("cannot make the folder {}", downloads.display()))?;
        let named = PACKAGES.iter().zip(&offer.packages);
        shell::run(
            &format!("download JUCE {} as Debian packages it", offer.upstream),
            self.command("apt-get")
                .current_dir(&downloads)
                .args(["--quiet", "download"])
                .args(named.map(|(package, version)| format!("{package}={version}"))),
        )?;
        let mut packages: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(&downloads)? {
            packages.push(entry?.path());
        }
        super::put_in_store(store, &offer.upstream, |folder| {
            for package in &packages {
                shell::run(
                    "unpack it under target, not into the system",
                    Command::new("dpkg").arg("-x").arg(package).arg(folder),
                )?;
            }
            Ok(())
        })
    }
}

/// The version of JUCE in one of Debian's: "9.0.4" of "9.0.4+ds-1+b2".
fn upstream(version: &str) -> &str {
    let after_epoch = version.rsplit(':').next().unwrap_or(version);
    after_epoch
        .split(['+', '-', '~'])
        .next()
        .unwrap_or(after_epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_juce_is_seen_through_debians() {
        assert_eq!(upstream("9.0.4+ds-1"), "9.0.4");
        assert_eq!(upstream("8.0.6+ds-2+b1"), "8.0.6");
        assert_eq!(upstream("1:8.0.12-1"), "8.0.12");
    }

    #[test]
    fn only_the_mirror_of_the_plain_release_is_asked() {
        let targets = "Packages|main|bookworm-security|http://m/debian-security/\n\
                       Packages|main|bookworm|http://m/debian/\n\
                       DEP-11|main|bookworm|http://m/debian/\n\
                       Packages|main|nodistro|http://vendor/\n\
                       Packages|stable|bookworm|http://vendor/linux/\n\
                       Packages|main|bookworm|http://m/debian/\n";
        assert_eq!(mirrors_in(targets, "bookworm"), ["http://m/debian/"]);
    }
}
