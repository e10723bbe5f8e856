//! What was not as it should be in a rack that was read, one sentence each.

use std::collections::HashMap;

use crate::rack::{Chain, Item, Rack, SlotId, chain_in_words};

pub(super) fn of(rack: &Rack) -> Vec<String> {
    let mut warnings: Vec<String> = (rack.mistakes().into_iter())
        .map(|mistake| {
            format!("of the rack, {mistake}; it has its default, and what stands there is kept")
        })
        .collect();
    let mut vain: HashMap<SlotId, Vec<String>> = HashMap::new();
    for (slot, words) in rack.vain_sources() {
        vain.entry(slot).or_default().push(words);
    }
    of_chain(&rack.chain, "", 0, &vain, &mut warnings);
    warnings
}

/// Goes along the chain with what stands before its places, and how many splits are around it. To
/// ask the rack for each place would take ages in a document that is broken from end to end.
fn of_chain(
    chain: &Chain,
    around: &str,
    depth: usize,
    vain: &HashMap<SlotId, Vec<String>>,
    warnings: &mut Vec<String>,
) {
    for (at, item) in chain.0.iter().enumerate() {
        let place = at + 1;
        match item {
            Item::Slot(slot) => {
                for mistake in slot.mappings.mistakes() {
                    warnings.push(format!(
                        "{around}place {place}, {}: a mapping does nothing: {mistake}; it is kept",
                        slot.plugin
                    ));
                }
                if let Some(reason) = slot.state.as_ref().and_then(|state| state.damage()) {
                    warnings.push(format!(
                        "{around}place {place}, {}: its saved settings are damaged ({reason}); it \
                         starts with its defaults, and the text is kept",
                        slot.plugin
                    ));
                }
                for words in vain.get(&slot.id).into_iter().flatten() {
                    warnings.push(format!("{around}place {place}, {}: {words}", slot.plugin));
                }
            }
            Item::Split(split) => {
                for (number, chain) in split.chains.iter().enumerate() {
                    let around = chain_in_words(around, at, number);
                    for mistake in chain.mappings.mistakes() {
                        warnings.push(format!(
                            "{around}a mapping does nothing: {mistake}; it is kept"
                        ));
                    }
                    of_chain(&chain.chain, &around, depth + 1, vain, warnings);
                }
            }
            Item::Unknown(value) => {
                let of_the_chain = if depth == 0 { " of the chain" } else { "" };
                let reason = Item::mistake(value, depth)
                    .map_or_else(String::new, |mistake| format!(" ({mistake})"));
                warnings.push(format!(
                    "{around}place {place}{of_the_chain} holds something that this version of \
                     Matryoshka does not understand{reason}; it passes audio, and is kept"
                ));
            }
        }
    }
}
