//! A window of JUCE's and those in it, JUCE's and the child's: whether they are left.

use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt, EventMask, Window};
use x11rb::rust_connection::RustConnection;

use crate::juce::x_errors::outlived;

/// A window with what is in it, as far as it is JUCE's, and the child's windows right in that. The child
/// makes them over a connection of its own, with which they go.
pub(super) struct Tree {
    top: Window,
    is_top_gone: bool,
    /// The child had put a window into it.
    had_childs: bool,
    /// None of them is left.
    has_lost_them: bool,
    /// Something has come or gone since it was looked through.
    is_changed: bool,
    /// How many X errors there had been when it was looked through: one may have been an end.
    errors: u64,
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
            had_childs: false,
            has_lost_them: false,
            is_changed: false,
            errors: outlived(),
        };
        tree.had_childs = tree.count(connection, top)? > 0;
        Ok(tree)
    }

    pub(super) fn hear(&mut self, event: &Event) {
        match event {
            Event::DestroyNotify(event) => {
                self.is_top_gone |= event.window == self.top;
                self.is_changed = true;
            }
            Event::CreateNotify(_) | Event::ReparentNotify(_) => self.is_changed = true,
            _ => {}
        }
    }

    /// Whether it was destroyed, or all that the child had put into it.
    pub(super) fn is_gone(&mut self, connection: &RustConnection) -> bool {
        let errors = outlived();
        if !self.had_childs || self.is_changed || self.errors != errors {
            (self.is_changed, self.errors) = (false, errors);
            // If it cannot be looked through, it is being destroyed, which will be told.
            if let Ok(count) = self.count(connection, self.top) {
                self.had_childs |= count > 0;
                self.has_lost_them = self.had_childs && count == 0;
            }
        }
        self.is_top_gone || self.has_lost_them
    }

    /// How many windows of the child's are in this one of JUCE's, which is watched from now on.
    fn count(&self, connection: &RustConnection, window: Window) -> Result<usize, ReplyError> {
        let events = EventMask::STRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_NOTIFY;
        let events = ChangeWindowAttributesAux::new().event_mask(events);
        connection
            .change_window_attributes(window, &events)?
            .check()?;
        // A client's windows have numbers of the client's.
        let of_client = !connection.setup().resource_id_mask;
        let mut count = 0;
        for inner in connection.query_tree(window)?.reply()?.children {
            if inner & of_client == self.top & of_client {
                count += self.count(connection, inner)?;
            } else {
                count += 1;
            }
        }
        Ok(count)
    }
}
