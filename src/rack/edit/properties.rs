//! Whatever is done to whatever rack: it stays one.

use proptest::prelude::*;

use super::*;
use crate::rack::arbitrary::{
    any_chain, any_chain_mappings, any_channels, any_host_id, any_item, any_kind, any_label,
    any_midi, any_midi_control, any_plugin, any_rack, any_slot_mappings, any_value,
};
use crate::rack::limits::{CHAIN_GAIN, INPUT_GAIN, Limits, MIX, OUTPUT_GAIN, PAN};
use crate::rack::{Labels, MAX_DEPTH, Slot};
use crate::state::{parse, to_text};

/// An edit that names things by their number among those that are there, or names strangers.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
enum Wish {
    Insert(Target, usize, Item),
    InsertAgain(Target),
    Remove(Target),
    Move(Target, Target, usize),
    Replace(Target, PluginReference),
    Slot(Target, bool, [f32; 3], SlotChannels, u8),
    Wrap(Target, SplitKind),
    Unwrap(Target),
    SetKind(Target, SplitKind),
    InsertChain(Target, usize, SplitChain),
    RemoveChain(Target),
    Chain(Target, [f32; 2], bool, bool),
    Name(Target, Option<String>),
    MapSlot(Target, Vec<Mapping>),
    MapChain(Target, Vec<Mapping>),
    Host(HostId, Option<String>, Option<MidiControl>),
    Source(Target, Target, u8),
    Midi(Target, SlotMidi),
    Output(Target, u8),
    Label(Target, Option<String>, bool),
    Rack(bool, f32, bool),
    MinSplit(u32),
}

/// One of those that are there, if it is one.
#[derive(Clone, Copy, Debug)]
struct Target(usize);

const STRANGER: u32 = 1_000_000;

impl Target {
    fn among(self, ids: &[u32]) -> u32 {
        match ids.len() {
            0 => STRANGER,
            _ if self.0.is_multiple_of(11) => STRANGER,
            length => ids[self.0 % length],
        }
    }

    fn slot(self, rack: &Rack) -> SlotId {
        let ids: Vec<u32> = rack.slots().map(|slot| slot.id.0).collect();
        SlotId(self.among(&ids))
    }

    fn split(self, rack: &Rack) -> SplitId {
        let ids: Vec<u32> = rack.splits().map(|split| split.id.0).collect();
        SplitId(self.among(&ids))
    }

    fn chain(self, rack: &Rack) -> ChainId {
        let ids: Vec<u32> = rack.chains().map(|(id, _)| id.0).collect();
        ChainId(self.among(&ids))
    }

    fn item(self, rack: &Rack) -> ItemId {
        match self.0 % 2 {
            0 => Self(self.0 / 2).slot(rack).into(),
            _ => Self(self.0 / 2).split(rack).into(),
        }
    }
}

fn place(chain: ChainId, at: usize, rack: &Rack) -> Place {
    // One place more than there can be.
    let length = rack.chain(chain).map_or(0, |chain| chain.0.len());
    let at = at % (length + 2);
    Place { chain, at }
}

