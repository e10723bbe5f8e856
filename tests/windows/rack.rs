//! A session on a screen, in a process of its own, and what is asked of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use matryoshka::audio::{Block, EventList, Events, HostPoint, Points, Transport};
use matryoshka::child::{Activation, ChildError};
use matryoshka::rack::SlotId;
use matryoshka::rack::exchange::Player;
use matryoshka::session::{Handle, Preparation, Session, SlotWindow, Surroundings};
use matryoshka::threads::MessageThread;

use crate::bundles::bundled;
use crate::screen::{Desktop, PATIENCE, until};
use crate::servers::{Servers, die_with_us};

/// Set in the process that a test starts for what it is about.
const INSIDE: &str = "MATRYOSHKA_WINDOWS_TEST";

const FRAMES: usize = 256;

/// Runs what a test is about in a process of its own, on a screen of its own. `test` is the test's name.
pub fn on_a_screen(test: &str, about: impl FnOnce(Desktop)) {
    on_a_screen_with(test, "", about);
}

/// The same, with settings of the desktop.
pub fn on_a_screen_with(test: &str, settings: &str, about: impl FnOnce(Desktop)) {
    if std::env::var_os(INSIDE).is_some() {
        return about(Desktop::here());
    }
    let servers = Servers::start("1600x1200x24", settings).expect("a desktop");
    in_a_process(test, Some(servers.display()), None);
}

/// The same, on a machine whose LV2 plugins are those in the folder that `prepare` makes.
pub fn on_a_screen_among(
    test: &str,
    prepare: impl FnOnce() -> PathBuf,
    about: impl FnOnce(Desktop),
) {
    if std::env::var_os(INSIDE).is_some() {
        return about(Desktop::here());
    }
    let folder = prepare();
    let servers = Servers::start("1600x1200x24", "").expect("a desktop");
    in_a_process(test, Some(servers.display()), Some(&folder));
}

/// Runs a test once more, in a process of its own. True in that process.
pub fn apart(test: &str) -> bool {
    let is_inside = std::env::var_os(INSIDE).is_some();
    if !is_inside {
        in_a_process(test, None, None);
    }
    is_inside
}

