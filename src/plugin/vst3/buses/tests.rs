//! Odd buses through a real object of nice-plug's, with an empty rack, which passes audio.

use std::ptr;

use super::super::super::{Effect, Instrument, Matryoshka};
use super::super::shim;
use super::*;
use nih_plug::wrapper::vst3::Wrapper;
use nih_plug::wrapper::vst3::vst3::ComWrapper;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    IAudioProcessorTrait, IComponent, IComponentTrait, ProcessModes_, ProcessSetup, SpeakerArr,
    SymbolicSampleSizes_,
};

const FRAMES: usize = 4;

fn object() -> ComWrapper<Wrapper<Matryoshka>> {
    shim::make::<Effect>()
}

/// Agrees on two inputs and an output; returns what the object says of them afterwards.
fn arrange(object: &ComWrapper<Wrapper<Matryoshka>>, inputs: [u64; 2]) -> Option<[u64; 3]> {
    let processor = object.as_com_ref::<IAudioProcessor>().expect("a processor");
    let mut given = inputs;
    let mut output = inputs[0];
    let (input, out) = (
        BusDirections_::kInput as BusDirection,
        BusDirections_::kOutput as BusDirection,
    );
    let mut told = [0; 3];
    // SAFETY: the lists are as long as told, and the places are there.
    unsafe {
        if processor.setBusArrangements(given.as_mut_ptr(), 2, &raw mut output, 1) != kResultOk {
            return None;
        }
        for (told, (direction, bus)) in told.iter_mut().zip([(input, 0), (input, 1), (out, 0)]) {
            assert_eq!(processor.getBusArrangement(direction, bus, told), kResultOk);
        }
    }
    Some(told)
}

#[test]
fn what_was_agreed_on_comes_back_as_it_was() {
    let object = object();
    let quadro = 0b11_0011;
    assert_eq!(arrange(&object, [quadro; 2]), Some([quadro; 3]));
    assert_eq!(arrange(&object, [u64::MAX; 2]), Some([u64::MAX; 3]));
    assert_eq!(
        arrange(&object, [SpeakerArr::k51, SpeakerArr::kStereo]),
        Some([SpeakerArr::k51; 3]),
        "the sidechain is as wide as the main bus"
    );
    assert_eq!(arrange(&object, [(1 << 63) - 1; 2]), None);
    let stereo = SpeakerArr::kStereo;
    assert_eq!(arrange(&object, [stereo; 2]), Some([stereo; 3]));
}

/// Plays one block whose channels lie at these places of `memory`.
fn play(
    object: &ComWrapper<Wrapper<Matryoshka>>,
    memory: &mut [[f32; FRAMES]],
    inputs: &[usize],
    outputs: &[usize],
) {
    let base = memory.as_mut_ptr().cast::<f32>();
    let place = |places: &[usize]| -> Channels {
        let places = places.iter();
        places.map(|n| base.wrapping_add(n * FRAMES)).collect()
    };
    let (mut inputs, mut outputs) = (place(inputs), place(outputs));
    let (mut inputs, mut outputs) = (
        [bus(inputs.as_mut_ptr(), inputs.len())],
        [bus(outputs.as_mut_ptr(), outputs.len())],
    );
    let mut data = ProcessData {
        processMode: ProcessModes_::kRealtime as int32,
        symbolicSampleSize: SymbolicSampleSizes_::kSample32 as int32,
        numSamples: FRAMES as int32,
        numInputs: 1,
        numOutputs: 1,
        inputs: inputs.as_mut_ptr(),
        outputs: outputs.as_mut_ptr(),
        inputParameterChanges: ptr::null_mut(),
        outputParameterChanges: ptr::null_mut(),
        inputEvents: ptr::null_mut(),
        outputEvents: ptr::null_mut(),
        processContext: ptr::null_mut(),
    };
    let processor = object.as_com_ref::<IAudioProcessor>().expect("a processor");
    // SAFETY: the buses have as many channels as they say, each with so many frames. Through the
    // object's table, as a host does it.
    let answer = unsafe { processor.process(&raw mut data) };
    assert_eq!(answer, kResultOk);
}

#[test]
fn channels_in_each_others_memory_are_heard_where_they_belong() {
    let object = object();
    let component = object.as_com_ref::<IComponent>().expect("a component");
    let processor = object.as_com_ref::<IAudioProcessor>().expect("a processor");
    arrange(&object, [SpeakerArr::kStereo; 2]).expect("stereo");
    let mut setup = ProcessSetup {
        processMode: ProcessModes_::kRealtime as int32,
        symbolicSampleSize: SymbolicSampleSizes_::kSample32 as int32,
        maxSamplesPerBlock: FRAMES as int32,
        sampleRate: 48_000.0,
    };
    // SAFETY: as a host does it, in the order that VST3 wants.
    unsafe {
        assert_eq!(processor.setupProcessing(&raw mut setup), kResultOk);
        assert_eq!(component.setActive(1), kResultOk);
    }
    let fresh = || [[0.0; FRAMES], [1.0; FRAMES], [2.0; FRAMES]];

    let mut memory = fresh();
    play(&object, &mut memory, &[0, 1], &[1, 0]);
    assert_eq!(memory, [[1.0; FRAMES], [0.0; FRAMES], [2.0; FRAMES]]);

    let mut memory = fresh();
    play(&object, &mut memory, &[1, 0], &[2, 2]);
    assert_eq!(memory, [[0.0; FRAMES], [1.0; FRAMES], [1.0; FRAMES]]);

    let mut memory = fresh();
    play(&object, &mut memory, &[1], &[2]);
    assert_eq!(memory, [[0.0; FRAMES], [1.0; FRAMES], [1.0; FRAMES]]);
    // SAFETY: as above.
    unsafe { component.setActive(0) };
}

#[test]
fn an_instrument_has_sixteen_stereo_buses_and_nothing_else() {
    let object = shim::make::<Instrument>();
    let processor = object.as_com_ref::<IAudioProcessor>().expect("a processor");
    let ask = |inputs: &mut [u64], outputs: &mut [u64]| {
        let first = |list: &mut [u64]| match list {
            [] => ptr::null_mut(),
            [first, ..] => ptr::from_mut(first),
        };
        let (input_count, output_count) = (inputs.len() as int32, outputs.len() as int32);
        let (inputs, outputs) = (first(inputs), first(outputs));
        // SAFETY: the lists are as long as told.
        unsafe { processor.setBusArrangements(inputs, input_count, outputs, output_count) }
    };
    let stereo = SpeakerArr::kStereo;
    assert_eq!(ask(&mut [], &mut [stereo; 16]), kResultOk);
    assert_eq!(ask(&mut [], &mut [stereo; 15]), kResultFalse);
    assert_eq!(ask(&mut [stereo], &mut [stereo; 16]), kResultFalse);
    let mut surround = [stereo; 16];
    surround[3] = SpeakerArr::k51;
    assert_eq!(ask(&mut [], &mut surround), kResultFalse);
    assert_eq!(ask(&mut [], &mut []), kResultFalse);
    // SAFETY: the object is alive.
    let widths = (0..17).map(|bus| unsafe {
        declared(
            processor.as_ptr(),
            BusDirections_::kOutput as BusDirection,
            bus,
        )
    });
    let widths: Vec<usize> = widths.collect();
    assert_eq!(widths[..16], [2; 16]);
    assert_eq!(widths[16], 0);
}
