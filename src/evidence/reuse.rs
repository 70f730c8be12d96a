//! REUSE: licenses of files stated beside them, in `REUSE.toml`, `.reuse/dep5` and `FILE.license`.
//!
//! Follows the REUSE specification 3.3: the nearest `REUSE.toml` speaks first, the last matching annotation in it
//! wins, and its precedence says whether it yields to the file (`closest`), adds to it (`aggregate`) or replaces what
//! the file says (`override`).

use regex::bytes::Regex;

use super::detection::{Annotation, Detection, FileEvidence, Precedence, Score, Seen, Witness};
use super::page::{Page, quote};
use super::sharing::Sharing;
use super::{manifest, tag};
use crate::license::LicenseExpr;
use crate::text::{LineRange, RelPath};

/// The reader of a file of REUSE; `None` for other names.
pub(super) fn reader(path: &RelPath) -> Option<fn(&Page<'_>, &mut Seen)> {
    match path.name().to_ascii_lowercase().as_str() {
        "reuse.toml" => Some(read_toml),
        "dep5" => Some(read_dep5),
        _ => None,
    }
}

/// Reads `REUSE.toml`.
fn read_toml(page: &Page<'_>, seen: &mut Seen) {
    let Ok(file) = page.text.parse::<toml::Table>() else { return };
    let listed = file.get("annotations").and_then(toml::Value::as_array);
    for table in listed.into_iter().flatten() {
        let texts = |key: &str| table.get(key).map(texts).unwrap_or_default();
        let exprs: Vec<LicenseExpr> =
            texts("SPDX-License-Identifier").iter().filter_map(|id| Some(tag::expression(id)?.0)).collect();
        let precedence = match table.get("precedence").and_then(toml::Value::as_str) {
            Some("aggregate") => Precedence::Aggregate,
            Some("override") => Precedence::Override,
            _ => Precedence::Closest,
        };
        if let Some(expr) = LicenseExpr::all(exprs) {
            let copyrights = texts("SPDX-FileCopyrightText");
            seen.annotations.push(Annotation {
                folder: page.path.parent(),
                globs: texts("path"),
                deep: false,
                precedence,
                expr,
                copyrights,
            });
        }
    }
}

/// Reads `.reuse/dep5`.
fn read_dep5(page: &Page<'_>, seen: &mut Seen) {
    if page.path.parent().name() != ".reuse" {
        return;
    }
    for (files, license, copyright) in manifest::dep5_stanzas(page.text) {
        if let Some(expr) = manifest::understood(&license).map(|said| said.expr) {
            let globs = files.split_whitespace().map(str::to_owned).collect();
            let copyrights = copyright.lines().map(|line| line.trim().to_owned()).collect();
            let folder = page.path.parent().parent();
            seen.annotations.push(Annotation {
                folder,
                globs,
                deep: true,
                precedence: Precedence::Aggregate,
                expr,
                copyrights,
            });
        }
    }
}

