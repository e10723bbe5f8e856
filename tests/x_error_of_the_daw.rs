//! X errors that Xlib meets on the process's first thread are the DAW's. A program without the test
//! harness, which keeps that thread to itself.

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
    });
}

#[cfg(not(target_os = "linux"))]
fn main() {}
