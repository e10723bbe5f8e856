//! A desktop for tests that open windows: a screen that nobody sees, a window manager and a settings
//! daemon, for as long as a test runs.
//!
//! A process looks at `DISPLAY` once, and so do the libraries in it; and what a plugin leaves behind in
//! its process is one of the things to be tested. So each test runs in a process of its own, on a desktop
//! of its own: [`on_a_desktop`] starts both, and is all that a test has to call. The tests of a program
//! take turns, since a window that waits for the processor is what their bounds are not meant for.
//!
//! | file | what it holds |
//! |---|---|
//! | `servers.rs` | the programs that make up a desktop |
//! | `bus.rs` | a session bus, for tests that need one |
//! | `screen.rs` | its windows, and pictures of them |
//! | `picture.rs` | what can be said of a picture |
//! | `hands.rs` | pointer and keys |
//! | `tree.rs` | what the editor says that it shows |
//! | `usage.rs` | what a process holds and uses |
#![allow(dead_code)] // each test program uses its part

mod bus;
mod hands;
mod picture;
mod screen;
mod servers;
mod tree;
mod usage;

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, thread};

#[allow(unused_imports)]
pub use hands::Button;
#[allow(unused_imports)]
pub use picture::{Area, Picture};
pub use screen::Screen;
#[allow(unused_imports)]
pub use servers::die_with_us;
#[allow(unused_imports)]
pub use tree::{Node, Snapshot, Tree};
#[allow(unused_imports)]
pub use usage::Usage;

use bus::SessionBus;
use servers::Servers;

/// How long something may take that a machine with nothing else to do does at once.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long one test may take.
const A_TEST: Duration = Duration::from_secs(600);

/// Names the test that a process was started for.
const MARK: &str = "MATRYOSHKA_TEST_ON_DESKTOP";

/// The desktop that a test runs on, as seen from the test.
pub struct Desktop {
    /// The test's name, by which its pictures are filed.
    pub test: String,
    /// Its screen.
    pub screen: Screen,
    /// A folder of the test's own, which goes with it. `HOME` is in it, and Matryoshka's data.
    pub folder: std::path::PathBuf,
}

/// Runs a test on a desktop of its own, in a process of its own. `test` must be a closure that is written
/// where the test is: its name in the program is found by that.
pub fn on_a_desktop<T: FnOnce(Desktop)>(test: T) {
    run(test, true, false);
}

/// The same, with an editor that does not say what it shows, as musicians have it.
pub fn on_a_desktop_untold<T: FnOnce(Desktop)>(test: T) {
    run(test, false, false);
}

/// The same, with a session bus, on which assistive technology asks what is shown.
pub fn on_a_desktop_with_a_bus<T: FnOnce(Desktop)>(test: T) {
    run(test, false, true);
}

fn run<T: FnOnce(Desktop)>(test: T, tells: bool, has_bus: bool) {
    let name = name_of::<T>();
    if env::var(MARK).is_ok_and(|mark| mark == name) {
        let screen = Screen::open().expect("the test's screen");
        let folder = env::temp_dir();
        let test_name = name.replace("::", "-");
        test(Desktop {
            test: test_name,
            screen,
            folder,
        });
        // The window's thread may still be at work for a moment after an editor was closed, and a process that
        // exits then can crash in its exit handlers (seen once in about twenty runs, November 2026).
        Usage::settled();
        return;
    }
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let servers = Servers::start("1600x1000x24", "").expect("a desktop");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut command = Command::new(env::current_exe().expect("this program"));
    command
        .args([name, "--exact", "--nocapture", "--include-ignored"])
        .env(MARK, name)
        .env("DISPLAY", servers.display())
        .env(usage::SERVER, servers.server().to_string())
        .env("TMPDIR", folder.path())
        .env("HOME", folder.path())
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .env("MATRYOSHKA_DATA", folder.path().join("data"))
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        // A JACK server of the test's own, if it starts one, and never yours.
        .env("JACK_DEFAULT_SERVER", jack_server(&servers))
        .env("JACK_NO_START_SERVER", "1")
        .env_remove("MATRYOSHKA_RACK")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("XDG_RUNTIME_DIR") // a session bus of the musician's own may be there
        .env_remove("QT_QPA_PLATFORM")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    match tells {
        true => command.env(tree::VARIABLE, folder.path().join("tree.json")),
        false => command.env_remove(tree::VARIABLE),
    };
    let bus = has_bus.then(|| SessionBus::start(servers.display()).expect("a session bus"));
    match &bus {
        Some(bus) => command.env(bus::VARIABLE, bus.address()),
        None => command.env_remove(bus::VARIABLE),
    };
    servers::die_with_us(&mut command);
    let mut child = command.spawn().expect("the test's own process");
    let readers = [
        child
            .stdout
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        child
            .stderr
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
    ]
    .map(|pipe| {
        let mut pipe = pipe.expect("a pipe");
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What was read until the process was killed is told all the same.
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    });
    let deadline = Instant::now() + A_TEST;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a process") {
            break Some(status);
        }
        if Instant::now() > deadline {
            child.kill().expect("a process to kill");
            child.wait().expect("a process");
            break None;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let [out, err] = readers.map(|reader| reader.join().expect("its output"));
    println!("{out}");
    eprintln!("{err}");
    match status {
        Some(status) if status.success() => {
            assert!(out.contains("1 passed"), "{name} was not found");
        }
        Some(status) => panic!("{name} failed in its process ({status}); see above"),
        None => panic!("{name} took longer than {A_TEST:?}"),
    }
}

/// A name that no other server has.
fn jack_server(servers: &Servers) -> String {
    let display = servers.display().trim_start_matches(':');
    format!("matryoshka-{}-{display}", std::process::id())
}

/// The name of the test that a closure is written in.
fn name_of<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    let name = name.strip_suffix("::{{closure}}").expect("a closure");
    let (_, name) = name.split_once("::").expect("a test in a program");
    name
}

/// Waits until that is so. Panics with what was waited for if it does not come to be.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    wait_for(what, || condition().then_some(()));
}

/// Waits until there is something. Panics with what was waited for if it does not come.
pub fn wait_for<T>(what: &str, mut thing: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(thing) = thing() {
            return thing;
        }
        if Instant::now() > deadline {
            let usage = Usage::now();
            let descriptors = Usage::descriptors();
            panic!("waited in vain for {what}; {usage:?}, {descriptors:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
}
