//! A child's channels, in JUCE's buses.

use crate::child::Layout;
use crate::juce::instance::BusInfo;

/// The channels of the main buses and of the sidechain, which is the second input.
pub(super) fn layout_of(buses: &[BusInfo]) -> Layout {
    let channels = |is_input: bool, index: usize| {
        buses
            .iter()
            .filter(|bus| bus.is_input == is_input)
            .nth(index)
            .map_or(0, |bus| bus.channels as usize)
    };
    Layout {
        main_inputs: channels(true, 0),
        main_outputs: channels(false, 0),
        sidechain: channels(true, 1),
    }
}

/// The bus layouts to ask for, best first: the wanted main channels with as much of the sidechain
/// as there is, then mono (to be run once per channel). Buses beyond those are switched off, or left
/// as they are where the plugin insists.
pub(super) fn candidates(buses: &[BusInfo], wanted: Layout) -> Vec<(Vec<u32>, Vec<u32>)> {
    let side = |is_input: bool, main: usize, second: Option<usize>, others_on: bool| -> Vec<u32> {
        buses
            .iter()
            .filter(|bus| bus.is_input == is_input)
            .enumerate()
            .map(|(index, bus)| match (index, second) {
                (0, _) => main as u32,
                (1, Some(channels)) => channels as u32,
                (_, _) if others_on => bus.channels,
                _ => 0,
            })
            .collect()
    };
    let mut layouts = Vec::new();
    let mut mains = vec![(wanted.main_inputs, wanted.main_outputs)];
    if mains[0] != (1, 1) {
        mains.push((1, 1));
    }
    for (inputs, outputs) in mains {
        let mut sidechains = vec![wanted.sidechain, wanted.sidechain.min(1), 0];
        sidechains.dedup();
        for others_on in [false, true] {
            for &sidechain in &sidechains {
                let layout = (
                    side(true, inputs, Some(sidechain), others_on),
                    side(false, outputs, None, others_on),
                );
                if !layouts.contains(&layout) {
                    layouts.push(layout);
                }
            }
        }
    }
    layouts
}
