//! Strings: interpolation, coercion, search paths.

use super::eval::Eval;
use super::fallback::FETCHURL;
use super::opaque::added;
use super::syntax::absolute;
use super::syntax::ast::Part;
use super::value::{Attr, Env, Opaque, R, State, Thunk, Value, lookup, unknown_hash};

/// How far a value may be turned into a string.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Coerce {
    /// As in `"${x}"`: strings, paths (copied to the store), sets with `outPath` or `__toString`.
    Interpolated,
    /// As `toString` does: also numbers, booleans, null and lists; a path is its own text.
    ToString,
}

/// A string in the making.
#[derive(Default)]
pub struct Text<'a> {
    pub text: String,
    pub tainted: bool,
    pub opaque: Option<&'a Opaque<'a>>,
}

/// How the store path of a copy begins.
fn copy_start() -> String {
    format!("/nix/store/{}-", unknown_hash(0))
}

impl<'a> Eval<'a> {
    pub(super) fn interpolate(&self, parts: &'a [Part], env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let mut out = Text::default();
        for part in parts {
            match part {
                Part::Text(text) => out.text.push_str(text),
                Part::Expr(expr) => {
                    let value = self.eval(expr, env)?;
                    self.coerce(value, Coerce::Interpolated, &mut out)?;
                }
            }
        }
        Ok(self.finish(out))
    }

    pub(super) fn interpolate_path(&self, parts: &'a [Part], env: &'a Env<'a>) -> R<'a, Value<'a>> {
        let mut out = Text::default();
        for part in parts {
            match part {
                Part::Text(text) => out.text.push_str(text),
                Part::Expr(expr) => match self.eval(expr, env)? {
                    Value::Path(path) => out.text.push_str(path),
                    value => self.coerce(value, Coerce::Interpolated, &mut out)?,
                },
            }
        }
        match out.opaque {
            Some(opaque) => Ok(self.opaque_because(opaque.why)),
            None if out.tainted => Ok(self.opaque("a path with a store path in it")),
            None => Ok(Value::Path(self.wide(self.str(&absolute("/", &out.text))))),
        }
    }

    /// The string value of `text`.
    pub fn finish(&self, text: Text<'a>) -> Value<'a> {
        match text.opaque {
            Some(opaque) => self.opaque_because(opaque.why),
            None if text.tainted => Value::Tainted(self.wide(self.str(&text.text))),
            None => self.string(&text.text),
        }
    }

    /// Adds `value` to `out`, as far as `how` allows.
    pub fn coerce(&self, value: Value<'a>, how: Coerce, out: &mut Text<'a>) -> R<'a, ()> {
        self.room(out.text.len())?;
        match value {
            Value::Str(text) => self.copied(text, out)?,
            Value::Tainted(text) => {
                out.tainted = true;
                self.copied(text, out)?;
            }
            Value::Path(path) if how == Coerce::ToString => out.text.push_str(path),
            Value::Path(path) => {
                out.tainted = true;
                out.text.push_str(self.copied_to(path));
            }
            Value::Attrs(attrs) => self.deeper(|| self.coerce_set(attrs, how, out))?,
            Value::Opaque(opaque) => match added(opaque, self.known.out_path) {
                Ok(path) => self.deeper(|| self.coerce(self.force(path.value)?, how, out))?,
                Err(_) => out.opaque = out.opaque.or(Some(opaque)),
            },
            Value::Int(number) if how == Coerce::ToString => out.text.push_str(&number.to_string()),
            Value::Float(number) if how == Coerce::ToString => out.text.push_str(&format!("{:.6}", number.get())),
            Value::True if how == Coerce::ToString => out.text.push('1'),
            Value::False | Value::Null if how == Coerce::ToString => {}
            Value::List(items) if how == Coerce::ToString => self.deeper(|| self.coerce_list(items, out))?,
            other => return self.fault(&format!("a {} cannot be part of a string", other.type_name())),
        }
        Ok(())
    }

