//! The editor's way to everything that takes time: the session, files, the catalog.
//!
//! One thread a window, as long as the window is open. It takes commands in their order, keeps the catalog at
//! hand, and looks up to 60 times a second ([`pace`](super::pace)) whether anything that is drawn has moved: meters
//! are drawn [outside](super::outside) of egui where that can be, and for the rest ([`pulse`](super::pulse)) the
//! window is drawn again.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;

use super::command::{Again, Command};
use super::listing::Listing;
use super::outside::Outside;
use super::pace::Pace;
use super::perform::perform;
use super::preferences::EditorPreferences;
use super::pulse::Pulse;
use super::shared::CatalogView;
use crate::catalog::{self, Catalog, Preferences, ProductKey, ScanOptions, Stamp, Store};
use crate::files;
use crate::rack::edit::Edit;
use crate::rack::{Chain, Place};
use crate::session::{Handle, Session, Surroundings, View};
use crate::state;
use crate::threads::MessageThread;

/// Gives the session behind the door, started if need be; nothing if that failed.
pub type Source = Arc<dyn Fn() -> Option<Arc<Handle>> + Send + Sync>;

/// Has the window drawn again. Any thread.
pub type Redraw = Arc<dyn Fn() + Send + Sync>;

/// How long it is between two looks at the catalog's files, when nothing is scanned.
const CATALOG_PATIENCE: Duration = Duration::from_millis(500);

enum Order {
    Command(Command),
    Surroundings(Surroundings),
    End,
}

/// What the window's side and the thread's share.
#[derive(Default)]
struct Common {
    view: Mutex<Arc<View>>,
    catalog: Mutex<CatalogView>,
    trouble: Mutex<Option<String>>,
    listing: Mutex<Option<Arc<Listing>>>,
    outside: Arc<Outside>,
}

/// The window's end of the way to everything that takes time. Dropping it ends the thread, and closes the children's windows.
pub struct Link {
    orders: Sender<Order>,
    common: Arc<Common>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    /// Starts the thread. Waits for nothing.
    pub fn open(source: Source, redraw: Redraw) -> Self {
        let (orders, arriving) = channel();
        let common = Arc::<Common>::default();
        let theirs = common.clone();
        let started = std::thread::Builder::new()
            .name("matryoshka-edit".to_owned())
            .spawn(move || Worker::new(theirs, redraw).run(&source, &arriving));
        let thread = started.map_err(|error| {
            *common.trouble.lock() = Some(format!("The editor could not be started: {error}"));
        });
        Self {
            orders,
            common,
            thread: thread.ok(),
        }
    }

    /// Ends the thread, and waits until all that it was sent before is done. Not on a DAW's main thread.
    pub fn finish(mut self) {
        let thread = self.thread.take();
        drop(self);
        // What it panicked with was told.
        let _ = thread.map(JoinHandle::join);
    }

    /// The latest picture of the session.
    pub fn view(&self) -> Arc<View> {
        self.common.view.lock().clone()
    }

    /// The catalog as it was read last.
    pub fn catalog(&self) -> CatalogView {
        self.common.catalog.lock().clone()
    }

    /// What could not be done, besides what the session tells.
    pub fn take_trouble(&self) -> Option<String> {
        self.common.trouble.lock().take()
    }

    /// The folder that was [looked into](Command::ListFolder) last, once.
    pub fn take_listing(&self) -> Option<Arc<Listing>> {
        self.common.listing.lock().take()
    }

    /// What is drawn into the window outside of egui.
    pub fn outside(&self) -> Arc<Outside> {
        self.common.outside.clone()
    }

    /// Has something done, soon.
    pub fn send(&self, command: Command) {
        // Where the thread has not started, that was told.
        let _ = self.orders.send(Order::Command(command));
    }

    /// Says what the children's windows are shown with.
    pub fn set_surroundings(&self, surroundings: Surroundings) {
        let _ = self.orders.send(Order::Surroundings(surroundings));
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // The thread is not waited for: it may be with the message thread, and that may be with a plugin that
        // takes its time. It keeps the session alive until it has ended.
        let _ = self.orders.send(Order::End);
    }
}

