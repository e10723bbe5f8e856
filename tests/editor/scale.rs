//! Screens with small pixels.

use crate::desktop::on_a_desktop;
use crate::stage::{Stage, TWO_SLOTS};

#[test]
fn the_editor_is_as_large_as_the_host_says_from_100_to_300_percent() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        let mut last_height = 0.0;
        for percent in [100, 125, 150, 200, 300] {
            let scale = f64::from(percent) / 100.0;
            stage.open_scaled(Some(scale));
            let slot = stage.wait_for("", "Slot 1 ZamCompX2");
            stage.keep_picture(&percent.to_string());
            let now = stage.tree().now().expect("a tree");
            let size = stage.instance.borrow_mut().editor_size().expect("a size");
            println!("{percent} %: {size:?} {:?} {}", now.size, now.scale);
            assert_eq!(now.scale, scale);
            assert_eq!(now.size.map(|it| it.round() as u32), [size.0, size.1]);
            let bypass = stage.wait_for("", "Bypass ZamCompX2");
            assert!(bypass.rect[3] > last_height, "{percent} %: {bypass:?}");
            last_height = bypass.rect[3];
            let [x, y, width, height] = slot.rect;
            assert!(x >= 0.0 && y >= 0.0 && width > 0.0 && height > 0.0);
            stage.close();
        }
    });
}
