//! How alike two names are, as people write them.

/// The name without what people leave out: case, spaces, punctuation.
pub fn bare(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a file (or URI) could be that of a plugin so called: its name and the file's contain each
/// other, by letters and digits alone. LADSPA's custom of numbers after the name ("valve_1209.so" for
/// "Valve saturation") is known.
pub fn file_looks_like(file: &str, name: &str) -> bool {
    let name = bare(name);
    let tail = file.trim_end_matches('/');
    let stem = if tail.contains("://") || tail.starts_with("urn:") {
        bare(tail)
    } else {
        let file_name = tail.rsplit(['/', '\\']).next().unwrap_or(tail);
        bare(file_name.split('.').next().unwrap_or(file_name))
    };
    let unnumbered = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    !name.is_empty()
        && !unnumbered.is_empty()
        && (stem.contains(&name) || name.contains(unnumbered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_every_format_are_known_by_the_plugin_s_name() {
        for (file, name) in [
            ("/usr/lib/vst3/ZamCompX2.vst3", "zamcompx2"),
            ("/usr/lib/ladspa/ZamCompX2-ladspa.so", "ZamCompX2"),
            ("/usr/lib/ladspa/hard_limiter_1413.so", "Hard Limiter"),
            ("/usr/lib/ladspa/valve_1209.so", "Valve saturation"),
            ("urn:zamaudio:ZamCompX2", "ZamCompX2"),
            ("http://drobilla.net/plugins/mda/Ambience", "MDA Ambience"),
        ] {
            assert!(file_looks_like(file, name), "{file} {name}");
        }
        assert!(!file_looks_like("/usr/lib/vst3/ZamEQ2.vst3", "ZamCompX2"));
        assert!(!file_looks_like("/usr/lib/vst3/ZamEQ2.vst3", ""));
    }
}
