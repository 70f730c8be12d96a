//! Urls: mirrors expanded, prefixes replaced, and what may be asked of the network at all.

use std::collections::BTreeMap;

/// How urls are rewritten before they are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewriting {
    /// The sites of each `mirror://` scheme, from the checkout's `mirrors.nix`.
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// Prefixes and what stands in their place; the longest that fits counts. `mirror://` prefixes are allowed.
    pub replace: Vec<(String, String)>,
}

impl Rewriting {
    /// The urls to ask, in order, each once.
    pub fn expand(&self, urls: &[String]) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for url in urls {
            for url in self.expand_one(url) {
                if !out.contains(&url) {
                    out.push(url);
                }
            }
        }
        out
    }

    fn expand_one(&self, url: &str) -> Vec<String> {
        if let Some(replaced) = self.replaced(url) {
            return vec![replaced];
        }
        let Some((scheme, path)) = url.strip_prefix("mirror://").and_then(|rest| rest.split_once('/')) else {
            return vec![url.to_owned()];
        };
        let sites = self.mirrors.get(scheme).map_or(&[][..], Vec::as_slice);
        let join = |site: &String| format!("{}/{path}", site.trim_end_matches('/'));
        sites.iter().map(join).map(|url| self.replaced(&url).unwrap_or(url)).collect()
    }

    fn replaced(&self, url: &str) -> Option<String> {
        let fitting = self.replace.iter().filter(|(prefix, _)| url.starts_with(prefix.as_str()));
        let (prefix, base) = fitting.max_by_key(|(prefix, _)| prefix.len())?;
        Some(format!("{base}{}", &url[prefix.len()..]))
    }
}

/// The file name at the end of a url, without query; `fragment` names are what nixpkgs uses for odd urls.
pub fn file_name(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let name = plain.rsplit('/').next().unwrap_or("");
    if name.is_empty() { "source".to_owned() } else { decode(name) }
}

/// `name` with `%41` and the like read.
fn decode(name: &str) -> String {
    let bytes = name.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).replace(['/', '\0'], "_")
}

/// `url` without user and password: clarity sends no credentials.
pub fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

/// The host and port of `url`.
pub fn host(url: &str) -> Option<String> {
    let plain = without_credentials(url);
    let rest = plain.split_once("://")?.1;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (end > 0).then(|| rest[..end].to_ascii_lowercase())
}

/// Where a redirect from `base` to `location` leads.
pub fn join(base: &str, location: &str) -> Option<String> {
    let (scheme, rest) = base.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = (&rest[..end], rest[end..].split(['?', '#']).next().unwrap_or(""));
    let joined = match location {
        _ if location.contains("://") && !location.starts_with(['/', '?']) => location.to_owned(),
        _ if location.starts_with("//") => format!("{scheme}:{location}"),
        _ if location.starts_with('/') => format!("{scheme}://{authority}{location}"),
        _ if location.starts_with('?') => format!("{scheme}://{authority}{path}{location}"),
        _ => {
            let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
            format!("{scheme}://{authority}{folder}{location}")
        }
    };
    Some(without_dots(joined.split('#').next().unwrap_or("")))
}

/// `url` with the parts `.` and `..` of its path resolved.
fn without_dots(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let path_start = url[start..].find('/').map_or(url.len(), |at| start + at);
    let path_end = url.find('?').unwrap_or(url.len()).max(path_start);
    let mut parts: Vec<&str> = Vec::new();
    for part in url[path_start..path_end].split('/').skip(1) {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let slash = if path_start < path_end { "/" } else { "" };
    format!("{}{slash}{}{}", &url[..path_start], parts.join("/"), &url[path_end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewriting() -> Rewriting {
        let sites = |list: &[&str]| list.iter().map(|site| (*site).to_owned()).collect();
        let mirrors = [("gnu".to_owned(), sites(&["https://one.example/gnu/", "http://two.example"]))];
        let replace = [("https://one.example/".to_owned(), "http://localhost/one/".to_owned())];
        Rewriting { mirrors: mirrors.into(), replace: replace.into() }
    }

    #[test]
    fn mirrors_are_expanded_and_prefixes_replaced() {
        let urls = rewriting().expand(&["mirror://gnu/a/a-1.tar.gz".to_owned()]);
        assert_eq!(urls, ["http://localhost/one/gnu/a/a-1.tar.gz", "http://two.example/a/a-1.tar.gz"]);
        assert!(rewriting().expand(&["mirror://unknown/x".to_owned()]).is_empty());
    }

    #[test]
    fn redirects_are_joined_as_browsers_do() {
        let to = |location| join("https://h.example:8/a/b?c", location).expect("joined");
        assert_eq!(to("../../d/./e/"), "https://h.example:8/d/e/");
        assert_eq!(to("d"), "https://h.example:8/a/d");
        assert_eq!(to("/d?e#f"), "https://h.example:8/d?e");
        assert_eq!(to("//i.example/d"), "https://i.example/d");
        assert_eq!(to("http://i.example/"), "http://i.example/");
    }

    #[test]
    fn credentials_are_never_part_of_a_request() {
        assert_eq!(without_credentials("https://u:p@h.example/a@b"), "https://h.example/a@b");
        assert_eq!(without_credentials("https://h.example/a@b"), "https://h.example/a@b");
        assert_eq!(host("https://u@H.example:443/x").as_deref(), Some("h.example:443"));
    }

    #[test]
    fn file_names_are_decoded_and_have_no_query() {
        assert_eq!(file_name("https://h.example/a%2Bb-1.0.tar.gz?x=y"), "a+b-1.0.tar.gz");
        assert_eq!(file_name("https://h.example/a/..%2F..%2Fb"), ".._.._b");
    }
}
