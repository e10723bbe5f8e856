//! Children's own windows: opened and closed, named after their slots, above the rack's window, and
//! remembered where they were.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::Session;
use super::loaded_slot::LoadedSlot;
use crate::catalog::{Outcome, Store};
use crate::child::{Child, ChildError, Description, WindowWish};
use crate::rack::{Rack, SlotId, path_in_numbers};

/// What children's windows are shown with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// The window that they stay above: the native handle that the DAW gave the rack's window as its
    /// parent; on Linux an X11 window.
    pub above: Option<u64>,
    /// The name of the track that the rack is on.
    pub track: Option<String>,
    /// Pixels to a unit of length, as the DAW says; the system's where it says nothing.
    pub scale: Option<f64>,
}

/// A slot's window as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotWindow {
    /// The child has an editor of its own.
    pub available: bool,
    /// It is open.
    pub open: bool,
}

/// The windows of a session.
#[derive(Default)]
pub(super) struct Windows {
    surroundings: Surroundings,
    /// Those that are open, with their titles.
    open: BTreeMap<SlotId, String>,
    /// Files and identifiers of plugins, and whether a scan has found out that they have no window.
    without: RefCell<HashMap<(String, String), bool>>,
}

impl Windows {
    /// Whether a child has a window. Some plugins are not asked, since they may crash; a scan has asked
    /// them in a process of its own. Of LV2 the files tell, which knows no risk.
    fn has_one(&self, child: &dyn Child) -> bool {
        let Description { file, id, .. } = child.description();
        let is_without = || {
            let mut known = self.without.borrow_mut();
            let known = known.entry((file.clone(), id.clone()));
            *known.or_insert_with(|| is_known_without(child.description()))
        };
        let is_of_files = child.description().format == "LV2";
        child.problem().is_none() && child.has_window() && (is_of_files || !is_without())
    }
}

fn is_known_without(child: &Description) -> bool {
    let is_it = |entry: &crate::catalog::Entry| {
        let is_same = (&entry.format, &entry.file) == (&child.format, &child.file);
        is_same && entry.id == child.id
    };
    let contents = Store::of_user().and_then(|store| store.load_cached());
    contents.is_ok_and(|contents| {
        let mut outcomes = contents.files.values().map(|record| &record.outcome);
        outcomes.any(|outcome| match outcome {
            Outcome::Plugins(entries) => {
                (entries.iter()).any(|entry| is_it(entry) && entry.has_editor == Some(false))
            }
            Outcome::Failed(_) => false,
        })
    })
}

impl Session {
    /// Tells what windows are to be shown with: those that are open follow at once, but for the scale.
    pub fn set_surroundings(&mut self, surroundings: Surroundings) {
        if self.windows.surroundings == surroundings {
            return;
        }
        self.windows.surroundings = surroundings;
        let open: Vec<SlotId> = self.windows.open.keys().copied().collect();
        for slot in open {
            self.dress_window(slot);
        }
    }

    /// Opens the own window of a slot's child, where it was last. One that is open comes to the front.
    ///
    /// # Errors
    ///
    /// [`ChildError::NotShown`], with the reason: the plugin has no window, is not loaded, or there is
    /// no display.
    pub fn open_window(&mut self, slot: SlotId) -> Result<(), ChildError> {
        let Some(wish) = self.wish_of(slot) else {
            return Err(ChildError::NotShown {
                plugin: "a plugin that is gone".to_owned(),
                reason: "it is not in the rack any more".to_owned(),
            });
        };
        let Some(loaded) = self.slots.get_mut(&slot) else {
            let plugin = self.rack.slot(slot).map(|slot| slot.plugin.to_string());
            return Err(ChildError::NotShown {
                plugin: plugin.unwrap_or_default(),
                reason: "it is not loaded yet".to_owned(),
            });
        };
        if let Some(problem) = loaded.problem() {
            return Err(ChildError::NotShown {
                plugin: loaded.name(),
                reason: problem,
            });
        }
        loaded.first_mut().open_window(&wish)?;
        self.windows.open.insert(slot, wish.title);
        self.tend_window(slot);
        Ok(())
    }

    /// Closes the window of a slot's child, if it is open.
    pub fn close_window(&mut self, slot: SlotId) {
        if self.windows.open.contains_key(&slot) {
            self.tend_window(slot);
        }
        self.let_go(slot);
    }

    fn let_go(&mut self, slot: SlotId) {
        if self.windows.open.remove(&slot).is_some()
            && let Some(loaded) = self.slots.get_mut(&slot)
        {
            loaded.first_mut().close_window();
        }
    }

