//! What an editor asks for, as values: the panels make them while they are drawn, and somebody else sees to
//! them. Nothing here waits.

use std::path::PathBuf;

use crate::catalog::ProductKey;
use crate::child::TurnKind;
use crate::rack::edit::Edit;
use crate::rack::{HostId, ItemId, Place, PluginReference, SlotId};
use crate::session::Learning;

use super::preferences::EditorPreferences;

/// One thing that the musician asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Changes of the rack, one after the other. The first that cannot be made is told, and those after it are
    /// left.
    Edit(Vec<Edit>),
    /// Puts a plugin into the rack. It counts as used.
    Insert {
        /// Where.
        place: Place,
        /// Which.
        plugin: PluginReference,
        /// What the catalog knows it by.
        product: Option<ProductKey>,
    },
    /// Puts another plugin into a slot, with its defaults. It counts as used.
    Replace {
        /// Where.
        slot: SlotId,
        /// Which.
        plugin: PluginReference,
        /// What the catalog knows it by.
        product: Option<ProductKey>,
    },
    /// Puts a copy of each behind it, with the settings it has now.
    Duplicate(Vec<ItemId>),
    /// Opens a child's own window, or brings it to the front.
    OpenWindow(SlotId),
    /// Closes a child's own window.
    CloseWindow(SlotId),
    /// Turns a child's parameter, as in the child's own window.
    Turn {
        /// Whose.
        slot: SlotId,
        /// The parameter's place in the child's list.
        index: usize,
        /// How.
        kind: TurnKind,
    },
    /// Sets a child's parameter to what the child reads from a text, as one gesture.
    Enter {
        /// Whose.
        slot: SlotId,
        /// The parameter's place in the child's list.
        index: usize,
        /// What was typed.
        text: String,
    },
    /// Chooses one of a child's programs.
    SetProgram {
        /// Whose.
        slot: SlotId,
        /// Its place in the child's list.
        index: usize,
    },
    /// Has a child take a preset file of its format.
    LoadPreset {
        /// Which.
        slot: SlotId,
        /// The file.
        path: PathBuf,
    },
    /// Waits for something to be touched, to be mapped.
    Learn(Learning),
    /// Has a host parameter move a child's parameter, beside what it moves already.
    Map {
        /// Whose.
        slot: SlotId,
        /// The parameter's place in the child's list.
        index: usize,
        /// By which; `None` takes the first that moves nothing.
        host: Option<HostId>,
    },
    /// No host parameter moves a child's parameter any more.
    Unmap {
        /// Whose.
        slot: SlotId,
        /// The parameter's place in the child's list.
        index: usize,
    },
    /// Ends all notes.
    Panic,
    /// Takes an empty rack in place of what is there.
    NewRack,
    /// Takes a rack file in place of what is there.
    OpenRack(PathBuf),
    /// Puts what a rack file holds into the rack.
    InsertRack {
        /// Where.
        place: Place,
        /// The file.
        path: PathBuf,
    },
    /// Writes the rack to a file.
    SaveRack(PathBuf),
    /// Looks into a folder, for rack files.
    ListFolder(PathBuf),
    /// Says whose parameters are to be looked at.
    WatchParameters(Vec<SlotId>),
    /// Looks for plugins that are new or have changed, and at known ones again.
    Scan(Again),
    /// Ends the scan; what is done is kept.
    StopScan,
    /// Makes a plugin a favourite, or none any more.
    SetFavourite(ProductKey, bool),
    /// Hides a plugin, or shows it again.
    SetHidden(ProductKey, bool),
    /// Says where else plugins are.
    SetFolders(Vec<PathBuf>),
    /// Says which format of a plugin is preferred: the first one.
    SetFormatOrder(Vec<String>),
    /// Keeps how the editor looks.
    SetPreferences(EditorPreferences),
    /// Keeps the window's size, in points, for windows to come.
    KeepSize([f32; 2]),
}

/// Which plugin files that have not changed a scan looks at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// None.
    Nothing,
    /// Those that could not be used.
    Failures,
    /// All.
    Everything,
}
