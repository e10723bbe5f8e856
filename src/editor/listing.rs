//! What is in a folder, for the panel that opens and saves rack files. Read by the [`Link`](super::Link), so that
//! nothing that is drawn waits for a disk.

use std::fs;
use std::path::{Path, PathBuf};

/// What rack files end with.
pub const EXTENSION: &str = "rack";

/// A folder, as it was read last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Which.
    pub folder: PathBuf,
    /// The folders in it, by name.
    pub folders: Vec<String>,
    /// The rack files in it, by name.
    pub files: Vec<String>,
    /// Why it could not be read.
    pub error: Option<String>,
}

impl Listing {
    /// Reads a folder. One that is not there yet is empty.
    pub fn of(folder: &Path) -> Self {
        let mut listing = Self {
            folder: folder.to_owned(),
            ..Self::default()
        };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if is_own(folder) && error.kind() == std::io::ErrorKind::NotFound => {
                return listing;
            }
            Err(error) => {
                listing.error = Some(format!("{} cannot be read: {error}", folder.display()));
                return listing;
            }
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            // Links are followed.
            if entry.path().is_dir() {
                listing.folders.push(name);
            } else if is_rack(&name) {
                listing.files.push(name);
            }
        }
        for names in [&mut listing.folders, &mut listing.files] {
            names.sort_by_cached_key(|name| name.to_lowercase());
        }
        listing
    }
}

/// Where the musician's racks are, unless somewhere else is said; made when the first one is saved.
pub fn rack_folder() -> PathBuf {
    let data = dirs::data_dir().or_else(dirs::home_dir);
    data.unwrap_or_default().join("matryoshka").join("racks")
}

fn is_own(folder: &Path) -> bool {
    folder == rack_folder()
}

/// Whether that is what a rack file is called.
pub fn is_rack(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_rack_files_are_listed_by_name_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.rack", "A.RACK", "note.txt", ".hidden.rack"] {
            fs::write(folder.path().join(name), "{}").expect("a file");
        }
        fs::create_dir(folder.path().join("Drums")).expect("a folder");
        let listing = Listing::of(folder.path());
        assert_eq!(listing.files, ["A.RACK", "b.rack"]);
        assert_eq!(listing.folders, ["Drums"]);
        assert_eq!(listing.error, None);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let gone = folder.path().join("gone");
        assert!(Listing::of(&gone).error.is_some());
    }
}
