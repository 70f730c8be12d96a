//! A tree, a source, settings and lists that were written to command whoever reads what clarity prints: the terminal, the
//! CI runner, or the person.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clarity::report::FORMATS;
use clarity::text::is_unprintable;

use crate::scan::{Run, clarity};

/// What is tried: each is put in every place that takes a text.
const IDEAS: [&str; 32] = [
    "\u{1b}[31mINJECTED\u{1b}[0m",
    "\u{1b}[8mINJECTED",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}[1A\u{1b}[2K",
    "\u{1b}]0;INJECTED\u{7}",
    "\u{1b}]8;;http://x/\u{1b}\\INJECTED\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;aGk=\u{7}",
    "\u{1b}P+q\u{1b}\\",
    "\u{1b}[6n\u{1b}[c\u{1b}Z",
    "\u{1b}c",
    "\u{9b}31mINJECTED",
    "\u{9d}0;INJECTED\u{9c}",
    "\u{8}\u{8}\u{8}INJECTED\u{7f}",
    "\rINJECTED",
    "\u{b}INJECTED\u{c}INJECTED",
    "\nINJECTED",
    "\r\nINJECTED",
    "\u{85}INJECTED\u{2028}INJECTED\u{2029}INJECTED",
    "\u{202e}DETCEJNI\u{202c}",
    "\u{2066}x\u{2067}y\u{2069}\u{200f}\u{61c}",
    "a\u{200b}b\u{200d}c\u{2060}d\u{feff}e\u{ad}f",
    "\u{3164}\u{115f}\u{180e}\u{fe0f}",
    "\u{e0049}\u{e004e}\u{e004a}",
    "\n::error file=x,line=1::INJECTED",
    "\n  ::warning::INJECTED",
    "\n\u{a0}\t::add-mask::a",
    "\r\n::set-output name=x::INJECTED\r\n::stop-commands::x",
    "##[error]INJECTED",
    "\n##[group]INJECTED",
    "##vso[task.setvariable variable=x]INJECTED",
    "##teamcity[buildProblem description='INJECTED']",
    "section_start:0:x[collapsed=true]\r\u{1b}[0KINJECTED",
];

/// All of them.
fn payload() -> String {
    IDEAS.join(" ")
}

/// `text` as a literal of Nix.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
    format!("\"{}\"", text.replace('\n', "\\n").replace('\r', "\\r"))
}

/// A name that a file system takes.
fn file_name(text: &str) -> String {
    text.replace('/', "|").chars().take(60).collect()
}

/// A folder with a hostile tree and its sources.
struct Evil {
    folder: tempfile::TempDir,
}

