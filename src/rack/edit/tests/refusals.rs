//! What is refused, and why: the edit comes back, and the rack is as it was.

use serde_json::json;

use super::*;
use crate::rack::limits::{CHAIN_GAIN, INPUT_GAIN, MIX, OUTPUT_GAIN, PAN};
use crate::rack::{MAX_DEPTH, Slot};

#[test]
fn what_is_no_longer_there_cannot_be_edited() {
    let mut rack = rack(json!(["A", [["B"]]]));
    let (slot, split, chain) = (SlotId(99), SplitId(99), ChainId(99));
    let no_slot = EditProblem::NoSuchSlot(slot);
    let no_split = EditProblem::NoSuchSplit(split);
    let no_chain = EditProblem::NoSuchChain(chain);
    let stranger = Slot::new("C".into());
    for (edit, problem) in [
        (
            Edit::Insert {
                place: place(chain, 0),
                item: stranger.into(),
            },
            no_chain,
        ),
        (Edit::Remove { item: slot.into() }, no_slot),
        (Edit::Remove { item: split.into() }, no_split),
        (
            Edit::Move {
                item: slot.into(),
                to: root(0),
            },
            no_slot,
        ),
        (
            Edit::Move {
                item: SlotId(1).into(),
                to: place(chain, 0),
            },
            no_chain,
        ),
        (
            Edit::Replace {
                slot,
                plugin: "C".into(),
                state: None,
            },
            no_slot,
        ),
        (Edit::SetBypass { slot, bypass: true }, no_slot),
        (Edit::SetMix { slot, percent: 1.0 }, no_slot),
        (
            Edit::SetGains {
                slot,
                input_db: 0.0,
                output_db: 0.0,
            },
            no_slot,
        ),
        (
            Edit::SetChannels {
                slot,
                channels: SlotChannels::Mid,
            },
            no_slot,
        ),
        (
            Edit::Wrap {
                item: split.into(),
                kind: SplitKind::Parallel,
            },
            no_split,
        ),
        (Edit::Unwrap { split }, no_split),
        (
            Edit::SetKind {
                split,
                kind: SplitKind::MidSide,
            },
            no_split,
        ),
        (
            Edit::InsertChain {
                split,
                at: 0,
                chain: SplitChain::default(),
            },
            no_split,
        ),
        (Edit::RemoveChain { chain }, no_chain),
        (
            Edit::SetChain {
                chain,
                gain_db: 0.0,
                pan: 0.0,
                mute: false,
                solo: false,
            },
            no_chain,
        ),
        (Edit::NameChain { chain, name: None }, no_chain),
    ] {
        assert_eq!(refused(&mut rack, edit), problem);
    }
}

#[test]
fn the_racks_own_chain_is_not_treated_like_one_of_a_split() {
    let mut rack = rack(json!(["A"]));
    let chain = ChainId::ROOT;
    for edit in [
        Edit::RemoveChain { chain },
        Edit::NameChain {
            chain,
            name: Some("x".to_owned()),
        },
        Edit::SetChain {
            chain,
            gain_db: 0.0,
            pan: 0.0,
            mute: true,
            solo: false,
        },
    ] {
        assert_eq!(refused(&mut rack, edit), EditProblem::RacksOwnChain);
    }
}

