//! JACK's server: whether it runs, and how it plays.

use jack::{Client, ClientOptions};

/// How JACK's server plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JackServer {
    /// In hertz.
    pub sample_rate: u32,
    /// How long a block is.
    pub frames: u32,
}

impl JackServer {
    /// Asks the server, if it runs; it is not started. Where JACK is not installed, there is none.
    pub fn ask() -> Option<Self> {
        let client = Client::new("matryoshka_asks", ClientOptions::NO_START_SERVER);
        let (client, _) = client.ok()?;
        Some(Self {
            sample_rate: client.sample_rate(),
            frames: client.buffer_size(),
        })
    }
}
