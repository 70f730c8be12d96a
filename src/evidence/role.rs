//! Why a file counts: decided by its path first and by the head of its text where names are not enough.
//!
//! Every answer names the rule that gave it. A role says nothing about licenses; it says in whose name a license in
//! this file would speak.

use super::detection::{FileEvidence, Role, Witness};
use super::page::floor_boundary;
use super::readme::STEMS;
use crate::text::RelPath;

/// A folder name anywhere in the path.
const VENDORED: &[&str] = &[
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "thirdparty",
    "3rdparty",
    "3rd_party",
    "3rd-party",
    "node_modules",
    "bower_components",
    "external",
    "externals",
    "extern",
    "subprojects",
    "bundled",
    "_vendor",
    "deps",
    "contrib",
    "godeps",
    "pods",
    "carthage",
    "ext-lib",
    "extlib",
    "extlibs",
];
const TESTS: &[&str] = &[
    "test",
    "tests",
    "autotests",
    "testing",
    "testsuite",
    "testsuites",
    "testdata",
    "test-data",
    "test_data",
    "fixtures",
    "fixture",
    "spec",
    "specs",
    "__tests__",
    "unittest",
    "unittests",
    "unit-tests",
    "gtest",
    "googletest",
    "t",
    "xt",
    "benches",
    "bench",
    "benchmark",
    "benchmarks",
    "fuzz",
    "fuzzing",
    "e2e",
    "regress",
    "corpus",
];
const DOCS: &[&str] = &[
    "doc",
    "docs",
    "documentation",
    "man",
    "manual",
    "manuals",
    "website",
    "site",
    "wiki",
    "help",
    "htmldoc",
    "javadoc",
];
const EXAMPLES: &[&str] = &["example", "examples", "demo", "demos", "sample", "samples", "tutorial", "tutorials"];
/// Folders for platforms that Nix does not build for.
const OTHER_PLATFORMS: &[&str] = &[
    "w32", "dos", "mingw", "mingw32", "win32", "win64", "windows", "mswin", "wince", "winrt", "uwp", "msvc", "visualc",
    "vcbuild", "vcproj", "android", "ios", "tvos", "msdos", "djgpp", "os2", "amiga", "vms", "beos", "symbian",
    "riscos",
];
const BUILD_FOLDERS: &[&str] = &[
    "m4",
    "build-aux",
    "buildtools",
    "autom4te.cache",
    "gl",
    "gllib",
    "gltests",
    "cmake",
    "kconfig",
    ".github",
    ".circleci",
    ".gitlab",
    "debian",
    "packaging",
    "ci",
    ".ci",
    "waflib",
];
/// Texts at the root that are called like the license they hold.
const LICENSE_NAMES: &[&str] = &[
    "artistic",
    "gpl",
    "gpl2",
    "gpl3",
    "gpl-2",
    "gpl-3",
    "gpl-2.0",
    "gpl-3.0",
    "gplv2",
    "gplv3",
    "lgpl",
    "lgpl-2.1",
    "lgpl-3.0",
    "mpl",
    "mpl-1.1",
    "mpl-2.0",
    "apache-2.0",
];
/// Documents of terms whose names do not say "license", and how they end.
const LICENSE_STEMS: &[&str] = &["legal", "terms", "terms-of-use", "terms_of_use", "terms-of-service", "tos"];
const DOCUMENT_ENDINGS: &[&str] = &[".txt", ".md", ".rst", ".html", ".htm"];
/// They name LICENSE among the rest, and say nothing by it.
const FILE_LISTS: &[&str] = &["manifest", "manifest.in", "sources.txt", "filelist.txt"];
/// The list of packages that Composer leaves in `vendor/composer`: each entry has the license of another package.
const INSTALLED: &str = "composer/installed.json";
/// Files of build systems, by name; those that other things are called as well need their words too.
const BUILD_FILES: &[&str] = &[
    "gtk-doc.make",
    "doxyfile",
    "doxyfile.in",
    "configure",
    "config.guess",
    "config.sub",
    "config.rpath",
    "ltmain.sh",
    "install-sh",
    "missing",
    "depcomp",
    "compile",
    "mkinstalldirs",
    "ylwrap",
    "ar-lib",
    "test-driver",
    "mdate-sh",
    "py-compile",
    "elisp-comp",
    "shtool",
    "aclocal.m4",
    "acinclude.m4",
    "configure.ac",
    "configure.in",
    "libtool",
    "ltconfig",
    "ltsugar.m4",
    "makefile",
    "gnumakefile",
    "makefile.am",
    "makefile.in",
    "makefile.inc",
    "cmakelists.txt",
    "meson.build",
    "meson_options.txt",
    "build.ninja",
    "sconstruct",
    "sconscript",
    "wscript",
    "waf",
    "gradlew",
    "gradlew.bat",
    "gradle-wrapper.jar",
    "maven-wrapper.jar",
    "mvnw",
    "mvnw.cmd",
    "build.gradle",
    "settings.gradle",
    "autogen.sh",
    "bootstrap",
    "bootstrap.sh",
    "buildconf",
    "install",
    "install.md",
    "texinfo.tex",
    "gitlog-to-changelog",
    "git-version-gen",
    "announce-gen",
    "useless-if-before-free",
    "vc-list-files",
    "build.rs",
    "setup.py",
    "rakefile",
    "gemfile",
    "jenkinsfile",
    ".travis.yml",
    "appveyor.yml",
    "dockerfile",
    "config.h.in",
    "config.hin",
    "install.txt",
    "install.gnu",
    "move-if-change",
    "gendocs.sh",
    "gendocs_template",
    "dune",
    "justfile",
    "pkgbuild",
];
/// Beginnings of names that are about the licenses of others.
const THIRD_PARTY: &[&str] = &[
    "third-party",
    "third_party",
    "thirdparty",
    "3rd-party",
    "3rdparty",
    "notice",
    "acknowledg",
    "credits",
    "licenses-third",
    "third party",
    "attribution",
    "copyright-notice",
    "licenses.third",
];
/// Endings of files with which distributions, and installers of Windows, package a project: Gentoo, NSIS, Inno Setup, WiX.
const PACKAGED_BY: &[&str] = &[".ebuild", ".eclass", ".nsi", ".nsh", ".iss", ".wxs"];
/// Functions of the C library of which projects carry a copy for systems that lack them.
const OF_LIBC: &[&str] = &[
    "alloca",
    "argp",
    "error",
    "fnmatch",
    "fnmatch_loop",
    "getdelim",
    "getline",
    "getopt",
    "getopt1",
    "getopt_int",
    "getopt_long",
    "glob",
    "memchr",
    "memmem",
    "memrchr",
    "mkstemp",
    "mktime",
    "obstack",
    "rawmemchr",
    "regcomp",
    "regex",
    "regex_internal",
    "regexec",
    "setenv",
    "stpcpy",
    "strcasestr",
    "strchrnul",
    "strdup",
    "strndup",
    "strnlen",
    "strptime",
    "strsep",
    "strtok_r",
    "strtol",
    "strtoll",
    "strtoul",
    "strtoull",
    "strverscmp",
    "tempname",
];
/// Endings of the files in which bundlers put the license comments of what they bundle, beside the bundle.
const BUNDLED: &[&str] = &[".js.license.txt", ".mjs.license.txt", ".cjs.license.txt", ".css.license.txt"];
/// Words in the head of a file that say a generator wrote it.
const GENERATED: &[&str] = &[
    "generated by",
    "do not edit",
    "automatically generated",
    "auto-generated",
    "autogenerated",
    "@generated",
    "a bison parser",
    "a lexical scanner generated by flex",
    "this file was generated",
    "code generated by",
    "generated automatically",
];
/// The same words where they are about a part of a file that a person wrote: a table, or a file that it makes.
const PARTLY_GENERATED: &[&str] = &[
    "generated by code at",
    "generated by code in",
    "generated by the code",
    "generated by this",
    "files generated by",
    "code generated by this",
    "table generated by",
    "tables generated by",
    "table was generated by",
    "tables were generated by",
    "output generated by",
    "is generated by calling",
];
/// Words in the head of a file that say a build system owns it.
const BUILD_WORDS: &[&str] = &[
    "this file is part of autoconf",
    "this file is part of libtool",
    "this file is part of automake",
    "configuration script generated by autoconf",
    "this configure script is free software",
    "this makefile.in is free software",
    "generated automatically by aclocal",
    "libtool is free software",
];

