//! `matryoshka search`: a plugin by a few letters; and `matryoshka mark`, what you think of it.

use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;
use matryoshka::catalog::{Catalog, Hit, Preferences, Product, ProductKey, Query, Store};
use matryoshka::child::Formats;
use serde_json::{Value, json};

use super::list::{known_catalog, one_line};
use super::table::Table;
use super::terminal::Terminal;
use super::{Outcome, Trouble};

/// Find plugins by a few letters of name, maker or kind
///
/// A plugin that is there in several formats is one line. Without text: favourites, what was used of
/// late, then all.
#[derive(Debug, Args)]
pub struct Search {
    /// Letters, in words: "zamcp", "harris limiter", "reverb"
    #[arg(value_name = "TEXT")]
    text: Vec<String>,

    /// Only plugins that are there in this format
    #[arg(
        long,
        value_name = "FORMAT",
        ignore_case = true,
        value_parser = PossibleValuesParser::new(Formats::names())
    )]
    format: Option<String>,

    /// Only plugins of this kind ("reverb", "instrument"); may be given several times
    #[arg(long = "tag", value_name = "KIND")]
    tags: Vec<String>,

    /// Only favourites
    #[arg(long)]
    favourites: bool,

    /// Also what you have hidden
    #[arg(long)]
    hidden: bool,

    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,
}

impl Search {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let catalog = known_catalog(terminal)?;
        let preferences = Preferences::load(&Store::of_user()?)?;
        let query = Query {
            text: self.text.join(" "),
            format: self.format,
            tags: self.tags,
            favourites: self.favourites,
            hidden: self.hidden,
        };
        let hits = catalog.search(&preferences, &query);
        let shown = &hits[..hits.len().min(self.limit)];
        if terminal.json() {
            let plugins: Vec<Value> = shown.iter().map(hit_document).collect();
            terminal.document(&json!({"plugins": plugins, "found": hits.len()}))?;
        } else if hits.is_empty() {
            terminal.say("No plugin fits.\n")?;
        } else {
            terminal.say(&table(shown))?;
            if hits.len() > shown.len() {
                terminal.note(&format!(
                    "{} more; --limit shows them",
                    hits.len() - shown.len()
                ));
            }
        }
        // As grep does: a script can ask whether there is one.
        Ok(if hits.is_empty() {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn table(hits: &[Hit<'_>]) -> String {
    let mut table = Table::with_heading(&["", "NAME", "VENDOR", "KIND", "FORMATS"]);
    for hit in hits {
        let entry = &hit.product.preferred().entry;
        let star = if hit.is_favourite { "*" } else { "" };
        table.line([
            star.to_owned(),
            one_line(&entry.name),
            one_line(&entry.vendor),
            entry.tags.join(", "),
            hit.product.formats().join(", "),
        ]);
    }
    table.text("")
}

fn hit_document(hit: &Hit<'_>) -> Value {
    let entry = &hit.product.preferred().entry;
    json!({
        "name": entry.name,
        "vendor": entry.vendor,
        "tags": entry.tags,
        "formats": hit.product.formats(),
        "plugin": format!("{}:{}", entry.format, entry.name),
        "favourite": hit.is_favourite,
        "score": hit.score,
    })
}

/// Make a plugin a favourite, or hide it from searches
#[derive(Debug, Args)]
pub struct Mark {
    /// The plugin's name
    #[arg(value_name = "PLUGIN")]
    plugin: String,

    /// What it is to you from now on
    #[arg(value_name = "AS", value_parser = ["favourite", "hidden", "neither"])]
    mark: String,
}

impl Mark {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let catalog = known_catalog(terminal)?;
        let store = Store::of_user()?;
        let key = product_named(&catalog, &Preferences::load(&store)?, &self.plugin)?;
        Preferences::change(&store, |own| {
            own.favourites.retain(|known| *known != key);
            own.hidden.retain(|known| *known != key);
            match self.mark.as_str() {
                "favourite" => own.favourites.push(key),
                "hidden" => own.hidden.push(key),
                _ => {}
            }
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The product of just that name; else what the search would give first is asked for.
fn product_named(
    catalog: &Catalog,
    preferences: &Preferences,
    name: &str,
) -> Result<ProductKey, Trouble> {
    let is_named = |product: &Product<'_>| {
        let mut plugins = product.plugins.iter();
        plugins.any(|plugin| plugin.entry.name.eq_ignore_ascii_case(name))
    };
    if let Some(product) = catalog.products(preferences).into_iter().find(is_named) {
        return Ok(product.key);
    }
    let query = Query {
        text: name.to_owned(),
        hidden: true,
        ..Query::default()
    };
    Err(match catalog.search(preferences, &query).first() {
        Some(hit) => {
            let near = &hit.product.preferred().entry.name;
            format!("there is no plugin \"{name}\"; did you mean {near}?")
        }
        None => format!("there is no plugin \"{name}\""),
    }
    .into())
}

/// Show or set which format is preferred where a plugin is there in several
#[derive(Debug, Args)]
pub struct Prefer {
    /// The formats, the preferred one first; without any, the order is shown
    #[arg(
        value_name = "FORMAT",
        ignore_case = true,
        value_parser = PossibleValuesParser::new(Formats::names())
    )]
    formats: Vec<String>,
}

impl Prefer {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let store = Store::of_user()?;
        let preferences = if self.formats.is_empty() {
            Preferences::load(&store)?
        } else {
            let named = self.formats.iter().filter_map(|format| {
                let mut names = Formats::names().iter();
                names.find(|name| name.eq_ignore_ascii_case(format))
            });
            let order: Vec<String> = named.map(ToString::to_string).collect();
            Preferences::change(&store, |own| own.format_order = order)?
        };
        let mut formats = Formats::names().to_vec();
        formats.sort_by_key(|format| preferences.rank(format));
        if terminal.json() {
            terminal.document(&json!({"formats": formats}))?;
        } else {
            terminal.say(&format!("{}\n", formats.join(", ")))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
