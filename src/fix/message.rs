//! The words of a commit, as nixpkgs wants them, and the lint that holds them to that.

use super::Fix;
use crate::check::Finding;
use crate::conclusion::Basis;
use crate::evidence::Witness;
use crate::source::Verification;
use crate::text::{is_unprintable, one_line};
use crate::tree::{Package, SourceRef};

/// So many witnesses are listed.
const WITNESSES: usize = 5;

/// So many other packages of the same value are named.
const SHARING: usize = 20;

/// The longest field, in characters; an expression of real packages has below 100.
const LONGEST_FIELD: usize = 200;

/// The whole message of the commit that makes `fix`. Each field of the tree or the source is one line, and no line
/// begins with one, so that whatever it holds is text to everything that reads the message.
pub fn message(fix: &Fix) -> String {
    let package = fix.packages.first().expect("a fix belongs to a package");
    let mut parts = vec![vec![format!("{}: {}", one_line(&subject_attr(&fix.attr().0)), verb(fix))]];
    parts.push(statement(fix, package));
    parts.push(witnesses(fix, package));
    let against = against(fix, package);
    if !against.is_empty() {
        parts.push([vec!["Against it:".to_owned()], against].concat());
    }
    parts.extend(unverified(fix).map(|line| vec![line]));
    parts.extend(loud(fix).map(|line| vec![line]));
    parts.extend(sharing(&fix.packages).map(|line| vec![line]));
    parts.push(vec!["No rebuild: meta is not part of the derivation.".to_owned()]);
    parts.extend(maintainers(package).map(|line| vec![line]));
    parts.push(vec![
        format!("Prepared with clarity {}, a program that compares meta.license with", env!("CARGO_PKG_VERSION")),
        "the files of the source; the author of this commit answers for it.".to_owned(),
    ]);
    parts.retain(|lines| !lines.is_empty());
    parts.iter().map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n") + "\n"
}

fn verb(fix: &Fix) -> &'static str {
    if fix.declared.is_empty() { "add license" } else { "fix license" }
}

/// Sets of packages that exist once for each version of a language: the words around the version, and the set that
/// nixpkgs' commits name, e.g. `python311Packages.foo` as `python3Packages.foo` and `perl532Packages.Foo` as
/// `perlPackages.Foo`. Not `nodePackages_latest`, which has no number.
const VERSIONED: [(&str, &str, &str); 12] = [
    ("python3", "Packages", "python3Packages"),
    ("python2", "Packages", "python2Packages"),
    ("perl", "Packages", "perlPackages"),
    ("php", "Packages", "phpPackages"),
    ("php", "Extensions", "phpExtensions"),
    ("lua", "Packages", "luaPackages"),
    ("emacs", "Packages", "emacsPackages"),
    ("ocaml-ng.ocamlPackages_", "", "ocamlPackages"),
    ("haskell.packages.ghc", "", "haskellPackages"),
    ("linuxPackages_", "", "linuxPackages"),
    ("postgresql", "Packages", "postgresqlPackages"),
    ("beam.packages.erlangR", "", "beamPackages"),
];

/// The attribute as the subject of a commit names it: without the version of the language it was found under.
pub(super) fn subject_attr(attr: &str) -> String {
    let Some((set, name)) = attr.rsplit_once('.') else { return attr.to_owned() };
    let named = VERSIONED.iter().find(|(start, end, _)| {
        let version = set.strip_prefix(start).and_then(|set| set.strip_suffix(end));
        version.is_some_and(|version| !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit() || b == b'_'))
    });
    named.map_or_else(|| attr.to_owned(), |(.., set)| format!("{set}.{name}"))
}

fn statement(fix: &Fix, package: &Package) -> Vec<String> {
    let declared = match &*fix.declared {
        "" => "no license".to_owned(),
        declared => field(declared),
    };
    let target = field(&fix.target.to_string());
    if fix.findings.iter().all(|finding| finding.concluded.is_empty()) {
        return vec![format!("meta.license says {declared}; it is now stated as {target}.")];
    }
    let attr = field(&package.attr.0);
    let name = package.pname.as_deref().filter(|name| is_plain_name(name)).unwrap_or(&attr);
    let version = package.version.as_deref().filter(|version| is_plain_name(version));
    let version = version.map(|version| format!(" {version}")).unwrap_or_default();
    let source = match fix.verification() {
        Verification::Verified => "The source",
        Verification::Unverified(_) => "An unverified source",
    };
    vec![format!("Declared: {declared}"), format!("{source} of {name}{version} says: {target}")]
}

/// True for names and versions as packages have them; others say nothing to a reviewer and are left out.
fn is_plain_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 80 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._+~:".contains(c))
}

