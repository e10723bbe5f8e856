//! The program around a rack that runs alone: its file, whether its sound goes on, and how it ends.
//!
//! nice-plug 0.4.2's standalone host (its `wrapper/standalone`) leaves some of that undone:
//!
//! - a window that cannot be opened has it wait for ever (`wrapper.rs`, `run`);
//! - once JACK's server has ended, it waits for a last block for ever (`backend/jack.rs`, `run`);
//! - while a window is open, Ctrl+C is caught and does nothing (`wrapper.rs`, `run`).
//!
//! A thread of ours looks after these. It can go with them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::editor::Redraw;

/// How often is looked.
const GLANCE: Duration = Duration::from_millis(50);

/// A sound system that has asked for no block for so long, or does not begin to, is told of.
const SILENCE: Duration = Duration::from_secs(3);

/// So long is waited for a last block when the window is closed. JACK's longest blocks take a fifth of that.
const FAREWELL: Duration = Duration::from_secs(1);

/// The exit code after a signal, as shells have it.
const INTERRUPTED: i32 = 130;

static PROGRAM: OnceLock<Program> = OnceLock::new();

/// This process, if it runs a rack alone.
pub(in crate::plugin) fn program() -> Option<&'static Program> {
    PROGRAM.get()
}

/// See the [module](self).
pub(in crate::plugin) struct Program {
    file: Option<PathBuf>,
    /// How many blocks were played.
    blocks: AtomicU64,
    /// A signal came.
    interrupted: Arc<AtomicBool>,
    window: Mutex<Window>,
    trouble: Mutex<Option<String>>,
}

/// How the window stands.
enum Window {
    Coming,
    Open(Shown),
    Closed,
    Failed(String),
}

/// What is done with a window that is open.
pub(in crate::plugin) struct Shown {
    /// Has it drawn again.
    pub(in crate::plugin) redraw: Redraw,
    /// Sees to the end all that was asked for in it. May wait.
    pub(in crate::plugin) finish: Box<dyn FnOnce() + Send>,
}

impl Program {
    /// Makes this process one, and has a thread look after it.
    pub(super) fn begin(file: Option<&Path>) -> &'static Self {
        let program = PROGRAM.get_or_init(|| Self {
            file: file.map(Path::to_owned),
            blocks: AtomicU64::new(0),
            interrupted: Arc::default(),
            window: Mutex::new(Window::Coming),
            trouble: Mutex::default(),
        });
        let started = thread::Builder::new()
            .name("matryoshka-alone".to_owned())
            .spawn(|| program.look_after());
        if let Err(error) = started {
            tracing::warn!("nobody looks after the sound system: {error}");
        }
        program
    }

    /// The rack's own file, which Save writes.
    pub(in crate::plugin) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Counts a block. On the audio thread.
    pub(super) fn note_block(&self) {
        self.blocks.fetch_add(1, Relaxed);
    }

    /// The window is there.
    pub(in crate::plugin) fn note_opened(&self, shown: Shown) {
        for signal in [SIGINT, SIGTERM] {
            // nice-plug has caught them by now, and is called as well.
            if let Err(error) = signal_hook::flag::register(signal, self.interrupted.clone()) {
                tracing::warn!("signal {signal} is not heard: {error}");
            }
        }
        *self.window.lock() = Window::Open(shown);
    }

    /// The window will not come.
    pub(in crate::plugin) fn note_failed(&self, why: String) {
        *self.window.lock() = Window::Failed(why);
    }

    /// The window is gone. Waits until what was asked for in it is done.
    pub(in crate::plugin) fn note_closed(&self) {
        let before = std::mem::replace(&mut *self.window.lock(), Window::Coming);
        if let Window::Open(shown) = before {
            (shown.finish)();
        }
        *self.window.lock() = Window::Closed;
    }

    /// Whether the window is to close: somebody has pressed Ctrl+C.
    pub(in crate::plugin) fn wants_to_end(&self) -> bool {
        self.interrupted.load(Relaxed)
    }

    /// What is to be told in the window, once.
    pub(in crate::plugin) fn take_trouble(&self) -> Option<String> {
        self.trouble.lock().take()
    }

    /// On a thread of its own, for as long as the process lives.
    fn look_after(&self) {
        let mut blocks = self.blocks.load(Relaxed);
        let mut since = Instant::now();
        let mut is_told = false;
        let mut is_closed = false;
        loop {
            thread::sleep(GLANCE);
            let now = self.blocks.load(Relaxed);
            if now != blocks {
                (blocks, since, is_told) = (now, Instant::now(), false);
            }
            match &*self.window.lock() {
                // Loading a rack takes as long as its plugins do.
                Window::Coming => since = Instant::now(),
                Window::Open(shown) => {
                    if !is_told && since.elapsed() > SILENCE {
                        is_told = true;
                        *self.trouble.lock() = Some(SILENT.to_owned());
                        (shown.redraw)();
                    }
                    if self.wants_to_end() {
                        (shown.redraw)();
                    }
                }
                Window::Closed => {
                    if !std::mem::replace(&mut is_closed, true) {
                        since = Instant::now();
                    }
                    if since.elapsed() > FAREWELL {
                        // The message thread is ended by an exit handler of its own.
                        std::process::exit(if self.wants_to_end() { INTERRUPTED } else { 0 });
                    }
                }
                Window::Failed(why) => {
                    eprintln!("error: the rack could not be opened in a window: {why}");
                    std::process::exit(1);
                }
            }
        }
    }
}

/// What is told of a sound system that asks for nothing.
const SILENT: &str = "Nothing plays any more: the sound system, JACK's server perhaps, has ended or does not \
                      answer. Save the rack, and start Matryoshka again.";
