//! The session: one instance's rack, its children, and the schedule that plays them.
//!
//! A session lives on the message thread. Others reach it by its [`Handle`], which runs what they ask
//! there and waits, and hear it through its [`Player`], which runs on the audio thread.
//!
//! The life of a slot's children follows `crate::child`: they are loaded when the rack is first
//! [prepared](Session::prepare), activated for the host's rate and block, and kept until the slot
//! goes. A child that cannot be had, or that fails, is replaced by a placeholder; the slot's plugin
//! reference and state in the model stay as they were, and so are saved as they came.

mod first_rack;
mod handle;
mod loaded_slot;
mod scanning;
mod tail;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use handle::Handle;
pub use tail::SharedTail;

use crate::catalog::Thoroughness;
use crate::child::{Activation, Parameter, Tail};
use crate::rack::compile::{Plan, compile};
use crate::rack::edit::{Edit, EditError};
use crate::rack::exchange::{Player, Publisher};
use crate::rack::schedule::Schedule;
use crate::rack::{ChildState, PluginReference, Rack, SlotId};
use crate::state::{self, StateError};
use crate::threads::MessageThread;
use loaded_slot::LoadedSlot;

/// What the host tells before it plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preparation {
    /// Rate, longest block, offline or not.
    pub activation: Activation,
    /// Channels of the rack's main input and output.
    pub channels: usize,
    /// Channels of the rack's sidechain input.
    pub sidechain: usize,
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
}

/// One instance's rack. Message thread only.
pub struct Session {
    rack: Rack,
    slots: BTreeMap<SlotId, LoadedSlot>,
    /// No longer in the rack, but perhaps still in a schedule that the audio thread holds.
    leaving: Vec<LoadedSlot>,
    publisher: Publisher,
    preparation: Option<Preparation>,
    plan: Plan,
    tail: Arc<SharedTail>,
    thoroughness: Thoroughness,
    /// Whether a rack was loaded or edited; until then the first rack is still to be looked for.
    has_rack: bool,
    /// A state that could not be read, to be given back as it came.
    unreadable: Option<String>,
    warnings: Vec<String>,
}

impl Session {
    fn new(publisher: Publisher) -> Self {
        Self {
            rack: Rack::new(),
            slots: BTreeMap::new(),
            leaving: Vec::new(),
            publisher,
            preparation: None,
            plan: Plan::default(),
            tail: Arc::default(),
            thoroughness: Thoroughness::Likely,
            has_rack: false,
            unreadable: None,
            warnings: Vec::new(),
        }
    }

