//! URLs that name a license.
//!
//! Knows the addresses that the SPDX list itself refers to, and how the sites of licenses write ids and versions in
//! theirs. A URL that could mean several licenses, or any text at all (`.../blob/master/LICENSE`), names none.

use super::key::key;
use super::names::{Named, Names};
use super::reader;

include!(concat!(env!("OUT_DIR"), "/references.rs"));

/// The license that a URL names, with the id of a family's version where it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) named: Named,
    pub(super) id: Option<String>,
    /// A page that always shows the newest version of a GNU license.
    pub(super) or_later: bool,
    /// A page that has the license among other things, such as a home page.
    pub(super) plain: bool,
}

/// Sites whose pages are license texts: host, and the folder in which the page's name is the license.
const SITES: &[(&str, &str)] = &[
    ("opensource.org", "licenses/"),
    ("opensource.org", "license/"),
    ("opensource.org", "licences/"),
    ("spdx.org", "licenses/"),
    ("gnu.org", "licenses/old-licenses/"),
    ("gnu.org", "licenses/"),
    ("gnu.org", "copyleft/"),
    ("fsf.org", "licenses/"),
    ("fsf.org", "copyleft/"),
    ("choosealicense.com", "licenses/"),
    ("eclipse.org", "legal/"),
    ("eclipse.org", "org/documents/"),
    ("opendatacommons.org", "licenses/"),
    ("cecill.info", "licences/"),
    ("mozilla.org", "en-us/"),
];

