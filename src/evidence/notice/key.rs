//! Addresses as keys: however people write the address of one page, its key is the same.
//!
//! Knows how addresses are built and no license. The build script makes the keys of the SPDX list's references with
//! it, and detection looks them up, so both always agree.

/// Endings of pages that show one text.
const PAGE_ENDINGS: &[&str] = &[
    ".html",
    ".htm",
    ".xhtml",
    ".shtml",
    ".php",
    ".aspx",
    ".mspx",
    ".txt",
    ".md",
    ".rst",
    ".pdf",
    ".en",
    "-standalone",
];

/// Where copies of other pages are kept, each below its date.
const ARCHIVES: &[&str] = &["web.archive.org/web/", "wayback.archive.org/web/"];

/// Host and path in lower case, without scheme, `www.`, port, archive, ending, and closing slash.
pub(crate) fn key(url: &str) -> String {
    let low = url.to_ascii_lowercase();
    let mut rest = without_scheme(&low);
    if let Some(archived) = ARCHIVES.iter().find_map(|archive| rest.strip_prefix(archive)) {
        rest = without_scheme(archived.split_once('/').map_or("", |(_, page)| page));
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.strip_suffix(":80").or_else(|| host.strip_suffix(":443")).unwrap_or(host);
    let path = path.trim_end_matches(['/', '.']);
    let path = path.strip_suffix("/legalcode").unwrap_or(path);
    let mut page = path;
    while let Some(shorter) = PAGE_ENDINGS.iter().find_map(|ending| page.strip_suffix(ending)) {
        page = shorter;
    }
    if page.is_empty() { host.to_owned() } else { format!("{host}/{page}") }
}

fn without_scheme(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.strip_prefix("www.").unwrap_or(rest)
}

/// True where the address itself says that its page is a license: by a word for it, or by the id. A home page or a
/// source file that only contains the license does not.
#[allow(dead_code, reason = "only the build script asks")]
pub(crate) fn says_license(key: &str, id: &str) -> bool {
    let (host, path) = key.split_once('/').unwrap_or((key, ""));
    let page = path.split(['#', '?']).next().unwrap_or(path);
    let spelled = letters(id.split(|letter: char| letter.is_ascii_digit()).next().unwrap_or(id));
    let is_spelled = |text: &str| spelled.len() > 2 && letters(text).contains(&spelled);
    let is_about = ABOUT.iter().any(|word| path.contains(word)) || is_spelled(path);
    !SOURCES.iter().any(|ending| page.ends_with(ending)) && (is_about || path.is_empty() && is_spelled(host))
}

/// False for the address of a GNU license without a version: what stands there changes with every new version.
#[allow(dead_code, reason = "only the build script asks")]
pub(crate) fn is_lasting(key: &str, id: &str) -> bool {
    let version =
        id.rsplit_once('-').filter(|_| ["AGPL-", "GFDL-", "GPL-", "LGPL-"].iter().any(|gnu| id.starts_with(gnu)));
    version.is_none_or(|(_, version)| key.contains(version))
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Words in addresses of licenses.
const ABOUT: &[&str] = &["licen", "lizenz", "legal", "copying", "copyright", "eula", "terms", "publicdomain"];

/// Endings of files that have a license at their head, or somewhere inside.
const SOURCES: &[&str] =
    &[".c", ".h", ".cpp", ".py", ".pm", ".lisp", ".lsp", ".java", ".tex", ".sty", ".gz", ".bz2", ".tgz", ".zip"];
