//! Whether a folder holds a JUCE, and of which version.

use std::fs;
use std::path::{Path, PathBuf};

use super::Juce;

/// Where upstream and Debian put JUCE's modules; a `*` stands for any ending.
const MODULES: [&str; 4] = [
    "modules",
    "share/juce/modules",
    "usr/share/juce/modules",
    "include/JUCE-*/modules",
];

/// Where they put `JUCEModuleSupport.cmake`.
const CMAKE: [&str; 4] = [
    "extras/Build/CMake",
    "lib/cmake/JUCE-*",
    "lib/*/cmake/JUCE-*",
    "usr/lib/*/cmake/JUCE-*",
];

/// The JUCE in `root`, which may be a checkout or a tree in which it is installed. Both halves must
/// be there, the modules and the CMake helpers: Debian has them in two packages.
pub fn juce_in(root: &Path) -> Option<Juce> {
    let header = find(root, &MODULES, "juce_core/system/juce_StandardHeader.h")?;
    find(root, &CMAKE, "JUCEModuleSupport.cmake")?;
    Some(Juce {
        root: root.to_owned(),
        version: version_in(&fs::read_to_string(header).ok()?)?,
    })
}

fn find(root: &Path, folders: &[&str], file: &str) -> Option<PathBuf> {
    folders.iter().find_map(|pattern| {
        let parts: Vec<&str> = pattern.split('/').collect();
        find_below(root, &parts, file)
    })
}

fn find_below(folder: &Path, pattern: &[&str], file: &str) -> Option<PathBuf> {
    let Some((part, rest)) = pattern.split_first() else {
        return Some(folder.join(file)).filter(|path| path.is_file());
    };
    let Some(beginning) = part.strip_suffix('*') else {
        return find_below(&folder.join(part), rest, file);
    };
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    entries.sort();
    entries
        .iter()
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(beginning)
        })
        .find_map(|path| find_below(path, rest, file))
}

/// `#define JUCE_MAJOR_VERSION 9` and its two sisters, as "9.0.4".
fn version_in(header: &str) -> Option<String> {
    let number = |name: &str| {
        header.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some("#define") && words.next() == Some(name))
                .then(|| words.next())
                .flatten()
        })
    };
    Some(format!(
        "{}.{}.{}",
        number("JUCE_MAJOR_VERSION")?,
        number("JUCE_MINOR_VERSION")?,
        number("JUCE_BUILDNUMBER")?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_what_the_header_defines() {
        let header = "/** Current. */\n#define JUCE_MAJOR_VERSION      8\n\
                      #define JUCE_MINOR_VERSION      0\n#define JUCE_BUILDNUMBER        12\n\
                      #define JUCE_VERSION   ((JUCE_MAJOR_VERSION << 16) + 1)\n";
        assert_eq!(version_in(header).as_deref(), Some("8.0.12"));
        assert_eq!(version_in("#define JUCE_MAJOR_VERSION 8\n"), None);
    }
}
