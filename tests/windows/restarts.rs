//! Sessions that end, all of them, and begin again in the same process, as when a DAW closes one project
//! and opens another.

use crate::rack::{Rack, on_a_screen};

const TIMES: usize = 20;

fn opens_again(test: &str, plugin: &str) {
    on_a_screen(test, |desktop| {
        for time in 0..TIMES {
            let mut rack = Rack::of(&[plugin]);
            let title = rack.title(0);
            rack.see(&desktop, 0, &title);
            rack.play_noise();
            // It ends with its window open, and without.
            if time % 2 == 0 {
                rack.close(0);
            }
        }
    });
}

#[test]
fn a_qt_window_opens_again_in_a_session_after_the_last() {
    let test = "restarts::a_qt_window_opens_again_in_a_session_after_the_last";
    opens_again(test, "LV2:http://synthv1.sourceforge.net/lv2");
}

#[test]
fn an_x42_window_opens_again_in_a_session_after_the_last() {
    let test = "restarts::an_x42_window_opens_again_in_a_session_after_the_last";
    opens_again(test, "LV2:http://gareus.org/oss/lv2/dpl#stereo");
}
