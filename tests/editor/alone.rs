//! Editors that get no help from the host, and editors that are not alone.

use std::time::Duration;

use crate::desktop::{on_a_desktop, wait_until};
use crate::stage::{SOON, Stage, TITLE, TWO_SLOTS, another};

#[test]
fn a_host_whose_main_thread_is_busy_does_not_keep_the_editor_from_drawing() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        stage.play();
        stage.open();
        stage.wait_for("", "Slot 2 ZamEQ2");
        // From here on the main loop does not turn. Meters move, and so does the picture.
        let look = || stage.desktop.screen.picture_of(stage.tree().whole());
        let (mut last, mut changes) = (look(), 0);
        wait_until("twenty pictures without the host", || {
            let now = look();
            changes += usize::from(now != last);
            last = now;
            changes >= 20
        });
        // Nor does it keep what is clicked from being done.
        let bypass = stage.tree().find("", "Bypass ZamEQ2").expect("a button");
        stage.tree().click(&bypass);
        wait_until("the bypass without the host", || {
            let now = stage.tree().find("", "Bypass ZamEQ2");
            now.is_some_and(|it| it.toggled == Some(true))
        });
        stage.close();
    });
}

#[test]
fn an_editor_that_opens_while_audio_runs_costs_no_block() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        stage.play();
        stage.wait_until("the tone to come through", || stage.peak() > 0.01);
        for _ in 0..5 {
            stage.open();
            assert!(stage.peak() > 0.01, "the tone has stopped");
            stage.close();
            assert!(stage.peak() > 0.01, "the tone has stopped");
        }
    });
}

#[test]
fn two_instances_show_two_editors_each_with_its_own_rack() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        stage.open();
        stage.wait_for("", "Slot 1 ZamCompX2");
        let first = stage.tree().now().expect("a tree");
        let mut other = another(r#"{"name": "Other", "chain": [{"plugin": "VST3:ZamGEQ31"}]}"#);
        stage.tree().forget();
        other.open_editor("Another track", None).expect("an editor");
        // Both write the same file; the one that was drawn last is in it.
        stage.wait_until("the other rack", || {
            other.pump().expect("a turn");
            let now = stage.tree().now();
            now.is_some_and(|it| it.find("", "Slot 1 ZamGEQ31").is_some())
        });
        stage.turn_for(Duration::from_millis(300)); // What is told comes before it is drawn.
        let picture = stage.desktop.keep_picture("two");
        for title in [TITLE, "Another track"] {
            let window = stage.desktop.screen.wait_for_window(title);
            assert!(
                picture.part(window.area).shows_something(),
                "{title} is blank"
            );
        }
        assert!(first.find("", "ZamGEQ31").is_none());
        other.close_editor();
        // The first one is still at work.
        let before = stage.desktop.screen.picture();
        stage.click("", "Bypass ZamCompX2");
        stage.wait_for_that("", "Bypass ZamCompX2", |it| it.toggled == Some(true));
        let area = stage.tree().whole();
        let difference = stage
            .desktop
            .screen
            .picture()
            .part(area)
            .difference(&before.part(area));
        assert!(difference > 0.0);
        stage.close();
        other
            .pump_until(Duration::from_millis(100), |_| false)
            .expect("turns");
        let _ = SOON;
    });
}
