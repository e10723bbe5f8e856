//! What the plugin, its entry and its parameters share: the session, started when it is first needed.

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use crate::rack::exchange::Player;
use crate::session::{HOST_PARAMETERS, Handle, HostParameters, percent, value_of_percent};

/// The session behind the door.
#[derive(Default)]
pub(super) struct Door {
    parameters: Arc<HostParameters>,
    session: OnceLock<Option<Arc<Handle>>>,
    /// Until the plugin takes it.
    player: Mutex<Option<Player>>,
}

impl Door {
    /// The session; the first call starts it. `None` if that failed, which is logged once. Not for
    /// the audio thread.
    pub(super) fn session(&self) -> Option<&Arc<Handle>> {
        self.session
            .get_or_init(|| match Handle::open_for(self.parameters.clone()) {
                Ok((session, player)) => {
                    *self.player.lock() = Some(player);
                    Some(Arc::new(session))
                }
                Err(error) => {
                    tracing::error!("{error}");
                    None
                }
            })
            .as_ref()
    }

    /// The audio thread's half of the session, once.
    pub(super) fn take_player(&self) -> Option<Player> {
        self.player.lock().take()
    }

    /// The parameters as the host sees them. Looking at them starts nothing.
    pub(super) fn parameters(&self) -> &Arc<HostParameters> {
        &self.parameters
    }

    /// A value in words; `None` for a number that is none. Only what is mapped asks the session. Not for
    /// the audio thread.
    pub(super) fn text(&self, parameter: usize, value: f64) -> Option<String> {
        if parameter >= HOST_PARAMETERS {
            return None;
        }
        let value = if value.is_nan() {
            0.0
        } else {
            value.clamp(0.0, 1.0)
        };
        let told = self.mapped_session(parameter).and_then(|session| {
            let text = session.ask(move |_thread, session| session.host_text(parameter, value));
            text.inspect_err(|error| tracing::error!("{error}")).ok()
        });
        Some(told.unwrap_or_else(|| percent(value)))
    }

    /// The value that words mean; as [`text`](Self::text).
    pub(super) fn value(&self, parameter: usize, text: &str) -> Option<f64> {
        if parameter >= HOST_PARAMETERS {
            return None;
        }
        match self.mapped_session(parameter) {
            Some(session) => {
                let text = text.to_owned();
                let value =
                    session.ask(move |_thread, session| session.host_value(parameter, &text));
                value.ok().flatten().filter(|value| !value.is_nan())
            }
            None => value_of_percent(text),
        }
    }

    /// The host sets parameters while nothing plays. What it sets to what it is already starts no session.
    /// Not for the audio thread.
    pub(super) fn set(&self, values: Vec<(usize, f64)>) {
        let differs = |(parameter, value): &(usize, f64)| {
            *parameter < HOST_PARAMETERS && self.parameters.value(*parameter) != *value
        };
        let changed: Vec<(usize, f64)> = values.into_iter().filter(differs).collect();
        if changed.is_empty() {
            return;
        }
        let values = changed.clone();
        let set = self.session().map(|session| {
            session.ask(move |_thread, session| {
                for (parameter, value) in values {
                    session.set_host_parameter(parameter, value);
                }
            })
        });
        match set {
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::error!("{error}"),
            // The reason is in the log.
            None => {
                for (parameter, value) in changed {
                    self.parameters.set_value(parameter, value);
                }
            }
        }
    }

    fn mapped_session(&self, parameter: usize) -> Option<&Arc<Handle>> {
        let descriptions = self.parameters.descriptions();
        let is_mapped = descriptions.get(parameter).is_some_and(|it| it.mapped);
        if is_mapped { self.session() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_at_unmapped_parameters_and_setting_them_to_what_they_are_starts_nothing() {
        let door = Door::default();
        assert_eq!(door.text(3, 0.25).as_deref(), Some("25.0 %"));
        assert_eq!(door.text(3, f64::NAN).as_deref(), Some("0.0 %"));
        assert_eq!(door.value(3, " 12.5 % "), Some(0.125));
        assert_eq!(door.value(3, "900"), Some(1.0));
        assert_eq!(door.value(3, "loud"), None);
        assert_eq!(door.value(3, "NaN"), None);
        assert_eq!(door.text(HOST_PARAMETERS, 0.5), None);
        assert_eq!(door.value(HOST_PARAMETERS, "5"), None);
        door.set(vec![(3, 0.0), (HOST_PARAMETERS, 1.0)]);
        assert!(door.session.get().is_none());
    }
}
