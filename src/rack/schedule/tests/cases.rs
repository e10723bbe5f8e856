//! Racks made up by chance, with what is played through them.

use super::*;

fn any_child() -> impl Strategy<Value = FakeSpec> {
    let layout = (0usize..4, 0usize..4, 0usize..3);
    (layout, prop_oneof![Just(0), 1usize..40], -2.0f32..2.0).prop_map(|(layout, latency, gain)| {
        FakeSpec {
            layout: Layout {
                main_inputs: layout.0,
                main_outputs: layout.1,
                sidechain: layout.2,
            },
            latency,
            gain,
        }
    })
}

fn any_children(channels: usize) -> impl Strategy<Value = Vec<FakeSpec>> {
    let nothing = Just(Vec::new());
    let single = any_child().prop_map(|child| vec![child]);
    let linked = prop::collection::vec(any_child(), channels).prop_map(|mut children| {
        let sidechain = children.first().map_or(0, |child| child.layout.sidechain);
        for child in &mut children {
            (child.layout.main_inputs, child.layout.main_outputs) = (1, 1);
            child.layout.sidechain = sidechain;
        }
        children
    });
    let fitting = any_child().prop_map(move |mut child| {
        (child.layout.main_inputs, child.layout.main_outputs) = (channels, channels);
        vec![child]
    });
    prop_oneof![1 => nothing, 4 => single, 2 => linked, 3 => fitting]
}

/// 1 more often than not, so that the short ways are taken too.
fn any_gain() -> impl Strategy<Value = f32> {
    prop_oneof![2 => Just(1.0), 1 => 0.0f32..2.0]
}

fn any_pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        2 => Just(Pick::Host),
        1 => Just(Pick::None),
        4 => any::<usize>().prop_map(Pick::Any),
    ]
}

fn any_listening() -> impl Strategy<Value = Listening> {
    let some = (0_u16..4, -60_i8..60).prop_map(|(channels, transpose)| Listening {
        channels,
        transpose,
        ..Listening::default()
    });
    prop_oneof![2 => Just(Listening::default()), 1 => some]
}

fn any_slot(channels: usize) -> impl Strategy<Value = Item> {
    let side = prop_oneof![
        3 => Just(SlotChannels::All),
        1 => Just(SlotChannels::Left),
        1 => Just(SlotChannels::Right),
        1 => Just(SlotChannels::Mid),
        1 => Just(SlotChannels::Side),
    ];
    let mix = prop_oneof![3 => Just(1.0), 1 => Just(0.0), 1 => 0.0f32..1.0];
    let levels = (mix, any_gain(), any_gain());
    let output = prop_oneof![3 => Just(0), 1 => 1_usize..4];
    let routing = (any_pick(), any_pick(), any_listening(), output);
    let slot = (prop::bool::weighted(0.2), levels, side, routing);
    slot.prop_flat_map(move |(bypass, levels, side, routing)| {
        let at_hand = if side == SlotChannels::All {
            channels
        } else {
            1
        };
        any_children(at_hand).prop_map(move |children| {
            Item::Slot(Slot {
                bypass,
                mix: levels.0,
                input_gain: levels.1,
                output_gain: levels.2,
                channels: side,
                sidechain: routing.0,
                midi: routing.1,
                listening: routing.2,
                output: routing.3,
                children,
            })
        })
    })
}

