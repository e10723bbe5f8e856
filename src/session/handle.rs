//! A session seen from other threads.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Board, HostParameters, Session};
use crate::child::{MESSAGE_LOOP, before_stop, keep_ticking};
use crate::rack::exchange::{Player, exchange};
use crate::threads::{AskError, MessageThread, Messages};

/// How many schedules may be on their way to the audio thread, and back.
const SCHEDULES_UNDERWAY: usize = 16;

thread_local! {
    /// The process's sessions; on the message thread only.
    static SESSIONS: RefCell<HashMap<u64, Session>> = RefCell::new(HashMap::new());
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// Owns a session that lives on the message thread. `Send` and `Sync`; dropping it ends the session.
pub struct Handle {
    messages: Messages,
    id: u64,
    board: Arc<Board>,
}

impl Handle {
    /// Starts a session with an empty rack, and the message thread if this is the process's first.
    /// The [`Player`] is for the audio thread. Blocks; not for the audio thread.
    ///
    /// # Errors
    ///
    /// If the message thread could not be started.
    pub fn open() -> Result<(Self, Player), AskError> {
        Self::open_for(Arc::default())
    }

    /// As [`open`](Self::open), for a host that sees these parameters.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn open_for(host: Arc<HostParameters>) -> Result<(Self, Player), AskError> {
        let messages = Messages::acquire(&MESSAGE_LOOP)?;
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let (publisher, player) = exchange(SCHEDULES_UNDERWAY);
        let board = messages.ask(move |thread| {
            let is_first = SESSIONS.with_borrow(HashMap::is_empty);
            let session = Session::new(publisher, host);
            let board = session.board();
            SESSIONS.with_borrow_mut(|sessions| sessions.insert(id, session));
            if is_first {
                keep_ticking(thread, tick_all);
                // Where the process exits with sessions alive, they go before the host of their
                // children does.
                before_stop(thread, || {
                    drop(SESSIONS.with_borrow_mut(std::mem::take));
                });
            }
            board
        })?;
        let handle = Self {
            messages,
            id,
            board,
        };
        Ok((handle, player))
    }

    /// Runs `job` with the session on the message thread and waits for its answer. Any thread but
    /// the audio thread; never while holding a lock.
    ///
    /// # Errors
    ///
    /// If the job panicked.
    pub fn ask<R: Send + 'static>(
        &self,
        job: impl FnOnce(&MessageThread, &mut Session) -> R + Send + 'static,
    ) -> Result<R, AskError> {
        let id = self.id;
        self.messages
            .ask(move |thread| with_session(id, |session| job(thread, session)))?
            .ok_or(AskError::Ended)
    }

    /// Runs `job` with the session on the message thread some time soon, and waits for nothing. Any thread but
    /// the audio thread.
    pub fn post(&self, job: impl FnOnce(&MessageThread, &mut Session) + Send + 'static) {
        let id = self.id;
        self.messages.post(move |thread| {
            with_session(id, |session| job(thread, session));
        });
    }

    /// Where the latest picture of the session hangs. Waits for nobody.
    pub fn board(&self) -> &Arc<Board> {
        &self.board
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let id = self.id;
        let ended = self.messages.ask(move |_thread| {
            let session = SESSIONS.with_borrow_mut(|sessions| sessions.remove(&id));
            drop(session);
        });
        if let Err(error) = ended {
            tracing::error!("{error}");
        }
    }
}

/// Takes the session out while `job` runs, so that a job that comes back here, through a child's
/// message loop, finds it gone and not borrowed.
fn with_session<R>(id: u64, job: impl FnOnce(&mut Session) -> R) -> Option<R> {
    struct PutBack {
        id: u64,
        session: Option<Session>,
    }
    impl Drop for PutBack {
        fn drop(&mut self) {
            if let Some(session) = self.session.take() {
                SESSIONS.with_borrow_mut(|sessions| sessions.insert(self.id, session));
            }
        }
    }
    let session = SESSIONS.with_borrow_mut(|sessions| sessions.remove(&id));
    let mut taken = PutBack { id, session };
    taken.session.as_mut().map(job)
}

fn tick_all(thread: &MessageThread) {
    let ids: Vec<u64> = SESSIONS.with_borrow(|sessions| sessions.keys().copied().collect());
    for id in ids {
        with_session(id, |session| session.tick(thread));
    }
}
