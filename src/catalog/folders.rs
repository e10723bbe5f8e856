//! Where plugins are installed, and what looks like one there. Nothing is opened here.
//!
//! The standard folders are those of each format and system, and the same that JUCE looks into
//! (`getDefaultLocationsToSearch` of each format).

use std::collections::HashSet;
use std::env;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::child::Formats;

/// Where a folder is known from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The format's standard.
    Standard,
    /// A variable of the environment, of that name.
    Variable(&'static str),
    /// The user named it.
    User,
}

/// A folder to look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// For plugins of this format.
    pub format: String,
    /// Where it is.
    pub path: PathBuf,
    /// Where it is known from.
    pub origin: Origin,
}

/// What looking through folders gave.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// What looks like a plugin file, with its format.
    pub files: Vec<(String, PathBuf)>,
    /// What could not be looked into, in words.
    pub notes: Vec<String>,
}

/// The standard folders of a format, those of the environment first.
pub fn standard(format: &str) -> Vec<Folder> {
    let mut folders = Vec::new();
    let mut add = |path: PathBuf, origin: Origin| {
        let is_new = |known: &Folder| known.path != path;
        if !path.as_os_str().is_empty() && folders.iter().all(is_new) {
            folders.push(Folder {
                format: format.to_owned(),
                path,
                origin,
            });
        }
    };
    let variable = match format {
        "VST3" => Some("VST3_PATH"),
        "LV2" => Some("LV2_PATH"),
        "LADSPA" => Some("LADSPA_PATH"),
        _ => None,
    };
    let named = variable.and_then(|name| Some((name, env::var_os(name)?)));
    if let Some((name, paths)) = &named {
        for path in env::split_paths(paths) {
            add(path, Origin::Variable(name));
        }
    }
    // LADSPA's variable stands for the standard, the others' come before it.
    if format == "LADSPA" && named.is_some() {
        return folders;
    }
    for path in usual(format) {
        add(path, Origin::Standard);
    }
    folders
}

#[cfg(target_os = "linux")]
fn usual(format: &str) -> Vec<PathBuf> {
    let home = dirs::home_dir().unwrap_or_default();
    match format {
        "VST3" => vec![
            home.join(".vst3"),
            "/usr/lib/vst3".into(),
            "/usr/local/lib/vst3".into(),
        ],
        "LV2" => {
            let wide = ["/usr/local/lib64/lv2", "/usr/lib64/lv2"].map(PathBuf::from);
            let narrow = ["/usr/local/lib/lv2", "/usr/lib/lv2"].map(PathBuf::from);
            let system = if wide.iter().any(|folder| folder.exists()) {
                wide
            } else {
                narrow
            };
            std::iter::once(home.join(".lv2")).chain(system).collect()
        }
        "LADSPA" => vec![
            "/usr/lib/ladspa".into(),
            "/usr/local/lib/ladspa".into(),
            home.join(".ladspa"),
        ],
        _ => Vec::new(),
    }
}

#[cfg(target_os = "macos")]
fn usual(format: &str) -> Vec<PathBuf> {
    let home = dirs::home_dir().unwrap_or_default();
    match format {
        "VST3" => vec![
            home.join("Library/Audio/Plug-Ins/VST3"),
            "/Library/Audio/Plug-Ins/VST3".into(),
        ],
        "LV2" => vec![
            home.join("Library/Audio/Plug-Ins/LV2"),
            home.join(".lv2"),
            "/Library/Audio/Plug-Ins/LV2".into(),
            "/usr/local/lib/lv2".into(),
            "/usr/lib/lv2".into(),
        ],
        // The system knows them: see `Request::list`.
        _ => Vec::new(),
    }
}

#[cfg(windows)]
fn usual(format: &str) -> Vec<PathBuf> {
    let local = dirs::data_local_dir().unwrap_or_default();
    let common = env::var_os("CommonProgramFiles").map(PathBuf::from);
    let common = common.unwrap_or_else(|| PathBuf::from(r"C:\Program Files\Common Files"));
    match format {
        "VST3" => vec![local.join(r"Programs\Common\VST3"), common.join("VST3")],
        "LV2" => vec![local.join("LV2"), common.join("LV2")],
        _ => Vec::new(),
    }
}

