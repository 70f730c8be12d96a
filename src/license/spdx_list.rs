//! The SPDX license list, as the `spdx` crate carries it.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use rustc_hash::FxBuildHasher;

/// Entry of the SPDX list for a license.
#[derive(Clone, Copy, Debug)]
pub struct LicenseInfo {
    /// The SPDX id, e.g. `MIT`.
    pub id: &'static str,
    /// The full name, e.g. `MIT License`.
    pub name: &'static str,
    /// The license text; `-only` and `-or-later` ids share one.
    pub text: &'static str,
    /// Superseded by another id.
    pub deprecated: bool,
    /// Approved by the OSI.
    pub osi_approved: bool,
    /// Free according to the FSF.
    pub fsf_libre: bool,
    /// One of the GNU licenses.
    pub gnu: bool,
}

/// Entry of the SPDX list for an exception.
#[derive(Clone, Copy, Debug)]
pub struct ExceptionInfo {
    /// The SPDX id, e.g. `Classpath-exception-2.0`.
    pub id: &'static str,
    /// The exception's text.
    pub text: &'static str,
    /// Superseded by another id.
    pub deprecated: bool,
}

/// The id of the list that is exactly this one.
pub(super) fn listed(id: &str) -> Option<&'static str> {
    BY_ID.get(id).map(|found| found.name)
}

/// Every id: tens of thousands of kept terms are looked up in a run.
static BY_ID: LazyLock<HashMap<&str, spdx::LicenseId, FxBuildHasher>> = LazyLock::new(|| {
    let listed = spdx::identifiers::LICENSES.iter();
    listed.filter_map(|entry| spdx::license_id(entry.name)).map(|found| (found.name, found)).collect()
});

/// The license with exactly this id.
pub fn license(id: &str) -> Option<LicenseInfo> {
    BY_ID.get(id).copied().map(info)
}

/// The license with this id in any case, e.g. `mit`.
pub fn license_ignoring_case(id: &str) -> Option<LicenseInfo> {
    license(id).or_else(|| BY_LOWER_CASE.get(id.to_ascii_lowercase().as_str()).map(|found| info(*found)))
}

/// Every id in lower case: detection asks for hundreds of spellings a second.
static BY_LOWER_CASE: LazyLock<BTreeMap<String, spdx::LicenseId>> = LazyLock::new(|| {
    let listed = spdx::identifiers::LICENSES.iter().filter(|entry| entry.name != "NOASSERTION");
    listed.filter_map(|entry| Some((entry.name.to_ascii_lowercase(), spdx::license_id(entry.name)?))).collect()
});

/// Ids of licenses that are known not to be free, `*` for any letters; comments begin with `#`.
const UNFREE: &str = include_str!("unfree.txt");

/// True for a license of the list that is known not to be free; false says nothing.
pub fn is_known_unfree(id: &str) -> bool {
    let fits = |pattern: &str| match pattern.split('*').collect::<Vec<_>>().as_slice() {
        [whole] => *whole == id,
        ["", part, ""] => id.contains(part),
        [start, ""] => id.starts_with(start),
        _ => false,
    };
    UNFREE.lines().filter(|line| !line.starts_with('#')).any(fits)
}

/// The exception with this id, in any case.
pub fn exception(id: &str) -> Option<ExceptionInfo> {
    let listed = spdx::identifiers::EXCEPTIONS.iter().find(|entry| entry.name.eq_ignore_ascii_case(id))?;
    spdx::exception_id(listed.name).map(exception_info)
}

/// All licenses of the list, in its order, without the list's placeholder `NOASSERTION`.
pub fn licenses() -> impl Iterator<Item = LicenseInfo> {
    spdx::identifiers::LICENSES
        .iter()
        .filter(|entry| entry.name != "NOASSERTION")
        .filter_map(|entry| spdx::license_id(entry.name))
        .map(info)
}

/// All exceptions of the list, in its order.
pub fn exceptions() -> impl Iterator<Item = ExceptionInfo> {
    spdx::identifiers::EXCEPTIONS.iter().filter_map(|entry| spdx::exception_id(entry.name)).map(exception_info)
}

/// The version of the SPDX license list, e.g. `v3.27.0`.
pub fn list_version() -> &'static str {
    spdx::license_version()
}

fn exception_info(found: spdx::ExceptionId) -> ExceptionInfo {
    ExceptionInfo { id: found.name, text: found.text(), deprecated: found.is_deprecated() }
}

fn info(found: spdx::LicenseId) -> LicenseInfo {
    LicenseInfo {
        id: found.name,
        name: found.full_name,
        text: found.text(),
        deprecated: found.is_deprecated(),
        osi_approved: found.is_osi_approved(),
        fsf_libre: found.is_fsf_free_libre(),
        gnu: found.is_gnu(),
    }
}

#[cfg(test)]
mod tests {
    use super::{UNFREE, is_known_unfree, licenses};

    #[test]
    fn no_approved_license_is_unfree_and_every_line_names_one() {
        let unfree: Vec<&str> = licenses().map(|one| one.id).filter(|id| is_known_unfree(id)).collect();
        let approved = licenses().filter(|one| one.osi_approved || one.fsf_libre).map(|one| one.id);
        assert_eq!(approved.filter(|id| unfree.contains(id)).collect::<Vec<_>>(), Vec::<&str>::new());
        for line in UNFREE.lines().filter(|line| !line.starts_with('#')) {
            let part = line.trim_matches('*');
            assert!(unfree.iter().any(|id| id.contains(part)), "{line} names no license");
        }
    }
}
