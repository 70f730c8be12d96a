//! Phases that change the source before the build: its root folder, and deletions.
//!
//! Reads the texts of phases for plain `rm` lines; it executes nothing and expands no variable. What it cannot follow
//! makes the package `patched`, never a folder that is not named.

use crate::text::RelPath;

/// So many deletions are named; real packages have below 100.
const MOST_REMOVED: usize = 1_000;

/// Deletions and other changes of one or more phases.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Deleted paths, below the root of the source.
    pub(super) removed: Vec<String>,
    /// True where something else is done too.
    pub(super) patched: bool,
}

impl Changes {
    /// Adds the commands of a phase that runs in `folder` of the source; `None` where it runs beside the source.
    pub(super) fn add(&mut self, script: &str, folder: Option<&str>) {
        let joined = script.replace("\\\n", " ");
        for command in joined.split(['\n', ';']).flat_map(|line| line.split("&&")).map(str::trim) {
            if command.is_empty() || command.starts_with('#') {
                continue;
            }
            let mut words = command.split_whitespace();
            if words.next() != Some("rm") {
                self.patched = true;
                continue;
            }
            for word in words.filter(|word| !word.starts_with('-')) {
                match place(word, folder) {
                    Some(place) => self.removed.push(place),
                    None => self.patched = true,
                }
            }
        }
        self.removed.sort();
        self.removed.dedup();
        if self.removed.len() > MOST_REMOVED {
            self.removed.truncate(MOST_REMOVED);
            self.patched = true;
        }
    }
}

/// The path that a word of a command means, below the root of the source.
fn place(word: &str, folder: Option<&str>) -> Option<String> {
    let word: String = word.chars().filter(|letter| !matches!(letter, '"' | '\'')).collect();
    let named = ["$sourceRoot/", "${sourceRoot}/", "source/"].iter().find_map(|start| word.strip_prefix(start));
    let below = match (folder, named) {
        (None, named) => named?,
        (Some(_), _) => &word,
    };
    let below = below.strip_prefix("./").unwrap_or(below);
    let below = below.strip_suffix("/*").unwrap_or(below).trim_end_matches('/');
    if below.starts_with('/') || below.contains(['$', '*', '?', '[', '{', '`', '>', '<', '|', '(']) {
        return None;
    }
    inside(&[folder.unwrap_or(""), below])
}

/// The parts joined, where that stays inside; nothing for the root itself.
fn inside(parts: &[&str]) -> Option<String> {
    let steps: Vec<&str> = parts.iter().flat_map(|part| part.split('/')).filter(|s| !matches!(*s, "" | ".")).collect();
    if steps.is_empty() || steps.contains(&"..") {
        return None;
    }
    RelPath::new(steps.join("/")).map(|path| path.as_str().to_owned())
}

/// The part of the source that is built: `sourceRoot` without its first folder, which is the root of the unpacked
/// source itself, and then the folder inside of it.
pub(super) fn built_part(source_root: Option<&str>, folder: Option<&str>) -> Option<String> {
    let root = source_root.map_or("", |root| root.trim_start_matches("./"));
    let below = root.split_once('/').map_or("", |(_, below)| below);
    if [below, folder.unwrap_or("")].iter().any(|part| part.contains('$')) {
        return None;
    }
    inside(&[below, folder.unwrap_or("")])
}

/// True where a script does more to what was fetched than to unpack it.
pub(super) fn changes_afterwards(script: &str) -> bool {
    let moved = ["mv \"$unpackDir/$fn\" \"$out\"", "mv \"$unpackDir\" \"$out\""];
    let Some(rest) = moved.iter().find_map(|line| script.split_once(line)).map(|(_, rest)| rest) else {
        // A fetcher that does not unpack: whatever it runs is its user's.
        return !script.contains("unpackDir") && !script.trim().is_empty();
    };
    rest.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("chmod "))
}

/// Commands that put a file into an output.
const INSTALLERS: [&str; 4] = ["install", "cp", "mv", "ln"];

