//! Windows that die, and errors of X: the process goes on, and the session saves.

use std::sync::atomic::Ordering;

use matryoshka::juce::x_errors::outlived;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, Window};

use crate::rack::{Rack, apart, on_a_screen};
use crate::screen::{Desktop, until};
use crate::xlib;

const PLUGIN: &str = "VST3:ZamCompX2";
const TITLE: &str = "1 ZamCompX2";

fn still_saves(rack: &mut Rack) {
    let saved = rack.save();
    assert!(saved["chain"][0]["state"].is_string(), "{saved}");
    rack.play(&mut [[0.1; 256]; 2]);
}

#[test]
fn an_x_error_of_a_child_does_not_end_the_process() {
    let test = "deaths::an_x_error_of_a_child_does_not_end_the_process";
    on_a_screen(test, |desktop| {
        xlib::hear_errors();
        let mut rack = Rack::of(&[PLUGIN]);
        rack.see(&desktop, 0, TITLE);
        let before = outlived();
        rack.ask(|_thread, _session| xlib::bad_window());
        assert_eq!(outlived(), before + 1);
        std::thread::spawn(xlib::bad_window)
            .join()
            .expect("a thread");
        assert_eq!(outlived(), before + 2);
        // The DAW's own handler hears of what is on the process's first thread, which is not here
        // (tests/x_error_of_the_daw.rs).
        assert_eq!(xlib::HEARD.load(Ordering::Relaxed), 0);
        still_saves(&mut rack);
        assert!(rack.window(0).open);
    });
}

/// Somebody destroys its window, and again, while music plays and the window shows it.
fn is_closed_and_can_be_opened_again(test: &str, plugin: &str) {
    on_a_screen(test, |desktop| {
        let mut rack = Rack::of(&[plugin]);
        for round in 0..ROUNDS {
            rack.show(0).expect("a window");
            let window = until("a window", || {
                rack.play_noise();
                desktop.clients().first().copied()
            });
            // At once, or when it has been drawn.
            if round % 2 == 1 {
                until_drawn(&desktop, &mut rack, window);
            }
            desktop.server.destroy_window(window).expect("X");
            desktop.server.flush().expect("X");
            until_closed(&desktop, &mut rack);
        }
        still_saves(&mut rack);
    });
}

const ROUNDS: usize = 4;

/// Plays until the window is closed, and no other is there.
fn until_closed(desktop: &Desktop, rack: &mut Rack) {
    until("the window to be closed", || {
        rack.play_noise();
        (!rack.window(0).open).then_some(())
    });
    until("no window", || desktop.clients().is_empty().then_some(()));
}

fn until_drawn(desktop: &Desktop, rack: &mut Rack, window: Window) {
    until("the window to be drawn", || {
        rack.play_noise();
        (desktop.colours(desktop.area(window)?) > 12).then_some(())
    });
}

#[test]
fn a_dpf_window_that_somebody_destroys_is_closed_and_can_be_opened_again() {
    let test = "deaths::a_dpf_window_that_somebody_destroys_is_closed_and_can_be_opened_again";
    is_closed_and_can_be_opened_again(test, PLUGIN);
}

#[test]
fn an_lsp_window_that_somebody_destroys_is_closed_and_can_be_opened_again() {
    let test = "deaths::an_lsp_window_that_somebody_destroys_is_closed_and_can_be_opened_again";
    let plugin = "LV2:http://lsp-plug.in/plugins/lv2/compressor_stereo";
    is_closed_and_can_be_opened_again(test, plugin);
}

#[test]
fn an_x42_window_that_somebody_destroys_is_closed_and_can_be_opened_again() {
    let test = "deaths::an_x42_window_that_somebody_destroys_is_closed_and_can_be_opened_again";
    is_closed_and_can_be_opened_again(test, "LV2:http://gareus.org/oss/lv2/dpl#stereo");
}

#[test]
fn a_qt_window_that_somebody_destroys_is_closed_and_can_be_opened_again() {
    let test = "deaths::a_qt_window_that_somebody_destroys_is_closed_and_can_be_opened_again";
    is_closed_and_can_be_opened_again(test, "LV2:http://synthv1.sourceforge.net/lv2");
}

