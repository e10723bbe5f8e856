//! From the rack's shape to a flat plan: a pure function, without children and without sound.
//!
//! # How a child fits a chain
//!
//! A child works on the channels it settled for; the chain adapts. With *n* channels in the chain:
//!
//! - As many inputs and outputs as the chain has channels: **in place**, no copy.
//! - One input, one output, in a wider chain: **per channel**, *n* linked instances.
//! - Anything else is **adapted** through scratch channels:
//!   - *In:* one input hears the mean of the chain's channels; a mono chain is copied to all inputs;
//!     otherwise input *i* hears channel *i*, and inputs beyond the chain hear silence.
//!   - *Out:* one output goes to all channels; a mono chain takes the mean of the first two outputs;
//!     otherwise output *i* replaces channel *i*. Channels beyond the outputs keep their audio,
//!     delayed by the child's latency.
//!   - A child without inputs (an instrument, a generator) is added to the chain's audio, which is
//!     delayed by its latency: an instrument must not silence what stands before it.
//!   - A child without outputs (an analyser) leaves the audio as it is, and adds no latency.
//!
//! # Latency
//!
//! A slot lags by its child's latency, bypassed or not, so that bypass changes neither the total
//! nor the place of the audio in time. Of linked children the slowest counts.

use crate::audio::MAX_CHANNELS;
use crate::child::Layout;

/// What a slot holds, as far as its schedule is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotPlan {
    /// The audio passes the children by, delayed by their latency.
    pub bypass: bool,
    /// None where nothing is there; several are linked dual mono: one for each channel of the chain.
    pub children: Vec<ChildPlan>,
}

/// A child, as far as its schedule is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChildPlan {
    /// The channels that it settled for.
    pub layout: Layout,
    /// By how much its output lags.
    pub latency_samples: u32,
}

/// How a child works on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// On the chain's own channels.
    InPlace,
    /// As one linked instance for each channel.
    PerChannel,
    /// Through scratch channels.
    Adapted,
}

/// What the audio thread does, in order, and what that needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The delay lines that the steps name.
    pub delays: Vec<DelayPlan>,
    /// Channels of the chain, at most [`MAX_CHANNELS`].
    pub channels: usize,
    /// Channels of the rack's sidechain, at most [`MAX_CHANNELS`].
    pub sidechain_channels: usize,
    /// Channels of the widest child that is adapted.
    pub scratch_channels: usize,
    /// By how much the whole chain's output lags.
    pub latency_samples: u32,
    /// How many children the slots have, those included that no step names.
    pub children: usize,
}

/// A delay line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayPlan {
    /// Its length.
    pub samples: usize,
    /// How many channels it delays.
    pub channels: usize,
}

/// One thing to do with the chain's channels. Children are counted over all slots, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The child works on the chain's own channels.
    InPlace {
        /// Which child.
        child: usize,
        /// It listens to the rack's sidechain.
        sidechain: bool,
    },
    /// One child works on each channel.
    PerChannel {
        /// The child of the first channel; those of the others follow it.
        first_child: usize,
        /// They listen to the rack's sidechain.
        sidechain: bool,
    },
    /// The child works on scratch channels.
    Adapted {
        /// Which child.
        child: usize,
        /// The child's channels.
        layout: Layout,
        /// How the chain gets into the scratch channels.
        inputs: Gather,
        /// How the scratch channels get back into the chain.
        outputs: Scatter,
    },
    /// Some of the chain's channels are delayed.
    Delay {
        /// Which delay line.
        line: usize,
        /// The first of the chain's channels that it delays.
        first_channel: usize,
    },
}

/// How the chain's channels become a child's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gather {
    /// The child has no inputs.
    Nothing,
    /// Input *i* hears channel *i*, those beyond the chain hear silence.
    Straight,
    /// The one input hears the mean of all channels.
    Mean,
    /// All inputs hear the one channel.
    Copy,
}