/// How the names of license files begin, in capital letters.
const LICENSE_FILES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// True for four letters of each of these: most phases have none, and there are more bytes of phases than of anything
/// else that is read.
fn begins_a_license(letters: &[u8]) -> bool {
    matches!(letters[0] | 0x20, b'i' | b'c' | b'n')
        && [b"icen", b"copy", b"noti"].iter().any(|start| letters.eq_ignore_ascii_case(*start))
}

/// Names of license files that the commands of a phase install; the last word of a command is the target.
pub(super) fn installed_licenses(script: &str) -> Vec<String> {
    if !script.as_bytes().windows(4).any(begins_a_license) {
        return Vec::new();
    }
    let joined = script.replace("\\\n", " ");
    let mut names: Vec<String> = Vec::new();
    for command in joined.split(['\n', ';']).flat_map(|line| line.split("&&")).map(str::trim) {
        let mut words: Vec<&str> = command.split_whitespace().collect();
        if !words.first().is_some_and(|first| INSTALLERS.contains(first)) || !command.contains('$') {
            continue;
        }
        words.pop();
        let bare = |word: &&str| word.trim_matches(['"', '\'']).rsplit('/').next().unwrap_or_default().to_owned();
        let is_license = |name: &String| {
            let capitals = name.to_ascii_uppercase();
            LICENSE_FILES.iter().any(|start| capitals.starts_with(start))
        };
        names.extend(words.iter().skip(1).map(bare).filter(is_license));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn license_files_that_are_installed_are_named() {
        let cases = [
            ("install -Dm644 LICENSE $out/share/licenses/x/LICENSE", &["LICENSE"][..]),
            ("cp -r bin $out\n  cp \"docs/COPYING.txt\" ${placeholder \"doc\"}/", &["COPYING.txt"]),
            (
                "mkdir -p $out && install \\\n  -t $out/share/doc README LICENSE-MIT NOTICE $out",
                &["LICENSE-MIT", "NOTICE"],
            ),
            ("rm $out/share/LICENSE", &[]),
            ("cat LICENSE > $out/x", &[]),
            ("cp x $out/LICENSE", &[]),
            ("cp LICENSE build/", &[]),
        ];
        for (script, want) in cases {
            assert_eq!(installed_licenses(script), want, "{script}");
        }
    }

    fn changes(script: &str, folder: Option<&str>) -> Changes {
        let mut changes = Changes::default();
        changes.add(script, folder);
        changes
    }

    #[test]
    fn deleted_folders_are_named() {
        let seen = changes("# no copies\nrm -rf vendor third_party/zlib/\nrm -r ./deps/*", Some(""));
        assert_eq!(seen.removed, ["deps", "third_party/zlib", "vendor"]);
        assert!(!seen.patched);
    }

    #[test]
    fn what_is_not_plain_is_a_change_and_names_nothing() {
        for script in ["rm -rf $dir", "rm *.jar", "rm -rf ../x", "sed -i s/a/b/ x", "rm -rf /nix/store/x"] {
            let seen = changes(script, Some(""));
            assert!(seen.patched && seen.removed.is_empty(), "{script}");
        }
    }

    #[test]
    fn beside_the_source_only_a_path_into_it_counts() {
        assert_eq!(changes("rm -rf $sourceRoot/lib", None).removed, ["lib"]);
        assert!(changes("rm -rf lib", None).removed.is_empty());
    }

    #[test]
    fn the_first_folder_of_a_source_root_is_the_source_itself() {
        assert_eq!(built_part(Some("source/cli"), None).as_deref(), Some("cli"));
        assert_eq!(built_part(Some("pkg-1.0/a/b"), Some("./c")).as_deref(), Some("a/b/c"));
        assert_eq!(built_part(Some("."), None), None);
        assert_eq!(built_part(None, Some("rust")).as_deref(), Some("rust"));
        assert_eq!(built_part(Some("source/.."), None), None);
    }
}
