//! Audio at the pace of a sound card, on a thread of its own.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::{Event, Processor};

/// A processor that plays on its own thread, a block whenever a sound card would ask for one.
pub struct Paced {
    thread: JoinHandle<Processor>,
    shared: Arc<Played>,
}

#[derive(Default)]
struct Played {
    stop: AtomicBool,
    blocks: AtomicU64,
    peak: AtomicU32,
    sent: Mutex<Vec<Event>>,
    to_come: Mutex<Vec<Event>>,
}

impl Paced {
    /// Starts to play blocks of so many frames. The signal is asked for each sample of the main input:
    /// its channel, and frames since the start.
    pub fn start(
        mut processor: Processor,
        frames: usize,
        mut signal: impl FnMut(usize, u64) -> f32 + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Played::default());
        let played = shared.clone();
        let thread = thread::Builder::new()
            .name("audio".to_owned())
            .spawn(move || {
                let block = frames as f64 / processor.setup().sample_rate;
                let mut due = Instant::now();
                let mut position = 0;
                while !played.stop.load(Ordering::SeqCst) {
                    processor.begin(frames);
                    for channel in 0..processor.input_channels(0) {
                        let samples = processor.input_mut(0, channel).iter_mut();
                        for (place, frame) in samples.zip(position..) {
                            *place = signal(channel, frame);
                        }
                    }
                    for event in lock(&played.to_come).drain(..) {
                        processor.push(event);
                    }
                    processor.process().expect("a block");
                    lock(&played.sent).extend(processor.events_out());
                    let outputs = 0..processor.output_channels(0);
                    let samples = outputs.flat_map(|it| processor.output(0, it));
                    let peak = samples.fold(0.0_f32, |peak, it| peak.max(it.abs()));
                    played.peak.store(peak.to_bits(), Ordering::SeqCst);
                    position += frames as u64;
                    played.blocks.fetch_add(1, Ordering::SeqCst);
                    due += Duration::from_secs_f64(block);
                    match due.checked_duration_since(Instant::now()) {
                        Some(left) => thread::sleep(left),
                        None => due = Instant::now(), // too late: a sound card would go on, too
                    }
                }
                processor
            })
            .expect("a thread");
        Self { thread, shared }
    }

    /// How many blocks were played.
    pub fn blocks(&self) -> u64 {
        self.shared.blocks.load(Ordering::SeqCst)
    }

    /// The loudest sample of the last block.
    pub fn peak(&self) -> f32 {
        f32::from_bits(self.shared.peak.load(Ordering::SeqCst))
    }

    /// Brings an event with the next block.
    pub fn push(&self, event: Event) {
        lock(&self.shared.to_come).push(event);
    }

    /// What the plugin has sent since this was last asked.
    pub fn take_sent(&self) -> Vec<Event> {
        std::mem::take(&mut *lock(&self.shared.sent))
    }

    /// Stops after the current block.
    pub fn stop(self) -> Processor {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.thread.join().expect("the audio thread")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
