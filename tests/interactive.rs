//! `clarity fix --interactive` at a real pseudo terminal.

use std::fs;

use rexpect::session::{PtySession, spawn_command};

use crate::patches::Place;
use crate::scan::state_hash;

/// A first answer has to wait for a scan, on a busy machine.
const PATIENCE: Option<u64> = Some(120_000);

const PROMPT: &str = "[q]uit ? ";

fn start(place: &Place, args: &[&str]) -> PtySession {
    let mut command = place.command(env!("CARGO_BIN_EXE_clarity"));
    command.arg("fix").arg(place.tree()).args(args).args(["--interactive", "--color", "never"]);
    spawn_command(command, PATIENCE).expect("a pseudo terminal")
}

/// What is shown until the next question.
fn question(terminal: &mut PtySession) -> String {
    terminal.exp_string(PROMPT).expect("a question")
}

fn press(terminal: &mut PtySession, key: &str) {
    terminal.send(key).and_then(|_| terminal.flush()).expect("it listens");
}

/// What is shown until the end, and the exit code.
fn end(terminal: &mut PtySession) -> (String, i32) {
    let rest = terminal.exp_eof().expect("it ends");
    match terminal.process().wait().expect("it ended") {
        rexpect::process::WaitStatus::Exited(_, code) => (rest, code),
        other => panic!("{other:?}"),
    }
}

fn birch(place: &Place) -> String {
    place.read("pkgs/by-name/bi/birch-log/package.nix")
}

#[test]
fn a_finding_is_shown_with_place_witnesses_and_diff_and_accepting_writes_it() {
    let place = Place::new();
    let mut terminal = start(&place, &["--attr", "birch-log"]);
    let shown = question(&mut terminal);
    for part in [
        "(1 of 1)",
        "birch-log: declared MIT, the source says Apache-2.0",
        "license = lib.licenses.mit;",
        "evidence: src/lib.rs:1 Apache-2.0 (tag, 2 files)",
        "-    license = lib.licenses.mit;",
        "+    license = lib.licenses.asl20;",
        "[a]ccept, [s]kip, [x] suppress, ",
    ] {
        assert!(shown.contains(part), "{part:?} is missing in:\n{shown}");
    }
    assert!(birch(&place).contains("licenses.mit"), "nothing is written before it is accepted");
    press(&mut terminal, "a");
    let (rest, code) = end(&mut terminal);
    assert!(rest.contains("written: pkgs/by-name/bi/birch-log/package.nix"), "{rest}");
    assert!(rest.contains("1 findings: 1 fixed, 0 skipped, 0 suppressed, 0 refused"), "{rest}");
    assert_eq!(code, 0);
    assert!(birch(&place).contains("license = lib.licenses.asl20;"));
}

#[test]
fn skipped_findings_are_remembered_and_asked_again_only_on_request() {
    let place = Place::new();
    let both = ["--attr", "birch-log", "--attr", "rook-chess"];
    let mut terminal = start(&place, &both);
    assert!(question(&mut terminal).contains("(1 of 2)"));
    press(&mut terminal, "s");
    assert!(question(&mut terminal).contains("rook-chess"));
    press(&mut terminal, "q");
    assert_eq!(end(&mut terminal).1, 0);
    let mut terminal = start(&place, &both);
    let shown = question(&mut terminal);
    assert!(shown.contains("(1 of 1)") && shown.contains("rook-chess"), "it goes on where it ended: {shown}");
    press(&mut terminal, "q");
    end(&mut terminal);
    let mut terminal = start(&place, &[&both[..], &["--again"]].concat());
    assert!(question(&mut terminal).contains("birch-log"));
    press(&mut terminal, "q");
    end(&mut terminal);
    assert!(birch(&place).contains("licenses.mit"));
}

