//! Which of the voices states the license, where they differ.
//!
//! Rules in one visible order, each with the case that it is for. None of them looks at what nixpkgs declares.

use crate::evidence::Witness;
use crate::license::LicenseExpr;

use super::scope::Scope;
use super::voice::{Guess, Speaker, Voice};
use super::{Basis, same_names};

/// The voices by who speaks.
struct Voices<'v> {
    scope: &'v Scope<'v>,
    document: Option<&'v Voice>,
    manifest: Option<&'v Voice>,
    readme: Option<&'v Voice>,
    headers: Option<&'v Voice>,
}

/// The voice that states the license; `None` where two of equal standing contradict each other.
pub(super) fn leading<'v>(voices: &'v [Voice], scope: &'v Scope<'v>) -> Option<&'v Voice> {
    let of = |speaker| voices.iter().find(|voice| voice.speaker == speaker);
    let all = Voices {
        scope,
        document: of(Speaker::Document),
        manifest: of(Speaker::Manifest),
        readme: of(Speaker::Readme),
        headers: of(Speaker::Headers),
    };
    match (all.document, all.manifest) {
        (Some(document), Some(manifest)) => all.document_or_manifest(document, manifest),
        (Some(document), None) => Some(all.document_or(document)),
        (None, Some(manifest)) => Some(all.manifest_or(manifest)),
        (None, None) => all.readme_of_files().or(all.headers).or(all.readme),
    }
}

impl<'v> Voices<'v> {
    fn document_or_manifest(&self, document: &'v Voice, manifest: &'v Voice) -> Option<&'v Voice> {
        // Classifiers are a list; words in the document say whether it is a choice.
        if document.states_choice() && document.explains(manifest) && !manifest.states_choice() {
            return Some(document);
        }
        // The text of version 3 and a field that repeats its name, beside "version 2 or later" in most files.
        let repeats = || manifest.is_repeated_by(document);
        if let Some(headers) = self.headers.filter(|headers| headers.grants_another_version(document) && repeats()) {
            return Some(headers);
        }
        // "LGPLv2+" in a field, beside the text of version 2.1 and files that grant version 2.1.
        if let Some(headers) = self.headers.filter(|headers| headers.is_of_text(document, manifest)) {
            return Some(if headers.covers_most() { headers } else { document });
        }
        // "The code is MPL, the data file is GPL": the manifest names the code's license alone.
        if let Some(readme) = self.readme_of_parts(document, manifest) {
            return Some(readme);
        }
        // `license = "MIT OR Apache-2.0"` explains LICENSE-MIT beside LICENSE-APACHE.
        if manifest.explains(document) || manifest.explains(&document.abbreviated()) {
            return Some(manifest);
        }
        // "BSD" or "GPL" in a field, the text beside it says which.
        if manifest.is_vague() {
            return Some(self.document_or(document));
        }
        // A document with the texts of everything that is bundled; the manifest says which is the package's own.
        if document.explains(manifest) {
            return Some(if document.operator_unstated { manifest } else { self.document_or(document) });
        }
        match self.headers.filter(|headers| headers.is_broad()) {
            Some(headers) if headers.explains(document) || headers.explains(manifest) => Some(headers),
            // The document grants what the manifest says, above the text of a bundled part.
            _ => self
                .scope
                .other_grant(&document.expr)
                .filter(|(_, grant)| same_names(grant, &manifest.expr))
                .map(|_| manifest),
        }
    }

    /// A readme that joins several licenses, all of which the document holds and one of which the manifest names.
    fn readme_of_parts(&self, document: &Voice, manifest: &Voice) -> Option<&'v Voice> {
        let joins = |voice: &Voice| matches!(voice.expr, LicenseExpr::And(_)) && !voice.is_vague();
        let readme = self.readme.filter(|readme| joins(readme) && document.operator_unstated)?;
        (readme.explains(document) && document.explains(readme) && readme.explains(manifest)).then_some(readme)
    }

    /// The license document, unless it only offers texts of which the files themselves name some.
    fn document_or(&self, document: &'v Voice) -> &'v Voice {
        let explains = |readme: &&Voice| readme.explains(document) || readme.offers_texts_of(document);
        let readme = self.readme.filter(|_| document.operator_unstated).filter(explains);
        if let Some(readme) = readme.or_else(|| self.readme_of_the_grant(document)) {
            return readme;
        }
        let Some(headers) = self.headers else { return document };
        // A text that was copied along, against headers that agree with each other.
        if document.is_only_text() && headers.speaks_against(document) {
            return headers;
        }
        // The text of version 2 beside "version 3 or later" in most files: the grant is what their authors say.
        if document.is_only_text() && headers.grants_another_version(document) {
            return headers;
        }
        // "MPL 1.1, or GPL 2 or later, or LGPL 2 or later" in the files, and the texts of all three beside them.
        let offers = || headers.states_choice() && headers.explains(document);
        // The texts of the GPL and of the LGPL, of which only one is that of the files.
        let names_one = || headers.covers_most() && document.is_only_text() && headers.shares_license(document);
        let tells = || document.explains(headers) || offers() || names_one();
        let is_unsure = document.operator_unstated || document.guess == Some(Guess::Offer);
        let is_open = || is_unsure && tells() || document.is_only_text() && offers();
        if headers.is_broad() && !headers.is_vague() && is_open() {
            return headers;
        }
        document
    }

    /// A readme that says what the words of a license document grant: the texts beside it are those of parts.
    fn readme_of_the_grant(&self, document: &Voice) -> Option<&'v Voice> {
        let grants = |basis: &Basis| basis.class == Witness::Grant && !basis.vague;
        let granted = || document.basis.iter().filter(|basis| grants(basis));
        let says_so = |readme: &&Voice| {
            let is_plain = document.operator_unstated && !readme.is_vague();
            is_plain && granted().next().is_some() && granted().all(|basis| same_names(&basis.expr, &readme.expr))
        };
        self.readme.filter(says_so)
    }

    /// A readme that states what at least a third of the headers do: theirs is the project's license, where the files of
    /// two licenses are about as many.
    fn readme_of_files(&self) -> Option<&'v Voice> {
        let headers = self.headers?;
        self.readme.filter(|readme| !readme.is_vague() && headers.count_of(readme) * 3 > headers.speaking)
    }

    /// The manifest, unless it is vague and something else is not.
    fn manifest_or(&self, manifest: &'v Voice) -> &'v Voice {
        // "Licence: PSF and GPLv3" above a module and a script, each of which says which of them is its own.
        let granted = |readme: &&Voice| readme.expr.terms().iter().all(|term| self.scope.is_granted_by_files(term));
        let joins = |readme: &&Voice| matches!(readme.expr, LicenseExpr::And(_)) && readme.explains(manifest);
        if let Some(readme) = self.readme.filter(joins).filter(granted) {
            return readme;
        }
        let clearer = [self.headers, self.readme].into_iter().flatten().find(|other| !other.is_vague());
        match clearer {
            // Which BSD it is can be told by another witness; a file that says GPL is just another file.
            Some(other) if manifest.is_vague() && (other.shares_license(manifest) || other.covers_most()) => other,
            Some(other) if other.speaks_against(manifest) => other,
            _ => manifest,
        }
    }
}
