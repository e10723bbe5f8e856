//! Where windows are: named after their slots, above the DAW's window, and where they were last.

use matryoshka::session::Surroundings;

use crate::rack::{Rack, on_a_screen, on_a_screen_with};
use crate::screen::{Area, Desktop, until};

const PLUGIN: &str = "VST3:ZamCompX2";

fn surroundings(above: u32, track: &str) -> Surroundings {
    Surroundings {
        above: Some(above.into()),
        track: Some(track.to_owned()),
        scale: None,
    }
}

#[test]
fn a_window_is_named_after_track_and_slot_and_stays_above_the_daws() {
    let test = "places::a_window_is_named_after_track_and_slot_and_stays_above_the_daws";
    on_a_screen(test, |desktop| {
        let (daw, inner) = desktop.daw();
        let rack = Rack::of(&[PLUGIN, "VST3:ZamVerb"]);
        rack.surround(surroundings(inner, "Vocals"));
        let first = rack.see(&desktop, 0, "Vocals - 1 ZamCompX2");
        let second = rack.see(&desktop, 1, "Vocals - 2 ZamVerb");
        for window in [first, second] {
            assert_eq!(desktop.number(window, "WM_TRANSIENT_FOR"), Some(daw));
        }
        // Over the DAW's window, and not one on the other.
        let (one, other) = (desktop.frame(first), desktop.frame(second));
        assert_ne!(
            one.map(|area| (area.x, area.y)),
            other.map(|area| (area.x, area.y))
        );
        desktop.raise(daw);
        until("the DAW's window to be in use", || {
            (desktop.number(desktop.root, "_NET_ACTIVE_WINDOW") == Some(daw)).then_some(())
        });
        assert_eq!(desktop.clients().first(), Some(&daw));
        // The slot and the track get other names.
        rack.surround(surroundings(inner, "Backing vocals"));
        until("another title", || {
            desktop.find("Backing vocals - 2 ZamVerb")
        });
        // What the rack's window was in is gone, as in a DAW that closes it first.
        rack.ask(|_thread, session| session.close_windows());
        until("no window", || (desktop.clients() == [daw]).then_some(()));
    });
}

#[test]
fn a_window_closed_by_its_button_is_closed_and_comes_back_where_it_was() {
    let test = "places::a_window_closed_by_its_button_is_closed_and_comes_back_where_it_was";
    on_a_screen(test, |desktop| {
        let rack = Rack::of(&[PLUGIN]);
        let title = "1 ZamCompX2";
        let mut window = rack.see(&desktop, 0, title);
        desktop.drag(window, 123, 77);
        let is_there = |window| {
            let frame = desktop.frame(window)?;
            ((frame.x, frame.y) == (123, 77)).then_some(frame)
        };
        until("the window to be moved", || is_there(window));
        until("the place to be noted down", || {
            let saved = rack.save();
            let place = &saved["chain"][0]["window"];
            (place["x"] == 123 && place["y"] == 77).then_some(())
        });
        for _ in 0..5 {
            desktop.close(window);
            rack.wait_until_closed(0);
            until("no window", || desktop.clients().is_empty().then_some(()));
            window = rack.see(&desktop, 0, title);
            // It does not wander by its frame.
            until("the window in its place", || is_there(window));
        }
        let saved = rack.save().to_string();
        drop(rack);
        let rack = Rack::open(&saved);
        let window = rack.see(&desktop, 0, title);
        until("the window in its place", || is_there(window));
    });
}

#[test]
fn a_window_whose_screen_is_gone_comes_up_on_this_one() {
    let test = "places::a_window_whose_screen_is_gone_comes_up_on_this_one";
    on_a_screen(test, |desktop| {
        let document = r#"{"chain": [{"plugin": "VST3:ZamCompX2",
            "window": {"x": 5000, "y": 200, "width": 400, "height": 300}}]}"#;
        let rack = Rack::open(document);
        let window = rack.see(&desktop, 0, "1 ZamCompX2");
        until("the window to be on the screen", || {
            let Area {
                x,
                y,
                width,
                height,
            } = desktop.frame(window)?;
            (x >= 0 && y >= 0 && x + width <= 1600 && y + height <= 1200).then_some(())
        });
    });
}

