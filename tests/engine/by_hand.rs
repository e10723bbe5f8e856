//! Serial chains of real plugins are their children called one after the other, and nothing else.

use matryoshka::audio::{Block, EventList, Events, Points, Transport};
use matryoshka::catalog::{Thoroughness, resolve};
use matryoshka::child::{Activation, Child, Formats, Layout, Processor};
use matryoshka::rack::PluginReference;
use matryoshka::threads::MessageThread;
use serde_json::json;

use crate::helpers::{MAX_FRAMES, RATE, Rack, assert_same, blocks};
use crate::support::signal;

/// Blocks of more than one frame, which DPF's plugins do not take.
const SIZES: [usize; 6] = [256, 64, 2, 255, 33, 100];

struct ByHand {
    layout: Layout,
    /// One, or one for each channel where the plugin is mono.
    children: Vec<(Box<dyn Child>, Box<dyn Processor>)>,
}

impl ByHand {
    fn new(thread: &MessageThread, plugin: &str) -> Self {
        let reference: PluginReference = serde_json::from_value(json!(plugin)).expect("a name");
        let description = resolve(thread, &reference, Thoroughness::Likely).expect("installed");
        let activation = Activation {
            sample_rate: RATE,
            max_frames: MAX_FRAMES,
            offline: false,
        };
        let formats = Formats::shared(thread).expect("formats");
        let wanted = Layout {
            main_inputs: 2,
            main_outputs: 2,
            sidechain: 2,
        };
        let mut layout = wanted;
        let mut children = Vec::new();
        while children.is_empty() || children.len() < 2 / layout.block_channels() {
            let mut child = formats.create(thread, &description).expect("a child");
            layout = child.negotiate(wanted);
            let processor = child.activate(&activation).expect("a processor");
            children.push((child, processor));
        }
        assert!(
            matches!(layout.block_channels(), 1 | 2),
            "{plugin}: {layout:?}"
        );
        Self { layout, children }
    }

    fn play(&mut self, channels: &mut [&mut [f32]], frames: usize) {
        let width = self.layout.block_channels();
        for (channels, (_, processor)) in channels.chunks_mut(width).zip(&mut self.children) {
            let block = &mut Block {
                main: channels,
                sidechain: &[],
                frames,
                events: Events::NONE,
                points: Points::NONE,
                events_out: &mut EventList::default(),
                transport: &Transport::default(),
            };
            processor.process(block).expect("it plays");
        }
    }
}

/// Plays the signal through children that are driven directly, block by block.
fn by_hand(rack: &Rack, plugins: &'static [&str], input: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut audio = input.to_vec();
    let played = rack.session.ask(move |thread, _session| {
        let mut children: Vec<ByHand> = (plugins.iter())
            .map(|plugin| ByHand::new(thread, plugin))
            .collect();
        blocks(&mut audio, &SIZES, |channels, frames| {
            for child in &mut children {
                child.play(channels, frames);
            }
        });
        for (mut child, processor) in children.into_iter().flat_map(|by_hand| by_hand.children) {
            child.deactivate(processor);
        }
        audio
    });
    played.expect("the message thread")
}

const CHAIN: &[&str] = &[
    "VST3:ZamCompX2",
    "VST3:ZaMaximX2",
    "VST3:ZamEQ2",
    "LV2:MDA Overdrive",
    "LV2:MDA Ambience",
    "LADSPA:Valve saturation",
];

#[test]
fn three_of_zam_two_lv2_and_one_ladspa_in_series_are_their_children_called_by_hand() {
    let input = signal(2, 48_000);
    for plugins in [&CHAIN[..3], &CHAIN[3..5], &CHAIN[5..], CHAIN] {
        let slots = plugins.iter().map(|plugin| json!({ "plugin": plugin }));
        let mut rack = Rack::open(slots);
        let heard = rack.play(&input, &SIZES);
        let wanted = by_hand(&rack, plugins, &input);
        assert!(wanted != input, "{plugins:?} do nothing");
        assert_same(&heard, &wanted, &format!("{plugins:?}"));
    }
}
