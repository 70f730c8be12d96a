//! Scans at a real pseudo terminal: progress, widths, colours and the pager.

use std::process::Command;

use rexpect::session::spawn_command;

use crate::scan::copied;

const PATIENCE: Option<u64> = Some(120_000);

/// All that a terminal of so many columns gets, and the exit code.
fn shown(columns: u16, args: &[&str], variables: &[(&str, &str)]) -> (String, i32) {
    let folder = copied();
    let mut command = Command::new("sh");
    let clarity = env!("CARGO_BIN_EXE_clarity");
    command.args(["-c", &format!("stty cols {columns} rows 50; exec \"$0\" \"$@\""), clarity]).args(args);
    command.current_dir(folder.path().join("nixpkgs"));
    command.env("TERM", "xterm-256color").env("CLARITY_CACHE", folder.path().join("cache"));
    command
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .env("PAGER", "")
        .env_remove("CI")
        .env_remove("NO_COLOR");
    command.envs(variables.iter().copied());
    let mut terminal = spawn_command(command, PATIENCE).expect("a pseudo terminal");
    let shown = terminal.exp_eof().expect("it ends");
    match terminal.process().wait().expect("it ended") {
        rexpect::process::WaitStatus::Exited(_, code) => (shown, code),
        other => panic!("{other:?}"),
    }
}

/// The states of a screen of so many columns while it gets `shown`, as lines; each is called with whether a line is
/// longer than the screen.
fn screens(shown: &str, columns: u16, mut each: impl FnMut(&str, bool)) {
    let mut parser = vt100::Parser::new(50, columns, 0);
    // The library of the terminal gives one letter for each byte.
    let bytes: Vec<u8> = shown.chars().map(|letter| u8::try_from(letter).expect("a byte")).collect();
    for piece in bytes.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
        parser.process(piece);
        let screen = parser.screen();
        for (number, row) in screen.rows(0, columns).enumerate() {
            each(&row, screen.row_wrapped(u16::try_from(number).expect("50 rows")));
        }
    }
}

#[test]
fn progress_counts_each_package_once_fits_the_screen_and_leaves_nothing() {
    for columns in [20, 80, 160] {
        let (shown, code) = shown(columns, &["scan", "--fail-on", "never"], &[]);
        assert_eq!(code, 0, "{shown}");
        let mut counts = Vec::new();
        screens(&shown, columns, |row, is_wrapped| {
            let count = row.split_once(" [").and_then(|(count, _)| count.split_once('/'));
            if let Some((done, of)) = count {
                assert!(!is_wrapped, "{columns}: {row}");
                counts.push((done.parse::<u64>().expect("a number"), of.parse::<u64>().expect("a number")));
            }
        });
        assert!(counts.iter().all(|(done, of)| done <= of && *of == 35), "{columns}: {counts:?}");
        assert!(counts.is_sorted(), "{columns}: {counts:?}");
        let mut parser = vt100::Parser::new(500, 300, 0);
        parser.process(&shown.chars().map(|letter| letter as u8).collect::<Vec<u8>>());
        let last = parser.screen().contents();
        assert!(last.trim_start().starts_with("error["), "{columns}: nothing is left of the bars: {last}");
    }
}

#[test]
fn where_nobody_watches_there_is_no_progress() {
    for variable in [("TERM", "dumb"), ("CI", "true")] {
        let (shown, _) = shown(80, &["scan", "--color", "never"], &[variable]);
        assert!(!shown.contains("evaluating") && !shown.contains('\u{1b}'), "{variable:?}: {shown:?}");
    }
}

#[test]
fn colours_follow_the_environment() {
    let is_colored = |variables: &[(&str, &str)], args: &[&str]| shown(80, args, variables).0.contains("\u{1b}[3");
    let scan = ["scan", "--quiet"];
    assert!(is_colored(&[], &scan));
    for args in [&["licenses"][..], &["suggest", "sources/birch-log-0.3.1"], &["list"]] {
        assert!(is_colored(&[], args), "{args:?}");
    }
    assert!(!is_colored(&[("NO_COLOR", "1")], &scan));
    assert!(!is_colored(&[("TERM", "dumb")], &scan));
    let slip = ["scan", "--selct", "LIC010"];
    assert!(is_colored(&[], &slip) && !is_colored(&[("NO_COLOR", "1")], &slip));
    for args in [&["licenses"][..], &["explain", "birch-log"], &["list"]] {
        assert!(!is_colored(&[("NO_COLOR", "1")], args), "{args:?}");
    }
}

