//! The audio memory of a [`Processor`](crate::Processor), in place or apart.
//!
//! All of it is allocated at activation. Behind every block stand guard samples, so that a plugin
//! that writes beyond its block is caught, and outputs hold NaN before the call, so that one that
//! does not write at all is heard.

#![allow(unsafe_code)] // Only for `Send`: the pointers below point into the same struct.

use anyhow::{Result, ensure};
use clap_sys::audio_buffer::clap_audio_buffer;

use crate::{Inputs, Oddity, Ports, Setup};

/// Samples behind a block that the plugin must leave alone.
const GUARD: usize = 16;
/// What the guard samples hold: a value no plugin computes.
const GUARD_VALUE: f32 = -1.234_567_9e33;
/// What stands behind the end of the input ports with [`Inputs::First`]: as loud as a mistake.
const DECOY_VALUE: f32 = 1.0e6;

/// One port: which channels of the pool it uses, and where they are.
struct Port {
    /// Indices into [`Buffers::pool`].
    channels: Vec<usize>,
    /// The channels' addresses, as CLAP wants them. Valid from `begin` until the pool is touched.
    pointers: Vec<*mut f32>,
}

pub(crate) struct Buffers {
    /// Every channel's samples: the block, then the guard, then what the longest block would use.
    pool: Vec<Box<[f32]>>,
    /// The pool's addresses, scratch of `begin`.
    addresses: Vec<*mut f32>,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    /// The ports as CLAP sees them. `raw_inputs` may end with a decoy that is not announced.
    raw_inputs: Vec<clap_audio_buffer>,
    raw_outputs: Vec<clap_audio_buffer>,
    announced_inputs: usize,
    oddity: Oddity,
    max_frames: usize,
    frames: usize,
}

// SAFETY: The raw pointers point into `pool` and into `Port::pointers`, whose heap memory moves with
// the struct and is owned by it alone. They are used only through `&mut self`.
unsafe impl Send for Buffers {}

impl Buffers {
    pub(crate) fn new(setup: &Setup, ports: &Ports) -> Self {
        let max_frames = setup.max_frames as usize + setup.overrun;
        let mut pool = Vec::new();
        let mut channel = |value: f32| {
            pool.push(vec![value; max_frames + GUARD].into_boxed_slice());
            pool.len() - 1
        };

        let mut outputs: Vec<Vec<usize>> = Vec::new();
        for port in &ports.outputs {
            outputs.push((0..port.channels).map(|_| channel(0.0)).collect());
        }
        if let (Oddity::OneOutput, Some(main)) = (setup.oddity, outputs.first_mut()) {
            let first = main[0];
            main.fill(first);
        }

        let mut inputs: Vec<Vec<usize>> = Vec::new();
        for (index, port) in ports.inputs.iter().enumerate() {
            // In place: a main input channel and the output channel of its number share memory.
            let shared: &[usize] = match outputs.first() {
                Some(main_output) if setup.in_place && index == 0 => main_output,
                Some(main_output) if setup.oddity == Oddity::SidechainInOutput && index == 1 => {
                    main_output
                }
                _ => &[],
            };
            let crossed: Vec<usize> = match outputs.first() {
                Some(main_output) if setup.oddity == Oddity::Crossed && index == 0 => {
                    main_output.iter().rev().copied().collect()
                }
                _ => Vec::new(),
            };
            let shared = if crossed.is_empty() { shared } else { &crossed };
            let channels = (0..port.channels)
                .map(|number| shared.get(number).copied().unwrap_or_else(|| channel(0.0)))
                .collect();
            inputs.push(channels);
        }

        let mut announced_inputs = inputs.len();
        if setup.inputs == Inputs::First && inputs.len() > 1 {
            announced_inputs = 1;
            inputs.truncate(1);
            inputs.push((0..2).map(|_| channel(DECOY_VALUE)).collect());
        }

        let port = |channels: Vec<usize>| Port {
            pointers: vec![std::ptr::null_mut(); channels.len()],
            channels,
        };
        let inputs: Vec<Port> = inputs.into_iter().map(port).collect();
        let outputs: Vec<Port> = outputs.into_iter().map(port).collect();
        let raw = |ports: &[Port]| -> Vec<clap_audio_buffer> {
            ports
                .iter()
                .map(|port| raw_port(port.channels.len()))
                .collect()
        };

        Self {
            addresses: vec![std::ptr::null_mut(); pool.len()],
            raw_inputs: raw(&inputs),
            raw_outputs: raw(&outputs),
            pool,
            inputs,
            outputs,
            announced_inputs,
            oddity: setup.oddity,
            max_frames,
            frames: 0,
        }
    }

