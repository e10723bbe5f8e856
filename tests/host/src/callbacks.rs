//! What a plugin says to its host. The host acts on nothing by itself: calls are counted, and the
//! test decides when to answer, as a DAW's main loop would.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use clack_extensions::audio_ports::{AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_extensions::thread_check::{HostThreadCheck, HostThreadCheckImpl};
use clack_extensions::thread_pool::HostThreadPool;
use clack_host::prelude::*;
use clack_host::utils::ClapId;

use crate::thread_pool::{Audio, HostThreads};

thread_local! {
    /// Whether this thread is inside a call that CLAP reserves to the audio thread. `const`, so
    /// that its first use allocates nothing.
    static ON_AUDIO_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// Runs `call` as the audio thread. CLAP's threads are roles: when a test processes on its only
/// thread, that thread is the audio thread for as long as the call lasts, and not the main thread.
pub(crate) fn as_audio_thread<T>(call: impl FnOnce() -> T) -> T {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            ON_AUDIO_THREAD.set(self.0);
        }
    }
    let _restore = Restore(ON_AUDIO_THREAD.replace(true));
    call()
}

/// The calls a plugin has made, since it was created.
#[derive(Debug, Default)]
pub struct Callbacks {
    restart_wanted: AtomicBool,
    callback_wanted: AtomicBool,
    restart_requests: AtomicUsize,
    latency_changes: AtomicUsize,
    param_rescans: AtomicUsize,
    rescanned: AtomicU32,
    flush_requests: AtomicUsize,
    state_dirty: AtomicUsize,
    port_rescans: AtomicUsize,
    complaints: Mutex<Vec<String>>,
    #[cfg(unix)]
    pub(crate) editor_wishes: crate::gui::Wishes,
}

impl Callbacks {
    /// How often `host.request_restart` was called.
    pub fn restart_requests(&self) -> usize {
        self.restart_requests.load(Ordering::SeqCst)
    }

    /// How often `host.latency.changed` was called. CLAP allows it only while inactive or inside
    /// `activate`.
    pub fn latency_changes(&self) -> usize {
        self.latency_changes.load(Ordering::SeqCst)
    }

    /// How often `host.params.rescan` was called.
    pub fn param_rescans(&self) -> usize {
        self.param_rescans.load(Ordering::SeqCst)
    }

    /// What `host.params.rescan` was called for, in all: CLAP's flags.
    pub fn rescanned(&self) -> u32 {
        self.rescanned.load(Ordering::SeqCst)
    }

    /// How often `host.params.request_flush` was called.
    pub fn flush_requests(&self) -> usize {
        self.flush_requests.load(Ordering::SeqCst)
    }

    /// How often `host.state.mark_dirty` was called.
    pub fn state_dirty(&self) -> usize {
        self.state_dirty.load(Ordering::SeqCst)
    }

    /// How often `host.audio_ports.rescan` was called.
    pub fn port_rescans(&self) -> usize {
        self.port_rescans.load(Ordering::SeqCst)
    }

    /// Messages of severity error and above, of the plugin or of clack about the plugin.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap().clone()
    }

    /// Whether a restart was requested and not yet taken; takes it.
    pub(crate) fn take_restart(&self) -> bool {
        self.restart_wanted.swap(false, Ordering::SeqCst)
    }

    /// Whether a restart was requested and not yet taken.
    pub fn restart_wanted(&self) -> bool {
        self.restart_wanted.load(Ordering::SeqCst)
    }

    pub(crate) fn take_callback(&self) -> bool {
        self.callback_wanted.swap(false, Ordering::SeqCst)
    }
}

/// The part of the host that a plugin may call from any thread.
pub(crate) struct Shared {
    pub(crate) callbacks: Arc<Callbacks>,
    pub(crate) threads: Arc<HostThreads>,
    main_thread: ThreadId,
}

impl Shared {
    pub(crate) fn new(callbacks: Arc<Callbacks>, threads: Arc<HostThreads>) -> Self {
        Self {
            callbacks,
            threads,
            main_thread: thread::current().id(),
        }
    }
}

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {
        self.callbacks
            .restart_requests
            .fetch_add(1, Ordering::SeqCst);
        self.callbacks.restart_wanted.store(true, Ordering::SeqCst);
    }

    fn request_process(&self) {}

    fn request_callback(&self) {
        self.callbacks.callback_wanted.store(true, Ordering::SeqCst);
    }
}

impl HostThreadCheckImpl for Shared {
    fn is_main_thread(&self) -> bool {
        !ON_AUDIO_THREAD.get() && thread::current().id() == self.main_thread
    }

    fn is_audio_thread(&self) -> bool {
        ON_AUDIO_THREAD.get()
    }
}

impl HostLogImpl for Shared {
    fn log(&self, severity: LogSeverity, message: &str) {
        if severity >= LogSeverity::Error {
            let complaint = format!("{severity}: {message}");
            self.callbacks.complaints.lock().unwrap().push(complaint);
        }
    }
}

impl HostParamsImplShared for Shared {
    // Tests flush by themselves, or process, which does the same.
    fn request_flush(&self) {
        self.callbacks.flush_requests.fetch_add(1, Ordering::SeqCst);
    }
}

/// The part of the host that a plugin may call from the main thread.
pub(crate) struct Main {
    pub(crate) callbacks: Arc<Callbacks>,
    #[cfg(unix)]
    pub(crate) run_loop: std::rc::Rc<crate::run_loop::RunLoop>,
}

impl MainThreadHandler<'_> for Main {}

impl HostLatencyImpl for Main {
    fn changed(&self) {
        self.callbacks
            .latency_changes
            .fetch_add(1, Ordering::SeqCst);
    }
}

impl HostParamsImplMainThread for Main {
    fn rescan(&self, flags: ParamRescanFlags) {
        self.callbacks
            .rescanned
            .fetch_or(flags.bits(), Ordering::SeqCst);
        self.callbacks.param_rescans.fetch_add(1, Ordering::SeqCst);
    }

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

impl HostStateImpl for Main {
    fn mark_dirty(&self) {
        self.callbacks.state_dirty.fetch_add(1, Ordering::SeqCst);
    }
}

impl HostAudioPortsImpl for Main {
    fn is_rescan_flag_supported(&self, _flag: AudioPortRescanFlags) -> bool {
        true
    }

    fn rescan(&self, _flags: AudioPortRescanFlags) {
        self.callbacks.port_rescans.fetch_add(1, Ordering::SeqCst);
    }
}

/// Ties the parts together for clack.
pub(crate) struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = Shared;
    type MainThread<'a> = Main;
    type AudioProcessor<'a> = Audio;

    fn declare_extensions(builder: &mut HostExtensions<Self>, shared: &Self::Shared<'_>) {
        builder
            .register::<HostLatency>()
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostAudioPorts>()
            .register::<HostThreadCheck>()
            .register::<HostLog>();
        #[cfg(unix)]
        crate::gui::register(builder);
        if shared.threads.is_offered() {
            builder.register::<HostThreadPool>();
        }
    }
}