#[test]
fn places_are_links_where_the_terminal_has_them() {
    let has_links = ("FORCE_HYPERLINK", "1");
    let (page, _) = shown(80, &["scan", "--quiet"], &[has_links]);
    let first = page.split("\u{1b}]8;;file:///").nth(1).expect("a link");
    let (file, rest) = first.split_once("\u{1b}\\").expect("the end of the address");
    let (text, _) = rest.split_once("\u{1b}]8;;\u{1b}\\").expect("the end of the link");
    let (shown_file, line) = text.split_once(':').expect("a line");
    assert!(file.ends_with(&format!("/nixpkgs/{shown_file}")) && line.starts_with(char::is_numeric), "{file} {text}");
    let (explained, _) = shown(80, &["explain", "birch-log"], &[has_links]);
    assert!(explained.contains("\u{1b}]8;;file:///"), "{explained}");
    for (args, variables) in [
        (&["scan", "--quiet"][..], &[][..]),
        (&["scan", "--format", "json"], &[has_links]),
        (&["scan", "--quiet"], &[has_links, ("NO_COLOR", "1")]),
    ] {
        assert!(!shown(80, args, variables).0.contains("]8;;"), "{args:?} {variables:?}");
    }
}

#[test]
fn every_finding_is_shown_in_the_pager() {
    let pager = ("PAGER", "sed 's/^/paged: /'");
    let (all, code) = shown(80, &["scan", "--all", "--quiet"], &[pager]);
    assert_eq!(code, 1, "{all}");
    assert!(all.contains("paged: "), "{all}");
    let (own, _) = shown(80, &["scan", "--all", "--quiet"], &[pager, ("CLARITY_PAGER", "sed 's/^/own: /'")]);
    assert!(own.contains("own: ") && !own.contains("paged: "), "{own}");
    assert!(!shown(80, &["scan", "--quiet"], &[pager]).0.contains("paged: "), "a summary fits the screen");
    assert!(shown(80, &["scan", "--all", "--quiet"], &[("PAGER", "no-such-pager")]).1 == 1);
    let (ended, code) = shown(80, &["scan", "--all", "--quiet"], &[("PAGER", "true")]);
    assert_eq!(code, 1, "a pager that ends early is no failure: {ended}");
}

#[test]
fn pages_for_people_are_broken_at_the_width() {
    for columns in [80, 160] {
        let (page, code) = shown(columns, &["explain", "amber-clock-git", "--color", "never"], &[("CI", "true")]);
        assert_eq!(code, 0, "{page}");
        let about = page.split("note[").next().expect("the account").replace('\r', "");
        // A word such as an address stays whole.
        let is_long = |line: &&str| line.chars().count() > usize::from(columns) && line.trim().contains(' ');
        assert_eq!(about.lines().find(is_long), None, "{columns}: {about}");
        let all = about.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(all.contains("not available locally; download it with --fetch or name a folder"), "{about}");
    }
    let scan = ["scan", "--color", "never", "--fail-on", "never", "--format", "terminal"];
    let (scan, _) = shown(80, &scan, &[("CI", "true")]);
    let end = scan.rsplit("\nskipped: ").next().expect("the end").replace('\r', "");
    assert!(end.lines().all(|line| line.chars().count() <= 80), "{end}");
}

#[test]
fn short_help_fits_a_screen_and_findings_the_width() {
    let commands =
        ["scan", "fix", "review", "explain", "notices", "diff", "detect", "merge", "list", "suppress", "lsp"];
    for command in commands.map(Some).into_iter().chain([None]) {
        let args: Vec<&str> = command.into_iter().chain(["-h"]).collect();
        let (help, code) = shown(80, &args, &[("NO_COLOR", "1")]);
        assert_eq!(code, 0, "{help}");
        assert!(help.lines().count() < 40, "{command:?}: {} lines:\n{help}", help.lines().count());
        assert!(help.lines().all(|line| line.trim_end().chars().count() <= 80), "{help}");
    }
    let never = ["--color", "never", "--fail-on", "never"];
    for args in [&["scan", "--all"][..], &["scan", "--format", "grouped", "--metadata-only"]] {
        let (scan, _) = shown(80, &[args, &never].concat(), &[("CI", "true")]);
        let is_long = |line: &&str| line.trim_end().chars().count() > 80 && !line.contains(" | ");
        assert_eq!(scan.lines().find(is_long), None, "{args:?}");
        let words = scan.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("declared MIT, the source says Apache-2.0") || args.contains(&"grouped"), "{scan}");
    }
    for args in [
        &["licenses"][..],
        &["explain", "LIC010"],
        &["suggest", "sources/birch-log-0.3.1"],
        &["scan", "--selct", "LIC010"],
    ] {
        let (page, _) = shown(80, args, &[("CI", "true"), ("NO_COLOR", "1")]);
        let plain = page.replace("\u{1b}[0m", "");
        assert!(plain.lines().all(|line| line.trim_end().chars().count() <= 80), "{args:?}: {page}");
    }
}
