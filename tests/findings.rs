//! Findings as a maintainer meets them: what they propose is what `fix` writes, what they rest on is what they name.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::patches::Place;
use crate::scan::clarity;

const BIRCH: &str = "pkgs/by-name/bi/birch-log/package.nix";

/// Replaces a text in a file of the place's checkout.
fn edit(place: &Place, file: &str, old: &str, new: &str) {
    let text = place.read(file);
    assert!(text.contains(old), "{file} has no {old:?}");
    fs::write(place.tree().join(file), text.replacen(old, new, 1)).expect("writable");
}

/// The rows of a scan of the place's checkout.
fn scanned(place: &Place, args: &[&str]) -> Vec<Value> {
    let tree = place.tree();
    let head = ["scan", tree.to_str().expect("UTF-8"), "--format", "jsonl", "--fail-on", "never"];
    let run = clarity(&[&head, args].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Findings of one package.
fn about(rows: &[Value], attr: &str) -> Vec<Value> {
    rows.iter().filter(|row| row["kind"] == "finding" && row["attr"] == attr).cloned().collect()
}

fn finding(place: &Place, attr: &str, check: &str) -> Value {
    let rows = scanned(place, &["--attr", attr]);
    about(&rows, attr).into_iter().find(|row| row["check"] == check).expect("it is found")
}

#[test]
fn lines_of_findings_are_those_that_fix_writes() {
    let place = Place::new();
    edit(&place, BIRCH, "license = lib.licenses.mit;", "license = with lib; licenses.mit;");
    let opal = "pkgs/by-name/op/opal-mail/package.nix";
    edit(&place, opal, "  lib,\n", "");
    edit(&place, opal, "lib.maintainers", "(import ../../../../lib).maintainers");
    let rows = scanned(&place, &[]);
    let written = place.fix(&["--safety", "unsafe"]).stdout;
    let offered: Vec<&Value> = rows.iter().filter(|row| row["remedy"]["line"].is_string()).collect();
    assert!(offered.len() >= 6, "{offered:?}");
    for row in offered {
        let line = row["remedy"]["line"].as_str().expect("text");
        assert!(written.contains(&format!("+    {line}")), "{line} is not in\n{written}");
        let help = row["help"][0].as_str().expect("text");
        assert!(help.starts_with(&format!("write `{line}`")), "{help}");
    }
    let birch = about(&rows, "birch-log").remove(0);
    assert_eq!(birch["remedy"]["line"], "license = with lib; licenses.asl20;", "in the scope of its place");
    let opal = about(&rows, "opal-mail").remove(0);
    let help = opal["help"][0].as_str().expect("text");
    assert!(help.contains("add `lib` to the arguments"), "{help}");
}

#[test]
fn one_safety_is_told_by_scan_explain_and_fix() {
    let place = Place::new();
    edit(&place, BIRCH, "license = lib.licenses.mit;", "license = lib.licenses.mit; # the author said so by mail");
    let found = finding(&place, "birch-log", "LIC010");
    assert_eq!(found["remedy"]["safety"], "display-only");
    assert!(found["remedy"]["line"].is_null());
    let tree = place.tree();
    let explained = clarity(&["explain", "birch-log", "--tree", tree.to_str().expect("UTF-8")]).stdout;
    let fixed = place.fix(&["--attr", "birch-log", "--safety", "unsafe"]);
    assert_eq!(fixed.stdout, "", "nothing is written over a reason");
    for said in [found["help"][0].as_str().expect("text"), &explained, &fixed.stderr] {
        assert!(said.contains("the author said so by mail"), "{said}");
    }
}

#[test]
fn a_value_of_several_packages_is_refused_in_every_command_alike() {
    let place = Place::new();
    let all = "pkgs/top-level/all-packages.nix";
    let other = "  umbra = callPackage";
    let sharing =
        "  birch-other = birch-log.overrideAttrs (old: { pname = \"birch-other\"; src = amber-clock.src; });\n";
    edit(&place, all, other, &format!("{sharing}{other}"));
    let found = finding(&place, "birch-log", "LIC010");
    let help = found["help"][0].as_str().expect("text");
    assert!(help.contains("its value also belongs to birch-other"), "scan of one package knows all of them: {help}");
    let fixed = place.fix(&["--attr", "birch-log"]);
    assert!(fixed.stderr.contains("its value also belongs to birch-other"), "{}", fixed.stderr);
    let config = place.read("clarity.toml") + "[ignore]\nattrs = [\"birch-other\"]\n";
    fs::write(place.tree().join("clarity.toml"), config).expect("writable");
    let found = about(&scanned(&place, &[]), "birch-log").remove(0);
    let help = found["help"][0].as_str().expect("text");
    assert!(help.contains("its value also belongs to birch-other"), "so does one that leaves it out: {help}");
}

#[test]
fn packages_of_one_value_and_source_share_a_finding() {
    let place = Place::new();
    let other = "  umbra = callPackage";
    let twin = "  birch-twin = callPackage ../by-name/bi/birch-log/package.nix { };\n";
    edit(&place, "pkgs/top-level/all-packages.nix", other, &format!("{twin}{other}"));
    let rows = scanned(&place, &[]);
    let found = about(&rows, "birch-log").remove(0);
    assert_eq!(found["attributes"], serde_json::json!(["birch-log", "birch-twin"]));
    assert!(about(&rows, "birch-twin").is_empty());
    let tree = place.tree();
    let tree = tree.to_str().expect("UTF-8");
    let shown = clarity(&["scan", tree, "--fail-on", "never"]).stdout;
    assert!(shown.contains("birch-log and 1 more: declared MIT, the source says Apache-2.0"), "{shown}");
    let cases = clarity(&["scan", tree, "--format", "junit"]).stdout;
    assert_eq!(cases.matches("type=\"LIC010 mismatch\"").count(), 2, "each package is a test case that fails");
    let baseline = place.path("accepted");
    let baseline = baseline.to_str().expect("UTF-8");
    clarity(&["scan", tree, "--write-baseline", baseline]);
    assert_eq!(clarity(&["scan", tree, "--baseline", baseline]).code, 0, "both are accepted");
    let fixed = place.fix(&["--write", "--attr", "birch-log", "--attr", "birch-twin", "--allow-dirty"]);
    assert_eq!(fixed.code, 0, "{}", fixed.stderr);
    assert!(place.read(BIRCH).contains("lib.licenses.asl20"));
}

#[test]
fn a_builder_that_states_no_license_is_one_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    let set = "{ stdenv, fetchurl }:\n\
               let build = name: hash: stdenv.mkDerivation {\n\
                 pname = name; version = \"1\"; meta.homepage = \"https://example.org\";\n\
                 src = fetchurl { url = \"https://example.org/${name}\"; sha256 = hash; };\n\
               };\n\
               in { one = build \"one\" \"a\"; two = build \"two\" \"b\"; three = build \"three\" \"c\"; }\n";
    fs::write(folder.path().join("default.nix"), set).expect("writable");
    let tree = folder.path().to_str().expect("UTF-8");
    let run = clarity(&["scan", tree, "--metadata-only", "--select", "LIC001", "--format", "jsonl"]);
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let found: Vec<Value> = rows.filter(|row| row["check"] == "LIC001").collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["attributes"], serde_json::json!(["one", "three", "two"]));
}

