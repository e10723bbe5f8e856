//! The demo: `cargo xtask demo [WAV]`.
//!
//! It does what a DAW does. It loads the bundled CLAP by its file, which starts with the rack that
//! `MATRYOSHKA_RACK` names, and plays through it, block by block. The outcome is in target/demo.

#[path = "demo/canvas.rs"]
mod canvas;
#[path = "demo/layout.rs"]
mod layout;
#[path = "demo/measure.rs"]
mod measure;
#[path = "demo/music.rs"]
mod music;
#[path = "demo/picture.rs"]
mod picture;
#[path = "demo/play.rs"]
mod play;
#[path = "demo/rack.rs"]
mod rack;
#[path = "demo/rack_picture.rs"]
mod rack_picture;
#[path = "demo/signal.rs"]
mod signal;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use play::{BLOCK, Loaded, Played};
use rack::Playing;
use signal::Signal;

const USAGE: &str = "\
Plays music through a rack of real plugins inside the bundled Matryoshka, and draws what came out, and
the rack.

Usage: cargo xtask demo [FILE.wav]

  FILE.wav           what to play instead of the demo's own music: mono or stereo, any sample rate
  MATRYOSHKA_RACK    in the environment: a rack file to use instead of the demo's own";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let wav = match args.as_slice() {
        [] => None,
        [help] if help == "--help" || help == "-h" => {
            println!("{USAGE}");
            return Ok(());
        }
        [wav] if !wav.starts_with('-') => Some(Path::new(wav)),
        _ => bail!("that was not understood.\n\n{USAGE}"),
    };

    let bundled = bundled()?;
    let folder = bundled.with_file_name("demo");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let dry = match wav {
        Some(wav) => Signal::read(wav)?,
        None => music::compose(),
    };
    let own_rack = env::var_os(rack::VARIABLE).filter(|name| !name.is_empty());
    let rack_file = own_rack
        .as_ref()
        .map_or_else(|| folder.join("demo.rack"), PathBuf::from);
    tell_plugins(&rack_file);

    println!("\nThe rack");
    let (loaded, playing) = load(&bundled, &dry, &rack_file, own_rack.is_some())?;
    tell_rack(&loaded, &playing, dry.sample_rate);

    println!("\nThe music");
    match wav {
        Some(wav) => println!("  {} and 2 s of silence, to hear the end.", shown(wav)),
        None => println!("  Four bars, made by arithmetic, and 2 s of silence, to hear the end."),
    }
    let rate = f64::from(dry.sample_rate);
    println!(
        "  {:.1} s at {rate} Hz, in blocks of {BLOCK} samples, as a DAW would hand them over.",
        dry.seconds()
    );
    let played = loaded.play(&dry)?;
    tell_cost(&played, BLOCK as f64 / rate * 1e3);
    write_outcome(&folder, &playing, &dry, &played.wet)?;
    tell_next(&rack_file);
    Ok(())
}

/// The folder of the bundles: as xtask says, or beside the folder that this program was built into.
fn bundled() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("MATRYOSHKA_BUNDLED") {
        return Ok(PathBuf::from(folder));
    }
    let program = env::current_exe().context("this program does not know where it is")?;
    let target = program.ancestors().nth(3);
    Ok(target
        .context("this program is not in a target folder")?
        .join("bundled"))
}

/// Sets what plugins in this process are to find in the environment.
#[allow(unsafe_code)]
fn tell_plugins(rack_file: &Path) {
    // SAFETY: This program has started no thread, and loaded no library that might have: `run` calls
    // this before it loads the first plugin.
    unsafe {
        env::set_var(rack::VARIABLE, rack_file);
        if env::var_os(rack::FIXTURE_SETTINGS.0).is_none() {
            env::set_var(rack::FIXTURE_SETTINGS.0, rack::FIXTURE_SETTINGS.1);
        }
    }
}

/// Loads Matryoshka with the user's own rack, or with real plugins, or, where those are not
/// installed, with the fixture.
fn load(bundled: &Path, dry: &Signal, rack_file: &Path, is_own: bool) -> Result<(Loaded, Playing)> {
    let load = || -> Result<(Loaded, Playing)> {
        let mut loaded = Loaded::new(&bundled.join("Matryoshka.clap"), dry.sample_rate)?;
        let document = rack::document(&loaded.state()?)?;
        let late = loaded.latency_samples;
        let playing = rack::look_into(document, dry.sample_rate, BLOCK, late)?;
        Ok((loaded, playing))
    };
    if is_own {
        if !rack_file.is_file() {
            bail!(
                "{} names {}, which is not there",
                rack::VARIABLE,
                rack_file.display()
            );
        }
        println!("  {} is yours, from MATRYOSHKA_RACK.", shown(rack_file));
        return load();
    }

    rack::write_real(rack_file)?;
    println!(
        "  {} asks for plugins by other people, in three formats, one after the other and side by side.",
        shown(rack_file)
    );
    let (loaded, playing) = load()?;
    let missing: Vec<String> = (playing.rack.slots())
        .filter(|slot| playing.problems.contains_key(&slot.id))
        .map(|slot| slot.plugin.to_string())
        .collect();
    if missing.is_empty() {
        return Ok((loaded, playing));
    }
    drop(loaded);
    let missing = missing.join(" and ");
    let advice = "On Debian and Ubuntu, they come with:\n   apt-get install mda-lv2 swh-plugins \
                  zam-plugins";
    let fixture = bundled.join("Matryoshka Fixture.vst3");
    if !fixture.exists() {
        bail!(
            "{missing} could not be loaded, and the plugin of the tests is not there to take their \
             place (`cargo xtask bundle --fixture` makes it). {advice}"
        );
    }
    println!("  {missing} could not be loaded. {advice}");
    println!("  The plugin that the tests host takes their place.");
    rack::write_fixture(rack_file, &fixture)?;
    load()
}

