//! One field at the top of a YAML document, from the parser's events.
//!
//! Events are read one by one and nothing is built of them: an alias is not followed, and what is nested deeper than a
//! list of texts is passed over. Invariant: memory stays below the size of the text, whatever it says.

use yaml_rust2::parser::{Event, Parser};

/// Manifests are small; larger files are data.
const MOST_BYTES: usize = 1 << 20;
/// Open lists and mappings; a document that has more is no manifest, and the scanner's work for one grows with them.
const MOST_DEPTH: usize = 32;
/// Values of one field.
const MOST_VALUES: usize = 64;
/// Tokens of a document of 1 MiB of text are far fewer; one of a million punctuation marks ends here.
const MOST_EVENTS: usize = 200_000;

/// The texts of the top-level field `key` of the first document: one, or those of a list; none where the file is no YAML.
pub(super) fn texts(text: &str, key: &str) -> Vec<String> {
    if text.len() > MOST_BYTES {
        return Vec::new();
    }
    Field { key, depth: 0, place: Place::Outside, values: Vec::new() }.read(&mut Parser::new_from_str(text))
}

/// Where the events are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the top-level mapping, or where it has ended.
    Outside,
    /// In front of a key.
    Key,
    /// In front of the value of a key: the wanted one, or another.
    Value { wanted: bool },
    /// In a list or mapping that is the value of a key, or that is a key.
    Inside { wanted: bool, is_key: bool },
}

struct Field<'k> {
    key: &'k str,
    depth: usize,
    place: Place,
    values: Vec<String>,
}

impl Field<'_> {
    /// The values; none where the document is broken.
    fn read(mut self, parser: &mut Parser<std::str::Chars<'_>>) -> Vec<String> {
        for _ in 0..MOST_EVENTS {
            match parser.next_token() {
                Err(_) => return Vec::new(),
                Ok((Event::DocumentEnd | Event::StreamEnd, _)) => return self.values,
                Ok((event, _)) => {
                    self.take(event);
                    if self.depth > MOST_DEPTH || self.values.len() > MOST_VALUES {
                        return Vec::new();
                    }
                }
            }
        }
        Vec::new()
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => self.open(matches!(event, Event::MappingStart(..))),
            Event::MappingEnd | Event::SequenceEnd => self.close(),
            Event::Scalar(text, ..) => self.scalar(text),
            Event::Alias(_) => self.scalar(String::new()),
            _ => {}
        }
    }

    fn open(&mut self, is_mapping: bool) {
        self.depth += 1;
        self.place = match (self.place, self.depth) {
            (Place::Outside, 1) if is_mapping => Place::Key,
            // A mapping as a value says nothing that is wanted.
            (Place::Value { wanted }, _) => Place::Inside { wanted: wanted && !is_mapping, is_key: false },
            (Place::Key, _) => Place::Inside { wanted: false, is_key: true },
            (place, _) => place,
        };
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.place = match (self.place, self.depth) {
            (_, 0) => Place::Outside,
            (Place::Inside { is_key: true, .. }, 1) => Place::Value { wanted: false },
            (Place::Inside { .. }, 1) => Place::Key,
            (place, _) => place,
        };
    }

    fn scalar(&mut self, text: String) {
        self.place = match (self.place, self.depth) {
            (Place::Key, 1) => Place::Value { wanted: self.values.is_empty() && text == self.key },
            (Place::Value { wanted }, 1) => {
                self.values.extend(Some(text).filter(|text| wanted && !text.is_empty()));
                Place::Key
            }
            (Place::Inside { wanted, .. }, 2) => {
                self.values.extend(Some(text).filter(|text| wanted && !text.is_empty()));
                self.place
            }
            (place, _) => place,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{MOST_DEPTH, texts};

    #[test]
    fn one_text_or_a_list_of_texts_at_the_top_is_read() {
        for (yaml, expected) in [
            ("license: MIT\n", &["MIT"][..]),
            ("a: 1\nlicense: 'GPL-2.0-only'\nb: [x]\n", &["GPL-2.0-only"]),
            ("license:\n  - MIT\n  - Apache-2.0\n", &["MIT", "Apache-2.0"]),
            ("license: [MIT, {a: ISC}, [Zlib]]\n", &["MIT"]),
            ("a: {license: MIT}\nb:\n  license: ISC\n", &[]),
            ("- license: MIT\n", &[]),
            ("license: {type: MIT}\nc: d\n", &[]),
            ("? {a: b}\n: c\nlicense: MIT\n", &["MIT"]),
            ("---\nlicense: MIT\n---\nlicense: ISC\n", &["MIT"]),
            ("a: &x MIT\nlicense: *x\n", &[]),
            ("license: MIT\n  broken: [", &[]),
            ("", &[]),
        ] {
            assert_eq!(texts(yaml, "license"), expected, "{yaml}");
        }
        let nested = |depth: usize| format!("a: {}{}\nlicense: MIT\n", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(texts(&nested(MOST_DEPTH - 1), "license"), ["MIT"]);
        assert_eq!(texts(&nested(MOST_DEPTH + 1), "license"), [""; 0], "nested too deep");
    }

    /// Each ends by itself, soon, and says nothing.
    #[test]
    fn hostile_documents_end_soon() {
        let laughs: String =
            (1..=40).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(","))).collect();
        let many = |unit: &str| unit.repeat((1 << 20) / unit.len());
        for (name, yaml) in [
            ("laughs", format!("a0: &a0 lol\n{laughs}license: *a40\n")),
            ("lists", many("[")),
            ("mappings", many("{a: ")),
            ("blocks", (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
            ("dashes", many("- ")),
            ("question marks", many("? ")),
            ("anchors", many("&a ")),
            ("named anchors", (0..60_000).map(|n| format!("- &a{n} x\n")).collect()),
            ("tags", many("!a ")),
            ("directives", many("%A b\n")),
            ("keys", many("a: 1\n")),
            ("quotes", many("'")),
            ("double quotes", many("\"\\u0041")),
            ("colons", many(": ")),
            ("pipes", many("|\n ")),
            ("list of many", format!("license: [{}]", "MIT, ".repeat(100_000))),
            ("one line", format!("license: {}", many("a "))),
            ("comments", many("# x\n")),
            ("documents", many("---\n")),
            ("tabs", many("\t")),
            ("zero bytes", many("\0")),
            ("long key", format!("{}: 1", many("k"))),
            ("flow keys", format!("{{{}}}", many("a: b, "))),
            ("aliases", format!("a: &a x\nb: [{}]", "*a, ".repeat(200_000))),
            ("merge keys", format!("a: &a {{}}\n{}", many("b: {<<: *a}\n"))),
        ] {
            let begun = Instant::now();
            texts(&yaml[..yaml.len().min(1 << 20)], "license");
            assert!(begun.elapsed() < Duration::from_secs(20), "{name}: {:?}", begun.elapsed());
        }
    }
}
