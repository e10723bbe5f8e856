//! Takes files that another program drags over the window: XDND, version 5.
//!
//! baseview says that it takes them, and egui-baseview 0.9 lets them fall. So the window names a proxy, a window
//! of ours that nobody sees, and everything is sent there:
//!
//! 1. `XdndEnter`: somebody comes, and says of what kind what is dragged is.
//! 2. `XdndPosition`, again and again: where. We answer `XdndStatus`: whether we would take it.
//! 3. `XdndDrop`: it was let go. We ask for the list of files, read it when it comes, and answer `XdndFinished`.
//!    Or `XdndLeave`: it was not.
//!
//! Some programs (GTK's) look for proxies at the outermost window only. If the DAW's takes no drops, it gets our
//! proxy, too, for as long as the editor is open; what is let go beside the editor is not taken.
//!
//! The protocol: <https://www.freedesktop.org/wiki/Specifications/XDND/>.

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _,
    CreateWindowAux, EventMask, PropMode, SelectionNotifyEvent, Timestamp, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{CURRENT_TIME, NONE, atom_manager};

use super::server::{Failure, Server};
use super::uris;
use crate::editor::outside::FilesOver;
use crate::top_level::{TopLevel, top_level};

/// The version that we speak.
const VERSION: u32 = 5;
/// How many looks pass until the outermost window is looked for again: it may not be shown yet.
const LOOKS_TO_TRY_AGAIN: u32 = 30;
/// The longest list of files, in units of four bytes.
const LONGEST: u32 = 1 << 20;

atom_manager! {
    Atoms: AtomsCookie {
        XdndActionCopy,
        XdndAware,
        XdndDrop,
        XdndEnter,
        XdndFinished,
        XdndLeave,
        XdndPosition,
        XdndProxy,
        XdndSelection,
        XdndStatus,
        XdndTypeList,
        UriList: b"text/uri-list",
        WM_STATE,
    }
}

/// See the [module](self).
pub struct DropTarget {
    atoms: Atoms,
    root: Window,
    proxy: Window,
    /// The DAW's outermost window, once it is known.
    outermost: Option<Window>,
    looks: u32,
    guest: Option<Guest>,
}

/// Who drags something over the window.
struct Guest {
    /// Its window.
    window: Window,
    /// Which window it takes for the target.
    target: Window,
    /// It drags files.
    has_files: bool,
    /// Where in the editor.
    at: Option<[i32; 2]>,
    /// It was let go, and the list of files is awaited.
    dropped: bool,
}

impl DropTarget {
    /// Makes the proxy, and names it.
    pub fn new(server: &Server) -> Result<Self, Failure> {
        let connection = &server.connection;
        let atoms = Atoms::new(connection)?.reply()?;
        let root = connection.query_tree(server.window)?.reply()?.root;
        let proxy = connection.generate_id()?;
        let kind = WindowClass::INPUT_ONLY;
        let plain = CreateWindowAux::new();
        connection.create_window(0, proxy, root, -1, -1, 1, 1, 0, kind, 0, &plain)?;
        let (aware, whole) = (atoms.XdndAware, PropMode::REPLACE);
        connection.change_property32(whole, proxy, aware, AtomEnum::ATOM, &[VERSION])?;
        let target = Self {
            atoms,
            root,
            proxy,
            outermost: None,
            looks: 0,
            guest: None,
        };
        target.name_proxy(server, proxy)?;
        target.name_proxy(server, server.window)?;
        Ok(target)
    }

    fn name_proxy(&self, server: &Server, of: Window) -> Result<(), Failure> {
        let (name, whole) = (self.atoms.XdndProxy, PropMode::REPLACE);
        (server.connection).change_property32(whole, of, name, AtomEnum::WINDOW, &[self.proxy])?;
        Ok(())
    }

