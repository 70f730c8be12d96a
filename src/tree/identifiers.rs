//! Names that other registries have for a package: CPE and package urls, as `meta.identifiers` states them.
//!
//! The shape is that of nixpkgs (pkgs/stdenv/generic/check-meta.nix): parts that a package states, and what is made of
//! them. A package set that was evaluated without its builders has the parts only, so the names are made here as there.

use serde::{Deserialize, Serialize};

/// The parts of a CPE 2.3 in their order.
pub(crate) const CPE_PARTS: [&str; 11] = [
    "part",
    "vendor",
    "product",
    "version",
    "update",
    "edition",
    "language",
    "sw_edition",
    "target_sw",
    "target_hw",
    "other",
];

/// Names of a package elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifiers {
    /// The CPE 2.3 that is stated, or that stated parts make.
    pub cpe: Option<String>,
    /// CPEs that it may have where its vendor alone is stated.
    pub possible_cpes: Vec<String>,
    /// Package urls.
    pub purls: Vec<String>,
}

/// Parts of a CPE; `None` for one that is not stated.
pub(crate) type CpeParts = [Option<String>; 11];

impl Identifiers {
    /// True where nothing is named.
    pub fn is_empty(&self) -> bool {
        self.cpe.is_none() && self.possible_cpes.is_empty() && self.purls.is_empty()
    }

    /// The CPE, where it has the form that readers of bills of materials ask for.
    pub fn valid_cpe(&self) -> Option<&str> {
        self.cpe.as_deref().filter(|cpe| is_cpe(cpe))
    }
}

/// The CPE of the package `pname`, with the defaults of nixpkgs for parts that are not stated; `None` where some stay open.
pub(crate) fn cpe_of(stated: &CpeParts, pname: Option<&str>) -> Option<String> {
    let parts: Vec<String> = CPE_PARTS
        .iter()
        .zip(stated)
        .map(|(name, part)| part.clone().or_else(|| default_of(name, pname).map(str::to_owned)))
        .collect::<Option<_>>()?;
    Some(format!("cpe:2.3:{}", parts.join(":")))
}

fn default_of<'p>(part: &str, pname: Option<&'p str>) -> Option<&'p str> {
    match part {
        "part" => Some("a"),
        "product" => pname,
        "vendor" | "version" | "update" => None,
        _ => Some("*"),
    }
}

/// The guess that nixpkgs makes where only a vendor is stated: the version of the package is the whole version.
pub(crate) fn possible_cpe(stated: &CpeParts, pname: Option<&str>, version: Option<&str>) -> Option<String> {
    let mut guessed = stated.clone();
    guessed[1].as_ref()?;
    guessed[3] = Some(version?.to_owned());
    guessed[4] = Some("*".to_owned());
    cpe_of(&guessed, pname)
}

/// True for a CPE 2.3 as formatted string (NISTIR 7695, section 6.2): 11 parts of letters, digits, `.`, `-`, `_`, escaped
/// punctuation, and wildcards.
fn is_cpe(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("cpe:2.3:") else { return false };
    let parts = split(rest);
    parts.len() == CPE_PARTS.len()
        && matches!(parts[0], "a" | "o" | "h" | "*" | "-")
        && is_language(parts[6])
        && parts.iter().all(|part| is_part(part))
}

/// The parts between colons that are not escaped.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut is_escaped) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        if c == ':' && !is_escaped {
            parts.push(&text[start..at]);
            start = at + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    parts.push(&text[start..]);
    parts
}

fn is_part(part: &str) -> bool {
    if matches!(part, "*" | "-") {
        return true;
    }
    let inner = part.trim_start_matches(['?', '*']).trim_end_matches(['?', '*']);
    let mut letters = inner.chars();
    let mut is_empty = true;
    while let Some(letter) = letters.next() {
        is_empty = false;
        let is_known = match letter {
            '\\' => letters.next().is_some_and(|escaped| escaped.is_ascii_punctuation()),
            letter => letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'),
        };
        if !is_known {
            return false;
        }
    }
    !is_empty
}

/// e.g. `en`, `en-us`, `*`
fn is_language(part: &str) -> bool {
    let (language, region) = part.split_once('-').map_or((part, None), |(language, region)| (language, Some(region)));
    let is_letters = |text: &str, lengths: &[usize]| {
        lengths.contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_alphabetic())
    };
    let is_region = |region: &str| {
        is_letters(region, &[2]) || region.len() == 3 && region.chars().all(|digit| digit.is_ascii_digit())
    };
    matches!(part, "*" | "-") || is_letters(language, &[2, 3]) && region.is_none_or(is_region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(parts: &[(&str, &str)]) -> CpeParts {
        let of = |name: &&str| parts.iter().find(|(part, _)| part == name).map(|(_, value)| (*value).to_owned());
        CPE_PARTS.each_ref().map(of)
    }

    #[test]
    fn parts_make_names_as_in_nixpkgs() {
        let whole = stated(&[("vendor", "gnu"), ("version", "2.12"), ("update", "*")]);
        let cpe = "cpe:2.3:a:gnu:hello:2.12:*:*:*:*:*:*:*";
        assert_eq!(cpe_of(&whole, Some("hello")).as_deref(), Some(cpe));
        let vendor = stated(&[("vendor", "gnu")]);
        assert_eq!(cpe_of(&vendor, Some("hello")), None);
        assert_eq!(possible_cpe(&vendor, Some("hello"), Some("2.12")).as_deref(), Some(cpe));
        assert_eq!(possible_cpe(&stated(&[("product", "x")]), Some("hello"), Some("2.12")), None);
        assert_eq!(possible_cpe(&vendor, Some("hello"), None), None);
    }

    #[test]
    fn names_of_another_form_are_told_apart() {
        for (text, is_valid) in [
            ("cpe:2.3:a:gnu:hello:2.12:*:*:*:*:*:*:*", true),
            ("cpe:2.3:a:x.org:lib_x-y:1\\:2:rc1:*:en-us:*:*:*:*", true),
            ("cpe:2.3:a:gnu:hello:2.12:*:*:*:*:*:*", false),
            ("cpe:2.3:a:gnu:hello:2 12:*:*:*:*:*:*:*", false),
            ("cpe:2.3:a:gnu:hello:2+1:*:*:*:*:*:*:*", false),
            ("cpe:2.3:x:gnu:hello:2:*:*:*:*:*:*:*", false),
            ("cpe:2.3:a:gnu::2:*:*:*:*:*:*:*", false),
            ("cpe:2.3:a:gnu:hello:2:*:*:english:*:*:*:*", false),
            ("cpe:/a:gnu:hello", false),
        ] {
            let named = Identifiers { cpe: Some(text.to_owned()), ..Identifiers::default() };
            assert_eq!(named.valid_cpe().is_some(), is_valid, "{text}");
        }
    }
}
