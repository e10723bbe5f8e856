//! Whether a plugin file is still what it was when it was scanned.
//!
//! Two numbers for a file, or for all the files of a bundle that matter. The *stamp* is made of what the
//! file system tells (size, times, inode) and costs next to nothing. The *content* is a hash of what is
//! in them, and is looked at only when the stamp cannot be trusted:
//!
//! - The stamp differs, but the content is the same: touched, copied, or installed anew. Nothing to scan.
//! - The stamp is the same, but so young that a change could have come within one tick of the file
//!   system's clock. (Sizes and modification times can lie, as many package managers set them; on Unix
//!   the stamp also holds the time of the last change of the inode, which nobody sets.)

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use walkdir::WalkDir;
use xxhash_rust::xxh3::Xxh3;

/// See the [module](self).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// A hash of what the file system tells.
    pub stamp: u64,
    /// A hash of what is in the files.
    pub content: u64,
    /// When the youngest of them changed, in seconds since 1970.
    pub changed_at: u64,
}

/// How coarse the clocks of file systems are (FAT's, the coarsest), and how wrong a network drive's may
/// be.
const CLOCK_TICK_SECONDS: u64 = 3;

/// What became of a file since it was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// It is the same.
    Same,
    /// It is the same, but now looks like this.
    SameContent(Fingerprint),
    /// It is another one, which looks like this.
    Changed(Fingerprint),
}

/// Compares a plugin file with what it was.
///
/// # Errors
///
/// If it cannot be read.
pub fn since(
    format: &str,
    path: &Path,
    before: &Fingerprint,
    scanned_at: u64,
) -> io::Result<Since> {
    let files = files(format, path)?;
    let (stamp, changed_at) = stamp(&files);
    let could_have_changed_since = changed_at + CLOCK_TICK_SECONDS >= scanned_at;
    if stamp == before.stamp && !could_have_changed_since {
        return Ok(Since::Same);
    }
    let now = Fingerprint {
        stamp,
        content: content(&files)?,
        changed_at,
    };
    Ok(if now.content != before.content {
        Since::Changed(now)
    } else if now.stamp != before.stamp {
        Since::SameContent(now)
    } else {
        Since::Same
    })
}

/// What a plugin file looks like now.
///
/// # Errors
///
/// If it cannot be read.
pub fn take(format: &str, path: &Path) -> io::Result<Fingerprint> {
    let files = files(format, path)?;
    let (stamp, changed_at) = stamp(&files);
    Ok(Fingerprint {
        stamp,
        content: content(&files)?,
        changed_at,
    })
}

