//! How a rack names a plugin: as loosely as a musician types it, or as exactly as its files tell.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// The formats that may stand before a name, and how they are written here.
const FORMATS: [(&str, &str); 6] = [
    ("VST3", "VST3"),
    ("LV2", "LV2"),
    ("LADSPA", "LADSPA"),
    ("AudioUnit", "AudioUnit"),
    ("AU", "AudioUnit"),
    ("CLAP", "CLAP"),
];

/// The plugin that a slot asks for. Only the name has to be known; the more is known, the more
/// exactly the plugin is found again.
///
/// In the document it is a string (`"ZamCompX2"`, or `"VST3:ZamCompX2"` to pin the format) as long
/// as that says all there is, and an object otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginReference {
    /// The plugin's name, or its URI for formats that have them (LV2).
    pub name: String,
    /// Its format: "VST3", "LV2", "LADSPA", "AudioUnit", "CLAP".
    pub format: Option<String>,
    /// The format's own identifier of the plugin.
    pub id: Option<String>,
    /// The file it is in.
    pub file: Option<String>,
    /// Who made it.
    pub vendor: Option<String>,
    /// Its version, in its maker's words.
    pub version: Option<String>,
    /// Fields of the document that are not understood; kept for saving.
    pub unknown: Map<String, Value>,
}

impl PluginReference {
    /// The format, where it is pinned.
    pub fn format(&self) -> Option<&str> {
        self.format.as_deref()
    }

    /// The reference as one string, where a string says all there is to it.
    fn as_short(&self) -> Option<String> {
        let short = match &self.format {
            Some(format) => format!("{format}:{}", self.name),
            None => self.name.clone(),
        };
        (Self::from(short.as_str()) == *self).then_some(short)
    }
}

impl From<&str> for PluginReference {
    /// Reads `"ZamCompX2"` or `"VST3:ZamCompX2"`. Only the first colon can end a format, and only a
    /// known one; any other belongs to the name, as in `"LV2:http://example.org/plugin"`.
    fn from(text: &str) -> Self {
        let (format, name) = match text.split_once(':') {
            Some((prefix, rest)) if !rest.trim_start().is_empty() => {
                match known_format(prefix.trim()) {
                    Some(format) => (Some(format.to_owned()), rest.trim_start()),
                    None => (None, text),
                }
            }
            _ => (None, text),
        };
        Self {
            name: name.to_owned(),
            format,
            ..Self::default()
        }
    }
}

impl fmt::Display for PluginReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.format {
            Some(format) => write!(formatter, "{} ({format})", self.name),
            None => formatter.write_str(&self.name),
        }
    }
}

impl Serialize for PluginReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(short) = self.as_short() {
            return serializer.serialize_str(&short);
        }
        let mut map = serializer.serialize_map(None)?;
        if let Some(format) = &self.format {
            map.serialize_entry("format", format)?;
        }
        map.serialize_entry("name", &self.name)?;
        for (key, field) in [
            ("id", &self.id),
            ("file", &self.file),
            ("vendor", &self.vendor),
            ("version", &self.version),
        ] {
            if let Some(field) = field {
                map.serialize_entry(key, field)?;
            }
        }
        for (key, value) in &self.unknown {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for PluginReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Long {
            name: String,
            format: Option<String>,
            id: Option<String>,
            file: Option<String>,
            vendor: Option<String>,
            version: Option<String>,
            #[serde(flatten)]
            unknown: Map<String, Value>,
        }

        match Value::deserialize(deserializer)? {
            Value::String(short) => Ok(Self::from(short.as_str())),
            value @ Value::Object(_) => {
                let long = Long::deserialize(value).map_err(serde::de::Error::custom)?;
                Ok(Self {
                    name: long.name,
                    format: long.format.map(|format| match known_format(&format) {
                        Some(known) => known.to_owned(),
                        None => format,
                    }),
                    id: long.id,
                    file: long.file,
                    vendor: long.vendor,
                    version: long.version,
                    unknown: long.unknown,
                })
            }
            _ => Err(serde::de::Error::custom(
                "\"plugin\" is neither a name nor an object with one",
            )),
        }
    }
}

/// A format as it is written here, however it was typed.
fn known_format(text: &str) -> Option<&'static str> {
    FORMATS
        .iter()
        .find(|(typed, _)| typed.eq_ignore_ascii_case(text))
        .map(|(_, format)| *format)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> PluginReference {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn only_a_known_format_before_the_first_colon_is_one() {
        for (text, format, name) in [
            ("ZamCompX2", None, "ZamCompX2"),
            ("VST3:ZamCompX2", Some("VST3"), "ZamCompX2"),
            ("vst3: ZamCompX2", Some("VST3"), "ZamCompX2"),
            ("au:Reverb", Some("AudioUnit"), "Reverb"),
            ("LV2:http://x.org/a#b", Some("LV2"), "http://x.org/a#b"),
            ("http://x.org/a#b", None, "http://x.org/a#b"),
            ("Room: large", None, "Room: large"),
            ("VST3:", None, "VST3:"),
            (":x", None, ":x"),
            ("", None, ""),
        ] {
            let reference = PluginReference::from(text);
            assert_eq!(reference.format(), format, "{text}");
            assert_eq!(reference.name, name, "{text}");
        }
    }

    #[test]
    fn a_name_that_looks_like_a_format_is_not_mistaken_for_one_after_saving() {
        let reference = read(r#"{"name": "VST3:odd"}"#);
        let saved = serde_json::to_string(&reference).unwrap();
        assert_eq!(saved, r#"{"name":"VST3:odd"}"#);
        assert_eq!(read(&saved), reference);
    }

    #[test]
    fn a_string_stays_a_string_and_an_object_that_says_more_stays_an_object() {
        for json in [
            r#""ZamCompX2""#,
            r#""VST3:ZamCompX2""#,
            r#"{"format":"VST3","name":"ZamCompX2","id":"1f","mine":[1]}"#,
            r#"{"format":"WAM","name":"ZamCompX2"}"#,
        ] {
            assert_eq!(serde_json::to_string(&read(json)).unwrap(), json);
        }
        assert_eq!(
            serde_json::to_string(&read(r#"{"name":"A","format":"vst3"}"#)).unwrap(),
            r#""VST3:A""#
        );
    }

    #[test]
    fn it_is_called_by_its_name_and_the_format_where_known() {
        assert_eq!(PluginReference::from("A").to_string(), "A");
        assert_eq!(PluginReference::from("lv2:A").to_string(), "A (LV2)");
    }
}
