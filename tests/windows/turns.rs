//! What is turned in a child's window.

use crate::rack::{Rack, on_a_screen};
use crate::screen::{until, xdotool};

/// Drags upwards from there.
pub fn drag(x: i32, y: i32) {
    let at = |y: i32| [x.to_string(), y.to_string()];
    let from = at(y);
    xdotool(&["mousemove", "--sync", &from[0], &from[1], "mousedown", "1"]);
    for step in 1..=10 {
        let place = at(y - 4 * step);
        xdotool(&["mousemove", "--sync", &place[0], &place[1]]);
    }
    xdotool(&["mouseup", "1"]);
}

#[test]
fn a_knob_turned_in_a_childs_window_turns_in_the_session() {
    let test = "turns::a_knob_turned_in_a_childs_window_turns_in_the_session";
    on_a_screen(test, |desktop| {
        let rack = Rack::of(&["VST3:ZamCompX2"]);
        let before = rack.values(0);
        let window = rack.see(&desktop, 0, "1 ZamCompX2");
        let area = desktop.area(window).expect("an area");
        until("the window to be drawn", || {
            (desktop.colours(area) > 12).then_some(())
        });
        drag(area.x + KNOB.0, area.y + KNOB.1);
        let after = until("a turn", || {
            let now = rack.values(0);
            (now != before).then_some(now)
        });
        println!("{before:?} -> {after:?}");
        crate::many::picture("turned");
    });
}

/// The threshold's knob in ZamCompX2's window.
const KNOB: (i32, i32) = (60, 60);