/// Text of others as part of a line: no line break, no mention of a person and no number of an issue.
fn field(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    let mut left = text.chars().take(LONGEST_FIELD).peekable();
    while let Some(c) = left.next() {
        match (c, left.peek()) {
            ('@', Some(next)) if next.is_alphanumeric() => out.push_str("(at)"),
            ('#', Some(next)) if next.is_ascii_digit() => out.push_str("no. "),
            _ => out.push(c),
        }
    }
    if text.chars().nth(LONGEST_FIELD).is_some() {
        out.push_str("...");
    }
    out
}

fn witnesses(fix: &Fix, package: &Package) -> Vec<String> {
    listed(
        fix.findings.iter().flat_map(|finding: &Finding| &finding.evidence),
        &Upstream::of(package, fix.verification()),
    )
}

/// The witnesses that say something else: whoever reviews the change should not have to find them.
fn against(fix: &Fix, package: &Package) -> Vec<String> {
    listed(
        fix.findings.iter().flat_map(|finding: &Finding| &finding.against),
        &Upstream::of(package, fix.verification()),
    )
}

/// That nothing proves the source to be the declared one.
fn unverified(fix: &Fix) -> Option<String> {
    let why = fix.verification().unproven()?;
    Some(format!("Mind: the source is unverified, so no file of upstream is linked: {why}."))
}

/// That a package becomes unfree, or free: what the finding says of it.
fn loud(fix: &Fix) -> Option<String> {
    let freedom = fix.findings.iter().find_map(|finding| finding.remedy.as_ref()?.freedom)?;
    Some(format!("Mind: {freedom}."))
}

fn listed<'b>(all: impl Iterator<Item = &'b Basis>, upstream: &Upstream<'_>) -> Vec<String> {
    let mut seen: Vec<&Basis> = Vec::new();
    for basis in all {
        if !seen.contains(&basis) {
            seen.push(basis);
        }
    }
    let lines = seen.iter().take(WITNESSES).flat_map(|basis| {
        let more = match (basis.files, basis.class) {
            (0 | 1, _) => String::new(),
            (2, Witness::Tag) => ", and one more file with the same tag".to_owned(),
            (2, _) => ", and one more file that says the same".to_owned(),
            (files, Witness::Tag) => format!(", and {} more files with the same tag", files - 1),
            (files, _) => format!(", and {} more files that say the same", files - 1),
        };
        let (file, expr) = (field(basis.file.as_str()), field(&basis.expr.to_string()));
        let line = format!("- {file}:{}: {expr} ({}){more}", basis.lines, basis.class.name());
        std::iter::once(line).chain(upstream.link(basis).map(|link| format!("  {link}")))
    });
    lines.collect()
}

/// The published source of a package, where what was looked at is that source.
pub(super) struct Upstream<'p>(Option<&'p SourceRef>);

