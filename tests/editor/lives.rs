//! Editors that come and go.

use crate::desktop::{Usage, on_a_desktop};
use crate::stage::{Stage, TWO_SLOTS};

/// How often it is opened, resized and closed.
const TIMES: usize = 100;

/// How often before that is counted: memory grows for sixty times or so, by what each of many short-lived threads
/// keeps for the next one, and then no more (tried with 300 times).
const WARM_UP: usize = 80;

/// What memory may grow by, in KiB, over all times: a window that leaked its picture would take more.
const GROWTH_KIB: u64 = 40 * 1024;

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
        for turn in 0..WARM_UP {
            once(turn);
        }
        let before = Usage::settled();
        let windows = stage.desktop.screen.count_windows();
        for turn in 0..TIMES {
            if turn % 20 == 0 {
                println!("after {turn} times: {:?}", Usage::now());
            }
            once(turn);
        }
        let after = Usage::settled();
        println!("before: {before:?}; after {TIMES} times: {after:?}");
        assert_eq!(stage.desktop.screen.count_windows(), windows);
        assert_eq!(
            (after.threads, after.descriptors),
            (before.threads, before.descriptors)
        );
        assert!(
            after.resident_kib < before.resident_kib + GROWTH_KIB,
            "{before:?} became {after:?}"
        );
    });
}
