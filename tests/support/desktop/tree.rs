//! What the editor says that it shows.
//!
//! Where `MATRYOSHKA_EDITOR_TREE` names a file, the editor keeps its accessibility tree there: what a
//! screen reader would be told, with places. So tests find buttons by the names that people hear, and
//! know what is written on the screen without reading pictures.

use std::path::PathBuf;
use std::{env, fs};

use serde::Deserialize;

use super::hands::Button;
use super::picture::Area;
use super::{Desktop, wait_for, wait_until};

/// Names the file.
pub(super) const VARIABLE: &str = "MATRYOSHKA_EDITOR_TREE";

/// One frame's tree.
#[derive(Clone, Debug, Deserialize)]
pub struct Snapshot {
    /// Which frame it was.
    pub frame: u64,
    /// The editor's size in pixels.
    pub size: [f64; 2],
    /// Pixels to a point.
    pub scale: f64,
    /// All that is shown, parents before children.
    pub nodes: Vec<Node>,
}

/// Something that is shown.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Node {
    /// AccessKit's role: "Button".
    pub role: String,
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// What is in it, or set with it.
    #[serde(default)]
    pub value: Option<String>,
    /// Left, top, width and height, in pixels, from the editor's corner.
    pub rect: [f64; 4],
    /// Keys go there.
    #[serde(default)]
    pub focused: bool,
    /// It cannot be used now.
    #[serde(default)]
    pub disabled: bool,
    /// On or off, where it can be.
    #[serde(default)]
    pub toggled: Option<bool>,
}

impl Node {
    /// What it is called; of a text, which has no name, what it says.
    pub fn words(&self) -> &str {
        match self.name.is_empty() {
            true => self.value.as_deref().unwrap_or_default(),
            false => &self.name,
        }
    }
}

impl Snapshot {
    /// All of that role (any where empty) whose words hold the text.
    pub fn all<'a>(&'a self, role: &'a str, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.nodes.iter().filter(move |node| {
            (role.is_empty() || node.role == role) && node.words().contains(name)
        })
    }

    /// The first of them; an exact name comes first.
    pub fn find<'a>(&'a self, role: &'a str, name: &'a str) -> Option<&'a Node> {
        self.all(role, name)
            .find(|node| node.words() == name)
            .or_else(|| self.all(role, name).next())
    }

    /// Roles and names, a line each, for a test that fails.
    pub fn text(&self) -> String {
        let lines = self.nodes.iter().map(|node| {
            let value = node.value.as_deref().map(|it| format!(" = {it}"));
            let [x, y, width, height] = node.rect.map(|it| it.round());
            let value = value.unwrap_or_default();
            format!(
                "{} \"{}\"{value} at {x},{y} {width}x{height}\n",
                node.role, node.name
            )
        });
        lines.collect()
    }
}

/// The editor in one window of the host's.
pub struct Tree<'a> {
    desktop: &'a Desktop,
    window: u32,
    /// Where the editor tells what it shows, unless it should not.
    file: Option<PathBuf>,
}

impl Desktop {
    /// The tree of the editor in that window of the host's.
    pub fn tree(&self, window: u32) -> Tree<'_> {
        Tree {
            desktop: self,
            window,
            file: env::var_os(VARIABLE).map(PathBuf::from),
        }
    }

    /// Keeps a picture of the whole screen, and gives it back.
    pub fn keep_picture(&self, step: &str) -> super::Picture {
        let picture = self.screen.picture();
        picture.keep(&self.test, step);
        picture
    }
}

impl Tree<'_> {
    /// The last frame's tree; `None` before the first one.
    pub fn now(&self) -> Option<Snapshot> {
        let bytes = fs::read(self.file.as_ref()?).ok()?;
        // The file is replaced as a whole, so that it is never half a tree.
        Some(serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            let text = String::from_utf8_lossy(&bytes);
            panic!("the editor's tree cannot be read: {error}\n{text}")
        }))
    }

    /// Forgets the last frame, so that what is waited for comes from a later one.
    pub fn forget(&self) {
        let file = self.file.as_ref();
        // There may be none yet.
        let _ = file.map(fs::remove_file);
    }

    /// The last frame's number; 0 before the first one.
    pub fn frame(&self) -> u64 {
        self.now().map_or(0, |it| it.frame)
    }

    /// Something of that role (any where empty) whose name holds the text, if it is there.
    pub fn find(&self, role: &str, name: &str) -> Option<Node> {
        self.now()?.find(role, name).cloned()
    }

    /// Whether anything is called that.
    pub fn shows(&self, name: &str) -> bool {
        self.find("", name).is_some()
    }

    /// Where it is on the screen.
    pub fn area(&self, node: &Node) -> Area {
        let origin = self.desktop.screen.area(self.window);
        let origin = origin.expect("the editor's window");
        let [x, y, width, height] = node.rect;
        Area {
            x: origin.x + x.round() as i32,
            y: origin.y + y.round() as i32,
            width: width.round() as u32,
            height: height.round() as u32,
        }
    }

    /// Where the editor is on the screen.
    pub fn whole(&self) -> Area {
        let area = self.desktop.screen.area(self.window);
        area.expect("the editor's window")
    }

    /// Waits for something of that role (any where empty) whose name holds the text. `turn` is what the
    /// host does meanwhile.
    pub fn wait_for(&self, role: &str, name: &str, turn: impl FnMut()) -> Node {
        self.wait_for_that(role, name, |_| true, turn)
    }

    /// Waits for something of that role and name of which that is so.
    pub fn wait_for_that(
        &self,
        role: &str,
        name: &str,
        is_it: impl Fn(&Node) -> bool,
        mut turn: impl FnMut(),
    ) -> Node {
        let deadline = std::time::Instant::now() + super::PATIENCE;
        loop {
            turn();
            let now = self.now();
            let found = now.as_ref().and_then(|now| {
                let exact = now
                    .all(role, name)
                    .find(|it| it.words() == name && is_it(it));
                exact.or_else(|| now.all(role, name).find(|it| is_it(it)))
            });
            if let Some(found) = found {
                return found.clone();
            }
            if std::time::Instant::now() > deadline {
                self.desktop.keep_picture("in-vain");
                let text = now.map(|it| it.text()).unwrap_or_default();
                panic!("waited in vain for the {role} \"{name}\"; there is:\n{text}");
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Waits until nothing is called that any more.
    pub fn wait_until_gone(&self, role: &str, name: &str, mut turn: impl FnMut()) {
        wait_for(&format!("the {role} \"{name}\" to go"), || {
            turn();
            self.find(role, name).is_none().then_some(())
        });
    }

    /// Clicks on it.
    pub fn click(&self, node: &Node) {
        self.desktop.click(self.area(node).centre(), Button::Left);
    }

    /// Drags something within the editor from one place of the screen to another. The editor draws a frame of each
    /// part of it, however long that takes.
    pub fn drag_by_frames(&self, from: (i32, i32), to: (i32, i32)) {
        self.desktop.drag_watched(from, to, |at| {
            // The one that is under way may have begun before.
            let next = self.frame() + 2;
            let mut aside = at;
            wait_until("frames of what is dragged", || {
                // Where nothing happens, nothing is drawn.
                aside.0 = at.0 + i32::from(aside == at);
                self.desktop.nudge(aside);
                self.frame() >= next
            });
            self.desktop.nudge(at);
        });
    }

    /// Drags one onto another.
    pub fn drag(&self, from: &Node, to: &Node) {
        let (from, to) = (self.area(from).centre(), self.area(to).centre());
        self.desktop.drag(from, to);
    }
}
