//! Tells a CLAP host what has changed by itself: knobs that children moved, names, the state.
//!
//! Whoever has news [wakes](Herald::wake) the herald, on any thread but the audio thread, and it asks the
//! host for two things: a call on its main thread, where it is told [what to ask about](Herald::tell), and
//! a flush of parameters, or a block, in which gestures and values go out as [events](write()).

use std::sync::Arc;

use clap_sys::events::clap_output_events;
use clap_sys::ext::params::{
    CLAP_EXT_PARAMS, CLAP_PARAM_RESCAN_INFO, CLAP_PARAM_RESCAN_TEXT, CLAP_PARAM_RESCAN_VALUES,
    clap_host_params,
};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state};
use clap_sys::host::clap_host;
use parking_lot::Mutex;

use super::events::{ParameterEvent, push};
use crate::session::{HostNews, HostParameters};

/// An instance's way to its host.
pub(super) struct Herald {
    /// `None` before `init`, and from `destroy` on.
    host: Mutex<Option<Host>>,
}

#[derive(Clone, Copy)]
struct Host {
    host: *const clap_host,
    params: *const clap_host_params,
    state: *const clap_host_state,
}

// SAFETY: the pointers are only handed to functions of the host's that CLAP allows on the thread in
// question: see `Herald`.
unsafe impl Send for Host {}

impl Herald {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            host: Mutex::new(None),
        })
    }

    /// Learns what the host offers, and hears of news from now on.
    ///
    /// # Safety
    ///
    /// Within `init`. The host's table is complete, and lives until [`leave`](Self::leave).
    pub(super) unsafe fn meet(self: &Arc<Self>, host: *const clap_host, news: &HostParameters) {
        // SAFETY: the caller's promise; the host may be asked from `init` on.
        let extension = |id: &std::ffi::CStr| unsafe {
            (*host)
                .get_extension
                .map_or(std::ptr::null(), |get| get(host, id.as_ptr()))
        };
        *self.host.lock() = Some(Host {
            host,
            params: extension(CLAP_EXT_PARAMS).cast(),
            state: extension(CLAP_EXT_STATE).cast(),
        });
        let herald = self.clone();
        news.on_news(Some(Arc::new(move || herald.wake())));
    }

    /// Calls the host no more: when this returns, no call is under way.
    pub(super) fn leave(&self, news: &HostParameters) {
        news.on_news(None);
        self.host.lock().take();
    }

    /// Has the host come for the news. Both functions may be called on any thread but the audio thread.
    fn wake(&self) {
        // Held, so that the host does not go meanwhile.
        let host = self.host.lock();
        let Some(known) = *host else {
            return;
        };
        // SAFETY: the host's tables are alive until `leave`.
        unsafe {
            if let Some(request_callback) = (*known.host).request_callback {
                request_callback(known.host);
            }
            if let Some(request_flush) = known.params.as_ref().and_then(|it| it.request_flush) {
                request_flush(known.host);
            }
        }
    }

    /// Tells the host what to ask about anew.
    ///
    /// # Safety
    ///
    /// The host's main thread.
    pub(super) unsafe fn tell(&self, news: &HostParameters) {
        // Not held: the host may ask us something within.
        let known = *self.host.lock();
        let Some(known) = known else {
            return;
        };
        let refresh = news.take_refresh();
        let mut flags = 0;
        for (wanted, flag) in [
            (refresh.descriptions, CLAP_PARAM_RESCAN_INFO),
            (refresh.texts, CLAP_PARAM_RESCAN_TEXT),
            (refresh.values, CLAP_PARAM_RESCAN_VALUES),
        ] {
            if wanted {
                flags |= flag;
            }
        }
        // SAFETY: the main thread, where the host is alive until we are destroyed.
        unsafe {
            if let Some(rescan) = known.params.as_ref().and_then(|it| it.rescan)
                && flags != 0
            {
                rescan(known.host, flags);
            }
            if let Some(mark_dirty) = known.state.as_ref().and_then(|it| it.mark_dirty)
                && refresh.dirty
            {
                mark_dirty(known.host);
            }
        }
    }
}

/// Puts gestures and values out. What the host has no room for is kept in `unsent` and comes first the
/// next time, so that no gesture stays open.
///
/// # Safety
///
/// `out` is null, or a list that keeps CLAP's contract for the length of the call.
pub(super) unsafe fn write(
    news: &HostParameters,
    unsent: &mut Option<HostNews>,
    out: *const clap_output_events,
) {
    if out.is_null() {
        return;
    }
    while let Some(next) = unsent.take().or_else(|| news.take_news()) {
        let event = match next {
            HostNews::Begin(parameter) => ParameterEvent::gesture(parameter, true),
            HostNews::Value(parameter, value) => ParameterEvent::value(parameter, value),
            HostNews::End(parameter) => ParameterEvent::gesture(parameter, false),
        };
        // SAFETY: the caller's promise; the event lives until it is pushed.
        if !unsafe { push(out, event.header()) } {
            *unsent = Some(next);
            return;
        }
    }
}
