//! X errors that Xlib meets on the process's first thread are the DAW's. A program without the test
//! harness, which keeps that thread to itself.

#[cfg(target_os = "linux")]
#[path = "support/bundles.rs"]
mod bundles;
#[cfg(target_os = "linux")]
#[allow(dead_code)]
#[path = "windows/rack.rs"]
mod rack;
#[cfg(target_os = "linux")]
#[allow(dead_code)]
#[path = "windows/screen.rs"]
mod screen;
#[cfg(target_os = "linux")]
#[path = "support/desktop/servers.rs"]
mod servers;
#[cfg(target_os = "linux")]
#[path = "windows/xlib.rs"]
mod xlib;

#[cfg(target_os = "linux")]
use screen::PATIENCE;

#[cfg(target_os = "linux")]
fn main() {
    use std::sync::atomic::Ordering;

    use matryoshka::juce::x_errors::outlived;
    use x11rb::protocol::xproto::ConnectionExt;

    rack::on_a_screen("the DAW's handler hears of its own errors", |desktop| {
        xlib::hear_errors();
        let rack = rack::Rack::of(&["VST3:ZamCompX2"]);
        rack.see(&desktop, 0, "1 ZamCompX2");
        let before = outlived();
        xlib::bad_window();
        assert_eq!(xlib::HEARD.load(Ordering::Relaxed), 1);
        rack.ask(|_thread, _session| xlib::bad_window());
        assert_eq!(xlib::HEARD.load(Ordering::Relaxed), 1);
        assert_eq!(outlived(), before + 1);

        // Nor are connections that break ours to outlive, on whatever thread the DAW opens them.
        let kill = |window| {
            desktop.server.kill_client(window).expect("X");
            desktop
                .server
                .get_input_focus()
                .expect("X")
                .reply()
                .expect("X");
        };
        xlib::break_a_connection(kill);
        assert_eq!(xlib::BROKEN.load(Ordering::Relaxed), 1);
        assert_eq!(xlib::ENDED.load(Ordering::Relaxed), 1);
        std::thread::scope(|scope| scope.spawn(|| xlib::break_a_connection(kill)).join())
            .expect("a thread");
        assert_eq!(xlib::BROKEN.load(Ordering::Relaxed), 2);
        assert_eq!(xlib::ENDED.load(Ordering::Relaxed), 2);
        assert_eq!(outlived(), before + 1);
    });
}

#[cfg(not(target_os = "linux"))]
fn main() {}
