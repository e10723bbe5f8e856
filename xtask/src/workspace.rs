//! Where things are: the checkout, cargo's target folder, and the folders that the chores fill.

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};
use std::env;
use std::path::{Path, PathBuf};

/// The checkout and what cargo says of it.
pub struct Workspace {
    /// The checkout's root, which is also the working folder once [`Workspace::find`] has run.
    pub root: PathBuf,
    /// The folder in which the user called us, against which the paths they gave are meant.
    pub called_from: PathBuf,
    /// Packages and targets of the workspace, without their dependencies.
    pub metadata: Metadata,
}

impl Workspace {
    /// Finds the checkout that this xtask was built from, and makes its root the working folder.
    ///
    /// `nice_plug_xtask::chdir_workspace_root` is not used: it takes the outermost `Cargo.toml`,
    /// which is the wrong one for a clone that lies inside another cargo project.
    pub fn find() -> Result<Self> {
        let called_from = env::current_dir().context("The working folder cannot be read")?;
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_dir
            .parent()
            .context("xtask is not inside the workspace")?
            .to_owned();
        env::set_current_dir(&root)
            .with_context(|| format!("Cannot enter the checkout, {}", root.display()))?;
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("`cargo metadata` failed")?;
        Ok(Self {
            root,
            called_from,
            metadata,
        })
    }

    /// Cargo's target folder, wherever the user's configuration puts it.
    pub fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// The folder of the finished plugins.
    pub fn bundled(&self) -> PathBuf {
        self.target().join("bundled")
    }

    /// Where fetched releases of JUCE and its build are kept. This is always in the checkout, also
    /// when `CARGO_TARGET_DIR` is elsewhere: JUCE takes minutes to compile and all share one.
    pub fn juce_store(&self) -> PathBuf {
        self.root.join("target/juce")
    }

    /// `path` as the user meant it, if it names something that exists: seen from the folder they
    /// called us in, made absolute because the programs we run start in the root.
    pub fn as_called(&self, path: &str) -> String {
        let absolute = self.called_from.join(path);
        if !path.is_empty() && absolute.exists() {
            absolute.to_string_lossy().into_owned()
        } else {
            path.to_owned()
        }
    }
}