/// The role of a file and the rule that gave it; `head` is the beginning of its text, empty for binary files.
pub(super) fn of(path: &RelPath, head: &str) -> (Role, &'static str) {
    let low = path.as_str().to_ascii_lowercase();
    let (folders, name) = low.rsplit_once('/').unwrap_or(("", low.as_str()));
    let inside = |names: &[&str]| folders.split('/').any(|folder| names.contains(&folder));
    if low.ends_with(INSTALLED) {
        return (Role::Generated, "a list of installed packages");
    }
    if inside(VENDORED) || folders.split('/').any(|folder| folder.ends_with(".crate")) {
        return (Role::Vendored, "folder of copies of other projects");
    }
    if let Some(rule) = license_text(folders, name) {
        return (Role::LicenseText, rule);
    }
    if THIRD_PARTY.iter().any(|start| name.starts_with(start)) && !name.ends_with(".c") && !name.ends_with(".h") {
        return (Role::ThirdParty, "named as notices of third parties");
    }
    if BUNDLED.iter().any(|end| name.ends_with(end)) {
        return (Role::ThirdParty, "license comments that a bundler put aside");
    }
    if (inside(TESTS) || is_test(name)) && !is_perl_module(folders, name) {
        return (Role::Test, "folder or name of tests");
    }
    if let Some(rule) = build_system(folders, name, head) {
        return (Role::BuildSystem, rule);
    }
    if inside(OTHER_PLATFORMS) {
        return (Role::OtherPlatform, "folder for another platform");
    }
    if inside(EXAMPLES) {
        return (Role::Example, "folder of examples");
    }
    if inside(DOCS) || is_document(name) {
        return (Role::Docs, "folder or name of documentation");
    }
    match generated(name, head) {
        Some(rule) => (Role::Generated, rule),
        None => (Role::Shipped, "nothing else applies"),
    }
}

