//! A test that cannot fail is worse than none: this shows that the interposer sees what it must.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::interposer::{Interposer, KINDS};

/// What must be counted, and the kind under which.
type Deed = (&'static str, Box<dyn Fn()>);

/// The interposer counts each deed under its kind, only while it watches, and only on the thread it
/// watches; and its report names the place.
pub fn run(interposer: Interposer) -> Result<()> {
    let mut mutex: libc::pthread_mutex_t = libc::PTHREAD_MUTEX_INITIALIZER;
    let mut condition: libc::pthread_cond_t = libc::PTHREAD_COND_INITIALIZER;
    let mutex: *mut _ = &mut mutex;
    let condition: *mut _ = &mut condition;
    // SAFETY: initialised above, and used by this thread alone.
    let lock = move || done(unsafe { libc::pthread_mutex_lock(mutex) });
    // SAFETY: see `lock`.
    let try_lock = move || done(unsafe { libc::pthread_mutex_trylock(mutex) });
    // SAFETY: see `lock`.
    let unlock = move || done(unsafe { libc::pthread_mutex_unlock(mutex) });
    // SAFETY: see `lock`.
    let wake = move || done(unsafe { libc::pthread_cond_signal(condition) });
    // One that the interposer does not know by name.
    // SAFETY: getppid takes nothing and cannot fail.
    let unknown_call = || done(unsafe { libc::getppid() });

    let mut deeds: Vec<Deed> = vec![
        ("allocation", Box::new(a_function_that_allocates)),
        ("free", Box::new(|| drop(black_box(vec![1u8; 100])))),
        ("lock", Box::new(lock)),
        ("try-lock", Box::new(try_lock)),
        ("unlock", Box::new(unlock)),
        ("wait or wake", Box::new(wake)),
        ("system call", Box::new(thread::yield_now)),
        (
            "system call",
            Box::new(|| thread::sleep(Duration::from_nanos(1))),
        ),
    ];
    interposer.watch(|| ());
    ensure!(
        interposer.counts() == [0; KINDS.len()],
        "nothing was done, and something seen"
    );
    if interposer.sees_all_system_calls() {
        deeds.push(("system call", Box::new(unknown_call)));
    } else {
        println!("no syscall user dispatch here: only the usual system calls are watched for");
    }

    for (kind, deed) in &deeds {
        interposer.forget();
        interposer.watch(deed);
        let counts = interposer.counts();
        let index = KINDS.iter().position(|name| name == kind).unwrap();
        ensure!(
            counts[index] == 1,
            "a deed of the kind \"{kind}\" was not seen: {counts:?}"
        );
    }

    interposer.forget();
    interposer.watch(a_function_that_allocates);
    let report = interposer.check("the self-check").unwrap_err().to_string();
    ensure!(
        report.contains("a_function_that_allocates"),
        "no name in:\n{report}"
    );

    // What is done elsewhere, in time or place, is nobody's business.
    interposer.forget();
    deeds.iter().for_each(|(_, deed)| deed());
    let watching = AtomicBool::new(true);
    thread::scope(|scope| {
        scope.spawn(|| {
            while watching.load(Ordering::Acquire) {
                drop(black_box(vec![1u8; 100]));
            }
        });
        interposer.watch(|| black_box((0..100_000).map(f64::from).map(f64::sqrt).sum::<f64>()));
        watching.store(false, Ordering::Release);
    });
    interposer.check("nothing that is forbidden")
}

fn done(_result: i32) {}

#[inline(never)]
fn a_function_that_allocates() {
    std::mem::forget(black_box(Box::new([1u8; 100])));
}
