//! Windows of GTK, each shown by a process of its own: Calf's, and one that misbehaves.

use std::path::{Path, PathBuf};
use std::process::Command;

use matryoshka::audio::{HostPoint, HostPointKind};
use matryoshka::session::{HostNews, Surroundings};
use rustix::process::{Pid, Signal, kill_process};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, Window};

use crate::rack::{Rack, on_a_screen, on_a_screen_among};
use crate::screen::{Area, Desktop, until};
use crate::turns::drag;

const PLUGIN: &str = "LV2:http://calf.sourceforge.net/plugins/Compressor";
const TITLE: &str = "1 Calf Compressor";

/// The middle of the ratio's knob in the compressor's window.
const RATIO: (i32, i32) = (237, 235);
/// The middle of the value under it, and half of its width and height.
const VALUE: (i32, i32) = (237, 270);
const HALF: (i32, i32) = (40, 8);

/// A rack of the compressor, whose ratio is the host's first parameter.
const MAPPED: &str = r#"{"chain": [{
    "plugin": "LV2:http://calf.sourceforge.net/plugins/Compressor",
    "mappings": [{"host": "p000", "parameter": "ratio"}]
}]}"#;

fn drawn(desktop: &Desktop, window: Window) -> Area {
    until("the window to be drawn", || {
        let area = desktop.area(window)?;
        (desktop.colours(area) > 200).then_some(area)
    })
}

/// The ratio as the window writes it. (A knob looks otherwise while somebody has it.)
fn written(desktop: &Desktop, window: Window) -> Vec<[u8; 3]> {
    let area = desktop.area(window).expect("an area");
    desktop.pixels(Area {
        x: area.x + VALUE.0 - HALF.0,
        y: area.y + VALUE.1 - HALF.1,
        width: 2 * HALF.0,
        height: 2 * HALF.1,
    })
}

fn ratio(rack: &Rack) -> f32 {
    let slot = rack.slots[0];
    let parameters = rack.ask(move |_thread, session| session.parameters(slot));
    let ratio = parameters
        .iter()
        .find(|parameter| parameter.id == "sym:ratio");
    ratio.expect("a ratio").value
}

fn news(rack: &Rack) -> Vec<HostNews> {
    let parameters = rack.ask(|_thread, session| session.host_parameters());
    std::iter::from_fn(|| parameters.take_news()).collect()
}

/// The processes of ours that show windows.
fn processes() -> Vec<Pid> {
    let own = std::process::id().to_string();
    let all = std::fs::read_dir("/proc").expect("processes").flatten();
    all.filter_map(|entry| {
        let number: i32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let (_, behind) = stat.rsplit_once(')')?;
        let mut fields = behind.split_whitespace();
        let (state, parent) = (fields.next()?, fields.next()?);
        let arguments = std::fs::read(entry.path().join("cmdline")).ok()?;
        let shows = arguments
            .split(|byte| *byte == 0)
            .any(|word| word == b"show-ui");
        (shows && parent == own && state != "Z")
            .then(|| Pid::from_raw(number))
            .flatten()
    })
    .collect()
}

#[test]
fn a_knob_turned_in_a_calf_window_is_the_hosts_parameter_and_a_gesture() {
    let test = "gtk::a_knob_turned_in_a_calf_window_is_the_hosts_parameter_and_a_gesture";
    on_a_screen(test, |desktop| {
        let rack = Rack::open(MAPPED);
        let before = ratio(&rack);
        let window = rack.see(&desktop, 0, TITLE);
        let area = drawn(&desktop, window);
        crate::many::picture("calf before");
        assert_eq!(news(&rack), [], "opening a window turns nothing");
        drag(area.x + RATIO.0, area.y + RATIO.1);
        let mut told = Vec::new();
        until("the gesture to end", || {
            told.extend(news(&rack));
            (told.last() == Some(&HostNews::End(0))).then_some(())
        });
        crate::many::picture("calf turned");
        let after = ratio(&rack);
        println!("{before} -> {after}: {told:?}");
        assert!(after > before);
        assert_eq!(told.first(), Some(&HostNews::Begin(0)));
        let last = told.iter().rev().find_map(|news| match news {
            HostNews::Value(0, value) => Some(*value),
            _ => None,
        });
        assert!((last.expect("values") - f64::from(after)).abs() < 1.0e-6);
        // It is saved, and the window of another life shows it.
        let seen = written(&desktop, window);
        let saved = rack.save().to_string();
        drop(rack);
        until("no window", || desktop.clients().is_empty().then_some(()));
        let rack = Rack::open(&saved);
        assert!((ratio(&rack) - after).abs() < 1.0e-6);
        let window = rack.see(&desktop, 0, TITLE);
        drawn(&desktop, window);
        until("the value that it had", || {
            (written(&desktop, window) == seen).then_some(())
        });
    });
}

