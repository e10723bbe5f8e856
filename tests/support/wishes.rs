//! Edits by chance, always the same.
#![allow(dead_code)] // each test program uses its part

use matryoshka::rack::edit::Edit;
use matryoshka::rack::{Chain, Item, ItemId, Place, Rack, SlotChannels, SplitChain, SplitKind};
use serde_json::{Value, json};

const SIDES: [SlotChannels; 5] = [
    SlotChannels::All,
    SlotChannels::Left,
    SlotChannels::Right,
    SlotChannels::Mid,
    SlotChannels::Side,
];

fn any_kind(number: usize) -> SplitKind {
    match number {
        0 => SplitKind::Parallel,
        1 => SplitKind::LeftRight,
        2 => SplitKind::MidSide,
        _ => SplitKind::Bands {
            crossovers_hz: vec![500.0, 4000.0],
        },
    }
}

/// Numbers by chance.
pub struct Chance(pub u32);

impl Chance {
    /// From 0 to below the limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(self.0 >> 8) * limit as u64) >> 24) as usize
    }

    fn of<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        list.get(self.below(list.len())).cloned()
    }
}

/// What to edit.
pub struct Wishes {
    pub chance: Chance,
    /// What to insert.
    slots: Vec<Value>,
    /// Edits may change how loud it is, too, and turn the phase.
    any_level: bool,
}

impl Wishes {
    /// Inserts these slots, as the document has them.
    pub fn new(seed: u32, slots: Vec<Value>, any_level: bool) -> Self {
        Self {
            chance: Chance(seed),
            slots,
            any_level,
        }
    }

    fn item(&mut self) -> Item {
        let slot = self.chance.of(&self.slots);
        let document = json!({ "chain": [slot] }).to_string();
        let rack = matryoshka::state::parse(&document).expect("a rack").rack;
        rack.chain.0[0].to_copy()
    }

    fn kind(&mut self) -> SplitKind {
        let kinds = if self.any_level { 4 } else { 3 };
        any_kind(self.chance.below(kinds))
    }

    fn place(&mut self, model: &Rack) -> Option<Place> {
        let chains: Vec<_> = model
            .chains()
            .map(|(id, chain)| (id, chain.0.len()))
            .collect();
        let (chain, length) = self.chance.of(&chains)?;
        let at = self.chance.below(length + 1);
        Some(Place { chain, at })
    }

    /// An edit that may fit the model; none where what it would change is not there.
    pub fn edit(&mut self, model: &Rack) -> Option<Edit> {
        let slots: Vec<_> = model.slots().map(|slot| slot.id).collect();
        let splits: Vec<_> = model.splits().map(|split| split.id).collect();
        let chains: Vec<_> = (model.splits())
            .flat_map(|split| split.chains.iter().map(|chain| chain.id))
            .collect();
        let mut items: Vec<ItemId> = slots.iter().map(|id| ItemId::from(*id)).collect();
        items.extend(splits.iter().map(|id| ItemId::from(*id)));
        let on = self.chance.below(2) == 1;
        Some(
            match self.chance.below(if self.any_level { 17 } else { 12 }) {
                0 | 1 if slots.len() < 10 => Edit::Insert {
                    place: self.place(model)?,
                    item: self.item(),
                },
                2 => Edit::Remove {
                    item: self.chance.of(&items)?,
                },
                3 => Edit::Move {
                    item: self.chance.of(&items)?,
                    to: self.place(model)?,
                },
                4 => {
                    let Item::Slot(slot) = self.item() else {
                        return None;
                    };
                    Edit::Replace {
                        slot: self.chance.of(&slots)?,
                        plugin: slot.plugin,
                        state: slot.state,
                    }
                }
                5 if splits.len() < 4 => Edit::Wrap {
                    item: self.chance.of(&items)?,
                    kind: self.kind(),
                },
                6 => Edit::Unwrap {
                    split: self.chance.of(&splits)?,
                },
                7 => Edit::SetKind {
                    split: self.chance.of(&splits)?,
                    // Two chains that become parallel are twice as loud.
                    kind: match self.any_level {
                        true => self.kind(),
                        false => any_kind(1 + self.chance.below(2)),
                    },
                },
                8 => Edit::SetBypass {
                    slot: self.chance.of(&slots)?,
                    bypass: on,
                },
                9 => Edit::SetMix {
                    slot: self.chance.of(&slots)?,
                    percent: [0.0, 30.0, 100.0][self.chance.below(3)],
                },
                10 => Edit::SetChannels {
                    slot: self.chance.of(&slots)?,
                    channels: self.chance.of(&SIDES)?,
                },
                11 => Edit::SetAllCores(on),
                12 => Edit::InsertChain {
                    split: self.chance.of(&splits)?,
                    at: 0,
                    chain: SplitChain::default(),
                },
                13 => Edit::RemoveChain {
                    chain: self.chance.of(&chains)?,
                },
                14 | 15 => Edit::SetChain {
                    chain: self.chance.of(&chains)?,
                    gain_db: [0.0, -6.0][self.chance.below(2)],
                    pan: [0.0, 0.5][self.chance.below(2)],
                    mute: on,
                    solo: self.chance.below(4) == 0,
                },
                16 => Edit::SetGains {
                    slot: self.chance.of(&slots)?,
                    input_db: [0.0, -3.0][self.chance.below(2)],
                    output_db: [0.0, 3.0][self.chance.below(2)],
                },
                _ => return None,
            },
        )
    }
}

/// Whether bands stand where left and right, or mid and side, go different ways: bands turn the phase,
/// and the sine is then rightly louder while the sides are not aligned.
pub fn holds_bands_in_one_side(model: &Rack) -> bool {
    fn look(chain: &Chain, in_one_side: bool) -> bool {
        chain.0.iter().any(|item| match item {
            Item::Split(split) => {
                let is_bands = matches!(split.kind, SplitKind::Bands { .. });
                let in_one_side = in_one_side || split.kind.chain_channels(2) == 1;
                (is_bands && in_one_side)
                    || (split.chains.iter()).any(|chain| look(&chain.chain, in_one_side))
            }
            _ => false,
        })
    }
    look(&model.chain, false)
}
