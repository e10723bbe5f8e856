//! What a child's window needs of the X server that JUCE and GTK do not ask for: to stay above the DAW's
//! window, and to tell when somebody else has destroyed it. Over a connection of our own, whose errors
//! come back as values and end nothing.

mod tree;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, PropMode, Window};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use self::tree::Tree;
use super::window::{WindowPlace, display};
use crate::top_level::{TopLevel, top_level};

thread_local! {
    /// The connection, there while any window is watched.
    static SERVER: RefCell<Weak<Server>> = const { RefCell::new(Weak::new()) };
}

struct Server {
    connection: RustConnection,
    root: Window,
    wm_state: u32,
    /// Those that are watched.
    trees: RefCell<Vec<Weak<RefCell<Tree>>>>,
    is_lost: Cell<bool>,
}

impl Server {
    fn shared() -> Result<Rc<Self>, String> {
        SERVER.with_borrow_mut(|shared| {
            if let Some(server) = shared.upgrade().filter(|server| !server.is_lost.get()) {
                return Ok(server);
            }
            let server = Rc::new(Self::connect()?);
            *shared = Rc::downgrade(&server);
            Ok(server)
        })
    }

    fn connect() -> Result<Self, String> {
        let display = display().unwrap_or_default();
        let unreachable = |error: &dyn std::fmt::Display| {
            format!("the display {display} cannot be reached: {error}")
        };
        let (connection, screen) =
            RustConnection::connect(Some(&display)).map_err(|error| unreachable(&error))?;
        let root = connection.setup().roots[screen].root;
        let wm_state = (connection.intern_atom(false, b"WM_STATE"))
            .map_err(ReplyError::from)
            .and_then(|cookie| cookie.reply())
            .map_err(|error| unreachable(&error))?
            .atom;
        Ok(Self {
            connection,
            root,
            wm_state,
            trees: RefCell::default(),
            is_lost: Cell::default(),
        })
    }

    fn hear(&self) {
        let mut trees = self.trees.borrow_mut();
        trees.retain(|tree| tree.strong_count() > 0);
        loop {
            let event = match self.connection.poll_for_event() {
                Ok(Some(event)) => event,
                Ok(None) => return,
                Err(_) => return self.is_lost.set(true),
            };
            for tree in trees.iter().filter_map(Weak::upgrade) {
                tree.borrow_mut().hear(&event);
            }
        }
    }

    /// The window that the window manager knows of those around `window`, else the outermost.
    fn top_level(&self, window: Window) -> Result<Window, ReplyError> {
        let found = top_level(&self.connection, self.wm_state, window)?;
        let (TopLevel::Managed(found) | TopLevel::Unmanaged(found)) = found;
        Ok(found)
    }

    fn stay_above(&self, window: Window, above: Option<Window>) -> Result<(), ReplyError> {
        let property = AtomEnum::WM_TRANSIENT_FOR;
        let Some(above) = above else {
            return self
                .connection
                .delete_property(window, property.into())?
                .check();
        };
        let above = self.top_level(above)?;
        (self.connection)
            .change_property32(
                PropMode::REPLACE,
                window,
                property,
                AtomEnum::WINDOW,
                &[above],
            )?
            .check()
    }

    fn rectangle(&self, window: Window) -> Result<WindowPlace, ReplyError> {
        let geometry = self.connection.get_geometry(window)?;
        let corner = (self.connection).translate_coordinates(window, self.root, 0, 0)?;
        let (geometry, corner) = (geometry.reply()?, corner.reply()?);
        Ok(WindowPlace {
            x: corner.dst_x.into(),
            y: corner.dst_y.into(),
            width: geometry.width.into(),
            height: geometry.height.into(),
        })
    }
}

/// One window that is watched.
pub(super) struct Watch {
    server: Rc<Server>,
    window: Window,
    tree: Rc<RefCell<Tree>>,
}

impl Watch {
    /// Watches a window of this process.
    ///
    /// # Errors
    ///
    /// If the X server cannot be reached, or does not know the window: then it has broken with the toolkit.
    pub(super) fn begin(handle: u64) -> Result<Self, String> {
        let server = Server::shared()?;
        server.hear();
        let window = handle as Window;
        let tree = Tree::of(&server.connection, window).map_err(|_| {
            "the connection to the display has broken; it is made anew when all racks have been closed"
                .to_owned()
        })?;
        let tree = Rc::new(RefCell::new(tree));
        server.trees.borrow_mut().push(Rc::downgrade(&tree));
        Ok(Self {
            server,
            window,
            tree,
        })
    }

    /// Has the window manager keep it above the window that `above` is, or is in. The DAW may have closed
    /// that meanwhile; then nothing changes.
    pub(super) fn stay_above(&self, above: Option<u64>) {
        let above = above.map(|above| above as Window);
        if let Err(error) = self.server.stay_above(self.window, above) {
            tracing::debug!("a child's window does not stay above the DAW's: {error}");
        }
    }

    /// Where the window is, in pixels, that `inner` is, or is in.
    pub(super) fn rectangle_around(&self, inner: u64) -> Option<WindowPlace> {
        let top = self.server.top_level(inner as Window).ok()?;
        self.server.rectangle(top).ok()
    }

    /// Whether it, or what the child has put into it, has been destroyed.
    pub(super) fn is_gone(&self) -> bool {
        self.server.hear();
        let server = &*self.server;
        server.is_lost.get() || self.tree.borrow_mut().is_gone(&server.connection)
    }
}
