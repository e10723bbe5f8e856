//! What the audio thread does with the host's parameters: the mappings, resolved to what they move.
//!
//! A wiring is made from the model for every change of mappings or children, and handed to the audio thread
//! as schedules are. It names children by their slot, and so outlives schedules. A point of the host's
//! becomes points of children, and values of controls, which follow with their own ramps from the start of
//! the block on. Where nothing moves, nothing is done.

#[cfg(test)]
mod tests;

use std::ops::Range as Span;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::SlotId;
use super::controls::{ChainControls, SlotControls};
use super::host_parameter::{HostId, MidiControl, MidiMessage};
use super::host_values::HostValues;
use super::limits::{control_to_gain, control_to_pan};
use super::mapping::Range;
use crate::audio::{EventKind, Events, HostPoint, HostPointKind, ParameterPoint};

/// What a host parameter moves, and how far.
#[derive(Clone, Debug)]
pub struct Link {
    /// The host parameter.
    pub host: HostId,
    /// How far.
    pub range: Range,
    /// What.
    pub end: LinkEnd,
}

/// What a host parameter moves.
#[derive(Clone, Debug)]
pub enum LinkEnd {
    /// A parameter of a slot's children.
    Parameter {
        /// The slot.
        slot: SlotId,
        /// The parameter's place in the children's list.
        index: u32,
    },
    /// A slot's bypass.
    Bypass(Arc<SlotControls>),
    /// A slot's mix.
    Mix(Arc<SlotControls>),
    /// The gain into a slot's children.
    InputGain(Arc<SlotControls>),
    /// The gain on a slot's children.
    OutputGain(Arc<SlotControls>),
    /// The gain on a chain.
    ChainGain(Arc<ChainControls>),
    /// A chain's pan.
    Pan(Arc<ChainControls>),
    /// A chain's mute.
    Mute(Arc<ChainControls>),
}

/// The mappings, as the audio thread follows them.
#[derive(Debug)]
pub struct Wiring {
    /// Of each host parameter, the links in `links`.
    spans: Box<[Span<u32>]>,
    links: Box<[Link]>,
    midi: Box<[(MidiControl, HostId)]>,
    /// The upper bits of each controller of 14 bits, by channel.
    upper: Box<[[u8; 32]; 16]>,
    values: Arc<HostValues>,
}

impl Wiring {
    /// Links, and MIDI messages that move host parameters. Allocates.
    pub fn new(
        mut links: Vec<Link>,
        midi: Vec<(MidiControl, HostId)>,
        values: Arc<HostValues>,
    ) -> Self {
        links.sort_by_key(|link| link.host);
        let spans = HostId::all()
            .map(|id| {
                let start = links.partition_point(|link| link.host < id) as u32;
                start..links.partition_point(|link| link.host <= id) as u32
            })
            .collect();
        Self {
            spans,
            links: links.into(),
            midi: midi.into(),
            upper: Box::new([[0; 32]; 16]),
            values,
        }
    }

    /// Follows the host's points, and the MIDI messages of a block that move anything, all in the order of
    /// time. Points of children go to `put`. Audio thread.
    pub fn follow(
        &mut self,
        points: &[HostPoint],
        events: Events<'_>,
        mut put: impl FnMut(SlotId, ParameterPoint),
    ) {
        self.values.note_block();
        let mut points = points.iter().peekable();
        if !events.is_empty() && (!self.midi.is_empty() || self.values.is_learning()) {
            for event in events.all() {
                let Some((source, value)) = self.read(event.kind) else {
                    continue;
                };
                while let Some(point) = points.next_if(|point| point.offset <= event.offset) {
                    self.follow_point(point, &mut put);
                }
                self.follow_midi(source, value, event.offset, &mut put);
            }
        }
        for point in points {
            self.follow_point(point, &mut put);
        }
    }

    fn follow_point(&self, point: &HostPoint, put: &mut impl FnMut(SlotId, ParameterPoint)) {
        let parameter = usize::from(point.parameter);
        match point.kind {
            HostPointKind::Value(value) => self.values.set_value(parameter, value),
            HostPointKind::Modulation(amount) => self.values.set_modulation(parameter, amount),
        }
        if !self.values.is_held(parameter) {
            self.turn(parameter, point.offset, put);
        }
    }

