//! Whether an edit can be done: asked before anything changes, so that an edit that fails leaves
//! the rack as it was.

use std::collections::HashSet;

use super::{Edit, EditProblem};
use crate::rack::limits::{
    CHAIN_GAIN, CURVE, INPUT_GAIN, Limits, MIN_SPLIT, MIX, OUTPUT, OUTPUT_GAIN, PAN, RANGE_END,
    RANGE_START, RUNAWAY_LIMIT, TRANSPOSE,
};
use crate::rack::mapping::{Holder, Mapping, Target};
use crate::rack::{
    Bearer, ChainId, Item, ItemId, MAX_DEPTH, Place, Rack, Sidechain, Slot, SlotId, Source, Split,
    SplitChain, SplitId, SplitKind, depth,
};

type Check = Result<(), EditProblem>;

impl Rack {
    pub(super) fn check(&self, edit: &Edit) -> Check {
        match edit {
            Edit::Insert { place, item } => {
                self.check_place(*place, 0)?;
                check_item(item)?;
                self.check_new(item.ids())?;
                self.check_depth(item, place.chain, 0)
            }
            Edit::Remove { item } => self.find(*item).map(drop),
            Edit::Move { item, to } => self.check_move(*item, *to),
            Edit::Replace {
                slot,
                plugin,
                state,
            } => {
                let mut after = self.find_slot(*slot)?.clone();
                after.plugin = plugin.clone();
                after.state = state.clone();
                self.check_changed(after)
            }
            Edit::SetBypass { slot, .. } | Edit::SetChannels { slot, .. } => {
                self.find_slot(*slot).map(drop)
            }
            Edit::SetMix { slot, percent } => {
                self.find_slot(*slot)?;
                check_value(&MIX, *percent)
            }
            Edit::SetGains {
                slot,
                input_db,
                output_db,
            } => {
                self.find_slot(*slot)?;
                check_value(&INPUT_GAIN, *input_db)?;
                check_value(&OUTPUT_GAIN, *output_db)
            }
            Edit::SetSidechain { slot, source } => self.check_source(*slot, *source),
            Edit::SetMidi { slot, midi } => {
                let mut after = self.find_slot(*slot)?.clone();
                after.midi = midi.clone();
                check_value(&TRANSPOSE, midi.transpose.into())?;
                self.check_changed(after)
            }
            Edit::SetMidiSource {
                source: Source::Chain(chain),
                ..
            } => Err(EditProblem::NoMidiFromChains(*chain)),
            Edit::SetMidiSource { slot, source } => self.check_source(*slot, *source),
            Edit::SetOutput { slot, bus } => {
                self.find_slot(*slot)?;
                check_value(&OUTPUT, (*bus).into())
            }
            Edit::SetLabel { bearer, label } => self.check_label(*bearer, label.as_deref()),
            Edit::Wrap { item, kind } => {
                let place = self.find(*item)?;
                check_kind(kind)?;
                match self.item(*item) {
                    Some(item) => self.check_depth(item, place.chain, 1),
                    None => Ok(()),
                }
            }
            Edit::Unwrap { split } => {
                let chains = &self.find_split(*split)?.chains;
                let held = chains.iter().position(|chain| !chain.chain.0.is_empty());
                check_empty(chains, held.map_or(0, |at| at + 1))
            }
            Edit::SetKind { split, kind } => {
                check_kind(kind)?;
                let chains = &self.find_split(*split)?.chains;
                check_empty(chains, kind.chain_count().unwrap_or(chains.len()))
            }
            Edit::InsertChain { split, at, chain } => self.check_insert_chain(*split, *at, chain),
            Edit::RemoveChain { chain } => {
                self.find_chain(*chain)?;
                match self.split_of(*chain) {
                    Some(split) if split.kind != SplitKind::Parallel => {
                        Err(EditProblem::NotParallel(split.id))
                    }
                    Some(split) if split.chains.len() == 1 => Err(EditProblem::LastChain(*chain)),
                    _ => Ok(()),
                }
            }
            Edit::SetChain {
                chain,
                gain_db,
                pan,
                ..
            } => {
                self.find_chain(*chain)?;
                check_value(&CHAIN_GAIN, *gain_db)?;
                check_value(&PAN, *pan)
            }
            Edit::NameChain { chain, .. } => self.find_chain(*chain).map(drop),
            Edit::MapSlot { slot, mappings } => {
                self.find_slot(*slot)?;
                check_mappings(mappings, Holder::Slot)
            }
            Edit::MapChain { chain, mappings } => {
                self.find_chain(*chain)?;
                check_mappings(mappings, Holder::Chain)
            }
            Edit::SetHostParameter { midi, .. } => match midi {
                Some(midi) if !midi.is_sound() => Err(EditProblem::BadMidi),
                _ => Ok(()),
            },
            Edit::SetName(_) | Edit::SetAllCores(_) => Ok(()),
            Edit::SetRunawayLimit(dbfs) => check_value(&RUNAWAY_LIMIT, *dbfs),
            Edit::SetMinSplit(frames) => check_value(&MIN_SPLIT, *frames as f32),
        }
    }

