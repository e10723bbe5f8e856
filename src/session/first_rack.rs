//! The rack that a new instance without a saved state starts from.

use std::env;
use std::path::PathBuf;

use crate::state::{self, Loaded, StateError};

/// Names a rack file to start from, for hosts, tests and scripts.
pub const VARIABLE: &str = "MATRYOSHKA_RACK";

/// Reads the file that `MATRYOSHKA_RACK` names, else the user's default rack where there is one.
///
/// # Errors
///
/// If the file is no rack, or the one that is named is missing.
pub fn read() -> Result<Option<Loaded>, StateError> {
    if let Some(named) = env::var_os(VARIABLE).filter(|name| !name.is_empty()) {
        return state::read_file(&PathBuf::from(named)).map(Some);
    }
    match default_file().filter(|file| file.is_file()) {
        Some(file) => state::read_file(&file).map(Some),
        None => Ok(None),
    }
}

/// `matryoshka/default.rack` in the user's configuration folder.
fn default_file() -> Option<PathBuf> {
    dirs::config_dir().map(|folder| folder.join("matryoshka/default.rack"))
}
