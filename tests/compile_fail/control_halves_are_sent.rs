//! A manager, a format, a plugin and its parameters stay on the message thread.
use matryoshka::child::Child;
use matryoshka::juce::{
    AudioPluginFormat, AudioPluginFormatManager, AudioProcessorParameter, Instance,
};

fn send<T: Send>() {}

fn main() {
    send::<AudioPluginFormatManager>();
    send::<AudioPluginFormat<'static>>();
    send::<Instance>();
    send::<AudioProcessorParameter<'static>>();
    send::<Box<dyn Child>>();
}