/// How a child's outputs become the chain's channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scatter {
    /// The child has no outputs: the chain keeps its audio.
    Nothing,
    /// The outputs take the place of the chain's audio.
    Replace(Spread),
    /// The outputs are added to the chain's audio.
    Add(Spread),
}

/// Which output goes to which channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Output *i* goes to channel *i*.
    Straight,
    /// The one output goes to all channels.
    ToAll,
    /// The mean of the first two outputs goes to the one channel.
    FoldPair,
}

impl Fit {
    /// How many instances of the child the chain needs.
    pub fn instances(self, channels: usize) -> usize {
        match self {
            Self::PerChannel => channels,
            Self::InPlace | Self::Adapted => 1,
        }
    }
}

/// Decides how a child that settled for `layout` works on a chain of `channels`.
pub fn fit(channels: usize, layout: Layout) -> Fit {
    let Layout {
        main_inputs,
        main_outputs,
        ..
    } = layout;
    if main_inputs == channels && main_outputs == channels {
        Fit::InPlace
    } else if main_inputs == 1 && main_outputs == 1 && channels > 1 {
        Fit::PerChannel
    } else {
        Fit::Adapted
    }
}

/// Compiles a serial chain. A slot that cannot be run (no children; a child wider than
/// [`MAX_CHANNELS`]) passes its audio. Of several children that are not one mono child for each
/// channel, the first works alone.
pub fn compile(slots: &[SlotPlan], channels: usize, sidechain_channels: usize) -> Plan {
    let mut plan = Plan {
        channels: channels.min(MAX_CHANNELS),
        sidechain_channels: sidechain_channels.min(MAX_CHANNELS),
        ..Plan::default()
    };
    for slot in slots {
        plan.add_slot(slot);
        plan.children += slot.children.len();
    }
    plan
}

impl Plan {
    fn add_slot(&mut self, slot: &SlotPlan) {
        let Some(first) = slot.children.first() else {
            return;
        };
        let linked = slot.children.len() > 1
            && slot.children.len() == self.channels
            && (slot.children.iter())
                .all(|child| fit(self.channels, child.layout) == Fit::PerChannel);
        let too_wide = first.layout.block_channels() > MAX_CHANNELS;
        let latencies = slot.children.iter().map(|child| child.latency_samples);
        let latency = match first.layout.main_outputs {
            0 => 0,
            _ if linked => latencies.max().unwrap_or(0),
            _ => first.latency_samples,
        };
        self.latency_samples = self.latency_samples.saturating_add(latency);

        if slot.bypass || too_wide {
            self.add_delay(latency, 0, self.channels);
        } else if linked {
            self.steps.push(Step::PerChannel {
                first_child: self.children,
                sidechain: slot.children.iter().any(|child| child.layout.sidechain > 0),
            });
            for (channel, child) in slot.children.iter().enumerate() {
                self.add_delay(latency - child.latency_samples, channel, 1);
            }
        } else if fit(self.channels, first.layout) == Fit::InPlace {
            self.steps.push(Step::InPlace {
                child: self.children,
                sidechain: first.layout.sidechain > 0,
            });
        } else {
            self.add_adapted(first.layout, latency);
        }
    }

    fn add_adapted(&mut self, layout: Layout, latency: u32) {
        let inputs = match layout.main_inputs {
            0 => Gather::Nothing,
            1 if self.channels > 1 => Gather::Mean,
            _ if self.channels == 1 => Gather::Copy,
            _ => Gather::Straight,
        };
        let spread = match layout.main_outputs {
            1 => Spread::ToAll,
            _ if self.channels == 1 => Spread::FoldPair,
            _ => Spread::Straight,
        };
        let outputs = match layout {
            Layout {
                main_outputs: 0, ..
            } => Scatter::Nothing,
            Layout { main_inputs: 0, .. } => Scatter::Add(spread),
            _ => Scatter::Replace(spread),
        };
        self.scratch_channels = self.scratch_channels.max(layout.block_channels());

        if matches!(outputs, Scatter::Add(_)) {
            self.add_delay(latency, 0, self.channels);
        }
        self.steps.push(Step::Adapted {
            child: self.children,
            layout,
            inputs,
            outputs,
        });
        if outputs == Scatter::Replace(Spread::Straight) {
            let kept = self.channels.saturating_sub(layout.main_outputs);
            self.add_delay(latency, layout.main_outputs, kept);
        }
    }

