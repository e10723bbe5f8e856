//! The ways to change a rack, as values: they can be sent, kept, and undone.

mod check;
mod problem;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use problem::{EditError, EditProblem};

use super::limits::{CROSSOVER, MIN_SPLIT, RUNAWAY_LIMIT};
use super::mapping::Mapping;
use super::{
    Bearer, Chain, ChainId, ChildState, HostId, Item, ItemId, MidiControl, MidiSource, Place,
    PluginReference, Rack, Sidechain, SlotChannels, SlotId, SlotMidi, Source, Split, SplitChain,
    SplitId, SplitKind,
};

/// One change of a rack. Places count from zero.
// Edits are few and handed on one by one: boxing what is inserted would only be in the way.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Edit {
    /// Puts an item at a place; what stood there and after it moves on by one. What has no id in
    /// it gets one; make it with [`Rack::new_slot`] or [`Rack::new_split`] to know it beforehand.
    /// Labels in it that are somebody else's are changed, together with what listens to them in it.
    Insert {
        /// The place, at most the chain's length.
        place: Place,
        /// The item.
        item: Item,
    },
    /// Takes an item out, with all that is in it.
    Remove {
        /// Which.
        item: ItemId,
    },
    /// Puts an item at another place, in its own chain or another.
    Move {
        /// Which.
        item: ItemId,
        /// The place it has afterwards: counted without the item.
        to: Place,
    },
    /// Puts another plugin, or the same with other settings, into a slot.
    Replace {
        /// Which.
        slot: SlotId,
        /// The plugin it asks for from now on.
        plugin: PluginReference,
        /// The plugin's settings; `None` for its defaults.
        state: Option<ChildState>,
    },
    /// Switches a slot's bypass.
    SetBypass {
        /// Which.
        slot: SlotId,
        /// On or off.
        bypass: bool,
    },
    /// Sets how much of what a slot puts out is its child's.
    SetMix {
        /// Which.
        slot: SlotId,
        /// 0 to 100.
        percent: f32,
    },
    /// Sets the gains before and after a slot's child.
    SetGains {
        /// Which.
        slot: SlotId,
        /// -144 to 24.
        input_db: f32,
        /// -144 to 24.
        output_db: f32,
    },
    /// Sets what a slot works on.
    SetChannels {
        /// Which.
        slot: SlotId,
        /// What.
        channels: SlotChannels,
    },
    /// Sets what a slot's child gets as its sidechain. The source is given a label if it has none.
    SetSidechain {
        /// Which.
        slot: SlotId,
        /// From where. It is heard once it stands before the slot.
        source: Source,
    },
    /// Sets what a slot's child hears of MIDI.
    SetMidi {
        /// Which.
        slot: SlotId,
        /// What, and whose.
        midi: SlotMidi,
    },
    /// Sets whose MIDI a slot's child hears, and leaves the rest of that as it is. The source is given a
    /// label if it has none.
    SetMidiSource {
        /// Which.
        slot: SlotId,
        /// From where; chains make none. It is heard once it stands before the slot.
        source: Source,
    },
    /// Sets the auxiliary output that a slot's child plays to.
    SetOutput {
        /// Which.
        slot: SlotId,
        /// 1 to 15, or 0 for on in the chain.
        bus: u8,
    },
    /// Gives a slot or a chain of a split another label. Who listens to it still does.
    SetLabel {
        /// Which.
        bearer: Bearer,
        /// Nobody else's; `None` takes it away, and who listens to it hears nothing.
        label: Option<String>,
    },
    /// Puts a new split in an item's place, and the item into the split's first chain. The other
    /// chains that the kind needs are empty.
    Wrap {
        /// Which.
        item: ItemId,
        /// The kind of the split.
        kind: SplitKind,
    },
    /// Puts what a split holds in its place. At most one of its chains may hold anything.
    Unwrap {
        /// Which.
        split: SplitId,
    },
    /// Makes a split one of another kind. Chains that the kind needs and that are missing are
    /// added, empty; those beyond must be empty, and go.
    SetKind {
        /// Which.
        split: SplitId,
        /// The kind it has afterwards.
        kind: SplitKind,
    },
    /// Adds a chain to a parallel split.
    InsertChain {
        /// Which.
        split: SplitId,
        /// The place among the split's chains, at most their number.
        at: usize,
        /// The chain. What has no id in it gets one.
        chain: SplitChain,
    },
    /// Takes a chain out of a parallel split, with all that is in it. The last one stays.
    RemoveChain {
        /// Which.
        chain: ChainId,
    },
    /// Sets how a split's chain is mixed with the others.
    SetChain {
        /// Which.
        chain: ChainId,
        /// -144 to 24.
        gain_db: f32,
        /// From -1, left, to 1, right.
        pan: f32,
        /// It is not heard.
        mute: bool,
        /// Only chains with this are heard.
        solo: bool,
    },
    /// Names a split's chain.
    NameChain {
        /// Which.
        chain: ChainId,
        /// `None` takes its name away.
        name: Option<String>,
    },
    /// Sets which host parameters move a slot, or its child's parameters.
    MapSlot {
        /// Which.
        slot: SlotId,
        /// All of its mappings.
        mappings: Vec<Mapping>,
    },
    /// Sets which host parameters move a split's chain.
    MapChain {
        /// Which.
        chain: ChainId,
        /// All of its mappings.
        mappings: Vec<Mapping>,
    },
    /// Gives a host parameter a name of the musician's own, and MIDI messages that move it.
    SetHostParameter {
        /// Which.
        host: HostId,
        /// `None` gives it the name of what it moves.
        name: Option<String>,
        /// `None` leaves it to the host.
        midi: Option<MidiControl>,
    },
    /// Names the rack; `None` takes its name away.
    SetName(Option<String>),
    /// Lets the rack use all cores, or one.
    SetAllCores(bool),
    /// Sets the peak level, in dBFS, above which a child is muted: 0 to 80.
    SetRunawayLimit(f32),
    /// Sets the shortest part that a block is split into for children that cannot be told of automation:
    /// 1 to 512 samples.
    SetMinSplit(u32),
}

