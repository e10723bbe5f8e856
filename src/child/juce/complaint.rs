//! What a child threw in calls whose answers have no room for an error.

use std::cell::RefCell;

use crate::child::{ChildError, Description};
use crate::juce::Error;

/// Names and keeps what a child throws. A child that throws while it is asked for its latency at every
/// tick would fill the log, so the same complaint is written once.
#[derive(Default)]
pub(super) struct Complaint {
    last: RefCell<Option<ChildError>>,
    written: RefCell<Option<ChildError>>,
}

impl Complaint {
    /// The answer, or what stands for it where the child threw.
    pub(super) fn or<T>(
        &self,
        plugin: &Description,
        doing: &'static str,
        answer: Result<T, Error>,
        instead: T,
    ) -> T {
        answer.unwrap_or_else(|error| {
            let error = ChildError::Failed {
                plugin: plugin.to_string(),
                doing,
                reason: error.what().to_owned(),
            };
            if self.written.borrow().as_ref() != Some(&error) {
                tracing::warn!("{error}");
                *self.written.borrow_mut() = Some(error.clone());
            }
            *self.last.borrow_mut() = Some(error);
            instead
        })
    }

    /// The last one that was not taken yet.
    pub(super) fn take(&self) -> Option<ChildError> {
        self.last.borrow_mut().take()
    }
}
