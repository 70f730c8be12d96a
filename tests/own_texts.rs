//! `--license-texts`: texts of the user are found, or refused aloud.

use std::fs;

use super::scan::clarity;

const LONG: &str = "Frob Public License\n\nPermission is granted to use, copy, modify and distribute the frob and its \
    documentation for any purpose, provided that every copy carries this license and the names of its authors, and that \
    whoever frobs in public sends a drawing of it to the guild of frobbers, which may print it in its yearly almanac. \
    The frob comes without any warranty; its authors are not liable for what it does.\n";

/// The exit code of `detect` with a text of the user, and what it says.
fn detected(own: &str) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    for (name, text) in [("texts/Frob.txt", own), ("source/LICENSE", LONG)] {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("in a folder")).expect("made");
        fs::write(file, text).expect("written");
    }
    let run = clarity(&["detect", &at("source"), "--license-texts", &at("texts")]);
    (run.code, run.stdout + &run.stderr)
}

#[test]
fn a_text_of_the_user_is_found_by_its_name() {
    let (code, said) = detected(LONG);
    assert!(code == 0 && said.contains("LicenseRef-Frob"), "{code} {said}");
}

#[test]
fn a_text_that_would_never_be_found_is_refused() {
    for short in ["Frob License", "All rights and lefts.", &"the cat sat on a mat. ".repeat(20)] {
        let (code, said) = detected(short);
        assert!(code == 2 && said.contains("Frob (") && said.contains("never be found"), "{code} {said}");
    }
}
