//! The token stays on its thread.
use matryoshka::juce::AudioPluginFormatManager;
use matryoshka::threads::MessageThread;

fn job(thread: &MessageThread) {
    std::thread::scope(|scope| {
        scope.spawn(|| AudioPluginFormatManager::new(thread).is_ok());
    });
}

fn main() {
    let _ = job;
}
