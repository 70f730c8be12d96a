//! `fetchPypi`: a file of the Python index. Its urls are of a legacy form that does not hold every file any more: then
//! the index itself is asked for the file with that hash.

use serde_json::Value;

use super::{Fetcher, Plan};
use crate::source::hash::FixedHash;
use crate::source::net::{Net, NetError};
use crate::source::urls;
use crate::tree::SourceRef;

pub(super) const FETCHER: Fetcher =
    Fetcher { names: &["fetchPypi", "fetchPypiLegacy"], what: "a file of the Python index", plan };

const ACCEPT: &str = "application/vnd.pypi.simple.v1+json";
const MAX_INDEX: u64 = 64 << 20;

fn plan(source: &SourceRef) -> Plan {
    Plan::Download(source.urls.clone())
}

/// The url of the file that has `hash`, from the JSON form of the simple index at `index`; `None` where it has none.
pub(in crate::source) fn find(
    net: &Net,
    index: &str,
    tried: &[String],
    hash: &FixedHash,
    scratch: &std::path::Path,
) -> Result<Option<String>, NetError> {
    let Some(project) = tried.iter().find_map(|url| project(url)) else { return Ok(None) };
    let page = format!("{}/{project}/", index.trim_end_matches('/'));
    let text = net.text(&page, ACCEPT, scratch, MAX_INDEX)?;
    let parsed: Option<Value> = serde_json::from_str(&text).ok();
    let files = parsed.as_ref().and_then(|page| page.get("files")).and_then(Value::as_array);
    let has_hash = |file: &&Value| {
        let stated = file.get("hashes").and_then(|hashes| hashes.get(hash.algo.name())).and_then(Value::as_str);
        stated.is_some_and(|stated| stated.eq_ignore_ascii_case(&hash.hex()))
    };
    let found = files.and_then(|files| files.iter().find(has_hash));
    let url = found.and_then(|file| file.get("url")).and_then(Value::as_str);
    Ok(url.and_then(|url| urls::join(&page, url)))
}

/// The project, in the normal form of PEP 503, of a url `../p/project/file` or `../project/file`.
fn project(url: &str) -> Option<String> {
    let mut parts = url.split(['?', '#']).next()?.rsplit('/');
    let file = parts.next()?;
    let project = parts.next()?.to_lowercase();
    let normal = project.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let is_hash = project.len() == 60 && project.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash && !normal.is_empty() {
        return Some(normal);
    }
    let name = file.rsplit_once('-')?.0.to_lowercase();
    Some(name.split(['-', '_', '.']).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::project;

    #[test]
    fn the_project_is_read_from_both_forms_of_urls() {
        assert_eq!(
            project("mirror://pypi/Z/Zope.Interface/Zope.Interface-4.0.tar.gz").as_deref(),
            Some("zope-interface")
        );
        let hashed = format!("https://h.example/packages/aa/bb/{}/my_pkg-1.0.tar.gz", "c".repeat(60));
        assert_eq!(project(&hashed).as_deref(), Some("my-pkg"));
    }
}
