//! Evidence in patches: the new side of their hunks, at the lines where it ends up.
//!
//! Reads unified diffs and applies nothing. Evidence is what stands in added lines; the lines around them only let
//! sentences be read whole.

use std::collections::{BTreeMap, BTreeSet};

use super::detection::{Evidence, FileEvidence};
use super::pipeline::Detector;
use crate::text::RelPath;

/// Lines between the hunks of one diff that are left empty at most: a line number is a claim, and costs memory.
const MOST_LINES: u32 = 200_000;

/// One file as a patch leaves it, as far as the patch shows it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Patched {
    /// As the diff writes it.
    path: String,
    is_new: bool,
    /// Shown lines at their places; the others are empty.
    text: String,
    /// Lines of `text`.
    lines: u32,
    added: BTreeSet<u32>,
}

impl Evidence {
    /// The evidence with that of the lines which `patch`, applied in the folder `root`, adds.
    pub fn with_patch(mut self, patch: &[u8], root: &RelPath, detector: &Detector) -> Evidence {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut new: BTreeMap<RelPath, FileEvidence> = BTreeMap::new();
        for patched in read(&String::from_utf8_lossy(patch)) {
            let Some(path) = self.place(&patched, root) else { continue };
            let mut file = detector.read(&path, patched.text.as_bytes());
            let is_added = |first: u32, last: u32| patched.added.range(first..=last).next().is_some();
            file.detections.edit().retain(|one| is_added(one.lines.first, one.lines.last));
            match self.at(&path) {
                Ok(at) if patched.is_new => self.files[at] = file,
                Ok(at) => self.files[at].detections.edit().extend(file.detections.iter().cloned()),
                Err(_) if patched.is_new => drop(new.insert(path, file)),
                // A file that is not there cannot be changed: the patch is for another source.
                Err(_) => {}
            }
        }
        self.files.extend(new.into_values());
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self
    }

    /// The index of the file at `path` among sorted ones.
    fn at(&self, path: &RelPath) -> Result<usize, usize> {
        self.files.binary_search_by(|file| file.path.cmp(path))
    }

    /// The path of a patched file in the source: the first folder of a diff is not part of it, as for `patch -p1`.
    fn place(&self, patched: &Patched, root: &RelPath) -> Option<RelPath> {
        let whole = root.join(&patched.path);
        let stripped = || root.join(patched.path.split_once('/')?.1);
        whole.filter(|path| !patched.is_new && self.at(path).is_ok()).or_else(stripped)
    }
}

/// The files that a diff leaves, deleted ones left out.
fn read(diff: &str) -> Vec<Patched> {
    let mut files: Vec<Patched> = Vec::new();
    let mut lines = diff.lines().peekable();
    let (mut old, mut room) = ("", MOST_LINES);
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("--- ") {
            old = name;
        } else if let Some(name) = line.strip_prefix("+++ ") {
            let path = path_of(name);
            let is_new = path_of(old) == "/dev/null";
            files.push(Patched { path: path.to_owned(), is_new, ..Patched::default() });
        } else if let (Some(hunk), Some(file)) = (Hunk::of(line), files.last_mut()) {
            hunk.into_file(&mut lines, file, &mut room);
        }
    }
    files.retain(|file| file.path != "/dev/null" && !file.added.is_empty());
    files
}

/// The path of a header line; a time may follow it.
fn path_of(name: &str) -> &str {
    name.split('\t').next().unwrap_or(name).trim_end()
}

/// Lines of a hunk that are still to come, on both sides.
struct Hunk {
    start: u32,
    old: u32,
    new: u32,
}

impl Hunk {
    /// `@@ -1,4 +1,6 @@`
    fn of(line: &str) -> Option<Hunk> {
        let mut words = line.strip_prefix("@@ ")?.split(' ');
        let mut side = |sign| {
            let (first, count) = {
                let range = words.next()?.strip_prefix(sign)?;
                range.split_once(',').unwrap_or((range, "1"))
            };
            Some((first.parse::<u32>().ok()?, count.parse::<u32>().ok()?))
        };
        let (old, new) = (side('-')?, side('+')?);
        Some(Hunk { start: new.0, old: old.1, new: new.1 })
    }

