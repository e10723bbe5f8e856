//! The editor of the VST3 in Ardour, a host that we did not write.
//!
//! Ardour needs no sound card (its engine of silence will do), and no clicks: its own tools make the session,
//! and the session says which windows are open. It is no part of `cargo xtask test`, as it takes 150 MB:
//!
//! ```sh
//! sudo apt-get install --no-install-recommends ardour        # 7.3 in Debian 12
//! cargo xtask test --test editor ardour -- --ignored --nocapture
//! ```

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use crate::desktop::{Desktop, on_a_desktop, wait_for, wait_until};
use crate::stage::{TWO_SLOTS, scan};
use crate::support::bundled;

/// Where Ardour's programs are.
const ARDOUR: &str = "/usr/lib/ardour7";

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

/// Makes a session with a track and a Matryoshka on it.
const SESSION: &str = r#"
AudioEngine:set_backend("None (Dummy)", "", "")
s = create_session(os.getenv("SESSION"), "walk", 48000)
tracks = s:new_audio_track(2, 2, nil, 1, "Track", 0, ARDOUR.TrackMode.Normal, true, true)
for track in tracks:iter() do
  plugin = ARDOUR.LuaAPI.new_plugin(s, "Matryoshka", ARDOUR.PluginType.VST3, "")
  assert(not plugin:isnil())
  track:add_processor_by_index(plugin, 0, nil, true)
end
s:save_state("")
close_session()
quit()
"#;

/// A program of Ardour's, as its own scripts start them.
fn program(name: &str) -> Command {
    let mut command = Command::new(format!("{ARDOUR}/{name}"));
    command
        .env("LD_LIBRARY_PATH", ARDOUR)
        .env("ARDOUR_DATA_PATH", "/usr/share/ardour7")
        .env("ARDOUR_CONFIG_PATH", "/etc/ardour7")
        .env("ARDOUR_DLL_PATH", ARDOUR)
        .env("GTK_PATH", "/etc/ardour7")
        .stdin(Stdio::null());
    command
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("Ardour, see this file");
    let said = String::from_utf8_lossy(&output.stderr);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {told}{said}");
}

/// The session file, with the plugin's window open.
fn with_open_window(session: &str) -> String {
    let (before, _) = session.split_once("type=\"vst3\"").expect("the plugin");
    let id = |tag: &str| {
        let (_, rest) = before.rsplit_once(tag).expect("an element");
        let (_, rest) = rest.split_once("id=\"").expect("an id");
        rest.split_once('"').expect("an end").0.to_owned()
    };
    let (route, plugin) = (id("<Route "), id("<Processor "));
    let window = format!(
        "<Extra><UI><Window name=\"P-{route}-{plugin}\" visible=\"1\" x-off=\"100\" y-off=\"60\" \
         x-size=\"1000\" y-size=\"674\" custom-ui=\"1\"/></UI></Extra></Session>"
    );
    session.replace("</Session>", &window)
}

/// Ardour with a session. It ends when this is dropped.
struct Ardour(Child);

impl Ardour {
    fn start(session: &Path) -> Self {
        let folder = fs::read_dir(ARDOUR)
            .expect("Ardour, see this file")
            .flatten();
        let names = folder.filter_map(|it| it.file_name().into_string().ok());
        let name = names.into_iter().find(|it| it.starts_with("ardour-7"));
        let mut command = program(&name.expect("Ardour 7"));
        command
            .args(["--no-announcements", "--no-splash"])
            .arg(session)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self(command.spawn().expect("Ardour"))
    }
}

