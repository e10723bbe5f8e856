//! The picture of the sound: dry against wet, over time and over frequency.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::canvas::{self, Area, DRY, GRID, INK, WET, letters, px};
use crate::layout::elided;
use crate::measure;
use crate::signal::Signal;

/// The finished picture, in pixels.
const SIZE: (u32, u32) = (1200, 860);

/// The range that the spectrum shows below its loudest band, in dB.
const SPECTRUM_RANGE_DB: f64 = 70.0;

/// Draws the picture into the PNG file `path`. `chain` says what is between dry and wet.
pub fn draw(path: &Path, chain: &str, dry: &Signal, wet: &Signal) -> Result<()> {
    canvas::paint(path, SIZE, |root| {
        let (title, charts) = root.split_vertically(px(84));
        write_title(&title, chain)?;
        let (waves, spectra) = charts.split_vertically(px(370));
        let (upper, lower) = waves.split_vertically(px(165));
        let loudest = loudest(dry).max(loudest(wet)).max(1e-3) * 1.05;
        draw_wave(&upper, "Dry", DRY, dry, loudest, false)?;
        draw_wave(&lower, "Wet", WET, wet, loudest, true)?;
        draw_spectra(&spectra, dry, wet)
    })
}

fn write_title(area: &Area<'_>, chain: &str) -> Result<()> {
    let middle = Pos::new(HPos::Center, VPos::Top);
    let room = px(SIZE.0 - 40) as i32;
    let chain = elided(chain, room, |text| canvas::width(area, text, 18));
    for (text, size, y) in [
        ("Matryoshka: dry against wet", 28, 14),
        (chain.as_str(), 18, 50),
    ] {
        let at = (px(SIZE.0) as i32 / 2, px(y) as i32);
        area.draw_text(text, &letters(size).pos(middle), at)?;
    }
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
        .margin_right(px(22))
        .margin_left(px(14))
        .y_label_area_size(px(62))
        .x_label_area_size(px(if has_time { 46 } else { 10 }))
        .build_cartesian_2d(0.0..signal.seconds(), -loudest..loudest)?;
    let mut mesh = chart.configure_mesh();
    mesh.disable_x_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .label_style(letters(15))
        .axis_desc_style(letters(16))
        .y_labels(3)
        .y_label_formatter(&|value| format!("{value:.1}"))
        .y_desc(format!("{name}, sample value"));
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
        let line =
            |from, to, style: ShapeStyle| PathElement::new([(time, from), (time, to)], style);
        chart.draw_series([
            line(lowest, highest, color.mix(0.5).into()),
            line(-root_mean_square, root_mean_square, color.into()),
        ])?;
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

    let mut chart = ChartBuilder::on(area)
        .margin_right(px(22))
        .margin_left(px(14))
        .margin_bottom(px(10))
        .y_label_area_size(px(62))
        .x_label_area_size(px(46))
        .build_cartesian_2d(
            (20.0..measure::highest_hertz(dry))
                .log_scale()
                .with_key_points(vec![
                    20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0,
                ]),
            top - SPECTRUM_RANGE_DB..top,
        )?;
    chart
        .configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .label_style(letters(15))
        .axis_desc_style(letters(16))
        .x_label_formatter(&|hertz| match *hertz {
            hertz if hertz < 1_000.0 => format!("{hertz:.0}"),
            hertz => format!("{:.0}k", hertz / 1_000.0),
        })
        .y_labels(8)
        .y_label_formatter(&|level| format!("{level:.0}"))
        .x_desc("Frequency in Hz")
        .y_desc("dB of full scale per 1/12 octave")
        .draw()?;
    for (name, color, curve) in curves {
        let floor = top - SPECTRUM_RANGE_DB;
        let curve = curve
            .into_iter()
            .map(|(hertz, level)| (hertz, level.max(floor)));
        chart
            .draw_series(LineSeries::new(curve, color.stroke_width(px(2))))?
            .label(name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 2), (x + 44, y + 2)], color.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(letters(17))
        .legend_area_size(px(28))
        .margin(px(10))
        .background_style(WHITE.mix(0.85))
        .border_style(GRID)
        .draw()?;
    Ok(())
}

fn loudest(signal: &Signal) -> f64 {
    let samples = signal.channels.iter().flatten();
    f64::from(samples.fold(0.0_f32, |loudest, sample| loudest.max(sample.abs())))
}
