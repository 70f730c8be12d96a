//! Which files hold code, and which of it is compiled.

use crate::evidence::{FileEvidence, Role};

use super::scope::Scope;

/// Endings of code that a compiler of the C world, or one that links with it, turns into programs and libraries.
const COMPILED: &[&str] = &[
    "asm", "c", "cc", "cpp", "cxx", "d", "f", "f90", "h", "hh", "hpp", "hs", "inl", "l", "m", "ml", "mli", "mm", "nim",
    "pas", "pyx", "rs", "s", "swift", "v", "vala", "vhd", "y", "zig",
];

/// Endings of the code of other languages.
const OTHER: &[&str] = &[
    "awk", "clj", "cs", "el", "erl", "ex", "fs", "go", "java", "jl", "js", "jsx", "kt", "lisp", "lua", "php", "pl",
    "pm", "py", "r", "rb", "scala", "scm", "sh", "sql", "t", "tcl", "ts", "tsx",
];

/// Endings of programs for the work on a project: style sheets that transform tables, hooks, scripts of Windows.
const HELPERS: &[&str] = &["bat", "cmd", "hook", "ps1", "xsl", "xslt"];

/// The ending of a name, in lower case; `None` for a name without one.
fn ending(file: &FileEvidence) -> Option<String> {
    file.path.name().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())
}

/// True for source code. A picture or a table has no header, so that its silence says nothing.
pub(super) fn is_code(file: &FileEvidence) -> bool {
    ending(file).is_some_and(|ending| COMPILED.contains(&&*ending) || OTHER.contains(&&*ending))
}

fn is_compiled(file: &FileEvidence) -> bool {
    ending(file).is_some_and(|ending| COMPILED.contains(&&*ending))
}

/// Languages of what ships.
pub(super) struct Languages {
    /// True where most of the code is compiled.
    is_compiled: bool,
}

impl Languages {
    pub(super) fn of(scope: &Scope<'_>) -> Languages {
        let code = || scope.with_role(Role::Shipped).filter(|file| is_code(file));
        Languages { is_compiled: code().filter(|file| is_compiled(file)).count() * 2 > code().count() }
    }

    /// True for a program that is not compiled, where most code is: a build leaves it out unless a rule installs it.
    pub(super) fn is_other(&self, file: &FileEvidence) -> bool {
        let is_script = || match ending(file) {
            Some(ending) => OTHER.contains(&&*ending) || HELPERS.contains(&&*ending),
            None => true,
        };
        self.is_compiled && file.role == Role::Shipped && is_script()
    }
}