/// The format of a file that looks like a plugin, of those that this system hosts.
pub fn format_of(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    let format = match ending.as_str() {
        "vst3" => "VST3",
        "lv2" => "LV2",
        "so" if cfg!(target_os = "linux") => "LADSPA",
        _ => return None,
    };
    let is_one = format != "LV2" || path.join("manifest.ttl").is_file();
    (is_one && Formats::names().contains(&format)).then_some(format)
}

/// Finds what looks like plugins in the folders. A file that several links lead to is found once, and
/// links that lead in a circle are not followed for ever.
pub fn walk(folders: &[Folder]) -> Walk {
    let mut walk = Walk::default();
    let mut seen = HashSet::new();
    for folder in folders {
        if !folder.path.exists() {
            if folder.origin != Origin::Standard {
                let path = folder.path.display();
                walk.notes.push(format!("the folder {path} does not exist"));
            }
            continue;
        }
        let mut entries = WalkDir::new(&folder.path).follow_links(true).into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    note(&error, &mut walk.notes);
                    continue;
                }
            };
            let Some(format) = format_of(entry.path()) else {
                // What is in a bundle is the bundle's affair.
                if entry.file_type().is_dir() && entry.path().extension().is_some_and(is_bundle) {
                    entries.skip_current_dir();
                }
                continue;
            };
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            // A folder that is named like a library is none.
            let fits = format != "LADSPA" || entry.file_type().is_file();
            if format != folder.format || !fits {
                continue;
            }
            let real = entry.path().canonicalize();
            let real = real.unwrap_or_else(|_| entry.path().to_owned());
            if seen.insert((format, real)) {
                walk.files.push((format.to_owned(), entry.into_path()));
            }
        }
    }
    walk
}

fn is_bundle(ending: &std::ffi::OsStr) -> bool {
    ["vst3", "lv2", "clap", "component", "app"]
        .iter()
        .any(|known| ending == *known)
}

fn note(error: &walkdir::Error, notes: &mut Vec<String>) {
    // A circle, or a link into nothing, keeps nothing from being found.
    if error.loop_ancestor().is_some() {
        return;
    }
    let Some(path) = error.path() else { return };
    let Some(cause) = error.io_error() else {
        return;
    };
    if cause.kind() != std::io::ErrorKind::NotFound {
        notes.push(format!(
            "{} could not be looked into: {cause}",
            path.display()
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[cfg(unix)]
    #[test]
    fn circles_double_links_and_links_into_nothing_are_walked_through_once() {
        use std::os::unix::fs::symlink;

        let scratch = tempfile::tempdir().expect("a folder");
        let root = scratch.path().join("plugins");
        fs::create_dir_all(root.join("deep/deeper")).expect("folders");
        fs::create_dir_all(root.join("deep/A.vst3/Contents/B.vst3")).expect("a bundle");
        symlink(&root, root.join("deep/deeper/circle")).expect("a link");
        symlink(root.join("deep"), root.join("again")).expect("a link");
        symlink("nowhere", root.join("C.vst3")).expect("a link");
        symlink("self.vst3", root.join("self.vst3")).expect("a link");
        let folder = Folder {
            format: "VST3".to_owned(),
            path: root.clone(),
            origin: Origin::User,
        };
        let walk = walk(&[folder]);
        let found: Vec<_> = walk
            .files
            .iter()
            .map(|(_, path)| path.file_name())
            .collect();
        assert_eq!(found, [Some(std::ffi::OsStr::new("A.vst3"))]);
    }

    #[test]
    fn a_folder_that_the_user_named_and_that_is_not_there_is_said() {
        let folder = Folder {
            format: "VST3".to_owned(),
            path: "/no/such/folder".into(),
            origin: Origin::User,
        };
        assert_eq!(
            walk(&[folder]).notes,
            ["the folder /no/such/folder does not exist"]
        );
    }
}
