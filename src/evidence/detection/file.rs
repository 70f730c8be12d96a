//! Evidence of one file and of one source.

use std::collections::BTreeSet;

use super::{Annotation, Detection, Pointer, Restriction, Role, Shared, Switch, Unread, Witness};
use crate::license::LicenseExpr;
use crate::source::Verification;
use crate::text::RelPath;

/// Evidence of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEvidence {
    /// The file, below the root of the source.
    pub path: RelPath,
    /// Why it counts.
    pub role: Role,
    /// The rule that decided the role, e.g. `folder vendor/`.
    pub role_rule: &'static str,
    /// Size in bytes.
    pub size: u64,
    /// Detections, in order of lines.
    pub detections: Shared<Detection>,
    /// Copyright holders as stated, each once, in order.
    pub copyrights: Shared<String>,
    /// References to files that hold the license; `assemble` follows those that lead somewhere.
    pub pointers: Shared<Pointer>,
    /// Statements of this file, a `REUSE.toml` or `dep5`, about other files.
    pub annotations: Vec<Annotation>,
    /// Terms beside or inside its licenses that take something away.
    pub restrictions: Vec<Restriction>,
    /// Statements of this file, a build file, about its switches.
    pub switches: Vec<Switch>,
    /// Why (part of) the file was not read.
    pub unread: Option<Unread>,
}

impl FileEvidence {
    /// The evidence of a file that was not read.
    pub fn unread(path: &RelPath, why: Unread) -> Self {
        FileEvidence {
            path: path.clone(),
            role: Role::Shipped,
            role_rule: "nothing else applies",
            size: 0,
            detections: Shared::default(),
            copyrights: Shared::default(),
            pointers: Shared::default(),
            annotations: Vec::new(),
            restrictions: Vec::new(),
            switches: Vec::new(),
            unread: Some(why),
        }
    }

    /// Notes that so many more bytes of the file were not read.
    pub fn leave_out(&mut self, bytes: u64) {
        let earlier = if let Some(Unread::TooLarge(earlier)) = self.unread { earlier } else { 0 };
        if bytes > 0 {
            self.unread = Some(Unread::TooLarge(earlier + bytes));
        }
    }

    /// Its statements: everything but clues.
    pub fn stated(&self) -> impl Iterator<Item = &Detection> {
        self.detections.iter().filter(|one| one.class != Witness::Clue)
    }

    /// Its statements without the texts of a choice: a document that offers "either A or B" above both texts is under
    /// `A OR B`.
    pub fn granted(&self) -> impl Iterator<Item = &Detection> {
        let holds_choice = self.holds_choice();
        self.stated().filter(move |one| !holds_choice || one.is_choice())
    }

    /// All that it grants, together.
    pub fn expression(&self) -> Option<LicenseExpr> {
        LicenseExpr::all(self.granted().map(|one| one.expr.clone()))
    }

    /// True for a license document with nothing but offers, and the text of each license that they offer.
    fn holds_choice(&self) -> bool {
        let families =
            |one: &Detection| one.expr.terms().into_iter().map(|term| term.family().to_owned()).collect::<Vec<_>>();
        let of = |which: &dyn Fn(&&Detection) -> bool| -> BTreeSet<String> {
            self.stated().filter(which).flat_map(families).collect()
        };
        let offered = of(&|one| one.is_choice());
        let texts = of(&|one| one.class == Witness::Text && !one.is_choice());
        let others = of(&|one| !one.is_choice());
        self.role == Role::LicenseText && !offered.is_empty() && texts == offered && others == offered
    }
}

/// All evidence of one source, files in order of their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Every file of the source.
    pub files: Vec<FileEvidence>,
    /// Whether the files are those of the declared source.
    pub verification: Verification,
    /// Flags that the build is given, which turn switches of the build files on.
    pub flags: Vec<String>,
}

impl Evidence {
    /// The evidence with that of copies of other projects, each below the folder that it is given with.
    pub fn with_copies(mut self, copies: Vec<(RelPath, Evidence)>) -> Evidence {
        for (folder, copy) in copies {
            self.verification = self.verification.max(copy.verification);
            self.files.extend(copy.files.into_iter().filter_map(|mut file| {
                file.path = folder.join(file.path.as_str())?;
                (file.role, file.role_rule) = (Role::Vendored, "a dependency that is brought along");
                Some(file)
            }));
        }
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self
    }

    /// The evidence without the files and folders in `paths`, such as those that are deleted before the build.
    pub fn without(mut self, paths: &[String]) -> Evidence {
        let gone: Vec<RelPath> =
            paths.iter().filter_map(RelPath::new).filter(|path| !path.as_str().is_empty()).collect();
        self.files.retain(|file| !gone.iter().any(|path| file.path.is_below(path)));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Detector;
    use crate::license::license;

    fn said(document: &str) -> Option<String> {
        let path = RelPath::new("LICENSE").expect("relative");
        Detector::usual().read(&path, document.as_bytes()).expression().map(|expr| expr.to_string())
    }

    fn text(id: &str) -> &'static str {
        license(id).expect("listed").text
    }

    #[test]
    fn texts_below_an_offer_are_those_of_the_choice() {
        let offer = "Foo is dual-licensed under the MIT license or the Apache License 2.0, at your option.";
        let both = format!("{offer}\n\n{}\n\n{}\n", text("MIT"), text("Apache-2.0"));
        assert_eq!(said(&both).as_deref(), Some("Apache-2.0 OR MIT"));
        let more = format!("{both}\nThe fonts are under this license:\n\n{}\n", text("OFL-1.1"));
        assert!(said(&more).is_some_and(|said| said.contains("MIT AND ")), "{:?}", said(&more));
        let one = format!("{offer}\n\n{}\n", text("GPL-2.0-only"));
        assert!(said(&one).is_some_and(|said| said.contains("GPL-2.0-only AND")), "{:?}", said(&one));
    }
}