/// Says what was loaded, where it is, and how late it answers.
fn tell_rack(loaded: &Loaded, playing: &Playing, sample_rate: u32) {
    println!(
        "  Matryoshka.clap was loaded as a DAW loads it, and ready with its plugins after {:.0} ms.",
        loaded.took.as_secs_f64() * 1e3
    );
    println!("  The state that it saves says what it holds:");
    let rack = &playing.rack;
    for slot in rack.slots() {
        let mut words = vec![slot.plugin.to_string()];
        words.extend(slot.settings_in_words());
        match playing.latencies.slots.get(&slot.id) {
            Some(latency) if *latency > 0 => words.push(format!("{latency} samples late")),
            _ => {}
        }
        if playing.problems.contains_key(&slot.id) {
            words.push("not loaded: it passes audio".to_owned());
        }
        let place = rack.place(slot.id).map(|place| rack.in_words(place));
        println!("    {}: {}", place.unwrap_or_default(), words.join(", "));
    }
    if rack.slots().next().is_none() {
        println!("    no plugin. Audio passes.");
    }
    match loaded.latency_samples {
        0 => println!("  They answer at once: there is no latency."),
        latency => println!(
            "  Together they answer {latency} samples late, {:.1} ms. That is reported to the host, \
             which\n  takes it out; so does this one.",
            latency as f64 / f64::from(sample_rate) * 1e3
        ),
    }
}

fn tell_cost(played: &Played, block_ms: f64) {
    let (median, most, (number, worst)) = played.cost();
    println!("\nThe cost");
    println!("  A block lasts {block_ms:.2} ms. Of that, Matryoshka with its plugins took");
    for (name, time) in [("median", median), ("99 in 100", most), ("worst", worst)] {
        let ms = time.as_secs_f64() * 1e3;
        println!("  {name:>11}  {ms:7.3} ms  {:6.2} %", ms / block_ms * 100.0);
    }
    println!(
        "  of {} blocks, here and now, other programs' interruptions included (the worst: block \
         {number}).",
        played.times.len()
    );
}

fn write_outcome(folder: &Path, playing: &Playing, dry: &Signal, wet: &Signal) -> Result<()> {
    println!("\nThe outcome");
    for (name, signal) in [("dry.wav", dry), ("wet.wav", wet)] {
        let file = folder.join(name);
        signal.write(&file)?;
        println!(
            "  {}: peak {:.1} dB, mean {:.1} dB of full scale",
            shown(&file),
            measure::peak_db(signal),
            measure::level_db(signal)
        );
    }
    let file = folder.join("demo.png");
    picture::draw(&file, &rack::in_a_line(&playing.rack.chain), dry, wet)?;
    println!("  {}: both, over time and over frequency", shown(&file));
    let file = folder.join("rack.png");
    rack_picture::draw(&file, playing, dry.sample_rate)?;
    println!("  {}: the rack, and where in it audio waits", shown(&file));
    let change = measure::change_db(dry, wet);
    if change < -100.0 {
        println!("  The two are the same: at its settings, this rack changes nothing.");
    } else {
        println!("  Wet minus dry has {change:+.1} dB, measured against dry.");
    }
    Ok(())
}

fn tell_next(rack_file: &Path) {
    println!(
        "\nWhat to do next
  Listen to dry.wav and wet.wav, and look at demo.png and rack.png.
  Play something of your own:   cargo xtask demo song.wav
  Use another rack:             MATRYOSHKA_RACK=my.rack cargo xtask demo
                                ({} shows what such a file looks like)
  Use it in your DAW:           cargo xtask install, then start the DAW with
                                MATRYOSHKA_RACK={} set
                                and put \"Matryoshka\" on a track",
        shown(rack_file),
        rack_file.display(),
    );
}

/// A path as seen from here, where it is below.
fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(here).unwrap_or(path);
    path.display().to_string()
}
