//! The names that the evaluator itself asks for.

use super::symbol::{Interner, Sym};

macro_rules! known {
    ($($field:ident = $text:literal,)*) => {
        /// Names the evaluator asks for, interned once.
        pub struct Known {
            $(#[doc = $text] pub $field: Sym,)*
        }

        impl Known {
            /// The names in `interner`.
            pub fn new(interner: &Interner) -> Self {
                Known { $($field: interner.intern($text),)* }
            }
        }
    };
}

known! {
    body = "body",
    overrides = "__overrides",
    functor = "__functor",
    to_string = "__toString",
    out_path = "outPath",
    drv_path = "drvPath",
    kind = "type",
    name = "name",
    value = "value",
    lib = "lib",
    meta = "meta",
    pname = "pname",
    version = "version",
    src = "src",
    srcs = "srcs",
    override_attrs = "overrideAttrs",
    override_python_attrs = "overridePythonAttrs",
    outputs = "outputs",
    output_name = "outputName",
    drv_attrs = "drvAttrs",
    all = "all",
    license = "license",
    key = "key",
    start_set = "startSet",
    operator = "operator",
    path = "path",
    file = "file",
    line = "line",
    column = "column",
    carried = "__carried",
    call_package = "callPackage",
    call_packages = "callPackages",
    position = "position",
    source_root = "sourceRoot",
    mod_root = "modRoot",
    build_subdir = "buildAndTestSubdir",
    patches = "patches",
    post_unpack = "postUnpack",
    pre_patch = "prePatch",
    post_patch = "postPatch",
    install_phase = "installPhase",
    pre_install = "preInstall",
    post_install = "postInstall",
    pre_fixup = "preFixup",
    post_fixup = "postFixup",
    identifiers = "identifiers",
    maintainers = "maintainers",
    github = "github",
    source_provenance = "sourceProvenance",
    cargo_hash = "cargoHash",
    cargo_sha256 = "cargoSha256",
    cargo_lock = "cargoLock",
    vendor_hash = "vendorHash",
    vendor_sha256 = "vendorSha256",
    npm_deps_hash = "npmDepsHash",
    recurse = "recurseForDerivations",
    stdenv = "stdenv",
    passthru = "passthru",
    throw = "throw",
    abort = "abort",
    builtins = "builtins",
}
