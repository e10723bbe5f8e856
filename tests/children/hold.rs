//! A child, and blocks for it.

use matryoshka::audio::{Block, EventList, Events, ParameterPoint, Points, Transport};
use matryoshka::child::{Activation, Child, Description, Formats, Layout, MESSAGE_LOOP, Processor};
use matryoshka::threads::{MessageThread, Messages};

pub const FRAMES: usize = 64;

pub const ACTIVATION: Activation = Activation {
    sample_rate: 48_000.0,
    max_frames: FRAMES,
    offline: false,
};

// With the sidechain: nice-plug reads the channels of a bus that is off, of which there are none.
const STEREO: Layout = Layout {
    main_inputs: 2,
    main_outputs: 2,
    sidechain: 2,
};

pub fn on_message_thread<R: Send + 'static>(
    job: impl FnOnce(&MessageThread) -> R + Send + 'static,
) -> R {
    let messages = Messages::acquire(&MESSAGE_LOOP).expect("a message thread");
    messages.ask(job).unwrap_or_else(|panic| panic!("{panic}"))
}

/// The plugin of that name in a file, an LV2's URI, or any of the usual files that contain a text.
pub fn child(thread: &MessageThread, format: &str, file: &str, name: &str) -> Box<dyn Child> {
    let formats = Formats::shared(thread).expect("formats");
    let mut files = vec![file.to_owned()];
    if !file.contains('/') {
        files = formats.files(format);
        files.retain(|known| known.contains(file));
    }
    for file in files {
        let types: Vec<Description> = formats.types(format, &file).expect("a plugin");
        if let Some(found) = types.iter().find(|found| found.name.contains(name)) {
            let mut child = formats.create(thread, found).expect("a child");
            child.negotiate(STEREO);
            return child;
        }
    }
    panic!("{name} ({format}) is not installed");
}

pub fn fixture(thread: &MessageThread) -> Box<dyn Child> {
    let file = crate::support::bundled("Matryoshka Fixture.vst3");
    let file = file.to_str().expect("a path of letters").to_owned();
    child(thread, "VST3", &file, "Matryoshka Fixture")
}

/// The place of a parameter in the child's list.
pub fn index_of(child: &dyn Child, name: &str) -> u32 {
    let parameters = child.parameters();
    let found = parameters.iter().find(|known| known.name == name);
    let found = found.unwrap_or_else(|| panic!("{name}: {parameters:?}"));
    found.index as u32
}

/// Processes ones, and returns the first channel.
pub fn process(processor: &mut dyn Processor, channels: usize, points: Points<'_>) -> Vec<f32> {
    process_with(
        processor,
        channels,
        Events::NONE,
        points,
        &mut EventList::default(),
    )
}

pub fn process_with(
    processor: &mut dyn Processor,
    channels: usize,
    events: Events<'_>,
    points: Points<'_>,
    events_out: &mut EventList,
) -> Vec<f32> {
    let mut room = vec![vec![1.0_f32; FRAMES]; channels];
    let mut main: Vec<&mut [f32]> = room.iter_mut().map(Vec::as_mut_slice).collect();
    let processed = processor.process(&mut Block {
        main: &mut main,
        sidechain: &[],
        frames: FRAMES,
        events,
        points,
        events_out,
        transport: &Transport::default(),
    });
    assert_eq!(processed, Ok(()));
    room.swap_remove(0)
}

pub fn step(offset: u32, index: u32, value: f32) -> ParameterPoint {
    ParameterPoint {
        offset,
        index,
        value,
        modulation: 0.0,
    }
}

/// A preset file around what a plugin saves: its own words, and its class.
pub fn preset(class: &str, settings: &[u8]) -> Vec<u8> {
    let list = 48 + settings.len() as u64;
    let mut file = b"VST3\x01\0\0\0".to_vec();
    file.extend(class.as_bytes());
    file.extend(list.to_le_bytes());
    file.extend(settings);
    file.extend(b"List\x01\0\0\0Comp");
    file.extend(48_u64.to_le_bytes());
    file.extend((settings.len() as u64).to_le_bytes());
    file
}

/// The fixture's class, as text.
pub fn class() -> String {
    let hexadecimal = |byte: &u8| format!("{byte:02X}");
    b"MatryoshkaFixtur".iter().map(hexadecimal).collect()
}

/// What nice-plug saves of the fixture, with this gain and this latency: JSON.
pub fn settings(gain_db: f32, latency_samples: u32) -> Vec<u8> {
    let json = serde_json::json!({
        "version": "0.1.0",
        "params": {
            "gain": {"f32": gain_db},
            "latency": {"i32": latency_samples},
            "state": {"i32": 0},
        },
        "fields": {"pattern": ""},
    });
    json.to_string().into_bytes()
}