/// Addresses that name a license in other words than its id; the beginning of the path decides.
const PAGES: &[(&str, &str)] = &[
    ("boost.org/license-1_0", "BSL-1.0"),
    ("boost.org/users/license", "BSL-1.0"),
    ("scripts.sil.org/ofl", "OFL"),
    ("openfontlicense.org", "OFL-1.1"),
    ("sil.org/ofl", "OFL"),
    ("wtfpl.net", "WTFPL"),
    ("sam.zoy.org/wtfpl", "WTFPL"),
    ("mit-license.org", "MIT"),
    ("python.org/psf/license", "PSF-2.0"),
    ("dev.perl.org/licenses", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
    ("perl.com/perl/misc/artistic", "Artistic-1.0-Perl"),
    ("opensource.org/licenses/artistic-license-2.0", "Artistic-2.0"),
    ("opensource.org/licenses/artistic-license-1.0", "Artistic-1.0"),
    ("opensource.org/licenses/artistic-license", "Artistic-1.0"),
    ("glassfish.dev.java.net/public/cddl+gpl_1_1", "CDDL-1.1"),
    ("gnu.org/copyleft/lesser", "LGPL-2.1-or-later"),
    ("gnu.org/copyleft/library", "LGPL-2.0-or-later"),
    ("curl.haxx.se/docs/copyright", "curl"),
    ("curl.se/docs/copyright", "curl"),
    ("gzip.org/zlib/zlib_license", "Zlib"),
    ("sun.com/cddl", "CDDL-1.0"),
    ("opensource.org/licenses/attribution", "AAL"),
    ("opensource.org/licenses/bsdpluspatent", "BSD-2-Clause-Patent"),
    ("opensource.org/licenses/academic", "AFL-3.0"),
    ("opensource.org/licenses/ibmpl", "IPL-1.0"),
    ("opensource.org/licenses/qtpl", "QPL-1.0"),
    ("opensource.org/licenses/ricohpl", "RSCPL"),
    ("opensource.org/licenses/real", "RPSL-1.0"),
    ("opensource.org/licenses/sunpublic", "SPL-1.0"),
    ("opensource.org/licenses/sisslpl", "SISSL"),
    ("opensource.org/licenses/lucent1.02", "LPL-1.02"),
    ("opensource.org/licenses/plan9", "LPL-1.02"),
    ("opensource.org/licenses/cuaoffice", "CUA-OPL-1.0"),
    ("opensource.org/licenses/mitre", "CVW"),
    ("opensource.org/licenses/historical", "HPND"),
    ("opensource.org/licenses/eiffel", "EFL-2.0"),
    ("opensource.org/licenses/pythonpl", "CNRI-Python"),
    ("opensource.org/licenses/pythonsoftfoundation", "Python-2.0"),
    ("opensource.org/licenses/uoi-ncsa", "NCSA"),
    ("opensource.org/licenses/uoincsa", "NCSA"),
    ("opensource.org/licenses/jabberpl", "Jabber-1.0"),
    ("opensource.org/licenses/mozilla1.0", "MPL-1.0"),
    ("opensource.org/licenses/mozilla1.1", "MPL-1.1"),
    ("opensource.org/licenses/vovidapl", "VSL-1.0"),
    ("opensource.org/licenses/gpl-license", "GPL"),
    ("opensource.org/licenses/lgpl-license", "LGPL"),
    ("opensource.org/licenses/bsd-license", "BSD"),
    ("opensource.org/licenses/sybase", "Watcom-1.0"),
    ("opensource.org/licenses/dec3", "DEC"),
    ("netscape.com/npl", "NPL"),
    ("mozilla.org/npl", "NPL"),
    ("apache.org/license-2.0", "Apache-2.0"),
    ("apache.org/licenses", "Apache"),
    ("isc.org/software/license", "ISC"),
    ("opensource.org/licenses/eclipse-1.0", "EPL-1.0"),
    ("python.org/download/releases", "Python-2.0"),
    ("ruby-lang.org/en/license", "Ruby"),
    ("web.resource.org/cc/publicdomain", "CC-PDDC"),
];

/// The license that `url` names.
pub(super) fn named(names: &Names, url: &str) -> Option<Address> {
    let key = key(url);
    listed(names, &key).or_else(|| by_name(names, &key))
}

/// Licenses for which the list gives this address, with or without the place on its page.
fn listed(names: &Names, key: &str) -> Option<Address> {
    let find = |key: &str| REFERENCES.binary_search_by(|(listed, _, _)| (*listed).cmp(key)).ok();
    let at = find(key).or_else(|| find(&self::key(key.split_once('#')?.0)))?;
    let (_, id, says_license) = REFERENCES[at];
    whole_name(names, id).map(|address| Address { plain: !says_license, ..address })
}

fn by_name(names: &Names, low: &str) -> Option<Address> {
    let (host, path) = low.split_once('/').unwrap_or((low, ""));
    let page = PAGES.iter().filter(|(start, _)| low.starts_with(start)).max_by_key(|(start, _)| start.len());
    if let Some((_, id)) = page {
        let version = id.strip_suffix("-or-later");
        return whole_name(names, version.unwrap_or(id))
            .or_else(|| whole_name(names, id.split("-or-").next().unwrap_or(id)))
            .map(|address| Address { or_later: version.is_some(), ..address });
    }
    match host {
        "creativecommons.org" => creative_commons(names, path),
        "mozilla.org" if path.starts_with("mpl") => whole_name(
            names,
            &format!(
                "mpl {}",
                path.trim_start_matches("mpl").trim_matches('/').trim_start_matches("mpl-").trim_end_matches("index")
            ),
        ),
        _ => on_license_site(names, host, path).or_else(|| last_part(names, low)).or_else(|| of_program(names, low)),
    }
}

fn creative_commons(names: &Names, path: &str) -> Option<Address> {
    let mut parts = path.strip_prefix("licenses/")?.split('/');
    let (kind, version) = (parts.next()?, parts.next().unwrap_or(""));
    whole_name(names, &format!("cc-{kind} {version}"))
}

fn on_license_site(names: &Names, host: &str, path: &str) -> Option<Address> {
    SITES.iter().filter(|(site, _)| host == *site || host.ends_with(&format!(".{site}"))).find_map(|(_, folder)| {
        let page = path.strip_prefix(folder)?.split(['/', '#', '?']).next()?;
        whole_name(names, page_name(page))
    })
}

/// The last part of an address on any site, where it is a name in full (`MIT-LICENSE.txt`, `the-mit-license`), or the
/// id of a license in a folder of licenses (`licenses.nuget.org/MIT`).
fn last_part(names: &Names, low: &str) -> Option<Address> {
    let (folder, page) = low.rsplit_once('/')?;
    let page = page.split(['#', '?']).next()?;
    let says_license = ["licen", "gpl", "cddl", "eupl"].iter().any(|word| page.contains(word));
    let in_folder = || folder.split(['/', '.']).any(|part| LICENSES.contains(&part));
    (says_license || in_folder()).then(|| whole_name(names, page_name(page))).flatten()
}

/// The license page of the site of the program after which a license is called: `eu-datagrid.org/license`. What
/// somebody calls a repository says nothing: many a `json` is under other terms than those called JSON.
fn of_program(names: &Names, low: &str) -> Option<Address> {
    let (folder, page) = low.rsplit_once('/')?;
    let is_license = ["license", "licence", "copying"].contains(&page_name(page));
    let program = folder.split('/').next()?.rsplit('.').nth(1)?;
    let is_after = |name: &&str| letters(name) == letters(program) && !MAKERS.contains(&program);
    let listed = || crate::license::licenses().filter(|license| !license.deprecated);
    let name = is_license.then(|| listed().map(|license| unversioned(license.id)).find(is_after)).flatten()?;
    whole_name(names, name)
}

fn unversioned(id: &str) -> &str {
    id.split_once('-')
        .filter(|(_, rest)| rest.starts_with(|first: char| first.is_ascii_digit()))
        .map_or(id, |(name, _)| name)
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// After whom licenses are called that are not those of whatever else they make.
const MAKERS: &[&str] = &[
    "adobe",
    "amd",
    "apache",
    "apple",
    "caldera",
    "cmu",
    "dec",
    "elastic",
    "fair",
    "hp",
    "ibm",
    "intel",
    "isc",
    "mit",
    "microsoft",
    "nokia",
    "sgi",
    "sun",
    "unicode",
    "xerox",
];

/// Folders and hosts that hold licenses.
const LICENSES: &[&str] = &["license", "licenses", "licence", "licences", "license-list", "license-list-data"];

fn page_name(page: &str) -> &str {
    let mut name = page;
    for ending in [
        ".php",
        ".html",
        ".htm",
        ".txt",
        ".md",
        ".en",
        ".aspx",
        ".pdf",
        ".de",
        ".fr",
        ".ja",
        ".json",
        "-standalone",
        "-license",
        "_license",
    ] {
        let cut = name.strip_suffix(ending).filter(|_| ending.len() < 8 || !matches!(name, "mit-license"));
        name = cut.unwrap_or(name);
    }
    name
}

/// The one license that `name` spells from end to end.
fn whole_name(names: &Names, name: &str) -> Option<Address> {
    let spaced = name.replace(['_', '%'], " ");
    // `bsdlicense`: the two words may be written as one.
    let spaced = spaced.strip_suffix("license").map_or(spaced.clone(), |stem| format!("{stem} license"));
    let words = reader::read(&spaced, 0);
    let skipped = usize::from(words.is(0, &["the"]));
    let found = names.at(&words, skipped).or_else(|| names.at(&words, 0))?;
    let rest: Vec<&str> = (found.end..words.len())
        .map(|at| words.text(at))
        .filter(|word| !matches!(*word, "v" | "version" | "license" | "licence" | "en" | "plain" | "mit"))
        .collect();
    match found.named {
        Named::Family(index) => {
            let family = names.family(index);
            let version =
                if rest.len() == 2 && rest.iter().all(|part| part.len() == 1) { rest.join(".") } else { rest.join("") };
            if version.is_empty() {
                return Some(Address { named: found.named, id: None, or_later: false, plain: false });
            }
            let spread =
                if version.len() == 2 { format!("{}.{}", &version[..1], &version[1..]) } else { version.clone() };
            let id = family.version(&version).or_else(|| family.version(&spread))?.to_owned();
            Some(Address { named: found.named, id: Some(id), or_later: false, plain: false })
        }
        named => rest.is_empty().then_some(Address { named, id: None, or_later: false, plain: false }),
    }
}