impl Drop for Ardour {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The plugin's state in the session file.
fn state(session: &Path) -> Option<String> {
    use base64::Engine as _;
    let text = fs::read_to_string(session.join("walk.ardour")).ok()?;
    let (_, chunk) = text.split_once("<chunk>")?;
    let (chunk, _) = chunk.split_once("</chunk>")?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(chunk.trim());
    Some(String::from_utf8_lossy(&bytes.ok()?).into_owned())
}

/// The editor's own window.
fn editor(desktop: &Desktop) -> u32 {
    let frame = desktop.screen.wait_for_window("[VST3]");
    wait_for("the editor in Ardour's window", || {
        let windows = desktop.screen.windows().into_iter();
        let mut within = windows.filter(|it| {
            let (x, y) = it.area.centre();
            let (left, top) = (frame.area.x, frame.area.y);
            it.id != frame.id
                && (left..left + frame.area.width as i32).contains(&x)
                && (top..top + frame.area.height as i32).contains(&y)
        });
        within.rfind(|it| it.name == "Matryoshka")
    })
    .id
}

#[test]
#[ignore = "needs Ardour 7: apt-get install ardour"]
fn the_vst3s_editor_works_in_ardour_and_its_session_keeps_what_was_done() {
    on_a_desktop(|desktop| {
        scan();
        let home = desktop.folder.clone();
        let config = home.join("config/ardour7");
        fs::create_dir_all(&config).expect("a folder");
        fs::create_dir(home.join(".vst3")).expect("a folder");
        fs::write(config.join(".a7"), "").expect("a file"); // It was started before.
        fs::write(config.join("config"), CONFIG).expect("a file");
        let bundle = home.join(".vst3/Matryoshka.vst3");
        let original = bundled("Matryoshka.vst3").canonicalize().expect("a path");
        std::os::unix::fs::symlink(original, &bundle).expect("a link");
        succeed(program("ardour-vst3-scanner").arg("-f").arg(&bundle));

        let rack = home.join("walk.rack");
        fs::write(&rack, TWO_SLOTS).expect("a file");
        let script = home.join("session.lua");
        fs::write(&script, SESSION).expect("a file");
        let session = home.join("walk");
        succeed(
            program("luasession")
                .arg(&script)
                .env("SESSION", &session)
                .env("MATRYOSHKA_RACK", &rack),
        );
        let file = session.join("walk.ardour");
        let text = fs::read_to_string(&file).expect("a session");
        fs::write(&file, with_open_window(&text)).expect("a session");

        let ardour = Ardour::start(&session);
        let window = editor(&desktop);
        let tree = desktop.tree(window);
        let turn = || thread::sleep(Duration::from_millis(5));
        tree.wait_for("", "Slot 1 ZamCompX2", turn);
        wait_until("the editor to be drawn", || {
            desktop
                .screen
                .picture()
                .part(tree.whole())
                .shows_something()
        });
        desktop.keep_picture("1-open");
        let bypass = tree.wait_for("", "Bypass ZamEQ2", turn);
        tree.click(&bypass);
        tree.wait_for_that("", "Bypass ZamEQ2", |it| it.toggled == Some(true), turn);
        if let Some(open) = tree.find("", "Open the window of ZamCompX2") {
            tree.click(&open);
            let child = desktop.screen.wait_for_window("ZamCompX2");
            wait_until("the child to draw", || {
                let picture = desktop.screen.picture();
                picture.part(child.area).content().colours > 200
            });
        }
        desktop.keep_picture("2-bypassed");

        // Saving belongs to Ardour's main window.
        let main = desktop.screen.wait_for_window("walk - Ardour");
        let status = Command::new("xdotool")
            .args(["windowactivate", "--sync", &main.id.to_string()])
            .status();
        assert!(status.expect("xdotool").success());
        desktop.press("ctrl+s");
        wait_until("the session to be saved", || {
            state(&session).is_some_and(|it| it.contains("bypass"))
        });
        drop(ardour);

        tree.forget();
        let _ardour = Ardour::start(&session);
        let window = editor(&desktop);
        let tree = desktop.tree(window);
        tree.wait_for_that("", "Bypass ZamEQ2", |it| it.toggled == Some(true), turn);
        tree.wait_for("", "Slot 1 ZamCompX2", turn);
        wait_until("the editor to be drawn", || {
            desktop
                .screen
                .picture()
                .part(tree.whole())
                .shows_something()
        });
        desktop.keep_picture("3-again");
    });
}
