//! A format belongs to its manager (E0505).
use matryoshka::juce::AudioPluginFormatManager;
use matryoshka::threads::MessageThread;

fn job(thread: &MessageThread) {
    let manager = AudioPluginFormatManager::new(thread).unwrap();
    let format = manager.format(0).unwrap();
    drop(manager);
    println!("{:?}", format.name());
}

fn main() {
    let _ = job;
}
