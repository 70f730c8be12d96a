//! Every key of a configuration file, with its meaning and who may set it: made from the published schema and the list of
//! keys that a file in the scanned tree may not set.

use std::fmt;

use serde_json::Value;

use super::file::File;
use super::{Config, schema, trust};

/// One key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its table and its name, e.g. `fetch.enabled`; the name alone at the top.
    pub name: String,
    /// Its meaning.
    pub about: String,
    /// The JSON Schema of its value.
    pub schema: Value,
    /// Who may set it.
    pub right: Right,
}

/// Who may set a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    /// Every file, also one in the scanned tree: it only narrows and silences.
    Everybody,
    /// Every file; in the scanned tree it leads nowhere out of the folder of the file.
    Below,
    /// Every file; in the scanned tree it may only be lower than this.
    Lower(u64),
    /// Trusted files alone, because ...
    Trusted(&'static str),
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Right::Everybody => f.write_str("Every file, also a `clarity.toml` in the scanned tree."),
            Right::Below => f.write_str(
                "Every file; in the scanned tree its paths stay below the folder of the file, links followed.",
            ),
            Right::Lower(most) => {
                write!(f, "Every file; in the scanned tree it may only lower the limit, which is {most} by default.")
            }
            Right::Trusted(why) => write!(
                f,
                "A file that is named with `--config`, and your own configuration; not one in the scanned tree, because {why}."
            ),
        }
    }
}

/// All keys, tables before the keys in them.
pub fn keys() -> Vec<Key> {
    let schema = schema();
    let mut keys = Vec::new();
    add_keys(&schema, &schema, "", &mut keys);
    keys
}

fn add_keys(whole: &Value, table: &Value, prefix: &str, keys: &mut Vec<Key>) {
    for (name, property) in table["properties"].as_object().into_iter().flatten() {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let inner = resolved(whole, property);
        let about = [property, inner].into_iter().find_map(|place| place["description"].as_str()).unwrap_or_default();
        let right = right_of(&name);
        keys.push(Key { name: name.clone(), about: about.to_owned(), schema: property.clone(), right });
        add_keys(whole, inner, &name, keys);
    }
}

/// The schema that `property` stands for: of a list that of its members.
fn resolved<'s>(whole: &'s Value, property: &'s Value) -> &'s Value {
    let place = if property["items"].is_object() { &property["items"] } else { property };
    let name = place["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    name.map_or(place, |name| &whole["$defs"][name])
}

fn right_of(name: &str) -> Right {
    let (table, key) = name.rsplit_once('.').unwrap_or(("", name));
    let numbers = trust::numbers(&File::default(), &Config::default().bounds());
    let lower = numbers.iter().find(|number| number.is(table, key)).map(|number| Right::Lower(number.most()));
    let trusted = || trust::guarded(table, key).map(Right::Trusted);
    let below = || trust::LEADING.contains(&name).then_some(Right::Below);
    lower.or_else(trusted).or_else(below).unwrap_or(Right::Everybody)
}
