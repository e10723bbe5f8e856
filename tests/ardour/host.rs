//! Ardour as a program: where it is, its settings, and how it is started without a sound card and without a click.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::desktop::{Desktop, wait_until};
use crate::support::bundled;

/// Ardour's settings: the engine that needs no sound card, started without a question.
const CONFIG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config>
    <Option name="try-autostart-engine" value="1"/>
    <Option name="hide-dummy-backend" value="0"/>
  </Config>
  <Extra><AudioMIDISetup><EngineStates>
    <State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device="" output-device=""
      sample-rate="48000" buffer-size="1024" n-periods="2" input-latency="0" output-latency="0" lm-input=""
      lm-output="" active="1" use-buffered-io="0" midi-option="" lru="1"><MIDIDevices/></State>
  </EngineStates></AudioMIDISetup></Extra>
</Ardour>
"#;

/// An Ardour that is installed, with settings of the test's own and our VST3 scanned.
pub struct Installed {
    /// Its programs and libraries: `/usr/lib/ardour7`.
    folder: PathBuf,
    /// What it is called after in folders: `ardour7`.
    name: String,
}

impl Installed {
    /// Finds the newest, writes its settings, and has its scanner look at the bundle. `HOME` must be the test's.
    pub fn set_up(desktop: &Desktop) -> Self {
        let installed = Self::find();
        let home = &desktop.folder;
        let config = home.join("config").join(&installed.name);
        fs::create_dir_all(&config).expect("a folder");
        // It was started before, so that it has nothing to ask.
        let number = installed.name.trim_start_matches("ardour");
        fs::write(config.join(format!(".a{number}")), "").expect("a file");
        fs::write(config.join("config"), CONFIG).expect("a file");
        let bundles = home.join(".vst3");
        fs::create_dir(&bundles).expect("a folder");
        let bundle = bundles.join("Matryoshka.vst3");
        let original = bundled("Matryoshka.vst3").canonicalize().expect("a path");
        std::os::unix::fs::symlink(original, &bundle).expect("a link");
        let scanner = installed.program("ardour-vst3-scanner");
        succeed({ scanner }.arg("-f").arg(&bundle));
        installed
    }

    fn find() -> Self {
        let libraries = fs::read_dir("/usr/lib").expect("/usr/lib").flatten();
        let names = libraries.filter_map(|it| it.file_name().into_string().ok());
        let number = |name: &str| name.strip_prefix("ardour")?.parse::<u32>().ok();
        let newest = names.max_by_key(|name| number(name));
        let name = newest.filter(|name| number(name).is_some());
        let name = name.expect("Ardour is not installed; `cargo xtask ardour` sees to it");
        Self {
            folder: Path::new("/usr/lib").join(&name),
            name,
        }
    }

    /// A program of Ardour's, as its own scripts start them.
    fn program(&self, program: &str) -> Command {
        let settings = Path::new("/etc").join(&self.name);
        let mut command = Command::new(self.folder.join(program));
        command
            .env("LD_LIBRARY_PATH", &self.folder)
            .env("ARDOUR_DATA_PATH", Path::new("/usr/share").join(&self.name))
            .env("ARDOUR_CONFIG_PATH", &settings)
            .env("ARDOUR_DLL_PATH", &self.folder)
            .env("GTK_PATH", settings)
            .stdin(Stdio::null());
        command
    }

    /// Has Ardour's own Lua do something, with no window.
    pub fn run_script(&self, script: &Path, session: &Path) {
        let lua = self.program("luasession");
        succeed({ lua }.arg(script).env("SESSION", session));
    }

    /// Ardour itself, with a session.
    pub fn start(&self, session: &Path) -> Ardour {
        let programs = fs::read_dir(&self.folder).expect("its folder").flatten();
        let mut names = programs.filter_map(|it| it.file_name().into_string().ok());
        // "ardour-7.3.0~ds0", beside "ardour-vst3-scanner" and others.
        let is_itself = |name: &String| {
            let version = name.strip_prefix("ardour-");
            version.is_some_and(|it| it.starts_with(|first: char| first.is_ascii_digit()))
        };
        let mut command = self.program(&names.find(is_itself).expect("Ardour"));
        command
            .args(["--no-announcements", "--no-splash"])
            .arg(session)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        crate::desktop::die_with_us(&mut command);
        Ardour(command.spawn().expect("Ardour"))
    }
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("a program of Ardour's");
    let said = String::from_utf8_lossy(&output.stderr);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {told}{said}");
}

/// Ardour with a session. It is killed when this is dropped, unless it has ended.
pub struct Ardour(Child);

impl Ardour {
    /// Saves the session, as by hand: that belongs to Ardour's main window.
    pub fn save(&self, desktop: &Desktop) {
        self.activate(desktop);
        desktop.press("ctrl+s");
    }

    /// Brings its main window to the front.
    pub fn activate(&self, desktop: &Desktop) {
        let main = desktop.screen.wait_for_window("walk - Ardour");
        desktop.activate(main.id);
    }

    /// Ends it as by hand, and waits until it has.
    pub fn quit(mut self, desktop: &Desktop) {
        self.activate(desktop);
        desktop.press("ctrl+q");
        wait_until("Ardour to end", || {
            let status = self.0.try_wait().expect("a process");
            if let Some(status) = status {
                assert!(status.success(), "Ardour ended with {status}");
            }
            status.is_some()
        });
    }
}

impl Drop for Ardour {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
