//! A JACK client that plays a steady level and notes to others, and hears what comes back.

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use jack::contrib::ClosureProcessHandler;
use jack::{
    AsyncClient, AudioIn, AudioOut, Client, ClientOptions, Control, MidiOut, PortFlags,
    ProcessHandler, RawMidi,
};

/// What it plays all the time.
pub const LEVEL: f32 = 0.25;

/// What the client and its audio thread share.
#[derive(Default)]
struct Heard {
    /// The least and the greatest sample of the last block, as bits.
    lowest: AtomicU32,
    highest: AtomicU32,
    /// The greatest size of a sample so far.
    loudest: AtomicU32,
    blocks: AtomicU64,
    notes: Mutex<Vec<[u8; 3]>>,
}

/// The client. Its ports are `ear:level`, `ear:notes` and `ear:in`. It leaves when the process ends: of two clients
/// that leave at the same time, JACK's server (1.9.21) may tell one of the other, and wait for ever for an answer.
pub struct Ear {
    heard: Arc<Heard>,
    client: ManuallyDrop<Active>,
}

type Active = Box<dyn AsRef<Client>>;

impl Ear {
    /// A client of the test's server.
    pub fn new() -> Self {
        let (client, _) = Client::new("ear", ClientOptions::NO_START_SERVER).expect("a client");
        let mut level = client
            .register_port("level", AudioOut::default())
            .expect("a port");
        let mut notes = client
            .register_port("notes", MidiOut::default())
            .expect("a port");
        let input = client
            .register_port("in", AudioIn::default())
            .expect("a port");
        let heard = Arc::<Heard>::default();
        let theirs = heard.clone();
        let handler = ClosureProcessHandler::new(move |_: &Client, block: &jack::ProcessScope| {
            level.as_mut_slice(block).fill(LEVEL);
            let mut writer = notes.writer(block);
            if let Ok(mut waiting) = theirs.notes.try_lock() {
                for bytes in waiting.drain(..) {
                    let message = RawMidi {
                        time: 0,
                        bytes: &bytes,
                    };
                    writer.write(&message).expect("room for a note");
                }
            }
            let samples = input.as_slice(block);
            let lowest = samples.iter().copied().fold(f32::INFINITY, f32::min);
            let highest = samples.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let loudest = f32::from_bits(theirs.loudest.load(Relaxed));
            let loudest = loudest.max(highest.abs()).max(lowest.abs());
            theirs.lowest.store(lowest.to_bits(), Relaxed);
            theirs.highest.store(highest.to_bits(), Relaxed);
            theirs.loudest.store(loudest.to_bits(), Relaxed);
            theirs.blocks.fetch_add(1, Relaxed);
            Control::Continue
        });
        Self {
            heard,
            client: ManuallyDrop::new(activate(client, handler)),
        }
    }

    fn client(&self) -> &Client {
        (**self.client).as_ref()
    }

    /// Connects two ports, by their whole names.
    pub fn connect(&self, from: &str, to: &str) {
        let connected = self.client().connect_ports_by_name(from, to);
        connected.unwrap_or_else(|error| panic!("{from} to {to}: {error}"));
    }

    /// All ports of a client of the server's, without its name, sorted.
    pub fn ports_of(&self, client: &str) -> Vec<String> {
        let ours = format!("^{client}:");
        let ports = self.client().ports(Some(&ours), None, PortFlags::empty());
        let mut names: Vec<String> = ports
            .iter()
            .filter_map(|name| Some(name.split_once(':')?.1.to_owned()))
            .collect();
        names.sort();
        names
    }

    /// What a port is connected to.
    pub fn connections_of(&self, port: &str) -> Vec<String> {
        let port = self.client().port_by_name(port);
        port.expect("a port").get_connections()
    }

    /// Sends a message.
    pub fn send(&self, message: [u8; 3]) {
        self.heard.notes.lock().expect("notes").push(message);
    }

    /// The least and the greatest sample of the last block.
    pub fn range(&self) -> (f32, f32) {
        let read = |bits: &AtomicU32| f32::from_bits(bits.load(Relaxed));
        (read(&self.heard.lowest), read(&self.heard.highest))
    }

    /// The greatest size of a sample so far.
    pub fn loudest(&self) -> f32 {
        f32::from_bits(self.heard.loudest.load(Relaxed))
    }

    /// How many blocks it has heard.
    pub fn blocks(&self) -> u64 {
        self.heard.blocks.load(Relaxed)
    }
}

fn activate(client: Client, handler: impl ProcessHandler + 'static) -> Active {
    let active: AsyncClient<(), _> = client
        .activate_async((), handler)
        .expect("an active client");
    Box::new(active)
}