impl Evil {
    fn new() -> Evil {
        let evil = Evil { folder: tempfile::tempdir().expect("a folder") };
        let all = payload();
        let text = quoted(&all);
        evil.write("tree/default.nix", &evil_set(&text));
        for (number, idea) in IDEAS.iter().enumerate() {
            let name = file_name(idea);
            let license = format!("{{ fullName = {0}; shortName = {0}; url = {0}; free = false; }}", quoted(idea));
            evil.write(&format!("tree/loose/{number}{name}.nix"), &package(idea, &license, "./source"));
            evil.write(&format!("tree/loose/source/{number}{name}.c"), &source(idea));
            evil.write(&format!("tree/loose/bad{number}{name}.nix"), &format!("{{ a = {}; b = ", quoted(idea)));
        }
        evil.write("tree/loose/source/LICENSE", &format!("Licensed under {all}\n\n{all}\nAll rights reserved.\n"));
        let json = serde_json::to_string(&all).expect("JSON");
        evil.write("tree/loose/source/package.json", &format!("{{\"license\": [\"MIT\", {json}]}}"));
        evil.write("tree/loose/source/Cargo.toml", &format!("[package]\nlicense = {json}\n"));
        evil
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `clarity args..`, where `@name` stands for a file of the folder.
    fn run(&self, args: &[&str]) -> Run {
        let path = |arg: &str| match arg.strip_prefix('@') {
            Some(name) => self.path(name).to_str().expect("UTF-8").to_owned(),
            None => arg.to_owned(),
        };
        let args: Vec<String> = args.iter().map(|arg| path(arg)).collect();
        clarity(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

fn package(idea: &str, license: &str, src: &str) -> String {
    let text = quoted(idea);
    format!(
        "{{ lib, stdenv }}: stdenv.mkDerivation {{ pname = {text}; version = {text}; src = {src}; meta = {{ \
         description = {text}; homepage = {text}; license = [ lib.licenses.mit {license} ]; \
         maintainers = [ {{ github = {text}; name = {text}; email = {text}; }} ]; }}; }}\n"
    )
}

/// Attributes with hostile names, licenses, reasons to fail and sources.
fn evil_set(text: &str) -> String {
    let mut set = String::from(
        "{ lib ? import <nixpkgs/lib>, stdenv ? { mkDerivation = x: x // { type = \"derivation\"; }; } }: {\n",
    );
    for (number, idea) in IDEAS.iter().enumerate() {
        let name = quoted(&format!("p{number}{idea}"));
        set.push_str(&format!(
            "  {name} = stdenv.mkDerivation {{ pname = {name}; version = {0}; src = ./loose/source; meta.license = {0}; }};\n",
            quoted(idea)
        ));
        set.push_str(&format!("  {} = throw {};\n", quoted(&format!("t{number}{idea}")), quoted(idea)));
    }
    set.push_str(&format!(
        "  asserted = assert lib.assertMsg false {text}; stdenv.mkDerivation {{ pname = \"x\"; }};\n"
    ));
    set.push_str(&format!(
        "  missing = stdenv.mkDerivation {{ pname = \"x\"; meta.license = lib.licenses.{text}; }};\n}}\n"
    ));
    set
}

fn source(idea: &str) -> String {
    format!(
        "// SPDX-License-Identifier: Apache-2.0 {idea}\n// SPDX-License-Identifier: LicenseRef-{idea}\n\
         // Copyright (c) 2020 {idea} <x@y>\n// This program is licensed under the GPL {idea} version 2.\n"
    )
}

/// The first thing in `text` that a terminal, a runner or a reader would take for what it is not.
fn danger(text: &str, format: &str) -> Option<String> {
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let shown = |what: &str| Some(format!("{what}: {line:?}"));
        if line.chars().any(|c| c != '\t' && is_unprintable(c)) {
            return shown("unprintable");
        }
        let is_own = ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start));
        if line.trim_start().starts_with("::") && !(format == "github" && is_own && line.contains("title=")) {
            return shown("a command");
        }
        if line
            .match_indices("##")
            .any(|(at, _)| line[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('['))
        {
            return shown("a command anywhere");
        }
        if line.starts_with("INJECTED") {
            return shown("a line of its own");
        }
    }
    None
}

/// Runs all these and returns what got through.
fn all_harmless(evil: &Evil, runs: &[&[&str]]) {
    let mut through = Vec::new();
    for args in runs {
        let run = evil.run(args);
        assert!(run.code != 101 && !run.stderr.contains("panicked"), "{args:?}: {} {}", run.code, run.stderr);
        let format = args.iter().skip_while(|arg| **arg != "--format").nth(1).copied().unwrap_or_default();
        for (stream, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
            through.extend(danger(text, format).map(|what| format!("{args:?} {stream}: {what}")));
        }
    }
    assert!(through.is_empty(), "{}", through.join("\n"));
}

#[test]
fn no_format_of_a_scan_lets_a_hostile_tree_speak() {
    let evil = Evil::new();
    let plain = evil.run(&["scan", "@tree", "--offline", "--fail-on", "never", "--format", "jsonl"]);
    assert!(plain.stdout.contains("INJECTED") && plain.stdout.lines().count() > IDEAS.len(), "{}", plain.stderr);
    for format in FORMATS {
        let args = ["scan", "@tree", "--offline", "--fail-on", "never", "--format", format.name];
        all_harmless(&evil, &[&[&args[..], &["--verbose"]].concat()[..]]);
    }
}

#[test]
fn files_that_a_scan_writes_are_as_harmless() {
    let evil = Evil::new();
    let outputs: Vec<String> = FORMATS
        .iter()
        .map(|format| format!("{}={}", format.name, evil.path(format.name).to_str().expect("UTF-8")))
        .collect();
    let mut args = vec!["scan", "@tree", "--offline", "--fail-on", "never"];
    outputs.iter().for_each(|output| args.extend(["--output", output.as_str()]));
    all_harmless(&evil, &[&args]);
    for format in FORMATS {
        let text = fs::read_to_string(evil.path(format.name)).expect("written");
        assert_eq!(danger(&text, format.name), None, "{}", format.name);
    }
}

#[test]
fn no_other_command_lets_a_hostile_tree_or_source_speak() {
    let evil = Evil::new();
    let source = "@tree/loose/source";
    let first = format!("p0{}", IDEAS[0]);
    let explained = format!("@tree/loose/source/23{}.c", file_name(IDEAS[23]));
    all_harmless(
        &evil,
        &[
            &["explain", &first, "--tree", "@tree", "--offline"],
            &["explain", "*", "--tree", "@tree", "--offline"],
            &["explain", "*", "--tree", "@tree", "--offline", "--format", "html"],
            &["notices", "@tree", "--offline"],
            &["notices", "@tree", "--offline", "--format", "html"],
            &["notices", "@tree", "--offline", "--format", "markdown"],
            &["notices", "@tree", "--offline", "--format", "dep5"],
            &["fix", "@tree", "--offline", "--safety", "unsafe"],
            &["fix", "@tree", "--offline", "--verbose"],
            &["fix", "@tree", "--offline", "--for-upstream", &first],
            &["detect", source],
            &["detect", source, "--format", "json"],
            &["detect", source, "--format", "scancode"],
            &["detect", "--explain", &explained],
            &["detect", "--explain", "@tree/loose/source/LICENSE"],
            &["suggest", source],
            &["suggest", source, "--format", "json"],
            &["diff", source, "@tree"],
            &["diff", "@tree", source, "--format", "json"],
            &["diff", "@tree", source, "--format", "markdown", "--verbose"],
            &["licenses", "@tree"],
            &["licenses", "@tree", "--format", "json"],
        ],
    );
}

#[test]
fn lists_settings_and_arguments_do_not_speak_either() {
    let evil = Evil::new();
    // A person may break the lines of their own arguments.
    let (all, own) = (payload(), payload().replace('\n', " "));
    let lines: String =
        IDEAS.iter().map(|idea| format!("{}:owner/repo\nattr{idea}\n", idea.replace('\n', " "))).collect();
    evil.write("list", &lines);
    evil.write("config.toml", &format!("[severity]\n{} = \"off\"\n", serde_json::to_string(&all).expect("JSON")));
    evil.write("broken.toml", &format!("x = {all}\n"));
    evil.write("baseline", &format!("{all}\n"));
    evil.write("meta.json", &format!("{{\"packages\": {{{}: 1}}}}", serde_json::to_string(&all).expect("JSON")));
    evil.write("broken.json", &format!("{{ {all}"));
    let report = evil.run(&["scan", "@tree", "--offline", "--fail-on", "never", "--format", "json"]).stdout;
    evil.write("one.json", &report);
    evil.write("two.json", &report.replace("LIC010", "LIC011"));
    let nowhere = format!("@nowhere{}", file_name(&all));
    all_harmless(
        &evil,
        &[
            &["fix", "@tree", "--offline", "--import", "@list"],
            &["fix", "@tree", "--offline", "--import", "@list", "--format", "json"],
            &["fix", "@tree", "--offline", "--import", "@list", "--format", "jsonl"],
            &["scan", "@tree", "--metadata-only", "--config", "@config.toml"],
            &["scan", "@tree", "--metadata-only", "--config", "@broken.toml"],
            &["scan", "@tree", "--metadata-only", "--baseline", "@baseline"],
            &["scan", "@tree", "--metadata-only", "--meta", "@meta.json"],
            &["scan", "@tree", "--metadata-only", "--meta", "@broken.json"],
            &["scan", "@tree", "--metadata-only", "--attr", &all],
            &["scan", &nowhere],
            &["scan", "@tree", "--check", &own],
            &["scan", "@tree", "--format", &own],
            &["scan", "@tree", "--output", &own],
            &["detect", &nowhere],
            &["detect", "@tree/loose/source", "--import", "@broken.json"],
            &["explain", &all, "--tree", "@tree"],
            &["diff", "@one.json", "@two.json"],
            &["stats", "@one.json", "@two.json"],
            &["stats", "@one.json", "@two.json", "--format", "html"],
            &["stats", "@one.json", "--format", "csv", "--verbose"],
            &["stats", "@broken.json"],
            &["diff", "@one.json", "@broken.json"],
            &[&own],
        ],
    );
}

/// Names with markup, escapes, marks of direction, line breaks and a formula, each in a package and in its source.
const MARKUP: [&str; 6] = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&",
    "</style></title></textarea><!--<svg onload=alert(1)>",
    "\u{1b}[31mred\u{1b}[0m\u{9b}2J",
    "\u{202e}gnp.exe\u{202c}\u{2066}x\u{2069}\u{200f}",
    "one\ntwo\r\n<script>alert(2)</script>",
    "=cmd|' /C calc'!A0",
];

impl Evil {
    /// Writes a tree of these packages to `page`, all with one source.
    fn write_page(&self) {
        for (number, name) in MARKUP.iter().enumerate() {
            let license = format!("{{ fullName = {0}; shortName = {0}; }}", quoted(name));
            self.write(&format!("page/a{number}.nix"), &package(name, &license, "./source"));
            self.write(&format!("page/source/{number}{}", file_name(name)), &source(name));
        }
        let text = clarity::license::license("MIT").expect("listed").text;
        let changed =
            text.replace("free of charge", "for a fee <script>alert(3)</script>").replace("sublicense", MARKUP[3]);
        self.write("page/source/LICENSE", &changed);
    }