    /// Takes the DAW's outermost window in, once that is there and if it takes no drops itself.
    pub fn look(&mut self, server: &Server) -> Result<(), Failure> {
        if self.outermost.is_some() {
            return Ok(());
        }
        if self.looks.is_multiple_of(LOOKS_TO_TRY_AGAIN) {
            let outermost = top_level(&server.connection, self.atoms.WM_STATE, server.window)?;
            self.outermost = match outermost {
                TopLevel::Managed(window) => Some(window),
                TopLevel::Unmanaged(_) => None,
            };
            if let Some(window) = self.outermost
                && window != server.window
                && !self.takes_drops(server, window)?
            {
                self.name_proxy(server, window)?;
            }
        }
        self.looks = self.looks.wrapping_add(1);
        Ok(())
    }

    fn takes_drops(&self, server: &Server, window: Window) -> Result<bool, Failure> {
        if !self
            .property(server, window, self.atoms.XdndAware)?
            .is_empty()
        {
            return Ok(true);
        }
        let proxy = self.property(server, window, self.atoms.XdndProxy)?;
        let Some(proxy) = proxy.first() else {
            return Ok(false);
        };
        // One that is gone, or does not name itself, is none.
        let named = self.property(server, *proxy, self.atoms.XdndProxy);
        Ok(named.is_ok_and(|named| named.first() == Some(proxy)))
    }

    fn property(&self, server: &Server, of: Window, name: Atom) -> Result<Vec<u32>, Failure> {
        let any = AtomEnum::ANY;
        let property = (server.connection).get_property(false, of, name, any, 0, LONGEST)?;
        let property = property.reply()?;
        Ok(property.value32().into_iter().flatten().collect())
    }

    /// Takes in what the server tells; whether `files` are others now.
    pub fn hear(
        &mut self,
        server: &Server,
        event: &Event,
        files: &mut FilesOver,
    ) -> Result<bool, Failure> {
        let before = files.clone();
        match event {
            Event::ClientMessage(event) if event.format == 32 => {
                self.hear_message(server, event, files)?;
            }
            Event::SelectionNotify(event) if event.requestor == self.proxy => {
                self.take_files(server, event, files)?;
            }
            // The guest has gone without a word.
            Event::DestroyNotify(event) => self.leave(event.window, files),
            _ => {}
        }
        Ok(*files != before)
    }

    fn hear_message(
        &mut self,
        server: &Server,
        event: &ClientMessageEvent,
        files: &mut FilesOver,
    ) -> Result<(), Failure> {
        let atoms = &self.atoms;
        let data = event.data.as_data32();
        let window = data[0];
        if event.type_ == atoms.XdndEnter {
            let has_more = data[1] & 1 != 0;
            let kinds = match has_more {
                // It may be gone already.
                true => (self.property(server, window, atoms.XdndTypeList)).unwrap_or_default(),
                false => data[2..].to_vec(),
            };
            let has_files = kinds.contains(&atoms.UriList);
            let tell_end = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
            let told = server
                .connection
                .change_window_attributes(window, &tell_end)?;
            // One of a window that is gone is no guest.
            let is_there = told.check().is_ok();
            files.over = None;
            self.guest = is_there.then_some(Guest {
                window,
                target: event.window,
                has_files,
                at: None,
                dropped: false,
            });
        } else if event.type_ == atoms.XdndPosition {
            let at = self.inside(server, data[2])?;
            let takes = match self.guest.as_mut().filter(|guest| guest.window == window) {
                Some(guest) => {
                    guest.at = at.filter(|_| guest.has_files);
                    files.over = guest.at;
                    guest.at.is_some()
                }
                None => false,
            };
            self.answer(server, event.window, window, self.atoms.XdndStatus, takes)?;
        } else if event.type_ == atoms.XdndLeave {
            self.leave(window, files);
        } else if event.type_ == atoms.XdndDrop {
            self.drop_at(server, event, files)?;
        }
        Ok(())
    }

    fn leave(&mut self, window: Window, files: &mut FilesOver) {
        if self
            .guest
            .as_ref()
            .is_some_and(|guest| guest.window == window)
        {
            self.guest = None;
            files.over = None;
        }
    }

