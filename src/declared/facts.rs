//! Further metadata of a package: names here and elsewhere, place, sources, maintainers, provenance, deletions by the
//! build.
//!
//! Each fact is read on its own: one that cannot be evaluated is left out and spoils no other.

use super::flags::flags;
use super::names::identifiers;
use super::patches::patches;
use super::phases::{Changes, built_part, installed_licenses};
use super::resolve::attr_of;
use super::sources::{LONGEST_FACT, MOST_FACTS, Sources};
use crate::nix::{Attr, Eval, Loc, Sym, Thunk, Value, lookup, parse_name};
use crate::tree::{AttrPath, Checkout, Maintainer, Package, Site, is_builder, maintainer};

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
    let reading = Sources { checkout, eval };
    let (mut sources, source_unknown) = reading.of(value);
    let root = reader.built_part(value);
    if let ([source], Some(root)) = (&mut sources[..], &root) {
        source.root = Some(root.clone());
    }
    let patch_list = reader.get(value, eval.known.patches);
    let mut changes = reader.changes(value, root.as_deref().unwrap_or(""));
    changes.patched |= matches!(patch_list, Some(Value::List([_, ..])));
    let meta = reader.get(value, eval.known.meta);
    let place = meta.and_then(|meta| reader.position(meta)).or_else(|| reader.given_at(value));
    let site = place.or_else(|| checkout.site(thunk.origin.get()));
    let digest = site.as_ref().and_then(|site| checkout.digest(&site.file));
    let stated = meta.and_then(|meta| reader.get(meta, eval.known.identifiers));
    let from_name = |part: fn((&str, &str)) -> String| parsed.map(part).filter(|text| !text.is_empty());
    let pname = reader.text(value, eval.known.pname).or_else(|| from_name(|(name, _)| name.to_owned()));
    let version = reader.text(value, eval.known.version).or_else(|| from_name(|(_, version)| version.to_owned()));
    let named = (pname.as_deref(), version.as_deref());
    Package {
        attr: AttrPath(attr.to_owned()),
        identifiers: stated.and_then(|stated| identifiers(eval, stated, named)),
        pname,
        version,
        site,
        digest,
        sources,
        platforms: Vec::new(),
        source_unknown,
        vendored: reading.vendored(value),
        maintainers: meta.map(|meta| reader.maintainers(meta)).unwrap_or_default(),
        provenance: meta.map_or(Some(Vec::new()), |meta| reader.provenance(meta)),
        removed: changes.removed,
        patches: patches(checkout, eval, patch_list),
        patched: changes.patched,
        license_files: reader.license_files(value),
        flags: reader.flags(value),
    }
}