#[test]
fn automation_turns_the_knobs_of_a_calf_window_and_is_no_gesture() {
    let test = "gtk::automation_turns_the_knobs_of_a_calf_window_and_is_no_gesture";
    on_a_screen(test, |desktop| {
        let mut rack = Rack::open(MAPPED);
        let window = rack.see(&desktop, 0, TITLE);
        drawn(&desktop, window);
        let automate = |rack: &mut Rack, value: f64| {
            let point = HostPoint {
                offset: 0,
                parameter: 0,
                kind: HostPointKind::Value(value),
            };
            rack.play_with(&mut [[0.1; 256]; 2], &[point]);
        };
        let mut seen = vec![written(&desktop, window)];
        for value in [0.9, 0.3, 0.6] {
            automate(&mut rack, value);
            assert!((f64::from(ratio(&rack)) - value).abs() < 1.0e-6);
            until("another value", || {
                let now = written(&desktop, window);
                (!seen.contains(&now)).then(|| seen.push(now))
            });
        }
        crate::many::picture("calf automated");
        // Back at a value, it looks as it did.
        automate(&mut rack, 0.9);
        until("the value of before", || {
            (written(&desktop, window) == seen[1]).then_some(())
        });
        assert!((ratio(&rack) - 0.9).abs() < 1.0e-6);
        assert_eq!(news(&rack), [], "the window says nothing back");
    });
}

#[test]
fn a_calf_window_that_is_killed_is_closed_and_nothing_else() {
    let test = "gtk::a_calf_window_that_is_killed_is_closed_and_nothing_else";
    on_a_screen(test, |desktop| {
        let mut rack = Rack::of(&[PLUGIN, "VST3:ZamCompX2"]);
        rack.see(&desktop, 1, "2 ZamCompX2");
        for _ in 0..3 {
            rack.see(&desktop, 0, TITLE);
            let [process] = processes()[..] else {
                panic!("one window of GTK, one process");
            };
            kill_process(process, Signal::KILL).expect("a process");
            rack.wait_until_closed(0);
            until("its window to go", || {
                desktop.find(TITLE).is_none().then_some(())
            });
            until("its process to be buried", || {
                processes().is_empty().then_some(())
            });
            assert!(rack.window(1).open);
            rack.play(&mut [[0.1; 256]; 2]);
        }
        // One that hangs keeps nobody waiting.
        rack.see(&desktop, 0, TITLE);
        let hanging = processes()[0];
        kill_process(hanging, Signal::STOP).expect("a process");
        let slot = rack.slots[0];
        rack.ask(move |_thread, session| session.set_parameter(slot, 5, 0.5));
        rack.play(&mut [[0.1; 256]; 2]);
        rack.close(0);
        assert!(!rack.window(0).open && rack.window(1).open);
        kill_process(hanging, Signal::CONT).expect("a process");
        until("it to end", || processes().is_empty().then_some(()));
        assert!(rack.save()["chain"][0]["state"].is_string());
        assert!(!libraries().contains("libgtk"), "GTK is in this process");
    });
}

/// What is loaded into this process.
fn libraries() -> String {
    std::fs::read_to_string("/proc/self/maps").expect("a list")
}

