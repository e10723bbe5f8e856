//! A host with a Matryoshka on a desktop, and plugins to put into it.

use std::cell::{Cell, RefCell};
use std::f32::consts::TAU;
use std::time::{Duration, Instant};

use matryoshka_test_host::{Event, Instance, Library, Paced, Setup};

use crate::desktop::{Desktop, Node, PATIENCE, Picture, Tree, wait_until};
use crate::support::scan::{ZAM, scan};
use crate::support::{self, ID, rack_in};

/// The title of the host's window.
pub const TITLE: &str = "A track of the host";

/// A rack of a compressor and an equaliser, in which the host's first parameter moves the compressor's
/// threshold.
pub const TWO_SLOTS: &str = r#"{"name": "Two", "chain": [
    {"plugin": "VST3:ZamCompX2", "mappings": [{"host": "p000", "parameter": "Threshold"}]},
    {"plugin": "VST3:ZamEQ2"}
]}"#;

/// A host that plays, with one Matryoshka whose editor can be opened.
pub struct Stage {
    pub desktop: Desktop,
    pub instance: RefCell<Instance>,
    audio: RefCell<Option<Paced>>,
    sent: RefCell<Vec<Event>>,
    window: Cell<u32>,
}

impl Stage {
    /// A host with a Matryoshka that has this rack. It is active, and nothing plays yet.
    pub fn set(desktop: Desktop, rack: &str) -> Self {
        scan(&ZAM);
        let library = support::clap::load();
        let instance = support::clap::create(&library, rack);
        Self {
            desktop,
            instance: RefCell::new(instance),
            audio: RefCell::new(None),
            sent: RefCell::default(),
            window: Cell::new(0),
        }
    }

    /// Starts to play a tone that swells and fades, at the pace of a sound card.
    pub fn play(&self) {
        let setup = Setup::new(48_000.0, 256);
        let processor = self.instance.borrow_mut().activate(setup).expect("active");
        *self.audio.borrow_mut() = Some(start(processor));
    }

    /// Stops to play.
    pub fn stop(&self) {
        if let Some(audio) = self.audio.borrow_mut().take() {
            self.sent.borrow_mut().extend(audio.take_sent());
            let processor = audio.stop();
            self.instance.borrow_mut().deactivate(processor);
        }
    }

    /// Opens the editor, and waits for its first frame.
    pub fn open(&self) {
        self.open_scaled(None);
    }

    /// The same, by a host that says how large everything should be.
    pub fn open_scaled(&self, scale: Option<f64>) {
        self.open_unseen(scale);
        self.wait_until("the editor's first frame", || self.tree().now().is_some());
    }

    /// Opens the editor, and does not wait for it.
    pub fn open_unseen(&self, scale: Option<f64>) {
        self.tree().forget();
        let mut instance = self.instance.borrow_mut();
        instance.open_editor(TITLE, scale).expect("an editor");
        let window = instance.editor_window().expect("its window").id();
        self.window.set(window);
    }

    /// Has editors to come look as they do at first.
    pub fn forget_preferences(&self) {
        // There may be none yet.
        let _ = std::fs::remove_file(self.desktop.folder.join("data/editor.json"));
    }

    /// Closes the editor.
    pub fn close(&self) {
        self.instance.borrow_mut().close_editor();
    }

