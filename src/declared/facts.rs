//! What else a package says about itself: names, sources, maintainers, provenance, removed folders.

use super::resolve::attr_of;
use crate::nix::{Eval, R, Sym, Thunk, Value, lookup, parse_name};
use crate::tree::{AttrPath, Checkout, HashMode, Maintainer, Package, SourceRef};

/// The facts of the package `value` under `attr`.
pub(super) fn package<'a>(
    checkout: &Checkout,
    eval: &Eval<'a>,
    attr: &str,
    thunk: &'a Thunk<'a>,
    value: Value<'a>,
) -> Package {
    let reader = Reader { checkout, eval };
    let name = reader.text(value, eval.known.name);
    let parsed = name.as_deref().map(parse_name);
    let (sources, source_unknown) = reader.sources(value);
    let site = checkout.site(thunk.origin.get());
    let digest = site.as_ref().and_then(|site| checkout.digest(&site.file));
    let from_name = |part: fn((&str, &str)) -> String| parsed.map(part).filter(|text| !text.is_empty());
    Package {
        attr: AttrPath(attr.to_owned()),
        pname: reader.text(value, eval.known.pname).or_else(|| from_name(|(name, _)| name.to_owned())),
        version: reader.text(value, eval.known.version).or_else(|| from_name(|(_, version)| version.to_owned())),
        site,
        digest,
        sources,
        source_unknown,
        maintainers: Vec::<Maintainer>::new(),
        provenance: None,
        removed: Vec::new(),
        patched: false,
    }
}

struct Reader<'e, 'a> {
    #[expect(dead_code, reason = "local sources come next")]
    checkout: &'e Checkout,
    eval: &'e Eval<'a>,
}

impl<'a> Reader<'_, 'a> {
    fn get(&self, value: Value<'a>, name: Sym) -> R<'a, Option<Value<'a>>> {
        match attr_of(self.eval, value, name)? {
            Some(thunk) => self.eval.force(thunk).map(Some),
            None => Ok(None),
        }
    }

    fn text(&self, value: Value<'a>, name: Sym) -> Option<String> {
        match self.get(value, name) {
            Ok(Some(Value::Str(text))) => Some(text.to_owned()),
            _ => None,
        }
    }

    fn field(&self, value: Value<'a>, name: &str) -> Option<String> {
        self.text(value, self.eval.sym(name)).filter(|text| !text.is_empty())
    }

    fn sources(&self, value: Value<'a>) -> (Vec<SourceRef>, Option<String>) {
        let (mut out, mut unknown) = (Vec::new(), None);
        for name in [self.eval.known.src, self.eval.known.srcs] {
            match self.get(value, name) {
                Ok(Some(Value::List(items))) => {
                    for item in items {
                        match self.eval.force(item) {
                            Ok(item_value) => self.source(item_value, item, &mut out),
                            Err(error) => unknown = Some(error.text.to_owned()),
                        }
                    }
                }
                Ok(Some(found)) => {
                    if let Ok(Some(thunk)) = attr_of(self.eval, value, name) {
                        self.source(found, thunk, &mut out);
                    }
                }
                Ok(None) => {}
                Err(error) => unknown = Some(error.text.to_owned()),
            }
            if !out.is_empty() {
                break;
            }
        }
        (out, unknown)
    }

    fn source(&self, value: Value<'a>, thunk: &'a Thunk<'a>, out: &mut Vec<SourceRef>) {
        let Value::Attrs(attrs) = value else { return };
        let _ = lookup(attrs, self.eval.known.name);
        let mut urls = match self.get(value, self.eval.sym("urls")) {
            Ok(Some(Value::List(items))) => items
                .iter()
                .filter_map(|item| match self.eval.force(item) {
                    Ok(Value::Str(url)) => Some(url.to_owned()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        if urls.is_empty() {
            urls.extend(self.field(value, "url"));
        }
        let text = self.eval.files.text(thunk.origin.get()).unwrap_or("");
        let fetcher: String =
            text.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-')).collect();
        let mode = match self.field(value, "outputHashMode").as_deref() {
            Some("recursive" | "nar") => HashMode::Nar,
            _ => HashMode::Flat,
        };
        out.push(SourceRef {
            fetcher: fetcher.rsplit('.').next().unwrap_or("").to_owned(),
            name: self.text(value, self.eval.known.name),
            urls,
            hash: self.field(value, "outputHash"),
            algo: self.field(value, "outputHashAlgo"),
            mode,
            rev: self.field(value, "rev"),
            flags: Vec::new(),
            strip_root: true,
            root: None,
            local: None,
        });
    }
}
