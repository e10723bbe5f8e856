//! Editors that come and go.

use crate::desktop::{Usage, on_a_desktop};
use crate::stage::{Stage, TWO_SLOTS};

/// How often it is opened, resized and closed.
const TIMES: usize = 100;

/// What memory may grow by, in KiB, over all times: a window that leaked its picture would take more.
const GROWTH_KIB: u64 = 24 * 1024;

#[test]
fn a_hundred_openings_leave_no_thread_no_descriptor_no_window_and_no_memory() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        stage.play();
        let once = |turn: usize| {
            stage.open();
            let wanted = [(900, 600), (1200, 800), (700, 500)][turn % 3];
            let size = stage
                .instance
                .borrow_mut()
                .resize_editor(wanted)
                .expect("another size");
            stage.wait_until("a frame of that size", || {
                let now = stage.tree().now().expect("a tree");
                now.size.map(|it| it.round() as u32) == [size.0, size.1]
            });
            if turn == 0 {
                stage.keep_picture("resized");
            }
            stage.close();
        };
        let count = || (Usage::now(), stage.desktop.screen.count_windows());
        for turn in 0..10 {
            once(turn);
        }
        stage.turn();
        let (before, windows) = count();
        for turn in 0..TIMES {
            once(turn);
        }
        // What ends on another thread may take a moment.
        stage.wait_until("threads, descriptors and windows to be as before", || {
            let (now, now_windows) = count();
            (now.threads, now.descriptors, now_windows)
                == (before.threads, before.descriptors, windows)
        });
        let (after, _) = count();
        println!("before: {before:?}, {windows} windows; after {TIMES} times: {after:?}");
        assert!(
            after.resident_kib < before.resident_kib + GROWTH_KIB,
            "{before:?} became {after:?}"
        );
    });
}