/// Somebody kills the plugin's own connection to the display (`xkill` on what it draws), and again.
fn outlives_its_own_connection(test: &str, plugin: &str) {
    on_a_screen(test, |desktop| {
        xlib::hear_errors();
        let mut rack = Rack::of(&[plugin]);
        for _ in 0..ROUNDS {
            rack.show(0).expect("a window");
            let window = until("a window", || desktop.clients().first().copied());
            until_drawn(&desktop, &mut rack, window);
            let inner = desktop.of_another_client(window).expect("its own window");
            desktop.server.kill_client(inner).expect("X");
            desktop.server.flush().expect("X");
            until_closed(&desktop, &mut rack);
        }
        still_saves(&mut rack);
        // None of it is the DAW's.
        assert_eq!(xlib::HEARD.load(Ordering::Relaxed), 0);
        assert_eq!(xlib::BROKEN.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn a_dpf_window_whose_own_connection_is_killed_is_closed_and_can_be_opened_again() {
    let test =
        "deaths::a_dpf_window_whose_own_connection_is_killed_is_closed_and_can_be_opened_again";
    outlives_its_own_connection(test, PLUGIN);
}

#[test]
fn an_lsp_window_whose_own_connection_is_killed_is_closed_and_can_be_opened_again() {
    let test =
        "deaths::an_lsp_window_whose_own_connection_is_killed_is_closed_and_can_be_opened_again";
    let plugin = "LV2:http://lsp-plug.in/plugins/lv2/compressor_stereo";
    outlives_its_own_connection(test, plugin);
}

#[test]
fn an_x42_window_whose_own_connection_is_killed_is_closed_and_can_be_opened_again() {
    let test =
        "deaths::an_x42_window_whose_own_connection_is_killed_is_closed_and_can_be_opened_again";
    outlives_its_own_connection(test, "LV2:http://gareus.org/oss/lv2/dpl#stereo");
}

#[test]
fn a_window_whose_owner_is_killed_does_not_end_the_process() {
    let test = "deaths::a_window_whose_owner_is_killed_does_not_end_the_process";
    on_a_screen(test, |desktop| {
        let mut rack = Rack::of(&[PLUGIN]);
        let window = rack.see(&desktop, 0, TITLE);
        desktop.server.kill_client(window).expect("X");
        desktop.server.flush().expect("X");
        rack.wait_until_closed(0);
        until("no window", || desktop.clients().is_empty().then_some(()));
        still_saves(&mut rack);
        // The message thread rests: it uses next to no time.
        let spent = || {
            let mut spent = 0;
            for task in std::fs::read_dir("/proc/self/task")
                .expect("tasks")
                .flatten()
            {
                let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
                let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split(' ').collect();
                let number = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok());
                spent += number(12).unwrap_or(0) + number(13).unwrap_or(0);
            }
            spent
        };
        let before = spent();
        std::thread::sleep(std::time::Duration::from_secs(2));
        let ticks = spent() - before;
        println!("{ticks} ticks in two seconds");
        assert!(ticks < 100, "{ticks} hundredths of a second in two seconds");
        let error = rack.show(0).expect_err("no window").to_string();
        println!("{error}");
        still_saves(&mut rack);
        // With the last rack the connection goes, and with the next it is made anew.
        drop(rack);
        let mut rack = Rack::of(&[PLUGIN]);
        rack.see(&desktop, 0, TITLE);
        still_saves(&mut rack);
    });
}

#[test]
fn a_slot_that_goes_takes_its_window_along() {
    on_a_screen(
        "deaths::a_slot_that_goes_takes_its_window_along",
        |desktop| {
            let rack = Rack::of(&[PLUGIN, "LV2:http://gareus.org/oss/lv2/dpl#stereo"]);
            rack.see(&desktop, 0, TITLE);
            rack.show(1).expect("a window");
            until("two windows", || {
                (desktop.clients().len() == 2).then_some(())
            });
            let slot = rack.slots[0];
            let removed = rack.ask(move |thread, session| {
                session
                    .edit(
                        thread,
                        matryoshka::rack::edit::Edit::Remove { item: slot.into() },
                    )
                    .is_ok()
            });
            assert!(removed);
            // The other stays, and is called after its new place.
            until("one window", || {
                (desktop.clients().len() == 1).then_some(())
            });
            until("another title", || {
                let title = desktop.title(*desktop.clients().first()?)?;
                title.starts_with("1 ").then_some(())
            });
            // Another rack in place of this one.
            rack.ask(|thread, session| session.load(thread, r#"{"chain": []}"#).expect("a rack"));
            until("no window", || desktop.clients().is_empty().then_some(()));
        },
    );
}

#[test]
fn a_plugin_that_throws_instead_of_opening_its_window_says_what() {
    let test = "deaths::a_plugin_that_throws_instead_of_opening_its_window_says_what";
    on_a_screen(test, |desktop| {
        matryoshka::juce::testing::switch_on();
        let rack = Rack::of(&["Test:editor"]);
        assert!(rack.window(0).available);
        let error = rack.show(0).expect_err("no window").to_string();
        assert!(
            error.ends_with("cannot show its window: thrown in editor"),
            "{error}"
        );
        assert!(!rack.window(0).open);
        assert!(desktop.clients().is_empty());
    });
}

#[test]
fn without_a_display_the_reason_is_told() {
    if !apart("deaths::without_a_display_the_reason_is_told") {
        return;
    }
    let mut rack = Rack::of(&[PLUGIN]);
    let error = rack.show(0).expect_err("no window").to_string();
    assert!(error.contains("there is no display"), "{error}");
    assert!(!rack.window(0).open);
    rack.close(0);
    still_saves(&mut rack);
}
