//! The rack that a new instance without a saved state starts from.

use std::env;
use std::path::PathBuf;

use crate::rack::edit::Edit;
use crate::rack::{Slot, SlotId};
use crate::state::{self, Loaded, StateError};

/// Names a rack file to start from, for hosts, tests and scripts.
pub const VARIABLE: &str = "MATRYOSHKA_RACK";

/// What the plugins of our bundle are called.
const OUR_NAMES: [&str; 2] = ["Matryoshka", "Matryoshka Instrument"];

/// Reads the file that `MATRYOSHKA_RACK` names, else the user's default rack where there is one.
///
/// # Errors
///
/// If the file is no rack, or the one that is named is missing.
pub fn read() -> Result<Option<Loaded>, StateError> {
    let named = env::var_os(VARIABLE).filter(|name| !name.is_empty());
    let file = match named {
        Some(named) => PathBuf::from(named),
        None => match default_file().filter(|file| file.is_file()) {
            Some(file) => file,
            None => return Ok(None),
        },
    };
    state::read_file(&file).map(|loaded| Some(without_itself(loaded)))
}

/// A Matryoshka in the first rack would start from that rack too, and so on without end. One with
/// settings of its own does not.
fn without_itself(mut loaded: Loaded) -> Loaded {
    let is_us = |name: &str| OUR_NAMES.iter().any(|ours| name.eq_ignore_ascii_case(ours));
    let is_endless = |slot: &Slot| slot.state.is_none() && is_us(&slot.plugin.name);
    let endless: Vec<SlotId> = (loaded.rack.slots())
        .filter(|slot| is_endless(slot))
        .map(|slot| slot.id)
        .collect();
    for slot in &endless {
        // It is there: it was just found.
        let item = (*slot).into();
        let _ = loaded.rack.apply(Edit::Remove { item });
    }
    if !endless.is_empty() {
        loaded
            .warnings
            .push("A Matryoshka without settings was left out: it would hold itself".to_owned());
    }
    loaded
}

/// `matryoshka/default.rack` in the user's configuration folder.
fn default_file() -> Option<PathBuf> {
    dirs::config_dir().map(|folder| folder.join("matryoshka/default.rack"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_rack_that_holds_matryoshka_does_not_nest_without_end() {
        let text = r#"{"chain": [{"plugin": "VST3:Matryoshka"}, {"plugin": "ZamCompX2"},
            {"plugin": "Matryoshka Instrument"},
            {"split": "parallel", "chains": [[{"plugin": "Matryoshka"}]]}]}"#;
        let kept = without_itself(state::parse(text).unwrap());
        assert_eq!(kept.rack.slots().count(), 1);
        assert_eq!(kept.warnings.len(), 1);
    }
}
