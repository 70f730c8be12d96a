//! The blocks of a configuration file, each with its place.

use std::path::Path;

use crate::check::{Exception, LicensePolicy};
use crate::evidence::{Curation, RoleRule, Signature};
use crate::license::Accepted;
use crate::source::FixedHash;
use crate::text::{LineIndex, RelPath, Span};
use crate::tree::Site;
use crate::triage::Suppression;

use super::file;
use super::value::{Day, JudgedSide, LicensePattern, Words};

/// The text of a file, to find the lines of its blocks.
pub(super) struct Places<'t> {
    file: RelPath,
    text: &'t str,
    lines: LineIndex,
}

impl<'t> Places<'t> {
    pub(super) fn of(file: &Path, text: &'t str) -> Self {
        Places { file: file.file_name().and_then(RelPath::new).unwrap_or_default(), text, lines: LineIndex::new(text) }
    }

    fn site<T>(&self, block: &toml::Spanned<T>) -> Site {
        let span = Span::new(block.span().start as u32, block.span().end as u32);
        let at = |offset| self.lines.position(self.text, offset);
        Site { file: self.file.clone(), span, start: at(span.start), end: at(span.end) }
    }
}

/// The policy; `None` where it neither allows nor denies.
pub(super) fn policy(raw: file::Policy) -> Option<LicensePolicy> {
    if raw.allow.is_empty() && raw.deny.is_empty() {
        return None;
    }
    let patterns = |all: Vec<LicensePattern>| all.into_iter().map(|pattern| pattern.0).collect();
    let exception = |raw: file::PolicyException| Exception { attr: raw.attr.0, allow: patterns(raw.allow) };
    Some(LicensePolicy {
        accepted: Accepted { allow: patterns(raw.allow), deny: patterns(raw.deny) },
        side: raw.of.map(JudgedSide::side).unwrap_or_default(),
        exceptions: raw.exceptions.into_iter().map(exception).collect(),
    })
}

pub(super) fn role(block: toml::Spanned<file::Role>, places: &Places<'_>) -> RoleRule {
    let site = places.site(&block);
    let raw = block.into_inner();
    RoleRule {
        attr: raw.attr.map(|glob| glob.0),
        glob: raw.glob.0,
        role: raw.role.0,
        sources: hashes(raw.source),
        signature: signature(raw.author, raw.date),
        site,
    }
}

pub(super) fn curation(block: toml::Spanned<file::Curate>, places: &Places<'_>) -> Curation {
    let site = places.site(&block);
    let raw = block.into_inner();
    Curation {
        attr: raw.attr.map(|glob| glob.0),
        path: raw.path.0,
        detected: raw.detected.map(|expr| expr.0),
        concluded: raw.concluded.0,
        reason: raw.reason.0,
        comment: raw.comment.0,
        sources: hashes(raw.source),
        signature: signature(raw.author, raw.date),
        site,
    }
}

pub(super) fn suppression(block: toml::Spanned<file::Suppress>, places: &Places<'_>) -> Suppression {
    let site = places.site(&block);
    let raw = block.into_inner();
    let evidence = match raw.evidence {
        file::Pins::One(pin) => [pin].into(),
        file::Pins::Several(pins) => pins.into_iter().collect(),
    };
    let signature = signature(raw.author, raw.date);
    Suppression { attr: raw.attr.0, check: raw.check.0, evidence, reason: raw.reason.0, signature, site }
}

fn signature(author: Option<Words>, date: Option<Day>) -> Signature {
    Signature { author: author.map(|author| author.0), date: date.map(|date| date.0) }
}

fn hashes(raw: file::Hashes) -> Vec<FixedHash> {
    raw.0.into_iter().map(|hash| hash.0).collect()
}
