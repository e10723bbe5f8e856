//! Many children's windows, opened and closed many times.

use std::fs;

use crate::rack::{Rack, on_a_screen};
use crate::screen::{Desktop, until};

/// Plugins of many makers whose windows JUCE can show; add one by a line.
const CHILDREN: [&str; 13] = [
    // DPF: VST3, and LV2.
    "VST3:ZamCompX2",
    "VST3:ZaMultiCompX2",
    "VST3:ZamVerb",
    "LV2:urn:zamaudio:ZamDelay",
    // LSP, with a toolkit of its own.
    "LV2:http://lsp-plug.in/plugins/lv2/compressor_stereo",
    "LV2:http://lsp-plug.in/plugins/lv2/para_equalizer_x16_stereo",
    // x42: OpenGL.
    "LV2:http://gareus.org/oss/lv2/fil4#stereo",
    "LV2:http://gareus.org/oss/lv2/dpl#stereo",
    "LV2:http://gareus.org/oss/lv2/darc#stereo",
    "LV2:http://gareus.org/oss/lv2/phaserotate#stereo",
    // Qt, and an instrument.
    "LV2:http://synthv1.sourceforge.net/lv2",
    // One within the other, as built.
    "Ours:Matryoshka",
    // JUCE's own drawing, without a plugin's code.
    "Test:window",
];

/// Plugins whose windows are shown by processes of their own: Calf's, an instrument among them, with GTK 2.
const APART: [&str; 3] = [
    "LV2:http://calf.sourceforge.net/plugins/Compressor",
    "LV2:http://calf.sourceforge.net/plugins/Equalizer8Band",
    "LV2:http://calf.sourceforge.net/plugins/Monosynth",
];

const ROUNDS: usize = 20;

/// What the process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    windows: usize,
    threads: usize,
    descriptors: usize,
    resident_kib: usize,
}

fn held(desktop: &Desktop) -> Held {
    let entries = |folder: &str| fs::read_dir(folder).expect("a folder").count();
    let status = fs::read_to_string("/proc/self/status").expect("a status");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let resident = resident.and_then(|text| text.split_whitespace().next()?.parse().ok());
    Held {
        windows: desktop.count(),
        threads: entries("/proc/self/task"),
        descriptors: entries("/proc/self/fd"),
        resident_kib: resident.expect("a number"),
    }
}

#[test]
fn many_childrens_windows_open_and_close_twenty_times_each() {
    let test = "many::many_childrens_windows_open_and_close_twenty_times_each";
    on_a_screen(test, |desktop| {
        matryoshka::juce::testing::switch_on();
        for plugin in CHILDREN {
            open_and_close(&desktop, plugin);
        }
    });
}

#[test]
fn windows_of_other_processes_open_and_close_twenty_times_each() {
    let test = "many::windows_of_other_processes_open_and_close_twenty_times_each";
    on_a_screen(test, |desktop| {
        for plugin in APART {
            open_and_close(&desktop, plugin);
        }
    });
}

fn open_and_close(desktop: &Desktop, plugin: &str) {
    let mut rack = Rack::of(&[plugin]);
    let mut samples = [[0.1; 256]; 2];
    assert!(rack.window(0).available, "{plugin}");
    let title = rack.title(0);
    let mut round = |is_first: bool| {
        let window = rack.see(desktop, 0, &title);
        rack.play(&mut samples);
        assert!(rack.window(0).open, "{plugin}");
        if is_first {
            let area = desktop.area(window).expect("an area");
            let colours = until(&format!("{plugin} to be drawn"), || {
                let colours = desktop.colours(area);
                (colours > 12).then_some(colours)
            });
            println!(
                "{plugin}: {}x{}, {colours} colours",
                area.width, area.height
            );
            picture(plugin);
        }
        rack.close(0);
        assert!(!rack.window(0).open, "{plugin}");
        until("no window", || desktop.clients().is_empty().then_some(()));
    };
    round(true);
    round(false);
    let before = held(desktop);
    for _ in 0..ROUNDS {
        round(false);
    }
    let left = left_by(plugin);
    let after = until(&format!("what is {plugin}'s to go"), || {
        let now = held(desktop);
        let is_all = now.threads <= before.threads
            && now.descriptors <= before.descriptors + left.descriptors * ROUNDS
            && now.windows <= before.windows + left.windows * ROUNDS;
        is_all.then_some(now)
    });
    println!("{plugin}: {before:?} -> {after:?}");
    let grown = after.resident_kib.saturating_sub(before.resident_kib);
    let may_grow = (24 << 10) + left.kib * ROUNDS;
    assert!(
        grown < may_grow,
        "{plugin} has grown by {grown} KiB in {ROUNDS} rounds"
    );
}

