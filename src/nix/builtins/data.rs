//! Builtins on data formats and hashes.

use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use sha2::Digest;

use super::Row;
use crate::nix::eval::Eval;
use crate::nix::symbol::Sym;
use crate::nix::text::{Coerce, Text};
use crate::nix::value::{Attr, Error, R, Thunk, Value, lookup};

pub(super) const TABLE: &[Row] = &[
    ("fromJSON", 1, |eval, args| eval.json(eval.str_of(args[0])?)),
    ("fromTOML", 1, |eval, args| {
        let text = eval.str_of(args[0])?;
        eval.spend_bytes(text.len())?;
        match text.parse::<toml::Table>() {
            Ok(table) => from_toml(eval, &toml::Value::Table(table)),
            Err(error) => eval.fault(&format!("not TOML: {error}")),
        }
    }),
    ("toJSON", 1, |eval, args| {
        let mut out = Text::default();
        to_json(eval, args[0], &mut out)?;
        Ok(eval.finish(out))
    }),
    ("toXML", 1, |eval, _| eval.unknown("toXML is not modelled")),
    ("hashString", 2, |eval, args| hash(eval, eval.str_of(args[0])?, eval.str_of(args[1])?.as_bytes())),
    ("convertHash", 1, |eval, _| eval.unknown("convertHash is not modelled")),
];

impl<'a> Eval<'a> {
    /// The value of a JSON text.
    pub fn json(&self, text: &'a str) -> R<'a, Value<'a>> {
        // Two package sets, or two functions, often begin with one text of some megabytes.
        let place = (text.as_ptr() as usize, text.len());
        if let Some(known) = self.data.borrow().get(&place) {
            return Ok(*known);
        }
        self.spend_bytes(text.len())?;
        let mut reader = serde_json::Deserializer::from_str(text);
        // The depth is counted here, with everything else.
        reader.disable_recursion_limit();
        let exhausted = Cell::new(None);
        let seed = JsonValue(self, &exhausted);
        let read = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
        let value = match (read, exhausted.get()) {
            (Ok(value), _) => value,
            (Err(_), Some(exhausted)) => return Err(exhausted),
            (Err(error), None) => return self.fault(&format!("not JSON: {error}")),
        };
        self.data.borrow_mut().insert(place, value);
        Ok(value)
    }
}

/// Reads JSON to values without a tree in between: generated package sets come as megabytes of it.
#[derive(Clone, Copy)]
struct JsonValue<'e, 'a>(&'e Eval<'a>, &'e Cell<Option<&'a Error<'a>>>);

impl<'a> JsonValue<'_, 'a> {
    /// `checked`, as an error of the reader; which one it was is kept beside.
    fn bounded<T, E: serde::de::Error>(self, checked: R<'a, T>) -> Result<T, E> {
        checked.map_err(|error| {
            self.1.set(Some(error));
            E::custom(error.text)
        })
    }
}

impl<'a> DeserializeSeed<'a> for JsonValue<'_, 'a> {
    type Value = Value<'a>;

