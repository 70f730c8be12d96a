//! The places of a tree in which an attribute set binds `license`.
//!
//! Reads forms only: which of them belong to packages is known when the packages are.

use super::checkout::{Checkout, Layout};
use super::loose;
use crate::nix::{Bound, File, Loc};
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

/// The name that is bound.
const NAME: &str = "license";

/// Folders of tests and templates by their names: what is defined there is not what the tree offers.
const TESTS: [&str; 5] = ["test", "tests", "testing", "templates", "fixtures"];

impl Checkout {
    /// The license bindings of the tree, by file and place; those that were found so far where the run was ended.
    ///
    /// `stated` gives where the license values of packages begin in a file. A file whose every word `license` binds one
    /// of them is not parsed once more: with most files of nixpkgs that is the case.
    pub fn license_bindings<'s>(&self, stated: impl Fn(&RelPath) -> &'s [u32]) -> Vec<LicenseBinding> {
        let files = match &self.layout {
            Layout::File(file) => vec![file.clone()],
            _ => loose::nix_files(self),
        };
        let files = files.iter().take_while(|_| stop::over().is_none());
        files.flat_map(|file| self.bindings_in(file, stated(file))).collect()
    }

    fn bindings_in(&self, path: &RelPath, stated: &[u32]) -> Vec<LicenseBinding> {
        let Ok(file) = self.files.open(&path.under(self.root()).to_string_lossy()) else { return Vec::new() };
        match file.text() {
            Some(text) if text.contains(NAME) => plain(text, stated)
                .map(|spans| spans.iter().map(|span| of_package(path, file, *span)).collect())
                .unwrap_or_else(|| self.parsed_bindings(path, file)),
            _ => Vec::new(),
        }
    }

    fn parsed_bindings(&self, path: &RelPath, file: &File) -> Vec<LicenseBinding> {
        let (all, is_module) = self.files.bound(file, NAME);
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

/// The binding at `span` that a package states: its set and its form decide nothing.
fn of_package(path: &RelPath, file: &File, span: Span) -> LicenseBinding {
    let line = file.position(file.base + span.start).line;
    LicenseBinding { file: path.clone(), line, span, set: span, form: Form::Plain }
}

/// The bindings of `text`, each from its name into its value, where every word `license` of it is the name of one whose
/// value begins at a place of `values`; `None` where only parsing tells.
fn plain(text: &str, values: &[u32]) -> Option<Vec<Span>> {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-'".contains(&byte);
    let mut spans = Vec::new();
    for (start, _) in text.match_indices(NAME) {
        let end = start + NAME.len();
        let before = text[..start].bytes().next_back();
        if before.is_some_and(is_of_name) || text[end..].bytes().next().is_some_and(is_of_name) {
            continue;
        }
        let value = text[end..].trim_start().strip_prefix('=')?.trim_start();
        let at = u32::try_from(text.len() - value.len()).ok()?;
        if before == Some(b'.') || !values.contains(&at) {
            return None;
        }
        spans.push(Span::new(u32::try_from(start).ok()?, at + 1));
    }
    Some(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_packages_state_need_no_parsing() {
        let told = "{ meta.homepage = \"x\"; meta = { license = with lib.licenses; mit; }; }";
        let at = |text: &str, value: &str| u32::try_from(text.find(value).expect("it is there")).expect("it fits");
        let span = Span::new(at(told, "license ="), at(told, "with") + 1);
        assert_eq!(plain(told, &[at(told, "with")]), Some(vec![span]));
        assert_eq!(plain("lib.licenses.mit", &[]), Some(Vec::new()), "another word");
        let untold = [
            (told, 0),
            ("{ meta.license = mit; }", 17),
            ("{ inherit license; }", 0),
            ("{ license = mit; } # the license", 12),
            ("x.license == mit", 12),
        ];
        for (text, value) in untold {
            assert_eq!(plain(text, &[value]), None, "{text}");
        }
    }
}