fn texts(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::String(text) => vec![text.clone()],
        toml::Value::Array(list) => list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// Gives every file what REUSE files say of it.
pub(super) fn apply(files: &mut [FileEvidence], sharing: &mut Sharing) {
    side_files(files);
    let stated = files.iter().flat_map(|file| file.annotations.iter().map(|one| (file.path.clone(), one.clone())));
    let all: Vec<Said> = stated.filter_map(|(from, one)| Said::new(from, one)).collect();
    if all.is_empty() {
        return;
    }
    for file in files.iter_mut() {
        if !file.annotations.is_empty() {
            // A statement about other files is not one about itself.
            file.detections.edit().retain(|one| matches!(one.class, Witness::Tag | Witness::Clue));
        }
        if !is_apart(&file.path)
            && let Some(said) = speaks_for(&all, &file.path)
        {
            annotate(file, &said.from, &said.annotation);
            sharing.share(file);
        }
    }
}

/// Files that REUSE counts as no part of the project: license texts and what REUSE itself is stated in.
fn is_apart(path: &RelPath) -> bool {
    let name = path.name();
    let text = ["LICENSE", "LICENCE", "COPYING"].iter().filter_map(|stem| name.strip_prefix(stem));
    let parent = path.parent();
    let mut folders = parent.parts();
    text.into_iter().any(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
        || name == "REUSE.toml"
        || name.ends_with(".license")
        || folders.any(|folder| folder == "LICENSES" || folder == ".reuse")
}

/// An annotation, ready to be asked.
struct Said {
    /// The file that states it.
    from: RelPath,
    annotation: Annotation,
    /// Of the paths below its folder.
    paths: Regex,
}

impl Said {
    fn new(from: RelPath, annotation: Annotation) -> Option<Self> {
        let paths = pattern(&annotation.globs, annotation.deep)?;
        Some(Said { from, annotation, paths })
    }

    fn holds_for(&self, path: &RelPath) -> bool {
        let below = match self.annotation.folder.as_str() {
            "" => Some(path.as_str()),
            prefix => path.as_str().strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')),
        };
        below.is_some_and(|below| self.paths.is_match(below.as_bytes()))
    }

    fn depth(&self) -> usize {
        self.annotation.folder.parts().count()
    }
}

/// Annotation for `path`: an override nearest to the root, else the last match of the nearest file.
fn speaks_for<'a>(all: &'a [Said], path: &RelPath) -> Option<&'a Said> {
    let matching: Vec<&Said> = all.iter().filter(|said| said.holds_for(path)).collect();
    let overrides = |said: &&&Said| said.annotation.precedence == Precedence::Override;
    let overriding = matching.iter().rev().filter(overrides).min_by_key(|said| said.depth());
    let nearest = matching.iter().enumerate().max_by_key(|(at, said)| (said.depth(), *at)).map(|(_, said)| said);
    overriding.or(nearest).copied()
}

fn annotate(file: &mut FileEvidence, from: &RelPath, one: &Annotation) {
    let is_tagged = file.detections.iter().any(|found| found.class == Witness::Tag);
    match one.precedence {
        Precedence::Closest if is_tagged => return,
        Precedence::Override => file.detections.edit().retain(|found| found.class != Witness::Tag),
        _ => {}
    }
    let seen = file.detections.edit();
    seen.insert(0, stated(one.expr.clone(), from));
    Detection::sort(seen);
    for holder in &one.copyrights {
        if !file.copyrights.contains(holder) {
            file.copyrights.edit().push(holder.clone());
        }
    }
}

/// `picture.png.license` speaks for `picture.png`.
fn side_files(files: &mut [FileEvidence]) {
    let sides: Vec<(String, RelPath, Vec<LicenseExpr>)> = files
        .iter()
        .filter_map(|file| Some((file.path.as_str().strip_suffix(".license")?.to_owned(), file)))
        .map(|(target, file)| {
            let tags = file.detections.iter().filter(|found| found.class == Witness::Tag);
            (target, file.path.clone(), tags.map(|found| found.expr.clone()).collect())
        })
        .collect();
    for (target, from, exprs) in sides {
        if let Ok(at) = files.binary_search_by(|file| file.path.as_str().cmp(&target)) {
            let seen = files[at].detections.edit();
            seen.retain(|found| found.class != Witness::Tag);
            seen.extend(exprs.into_iter().map(|expr| stated(expr, &from)));
            Detection::sort(seen);
        }
    }
}

fn stated(expr: LicenseExpr, from: &RelPath) -> Detection {
    Detection {
        quote: quote(&format!("{from}: {expr}")),
        expr,
        class: Witness::Tag,
        by: "reuse",
        lines: LineRange::new(1, 1),
        score: Score::FULL,
        note: Some(format!("as {from} says").into()),
    }
}

/// A pattern that matches a path as one of `globs` does: `**` any text, `*` any text without `/` (with it where
/// `deep`), `?` one character where `deep`; `\` takes the next character as it is. `None` where they are too large.
fn pattern(globs: &[String], deep: bool) -> Option<Regex> {
    let all: Vec<String> = globs.iter().map(|glob| spelled(glob, deep)).collect();
    Regex::new(&format!("(?s)^(?:{})$", all.join("|"))).ok()
}

