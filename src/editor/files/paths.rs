//! Which file a typed name means.

use std::path::{Path, PathBuf};

use crate::editor::listing::{EXTENSION, is_rack};
use crate::editor::settings::path_of;

/// What was typed, as far as that is clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// Nothing yet.
    Nothing,
    /// A folder, to look into.
    Folder(PathBuf),
    /// A rack file.
    File(PathBuf),
}

/// What is meant by a text, in a folder.
pub(super) fn meant(folder: &Path, text: &str) -> Meant {
    let text = text.trim();
    if text.is_empty() {
        return Meant::Nothing;
    }
    let path = path_of(text).unwrap_or_else(|| folder.join(text));
    if text == "~" || text == ".." || text.ends_with(['/', std::path::MAIN_SEPARATOR]) {
        return Meant::Folder(path);
    }
    Meant::File(match is_rack(text) {
        true => path,
        false => {
            let mut name = path.into_os_string();
            name.push(".");
            name.push(EXTENSION);
            name.into()
        }
    })
}

/// What a rack may be called as a file: as its file is, or as the rack is.
pub(super) fn suggested_name(file: Option<&Path>, name: Option<&str>) -> String {
    let of_file = file
        .and_then(Path::file_stem)
        .map(|stem| stem.to_string_lossy());
    if let Some(stem) = of_file {
        return stem.into_owned();
    }
    let name = name.unwrap_or_default();
    let letter = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        letter if letter.is_control() => '-',
        letter => letter,
    };
    let name: String = name.chars().map(letter).collect();
    name.trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_file_in_the_folder_and_a_path_is_what_it_says() {
        let folder = Path::new("/racks");
        let file = |path: &str| Meant::File(path.into());
        assert_eq!(meant(folder, " "), Meant::Nothing);
        assert_eq!(meant(folder, "Vocals"), file("/racks/Vocals.rack"));
        assert_eq!(meant(folder, "Take 1.2"), file("/racks/Take 1.2.rack"));
        assert_eq!(meant(folder, "Vocals.RACK"), file("/racks/Vocals.RACK"));
        assert_eq!(meant(folder, "/tmp/a.rack"), file("/tmp/a.rack"));
        assert_eq!(meant(folder, "/tmp/"), Meant::Folder("/tmp/".into()));
    }

    #[test]
    fn a_rack_s_name_becomes_one_that_files_can_have() {
        assert_eq!(
            suggested_name(None, Some("Drums / Bus: 1")),
            "Drums - Bus- 1"
        );
        assert_eq!(suggested_name(None, Some("../x")), "-x");
        let file = Path::new("/racks/Vocals.rack");
        assert_eq!(suggested_name(Some(file), Some("Other")), "Vocals");
    }
}