    /// How far to look for plugins that are only named. In a DAW's process: not far.
    pub fn set_thoroughness(&mut self, thoroughness: Thoroughness) {
        self.thoroughness = thoroughness;
    }

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
        self.warnings = loaded.warnings;
        for warning in &self.warnings {
            tracing::warn!("{warning}");
        }
        self.replace_rack(thread, loaded.rack);
        Ok(())
    }

    /// Takes a rack in place of what is there, as [`load`](Self::load) does.
    pub fn replace_rack(&mut self, thread: &MessageThread, rack: Rack) {
        self.has_rack = true;
        self.unreadable = None;
        self.leaving
            .extend(std::mem::take(&mut self.slots).into_values());
        self.rack = rack;
        if self.preparation.is_some() {
            self.refresh(thread);
        }
    }

    /// The rack document, with the children's states as they are now.
    pub fn save(&mut self, thread: &MessageThread) -> String {
        self.ensure_rack(thread);
        if let Some(text) = &self.unreadable {
            return text.clone();
        }
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
        state::to_text(&self.rack)
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
        // Twice: what does not fit into the queue on the way back is still with the player.
        for _ in 0..2 {
            player.retire();
            self.publisher.withdraw();
        }
        self.collect();
        for slot in self.slots.values_mut() {
            slot.deactivate();
        }
        self.preparation = Some(preparation);
        self.refresh(thread);
        player.adopt();
        self.prepared()
    }

    /// How the rack plays as it stands.
    pub fn prepared(&self) -> Prepared {
        Prepared {
            latency_samples: self.plan.latency_samples,
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
        self.rack.apply(edit)?;
        self.leaving
            .extend(replaced.and_then(|slot| self.slots.remove(&slot)));
        let gone: Vec<SlotId> = self
            .slots
            .keys()
            .filter(|id| self.rack.slot(**id).is_none())
            .copied()
            .collect();
        for id in gone {
            self.leaving.extend(self.slots.remove(&id));
        }
        if self.preparation.is_some() {
            self.refresh(thread);
        }
        Ok(())
    }

    /// Sets a parameter of a slot's child, from 0 to 1, in all linked instances alike. Does nothing
    /// where there is no such parameter, or the slot's child is not loaded.
    pub fn set_parameter(&mut self, slot: SlotId, index: usize, value: f32) {
        if let Some(loaded) = self.slots.get_mut(&slot) {
            loaded.set_parameter(index, value);
        }
    }

    /// The parameters of a slot's child, as they stand; none while it is not loaded.
    pub fn parameters(&self, slot: SlotId) -> Vec<Parameter> {
        self.slots
            .get(&slot)
            .map_or_else(Vec::new, LoadedSlot::parameters)
    }

    /// The model.
    pub fn rack(&self) -> &Rack {
        &self.rack
    }

    /// What was found amiss when the rack was loaded.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The slots as they stand, in the order of the chain.
    pub fn report(&self) -> Vec<SlotReport> {
        self.rack
            .slots()
            .map(|slot| {
                let loaded = self.slots.get(&slot.id);
                SlotReport {
                    id: slot.id,
                    plugin: loaded.map_or_else(|| slot.plugin.to_string(), LoadedSlot::name),
                    bypass: slot.bypass,
                    instances: loaded.map_or(0, LoadedSlot::instances),
                    latency_samples: loaded.map_or(0, LoadedSlot::latency_samples),
                    problem: loaded.and_then(LoadedSlot::problem),
                }
            })
            .collect()
    }

    /// Looks after what happened by itself: schedules that came back, children that changed their
    /// latency or failed.
    pub fn tick(&mut self, thread: &MessageThread) {
        self.collect();
        let mut changed = false;
        for slot in self.slots.values_mut() {
            if slot.take_failure() {
                tracing::error!("{}", slot.problem().unwrap_or_default());
                changed = true;
            }
            changed |= slot.take_changes().latency;
        }
        if changed && self.preparation.is_some() {
            self.refresh(thread);
        }
    }

    fn collect(&mut self) {
        self.publisher.collect();
        self.leaving.retain_mut(|slot| !slot.deactivate());
    }

    fn ensure_rack(&mut self, thread: &MessageThread) {
        if self.has_rack {
            return;
        }
        self.has_rack = true;
        match first_rack::read() {
            Ok(None) => {}
            Ok(Some(loaded)) => {
                self.warnings = loaded.warnings;
                self.replace_rack(thread, loaded.rack);
            }
            Err(error) => {
                tracing::error!("The rack to start from could not be loaded: {error}");
                self.warnings = vec![error.to_string()];
            }
        }
    }

    /// Brings children and schedule in line with the model, and publishes the schedule.
    fn refresh(&mut self, thread: &MessageThread) {
        let Some(preparation) = self.preparation else {
            return;
        };
        let brand = self.publisher.brand();
        let mut plans = Vec::new();
        let mut cells = Vec::new();
        for slot in self.rack.slots() {
            let loaded = self
                .slots
                .entry(slot.id)
                .or_insert_with(|| LoadedSlot::load(thread, slot, self.thoroughness));
            loaded.activate(thread, &preparation, brand);
            plans.push(loaded.plan(slot.bypass));
            cells.extend(loaded.cells());
        }
        self.plan = compile(&plans, preparation.channels, preparation.sidechain);
        self.tail.set(self.slots.values().map(LoadedSlot::tail));
        let plan = self.plan.clone();
        match Schedule::new(brand, plan, cells, &preparation.activation) {
            // While there is no room, the newest waits for `collect`.
            Ok(schedule) => drop(self.publisher.publish(schedule)),
            Err(error) => tracing::error!("The rack could not be made ready: {error}"),
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
