//! Compiled code in a source that the metadata does not mention.

use crate::conclusion::{Confidence, Prebuilt};
use crate::evidence::Compiled;

use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC030",
    name: "provenance",
    severity: Severity::Note,
    metadata_only: false,
    what: "The source ships compiled code, and `meta.sourceProvenance` does not say so.",
    why: "Users who want packages that are built from source alone filter by `sourceProvenance`; and of compiled code nobody can read the license.",
    example: "A tarball with `lib/engine.so`, and no `sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];`.",
    wrong_when: "The files are not installed: a phase deletes them in a way that is not followed, or they belong to another platform. Say so with a `[[role]]` of `test`, or suppress it.",
    rule,
};

/// The names of `lib.sourceTypes` that state something compiled; the usual one first.
fn kinds(form: Compiled) -> &'static [&'static str] {
    match form {
        Compiled::Elf | Compiled::AppImage | Compiled::MachO => &["binaryNativeCode", "binaryFirmware"],
        Compiled::Pe => &["binaryNativeCode", "binaryBytecode", "binaryFirmware"],
        Compiled::Deb | Compiled::Rpm => &["binaryNativeCode", "binaryBytecode", "binaryFirmware", "fromSource"],
        Compiled::Image => &["binaryFirmware", "binaryNativeCode", "binaryBytecode"],
        Compiled::JavaClass | Compiled::Jar | Compiled::Dex | Compiled::Wasm => &["binaryBytecode"],
    }
}

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let Ok(judged) = subject.judged else { return Vec::new() };
    // An older tree has no words for it.
    if !subject.table.has_source_types {
        return Vec::new();
    }
    let stated = match &subject.package.provenance {
        None => &[][..],
        // Something is stated that could not be evaluated: it may be just this.
        Some(stated) if stated.is_empty() => return Vec::new(),
        Some(stated) => stated,
    };
    let is_stated = |one: &&Prebuilt| kinds(one.form).iter().any(|kind| stated.iter().any(|own| own == kind));
    let open: Vec<&Prebuilt> = judged.prebuilt.iter().filter(|one| !is_stated(one)).collect();
    if open.is_empty() { Vec::new() } else { vec![about(subject, &open, stated)] }
}

fn about(subject: &Subject<'_>, open: &[&Prebuilt], stated: &[String]) -> Finding {
    let files: Vec<String> = open.iter().map(|one| in_words(one)).collect();
    let mut finding =
        subject.finding(&CHECK, format!("the source ships compiled code that is not stated: {}", files.join(", ")));
    if let Some(site) = &subject.package.site {
        (finding.place, finding.label) = (Some(site.clone()), "defined here");
    }
    finding.confidence = Confidence::Medium;
    (finding.evidence, finding.against) = (Vec::new(), Vec::new());
    // The finding is about the files, whatever license is declared.
    finding.declared = stated.join(" ");
    finding.concluded = missing(open).join(" ");
    let kinds = [stated.to_vec(), missing(open)].concat();
    let kinds = if stated.is_empty() { [vec!["fromSource".to_owned()], kinds].concat() } else { kinds };
    finding.help.push(format!(
        "if they are installed: `sourceProvenance = with lib.sourceTypes; [ {} ];`; else delete them in `postPatch`",
        kinds.join(" ")
    ));
    finding
}

fn in_words(one: &Prebuilt) -> String {
    match one.files {
        1 => format!("`{}` is {}", one.file, one.form),
        files => format!("{files} files like `{}` are {}", one.file, one.form),
    }
}

fn missing(open: &[&Prebuilt]) -> Vec<String> {
    let mut names: Vec<String> =
        open.iter().filter_map(|one| kinds(one.form).first()).map(|kind| (*kind).to_owned()).collect();
    names.sort();
    names.dedup();
    names
}
