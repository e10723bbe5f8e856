//! Tells egui of files that are dragged over the window, where its own window does not; a plugin of egui's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Context, DroppedFile, Event, HoveredFile, Pos2, RawInput};

use super::outside::Outside;

/// See the [module](self).
pub struct FileDrops {
    outside: Arc<Outside>,
    were_over: bool,
}

impl FileDrops {
    /// For one window.
    pub fn new(outside: Arc<Outside>) -> Self {
        Self {
            outside,
            were_over: false,
        }
    }
}

impl egui::Plugin for FileDrops {
    fn debug_name(&self) -> &'static str {
        "file drops"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        let files = self.outside.take_files();
        let point = |at: [i32; 2]| {
            let [x, y] = at.map(|it| it as f32 / ctx.pixels_per_point());
            Pos2::new(x, y)
        };
        if let Some(at) = files.over {
            // The pointer is the other program's meanwhile.
            input.events.push(Event::PointerMoved(point(at)));
            input.hovered_files.push(HoveredFile::default());
        } else if self.were_over && files.dropped.is_empty() {
            input.events.push(Event::PointerGone);
        }
        self.were_over = files.over.is_some();
        for (at, paths) in files.dropped {
            input.events.push(Event::PointerMoved(point(at)));
            for path in paths {
                input.dropped_files.push(Arc::new(Dropped(path)));
            }
        }
    }
}

/// A file, of which only the name is handed on: the link reads it.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}
