//! Finding a plugin by a few letters of its name, its maker's, or what it is.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::Catalog;
use super::preferences::Preferences;
use super::product::Product;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Letters, in words. Each word is in the name, the maker's name or the tags, perhaps with others
    /// between its letters.
    pub text: String,
    /// Only plugins that are there in this format.
    pub format: Option<String>,
    /// Only plugins with all of these tags.
    pub tags: Vec<String>,
    /// Only favourites.
    pub favourites: bool,
    /// What the user hid, too.
    pub hidden: bool,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// The plugin, in all its formats.
    pub product: Product<'a>,
    /// How well it fits: the more, the better.
    pub score: u32,
    /// It is a favourite.
    pub is_favourite: bool,
}

/// A letter that fits the name counts for more than one that fits the rest.
const NAME_WEIGHT: u32 = 2;
/// What makes of two that fit alike the favourite one come first, and the one that was used of late.
const FAVOURITE_BONUS: u32 = 24;
const RECENT_BONUS: u32 = 12;

impl Catalog {
    /// The plugins that fit, the best first. Without text: favourites, what was used of late, and then
    /// all by name.
    pub fn search<'a>(&'a self, preferences: &Preferences, query: &Query) -> Vec<Hit<'a>> {
        let pattern = Pattern::parse(&query.text, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut letters), &mut matcher);
        let mut hits: Vec<Hit<'a>> = Vec::new();
        for product in self.products(preferences) {
            let is_favourite = preferences.favourites.contains(&product.key);
            if !query.hidden && preferences.hidden.contains(&product.key)
                || query.favourites && !is_favourite
                || !fits(&product, query)
            {
                continue;
            }
            let plugin = product.preferred();
            let entry = &plugin.entry;
            let whole = format!("{} {} {}", entry.name, entry.vendor, entry.tags.join(" "));
            let Some(of_whole) = score(&whole) else {
                continue;
            };
            let of_name = score(&entry.name).map_or(0, |score| score * NAME_WEIGHT);
            let recent = preferences
                .recent
                .iter()
                .position(|key| *key == product.key);
            let mut score = of_whole.max(of_name);
            if is_favourite {
                score += FAVOURITE_BONUS;
            }
            if recent.is_some() {
                score += RECENT_BONUS;
            }
            hits.push(Hit {
                product,
                score,
                is_favourite,
            });
        }
        // Products come by name, and stay so where scores are alike; of names that fit alike, the
        // shorter one is meant.
        hits.sort_by_key(|hit| {
            let length = match query.text.is_empty() {
                true => 0,
                false => hit.product.preferred().entry.name.len(),
            };
            (std::cmp::Reverse(hit.score), length)
        });
        hits
    }
}

fn fits(product: &Product<'_>, query: &Query) -> bool {
    let has_format = |format: &String| {
        let mut formats = product.plugins.iter().map(|plugin| &plugin.entry.format);
        formats.any(|known| known.eq_ignore_ascii_case(format))
    };
    let has_tag = |tag: &String| {
        let mut tags = product.plugins.iter().flat_map(|plugin| &plugin.entry.tags);
        tags.any(|known| known.eq_ignore_ascii_case(tag))
    };
    query.format.iter().all(has_format) && query.tags.iter().all(has_tag)
}