#[test]
fn a_window_gets_another_size_where_the_child_allows_and_keeps_it() {
    let test = "places::a_window_gets_another_size_where_the_child_allows_and_keeps_it";
    on_a_screen(test, |desktop| {
        const RESIZABLE: &str = "LV2:http://lsp-plug.in/plugins/lv2/para_equalizer_x16_stereo";
        let rack = Rack::of(&[RESIZABLE, PLUGIN]);
        let title = rack.title(0);
        let size = |window| desktop.area(window).map(|area| (area.width, area.height));
        let window = rack.see(&desktop, 0, &title);
        let (width, height) = size(window).expect("a size");
        let wanted = (width + 120, height + 80);
        desktop.stretch(window, wanted.0, wanted.1);
        until("another size", || {
            (size(window) == Some(wanted)).then_some(())
        });
        until("the size to be noted down", || {
            let saved = rack.save();
            let place = &saved["chain"][0]["window"];
            (place["width"] == wanted.0 && place["height"] == wanted.1).then_some(())
        });
        // JUCE's XEmbedComponent notes a child's new size with a bare `this` for later, and must be
        // alive then (juce_XEmbedComponent_linux.cpp, ConfigureNotify): what is asked now comes after.
        for _ in 0..50 {
            rack.window(0);
        }
        rack.close(0);
        until("no window", || desktop.clients().is_empty().then_some(()));
        let window = rack.see(&desktop, 0, &title);
        until("the size that it had", || {
            (size(window) == Some(wanted)).then_some(())
        });
        // One that has its one size keeps it, and openbox knows.
        let window = rack.see(&desktop, 1, "2 ZamCompX2");
        let before = size(window).expect("a size");
        desktop.stretch(window, before.0 + 100, before.1 + 100);
        desktop.drag(window, 40, 40);
        until("the window to be moved", || {
            let frame = desktop.frame(window)?;
            ((frame.x, frame.y) == (40, 40)).then_some(())
        });
        assert_eq!(size(window), Some(before));
    });
}

/// Opens a window and waits until it has this size, and something in it.
fn see_as_large_as(desktop: &Desktop, rack: &Rack, width: i32, height: i32) {
    let window = rack.see(desktop, 0, "1 ZamCompX2");
    until(&format!("{width} times {height}"), || {
        let area = desktop.area(window)?;
        let is_so = (area.width, area.height) == (width, height);
        (is_so && desktop.colours(area) > 12).then_some(())
    });
    crate::many::picture(&format!("scale {width}"));
}

#[test]
fn a_scale_that_the_daw_tells_is_the_childs() {
    on_a_screen(
        "places::a_scale_that_the_daw_tells_is_the_childs",
        |desktop| {
            let rack = Rack::of(&[PLUGIN]);
            see_as_large_as(&desktop, &rack, 800, 107);
            rack.close(0);
            until("no window", || desktop.clients().is_empty().then_some(()));
            rack.surround(Surroundings {
                scale: Some(2.0),
                ..Surroundings::default()
            });
            see_as_large_as(&desktop, &rack, 1600, 214);
        },
    );
}

#[test]
fn on_a_screen_of_twice_the_resolution_a_window_is_twice_as_large() {
    let test = "places::on_a_screen_of_twice_the_resolution_a_window_is_twice_as_large";
    on_a_screen_with(test, "Gdk/WindowScalingFactor 2\n", |desktop| {
        let rack = Rack::of(&[PLUGIN]);
        see_as_large_as(&desktop, &rack, 1600, 214);
    });
}