#[test]
fn pins_of_missing_licenses_change_with_the_source_and_hold_without_it() {
    let place = Place::new();
    let pin = finding(&place, "opal-mail", "LIC001")["pin"].clone();
    let config = place.tree().join("clarity.toml");
    let block =
        format!("\n[[suppress]]\nattr = \"opal-mail\"\ncheck = \"LIC001\"\nevidence = {pin}\nreason = \"asked\"\n");
    let text = fs::read_to_string(&config).unwrap_or_default();
    fs::write(&config, text + &block).expect("writable");
    assert_eq!(finding(&place, "opal-mail", "LIC001")["state"], "suppressed");
    let blind = scanned(&place, &["--attr", "opal-mail", "--metadata-only"]);
    assert_eq!(about(&blind, "opal-mail")[0]["state"], "suppressed", "without a source nothing speaks against the pin");
    let source = place.tree().join("sources/opal-mail-1.2");
    fs::write(source.join("LICENSE"), "SPDX-License-Identifier: ISC\n").expect("writable");
    let found = scanned(&place, &["--attr", "opal-mail", "--trust-sources"]);
    let found = about(&found, "opal-mail").remove(0);
    assert_ne!(found["pin"], pin, "another source is another judgement: {found}");
    assert_eq!(found["state"], "new");
}

#[test]
fn images_of_memory_count_as_compiled() {
    let place = Place::new();
    let source = place.tree().join("sources/birch-log-0.3.1");
    fs::create_dir_all(source.join("firmware")).expect("writable");
    fs::write(source.join("firmware/modem.bin"), (0..=255).collect::<Vec<u8>>().repeat(16)).expect("writable");
    fs::write(source.join("src/boot.hex"), ":020000040000FA\n".repeat(64)).expect("writable");
    fs::write(source.join("src/tiny.bin"), [0x80, 0, 1, 0]).expect("writable");
    let rows = scanned(&place, &["--attr", "birch-log", "--trust-sources"]);
    let found = about(&rows, "birch-log").into_iter().find(|row| row["check"] == "LIC030").expect("it is found");
    let message = found["message"].as_str().expect("text");
    assert!(message.contains("2 files like `firmware/modem.bin` are a memory image"), "{message}");
    assert!(found["help"][0].as_str().expect("text").contains("binaryFirmware"));
}

