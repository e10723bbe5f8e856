//! Files that are there as a whole, or as they were before.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Replaces a file, or makes it, in a folder that is there. Whatever happens meanwhile, it holds all of the new
/// text or all of the old; what is left over if the process is killed is named like it, with a dot before.
///
/// # Errors
///
/// If it could not be written: the disk is full, or the folder is not there or not ours.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let mut prefix = OsString::from(".");
    prefix.push(path.file_stem().unwrap_or_default());
    prefix.push("-");
    let mut file = NamedTempFile::with_prefix_in(prefix, folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
