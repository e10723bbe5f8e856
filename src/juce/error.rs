//! What went wrong in C++: the exception's own words.

use std::convert::Infallible;

use thiserror::Error;

/// A C++ exception that was caught at the bridge, or a call that was refused before it reached C++.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    /// For calls that are refused on the Rust side.
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// What it said.
    pub fn what(&self) -> &str {
        &self.0
    }
}

impl From<cxx::Exception> for Error {
    fn from(exception: cxx::Exception) -> Self {
        Self(exception.what().to_owned())
    }
}

// The error of `pinned-init`'s boxed initialisers on stable Rust: memory that runs out aborts there.
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
