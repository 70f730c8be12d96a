//! The key of a tag as people write it.
//!
//! A slip in the key hides the license from every tool that looks for the exact letters; it is read, and the note says so.

/// How a key begins. A slip in these letters is not seen.
pub(super) const TRIGGERS: &[&str] = &["spdx-li", "spdx_li", "spdx li"];

/// The key in full.
pub(super) const KEY: &str = "SPDX-License-Identifier";

/// Keys that leave a part out; read only as one word, because with spaces they are prose.
const SHORT: [&str; 2] = ["spdx-license", "spdx-license-id"];

/// Letters that may differ from the full key.
const MOST_SLIPS: usize = 3;

/// The bytes of the key that `text` begins with, and what is wrong with it.
pub(super) fn read(text: &str) -> Option<(usize, Option<String>)> {
    let head = text.as_bytes().iter().take(KEY.len() + MOST_SLIPS + 1);
    let len = head.take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-' | b'_')).count();
    let written = text[..len].trim_end();
    if written.eq_ignore_ascii_case(KEY) {
        return Some((written.len(), None));
    }
    let is_short = SHORT.iter().any(|short| written.replace('_', "-").eq_ignore_ascii_case(short));
    let plain = written.replace(['_', ' '], "-").to_ascii_lowercase();
    let slips = strsim::levenshtein(&plain, &KEY.to_ascii_lowercase());
    (is_short || slips <= MOST_SLIPS).then(|| (written.len(), Some(format!("`{written}` read as {KEY}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_key_are_read_and_other_keys_are_not() {
        for key in ["SPDX-Licence-Identifier", "SPDX-License-Identifer", "SPDX License Identifier", "SPDX-License"] {
            assert_eq!(read(&format!("{key}: MIT")).map(|(len, note)| (len, note.is_some())), Some((key.len(), true)));
        }
        assert_eq!(read("spdx-license-identifier : MIT"), Some((KEY.len(), None)));
        for other in ["SPDX-License-List-Version: 3", "SPDX license: MIT", "SPDX-LicenseInfoInFile: MIT", "SPDX-Li"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