    /// The store path of a copy of `path`.
    pub(super) fn copied_to(&self, path: &'a str) -> &'a str {
        let name = path.rsplit('/').next().unwrap_or("");
        let mut copies = self.copies.borrow_mut();
        let known = copies.entry(name).or_insert(Some(path));
        *known = known.filter(|known| *known == path);
        self.str(&format!("{}{name}", copy_start()))
    }

    /// The path in or below the folder that `text`, a path in the store, is a copy of, where it is one.
    pub(super) fn copied_from(&self, text: &str) -> Option<&'a str> {
        let below = text.strip_prefix(&copy_start())?;
        let name = below.split('/').next()?;
        let original = (*self.copies.borrow().get(name)?)?;
        Some(self.str(&absolute("/", &format!("{original}{}", &below[name.len()..]))))
    }

    fn copied(&self, text: &str, out: &mut Text<'a>) -> R<'a, ()> {
        self.spend_bytes(text.len())?;
        out.text.push_str(text);
        Ok(())
    }

    fn coerce_list(&self, items: &'a [&'a Thunk<'a>], out: &mut Text<'a>) -> R<'a, ()> {
        for (index, item) in items.iter().enumerate() {
            // Lists of lists that hold nothing have no text that would be bounded.
            self.step()?;
            let item = self.force(item)?;
            self.coerce(item, Coerce::ToString, out)?;
            // Nix sets no blank behind an empty list.
            if index + 1 < items.len() && !matches!(item, Value::List([])) {
                out.text.push(' ');
            }
        }
        Ok(())
    }

    fn coerce_set(&self, attrs: &'a [Attr<'a>], how: Coerce, out: &mut Text<'a>) -> R<'a, ()> {
        if let Some(to_string) = lookup(attrs, self.known.to_string) {
            let function = self.force(to_string.value)?;
            let text = self.call(function, self.done(Value::Attrs(self.wide(attrs))))?;
            return self.coerce(text, how, out);
        }
        match lookup(attrs, self.known.out_path) {
            Some(path) => self.coerce(self.force(path.value)?, how, out),
            None => self.fault("a set cannot be part of a string"),
        }
    }

    /// `a + b` of strings and paths.
    pub(super) fn add_text(&self, a: Value<'a>, b: Value<'a>) -> R<'a, Value<'a>> {
        let mut out = Text::default();
        if let Value::Path(path) = a {
            out.text.push_str(path);
            match b {
                Value::Path(path) => out.text.push_str(path),
                b => self.coerce(b, Coerce::Interpolated, &mut out)?,
            }
            return match out.opaque {
                Some(opaque) => Ok(self.opaque_because(opaque.why)),
                None if out.tainted => self.fault("a store path cannot be added to a path"),
                None => Ok(Value::Path(self.wide(self.str(&absolute("/", &out.text))))),
            };
        }
        self.coerce(a, Coerce::Interpolated, &mut out)?;
        self.coerce(b, Coerce::Interpolated, &mut out)?;
        Ok(self.finish(out))
    }

    /// A string without a store path in it.
    pub fn plain_string(&self, value: Value<'a>) -> R<'a, &'a str> {
        match value {
            Value::Str(text) => Ok(text),
            Value::Tainted(_) => self.unknown("a string with a store path in it"),
            Value::Opaque(opaque) => self.unknown_because(opaque.why),
            other => self.fault(&format!("a string was expected, not a {}", other.type_name())),
        }
    }

    /// `<name>`: only the tree itself is known, and what comes with Nix.
    pub(super) fn search(&self, name: &str) -> Value<'a> {
        if name == "nix/fetchurl.nix" {
            let (path, text) = FETCHURL;
            self.files.embed(path, text);
            return Value::Path(self.wide(path));
        }
        if let (Some(rest), Some(root)) = (name.strip_prefix("nixpkgs"), self.nixpkgs.get())
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return Value::Path(self.wide(self.str(&format!("{root}{rest}"))));
        }
        if name.starts_with("nixpkgs")
            && let Some(packages) = self.packages.get()
            && let State::Done(packages) = packages.state.get()
        {
            return packages;
        }
        let root = self.files.root().to_string_lossy();
        match name.split_once('/') {
            _ if name == "nixpkgs" => Value::Path(self.wide(self.str(&root))),
            Some(("nixpkgs", rest)) => Value::Path(self.wide(self.str(&format!("{root}/{rest}")))),
            _ => self.opaque(&format!("<{name}> is not part of the checkout")),
        }
    }
}
