//! Children for tests: simple enough that what they should put out can be said in one line.

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
    /// What it puts out `latency` samples after it hears `inputs` and `sidechain`; `at` counts
    /// samples from its start. Every output hears every input; without inputs it hums.
    pub fn output(&self, output: usize, at: usize, inputs: &[f32], sidechain: Option<f32>) -> f32 {
        let heard = match inputs {
            [] => ((at + output) % 13) as f32,
            _ => {
                let weighed = inputs
                    .iter()
                    .zip(1..)
                    .map(|(sample, input)| sample * input as f32);
                weighed.sum::<f32>() * (output + 1) as f32
            }
        };
        heard * self.gain + sidechain.unwrap_or(0.0) * 0.25
    }

    pub fn processor(&self, max_frames: usize) -> Box<Fake> {
        Box::new(Fake {
            spec: self.clone(),
            max_frames,
            at: 0,
            late: vec![VecDeque::from(vec![0.0; self.latency]); self.layout.main_outputs],
        })
    }
}

/// A fake child. It insists on the contract.
pub struct Fake {
    spec: FakeSpec,
    max_frames: usize,
    at: usize,
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
        assert!(layout.sidechain > 0 || block.sidechain.is_empty());
        for frame in 0..block.frames {
            let inputs: Vec<f32> = block.main[..layout.main_inputs]
                .iter()
                .map(|channel| channel[frame])
                .collect();
            let sidechain = block.sidechain.first().map(|channel| channel[frame]);
            for (output, late) in self.late.iter_mut().enumerate() {
                late.push_back(self.spec.output(output, self.at, &inputs, sidechain));
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