/// What a plugin leaves behind with each window.
struct Left {
    windows: usize,
    descriptors: usize,
    kib: usize,
}

/// LSP's plugins (1.2.5) keep their connection to the X server, with two windows of one pixel that are
/// never seen, and what they drew with, until the process ends; in any host, a bare one of `ctypes` too.
///
/// With a rack's window memory grows for the first sixty times or so, and then no more
/// (`tests/editor/lives.rs`).
fn left_by(plugin: &str) -> Left {
    let times = usize::from(plugin.contains("lsp-plug.in"));
    let grows = usize::from(times > 0 || plugin.starts_with("Ours:"));
    Left {
        windows: 2 * times,
        descriptors: times,
        kib: grows * (8 << 10),
    }
}

/// Takes a picture of the screen, where `MATRYOSHKA_PICTURES` names a folder for them.
pub fn picture(name: &str) {
    let Some(folder) = std::env::var_os("MATRYOSHKA_PICTURES") else {
        return;
    };
    let name: String = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    let file = std::path::Path::new(&folder).join(format!("{name}.png"));
    let taken = std::process::Command::new("import")
        .args(["-window", "root"])
        .arg(file)
        .status();
    assert!(taken.is_ok_and(|taken| taken.success()));
}

#[test]
fn all_of_them_are_open_at_once_and_close_with_the_racks_window() {
    let test = "many::all_of_them_are_open_at_once_and_close_with_the_racks_window";
    on_a_screen(test, |desktop| {
        matryoshka::juce::testing::switch_on();
        let children: Vec<&str> = CHILDREN.into_iter().chain(APART).collect();
        let rack = Rack::of(&children);
        let empty = desktop.clients().len();
        for (number, plugin) in children.iter().enumerate() {
            rack.show(number).expect(plugin);
        }
        until("all windows", || {
            (desktop.clients().len() == empty + children.len()).then_some(())
        });
        picture("all");
        rack.ask(|_thread, session| session.close_windows());
        until("no window", || {
            (desktop.clients().len() == empty).then_some(())
        });
        assert!((0..children.len()).all(|number| !rack.window(number).open));
        // One more life, and an end with all of them open.
        for (number, plugin) in children.iter().enumerate() {
            rack.show(number).expect(plugin);
        }
        drop(rack);
        until("no window", || {
            (desktop.clients().len() == empty).then_some(())
        });
    });
}

#[test]
fn a_plugin_without_a_window_says_so() {
    on_a_screen("many::a_plugin_without_a_window_says_so", |_desktop| {
        // Calf's analyser insists on the plugin in its own process, ZynAddSubFX's window is a program of its
        // own, and the others have none.
        let plugins = [
            "LV2:http://calf.sourceforge.net/plugins/Analyzer",
            "LV2:ZynAddSubFX",
            "LV2:MDA Piano",
            "LADSPA:GVerb",
        ];
        let rack = Rack::of(&plugins);
        for (number, plugin) in plugins.iter().enumerate() {
            assert!(!rack.window(number).available, "{plugin}");
            let error = rack.show(number).expect_err(plugin).to_string();
            assert!(
                error.ends_with("cannot show its window: it has none"),
                "{error}"
            );
            println!("{error}");
        }
    });
}
