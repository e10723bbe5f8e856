//! The part of a host's main loop that plugins ask for: timers and descriptors to watch.

use std::cell::{Cell, RefCell};
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use clack_extensions::posix_fd::{FdFlags, HostPosixFdImpl};
use clack_extensions::timer::{HostTimerImpl, TimerId};
use clack_host::prelude::HostError;

use crate::callbacks::Main;

/// The shortest period that a host grants.
const SHORTEST: Duration = Duration::from_millis(5);

/// What a plugin wants to be called for, on the main thread.
#[derive(Default)]
pub(crate) struct RunLoop {
    timers: RefCell<Vec<Timer>>,
    descriptors: RefCell<Vec<(RawFd, FdFlags)>>,
    last_id: Cell<u32>,
}

struct Timer {
    id: u32,
    period: Duration,
    due: Instant,
}

impl RunLoop {
    pub(crate) fn add_timer(&self, period_ms: u32) -> TimerId {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        let period = Duration::from_millis(period_ms.into()).max(SHORTEST);
        let due = Instant::now() + period;
        self.timers.borrow_mut().push(Timer { id, period, due });
        TimerId(id)
    }

    pub(crate) fn remove_timer(&self, id: TimerId) -> Result<(), HostError> {
        let mut timers = self.timers.borrow_mut();
        let count = timers.len();
        timers.retain(|timer| timer.id != id.0);
        match timers.len() < count {
            true => Ok(()),
            false => Err(HostError::Message("no such timer")),
        }
    }

    pub(crate) fn watch(&self, descriptor: RawFd, flags: FdFlags) {
        let mut descriptors = self.descriptors.borrow_mut();
        descriptors.retain(|(known, _)| *known != descriptor);
        descriptors.push((descriptor, flags));
    }

    pub(crate) fn leave(&self, descriptor: RawFd) {
        let mut descriptors = self.descriptors.borrow_mut();
        descriptors.retain(|(known, _)| *known != descriptor);
    }

    /// The timers that are due, each once, however late.
    pub(crate) fn due(&self) -> Vec<TimerId> {
        let now = Instant::now();
        let mut timers = self.timers.borrow_mut();
        let due = timers.iter_mut().filter(|timer| timer.due <= now);
        due.map(|timer| {
            timer.due = now + timer.period;
            TimerId(timer.id)
        })
        .collect()
    }

    /// Waits until a descriptor has something, but no longer than that. Tells which have, and what.
    pub(crate) fn wait(&self, at_most: Duration) -> Vec<(RawFd, FdFlags)> {
        let descriptors = self.descriptors.borrow();
        let mut polled: Vec<libc::pollfd> = descriptors
            .iter()
            .map(|(fd, flags)| {
                let wants = [
                    (FdFlags::READ, libc::POLLIN),
                    (FdFlags::WRITE, libc::POLLOUT),
                ];
                let wanted = wants.iter().filter(|(flag, _)| flags.contains(*flag));
                let events = wanted.fold(0, |events, (_, event)| events | event);
                libc::pollfd {
                    fd: *fd,
                    events,
                    revents: 0,
                }
            })
            .collect();
        let timeout = at_most.as_millis() as i32;
        poll(&mut polled, timeout);
        polled
            .iter()
            .filter_map(|it| {
                let mut flags = FdFlags::empty();
                flags.set(FdFlags::READ, it.revents & libc::POLLIN != 0);
                flags.set(FdFlags::WRITE, it.revents & libc::POLLOUT != 0);
                let errors = libc::POLLERR | libc::POLLHUP | libc::POLLNVAL;
                flags.set(FdFlags::ERROR, it.revents & errors != 0);
                (!flags.is_empty()).then_some((it.fd, flags))
            })
            .collect()
    }
}

impl HostTimerImpl for Main {
    fn register_timer(&self, period_ms: u32) -> Result<TimerId, HostError> {
        Ok(self.run_loop.add_timer(period_ms))
    }

    fn unregister_timer(&self, id: TimerId) -> Result<(), HostError> {
        self.run_loop.remove_timer(id)
    }
}

impl HostPosixFdImpl for Main {
    fn register_fd(&self, descriptor: RawFd, flags: FdFlags) -> Result<(), HostError> {
        self.run_loop.watch(descriptor, flags);
        Ok(())
    }

    fn modify_fd(&self, descriptor: RawFd, flags: FdFlags) -> Result<(), HostError> {
        self.run_loop.watch(descriptor, flags);
        Ok(())
    }

    fn unregister_fd(&self, descriptor: RawFd) -> Result<(), HostError> {
        self.run_loop.leave(descriptor);
        Ok(())
    }
}

/// poll(2). Returns how many descriptors have something.
#[allow(unsafe_code)]
pub(crate) fn poll(polled: &mut [libc::pollfd], timeout_ms: i32) -> i32 {
    // SAFETY: the list is as long as told.
    unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as _, timeout_ms) }
}
