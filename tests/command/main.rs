//! The command as its users meet it: real processes, real files, real plugins, and misfortune.

mod answers;
mod desk;
mod misfortunes;
mod renders;
