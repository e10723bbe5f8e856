//! What a musician does, from the empty rack to the saved one.

use matryoshka_test_host::EventKind;
use serde_json::json;

use crate::desktop::{Button, on_a_desktop};
use crate::stage::{Stage, TITLE, TWO_SLOTS, names};

#[test]
fn a_rack_is_typed_together_reordered_bypassed_and_saved_and_comes_back_as_it_was() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, r#"{"chain": []}"#);
        stage.play();
        stage.open();
        assert!(stage.desktop.screen.find_window(TITLE).is_some());
        for name in ["Open", "Save", "Panic", "Settings"] {
            stage.wait_for("Button", name);
        }
        stage.wait_for("", "Latency");
        stage.keep_picture("1-empty");

        // Enter takes the best match.
        for (number, plugin) in [(1, "ZamCompX2"), (2, "ZamEQ2")] {
            let middle = stage.tree().whole().centre();
            stage.desktop.click(middle, Button::Left);
            stage.desktop.press("ctrl+f");
            stage.wait_for_that("", "Search plugins", |it| it.focused);
            stage.desktop.type_text(&plugin.to_lowercase());
            stage.wait_for("ListItem", plugin);
            stage.keep_picture(&format!("2-search-{number}"));
            stage.desktop.press("Return");
            stage.wait_for("", &format!("Slot {number} {plugin}"));
        }
        stage.keep_picture("3-inserted");
        stage.wait_until("the tone to come through", || stage.peak() > 0.01);
        assert_eq!(names(&stage.rack()), ["ZamCompX2", "ZamEQ2"]);

        let second = stage.wait_for("", "Slot 2 ZamEQ2");
        let first = stage.wait_for("", "Slot 1 ZamCompX2");
        let tree = stage.tree();
        let from = tree.area(&second);
        let to = tree.area(&first);
        stage
            .desktop
            .drag((from.x + 60, from.y + 12), (to.x + 60, to.y + 4));
        stage.wait_for("", "Slot 1 ZamEQ2");
        stage.wait_for("", "Slot 2 ZamCompX2");
        stage.keep_picture("4-reordered");

        stage.click("", "Bypass ZamCompX2");
        stage.wait_for_that("", "Bypass ZamCompX2", |it| it.toggled == Some(true));
        stage.keep_picture("5-bypassed");
        let rack = stage.rack();
        assert_eq!(names(&rack), ["ZamEQ2", "ZamCompX2"]);
        assert_eq!(rack["chain"][1]["bypass"], json!(true));

        let size = stage.instance.borrow_mut().editor_size();
        stage.close();
        assert!(stage.desktop.screen.find_window(TITLE).is_none());
        stage.open();
        stage.wait_for("", "Slot 1 ZamEQ2");
        stage.wait_for_that("", "Bypass ZamCompX2", |it| it.toggled == Some(true));
        assert_eq!(stage.instance.borrow_mut().editor_size(), size);
        stage.keep_picture("6-again");
        stage.close();
        assert_eq!(stage.rack(), rack);
    });
}

#[test]
fn a_knob_in_a_childs_own_window_moves_the_hosts_parameter() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        stage.play();
        stage.open();
        stage.click("", "Open the window of ZamCompX2");
        let mut child = None;
        stage.wait_until("the child's window", || {
            child = stage.desktop.screen.find_window("ZamCompX2");
            child.is_some()
        });
        let child = child.expect("found");
        stage.wait_until("the child to draw", || {
            let picture = stage.desktop.screen.picture();
            picture.part(child.area).content().colours > 200
        });
        stage.keep_picture("1-child");
        let before = stage.instance.borrow_mut().params()[0].value;
        stage.take_sent();
        // The threshold's knob, third from the left.
        let area = stage.desktop.screen.area(child.id).expect("the window");
        let knob = (area.x + 212, area.y + area.height as i32 - 42);
        stage.desktop.drag(knob, (knob.0, knob.1 + 40));
        stage.keep_picture("2-turned");
        let mut moved = Vec::new();
        stage.wait_until("the host to hear of the knob", || {
            let sent = stage.take_sent().into_iter();
            moved.extend(sent.filter_map(|event| match event.kind {
                EventKind::Param { id: 0, value } => Some(value),
                _ => None,
            }));
            !moved.is_empty()
        });
        stage.wait_until("the value to be the host's", || {
            stage.instance.borrow_mut().params()[0].value < before - 0.05
        });
        println!("{before} became {moved:?}");
        stage.close();
    });
}