impl Wish {
    fn edit(self, rack: &Rack) -> Edit {
        match self {
            Self::Insert(target, at, item) => {
                let place = place(target.chain(rack), at, rack);
                Edit::Insert { place, item }
            }
            Self::InsertAgain(target) => {
                let slot = Item::Slot(Slot::new("A".into()));
                let item = rack.item(target.item(rack)).cloned().unwrap_or(slot);
                let place = place(ChainId::ROOT, 0, rack);
                Edit::Insert { place, item }
            }
            Self::Remove(target) => Edit::Remove {
                item: target.item(rack),
            },
            Self::Move(target, to, at) => Edit::Move {
                item: target.item(rack),
                to: place(to.chain(rack), at, rack),
            },
            Self::Replace(target, plugin) => Edit::Replace {
                slot: target.slot(rack),
                plugin,
                state: None,
            },
            Self::Slot(target, bypass, [percent, input_db, output_db], channels, which) => {
                let slot = target.slot(rack);
                match which % 4 {
                    0 => Edit::SetBypass { slot, bypass },
                    1 => Edit::SetMix { slot, percent },
                    2 => Edit::SetChannels { slot, channels },
                    _ => Edit::SetGains {
                        slot,
                        input_db,
                        output_db,
                    },
                }
            }
            Self::Wrap(target, kind) => Edit::Wrap {
                item: target.item(rack),
                kind,
            },
            Self::Unwrap(target) => Edit::Unwrap {
                split: target.split(rack),
            },
            Self::SetKind(target, kind) => Edit::SetKind {
                split: target.split(rack),
                kind,
            },
            Self::InsertChain(target, at, chain) => Edit::InsertChain {
                split: target.split(rack),
                at,
                chain,
            },
            Self::RemoveChain(target) => Edit::RemoveChain {
                chain: target.chain(rack),
            },
            Self::Chain(target, [gain_db, pan], mute, solo) => Edit::SetChain {
                chain: target.chain(rack),
                gain_db,
                pan,
                mute,
                solo,
            },
            Self::Name(target, name) => Edit::NameChain {
                chain: target.chain(rack),
                name,
            },
            Self::MapSlot(target, mappings) => Edit::MapSlot {
                slot: target.slot(rack),
                mappings,
            },
            Self::MapChain(target, mappings) => Edit::MapChain {
                chain: target.chain(rack),
                mappings,
            },
            Self::Host(host, name, midi) => Edit::SetHostParameter { host, name, midi },
            Self::Source(target, source, which) => {
                let slot = target.slot(rack);
                let source_of = |which| match which {
                    0 => Source::Host,
                    1 => Source::None,
                    2 | 3 => Source::Slot(source.slot(rack)),
                    _ => Source::Chain(source.chain(rack)),
                };
                let source = source_of(which % 6);
                if which.is_multiple_of(2) {
                    Edit::SetSidechain { slot, source }
                } else {
                    Edit::SetMidiSource { slot, source }
                }
            }
            Self::Midi(target, midi) => Edit::SetMidi {
                slot: target.slot(rack),
                midi,
            },
            Self::Output(target, bus) => Edit::SetOutput {
                slot: target.slot(rack),
                bus,
            },
            Self::Label(target, label, true) => Edit::SetLabel {
                bearer: Bearer::Slot(target.slot(rack)),
                label,
            },
            Self::Label(target, label, false) => Edit::SetLabel {
                bearer: Bearer::Chain(target.chain(rack)),
                label,
            },
            Self::MinSplit(frames) => Edit::SetMinSplit(frames),
            Self::Rack(all_cores, _, true) => Edit::SetAllCores(all_cores),
            Self::Rack(_, dbfs, false) => Edit::SetRunawayLimit(dbfs),
        }
    }
}

/// What a setting can be, and now and then what it cannot.
fn any_number(limits: &'static Limits) -> impl Strategy<Value = f32> + Clone {
    prop_oneof![
        6 => any_value(limits),
        1 => any::<f32>(),
        1 => prop::sample::select(vec![f32::NAN, f32::INFINITY, 1e30, -1e30]),
    ]
}

fn any_kind_or_nonsense() -> impl Strategy<Value = SplitKind> {
    let crossovers = prop::collection::vec(any_number(&CROSSOVER), 0..6);
    prop_oneof![
        6 => any_kind(),
        1 => crossovers.prop_map(|crossovers_hz| SplitKind::Bands { crossovers_hz }),
    ]
}

