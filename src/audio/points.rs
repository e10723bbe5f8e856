//! The automation of a child within a block.

/// A child's parameter has a value from this sample on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParameterPoint {
    /// Samples from the block's start.
    pub offset: u32,
    /// The parameter's place in the child's list.
    pub index: u32,
    /// The value, from 0 to 1.
    pub value: f32,
    /// What is added to it for now, and is not part of the child's settings.
    pub modulation: f32,
}

impl ParameterPoint {
    /// The value with its modulation, for children that know none.
    pub fn heard(&self) -> f32 {
        (self.value + self.modulation).clamp(0.0, 1.0)
    }
}

/// The points of one child in a block, in the order of time.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a> {
    /// The points.
    pub list: &'a [ParameterPoint],
    /// Children that cannot be told when a parameter changes have the block split for it, but not into
    /// parts that are shorter than this, in samples.
    pub min_split_frames: u32,
}

impl Points<'_> {
    /// No points.
    pub const NONE: Points<'static> = Points {
        list: &[],
        min_split_frames: DEFAULT_MIN_SPLIT_FRAMES,
    };
}

/// The shortest part that a block is split into, unless the rack says otherwise.
pub const DEFAULT_MIN_SPLIT_FRAMES: u32 = 16;

/// What a host says of its own parameter at one sample of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HostPoint {
    /// Samples from the block's start.
    pub offset: u32,
    /// Which, from 0.
    pub parameter: u16,
    /// What.
    pub kind: HostPointKind,
}

/// What a [`HostPoint`] does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HostPointKind {
    /// The parameter has this value from here on, from 0 to 1.
    Value(f64),
    /// This is added to its value from here on, until further notice.
    Modulation(f64),
}
