//! Host parameters and what they move, with real children: mappings, the way there, the way back.

#[path = "automation/back.rs"]
mod back;
#[path = "automation/rack.rs"]
mod rack;
#[path = "automation/saved.rs"]
mod saved;
mod support;
#[path = "automation/there.rs"]
mod there;
