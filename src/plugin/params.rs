//! The host parameters, and the rack document that the host saves with them.

use std::sync::Arc;

use nih_plug::params::persist::PersistentField;
use nih_plug::prelude::*;

use super::door::Door;

/// What the host automates and saves. There are no parameters yet; mapping is to come.
#[derive(Params)]
pub(super) struct HostParams {
    #[persist = "rack"]
    rack: RackState,
}

impl HostParams {
    pub(super) fn new(door: Arc<Door>) -> Self {
        Self {
            rack: RackState { door },
        }
    }
}

/// The rack document as the host saves and restores it. The host does so on its own thread, also
/// while audio runs; the session answers from the message thread.
struct RackState {
    door: Arc<Door>,
}

impl PersistentField<'_, String> for RackState {
    fn set(&self, text: String) {
        if let Some(session) = self.door.session() {
            // An unreadable state is logged and kept by the session.
            let loaded = session.ask(move |thread, session| session.load(thread, &text).is_ok());
            if let Err(error) = loaded {
                tracing::error!("{error}");
            }
        }
    }

    fn map<F, R>(&self, save: F) -> R
    where
        F: Fn(&String) -> R,
    {
        let text = self
            .door
            .session()
            .map(|session| session.ask(|thread, session| session.save(thread)))
            .and_then(|answer| answer.inspect_err(|error| tracing::error!("{error}")).ok());
        save(&text.unwrap_or_default())
    }
}
