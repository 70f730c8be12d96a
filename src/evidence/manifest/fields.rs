//! `Key: value` files with continuation lines, as mail headers have them (PKG-INFO, DESCRIPTION, debian/copyright).

/// The fields of one stanza, in order: key as written, value with its continuation lines joined by line breaks.
pub(super) fn fields(text: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        let is_continued = line.starts_with([' ', '\t']);
        match (is_continued, found.last_mut(), line.split_once(':')) {
            (true, Some((_, value)), _) => {
                value.push('\n');
                value.push_str(line.trim());
            }
            (false, _, Some((key, value))) if is_key(key) => found.push((key, value.trim().to_owned())),
            _ => {}
        }
    }
    found
}

/// The value of the first field called `name`, in any case.
pub(super) fn value<'f>(fields: &'f [(&str, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The head of a mail-like file: everything before its first empty line.
pub(super) fn head(text: &str) -> &str {
    let end = [text.find("\n\n"), text.find("\r\n\r\n")].into_iter().flatten().min();
    &text[..end.unwrap_or(text.len())]
}

fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() < 60
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@' | b'/'))
}
