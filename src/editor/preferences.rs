//! How the musician likes the editor: theme, scale, size. In `editor.json` beside the catalog, for all
//! instances.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::catalog::Store;
use crate::files;

/// Dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// Light text on dark.
    #[default]
    Dark,
    /// Dark text on light.
    Light,
}

/// See the [module](self).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditorPreferences {
    /// Dark or light.
    pub look: Look,
    /// How large everything is: 1 to 3, beside what the system asks for.
    pub scale: f32,
    /// The window's width and height in points, that is in pixels at a scale of 1.
    pub size: [f32; 2],
    /// Fields that are not understood; kept.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl Default for EditorPreferences {
    fn default() -> Self {
        Self {
            look: Look::Dark,
            scale: 1.0,
            size: [1000.0, 640.0],
            unknown: Map::new(),
        }
    }
}

/// The smallest window, in points.
pub const MIN_SIZE: [f32; 2] = [640.0, 400.0];
/// The largest window, in points.
pub const MAX_SIZE: [f32; 2] = [8192.0, 8192.0];
/// The smallest and the largest scale.
pub const SCALES: std::ops::RangeInclusive<f32> = 1.0..=3.0;

impl EditorPreferences {
    /// Reads them. What is not there, or damaged, is as it comes.
    pub fn load() -> Self {
        let read = path().and_then(fs::read);
        match read.map(|text| serde_json::from_slice::<Self>(&text)) {
            Ok(Ok(preferences)) => preferences.within_bounds(),
            Ok(Err(error)) => {
                tracing::warn!("How the editor looks could not be read: {error}");
                Self::default()
            }
            Err(_) => Self::default(),
        }
    }

    /// Writes them, as a whole or not at all.
    ///
    /// # Errors
    ///
    /// If they could not be written.
    pub fn save(&self) -> io::Result<()> {
        let path = path()?;
        let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
        fs::create_dir_all(folder)?;
        files::replace(&path, &serde_json::to_vec_pretty(self)?)
    }

    fn within_bounds(mut self) -> Self {
        let default = Self::default();
        let sane = |value: f32, low: f32, high: f32, otherwise: f32| match value.is_finite() {
            true => value.clamp(low, high),
            false => otherwise,
        };
        self.scale = sane(self.scale, *SCALES.start(), *SCALES.end(), default.scale);
        for side in 0..2 {
            self.size[side] = sane(
                self.size[side],
                MIN_SIZE[side],
                MAX_SIZE[side],
                default.size[side],
            );
        }
        self
    }
}

fn path() -> io::Result<PathBuf> {
    let store = Store::of_user().map_err(io::Error::other)?;
    Ok(store.folder().join("editor.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_of_impossible_sizes_is_brought_within_bounds_and_the_rest_kept() {
        let text = r#"{"scale": 40, "size": [3, 1e30], "look": "light", "mood": "blue"}"#;
        let read: EditorPreferences = serde_json::from_str(text).expect("JSON");
        let sane = read.within_bounds();
        assert_eq!((sane.scale, sane.look), (3.0, Look::Light));
        assert_eq!(sane.size, [MIN_SIZE[0], MAX_SIZE[1]]);
        assert_eq!(sane.unknown["mood"], "blue");
    }
}
