//! The editor of a plugin that we did not write, in the CLAP host on a desktop: what the tests of our own
//! editor rely on.

#![cfg(target_os = "linux")]

#[path = "../../support/desktop/mod.rs"]
mod desktop;

use std::time::Duration;

use desktop::{Desktop, on_a_desktop};
use matryoshka_test_host::{EventKind, Instance, Library, Paced, Setup};

const SOON: Duration = Duration::from_secs(20);

fn clap(name: &str) -> Instance {
    let library = Library::load(format!("/usr/lib/clap/{name}.clap")).expect("zam-plugins");
    let id = library.plugin_ids().expect("plugins").remove(0);
    library.create(&id).expect("an instance")
}

/// Whether the editor in that window has drawn something.
fn shows_something(desktop: &Desktop, window: u32) -> bool {
    let area = desktop.screen.area(window).expect("the window");
    let content = desktop.screen.picture().part(area).content();
    content.colours > 100 && content.commonest < 0.9
}

#[test]
fn a_clap_editor_is_drawn_in_the_hosts_window_and_its_knob_moves_a_parameter() {
    on_a_desktop(|desktop| {
        let mut instance = clap("ZamCompX2");
        let processor = instance
            .activate(Setup::new(48_000.0, 256))
            .expect("active");
        let audio = Paced::start(processor, 256, |_, frame| (frame as f32 * 0.05).sin() * 0.5);
        instance.open_editor("Zam in CLAP", None).expect("open");
        let window = instance.editor_window().expect("a window");
        let (id, size) = (window.id(), window.size().expect("a size"));
        assert_eq!(instance.editor_size(), Some(size));
        let is_drawn = instance
            .pump_until(SOON, |_| shows_something(&desktop, id))
            .expect("pumped");
        let picture = desktop.keep_picture("open");
        assert!(is_drawn, "{:?}", picture.content());
        let found = desktop.screen.find_window("Zam in CLAP").expect("a title");
        assert_eq!(found.id, id);

        // A knob that is somewhere: the window is searched until something says that it was moved.
        let area = desktop.screen.area(id).expect("the window");
        let mut moved = Vec::new();
        'search: for y in (20..area.height as i32 - 10).step_by(30) {
            for x in (20..area.width as i32 - 10).step_by(40) {
                let from = (area.x + x, area.y + y);
                std::thread::scope(|scope| {
                    let desktop = &desktop;
                    let hand = scope.spawn(|| desktop.drag(from, (from.0, from.1 - 40)));
                    instance
                        .pump_until(SOON, |_| hand.is_finished())
                        .expect("pumped");
                });
                let sent = audio.take_sent().into_iter();
                moved.extend(sent.filter(|it| matches!(it.kind, EventKind::Param { .. })));
                if !moved.is_empty() {
                    break 'search;
                }
            }
        }
        desktop.keep_picture("turned");
        assert!(!moved.is_empty(), "no knob was found");
        assert!(audio.blocks() > 10 && audio.peak() > 0.0);
        instance.close_editor();
        assert_eq!(desktop.screen.area(id), None, "the window is still there");
        let processor = audio.stop();
        instance.deactivate(processor);
    });
}
