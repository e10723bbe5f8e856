//! The built CLAP in hosts that lend it their threads, or say they would.

mod support;

use std::iter::repeat;

use matryoshka_test_host::{Executed, Instance, Library, Processor, Setup, ThreadPool};
use support::{ID, bundled, signal, state};

const CHAINS: usize = 4;
const FRAMES: usize = 512;
const BLOCKS: usize = 150;

/// Four chains of a plugin that costs hundreds of microseconds a block, at different levels.
fn rack(all_cores: bool) -> Vec<u8> {
    let chains: Vec<_> = (0..CHAINS)
        .map(|n| {
            serde_json::json!({"gain_db": -2.0 * n as f64, "chain": [
                {"plugin": {"format": "VST3", "name": "ZamTube"}, "input_gain_db": -3.0 * n as f64},
            ]})
        })
        .collect();
    let rack = serde_json::json!({
        "all_cores": all_cores, "chain": [{"split": "parallel", "chains": chains}],
    });
    state(&rack.to_string())
}

fn create(library: &Library, threads: ThreadPool, all_cores: bool) -> (Instance, Processor) {
    let mut instance = library.create_with(ID, threads).expect("an instance");
    instance.load_state(&rack(all_cores)).expect("a state");
    let processor = instance
        .activate(Setup::new(48_000.0, FRAMES as u32))
        .expect("active");
    (instance, processor)
}

fn load() -> Library {
    Library::load(bundled("Matryoshka.clap")).expect("the bundle")
}

fn input() -> Vec<Vec<f32>> {
    signal(2, BLOCKS * FRAMES)
}

/// What the rack sounds like on one thread: at first, and after another activation, since a plugin need
/// not forget everything there.
fn alone(library: &Library) -> [Vec<Vec<f32>>; 2] {
    let (mut instance, mut processor) = create(library, ThreadPool::None, false);
    let first = processor.render(&input(), None, repeat(FRAMES));
    instance.deactivate(processor);
    let second = render_again(&mut instance);
    let first = first.expect("audio");
    assert!(first != input(), "the plugins are heard");
    [first, second]
}

fn render_again(instance: &mut Instance) -> Vec<Vec<f32>> {
    let mut processor = instance
        .activate(Setup::new(48_000.0, FRAMES as u32))
        .expect("active");
    let output = processor.render(&input(), None, repeat(FRAMES));
    instance.deactivate(processor);
    output.expect("audio")
}

/// The sound in a host with these threads, what was done on them, and the host.
fn together(library: &Library, threads: ThreadPool) -> (Vec<Vec<f32>>, Vec<Executed>, Instance) {
    let (mut instance, mut processor) = create(library, threads, true);
    let output = processor.render(&input(), None, repeat(FRAMES));
    instance.deactivate(processor);
    (output.expect("audio"), instance.executed(), instance)
}

/// Threads of ours, by the name that the pool gives them.
fn workers() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("this process's threads");
    let names = tasks.filter_map(|task| {
        // A thread may end meanwhile.
        std::fs::read_to_string(task.ok()?.path().join("comm")).ok()
    });
    let digits = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    names
        .filter(|name| name.trim().strip_prefix("matryoshka-").is_some_and(digits))
        .count()
}

fn has_one_core() -> bool {
    std::thread::available_parallelism().is_ok_and(|cores| cores.get() == 1)
}

/// One after the other: the workers of a process are counted.
#[test]
fn a_rack_on_all_cores_takes_the_hosts_threads_if_it_can_and_sounds_the_same_to_the_bit() {
    if has_one_core() {
        eprintln!("not tried: there is one core only, and nothing runs at the same time");
        return;
    }
    let library = load();
    let [alone, again] = alone(&library);
    lent_threads_do_all_tasks(&library, &alone);
    odd_hosts_get_the_same_sound(&library, &alone);
    a_rack_that_does_not_want_all_cores_asks_nobody(&library, &alone);
    assert_eq!(workers(), 0, "none of ours were ready in all that time");
    a_host_that_refuses_is_asked_once_and_ours_do_the_work(&library, &alone, &again);
    a_host_without_the_extension_gets_ours(&library, &alone);
}

fn lent_threads_do_all_tasks(library: &Library, alone: &[Vec<f32>]) {
    let (output, executed, instance) = together(library, ThreadPool::Threads(2));
    assert!(output == alone);
    let requests = instance.thread_pool_requests();
    assert!(requests > 0, "the rack never asked");
    for request in 0..requests {
        let mut tasks: Vec<u32> = (executed.iter())
            .filter(|one| one.request == request)
            .map(|one| one.task)
            .collect();
        tasks.sort_unstable();
        assert_eq!(tasks, [0, 1, 2, 3], "request {request}");
    }
    let threads = instance.threads();
    assert!(executed.iter().all(|one| threads.contains(&one.thread)));
    for thread in threads {
        assert!(
            executed.iter().any(|one| one.thread == thread),
            "each thread had its share of {} requests",
            requests
        );
    }
    // Nothing is asked for any more: nothing happens.
    instance.exec_out_of_turn(0);
    instance.exec_out_of_turn(u32::MAX);
}

fn odd_hosts_get_the_same_sound(library: &Library, alone: &[Vec<f32>]) {
    for threads in [
        ThreadPool::Threads(1),
        ThreadPool::Threads(7),
        ThreadPool::Backwards,
        ThreadPool::Lies,
    ] {
        let (output, executed, _instance) = together(library, threads);
        assert!(!executed.is_empty(), "{threads:?}");
        assert!(output == alone, "{threads:?}");
    }
}

fn a_rack_that_does_not_want_all_cores_asks_nobody(library: &Library, alone: &[Vec<f32>]) {
    let (mut instance, mut processor) = create(library, ThreadPool::Threads(2), false);
    let output = processor.render(&input(), None, repeat(FRAMES));
    instance.deactivate(processor);
    assert!(output.expect("audio") == alone);
    assert_eq!(instance.thread_pool_requests(), 0);
}

fn a_host_that_refuses_is_asked_once_and_ours_do_the_work(
    library: &Library,
    alone: &[Vec<f32>],
    again: &[Vec<f32>],
) {
    let (mut instance, mut processor) = create(library, ThreadPool::Refuses, true);
    let output = processor.render(&input(), None, repeat(FRAMES));
    assert!(output.expect("audio") == alone);
    assert_eq!(instance.thread_pool_requests(), 1);
    // The session sees it at its next tick.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while workers() == 0 {
        assert!(
            std::time::Instant::now() < deadline,
            "ours were never called"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    instance.deactivate(processor);
    assert!(render_again(&mut instance) == again, "on ours");
    assert_eq!(instance.thread_pool_requests(), 1);
}

fn a_host_without_the_extension_gets_ours(library: &Library, alone: &[Vec<f32>]) {
    let (mut instance, mut processor) = create(library, ThreadPool::None, true);
    assert!(workers() > 0);
    let output = processor.render(&input(), None, repeat(FRAMES));
    instance.deactivate(processor);
    assert!(output.expect("audio") == alone);
    assert_eq!(instance.thread_pool_requests(), 0);
}