/// Items of a chain of so many channels, with splits of two channel counts in them.
fn any_items(channels: usize, depth: u32) -> BoxedStrategy<Vec<Item>> {
    let slot = any_slot(channels).boxed();
    let item = if depth == 0 {
        slot
    } else {
        let kind = prop_oneof![
            3 => (0usize..4).prop_map(|chains| (SplitKind::Parallel, chains)),
            1 => Just((SplitKind::LeftRight, 2)),
            1 => Just((SplitKind::MidSide, 2)),
            1 => (1usize..5).prop_map(|crossovers| {
                let hz = [200.0, 800.0, 3000.0, 9000.0];
                let crossovers_hz = hz[..crossovers].to_vec();
                (SplitKind::Bands { crossovers_hz }, crossovers + 1)
            }),
        ];
        let split = kind.prop_flat_map(move |(kind, chains)| {
            let inner = kind.chain_channels(channels);
            let fader = (
                any_gain(),
                prop_oneof![Just(0.0), -1.0f32..1.0],
                prop::bool::weighted(0.8),
            );
            let chain = (any_items(inner, depth - 1), fader).prop_map(|(items, fader)| Chain {
                items,
                gain: fader.0,
                pan: fader.1,
                heard: fader.2,
            });
            prop::collection::vec(chain, chains)
                .prop_map(move |chains| Item::Split(kind.clone(), chains))
        });
        prop_oneof![3 => slot, 2 => split].boxed()
    };
    prop::collection::vec(item, 0..4).boxed()
}

#[derive(Clone, Debug)]
pub struct Case {
    pub items: Vec<Item>,
    pub main: Signal,
    pub sidechain: Signal,
    pub aux_buses: usize,
    pub events: Vec<Event>,
    pub points: Vec<(SlotId, ParameterPoint)>,
    pub blocks: Vec<usize>,
    pub max_frames: usize,
}

impl Case {
    pub fn stage(&self) -> Stage {
        Stage {
            aux_buses: self.aux_buses,
            ..stage(self.main.len(), self.sidechain.len(), self.max_frames)
        }
    }

    /// What the host gives: in its auxiliary outputs there may be anything.
    pub fn block(&self) -> Signal {
        let mut block = self.main.clone();
        let frames = block[0].len();
        block.resize(block.len() + 2 * self.aux_buses, vec![0.7; frames]);
        block
    }

    /// What is heard, and which events come out.
    pub fn play(&self, player: &mut Player) -> (Signal, Vec<Event>) {
        let mut heard = self.block();
        let (blocks, sidechain) = (&self.blocks, &self.sidechain);
        let (events, points) = (&self.events, &self.points);
        let events = run_with_points(player, &mut heard, sidechain, blocks, events, points);
        (heard, events)
    }
}

/// Something that happens in a signal of so many frames, the earlier the more.
fn any_event(frames: usize) -> impl Strategy<Value = Event> {
    let message = (0x80_u8..0xa0, 20_u8..100).prop_map(|(status, key)| [status & 0xf3, key, 9]);
    (0..frames.max(1), message).prop_map(|(offset, message)| Event {
        offset: offset as u32,
        kind: EventKind::Midi(message),
    })
}

fn any_point(frames: usize) -> impl Strategy<Value = (SlotId, ParameterPoint)> {
    (1_u32..12, 0..frames.max(1), 0.0f32..1.0).prop_map(|(slot, offset, value)| {
        let point = ParameterPoint {
            offset: offset as u32,
            index: 0,
            value,
            modulation: 0.0,
        };
        (SlotId(slot), point)
    })
}

pub fn any_case() -> impl Strategy<Value = Case> {
    let blocks = prop::collection::vec(0usize..40, 1..8);
    (1usize..5, 0usize..3, blocks, 1usize..24).prop_flat_map(
        |(channels, sidechain, blocks, max_frames)| {
            let frames = blocks.iter().sum::<usize>();
            let signal = |channels| {
                prop::collection::vec(prop::collection::vec(-1.0f32..1.0, frames), channels)
            };
            let happenings = (
                prop::collection::vec(any_event(frames), 0..4),
                prop::collection::vec(any_point(frames), 0..6),
            );
            let signals = (signal(channels), signal(sidechain));
            (any_items(channels, 2), signals, 0usize..4, happenings).prop_map(
                move |(items, (main, sidechain), aux_buses, (mut events, points))| {
                    events.retain(|event| (event.offset as usize) < frames);
                    events.sort_by_key(|event| event.offset);
                    Case {
                        items,
                        main,
                        sidechain,
                        aux_buses,
                        events,
                        points,
                        blocks: blocks.clone(),
                        max_frames,
                    }
                },
            )
        },
    )
}