#[test]
fn numbers_that_make_no_sense_never_get_into_a_rack() {
    let mut rack = rack(json!(["A", [["B"]]]));
    let slot = slot(&rack, "A");
    let chain = first_split(&rack).chains[0].id;
    for nonsense in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -200.0] {
        let set_gains = |input_db, output_db| Edit::SetGains {
            slot,
            input_db,
            output_db,
        };
        let set_chain = |gain_db, pan| Edit::SetChain {
            chain,
            gain_db,
            pan,
            mute: false,
            solo: true,
        };
        let mut insert = Slot::new("C".into());
        insert.mix_percent = nonsense;
        for (edit, limits) in [
            (
                Edit::SetMix {
                    slot,
                    percent: nonsense,
                },
                &MIX,
            ),
            (set_gains(nonsense, 0.0), &INPUT_GAIN),
            (set_gains(0.0, nonsense), &OUTPUT_GAIN),
            (set_chain(nonsense, 0.0), &CHAIN_GAIN),
            (set_chain(0.0, nonsense), &PAN),
            (Edit::SetRunawayLimit(nonsense), &RUNAWAY_LIMIT),
            (
                Edit::Insert {
                    place: root(0),
                    item: insert.into(),
                },
                &MIX,
            ),
        ] {
            assert_eq!(refused(&mut rack, edit), EditProblem::OutOfRange(limits));
        }
    }
    let problem = refused(
        &mut rack,
        Edit::SetMix {
            slot,
            percent: 101.0,
        },
    );
    assert_eq!(problem.to_string(), "the mix can be 0 to 100 %");
}

#[test]
fn crossovers_that_make_no_bands_never_get_into_a_rack() {
    let mut rack = rack(json!(["A", [["B"]]]));
    let (item, split) = (slot(&rack, "A").into(), around(&rack, "B"));
    for crossovers_hz in [
        &[][..],
        &[9.0],
        &[20_001.0],
        &[f32::NAN],
        &[100.0, 100.0],
        &[200.0, 100.0],
        &[100.0, 200.0, 300.0, 400.0, 500.0],
    ] {
        let kind = bands(crossovers_hz);
        let mut new = Split::new(kind.clone());
        new.chains
            .resize_with(crossovers_hz.len() + 1, SplitChain::default);
        for edit in [
            Edit::Wrap {
                item,
                kind: kind.clone(),
            },
            Edit::SetKind { split, kind },
            Edit::Insert {
                place: root(0),
                item: new.into(),
            },
        ] {
            assert_eq!(refused(&mut rack, edit), EditProblem::BadCrossovers);
        }
    }
}

#[test]
fn a_split_with_too_few_chains_for_its_kind_is_not_inserted_not_even_within_another() {
    let mut rack = rack(json!([]));
    let mut inner = Split::new(SplitKind::LeftRight);
    inner.chains.pop();
    let mut outer = Split::new(SplitKind::Parallel);
    outer.chains[0].chain.0.push(inner.into());
    let problem = refused(
        &mut rack,
        Edit::Insert {
            place: root(0),
            item: outer.into(),
        },
    );
    assert_eq!(
        problem,
        EditProblem::WrongChainCount {
            needed: 2,
            count: 1
        }
    );
}

#[test]
fn what_is_in_the_rack_already_is_not_inserted_again_wherever_it_hides() {
    let mut rack = rack(json!(["A", [["B"]]]));
    let there = rack.slot(slot(&rack, "B")).unwrap().clone();
    let id = there.id.0;
    let mut hidden = Split::new(SplitKind::Parallel);
    hidden.chains[0].chain.0.push(there.clone().into());
    // A slot with the id of a chain is no better.
    let mut like_a_chain = Slot::new("C".into());
    like_a_chain.id = SlotId(first_split(&rack).chains[0].id.0);
    let mut twice = Split::new(SplitKind::Parallel);
    for _ in 0..2 {
        let mut slot = Slot::new("C".into());
        slot.id = SlotId(50);
        twice.chains[0].chain.0.push(slot.into());
    }
    for (item, id) in [
        (Item::Slot(there), id),
        (Item::Split(hidden.clone()), id),
        (Item::Slot(like_a_chain.clone()), like_a_chain.id.0),
        (Item::Split(twice), 50),
    ] {
        let problem = refused(
            &mut rack,
            Edit::Insert {
                place: root(0),
                item,
            },
        );
        assert_eq!(problem, EditProblem::AlreadyThere(id));
    }
    let (split, chain) = (around(&rack, "B"), hidden.chains.remove(0));
    let problem = refused(
        &mut rack,
        Edit::InsertChain {
            split,
            at: 0,
            chain,
        },
    );
    assert_eq!(problem, EditProblem::AlreadyThere(id));
}

