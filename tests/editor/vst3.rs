//! The editor of the VST3, in our VST3 host.

use matryoshka_test_host::vst3::{Context, Handler, Vst3Library};
use vst3::ComWrapper;

use crate::desktop::{Usage, on_a_desktop};
use crate::stage::{SOON, TWO_SLOTS};
use crate::support::scan::{ZAM, scan};
use crate::support::{bundled, state};

/// How often it is opened and closed, once it was a few times.
const TIMES: usize = 20;

#[test]
fn the_vst3s_editor_opens_resizes_and_leaves_nothing() {
    on_a_desktop(|desktop| {
        scan(&ZAM);
        let library = Vst3Library::load(bundled("Matryoshka.vst3")).expect("the bundle");
        let mut instance = library.create("Matryoshka").expect("an instance");
        instance.initialize(&ComWrapper::new(Context));
        let handler = ComWrapper::new(Handler::default());
        instance.set_handler(Some(&handler));
        instance.load(&state(TWO_SLOTS)[8..]).expect("a state");
        let once = |turn: usize| {
            let view = instance
                .open_editor("A track of a VST3 host", Some(1.0))
                .expect("an editor");
            let tree = desktop.tree(view.window().id());
            tree.wait_for("", "Slot 1 ZamCompX2", || {
                view.turn(5);
            });
            assert!(view.can_resize());
            let wanted = [(900, 600), (1100, 700)][turn % 2];
            let size = view.resize(wanted).expect("another size");
            assert_eq!(view.size().expect("a size"), size);
            let is_drawn = view.pump_until(SOON, || {
                let now = tree.now().expect("a tree");
                now.size.map(|it| it.round() as u32) == [size.0, size.1]
            });
            assert!(is_drawn, "no frame of that size");
            if turn == 0 {
                let is_shown = view.pump_until(SOON, || {
                    let picture = desktop.screen.picture();
                    picture.part(tree.whole()).shows_something()
                });
                desktop.keep_picture("open");
                assert!(is_shown, "the editor is blank");
            }
            tree.forget();
        };
        for turn in 0..3 {
            once(turn);
        }
        let before = Usage::settled();
        let windows = desktop.screen.count_windows();
        for turn in 0..TIMES {
            once(turn);
        }
        // nice-plug 0.4.2 holds its own run loop handler for ever (`RunLoopEventHandler::new` in
        // wrapper/vst3/view.rs counts a reference to itself), and with it a pair of sockets.
        let after = Usage::settled();
        println!("{before:?} became {after:?}");
        assert_eq!(desktop.screen.count_windows(), windows);
        assert_eq!(after.threads, before.threads);
        assert!(
            after.descriptors <= before.descriptors + 2 * TIMES,
            "{:?}",
            Usage::descriptors()
        );
        instance.set_handler(None);
    });
}
