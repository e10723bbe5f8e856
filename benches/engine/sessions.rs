//! Racks of real plugins, in sessions as a DAW's instance has them.

use matryoshka::rack::exchange::Player;
use matryoshka::session::{Handle, Preparation};

use crate::racks::activation;

/// A session that is ready to play, and its audio half.
pub struct Rack {
    pub session: Handle,
    pub player: Player,
}

impl Rack {
    /// Loads a rack document and prepares it for stereo.
    pub fn open(document: String, frames: usize) -> Self {
        let (session, mut player) = Handle::open().expect("a session");
        let preparation = Preparation {
            activation: activation(frames),
            channels: 2,
            sidechain: 0,
            aux_buses: 0,
        };
        let prepared = session.ask(move |thread, session| {
            session.load(thread, &document).expect("a rack");
            session.prepare(thread, &mut player, preparation);
            player
        });
        let player = prepared.expect("the message thread");
        Self { session, player }
    }

    /// Why plugins of it do not play, if any does not.
    pub fn problem(&self) -> Option<String> {
        let report = self.session.ask(|_thread, session| session.report());
        let report = report.expect("the message thread");
        report.into_iter().find_map(|slot| slot.problem)
    }
}

/// A chain of so many of a plugin, as a document says it.
pub fn chain(plugin: &str, count: usize) -> String {
    let slot = format!(r#"{{"plugin": "{plugin}"}}"#);
    format!("[{}]", vec![slot; count].join(", "))
}
