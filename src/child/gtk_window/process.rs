//! The window's process: it shows one window, and ends with it.
//!
//! What it says goes through the pipes that were its stdin and stdout; what the plugin prints goes to stderr.
//! All of GTK and of the plugin is on the first thread; another one hears the host.
#![allow(unsafe_code)]

mod content;
mod gtk;
mod lv2;
mod understudy;

use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use super::protocol::{Dress, Opening, Order, Report, VERSION};
use crate::child::WindowPlace;
use crate::child::x11::Watch;
use crate::program;
use content::Content;
use gtk::{Gtk, NO, Waker, Widget, Window, YES};
use lv2::Features;
use understudy::Understudy;

/// How long the process may take to end when the host has closed the window.
const END: Duration = Duration::from_secs(5);

/// How often it is looked whether the window has been destroyed, in milliseconds.
const LOOK_MS: u32 = 250;

/// How often a window that wants to be called is, in milliseconds.
const IDLE_MS: u32 = 33;

thread_local! {
    /// The one window.
    static SHOW: Cell<Option<&'static Show>> = const { Cell::new(None) };
}

/// Wakes GTK's loop, once there is one.
static WAKER: OnceLock<Waker> = OnceLock::new();

/// Shows the window that the host asks for on stdin, until it is closed.
pub fn run() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let (orders, mut reports) = program::pipes()?;
    // A crash costs this window, and no more: not the seconds that it takes to write a core.
    let next_to_none = rustix::process::Rlimit {
        current: Some(1),
        maximum: Some(1),
    };
    rustix::process::setrlimit(rustix::process::Resource::Core, next_to_none)?;
    let mut orders = BufReader::new(orders);
    let mut line = String::new();
    if orders.read_line(&mut line)? == 0 {
        return Ok(());
    }
    let (sender, heard) = channel();
    thread::spawn(move || hear(orders, &sender));
    let opening: Result<Opening, _> = serde_json::from_str(&line);
    let shown = match opening {
        Ok(opening) if opening.version == VERSION => {
            let own = reports.try_clone()?;
            Show::open(opening, own, heard)
        }
        _ => Err("the program that shows it is of another version".to_owned()),
    };
    let show = match shown {
        Ok(show) => show,
        Err(reason) => return program::say(&mut reports, &Report::Failed { reason }),
    };
    show.gtk.run();
    if let Some(content) = show.content.get() {
        content.clean_up();
    }
    show.window.destroy();
    Ok(())
}

/// Hears the host until it closes the window. The process then ends within a while, also if the window's code
/// hangs.
fn hear(orders: BufReader<File>, to: &Sender<Option<Order>>) {
    let tell = |order: Option<Order>| {
        let is_heard = to.send(order).is_ok();
        if let Some(waker) = WAKER.get() {
            waker.wake(take_orders);
        }
        is_heard
    };
    for line in orders.lines() {
        let order = line.ok().and_then(|line| serde_json::from_str(&line).ok());
        let Some(order) = order else { break };
        tell(Some(order));
    }
    tell(None);
    thread::sleep(END);
    std::process::exit(1);
}

/// All that belongs to the window. On the first thread.
struct Show {
    gtk: &'static Gtk,
    window: Window<'static>,
    content: OnceCell<Content>,
    understudy: Option<Understudy>,
    watch: OnceCell<Watch>,
    reports: RefCell<File>,
    orders: Receiver<Option<Order>>,
    is_fixed: bool,
    place: Cell<WindowPlace>,
    /// What the content writes is no turn of anybody's yet.
    is_opening: Cell<bool>,
    /// The knob that the content is being told of: it may say the same again.
    being_told: Cell<Option<u32>>,
    is_closed: Cell<bool>,
}

