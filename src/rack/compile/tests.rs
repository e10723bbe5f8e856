//! Who waits for whom: sidechains, auxiliary outputs, and chains that hear each other.

use super::*;
use crate::child::Layout;
use crate::rack::{ChainId, Routing, SlotId, SplitKind};

/// A stereo slot with a sidechain.
fn slot(id: u32, latency_samples: u32, routing: Routing) -> SlotShape {
    let layout = Layout {
        main_inputs: 2,
        main_outputs: 2,
        sidechain: 2,
    };
    SlotShape {
        id: SlotId(id),
        children: vec![ChildShape {
            layout,
            latency_samples,
        }],
        routing,
        ..SlotShape::default()
    }
}

fn hears(source: Source) -> Routing {
    Routing {
        sidechain: source,
        ..Routing::default()
    }
}

fn plays_to(output: usize) -> Routing {
    Routing {
        output,
        ..Routing::default()
    }
}

fn split(chains: Vec<(u32, Vec<SlotShape>)>) -> ItemShape {
    let chains = chains.into_iter().map(|(id, slots)| ChainShape {
        id: ChainId(id),
        items: slots.into_iter().map(ItemShape::Slot).collect(),
        present: true,
    });
    ItemShape::Split(SplitShape {
        kind: SplitKind::Parallel,
        chains: chains.collect(),
        present: true,
        crosses: false,
    })
}

fn plan(items: Vec<ItemShape>) -> Plan {
    compile(&RackShape {
        items,
        channels: 2,
        sidechain_channels: 2,
        aux_buses: 2,
        all_cores: true,
    })
}

fn step(plan: &Plan, id: u32) -> &SlotStep {
    let mut steps = plan.steps.iter().filter_map(|step| match step {
        Step::Slot(step) => Some(step),
        Step::Split(_) => None,
    });
    steps.find(|step| step.id == SlotId(id)).unwrap()
}

fn feed(plan: &Plan, id: u32) -> (FeedSource, u32) {
    let feed = step(plan, id).feed.unwrap();
    (feed.source, feed.delay)
}

fn splits(plan: &Plan) -> Vec<&SplitStep> {
    let splits = plan.steps.iter().filter_map(|step| match step {
        Step::Split(step) => Some(step),
        Step::Slot(_) => None,
    });
    splits.collect()
}

#[test]
fn a_sidechain_is_as_late_as_the_audio_that_it_is_heard_with() {
    let host = Routing::default();
    let plan = plan(vec![
        ItemShape::Slot(slot(1, 100, host)),
        ItemShape::Slot(slot(2, 30, host)),
        ItemShape::Slot(slot(3, 0, hears(Source::Slot(SlotId(1))))),
        ItemShape::Slot(slot(4, 0, hears(Source::None))),
    ]);
    assert_eq!(feed(&plan, 1), (FeedSource::Host, 0));
    assert_eq!(feed(&plan, 2), (FeedSource::Host, 100));
    assert_eq!(feed(&plan, 3), (FeedSource::Kept(0), 30));
    assert_eq!(feed(&plan, 4), (FeedSource::Nothing, 0));
    assert_eq!(plan.latency_samples, 130);
}

#[test]
fn what_is_earlier_than_its_source_waits_for_it_and_lags_by_that() {
    let items = |source| {
        vec![
            split(vec![
                (10, vec![slot(1, 500, Routing::default())]),
                (
                    11,
                    vec![slot(2, 20, hears(source)), slot(3, 1, plays_to(0))],
                ),
            ]),
            ItemShape::Slot(slot(4, 0, hears(Source::Chain(ChainId(11))))),
        ]
    };
    for source in [Source::Slot(SlotId(1)), Source::Chain(ChainId(10))] {
        let plan = plan(items(source));
        assert_eq!(feed(&plan, 2), (FeedSource::Kept(0), 0), "{source:?}");
        assert_eq!(step(&plan, 2).entry_delay, 500);
        assert_eq!(step(&plan, 2).latency, 520);
        assert_eq!(feed(&plan, 3), (FeedSource::Host, 520));
        let late_by: Vec<u32> = plan.chains.iter().map(|chain| chain.late_by).collect();
        assert_eq!(late_by, [21, 0]);
        assert_eq!(feed(&plan, 4), (FeedSource::Kept(1), 0));
        assert_eq!(plan.latency_samples, 521);
    }
}

#[test]
fn what_comes_later_is_not_heard_nor_a_slot_by_itself_nor_a_chain_from_within() {
    let plan = plan(vec![
        ItemShape::Slot(slot(1, 0, hears(Source::Slot(SlotId(3))))),
        split(vec![(
            10,
            vec![slot(2, 0, hears(Source::Chain(ChainId(10))))],
        )]),
        ItemShape::Slot(slot(3, 0, hears(Source::Slot(SlotId(3))))),
    ]);
    for id in 1..=3 {
        assert_eq!(feed(&plan, id), (FeedSource::Nothing, 0), "{id}");
    }
}

#[test]
fn chains_run_at_the_same_time_unless_one_hears_another() {
    let midi = |source| Routing {
        midi: source,
        ..Routing::default()
    };
    let before = SlotId(1);
    for (routing, one_by_one) in [
        (hears(Source::Slot(before)), false),
        (midi(Source::Slot(before)), false),
        (hears(Source::Chain(ChainId(11))), false),
        (hears(Source::Slot(SlotId(2))), true),
        (hears(Source::Chain(ChainId(10))), true),
        (midi(Source::Slot(SlotId(2))), true),
    ] {
        let plan = plan(vec![
            ItemShape::Slot(slot(1, 0, Routing::default())),
            split(vec![
                (10, vec![slot(2, 0, Routing::default())]),
                (11, vec![slot(3, 0, routing)]),
            ]),
        ]);
        let split = splits(&plan)[0];
        assert_eq!(split.one_by_one, one_by_one, "{routing:?}");
        assert_eq!(split.forks, !one_by_one, "{routing:?}");
    }
}

#[test]
fn what_is_sent_away_is_as_late_as_the_racks_output_and_stays_where_there_is_no_such_output() {
    let plan = plan(vec![
        ItemShape::Slot(slot(1, 10, plays_to(1))),
        ItemShape::Slot(slot(2, 200, plays_to(2))),
        ItemShape::Slot(slot(3, 3, plays_to(3))),
    ]);
    let sends: Vec<(usize, u32)> = (plan.sends.iter())
        .map(|send| (send.bus, send.late_by))
        .collect();
    assert_eq!(sends, [(0, 203), (1, 3)]);
    assert_eq!(step(&plan, 3).send, None);
    assert_eq!(plan.block_channels(), 6);
}
