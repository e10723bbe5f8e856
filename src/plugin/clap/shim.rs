//! The plugin's table as the host has it: nice-plug's, with single functions replaced.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use clap_sys::ext::note_ports::CLAP_EXT_NOTE_PORTS;
use clap_sys::ext::params::CLAP_EXT_PARAMS;
use clap_sys::ext::thread_pool::CLAP_EXT_THREAD_POOL;
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};

use super::super::apart::Spare;
use super::super::door::Door;
use super::super::entry::FromEntry;
use super::super::traffic::Traffic;
use super::news::{self, Herald};
use super::ports::Declared;
use super::thread_pool::{self, HostPool};
use super::transport::transport;
use super::{events, note_ports, params};
use crate::audio::Transport;

/// A plugin's table with some functions replaced. The table comes first, so that the host's pointer
/// to it is a pointer to this; `plugin_data` stays nice-plug's, which its other functions need.
#[repr(C)]
pub(super) struct Shim {
    plugin: clap_plugin,
    inner: *const clap_plugin,
    host: *const clap_host,
    pub(super) pool: Arc<HostPool>,
    pub(super) door: Arc<Door>,
    pub(super) traffic: Arc<Traffic>,
    spare: Arc<Spare>,
    herald: Arc<Herald>,
    declared: Declared,
    is_active: AtomicBool,
    /// The bits of the rate of the last activation.
    sample_rate: AtomicU64,
}

/// Wraps a plugin for the host. The result is freed when the host destroys it.
///
/// # Safety
///
/// `plugin` is a complete table that lives until its `destroy` is called, and `host` outlives it.
pub(super) unsafe fn wrap(
    plugin: *const clap_plugin,
    host: *const clap_host,
    pool: Arc<HostPool>,
    given: FromEntry,
) -> *const clap_plugin {
    let shim = Box::new(Shim {
        plugin: clap_plugin {
            init: Some(init),
            destroy: Some(destroy),
            activate: Some(activate),
            deactivate: Some(deactivate),
            process: Some(process),
            get_extension: Some(get_extension),
            on_main_thread: Some(on_main_thread),
            // SAFETY: the caller's promise.
            ..unsafe { *plugin }
        },
        inner: plugin,
        host,
        pool,
        door: given.door,
        traffic: given.traffic,
        spare: given.spare,
        herald: Herald::new(),
        declared: Declared::default(),
        is_active: AtomicBool::new(false),
        sample_rate: AtomicU64::new(48_000_f64.to_bits()),
    });
    Box::into_raw(shim).cast()
}

/// # Safety
///
/// `plugin` came from [`wrap`] and was not destroyed: all that the host may pass to the functions
/// below, and to those of our extensions.
pub(super) unsafe fn shim<'a>(plugin: *const clap_plugin) -> &'a Shim {
    // SAFETY: the table is the first member of a `Shim` (repr(C)).
    unsafe { &*plugin.cast::<Shim>() }
}

impl Shim {
    pub(super) fn is_active(&self) -> bool {
        self.is_active.load(Ordering::Acquire)
    }

    pub(super) fn sample_rate(&self) -> f64 {
        f64::from_bits(self.sample_rate.load(Ordering::Relaxed))
    }

    /// nice-plug's own table.
    fn inner(&self) -> &clap_plugin {
        // SAFETY: alive until `destroy`.
        unsafe { &*self.inner }
    }
}

unsafe extern "C" fn init(plugin: *const clap_plugin) -> bool {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(plugin) };
    // SAFETY: the host's table is complete and alive, and may be asked from `init` on.
    unsafe {
        shim.pool.meet();
        shim.herald.meet(shim.host, shim.door.parameters());
    }
    match shim.inner().init {
        // SAFETY: nice-plug's own function and table.
        Some(init) => unsafe { init(shim.inner) },
        None => false,
    }
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: the host destroys once what `wrap` made.
    let shim = unsafe { Box::from_raw(plugin.cast_mut().cast::<Shim>()) };
    shim.herald.leave(shim.door.parameters());
    if let Some(destroy) = shim.inner().destroy {
        // SAFETY: nice-plug's own function and table, which is not used any more.
        unsafe { destroy(shim.inner) };
    }
}