    /// Puts its lines into `file`; `room` is what is left of empty lines.
    fn into_file<'d>(
        mut self,
        lines: &mut std::iter::Peekable<impl Iterator<Item = &'d str>>,
        file: &mut Patched,
        room: &mut u32,
    ) {
        let Some(empty) = self.start.checked_sub(file.lines + 1).filter(|empty| *empty <= *room) else { return };
        *room -= empty;
        file.text.extend(std::iter::repeat_n('\n', empty as usize));
        file.lines = self.start - 1;
        while self.old > 0 || self.new > 0 {
            let Some(line) = lines.next_if(|line| !line.starts_with("@@ ")) else { return };
            let (sign, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
            match sign {
                "-" => self.old = self.old.saturating_sub(1),
                "+" => file.show(rest, true),
                "\\" => continue,
                _ => {
                    self.old = self.old.saturating_sub(1);
                    file.show(rest, false);
                }
            }
            self.new = self.new.saturating_sub(u32::from(sign != "-"));
        }
    }
}

impl Patched {
    fn show(&mut self, line: &str, is_added: bool) {
        self.lines += 1;
        self.text.push_str(line);
        self.text.push('\n');
        if is_added {
            self.added.insert(self.lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Role;

    const DIFF: &str = "\
--- /dev/null
+++ b/src/new.c
@@ -0,0 +1,2 @@
+/* SPDX-License-Identifier: GPL-3.0-only */
+int one;
--- a/src/old.c\t2020-01-01
+++ b/src/old.c\t2020-01-02
@@ -3,3 +3,3 @@
 /* a */
-/* b */
+/* SPDX-License-Identifier: ISC */
 /* SPDX-License-Identifier: Zlib */
--- a/gone.c
+++ /dev/null
@@ -1 +0,0 @@
-/* SPDX-License-Identifier: MIT */
";

    fn seen(evidence: &Evidence) -> Vec<String> {
        let of = |file: &FileEvidence| {
            let one = |one: &crate::evidence::Detection| format!("{}:{} {}", file.path, one.lines.first, one.expr);
            file.detections.iter().map(one).collect::<Vec<_>>()
        };
        evidence.files.iter().flat_map(of).collect()
    }

    #[test]
    fn added_lines_are_evidence_where_they_end_up() {
        let detector = Detector::usual();
        let path = RelPath::new("src/old.c").expect("relative");
        let old = detector.read(&path, b"/* SPDX-License-Identifier: MIT */\n");
        let evidence = Evidence { files: vec![old], ..Evidence::default() };
        let with = evidence.with_patch(DIFF.as_bytes(), &RelPath::default(), detector);
        assert_eq!(seen(&with), ["src/new.c:1 GPL-3.0-only", "src/old.c:1 MIT", "src/old.c:4 ISC"]);
        assert_eq!(with.files[0].role, Role::Shipped);
    }

    #[test]
    fn a_patch_for_another_source_adds_nothing() {
        let detector = Detector::usual();
        let with = Evidence::default().with_patch(DIFF.as_bytes(), &RelPath::default(), detector);
        assert_eq!(seen(&with), ["src/new.c:1 GPL-3.0-only"]);
    }

    #[test]
    fn claims_of_broken_diffs_are_not_believed() {
        for diff in
            ["+++ b/x\n@@ -1,9 +4000000000,9 @@\n+a", "@@ -1 +1 @@\n+a", "+++ b/x\n@@ -x +y @@\n+a", "--- \n+++ \n"]
        {
            assert!(read(diff).iter().all(|file| file.text.len() < 100), "{diff}");
        }
    }

    #[test]
    fn many_small_files_that_claim_to_be_long_take_no_more_memory_than_one() {
        let file = |number: u32| format!("--- a/{number}.c\n+++ b/{number}.c\n@@ -1 +199000 @@\n+a\n");
        let diff: String = (0..1_000).map(file).collect();
        let bytes: usize = read(&diff).iter().map(|file| file.text.len()).sum();
        assert!(bytes < 2 * MOST_LINES as usize, "{bytes}");
    }
}
