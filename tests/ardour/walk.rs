//! From the empty rack to the saved one, and back.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::desktop::{Area, Button, Desktop, Node, Tree, on_a_desktop, wait_for, wait_until};
use crate::host::{Ardour, Installed};
use crate::session::Session;
use crate::support::scan::{ZAM, scan};

/// The host parameter that a control is learned for.
const P000: u32 = 0;

/// Our editor in Ardour's window.
struct Editor<'a> {
    desktop: &'a Desktop,
    tree: Tree<'a>,
    /// Ardour's window around it.
    frame: u32,
}

impl<'a> Editor<'a> {
    /// Waits for it.
    fn find(desktop: &'a Desktop) -> Self {
        let frame = desktop.screen.wait_for_window("[VST3]");
        let window = wait_for("the editor in Ardour's window", || {
            let windows = desktop.screen.windows().into_iter();
            let mut within = windows.filter(|it| {
                let (x, y) = it.area.centre();
                let (left, top) = (frame.area.x, frame.area.y);
                it.id != frame.id
                    && (left..left + frame.area.width as i32).contains(&x)
                    && (top..top + frame.area.height as i32).contains(&y)
            });
            within.rfind(|it| it.name == "Matryoshka")
        });
        let tree = desktop.tree(window.id);
        Self {
            desktop,
            tree,
            frame: frame.id,
        }
    }

    fn wait_for(&self, role: &str, name: &str) -> Node {
        self.wait_for_that(role, name, |_| true)
    }

    /// Ardour turns its own loop.
    fn wait_for_that(&self, role: &str, name: &str, is_it: impl Fn(&Node) -> bool) -> Node {
        let turn = || thread::sleep(Duration::from_millis(5));
        self.tree.wait_for_that(role, name, is_it, turn)
    }

    fn click(&self, role: &str, name: &str) {
        let node = self.wait_for(role, name);
        self.tree.click(&node);
    }

    fn keep_picture(&self, step: &str) {
        wait_until("the editor to be drawn", || {
            let picture = self.desktop.screen.picture();
            picture.part(self.tree.whole()).shows_something()
        });
        self.desktop.keep_picture(step);
    }

    /// Turns to Ardour's main window and back, while the pointer stays where it is. X then says of the editor's own
    /// window, which is below the pointer, that it has keys, and gives them to Ardour's around it.
    fn come_back(&self, ardour: &Ardour) {
        self.desktop.point(self.tree.whole().centre());
        ardour.activate(self.desktop);
        self.desktop.activate(self.frame);
    }

    /// Puts a plugin behind the others by typing its name and Enter.
    fn insert(&self, number: usize, plugin: &str) {
        self.desktop.click(self.tree.whole().centre(), Button::Left);
        self.desktop.press("ctrl+f");
        self.wait_for_that("", "Search plugins", |it| it.focused);
        self.desktop.type_text(&plugin.to_lowercase());
        self.wait_for("ListItem", plugin);
        self.desktop.press("Return");
        self.wait_for("", &format!("Slot {number} {plugin}"));
    }

    /// Opens a child's own window, and waits until it is drawn.
    fn open_child(&self, plugin: &str) -> Area {
        self.click("", &format!("Open the window of {plugin}"));
        let child = self.desktop.screen.wait_for_window(plugin);
        wait_until("the child to draw", || {
            let picture = self.desktop.screen.picture();
            picture.part(child.area).content().colours > 200
        });
        // Where it is once the window manager has put it there.
        self.desktop.screen.area(child.id).expect("the window")
    }

    fn reorder(&self, dragged: &str, before: &str) {
        let from = self.tree.area(&self.wait_for("", dragged));
        let to = self.tree.area(&self.wait_for("", before));
        self.tree
            .drag_by_frames((from.x + 60, from.y + 12), (to.x + 60, to.y + 4));
    }
}

