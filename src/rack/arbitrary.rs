//! Racks made up by chance, for tests of what must hold for all of them.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::edit::Edit;
use super::limits::{
    CHAIN_GAIN, CURVE, INPUT_GAIN, Limits, MAX_AUX_BUSES, MIN_SPLIT, MIX, OUTPUT_GAIN, PAN,
    RANGE_END, RANGE_START, RUNAWAY_LIMIT,
};
use super::mapping::{Control, Holder, Mapping, Mappings, ParameterName, Range, Target};
use super::*;

/// Some JSON, with fields that mean something in a rack here and there.
pub(crate) fn any_json() -> impl Strategy<Value = Value> + Clone {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["parallel", "left_right", "bands", "mid", "A"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![
            "[a-z]{1,3}",
            prop::sample::select(vec![
                "plugin",
                "chain",
                "state",
                "bypass",
                "name",
                "version",
                "split",
                "chains",
                "crossovers_hz",
                "gain_db",
                "solo",
                "channels",
                "mix_percent",
                "all_cores",
                "host_parameters",
                "mappings",
                "p001",
                "midi",
                "runaway_limit_dbfs",
                "label",
                "sidechain",
                "midi",
                "from",
                "output",
            ])
            .prop_map(str::to_owned),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Fields that mean nothing in a rack.
fn any_unknown() -> impl Strategy<Value = Map<String, Value>> + Clone {
    let fields = prop::collection::vec(("x[a-z]{0,3}", any_json()), 0..2);
    prop_oneof![
        3 => Just(Map::new()),
        1 => fields.prop_map(|fields| fields.into_iter().collect()),
    ]
}

/// Something that stands in a chain and is no item.
fn any_unknown_item() -> impl Strategy<Value = Item> + Clone {
    let value = any_json().prop_filter("no item", |value| Item::mistake(value, 0).is_some());
    value.prop_map(Item::Unknown)
}

/// What a setting can be; often its default, and often at its end.
pub(crate) fn any_value(limits: &'static Limits) -> impl Strategy<Value = f32> + Clone {
    prop_oneof![
        2 => Just(limits.default),
        1 => Just(limits.low),
        1 => Just(limits.high),
        2 => limits.low..limits.high,
    ]
}

pub(crate) fn any_plugin() -> impl Strategy<Value = PluginReference> + Clone {
    let field = || prop::option::of(".{0,6}");
    let format = prop_oneof![
        prop::sample::select(vec!["VST3", "LV2", "LADSPA", "AudioUnit", "CLAP"])
            .prop_map(str::to_owned),
        "[A-Z]{7}",
    ];
    let name = prop_oneof!["(VST3|lv2|AU|x)?[: ]{0,2}.{0,6}", ".{0,6}"];
    let more = (field(), field(), field(), field(), any_unknown());
    (name, prop::option::of(format), prop::option::of(more)).prop_map(|(name, format, more)| {
        let (id, file, vendor, version, unknown) = more.unwrap_or_default();
        PluginReference {
            name,
            format,
            id,
            file,
            vendor,
            version,
            unknown,
        }
    })
}

/// A slot without an id.
pub(crate) fn any_slot() -> impl Strategy<Value = Slot> + Clone {
    let state = prop::option::of(prop::collection::vec(any::<u8>(), 0..100));
    (
        any_plugin(),
        any::<bool>(),
        any_value(&MIX),
        (any_value(&INPUT_GAIN), any_value(&OUTPUT_GAIN)),
        any_channels(),
        (state, any_mappings(any_target())),
        any_unknown(),
        any_routing(),
    )
        .prop_map(
            |(plugin, bypass, mix, gains, channels, kept, unknown, routing)| {
                let (state, mappings) = kept;
                let mut slot = Slot::new(plugin);
                (slot.label, slot.sidechain, slot.midi, slot.output) = routing;
                slot.bypass = bypass;
                slot.mix_percent = mix;
                (slot.input_gain_db, slot.output_gain_db) = gains;
                slot.channels = channels;
                slot.mappings = Mappings::new(mappings);
                slot.state = state.map(ChildState::from);
                slot.unknown = unknown;
                slot
            },
        )
}

/// A label, one of few, so that there are second bearers.
pub(crate) fn any_label() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        3 => prop::sample::select(vec!["Kick", "Bass", "Kick 2", "none", "host", ""])
            .prop_map(str::to_owned),
        1 => ".{0,6}",
    ]
}

pub(crate) fn any_midi() -> impl Strategy<Value = SlotMidi> + Clone {
    let from = prop_oneof![
        3 => Just(MidiSource::Host),
        1 => Just(MidiSource::None),
        1 => any_label().prop_map(MidiSource::From).prop_filter("a word", |source| {
            !matches!(source, MidiSource::From(label) if label == "host" || label == "none")
        }),
    ];
    let channels = prop_oneof![2 => Just(u16::MAX), 1 => any::<u16>()];
    let rest = (-127_i8..=127, any::<bool>(), any_unknown());
    let midi =
        (channels, from, rest).prop_map(|(channels, from, (transpose, mpe, unknown))| SlotMidi {
            channels,
            transpose,
            from,
            mpe,
            unknown,
        });
    prop_oneof![2 => Just(SlotMidi::default()), 1 => midi]
}

/// A slot's label, sidechain, MIDI and output.
fn any_routing() -> impl Strategy<Value = (Option<String>, Sidechain, SlotMidi, u8)> + Clone {
    let sidechain = prop_oneof![
        3 => Just(Sidechain::Host),
        1 => Just(Sidechain::None),
        2 => any_label().prop_map(Sidechain::From),
    ];
    let output = prop_oneof![2 => Just(0), 1 => 0..=MAX_AUX_BUSES as u8];
    (prop::option::of(any_label()), sidechain, any_midi(), output)
}

pub(crate) fn any_channels() -> impl Strategy<Value = SlotChannels> + Clone {
    prop::sample::select(vec![
        SlotChannels::All,
        SlotChannels::Left,
        SlotChannels::Right,
        SlotChannels::Mid,
        SlotChannels::Side,
    ])
}

pub(crate) fn any_kind() -> impl Strategy<Value = SplitKind> + Clone {
    let crossovers = prop::collection::btree_set(10_u32..=20_000, 1..=4);
    prop_oneof![
        3 => Just(SplitKind::Parallel),
        1 => Just(SplitKind::LeftRight),
        1 => Just(SplitKind::MidSide),
        2 => crossovers.prop_map(|hz| SplitKind::Bands {
            crossovers_hz: hz.into_iter().map(|hz| hz as f32).collect(),
        }),
    ]
}

fn any_control(bearer: Holder) -> impl Strategy<Value = Target> + Clone {
    use Control::{Bypass, ChainGain, InputGain, Mix, Mute, OutputGain, Pan};
    let all = [Bypass, Mix, InputGain, OutputGain, ChainGain, Pan, Mute];
    let of_bearer: Vec<Control> = (all.into_iter())
        .filter(|control| control.is_of(bearer))
        .collect();
    prop::sample::select(of_bearer).prop_map(Target::Control)
}

/// What a slot's mapping can move.
fn any_target() -> impl Strategy<Value = Target> + Clone {
    let text = || prop::option::of(".{0,6}");
    let parameter = (".{0,6}", text(), text()).prop_map(|(name, id, unit)| {
        let name = ParameterName { name, id, unit };
        Target::Parameter(name)
    });
    prop_oneof![parameter, any_control(Holder::Slot)]
}

pub(crate) fn any_host_id() -> impl Strategy<Value = HostId> + Clone {
    (0..HOST_PARAMETERS).prop_map(|number| HostId::new(number).expect("below the end"))
}

pub(crate) fn any_midi_control() -> impl Strategy<Value = MidiControl> + Clone {
    let message = prop_oneof![
        (0_u8..128).prop_map(MidiMessage::Controller),
        (0_u8..32).prop_map(MidiMessage::FineController),
        Just(MidiMessage::PitchBend),
        Just(MidiMessage::Pressure),
        Just(MidiMessage::Program),
    ];
    (prop::option::of(0_u8..16), message)
        .prop_map(|(channel, message)| MidiControl { channel, message })
}

fn any_host_settings() -> impl Strategy<Value = HostSettings> + Clone {
    (
        prop::option::of(".{0,6}"),
        prop::option::of(0.0..=1.0),
        any::<bool>(),
        prop::option::of(any_midi_control()),
        any_unknown(),
    )
        .prop_map(|(name, value, ahead, midi, unknown)| HostSettings {
            name,
            value,
            ahead,
            midi,
            unknown,
        })
}

pub(crate) fn any_slot_mappings() -> impl Strategy<Value = Vec<Mapping>> + Clone {
    any_mappings(any_target())
}

pub(crate) fn any_chain_mappings() -> impl Strategy<Value = Vec<Mapping>> + Clone {
    any_mappings(any_control(Holder::Chain))
}

fn any_mappings(
    target: impl Strategy<Value = Target> + Clone,
) -> impl Strategy<Value = Vec<Mapping>> + Clone {
    let range = (
        any_value(&RANGE_START),
        any_value(&RANGE_END),
        any_value(&CURVE),
    );
    let mapping = (any_host_id(), target, range, any_unknown()).prop_map(
        |(host, target, (from, to, curve), unknown)| Mapping {
            host,
            target,
            range: Range { from, to, curve },
            unknown,
        },
    );
    prop_oneof![
        2 => Just(Vec::new()),
        1 => prop::collection::vec(mapping, 0..3),
    ]
}

/// A split's chain without an id, with these items.
fn any_chain_of(
    items: impl Strategy<Value = Vec<Item>> + Clone,
) -> impl Strategy<Value = SplitChain> + Clone {
    (
        prop::option::of(".{0,8}"),
        any_value(&CHAIN_GAIN),
        any_value(&PAN),
        (any::<bool>(), any::<bool>()),
        items,
        any_mappings(any_control(Holder::Chain)),
        any_unknown(),
        prop::option::of(any_label()),
    )
        .prop_map(
            |(name, gain_db, pan, (mute, solo), items, mappings, unknown, label)| SplitChain {
                id: ChainId::NONE,
                name,
                label,
                gain_db,
                pan,
                mute,
                solo,
                mappings: Mappings::new(mappings),
                chain: Chain(items),
                unknown,
            },
        )
}

/// A split's chain without an id.
pub(crate) fn any_chain() -> impl Strategy<Value = SplitChain> + Clone {
    any_chain_of(prop::collection::vec(any_item(), 0..3))
}

/// An item without ids: a slot, something unknown, or splits within splits.
pub(crate) fn any_item() -> impl Strategy<Value = Item> + Clone {
    let leaf = prop_oneof![
        6 => any_slot().prop_map(Item::Slot),
        1 => any_unknown_item(),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let chain = any_chain_of(prop::collection::vec(inner, 0..3));
        let chains = prop::collection::vec(chain, 5);
        let split = (any_kind(), 1_usize..5, chains, any_unknown());
        split.prop_map(|(kind, count, mut chains, unknown)| {
            chains.truncate(kind.chain_count().unwrap_or(count));
            Item::Split(Split {
                id: SplitId::NONE,
                kind,
                chains,
                unknown,
            })
        })
    })
}

/// A rack with a few items, all with ids.
pub(crate) fn any_rack() -> impl Strategy<Value = Rack> {
    (
        prop::option::of(".{0,8}"),
        any::<bool>(),
        (any_value(&RUNAWAY_LIMIT), any_value(&MIN_SPLIT)),
        prop::collection::vec(any_item(), 0..4),
        prop::collection::vec((any_host_id(), any_host_settings()), 0..3),
        any_unknown(),
    )
        .prop_map(
            |(name, all_cores, (limit, min_split), items, hosts, unknown)| {
                let mut rack = Rack::new();
                rack.min_split_frames = min_split as u32;
                rack.name = name;
                rack.all_cores = all_cores;
                rack.runaway_limit_dbfs = limit;
                rack.unknown = unknown;
                for (host, settings) in hosts {
                    rack.host_parameters.change(host, |kept| *kept = settings);
                }
                for (at, item) in items.into_iter().enumerate() {
                    let chain = ChainId::ROOT;
                    let place = Place { chain, at };
                    rack.apply(Edit::Insert { place, item }).unwrap();
                }
                rack
            },
        )
}
