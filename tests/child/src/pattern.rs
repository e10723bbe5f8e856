//! The text that fills a state of a given size: always the same, and hard to compress.

/// 64 characters that need no escape in JSON: six bits of chance a byte, so that no compressor makes
/// less than three quarters of it.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `kib` KiB of the pattern.
pub fn pattern(kib: usize) -> String {
    // xorshift64 (Marsaglia, "Xorshift RNGs", 2003): any seed but 0 will do.
    let mut state: u64 = 0x4d61_7472_796f_7368;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ALPHABET[(state >> 58) as usize] as char
    };
    (0..kib * 1024).map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_has_its_size_and_is_always_the_same() {
        assert_eq!(pattern(0), "");
        assert_eq!(pattern(3).len(), 3 * 1024);
        assert_eq!(pattern(3), pattern(3));
        assert!(pattern(3).starts_with(&pattern(1)));
    }

    #[test]
    fn every_character_is_about_as_frequent_as_any_other() {
        let text = pattern(64);
        for character in ALPHABET {
            let count = text.bytes().filter(|byte| byte == character).count();
            assert!(
                (900..1150).contains(&count),
                "{} x {count}",
                *character as char
            );
        }
    }
}
