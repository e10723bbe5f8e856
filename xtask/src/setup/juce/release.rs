//! The third way to JUCE: upstream's release archive.

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::process::Command;

use super::Juce;
use crate::shell;

/// A release archive and how to know it.
pub struct Archive {
    /// The version of JUCE in it.
    pub version: &'static str,
    /// Where upstream offers it.
    pub url: &'static str,
    /// The SHA-256 of the archive, in hexadecimal.
    pub sha256: &'static str,
}

/// JUCE 8.0.12; the hash was checked against the repository's own tag.
pub const ARCHIVE: Archive = Archive {
    version: "8.0.12",
    url: "https://github.com/juce-framework/JUCE/archive/refs/tags/8.0.12.tar.gz",
    sha256: "dec1a8baee5aaec4502b717a421b850e257ab7e9c2efd03766185ec1957cf102",
};

/// Downloads the archive, checks it, and unpacks it into `store`.
pub fn fetch(store: &Path) -> Result<Juce> {
    fetch_archive(store, &ARCHIVE)
}

fn fetch_archive(store: &Path, archive: &Archive) -> Result<Juce> {
    super::put_in_store(store, archive.version, |folder| {
        let file = folder.join("download.tar.gz");
        // The connection gets five seconds: where there is no way out, the next way should be
        // tried soon.
        shell::run(
            &format!("download JUCE {} from upstream", archive.version),
            Command::new("curl")
                .args(["--fail", "--location", "--silent", "--show-error"])
                .args(["--connect-timeout", "5", "--max-time", "300", "--output"])
                .arg(&file)
                .arg(archive.url),
        )?;
        let found = sha256(&file)?;
        if found != archive.sha256 {
            bail!(
                "the archive from {} has the SHA-256 {found} instead of {}; it was thrown away",
                archive.url,
                archive.sha256
            );
        }
        shell::run(
            "unpack it",
            Command::new("tar")
                .args(["--extract", "--gzip", "--strip-components=1", "--file"])
                .arg(&file)
                .arg("--directory")
                .arg(folder),
        )?;
        crate::files::remove(&file)
    })
}

fn sha256(path: &Path) -> Result<String> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut hash = Sha256::new();
    io::copy(&mut BufReader::new(file), &mut hash)?;
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    /// An archive of the right shape, served from a file, as the real one is 30 MB away.
    fn archive(name: &str) -> (PathBuf, &'static str, String) {
        let scratch =
            std::env::temp_dir().join(format!("xtask-release-{name}-{}", std::process::id()));
        crate::files::remove(&scratch).unwrap();
        let system = scratch.join("JUCE-1.2.3/modules/juce_core/system");
        let cmake = scratch.join("JUCE-1.2.3/extras/Build/CMake");
        fs::create_dir_all(&system).unwrap();
        fs::create_dir_all(&cmake).unwrap();
        fs::write(cmake.join("JUCEModuleSupport.cmake"), "").unwrap();
        fs::write(
            system.join("juce_StandardHeader.h"),
            "#define JUCE_MAJOR_VERSION 1\n#define JUCE_MINOR_VERSION 2\n#define JUCE_BUILDNUMBER 3\n",
        )
        .unwrap();
        let file = scratch.join("1.2.3.tar.gz");
        shell::output(
            Command::new("tar")
                .args(["-C", scratch.to_str().unwrap(), "-czf"])
                .arg(&file)
                .arg("JUCE-1.2.3"),
        )
        .unwrap();
        let url = format!("file://{}", file.display()).leak();
        let sha256 = sha256(&file).unwrap();
        (scratch, url, sha256)
    }

    #[test]
    fn a_good_archive_ends_up_in_the_store_and_nothing_else_does() {
        let (scratch, url, sha256) = archive("good");
        let store = scratch.join("store");
        let juce = fetch_archive(
            &store,
            &Archive {
                version: "1.2.3",
                url,
                sha256: sha256.leak(),
            },
        )
        .unwrap();
        assert_eq!(juce.root, store.join("source-1.2.3"));
        assert_eq!(fs::read_dir(&store).unwrap().count(), 1);
        assert!(!juce.root.join("download.tar.gz").exists());
        crate::files::remove(&scratch).unwrap();
    }

    #[test]
    fn an_archive_with_another_hash_is_thrown_away() {
        let (scratch, url, _) = archive("hash");
        let store = scratch.join("store");
        let error = fetch_archive(
            &store,
            &Archive {
                version: "1.2.3",
                url,
                sha256: ARCHIVE.sha256,
            },
        )
        .unwrap_err();
        assert!(error.to_string().contains("thrown away"), "{error}");
        assert_eq!(fs::read_dir(&store).unwrap().count(), 0);
        crate::files::remove(&scratch).unwrap();
    }

    #[test]
    fn an_archive_that_holds_another_version_than_it_says_is_thrown_away() {
        let (scratch, url, sha256) = archive("version");
        let store = scratch.join("store");
        let error = fetch_archive(
            &store,
            &Archive {
                version: "1.2.4",
                url,
                sha256: sha256.leak(),
            },
        )
        .unwrap_err();
        assert!(error.to_string().contains("but is 1.2.3"), "{error}");
        assert_eq!(fs::read_dir(&store).unwrap().count(), 0);
        crate::files::remove(&scratch).unwrap();
    }
}
