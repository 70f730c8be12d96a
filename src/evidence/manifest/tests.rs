use super::{KINDS, reader};
use crate::evidence::{Detector, Witness};
use crate::text::RelPath;

/// A manifest of every kind: its path, its text, and what it states.
const CASES: &[(&str, &str, &[&str])] = &[
    ("Cargo.toml", "[package]\nname = \"x\"\nlicense = \"MIT/Apache-2.0\"\n", &["Apache-2.0 OR MIT"]),
    ("Cargo.toml", "[workspace.package]\nlicense = \"MIT OR Zlib\"\n", &["MIT OR Zlib"]),
    ("package.json", r#"{"license": "(MIT OR GPL-2.0+)"}"#, &["GPL-2.0-or-later OR MIT"]),
    ("package.json", r#"{"licenses": [{"type": "MIT"}, {"type": "ISC"}]}"#, &["ISC OR MIT"]),
    ("package.json", r#"{"license": {"type": "BSD-3-Clause", "url": "u"}}"#, &["BSD-3-Clause"]),
    ("package.json", r#"{"license": "UNLICENSED"}"#, &["LicenseRef-all-rights-reserved"]),
    ("package.json", r#"{"license": "UNLICENSED", "private": true}"#, &[]),
    ("package.json", r#"{"license": "MIT Custom"}"#, &["LicenseRef-custom-MIT"]),
    ("package.json", r#"{"license": "Proprietary"}"#, &["LicenseRef-proprietary"]),
    ("composer.json", r#"{"license": ["LGPL-2.1-only", "GPL-3.0-or-later"]}"#, &["GPL-3.0-or-later OR LGPL-2.1-only"]),
    ("META.json", r#"{"license": ["perl_5"]}"#, &["Artistic-1.0-Perl OR GPL-1.0-or-later"]),
    ("META.yml", "---\nname: x\nlicense: lgpl_2_1\n", &["LGPL-2.1-only"]),
    ("Makefile.PL", "WriteMakefile(NAME => 'x',\n  LICENSE => 'artistic_2',\n);\n", &["Artistic-2.0"]),
    ("dist.ini", "name = x\nlicense = Perl_5\n", &["Artistic-1.0-Perl OR GPL-1.0-or-later"]),
    ("pyproject.toml", "[project]\nlicense = \"MIT AND ISC\"\n", &["ISC AND MIT"]),
    ("pyproject.toml", "[project]\nlicense = {text = \"GPLv3+\"}\n", &["GPL-3.0-or-later"]),
    ("pyproject.toml", "[tool.poetry]\nlicense = \"LGPL-3.0-or-later\"\n", &["LGPL-3.0-or-later"]),
    (
        "pyproject.toml",
        "[project]\nclassifiers = [\"License :: OSI Approved :: Apache Software License\"]\n",
        &["Apache-2.0"],
    ),
    ("setup.cfg", "[metadata]\nname = x\nlicense = BSD-2-Clause\n", &["BSD-2-Clause"]),
    ("setup.py", "setup(name='x',\n  license='Zlib',\n)\n", &["Zlib"]),
    ("setup.py", "setup(classifiers=['License :: Other/Proprietary License'],\n)\n", &["LicenseRef-proprietary"]),
    (
        "setup.cfg",
        "[metadata]\nclassifiers =\n  License :: Free for non-commercial use\n",
        &["LicenseRef-restricted-non-commercial"],
    ),
    ("setup.cfg", "[metadata]\nlicense = Custom MIT License\n", &["LicenseRef-custom-MIT"]),
    ("setup.cfg", "[metadata]\nlicense = custom\n", &[]),
    ("setup.cfg", "[metadata]\nlicense = Proprietary, internal use only\n", &["LicenseRef-proprietary"]),
    ("setup.cfg", "[metadata]\nlicense = non-proprietary\n", &[]),
    ("PKG-INFO", "Metadata-Version: 2.4\nLicense-Expression: MIT OR Zlib\n\ntext\n", &["MIT OR Zlib"]),
    (
        "PKG-INFO",
        "Metadata-Version: 2.1\nLicense: LGPL 2.1\nClassifier: License :: OSI Approved :: GNU Lesser General Public License v2 (LGPLv2)\n",
        &["LGPL-2.1-only"],
    ),
    ("x.dist-info/METADATA", "Metadata-Version: 2.1\nLicense: ISC\n", &["ISC"]),
    ("x.gemspec", "Gem::Specification.new do |s|\n  s.licenses = [\"MIT\", \"Ruby\"]\nend\n", &["MIT OR Ruby"]),
    ("x.gemspec", "Gem::Specification.new do |s|\n  s.license = %q{Apache-2.0}\nend\n", &["Apache-2.0"]),
    ("x.cabal", "name: x\nlicense: BSD3\n", &["BSD-3-Clause"]),
    ("DESCRIPTION", "Package: x\nVersion: 1\nLicense: GPL (>= 2) | file LICENSE\n", &["GPL-2.0-or-later"]),
    (
        "pom.xml",
        "<project><licenses><license><name>EPL 1.0</name></license><license><name>LGPL 2.1</name></license></licenses></project>",
        &["EPL-1.0 OR LGPL-2.1-only"],
    ),
    ("x.nuspec", "<package><metadata><license type=\"expression\">MIT</license></metadata></package>", &["MIT"]),
    ("x.opam", "opam-version: \"2.0\"\nlicense: \"ISC\"\n", &["ISC"]),
    ("meson.build", "project('x', 'c',\n  license : 'MIT',\n)\n", &["MIT"]),
    (
        "debian/copyright",
        "Format: x\n\nFiles: *\nCopyright: 2020 J\nLicense: Expat or BSD-3-clause\n",
        &["BSD-3-Clause OR MIT"],
    ),
    ("CITATION.cff", "cff-version: 1.2.0\nlicense: Apache-2.0\n", &["Apache-2.0"]),
    ("x.spec", "Name: x\nLicense: GPLv2+ and MIT\n", &["GPL-2.0-or-later AND MIT"]),
    (
        "x.metainfo.xml",
        "<component><metadata_license>CC0-1.0</metadata_license><project_license>GPL-3.0+</project_license></component>",
        &["GPL-3.0-or-later"],
    ),
];

fn states(path: &str, text: &str) -> Vec<String> {
    let path = RelPath::new(path).expect("relative");
    let evidence = Detector::usual().read(&path, text.as_bytes());
    let found = evidence.detections.iter().filter(|one| one.class == Witness::Manifest);
    found.map(|one| one.expr.to_string()).collect()
}

#[test]
fn every_manifest_is_read() {
    for (path, text, expected) in CASES {
        assert_eq!(states(path, text), *expected, "{path}: {text}");
    }
}

#[test]
fn every_kind_is_tried() {
    for kind in KINDS {
        let is_tried = CASES.iter().any(|(path, _, _)| {
            reader(&RelPath::new(path).expect("relative")).is_some_and(|reads| std::ptr::fn_addr_eq(reads, kind.reads))
        });
        assert!(is_tried, "no case for {:?} {:?}", kind.names, kind.endings);
    }
}

#[test]
fn a_broken_manifest_is_read_as_far_as_it_goes() {
    for (path, text, _) in CASES {
        for cut in 0..text.len() {
            states(path, &text[..cut]);
        }
    }
}

#[test]
fn the_first_thousand_claims_of_a_manifest_are_read() {
    let after = |claims: usize| states("x.spec", &format!("{}License: ISC\n", "License: MIT\n".repeat(claims)));
    assert_eq!(after(900), ["MIT", "ISC"]);
    // Each claim looks for its place in the whole text: all of a long list would be minutes.
    assert_eq!(after(1_000), ["MIT"]);
}

#[test]
fn a_copying_in_debians_format_says_of_which_files_its_texts_are() {
    let head = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n";
    let stanzas = "Files: *\nCopyright: 2012 A (formerly B)\nLicense: GPL-2+\n\nFiles: lib/*\nLicense: Expat\n\n";
    let names = "License: GPL-2+\n This program is free software under the GPL version 2 or later.\n";
    let says = |text: &str| {
        let found = Detector::usual().read(&RelPath::new("COPYING").expect("relative"), text.as_bytes());
        let spoken = found.detections.iter().filter(|one| one.class != Witness::Clue);
        spoken.map(|one| one.expr.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(says(&format!("{head}{stanzas}{names}")), ["GPL-2.0-or-later"]);
    assert_eq!(says(stanzas), ["MIT"], "what begins otherwise is read as prose");
}
