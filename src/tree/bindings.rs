//! The places of a tree in which an attribute set binds `license`.
//!
//! Reads forms only: which of them belong to packages is known when the packages are.

use super::checkout::{Checkout, Layout};
use super::loose;
use crate::nix::{Bound, Loc};
use crate::text::{RelPath, Span, stop};

/// A place that binds `license`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LicenseBinding {
    /// The file, below the root of the checkout.
    pub file: RelPath,
    /// The line of the name.
    pub line: u32,
    /// From the name to the end of the value.
    pub span: Span,
    /// The set around it.
    pub set: Span,
    /// Where it stands, as far as its form tells.
    pub form: Form,
}

/// Kind of a binding by the form of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Form {
    /// In what the file gives.
    Plain,
    /// In a function inside of that: its callers decide.
    Function,
    /// In a module of NixOS or the like.
    Module,
    /// In a file below a folder of tests.
    Test,
}

/// Folders of tests and templates by their names: what is defined there is not what the tree offers.
const TESTS: [&str; 5] = ["test", "tests", "testing", "templates", "fixtures"];

impl Checkout {
    /// The license bindings of the tree, by file and place; those that were found so far where the run was ended.
    pub fn license_bindings(&self) -> Vec<LicenseBinding> {
        let files = match &self.layout {
            Layout::File(file) => vec![file.clone()],
            _ => loose::nix_files(self),
        };
        let files = files.iter().take_while(|_| stop::over().is_none());
        files.flat_map(|file| self.bindings_in(file)).collect()
    }

    fn bindings_in(&self, path: &RelPath) -> Vec<LicenseBinding> {
        let Ok(file) = self.files.open(&path.under(self.root()).to_string_lossy()) else { return Vec::new() };
        if !file.text().is_some_and(|text| text.contains("license")) {
            return Vec::new();
        }
        let (all, is_module) = self.files.bound(file, "license");
        let is_test = path.parts().any(|part| TESTS.contains(&part));
        let span = |loc: Loc| Some(Span::new(loc.start.checked_sub(file.base)?, loc.end.checked_sub(file.base)?));
        let binding = |Bound { name, value, set, in_function }: Bound| {
            let form = match () {
                () if is_test => Form::Test,
                () if is_module => Form::Module,
                () if in_function => Form::Function,
                () => Form::Plain,
            };
            let name = span(name)?;
            let span_of_all = Span::new(name.start, span(value)?.end.max(name.end));
            let line = file.position(name.start).line;
            Some(LicenseBinding { file: path.clone(), line, span: span_of_all, set: span(set)?, form })
        };
        all.into_iter().filter_map(binding).collect()
    }
}