impl<'p> Upstream<'p> {
    /// The one source of `package`. Files that are not proven to be the declared ones may differ from the published ones.
    pub(super) fn of(package: &'p Package, verification: Verification) -> Upstream<'p> {
        match (&package.sources[..], verification) {
            ([source], Verification::Verified) => Upstream(Some(source)),
            _ => Upstream(None),
        }
    }

    /// Where the witness can be read in the packaged version, for forges that have an address for that.
    pub(super) fn link(&self, basis: &Basis) -> Option<String> {
        let source = self.0?;
        let url = source.urls.first()?;
        let rev = source.rev.as_deref().or_else(|| revision_in(url))?.trim_start_matches("refs/tags/");
        let file = basis.file.as_str();
        if ![rev, url, file].iter().all(|part| is_plain_address(part)) {
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
}

/// The revision in the address of an archive that a forge makes, e.g. `1.2` in
/// `https://github.com/o/r/archive/refs/tags/1.2.tar.gz`.
fn revision_in(url: &str) -> Option<&str> {
    let (_, file) = url.split_once("/archive/")?;
    let endings = [".tar.gz", ".tar.bz2", ".tar.xz", ".zip"];
    let name = endings.iter().find_map(|ending| file.strip_suffix(ending))?;
    let rev = name.trim_start_matches("refs/tags/");
    (!rev.is_empty() && !rev.contains('/')).then_some(rev)
}

/// True for parts of an address that need no escapes.
fn is_plain_address(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+:~".contains(c))
}

fn sharing(packages: &[Package]) -> Option<String> {
    let others: Vec<String> = packages.iter().skip(1).take(SHARING).map(|package| field(&package.attr.0)).collect();
    let more = match packages.len().saturating_sub(1 + SHARING) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!others.is_empty()).then(|| format!("The same value belongs to: {}{more}", others.join(", ")))
}

fn maintainers(package: &Package) -> Option<String> {
    // No @: a mention in a commit notifies people at every push of every fork.
    let names = package.maintainers.iter().filter_map(|one| one.github.as_deref().or(one.name.as_deref()));
    let names: Vec<String> = names.map(field).collect();
    (!names.is_empty()).then(|| format!("Maintainers: {}", names.join(", ")))
}

/// Beginnings of lines that mail readers, diff readers or git take for their own, in lower case.
const READ_BY_TOOLS: [&str; 24] = [
    "---",
    "+++",
    "***",
    "@@ ",
    "--",
    "diff ",
    "diff -",
    "index ",
    "index: ",
    "from ",
    ">from ",
    "from:",
    "subject:",
    "date:",
    "content-",
    "mime-",
    "prereq:",
    "only in ",
    "git binary patch",
    "rename ",
    "copy ",
    "similarity ",
    "new file mode",
    "deleted file mode",
];

/// Trailers that git or a forge acts on, in lower case; `-by:` is another.
const TRAILERS: [&str; 9] =
    ["cc:", "change-id:", "fixes:", "closes:", "resolves:", "link:", "bug:", "reverts:", "(cherry picked from"];

/// Objections of nixpkgs' reviewers, its automation, a mail reader or `git am` to a commit message; empty where it
/// is fine.
pub fn lint(message: &str) -> Vec<&'static str> {
    // Not `lines`, which swallows a carriage return.
    let mut lines = message.trim_end_matches('\n').split('\n');
    let subject = lines.next().unwrap_or_default();
    let mut wrong = Vec::new();
    let mut hold = |holds: bool, rule: &'static str| {
        if !holds {
            wrong.push(rule);
        }
    };
    hold(subject.contains(": "), "the subject names the package, then a colon and a blank");
    hold(subject.chars().count() <= LONGEST_FIELD, "the subject has at most 200 characters");
    hold(!subject.starts_with(['[', ' ', '#']), "the subject begins with the attribute, not with a mark");
    hold(!subject.ends_with('.'), "the subject has no full stop at its end");
    hold(!subject.starts_with("fixup!") && !subject.starts_with("squash!"), "the commit stands for itself");
    hold(!is_conventional(subject), "the subject begins with the attribute, not with a kind of change");
    hold(lines.next().is_some_and(str::is_empty), "a blank line follows the subject");
    hold(message.contains("No rebuild"), "the body says that nothing is rebuilt");
    hold(message.contains("Prepared with clarity"), "the body says which program prepared it");
    hold(!names_somebody(message), "nobody is mentioned with @, and no issue with #");
    hold(message.chars().all(|c| c == '\n' || !is_unprintable(c)), "every character can be seen");
    hold(!lines.any(is_read_by_tools), "no line is a header, a diff or a trailer");
    wrong
}

/// True where a forge would notify a person or link an issue.
fn names_somebody(message: &str) -> bool {
    let mut pairs = message.chars().zip(message.chars().skip(1));
    pairs.any(|(c, next)| c == '@' && next.is_alphanumeric() || c == '#' && next.is_ascii_digit())
}

/// True where a mail reader, a diff reader or git takes `line` for its own.
fn is_read_by_tools(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let token = line.split_once(':').map_or("", |(token, _)| token);
    let is_signature = token.ends_with("-by") && token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_signature || READ_BY_TOOLS.iter().chain(&TRAILERS).any(|start| line.starts_with(start))
}

fn is_conventional(subject: &str) -> bool {
    let kinds = ["feat", "fix", "chore", "docs", "refactor", "style", "test", "build", "ci", "perf"];
    let head = subject.split(':').next().unwrap_or_default();
    let kind = head.split('(').next().unwrap_or_default().trim_end_matches('!');
    kinds.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::{revision_in, subject_attr};

    #[test]
    fn subjects_name_the_set_of_the_language_without_its_version() {
        for (attr, subject) in [
            ("hello", "hello"),
            ("python27Packages.foo", "python2Packages.foo"),
            ("python311Packages.foo", "python3Packages.foo"),
            ("python3Packages.foo", "python3Packages.foo"),
            ("perl532Packages.FooBar", "perlPackages.FooBar"),
            ("haskell.packages.ghc8104.foo", "haskellPackages.foo"),
            ("linuxPackages_5_4.foo", "linuxPackages.foo"),
            ("linuxPackages_latest.foo", "linuxPackages_latest.foo"),
            ("emacs26Packages.foo", "emacsPackages.foo"),
        ] {
            assert_eq!(subject_attr(attr), subject);
        }
    }

    #[test]
    fn addresses_of_archives_name_the_revision() {
        for (url, rev) in [
            ("https://github.com/o/r/archive/0123abc.tar.gz", Some("0123abc")),
            ("https://github.com/o/r/archive/refs/tags/v1.2.zip", Some("v1.2")),
            ("https://gitlab.com/o/r/-/archive/1.2/r-1.2.tar.gz", None),
            ("https://example.org/r-1.2.tar.gz", None),
        ] {
            assert_eq!(revision_in(url), rev, "{url}");
        }
    }
}