struct Worker {
    common: Arc<Common>,
    redraw: Redraw,
    pulse: Pulse,
    pace: Pace,
    catalog_stamp: Option<CatalogStamp>,
    looked_at_catalog: Option<Instant>,
}

/// What tells whether the catalog's files have changed: the store's, and the preferences'.
type CatalogStamp = (Stamp, Option<SystemTime>);

impl Worker {
    fn new(common: Arc<Common>, redraw: Redraw) -> Self {
        Self {
            common,
            redraw,
            pulse: Pulse::default(),
            pace: Pace::default(),
            catalog_stamp: None,
            looked_at_catalog: None,
        }
    }

    fn run(mut self, source: &Source, arriving: &Receiver<Order>) {
        let Some(session) = source() else {
            self.tell("The rack could not be started; the log says why");
            return;
        };
        let watching = session.board().watch();
        let mut next_look = Instant::now();
        loop {
            let now = Instant::now();
            if now >= next_look {
                // Also while commands come all the time, as when something is dragged.
                let moved = self.look(&session);
                self.pace.note(moved);
                next_look = now + self.pace.patience();
            }
            match arriving.recv_timeout(next_look.saturating_duration_since(now)) {
                Ok(Order::Command(command)) => {
                    self.see_to(&session, command);
                    // What comes of it is to be seen soon.
                    self.pace.note(true);
                    next_look = next_look.min(Instant::now() + self.pace.patience());
                }
                Ok(Order::Surroundings(surroundings)) => {
                    session.post(move |_thread, session| session.set_surroundings(surroundings));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Order::End) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        drop(watching);
        session.post(|_thread, session| session.close_windows());
    }

    /// Draws again what has moved of what is drawn; whether anything has.
    fn look(&mut self, session: &Arc<Handle>) -> bool {
        let mut moved = self.look_at_catalog();
        let board = session.board();
        if board.revision() != self.common.view.lock().revision {
            *self.common.view.lock() = board.latest();
            moved = true;
        }
        let view = self.common.view.lock().clone();
        let outside = self.common.outside.clone();
        let looked = outside.look(&view);
        let trouble = outside.take_trouble();
        moved |= looked.files;
        moved |= self.pulse.has_moved(&view, &outside.left_to_egui());
        if moved {
            (self.redraw)();
        }
        if let Some(trouble) = trouble {
            self.tell(trouble);
        }
        moved || looked.levels
    }

    fn look_at_catalog(&mut self) -> bool {
        let progress = catalog::progress();
        let mut moved = self.common.catalog.lock().progress != progress;
        if moved {
            self.common.catalog.lock().progress = progress;
        }
        let is_time =
            (self.looked_at_catalog).is_none_or(|last| last.elapsed() >= CATALOG_PATIENCE);
        if !is_time {
            return moved;
        }
        self.looked_at_catalog = Some(Instant::now());
        let read = Store::of_user().and_then(|store| {
            let preferences = fs::metadata(store.folder().join("preferences.json"));
            let stamp = (
                store.stamp(),
                preferences.and_then(|data| data.modified()).ok(),
            );
            if self.catalog_stamp.as_ref() == Some(&stamp) {
                return Ok(None);
            }
            let read = (Catalog::current()?, Preferences::load(&store)?);
            self.catalog_stamp = Some(stamp);
            Ok(Some(read))
        });
        let mut known = self.common.catalog.lock();
        match read {
            Ok(None) => {}
            Ok(Some((catalog, preferences))) => {
                known.catalog = Arc::new(catalog);
                known.preferences = Arc::new(preferences);
                known.error = None;
                known.revision += 1;
                moved = true;
            }
            Err(error) => {
                let words = Some(error.to_string());
                moved |= known.error != words;
                known.error = words;
            }
        }
        moved
    }

    fn see_to(&mut self, session: &Arc<Handle>, command: Command) {
        match command {
            Command::OpenRack(path) => match state::read_file(&path) {
                Ok(loaded) => session.post(move |thread, session| {
                    session.take(thread, loaded);
                    session.note_edited();
                }),
                Err(error) => self.tell(error.to_string()),
            },
            Command::InsertRack { place, path } => match state::read_file(&path) {
                Ok(loaded) => session.post(move |thread, session| {
                    insert(thread, session, place, loaded.rack.chain);
                }),
                Err(error) => self.tell(error.to_string()),
            },
            Command::SaveRack(path) => {
                let saved = session.ask(|thread, session| session.save(thread));
                let written = saved
                    .map_err(|error| error.to_string())
                    .and_then(|text| save(&path, &text).map_err(|error| error.to_string()));
                if let Err(error) = written {
                    self.tell(format!("{} could not be saved: {error}", path.display()));
                }
            }
            Command::LoadPreset { slot, path } => match fs::read(&path) {
                Ok(bytes) => session.post(move |_thread, session| {
                    if let Err(error) = session.load_preset(slot, &bytes) {
                        session.notify(error.to_string());
                    }
                }),
                Err(error) => self.tell(format!("{}: {error}", path.display())),
            },
            Command::ListFolder(folder) => {
                *self.common.listing.lock() = Some(Arc::new(Listing::of(&folder)));
                (self.redraw)();
            }
            Command::WatchParameters(slots) => session.board().watch_parameters(slots),
            Command::Scan(again) => {
                session.start_scan(ScanOptions {
                    retry: again != Again::Nothing,
                    force: again == Again::Everything,
                    ..ScanOptions::default()
                });
            }
            Command::StopScan => session.stop_scan(),
            Command::SetFavourite(product, on) => {
                self.prefer(|preferences| set(&mut preferences.favourites, product, on));
            }
            Command::SetHidden(product, on) => {
                self.prefer(|preferences| set(&mut preferences.hidden, product, on));
            }
            Command::SetFolders(folders) => {
                self.prefer(|preferences| preferences.folders = folders)
            }
            Command::SetFormatOrder(order) => {
                self.prefer(|preferences| preferences.format_order = order);
            }
            Command::SetPreferences(preferences) => self.keep(&preferences),
            Command::KeepSize(size) => {
                // Another window may have changed the rest.
                let known = EditorPreferences::load();
                if known.size != size {
                    self.keep(&EditorPreferences { size, ..known });
                }
            }
            command => {
                if let Command::Insert {
                    product: Some(product),
                    ..
                }
                | Command::Replace {
                    product: Some(product),
                    ..
                } = &command
                {
                    self.prefer(|preferences| preferences.note_use(product));
                }
                session.post(move |thread, session| perform(thread, session, command));
            }
        }
    }

    fn prefer(&mut self, change: impl FnOnce(&mut Preferences)) {
        let changed = Store::of_user().and_then(|store| Preferences::change(&store, change));
        self.looked_at_catalog = None;
        if let Err(error) = changed {
            self.tell(error.to_string());
        }
    }

    fn keep(&self, preferences: &EditorPreferences) {
        if let Err(error) = preferences.save() {
            self.tell(format!("How the editor looks could not be saved: {error}"));
        }
    }

    fn tell(&self, words: impl Into<String>) {
        let words = words.into();
        tracing::warn!("{words}");
        *self.common.trouble.lock() = Some(words);
        (self.redraw)();
    }
}

fn set(list: &mut Vec<ProductKey>, product: ProductKey, on: bool) {
    list.retain(|known| *known != product);
    if on {
        list.push(product);
    }
}

fn insert(thread: &MessageThread, session: &mut Session, place: Place, chain: Chain) {
    for (later, mut item) in chain.0.into_iter().enumerate() {
        item.forget_ids();
        let place = Place {
            at: place.at + later,
            ..place
        };
        if let Err(error) = session.edit(thread, Edit::Insert { place, item }) {
            return session.notify(error.problem.to_string());
        }
    }
}

/// Writes a rack file, into a folder that may not be there yet.
fn save(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    files::replace(path, text.as_bytes())
}
