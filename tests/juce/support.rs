//! The test plugin, on the message thread.

use matryoshka::audio::{Block, EventList, Events, Points, Transport};
use matryoshka::child::{Activation, Child, ChildError, Description, Formats, Processor};
use matryoshka::juce::{AudioPluginFormatManager, Instance, MESSAGE_LOOP, testing};
use matryoshka::threads::{MessageThread, Messages};

pub const ACTIVATION: Activation = Activation {
    sample_rate: 48_000.0,
    max_frames: 64,
    offline: false,
};

/// Runs a job on the message thread, where racks may hold the test plugin.
pub fn on_message_thread<R: Send + 'static>(
    job: impl FnOnce(&MessageThread) -> R + Send + 'static,
) -> R {
    testing::switch_on();
    let messages = Messages::acquire(&MESSAGE_LOOP).expect("a message thread");
    messages.ask(job).unwrap_or_else(|panic| panic!("{panic}"))
}

/// A manager with the test plugin's format only.
pub fn manager(thread: &MessageThread) -> AudioPluginFormatManager {
    let mut manager = AudioPluginFormatManager::new(thread).expect("memory");
    testing::add_format(&mut manager).expect("memory");
    manager
}

/// A test plugin that fails in the call so named.
pub fn instance(thread: &MessageThread, fault: &str) -> Instance {
    testing::plugin(thread, fault).expect("a test plugin")
}

/// The same as a child.
pub fn child(thread: &MessageThread, fault: &str) -> Result<Box<dyn Child>, ChildError> {
    let description = Description {
        name: "Test plugin".to_owned(),
        format: testing::FORMAT.to_owned(),
        file: fault.to_owned(),
        ..Description::default()
    };
    Formats::shared(thread)?.create(thread, &description)
}

/// A block of 64 frames in which everything is 1, and what came out of it: the left channel, the events.
pub fn process(
    processor: &mut dyn Processor,
    events: Events<'_>,
    points: Points<'_>,
    transport: &Transport,
) -> (Vec<f32>, EventList) {
    let (mut left, mut right) = (vec![1.0; 64], vec![1.0; 64]);
    let mut events_out = EventList::default();
    let processed = processor.process(&mut Block {
        main: &mut [&mut left[..], &mut right[..]],
        sidechain: &[],
        frames: 64,
        events,
        points,
        events_out: &mut events_out,
        transport,
    });
    assert_eq!(processed, Ok(()));
    (left, events_out)
}

/// The same of nothing but ones.
pub fn process_plain(processor: &mut dyn Processor) -> Vec<f32> {
    let transport = Transport::default();
    process(processor, Events::NONE, Points::NONE, &transport).0
}
