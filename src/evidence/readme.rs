//! Readmes: which files are one. What they grant is a weaker witness than the words of a source file.
//!
//! The words themselves are read by the grammar of grants; a badge is a mention and stays a clue.

use super::role;
use crate::text::RelPath;

/// True for `README`, `README.md`, `ReadMe.rst`, `README.de.txt`, `LIESMICH` and the like.
pub(super) fn is_readme(path: &RelPath) -> bool {
    let stem = path.name().split(['.', '-', '_']).next().unwrap_or("");
    role::is_stem_of_readme(&stem.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Detector, Witness};
    use crate::text::RelPath;

    fn reads(name: &str, text: &str) -> Vec<String> {
        let evidence = Detector::usual().read(&RelPath::new(name).expect("relative"), text.as_bytes());
        let found = evidence.detections.iter().filter(|one| one.class != Witness::Clue);
        found.map(|one| format!("{:?} {}", one.class, one.expr)).collect()
    }

    #[test]
    fn a_license_section_is_read_in_every_markup() {
        for text in [
            "# foo\n\n## License\n\nMIT\n",
            "foo\n===\n\nLicense\n-------\n\nMIT, see LICENSE.\n",
            "# foo\n## License\n[MIT](LICENSE)\n",
            "# foo\n\n## License\n\nMIT \u{a9} Jane Roe\n",
            "# foo\n\n## Licensing\n\nThis project is licensed under the terms of the MIT license.\n",
        ] {
            assert_eq!(reads("README.md", text), ["Readme MIT"], "{text}");
        }
    }

    #[test]
    fn a_readme_has_other_names_in_other_languages() {
        for name in ["README.de.md", "LIESMICH", "LisezMoi.txt", "LEEME.md"] {
            assert_eq!(reads(name, "foo\n\nLicense: MIT\n"), ["Readme MIT"], "{name}");
        }
        assert!(!reads("LIESMAL", "foo\n\nLicense: MIT\n").contains(&"Readme MIT".to_owned()));
    }

    #[test]
    fn a_badge_with_a_license_is_a_witness() {
        let badge = |label: &str| {
            format!("# foo\n\n[![x](https://img.shields.io/badge/{label}-yellow.svg)](https://example.org)\n")
        };
        assert_eq!(reads("README.md", &badge("License-MIT")), ["Readme MIT"]);
        assert_eq!(reads("README.md", &badge("license-BSD--3--Clause")), ["Readme BSD-3-Clause"]);
        assert_eq!(reads("README.md", &badge("license-Apache%202.0")), ["Readme Apache-2.0"]);
        assert_eq!(reads("README.md", &badge("license-Apache--2.0/MIT")), ["Readme Apache-2.0 OR MIT"]);
        assert_eq!(reads("README.md", &badge("license-Apache--2.0%2FMIT")), ["Readme Apache-2.0 OR MIT"]);
        let other = "# foo\n\n[![x](https://badgen.net/badge/license/MIT/blue)](https://example.org)\n";
        assert_eq!(reads("README.md", other), ["Readme MIT"]);
        assert!(reads("README.md", &badge("tested-MIT")).is_empty());
        assert!(reads("README.md", &badge("license-see_the_file")).is_empty());
    }
}
