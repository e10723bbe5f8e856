//! JUCE, from the first of four places that has a release known to be good.
//!
//! `cpp/juce.cmake` looks through the same places in the same order, fetches nothing, and builds
//! what it finds; keep the two in agreement.

mod debian;
mod probe;
mod release;

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, SystemTime};

use crate::{files, shell};

/// The releases that Matryoshka is known to build with, the one to prefer first.
pub const KNOWN_GOOD: [&str; 3] = ["9.0.4", "8.0.12", "8.0.6"];

/// A JUCE on this machine.
#[derive(Debug)]
pub struct Juce {
    /// The checkout, or the tree in which it is installed.
    pub root: PathBuf,
    /// Its version, as its own headers state it.
    pub version: String,
}

/// Finds JUCE, or fetches it into `store`.
pub fn provide(store: &Path) -> Result<Juce> {
    if let Some(pointed_at) = pointed_at()? {
        return Ok(pointed_at);
    }
    let system = probe::juce_in(Path::new("/usr"));
    let system_outcome = match system {
        Some(juce) if is_known_good(&juce.version) => return Ok(juce),
        Some(juce) => format!("{} is installed, which is not one of them", juce.version),
        None => "not installed".to_owned(),
    };
    if let Some(fetched) = KNOWN_GOOD
        .iter()
        .find_map(|version| in_store(store, version))
    {
        return Ok(fetched);
    }

    shell::say("Set-up: JUCE is missing");
    sweep(store);
    let release_outcome = match release::fetch(store) {
        Ok(juce) => return Ok(juce),
        Err(error) => error,
    };
    eprintln!("   That did not work ({release_outcome:#}); trying Debian's package.");
    let debian_outcome = match debian::fetch(store, &KNOWN_GOOD) {
        Ok(juce) => return Ok(juce),
        Err(error) => error,
    };
    bail!(
        "JUCE could not be provided. Any one of these will do; then run the same command again.\n\
         1. JUCE_DIR, set to a checkout of JUCE {known} or to a tree in which one is installed.\n   \
            Now: not set.\n\
         2. The system package juce-modules-source in one of these versions.\n   \
            Now: {system_outcome}.\n\
         3. Upstream's release archive, {url}, unpacked as {store}/source-{release}.\n   \
            Now: {release_outcome:#}.\n\
         4. Debian's packages juce-modules-source and juce-modules-source-data of one of these \
            versions, unpacked (dpkg -x) into {store}/source-<version>.\n   \
            Now: {debian_outcome:#}.",
        known = KNOWN_GOOD.join(", "),
        url = release::ARCHIVE.url,
        release = release::ARCHIVE.version,
        store = store.display(),
    );
}

/// Fetches one version into `store`, by whichever way has it.
pub fn fetch(version: &str, store: &Path) -> Result<Juce> {
    if let Some(juce) = in_store(store, version) {
        return Ok(juce);
    }
    if version == release::ARCHIVE.version {
        release::fetch(store)
    } else if is_known_good(version) {
        debian::fetch(store, &[version])
    } else {
        bail!(
            "JUCE {version} is not one that Matryoshka is known to build with: {}",
            KNOWN_GOOD.join(", ")
        )
    }
}

/// The JUCE that the user points at with `JUCE_DIR`, if they do. A newer 9.x than we know is taken
/// at their word.
fn pointed_at() -> Result<Option<Juce>> {
    let Some(root) = std::env::var_os("JUCE_DIR").filter(|root| !root.is_empty()) else {
        return Ok(None);
    };
    let root = PathBuf::from(root);
    let Some(juce) = probe::juce_in(&root) else {
        bail!(
            "JUCE_DIR is set to {}, but no JUCE is there (neither a checkout nor an installed tree)",
            root.display()
        );
    };
    if is_known_good(&juce.version) {
        return Ok(Some(juce));
    }
    if is_newer_9(&juce.version) {
        eprintln!(
            "Warning: JUCE {} has not been tried with Matryoshka; going on with it.",
            juce.version
        );
        return Ok(Some(juce));
    }
    bail!(
        "JUCE_DIR holds JUCE {}; Matryoshka is known to build with {}",
        juce.version,
        KNOWN_GOOD.join(", ")
    )
}

fn is_known_good(version: &str) -> bool {
    KNOWN_GOOD.contains(&version)
}

fn is_newer_9(version: &str) -> bool {
    let numbers: Vec<u32> = version
        .split('.')
        .map_while(|number| number.parse().ok())
        .collect();
    numbers.first() == Some(&9) && numbers.as_slice() > [9, 0, 4].as_slice()
}

fn in_store(store: &Path, version: &str) -> Option<Juce> {
    probe::juce_in(&folder_in(store, version)).filter(|juce| juce.version == version)
}

fn folder_in(store: &Path, version: &str) -> PathBuf {
    store.join(format!("source-{version}"))
}

/// Makes `store/source-<version>` of what `unpack` puts into the folder it is given, if a JUCE of
/// that version is in there. The folder gets its name only when all is done, so that a set-up that
/// was interrupted leaves nothing that looks finished.
fn put_in_store(
    store: &Path,
    version: &str,
    unpack: impl FnOnce(&Path) -> Result<()>,
) -> Result<Juce> {
    let arriving = store.join(format!(".arriving-{}-{version}", process::id()));
    files::remove(&arriving)?;
    fs::create_dir_all(&arriving)
        .with_context(|| format!("Cannot make the folder {}", arriving.display()))?;
    let done = unpack(&arriving).and_then(|()| {
        let found = probe::juce_in(&arriving).map(|juce| juce.version);
        if found.as_deref() != Some(version) {
            bail!(
                "what was unpacked should be JUCE {version}, but is {}",
                found.as_deref().unwrap_or("no JUCE")
            );
        }
        let folder = folder_in(store, version);
        files::remove(&folder)?;
        fs::rename(&arriving, &folder)
            .with_context(|| format!("cannot name it {}", folder.display()))?;
        in_store(store, version).context("it vanished again")
    });
    files::remove(&arriving).ok();
    done
}

/// Removes what fetching left in `store` when it was interrupted, and is not at work on now.
fn sweep(store: &Path) {
    const AN_HOUR: Duration = Duration::from_secs(3600);
    for entry in fs::read_dir(store).into_iter().flatten().flatten() {
        let is_scratch = entry.file_name().to_string_lossy().starts_with('.');
        let is_old = entry
            .metadata()
            .and_then(|it| it.modified())
            .is_ok_and(|at| {
                SystemTime::now()
                    .duration_since(at)
                    .is_ok_and(|age| age > AN_HOUR)
            });
        if is_scratch && is_old {
            files::remove(&entry.path()).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_newer_9_is_taken_on_trust() {
        assert!(is_newer_9("9.0.5"));
        assert!(is_newer_9("9.1.0"));
        assert!(!is_newer_9("9.0.3"));
        assert!(!is_newer_9("10.0.0"));
        assert!(!is_newer_9("8.0.13"));
        assert!(!is_newer_9(""));
    }
}
