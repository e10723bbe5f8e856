//! Putting files and folders in place as a whole: never half-written, never under a reader's feet.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

/// Copies the file `from` to `to`, by way of a sibling that is renamed. A program that has the old
/// file loaded keeps it, unharmed.
pub fn place_file(from: &Path, to: &Path) -> Result<()> {
    let arriving = sibling(to, "new");
    fs::copy(from, &arriving)
        .with_context(|| format!("Cannot copy {} to {}", from.display(), arriving.display()))?;
    swap_in(&arriving, to)
}

/// Copies the folder `from`, with all in it, to `to`, by way of a sibling that is renamed.
pub fn place_folder(from: &Path, to: &Path) -> Result<()> {
    let arriving = sibling(to, "new");
    remove(&arriving)?;
    copy_folder(from, &arriving)?;
    swap_in(&arriving, to)
}

/// Puts `arriving` in the place of `to`. What was there is moved aside first where a rename cannot
/// replace it: folders anywhere, and on Windows files that are in use.
fn swap_in(arriving: &Path, to: &Path) -> Result<()> {
    let in_the_way = to.is_dir() || (cfg!(windows) && to.exists());
    if !in_the_way {
        return fs::rename(arriving, to)
            .with_context(|| format!("Cannot put {} in place", to.display()));
    }
    let leaving = sibling(to, "old");
    remove(&leaving).ok();
    fs::rename(to, &leaving).with_context(|| format!("Cannot replace {}", to.display()))?;
    if let Err(error) = fs::rename(arriving, to) {
        fs::rename(&leaving, to).ok();
        return Err(error).with_context(|| format!("Cannot put {} in place", to.display()));
    }
    if remove(&leaving).is_err() {
        eprintln!(
            "   The old version is still in use; delete {} later.",
            leaving.display()
        );
    }
    Ok(())
}

/// Removes a file or a folder with all in it; that there is none is fine.
pub fn remove(path: &Path) -> Result<()> {
    let gone = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(kind) if kind.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    gone.with_context(|| format!("Cannot remove {}", path.display()))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("Cannot make the folder {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("Cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)
                .with_context(|| format!("Cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

/// A hidden name beside `path`, whose ending no plugin scanner knows.
fn sibling(path: &Path, role: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{role}-{}", process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", process::id()));
        remove(&folder).unwrap();
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_replaced_file_stays_whole_for_whoever_has_the_old_one_open() {
        let folder = scratch("file");
        let (new, installed) = (folder.join("new"), folder.join("installed"));
        fs::write(&new, "second").unwrap();
        fs::write(&installed, "first").unwrap();
        let mut reader = fs::File::open(&installed).unwrap();

        place_file(&new, &installed).unwrap();

        let mut seen = String::new();
        std::io::Read::read_to_string(&mut reader, &mut seen).unwrap();
        assert_eq!(seen, "first");
        assert_eq!(fs::read_to_string(&installed).unwrap(), "second");
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            2,
            "nothing left over"
        );
        remove(&folder).unwrap();
    }

    #[test]
    fn a_replaced_folder_keeps_nothing_of_the_old_one() {
        let folder = scratch("folder");
        let (new, installed) = (folder.join("new"), folder.join("A.vst3"));
        fs::create_dir_all(new.join("Contents/x")).unwrap();
        fs::write(new.join("Contents/x/A.so"), "second").unwrap();
        fs::create_dir_all(installed.join("Contents")).unwrap();
        fs::write(installed.join("Contents/stale"), "first").unwrap();

        place_folder(&new, &installed).unwrap();

        assert!(!installed.join("Contents/stale").exists());
        assert_eq!(
            fs::read_to_string(installed.join("Contents/x/A.so")).unwrap(),
            "second"
        );
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            2,
            "nothing left over"
        );
        remove(&folder).unwrap();
    }
}