    /// Closes all windows: the rack's own has closed.
    pub fn close_windows(&mut self) {
        let open: Vec<SlotId> = self.windows.open.keys().copied().collect();
        for slot in open {
            self.close_window(slot);
        }
    }

    /// Whether the child of a slot has a window of its own, and whether that is open.
    pub fn window(&self, slot: SlotId) -> SlotWindow {
        let loaded = self.slots.get(&slot).map(LoadedSlot::first);
        SlotWindow {
            available: loaded.is_some_and(|child| self.windows.has_one(child)),
            open: self.windows.open.contains_key(&slot)
                && loaded.is_some_and(|child| child.window().is_some()),
        }
    }

    /// Looks after the windows: which of them somebody has moved or closed, or whose slot has gone.
    pub(super) fn tend_windows(&mut self) {
        for slot in &mut self.leaving {
            slot.first_mut().close_window();
        }
        let open: Vec<SlotId> = self.windows.open.keys().copied().collect();
        for slot in open {
            self.tend_window(slot);
        }
    }

    /// Notes down where the window is, and has it follow its slot's name. What is left of one that has
    /// closed goes.
    fn tend_window(&mut self, slot: SlotId) {
        if let Some(loaded) = self.slots.get_mut(&slot) {
            loaded.first_mut().tend_window();
        }
        let loaded = self.slots.get(&slot).map(LoadedSlot::first);
        let Some(place) = loaded.and_then(|child| child.window()) else {
            self.let_go(slot);
            return;
        };
        if let Some(slot) = self.rack.slot_mut(slot) {
            slot.window = Some(place);
        }
        let title = self.title_of(slot);
        if title.is_some() && title.as_ref() != self.windows.open.get(&slot) {
            self.dress_window(slot);
        }
    }

    fn dress_window(&mut self, slot: SlotId) {
        let Some(wish) = self.wish_of(slot) else {
            return;
        };
        if let Some(loaded) = self.slots.get_mut(&slot) {
            loaded.first_mut().dress_window(&wish);
            self.windows.open.insert(slot, wish.title);
        }
    }

    /// `None` where the slot is not in the rack.
    fn wish_of(&self, slot: SlotId) -> Option<WindowWish> {
        let Surroundings { above, scale, .. } = self.windows.surroundings;
        Some(WindowWish {
            title: self.title_of(slot)?,
            above,
            last: self.rack.slot(slot)?.window,
            scale,
            others: self.windows.open.len() as u32,
        })
    }

    fn title_of(&self, slot: SlotId) -> Option<String> {
        let loaded = self.slots.get(&slot);
        let name = loaded.map(|loaded| &*loaded.description().name);
        let track = self.windows.surroundings.track.as_deref();
        title(&self.rack, slot, name, track)
    }
}

/// "Vocals - 2.1.3 ZamVerb": the track, where it is known; the slot's label, or its place, chains of
/// splits and places in them counted from 1; and the plugin's name, its own where it is loaded.
fn title(rack: &Rack, id: SlotId, name: Option<&str>, track: Option<&str>) -> Option<String> {
    let slot = rack.slot(id)?;
    let place = || Some(path_in_numbers(&rack.path(rack.place(id)?)));
    let which = slot.label.clone().or_else(place)?;
    let title = format!("{which} {}", name.unwrap_or(&slot.plugin.name));
    Some(
        match track.map(str::trim).filter(|track| !track.is_empty()) {
            Some(track) => format!("{track} - {title}"),
            None => title,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_the_track_the_slot_and_the_plugin() {
        let text = r#"{"chain": [
            {"plugin": "ZamVerb"},
            {"split": "parallel", "chains": [
                {"chain": []},
                {"chain": [{"plugin": "ZamTube"}, {"plugin": "ZamEQ2", "label": "Air"}]}
            ]}
        ]}"#;
        let rack = crate::state::parse(text).expect("a rack").rack;
        let ids: Vec<SlotId> = rack.slots().map(|slot| slot.id).collect();
        let titles: Vec<String> = (ids.iter())
            .filter_map(|&id| title(&rack, id, None, Some("Vocals")))
            .collect();
        assert_eq!(
            titles,
            [
                "Vocals - 1 ZamVerb",
                "Vocals - 2.2.1 ZamTube",
                "Vocals - Air ZamEQ2"
            ]
        );
        let of_first = |name, track| title(&rack, ids[0], name, track);
        assert_eq!(of_first(None, Some(" ")).as_deref(), Some("1 ZamVerb"));
        assert_eq!(of_first(Some("Verb"), None).as_deref(), Some("1 Verb"));
        assert_eq!(title(&rack, SlotId::NONE, None, None), None);
    }
}
