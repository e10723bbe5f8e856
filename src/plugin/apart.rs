//! Gives nice-plug channels that are all there, and none of which is another one's memory.
//!
//! nice-plug makes a `&mut [f32]` of each channel of the output, and copies the inputs into them one
//! after the other. So a host that hands over the same memory for two outputs (Ardour does for those
//! that are not connected), inputs that lie in another channel's output, or no memory at all, would get
//! undefined behaviour, a channel where another should be, or a rack that is skipped. Such channels get
//! memory of ours here, just for the block.

#![allow(unsafe_code)]

use std::ptr;

use arrayvec::ArrayVec;

use super::lend::Lendable;
use crate::audio::MAX_CHANNELS;

/// The most output ports that a plugin has.
pub(super) const MAX_OUTPUTS: usize = 16;

/// How many channels each output port was declared with; zero for ports that are none.
pub(super) type Widths = [usize; MAX_OUTPUTS];

/// The channels of a port.
pub(super) type Channels = ArrayVec<*mut f32, MAX_CHANNELS>;

/// The channels of a block. They may be null as they come from the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ports {
    pub input: Channels,
    pub sidechain: Channels,
    /// Those of all output ports, one behind the other, as wide as they were declared.
    pub output: Channels,
}

/// A port's channels as the host gives them, at most as many as were declared.
///
/// # Safety
///
/// `given` is null, or points to `count` pointers.
pub(super) unsafe fn read(given: *const *mut f32, count: usize, declared: usize) -> Channels {
    if given.is_null() {
        return Channels::new();
    }
    (0..count.min(declared).min(MAX_CHANNELS))
        // SAFETY: below the count.
        .map(|channel| unsafe { *given.add(channel) })
        .collect()
}

/// The channels of all output ports, one behind the other: what a port lacks of its width is null.
pub(super) fn in_a_row(widths: &Widths, port: impl Fn(usize, usize) -> Channels) -> Channels {
    let mut row = Channels::new();
    for (index, &width) in widths.iter().enumerate().filter(|(_, width)| **width > 0) {
        let start = row.len();
        row.extend(port(index, width).into_iter().take(MAX_CHANNELS - start));
        while row.len() < (start + width).min(MAX_CHANNELS) {
            row.push(ptr::null_mut());
        }
    }
    row
}

/// Where in the row each port's channels are: start and length.
pub(super) fn places(widths: &Widths, row: usize) -> ArrayVec<(usize, usize), MAX_OUTPUTS> {
    let mut start = 0;
    let mut places = ArrayVec::new();
    for &width in widths.iter().take_while(|width| **width > 0) {
        let from = start.min(row);
        start += width;
        places.push((from, start.min(row) - from));
    }
    places
}

impl Ports {
    /// Replaces what nice-plug must not see. Where memory of ours runs out, because the block is longer
    /// than announced, a port ends before the channel in question.
    ///
    /// `outputs` is how many were declared in all: those that the host has left out are played for nobody,
    /// unless there are none at all.
    ///
    /// # Safety
    ///
    /// Pointers are null, or point to `frames` samples, to write to where they are outputs.
    pub unsafe fn separate(&mut self, outputs: usize, frames: usize, spare: &mut Memory) {
        spare.used = 0;
        let mut given = std::mem::take(&mut self.output);
        if given.iter().any(|channel| !channel.is_null()) {
            while given.len() < outputs.min(MAX_CHANNELS) {
                given.push(ptr::null_mut());
            }
            for channel in given {
                let is_taken = channel.is_null()
                    || (self.output.iter()).any(|other| overlap(channel, *other, frames));
                let Some(channel) = (if is_taken {
                    spare.take(frames)
                } else {
                    Some(channel)
                }) else {
                    break;
                };
                self.output.push(channel);
            }
        }
        // An input without an output to write it to cannot be copied there.
        self.input.truncate(self.output.len());
        let outputs = &self.output;
        let in_place = |channel: usize, pointer: *mut f32| outputs.get(channel) == Some(&pointer);
        // SAFETY: the caller's promise.
        unsafe {
            keep_from(&mut self.input, outputs, in_place, frames, spare);
            keep_from(&mut self.sidechain, outputs, |_, _| false, frames, spare);
        }
    }
}

