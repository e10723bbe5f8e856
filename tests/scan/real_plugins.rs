//! The machine's real plugins, against a scan by JUCE within this process.

use std::collections::{BTreeMap, BTreeSet};

use matryoshka::catalog::{Catalog, EntryBus, Plugin};
use matryoshka::child::{Bus, Formats, Found, MESSAGE_LOOP};
use matryoshka::threads::Messages;

use crate::desk::Desk;

/// Format, file (or URI) and id: what a plugin is known by.
type Identity = (String, String, String);
/// Name, vendor, version, and input and output channels.
type Told = (String, String, String, usize, usize);
/// Each bus with its name, direction, channels, and whether it is off.
type Buses = Vec<EntryBus>;

/// Its two stereo inputs are in no group, and JUCE runs it with one: channels of one place are one to
/// `getParsedBuses` (juce_LV2PluginFormatImpl.h). Its scan counts all four, and so do we.
const MERGED: &str = "http://gareus.org/oss/lv2/xfade";

/// What JUCE tells of each plugin, and of each that it could load, the buses.
fn by_juce() -> BTreeMap<Identity, (Told, Option<Buses>)> {
    let messages = Messages::acquire(&MESSAGE_LOOP).expect("a message thread");
    let found = messages.ask(|thread| {
        let formats = Formats::shared(thread).expect("formats");
        let mut all = BTreeMap::new();
        for format in Formats::names() {
            // JUCE names an LV2 bundle once for each plugin in it.
            let files: BTreeSet<String> = formats.files(format).into_iter().collect();
            for file in files {
                for Found {
                    description: it,
                    inputs,
                    outputs,
                } in formats.found(format, &file).expect("no throw")
                {
                    let (inputs, outputs) = (inputs as usize, outputs as usize);
                    let buses = formats.create(thread, &it).ok().map(|child| {
                        let buses = child.buses().into_iter();
                        let bus = |it: Bus| EntryBus {
                            name: it.name,
                            is_input: it.is_input,
                            channels: it.channels,
                            is_off: !it.enabled,
                        };
                        let is_real = |it: &Bus| it.enabled || *format != "LADSPA";
                        buses.filter(is_real).map(bus).collect()
                    });
                    all.insert(
                        (it.format, it.file, it.id),
                        ((it.name, it.vendor, it.version, inputs, outputs), buses),
                    );
                }
            }
        }
        all
    });
    found.expect("an answer")
}

fn by_us(catalog: &Catalog) -> BTreeMap<Identity, (Told, Buses)> {
    let told = |Plugin { entry, .. }: &Plugin| {
        // Of LV2, JUCE's scan counts what is off, too.
        let sum = |is_input| {
            let counts = |bus: &&EntryBus| {
                bus.is_input == is_input && (!bus.is_off || entry.format == "LV2")
            };
            let buses = entry.buses.iter().filter(counts);
            buses.map(|bus| bus.channels).sum()
        };
        let (inputs, outputs) = (sum(true), sum(false));
        (
            (entry.format.clone(), entry.file.clone(), entry.id.clone()),
            (
                (
                    entry.name.clone(),
                    entry.vendor.clone(),
                    entry.version.clone(),
                    inputs,
                    outputs,
                ),
                entry.buses.clone(),
            ),
        )
    };
    catalog.plugins.iter().map(told).collect()
}

#[test]
fn every_plugin_that_juce_finds_is_found_with_the_same_name_and_buses() {
    let desk = Desk::new();
    let output = desk.run(&["scan"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    desk.assert_nobody_is_left();
    let catalog = desk.catalog();
    let ours = by_us(&catalog);
    let juce = by_juce();
    assert!(
        juce.len() >= 150,
        "too few plugins are installed: {}",
        juce.len()
    );
    let mut wrong = Vec::new();
    let mut loaded = 0;
    for (identity, (told, buses)) in &juce {
        let own = ours.get(identity);
        loaded += usize::from(buses.is_some());
        let is_same = own.is_some_and(|(own, own_buses)| {
            // JUCE tells the first plugin's channels of all that are in one LADSPA file
            // (`findAllTypesForFile` in juce_LADSPAPluginFormatHeadless.cpp).
            let is_behind_the_first = identity.0 == "LADSPA" && identity.2 != "00000000";
            let names = (&own.0, &own.1, &own.2) == (&told.0, &told.1, &told.2);
            let channels = (own.3, own.4) == (told.3, told.4);
            let same_buses =
                MERGED == identity.1 || buses.as_ref().is_none_or(|buses| buses == own_buses);
            (names || is_behind_the_first && own.0 == told.0)
                && (channels || is_behind_the_first)
                && same_buses
        });
        if !is_same {
            wrong.push(format!(
                "{identity:?}: {own:?}, and JUCE says {told:?} {buses:?}"
            ));
        }
    }
    println!(
        "{} plugins, of which {loaded} could be loaded; {said}",
        juce.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}