#[test]
fn a_calf_window_is_named_stays_above_and_comes_back_as_it_was() {
    let test = "gtk::a_calf_window_is_named_stays_above_and_comes_back_as_it_was";
    on_a_screen(test, |desktop| {
        let (daw, inner) = desktop.daw();
        let rack = Rack::of(&[PLUGIN]);
        let surround = |track: &str| {
            rack.surround(Surroundings {
                above: Some(inner.into()),
                track: Some(track.to_owned()),
                scale: None,
            });
        };
        surround("Vocals");
        let title = "Vocals - 1 Calf Compressor";
        let window = rack.see(&desktop, 0, title);
        assert_eq!(desktop.number(window, "WM_TRANSIENT_FOR"), Some(daw));
        // In the middle of the DAW's window, as far as the screen allows.
        let (own, daws) = until("frames", || {
            Some((desktop.frame(window)?, desktop.frame(daw)?))
        });
        let middle = |area: Area| (area.x + area.width / 2, area.y + area.height / 2);
        let (own, daws) = (middle(own), middle(daws));
        assert!(
            (own.0 - daws.0).abs() < 40 && (own.1 - daws.1).abs() < 40,
            "{own:?} {daws:?}"
        );
        desktop.raise(daw);
        until("the DAW's window to be in use", || {
            (desktop.number(desktop.root, "_NET_ACTIVE_WINDOW") == Some(daw)).then_some(())
        });
        assert_eq!(desktop.clients().first(), Some(&daw));
        surround("Choir");
        let title = "Choir - 1 Calf Compressor";
        let mut window = until("another title", || desktop.find(title));
        // Moved, and given another size.
        let size = |window| desktop.area(window).map(|area| (area.width, area.height));
        let (width, height) = size(window).expect("a size");
        let wanted = (width + 90, height + 60);
        desktop.stretch(window, wanted.0, wanted.1);
        until("another size", || {
            (size(window) == Some(wanted)).then_some(())
        });
        desktop.drag(window, 123, 77);
        let is_there = |window| {
            let frame = desktop.frame(window)?;
            let is_so = (frame.x, frame.y) == (123, 77) && size(window) == Some(wanted);
            is_so.then_some(())
        };
        until("the window to be moved", || is_there(window));
        until("the place to be noted down", || {
            let saved = rack.save();
            let place = &saved["chain"][0]["window"];
            let is_so = place["x"] == 123 && place["y"] == 77;
            (is_so && place["width"] == wanted.0 && place["height"] == wanted.1).then_some(())
        });
        for _ in 0..5 {
            desktop.close(window);
            rack.wait_until_closed(0);
            until("its window to go", || {
                (desktop.clients() == [daw]).then_some(())
            });
            window = rack.see(&desktop, 0, title);
            until("the window as it was", || is_there(window));
        }
        // Asked for again, it comes to the front.
        desktop.raise(daw);
        rack.show(0).expect("a window");
        until("the window in front", || {
            (desktop.number(desktop.root, "_NET_ACTIVE_WINDOW") == Some(window)).then_some(())
        });
        // One that somebody destroys is closed.
        desktop.server.destroy_window(window).expect("X");
        desktop.server.flush().expect("X");
        rack.wait_until_closed(0);
        until("its process to end", || {
            processes().is_empty().then_some(())
        });
    });
}

/// A bundle with Calf's compressor in it, whose window is tests/windows/awkward.cpp.
fn awkward_bundle(fault: &str) -> PathBuf {
    const CALF: &str = "/usr/lib/lv2/calf.lv2";
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("awkward-{fault}"));
    let bundle = folder.join("awkward.lv2");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&bundle).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(bundle.join(name), text).expect("a file");
    write(
        "manifest.ttl",
        &format!(
            "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
             @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
             <http://calf.sourceforge.net/plugins/Compressor> a lv2:Plugin ;
                 lv2:binary <file://{CALF}/calf.so> ; rdfs:seeAlso <Compressor.ttl> .
             <urn:matryoshka:awkward:{fault}> a <http://lv2plug.in/ns/extensions/ui#GtkUI> ;
                 <http://lv2plug.in/ns/extensions/ui#binary> <awkward.so> ."
        ),
    );
    let compressor = std::fs::read_to_string(format!("{CALF}/Compressor.ttl")).expect("Calf");
    let calfs = "uiext:ui <http://calf.sourceforge.net/plugins/gui/gtk2-gui>";
    assert!(compressor.contains(calfs));
    let own = format!("uiext:ui <urn:matryoshka:awkward:{fault}>");
    write("Compressor.ttl", &compressor.replace(calfs, &own));
    if fault != "missing" {
        let compiled = Command::new("c++")
            .args(["-std=c++17", "-shared", "-fPIC", "-o"])
            .arg(bundle.join("awkward.so"))
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/windows/awkward.cpp"))
            .arg("-ldl")
            .status();
        assert!(compiled.is_ok_and(|compiled| compiled.success()));
    }
    folder
}

