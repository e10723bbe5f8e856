//! While a format is borrowed, its manager's list stays as it is (E0502).
use matryoshka::juce::AudioPluginFormatManager;
use matryoshka::threads::MessageThread;

fn job(thread: &MessageThread) {
    let mut manager = AudioPluginFormatManager::new(thread).unwrap();
    let format = manager.format(0).unwrap();
    manager.add("VST3").unwrap();
    println!("{:?}", format.name());
}

fn main() {
    let _ = job;
}