    /// Starts a block: silent inputs, NaN in outputs, guards up.
    pub(crate) fn begin(&mut self, frames: usize) {
        assert!(
            frames <= self.max_frames,
            "a block of {frames} frames is too long"
        );
        self.frames = frames;
        for &channel in self.outputs.iter().flat_map(|port| &port.channels) {
            self.pool[channel][..frames].fill(f32::NAN);
            self.pool[channel][frames..frames + GUARD].fill(GUARD_VALUE);
        }
        let announced = &self.inputs[..self.announced_inputs];
        for &channel in announced.iter().flat_map(|port| &port.channels) {
            self.pool[channel][..frames].fill(0.0);
        }
    }

    pub(crate) fn input_mut(&mut self, port: usize, channel: usize) -> &mut [f32] {
        assert!(
            port < self.announced_inputs,
            "input port {port} is not announced"
        );
        &mut self.pool[self.inputs[port].channels[channel]][..self.frames]
    }

    pub(crate) fn output(&self, port: usize, channel: usize) -> &[f32] {
        &self.pool[self.outputs[port].channels[channel]][..self.frames]
    }

    /// The number of channels of each announced input port.
    pub(crate) fn input_channels(&self, port: usize) -> usize {
        match self.inputs[..self.announced_inputs].get(port) {
            Some(port) => port.channels.len(),
            None => 0,
        }
    }

    pub(crate) fn output_channels(&self, port: usize) -> usize {
        self.outputs.get(port).map_or(0, |port| port.channels.len())
    }

    /// The block as CLAP sees it. Valid until `self` is used again.
    pub(crate) fn raw(&mut self) -> (&[clap_audio_buffer], &mut [clap_audio_buffer]) {
        // The addresses are taken anew for each block, once for each channel, so that input and
        // output of a channel in place are one and the same pointer.
        for (address, channel) in self.addresses.iter_mut().zip(&mut self.pool) {
            *address = channel.as_mut_ptr();
        }
        let sides = [
            (&mut self.inputs, &mut self.raw_inputs),
            (&mut self.outputs, &mut self.raw_outputs),
        ];
        for (ports, raw) in sides {
            for (port, raw) in ports.iter_mut().zip(raw) {
                for (pointer, &channel) in port.pointers.iter_mut().zip(&port.channels) {
                    *pointer = self.addresses[channel];
                }
                raw.data32 = port.pointers.as_mut_ptr();
                raw.constant_mask = 0;
            }
        }
        match self.oddity {
            Oddity::NullInput(channel) => self.inputs[0].pointers[channel] = std::ptr::null_mut(),
            Oddity::NullOutput(channel) => self.outputs[0].pointers[channel] = std::ptr::null_mut(),
            Oddity::FewerOutputs => {
                let channels = self.outputs[0].channels.len();
                self.raw_outputs[0].channel_count = u32::try_from(channels).unwrap() - 1;
            }
            _ => {}
        }
        (
            &self.raw_inputs[..self.announced_inputs],
            &mut self.raw_outputs,
        )
    }

    /// Fails if the plugin wrote behind its block.
    pub(crate) fn check_guards(&self) -> Result<()> {
        for (number, port) in self.outputs.iter().enumerate() {
            for &channel in &port.channels {
                let guard = &self.pool[channel][self.frames..self.frames + GUARD];
                let intact = guard.iter().all(|sample| *sample == GUARD_VALUE);
                ensure!(
                    intact,
                    "the plugin wrote behind the {} frames of output port {number}",
                    self.frames
                );
            }
        }
        Ok(())
    }
}

fn raw_port(channels: usize) -> clap_audio_buffer {
    clap_audio_buffer {
        data32: std::ptr::null_mut(),
        data64: std::ptr::null_mut(),
        channel_count: u32::try_from(channels).unwrap(),
        latency: 0,
        constant_mask: 0,
    }
}
