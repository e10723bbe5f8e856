//! Programs and preset files of real plugins.

use matryoshka::audio::Points;
use matryoshka::child::{Child, TurnKind};

use crate::hold::{
    ACTIVATION, child, class, fixture, index_of, on_message_thread, preset, process, settings,
};

fn values(child: &dyn Child) -> Vec<f32> {
    child.parameters().iter().map(|it| it.value).collect()
}

/// Each program sets values of its own, also while the child plays.
fn programs_set_values(child: &mut dyn Child, channels: usize) {
    let programs = child.programs();
    assert!(programs.len() > 1, "{programs:?}");
    assert!(programs.iter().all(|name| !name.is_empty()), "{programs:?}");
    let mut processor = child.activate(&ACTIVATION).expect("a processor");
    child.take_changes();
    let mut seen = Vec::new();
    for index in 0..programs.len().min(4) {
        child.set_program(index);
        assert_eq!(child.program(), Some(index), "{programs:?}");
        assert!(child.take_changes().values, "{}", programs[index]);
        process(&mut *processor, channels, Points::NONE);
        seen.push(values(child));
    }
    seen.dedup();
    assert!(seen.len() > 1, "all programs of {programs:?} are the same");
    while let Some(turn) = child.take_turn() {
        assert!(matches!(turn.kind, TurnKind::Value(_)), "{turn:?}");
    }
}

#[test]
fn the_presets_of_an_lv2_are_its_programs() {
    on_message_thread(|thread| {
        let uri = "http://drobilla.net/plugins/mda/DX10";
        programs_set_values(&mut *child(thread, "LV2", uri, "DX10"), 2);
    });
}

#[test]
fn the_programs_of_a_vst3_set_its_values() {
    on_message_thread(|thread| {
        programs_set_values(
            &mut *child(thread, "VST3", "ZaMultiCompX2", "ZaMultiCompX2"),
            2,
        );
    });
}

#[test]
fn a_preset_file_sets_the_plugin_it_is_of_and_no_other() {
    on_message_thread(|thread| {
        let mut child = fixture(thread);
        let gain = index_of(&*child, "Gain") as usize;
        let mut processor = child.activate(&ACTIVATION).expect("a processor");
        child.take_changes();
        child
            .load_preset(&preset(&class(), &settings(-32.0, 0)))
            .expect("it is its own");
        assert_eq!(child.parameters()[gain].value, 0.25);
        assert!(child.take_changes().values);
        assert_eq!(child.take_turn(), None);
        let heard = process(&mut *processor, 2, Points::NONE)[63];
        assert!(
            (heard - 10.0_f32.powf(-32.0 / 20.0)).abs() < 1.0e-6,
            "{heard}"
        );

        let saved = child.save_state().expect("a state");
        let other = preset(&class().replace('4', "5"), &settings(-3.0, 0));
        let whole = preset(&class(), &settings(-3.0, 0));
        let mut refused = vec![
            (other, "another plugin"),
            (b"no preset".to_vec(), "no preset file"),
            (Vec::new(), "no preset file"),
        ];
        for length in [8, 40, 47, 48, 100, whole.len() - 1] {
            refused.push((whole[..length].to_vec(), "damaged"));
        }
        for (file, reason) in refused {
            let error = child.load_preset(&file).expect_err(reason).to_string();
            assert!(error.contains(reason), "{error}");
            assert!(
                error.starts_with("Matryoshka Fixture (VST3) failed"),
                "{error}"
            );
        }
        assert_eq!(child.save_state().as_ref(), Ok(&saved));
        assert_eq!(child.parameters()[gain].value, 0.25);
    });
}

#[test]
fn an_lv2_has_no_preset_files_and_says_so() {
    on_message_thread(|thread| {
        let uri = "http://drobilla.net/plugins/mda/Image";
        let mut image = child(thread, "LV2", uri, "Image");
        let file = preset(&class(), b"");
        let error = image.load_preset(&file).expect_err("none").to_string();
        assert!(error.contains("only VST3 plugins"), "{error}");
    });
}

#[test]
fn values_are_told_and_read_in_the_plugins_words() {
    on_message_thread(|thread| {
        let child = fixture(thread);
        let gain = index_of(&*child, "Gain") as usize;
        assert_eq!(child.parameters()[gain].unit.trim(), "dB");
        assert_eq!(child.parameter_text(gain, 0.25), "-32.00");
        assert_eq!(child.parameter_value(gain, "-32"), Some(0.25));
        assert_eq!(child.parameter_value(gain, "-32.00 dB"), Some(0.25));
        assert_eq!(child.parameter_value(gain, "loud"), None);
    });
}
