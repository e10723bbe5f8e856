//! A plugin hosted directly, without a rack.

use matryoshka::catalog::{Thoroughness, resolve};
use matryoshka::child::{Child, Formats, MESSAGE_LOOP};
use matryoshka::rack::PluginReference;
use matryoshka::threads::Messages;

/// Runs a job with an instance of a plugin that is installed, on the message thread.
pub fn with_child<R: Send + 'static>(
    reference: PluginReference,
    job: impl FnOnce(&mut dyn Child) -> R + Send + 'static,
) -> R {
    let messages = Messages::acquire(&MESSAGE_LOOP).expect("the message thread");
    let done = messages.ask(move |thread| {
        let description = resolve(thread, &reference, Thoroughness::Every).expect("installed");
        let formats = Formats::shared(thread).expect("formats");
        let mut child: Box<dyn Child> = formats.create(thread, &description).expect("an instance");
        job(child.as_mut())
    });
    done.expect("the message thread")
}
