//! Paths in addresses.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters that may stand in the path of a URI as they are.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'+').remove(b'@');

/// `path` as the path of a URI: everything else is written as `%20`.
pub fn path_in_uri(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}
