//! Places in the tree as links (OSC 8), which many terminals open in an editor.
//!
//! Added last, behind everything that escapes what a tree says: a link goes to a file below the tree and nowhere else.

use std::io::{self, Write};
use std::path::Path;

use supports_hyperlinks::Stream;

use crate::report::Style;
use crate::text::{RelPath, path_in_uri};

/// Endings of the files that places name.
const ENDINGS: [&str; 2] = [".nix:", ".toml:"];

/// Runs `write`, which prints places below `tree`; they are links where stdout is a terminal that has them.
pub(super) fn linked(
    tree: &Path,
    style: Style,
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let tree = tree.canonicalize().ok().filter(|_| style.color && supports_hyperlinks::on(Stream::Stdout));
    let Some(tree) = tree else { return write(out) };
    let mut linking = Linking { tree: &tree, line: Vec::new(), out };
    write(&mut linking)?;
    linking.end()?;
    linking.flush()
}

struct Linking<'a> {
    tree: &'a Path,
    /// The line that has not ended.
    line: Vec<u8>,
    out: &'a mut dyn Write,
}

impl Linking<'_> {
    fn end(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match str::from_utf8(&line).ok().and_then(|line| with_link(line, self.tree)) {
            Some(line) => self.out.write_all(line.as_bytes()),
            None => self.out.write_all(&line),
        }
    }
}

impl Write for Linking<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.end()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The line with its first place, `pkgs/a.nix:3:5`, as a link; `None` where it has none.
fn with_link(line: &str, tree: &Path) -> Option<String> {
    let (start, path, end) = place(line)?;
    // A path that leads up, an absolute one and a link that leads away are words of the tree like all others.
    let file = tree.join(RelPath::new(path)?.as_str()).canonicalize().ok()?;
    let uri = path_in_uri((file.starts_with(tree) && file.is_file()).then_some(file.to_str()?)?);
    let (before, shown, after) = (&line[..start], &line[start..end], &line[end..]);
    Some(format!("{before}\u{1b}]8;;file://{uri}\u{1b}\\{shown}\u{1b}]8;;\u{1b}\\{after}"))
}

/// Where the first place of the line starts, its file, and where it ends.
fn place(line: &str) -> Option<(usize, &str, usize)> {
    let (ending, at) =
        ENDINGS.iter().filter_map(|ending| Some((ending, line.find(ending)?))).min_by_key(|(_, at)| *at)?;
    let after_file = at + ending.len() - 1;
    // A color ends right before a word.
    let is_before = |letter: char| letter.is_whitespace() || letter == '(' || letter == '`';
    let start = line[..at].rfind(is_before).map_or(0, |at| at + 1);
    let start = start
        + line[start..at]
            .rfind('\u{1b}')
            .map_or(0, |escape| line[start + escape..at].find('m').map_or(0, |end| escape + end + 1));
    let is_number = |letter: char| letter.is_ascii_digit() || letter == ':';
    let length = line[after_file..].find(|letter| !is_number(letter)).unwrap_or(line.len() - after_file);
    let shown = line[..after_file + length].trim_end_matches(':');
    Some((start, &line[start..after_file], shown.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_beside_colors_and_marks() {
        for (line, file, shown) in [
            ("pkgs/a.nix:3:5: LIC010 a: b", "pkgs/a.nix", "pkgs/a.nix:3:5"),
            (" \u{1b}[94m--> \u{1b}[0mpkgs/a b/../ü.nix:3\n", "b/../ü.nix", "b/../ü.nix:3"),
            (" \u{1b}[94m  -->\u{1b}[0m \u{1b}[1mclarity.toml:12\u{1b}[0m", "clarity.toml", "clarity.toml:12"),
            ("see (pkgs/a.nix:3)", "pkgs/a.nix", "pkgs/a.nix:3"),
        ] {
            let (start, path, end) = place(line).expect("a place");
            assert_eq!((path, &line[start..end]), (file, shown), "{line:?}");
        }
        assert_eq!(place("no place"), None);
    }

    #[test]
    fn a_link_leads_to_a_file_of_the_tree_and_nowhere_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("there");
        let tree = root.join("tree");
        for file in ["tree/a.nix", "tree/sub/b.nix", "secret.nix"] {
            let file = root.join(file);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
            std::fs::write(file, "").expect("writable");
        }
        std::os::unix::fs::symlink(root.join("secret.nix"), tree.join("away.nix")).expect("writable");
        assert!(with_link("a.nix:3: x", &tree).is_some() && with_link(" --> sub/b.nix:3:1\n", &tree).is_some());
        let absolute = format!("{}:1", root.join("secret.nix").display());
        for line in ["../secret.nix:1", "sub/../../secret.nix:1", "away.nix:1", "gone.nix:1", &absolute] {
            assert_eq!(with_link(line, &tree), None, "{line}");
        }
    }
}
