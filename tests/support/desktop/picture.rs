//! What can be said of a picture without looking at it.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use image::RgbImage;

/// A part of the screen, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// From the left of the screen.
    pub x: i32,
    /// From its top.
    pub y: i32,
    /// To the right.
    pub width: u32,
    /// Down.
    pub height: u32,
}

impl Area {
    /// Its middle.
    pub fn centre(&self) -> (i32, i32) {
        (
            self.x + self.width as i32 / 2,
            self.y + self.height as i32 / 2,
        )
    }
}

/// A picture of the screen or of a part of it.
#[derive(Clone, PartialEq)]
pub struct Picture(RgbImage);

/// How much there is to see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Content {
    /// How many colours there are.
    pub colours: usize,
    /// The share of the commonest one, from 0 to 1.
    pub commonest: f64,
}

impl Picture {
    pub(super) fn of_bgrx(width: u32, height: u32, bytes: &[u8]) -> Self {
        let (pixels, _) = bytes.as_chunks::<4>();
        let rgb = pixels.iter().flat_map(|[b, g, r, _]| [*r, *g, *b]);
        let image = RgbImage::from_raw(width, height, rgb.collect());
        Self(image.expect("as many pixels as told"))
    }

    /// A part of it; what lies beyond the edge is left out.
    pub fn part(&self, area: Area) -> Self {
        let (x, y) = (area.x.max(0) as u32, area.y.max(0) as u32);
        let width = area.width.min(self.0.width().saturating_sub(x));
        let height = area.height.min(self.0.height().saturating_sub(y));
        Self(image::imageops::crop_imm(&self.0, x, y, width, height).to_image())
    }

    /// Keeps it as `target/screenshots/<test>-<step>.png`, and prints where.
    pub fn keep(&self, test: &str, step: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let target = folder.map(|it| it.join("target")).find(|it| it.is_dir());
        let folder = target.expect("target").join("screenshots");
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(format!("{test}-{step}.png"));
        self.0.save(&path).expect("a picture");
        println!("{}", path.display());
        path
    }

    /// The colours in it.
    pub fn colours(&self) -> BTreeSet<[u8; 3]> {
        self.0.pixels().map(|pixel| pixel.0).collect()
    }

    /// How much there is to see.
    pub fn content(&self) -> Content {
        let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
        for pixel in self.0.pixels() {
            *counts.entry(pixel.0).or_default() += 1;
        }
        let all = self.0.pixels().len().max(1);
        let most = counts.values().max().copied().unwrap_or_default();
        Content {
            colours: counts.len(),
            commonest: most as f64 / all as f64,
        }
    }

    /// Whether there is more to see than one colour nearly everywhere.
    pub fn shows_something(&self) -> bool {
        let content = self.content();
        content.colours >= 16 && content.commonest < 0.985
    }

    /// The share of pixels in which it differs from another of the same size, from 0 to 1.
    pub fn difference(&self, other: &Self) -> f64 {
        if self.0.dimensions() != other.0.dimensions() {
            return 1.0;
        }
        let pairs = self.0.pixels().zip(other.0.pixels());
        let different = pairs.filter(|(one, other)| one != other).count();
        different as f64 / self.0.pixels().len().max(1) as f64
    }
}
