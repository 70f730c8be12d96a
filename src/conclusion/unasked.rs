//! Files and folders that a build leaves out unless it is asked for them.

use std::collections::BTreeMap;

use crate::evidence::Switch;
use crate::text::RelPath;

use super::scope::Scope;

/// Files and folders behind switches that are off.
pub(super) struct Unasked<'e> {
    /// Each with the flag that the build would have to be given.
    behind: BTreeMap<RelPath, &'e str>,
}

impl<'e> Unasked<'e> {
    pub(super) fn of(scope: &Scope<'e>) -> Unasked<'e> {
        let mut off: BTreeMap<&str, BTreeMap<RelPath, &'e str>> = BTreeMap::new();
        for (folder, switch) in scope.switches() {
            if let Switch::Off { name, flag } = switch
                && !is_given(scope.flags, flag)
            {
                off.entry(name).or_default().insert(folder, flag);
            }
        }
        // A copied project has switches of its own: the nearest folder above is asked first.
        let flag = |name: &str, folder: &RelPath| {
            let own = off.get(name)?;
            upwards(folder).find_map(|up| own.get(&up).copied())
        };
        let guarded = scope.switches().filter_map(|(folder, switch)| match switch {
            Switch::Guards { name, path } => Some((folder.join(path)?, flag(name, &folder)?)),
            Switch::Off { .. } => None,
        });
        Unasked { behind: guarded.collect() }
    }

    /// The flag without which a file is not built.
    pub(super) fn flag(&self, file: &RelPath) -> Option<&'e str> {
        upwards(file).find_map(|path| self.behind.get(&path).copied())
    }
}

/// The path, and the folders in which it lies up to the root.
fn upwards(path: &RelPath) -> impl Iterator<Item = RelPath> + use<> {
    let up = |path: &RelPath| (!path.as_str().is_empty()).then(|| path.parent());
    std::iter::successors(Some(path.clone()), up)
}

/// True where one of `given` turns on what `flag` does: `--with-frob=DIR` for `--with-frob`, `-DX:BOOL=TRUE` for `-DX=ON`.
fn is_given(given: &[String], flag: &str) -> bool {
    let parts = |text: &str| {
        let (name, value) = text.split_once('=').unwrap_or((text, "yes"));
        (name.split(':').next().unwrap_or(name).to_owned(), value.to_ascii_lowercase())
    };
    let (name, _) = parts(flag);
    let is_on = |value: &str| !["no", "off", "false", "0", "disabled"].contains(&value);
    given.iter().flat_map(|text| text.split_whitespace()).map(parts).any(|(own, value)| own == name && is_on(&value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Evidence, FileEvidence, Unread};

    fn file(path: &str, switches: Vec<Switch>) -> FileEvidence {
        FileEvidence { switches, ..FileEvidence::unread(&RelPath::new(path).expect("relative"), Unread::Binary) }
    }

    /// The flag for `path` in a source whose root has `FROB` off, and names `tool` and `a.c` in `src` behind it.
    fn flag(path: &str, given: &[&str]) -> Option<String> {
        let name = "FROB".to_owned();
        let guards = |path: &str| Switch::Guards { name: name.clone(), path: path.to_owned() };
        let off = Switch::Off { name: name.clone(), flag: "--enable-frob".to_owned() };
        let files =
            vec![file("configure.ac", vec![off]), file("src/Makefile.am", vec![guards("tool"), guards("../a.c")])];
        let flags = given.iter().map(|flag| (*flag).to_owned()).collect();
        let evidence = Evidence { files, flags, ..Evidence::default() };
        let scope = Scope::of(&evidence, &RelPath::default());
        Unasked::of(&scope).flag(&RelPath::new(path).expect("relative")).map(str::to_owned)
    }

    #[test]
    fn what_is_behind_a_switch_that_is_off_needs_its_flag() {
        for path in ["src/tool/b.c", "a.c"] {
            assert_eq!(flag(path, &[]).as_deref(), Some("--enable-frob"), "{path}");
            assert_eq!(flag(path, &["--enable-frob=no", "--enable-frobs"]).as_deref(), Some("--enable-frob"));
            assert_eq!(flag(path, &["--without-x --enable-frob=yes"]), None);
        }
        assert_eq!(flag("src/b.c", &[]), None);
    }

    #[test]
    fn copied_projects_that_all_have_one_switch_are_asked_for_their_own() {
        let project = |number: usize| {
            let flag = format!("-DBUILD_TOOLS{number}=ON");
            let off = Switch::Off { name: "BUILD_TOOLS".to_owned(), flag };
            let guards = Switch::Guards { name: "BUILD_TOOLS".to_owned(), path: "tools".to_owned() };
            file(&format!("deps/p{number}/CMakeLists.txt"), vec![off, guards])
        };
        let evidence = Evidence { files: (0..20_000).map(project).collect(), ..Evidence::default() };
        let scope = Scope::of(&evidence, &RelPath::default());
        let begin = std::time::Instant::now();
        let unasked = Unasked::of(&scope);
        let path = RelPath::new("deps/p777/tools/main.c").expect("relative");
        assert_eq!(unasked.flag(&path), Some("-DBUILD_TOOLS777=ON"));
        assert!(begin.elapsed().as_secs() < 10, "20,000 folders take {:?}", begin.elapsed());
    }

    #[test]
    fn flags_are_compared_by_name_and_value() {
        let is_given = |given: &str, flag: &str| is_given(&[given.to_owned()], flag);
        assert!(is_given("-DFROB:BOOL=TRUE", "-DFROB=ON"));
        assert!(!is_given("-DFROB=OFF", "-DFROB=ON"));
        assert!(is_given("-Dfrob=enabled", "-Dfrob=true"));
        assert!(is_given("--with-frob=/nix/store/x", "--with-frob"));
        assert!(!is_given("--with-frob=no", "--with-frob"));
    }
}
