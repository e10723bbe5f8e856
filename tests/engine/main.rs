//! The rack's engine with real children, in a session without a DAW: exact to the bit, through edits, and
//! whatever the children do.

mod by_hand;
mod denormals;
mod edits;
mod exactness;
mod guards;
mod helpers;
mod latency;
mod splits;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/wishes.rs"]
mod wishes;
#[path = "../support/workers.rs"]
mod workers;
