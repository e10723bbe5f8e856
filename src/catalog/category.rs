//! What kind of plugin it is, in words that are the same for all formats.
//!
//! VST3 says "Fx|Dynamics|Stereo", LV2 "Compressor Plugin", LADSPA nothing at all. So the words of the
//! category are looked up, and those of the name where the category says no more than "effect".

/// A tag, the words that stand for it, and a wider tag that it implies.
type Meaning = (&'static str, &'static [&'static str], Option<&'static str>);

/// In the order that tags are given in. A word counts where a word of the text begins with it.
const MEANINGS: &[Meaning] = &[
    (
        "compressor",
        &["compress", "comp", "leveller", "leveler"],
        Some("dynamics"),
    ),
    ("limiter", &["limit", "maxim"], Some("dynamics")),
    ("gate", &["gate"], Some("dynamics")),
    ("expander", &["expand"], Some("dynamics")),
    ("de-esser", &["deess", "de-ess"], Some("dynamics")),
    ("dynamics", &["dynamic", "transient"], None),
    ("eq", &["eq", "equal", "parametric", "graphic"], None),
    (
        "filter",
        &[
            "filter",
            "lowpass",
            "highpass",
            "bandpass",
            "notch",
            "comb",
            "wah",
            "crossover",
        ],
        None,
    ),
    (
        "reverb",
        &["reverb", "plate", "room", "hall", "gverb", "convol"],
        None,
    ),
    ("delay", &["delay", "echo"], None),
    (
        "distortion",
        &[
            "distort",
            "overdrive",
            "saturat",
            "fuzz",
            "clip",
            "waveshap",
            "tube",
            "valve",
            "bitcrush",
            "crush",
            "exciter",
            "decimat",
            "fold",
        ],
        None,
    ),
    ("amp", &["simulator", "cabinet", "amp", "amplifier"], None),
    ("chorus", &["chorus"], Some("modulation")),
    ("flanger", &["flang"], Some("modulation")),
    ("phaser", &["phaser"], Some("modulation")),
    (
        "tremolo",
        &["tremolo", "vibrato", "rotary", "leslie"],
        Some("modulation"),
    ),
    ("modulation", &["modulat", "ringmod"], None),
    (
        "pitch",
        &["pitch", "harmon", "octave", "tune", "tuner"],
        None,
    ),
    (
        "spatial",
        &[
            "spatial", "stereo", "pan", "panner", "surround", "width", "binaural", "matrix",
        ],
        None,
    ),
    ("spectral", &["spectral", "vocoder"], None),
    (
        "restoration",
        &["restor", "denoise", "noise reduct", "declip"],
        None,
    ),
    ("mastering", &["mastering"], None),
    (
        "analyzer",
        &["analy", "meter", "scope", "spectrum", "goniometer"],
        None,
    ),
    ("mixer", &["mixer", "mix"], None),
    (
        "utility",
        &["util", "tool", "converter", "function", "constant", "test"],
        None,
    ),
    (
        "generator",
        &["generat", "oscillator", "noise source", "sine"],
        None,
    ),
    ("sampler", &["sampl", "soundfont"], Some("instrument")),
    ("drum", &["drum", "percussion"], Some("instrument")),
    ("piano", &["piano"], Some("instrument")),
    ("organ", &["organ"], Some("instrument")),
    ("synth", &["synth"], None),
    ("midi", &["midi"], None),
];

/// Words of categories that say nothing of what the plugin does: of channels, and what all are.
const EMPTY_WORDS: &[&str] = &["mono", "stereo", "plugin", "fx", "effect", "audio"];

/// What the plugin is: first "instrument" or "effect", then what kind.
pub fn tags(category: &str, name: &str, is_instrument: bool) -> Vec<String> {
    let of_category: Vec<String> = words(category)
        .filter(|word| !EMPTY_WORDS.contains(&word.as_str()))
        .collect();
    let mut found = meanings(&of_category);
    if found.is_empty() {
        found = meanings(&words(name).collect::<Vec<_>>());
        // Names play with words; what a plugin's format did not call an instrument is none.
        found.retain(|tag| is_instrument || *tag != "instrument");
    }
    let is_instrument = is_instrument || found.contains(&"instrument");
    let chief = if is_instrument {
        "instrument"
    } else {
        "effect"
    };
    found.retain(|tag| *tag != "instrument");
    std::iter::once(chief)
        .chain(found)
        .map(str::to_owned)
        .collect()
}

fn meanings(words: &[String]) -> Vec<&'static str> {
    let mut tags = Vec::new();
    for (tag, beginnings, implied) in MEANINGS {
        let is_meant = words.iter().any(|word| {
            let begins = |beginning: &&str| match beginning.len() {
                // Short words are too often the beginning of another.
                ..=4 => word == beginning,
                _ => word.starts_with(*beginning),
            };
            beginnings.iter().any(begins)
        });
        if is_meant {
            tags.push(*tag);
            tags.extend(implied);
        }
    }
    let mut seen = Vec::new();
    tags.retain(|tag| {
        let is_new = !seen.contains(tag);
        seen.push(*tag);
        is_new
    });
    tags
}

/// The words of a text, in lower case; "ZamCompX2" is "zam", "comp" and "x2".
fn words(text: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before_is_lower = false;
    for letter in text.chars() {
        let begins = letter.is_uppercase() && before_is_lower;
        if (begins || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        before_is_lower = letter.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_s_word_for_a_compressor_means_dynamics() {
        for (category, name) in [
            ("Fx|Dynamics|Stereo", "ZamCompX2"),
            ("Compressor Plugin", "ZamCompX2"),
            ("Effect", "Simple Compressor"),
            ("Effect", "ZamCompX2"),
        ] {
            let tags = tags(category, name, false);
            assert_eq!(tags[0], "effect");
            assert!(
                tags.iter().any(|tag| tag == "dynamics"),
                "{category} {name} {tags:?}"
            );
        }
    }

    #[test]
    fn an_instrument_is_one_first_whatever_else_it_is() {
        assert_eq!(tags("Instrument|Synth", "X", true), ["instrument", "synth"]);
        assert_eq!(
            tags("Instrument Plugin", "MDA ePiano", true)[0],
            "instrument"
        );
        assert_eq!(
            tags("Reverb Plugin", "Piano Room", false),
            ["effect", "reverb"]
        );
        assert_eq!(tags("", "", false), ["effect"]);
    }
}