impl Edit {
    /// Whether what runs on the audio thread has to be planned anew. Otherwise a number or a
    /// switch of it changes.
    pub fn changes_structure(&self) -> bool {
        match self {
            Self::Insert { .. }
            | Self::Remove { .. }
            | Self::Move { .. }
            | Self::Replace { .. }
            | Self::SetChannels { .. }
            | Self::SetSidechain { .. }
            | Self::SetMidi { .. }
            | Self::SetMidiSource { .. }
            | Self::SetOutput { .. }
            | Self::SetLabel { .. }
            | Self::Wrap { .. }
            | Self::Unwrap { .. }
            | Self::SetKind { .. }
            | Self::InsertChain { .. }
            | Self::RemoveChain { .. }
            | Self::SetAllCores(_) => true,
            Self::SetBypass { .. }
            | Self::SetMix { .. }
            | Self::SetGains { .. }
            | Self::SetChain { .. }
            | Self::NameChain { .. }
            | Self::MapSlot { .. }
            | Self::MapChain { .. }
            | Self::SetHostParameter { .. }
            | Self::SetName(_)
            | Self::SetRunawayLimit(_)
            | Self::SetMinSplit(_) => false,
        }
    }

    /// Whether what host parameters move, or what that is called, may be another afterwards.
    pub fn changes_mappings(&self) -> bool {
        self.changes_structure()
            || matches!(
                self,
                Self::MapSlot { .. }
                    | Self::MapChain { .. }
                    | Self::SetHostParameter { .. }
                    | Self::NameChain { .. }
            )
    }
}

impl Rack {
    /// Makes a change.
    ///
    /// # Errors
    ///
    /// The edit, handed back with the reason, if it cannot be done; the rack is then as it was.
    pub fn apply(&mut self, edit: Edit) -> Result<(), EditError> {
        match self.check(&edit) {
            Ok(()) => {
                // It was checked: everything it names is there.
                let done = self.make(edit);
                debug_assert!(done.is_some(), "a checked edit could not be made");
                Ok(())
            }
            Err(problem) => Err(EditError {
                problem,
                edit: Box::new(edit),
            }),
        }
    }

