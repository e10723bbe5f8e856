//! A parameter that moves within a block, to the sample.

use matryoshka::audio::{ParameterPoint, Points};
use matryoshka::child::{Child, Processor};

use crate::hold::{
    ACTIVATION, FRAMES, child, class, fixture, index_of, on_message_thread, preset, process,
    settings, step,
};

struct Automated {
    child: Box<dyn Child>,
    processor: Box<dyn Processor>,
    index: u32,
    channels: usize,
}

impl Automated {
    fn new(mut child: Box<dyn Child>, parameter: &str) -> Self {
        let index = index_of(&*child, parameter);
        let processor = child.activate(&ACTIVATION).expect("a processor");
        let mains = child.buses().into_iter().filter(|bus| bus.enabled);
        let channels = mains.map(|bus| bus.channels).max().unwrap_or(0);
        Self {
            child,
            processor,
            index,
            channels,
        }
    }

    fn play(&mut self, points: &[ParameterPoint], min_split_frames: u32) -> Vec<f32> {
        let points = Points {
            list: points,
            min_split_frames,
        };
        process(&mut *self.processor, self.channels, points)
    }

    /// What comes out when the parameter stands.
    fn settled(&mut self, value: f32) -> f32 {
        let mut last = 0.0;
        for _ in 0..200 {
            last = self.play(&[step(0, self.index, value)], 1)[FRAMES - 1];
        }
        last
    }

    /// A step at each sample of a block is heard from that sample on, or so many later.
    fn a_step_is_heard_at_each_sample(&mut self, from: f32, to: f32, late: usize) {
        let (before, after) = (self.settled(from), self.settled(to));
        assert!((before - after).abs() > 1.0e-3, "{before} {after}");
        for at in 0..FRAMES {
            self.settled(from);
            let mut heard = self.play(&[step(at as u32, self.index, to)], 1);
            heard.extend(self.play(&[], 1));
            for (frame, sample) in heard[..FRAMES + late].iter().enumerate() {
                let wanted = if frame < at + late { before } else { after };
                assert!(
                    (sample - wanted).abs() < 1.0e-6,
                    "{}: {sample} instead of {wanted} at sample {frame} of a step at {at}",
                    self.child.description()
                );
            }
        }
    }
}

#[test]
fn a_step_of_a_vst3s_gain_is_heard_at_every_sample_of_a_block() {
    on_message_thread(|thread| {
        let mut fixture = Automated::new(fixture(thread), "Gain");
        fixture.a_step_is_heard_at_each_sample(0.5, 0.45, 0);
    });
}

#[test]
fn a_step_of_a_late_vst3s_gain_is_heard_at_its_sample() {
    on_message_thread(|thread| {
        // The fixture's gain comes behind its delay, so that the step is not late; the audio is.
        let mut child = fixture(thread);
        let late = preset(&class(), &settings(0.0, 5));
        child.load_preset(&late).expect("it is its own");
        let mut fixture = Automated::new(child, "Gain");
        fixture.a_step_is_heard_at_each_sample(0.5, 0.45, 0);
        assert_eq!(fixture.child.latency_samples(), 5);
    });
}

#[test]
fn a_step_of_an_lv2s_level_is_heard_at_every_sample_of_a_block() {
    on_message_thread(|thread| {
        let image = child(
            thread,
            "LV2",
            "http://drobilla.net/plugins/mda/Image",
            "Image",
        );
        Automated::new(image, "Output").a_step_is_heard_at_each_sample(0.5, 0.75, 0);
    });
}

#[test]
fn a_step_of_a_ladspas_gain_is_heard_at_every_sample_of_a_block() {
    on_message_thread(|thread| {
        let amplifier = child(thread, "LADSPA", "amp_1181", "amplifier");
        let gain = amplifier.parameters()[0].name.clone();
        Automated::new(amplifier, &gain).a_step_is_heard_at_each_sample(0.5, 0.6, 0);
    });
}

#[test]
fn steps_that_come_too_soon_are_heard_at_the_cut_before_them() {
    on_message_thread(|thread| {
        let mut fixture = Automated::new(fixture(thread), "Gain");
        let index = fixture.index;
        let gains = [0.5, 0.48, 0.46, 0.44].map(|value| fixture.settled(value));
        fixture.settled(0.5);
        let points = [
            step(15, index, 0.48),
            step(20, index, 0.46),
            step(35, index, 0.5),
            step(60, index, 0.44),
        ];
        let heard = fixture.play(&points, 16);
        assert_eq!(heard[..20], [gains[1]; 20]);
        assert_eq!(
            heard[20..],
            [gains[0]; 44],
            "35 is less than 16 after 20, and so at 20"
        );
        assert_eq!(fixture.play(&[], 16), [gains[3]; 64]);
    });
}

#[test]
fn plugins_made_with_dpf_bear_parts_of_any_length() {
    on_message_thread(|thread| {
        for (format, file, name) in [
            ("VST3", "ZamCompX2", "ZamCompX2"),
            ("LV2", "ZamCompX2", "ZamCompX2"),
            ("VST3", "ZamGateX2", "ZamGateX2"),
            ("LV2", "ZamGateX2", "ZamGateX2"),
        ] {
            let mut zam = Automated::new(child(thread, format, file, name), "Threshold");
            let index = zam.index;
            for min in [1, 2, 16] {
                let points: Vec<ParameterPoint> = (0..FRAMES as u32)
                    .map(|at| step(at, index, at as f32 / FRAMES as f32))
                    .collect();
                let heard = zam.play(&points, min);
                assert!(
                    heard.iter().all(|sample| sample.is_finite()),
                    "{name} {min}"
                );
            }
        }
    });
}
