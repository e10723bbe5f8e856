//! The programs that make up a desktop: Xvfb, openbox, xsettingsd.
//!
//! A window manager, since without one JUCE asks for X atoms that do not exist; and a settings daemon,
//! since JUCE asks the owner of the settings, too.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, MapState, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::PATIENCE;

/// A desktop's programs. They end when this is dropped, and when the thread that started them ends.
pub struct Servers {
    display: String,
    // The last one started ends first: a window manager that loses its screen complains.
    programs: Vec<Child>,
    _settings: NamedTempFile,
}

impl Servers {
    /// Starts a desktop, and returns when it is ready for windows. `screen` is the screen's width, height and
    /// depth; `settings` are the desktop's, as xsettingsd has them.
    pub fn start(screen: &str, settings: &str) -> Result<Self> {
        let file = NamedTempFile::new()?;
        fs::write(&file, settings)?;
        // With a number that is free, which Xvfb tells when it takes connections.
        let mut server = start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", screen])
                .args(["-nolisten", "tcp", "-noreset", "+extension", "GLX"])
                .stdout(Stdio::piped()),
        )?;
        let told = server.stdout.take().context("a pipe")?;
        let mut servers = Self {
            display: String::new(),
            programs: vec![server],
            _settings: file,
        };
        let mut number = String::new();
        BufReader::new(told).read_line(&mut number)?;
        if number.trim().is_empty() {
            bail!("Xvfb does not start");
        }
        servers.display = format!(":{}", number.trim());
        servers.start_program(
            Command::new("openbox")
                .arg("--sm-disable")
                .stderr(Stdio::null()), // it finds no menus
        )?;
        let settings = servers._settings.path().to_owned();
        servers.start_program(
            Command::new("xsettingsd")
                .arg("--config")
                .arg(settings)
                .stderr(Stdio::null()), // it tells what it loads
        )?;
        servers.wait_for_programs()?;
        Ok(servers)
    }

    /// The display's name, as in `DISPLAY`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The X server's process.
    #[allow(dead_code)] // each test program uses its part
    pub fn server(&self) -> u32 {
        self.programs[0].id()
    }

    fn start_program(&mut self, command: &mut Command) -> Result<()> {
        command.env("DISPLAY", &self.display).stdout(Stdio::null());
        self.programs.push(start(command)?);
        Ok(())
    }

    /// Waits until the window manager manages and the settings have an owner.
    fn wait_for_programs(&mut self) -> Result<()> {
        let (connection, screen) = x11rb::connect(Some(&self.display))?;
        let root = connection.setup().roots[screen].root;
        let deadline = Instant::now() + PATIENCE;
        let mut probe = None;
        loop {
            if has_settings(&connection)? && has_manager(&connection, root)? {
                let probe = *probe.insert(match probe {
                    Some(probe) => probe,
                    None => map_probe(&connection, root)?,
                });
                if is_seen(&connection, probe)? {
                    connection.destroy_window(probe)?.check()?;
                    return Ok(());
                }
                // openbox announces itself before it turns its main loop. What comes between stays in
                // Xlib's queue, and is looked at when something else comes.
                nudge(&connection, root)?;
            }
            for program in &mut self.programs {
                if let Some(status) = program.try_wait()? {
                    bail!("a program of the desktop has ended ({status})");
                }
            }
            if Instant::now() > deadline {
                bail!("openbox or xsettingsd is not ready after {PATIENCE:?}");
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for mut program in self.programs.drain(..).rev() {
            // It may have ended by itself.
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

fn has_manager(connection: &RustConnection, root: u32) -> Result<bool> {
    let check = connection.intern_atom(false, b"_NET_SUPPORTING_WM_CHECK")?;
    let check = check.reply()?.atom;
    let property = connection.get_property(false, root, check, AtomEnum::WINDOW, 0, 1)?;
    Ok(property.reply()?.value_len == 1)
}

fn has_settings(connection: &RustConnection) -> Result<bool> {
    let settings = connection.intern_atom(false, b"_XSETTINGS_S0")?;
    let owner = connection.get_selection_owner(settings.reply()?.atom)?;
    Ok(owner.reply()?.owner != x11rb::NONE)
}

/// A window that the manager has to show.
fn map_probe(connection: &RustConnection, root: u32) -> Result<u32> {
    let probe = connection.generate_id()?;
    let wishes = CreateWindowAux::new();
    let kind = WindowClass::INPUT_OUTPUT;
    connection.create_window(0, probe, root, 0, 0, 10, 10, 0, kind, 0, &wishes)?;
    connection.map_window(probe)?;
    connection.flush()?;
    Ok(probe)
}

fn is_seen(connection: &RustConnection, window: u32) -> Result<bool> {
    let attributes = connection.get_window_attributes(window)?.reply()?;
    Ok(attributes.map_state == MapState::VIEWABLE)
}

/// Something for the window manager to hear that changes nothing.
fn nudge(connection: &RustConnection, root: u32) -> Result<()> {
    let nothing = connection.intern_atom(false, b"_MATRYOSHKA_NOTHING")?;
    let message = ClientMessageEvent::new(32, root, nothing.reply()?.atom, [0_u32; 5]);
    let manager = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
    connection.send_event(false, root, manager, message)?;
    connection.flush()?;
    Ok(())
}

/// Starts a program that ends with us.
pub fn start(command: &mut Command) -> Result<Child> {
    let name = command.get_program().to_owned();
    die_with_us(command.stdin(Stdio::null()))
        .spawn()
        .with_context(|| format!("{name:?} cannot be started; `cargo xtask setup` installs it"))
}

/// Has the program killed when the thread that starts it ends, however that happens.
#[allow(unsafe_code)]
pub fn die_with_us(command: &mut Command) -> &mut Command {
    // SAFETY: between fork and exec only what is safe in a signal handler may be called; this is a plain
    // system call.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        })
    }
}
