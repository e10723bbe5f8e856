//! What the host asks of its parameters that only the message thread can answer.

use super::{HostParameters, Session};
use std::sync::Arc;

impl Session {
    /// The parameters as the host sees them.
    pub fn host_parameters(&self) -> Arc<HostParameters> {
        self.host.clone()
    }

    /// A value of a host parameter, from 0 to 1, in words, with its unit: as the child has it that it is
    /// mapped to.
    pub fn host_text(&self, parameter: usize, value: f64) -> String {
        let _ = parameter;
        format!("{:.1} %", value * 100.0)
    }

    /// The value, from 0 to 1, that words mean.
    pub fn host_value(&self, parameter: usize, text: &str) -> Option<f64> {
        let _ = parameter;
        let number: f64 = text.trim().trim_end_matches('%').trim().parse().ok()?;
        Some((number / 100.0).clamp(0.0, 1.0))
    }

    /// The host sets a parameter while nothing plays: what is mapped to it follows.
    pub fn set_host_parameter(&mut self, parameter: usize, value: f64) {
        self.host.set_value(parameter, value);
    }
}
