//! Files that are dragged from another program, and dropped on the window.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::desktop::{die_with_us, on_a_desktop};
use crate::stage::{Stage, TWO_SLOTS, names};

/// A program made with GTK 3 that files are dragged from.
struct Source {
    program: Child,
    outcomes: Receiver<String>,
    title: String,
}

impl Source {
    fn of(title: &str, files: &[PathBuf]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editor/drag_source.py");
        // The system's Python: others have no GTK.
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).arg(title).args(files);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut program = die_with_us(&mut command)
            .spawn()
            .expect("Python; `cargo xtask setup` installs it");
        let lines = BufReader::new(program.stdout.take().expect("a pipe")).lines();
        let (outcome, outcomes) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // The test may have ended.
                let _ = outcome.send(line);
            }
        });
        Self {
            program,
            outcomes,
            title: title.to_owned(),
        }
    }

    /// Drags its files there, and says what became of that: "taken" or "refused".
    fn drag(&self, stage: &Stage, to: (i32, i32), meanwhile: impl FnOnce()) -> String {
        let window = stage.desktop.screen.wait_for_window(&self.title);
        stage.desktop.hold(window.area.centre(), to);
        meanwhile();
        stage.desktop.let_go();
        let mut outcome = None;
        stage.wait_until("the drag to end", || {
            outcome = self.outcomes.try_recv().ok();
            outcome.is_some()
        });
        outcome.expect("an outcome")
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn rack_files_that_are_dropped_on_the_window_are_in_the_rack_and_others_are_refused_in_words() {
    on_a_desktop(|desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        let folder = stage.desktop.folder.clone();
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).expect("a file");
            path
        };
        let good = file(
            "drums & bäss 100%.rack",
            r#"{"chain": [{"plugin": "VST3:ZamGEQ31"}]}"#,
        );
        let song = file("song.wav", "RIFF");
        let broken = file("broken.rack", "{");
        stage.open();
        stage.wait_for("", "Slot 2 ZamEQ2");

        let source = Source::of("Rack files", &[good]);
        let still = stage.keep_picture("1-before");
        let first = stage.wait_for("", "Slot 1 ZamCompX2");
        // Above the first slot.
        let area = stage.tree().area(&first);
        let outcome = source.drag(&stage, (area.x + 60, area.y + 4), || {
            stage.wait_until("a hint", || {
                let whole = stage.tree().whole();
                let now = stage.desktop.screen.picture().part(whole);
                now.difference(&still) > 0.001
            });
            stage.keep_picture("2-over-it");
        });
        assert_eq!(outcome, "taken");
        stage.wait_for("", "Slot 1 ZamGEQ31");
        stage.keep_picture("3-dropped");
        let inserted = names(&stage.rack());
        assert!(inserted[0].ends_with("ZamGEQ31"), "{inserted:?}");
        assert_eq!(inserted.len(), 3);

        // Beside the editor, in the host's own window or elsewhere, nothing is taken.
        let outcome = source.drag(&stage, (1590, 20), || {});
        assert_eq!(outcome, "refused");
        drop(source);

        let middle = stage.tree().whole().centre();
        for (file, words) in [(song, "song.wav is no rack file"), (broken, "broken.rack")] {
            let source = Source::of(&format!("File: {words}"), &[file]);
            assert_eq!(source.drag(&stage, middle, || {}), "taken");
            stage.wait_for("", words);
        }
        stage.keep_picture("4-refused");
        assert_eq!(names(&stage.rack()).len(), 3);

        // The host's window is left as it was.
        let window = stage.window();
        assert!(stage.desktop.screen.has_property(window, "XdndProxy"));
        let emptied = stage.instance.borrow_mut().empty_editor_window();
        stage.wait_until("the proxy to go", || {
            !stage.desktop.screen.has_property(window, "XdndProxy")
        });
        drop(emptied);
    });
}
