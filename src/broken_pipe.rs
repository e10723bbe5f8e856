//! Writing into a pipe whose reader has ended, without an end of one's own.
//!
//! The system sends whoever does so a signal, SIGPIPE, that ends the process. Rust's programs ignore it; a DAW that
//! has loaded us may not.

/// Runs what writes. A pipe that is broken is an error there, and nothing else. Any thread but the audio thread.
#[cfg(not(unix))]
pub fn survived<T>(write: impl FnOnce() -> T) -> T {
    write()
}

#[cfg(unix)]
#[allow(unsafe_code)]
mod unix {
    use std::mem::MaybeUninit;
    use std::ptr::{from_mut, null_mut};

    use libc::{SIG_BLOCK, SIG_SETMASK, SIGPIPE, c_int, sigset_t};

    /// Runs what writes. A pipe that is broken is an error there, and nothing else. Any thread but the audio thread.
    pub fn survived<T>(write: impl FnOnce() -> T) -> T {
        let signal = only_this();
        // One that waits already is not ours to take.
        let waited = is_pending();
        let mut before = MaybeUninit::<sigset_t>::uninit();
        // SAFETY: both sets are there. The thread's own mask is changed, and put back below.
        let is_blocked = unsafe { libc::pthread_sigmask(SIG_BLOCK, &signal, before.as_mut_ptr()) };
        let result = write();
        if is_blocked == 0 {
            if !waited && is_pending() {
                let mut taken: c_int = 0;
                // SAFETY: it waits for this thread, which wrote; so this takes it, and does not wait.
                unsafe { libc::sigwait(&signal, from_mut(&mut taken)) };
            }
            // SAFETY: filled in above.
            unsafe { libc::pthread_sigmask(SIG_SETMASK, before.as_ptr(), null_mut()) };
        }
        result
    }

    fn only_this() -> sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the first call fills it in.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), SIGPIPE);
            set.assume_init()
        }
    }

    fn is_pending() -> bool {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the first call fills it in.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigpending(set.as_mut_ptr());
            libc::sigismember(set.as_ptr(), SIGPIPE) == 1
        }
    }
}

#[cfg(unix)]
pub use unix::survived;

#[cfg(all(test, unix))]
#[allow(unsafe_code)]
mod tests {
    use super::*;

    /// What a process that does not ignore the signal ends with.
    fn end_of(write: impl FnOnce(libc::c_int) -> libc::c_int) -> libc::c_int {
        let mut ends = [0; 2];
        // SAFETY: a place for two descriptors. Until it ends, the child only calls what is safe between fork and exec.
        unsafe {
            let kind = libc::SOCK_STREAM;
            assert_eq!(
                libc::socketpair(libc::AF_UNIX, kind, 0, ends.as_mut_ptr()),
                0
            );
            // Broken for good, whoever else has come by a descriptor of it, as processes that other tests start do.
            assert_eq!(libc::shutdown(ends[1], libc::SHUT_WR), 0);
            let child = libc::fork();
            if child == 0 {
                libc::signal(libc::SIGPIPE, libc::SIG_DFL);
                libc::_exit(write(ends[1]));
            }
            for end in ends {
                libc::close(end);
            }
            let mut status = 0;
            assert_eq!(libc::waitpid(child, &mut status, 0), child);
            status
        }
    }

    fn write(to: libc::c_int) -> bool {
        // SAFETY: one byte, which is there.
        unsafe { libc::write(to, [1_u8].as_ptr().cast(), 1) == 1 }
    }

    #[test]
    fn a_broken_pipe_ends_a_process_only_without_this() {
        let status = end_of(|pipe| libc::c_int::from(write(pipe)));
        assert!(libc::WIFSIGNALED(status));
        assert_eq!(libc::WTERMSIG(status), libc::SIGPIPE);
        let status = end_of(|pipe| {
            let written = survived(|| write(pipe)) || survived(|| write(pipe));
            if written { 1 } else { 42 }
        });
        assert!(libc::WIFEXITED(status), "{status}");
        assert_eq!(libc::WEXITSTATUS(status), 42);
    }
}