impl Show {
    fn open(
        opening: Opening,
        reports: File,
        orders: Receiver<Option<Order>>,
    ) -> Result<&'static Self, String> {
        let Opening {
            described,
            sample_rate,
            scale,
            dress,
            last,
            others,
            values,
            ..
        } = opening;
        let gtk: &'static Gtk = Box::leak(Box::new(Gtk::start(described.toolkit)?));
        let understudy = Understudy::make(&described, sample_rate);
        if let Some(understudy) = &understudy {
            understudy.turn(&values);
        }
        let window = gtk.window();
        window.name(&dress.title);
        let show: &'static Self = Box::leak(Box::new(Self {
            gtk,
            window,
            content: OnceCell::new(),
            understudy,
            watch: OnceCell::new(),
            reports: RefCell::new(reports),
            orders,
            is_fixed: described.is_fixed,
            place: Cell::default(),
            is_opening: Cell::new(true),
            being_told: Cell::new(None),
            is_closed: Cell::new(false),
        }));
        SHOW.set(Some(show));
        let features = Features::new(&[
            (
                c"http://lv2plug.in/ns/ext/parameters#sampleRate",
                sample_rate as f32,
            ),
            (
                c"http://lv2plug.in/ns/extensions/ui#scaleFactor",
                scale as f32,
            ),
            (c"http://lv2plug.in/ns/extensions/ui#updateRate", 30.0),
        ]);
        let features = match &show.understudy {
            Some(understudy) => understudy.offer(features),
            None => features,
        };
        let content = Content::make(&described, features)?;
        let content = show.content.get_or_init(|| content);
        show.window.hold(content.widget);
        show.window.set_resizable(!show.is_fixed);
        let watch = Watch::begin(show.window.realize())?;
        watch.stay_above(dress.above);
        let above = dress.above.and_then(|above| watch.rectangle_around(above));
        let _ = show.watch.set(watch);
        show.window.put(last, above, others);
        show.tell(&values);
        if let (Some(understudy), Some(content)) = (&show.understudy, show.content.get()) {
            for (port, value) in understudy.at_rest() {
                content.tell(port, value);
            }
        }
        show.window.on(closed, moved);
        show.window.show();
        show.is_opening.set(false);
        show.place.set(show.window.place());
        show.report(&Report::Shown {
            version: VERSION,
            place: show.place.get(),
        });
        show.gtk.every(LOOK_MS, look);
        if described.wants_idle {
            show.gtk.every(IDLE_MS, idle);
        }
        // What was ordered before the loop had a waker has to be taken, too.
        let waker = WAKER.get_or_init(|| show.gtk.waker());
        waker.wake(take_orders);
        Ok(show)
    }

    fn report(&self, report: &Report) {
        if program::say(&mut *self.reports.borrow_mut(), report).is_err() {
            // The host has gone.
            self.end();
        }
    }

    /// Others have moved knobs.
    fn tell(&self, values: &[(u32, f32)]) {
        if let Some(understudy) = &self.understudy {
            understudy.turn(values);
        }
        let Some(content) = self.content.get() else {
            return;
        };
        for (port, value) in values {
            self.being_told.set(Some(*port));
            content.tell(*port, *value);
        }
        self.being_told.set(None);
    }

    /// Somebody has turned a knob in the window.
    fn turned(&self, port: u32, value: f32) {
        let is_echo = self.is_opening.get() || self.being_told.get() == Some(port);
        if is_echo || !value.is_finite() {
            return;
        }
        if let Some(understudy) = &self.understudy {
            understudy.turn(&[(port, value)]);
        }
        self.report(&Report::Turned { port, value });
    }

    fn take_orders(&self) {
        loop {
            match self.orders.try_recv() {
                Ok(Some(Order::Values(values))) => self.tell(&values),
                Ok(Some(Order::Dress(Dress { title, above }))) => {
                    self.window.name(&title);
                    if let Some(watch) = self.watch.get() {
                        watch.stay_above(above);
                    }
                }
                Ok(Some(Order::Raise)) => self.window.raise(),
                Ok(None) | Err(TryRecvError::Disconnected) => return self.end(),
                Err(TryRecvError::Empty) => return,
            }
        }
    }

    fn note_place(&self) {
        let place = self.window.place();
        if !self.is_closed.get() && self.place.replace(place) != place {
            self.report(&Report::Place(place));
        }
    }

    /// Ends the loop. Where the plugin is in one of its own, as for a question to the user, nobody would hear.
    fn end(&self) {
        if self.gtk.is_nested() {
            std::process::exit(0);
        }
        self.gtk.quit();
    }

    fn close(&self) {
        if !self.is_closed.replace(true) {
            self.report(&Report::Closed);
            self.end();
        }
    }
}

/// What is to be done with the window, once there is one. A panic ends the process, as `extern "C"` has it.
fn with_show(then: impl FnOnce(&'static Show)) {
    if let Some(show) = SHOW.get() {
        then(show);
    }
}

unsafe extern "C" fn take_orders(_data: *mut c_void) -> c_int {
    with_show(Show::take_orders);
    NO
}

unsafe extern "C" fn look(_data: *mut c_void) -> c_int {
    with_show(|show| {
        if show.watch.get().is_some_and(Watch::is_gone) {
            show.report(&Report::Closed);
            // There is nothing left that could be cleaned up.
            std::process::exit(0);
        }
    });
    YES
}

unsafe extern "C" fn idle(_data: *mut c_void) -> c_int {
    with_show(|show| {
        if show.content.get().is_some_and(|content| !content.idle()) {
            show.close();
        }
    });
    YES
}

unsafe extern "C" fn closed(_: Widget, _event: *mut c_void, _data: *mut c_void) -> c_int {
    with_show(|show| {
        show.note_place();
        show.close();
    });
    YES
}

unsafe extern "C" fn moved(_: Widget, _event: *mut c_void, _data: *mut c_void) -> c_int {
    with_show(Show::note_place);
    NO
}

/// The content writes to a port.
unsafe extern "C" fn turn(
    _controller: *mut c_void,
    port: u32,
    bytes: u32,
    protocol: u32,
    value: *const c_void,
) {
    // Only plain values are understood.
    if protocol == 0 && bytes == 4 && !value.is_null() {
        // SAFETY: as long as is said, by LV2's contract.
        let value = unsafe { value.cast::<f32>().read_unaligned() };
        with_show(|show| show.turned(port, value));
    }
}

/// The content takes hold of a knob, or lets go of it.
unsafe extern "C" fn touch(_handle: *mut c_void, port: u32, holds: bool) {
    with_show(|show| show.report(&Report::Touched { port, holds }));
}

/// The content wants another size.
unsafe extern "C" fn resize(_handle: *mut c_void, width: c_int, height: c_int) -> c_int {
    with_show(|show| show.window.resize(width, height));
    0
}