    /// Whether a slot that is there can be saved once it is like this.
    fn check_changed(&self, after: Slot) -> Check {
        let chain = self.find(ItemId::Slot(after.id))?.chain;
        self.check_depth(&Item::Slot(after), chain, 0)
    }

    fn check_source(&self, slot: SlotId, source: Source) -> Check {
        self.find_slot(slot)?;
        let is_own = match source {
            Source::Host | Source::None => false,
            Source::Slot(source) => {
                self.find_slot(source)?;
                source == slot
            }
            Source::Chain(source) => {
                let chain = self.find_chain(source)?;
                let mut inside = chain.chain.items().filter_map(Item::as_slot);
                inside.any(|inside| inside.id == slot)
            }
        };
        if is_own {
            return Err(EditProblem::OwnOutput(slot));
        }
        // It is one level more than without.
        let mut after = self.find_slot(slot)?.clone();
        after.sidechain = Sidechain::From(String::new());
        self.check_changed(after)
    }

    fn check_label(&self, bearer: Bearer, label: Option<&str>) -> Check {
        match bearer {
            Bearer::Slot(slot) => self.find_slot(slot).map(drop)?,
            Bearer::Chain(chain) => self.find_chain(chain).map(drop)?,
        }
        match label {
            Some(label) if self.label(bearer) != Some(label) && !self.is_free(label) => {
                Err(EditProblem::LabelTaken)
            }
            _ => Ok(()),
        }
    }

    fn check_move(&self, id: ItemId, to: Place) -> Check {
        let from = self.find(id)?;
        if let (Some(Item::Split(split)), ItemId::Split(id)) = (self.item(id), id)
            && split.holds_chain(to.chain)
        {
            return Err(EditProblem::IntoItself(id));
        }
        let taken_out = usize::from(from.chain == to.chain);
        self.check_place(to, taken_out)?;
        match self.item(id) {
            Some(item) => self.check_depth(item, to.chain, 0),
            None => Ok(()),
        }
    }

    fn check_insert_chain(&self, id: SplitId, at: usize, chain: &SplitChain) -> Check {
        let split = self.find_split(id)?;
        if split.kind != SplitKind::Parallel {
            return Err(EditProblem::NotParallel(id));
        }
        let count = split.chains.len();
        if at > count {
            return Err(EditProblem::BeyondTheChains { at, count });
        }
        check_chain(chain)?;
        // As a split of its own, it goes where the other one is.
        let mut alone = Split::new(SplitKind::Parallel);
        alone.chains = vec![chain.clone()];
        let alone = Item::Split(alone);
        self.check_new(alone.ids())?;
        self.check_depth(&alone, self.find(ItemId::Split(id))?.chain, 0)
    }

    /// A place to put something at, once so many items of its chain are out.
    fn check_place(&self, place: Place, taken_out: usize) -> Check {
        let chain = (self.chain(place.chain)).ok_or(EditProblem::NoSuchChain(place.chain))?;
        let length = chain.0.len() - taken_out;
        if place.at > length {
            let at = place.at;
            return Err(EditProblem::BeyondTheEnd { at, length });
        }
        Ok(())
    }

