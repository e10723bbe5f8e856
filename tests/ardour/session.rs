//! An Ardour session with a Matryoshka on a track, as Ardour writes it: XML.

use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{fs, thread};

use base64::Engine as _;
use serde_json::Value;

use crate::desktop::{Desktop, wait_until};
use crate::host::Installed;

/// Makes a session with a track and a Matryoshka on it.
const SCRIPT: &str = r#"
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

/// The session in its folder.
pub struct Session {
    /// What Ardour opens.
    pub folder: PathBuf,
}

impl Session {
    /// Makes one, in which the plugin's window is open.
    pub fn make(desktop: &Desktop, ardour: &Installed) -> Self {
        let script = desktop.folder.join("session.lua");
        fs::write(&script, SCRIPT).expect("a file");
        let folder = desktop.folder.join("walk");
        ardour.run_script(&script, &folder);
        let session = Self { folder };
        let text = session.text().expect("a session");
        fs::write(session.file(), with_open_window(&text)).expect("a session");
        session
    }

    fn file(&self) -> PathBuf {
        self.folder.join("walk.ardour")
    }

    /// `None` while Ardour is replacing it.
    fn text(&self) -> Option<String> {
        fs::read_to_string(self.file()).ok()
    }

    /// Waits until Ardour has had nothing more to write for a second.
    pub fn settled(&self) {
        let written = || fs::metadata(self.file()).and_then(|file| file.modified());
        let mut last = written().ok();
        let mut since = Instant::now();
        while since.elapsed() < Duration::from_secs(1) {
            thread::sleep(Duration::from_millis(20));
            let now = written().ok();
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
    }

    /// The rack that Ardour has saved.
    pub fn rack(&self) -> Option<Value> {
        let text = self.text()?;
        let (_, chunk) = text.split_once("<chunk>")?;
        let (chunk, _) = chunk.split_once("</chunk>")?;
        let engine = base64::engine::general_purpose::STANDARD;
        rack_in(&engine.decode(chunk.trim()).ok()?)
    }

    /// What Ardour itself has saved of a parameter of the plugin, by its number.
    pub fn parameter(&self, number: u32) -> Option<f64> {
        let text = self.text()?;
        let (_, plugin) = text.split_once("type=\"vst3\"")?;
        let (plugin, _) = plugin.split_once("</Processor>")?;
        let ours = format!(" parameter=\"{number}\"");
        let mut controls = plugin.split("<Controllable ").skip(1);
        let control = controls.find(|control| {
            let (attributes, _) = control.split_once('>').unwrap_or_default();
            attributes.contains(&ours)
        })?;
        let (_, value) = control.split_once(" value=\"")?;
        let (value, _) = value.split_once('"')?;
        value.parse().ok()
    }

    /// Waits until that is saved, and gives back the rack.
    pub fn wait_for(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut found = None;
        wait_until(what, || {
            found = self.rack().filter(&is_it);
            found.is_some()
        });
        found.expect("found")
    }
}

/// nice-plug's state: JSON, with the rack as a text in it. What VST3 and Ardour put before and behind is skipped.
fn rack_in(bytes: &[u8]) -> Option<Value> {
    let json = bytes.iter().position(|byte| *byte == b'{')?;
    let mut states = serde_json::Deserializer::from_slice(&bytes[json..]).into_iter::<Value>();
    let state = states.next()?.ok()?;
    let field = state["fields"]["rack"].as_str()?;
    let text: String = serde_json::from_str(field).ok()?;
    serde_json::from_str(&text).ok()
}

/// The session's text, with the plugin's window open.
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
