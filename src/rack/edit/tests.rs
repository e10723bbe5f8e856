//! Edits one by one.

mod refusals;
mod routing;

use serde_json::{Value, json};

use super::*;
use crate::rack::Slot;

/// A rack of slots (`"A"`) and parallel splits (`[["A"], []]`).
fn rack(shorthand: Value) -> Rack {
    fn items(list: &Value) -> Value {
        let item = |item: &Value| match item {
            Value::Array(chains) => {
                let chains: Value = chains.iter().map(items).collect();
                json!({"split": "parallel", "chains": chains})
            }
            plugin => json!({"plugin": plugin}),
        };
        list.as_array().unwrap().iter().map(item).collect()
    }
    serde_json::from_value(json!({"chain": items(&shorthand)})).unwrap()
}

/// The shorthand of a rack.
fn shape(rack: &Rack) -> Value {
    fn items(chain: &Chain) -> Value {
        let item = |item: &Item| match item {
            Item::Slot(slot) => Value::from(slot.plugin.name.as_str()),
            Item::Split(split) => (split.chains.iter())
                .map(|chain| items(&chain.chain))
                .collect(),
            Item::Unknown(value) => value.clone(),
        };
        chain.0.iter().map(item).collect()
    }
    items(&rack.chain)
}

fn slot(rack: &Rack, name: &str) -> SlotId {
    let mut slots = rack.slots();
    slots.find(|slot| slot.plugin.name == name).unwrap().id
}

/// The split around a slot.
fn around(rack: &Rack, name: &str) -> SplitId {
    let chain = rack.place(slot(rack, name)).unwrap().chain;
    rack.split_of(chain).unwrap().id
}

fn first_split(rack: &Rack) -> &Split {
    rack.splits().next().unwrap()
}

fn place(chain: ChainId, at: usize) -> Place {
    Place { chain, at }
}

fn root(at: usize) -> Place {
    place(ChainId::ROOT, at)
}

fn bands(crossovers_hz: &[f32]) -> SplitKind {
    let crossovers_hz = crossovers_hz.to_vec();
    SplitKind::Bands { crossovers_hz }
}

/// The edit fails and comes back, and the rack is as it was.
#[track_caller]
fn refused(rack: &mut Rack, edit: Edit) -> EditProblem {
    let before = rack.clone();
    let error = rack.apply(edit.clone()).unwrap_err();
    assert_eq!(*rack, before);
    assert_eq!(format!("{:?}", error.edit), format!("{edit:?}"));
    error.problem
}

#[test]
fn a_slot_moved_to_a_place_stands_at_that_place() {
    for to in 0..3 {
        let mut rack = rack(json!(["A", "B", "C"]));
        let item = slot(&rack, "B").into();
        let to = root(to);
        rack.apply(Edit::Move { item, to }).unwrap();
        assert_eq!(rack.place(item), Some(to));
    }
}

#[test]
fn an_item_moved_between_chains_takes_all_that_is_in_it_along() {
    let mut rack = rack(json!(["A", [["B", [["C"]]], []], "D"]));
    let inner = around(&rack, "C");
    let to = place(first_split(&rack).chains[1].id, 0);
    rack.apply(Edit::Move {
        item: inner.into(),
        to,
    })
    .unwrap();
    assert_eq!(shape(&rack), json!(["A", [["B"], [[["C"]]]], "D"]));
    assert_eq!(around(&rack, "C"), inner);
    rack.apply(Edit::Move {
        item: slot(&rack, "A").into(),
        to,
    })
    .unwrap();
    rack.apply(Edit::Move {
        item: inner.into(),
        to: root(1),
    })
    .unwrap();
    assert_eq!(shape(&rack), json!([[["B"], ["A"]], [["C"]], "D"]));
}

#[test]
fn a_place_counts_without_the_item_that_is_moved() {
    let mut rack = rack(json!(["A", "B", [["C"]]]));
    let item = slot(&rack, "A").into();
    let problem = refused(&mut rack, Edit::Move { item, to: root(3) });
    assert_eq!(problem, EditProblem::BeyondTheEnd { at: 3, length: 2 });
    let item = slot(&rack, "C").into();
    rack.apply(Edit::Move { item, to: root(3) }).unwrap();
    assert_eq!(shape(&rack), json!(["A", "B", [[]], "C"]));
}

