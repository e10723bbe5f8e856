//! `--format`: what some commands are limited to.

use clap::Args;
use clap::builder::PossibleValuesParser;
use matryoshka::child::Formats;

/// Only some formats.
#[derive(Debug, Args)]
pub struct OnlyFormats {
    /// Only this format; may be given several times
    #[arg(
        long = "format",
        value_name = "FORMAT",
        ignore_case = true,
        value_parser = PossibleValuesParser::new(Formats::names())
    )]
    pub formats: Vec<String>,
}
