//! The session: one instance's rack, its children, and the schedule that plays them.
//!
//! A session lives on the message thread. Others reach it by its [`Handle`], which runs what they ask
//! there and waits, and hear it through its [`Player`], which runs on the audio thread.
//!
//! The life of a slot's children follows `crate::child`: they are loaded when the rack is first
//! [prepared](Session::prepare), activated for the host's rate and block, and kept until the slot
//! goes. A child that cannot be had, or that fails, is replaced by a placeholder; the slot's plugin
//! reference and state in the model stay as they were, and so are saved as they came.

mod ahead;
mod cores;
mod document;
mod first_rack;
mod gestures;
mod handle;
mod host;
mod host_parameters;
mod learning;
mod loaded_slot;
mod mappings;
mod patchbay;
mod programs;
mod report;
mod scanning;
mod scoring;
mod tail;
mod trouble;
mod turns;
mod upkeep;
mod view;
mod viewing;
mod windows;
mod words;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

pub use crate::rack::HOST_PARAMETERS;
pub use cores::{HostAnswer, HostCores};
pub use handle::Handle;
pub use host_parameters::{HostNews, HostParameter, HostParameters, HostRefresh};
pub use learning::Learning;
pub use report::{ChainLatency, Latencies};
pub use tail::SharedTail;
pub use view::{Board, Notice, ParameterView, SlotView, View, Watching};
pub use windows::{SlotWindow, Surroundings};
pub use words::{control_name, control_text, percent, value_of_percent};

use crate::catalog::Thoroughness;
use crate::child::{Activation, Parameter, Tail};
use crate::rack::conductor::{Conductor, Performance};
use crate::rack::desk::{ChainDesk, Desk, SlotDesk};
use crate::rack::edit::{Edit, EditError};
use crate::rack::exchange::{Player, Publisher};
use crate::rack::levels;
use crate::rack::{ChainId, Rack, SlotId};
use crate::threads::MessageThread;
use cores::RackCores;
use loaded_slot::LoadedSlot;
use patchbay::Patchbay;
use windows::Windows;

/// What the host tells before it plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preparation {
    /// Rate, longest block, offline or not.
    pub activation: Activation,
    /// Channels of the rack's main input and output.
    pub channels: usize,
    /// Channels of the rack's sidechain input.
    pub sidechain: usize,
    /// Auxiliary stereo outputs of the rack. The blocks' channels are the main ones, then two for each of
    /// these.
    pub aux_buses: usize,
}

/// How the rack plays, once prepared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prepared {
    /// By how many samples the output lags behind the input.
    pub latency_samples: u32,
    /// How long the rack sounds on after its input fell silent.
    pub tail: Tail,
}

/// A slot as it stands, for people to read.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotReport {
    /// The slot.
    pub id: SlotId,
    /// Where it is: see [`Rack::path`].
    pub path: Vec<usize>,
    /// The plugin: name and format.
    pub plugin: String,
    /// The slot is bypassed.
    pub bypass: bool,
    /// How many linked instances run; more than one for mono plugins in a wider chain.
    pub instances: usize,
    /// The child's latency.
    pub latency_samples: u32,
    /// Why the plugin does not play.
    pub problem: Option<String>,
    /// What it listens to in vain, a sentence each.
    pub vain_sources: Vec<String>,
}

/// One instance's rack. Message thread only.
pub struct Session {
    host: Arc<HostParameters>,
    rack: Rack,
    slots: BTreeMap<SlotId, LoadedSlot>,
    /// No longer in the rack, but perhaps still in a schedule that the audio thread holds.
    leaving: Vec<LoadedSlot>,
    desk: Desk,
    patchbay: Patchbay,
    windows: Windows,
    conductor: Conductor,
    cores: Arc<RackCores>,
    preparation: Option<Preparation>,
    performance: Performance,
    /// The audio thread does not play the model as it stands: it has not taken in the change before.
    is_behind: bool,
    tail: Arc<SharedTail>,
    thoroughness: Thoroughness,
    watches_memory: bool,
    /// Whether a rack was loaded or edited; until then the first rack is still to be looked for.
    has_rack: bool,
    /// A state that could not be read, to be given back as it came.
    unreadable: Option<String>,
    warnings: Vec<String>,
    viewing: viewing::Viewing,
    ahead: ahead::SetAhead,
}

