//! A tree as a Nix expression: one derivation for each distinct source, whose result is a file for `clarity merge`.
//!
//! A derivation depends on its source and on the program, and on nothing else of a package: a changed license builds
//! nothing. Nix, its remote builders and caches distribute, keep and share.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::counted::counted;
use crate::kept::SourceKey;
use crate::tree::{HashMode, Package};

/// The part of the expression that is the same for all trees. `shard` is the beginning of the ids that are wanted.
const BODY: &str = r#"  source = row:
    let
      package = builtins.foldl' (set: name: set.${name}) pkgs row.attr;
      sources = if package ? srcs && builtins.isList package.srcs then package.srcs else [ package.src ];
    in
    builtins.elemAt sources row.index;
  evidence = row: derivation {
    name = "evidence-${row.id}";
    inherit system;
    builder = clarity;
    args = [
      "detect" "--format" "evidence" "--jobs" "1"
      "--hash" row.hash "--hash-mode" row.mode "--name" row.name
      "--out" (placeholder "out") "${source row}"
    ];
  };
  wanted = row: builtins.substring 0 (builtins.stringLength shard) row.id == shard;
in
builtins.listToAttrs
  (map (row: { name = "evidence-${row.id}"; value = evidence row; }) (builtins.filter wanted rows))
"#;

/// Writes the expression for `sources` of the packages in `tree`, each with its number among those of the package.
pub fn derivations(
    sources: &BTreeMap<SourceKey, (&Package, usize)>,
    tree: &Path,
    clarity: &Path,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = |path: &Path| format!("(/. + {})", quoted(&path.display().to_string()));
    writeln!(
        out,
        "# {}, by `clarity nix`. Build: nix-build -k FILE. Then: clarity merge RESULTS",
        counted(sources.len(), "source")
    )?;
    writeln!(out, "{{ pkgs ? import {} {{ }}", path(tree))?;
    writeln!(out, ", clarity ? {}", path(clarity))?;
    writeln!(out, ", system ? builtins.currentSystem\n, shard ? \"\"\n}}:\nlet\n  rows = [")?;
    for (key, (package, index)) in sources {
        let mode = match key.identity.mode {
            HashMode::Flat => "flat",
            HashMode::Nar => "recursive",
        };
        let attr: Vec<String> = names(&package.attr.0).iter().map(|name| quoted(name)).collect();
        writeln!(
            out,
            "    {{ id = \"{}\"; attr = [ {} ]; index = {index}; mode = \"{mode}\"; hash = \"{}\"; name = {}; }}",
            &key.digest().to_string()[..32],
            attr.join(" "),
            key.identity.hash,
            quoted(&key.name),
        )?;
    }
    write!(out, "  ];\n{BODY}")
}

/// The names of an attribute path; a quoted one may hold dots.
fn names(attr: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    for letter in attr.chars() {
        match (letter, names.last_mut()) {
            ('"', _) => is_quoted = !is_quoted,
            ('.', _) if !is_quoted => names.push(String::new()),
            (letter, Some(name)) => name.push(letter),
            (_, None) => {}
        }
    }
    names
}

/// A string of Nix.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_strings_are_those_of_nix() {
        assert_eq!(names("python3Packages.requests"), ["python3Packages", "requests"]);
        assert_eq!(names("a.\"b.c\".d"), ["a", "b.c", "d"]);
        assert_eq!(quoted("a \"${b}\" \\"), "\"a \\\"\\${b}\\\" \\\\\"");
    }
}
