//! Whole signals through a processor, in blocks of any sizes.

use anyhow::{Context, Result, ensure};

use crate::{Event, Processor};

/// What came out of [`Processor::render_with`].
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The main output, channels x frames, as long as the input. Latency is not taken out.
    pub audio: Vec<Vec<f32>>,
    /// The events sent by the plugin, with offsets from the start of the signal.
    pub events: Vec<Event>,
}

impl Processor {
    /// Plays `input` (channels x frames) into the main input and `sidechain` into the second port,
    /// in blocks of the given sizes (`std::iter::repeat(64)`, `[32, 1, 500].into_iter().cycle()`),
    /// and returns the main output. Missing channels are silent.
    pub fn render(
        &mut self,
        input: &[Vec<f32>],
        sidechain: Option<&[Vec<f32>]>,
        block_sizes: impl IntoIterator<Item = usize>,
    ) -> Result<Vec<Vec<f32>>> {
        let rendered = self.render_with(input, sidechain, &[], block_sizes)?;
        Ok(rendered.audio)
    }

    /// The same, with events, whose offsets count from the start of the signal.
    pub fn render_with(
        &mut self,
        input: &[Vec<f32>],
        sidechain: Option<&[Vec<f32>]>,
        events: &[Event],
        block_sizes: impl IntoIterator<Item = usize>,
    ) -> Result<Rendered> {
        let frames = input.first().map_or(0, Vec::len);
        let mut rendered = Rendered {
            audio: vec![Vec::with_capacity(frames); self.output_channels(0)],
            events: Vec::new(),
        };
        let mut block_sizes = block_sizes.into_iter();
        let mut start = 0;
        while start < frames {
            let size = block_sizes
                .next()
                .context("the block sizes ended before the signal")?;
            ensure!(size > 0, "a block of no frames");
            let end = frames.min(start + size);

            self.begin(end - start);
            self.fill(0, input, start..end);
            self.fill(1, sidechain.unwrap_or_default(), start..end);
            for event in events {
                let at = event.at as usize;
                if (start..end).contains(&at) {
                    let at = u32::try_from(at - start)?;
                    self.push(Event { at, ..*event });
                }
            }
            self.process()?;

            for (channel, audio) in rendered.audio.iter_mut().enumerate() {
                audio.extend_from_slice(self.output(0, channel));
            }
            let offset = u32::try_from(start)?;
            let sent = self.events_out().map(|event| Event {
                at: event.at + offset,
                ..event
            });
            rendered.events.extend(sent);
            start = end;
        }
        Ok(rendered)
    }

    fn fill(&mut self, port: usize, signal: &[Vec<f32>], frames: std::ops::Range<usize>) {
        for (channel, samples) in signal.iter().take(self.input_channels(port)).enumerate() {
            self.input_mut(port, channel)
                .copy_from_slice(&samples[frames.clone()]);
        }
    }
}
