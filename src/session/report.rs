//! Where time goes in a rack: how late each place is, and what waits for what.

use std::collections::BTreeMap;

use super::{LoadedSlot, Preparation, Session};
use crate::rack::compile::{
    ChainShape, ChildShape, ItemShape, RackShape, SlotShape, SplitShape, Step, compile,
};
use crate::rack::{Chain, ChainId, Item, Labels, Rack, Slot, SlotId, SplitId};

/// How late everything in a rack is, in samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// By how much the rack's output lags behind its input.
    pub total_samples: u32,
    /// By how much each slot lags: bypassed or not, by its child's latency.
    pub slots: BTreeMap<SlotId, u32>,
    /// By how much each split lags: by the latency of its slowest chain.
    pub splits: BTreeMap<SplitId, u32>,
    /// The chains of splits.
    pub chains: BTreeMap<ChainId, ChainLatency>,
}

/// How late a chain of a split is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainLatency {
    /// By how much what is in it lags.
    pub own_samples: u32,
    /// By how much it is delayed on top, so that it is as late as the split's slowest chain.
    pub waits_samples: u32,
}

impl Session {
    /// How late everything in the rack is, with the children as they are; `None` until it is
    /// [prepared](Self::prepare).
    pub fn latencies(&self) -> Option<Latencies> {
        let preparation = self.preparation?;
        let children = |slot: &Slot| {
            let cast = self.slots.get(&slot.id).map(LoadedSlot::cast);
            let cast = cast.unwrap_or_default();
            cast.into_iter().map(|(shape, _)| shape).collect()
        };
        Some(latencies(&self.rack, &preparation, &children))
    }
}

/// How late everything in a rack is whose slots have these children.
fn latencies(
    rack: &Rack,
    preparation: &Preparation,
    children: &dyn Fn(&Slot) -> Vec<ChildShape>,
) -> Latencies {
    let labels = Labels::of(rack);
    let plan = compile(&RackShape {
        items: shapes(&rack.chain, &labels, children),
        channels: preparation.channels,
        sidechain_channels: preparation.sidechain,
        aux_buses: preparation.aux_buses,
        all_cores: rack.all_cores,
    });
    let mut latencies = Latencies {
        total_samples: plan.latency_samples,
        // A slot that is not in the plan passes audio at once.
        slots: rack.slots().map(|slot| (slot.id, 0)).collect(),
        ..Latencies::default()
    };
    // The plan counts slots and splits in the order of the document.
    let slots: Vec<&Slot> = rack.slots().collect();
    let splits: Vec<_> = rack.splits().collect();
    for step in &plan.steps {
        match step {
            Step::Slot(step) => {
                latencies.slots.insert(slots[step.slot].id, step.latency);
            }
            Step::Split(step) => {
                let split = splits[step.split];
                latencies.splits.insert(split.id, step.latency);
                let plans = plan.chains.iter().skip(step.first_chain);
                for (chain, plan) in split.chains.iter().zip(plans) {
                    let latency = ChainLatency {
                        own_samples: plan.latency,
                        waits_samples: plan.late_by,
                    };
                    latencies.chains.insert(chain.id, latency);
                }
            }
        }
    }
    latencies
}

fn shapes(
    chain: &Chain,
    labels: &Labels,
    children: &dyn Fn(&Slot) -> Vec<ChildShape>,
) -> Vec<ItemShape> {
    let shape = |item: &Item| match item {
        Item::Slot(slot) => Some(ItemShape::Slot(SlotShape {
            id: slot.id,
            children: children(slot),
            channels: slot.channels,
            routing: labels.routing(slot),
            ..SlotShape::default()
        })),
        Item::Split(split) => Some(ItemShape::Split(SplitShape {
            kind: split.kind.clone(),
            chains: (split.chains.iter())
                .map(|chain| ChainShape {
                    id: chain.id,
                    items: shapes(&chain.chain, labels, children),
                    present: true,
                })
                .collect(),
            present: true,
            crosses: false,
        })),
        Item::Unknown(_) => None,
    };
    chain.0.iter().filter_map(shape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::{Activation, Layout};
    use crate::state::parse;

    const PREPARATION: Preparation = Preparation {
        activation: Activation {
            sample_rate: 48_000.0,
            max_frames: 64,
            offline: false,
        },
        channels: 2,
        sidechain: 0,
        aux_buses: 0,
    };

    /// A stereo child that is as late as its name says; none where the name is no number.
    fn named(slot: &Slot) -> Vec<ChildShape> {
        let latency = slot.plugin.name.parse().ok();
        let child = latency.map(|latency_samples| ChildShape {
            layout: Layout {
                main_inputs: 2,
                main_outputs: 2,
                sidechain: 0,
            },
            latency_samples,
        });
        child.into_iter().collect()
    }

    #[test]
    fn what_is_faster_waits_for_what_is_slower_in_splits_in_splits_too() {
        let text = r#"{"chain": [
            {"plugin": "10", "bypass": true}, 7, {"plugin": "gone"},
            {"split": "parallel", "chains": [
                [],
                [{"plugin": "64"}, {"split": "parallel", "chains": [[{"plugin": "100"}], []]}],
                [{"plugin": "30"}]
            ]},
            {"plugin": "5"}
        ]}"#;
        let rack = parse(text).expect("a rack").rack;
        let found = latencies(&rack, &PREPARATION, &named);
        assert_eq!(found.total_samples, 10 + 164 + 5);
        let slots: Vec<u32> = rack.slots().map(|slot| found.slots[&slot.id]).collect();
        assert_eq!(slots, [10, 0, 64, 100, 30, 5]);
        let splits: Vec<u32> = (rack.splits())
            .map(|split| found.splits[&split.id])
            .collect();
        assert_eq!(splits, [164, 100]);
        let chains: Vec<(u32, u32)> = (rack.splits().flat_map(|split| &split.chains))
            .map(|chain| found.chains[&chain.id])
            .map(|chain| (chain.own_samples, chain.waits_samples))
            .collect();
        assert_eq!(chains, [(0, 164), (164, 0), (30, 134), (100, 0), (0, 100)]);
    }

    #[test]
    fn an_empty_rack_is_not_late() {
        let found = latencies(&Rack::new(), &PREPARATION, &named);
        assert_eq!(found, Latencies::default());
    }
}
