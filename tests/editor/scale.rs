//! Screens with small pixels.

use crate::desktop::on_a_desktop;
use crate::stage::{Stage, TWO_SLOTS, another};

#[test]
fn the_editor_is_as_large_as_the_host_says_from_100_to_300_percent() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        for percent in [100, 125, 150, 200, 300] {
            let scale = f64::from(percent) / 100.0;
            // Each as on another computer: with the size that it has at first.
            stage.instance.replace(another(TWO_SLOTS));
            stage.forget_preferences();
            stage.open_scaled(Some(scale));
            stage.wait_for("", "Slot 1 ZamCompX2");
            stage.keep_picture(&percent.to_string());
            let now = stage.tree().now().expect("a tree");
            let size = stage.instance.borrow_mut().editor_size().expect("a size");
            println!("{percent} %: {size:?} {:?} {}", now.size, now.scale);
            assert_eq!(now.scale, scale);
            assert_eq!(now.size.map(|it| it.round() as u32), [size.0, size.1]);
            // What is drawn at a place is found there: a click hits.
            stage.click("", "Bypass ZamCompX2");
            stage.wait_for_that("", "Bypass ZamCompX2", |it| it.toggled == Some(true));
            stage.close();
        }
    });
}

#[test]
fn an_editor_that_opens_again_at_200_percent_is_as_large_as_before() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        let mut sizes = Vec::new();
        for _ in 0..3 {
            stage.open_scaled(Some(2.0));
            stage.wait_for("", "Slot 1 ZamCompX2");
            sizes.push(stage.instance.borrow_mut().editor_size().expect("a size"));
            stage.close();
        }
        assert!(sizes.iter().all(|it| *it == sizes[0]), "{sizes:?}");
    });
}
