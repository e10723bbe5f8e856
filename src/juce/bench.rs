//! The peers that `cargo xtask bench` measures the schedule against. Only with the feature `bench`.
#![allow(unsafe_code, missing_docs)]

use cxx::UniquePtr;

use super::Error;
use super::instance::Instance;
use crate::threads::MessageThread;

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/bench.h");

        type Instance = crate::juce::instance::ffi::Instance;
        type CppLoop;
        type Graph;

        fn bench_child() -> Result<UniquePtr<Instance>>;
        fn cpp_loop_new(
            children: usize,
            sample_rate: f64,
            max_frames: i32,
        ) -> Result<UniquePtr<CppLoop>>;
        fn graph_new(
            children: usize,
            sample_rate: f64,
            max_frames: i32,
        ) -> Result<UniquePtr<Graph>>;
        #[rust_name = "cpp_loop_run"]
        fn run(self: Pin<&mut CppLoop>, left: &mut [f32], right: &mut [f32], blocks: usize);
        #[rust_name = "graph_run"]
        fn run(self: Pin<&mut Graph>, left: &mut [f32], right: &mut [f32], blocks: usize);
    }
}

/// A stereo child that changes one sample of a block.
pub fn child(thread: &MessageThread) -> Result<Option<Instance>, Error> {
    Ok(Instance::new(thread, ffi::bench_child()?))
}

/// Such children called one after the other in C++.
pub struct CppLoop(UniquePtr<ffi::CppLoop>);

/// Such children as nodes of `juce::AudioProcessorGraph`, in series.
pub struct Graph(UniquePtr<ffi::Graph>);

// SAFETY: made on the message thread, then run by one thread at a time.
unsafe impl Send for CppLoop {}
// SAFETY: as above.
unsafe impl Send for Graph {}

impl CppLoop {
    pub fn new(_thread: &MessageThread, children: usize, max_frames: i32) -> Result<Self, Error> {
        Ok(Self(ffi::cpp_loop_new(children, 48_000.0, max_frames)?))
    }

    /// Runs blocks of two channels, as long as these are.
    pub fn run(&mut self, left: &mut [f32], right: &mut [f32], blocks: usize) {
        self.0.pin_mut().cpp_loop_run(left, right, blocks);
    }
}

impl Graph {
    pub fn new(_thread: &MessageThread, children: usize, max_frames: i32) -> Result<Self, Error> {
        Ok(Self(ffi::graph_new(children, 48_000.0, max_frames)?))
    }

    /// Runs blocks of two channels, as long as these are.
    pub fn run(&mut self, left: &mut [f32], right: &mut [f32], blocks: usize) {
        self.0.pin_mut().graph_run(left, right, blocks);
    }
}
