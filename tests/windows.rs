//! Children's own windows on a real X server with a real window manager: each test in a process of its
//! own, since an X error would end it.
#![cfg(target_os = "linux")]

#[path = "support/bundles.rs"]
mod bundles;
#[path = "windows/deaths.rs"]
mod deaths;
#[path = "windows/gtk.rs"]
mod gtk;
#[path = "windows/many.rs"]
mod many;
#[path = "windows/places.rs"]
mod places;
#[path = "windows/rack.rs"]
mod rack;
#[path = "windows/restarts.rs"]
mod restarts;
#[path = "windows/screen.rs"]
mod screen;
#[path = "support/desktop/servers.rs"]
mod servers;
#[path = "windows/turns.rs"]
mod turns;
#[path = "windows/xlib.rs"]
mod xlib;

use screen::PATIENCE;