fn license_text(folders: &str, name: &str) -> Option<&'static str> {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let endings = [
        "c", "h", "py", "rs", "js", "java", "go", "rb", "cpp", "sh", "html.erb", "json", "pl", "pm", "ts", "php", "cs",
        "el", "hs",
    ];
    let is_code = name.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending));
    let starts = ["license", "licence", "copying", "unlicense", "copyright", "eula", "licensing"];
    let ends = ["license", "licence", "copying"];
    let named = starts.iter().any(|start| stem.starts_with(start)) || ends.iter().any(|end| stem.ends_with(end));
    let is_terms = LICENSE_STEMS.contains(&stem)
        && (!name.contains('.') || DOCUMENT_ENDINGS.iter().any(|end| name.ends_with(end)));
    let foldered =
        folders.split('/').any(|folder| matches!(folder, "licenses" | "licences" | "license" | "copying" | "legal"));
    if folders.is_empty() && LICENSE_NAMES.contains(&name.trim_end_matches(".txt").trim_end_matches(".md")) {
        return Some("named like a license");
    }
    match (named || is_terms, foldered) {
        (true, _) if !is_code && !stem.contains("third") => Some("named as a license text"),
        (_, true) if !is_code => Some("folder of license texts"),
        _ => None,
    }
}

fn is_test(name: &str) -> bool {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let marked = ["_test", "-test", "_tests", "_spec"].iter().any(|end| stem.ends_with(end));
    marked || stem.starts_with("test_") || name.contains(".test.") || name.contains(".spec.") || stem == "conftest"
}

/// `lib/Test/Deep.pm`: a module for those who write tests is what ships; `t/lib/Foo.pm` is a test.
fn is_perl_module(folders: &str, name: &str) -> bool {
    let is_below_lib = folders.split('/').next().is_some_and(|first| first == "lib");
    is_below_lib && name.ends_with(".pm")
}

