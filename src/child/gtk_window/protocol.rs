//! What host and window's process say to each other: JSON, one message a line.
//!
//! 1. The host sends an [`Opening`].
//! 2. The process answers with [`Report::Shown`], or with [`Report::Failed`] and ends.
//! 3. The host sends [`Order`]s, the process [`Report`]s, as things happen.
//! 4. The host closes its pipe, or the process sends [`Report::Closed`]; then the process ends.
//!
//! All lengths are pixels, all values those of the plugin's ports.

use serde::{Deserialize, Serialize};

use super::described::Described;
use crate::child::WindowPlace;

/// Both sides must be of the same: a DAW may have found the program of another release on `PATH`.
pub const VERSION: u32 = 1;

/// How a window is to be opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// The [`VERSION`] that the host speaks.
    pub version: u32,
    /// Which window.
    pub described: Described,
    /// Samples per second, for what it draws.
    pub sample_rate: f64,
    /// Pixels to a unit of length.
    pub scale: f64,
    /// What it looks like from outside.
    pub dress: Dress,
    /// Where it was last.
    pub last: Option<WindowPlace>,
    /// How many of its kind are open.
    pub others: u32,
    /// Knobs and where they are.
    pub values: Vec<(u32, f32)>,
}

impl Opening {
    /// Of this window, with nothing else said.
    pub fn of(described: Described) -> Self {
        Self {
            version: VERSION,
            described,
            sample_rate: 0.0,
            scale: 1.0,
            dress: Dress::default(),
            last: None,
            others: 0,
            values: Vec::new(),
        }
    }
}

/// What a window looks like from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dress {
    /// What stands in its title bar.
    pub title: String,
    /// The X11 window that it stays above.
    pub above: Option<u64>,
}

/// What the host says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// These knobs are somewhere else now: port and value.
    Values(Vec<(u32, f32)>),
    /// It looks so from now on.
    Dress(Dress),
    /// Come to the front.
    Raise,
}

/// What the process says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Report {
    /// The window is there.
    Shown {
        /// The [`VERSION`] that the process speaks.
        version: u32,
        /// Where.
        place: WindowPlace,
    },
    /// There is no window.
    Failed {
        /// Why.
        reason: String,
    },
    /// Somebody has moved it, or given it another size.
    Place(WindowPlace),
    /// Somebody takes hold of a knob, or lets go of it.
    Touched {
        /// Its port.
        port: u32,
        /// Takes hold.
        holds: bool,
    },
    /// Somebody has turned a knob.
    Turned {
        /// Its port.
        port: u32,
        /// Where it is now.
        value: f32,
    },
    /// Somebody has closed it.
    Closed,
}

#[cfg(test)]
mod tests {
    use super::super::described::{Port, PortKind, Toolkit};
    use super::*;

    fn is_one_line_and_comes_back<T>(message: &T)
    where
        T: Serialize + for<'text> Deserialize<'text> + PartialEq + std::fmt::Debug,
    {
        let line = serde_json::to_string(message).expect("a text");
        assert!(!line.contains('\n'), "{line}");
        assert_eq!(&serde_json::from_str::<T>(&line).expect(&line), message);
    }

    #[test]
    fn every_message_is_one_line_and_comes_back_to_the_bit() {
        let dress = Dress {
            title: "Two\nlines \"and\" quotes".to_owned(),
            above: Some(u64::MAX),
        };
        let place = WindowPlace {
            x: -3,
            y: 4,
            width: 5,
            height: 6,
        };
        let values = vec![(0, 0.1), (7, f32::MIN_POSITIVE), (u32::MAX, -1.0e30)];
        is_one_line_and_comes_back(&Opening {
            version: VERSION,
            described: Described {
                plugin: "urn:p".to_owned(),
                bundle: "/a b".into(),
                window: "urn:w".to_owned(),
                library: "/a b/w.so".into(),
                toolkit: Toolkit::Gtk2,
                is_fixed: true,
                wants_idle: false,
                ports: vec![Port {
                    index: 3,
                    symbol: "gain".to_owned(),
                    kind: PortKind::Knob {
                        min: 0.015_625,
                        max: 64.0,
                        default: 1.0,
                        is_enabling: false,
                    },
                }],
                understudy: None,
            },
            sample_rate: 44_100.0,
            scale: 1.25,
            dress: dress.clone(),
            last: Some(place),
            others: 2,
            values: values.clone(),
        });
        is_one_line_and_comes_back(&Order::Values(values));
        is_one_line_and_comes_back(&Order::Dress(dress));
        is_one_line_and_comes_back(&Order::Raise);
        is_one_line_and_comes_back(&Report::Shown { version: 1, place });
        is_one_line_and_comes_back(&Report::Failed {
            reason: "no".to_owned(),
        });
        is_one_line_and_comes_back(&Report::Place(place));
        is_one_line_and_comes_back(&Report::Touched {
            port: 1,
            holds: true,
        });
        is_one_line_and_comes_back(&Report::Turned {
            port: 1,
            value: 0.3,
        });
        is_one_line_and_comes_back(&Report::Closed);
    }
}