fn any_wish() -> impl Strategy<Value = Wish> {
    use Wish::*;
    let target = || any::<usize>().prop_map(Target);
    let flag = any::<bool>;
    let slot_numbers = (
        any_number(&MIX),
        any_number(&INPUT_GAIN),
        any_number(&OUTPUT_GAIN),
    )
        .prop_map(|(mix, input, output)| [mix, input, output]);
    let chain_numbers =
        (any_number(&CHAIN_GAIN), any_number(&PAN)).prop_map(|(gain, pan)| [gain, pan]);
    prop_oneof![
        3 => (target(), any::<usize>(), any_item()).prop_map(|(t, at, item)| Insert(t, at, item)),
        1 => target().prop_map(InsertAgain),
        2 => target().prop_map(Remove),
        4 => (target(), target(), any::<usize>()).prop_map(|(t, to, at)| Move(t, to, at)),
        1 => (target(), any_plugin()).prop_map(|(t, plugin)| Replace(t, plugin)),
        2 => (target(), flag(), slot_numbers, any_channels(), any::<u8>())
            .prop_map(|(t, bypass, numbers, channels, which)| {
                Slot(t, bypass, numbers, channels, which)
            }),
        3 => (target(), target(), any::<u8>()).prop_map(|(t, s, which)| Source(t, s, which)),
        1 => (target(), any_midi()).prop_map(|(t, midi)| Midi(t, midi)),
        1 => (target(), 0..18_u8).prop_map(|(t, bus)| Output(t, bus)),
        2 => (target(), prop::option::of(any_label()), flag())
            .prop_map(|(t, label, slot)| Label(t, label, slot)),
        1 => (0..600_u32).prop_map(MinSplit),
        3 => (target(), any_kind_or_nonsense()).prop_map(|(t, kind)| Wrap(t, kind)),
        2 => target().prop_map(Unwrap),
        2 => (target(), any_kind_or_nonsense()).prop_map(|(t, kind)| SetKind(t, kind)),
        2 => (target(), 0_usize..4, any_chain()).prop_map(|(t, at, chain)| InsertChain(t, at, chain)),
        1 => target().prop_map(RemoveChain),
        1 => (target(), chain_numbers, flag(), flag())
            .prop_map(|(t, numbers, mute, solo)| Chain(t, numbers, mute, solo)),
        1 => (target(), prop::option::of(".{0,4}")).prop_map(|(t, name)| Name(t, name)),
        1 => (target(), any_slot_mappings()).prop_map(|(t, mappings)| MapSlot(t, mappings)),
        1 => (target(), any_chain_mappings()).prop_map(|(t, mappings)| MapChain(t, mappings)),
        1 => (any_host_id(), prop::option::of(".{0,4}"), prop::option::of(any_midi_control()))
            .prop_map(|(host, name, midi)| Host(host, name, midi)),
        1 => (flag(), any_number(&RUNAWAY_LIMIT), flag())
            .prop_map(|(all_cores, dbfs, which)| Rack(all_cores, dbfs, which)),
    ]
}

fn check_sound(rack: &Rack) -> Result<(), TestCaseError> {
    let mut ids: Vec<u32> = rack.slots().map(|slot| slot.id.0).collect();
    ids.extend(rack.splits().map(|split| split.id.0));
    ids.extend(rack.chains().map(|(id, _)| id.0));
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    prop_assert_eq!(ids.len(), all, "an id is there twice");
    prop_assert_eq!(ids[0], 0, "only the rack's own chain has no number");
    prop_assert!(ids.last() < Some(&rack.clone().new_slot("A".into()).id.0));

    for split in rack.splits() {
        let count = split.chains.len();
        prop_assert!(count > 0, "a split without chains");
        prop_assert_eq!(split.kind.chain_count().unwrap_or(count), count);
        prop_assert!(split.kind.is_sound());
        for chain in &split.chains {
            prop_assert!(CHAIN_GAIN.hold(chain.gain_db) && PAN.hold(chain.pan));
            prop_assert_eq!(rack.split_chain(chain.id), Some(chain));
            prop_assert_eq!(rack.split_of(chain.id), Some(split));
        }
    }
    let mut labels: Vec<&str> = rack.bearers().map(|(_, label)| label).collect();
    let count = labels.len();
    labels.sort_unstable();
    labels.dedup();
    prop_assert_eq!(labels.len(), count, "a label has two bearers");
    prop_assert!(!labels.iter().any(|label| ["host", "none"].contains(label)));
    prop_assert!((1..=512).contains(&rack.min_split_frames));
    for slot in rack.slots() {
        prop_assert!(slot.output <= 15);
        prop_assert!(MIX.hold(slot.mix_percent));
        prop_assert!(INPUT_GAIN.hold(slot.input_gain_db) && OUTPUT_GAIN.hold(slot.output_gain_db));
        let Place { chain, at } = rack.place(slot.id).unwrap();
        prop_assert_eq!(rack.chain(chain).unwrap().0[at].as_slot(), Some(slot));
    }
    let inside = rack.chain.0.iter().map(Item::depth);
    prop_assert!(inside.max().unwrap_or(0) <= MAX_DEPTH);
    Ok(())
}

