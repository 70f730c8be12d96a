//! The words of a commit, as nixpkgs wants them, and the lint that holds them to that.

use super::Fix;
use crate::check::Finding;
use crate::conclusion::Basis;
use crate::evidence::Witness;
use crate::tree::Package;

/// So many witnesses are listed.
const WITNESSES: usize = 5;

/// The whole message of the commit that makes `fix`.
pub fn message(fix: &Fix) -> String {
    let package = fix.packages.first().expect("a fix belongs to a package");
    let mut parts = vec![format!("{}: {}", subject_attr(&fix.attr().0), verb(fix)), statement(fix, package)];
    let witnesses = witnesses(fix, package);
    if !witnesses.is_empty() {
        parts.push(witnesses);
    }
    if let Some(sharing) = sharing(&fix.packages) {
        parts.push(sharing);
    }
    parts.push("No rebuild: meta is not part of the derivation.".to_owned());
    if let Some(maintainers) = maintainers(package) {
        parts.push(maintainers);
    }
    parts.push(format!(
        "Prepared with clarity {}, a program that compares meta.license with\nthe files of the source; the author of this commit answers for it.",
        env!("CARGO_PKG_VERSION")
    ));
    parts.join("\n\n") + "\n"
}

fn verb(fix: &Fix) -> &'static str {
    if fix.declared.is_empty() { "add license" } else { "fix license" }
}

/// `python311Packages.foo` is called `python3Packages.foo`, whichever Python it was found under.
fn subject_attr(attr: &str) -> String {
    let Some((set, rest)) = attr.split_once('.') else { return attr.to_owned() };
    let version = set.strip_prefix("python3").and_then(|set| set.strip_suffix("Packages"));
    match version {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("python3Packages.{rest}")
        }
        _ => attr.to_owned(),
    }
}

fn statement(fix: &Fix, package: &Package) -> String {
    let declared = match &*fix.declared {
        "" => "no license".to_owned(),
        declared => declared.to_owned(),
    };
    if fix.findings.iter().all(|finding| finding.concluded.is_empty()) {
        return format!("meta.license says {declared}; it is now stated as {}.", fix.target);
    }
    let name = package.pname.as_deref().unwrap_or(&package.attr.0);
    let version = package.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    format!("Declared: {declared}\nThe source of {name}{version} says: {}", fix.target)
}

fn witnesses(fix: &Fix, package: &Package) -> String {
    let mut seen: Vec<&Basis> = Vec::new();
    for basis in fix.findings.iter().flat_map(|finding: &Finding| &finding.evidence) {
        if !seen.contains(&basis) {
            seen.push(basis);
        }
    }
    let lines = seen.iter().take(WITNESSES).map(|basis| {
        let more = match (basis.files, basis.class) {
            (0 | 1, _) => String::new(),
            (files, Witness::Tag) => format!(", and {} more files with the same tag", files - 1),
            (files, _) => format!(", and {} more files that say the same", files - 1),
        };
        let place = format!("{}:{}", one_line(basis.file.as_str()), basis.lines);
        let line = format!("- {place}: {} ({}){more}", basis.expr, basis.class.name());
        match link(package, basis) {
            Some(link) => format!("{line}\n  {link}"),
            None => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the witness can be read in the packaged version, for forges that have an address for that.
pub(super) fn link(package: &Package, basis: &Basis) -> Option<String> {
    let [source] = &package.sources[..] else { return None };
    let rev = source.rev.as_deref()?.trim_start_matches("refs/tags/");
    let url = source.urls.first()?;
    let file = basis.file.as_str();
    if !file.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+".contains(c)) {
        return None;
    }
    let (first, last) = (basis.lines.first, basis.lines.last);
    match (url.split_once("/-/archive/"), url.split_once("/archive/")) {
        (Some((repository, _)), _) => Some(format!("{repository}/-/blob/{rev}/{file}#L{first}-{last}")),
        (None, Some((repository, _))) if repository.starts_with("https://github.com/") => {
            Some(format!("{repository}/blob/{rev}/{file}#L{first}-L{last}"))
        }
        _ => None,
    }
}

fn sharing(packages: &[Package]) -> Option<String> {
    let others: Vec<&str> = packages.iter().skip(1).map(|package| package.attr.0.as_str()).collect();
    (!others.is_empty()).then(|| format!("The same value belongs to: {}", others.join(", ")))
}

fn maintainers(package: &Package) -> Option<String> {
    // No @: a mention in a commit notifies people at every push of every fork.
    let names = package.maintainers.iter().filter_map(|one| one.github.as_deref().or(one.name.as_deref()));
    let names: Vec<String> = names.map(one_line).collect();
    (!names.is_empty()).then(|| format!("Maintainers: {}", names.join(", ")))
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What nixpkgs' reviewers and its automation would object to in a commit message; empty where it is fine.
pub fn lint(message: &str) -> Vec<&'static str> {
    let mut lines = message.lines();
    let subject = lines.next().unwrap_or_default();
    let mut wrong = Vec::new();
    let mut hold = |holds: bool, rule: &'static str| {
        if !holds {
            wrong.push(rule);
        }
    };
    hold(subject.contains(": "), "the subject names the package, then a colon and a blank");
    hold(!subject.ends_with('.'), "the subject has no full stop at its end");
    hold(!subject.starts_with("fixup!") && !subject.starts_with("squash!"), "the commit stands for itself");
    hold(!is_conventional(subject), "the subject begins with the attribute, not with a kind of change");
    hold(lines.next().is_some_and(str::is_empty), "a blank line follows the subject");
    hold(message.contains("No rebuild"), "the body says that nothing is rebuilt");
    hold(message.contains("Prepared with clarity"), "the body says which program prepared it");
    hold(!message.split_whitespace().any(|word| word.starts_with('@')), "nobody is mentioned with @");
    wrong
}

fn is_conventional(subject: &str) -> bool {
    let kinds = ["feat", "fix", "chore", "docs", "refactor", "style", "test", "build", "ci", "perf"];
    let head = subject.split(':').next().unwrap_or_default();
    let kind = head.split('(').next().unwrap_or_default().trim_end_matches('!');
    kinds.contains(&kind)
}
