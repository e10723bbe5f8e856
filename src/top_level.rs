//! Which of an X server's windows the window manager knows.

use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt, Window};

/// How deep a window may be in others, at most: a chain of parents that never ends is none.
const DEEPEST: usize = 64;

/// A window's outermost one.
pub(crate) enum TopLevel {
    /// The window manager has given it a state.
    Managed(Window),
    /// It has not, or not yet: nothing but the root is around this one.
    Unmanaged(Window),
}

/// Looks for the window that the window manager knows: the one around `window` that has a state. `wm_state` is the
/// atom `WM_STATE`. Waits for the server. Any thread but the audio thread.
///
/// # Errors
///
/// If the server is lost, or does not know one of the windows.
pub(crate) fn top_level(
    connection: &impl ConnectionExt,
    wm_state: Atom,
    window: Window,
) -> Result<TopLevel, ReplyError> {
    let mut at = window;
    for _ in 0..DEEPEST {
        let state = connection.get_property(false, at, wm_state, AtomEnum::ANY, 0, 0)?;
        let tree = connection.query_tree(at)?;
        if state.reply()?.type_ != x11rb::NONE {
            return Ok(TopLevel::Managed(at));
        }
        let tree = tree.reply()?;
        if tree.parent == tree.root || tree.parent == x11rb::NONE {
            return Ok(TopLevel::Unmanaged(at));
        }
        at = tree.parent;
    }
    Ok(TopLevel::Unmanaged(window))
}