fn is_document(name: &str) -> bool {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let pages =
        name.rsplit_once('.').is_some_and(|(_, ending)| ending.len() == 1 && ending.as_bytes()[0].is_ascii_digit());
    let stems = [
        "changelog",
        "changes",
        "news",
        "authors",
        "contributing",
        "todo",
        "history",
        "faq",
        "hacking",
        "thanks",
        "contributors",
        "packagers",
    ];
    // "This file is distributed under the same license as the package": words of a template.
    let is_catalog = [".po", ".pot", ".gmo"].iter().any(|end| name.ends_with(end));
    pages
        || is_catalog
        || stems.contains(&stem)
        || STEMS.contains(&stem)
        || [".texi", ".texinfo", ".rst", ".adoc", ".pod"].iter().any(|end| name.ends_with(end))
}

fn build_system(folders: &str, name: &str, head: &str) -> Option<&'static str> {
    if BUILD_FILES.contains(&name)
        || name.ends_with(".m4")
        || name.ends_with(".cmake")
        || name.ends_with(".cmake.in")
        || name.ends_with(".mk")
        || PACKAGED_BY.iter().any(|end| name.ends_with(end))
    {
        return Some("file of a build system by name");
    }
    if FILE_LISTS.contains(&name) {
        return Some("a list of the files of a release");
    }
    if folders.split('/').any(|folder| BUILD_FOLDERS.contains(&folder) || folder.starts_with("gnulib")) {
        return Some("folder of a build system");
    }
    let low = lower_head(head);
    // The C library of Nix has its own: the copy is built for other systems.
    if folders.split('/').next_back() == Some("intl") && low.contains("free software foundation") {
        return Some("gettext's copied library");
    }
    if is_of_libc(name, &low) {
        return Some("function of the C library, copied for other systems");
    }
    BUILD_WORDS.iter().any(|words| low.contains(words)).then_some("words of a build system")
}

/// `getopt.c` of the GNU C Library: where that is there, the copy is empty or left out. Its `md5.c` is no such function.
fn is_of_libc(name: &str, head: &str) -> bool {
    let stem = name.strip_suffix(".c").or_else(|| name.strip_suffix(".h"));
    let is_copy = ["gnu c library", "gnu libc"].iter().any(|words| head.contains(words));
    is_copy && stem.is_some_and(|stem| OF_LIBC.contains(&stem))
}

fn generated(name: &str, head: &str) -> Option<&'static str> {
    if name.ends_with(".min.js")
        || name.ends_with(".min.css")
        || name.ends_with(".js.map")
        || name.ends_with(".css.map")
        || name.ends_with(".pb.go")
        || name.ends_with("_pb2.py")
        || name == "package-lock.json"
        || name.ends_with(".lock")
    {
        return Some("name of generated files");
    }
    let low = PARTLY_GENERATED.iter().fold(lower_head(head), |low, words| low.replace(words, ""));
    GENERATED.iter().any(|words| low.contains(words)).then_some("says that a generator wrote it")
}

/// The first 1,500 bytes in lower case, white space as single blanks, comment signs left out.
fn lower_head(head: &str) -> String {
    let head = &head[..floor_boundary(head, 1_500)];
    let words =
        head.split_whitespace().filter(|word| word.bytes().any(|byte| byte.is_ascii_alphanumeric() || byte == b'@'));
    words.collect::<Vec<_>>().join(" ").to_ascii_lowercase()
}

/// So many distinct license texts in one folder are data about licenses, not claims.
const CORPUS: usize = 12;

/// Roles that only the neighbours of a file decide: a folder with many distinct texts is a corpus, that is test data.
/// `LICENSES/` of REUSE is none: there a text without use is an error that other tools report.
pub(super) fn neighbours(files: &mut [FileEvidence]) {
    let mut at = 0;
    while at < files.len() {
        let folder = files[at].path.parent();
        let end = at + files[at..].iter().take_while(|file| file.path.parent() == folder).count();
        let is_reuse = folder.name() == "LICENSES";
        if !is_reuse && end - at >= CORPUS && distinct_texts(&files[at..end]) >= CORPUS {
            for file in &mut files[at..end] {
                (file.role, file.role_rule) = (Role::Test, "folder of many license texts: a corpus");
            }
        }
        at = end;
    }
}