/// The files that a scan's result hangs on, each with its metadata. Of an LV2 bundle, descriptions and
/// libraries; of a VST3 bundle, libraries and the description. Presets and pictures may come and go.
fn files(format: &str, path: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let whole = fs::metadata(path)?;
    if !whole.is_dir() {
        return Ok(vec![(path.to_owned(), whole)]);
    }
    let matters = |file: &Path| {
        let ending = file.extension().and_then(|ending| ending.to_str());
        match format {
            "LV2" => matches!(ending, Some("ttl" | "so" | "dll" | "dylib")),
            _ => {
                let folder = file.parent().and_then(Path::file_name);
                matches!(ending, Some("so" | "vst3" | "dylib" | "plist"))
                    || folder.is_some_and(|folder| folder == "MacOS")
                    || file
                        .file_name()
                        .is_some_and(|name| name == "moduleinfo.json")
            }
        }
    };
    let mut files = Vec::new();
    // A bundle within a bundle would be strange; a link in a circle is left alone by walkdir.
    for found in WalkDir::new(path).follow_links(true).max_depth(4) {
        let Ok(found) = found else { continue };
        if matters(found.path())
            && let Ok(metadata) = found.metadata()
            && metadata.is_file()
        {
            files.push((found.into_path(), metadata));
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

fn stamp(files: &[(PathBuf, Metadata)]) -> (u64, u64) {
    let mut hash = Xxh3::new();
    let mut youngest = 0;
    for (path, metadata) in files {
        let modified = metadata.modified().ok();
        let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.unwrap_or_default();
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update(&[0]);
        hash.update(&metadata.len().to_le_bytes());
        hash.update(&modified.as_nanos().to_le_bytes());
        let (inode, changed_seconds, changed_nanos) = inode_of(metadata);
        hash.update(&inode.to_le_bytes());
        hash.update(&changed_seconds.to_le_bytes());
        hash.update(&changed_nanos.to_le_bytes());
        let changed = u64::try_from(changed_seconds).unwrap_or(0);
        youngest = youngest.max(modified.as_secs()).max(changed);
    }
    (hash.digest(), youngest)
}

/// The inode, and when it last changed. (Elsewhere, only modification times tell.)
#[cfg(unix)]
fn inode_of(metadata: &Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn inode_of(_metadata: &Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}

fn content(files: &[(PathBuf, Metadata)]) -> io::Result<u64> {
    let mut hash = Xxh3::new();
    for (path, metadata) in files {
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update(&[0]);
        hash.update(&metadata.len().to_le_bytes());
        io::copy(&mut File::open(path)?, &mut Hashing(&mut hash))?;
    }
    Ok(hash.digest())
}

struct Hashing<'a>(&'a mut Xxh3);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    /// A file that is old enough for its stamp to be trusted: scanned long after it changed.
    fn scanned(path: &Path) -> (Fingerprint, u64) {
        let fingerprint = take("LADSPA", path).expect("a fingerprint");
        (fingerprint, fingerprint.changed_at + 60)
    }

    #[test]
    fn a_file_of_the_same_size_and_time_with_other_content_has_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.so");
        fs::write(&path, "one").expect("a file");
        let (before, scanned_at) = scanned(&path);
        let same = since("LADSPA", &path, &before, scanned_at).expect("a comparison");
        assert_eq!(same, Since::Same);

        let time = fs::metadata(&path)
            .expect("it is there")
            .modified()
            .expect("a time");
        fs::write(&path, "two").expect("a file");
        let file = File::options().write(true).open(&path).expect("a file");
        file.set_modified(time).expect("set");
        let now = since("LADSPA", &path, &before, scanned_at).expect("a comparison");
        assert!(matches!(now, Since::Changed(_)), "{now:?}");
    }

    #[test]
    fn a_file_that_was_only_touched_or_installed_anew_has_not_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.so");
        fs::write(&path, "one").expect("a file");
        let (before, scanned_at) = scanned(&path);
        fs::remove_file(&path).expect("gone");
        fs::write(&path, "one").expect("a file");
        let file = File::options().write(true).open(&path).expect("a file");
        let later = SystemTime::now() + Duration::from_secs(100);
        file.set_modified(later).expect("set");
        let now = since("LADSPA", &path, &before, scanned_at).expect("a comparison");
        assert!(matches!(now, Since::SameContent(_)), "{now:?}");
    }

    #[test]
    fn a_bundle_has_changed_when_a_description_in_it_has_and_not_when_a_preset_has() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.lv2");
        fs::create_dir(&path).expect("a bundle");
        fs::write(path.join("manifest.ttl"), "one").expect("a file");
        let (before, scanned_at) = {
            let fingerprint = take("LV2", &path).expect("a fingerprint");
            (fingerprint, fingerprint.changed_at + 60)
        };
        fs::write(path.join("picture.png"), "new").expect("a file");
        let now = since("LV2", &path, &before, scanned_at).expect("a comparison");
        assert_eq!(now, Since::Same);
        fs::write(path.join("more.ttl"), "new").expect("a file");
        let now = since("LV2", &path, &before, scanned_at).expect("a comparison");
        assert!(matches!(now, Since::Changed(_)), "{now:?}");
    }
}
