//! A JACK server of the test's own, with no sound card.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jack::{Client, ClientOptions};
use rustix::process::{Pid, Signal, kill_process};

use crate::desktop::{die_with_us, wait_for};

/// The server's sample rate, which is not the program's default.
pub const RATE: u32 = 44_100;
/// How long its blocks are, likewise.
pub const FRAMES: u32 = 256;

/// How long it may take to end in peace.
const FAREWELL: Duration = Duration::from_secs(10);

/// A server. It ends when this is dropped, and with the test. Its name is what `JACK_DEFAULT_SERVER` says, by
/// which whatever the test starts finds it.
pub struct Server(Child);

impl Server {
    /// Starts one, and waits until it takes clients.
    pub fn start() -> Self {
        let name = std::env::var("JACK_DEFAULT_SERVER").expect("a desktop's own");
        // Not in real time, which the system may not allow.
        let mut command = Command::new("jackd");
        command
            .args(["-n", &name, "--no-realtime", "-d", "dummy"])
            .args(["-r", &RATE.to_string(), "-p", &FRAMES.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let server = die_with_us(&mut command).spawn();
        let mut server = Self(server.expect("jackd; `cargo xtask setup` installs it"));
        jack::set_logger(jack::LoggerType::None);
        wait_for("JACK's server", || {
            let ended = server.0.try_wait().expect("a process");
            assert!(ended.is_none(), "jackd has ended: {ended:?}");
            Client::new("knock", ClientOptions::NO_START_SERVER).ok()
        });
        server
    }

    /// Ends it by a signal.
    pub fn end(mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).expect("a signal");
        self.0.wait().expect("a process");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // So that it tidies up its shared memory. It may have ended by itself.
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let deadline = Instant::now() + FAREWELL;
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