    fn add_delay(&mut self, samples: u32, first_channel: usize, channels: usize) {
        if samples > 0 && channels > 0 {
            self.steps.push(Step::Delay {
                line: self.delays.len(),
                first_channel,
            });
            self.delays.push(DelayPlan {
                samples: samples as usize,
                channels,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(main_inputs: usize, main_outputs: usize, latency_samples: u32) -> ChildPlan {
        let layout = Layout {
            main_inputs,
            main_outputs,
            sidechain: 0,
        };
        ChildPlan {
            layout,
            latency_samples,
        }
    }

    fn slot(bypass: bool, children: Vec<ChildPlan>) -> SlotPlan {
        SlotPlan { bypass, children }
    }

    #[test]
    fn bypass_changes_neither_the_latency_nor_which_child_is_which() {
        let slots = |bypass| {
            [
                slot(bypass, vec![child(2, 2, 64)]),
                slot(false, vec![]),
                slot(false, vec![child(1, 1, 3), child(1, 1, 5)]),
                slot(false, vec![child(2, 2, 0)]),
            ]
        };
        let (on, off) = (compile(&slots(true), 2, 0), compile(&slots(false), 2, 0));
        assert_eq!(on.latency_samples, 69);
        assert_eq!(off.latency_samples, 69);
        assert_eq!((on.children, off.children), (4, 4));
        assert_eq!(
            on.steps[1..],
            off.steps[1..]
                .iter()
                .map(|step| match *step {
                    // The bypass' own delay line comes first.
                    Step::Delay {
                        line,
                        first_channel,
                    } => Step::Delay {
                        line: line + 1,
                        first_channel
                    },
                    other => other,
                })
                .collect::<Vec<_>>()
        );
        assert_eq!(
            on.steps.last(),
            Some(&Step::InPlace {
                child: 3,
                sidechain: false
            })
        );
    }

    #[test]
    fn a_bypassed_child_without_latency_costs_nothing() {
        let plan = compile(
            &[slot(true, vec![child(2, 2, 0)]), slot(false, vec![])],
            2,
            0,
        );
        assert_eq!(plan.steps, []);
    }

    #[test]
    fn an_analyser_delays_nothing_bypassed_or_not() {
        for bypass in [false, true] {
            let plan = compile(&[slot(bypass, vec![child(2, 0, 512)])], 2, 0);
            assert_eq!((plan.latency_samples, plan.delays.len()), (0, 0));
        }
    }

    #[test]
    fn a_child_wider_than_any_block_passes_audio_and_the_rest_still_plays() {
        let plan = compile(
            &[
                slot(false, vec![child(65, 65, 0)]),
                slot(false, vec![child(2, 2, 0)]),
            ],
            2,
            0,
        );
        assert_eq!(
            plan.steps,
            [Step::InPlace {
                child: 1,
                sidechain: false
            }]
        );
        assert_eq!(compile(&[], 100, 100).channels, MAX_CHANNELS);
    }

    #[test]
    fn each_layout_finds_its_fit() {
        let layout = |inputs, outputs| child(inputs, outputs, 0).layout;
        assert_eq!(fit(2, layout(2, 2)), Fit::InPlace);
        assert_eq!(fit(1, layout(1, 1)), Fit::InPlace);
        assert_eq!(fit(2, layout(1, 1)), Fit::PerChannel);
        assert_eq!(fit(1, layout(2, 2)), Fit::Adapted);
        assert_eq!(fit(2, layout(1, 2)), Fit::Adapted);
        assert_eq!(fit(2, layout(0, 2)), Fit::Adapted);
        assert_eq!(Fit::PerChannel.instances(6), 6);
    }
}
