//! The fixture child.
