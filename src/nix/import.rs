//! Files as values, and what is said of one that cannot be had.

use super::eval::Eval;
use super::files::FileError;
use super::value::{Env, R, Thunk, Value};

impl<'a> Eval<'a> {
    /// The value of the file at `path` (a folder means its `default.nix`).
    pub fn import(&self, path: &'a str) -> R<'a, Value<'a>> {
        let known = self.imports.borrow().get(path).copied();
        if let Some(thunk) = known {
            return self.force(thunk);
        }
        let file = self.imported(path);
        let thunk = self.native(move |eval| eval.import_file(&file));
        self.imports.borrow_mut().insert(path, thunk);
        self.force(thunk)
    }

    /// Makes the import of `folder` what `change` makes of its `default.nix`.
    pub fn replace_import(
        &self,
        folder: &'a str,
        change: impl Fn(&Eval<'a>, Value<'a>) -> R<'a, Value<'a>> + 'a,
    ) -> &'a Thunk<'a> {
        let file = self.str(&format!("{folder}/default.nix"));
        let thunk = self.native(move |eval| change(eval, eval.import_file(file)?));
        self.imports.borrow_mut().extend([(folder, thunk), (file, thunk)]);
        thunk
    }

    /// The path of the file that `path` means. What is called like a file is looked for as a folder only where it is none;
    /// of a folder that has a `default.nix` nothing else needs to be looked at.
    fn imported(&self, path: &str) -> String {
        let inside = format!("{path}/default.nix");
        let is_there = |path: &str| self.files.open(path).is_ok();
        let is_file = path.ends_with(".nix") && is_there(path);
        if !is_file && (is_there(&inside) || self.files.disk.is_folder(path)) { inside } else { path.to_owned() }
    }

    /// True where the file at `path`, or the folder that it is the `default.nix` of, was imported.
    pub fn has_imported(&self, path: &str) -> bool {
        let imports = self.imports.borrow();
        imports.contains_key(path) || path.strip_suffix("/default.nix").is_some_and(|path| imports.contains_key(path))
    }

    pub(super) fn import_file(&self, path: &str) -> R<'a, Value<'a>> {
        let opened = self.files.open(path).and_then(|file| {
            let mut names = |text: &str| self.sym(text);
            match self.held.hold(self.files.parse(file, &mut names)) {
                Ok(tree) => Ok(&tree.root),
                Err(fail) => Err(FileError::Syntax(fail.at, fail.what)),
            }
        });
        match opened {
            Ok(expr) => {
                let env = self.bump.alloc(Env::OUTERMOST);
                self.eval(expr, env)
            }
            // A file that is not there is one unknown value, not the end of everything that is built on it.
            Err(error) => Ok(self.opaque(&self.mishap(path, &error))),
        }
    }

    /// Error in a file, with its place and the next step.
    pub fn mishap(&self, path: &str, error: &FileError) -> String {
        let shown = self.shown(path);
        match error {
            FileError::Syntax(offset, what) => {
                let offset = u32::try_from(*offset).unwrap_or(u32::MAX);
                let place = self.files.open(path).map(|file| file.position(offset));
                let (line, column) = place.map_or((1, 1), |place| (place.line, place.column));
                format!("{shown}:{line}:{column}: syntax error: {what}; mend the file")
            }
            FileError::Missing => format!("{shown}:1:1: there is no such file; add it or correct the path"),
            FileError::Outside => format!("{shown}:1:1: leads out of the checkout; put the file itself there"),
            FileError::Unreadable(what) => format!("{shown}:1:1: cannot be read: {what}; make it a readable file"),
        }
    }

    /// `path` as seen from the root of the checkout, for people: where that lies on this machine is nobody's business.
    pub fn shown(&self, path: &str) -> String {
        self.files.shown(path)
    }
}
