//! Programs and presets of children.

use super::Session;
use crate::child::ChildError;
use crate::rack::SlotId;

impl Session {
    /// The names of the programs (factory presets) of a slot's child, and which was chosen last.
    pub fn programs(&self, slot: SlotId) -> (Vec<String>, Option<usize>) {
        let Some(loaded) = self.slots.get(&slot) else {
            return (Vec::new(), None);
        };
        (loaded.first().programs(), loaded.first().program())
    }

    /// Has a slot's child choose one of its programs. Parameters that are mapped follow, and the host hears
    /// of it.
    pub fn set_program(&mut self, slot: SlotId, index: usize) {
        let Some(loaded) = self.slots.get_mut(&slot) else {
            return;
        };
        // Choosing a program has no room for an error.
        let _ = loaded.each(|child| {
            child.set_program(index);
            Ok(())
        });
        self.follow_child(slot);
        self.mark_dirty();
    }

    /// Gives a slot's child the settings of a preset file of its format (`.vstpreset`).
    ///
    /// # Errors
    ///
    /// Why the child does not take them; it has its own still.
    pub fn load_preset(&mut self, slot: SlotId, file: &[u8]) -> Result<(), ChildError> {
        let Some(loaded) = self.slots.get_mut(&slot) else {
            return Err(ChildError::Failed {
                plugin: "the slot".to_owned(),
                doing: "loading a preset file",
                reason: "its plugin is not loaded".to_owned(),
            });
        };
        let taken = loaded.each(|child| child.load_preset(file));
        self.follow_child(slot);
        self.mark_dirty();
        taken
    }
}
