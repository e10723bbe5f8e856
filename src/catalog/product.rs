//! One plugin in all its formats.
//!
//! Formats know nothing of each other, so the same plugin is known by its name and its maker's, both as
//! letters and digits alone. Makers write themselves with and without address, and with and without legal form.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::preferences::Preferences;
use super::{Catalog, Plugin};

/// What a plugin is known by across formats.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductKey(String);

/// Words that makers' names are written with and without.
const LEGAL_FORMS: &[&str] = &[
    "gmbh", "inc", "llc", "ltd", "ab", "audio", "software", "plugins",
];

impl ProductKey {
    /// The key of a plugin of that name and maker.
    pub fn of(name: &str, vendor: &str) -> Self {
        let vendor = vendor
            .split(['<', '('])
            .next()
            .unwrap_or_default()
            .trim_end();
        let mut key = String::with_capacity(name.len() + vendor.len() + 1);
        push_bare(&mut key, name);
        key.push('/');
        push_bare(&mut key, without_legal_form(vendor));
        Self(key)
    }
}

/// As [`bare`](super::likeness::bare), for thousands of names.
fn push_bare(key: &mut String, text: &str) {
    for letter in text.chars() {
        if letter.is_ascii() {
            if letter.is_ascii_alphanumeric() {
                key.push(letter.to_ascii_lowercase());
            }
        } else if letter.is_alphanumeric() {
            key.extend(letter.to_lowercase());
        }
    }
}

fn without_legal_form(vendor: &str) -> &str {
    match vendor.rsplit_once(char::is_whitespace) {
        Some((before, last))
            if LEGAL_FORMS
                .iter()
                .any(|form| form.eq_ignore_ascii_case(last.trim_matches(['.', ',']))) =>
        {
            without_legal_form(before.trim_end())
        }
        _ => vendor,
    }
}

/// A plugin, in one or more formats.
#[derive(Clone, Debug)]
pub struct Product<'a> {
    /// What it is known by.
    pub key: ProductKey,
    /// In each of its formats, the preferred one first. Not empty.
    pub plugins: Vec<&'a Plugin>,
}

impl<'a> Product<'a> {
    /// It, in the preferred format.
    pub fn preferred(&self) -> &'a Plugin {
        self.plugins[0]
    }

    /// Its formats, the preferred one first.
    pub fn formats(&self) -> Vec<&'a str> {
        let mut formats: Vec<&str> = self
            .plugins
            .iter()
            .map(|p| p.entry.format.as_str())
            .collect();
        formats.dedup();
        formats
    }
}

/// The catalog's plugins, those that are the same in several formats as one, by name.
pub(super) fn group<'a>(catalog: &'a Catalog, preferences: &Preferences) -> Vec<Product<'a>> {
    let mut places: HashMap<&ProductKey, usize> = HashMap::new();
    let mut products: Vec<Product<'a>> = Vec::new();
    for plugin in &catalog.plugins {
        let place = *places.entry(&plugin.product).or_insert_with(|| {
            products.push(Product {
                key: plugin.product.clone(),
                plugins: Vec::new(),
            });
            products.len() - 1
        });
        products[place].plugins.push(plugin);
    }
    for product in &mut products {
        product
            .plugins
            .sort_by_key(|plugin| preferences.rank(&plugin.entry.format));
    }
    products.sort_by_cached_key(|product| product.preferred().entry.name.to_lowercase());
    products
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maker_with_address_or_legal_form_is_the_same() {
        let key = ProductKey::of("Hard Limiter", "Steve Harris");
        assert_eq!(
            key,
            ProductKey::of("hard limiter", "Steve Harris <steve@plugin.org.uk>")
        );
        assert_eq!(
            ProductKey::of("Vex", "Acme GmbH"),
            ProductKey::of("Vex", "ACME")
        );
        assert_ne!(key, ProductKey::of("Hard Limiter", "Somebody Else"));
    }
}