impl Session {
    fn new(publisher: Publisher, host: Arc<HostParameters>) -> Self {
        Self {
            host,
            rack: Rack::new(),
            slots: BTreeMap::new(),
            leaving: Vec::new(),
            desk: Desk::default(),
            patchbay: Patchbay::default(),
            windows: Windows::default(),
            conductor: Conductor::new(publisher),
            cores: Arc::default(),
            preparation: None,
            performance: Performance::default(),
            is_behind: false,
            tail: Arc::default(),
            thoroughness: Thoroughness::Likely,
            watches_memory: false,
            has_rack: false,
            unreadable: None,
            warnings: Vec::new(),
            viewing: viewing::Viewing::default(),
            ahead: ahead::SetAhead::default(),
        }
    }

    /// What the host told before it played.
    #[cfg(test)]
    pub(crate) fn preparation(&self) -> Option<Preparation> {
        self.preparation
    }

    /// How far to look for plugins that are only named. In a DAW's process: not far.
    pub fn set_thoroughness(&mut self, thoroughness: Thoroughness) {
        self.thoroughness = thoroughness;
    }

    /// Has the memory around what children work on be watched, in whatever build, from the next time on
    /// that it is [prepared](Self::prepare). It costs two copies of the audio for each child.
    pub fn watch_memory(&mut self) {
        self.watches_memory = true;
    }

    /// Loads what is not loaded yet, makes every child ready for what the host told, and hands the
    /// schedule to `player`. No audio may run meanwhile, which having the player here ensures.
    pub fn prepare(
        &mut self,
        thread: &MessageThread,
        player: &mut Player,
        preparation: Preparation,
    ) -> Prepared {
        self.ensure_rack(thread);
        // What does not fit into the queue on the way back is still with the player.
        while !player.retire() {
            self.conductor.collect();
        }
        self.conductor.rest();
        self.collect();
        player.set_cores(Some(self.cores.clone()));
        levels::warm_up();
        for slot in self.slots.values_mut() {
            slot.deactivate();
        }
        self.preparation = Some(preparation);
        self.refresh(thread);
        player.adopt();
        self.prepared()
    }

    /// Has the rack use the host's threads rather than ours, where it wants all cores, from when it is
    /// next prepared. A second offer changes nothing.
    pub fn offer_cores(&mut self, host: Arc<dyn HostCores>) {
        if !self.cores.has_host() {
            self.cores = Arc::new(RackCores::of_host(host));
        }
    }

    /// How the rack plays as it stands.
    pub fn prepared(&self) -> Prepared {
        Prepared {
            latency_samples: self.performance.latency_samples,
            tail: self.tail.get(),
        }
    }

    /// The tail, to be read by the audio thread.
    pub fn shared_tail(&self) -> Arc<SharedTail> {
        self.tail.clone()
    }

