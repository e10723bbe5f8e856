//! Finding one's way in a rack, and racks that are not as they should be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use super::*;

fn rack(document: Value) -> Rack {
    serde_json::from_value(document).unwrap()
}

/// A, [B | C, [D | ]], 7, E.
fn nested() -> Rack {
    rack(json!({"chain": [
        {"plugin": "A"},
        {"split": "parallel", "chains": [
            [{"plugin": "B"}],
            [{"plugin": "C"}, {"split": "mid_side", "chains": [[{"plugin": "D"}], []]}],
        ]},
        7,
        {"plugin": "E"},
    ]}))
}

#[test]
fn everything_in_a_loaded_rack_has_an_id_of_its_own_in_the_order_of_the_document() {
    let mut rack = nested();
    let slots: Vec<u32> = rack.slots().map(|slot| slot.id.0).collect();
    let splits: Vec<u32> = rack.splits().map(|split| split.id.0).collect();
    let chains: Vec<u32> = rack.chains().map(|(id, _)| id.0).collect();
    assert_eq!(slots, [1, 4, 6, 9, 11]);
    assert_eq!(splits, [2, 7]);
    assert_eq!(chains, [0, 3, 5, 8, 10]);
    assert_eq!(rack.new_slot("F".into()).id, SlotId(12));
    assert_eq!(rack.new_split(SplitKind::Parallel).id, SplitId(13));
}

#[test]
fn every_slot_is_met_in_the_order_of_the_document_however_deep() {
    let mut rack = nested();
    for slot in rack.slots_mut() {
        slot.plugin.name.push('!');
    }
    let names: Vec<&str> = rack.slots().map(|slot| slot.plugin.name.as_str()).collect();
    assert_eq!(names, ["A!", "B!", "C!", "D!", "E!"]);
}

#[test]
fn what_is_asked_for_by_its_id_is_found_however_deep_and_a_stranger_is_not() {
    let mut rack = nested();
    assert_eq!(rack.slot(SlotId(9)).unwrap().plugin.name, "D");
    assert_eq!(rack.slot_mut(SlotId(9)).unwrap().plugin.name, "D");
    assert_eq!(rack.split(SplitId(7)).unwrap().kind, SplitKind::MidSide);
    assert_eq!(rack.split_mut(SplitId(7)).unwrap().kind, SplitKind::MidSide);
    assert_eq!(rack.chain(ChainId(8)).unwrap().0.len(), 1);
    assert_eq!(rack.chain_mut(ChainId(8)).unwrap().0.len(), 1);
    assert_eq!(rack.chain(ChainId::ROOT), Some(&rack.chain));
    assert_eq!(rack.split_of(ChainId(8)).unwrap().id, SplitId(7));
    assert_eq!(rack.item(SplitId(7)).unwrap().depth(), 1);
    assert_eq!(rack.depth_of(ChainId(8)), Some(2));
    let (chain, at) = (ChainId(5), 1);
    assert_eq!(rack.place(SplitId(7)), Some(Place { chain, at }));

    // An id is of one kind: 7 is a split, and no slot and no chain.
    assert!(rack.slot(SlotId(7)).is_none() && rack.slot_mut(SlotId(0)).is_none());
    assert!(rack.split(SplitId(9)).is_none() && rack.split_mut(SplitId(99)).is_none());
    assert!(rack.chain(ChainId(7)).is_none() && rack.depth_of(ChainId(7)).is_none());
    assert!(rack.split_chain(ChainId::ROOT).is_none());
    assert!(rack.split_of(ChainId::ROOT).is_none());
    assert!(rack.place(SlotId(7)).is_none() && rack.place(SlotId::NONE).is_none());
}

#[test]
fn a_place_is_told_as_the_musician_counts() {
    let rack = nested();
    for (slot, words) in [
        (1, "place 1"),
        (4, "chain 1 of the split at place 2, place 1"),
        (
            9,
            "chain 2 of the split at place 2, chain 1 of the split at place 2, place 1",
        ),
        (11, "place 4"),
    ] {
        assert_eq!(rack.in_words(rack.place(SlotId(slot)).unwrap()), words);
    }
}

