//! A `lib` in the Nix language for trees that bring none of their own.
//!
//! Written from documented behaviour; it refuses to know any license: the table is handed to it. Invariant: it says
//! what the real `lib` says or does not have the name, so a name missing under this `lib` means "unknown", never
//! "the tree is wrong". `maintainers` and `teams` are empty for that reason.

/// The parts by the name that `default.nix` imports them under.
const PARTS: &[(&str, &str)] = &[
    ("trivial", include_str!("trivial.nix")),
    ("fixed-points", include_str!("fixed-points.nix")),
    ("lists", include_str!("lists.nix")),
    ("attrsets", include_str!("attrsets.nix")),
    ("strings", include_str!("strings.nix")),
    ("flags", include_str!("flags.nix")),
    ("versions", include_str!("versions.nix")),
    ("customisation", include_str!("customisation.nix")),
    ("meta", include_str!("meta.nix")),
    ("sources", include_str!("sources.nix")),
    ("options", include_str!("options.nix")),
    ("types", include_str!("types.nix")),
    ("modules", include_str!("modules.nix")),
    ("package-sets", include_str!("package-sets.nix")),
    ("generators", include_str!("generators.nix")),
    ("systems", include_str!("systems.nix")),
    ("licenses", include_str!("licenses.nix")),
];

/// One self-contained Nix expression, `{ licenses }: lib`: no imports are left in it.
///
/// `licenses` is a set from names to facts as `table/licenses.json` lays them out (`builtins.fromJSON` of that text).
pub fn fallback_lib() -> String {
    PARTS.iter().fold(include_str!("default.nix").to_owned(), |whole, (name, text)| {
        whole.replace(&format!("(import ./{name}.nix)"), &format!("(\n{text})"))
    })
}

/// `<nix/fetchurl.nix>`, which comes with Nix and not with a checkout, and the path it is evaluated under.
pub(super) const FETCHURL: (&str, &str) = ("/clarity/nix/fetchurl.nix", include_str!("fetchurl.nix"));

#[cfg(test)]
mod tests {
    use super::fallback_lib;

    #[test]
    fn the_fallback_lib_is_one_expression_without_imports_or_errors() {
        let source = fallback_lib();
        assert!(!source.contains("import ./"), "a part is not in PARTS");
        let errors = rnix::Root::parse(&source).errors().to_vec();
        assert!(errors.is_empty(), "{errors:?}");
    }
}
