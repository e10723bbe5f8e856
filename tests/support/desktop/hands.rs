//! Pointer and keys, by xdotool.
//!
//! xdotool rather than X's test extension by x11rb: it knows which keys to press for a text, and x11rb's
//! extension is a feature that baseview does not turn on, so that all that draws would be built twice.
//! Each gesture is one run of the program, with pauses within, as a hand makes them: a toolkit that looks
//! at the pointer once a frame has to see what is on the way.

use std::process::{Command, Stdio};

/// A button of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// The one that selects.
    Left,
    /// The one for menus.
    Right,
}

/// A step of a drag takes so long, in seconds: longer than a frame.
const STEP: &str = "0.02";

impl Button {
    fn number(self) -> &'static str {
        match self {
            Self::Left => "1",
            Self::Right => "3",
        }
    }
}

impl super::Desktop {
    /// Moves the pointer.
    pub fn point(&self, (x, y): (i32, i32)) {
        // Two steps: the first one enters the window, the second one moves in it.
        let beside = [(x - 1).to_string(), (y - 1).to_string()];
        let there = [x.to_string(), y.to_string()];
        xdotool(&[
            &["mousemove", &beside[0], &beside[1], "sleep", STEP][..],
            &["mousemove", &there[0], &there[1], "sleep", STEP],
        ]);
    }

    /// Moves the pointer there and clicks.
    pub fn click(&self, at: (i32, i32), button: Button) {
        self.point(at);
        let button = button.number();
        xdotool(&[
            &["mousedown", button, "sleep", "0.05"][..],
            &["mouseup", button, "sleep", STEP],
        ]);
    }

    /// Two clicks in short order.
    pub fn double_click(&self, at: (i32, i32)) {
        self.point(at);
        let delay = ["click", "--repeat", "2", "--delay", "80", "1"];
        xdotool(&[&delay]);
    }

    /// Presses the button at one place and lets go at the other, and is seen on the way.
    pub fn drag(&self, from: (i32, i32), to: (i32, i32)) {
        self.hold(from, to);
        self.let_go();
    }

    /// Presses the button at one place and holds it until the other, and is seen on the way.
    pub fn hold(&self, from: (i32, i32), to: (i32, i32)) {
        const STEPS: i32 = 12;
        self.point(from);
        let places: Vec<[String; 2]> = (1..=STEPS)
            .map(|step| {
                let at = |from: i32, to: i32| from + (to - from) * step / STEPS;
                [at(from.0, to.0), at(from.1, to.1)].map(|it| it.to_string())
            })
            .collect();
        let moves: Vec<[&str; 5]> = places
            .iter()
            .map(|[x, y]| ["mousemove", x, y, "sleep", STEP])
            .collect();
        let mut script: Vec<&[&str]> = vec![&["mousedown", "1", "sleep", "0.1"]];
        script.extend(moves.iter().map(|it| &it[..]));
        script.push(&["sleep", "0.15"]);
        xdotool(&script);
    }

    /// The same in several runs, with a pause after it has taken hold, on the way, and before it lets go, at the place where the
    /// pointer is then. A toolkit that looks at the pointer once a frame, and is slow, takes what happens within a
    /// frame for a click.
    pub fn drag_watched(
        &self,
        from: (i32, i32),
        to: (i32, i32),
        mut pause: impl FnMut((i32, i32)),
    ) {
        const STEPS: i32 = 6;
        self.point(from);
        xdotool(&[&["mousedown", "1", "sleep", "0.1"]]);
        pause(from);
        for half in [1..=STEPS / 2, STEPS / 2 + 1..=STEPS] {
            let mut at = from;
            for step in half {
                let between = |from: i32, to: i32| from + (to - from) * step / STEPS;
                at = (between(from.0, to.0), between(from.1, to.1));
                self.nudge(at);
            }
            pause(at);
        }
        xdotool(&[&["sleep", "0.15", "mouseup", "1", "sleep", STEP]]);
    }

    /// Moves the pointer there in one step, so that something happens.
    pub fn nudge(&self, (x, y): (i32, i32)) {
        let at = [x.to_string(), y.to_string()];
        xdotool(&[&["mousemove", &at[0], &at[1], "sleep", STEP]]);
    }

    /// Lets go of the button that is held.
    pub fn let_go(&self) {
        xdotool(&[&["mouseup", "1", "sleep", STEP]]);
    }

    /// Turns the wheel there, up where positive.
    pub fn wheel(&self, at: (i32, i32), clicks: i32) {
        self.point(at);
        let button = if clicks > 0 { "4" } else { "5" };
        let count = clicks.unsigned_abs().to_string();
        xdotool(&[&["click", "--repeat", &count, "--delay", "30", button]]);
    }

    /// Types a text.
    pub fn type_text(&self, text: &str) {
        xdotool(&[&["type", "--delay", "30", text]]);
    }

    /// Brings a window to the front, and has keys go there.
    pub fn activate(&self, window: u32) {
        xdotool(&[&["windowactivate", "--sync", &window.to_string()]]);
    }

    /// Presses a key, named as xdotool has it: "Return", "ctrl+f".
    pub fn press(&self, key: &str) {
        xdotool(&[&["key", "--delay", "30", key]]);
    }
}

fn xdotool(script: &[&[&str]]) {
    let output = Command::new("xdotool")
        .args(script.iter().copied().flatten())
        .stdin(Stdio::null())
        .output()
        .expect("xdotool; `cargo xtask setup` installs it");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "xdotool {script:?}: {complaint}");
}
