//! What the pictures are painted on. Nothing of the system is needed: the bitmap is made in memory, and
//! the letters come with a crate.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use image::RgbImage;
use image::imageops::{self, FilterType};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};

pub const DRY: RGBColor = RGBColor(0x5b, 0x7c, 0x99);
pub const WET: RGBColor = RGBColor(0xd1, 0x49, 0x1b);
pub const INK: RGBColor = RGBColor(0x26, 0x2a, 0x30);
pub const GRID: RGBColor = RGBColor(0xdd, 0xe0, 0xe4);

/// plotters does not smooth thick lines, and rounds the places of letters to pixels: all is drawn
/// larger by this, and then reduced.
const DRAWN: u32 = 2;
const FONT: &str = "sans-serif";
/// The most pixels of a finished picture.
const MOST_PIXELS: u64 = 30_000_000;

pub type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// Paints the PNG file `path`, of so many pixels.
pub fn paint(
    path: &Path,
    size: (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Result<()>,
) -> Result<()> {
    ensure!(
        u64::from(size.0) * u64::from(size.1) <= MOST_PIXELS,
        "a picture of {} x {} pixels is too large",
        size.0,
        size.1
    );
    register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| anyhow!("the font of epaint_default_fonts cannot be read"))?;
    let (width, height) = (size.0 * DRAWN, size.1 * DRAWN);
    let mut pixels = vec![0; 3 * width as usize * height as usize];
    let root = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
    root.fill(&WHITE)?;
    draw(&root)?;
    root.present()?;
    drop(root);

    let drawn = RgbImage::from_raw(width, height, pixels).context("a buffer of the wrong size")?;
    imageops::resize(&drawn, size.0, size.1, FilterType::Triangle)
        .save(path)
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// A length of the finished picture, as it is drawn.
pub fn px(length: u32) -> u32 {
    length * DRAWN
}

/// Letters of so many pixels in the finished picture.
pub fn letters(size: u32) -> TextStyle<'static> {
    (FONT, px(size)).into_font().color(&INK)
}

/// How wide a text is, as it is drawn.
pub fn width(area: &Area<'_>, text: &str, size: u32) -> i32 {
    let measured = area.estimate_text_size(text, &letters(size));
    measured.map_or(0, |(width, _)| width as i32)
}
