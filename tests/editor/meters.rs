//! Meters, which on X11 are drawn outside of egui: see `src/editor/outside.rs`.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use crate::desktop::{Area, Button, Node, on_a_desktop};
use crate::stage::{SOON, Stage, TWO_SLOTS};

/// The dark theme's: behind levels, levels, levels above full scale.
const DARK: [[u8; 3]; 3] = [[16, 17, 20], [94, 200, 140], [255, 96, 84]];
/// The light theme's.
const LIGHT: [[u8; 3]; 3] = [[222, 225, 231], [22, 122, 68], [196, 28, 18]];

/// Eight slots, more than there is room for.
const MANY_SLOTS: &str = r#"{"chain": [
    {"plugin": "VST3:ZamCompX2"}, {"plugin": "VST3:ZamEQ2"},
    {"split": "parallel", "chains": [
        {"name": "One", "chain": [{"plugin": "VST3:ZamEQ2"}]},
        {"name": "Other", "chain": [{"plugin": "VST3:ZamCompX2"}]}
    ]},
    {"plugin": "VST3:ZamCompX2"}, {"plugin": "VST3:ZamEQ2"},
    {"plugin": "VST3:ZamCompX2"}, {"plugin": "VST3:ZamEQ2"}
]}"#;

impl Stage {
    /// The windows that meters are drawn in.
    fn meter_windows(&self) -> Vec<Area> {
        let windows = self.desktop.screen.windows_in(self.window());
        // The first is the editor's own.
        windows.iter().skip(1).map(|it| it.area).collect()
    }

    /// Where egui has meters: their names, and where they are on the screen.
    fn meters(&self) -> Vec<(String, Area)> {
        let Some(tree) = self.tree().now() else {
            return Vec::new();
        };
        // The pointer finds them already two points beside.
        let beside = 2.0 * tree.scale;
        let nodes = tree.all("Meter", "").map(|node| {
            let mut node = node.clone();
            let [x, y, width, height] = node.rect;
            node.rect = [
                x + beside,
                y + beside,
                width - 2.0 * beside,
                height - 2.0 * beside,
            ];
            (node.name.clone(), self.tree().area(&node))
        });
        nodes.collect()
    }

    fn meter(&self, name: &str) -> Area {
        let meters = self.meters();
        let found = meters.into_iter().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("no meter \"{name}\"")).1
    }

    /// Waits until the meters' windows are where egui has meters: each over one, and but for those at the edges of
    /// what is scrolled, over each.
    fn wait_for_meters(&self, step: &str) {
        let deadline = Instant::now() + SOON;
        loop {
            self.turn();
            let (windows, meters) = (self.meter_windows(), self.meters());
            let over = |window: &Area| meters.iter().position(|it| covers(it.1, *window));
            let found: BTreeSet<_> = windows.iter().filter_map(over).collect();
            let each_is_over_one = found.len() == windows.len() && !found.is_empty();
            if each_is_over_one && windows.len() + 4 >= meters.len() {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the meters {step}: {windows:#?} are not over {meters:#?}"
            );
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Whether a window is over a meter, or over what can be seen of it.
fn covers(meter: Area, window: Area) -> bool {
    let within = |from: i32, size: u32, outer: i32, outer_size: u32| {
        from + 1 >= outer && from + size as i32 <= outer + outer_size as i32 + 1
    };
    within(window.x, window.width, meter.x, meter.width)
        && within(window.y, window.height, meter.y, meter.height)
}

/// An area but for its outermost pixels.
fn within(area: Area) -> Area {
    Area {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width - 2,
        height: area.height - 2,
    }
}

fn overlap(one: Area, other: Area) -> bool {
    let apart = |from: i32, size: u32, other: i32, other_size: u32| {
        from + size as i32 <= other || other + other_size as i32 <= from
    };
    !apart(one.x, one.width, other.x, other.width)
        && !apart(one.y, one.height, other.y, other.height)
}

#[test]
fn meters_move_and_the_window_is_not_drawn_again_for_them() {
    const CHANGES: usize = 60;
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        stage.play();
        stage.open();
        stage.wait_for("", "Slot 2 ZamEQ2");
        stage.wait_for_meters("to be drawn outside of egui");
        let look = || {
            let meter = stage.meter("Input level of ZamCompX2");
            stage.desktop.screen.picture_of(meter)
        };
        stage.wait_until("a level", || look().colours().contains(&DARK[1]));

        let (frames, began) = (stage.tree().frame(), Instant::now());
        let (mut last, mut changes) = (look(), 0);
        let mut told = stage.tree().now().expect("a tree");
        stage.wait_until("the meter to move", || {
            let tree = stage.tree().now().expect("a tree");
            if tree.frame != told.frame {
                let news = tree.nodes.iter().filter(|it| !told.nodes.contains(it));
                let news: Vec<_> = news.map(|it| it.words()).collect();
                println!("  after {:?}: {news:?}", began.elapsed());
                told = tree;
            }
            let now = look();
            if now != last {
                changes += 1;
                last = now;
            }
            changes >= CHANGES
        });
        let frames = stage.tree().frame() - frames;
        println!("{:?} over {:?}", stage.meter_windows(), stage.meters());
        println!(
            "{changes} times in {:?}, and {frames} frames",
            began.elapsed()
        );
        // What plugins cost is looked at once a second, and may be other words.
        let for_costs = began.elapsed().as_secs() + 2;
        assert!(frames <= for_costs, "{frames} frames for {changes} changes");
        assert!(frames < changes as u64 / 4, "{frames} of {changes}");
        stage.wait_until("a meter's colours, and no others", || {
            look().colours().is_subset(&DARK.into())
        });
        stage.keep_picture("meters");
        stage.close();
    });
}

#[test]
fn a_meter_looks_the_same_whoever_draws_it() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        for scale in [1.0, 1.25] {
            stage.play();
            stage.open_scaled(Some(scale));
            stage.wait_for("", "Slot 2 ZamEQ2");
            stage.wait_for_meters("to be drawn outside of egui");
            // At the other side, words about a meter are drawn over it.
            let names = ["Input level of ZamCompX2", "Input level of ZamEQ2"];
            // Where egui has it, and nothing but it: what is told of a frame comes before that is drawn.
            let look = |name: &str| {
                let mut picture = None;
                stage.wait_until(name, || {
                    // Where a pixel is a part of a point, the edge may be the slot's.
                    let area = within(stage.meter(name));
                    let now = stage.desktop.screen.picture_of(area);
                    let is_it = now.colours().is_subset(&DARK.into());
                    picture = Some(now);
                    is_it
                });
                picture.expect("a picture")
            };
            stage.wait_until("levels", || {
                let seen = names.map(look);
                seen.iter().all(|it| it.colours().contains(&DARK[1]))
            });
            // From here on the levels stay where they are.
            stage.stop();
            stage.wait_for_meters("to be drawn outside of egui again");
            for name in names {
                let is_outside = || {
                    let meter = stage.meter(name);
                    stage.meter_windows().iter().any(|it| covers(meter, *it))
                };
                // What the pointer is over is egui's: its words are to move with it.
                stage.desktop.point(stage.meter(name).centre());
                stage.wait_for("", "dBFS");
                stage.wait_until("egui to draw it", || !is_outside());
                let inside = look(name);
                assert!(inside.colours().contains(&DARK[1]), "no level at {name}");
                inside.keep(&stage.desktop.test, "inside");
                stage.desktop.point(stage.tree().whole().centre());
                stage.wait_until("it to be outside again", is_outside);
                let same = format!("{name} at {scale} to look as egui draws it");
                stage.wait_until(&same, || look(name) == inside);
            }
            stage.close();
        }
    });
}

