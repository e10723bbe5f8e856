//! Where the output goes: beside its final place while it is made, and there when it is complete.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use tempfile::{Builder, NamedTempFile};

use crate::command::wav::WavError;
use crate::command::{INTERRUPTED, Interrupted, Trouble};

/// A place that was found fit to be written to.
pub struct Destination {
    /// As the user named it.
    named: PathBuf,
    /// Where it really is.
    path: PathBuf,
    folder: PathBuf,
}

impl Destination {
    /// Looks whether a file can be put at `output` without harm to `inputs`.
    pub fn new(output: &Path, inputs: &[&Path]) -> Result<Self, Trouble> {
        let folder = match output.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let Ok(folder) = fs::canonicalize(folder) else {
            let folder = folder.display();
            return Err(
                format!("the folder {folder}, where the output is to go, does not exist").into(),
            );
        };
        // A link's target is replaced, not the link.
        let path = match fs::canonicalize(output) {
            Ok(path) => path,
            Err(_) => match output.file_name() {
                Some(name) => folder.join(name),
                None => return Err(not_a_file(output)),
            },
        };
        if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(not_a_file(output));
        }
        for input in inputs {
            if fs::canonicalize(input).is_ok_and(|input| input == path) {
                return Err(format!(
                    "{} would be overwritten with the output; name another file",
                    input.display()
                )
                .into());
            }
        }
        let folder = path.parent().map_or(folder, Path::to_owned);
        Ok(Self {
            named: output.to_owned(),
            path,
            folder,
        })
    }

    /// Makes the unfinished file. From here on, being interrupted ends the render in order.
    pub fn start(self) -> Result<Unfinished, Trouble> {
        let mut builder = Builder::new();
        builder.prefix(".matryoshka-").suffix(".wav.part");
        // As for any new file: what the user's umask leaves.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder
            .tempfile_in(&self.folder)
            .map_err(|source| self.unwritable(source))?;
        let interrupted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // The second time, at once: a plugin may hang.
            flag::register_conditional_shutdown(signal, INTERRUPTED.into(), interrupted.clone())?;
            flag::register(signal, interrupted.clone())?;
        }
        Ok(Unfinished {
            file,
            destination: self,
            interrupted,
        })
    }

    fn unwritable(&self, source: io::Error) -> WavError {
        WavError::Unwritable {
            path: self.named.clone(),
            source,
        }
    }
}

fn not_a_file(path: &Path) -> Trouble {
    format!("{} is not a file that could be written to", path.display()).into()
}

/// A file in the making. Dropped before it is finished, it is gone.
pub struct Unfinished {
    file: NamedTempFile,
    destination: Destination,
    interrupted: Arc<AtomicBool>,
}

impl Unfinished {
    /// For the one who writes it.
    pub fn handle(&self) -> Result<File, WavError> {
        let handle = self.file.as_file().try_clone();
        handle.map_err(|source| self.destination.unwritable(source))
    }

    /// Fails once the user has had enough.
    pub fn check_interrupted(&self) -> Result<(), Interrupted> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(Interrupted);
        }
        Ok(())
    }

    /// Puts the complete file in its place.
    pub fn finish(self) -> Result<(), WavError> {
        match self.file.persist(&self.destination.path) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.destination.unwritable(error.error)),
        }
    }
}
