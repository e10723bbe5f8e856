//! The editor as assistive technology and tests see it: the tree of roles and names that egui makes with
//! AccessKit.
//!
//! Where the variable [`VARIABLE`] names a file, what is on screen is written to it after each frame in which
//! something changed, so that tests find buttons by their names.

use std::io::Write;
use std::path::PathBuf;

use egui::accesskit::{Toggled, TreeUpdate};
use egui::{Context, FullOutput};
use serde::Serialize;
use tempfile::NamedTempFile;

/// Names the file that the tree is written to.
pub const VARIABLE: &str = "MATRYOSHKA_EDITOR_TREE";

/// What is on screen. Rectangles are in the window's pixels: x, y, width, height.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tree {
    /// Counts frames.
    pub frame: u64,
    /// The window's size in pixels.
    pub size: [f32; 2],
    /// Pixels to a point.
    pub scale: f32,
    /// Whatever has a name or a value.
    pub nodes: Vec<TreeNode>,
}

/// One thing on screen.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TreeNode {
    /// What it is, as AccessKit has it: "Button".
    pub role: String,
    /// What it is called.
    pub name: String,
    /// What it holds or stands at.
    pub value: Option<String>,
    /// Where it is.
    pub rect: [f32; 4],
    /// Keys go to it.
    pub focused: bool,
    /// It does nothing at the moment.
    pub disabled: bool,
    /// It is on or off.
    pub toggled: Option<bool>,
}

/// Writes the tree to a file; a plugin of egui's.
#[derive(Debug)]
pub struct TreeWriter {
    path: PathBuf,
    frame: u64,
}

impl TreeWriter {
    /// A writer, where the variable asks for one.
    pub fn from_environment() -> Option<Self> {
        Some(Self {
            path: std::env::var_os(VARIABLE)?.into(),
            frame: 0,
        })
    }

    fn write(&self, tree: &Tree) -> std::io::Result<()> {
        let folder = self.path.parent().ok_or(std::io::ErrorKind::NotFound)?;
        let mut file = NamedTempFile::with_prefix_in(".tree-", folder)?;
        file.write_all(&serde_json::to_vec(tree)?)?;
        file.persist(&self.path)?;
        Ok(())
    }
}

impl egui::Plugin for TreeWriter {
    fn debug_name(&self) -> &'static str {
        "tree"
    }

    fn setup(&mut self, ctx: &Context) {
        ctx.enable_accesskit();
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        self.frame += 1;
        let Some(update) = &output.platform_output.accesskit_update else {
            return;
        };
        let tree = read(update, ctx, self.frame);
        if let Err(error) = self.write(&tree) {
            tracing::warn!("{}: {error}", self.path.display());
        }
    }
}

/// Reads egui's update, which holds all nodes each time.
fn read(update: &TreeUpdate, ctx: &Context, frame: u64) -> Tree {
    let scale = ctx.pixels_per_point();
    let size = ctx.content_rect().size() * scale;
    let nodes = (update.nodes.iter())
        .filter_map(|(id, node)| {
            let name = node.label().unwrap_or_default().to_owned();
            let number = node.numeric_value().map(|number| number.to_string());
            let value = node.value().map(str::to_owned).or(number);
            if name.is_empty() && value.is_none() {
                return None;
            }
            let bounds = node.bounds().unwrap_or_default();
            Some(TreeNode {
                role: format!("{:?}", node.role()),
                name,
                value,
                // egui's are in points: the node of its root scales them.
                rect: [bounds.x0, bounds.y0, bounds.width(), bounds.height()]
                    .map(|it| it as f32 * scale),
                focused: update.focus == *id,
                disabled: node.is_disabled(),
                toggled: node.toggled().map(|toggled| toggled == Toggled::True),
            })
        })
        .collect();
    Tree {
        frame,
        size: [size.x, size.y],
        scale,
        nodes,
    }
}
