//! `cargo xtask install`: into the user's own plugin folders, where DAWs look without being told.

use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::path::PathBuf;

use crate::workspace::Workspace;
use crate::{bundle, files, shell};

/// The chore itself.
pub fn run(workspace: &Workspace) -> Result<()> {
    let folders = Folders::of_user()?;
    let bundled = bundle::bundle(workspace, false)?;
    shell::say("Install into your plugin folders");

    let clap = format!("{}.clap", bundle::NAME);
    let vst3 = format!("{}.vst3", bundle::NAME);
    for (name, folder) in [
        // The worker goes before the plugin that starts it. On macOS it is in the bundle.
        (bundle::WORKER, &folders.clap),
        (clap.as_str(), &folders.clap),
        (vst3.as_str(), &folders.vst3),
    ] {
        let (from, to) = (bundled.join(name), folder.join(name));
        if name == bundle::WORKER && cfg!(target_os = "macos") {
            continue;
        }
        fs::create_dir_all(folder)
            .with_context(|| format!("Cannot make the folder {}", folder.display()))?;
        if from.is_dir() {
            files::place_folder(&from, &to)?;
        } else {
            files::place_file(&from, &to)?;
        }
        eprintln!("   {}", to.display());
    }

    eprintln!(
        "\n   Next: start your DAW (or restart it, if it has an older Matryoshka loaded), let it\n   \
         scan for plugins, and put \"{}\" on a track. To begin with a filled rack, start the DAW\n   \
         with MATRYOSHKA_RACK=/path/to/file.rack set.",
        bundle::NAME
    );
    Ok(())
}

struct Folders {
    clap: PathBuf,
    vst3: PathBuf,
}

impl Folders {
    /// The per-user folders that the CLAP and VST3 specifications name.
    fn of_user() -> Result<Self> {
        let variable = if cfg!(windows) {
            "LOCALAPPDATA"
        } else {
            "HOME"
        };
        let base = env::var_os(variable)
            .map(PathBuf::from)
            .with_context(|| format!("{variable} is not set, so your folders are not known"))?;
        let (clap, vst3) = if cfg!(windows) {
            ("Programs/Common/CLAP", "Programs/Common/VST3")
        } else if cfg!(target_os = "macos") {
            ("Library/Audio/Plug-Ins/CLAP", "Library/Audio/Plug-Ins/VST3")
        } else {
            (".clap", ".vst3")
        };
        Ok(Self {
            clap: base.join(clap),
            vst3: base.join(vst3),
        })
    }
}
