//! A window of JUCE's and those in it, JUCE's and the child's: which of them are left.

use std::collections::HashSet;

use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt, EventMask, Window};
use x11rb::rust_connection::RustConnection;

/// A window with what is in it, as far as it is JUCE's, and the child's windows right in that. The child
/// makes them over a connection of its own, with which they go.
pub(super) struct Tree {
    top: Window,
    is_top_gone: bool,
    /// Those of JUCE's.
    juces: HashSet<Window>,
    childs: HashSet<Window>,
    /// One of the child's has been destroyed, and no other has come since.
    has_lost_one: bool,
}

impl Tree {
    /// Watches what becomes of a window of JUCE's.
    ///
    /// # Errors
    ///
    /// If the X server does not know it.
    pub(super) fn of(connection: &RustConnection, top: Window) -> Result<Self, ReplyError> {
        let mut tree = Self {
            top,
            is_top_gone: false,
            juces: HashSet::new(),
            childs: HashSet::new(),
            has_lost_one: false,
        };
        tree.look_into(connection, top)?;
        Ok(tree)
    }

    /// Whether it was destroyed, or all that the child had put into it.
    pub(super) fn is_gone(&self) -> bool {
        self.is_top_gone || (self.has_lost_one && self.childs.is_empty())
    }

    pub(super) fn hear(&mut self, connection: &RustConnection, event: &Event) {
        match event {
            Event::CreateNotify(event) if self.juces.contains(&event.parent) => {
                self.has_come(connection, event.window);
            }
            Event::ReparentNotify(event) if self.juces.contains(&event.parent) => {
                self.has_come(connection, event.window);
            }
            Event::ReparentNotify(event) if event.window != self.top => {
                self.juces.remove(&event.window);
                self.childs.remove(&event.window);
            }
            Event::DestroyNotify(event) => {
                self.is_top_gone |= event.window == self.top;
                self.juces.remove(&event.window);
                self.has_lost_one |= self.childs.remove(&event.window);
            }
            _ => {}
        }
    }

    fn has_come(&mut self, connection: &RustConnection, window: Window) {
        // A client's windows have numbers of the client's.
        let of_client = !connection.setup().resource_id_mask;
        if window & of_client == self.top & of_client {
            // If it has gone again, that is told as well.
            let _ = self.look_into(connection, window);
        } else {
            self.childs.insert(window);
            self.has_lost_one = false;
        }
    }

    fn look_into(&mut self, connection: &RustConnection, window: Window) -> Result<(), ReplyError> {
        let events = EventMask::STRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_NOTIFY;
        let events = ChangeWindowAttributesAux::new().event_mask(events);
        connection
            .change_window_attributes(window, &events)?
            .check()?;
        self.juces.insert(window);
        for inner in connection.query_tree(window)?.reply()?.children {
            self.has_come(connection, inner);
        }
        Ok(())
    }
}