    /// What the editor says that it shows.
    pub fn tree(&self) -> Tree<'_> {
        self.desktop.tree(self.window.get())
    }

    /// The host's window.
    pub fn window(&self) -> u32 {
        self.window.get()
    }

    /// A turn of the host's main loop.
    pub fn turn(&self) {
        let mut instance = self.instance.borrow_mut();
        instance.pump().expect("a turn of the main loop");
        // A latency changes only while a plugin is not active.
        if instance.callbacks().restart_wanted() {
            let audio = self.audio.borrow_mut().take();
            if let Some(audio) = audio {
                self.sent.borrow_mut().extend(audio.take_sent());
                let processor = instance.settle(audio.stop()).expect("settled");
                *self.audio.borrow_mut() = Some(start(processor));
            }
        }
        if let Some(audio) = &*self.audio.borrow() {
            self.sent.borrow_mut().extend(audio.take_sent());
        }
    }

    /// Turns the host's main loop until that is so.
    pub fn wait_until(&self, what: &str, mut condition: impl FnMut() -> bool) {
        wait_until(what, || {
            self.turn();
            condition()
        });
    }

    /// Turns the host's main loop until the editor shows something of that role and name.
    pub fn wait_for(&self, role: &str, name: &str) -> Node {
        self.tree().wait_for(role, name, || self.turn())
    }

    /// Turns the host's main loop until the editor shows something of that role and name of which that is so.
    pub fn wait_for_that(&self, role: &str, name: &str, is_it: impl Fn(&Node) -> bool) -> Node {
        self.tree().wait_for_that(role, name, is_it, || self.turn())
    }

    /// Waits for something, and clicks on it.
    pub fn click(&self, role: &str, name: &str) {
        let node = self.wait_for(role, name);
        self.tree().click(&node);
        self.turn();
    }

    /// Turns the host's main loop for so long.
    pub fn turn_for(&self, time: Duration) {
        let mut instance = self.instance.borrow_mut();
        instance.pump_until(time, |_| false).expect("turns");
    }

    /// What the plugin has told the host since this was last asked.
    pub fn take_sent(&self) -> Vec<Event> {
        self.turn();
        self.sent.take()
    }

    /// The loudest sample of the last block; 0 where nothing plays.
    pub fn peak(&self) -> f32 {
        self.audio.borrow().as_ref().map_or(0.0, Paced::peak)
    }

    /// The rack as the host would save it.
    pub fn rack(&self) -> serde_json::Value {
        let saved = self.instance.borrow_mut().save_state().expect("a state");
        rack_in(&saved)
    }

    /// Keeps a picture of the screen and gives back what it shows of the editor, once that is something: what
    /// the editor tells comes before it is drawn.
    pub fn keep_picture(&self, step: &str) -> Picture {
        let whole = self.tree().whole();
        let part = || self.desktop.screen.picture().part(whole);
        self.wait_until("the editor to be drawn", || part().shows_something());
        // The first frames may be of another size. With meters it is never quite still.
        let deadline = Instant::now() + Duration::from_secs(1);
        loop {
            let before = part();
            self.turn_for(Duration::from_millis(100));
            if part() == before || Instant::now() > deadline {
                break;
            }
        }
        self.desktop.keep_picture(step).part(whole)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.desktop.keep_picture("failed");
            if let Some(tree) = self.tree().now() {
                println!("{}", tree.text());
            }
        }
        self.stop();
    }
}

fn start(processor: matryoshka_test_host::Processor) -> Paced {
    Paced::start(processor, 256, |_, frame| {
        let time = frame as f32 / 48_000.0;
        // Once in two seconds, by 20 dB.
        let swell = 10.0_f32.powf(((time * 0.5 * TAU).sin() - 1.0) * 0.5);
        (time * 220.0 * TAU).sin() * swell * 0.25
    })
}

/// Another instance of Matryoshka.
pub fn another(rack: &str) -> Instance {
    let library: Library = support::clap::load();
    let mut instance = library.create(ID).expect("an instance");
    instance.load_state(&support::state(rack)).expect("a state");
    instance
}

/// The names of the plugins in a rack, in their order.
pub fn names(rack: &serde_json::Value) -> Vec<String> {
    let chain = rack["chain"].as_array().expect("a chain").iter();
    chain
        .map(|item| {
            let plugin = &item["plugin"];
            let name = plugin["name"].as_str().or(plugin.as_str());
            name.expect("a name").to_owned()
        })
        .collect()
}

/// How long something may take.
pub const SOON: Duration = PATIENCE;