/// Copies inputs that would be written over before they are read.
///
/// # Safety
///
/// As for [`Ports::separate`].
unsafe fn keep_from(
    inputs: &mut Channels,
    outputs: &[*mut f32],
    in_place: impl Fn(usize, *mut f32) -> bool,
    frames: usize,
    spare: &mut Memory,
) {
    while inputs.last().is_some_and(|channel| channel.is_null()) {
        inputs.pop();
    }
    for index in 0..inputs.len() {
        let channel = inputs[index];
        let is_safe = !channel.is_null()
            && (outputs.iter().enumerate()).all(|(output, pointer)| {
                !overlap(channel, *pointer, frames) || (output == index && in_place(index, channel))
            });
        if is_safe {
            continue;
        }
        let Some(copy) = spare.take(frames) else {
            inputs.truncate(index);
            return;
        };
        // SAFETY: both have so many samples, and the spare one is nobody else's.
        unsafe {
            if channel.is_null() {
                ptr::write_bytes(copy, 0, frames);
            } else {
                ptr::copy_nonoverlapping(channel, copy, frames);
            }
        }
        inputs[index] = copy;
    }
}

fn overlap(one: *const f32, other: *const f32, frames: usize) -> bool {
    one.addr().abs_diff(other.addr()) < frames * size_of::<f32>()
}

/// Memory for channels, lent to one block at a time.
pub(super) type Spare = Lendable<Memory>;

/// The memory itself.
#[derive(Default)]
pub(super) struct Memory {
    samples: Vec<f32>,
    /// How many samples are handed out in this block.
    used: usize,
}

impl Spare {
    /// Has room for so many channels of so many frames from now on. Allocates.
    pub fn resize(&self, channels: usize, frames: usize) {
        if let Some(mut memory) = self.lend() {
            memory.samples = vec![0.0; channels * frames];
        }
    }
}