fn in_a_process(test: &str, display: Option<&str>, lv2: Option<&Path>) {
    let mut output = tempfile::tempfile().expect("a file");
    let file = || Stdio::from(output.try_clone().expect("a file"));
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        // What loads plugins without a screen has it otherwise (.cargo/config.toml).
        .env("QT_QPA_PLATFORM", "xcb")
        .env_remove("DISPLAY")
        .stdin(Stdio::null())
        .stdout(file())
        .stderr(file());
    if let Some(display) = display {
        command.env("DISPLAY", display);
    }
    if let Some(lv2) = lv2 {
        command.env("LV2_PATH", lv2);
    }
    let mut process = die_with_us(&mut command).spawn().expect("a process");
    let deadline = Instant::now() + PATIENCE * 10;
    let ended = loop {
        if let Some(ended) = process.try_wait().expect("a process") {
            break Some(ended);
        }
        if Instant::now() > deadline {
            let _ = process.kill();
            let _ = process.wait();
            break None;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    use std::io::{Read, Seek};
    let mut said = Vec::new();
    output.rewind().expect("a file");
    output.read_to_end(&mut said).expect("a file");
    let said = String::from_utf8_lossy(&said);
    println!("{said}");
    let ended = ended.unwrap_or_else(|| panic!("{test} did not end: {said}"));
    assert!(ended.success(), "{ended}: {said}");
}

/// A session with a rack, prepared and playing when it is told to.
pub struct Rack {
    pub session: Handle,
    player: Option<Player>,
    pub slots: Vec<SlotId>,
    noise: u32,
}

impl Rack {
    /// With these plugins in series.
    pub fn of(plugins: &[&str]) -> Self {
        let slots: Vec<serde_json::Value> = (plugins.iter())
            .map(|plugin| match plugin.split_once(':') {
                // The plugin of `juce::testing`.
                Some(("Test", fault)) => serde_json::json!({"plugin": {
                    "format": "Test", "name": "Test plugin", "id": "00000000", "file": fault,
                }}),
                // One of ours, as it was built.
                Some(("Ours", name)) => serde_json::json!({"plugin": {
                    "format": "VST3", "name": name, "file": bundled(&format!("{name}.vst3")),
                }}),
                _ => serde_json::json!({"plugin": plugin}),
            })
            .collect();
        Self::open(&serde_json::json!({"chain": slots}).to_string())
    }

    pub fn open(document: &str) -> Self {
        let (session, mut player) = Handle::open().expect("a session");
        let text = document.to_owned();
        let prepared = session.ask(move |thread, session| {
            session.load(thread, &text).expect("a rack");
            let preparation = Preparation {
                activation: Activation {
                    sample_rate: 48_000.0,
                    max_frames: FRAMES,
                    offline: false,
                },
                channels: 2,
                sidechain: 0,
                aux_buses: 0,
            };
            session.prepare(thread, &mut player, preparation);
            for slot in session.report() {
                assert_eq!(slot.problem, None);
            }
            let slots: Vec<SlotId> = session.rack().slots().map(|slot| slot.id).collect();
            (player, slots)
        });
        let (player, slots) = prepared.expect("the message thread");
        Self {
            session,
            player: Some(player),
            slots,
            noise: 1,
        }
    }

    pub fn ask<R: Send + 'static>(
        &self,
        job: impl FnOnce(&MessageThread, &mut Session) -> R + Send + 'static,
    ) -> R {
        self.session.ask(job).expect("the message thread")
    }

    /// Plays a block.
    pub fn play(&mut self, samples: &mut [[f32; FRAMES]; 2]) {
        self.play_with(samples, &[]);
    }

    /// Plays a block in which the host moves its parameters.
    pub fn play_with(&mut self, samples: &mut [[f32; FRAMES]; 2], points: &[HostPoint]) {
        let [left, right] = samples;
        let player = self.player.as_mut().expect("a player");
        let mut block = Block {
            main: &mut [&mut left[..], &mut right[..]],
            sidechain: &[],
            frames: FRAMES,
            events: Events::NONE,
            points: Points::NONE,
            events_out: &mut EventList::default(),
            transport: &Transport::default(),
        };
        player.run_with(&mut block, points);
    }

    /// Plays a block of noise, which is not like the one before.
    pub fn play_noise(&mut self) {
        let mut samples = [[0.0; FRAMES]; 2];
        for sample in samples.iter_mut().flatten() {
            // Marsaglia's xorshift.
            self.noise ^= self.noise << 13;
            self.noise ^= self.noise >> 17;
            self.noise ^= self.noise << 5;
            *sample = self.noise as f32 / u32::MAX as f32 - 0.5;
        }
        // Now loud, now soft.
        let gain = (self.noise % 100) as f32 / 50.0;
        samples
            .iter_mut()
            .flatten()
            .for_each(|sample| *sample *= gain);
        self.play(&mut samples);
    }

    /// The title of a slot's window, on no track.
    pub fn title(&self, number: usize) -> String {
        let report = self.ask(|_thread, session| session.report());
        let name = report[number].plugin.rsplit_once(" (").expect("a format").0;
        format!("{} {name}", number + 1)
    }

    pub fn show(&self, number: usize) -> Result<(), ChildError> {
        let slot = self.slots[number];
        self.ask(move |_thread, session| session.open_window(slot))
    }

    pub fn close(&self, number: usize) {
        let slot = self.slots[number];
        self.ask(move |_thread, session| session.close_window(slot));
    }

    pub fn window(&self, number: usize) -> SlotWindow {
        let slot = self.slots[number];
        self.ask(move |_thread, session| session.window(slot))
    }

    pub fn surround(&self, surroundings: Surroundings) {
        self.ask(move |_thread, session| session.set_surroundings(surroundings));
    }

    /// Opens a window and waits until it is to be seen.
    pub fn see(
        &self,
        desktop: &Desktop,
        number: usize,
        title: &str,
    ) -> x11rb::protocol::xproto::Window {
        self.show(number).expect("a window");
        until(title, || desktop.find(title))
    }

    pub fn wait_until_closed(&self, number: usize) {
        until("the window to be closed", || {
            (!self.window(number).open).then_some(())
        });
    }

    /// The values of a slot's parameters.
    pub fn values(&self, number: usize) -> Vec<f32> {
        let slot = self.slots[number];
        let parameters = self.ask(move |_thread, session| session.parameters(slot));
        parameters.iter().map(|parameter| parameter.value).collect()
    }

    pub fn save(&self) -> serde_json::Value {
        let text = self.ask(|thread, session| session.save(thread));
        serde_json::from_str(&text).expect("a rack document")
    }
}
