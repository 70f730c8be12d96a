//! `meson.build`: `license :` in the call of `project`, a string or a list of which all apply.

use super::claim::claim;
use crate::evidence::detection::Seen;
use crate::evidence::page::{Page, floor_boundary};

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    let Some(project) = page.text.find("project(") else { return };
    let call = &page.text[project..floor_boundary(page.text, project + 4_000)];
    let Some((at, _)) =
        call.match_indices("license").find(|(at, _)| call[at + "license".len()..].trim_start().starts_with(':'))
    else {
        return;
    };
    let rest = call[at + "license".len()..].trim_start().trim_start_matches(':').trim_start();
    let value = if rest.starts_with('[') { rest.split(']').next() } else { rest.split([',', ')', '\n']).next() };
    for name in value.unwrap_or("").split('\'').skip(1).step_by(2) {
        claim(page, seen, "manifest/meson", "license", name);
    }
}
