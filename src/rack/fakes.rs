//! Children for tests: simple enough that what they should put out can be said in one line. They add the
//! value of their parameter to all that they put out, and put out all events that they hear.

use std::collections::VecDeque;

use crate::audio::Block;
use crate::child::{Failure, Layout, Processor};

/// What a fake child does.
#[derive(Clone, Debug)]
pub struct FakeSpec {
    pub layout: Layout,
    pub latency: usize,
    pub gain: f32,
}

impl FakeSpec {
    /// What it puts out `latency` samples after it hears `inputs` and, [weighed], a sidechain; `at` counts
    /// samples from its start. Every output hears every input; without inputs it hums.
    pub fn output(&self, output: usize, at: usize, inputs: &[f32], sidechain: f32) -> f32 {
        let heard = match inputs {
            [] => ((at + output) % 13) as f32,
            _ => weighed(inputs) * (output + 1) as f32,
        };
        heard * self.gain + sidechain * 0.25
    }

    pub fn processor(&self, max_frames: usize) -> Box<Fake> {
        Box::new(Fake {
            spec: self.clone(),
            max_frames,
            at: 0,
            turned: 0.0,
            late: vec![VecDeque::from(vec![0.0; self.latency]); self.layout.main_outputs],
        })
    }
}

/// All channels in one, none like the other.
pub fn weighed(channels: &[f32]) -> f32 {
    let channels = channels.iter().zip(1..);
    channels
        .map(|(sample, channel)| sample * channel as f32)
        .sum()
}

/// A fake child. It insists on the contract.
pub struct Fake {
    spec: FakeSpec,
    max_frames: usize,
    at: usize,
    /// What its parameter was turned to.
    turned: f32,
    late: Vec<VecDeque<f32>>,
}

impl Processor for Fake {
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        let layout = self.spec.layout;
        assert_eq!(block.main.len(), layout.block_channels());
        assert!((1..=self.max_frames).contains(&block.frames));
        assert!(
            block
                .main
                .iter()
                .all(|channel| channel.len() == block.frames)
        );
        assert!(
            block
                .sidechain
                .iter()
                .all(|channel| channel.len() == block.frames)
        );
        let heard_channels = block.sidechain.len();
        assert!(heard_channels == 0 || heard_channels == layout.sidechain);
        for frame in 0..block.frames {
            let inputs: Vec<f32> = block.main[..layout.main_inputs]
                .iter()
                .map(|channel| channel[frame])
                .collect();
            let sidechain: Vec<f32> = block.sidechain.iter().map(|c| c[frame]).collect();
            let sidechain = weighed(&sidechain);
            let mut latest_first = block.points.list.iter().rev();
            let last = latest_first.find(|point| point.offset as usize == frame);
            self.turned = last.map_or(self.turned, |point| point.value);
            for (output, late) in self.late.iter_mut().enumerate() {
                let played = self.spec.output(output, self.at, &inputs, sidechain);
                late.push_back(played + self.turned);
                block.main[output][frame] = late.pop_front().unwrap();
            }
            // Channels that are no outputs may hold anything afterwards.
            for channel in &mut block.main[layout.main_outputs..] {
                channel[frame] = f32::NAN;
            }
            self.at += 1;
        }
        for event in block.events.iter() {
            block.events_out.push_from(&block.events, event, 0);
        }
        Ok(())
    }
}
