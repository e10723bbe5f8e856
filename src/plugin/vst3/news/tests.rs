//! News of a whole object, in hosts with and without a run loop.

use std::thread;

use matryoshka_test_host::vst3::{Context, Handler, Loop, Told, Vst3Instance};
use nih_plug::wrapper::vst3::vst3::ComWrapper;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::IAudioProcessor;

use super::super::super::Effect;
use super::super::shim;
use super::*;
use crate::session::HostRefresh;

/// An instance, its parameters, and the host's handler.
struct Bench {
    instance: Vst3Instance,
    parameters: Arc<HostParameters>,
    handler: ComWrapper<Handler>,
}

impl Bench {
    fn new() -> Self {
        let object = shim::make::<Effect>();
        let processor = object.as_com_ref::<IAudioProcessor>().expect("a processor");
        // SAFETY: the object is alive.
        let shim = unsafe { shim::shim(processor.as_ptr()) };
        Self {
            parameters: shim.door.parameters().clone(),
            instance: Vst3Instance::of(object.to_com_ptr().expect("an object")).expect("a plugin"),
            handler: ComWrapper::new(Handler::default()),
        }
    }

    fn tell_of_a_gesture(&self) {
        let news = [
            HostNews::Begin(7),
            HostNews::Value(7, 0.25),
            HostNews::End(7),
        ];
        self.parameters.tell(news, HostRefresh::default());
    }
}

const GESTURE: [Told; 3] = [Told::Begin(7), Told::Perform(7, 0.25), Told::End(7)];

const ALL: HostRefresh = HostRefresh {
    descriptions: true,
    texts: true,
    values: true,
    dirty: true,
};

#[test]
fn a_run_loop_brings_the_news_to_the_hosts_main_thread_and_nothing_is_told_before() {
    let mut bench = Bench::new();
    let context = ComWrapper::new(Loop::default());
    bench.instance.initialize(&context);
    bench.instance.set_handler(Some(&bench.handler));
    assert_eq!(context.watched(), 1);
    let parameters = bench.parameters.clone();
    let elsewhere = thread::spawn(move || {
        parameters.tell([HostNews::Begin(1)], HostRefresh::default());
        parameters.tell([HostNews::End(1)], ALL);
    });
    elsewhere.join().expect("told");
    assert_eq!(bench.handler.told(), []);
    assert!(context.turn(20_000));
    #[allow(clippy::unnecessary_cast)] // the constants' type is the platform's
    let flags = (kParamTitlesChanged | kParamValuesChanged) as i32;
    let wanted = [
        Told::Begin(1),
        Told::End(1),
        Told::Restart(flags),
        Told::Dirty,
    ];
    assert_eq!(bench.handler.told(), wanted);
    assert_eq!(bench.handler.threads(), [thread::current().id(); 4]);
    assert!(!context.turn(0), "once");
    bench.instance.terminate();
    assert_eq!(context.watched(), 0);
    bench.tell_of_a_gesture();
    assert!(!context.turn(0));
    assert_eq!(bench.handler.told().len(), 4);
}

#[test]
fn a_host_without_a_run_loop_is_told_all_the_same_and_in_order() {
    let mut bench = Bench::new();
    bench.instance.initialize(&ComWrapper::new(Context));
    bench.instance.set_handler(Some(&bench.handler));
    bench.tell_of_a_gesture();
    assert_eq!(bench.handler.wait_for(3), GESTURE);
    bench.parameters.tell([], ALL);
    assert_eq!(bench.handler.wait_for(5)[4], Told::Dirty);
    bench.instance.terminate();
    bench.tell_of_a_gesture();
    assert_eq!(bench.handler.told().len(), 5);
}

#[test]
fn news_wait_for_a_host_that_has_no_ear_yet_or_has_none_any_more() {
    let mut bench = Bench::new();
    let context = ComWrapper::new(Loop::default());
    bench.instance.initialize(&context);
    bench.tell_of_a_gesture();
    assert!(!context.turn(0));
    bench.instance.set_handler(Some(&bench.handler));
    assert!(context.turn(20_000));
    assert_eq!(bench.handler.told(), GESTURE);
    bench.instance.set_handler(None);
    bench.tell_of_a_gesture();
    assert!(!context.turn(0));
    assert_eq!(bench.handler.told().len(), 3);
    bench.instance.set_handler(Some(&bench.handler));
    assert!(context.turn(20_000));
    assert_eq!(bench.handler.told().len(), 6);
}

#[test]
fn an_instance_that_is_let_go_without_a_word_is_no_trouble() {
    let bench = Bench::new();
    let Bench { parameters, .. } = bench;
    drop(bench.instance);
    parameters.tell([HostNews::Begin(1)], ALL);
}