    /// The pages of `explain` and `notices` of that tree.
    fn pages(&self) -> [String; 2] {
        self.write_page();
        let page = |args: &[&str]| {
            let run = self.run(&[args, &["--offline", "--format", "html"]].concat());
            assert!(run.stdout.contains("</html>"), "{args:?}: {}", run.stderr);
            run.stdout
        };
        [page(&["explain", "*", "--tree", "@page"]), page(&["notices", "@page"])]
    }
}

#[test]
fn pages_without_a_script_hold_no_markup_of_others() {
    let evil = Evil::new();
    for page in evil.pages() {
        assert!(page.contains("&lt;img src=x") && page.contains("default-src 'none'"), "{page}");
        for markup in ["<script", "<img", "<svg", "<!--"] {
            assert!(!page.contains(markup), "{markup}: {page}");
        }
        assert_eq!(danger(&page, "html"), None);
    }
}

/// The pages of `explain` and `notices` of hostile names in Chromium, with axe-core.
#[test]
#[ignore = "needs Chromium, and puppeteer-core and axe-core from npm"]
fn browser_shows_hostile_names_on_pages_without_a_script() {
    let evil = Evil::new();
    let mut files = Vec::new();
    for (name, page) in ["explain.html", "notices.html"].into_iter().zip(evil.pages()) {
        evil.write(name, &page);
        files.push(evil.path(name));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/html/pages.mjs");
    let run = Command::new("node").arg(script).arg("/usr/bin/chromium").args(files).output().expect("node runs");
    let (said, complaint) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{said}{complaint}");
}

#[test]
fn a_copyright_file_has_no_fields_of_others() {
    let evil = Evil::new();
    evil.write_page();
    let fields = ["Format: ", "Upstream-Name: ", "Comment: ", "Files: ", "Copyright: ", "License: "];
    for number in 0..MARKUP.len() {
        let run = evil.run(&["notices", &format!("@page/a{number}.nix"), "--offline", "--format", "dep5"]);
        assert!(run.stdout.contains("\nFiles: *\n"), "{number}: {}", run.stderr);
        let is_own =
            |line: &str| line.is_empty() || line.starts_with(' ') || fields.iter().any(|own| line.starts_with(own));
        let strange: Vec<&str> = run.stdout.lines().filter(|line| !is_own(line)).collect();
        assert!(strange.is_empty(), "{number}: {strange:?}");
        // In a list of files, these characters mean others.
        let files = run.stdout.split("\nFiles: ").skip(1).filter_map(|stanza| stanza.split("\nCopyright").next());
        let names = files.flat_map(str::lines).map(str::trim).filter(|name| *name != "*");
        names.for_each(|name| assert!(!name.contains([' ', '*']), "{name:?}"));
        assert_eq!(danger(&run.stdout, "dep5"), None);
    }
}

#[cfg(unix)]
#[test]
fn colors_are_the_programs_own() {
    let evil = Evil::new();
    for args in [
        &["scan", "@tree", "--offline", "--fail-on", "never", "--color", "always", "--verbose"][..],
        &["scan", "@tree", "--offline", "--fail-on", "never", "--color", "always", "--format", "diff"],
        &["fix", "@tree", "--offline", "--safety", "unsafe", "--color", "always"],
        &["explain", "*", "--tree", "@tree", "--offline", "--color", "always"],
    ] {
        let run = evil.run(args);
        let mut text = run.stdout.clone();
        for color in ["0", "1", "31", "32", "33", "36", "1;91", "91", "92", "93", "94", "95", "96", "1;94"] {
            text = text.replace(&format!("\u{1b}[{color}m"), "");
        }
        assert_eq!(danger(&text, ""), None, "{args:?}");
        assert!(!run.stdout.contains("\u{1b}[31mINJECTED"), "{args:?}");
    }
}

#[test]
fn a_hostile_folder_name_does_not_speak() {
    let evil = Evil::new();
    for ideas in IDEAS.chunks(4) {
        let name = format!("tree{}", ideas.concat().replace('/', "|"));
        fs::rename(evil.path("tree"), evil.path(&name)).expect("renamed");
        let here = format!("@{name}");
        all_harmless(&evil, &[&["scan", &here, "--metadata-only", "--fail-on", "never", "--attr", "missing"]]);
        fs::rename(evil.path(&name), evil.path("tree")).expect("renamed");
    }
}
