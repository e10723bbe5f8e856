//! Reads what a file manager says of the files that it drags: `text/uri-list`, RFC 2483.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

/// The files of a list, in their order. What is no file of this machine is left out.
pub fn files(list: &[u8]) -> Vec<PathBuf> {
    let lines = list.split(|byte| matches!(byte, b'\r' | b'\n' | 0));
    lines.filter_map(file).collect()
}

/// `file:///path`, `file://localhost/path` or `file:/path`.
fn file(uri: &[u8]) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_at_checked(5)?;
    if !scheme.eq_ignore_ascii_case(b"file:") {
        return None;
    }
    let path = match rest.strip_prefix(b"//") {
        Some(rest) => {
            let host = rest.iter().position(|byte| *byte == b'/')?;
            let (host, path) = rest.split_at(host);
            let is_ours = host.is_empty() || host.eq_ignore_ascii_case(b"localhost");
            is_ours.then_some(path)?
        }
        None => rest,
    };
    let path = decoded(path)?;
    let is_whole = path.first() == Some(&b'/') && !path.contains(&0);
    is_whole.then(|| OsString::from_vec(path).into())
}

/// Without `%20` and the like; nothing where one is broken.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digit = |at: usize| char::from(digits[at]).to_digit(16);
        bytes.push((digit(0)? * 16 + digit(1)?) as u8);
        rest = after;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_this_machine_are_found_whatever_their_names() {
        let list = b"# a comment\r\nfile:///racks/a%20b.rack\r\nfile://localhost/c%25.rack\r\n\
            FILE:/d.rack\nfile:///%c3%a4/%ff.rack\r\n\0";
        let expected: [&[u8]; 4] = [
            b"/racks/a b.rack",
            b"/c%.rack",
            b"/d.rack",
            b"/\xc3\xa4/\xff.rack",
        ];
        let expected = expected.map(|path| PathBuf::from(OsString::from_vec(path.to_vec())));
        assert_eq!(files(list), expected);
    }

    #[test]
    fn what_is_no_file_of_this_machine_is_left_out() {
        for uri in [
            "https://example.org/a.rack",
            "file://elsewhere/a.rack",
            "file://localhost",
            "file:relative.rack",
            "file:///broken%2",
            "file:///broken%zz.rack",
            "file:///zero%00.rack",
            "file",
            "",
        ] {
            assert_eq!(files(uri.as_bytes()), Vec::<PathBuf>::new(), "{uri}");
        }
    }
}