impl Memory {
    /// A channel that nobody else has in this block.
    fn take(&mut self, frames: usize) -> Option<*mut f32> {
        let end = self.used.checked_add(frames)?;
        if end > self.samples.len() {
            return None;
        }
        // SAFETY: within the allocation. The pointer is made from the vector's own, so that it stays
        // valid beside those that were handed out before.
        let channel = unsafe { self.samples.as_mut_ptr().add(self.used) };
        self.used = end;
        Some(channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMES: usize = 4;

    /// Where the channels of a test lie, so that they can be told apart: `n` in all of channel `n`.
    struct Host([[f32; FRAMES]; 6]);

    impl Host {
        fn new() -> Self {
            Self(std::array::from_fn(|n| [n as f32; FRAMES]))
        }

        fn channels(&mut self, which: &[Option<usize>]) -> Channels {
            let base = self.0.as_mut_ptr().cast::<f32>();
            let place = |n: usize| base.wrapping_add(n * FRAMES);
            which
                .iter()
                .map(|n| n.map_or(ptr::null_mut(), place))
                .collect()
        }
    }

    /// What nice-plug does with the ports: it reads inputs into outputs, and then the sidechain.
    fn play(ports: &Ports) -> (Vec<f32>, Vec<f32>) {
        for (input, output) in ports.input.iter().zip(&ports.output) {
            if input != output {
                // SAFETY: what is under test.
                unsafe { ptr::copy_nonoverlapping(*input, *output, FRAMES) };
            }
        }
        // SAFETY: as above.
        let first = |channels: &Channels| channels.iter().map(|c| unsafe { **c }).collect();
        (first(&ports.output), first(&ports.sidechain))
    }

    fn check(
        input: &[Option<usize>],
        sidechain: &[Option<usize>],
        output: &[Option<usize>],
    ) -> (Vec<f32>, Vec<f32>) {
        let mut host = Host::new();
        let spare = Spare::default();
        spare.resize(6, FRAMES);
        let mut ports = Ports {
            input: host.channels(input),
            sidechain: host.channels(sidechain),
            output: host.channels(output),
        };
        // SAFETY: the channels have so many frames.
        unsafe { ports.separate(2, FRAMES, &mut spare.lend().expect("free")) };
        for (index, one) in ports.output.iter().enumerate() {
            assert!(!one.is_null());
            for other in &ports.output[..index] {
                assert!(!overlap(*one, *other, FRAMES));
            }
        }
        play(&ports)
    }

    #[test]
    fn ordinary_ports_stay_as_they_are() {
        let mut host = Host::new();
        let mut ports = Ports {
            input: host.channels(&[Some(0), Some(1)]),
            sidechain: host.channels(&[Some(2), Some(2)]),
            output: host.channels(&[Some(0), Some(4)]),
        };
        let before = ports.clone();
        // SAFETY: the channels have so many frames.
        unsafe { ports.separate(2, FRAMES, &mut Memory::default()) };
        assert_eq!(ports, before);
    }

    #[test]
    fn channels_in_each_others_place_are_heard_where_they_belong() {
        let (output, _) = check(&[Some(0), Some(1)], &[], &[Some(1), Some(0)]);
        assert_eq!(output, [0.0, 1.0]);
        let (output, _) = check(&[Some(0), Some(0)], &[], &[Some(0), Some(1)]);
        assert_eq!(output, [0.0, 0.0]);
    }

    #[test]
    fn two_outputs_in_one_place_are_played_apart() {
        let (output, _) = check(&[Some(0), Some(1)], &[], &[Some(2), Some(2)]);
        assert_eq!(output, [0.0, 1.0]);
        let (output, _) = check(&[Some(2), Some(2)], &[], &[Some(2), Some(2)]);
        assert_eq!(output, [2.0, 2.0]);
    }

    #[test]
    fn a_sidechain_in_the_place_of_an_output_is_heard_as_it_came() {
        let (output, sidechain) = check(
            &[Some(0), Some(1)],
            &[Some(3), Some(2)],
            &[Some(2), Some(3)],
        );
        assert_eq!((output, sidechain), (vec![0.0, 1.0], vec![3.0, 2.0]));
    }

    #[test]
    fn channels_without_memory_are_silent_or_played_for_nobody() {
        let (output, sidechain) = check(&[None, Some(1)], &[None, Some(2)], &[None, Some(3)]);
        assert_eq!((output, sidechain), (vec![0.0, 1.0], vec![0.0, 2.0]));
        let (output, _) = check(&[Some(1)], &[None, None], &[Some(1)]);
        assert_eq!(output.len(), 2, "one was left out");
        let (output, sidechain) = check(&[Some(1), None], &[], &[]);
        assert!(output.is_empty() && sidechain.is_empty());
    }

    #[test]
    fn a_block_longer_than_announced_ends_before_what_cannot_be_kept_apart() {
        let mut host = Host::new();
        let spare = Spare::default();
        spare.resize(1, FRAMES - 1);
        let mut ports = Ports {
            input: host.channels(&[Some(1), Some(0)]),
            sidechain: host.channels(&[Some(0)]),
            output: host.channels(&[Some(0), Some(0)]),
        };
        // SAFETY: the channels have so many frames.
        unsafe { ports.separate(2, FRAMES, &mut spare.lend().expect("free")) };
        assert_eq!(ports.output, host.channels(&[Some(0)]));
        assert_eq!(ports.input, host.channels(&[Some(1)]));
        assert!(ports.sidechain.is_empty());
    }

    #[test]
    fn ports_that_are_missing_or_narrow_keep_their_place_in_the_row() {
        let mut host = Host::new();
        let given = [
            host.channels(&[Some(0), Some(1)]),
            Channels::new(),
            host.channels(&[Some(2)]),
        ];
        let mut widths = Widths::default();
        widths[..3].copy_from_slice(&[2, 2, 2]);
        let row = in_a_row(&widths, |port, _| given[port].clone());
        let wanted = host.channels(&[Some(0), Some(1), None, None, Some(2), None]);
        assert_eq!(row, wanted);
        assert_eq!(places(&widths, 6)[..], [(0, 2), (2, 2), (4, 2)]);
        assert_eq!(places(&widths, 3)[..], [(0, 2), (2, 1), (3, 0)]);
    }
}
