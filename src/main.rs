//! The command `matryoshka`: what is installed, what a plugin is, a rack rendered, a rack checked.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    spare_the_display();
    command::run()
}

/// Plugins that are made with Qt end the process when they are made, where Qt finds no display. Where there is
/// none, it is told not to look for one.
#[cfg(all(unix, not(target_os = "macos")))]
#[allow(unsafe_code)]
fn spare_the_display() {
    const QT: &str = "QT_QPA_PLATFORM";
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set(QT) {
        // SAFETY: the process has only this thread yet.
        unsafe { std::env::set_var(QT, "offscreen") };
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn spare_the_display() {}
