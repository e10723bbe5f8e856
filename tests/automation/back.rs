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
