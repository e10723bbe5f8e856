//! Why a slot is muted, in the musician's words.

use super::loaded_slot::LoadedSlot;
use crate::rack::Rack;
use crate::rack::controls::Trouble;

/// One sentence, and what can be done.
pub(super) fn tell(slot: &LoadedSlot, trouble: Trouble, rack: &Rack) -> String {
    let plugin = slot.name();
    let what = match trouble {
        Trouble::Failed => "failed while playing".to_owned(),
        Trouble::NotANumber => "put out something that is no sound (not a number)".to_owned(),
        Trouble::TooLoud => format!(
            "put out more than {} dBFS, the rack's limit",
            rack.runaway_limit_dbfs
        ),
        Trouble::WroteOutside => "wrote outside of its own audio".to_owned(),
    };
    match trouble {
        Trouble::Failed => {
            format!("{plugin} {what}; the audio passes it by, its settings are kept")
        }
        _ => format!(
            "{plugin} {what}; it is muted, and the audio passes it by. To try again, bypass it and \
             switch it back on"
        ),
    }
}