/// A glob in the language of regular expressions.
fn spelled(glob: &str, deep: bool) -> String {
    let mut spelled = String::new();
    let mut letters = glob.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '*' if deep || letters.next_if_eq(&'*').is_some() => spelled.push_str(".*"),
            '*' => spelled.push_str("[^/]*"),
            '?' if deep => spelled.push('.'),
            '\\' => spelled.push_str(&regex::escape(&letters.next().unwrap_or('\\').to_string())),
            other => spelled.push_str(&regex::escape(&other.to_string())),
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Detector, assemble};

    fn licenses(files: &[(&str, &str)], of: &str) -> Vec<String> {
        let detector = Detector::usual();
        let read = |(path, text): &(&str, &str)| detector.read(&RelPath::new(path).expect("relative"), text.as_bytes());
        let evidence = assemble(files.iter().map(read).collect());
        let file = evidence.files.iter().find(|file| file.path.as_str() == of).expect("listed");
        file.detections.iter().map(|one| one.expr.to_string()).collect()
    }

    fn is_matched(glob: &str, path: &str, deep: bool) -> bool {
        pattern(&[glob.to_owned()], deep).expect("a small pattern").is_match(path.as_bytes())
    }

    const TOML: &str = "version = 1\n[[annotations]]\npath = \"img/**\"\nSPDX-License-Identifier = \"CC0-1.0\"\n";

    #[test]
    fn globs_match_as_reuse_says() {
        for (glob, path, expected) in [
            ("img/**", "img/a/b.png", true),
            ("img/*", "img/a/b.png", false),
            ("*.png", "a.png", true),
            ("*.png", "a/b.png", false),
            ("**/*.png", "a/b/c.png", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
        ] {
            assert_eq!(is_matched(glob, path, false), expected, "{glob} {path}");
        }
        assert!(is_matched("po/*", "po/a/b", true) && is_matched("a?.c", "aä.c", true));
    }

    #[test]
    fn an_annotation_yields_to_the_files_own_tag() {
        let tagged = "// SPDX-License-Identifier: MIT\n";
        let files = [("REUSE.toml", TOML), ("img/a.svg", "<svg/>"), ("img/b.c", tagged)];
        assert_eq!(licenses(&files, "img/a.svg"), ["CC0-1.0"]);
        assert_eq!(licenses(&files, "img/b.c"), ["MIT"]);
    }

    #[test]
    fn override_and_aggregate_do_what_they_say() {
        let tagged = "// SPDX-License-Identifier: MIT\n";
        let with = |precedence: &str| format!("{TOML}precedence = \"{precedence}\"\n");
        assert_eq!(licenses(&[("REUSE.toml", &with("override")), ("img/b.c", tagged)], "img/b.c"), ["CC0-1.0"]);
        assert_eq!(licenses(&[("REUSE.toml", &with("aggregate")), ("img/b.c", tagged)], "img/b.c"), ["CC0-1.0", "MIT"]);
    }

    #[test]
    fn side_files_and_dep5_speak_for_their_files() {
        let side = [("a.png", "x"), ("a.png.license", "SPDX-License-Identifier: CC-BY-4.0\n")];
        assert_eq!(licenses(&side, "a.png"), ["CC-BY-4.0"]);
        let dep5 = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: po/*\nCopyright: 2020 A\nLicense: ISC\n";
        assert_eq!(licenses(&[(".reuse/dep5", dep5), ("po/de/x.po", "msgid")], "po/de/x.po"), ["ISC"]);
    }

    #[test]
    fn license_texts_and_reuse_files_are_not_covered() {
        let dep5 = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: 2020 A\nLicense: GPL-2.0+\n";
        let files = [(".reuse/dep5", dep5), ("COPYING", "x"), ("LICENSES/a.txt", "x"), ("a.license", "x"), ("b", "x")];
        for apart in [".reuse/dep5", "COPYING", "LICENSES/a.txt", "a.license"] {
            assert!(licenses(&files, apart).is_empty(), "{apart}");
        }
        assert_eq!(licenses(&files, "b"), ["GPL-2.0-or-later"]);
    }
}