    fn drop_at(
        &mut self,
        server: &Server,
        event: &ClientMessageEvent,
        files: &mut FilesOver,
    ) -> Result<(), Failure> {
        let [window, _, time, ..] = event.data.as_data32();
        let guest = self.guest.as_mut().filter(|guest| guest.window == window);
        match guest.filter(|guest| guest.at.is_some()) {
            Some(guest) => {
                guest.dropped = true;
                self.ask_for_files(server, time)
            }
            None => {
                self.leave(window, files);
                self.answer(server, event.window, window, self.atoms.XdndFinished, false)
            }
        }
    }

    fn ask_for_files(&self, server: &Server, time: Timestamp) -> Result<(), Failure> {
        let time = if time == 0 { CURRENT_TIME } else { time };
        let (selection, kind) = (self.atoms.XdndSelection, self.atoms.UriList);
        (server.connection).convert_selection(self.proxy, selection, kind, selection, time)?;
        Ok(())
    }

    /// The list has come, or will not.
    fn take_files(
        &mut self,
        server: &Server,
        event: &SelectionNotifyEvent,
        files: &mut FilesOver,
    ) -> Result<(), Failure> {
        let Some(guest) = self.guest.take_if(|guest| guest.dropped) else {
            return Ok(());
        };
        files.over = None;
        let mut paths = Vec::new();
        if event.property != NONE {
            let (from, name) = (self.proxy, self.atoms.XdndSelection);
            let kind = self.atoms.UriList;
            let list = (server.connection).get_property(true, from, name, kind, 0, LONGEST)?;
            paths = uris::files(&list.reply()?.value);
        }
        let takes = !paths.is_empty();
        match guest.at {
            Some(at) if takes => files.dropped.push((at, paths)),
            _ => {
                files.trouble = Some("What was dropped is no file of this machine".to_owned());
            }
        }
        let finished = self.atoms.XdndFinished;
        self.answer(server, guest.target, guest.window, finished, takes)
    }

    /// Where in the editor a place on the screen is, if it is there.
    fn inside(&self, server: &Server, place: u32) -> Result<Option<[i32; 2]>, Failure> {
        let (x, y) = ((place >> 16) as i16, place as i16);
        let connection = &server.connection;
        let size = connection.get_geometry(server.window)?;
        let at = connection.translate_coordinates(self.root, server.window, x, y)?;
        let (size, at) = (size.reply()?, at.reply()?);
        let is_inside = (0..i32::from(size.width)).contains(&at.dst_x.into())
            && (0..i32::from(size.height)).contains(&at.dst_y.into());
        Ok(is_inside.then(|| [at.dst_x.into(), at.dst_y.into()]))
    }

    /// Answers whether it is, or was, taken.
    fn answer(
        &self,
        server: &Server,
        target: Window,
        guest: Window,
        kind: Atom,
        takes: bool,
    ) -> Result<(), Failure> {
        let action = if takes {
            self.atoms.XdndActionCopy
        } else {
            NONE
        };
        let data = match kind == self.atoms.XdndStatus {
            // Positions are wanted also within the rectangle, which is empty.
            true => [target, u32::from(takes) | 2, 0, 0, action],
            false => [target, u32::from(takes), action, 0, 0],
        };
        let event = ClientMessageEvent::new(32, guest, kind, data);
        let sent = (server.connection).send_event(false, guest, EventMask::NO_EVENT, event)?;
        // The guest may be gone: that is no trouble of ours.
        let _ = sent.check();
        Ok(())
    }

    /// Leaves the DAW's window as it was.
    pub fn end(&self, server: &Server) -> Result<(), Failure> {
        if let Some(window) = self.outermost
            && window != server.window
            && self.property(server, window, self.atoms.XdndProxy)? == [self.proxy]
        {
            let named = self.atoms.XdndProxy;
            // It may be gone.
            let _ = server.connection.delete_property(window, named)?.check();
        }
        Ok(())
    }
}
