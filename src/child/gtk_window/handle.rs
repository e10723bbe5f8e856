//! A GTK window as the host has hold of it. Message thread.
#![allow(unsafe_code)]

use std::io::{self, BufRead, BufReader};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use super::protocol::{Dress, Opening, Order, Report, VERSION};
use crate::child::WindowPlace;
use crate::program;

/// How long a window may take to come up: as long as a busy machine takes to load a program, GTK, and what
/// the plugin draws with.
const START: Duration = Duration::from_secs(20);

/// What somebody does in the window, by the ports of the plugin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turned {
    /// Takes hold of a knob, or lets go of it.
    Held(u32, bool),
    /// Turns it to there.
    To(u32, f32),
}

/// An open window. Dropped, it closes.
pub struct GtkWindow {
    orders: UnixStream,
    /// What the process has not taken yet of what it was told.
    untold: Vec<u8>,
    reports: Receiver<Report>,
    /// `None` when it is gone.
    place: Option<WindowPlace>,
    /// It has closed: its last place is there for one more look.
    is_over: bool,
}

impl GtkWindow {
    /// Starts the process, and waits until the window is there.
    ///
    /// # Errors
    ///
    /// Why there is none, in words.
    pub fn open(opening: Opening) -> Result<Self, String> {
        let program = program::find().map_err(|missing| missing.to_string())?;
        let not_started = |error: io::Error| {
            let program = program.display();
            format!("the program that shows it ({program}) does not run: {error}")
        };
        let (orders, its_end) = UnixStream::pair().map_err(not_started)?;
        let mut process = Command::new(&program)
            .arg("show-ui")
            .stdin(OwnedFd::from(its_end))
            .stdout(Stdio::piped())
            // What the DAW is told by Ctrl-C is not for it.
            .process_group(0)
            .spawn()
            .map_err(not_started)?;
        let Some(said) = process.stdout.take() else {
            return Err("there is no pipe from it".to_owned());
        };
        let reports = listen(process, said).map_err(not_started)?;
        let mut window = Self {
            orders,
            untold: Vec::new(),
            reports,
            place: None,
            is_over: false,
        };
        window.say(&opening);
        window.wait_until_shown()?;
        Ok(window)
    }

    fn wait_until_shown(&mut self) -> Result<(), String> {
        let begun = std::time::Instant::now();
        // What it is told first may be more than a pipe holds.
        while !self.untold.is_empty() && begun.elapsed() < START {
            self.go_on_telling();
            thread::sleep(Duration::from_millis(1));
        }
        loop {
            let left = START.saturating_sub(begun.elapsed());
            match self.reports.recv_timeout(left) {
                Ok(Report::Shown {
                    version: VERSION,
                    place,
                }) => {
                    self.place = Some(place);
                    return Ok(());
                }
                Ok(Report::Shown { .. }) => {
                    return Err("the program that shows it is of another version".to_owned());
                }
                Ok(Report::Failed { reason }) => return Err(reason),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("it did not come up in {} seconds", START.as_secs()));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err("the program that shows it has ended, or crashed".to_owned());
                }
            }
        }
    }

    /// Where it is, in pixels; `None` when it is gone.
    pub fn place(&self) -> Option<WindowPlace> {
        self.place
    }

    /// Takes in what has happened since the last call: what was turned comes back.
    pub fn hear(&mut self) -> Vec<Turned> {
        let mut turned = Vec::new();
        if self.is_over {
            self.place = None;
            return turned;
        }
        self.go_on_telling();
        loop {
            match self.reports.try_recv() {
                Ok(Report::Turned { port, value }) => turned.push(Turned::To(port, value)),
                Ok(Report::Touched { port, holds }) => turned.push(Turned::Held(port, holds)),
                Ok(Report::Place(place)) => self.place = Some(place),
                Ok(Report::Closed) | Err(TryRecvError::Disconnected) => {
                    self.is_over = true;
                    return turned;
                }
                Ok(_) => {}
                Err(TryRecvError::Empty) => return turned,
            }
        }
    }

    /// Whether it has taken all that it was told. Until then there is no use in telling it more values.
    pub fn listens(&self) -> bool {
        self.untold.is_empty()
    }

    /// Tells it where knobs are now: port and value.
    pub fn tell(&mut self, values: Vec<(u32, f32)>) {
        self.say(&Order::Values(values));
    }

    /// Gives it another look from outside.
    pub fn dress(&mut self, dress: Dress) {
        self.say(&Order::Dress(dress));
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.say(&Order::Raise);
    }

    fn say(&mut self, message: &impl serde::Serialize) {
        match program::line(message) {
            Ok(line) => {
                self.untold.extend_from_slice(&line);
                self.go_on_telling();
            }
            Err(error) => tracing::warn!("a window cannot be told: {error}"),
        }
    }

    fn go_on_telling(&mut self) {
        while !self.untold.is_empty() {
            match send(&self.orders, &self.untold) {
                Ok(taken) => drop(self.untold.drain(..taken)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // It has ended; the other pipe tells.
                Err(_) => self.untold.clear(),
            }
        }
    }
}

/// Sends as much as is taken at once: a window that hangs must not keep the message thread. That nobody is
/// there is an error, and not the signal that ends DAWs.
fn send(to: &UnixStream, bytes: &[u8]) -> io::Result<usize> {
    // SAFETY: the descriptor is open as long as it is borrowed, and so are the bytes.
    let taken = unsafe {
        libc::send(
            to.as_raw_fd(),
            bytes.as_ptr().cast(),
            bytes.len(),
            libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT,
        )
    };
    usize::try_from(taken).map_err(|_| io::Error::last_os_error())
}

/// Hears what the process says on a thread that lasts as long as it does, and buries it.
fn listen(mut process: Child, said: ChildStdout) -> io::Result<Receiver<Report>> {
    let (sender, reports) = channel();
    let hear = move || {
        for line in BufReader::new(said).lines() {
            let report = line.ok().and_then(|line| serde_json::from_str(&line).ok());
            // Nobody listens any more, or what it says is none of our words.
            let Some(report) = report else { break };
            if sender.send(report).is_err() {
                break;
            }
        }
        drop(sender);
        // It ends when the other pipe is closed, by force if need be (`end_with_the_host`).
        if let Err(error) = process.wait() {
            tracing::debug!("a window's process has gone otherwise: {error}");
        }
    };
    thread::Builder::new()
        .name("matryoshka-ui".to_owned())
        .spawn(hear)?;
    Ok(reports)
}