#[test]
fn a_rack_is_built_by_hand_in_ardour_and_comes_back_with_its_session() {
    on_a_desktop(|desktop| {
        scan(&ZAM);
        let installed = Installed::set_up(&desktop);
        let session = Session::make(&desktop, &installed);
        let ardour = installed.start(&session.folder);

        let editor = Editor::find(&desktop);
        editor.wait_for("Button", "Panic");
        editor.keep_picture("1-open");
        editor.come_back(&ardour);
        editor.insert(1, "ZamCompX2");
        editor.insert(2, "ZamEQ2");
        editor.keep_picture("2-inserted");

        // The next control that is turned is the host's first parameter from then on.
        editor.click("Button", "Mapping");
        editor.click("Button", "Learn");
        editor.wait_for("", "p000 will move it");
        let child = editor.open_child("ZamCompX2");
        // The threshold's knob, third from the left.
        let knob = (child.x + 212, child.y + child.height as i32 - 42);
        desktop.drag(knob, (knob.0, knob.1 + 10));
        editor.wait_for("", "Name of p000");
        ardour.save(&desktop);
        session.wait_for("the mapping to be saved", |rack| {
            rack["chain"][0]["mappings"][0]["host"] == json!("p000")
        });
        let before = session.parameter(P000).expect("a value");

        desktop.drag(knob, (knob.0, knob.1 + 40));
        editor.keep_picture("3-turned");
        let now = wait_for("Ardour to have saved what the knob has moved", || {
            ardour.save(&desktop);
            session.settled();
            session.parameter(P000).filter(|now| *now < before - 0.05)
        });
        println!("Ardour's parameter was {before}, and is {now}");
        let ours = value_of(&session.rack().expect("a rack"), "p000");
        assert!((ours - now).abs() < 1.0e-3, "{ours} is not {now}");

        editor.click("", "Close the window of ZamCompX2");
        editor.reorder("Slot 2 ZamEQ2", "Slot 1 ZamCompX2");
        editor.wait_for("", "Slot 1 ZamEQ2");
        editor.click("", "Bypass ZamCompX2");
        editor.wait_for_that("", "Bypass ZamCompX2", |it| it.toggled == Some(true));
        editor.keep_picture("4-reordered-and-bypassed");
        ardour.save(&desktop);
        let saved = session.wait_for("what was done to be saved", |rack| {
            rack["chain"][1]["bypass"] == json!(true)
        });
        assert_eq!(names(&saved), ["ZamEQ2", "ZamCompX2"]);
        ardour.quit(&desktop);

        editor.tree.forget();
        let ardour = installed.start(&session.folder);
        let editor = Editor::find(&desktop);
        editor.wait_for("", "Slot 1 ZamEQ2");
        editor.wait_for("", "Slot 2 ZamCompX2");
        editor.wait_for_that("", "Bypass ZamCompX2", |it| it.toggled == Some(true));
        editor.keep_picture("5-again");
        // What comes back is what was saved, to the letter. A session that has not changed is not saved again.
        editor.click("", "Bypass ZamEQ2");
        editor.wait_for_that("", "Bypass ZamEQ2", |it| it.toggled == Some(true));
        ardour.save(&desktop);
        let mut again = session.wait_for("the session to be saved again", |rack| {
            rack["chain"][0]["bypass"] == json!(true)
        });
        let other = again["chain"][0].as_object_mut().expect("a slot");
        other.remove("bypass");
        assert_eq!(again, saved);
        assert_eq!(session.parameter(P000), Some(now));
        ardour.quit(&desktop);
    });
}

fn value_of(rack: &Value, host: &str) -> f64 {
    let value = &rack["host_parameters"][host]["value"];
    value.as_f64().unwrap_or_else(|| panic!("{rack:#}"))
}

fn names(rack: &Value) -> Vec<&str> {
    let chain = rack["chain"].as_array().expect("a chain").iter();
    let names = chain.map(|item| item["plugin"]["name"].as_str());
    names.map(|name| name.expect("a name")).collect()
}
