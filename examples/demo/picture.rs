//! The picture: dry against wet, over time and over frequency.
//!
//! Nothing of the system is needed to draw it: the bitmap is made in memory, and the letters come
//! with a crate.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};

use crate::measure;
use crate::signal::Signal;

const SIZE: (u32, u32) = (1400, 1000);
const DRY: RGBColor = RGBColor(0x5b, 0x7c, 0x99);
const WET: RGBColor = RGBColor(0xd1, 0x49, 0x1b);
const INK: RGBColor = RGBColor(0x26, 0x2a, 0x30);
const GRID: RGBColor = RGBColor(0xdd, 0xe0, 0xe4);
const FONT: &str = "sans-serif";

/// The range that the spectrum shows below its loudest band, in dB.
const SPECTRUM_RANGE_DB: f64 = 70.0;

type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// Draws the picture into the PNG file `path`. `chain` says what is between dry and wet.
pub fn draw(path: &Path, chain: &str, dry: &Signal, wet: &Signal) -> Result<()> {
    register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| anyhow!("the font of epaint_default_fonts cannot be read"))?;
    let root = BitMapBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (title, charts) = root.split_vertically(88);
    write_title(&title, chain)?;
    let (waves, spectra) = charts.split_vertically(430);
    let (upper, lower) = waves.split_vertically(200);
    let loudest = loudest(dry).max(loudest(wet)).max(1e-3) * 1.05;
    draw_wave(&upper, "Dry", DRY, dry, loudest, false)?;
    draw_wave(&lower, "Wet", WET, wet, loudest, true)?;
    draw_spectra(&spectra, dry, wet)?;
    root.present()
        .map_err(|error| anyhow!("{} cannot be written: {error}", path.display()))?;
    Ok(())
}

fn write_title(area: &Area<'_>, chain: &str) -> Result<()> {
    let style = |size: i32, color: &RGBColor| {
        let middle = Pos::new(HPos::Center, VPos::Top);
        (FONT, size).into_font().color(color).pos(middle)
    };
    let middle = SIZE.0 as i32 / 2;
    area.draw_text(
        "Matryoshka, dry against wet",
        &style(32, &INK),
        (middle, 14),
    )?;
    area.draw_text(chain, &style(21, &INK), (middle, 54))?;
    Ok(())
}

/// One signal over time: for each column of pixels, from the lowest to the highest sample of both
/// channels, and darker, as far as the mean power reaches.
fn draw_wave(
    area: &Area<'_>,
    name: &str,
    color: RGBColor,
    signal: &Signal,
    loudest: f64,
    has_time: bool,
) -> Result<()> {
    let mut chart = ChartBuilder::on(area)
        .margin_right(24)
        .y_label_area_size(84)
        .x_label_area_size(if has_time { 52 } else { 14 })
        .build_cartesian_2d(0.0..signal.seconds(), -loudest..loudest)?;
    let mut mesh = chart.configure_mesh();
    mesh.disable_x_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .label_style(label(18))
        .axis_desc_style(label(19))
        .y_labels(3)
        .y_label_formatter(&|value| format!("{value:.1}"))
        .y_desc(format!("{name}, sample"));
    if has_time {
        mesh.x_labels(11)
            .x_label_formatter(&|seconds| format!("{seconds}"))
            .x_desc("Time in seconds");
    } else {
        mesh.x_labels(0);
    }
    mesh.draw()?;

    let columns = chart.plotting_area().dim_in_pixel().0 as usize;
    let frames = signal.frames();
    for column in 0..columns {
        let range = column * frames / columns..((column + 1) * frames / columns).max(1);
        let samples = signal.channels.iter().flat_map(|it| &it[range.clone()]);
        let (mut lowest, mut highest, mut power, mut count) = (0.0_f64, 0.0_f64, 0.0, 0);
        for sample in samples.map(|sample| f64::from(*sample)) {
            lowest = lowest.min(sample);
            highest = highest.max(sample);
            power += sample * sample;
            count += 1;
        }
        let root_mean_square = (power / f64::from(count.max(1))).sqrt();
        let time = (column as f64 + 0.5) / columns as f64 * signal.seconds();
        let mut line = |from: f64, to: f64, style: ShapeStyle| {
            chart.draw_series([PathElement::new([(time, from), (time, to)], style)])
        };
        line(lowest, highest, color.mix(0.5).into())?;
        line(-root_mean_square, root_mean_square, color.into())?;
    }
    Ok(())
}

/// Both signals over frequency.
fn draw_spectra(area: &Area<'_>, dry: &Signal, wet: &Signal) -> Result<()> {
    let curves = [("Dry", DRY, dry), ("Wet", WET, wet)]
        .map(|(name, color, signal)| (name, color, measure::spectrum(signal)));
    let levels = curves.iter().flat_map(|(_, _, curve)| curve);
    let top = levels.fold(f64::MIN, |top, (_, level)| top.max(*level));
    let top = (top / 10.0).ceil() * 10.0;
    let highest = curves[0].2.last().map_or(20_000.0, |band| band.0);

    let mut chart = ChartBuilder::on(area)
        .margin_right(24)
        .margin_bottom(8)
        .y_label_area_size(84)
        .x_label_area_size(52)
        .build_cartesian_2d(
            (20.0..highest).log_scale().with_key_points(vec![
                20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0,
            ]),
            top - SPECTRUM_RANGE_DB..top,
        )?;
    chart
        .configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .label_style(label(18))
        .axis_desc_style(label(19))
        .x_label_formatter(&|hertz| match *hertz {
            hertz if hertz < 1_000.0 => format!("{hertz:.0}"),
            hertz => format!("{:.0}k", hertz / 1_000.0),
        })
        .y_labels(8)
        .y_label_formatter(&|level| format!("{level:.0}"))
        .x_desc("Frequency in Hz")
        .y_desc("Level in a 1/12 octave, dB of full scale")
        .draw()?;
    for (name, color, curve) in curves {
        let floor = top - SPECTRUM_RANGE_DB;
        let curve = curve
            .into_iter()
            .map(|(hertz, level)| (hertz, level.max(floor)));
        chart
            .draw_series(LineSeries::new(curve, color.stroke_width(3)))?
            .label(name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 3), (x + 24, y + 1)], color.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(label(20))
        .legend_area_size(36)
        .margin(14)
        .background_style(WHITE.mix(0.85))
        .border_style(GRID)
        .draw()?;
    Ok(())
}

fn label(size: i32) -> TextStyle<'static> {
    (FONT, size).into_font().color(&INK)
}

fn loudest(signal: &Signal) -> f64 {
    let samples = signal.channels.iter().flatten();
    f64::from(samples.fold(0.0_f32, |loudest, sample| loudest.max(sample.abs())))
}