    /// Changes the rack. While prepared, the change is heard as soon as it is ready.
    ///
    /// # Errors
    ///
    /// If the edit does not fit the rack; it comes back.
    pub fn edit(&mut self, thread: &MessageThread, edit: Edit) -> Result<(), EditError> {
        self.ensure_rack(thread);
        let replaced = match &edit {
            Edit::Replace { slot, .. } => Some(*slot),
            _ => None,
        };
        let switched_on = match &edit {
            Edit::SetBypass {
                slot,
                bypass: false,
            } => Some(*slot),
            _ => None,
        };
        let changes_mappings = edit.changes_mappings();
        let needs_schedule = edit.changes_structure() || matches!(edit, Edit::SetRunawayLimit(_));
        self.take_over_controls();
        self.rack.apply(edit)?;
        if let Some(slot) = replaced {
            self.leaving.extend(self.slots.remove(&slot));
            self.desk.forget_slot(slot);
        }
        if let Some((controls, _)) = switched_on.and_then(|slot| self.desk.find_slot(slot)) {
            controls.clear_trouble();
        }
        let stay: HashSet<SlotId> = self.rack.slots().map(|slot| slot.id).collect();
        let gone: Vec<SlotId> = (self.slots.keys().copied())
            .filter(|id| !stay.contains(id))
            .collect();
        for id in gone {
            self.leaving.extend(self.slots.remove(&id));
        }
        self.desk.follow(&self.rack);
        self.conductor
            .set_min_split_frames(self.rack.min_split_frames);
        if needs_schedule && self.preparation.is_some() {
            self.refresh(thread);
        } else if changes_mappings {
            self.rewire();
        }
        self.follow_controls();
        self.mark_dirty();
        self.note_change();
        Ok(())
    }

    /// What can be turned on a slot, and what is measured; nothing while it is not in the rack.
    pub fn slot_desk(&self, slot: SlotId) -> Option<SlotDesk> {
        self.desk.find_slot(slot).cloned()
    }

    /// What can be turned on a chain of a split, and what is measured; nothing while it is not in the
    /// rack.
    pub fn chain_desk(&self, chain: ChainId) -> Option<ChainDesk> {
        self.desk.find_chain(chain).cloned()
    }

    /// Whether the audio thread has taken in the model as it stands.
    pub fn is_up_to_date(&self) -> bool {
        !self.is_behind && self.conductor.is_ready()
    }

    /// Sets a parameter of a slot's child, from 0 to 1, in all linked instances alike. Does nothing
    /// where there is no such parameter, or the slot's child is not loaded.
    pub fn set_parameter(&mut self, slot: SlotId, index: usize, value: f32) {
        if let Some(loaded) = self.slots.get_mut(&slot) {
            loaded.set_parameter(index, value);
            self.note_ahead(slot, index, value);
        }
    }

    /// The parameters of a slot's child, as they stand; none while it is not loaded.
    pub fn parameters(&self, slot: SlotId) -> Vec<Parameter> {
        self.slots
            .get(&slot)
            .map_or_else(Vec::new, LoadedSlot::parameters)
    }

    /// How many slots are no longer in the rack, while the audio thread may still hold their children.
    pub fn leaving(&self) -> usize {
        self.leaving.len()
    }

    /// The model.
    pub fn rack(&self) -> &Rack {
        &self.rack
    }

    /// What was found amiss when the rack was loaded.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The slots as they stand, those in splits too, in the order of the document.
    pub fn report(&self) -> Vec<SlotReport> {
        let vain_sources = self.rack.vain_sources();
        self.rack
            .slots()
            .map(|slot| {
                let loaded = self.slots.get(&slot.id);
                let desk = self.desk.find_slot(slot.id);
                let trouble = desk.and_then(|(controls, _)| controls.trouble());
                SlotReport {
                    id: slot.id,
                    path: (self.rack.place(slot.id))
                        .map_or_else(Vec::new, |place| self.rack.path(place)),
                    plugin: loaded.map_or_else(|| slot.plugin.to_string(), LoadedSlot::name),
                    bypass: slot.bypass,
                    instances: loaded.map_or(0, LoadedSlot::instances),
                    latency_samples: loaded.map_or(0, LoadedSlot::latency_samples),
                    problem: loaded
                        .and_then(LoadedSlot::problem)
                        .or_else(|| Some(trouble::tell(loaded?, trouble?, &self.rack))),
                    vain_sources: (vain_sources.iter())
                        .filter(|(id, _)| *id == slot.id)
                        .map(|(_, words)| words.clone())
                        .collect(),
                }
            })
            .collect()
    }
}
