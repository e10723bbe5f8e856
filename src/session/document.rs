//! How a session takes a rack from a document, and writes it into one.

use super::loaded_slot::LoadedSlot;
use super::{HostRefresh, Session, first_rack};
use crate::rack::desk::Desk;
use crate::rack::{ChildState, PluginReference, Rack};
use crate::state::{self, Loaded, StateError};
use crate::threads::MessageThread;

impl Session {
    /// Takes a rack document in place of what is there. While prepared, the new rack is made ready
    /// before the audio thread hears it.
    ///
    /// # Errors
    ///
    /// If the text is no rack. What was loaded before then plays on; where nothing was, the text is
    /// kept and [saved](Self::save) again as it came.
    pub fn load(&mut self, thread: &MessageThread, text: &str) -> Result<(), StateError> {
        let loaded = match state::parse(text) {
            Ok(loaded) => loaded,
            Err(error) => {
                tracing::error!("The rack could not be loaded: {error}");
                if !self.has_rack {
                    self.has_rack = true;
                    self.unreadable = Some(text.to_owned());
                }
                self.warnings = vec![error.to_string()];
                return Err(error);
            }
        };
        self.take(thread, loaded);
        Ok(())
    }

    /// Takes a rack that was read, with what was found amiss in it, in place of what is there, as
    /// [`load`](Self::load) does.
    pub fn take(&mut self, thread: &MessageThread, loaded: Loaded) {
        self.warnings = loaded.warnings;
        for warning in &self.warnings {
            tracing::warn!("{warning}");
        }
        self.replace_rack(thread, loaded.rack);
    }

    /// Takes a rack in place of what is there, as [`load`](Self::load) does.
    pub fn replace_rack(&mut self, thread: &MessageThread, rack: Rack) {
        self.has_rack = true;
        self.unreadable = None;
        self.leaving
            .extend(std::mem::take(&mut self.slots).into_values());
        self.desk = Desk::default();
        self.rack = rack;
        self.ahead.clear();
        self.begin_mappings();
        if self.preparation.is_some() {
            self.refresh(thread);
        } else {
            self.rewire();
        }
        self.host.tell([], HostRefresh::AFTER_LOADING);
        self.note_load();
    }

    /// The rack document, with the children's states as they are now.
    pub fn save(&mut self, thread: &MessageThread) -> String {
        self.ensure_rack(thread);
        if let Some(text) = &self.unreadable {
            return text.clone();
        }
        self.keep_states();
        self.take_over_controls();
        self.save_mappings();
        self.save_ahead();
        let text = state::to_text(&self.rack);
        self.forget_saved_ahead();
        text
    }

    /// Writes the children's states as they are now into the model.
    pub(super) fn keep_states(&mut self) {
        for slot in self.rack.slots_mut() {
            let Some(loaded) = self.slots.get_mut(&slot.id) else {
                continue;
            };
            match loaded.save_state() {
                Some(Ok(bytes)) => {
                    if let Some(ChildState::Damaged { saved, .. }) = slot.state.take() {
                        slot.unknown.insert("damaged_state".into(), saved);
                    }
                    slot.state = (!bytes.is_empty()).then(|| ChildState::from(bytes));
                    complete(&mut slot.plugin, loaded);
                }
                Some(Err(error)) => tracing::error!("{error}; the last known settings are saved"),
                None => {}
            }
        }
    }

    /// The first time, takes the rack that a new instance starts from.
    pub(super) fn ensure_rack(&mut self, thread: &MessageThread) {
        if self.has_rack {
            return;
        }
        self.has_rack = true;
        match first_rack::read() {
            Ok(None) => {}
            Ok(Some(loaded)) => self.take(thread, loaded),
            Err(error) => {
                tracing::error!("The rack to start from could not be loaded: {error}");
                self.warnings = vec![error.to_string()];
            }
        }
    }
}

/// Says of a plugin what its own files say, so that it is found again exactly.
fn complete(reference: &mut PluginReference, loaded: &LoadedSlot) {
    let description = loaded.description();
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    reference.name.clone_from(&description.name);
    reference.format = known(&description.format);
    reference.id = known(&description.id);
    reference.file = known(&description.file);
    reference.vendor = known(&description.vendor);
    reference.version = known(&description.version);
}