#[test]
fn meters_are_where_they_belong_however_the_rack_is_scrolled_resized_changed_and_covered() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, MANY_SLOTS);
        stage.play();
        stage.open();
        stage.wait_for("", "Slot 1 ZamCompX2");
        stage.wait_for_meters("at first");
        let middle = stage.tree().whole().centre();
        for clicks in [-2, -3, 1, -20, 20] {
            let before = stage.meters();
            stage.desktop.wheel(middle, clicks);
            stage.wait_until("the rack to be scrolled", || stage.meters() != before);
            stage.wait_for_meters(&format!("scrolled by {clicks}"));
        }
        stage.desktop.wheel(middle, -2);
        stage.wait_for_meters("scrolled again");
        stage.keep_picture("1-scrolled");
        stage.desktop.wheel(middle, 20);
        for size in [(700, 500), (1100, 760)] {
            let mut instance = stage.instance.borrow_mut();
            instance.resize_editor(size).expect("another size");
            drop(instance);
            stage.wait_until("a frame of that size", || {
                let now = stage.tree().now().expect("a tree");
                now.size.map(|it| it.round() as u32) == [size.0, size.1]
            });
            stage.wait_for_meters(&format!("in {size:?}"));
        }

        // A menu covers meters, and they do not shine through.
        let names = |stage: &Stage| {
            let tree = stage.tree().now().expect("a tree");
            let names = tree.nodes.iter().map(|it| it.words().to_owned());
            names.collect::<BTreeSet<_>>()
        };
        let before = names(&stage);
        let in_split = stage.wait_for_that("", "Slot", |it| {
            it.words().ends_with("ZamEQ2") && it.rect[2] < 500.0
        });
        let title = stage.tree().area(&in_split);
        let beside = (title.x + title.width as i32 - 8, title.centre().1);
        stage.desktop.click(beside, Button::Right);
        stage.wait_for("Button", "Duplicate");
        let tree = stage.tree().now().expect("a tree");
        let entries = tree.nodes.iter().filter(|it| !before.contains(it.words()));
        let entries: Vec<Area> = entries.map(|it| stage.tree().area(it)).collect();
        let is_covered = |it: &Area| entries.iter().any(|entry| overlap(*it, *entry));
        assert!(stage.meters().iter().any(|(_, meter)| is_covered(meter)));
        stage.wait_until("the meters below the menu to be egui's", || {
            !stage.meter_windows().iter().any(is_covered)
        });
        stage.keep_picture("2-menu");
        stage.desktop.press("Escape");
        stage.wait_for_meters("without the menu");

        stage.click("", "Slot 1 ZamCompX2");
        let is_selected = |it: &Node| it.toggled == Some(true);
        stage.wait_for_that("", "Slot 1 ZamCompX2", is_selected);
        stage.desktop.press("Delete");
        stage.wait_for("", "Slot 1 ZamEQ2");
        stage.wait_for_meters("without the first slot");

        stage.click("Button", "Settings");
        stage.wait_for_meters("beside the settings");
        stage.click("", "Light");
        stage.wait_for_meters("in the light");
        let meter = stage.meter("Input level of ZamEQ2");
        stage.wait_until("light colours", || {
            let colours = stage.desktop.screen.picture_of(meter).colours();
            colours.contains(&LIGHT[1]) && colours.is_subset(&LIGHT.into())
        });
        stage.keep_picture("3-light");
        stage.close();
    });
}
