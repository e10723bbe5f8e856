//! What JUCE wants on the message thread takes a token, and nobody can make one.
use matryoshka::juce::AudioPluginFormatManager;
use matryoshka::threads::MessageThread;

fn main() {
    let _ = AudioPluginFormatManager::new();
    let _ = AudioPluginFormatManager::new(&MessageThread(std::marker::PhantomData));
    let _ = AudioPluginFormatManager::new(&MessageThread::assume());
}
