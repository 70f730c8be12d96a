//! One look at the packages of the open files, in the editor's terms. Reads a [`Session`]; decides nothing itself.

use std::cell::OnceCell;

use lsp_types::{
    CodeAction, CodeActionKind, Diagnostic, DiagnosticSeverity, DocumentChanges, Hover, HoverContents, MarkupContent,
    MarkupKind, NumberOrString, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range, TextDocumentEdit,
    TextEdit, Uri, WorkspaceEdit,
};

use super::spot::Lines;
use crate::check::{self, Finding, NOT_SCANNED, Safety, Severity};
use crate::cli::Output;
use crate::declared::Selection;
use crate::engine::{Request, ScanError, Session, Watch};
use crate::fix::{self, Fix, Plan};
use crate::report::{self, PackageReport};
use crate::text::{RelPath, one_line};

/// The edits that need no second thought, as `clarity fix` writes them unasked.
const SAFE: fix::Options = fix::Options { safety: Safety::Safe, limit: None };

/// A value may belong to hundreds of packages; so many of them are told on hover.
const SHOWN_PACKAGES: usize = 3;

/// An open file as the editor has it.
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: String,
}

/// One look: a scan of the packages whose license lies in `files`.
pub(super) struct Look {
    session: Session,
    files: Vec<RelPath>,
    /// The safe fixes; made when somebody asks for the first time.
    plan: OnceCell<Plan>,
}

impl Look {
    /// Scans what `request` asks for of the packages whose license lies in one of `files`.
    pub(super) fn at(request: &Request, watch: &Watch, files: Vec<RelPath>) -> Result<Look, ScanError> {
        let asked = request.selection.clone();
        let session = Session::open_for(request, watch, |all| {
            let here = all.iter().filter(|(package, declared)| {
                let site = check::site(declared).or(package.site.as_ref());
                site.is_some_and(|site| files.contains(&site.file)) && asked.holds(&package.attr.0)
            });
            Selection::only(here.map(|(package, _)| package.attr.0.clone()))
        })?;
        Ok(Look { session, files, plan: OnceCell::new() })
    }

    /// The findings that count and whose place lies in `file`.
    pub(super) fn diagnostics(&self, file: &RelPath, output: &Output) -> Vec<Diagnostic> {
        let Some(text) = self.session.text(file) else { return Vec::new() };
        let lines = Lines::of(&text);
        self.findings(file, output).map(|finding| diagnostic(finding, &lines)).collect()
    }

    fn findings<'l>(&'l self, file: &'l RelPath, output: &Output) -> impl Iterator<Item = &'l Finding> {
        let all = output.verbose;
        let here = |finding: &&Finding| finding.place.as_ref().is_some_and(|site| site.file == *file);
        let findings = self.session.counting().map(|located| &located.finding).filter(here);
        findings.filter(move |finding| all || finding.check.id != NOT_SCANNED.id)
    }

    /// The text of `file`, where the editor shows the same.
    fn text_of(&self, file: &RelPath, document: &Document) -> Option<String> {
        self.session.text(file).filter(|text| *text == document.text)
    }

    /// The accounts of the packages whose license value is at `position`.
    pub(super) fn hover(&self, file: &RelPath, document: &Document, position: Position) -> Option<Hover> {
        let text = self.text_of(file, document)?;
        let lines = Lines::of(&text);
        let offset = lines.offset(position)?;
        let site = |package: &PackageReport| check::site(&package.declared).cloned();
        let is_here = |package: &&PackageReport| {
            site(package).is_some_and(|site| site.file == *file && (site.span.start..=site.span.end).contains(&offset))
        };
        let here: Vec<&PackageReport> = self.session.report.packages.iter().filter(is_here).collect();
        let range = lines.range(site(here.first()?)?.span);
        let mut shown: Vec<String> = here.iter().take(SHOWN_PACKAGES).map(|package| report::hover(package)).collect();
        if here.len() > SHOWN_PACKAGES {
            shown.push(format!("and {} more packages of the same value\n", here.len() - SHOWN_PACKAGES));
        }
        // Words of sources are no markup: an editor would fetch their images and follow their links.
        let contents = MarkupContent { kind: MarkupKind::PlainText, value: shown.join("\n") };
        Some(Hover { contents: HoverContents::Markup(contents), range: Some(range) })
    }

    /// The safe fixes of values in `range`.
    pub(super) fn actions(
        &self,
        file: &RelPath,
        document: &Document,
        range: Range,
        output: &Output,
    ) -> Vec<CodeAction> {
        let Some(text) = self.text_of(file, document) else { return Vec::new() };
        let lines = Lines::of(&text);
        let is_asked = |fix: &&Fix| fix.place.file == *file && touch(lines.range(fix.place.span), range);
        let diagnostics = |fix: &Fix| {
            let asking = |finding: &&Finding| fix.findings.iter().any(|one| one.identity() == finding.identity());
            self.findings(file, output).filter(asking).map(|finding| diagnostic(finding, &lines)).collect()
        };
        let fixes = self.plan.get_or_init(|| self.safe_fixes()).fixes.iter().filter(is_asked);
        fixes.map(|fix| action(fix, document, &lines, diagnostics(fix))).collect()
    }

    fn safe_fixes(&self) -> Plan {
        let is_open = |finding: &Finding| finding.place.as_ref().is_some_and(|site| self.files.contains(&site.file));
        self.session.propose(&SAFE, is_open)
    }
}

fn touch(a: Range, b: Range) -> bool {
    a.start <= b.end && b.start <= a.end
}

fn diagnostic(finding: &Finding, lines: &Lines<'_>) -> Diagnostic {
    let help = finding.help.iter().map(|line| format!("\nhelp: {}", one_line(line)));
    let message = one_line(&format!("{}: {}", finding.names(), finding.message));
    Diagnostic {
        range: finding.place.as_ref().map(|site| lines.range(site.span)).unwrap_or_default(),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.check.id.to_owned())),
        source: Some("clarity".to_owned()),
        message: std::iter::once(message).chain(help).collect(),
        ..Diagnostic::default()
    }
}

fn action(fix: &Fix, document: &Document, lines: &Lines<'_>, diagnostics: Vec<Diagnostic>) -> CodeAction {
    let edits = fix.edits.iter().map(|edit| TextEdit { range: lines.range(edit.span), new_text: edit.text.clone() });
    let text_document =
        OptionalVersionedTextDocumentIdentifier { uri: document.uri.clone(), version: Some(document.version) };
    let edit = TextDocumentEdit { text_document, edits: edits.map(OneOf::Left).collect() };
    CodeAction {
        title: one_line(&format!("Declare {}, as the source of {} says", fix.target, fix.attr())),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(diagnostics),
        is_preferred: Some(true),
        edit: Some(WorkspaceEdit {
            document_changes: Some(DocumentChanges::Edits(vec![edit])),
            ..WorkspaceEdit::default()
        }),
        ..CodeAction::default()
    }
}
