//! Host parameters and what they move, with real children: mappings, the way there, the way back.

mod support;
#[path = "automation/rack.rs"]
mod rack;
#[path = "automation/saved.rs"]
mod saved;
#[path = "automation/there.rs"]
mod there;
#[path = "automation/back.rs"]
mod back;
