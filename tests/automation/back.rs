//! The way back: what is turned elsewhere than in the host.

use matryoshka::rack::ItemId;
use matryoshka::rack::edit::Edit;
use matryoshka::session::HostNews::{Begin, End, Value};
use serde_json::json;

use crate::rack::{Rack, mapped, saved_fixture};

#[test]
fn a_control_of_the_rack_that_is_mapped_is_one_gesture_for_the_host() {
    let mut slot = saved_fixture(&[]);
    slot["mappings"] = json!([{"host": "p000", "control": "mix"}]);
    let rack = Rack::open(&json!({"chain": [slot]}));
    let slot = rack.slots()[0];
    rack.news();
    for percent in [75.0, 50.0] {
        rack.edit(Edit::SetMix { slot, percent });
    }
    let mut told = Vec::new();
    let mut is_dirty = false;
    rack.wait_until("the gesture ends", |rack| {
        let (news, refresh) = rack.news();
        told.extend(news);
        is_dirty |= refresh.dirty;
        told.contains(&End(0))
    });
    assert_eq!(told, [Begin(0), Value(0, 0.75), Value(0, 0.5), End(0)]);
    assert!(is_dirty, "the host has something to save");
}

#[test]
fn every_edit_is_something_to_save_and_mapping_another_child_is_told() {
    let rack = Rack::open(&json!({"chain": [mapped(saved_fixture(&[]), &[(0, "Gain")])]}));
    let slot = rack.slots()[0];
    rack.news();
    rack.edit(Edit::SetBypass { slot, bypass: true });
    let (_, refresh) = rack.news();
    assert!(refresh.dirty && !refresh.descriptions);
    let mapping = rack.ask(move |_thread, session| {
        let invert = session
            .parameters(slot)
            .iter()
            .position(|known| known.name == "Invert");
        session.mapping_to(crate::rack::host_id(0), slot, invert.expect("it can"))
    });
    let mappings = vec![mapping.expect("it is there")];
    rack.edit(Edit::MapSlot { slot, mappings });
    let (_, refresh) = rack.news();
    assert!(refresh.descriptions && refresh.texts && refresh.values && refresh.dirty);
    assert_eq!(rack.host.descriptions()[0].name, "Invert");
    assert_eq!(rack.host.value(0), 0.0, "where the child is");
    let item = ItemId::Slot(slot);
    rack.edit(Edit::Remove { item });
    assert!(!rack.host.descriptions()[0].mapped);
    assert!(rack.news().1.descriptions);
}

#[test]
fn loading_is_nothing_to_save_and_has_the_host_ask_for_all() {
    let rack = Rack::open(&json!({"chain": [mapped(saved_fixture(&[]), &[(0, "Gain")])]}));
    let (news, refresh) = rack.news();
    assert!(news.is_empty());
    assert!(refresh.descriptions && refresh.texts && refresh.values && !refresh.dirty);
}

#[test]
fn a_program_that_a_child_chooses_moves_what_is_mapped_to_it_and_the_host_hears_of_it() {
    let slot = json!({"plugin": "LV2:MDA DX10"});
    let mut rack = Rack::open(&json!({"chain": [slot]}));
    rack.play(&[], &[]);
    let slot = rack.slots()[0];
    // All parameters, so that whatever the programs differ by is among them.
    let count = rack.ask(move |thread, session| {
        let count = session.parameters(slot).len();
        let mappings = (0..count)
            .filter_map(|index| session.mapping_to(crate::rack::host_id(index), slot, index))
            .collect();
        let edit = Edit::MapSlot { slot, mappings };
        session.edit(thread, edit).expect("a good edit");
        count
    });
    let values =
        |rack: &Rack| -> Vec<f64> { (0..count).map(|number| rack.host.value(number)).collect() };
    let before = values(&rack);
    rack.news();
    let names = rack.ask(move |_thread, session| {
        let (names, _) = session.programs(slot);
        session.set_program(slot, names.len() - 1);
        names
    });
    assert!(names.len() > 1, "{names:?}");
    rack.play(&[], &[]);
    let mut is_told = false;
    let mut is_dirty = false;
    rack.wait_until("the host hears of it", |rack| {
        let refresh = rack.news().1;
        is_told |= refresh.values;
        is_dirty |= refresh.dirty;
        is_told && is_dirty
    });
    let after = values(&rack);
    assert_ne!(before, after);
    let parameters = rack.ask(move |_thread, session| session.parameters(slot));
    for (number, parameter) in parameters.iter().enumerate() {
        let difference = after[number] as f32 - parameter.value;
        assert!(difference.abs() < 1e-4, "{}: {difference}", parameter.name);
    }
}