fn distinct_texts(files: &[FileEvidence]) -> usize {
    let texts = files.iter().flat_map(|file| file.detections.iter().filter(|one| one.class == Witness::Text));
    texts.map(|one| &one.expr).collect::<std::collections::BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(path: &str, head: &str) -> Role {
        of(&RelPath::new(path).expect("relative"), head).0
    }

    #[test]
    fn paths_decide_first() {
        for (path, expected) in [
            ("LICENSE", Role::LicenseText),
            ("COPYING.LIB", Role::LicenseText),
            ("Artistic", Role::LicenseText),
            ("src/gpl.txt", Role::Shipped),
            ("LICENSE-MIT", Role::LicenseText),
            ("legal.txt", Role::LicenseText),
            ("TERMS.md", Role::LicenseText),
            ("src/terms.c", Role::Shipped),
            ("doc/terms.texi", Role::Docs),
            ("locale/de/app.po", Role::Docs),
            ("lib/Test/Deep.pm", Role::Shipped),
            ("t/lib/Deep.pm", Role::Test),
            ("x.egg-info/SOURCES.txt", Role::BuildSystem),
            ("LICENSES/MIT.txt", Role::LicenseText),
            ("src/license.rs", Role::Shipped),
            ("vendor/zlib/LICENSE", Role::Vendored),
            ("NOTICE", Role::ThirdParty),
            ("THIRD-PARTY-NOTICES.txt", Role::ThirdParty),
            ("dist/app.min.js.LICENSE.txt", Role::ThirdParty),
            ("tests/data/GPL.txt", Role::Test),
            ("autotests/a.cpp", Role::Test),
            ("lib/gl/memchr.c", Role::BuildSystem),
            ("intl/plurals.c", Role::Shipped),
            ("doc/manual.texi", Role::Docs),
            ("examples/a.c", Role::Example),
            ("src/win32/getopt.c", Role::OtherPlatform),
            ("win32/tests/a.c", Role::Test),
            ("darwin/a.c", Role::Shipped),
            ("m4/ax_foo.m4", Role::BuildSystem),
            ("kconfig/lxdialog/util.c", Role::BuildSystem),
            ("misc/frob-1.0.ebuild", Role::BuildSystem),
            ("static/index.js.map", Role::Generated),
            ("vendor/composer/installed.json", Role::Generated),
            ("data/world.map", Role::Shipped),
            ("configure", Role::BuildSystem),
            ("doc/Doxyfile.in", Role::BuildSystem),
            ("src/main.c", Role::Shipped),
            ("README.md", Role::Docs),
        ] {
            assert_eq!(role(path, ""), expected, "{path}");
        }
    }

    #[test]
    fn the_library_that_gettext_copies_is_of_the_build_system() {
        let copied = "/* Copyright (C) 2000 Free Software Foundation, Inc. This program is free software */";
        assert_eq!(role("intl/dcgettext.c", copied), Role::BuildSystem);
        assert_eq!(role("src/intl/dates.c", "/* Copyright (C) 2000 A. Author */"), Role::Shipped);
    }

    #[test]
    fn copied_functions_of_the_c_library_are_of_the_build_system() {
        let head = "/* Getopt for GNU. This file is part of the GNU C Library. */";
        assert_eq!(role("src/getopt.c", head), Role::BuildSystem);
        assert_eq!(role("src/md5.c", head), Role::Shipped);
        assert_eq!(role("src/getopt.c", "/* Copyright (C) 2000 A. Author */"), Role::Shipped);
        assert_eq!(role("gnulib-lib/xalloc.h", ""), Role::BuildSystem);
    }

    #[test]
    fn words_decide_where_names_do_not() {
        assert_eq!(role("src/y.tab.c", "/* A Bison parser, made by GNU Bison 3.8 */"), Role::Generated);
        assert_eq!(role("aux/ltversion", "# This file is part of Libtool.\n"), Role::BuildSystem);
        assert_eq!(role("src/a.rs", "// Code generated by protoc. DO NOT EDIT.\n"), Role::Generated);
        assert_eq!(role("src/a.rs", "// Generated by code at https://example.org/tables\n"), Role::Shipped);
        assert_eq!(role("LIESMICH.txt", ""), Role::Docs);
    }
}
