//! What the plugin and its parameters share: the session, started when it is first needed.

use parking_lot::Mutex;
use std::sync::OnceLock;

use crate::rack::exchange::Player;
use crate::session::Handle;

/// The session behind the door.
#[derive(Default)]
pub(super) struct Door {
    session: OnceLock<Option<Handle>>,
    /// Until the plugin takes it.
    player: Mutex<Option<Player>>,
}

impl Door {
    /// The session; the first call starts it. `None` if that failed, which is logged once. Not for
    /// the audio thread.
    pub(super) fn session(&self) -> Option<&Handle> {
        self.session
            .get_or_init(|| match Handle::open() {
                Ok((session, player)) => {
                    *self.player.lock() = Some(player);
                    Some(session)
                }
                Err(error) => {
                    tracing::error!("{error}");
                    None
                }
            })
            .as_ref()
    }

    /// The audio thread's half of the session, once.
    pub(super) fn take_player(&self) -> Option<Player> {
        self.player.lock().take()
    }
}