    fn check_new(&self, ids: Result<HashSet<u32>, u32>) -> Check {
        let ids = ids.map_err(EditProblem::AlreadyThere)?;
        match self.ids().intersection(&ids).next() {
            Some(id) => Err(EditProblem::AlreadyThere(*id)),
            None => Ok(()),
        }
    }

    /// Whether an item can be in a chain, with so many new splits around it.
    fn check_depth(&self, item: &Item, chain: ChainId, new: usize) -> Check {
        let around = new + (self.depth_of(chain)).ok_or(EditProblem::NoSuchChain(chain))?;
        if around + item.depth() > MAX_DEPTH {
            return Err(EditProblem::TooDeep);
        }
        if !depth::can_be_saved(item, around) {
            return Err(EditProblem::TooDeepToSave);
        }
        Ok(())
    }

    fn find(&self, item: ItemId) -> Result<Place, EditProblem> {
        self.place(item).ok_or(match item {
            ItemId::Slot(slot) => EditProblem::NoSuchSlot(slot),
            ItemId::Split(split) => EditProblem::NoSuchSplit(split),
        })
    }

    fn find_slot(&self, slot: SlotId) -> Result<&Slot, EditProblem> {
        self.slot(slot).ok_or(EditProblem::NoSuchSlot(slot))
    }

    fn find_split(&self, split: SplitId) -> Result<&Split, EditProblem> {
        self.split(split).ok_or(EditProblem::NoSuchSplit(split))
    }

    fn find_chain(&self, chain: ChainId) -> Result<&SplitChain, EditProblem> {
        if chain == ChainId::ROOT {
            return Err(EditProblem::RacksOwnChain);
        }
        (self.split_chain(chain)).ok_or(EditProblem::NoSuchChain(chain))
    }
}

fn check_value(limits: &'static Limits, value: f32) -> Check {
    if limits.hold(value) {
        Ok(())
    } else {
        Err(EditProblem::OutOfRange(limits))
    }
}

fn check_kind(kind: &SplitKind) -> Check {
    if kind.is_sound() {
        Ok(())
    } else {
        Err(EditProblem::BadCrossovers)
    }
}

fn check_item(item: &Item) -> Check {
    match item {
        Item::Slot(slot) => {
            check_value(&MIX, slot.mix_percent)?;
            check_value(&INPUT_GAIN, slot.input_gain_db)?;
            check_value(&OUTPUT_GAIN, slot.output_gain_db)?;
            check_value(&TRANSPOSE, slot.midi.transpose.into())?;
            check_value(&OUTPUT, slot.output.into())?;
            check_mappings(&slot.mappings.list, Holder::Slot)
        }
        Item::Split(split) => {
            check_kind(&split.kind)?;
            let count = split.chains.len();
            // A document may have a parallel split without chains; taken out, it must go back in.
            let needed = split.kind.chain_count().unwrap_or(count);
            if count != needed {
                return Err(EditProblem::WrongChainCount { needed, count });
            }
            split.chains.iter().try_for_each(check_chain)
        }
        Item::Unknown(_) => Ok(()),
    }
}

fn check_chain(chain: &SplitChain) -> Check {
    check_value(&CHAIN_GAIN, chain.gain_db)?;
    check_value(&PAN, chain.pan)?;
    check_mappings(&chain.mappings.list, Holder::Chain)?;
    chain.chain.0.iter().try_for_each(check_item)
}

/// Whether the chains from this one on can go.
fn check_empty(chains: &[SplitChain], from: usize) -> Check {
    let mut beyond = chains.iter().enumerate().skip(from);
    match beyond.find(|(_, chain)| !chain.chain.0.is_empty()) {
        Some((at, chain)) => Err(EditProblem::ChainsInTheWay {
            chain: chain.id,
            at,
        }),
        None => Ok(()),
    }
}

fn check_mappings(mappings: &[Mapping], bearer: Holder) -> Check {
    for mapping in mappings {
        check_value(&RANGE_START, mapping.range.from)?;
        check_value(&RANGE_END, mapping.range.to)?;
        check_value(&CURVE, mapping.range.curve)?;
        let fits = match &mapping.target {
            Target::Parameter(_) => bearer == Holder::Slot,
            Target::Control(control) => control.is_of(bearer),
        };
        if !fits {
            return Err(EditProblem::NothingToMove);
        }
    }
    Ok(())
}