#[test]
fn no_edit_nests_splits_deeper_than_can_be_saved() {
    let mut rack = rack(json!(["A", "B"]));
    let item = slot(&rack, "A").into();
    for _ in 0..MAX_DEPTH {
        rack.apply(Edit::Wrap {
            item,
            kind: SplitKind::Parallel,
        })
        .unwrap();
    }
    let deepest = rack.place(item).unwrap().chain;
    let split = rack.split_of(deepest).unwrap().id;
    let outermost = first_split(&rack).id.into();
    let item_b = slot(&rack, "B").into();
    let new = || Split::new(SplitKind::MidSide);
    let mut chain = SplitChain::default();
    chain.chain.0.push(new().into());
    for edit in [
        Edit::Wrap {
            item,
            kind: SplitKind::Parallel,
        },
        Edit::Wrap {
            item: outermost,
            kind: SplitKind::Parallel,
        },
        Edit::Insert {
            place: place(deepest, 0),
            item: new().into(),
        },
        Edit::InsertChain {
            split,
            at: 0,
            chain,
        },
    ] {
        assert_eq!(refused(&mut rack, edit), EditProblem::TooDeep);
    }
    rack.apply(Edit::Wrap {
        item: item_b,
        kind: SplitKind::Parallel,
    })
    .unwrap();
    let item = around(&rack, "B").into();
    let problem = refused(
        &mut rack,
        Edit::Move {
            item,
            to: place(deepest, 0),
        },
    );
    assert_eq!(problem, EditProblem::TooDeep);

    let text = crate::state::to_text(&rack);
    let loaded = crate::state::parse(&text).unwrap();
    assert_eq!(loaded.warnings, [""; 0]);
    assert_eq!(loaded.rack.without_ids(), rack.without_ids());
}

#[test]
fn no_edit_takes_what_is_kept_with_a_plugin_deeper_than_can_be_saved() {
    let mut rack = rack(json!(["A"]));
    let notes = (0..100).fold(json!([]), |inside, _| json!([inside]));
    let item = slot(&rack, "A");
    rack.slot_mut(item)
        .unwrap()
        .unknown
        .insert("notes".to_owned(), notes.clone());
    let kind = || SplitKind::Parallel;
    let wraps = (0..).take_while(|_| {
        rack.apply(Edit::Wrap {
            item: item.into(),
            kind: kind(),
        })
        .is_ok()
    });
    // 2 for the rack, 4 for each split, 1 for the slot, 101 for the notes: 124 of 127.
    assert_eq!(wraps.count(), 5);
    let problem = refused(
        &mut rack,
        Edit::Wrap {
            item: item.into(),
            kind: kind(),
        },
    );
    assert_eq!(problem, EditProblem::TooDeepToSave);
    let mut plugin = PluginReference::from("B");
    plugin
        .unknown
        .insert("notes".to_owned(), json!([notes, [[[notes]]]]));
    let problem = refused(
        &mut rack,
        Edit::Replace {
            slot: item,
            plugin,
            state: None,
        },
    );
    assert_eq!(problem, EditProblem::TooDeepToSave);
    assert!(crate::state::parse(&crate::state::to_text(&rack)).is_ok());
}
#[test]
fn a_split_is_not_moved_into_itself_however_deep() {
    let mut rack = rack(json!([[["A", [["B"]]]], "C"]));
    let split = around(&rack, "A");
    let item = split.into();
    for name in ["A", "B"] {
        let to = place(rack.place(slot(&rack, name)).unwrap().chain, 0);
        let problem = refused(&mut rack, Edit::Move { item, to });
        assert_eq!(problem, EditProblem::IntoItself(split));
    }
}
