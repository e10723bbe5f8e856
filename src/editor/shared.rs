//! What the panels share: what is selected and which panels are open.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::command::Command;
use super::listing::Listing;
use super::preferences::EditorPreferences;
use super::theme::Theme;
use crate::catalog::{Catalog, Preferences, ProductKey, Progress};
use crate::rack::{ChainId, HostId, ItemId, Place, PluginReference, SlotId};
use crate::session::View;

/// What every panel gets to draw with, and to say what was asked for.
pub struct Context<'a> {
    /// The session as it was a moment ago.
    pub view: &'a View,
    /// What is installed.
    pub catalog: &'a CatalogView,
    /// Colours and sizes.
    pub theme: &'a Theme,
    /// How the musician likes the editor.
    pub preferences: &'a EditorPreferences,
    /// What the panels share.
    pub shared: &'a mut Shared,
    /// What is asked for, in order.
    pub commands: &'a mut Vec<Command>,
}

/// The catalog as the editor read it last.
#[derive(Clone, Debug, Default)]
pub struct CatalogView {
    /// What is installed.
    pub catalog: Arc<Catalog>,
    /// What the musician says of it.
    pub preferences: Arc<Preferences>,
    /// How the scan stands.
    pub progress: Progress,
    /// Why it could not be read.
    pub error: Option<String>,
    /// Counts readings: what was searched in an older one may be out of date.
    pub revision: u64,
}

/// What is being dragged from one panel to another. Given to egui's drag and drop as its payload.
// There is one at a time.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
pub enum Dragged {
    /// Items of the rack, in its order.
    Items(Vec<ItemId>),
    /// A plugin of the browser.
    Plugin(PluginReference, ProductKey),
    /// A parameter of a child: to be mapped to the host parameter or slot that it is dropped on.
    Parameter(SlotId, usize),
    /// A host parameter, to be mapped to the parameter it is dropped on.
    Host(HostId),
}

/// What stands at the side of the rack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Nothing: all room is the rack's.
    #[default]
    Nothing,
    /// The browser.
    Browser,
    /// The host's parameters and what they move.
    Mapping,
    /// The settings.
    Settings,
    /// Rack files, to open one.
    Open,
    /// Rack files, to save to one.
    Save,
}

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// What is selected, in no order.
    pub selected: BTreeSet<ItemId>,
    /// What was selected last: keys go on from there, and plugins are inserted behind it.
    pub anchor: Option<ItemId>,
    /// Plugins are inserted at this chain's end instead: that of an empty chain that was chosen, say.
    pub chain: Option<ChainId>,
    /// A slot that is to come is to be selected: what is put into the rack by this editor.
    pub awaits_slot: bool,
    /// What stands at the side.
    pub side: Side,
    /// The browser's text field is to take the keyboard, with this typed into it.
    pub search: Option<String>,
    /// The browser's choice goes into this slot, in place of what is there.
    pub replaces: Option<SlotId>,
    /// The slot whose parameters stand below the rack.
    pub parameters_of: Option<SlotId>,
    /// The rack's file, once it was opened from one or saved to one.
    pub file: Option<PathBuf>,
    /// A rack of this editor's choice is to come: the file is its. One that the host loads has none.
    pub awaits_rack: bool,
    /// The folder that was looked into last.
    pub listing: Option<Arc<Listing>>,
    /// The notice that was put away last.
    pub notice_seen: u64,
    /// What could not be done last, besides what the session tells.
    pub trouble: Option<String>,
}

impl Shared {
    /// Selects one item, and nothing else.
    pub fn select(&mut self, item: impl Into<ItemId>) {
        let item = item.into();
        self.selected = BTreeSet::from([item]);
        self.anchor = Some(item);
        self.chain = None;
    }

    /// Chooses a chain, to insert at its end.
    pub fn choose_chain(&mut self, chain: ChainId) {
        self.selected.clear();
        self.anchor = None;
        self.chain = Some(chain);
    }

    /// Opens the browser to type in, with a first letter perhaps.
    pub fn browse(&mut self, typed: impl Into<String>) {
        self.side = Side::Browser;
        self.search = Some(typed.into());
    }

    /// Where a plugin goes that is inserted now: to the end of the chain that was chosen, behind what was
    /// selected last, or to the rack's end.
    pub fn insertion_place(&self, view: &View) -> Place {
        let chosen = self.chain.and_then(|id| Some((id, view.rack.chain(id)?)));
        if let Some((chain, items)) = chosen {
            let at = items.0.len();
            return Place { chain, at };
        }
        let behind = self.anchor.and_then(|anchor| view.rack.place(anchor));
        match behind {
            Some(place) => Place {
                chain: place.chain,
                at: place.at + 1,
            },
            None => Place {
                chain: ChainId::ROOT,
                at: view.rack.chain.0.len(),
            },
        }
    }

    /// Forgets what is no longer in the rack, and selects what was waited for.
    pub fn follow(&mut self, before: &View, now: &View) {
        let is_there = |item: &ItemId| now.rack.place(*item).is_some();
        self.selected.retain(is_there);
        self.anchor = self.anchor.filter(is_there);
        self.chain = self.chain.filter(|chain| now.rack.chain(*chain).is_some());
        self.parameters_of = self
            .parameters_of
            .filter(|slot| now.slots.contains_key(slot));
        self.replaces = self.replaces.filter(|slot| now.slots.contains_key(slot));
        if before.loads != now.loads && !std::mem::take(&mut self.awaits_rack) {
            self.file = None;
        }
        if self.awaits_slot {
            let new = now
                .slots
                .keys()
                .rev()
                .find(|slot| !before.slots.contains_key(slot));
            if let Some(new) = new {
                self.awaits_slot = false;
                self.select(*new);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rack_that_the_host_loads_is_not_saved_to_the_file_of_the_one_before() {
        let mut view = View::default();
        let mut shared = Shared {
            file: Some("/racks/a.rack".into()),
            awaits_rack: true,
            ..Shared::default()
        };
        for is_kept in [true, false] {
            let before = view.clone();
            view.loads += 1;
            shared.follow(&before, &view);
            assert_eq!(shared.file.is_some(), is_kept);
        }
    }
}