    fn deserialize<D: Deserializer<'a>>(self, reader: D) -> Result<Value<'a>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for JsonValue<'_, 'a> {
    type Value = Value<'a>;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'a>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'a>, E> {
        Ok(Value::bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'a>, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'a>, E> {
        Ok(i64::try_from(number).map_or(Value::float(number as f64), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'a>, E> {
        // Nix reads `-0` as an integer and `-0.0` as a float; both arrive here alike.
        Ok(if number == 0.0 { self.0.opaque("minus zero in JSON") } else { Value::float(number) })
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Value<'a>, E> {
        Ok(Value::Str(self.0.wide(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'a>, E> {
        Ok(self.0.string(text))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<Value<'a>, A::Error> {
        let mut out = Vec::new();
        self.bounded(self.0.enter())?;
        while let Some(item) = items.next_element_seed(self)? {
            self.bounded(self.0.step())?;
            out.push(self.0.done(item));
        }
        self.0.leave();
        Ok(self.0.list(&out))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut fields: A) -> Result<Value<'a>, A::Error> {
        let mut out = Vec::new();
        self.bounded(self.0.enter())?;
        while let Some(name) = fields.next_key_seed(JsonName(self.0))? {
            self.bounded(self.0.step())?;
            let value = fields.next_value_seed(self)?;
            out.push(Attr { name, at: 0, value: self.0.done(value) });
        }
        self.0.leave();
        Ok(self.0.attrs(out))
    }
}

/// Reads the name of a field.
struct JsonName<'e, 'a>(&'e Eval<'a>);

impl<'a> DeserializeSeed<'a> for JsonName<'_, 'a> {
    type Value = Sym;

    fn deserialize<D: Deserializer<'a>>(self, reader: D) -> Result<Sym, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for JsonName<'_, '_> {
    type Value = Sym;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E>(self, text: &str) -> Result<Sym, E> {
        Ok(self.0.sym(text))
    }
}

fn from_toml<'a>(eval: &Eval<'a>, value: &toml::Value) -> R<'a, Value<'a>> {
    Ok(match value {
        toml::Value::String(text) => eval.string(text),
        toml::Value::Integer(number) => Value::Int(*number),
        toml::Value::Float(number) => Value::float(*number),
        toml::Value::Boolean(value) => Value::bool(*value),
        toml::Value::Datetime(_) => return eval.unknown("a date in TOML"),
        toml::Value::Array(items) => {
            let items = items.iter().map(|item| Ok(eval.done(from_toml(eval, item)?))).collect::<R<'a, Vec<_>>>()?;
            eval.list(&items)
        }
        toml::Value::Table(fields) => {
            let mut items = Vec::new();
            for (name, value) in fields {
                let value = match from_toml(eval, value) {
                    Ok(value) => value,
                    Err(error) => eval.opaque_because(error.why()),
                };
                items.push(Attr { name: eval.sym(name), at: 0, value: eval.done(value) });
            }
            eval.attrs(items)
        }
    })
}

fn to_json<'a>(eval: &Eval<'a>, thunk: &'a Thunk<'a>, out: &mut Text<'a>) -> R<'a, ()> {
    eval.step()?;
    eval.room(out.text.len())?;
    match eval.force(thunk)? {
        Value::Attrs(attrs) => {
            if lookup(attrs, eval.known.to_string).or_else(|| lookup(attrs, eval.known.out_path)).is_some() {
                let mut text = Text::default();
                eval.coerce(Value::Attrs(attrs), Coerce::Interpolated, &mut text)?;
                return put_string(text, out);
            }
            out.text.push('{');
            for (index, (name, attr)) in eval.sorted_names(attrs).into_iter().enumerate() {
                if index > 0 {
                    out.text.push(',');
                }
                out.text.push_str(&quoted(name));
                out.text.push(':');
                eval.deeper(|| to_json(eval, attr.value, out))?;
            }
            out.text.push('}');
        }
        Value::List(items) => {
            out.text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.text.push(',');
                }
                eval.deeper(|| to_json(eval, item, out))?;
            }
            out.text.push(']');
        }
        Value::Null => out.text.push_str("null"),
        Value::True => out.text.push_str("true"),
        Value::False => out.text.push_str("false"),
        Value::Int(number) => out.text.push_str(&number.to_string()),
        Value::Float(number) => out.text.push_str(&serde_json::json!(number.get()).to_string()),
        Value::Lambda(_) | Value::Prim(_) => return eval.fault("a function cannot be JSON"),
        text => {
            let mut inner = Text::default();
            eval.coerce(text, Coerce::Interpolated, &mut inner)?;
            put_string(inner, out)?;
        }
    }
    Ok(())
}

fn put_string<'a>(text: Text<'a>, out: &mut Text<'a>) -> R<'a, ()> {
    out.tainted |= text.tainted;
    out.opaque = out.opaque.or(text.opaque);
    out.text.push_str(&quoted(&text.text));
    Ok(())
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

pub(super) fn hash<'a>(eval: &Eval<'a>, algorithm: &str, bytes: &[u8]) -> R<'a, Value<'a>> {
    eval.spend_bytes(bytes.len())?;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match algorithm {
        "sha256" => Ok(eval.string(&hex(&sha2::Sha256::digest(bytes)))),
        "sha512" => Ok(eval.string(&hex(&sha2::Sha512::digest(bytes)))),
        "sha1" => Ok(eval.string(&hex(&sha1::Sha1::digest(bytes)))),
        "md5" => Ok(eval.string(&hex(&md5::Md5::digest(bytes)))),
        _ => eval.fault("not a hash algorithm"),
    }
}