#[test]
fn a_removed_slot_put_back_has_its_id_and_its_settings() {
    let mut rack = rack(json!(["A", "B"]));
    let slot = slot(&rack, "A");
    let state = Some(ChildState::from(vec![1, 2]));
    let plugin = "C".into();
    rack.apply(Edit::Replace {
        slot,
        plugin,
        state,
    })
    .unwrap();
    rack.apply(Edit::SetBypass { slot, bypass: true }).unwrap();
    rack.apply(Edit::SetMix {
        slot,
        percent: 30.0,
    })
    .unwrap();
    rack.apply(Edit::SetChannels {
        slot,
        channels: SlotChannels::Side,
    })
    .unwrap();
    let before = rack.clone();
    let item = rack.item(slot).unwrap().clone();
    rack.apply(Edit::Remove { item: slot.into() }).unwrap();
    assert_eq!(shape(&rack), json!(["B"]));
    rack.apply(Edit::Insert {
        place: root(0),
        item,
    })
    .unwrap();
    assert_eq!(rack, before);
}

#[test]
fn a_copy_is_inserted_beside_the_one_it_was_made_of() {
    let mut rack = rack(json!([[["A"], []]]));
    let item = rack.chain.0[0].to_copy();
    let place = root(1);
    rack.apply(Edit::Insert { place, item }).unwrap();
    assert_eq!(shape(&rack), json!([[["A"], []], [["A"], []]]));
    assert_ne!(rack.chain.0[0].id(), rack.chain.0[1].id());
}

#[test]
fn a_slot_brought_with_a_foreign_id_never_shares_it_with_a_later_one() {
    let mut rack = rack(json!(["A"]));
    let mut slot = Slot::new("B".into());
    slot.id = SlotId(7);
    let mut split = Split::new(SplitKind::LeftRight);
    split.chains[1].chain.0.push(slot.into());
    rack.apply(Edit::Insert {
        place: root(0),
        item: split.into(),
    })
    .unwrap();
    let ids: Vec<u32> = rack.chains().map(|(id, _)| id.0).collect();
    assert_eq!((first_split(&rack).id.0, ids), (8, vec![0, 9, 10]));
    assert_eq!(rack.new_slot("C".into()).id, SlotId(11));
}

#[test]
fn ids_that_have_run_out_begin_anew_without_meeting_one_in_use() {
    let mut rack = rack(json!(["A"]));
    let mut slot = Slot::new("B".into());
    slot.id = SlotId(u32::MAX);
    rack.apply(Edit::Insert {
        place: root(0),
        item: slot.into(),
    })
    .unwrap();
    for _ in 0..3 {
        let item = Slot::new("C".into()).into();
        rack.apply(Edit::Insert {
            place: root(0),
            item,
        })
        .unwrap();
    }
    let mut ids: Vec<u32> = rack.slots().map(|slot| slot.id.0).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3, 4, u32::MAX]);
}

#[test]
fn a_wrapped_item_is_in_the_first_chain_and_keeps_its_id() {
    for (kind, expected) in [
        (SplitKind::Parallel, json!(["A", [["B"]], "C"])),
        (SplitKind::MidSide, json!(["A", [["B"], []], "C"])),
        (bands(&[100.0, 1000.0]), json!(["A", [["B"], [], []], "C"])),
    ] {
        let mut rack = rack(json!(["A", "B", "C"]));
        let before = rack.clone();
        let item = slot(&rack, "B");
        rack.apply(Edit::Wrap {
            item: item.into(),
            kind: kind.clone(),
        })
        .unwrap();
        assert_eq!(shape(&rack), expected);
        assert_eq!(slot(&rack, "B"), item);
        let split = around(&rack, "B");
        assert_eq!(rack.split(split).unwrap().kind, kind);
        rack.apply(Edit::Unwrap { split }).unwrap();
        assert_eq!(rack.chain, before.chain);
    }
}

#[test]
fn a_split_is_dissolved_only_if_one_chain_at_most_holds_anything() {
    let mut rack = rack(json!([
        "A",
        [[], ["B", [[]]], []],
        [["C"], [], ["D"]],
        [[], []]
    ]));
    let full = around(&rack, "C");
    let chain = rack.place(slot(&rack, "D")).unwrap().chain;
    let problem = refused(&mut rack, Edit::Unwrap { split: full });
    assert_eq!(problem, EditProblem::ChainsInTheWay { chain, at: 2 });
    assert!(
        problem
            .to_string()
            .starts_with("chain 3 of the split is not empty")
    );

    rack.apply(Edit::Unwrap {
        split: around(&rack, "B"),
    })
    .unwrap();
    assert_eq!(
        shape(&rack),
        json!(["A", "B", [[]], [["C"], [], ["D"]], [[], []]])
    );
    let empty = rack.chain.0[4].as_split().unwrap().id;
    rack.apply(Edit::Unwrap { split: empty }).unwrap();
    assert_eq!(shape(&rack), json!(["A", "B", [[]], [["C"], [], ["D"]]]));
}