fn check_saving(rack: &Rack) -> Result<(), TestCaseError> {
    let text = to_text(rack);
    let loaded = parse(&text).unwrap();
    prop_assert_eq!(to_text(&loaded.rack), text);
    prop_assert_eq!(loaded.rack.without_ids(), rack.without_ids());
    Ok(())
}

proptest! {
    #[test]
    fn whatever_is_done_to_a_rack_it_stays_sound_and_can_be_saved(
        mut rack in any_rack(),
        wishes in prop::collection::vec(any_wish(), 1..20),
    ) {
        check_sound(&rack)?;
        for wish in wishes {
            let edit = wish.edit(&rack);
            let before = rack.clone();
            if let Err(error) = rack.apply(edit.clone()) {
                prop_assert_eq!(&rack, &before);
                // Compared as text: NaN is not equal to itself.
                prop_assert_eq!(format!("{:?}", error.edit), format!("{edit:?}"));
                prop_assert!(!error.to_string().is_empty());
            } else if !edit.changes_structure() {
                let ids = |rack: &Rack| rack.chain.items().map(Item::id).collect::<Vec<_>>();
                prop_assert_eq!(ids(&rack), ids(&before));
            }
            check_sound(&rack)?;
        }
        check_saving(&rack)?;
    }

    #[test]
    fn who_listens_to_somebody_hears_them_by_whatever_label(
        mut rack in any_rack(),
        (slot, source) in (any::<usize>(), any::<usize>()),
        is_chain in any::<bool>(),
        label in any_label(),
    ) {
        let slot = Target(slot).slot(&rack);
        let (source, bearer) = if is_chain {
            let chain = Target(source).chain(&rack);
            (Source::Chain(chain), Bearer::Chain(chain))
        } else {
            let slot = Target(source).slot(&rack);
            (Source::Slot(slot), Bearer::Slot(slot))
        };
        prop_assume!(rack.apply(Edit::SetSidechain { slot, source }).is_ok());
        let heard = |rack: &Rack| Labels::of(rack).routing(rack.slot(slot).unwrap()).sidechain;
        prop_assert_eq!(heard(&rack), source);
        let renamed = rack.apply(Edit::SetLabel { bearer, label: Some(label) });
        prop_assert_eq!(heard(&rack), source, "{:?}", renamed);
        rack.apply(Edit::SetLabel { bearer, label: None }).unwrap();
        prop_assert_eq!(heard(&rack), Source::None);
        rack.apply(Edit::SetSidechain { slot, source: Source::Host }).unwrap();
        prop_assert_eq!(heard(&rack), Source::Host);
    }

    #[test]
    fn what_was_taken_out_goes_back_in_as_it_was(rack in any_rack(), which in any::<usize>()) {
        let ids: Vec<ItemId> = rack.chain.items().filter_map(Item::id).collect();
        prop_assume!(!ids.is_empty());
        let item = ids[which % ids.len()];
        let place = rack.place(item).unwrap();
        let taken = rack.item(item).unwrap().clone();
        let mut edited = rack.clone();
        edited.apply(Edit::Remove { item }).unwrap();
        prop_assert!(edited.item(item).is_none());
        edited.apply(Edit::Insert { place, item: taken }).unwrap();
        prop_assert_eq!(edited, rack);
    }

    #[test]
    fn what_was_wrapped_is_unwrapped_as_it_was(
        rack in any_rack(),
        kind in any_kind(),
        which in any::<usize>(),
    ) {
        let ids: Vec<ItemId> = rack.chain.items().filter_map(Item::id).collect();
        prop_assume!(!ids.is_empty());
        let item = ids[which % ids.len()];
        let mut edited = rack.clone();
        edited.apply(Edit::Wrap { item, kind }).unwrap();
        let split = edited.split_of(edited.place(item).unwrap().chain).unwrap().id;
        edited.apply(Edit::Unwrap { split }).unwrap();
        prop_assert_eq!(edited.without_ids(), rack.without_ids());
    }
}