#[test]
fn suppressing_writes_the_block_with_its_reason_and_the_scan_is_silent() {
    let place = Place::new();
    let config = place.tree().join("clarity.toml");
    let before = fs::read_to_string(&config).expect("readable");
    let mut terminal = start(&place, &["--attr", "birch-log"]);
    question(&mut terminal);
    press(&mut terminal, "x");
    terminal.exp_string("Reason to suppress this").expect("a question");
    press(&mut terminal, "\r");
    question(&mut terminal);
    press(&mut terminal, "x");
    terminal.exp_string("Reason to suppress this").expect("a question");
    press(&mut terminal, "upstream said \"MIT\" by mail\r");
    let (rest, code) = end(&mut terminal);
    assert!(rest.contains("1 suppressed") && code == 0, "{rest}");
    let after = fs::read_to_string(&config).expect("readable");
    assert!(after.starts_with(&before) && after.contains("reason = \"upstream said \\\"MIT\\\" by mail\""), "{after}");
    let run = place.fix(&["--attr", "birch-log"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(birch(&place).contains("licenses.mit"));
}

/// The fixture with the GPL's bare text as the source of `birch-log`, or with other files.
fn with_source(files: &[(&str, String)]) -> Place {
    let place = Place::new();
    let source = place.path("nixpkgs/sources/birch-log-0.3.1");
    fs::remove_dir_all(&source).expect("writable");
    fs::create_dir_all(&source).expect("writable");
    files.iter().for_each(|(name, text)| fs::write(source.join(name), text).expect("writable"));
    state_hash(&place.tree().join("pkgs/by-name/bi/birch-log/package.nix"), &source);
    place.git(&["commit", "--quiet", "--all", "--message", "another source"]);
    place
}

fn text_of(license: &str) -> String {
    spdx::license_id(license).expect("of the SPDX list").text().to_owned()
}

#[test]
fn where_the_suffix_is_the_question_a_person_answers_it() {
    for (key, name) in [("o", "gpl2Only"), ("l", "gpl2Plus")] {
        let place = with_source(&[("COPYING", text_of("GPL-2.0-only")), ("a.c", "int a;\n".to_owned())]);
        let mut terminal = start(&place, &["--attr", "birch-log"]);
        let shown = question(&mut terminal);
        assert!(shown.contains("[o]nly, or [l]ater") && !shown.contains("[a]ccept"), "{shown}");
        press(&mut terminal, "a");
        assert!(question(&mut terminal).contains("keys: a accept"));
        press(&mut terminal, key);
        let shown = question(&mut terminal);
        assert!(
            shown.contains(&format!("+    license = lib.licenses.{name};")) && shown.contains("[a]ccept"),
            "{shown}"
        );
        press(&mut terminal, "a");
        let (rest, code) = end(&mut terminal);
        assert_eq!(code, 0, "{rest}");
        assert!(birch(&place).contains(&format!("license = lib.licenses.{name};")));
    }
}

#[test]
fn where_the_operator_is_the_question_a_person_answers_it() {
    let both = || format!("{}\n\n{}", text_of("Zlib"), text_of("Apache-2.0"));
    for (key, value) in [("r", "OR"), ("n", "[")] {
        let place = with_source(&[("LICENSE", both()), ("a.c", "int a;\n".to_owned())]);
        let mut terminal = start(&place, &["--attr", "birch-log"]);
        let shown = question(&mut terminal);
        assert!(shown.contains("O[r]") && shown.contains("A[n]d") && !shown.contains("[a]ccept"), "{shown}");
        press(&mut terminal, key);
        assert!(question(&mut terminal).contains("[a]ccept"));
        press(&mut terminal, "a");
        let (rest, code) = end(&mut terminal);
        assert_eq!(code, 0, "{rest}");
        let edited = birch(&place);
        assert!(edited.contains("zlib") && edited.contains("asl20") && edited.contains(value), "{edited}");
        assert_eq!(edited.contains("OR"), value == "OR");
    }
}

#[test]
fn ctrl_c_ends_it_with_nothing_written() {
    let place = Place::new();
    let mut terminal = start(&place, &["--attr", "birch-log"]);
    question(&mut terminal);
    terminal.send_control('c').expect("it listens");
    let (rest, code) = end(&mut terminal);
    assert_eq!(code, 130, "{rest}");
    assert!(birch(&place).contains("licenses.mit"));
}

#[test]
fn what_cannot_be_written_is_refused_and_the_question_stays() {
    let place = Place::new();
    let file = place.tree().join("pkgs/by-name/bi/birch-log/package.nix");
    let mine = birch(&place) + "# mine\n";
    fs::write(&file, &mine).expect("writable");
    let mut terminal = start(&place, &["--attr", "birch-log"]);
    question(&mut terminal);
    press(&mut terminal, "a");
    let shown = question(&mut terminal);
    assert!(shown.contains("not committed"), "{shown}");
    press(&mut terminal, "q");
    assert_eq!(end(&mut terminal).1, 1);
    assert_eq!(birch(&place), mine);
}

#[test]
fn several_fixes_of_one_file_are_no_hindrance_to_each_other() {
    let place = Place::new();
    let name = "pkgs/by-name/bi/birch-log/package.nix";
    for attr in ["birch-one", "birch-two"] {
        let target = place.path("nixpkgs/sources").join(attr);
        fs::create_dir_all(&target).expect("writable");
        fs::write(target.join("LICENSE"), text_of("MIT")).expect("writable");
        fs::write(target.join("main.rs"), "fn main() {}\n").expect("writable");
    }
    state_hash(&place.tree().join(name), &place.path("nixpkgs/sources/birch-one"));
    let text = place.read(name).replace("licenses.mit", "licenses.isc");
    // Two packages in one file: the second edit finds the file changed by the first.
    let all = place.tree().join("pkgs/top-level/all-packages.nix");
    let old = fs::read_to_string(&all).expect("readable");
    let inline = |attr: &str| {
        let body = text
            .replace("pname = \"birch-log\"", &format!("pname = \"{attr}\""))
            .replace("finalAttrs.pname", "\"birch-log\"");
        format!("\n  {attr} = callPackage ({body}) {{ }};\n")
    };
    let at = old.rfind('}').expect("a set");
    let new = format!("{}{}{}{}", &old[..at], inline("birch-one"), inline("birch-two"), &old[at..]);
    fs::write(&all, new).expect("writable");
    let mut commit = place.command("git");
    let done = commit.arg("-C").arg(place.tree()).args(["commit", "--quiet", "--all", "--message=two"]).status();
    assert!(done.expect("git runs").success());
    let mut terminal = start(&place, &["--attr", "birch-one", "--attr", "birch-two"]);
    assert!(question(&mut terminal).contains("(1 of 2)"));
    press(&mut terminal, "a");
    assert!(question(&mut terminal).contains("(2 of 2)"));
    press(&mut terminal, "a");
    let (rest, code) = end(&mut terminal);
    assert!(rest.contains("2 fixed") && code == 0, "{rest}");
    assert_eq!(fs::read_to_string(&all).expect("readable").matches("lib.licenses.mit").count(), 2);
}

#[test]
fn without_a_terminal_it_says_so() {
    let place = Place::new();
    let run = place.fix(&["--interactive"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is no terminal"), "{}", run.stderr);
    assert_eq!(place.fix(&["--again"]).code, 2, "--again is about --interactive");
}

#[test]
fn each_answer_can_be_taken_back() {
    let place = Place::new();
    let (package, config) = (birch(&place), fs::read_to_string(place.tree().join("clarity.toml")).expect("readable"));
    let mut terminal = start(&place, &["--attr", "birch-log", "--attr", "rook-chess"]);
    let first = question(&mut terminal);
    assert!(first.contains("(1 of 2)") && !first.contains("[u]ndo"), "{first}");
    for key in ["a", "s"] {
        press(&mut terminal, key);
        assert!(question(&mut terminal).contains("(2 of 2)"));
        press(&mut terminal, "u");
        let again = question(&mut terminal);
        assert!(again.contains("taken back") && again.contains("(1 of 2)"), "{again}");
        assert_eq!(birch(&place), package);
    }
    press(&mut terminal, "x");
    terminal.exp_string("Reason to suppress this").expect("a question");
    press(&mut terminal, "known\r");
    question(&mut terminal);
    press(&mut terminal, "u");
    assert!(question(&mut terminal).contains("(1 of 2)"));
    assert_eq!(fs::read_to_string(place.tree().join("clarity.toml")).expect("readable"), config);
    press(&mut terminal, "?");
    assert!(question(&mut terminal).contains("u undo: take the last answer back"));
    press(&mut terminal, "q");
    let (rest, code) = end(&mut terminal);
    assert!(rest.contains("0 fixed, 0 skipped, 0 suppressed") && code == 0, "{rest}");
}

#[test]
fn a_file_that_somebody_changed_since_is_not_put_back() {
    let place = Place::new();
    let mut terminal = start(&place, &["--attr", "birch-log", "--attr", "rook-chess"]);
    question(&mut terminal);
    press(&mut terminal, "a");
    question(&mut terminal);
    let mine = birch(&place) + "# mine\n";
    fs::write(place.tree().join("pkgs/by-name/bi/birch-log/package.nix"), &mine).expect("writable");
    press(&mut terminal, "u");
    let shown = question(&mut terminal);
    assert!(shown.contains("changed since it was read") && shown.contains("not taken back"), "{shown}");
    press(&mut terminal, "q");
    let (rest, _) = end(&mut terminal);
    assert!(rest.contains("1 fixed"), "it is still written: {rest}");
    assert_eq!(birch(&place), mine);
}

#[test]
fn a_question_to_upstream_is_worded_on_request() {
    let place = with_source(&[("COPYING", text_of("GPL-2.0-only")), ("a.c", "int a;\n".to_owned())]);
    let mut terminal = start(&place, &["--attr", "birch-log"]);
    assert!(question(&mut terminal).contains("as[k] upstream"));
    press(&mut terminal, "k");
    let shown = question(&mut terminal);
    assert!(shown.contains("GPL") && shown.contains('?'), "{shown}");
    press(&mut terminal, "q");
    end(&mut terminal);
}