    fn follow_midi(
        &self,
        source: MidiControl,
        value: f64,
        offset: u32,
        put: &mut impl FnMut(SlotId, ParameterPoint),
    ) {
        if self.values.is_learning() {
            self.values.note_heard(source);
        }
        for (wanted, host) in &self.midi {
            let is_wanted = wanted.message == source.message
                && wanted
                    .channel
                    .is_none_or(|channel| source.channel == Some(channel));
            if is_wanted {
                self.values.set_value(host.number(), value);
                self.values.note_moved(host.number());
                self.turn(host.number(), offset, put);
            }
        }
    }

    /// Brings what a host parameter moves in line with its value.
    fn turn(&self, parameter: usize, offset: u32, put: &mut impl FnMut(SlotId, ParameterPoint)) {
        let Some(span) = self.spans.get(parameter) else {
            return;
        };
        let links = self.links.get(span.start as usize..span.end as usize);
        let base = self.values.value(parameter);
        let heard = (base + self.values.modulation(parameter)).clamp(0.0, 1.0);
        for link in links.unwrap_or_default() {
            let value = link.range.map(heard) as f32;
            match &link.end {
                LinkEnd::Parameter { slot, index } => {
                    let base = link.range.map(base) as f32;
                    let point = ParameterPoint {
                        offset,
                        index: *index,
                        value: base,
                        modulation: value - base,
                    };
                    put(*slot, point);
                }
                LinkEnd::Bypass(slot) => slot.bypass.store(value >= 0.5, Relaxed),
                LinkEnd::Mix(slot) => slot.mix.store(value, Relaxed),
                LinkEnd::InputGain(slot) => slot.input_gain.store(control_to_gain(value), Relaxed),
                LinkEnd::OutputGain(slot) => {
                    slot.output_gain.store(control_to_gain(value), Relaxed);
                }
                LinkEnd::ChainGain(chain) => chain.gain.store(control_to_gain(value), Relaxed),
                LinkEnd::Pan(chain) => chain.pan.store(control_to_pan(value), Relaxed),
                LinkEnd::Mute(chain) => chain.muted.store(value >= 0.5, Relaxed),
            }
        }
    }

    /// What a message moves where it is wanted, and to which value.
    fn read(&mut self, kind: EventKind) -> Option<(MidiControl, f64)> {
        let EventKind::Midi([status, first, second]) = kind else {
            return None;
        };
        let (first, second) = (first & 0x7f, second & 0x7f);
        let fine = |upper: u8, lower: u8| f64::from(u16::from(upper) << 7 | u16::from(lower));
        let (message, value) = match status & 0xf0 {
            0xb0 => return self.read_controller(status & 0x0f, first, second),
            0xc0 => (MidiMessage::Program, f64::from(first) / 127.0),
            0xd0 => (MidiMessage::Pressure, f64::from(first) / 127.0),
            0xe0 => (MidiMessage::PitchBend, fine(second, first) / 16383.0),
            _ => return None,
        };
        let channel = Some(status & 0x0f);
        Some((MidiControl { channel, message }, value))
    }

    /// A controller may be one of 7 bits, and at the same time half of one of 14.
    fn read_controller(
        &mut self,
        channel: u8,
        number: u8,
        value: u8,
    ) -> Option<(MidiControl, f64)> {
        let upper = (self.upper.get_mut(usize::from(channel)))
            .and_then(|of_channel| of_channel.get_mut(usize::from(number & 31)));
        let fine = match (number, upper) {
            // By MIDI's rule, new upper bits come with lower ones of zero until those are told.
            (0..32, Some(upper)) => {
                *upper = value;
                Some(u16::from(value) << 7)
            }
            (32..64, Some(upper)) => Some(u16::from(*upper) << 7 | u16::from(value)),
            _ => None,
        };
        let wants = |message: MidiMessage| {
            let mut wanted = self.midi.iter();
            wanted.any(|(source, _)| {
                source.message == message && source.channel.is_none_or(|only| only == channel)
            })
        };
        let of = |message| MidiControl {
            channel: Some(channel),
            message,
        };
        let as_fine = MidiMessage::FineController(number & 31);
        match fine {
            Some(fine) if wants(as_fine) => Some((of(as_fine), f64::from(fine) / 16383.0)),
            _ => Some((
                of(MidiMessage::Controller(number)),
                f64::from(value) / 127.0,
            )),
        }
    }
}