fn opens_in_vain(test: &str, fault: &str, reason: &str) {
    on_a_screen_among(
        test,
        || awkward_bundle(fault),
        |desktop| {
            let mut rack = Rack::of(&[PLUGIN]);
            assert!(rack.window(0).available);
            for _ in 0..2 {
                let error = rack.show(0).expect_err("no window").to_string();
                println!("{error}");
                assert!(
                    error.starts_with("Calf Compressor (LV2) cannot show its window: "),
                    "{error}"
                );
                assert!(error.contains(reason), "{error}");
                assert!(!rack.window(0).open && desktop.clients().is_empty());
            }
            rack.play(&mut [[0.1; 256]; 2]);
            until("its processes to be buried", || {
                processes().is_empty().then_some(())
            });
        },
    );
}

#[test]
fn a_gtk_window_whose_library_is_missing_says_so() {
    let test = "gtk::a_gtk_window_whose_library_is_missing_says_so";
    opens_in_vain(test, "missing", "the system cannot load it");
}

#[test]
fn a_gtk_window_that_crashes_while_it_opens_says_so() {
    let test = "gtk::a_gtk_window_that_crashes_while_it_opens_says_so";
    opens_in_vain(test, "crash", "has ended, or crashed");
}

#[test]
fn a_gtk_window_that_makes_nothing_says_so() {
    let test = "gtk::a_gtk_window_that_makes_nothing_says_so";
    opens_in_vain(test, "nothing", "it made none");
}

#[test]
fn a_gtk_window_that_prints_and_says_odd_things_hurts_nobody() {
    let test = "gtk::a_gtk_window_that_prints_and_says_odd_things_hurts_nobody";
    on_a_screen_among(
        test,
        || awkward_bundle("odd"),
        |desktop| {
            let rack = Rack::of(&[PLUGIN]);
            let before = rack.values(0);
            rack.see(&desktop, 0, TITLE);
            // Told of a knob, it writes to ports that there are not, in protocols that there are not, values that
            // are none; and then the one thing that counts.
            let slot = rack.slots[0];
            let place = rack.ask(move |_thread, session| {
                let parameters = session.parameters(slot);
                let place = |id: &str| parameters.iter().position(|parameter| parameter.id == id);
                let (ratio, knee) = (place("sym:ratio"), place("sym:knee"));
                session.set_parameter(slot, ratio.expect("a ratio"), 0.75);
                knee.expect("a knee")
            });
            let after = until("the knee to move", || {
                let now = rack.values(0);
                (now[place] != before[place]).then_some(now)
            });
            // 4, from 1 to 8.
            assert!((after[place] - 3.0 / 7.0).abs() < 1.0e-6);
            let moved = before
                .iter()
                .zip(&after)
                .filter(|(before, after)| before != after);
            assert_eq!(moved.count(), 2, "{before:?} {after:?}");
            assert!(rack.window(0).open);
        },
    );
}

#[test]
fn a_gtk_window_that_hangs_when_it_closes_is_ended() {
    let test = "gtk::a_gtk_window_that_hangs_when_it_closes_is_ended";
    on_a_screen_among(
        test,
        || awkward_bundle("hang"),
        |desktop| {
            let rack = Rack::of(&[PLUGIN]);
            rack.see(&desktop, 0, TITLE);
            rack.close(0);
            assert!(!rack.window(0).open);
            until("its process to be ended", || {
                processes().is_empty().then_some(())
            });
            until("its window to go", || {
                desktop.clients().is_empty().then_some(())
            });
            rack.see(&desktop, 0, TITLE);
        },
    );
}