#[test]
fn a_kind_brings_the_chains_it_needs_and_takes_only_empty_ones() {
    let mut rack = rack(json!([[["A"], ["B"], [], ["C"], []]]));
    let split = around(&rack, "A");
    let chain = rack.place(slot(&rack, "C")).unwrap().chain;
    for kind in [SplitKind::LeftRight, SplitKind::MidSide, bands(&[1000.0])] {
        let problem = refused(&mut rack, Edit::SetKind { split, kind });
        assert_eq!(problem, EditProblem::ChainsInTheWay { chain, at: 3 });
    }
    let mut set_kind = |kind: SplitKind| {
        rack.apply(Edit::SetKind {
            split,
            kind: kind.clone(),
        })
        .unwrap();
        assert_eq!(first_split(&rack).kind, kind);
        shape(&rack)
    };
    let five = json!([[["A"], ["B"], [], ["C"], []]]);
    let four = json!([[["A"], ["B"], [], ["C"]]]);
    assert_eq!(set_kind(bands(&[100.0, 1000.0, 5000.0])), four);
    assert_eq!(set_kind(bands(&[100.0, 1000.0, 5000.0, 9000.0])), five);
    assert_eq!(set_kind(SplitKind::Parallel), five);
}

#[test]
fn chains_come_and_go_in_parallel_splits_only_and_the_last_one_stays() {
    let mut rack = rack(json!(["A", [["B"]]]));
    let split = around(&rack, "B");
    let mut chain = SplitChain::default();
    chain.chain.0.push(Slot::new("C".into()).into());
    let problem = refused(
        &mut rack,
        Edit::InsertChain {
            split,
            at: 2,
            chain: chain.clone(),
        },
    );
    assert_eq!(problem, EditProblem::BeyondTheChains { at: 2, count: 1 });
    rack.apply(Edit::InsertChain {
        split,
        at: 0,
        chain: chain.clone(),
    })
    .unwrap();
    assert_eq!(shape(&rack), json!(["A", [["C"], ["B"]]]));

    let first = first_split(&rack).chains[0].clone();
    let (name, gain_db, pan) = (Some("Wet".to_owned()), -6.0, 0.5);
    rack.apply(Edit::NameChain {
        chain: first.id,
        name,
    })
    .unwrap();
    rack.apply(Edit::SetChain {
        chain: first.id,
        gain_db,
        pan,
        mute: true,
        solo: true,
    })
    .unwrap();
    let set = rack.split_chain(first.id).unwrap().clone();
    assert_eq!(
        serde_json::to_string(&set).unwrap(),
        r#"{"name":"Wet","gain_db":-6,"pan":0.5,"mute":true,"solo":true,"chain":[{"plugin":"C"}]}"#
    );

    let before = rack.clone();
    rack.apply(Edit::RemoveChain { chain: first.id }).unwrap();
    assert_eq!(shape(&rack), json!(["A", [["B"]]]));
    let last = first_split(&rack).chains[0].id;
    let problem = refused(&mut rack, Edit::RemoveChain { chain: last });
    assert_eq!(problem, EditProblem::LastChain(last));
    rack.apply(Edit::InsertChain {
        split,
        at: 0,
        chain: set,
    })
    .unwrap();
    assert_eq!(rack, before);

    rack.apply(Edit::SetKind {
        split,
        kind: SplitKind::LeftRight,
    })
    .unwrap();
    for edit in [
        Edit::RemoveChain { chain: last },
        Edit::InsertChain {
            split,
            at: 0,
            chain,
        },
    ] {
        assert_eq!(refused(&mut rack, edit), EditProblem::NotParallel(split));
    }
}

#[test]
fn a_split_without_chains_that_a_document_brought_can_be_taken_out_and_put_back() {
    let mut rack = rack(json!(["A", []]));
    let before = rack.clone();
    let split = first_split(&rack).clone();
    rack.apply(Edit::Remove {
        item: split.id.into(),
    })
    .unwrap();
    rack.apply(Edit::Insert {
        place: root(1),
        item: split.clone().into(),
    })
    .unwrap();
    assert_eq!(rack, before);
    rack.apply(Edit::Unwrap { split: split.id }).unwrap();
    assert_eq!(shape(&rack), json!(["A"]));
}

#[test]
fn a_split_whose_neighbouring_chains_both_hold_something_is_not_dissolved() {
    let mut rack = rack(json!([[["A"], ["B"]]]));
    let chain = rack.place(slot(&rack, "B")).unwrap().chain;
    let split = around(&rack, "A");
    let problem = refused(&mut rack, Edit::Unwrap { split });
    assert_eq!(problem, EditProblem::ChainsInTheWay { chain, at: 1 });
}
