//! What stands in the browser: the catalog's plugins, one card for all formats of each, filtered and found.

use std::collections::{BTreeMap, HashMap};

use crate::catalog::{Plugin, ProductKey, Query};
use crate::editor::CatalogView;
use crate::rack::PluginReference;

/// One plugin, in all its formats.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Card {
    /// What it is known by.
    pub key: ProductKey,
    /// Its name, in the preferred format.
    pub name: String,
    /// Who made it; empty where nobody says.
    pub vendor: String,
    /// What it is, the chief word first.
    pub tags: Vec<String>,
    /// Its formats, the preferred one first.
    pub formats: Vec<String>,
    /// Its places in the catalog, the preferred one first.
    pub plugins: Vec<usize>,
    /// It is a favourite.
    pub is_favourite: bool,
    /// The musician hid it.
    pub is_hidden: bool,
}

impl Card {
    /// It in the format that is asked for, or else in the preferred one.
    pub fn plugin<'a>(&self, catalog: &'a CatalogView, format: Option<&str>) -> Option<&'a Plugin> {
        let mut all = (self.plugins.iter()).filter_map(|at| catalog.catalog.plugins.get(*at));
        let wanted = format.and_then(|format| {
            let mut all = all.clone();
            all.find(|plugin| plugin.entry.format == format)
        });
        wanted.or_else(|| all.next())
    }
}

/// The reference that needs no more searching.
pub(super) fn reference(plugin: &Plugin) -> PluginReference {
    let entry = &plugin.entry;
    let known = |text: &String| (!text.is_empty()).then(|| text.clone());
    PluginReference {
        name: entry.name.clone(),
        format: known(&entry.format),
        id: known(&entry.id),
        file: known(&entry.file),
        vendor: known(&entry.vendor),
        version: known(&entry.version),
        ..PluginReference::default()
    }
}

/// Which plugins are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Which {
    /// All.
    #[default]
    All,
    /// Favourites.
    Favourites,
    /// Those that were used of late, the last one first.
    Recent,
}

/// What is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filters {
    /// Which plugins.
    pub which: Which,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only those of this maker.
    pub vendor: Option<String>,
    /// Only those that are there in this format.
    pub format: Option<String>,
    /// What the musician hid, too.
    pub hidden: bool,
}

impl Filters {
    /// Whether everything is shown.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    fn let_through(&self, card: &Card) -> bool {
        let is = |wanted: &Option<String>, mut has: std::slice::Iter<'_, String>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| has.any(|known| known == wanted))
        };
        (self.which != Which::Favourites || card.is_favourite)
            && (self.hidden || !card.is_hidden)
            && is(&self.tag, card.tags.iter())
            && is(&self.vendor, std::slice::from_ref(&card.vendor).iter())
            && is(&self.format, card.formats.iter())
    }
}

/// Something to filter by, and how many plugins that leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facet {
    /// The word.
    pub name: String,
    /// How many.
    pub count: usize,
}

/// The cards of one reading of the catalog, and what was found last.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    revision: Option<u64>,
    cards: Vec<Card>,
    by_key: HashMap<ProductKey, usize>,
    recent: HashMap<ProductKey, usize>,
    /// What there is, in words, by name.
    pub tags: Vec<Facet>,
    /// Makers, by name.
    pub vendors: Vec<Facet>,
    /// Formats, by name.
    pub formats: Vec<Facet>,
    /// How many favourites there are.
    pub favourites: usize,
    /// How many are hidden.
    pub hidden: usize,
    found: Vec<usize>,
    found_for: Option<(String, Filters)>,
}

impl Shelf {
    /// Takes in another reading of the catalog, and looks for a text in it, unless that is what was done last.
    pub fn find(&mut self, catalog: &CatalogView, text: &str, filters: &Filters) {
        if self.revision != Some(catalog.revision) {
            self.fill(catalog);
        }
        let is_known =
            (self.found_for.as_ref()).is_some_and(|(known, by)| known == text && by == filters);
        if !is_known {
            self.found = self.search(catalog, text, filters);
            self.found_for = Some((text.to_owned(), filters.clone()));
        }
    }

    /// How many were found.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.cards.len() - self.hidden
    }

    /// How many were used of late.
    pub fn recent(&self) -> usize {
        self.recent.len()
    }

    /// What was found, the best first.
    pub fn get(&self, at: usize) -> Option<&Card> {
        self.cards.get(*self.found.get(at)?)
    }

    /// Where one stands in what was found.
    pub fn position(&self, key: &ProductKey) -> Option<usize> {
        let card = self.by_key.get(key)?;
        self.found.iter().position(|found| found == card)
    }

    fn fill(&mut self, catalog: &CatalogView) {
        let preferences = &catalog.preferences;
        let places: HashMap<*const Plugin, usize> = (catalog.catalog.plugins.iter())
            .enumerate()
            .map(|(at, plugin)| (std::ptr::from_ref(plugin), at))
            .collect();
        let products = catalog.catalog.products(preferences);
        self.cards = (products.into_iter())
            .map(|product| {
                let entry = &product.preferred().entry;
                let place = |plugin: &&Plugin| places.get(&std::ptr::from_ref(*plugin)).copied();
                Card {
                    name: entry.name.clone(),
                    vendor: entry.vendor.clone(),
                    tags: entry.tags.clone(),
                    formats: product.formats().into_iter().map(str::to_owned).collect(),
                    plugins: product.plugins.iter().filter_map(place).collect(),
                    is_favourite: preferences.favourites.contains(&product.key),
                    is_hidden: preferences.hidden.contains(&product.key),
                    key: product.key,
                }
            })
            .collect();
        self.by_key = (self.cards.iter().enumerate())
            .map(|(at, card)| (card.key.clone(), at))
            .collect();
        self.recent = (preferences.recent.iter().enumerate())
            .filter(|(_, key)| self.by_key.contains_key(key))
            .map(|(at, key)| (key.clone(), at))
            .collect();
        let shown = || self.cards.iter().filter(|card| !card.is_hidden);
        self.favourites = shown().filter(|card| card.is_favourite).count();
        self.hidden = self.cards.len() - shown().count();
        self.tags = counted(shown().flat_map(|card| &card.tags));
        self.vendors = counted(shown().map(|card| &card.vendor));
        self.formats = counted(shown().flat_map(|card| &card.formats));
        self.revision = Some(catalog.revision);
        self.found_for = None;
    }

    fn search(&self, catalog: &CatalogView, text: &str, filters: &Filters) -> Vec<usize> {
        let query = Query {
            text: text.trim().to_owned(),
            hidden: filters.hidden,
            ..Query::default()
        };
        let hits = catalog.catalog.search(&catalog.preferences, &query);
        let mut found: Vec<usize> = (hits.iter())
            .filter_map(|hit| self.by_key.get(&hit.product.key).copied())
            .filter(|at| filters.let_through(&self.cards[*at]))
            .collect();
        if filters.which == Which::Recent {
            found.retain(|at| self.recent.contains_key(&self.cards[*at].key));
            if query.text.is_empty() {
                found.sort_by_key(|at| self.recent.get(&self.cards[*at].key).copied());
            }
        }
        found
    }
}

fn counted<'a>(words: impl Iterator<Item = &'a String>) -> Vec<Facet> {
    let mut counts = BTreeMap::<(String, &str), usize>::new();
    for word in words.filter(|word| !word.is_empty()) {
        *counts.entry((word.to_lowercase(), word)).or_default() += 1;
    }
    (counts.into_iter())
        .map(|((_, name), count)| Facet {
            name: name.to_owned(),
            count,
        })
        .collect()
}