    fn make(&mut self, edit: Edit) -> Option<()> {
        match edit {
            Edit::Insert { place, item } => {
                let mut alone = Chain(vec![item]);
                self.make_labels_unique(&mut alone);
                let there = &mut self.chain_mut(place.chain)?.0;
                there.splice(place.at..place.at, alone.0);
                self.give_ids();
            }
            Edit::Remove { item } => {
                self.take(item)?;
            }
            Edit::Move { item, to } => {
                let item = self.take(item)?;
                self.chain_mut(to.chain)?.0.insert(to.at, item);
            }
            Edit::Replace {
                slot,
                plugin,
                state,
            } => {
                let slot = self.slot_mut(slot)?;
                slot.plugin = plugin;
                slot.state = state;
            }
            Edit::SetBypass { slot, bypass } => self.slot_mut(slot)?.bypass = bypass,
            Edit::SetMix { slot, percent } => self.slot_mut(slot)?.mix_percent = percent,
            Edit::SetGains {
                slot,
                input_db,
                output_db,
            } => {
                let slot = self.slot_mut(slot)?;
                slot.input_gain_db = input_db;
                slot.output_gain_db = output_db;
            }
            Edit::SetChannels { slot, channels } => self.slot_mut(slot)?.channels = channels,
            Edit::SetSidechain { slot, source } => {
                let label = self.label_of_source(source)?;
                self.slot_mut(slot)?.sidechain = match (source, label) {
                    (_, Some(label)) => Sidechain::From(label),
                    (Source::None, None) => Sidechain::None,
                    (_, None) => Sidechain::Host,
                };
            }
            Edit::SetMidi { slot, midi } => self.slot_mut(slot)?.midi = midi,
            Edit::SetMidiSource { slot, source } => {
                let label = self.label_of_source(source)?;
                self.slot_mut(slot)?.midi.from = match (source, label) {
                    (_, Some(label)) => MidiSource::From(label),
                    (Source::None, None) => MidiSource::None,
                    (_, None) => MidiSource::Host,
                };
            }
            Edit::SetOutput { slot, bus } => self.slot_mut(slot)?.output = bus,
            Edit::SetLabel { bearer, label } => self.set_label(bearer, label)?,
            Edit::Wrap { item, kind } => {
                let Place { chain, at } = self.place(item)?;
                let mut split = Split::new(kind);
                let item = self.take(item)?;
                split.chains.first_mut()?.chain.0.push(item);
                self.chain_mut(chain)?.0.insert(at, Item::Split(split));
                self.give_ids();
            }
            Edit::Unwrap { split } => {
                let Place { chain, at } = self.place(split)?;
                let Item::Split(split) = self.take(split.into())? else {
                    return None;
                };
                let items = split.chains.into_iter().flat_map(|chain| chain.chain.0);
                self.chain_mut(chain)?.0.splice(at..at, items);
            }
            Edit::SetKind { split, kind } => {
                let split = self.split_mut(split)?;
                if let Some(needed) = kind.chain_count() {
                    split.chains.resize_with(needed, SplitChain::default);
                }
                if matches!(kind, SplitKind::Bands { .. }) {
                    // Crossovers that a document gave to a kind that has none.
                    split.unknown.shift_remove(CROSSOVER.field);
                }
                split.kind = kind;
                self.give_ids();
            }
            Edit::InsertChain { split, at, chain } => {
                let mut alone = Split::new(SplitKind::Parallel);
                alone.chains = vec![chain];
                let mut alone = Chain(vec![Item::Split(alone)]);
                self.make_labels_unique(&mut alone);
                let Some(Item::Split(alone)) = alone.0.pop() else {
                    return None;
                };
                let there = &mut self.split_mut(split)?.chains;
                there.splice(at..at, alone.chains);
                self.give_ids();
            }
            Edit::RemoveChain { chain } => {
                let split = self.split_of(chain)?.id;
                let chains = &mut self.split_mut(split)?.chains;
                chains.retain(|there| there.id != chain);
            }
            Edit::SetChain {
                chain,
                gain_db,
                pan,
                mute,
                solo,
            } => {
                let chain = self.split_chain_mut(chain)?;
                chain.gain_db = gain_db;
                chain.pan = pan;
                chain.mute = mute;
                chain.solo = solo;
            }
            Edit::NameChain { chain, name } => self.split_chain_mut(chain)?.name = name,
            Edit::MapSlot { slot, mappings } => self.slot_mut(slot)?.mappings.list = mappings,
            Edit::MapChain { chain, mappings } => {
                self.split_chain_mut(chain)?.mappings.list = mappings;
            }
            Edit::SetHostParameter { host, name, midi } => {
                self.host_parameters.change(host, |settings| {
                    settings.name = name;
                    settings.midi = midi;
                });
            }
            Edit::SetName(name) => self.name = name,
            Edit::SetAllCores(all_cores) => {
                self.all_cores = all_cores;
                // What a document said there, if it made no sense.
                self.unknown.shift_remove("all_cores");
            }
            Edit::SetRunawayLimit(dbfs) => {
                self.runaway_limit_dbfs = dbfs;
                self.unknown.shift_remove(RUNAWAY_LIMIT.field);
            }
            Edit::SetMinSplit(frames) => {
                self.min_split_frames = frames;
                self.unknown.shift_remove(MIN_SPLIT.field);
            }
        }
        Some(())
    }

    /// The label of a source, given now if there was none; none for what needs none.
    fn label_of_source(&mut self, source: Source) -> Option<Option<String>> {
        Some(match source {
            Source::Host | Source::None => None,
            Source::Slot(slot) => Some(self.ensure_label(Bearer::Slot(slot))?),
            Source::Chain(chain) => Some(self.ensure_label(Bearer::Chain(chain))?),
        })
    }

    fn take(&mut self, item: ItemId) -> Option<Item> {
        let Place { chain, at } = self.place(item)?;
        let Chain(items) = self.chain_mut(chain)?;
        Some(items.remove(at))
    }
}