#[test]
fn what_is_not_understood_costs_its_own_place_and_nothing_else() {
    let text = r#"{"version":1,"chain":[{"split":[[],[]]},7,{"plugin":5},{"plugin":"A","bypass":"no"},{"plugin":"B"},{"split":"parallel","chains":[{"chain":[null,{"plugin":"C"},{"plugins":"D"}]}]}]}"#;
    let rack: Rack = serde_json::from_str(text).unwrap();
    assert_eq!(rack.slots().count(), 2);
    assert_eq!(serde_json::to_string(&rack).unwrap(), text);
}

#[test]
fn a_chain_is_heard_as_mute_and_solo_in_its_own_split_have_it() {
    let heard = |chains: [(bool, bool); 3]| {
        let mut split = Split::new(SplitKind::Parallel);
        split.chains = chains
            .map(|(mute, solo)| SplitChain {
                mute,
                solo,
                ..SplitChain::default()
            })
            .to_vec();
        let chains = split.chains.iter();
        chains
            .map(|chain| chain.is_heard(&split))
            .collect::<Vec<_>>()
    };
    let (on, mute, solo, both) = ((false, false), (true, false), (false, true), (true, true));
    assert_eq!(heard([on, on, on]), [true, true, true]);
    assert_eq!(heard([on, mute, on]), [true, false, true]);
    assert_eq!(heard([on, solo, mute]), [false, true, false]);
    assert_eq!(heard([solo, solo, on]), [true, true, false]);
    // Soloed and muted: the others are not heard, and it is not either.
    assert_eq!(heard([both, on, on]), [false, false, false]);
}

#[test]
fn a_new_split_has_the_chains_that_its_kind_needs() {
    let crossovers_hz = vec![100.0, 1000.0, 5000.0, 9000.0];
    for (kind, count) in [
        (SplitKind::Parallel, 1),
        (SplitKind::LeftRight, 2),
        (SplitKind::MidSide, 2),
        (SplitKind::Bands { crossovers_hz }, 5),
    ] {
        assert_eq!(Split::new(kind).chains.len(), count);
    }
}

#[test]
fn the_memory_that_states_may_take_is_counted_through_all_splits() {
    let slot = {
        let mut slot = Slot::new("A".into());
        slot.state = Some(vec![7; 1000].into());
        serde_json::to_value(slot).unwrap()
    };
    let document = json!({"version": 1, "chain": [
        slot,
        {"split": "parallel", "chains": [{"chain": [slot]}, {"chain": [
            {"split": "parallel", "chains": [{"chain": [slot]}]},
        ]}]},
    ]});
    let rack = Rack::read(document.as_object().unwrap(), 2999).unwrap();
    let whole: Vec<bool> = (rack.slots())
        .map(|slot| slot.state.as_ref().unwrap().damage().is_none())
        .collect();
    assert_eq!(whole, [true, true, false]);
    assert_eq!(serde_json::to_value(&rack).unwrap(), document);
}

#[test]
fn the_state_bomb_that_would_fill_memory_is_kept_as_text_and_not_unpacked() {
    // 600 MiB of zeros: a few tens of kilobytes, packed.
    let packed = {
        use std::io::Write;
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        let zeros = vec![0; 1 << 20];
        for _ in 0..600 {
            encoder.write_all(&zeros).unwrap();
        }
        encoder.finish().unwrap()
    };
    let text = BASE64.encode(packed);
    let document = json!({"version": 1, "chain": [{"plugin": "A", "state": text}]});
    let rack = rack(document.clone());
    let slot = rack.slots().next().unwrap();
    assert!(slot.state.as_ref().unwrap().damage().is_some());
    assert_eq!(serde_json::to_value(&rack).unwrap(), document);
}

#[test]
fn a_document_broken_from_end_to_end_is_read_in_no_time() {
    // Neither the ids nor the warnings may cost more for each place the longer the rack is.
    let split = json!({"split": "parallel", "chains": [[7], [{"plugin": "A", "state": ""}]]});
    let text = json!({"chain": vec![split; 20_000]}).to_string();
    let began = std::time::Instant::now();
    let loaded = crate::state::parse(&text).unwrap();
    assert_eq!(loaded.warnings.len(), 40_000);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}