/// Where a license would have to be written: the set that states the rest of `meta`, else the one that a builder was
/// given for its source, else the attribute. Never in a builder that makes packages of all kinds, where there is another
/// place.
pub(super) fn definition<'a>(
    checkout: &Checkout,
    eval: &Eval<'a>,
    (thunk, value): (&'a Thunk<'a>, Value<'a>),
    has_source: bool,
) -> Option<Site> {
    let reader = Reader { checkout, eval };
    let meta = reader.get(value, eval.known.meta);
    let in_meta = |names: &[&'static str]| meta.and_then(|meta| reader.set_around(meta, names));
    let places = [
        in_meta(&["description", "longDescription"]),
        reader.set_around(value, &["src", "srcs"]),
        reader.given_set(thunk),
        reader.set_around(value, &["version", "pname", "name"]),
        in_meta(&["homepage", "maintainers", "platforms"]),
        meta.and_then(|meta| reader.position(meta)),
        // Nothing is built of nothing: a wrapper is defined where its builder is.
        has_source.then(|| checkout.site(thunk.origin.get())).flatten(),
    ];
    let places: Vec<Site> = places.into_iter().flatten().collect();
    let own = places.iter().find(|site| !is_builder(&site.file));
    own.or(places.first()).cloned()
}

struct Reader<'e, 'a> {
    checkout: &'e Checkout,
    eval: &'e Eval<'a>,
}

impl<'a> Reader<'_, 'a> {
    fn get(&self, value: Value<'a>, name: Sym) -> Option<Value<'a>> {
        let thunk = attr_of(self.eval, value, name).ok()??;
        self.eval.force(thunk).ok()
    }

    fn named(&self, value: Value<'a>, name: &'static str) -> Option<Value<'a>> {
        self.get(value, self.eval.sym_of_static(name))
    }

    fn text(&self, value: Value<'a>, name: Sym) -> Option<String> {
        match self.get(value, name) {
            Some(Value::Str(text)) if text.len() <= LONGEST_FACT => Some((*text).to_owned()),
            _ => None,
        }
    }

    /// The line that `meta.position` names.
    fn position(&self, meta: Value<'a>) -> Option<Site> {
        let Some(Value::Str(position)) = self.get(meta, self.eval.known.position) else { return None };
        let (path, line) = position.rsplit_once(':')?;
        let loc = self.eval.files.line(path, line.parse().ok()?)?;
        self.checkout.site(loc)
    }

    /// Where a builder that is not known was given the package: what `meta.position` would name.
    fn given_at(&self, value: Value<'a>) -> Option<Site> {
        let Value::Opaque(opaque) = value else { return None };
        let given = self.eval.build_attrs(opaque).ok()??;
        let known = &self.eval.known;
        let written = |attrs: &'a [Attr<'a>], name| lookup(attrs, name).map(|attr| attr.at).filter(|at| *at > 0);
        let described = match lookup(given, known.meta).and_then(|meta| self.eval.force(meta.value).ok()) {
            Some(Value::Attrs(meta)) => written(meta, self.eval.sym_of_static("description")),
            _ => None,
        };
        let named = || [known.version, known.pname, known.name].into_iter().find_map(|name| written(given, name));
        let at = described.or_else(named)?;
        self.checkout.site(Loc { start: at, end: at })
    }

    /// The set in which one of `names` of `value` is written.
    fn set_around(&self, value: Value<'a>, names: &[&'static str]) -> Option<Site> {
        let Value::Attrs(attrs) = value else { return None };
        names.iter().find_map(|name| {
            let attr = lookup(attrs, self.eval.sym_of_static(name)).filter(|attr| attr.at > 0)?;
            self.checkout
                .site(self.eval.files.set_around(attr.at)?)
                .filter(|site| !site.file.as_str().starts_with("lib/"))
        })
    }

    /// The set that a builder is given where the attribute is bound: `buildPerlPackage { pname = ..; }`. Not the arguments
    /// of `callPackage`, which are no attributes of the package.
    fn given_set(&self, thunk: &'a Thunk<'a>) -> Option<Site> {
        let origin = thunk.origin.get();
        let written = self.eval.files.text(origin).filter(|written| written.ends_with('}'))?;
        let builder = written.split('{').next()?;
        let is_builder = !["callPackage", "import ", "override"].iter().any(|other| builder.contains(other));
        let names_it = ["version =", "name =", "src ="].iter().any(|name| written.contains(name));
        let set = (is_builder && names_it).then(|| self.eval.files.set_around(origin.end - 1)).flatten()?;
        self.checkout.site(set)
    }

    fn built_part(&self, value: Value<'a>) -> Option<String> {
        let known = &self.eval.known;
        let root = self.text(value, known.source_root);
        let folder = self.text(value, known.mod_root).or_else(|| self.text(value, known.build_subdir));
        if root.is_none() && folder.is_none() { None } else { built_part(root.as_deref(), folder.as_deref()) }
    }

    fn changes(&self, value: Value<'a>, root: &str) -> Changes {
        let known = &self.eval.known;
        let mut changes = Changes::default();
        for (name, folder) in [(known.post_unpack, None), (known.pre_patch, Some(root)), (known.post_patch, Some(root))]
        {
            let Ok(Some(thunk)) = attr_of(self.eval, value, name) else { continue };
            // Other packages are named in most phases: those are evaluated only where there is something to find.
            match self.eval.files.text(thunk.origin.get()) {
                Some(written) if written.len() > 4 && !written.contains("rm") => changes.patched = true,
                _ => match self.eval.force(thunk) {
                    Ok(Value::Str(script) | Value::Tainted(script)) => changes.add(script, folder),
                    Ok(Value::Null) => {}
                    _ => changes.patched = true,
                },
            }
        }
        changes
    }

    /// License files that phases install, by the commands as they are written: nothing is evaluated.
    fn license_files(&self, value: Value<'a>) -> Vec<String> {
        let known = &self.eval.known;
        let phases = [known.install_phase, known.pre_install, known.post_install, known.pre_fixup, known.post_fixup];
        let written = phases.into_iter().filter_map(|name| {
            let thunk = attr_of(self.eval, value, name).ok()??;
            self.eval.files.text(thunk.origin.get())
        });
        written.flat_map(installed_licenses).collect()
    }

    /// Flags of the build, as they are written: nothing is evaluated.
    fn flags(&self, value: Value<'a>) -> Vec<String> {
        let names = ["configureFlags", "cmakeFlags", "mesonFlags"].map(|name| self.eval.sym_of_static(name));
        let written = names.into_iter().filter_map(|name| {
            let thunk = attr_of(self.eval, value, name).ok()??;
            self.eval.files.text(thunk.origin.get())
        });
        written.flat_map(flags).collect()
    }

    fn maintainers(&self, meta: Value<'a>) -> Vec<Maintainer> {
        let Some(Value::List(items)) = self.get(meta, self.eval.known.maintainers) else { return Vec::new() };
        let mut all: Vec<_> = items
            .iter()
            .take(MOST_FACTS)
            .filter_map(|item| maintainer(self.eval, self.eval.force(item).ok()?))
            .collect();
        all.shrink_to_fit();
        all
    }

    fn provenance(&self, meta: Value<'a>) -> Option<Vec<String>> {
        let stated = attr_of(self.eval, meta, self.eval.known.source_provenance);
        let stated = stated.and_then(|thunk| thunk.map(|thunk| self.eval.force(thunk)).transpose());
        match stated {
            Ok(None | Some(Value::Null)) => None,
            Ok(Some(Value::List(items))) => Some(
                items
                    .iter()
                    .take(MOST_FACTS)
                    .map(|item| self.source_type(item))
                    .collect::<Option<_>>()
                    .unwrap_or_default(),
            ),
            Ok(Some(_)) | Err(_) => Some(Vec::new()),
        }
    }

    fn source_type(&self, item: &'a Thunk<'a>) -> Option<String> {
        match self.eval.force(item).ok()? {
            Value::Str(text) if text.len() <= LONGEST_FACT => Some((*text).to_owned()),
            value => match self.named(value, "shortName") {
                Some(Value::Str(text)) => Some((*text).to_owned()),
                _ => None,
            },
        }
    }
}
