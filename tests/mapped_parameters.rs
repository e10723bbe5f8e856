//! Host parameters that are mapped, as a CLAP host and a VST3 host see them in the built bundles.

mod support;

use std::iter::repeat;

use matryoshka_test_host::{Event, Setup};
use serde_json::{Value, json};
use support::clap::{create, load};
use support::{ID, bundled, fixture_rack, gain, signal, state};

/// A rack whose fixture is mapped: the gain, and what it is called of its own.
fn rack(mappings: &Value) -> String {
    let rack = fixture_rack(&[("Gain", gain(-6.0))]);
    let mut rack: Value = serde_json::from_str(&rack).expect("JSON");
    rack["chain"][0]["mappings"] = mappings.clone();
    rack["host_parameters"] = json!({"p001": {"name": "Upside down"}});
    rack.to_string()
}

fn usual() -> String {
    rack(&json!([
        {"host": "p000", "parameter": "Gain"},
        {"host": "p001", "parameter": "Invert"},
        {"host": "p002", "control": "mix"},
    ]))
}

const ODD: f64 = 0.123_456_789_012_345_67;

#[test]
fn a_clap_host_sees_names_groups_texts_and_exact_values_and_hears_when_they_change() {
    let library = load();
    let mut instance = create(&library, &usual());
    let mut seen = Vec::new();
    for is_active in [false, true] {
        let processor =
            is_active.then(|| instance.activate(Setup::new(48_000.0, 64)).expect("active"));
        instance.tick();
        let params = instance.params();
        let shown: Vec<_> = (params.iter().filter(|param| !param.is_hidden))
            .map(|param| (param.id, param.name.as_str(), param.module.as_str()))
            .collect();
        let group = "1 Matryoshka Fixture";
        let wanted = [
            (0, "Gain", group),
            (1, "Upside down", group),
            (2, "Mix", group),
        ];
        assert_eq!(shown, wanted, "active: {is_active}");
        seen.push(instance.callbacks().param_rescans());
        if let Some(processor) = processor {
            // In the child's own words, with its unit.
            let text = instance.param_text(0, gain(-6.0).into()).expect("a text");
            assert_eq!(text, "-6.00 dB");
            let value = instance.param_value(0, "-6 dB").expect("a value");
            assert!((value - f64::from(gain(-6.0))).abs() < 1e-6, "{value}");
            assert_eq!(instance.param_text(2, 0.5).expect("a text"), "50.0 %");
            assert_eq!(params[0].value as f32, gain(-6.0), "where the child is");
            instance.deactivate(processor);
        }
    }
    assert!(seen[0] > 0, "the host was told after loading");

    // Automation, to the bit, through a save and a load.
    let mut processor = instance.activate(Setup::new(48_000.0, 64)).expect("active");
    let events = [Event::param(10, 0, ODD), Event::param(20, 300, ODD)];
    (processor.render_with(&signal(2, 256), None, &events, repeat(64))).expect("audio");
    let saved = instance.save_state().expect("a state");
    assert_eq!(
        instance.save_state().expect("a state"),
        saved,
        "the same bytes"
    );
    instance.deactivate(processor);
    let mut again = library.create(ID).expect("an instance");
    again.load_state(&saved).expect("a state");
    for instance in [&mut instance, &mut again] {
        let params = instance.params();
        assert_eq!((params[0].value, params[300].value), (ODD, ODD));
        assert_eq!(
            (params[0].name.as_str(), params[1].name.as_str()),
            ("Gain", "Upside down")
        );
    }

    // Another mapping: the host is told to look again.
    let before = instance.callbacks().param_rescans();
    let other = rack(&json!([{"host": "p000", "parameter": "Invert"}]));
    instance.load_state(&state(&other)).expect("a state");
    instance.tick();
    assert!(instance.callbacks().param_rescans() > before);
    assert_eq!(instance.params()[0].name, "Invert");
    assert!(instance.params()[2].is_hidden);
}

#[cfg(target_os = "linux")]
#[test]
fn a_vst3_host_sees_titles_units_steps_defaults_and_groups_and_hears_when_they_change() {
    use matryoshka_test_host::vst3::{Context, Handler, Told, Vst3Block, Vst3Library};
    use vst3::ComWrapper;

    const HIDDEN: i32 = 1 << 4;
    let library = Vst3Library::load(bundled("Matryoshka.vst3")).expect("the bundle");
    let mut instance = library.create("Matryoshka").expect("an instance");
    instance.initialize(&ComWrapper::new(Context));
    let handler = ComWrapper::new(Handler::default());
    instance.set_handler(Some(&handler));
    // As the CLAP's, without the length before it.
    instance.load(&state(&usual())[8..]).expect("a state");
    instance.activate(48_000.0, 64, 0);
    let params = instance.params();
    let shown: Vec<_> = (params[..512]
        .iter()
        .filter(|param| param.flags & HIDDEN == 0))
    .map(|param| (param.title.as_str(), param.units.as_str(), param.step_count))
    .collect();
    assert_eq!(
        shown,
        [("Gain", "dB", 0), ("Upside down", "", 1), ("Mix", "", 0)]
    );
    assert_eq!((params[0].default, params[2].default), (0.5, 1.0));
    let unit = params[0].unit;
    assert!(
        instance
            .units()
            .contains(&(unit, "1 Matryoshka Fixture".to_owned()))
    );
    assert_eq!(
        instance.param_text(0, gain(-6.0).into()).as_deref(),
        Some("-6.00 dB")
    );

    let mut block = Vst3Block::new(&[2, 2], &[2], 64);
    block.changes = vec![(0, vec![(3, ODD)])];
    instance.process(&mut block, 64);
    assert_eq!(instance.value(0), ODD);
    let saved = instance.save().expect("a state");
    let mut again = library.create("Matryoshka").expect("an instance");
    again.initialize(&ComWrapper::new(Context));
    again.load(&saved).expect("loaded");
    assert_eq!(again.value(0), ODD);
    assert_eq!(again.params()[0].title, "Gain");

    let before = handler.told().len();
    let other = rack(&json!([{"host": "p000", "parameter": "Invert"}]));
    instance.load(&state(&other)[8..]).expect("loaded");
    assert_eq!(instance.params()[0].title, "Invert");
    let told = handler.wait_for(before + 1);
    let restarts = told.iter().filter(|told| matches!(told, Told::Restart(_)));
    assert!(restarts.count() > 0, "{told:?}");
    instance.deactivate();
}
