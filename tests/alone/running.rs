//! The program while it runs.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::desktop::{Desktop, Node, Tree, die_with_us, wait_for};

/// How long it may take to end in peace once a test is over.
const FAREWELL: Duration = Duration::from_secs(10);

/// The title of the rack's window.
const TITLE: &str = "Matryoshka";

/// `matryoshka run`. It is killed when this is dropped, unless it has ended.
pub struct Running<'a> {
    desktop: &'a Desktop,
    process: Child,
    log: PathBuf,
    window: Option<u32>,
}

impl<'a> Running<'a> {
    /// Starts it with these arguments.
    pub fn start(desktop: &'a Desktop, arguments: &[&str]) -> Self {
        Self::start_with(desktop, arguments, |_| {})
    }

    /// The same, with a command line that is changed first.
    pub fn start_with(
        desktop: &'a Desktop,
        arguments: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let log = desktop.folder.join("log");
        let file = File::create(&log).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_matryoshka"));
        command
            .arg("run")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a log"))
            .stderr(file);
        change(die_with_us(&mut command));
        let mut running = Self {
            desktop,
            process: command.spawn().expect("the program"),
            log,
            window: None,
        };
        running.tree().forget();
        running.window = Some(desktop.screen.wait_for_window(TITLE).id);
        running
    }

    /// What the window says that it shows.
    pub fn tree(&self) -> Tree<'a> {
        self.desktop.tree(self.window.unwrap_or_default())
    }

    /// Waits until the window shows something of that role and name.
    pub fn wait_for(&self, role: &str, name: &str) -> Node {
        self.wait_for_that(role, name, |_| true)
    }

    /// Waits until the window shows something of that role and name of which that is so.
    pub fn wait_for_that(&self, role: &str, name: &str, is_it: impl Fn(&Node) -> bool) -> Node {
        let turn = || thread::sleep(Duration::from_millis(5));
        self.tree().wait_for_that(role, name, is_it, turn)
    }

    /// Waits for something, and clicks on it.
    pub fn click(&self, role: &str, name: &str) {
        let node = self.wait_for(role, name);
        self.tree().click(&node);
    }

    /// Closes the window, as the button in its frame does, and gives back the exit code.
    pub fn close(&mut self) -> Option<i32> {
        let window = self.window.expect("the window");
        self.desktop.screen.close_window(window);
        self.wait()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let process = Pid::from_child(&self.process);
        kill_process(process, signal).expect("a signal");
    }

    /// Waits until it has ended, and gives back the exit code.
    pub fn wait(&mut self) -> Option<i32> {
        let ended = wait_for("the program to end", || {
            self.process.try_wait().expect("a process")
        });
        ended.code()
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        self.process.try_wait().expect("a process").is_none()
    }

    /// What it has said.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log")
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.desktop.keep_picture("failed");
            println!("the program said:\n{}", self.log());
        }
        // A client that is killed can have JACK's server (1.9.21) wait for others that are about to leave, for ever.
        // It may have ended by itself.
        if self.is_alive() {
            let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
            let deadline = Instant::now() + FAREWELL;
            while self.is_alive() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(20));
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