#[test]
fn licenses_are_missing_where_a_package_is_written_and_not_where_it_is_built() {
    let place = Place::new();
    let all = "pkgs/top-level/all-packages.nix";
    let builder =
        "{ stdenv }: attrs: stdenv.mkDerivation ({ meta.platforms = [ ]; } // attrs // { name = attrs.pname; })\n";
    fs::create_dir_all(place.tree().join("pkgs/build-support")).expect("writable");
    fs::write(place.tree().join("pkgs/build-support/simple.nix"), builder).expect("writable");
    let hook = "{ stdenv }: stdenv.mkDerivation { name = \"a-hook\"; }\n";
    fs::write(place.tree().join("pkgs/build-support/hook.nix"), hook).expect("writable");
    let bindings = "  built = callPackage ../build-support/simple.nix { } {\n    pname = \"built\";\n    version = \"1\";\n    \
                    src = amber-clock.src;\n  };\n  a-hook = callPackage ../build-support/hook.nix { };\n";
    edit(&place, all, "  umbra = callPackage", &format!("{bindings}  umbra = callPackage"));
    let rows = scanned(&place, &["--metadata-only"]);
    let found = about(&rows, "built").remove(0);
    assert_eq!((found["check"].as_str(), found["file"].as_str()), (Some("LIC001"), Some(all)));
    assert!(about(&rows, "a-hook").is_empty(), "a hook is made of nothing that could be licensed");
}

#[test]
fn fifteen_rows_of_the_tracking_issue_are_read() {
    let rows: Vec<String> = [
        "by-name/bi/birch-log/package.nix:example/birch-log",
        "by-name/am/amber-clock/package.nix:example/amber-clock",
        "by-name/co/cobalt-calc/package.nix:example/cobalt-calc",
        "by-name/du/dune-grid/package.nix:example/dune-grid",
        "by-name/em/ember-font/package.nix:example/ember-font",
        "by-name/fj/fjord-sync/package.nix:example/fjord-sync",
        "by-name/gl/glade-notes/package.nix:example/glade-notes",
        "by-name/he/heron-db/package.nix:example/heron-db",
        "by-name/ir/iris-tool/package.nix:example/iris-tool",
        "by-name/ja/jade-parse/package.nix:example/jade-parse",
        "by-name/kr/krill-vm/package.nix:example/krill-vm",
        "by-name/lu/lumen-ui/package.nix:example/lumen-ui",
        "by-name/mo/mossy-codec/package.nix:example/mossy-codec",
        "tools/text/umbra/default.nix:example/umbra",
        "servers/vireo/2.nix:example/vireo",
    ]
    .iter()
    .enumerate()
    .map(|(number, row)| format!("- [ ] {}. {row}\n", 560 + number))
    .collect();
    let place = Place::new();
    let list = place.path("issue.md");
    fs::write(&list, rows.concat()).expect("writable");
    let run = place.fix(&["--import", list.to_str().expect("UTF-8"), "--format", "jsonl"]);
    let answers: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), 15, "{}", run.stderr);
    for answer in &answers {
        assert_ne!(answer["status"], "not-found", "a row that is not read: {answer}");
        let is_confirmed = answer["status"] == "confirmed";
        assert!(!is_confirmed || answer["confidence"] == "high", "confirmed without certainty: {answer}");
    }
}

#[test]
#[ignore = "needs nix-instantiate"]
fn safe_patches_evaluate_to_what_they_say_in_nix() {
    let place = Place::new();
    let offers: Vec<Value> = scanned(&place, &[]).into_iter().filter(|row| row["remedy"]["safety"] == "safe").collect();
    assert!(!offers.is_empty());
    assert_eq!(place.fix(&["--write"]).code, 0);
    for row in offers {
        let (attr, wanted) = (row["attr"].as_str().expect("text"), &row["remedy"]["set_license"]);
        let expression = format!("(import {} {{ }}).{attr}.meta.license.spdxId", place.tree().display());
        let mut command = Command::new("nix-instantiate");
        command.args(["--eval", "--strict", "--json", "--expr", &expression]);
        let output = command.output().expect("nix-instantiate runs");
        let says: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{attr}: {}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(says, *wanted, "{attr}");
    }
}