unsafe extern "C" fn activate(
    plugin: *const clap_plugin,
    sample_rate: f64,
    min_frames: u32,
    max_frames: u32,
) -> bool {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(plugin) };
    // SAFETY: the inner table is alive; main thread, as CLAP wants it for asking for ports.
    unsafe { shim.declared.ask(shim.inner) };
    (shim.sample_rate).store(sample_rate.to_bits(), Ordering::Relaxed);
    let is_active = match shim.inner().activate {
        // SAFETY: nice-plug's own function and table.
        Some(activate) => unsafe { activate(shim.inner, sample_rate, min_frames, max_frames) },
        None => false,
    };
    shim.is_active.store(is_active, Ordering::Release);
    is_active
}

unsafe extern "C" fn deactivate(plugin: *const clap_plugin) {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(plugin) };
    shim.is_active.store(false, Ordering::Release);
    if let Some(deactivate) = shim.inner().deactivate {
        // SAFETY: nice-plug's own function and table.
        unsafe { deactivate(shim.inner) };
    }
}

unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    process: *const clap_process,
) -> clap_process_status {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(plugin) };
    let (Some(inner), false) = (shim.inner().process, process.is_null()) else {
        return CLAP_PROCESS_ERROR;
    };
    // SAFETY: not null, and a valid block by CLAP's contract.
    let mut block = unsafe { *process };
    let frames = block.frames_count;
    if let Some(mut cargo) = shim.traffic.lend() {
        cargo.begin(frames);
        // SAFETY: null, or the host's for the length of this call.
        let told = unsafe { block.transport.as_ref() };
        let rate = shim.sample_rate();
        cargo.transport = told.map_or_else(Transport::default, |told| transport(told, rate));
        // SAFETY: the host's list.
        unsafe { events::load(&mut cargo, block.in_events, rate) };
        cargo.ready();
    }
    let out = block.out_events;
    block.in_events = ptr::null();
    block.out_events = ptr::null();
    block.transport = ptr::null();
    // A host that processes an instance twice at the same time gets no memory for the second.
    let status = {
        let mut lent = shim.spare.lend();
        // SAFETY: the block is the host's, and nice-plug's function and table are alive.
        unsafe {
            let run = |block: &clap_process| inner(shim.inner, block);
            shim.declared.arrange(block, lent.as_deref_mut(), run)
        }
    };
    if let Some(cargo) = shim.traffic.lend().as_deref_mut() {
        // News have no time, and so come first. SAFETY: the host's list.
        unsafe {
            news::write(shim.door.parameters(), &mut cargo.unsent, out);
            events::write(cargo.events_out.as_events(), frames, out);
        }
    }
    status
}

unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    if id.is_null() {
        return ptr::null();
    }
    // SAFETY: a C string, as it is not null.
    let name = unsafe { CStr::from_ptr(id) };
    if name == CLAP_EXT_THREAD_POOL {
        return ptr::from_ref(&thread_pool::EXTENSION).cast();
    } else if name == CLAP_EXT_PARAMS {
        return ptr::from_ref(&params::EXTENSION).cast();
    } else if name == CLAP_EXT_NOTE_PORTS {
        return ptr::from_ref(&note_ports::EXTENSION).cast();
    }
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(plugin) };
    match shim.inner().get_extension {
        // SAFETY: nice-plug's own function and table.
        Some(get_extension) => unsafe { get_extension(shim.inner, id) },
        None => ptr::null(),
    }
}

unsafe extern "C" fn on_main_thread(plugin: *const clap_plugin) {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(plugin) };
    // SAFETY: the main thread, by CLAP's contract.
    unsafe { shim.herald.tell(shim.door.parameters()) };
    if let Some(on_main_thread) = shim.inner().on_main_thread {
        // SAFETY: nice-plug's own function and table.
        unsafe { on_main_thread(shim.inner) };
    }
}
