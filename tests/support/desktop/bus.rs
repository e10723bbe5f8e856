//! A session bus of a test's own, from which the bus of assistive technology is started when somebody asks for it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::servers::start;

/// Tells a process where its session bus is.
pub const VARIABLE: &str = "DBUS_SESSION_BUS_ADDRESS";

/// A session bus. It ends when this is dropped, and what it started ends with it.
pub struct SessionBus {
    address: String,
    program: Child,
}

impl SessionBus {
    /// Starts one, for programs on that display.
    pub fn start(display: &str) -> Result<Self> {
        let mut program = start(
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
                .env("DISPLAY", display)
                .env_remove("XDG_RUNTIME_DIR")
                .stdout(Stdio::piped())
                .stderr(Stdio::null()), // it tells what it starts
        )?;
        let told = program.stdout.take().context("a pipe")?;
        let mut address = String::new();
        BufReader::new(told).read_line(&mut address)?;
        let address = address.trim().to_owned();
        if address.is_empty() {
            bail!("dbus-daemon does not start");
        }
        Ok(Self { address, program })
    }

    /// Where it is, as in [`VARIABLE`].
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for SessionBus {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
