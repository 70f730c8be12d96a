//! A tree that is evaluated for several platforms: each package is one row, which names the platforms where they differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::{Declared, on_platforms};
use crate::report::Rest;
use crate::tree::{Checkout, Package};

use super::request::Request;
use super::surveyed::{Found, Surveyed};

/// `survey` of `checkout` on its own platform and on the others of `request`.
pub(super) fn on_each(checkout: &Checkout, request: &Request, survey: &dyn Fn(&Checkout) -> Surveyed) -> Surveyed {
    let first = survey(checkout);
    if request.platforms.is_empty() {
        return first;
    }
    let mut all = vec![(checkout.options.system.as_str(), first)];
    for platform in &request.platforms {
        let there = checkout.on_platform(platform);
        all.push((platform, survey(&there)));
        checkout.share_trouble(&there);
    }
    merged(all)
}

/// One survey of several. Of what is no package anywhere, the row of the first platform is kept; a package that could not
/// be evaluated on one platform is a row beside it.
fn merged(all: Vec<(&str, Surveyed)>) -> Surveyed {
    let mut whole = Surveyed::default();
    let mut rows: BTreeMap<String, Vec<(&str, Found)>> = BTreeMap::new();
    let mut rest = Vec::new();
    let mut unmatched = Vec::new();
    for (number, (platform, surveyed)) in all.into_iter().enumerate() {
        for found in surveyed.packages {
            rows.entry(anywhere(&found.0.attr.0, platform)).or_default().push((platform, found));
        }
        rest.extend(surveyed.rest.into_iter().map(|rest| (anywhere(&rest.name, platform), platform, rest)));
        unmatched.push(surveyed.unmatched);
        match number {
            0 => (whole.table, whole.bindings) = (surveyed.table, surveyed.bindings),
            // A binding is in a package where it is so on any platform.
            _ => whole.bindings.elsewhere.retain(|one| surveyed.bindings.elsewhere.contains(one)),
        }
    }
    let mut told: BTreeSet<String> = BTreeSet::new();
    let one_of_each = |(key, platform, rest): (String, &str, Rest)| match rows.contains_key(&key) {
        // Its license may be another one there.
        true => rest.failed.then(|| Rest { name: format!("{} on {platform}", rest.name), ..rest }),
        false => told.insert(key).then_some(rest),
    };
    whole.rest = rest.into_iter().filter_map(one_of_each).collect();
    whole.packages = rows.into_values().filter_map(one_row).collect();
    let first = unmatched.first().cloned().unwrap_or_default();
    let is_nowhere = |name: &String| unmatched.iter().all(|all| all.iter().any(|one| one.name == *name));
    whole.unmatched = first.into_iter().filter(|one| is_nowhere(&one.name)).collect();
    whole
}

/// The attribute path without the platform: outputs of a flake have it in the middle.
fn anywhere(attr: &str, platform: &str) -> String {
    attr.replace(&format!(".{platform}."), ".*.")
}

fn one_row(mut rows: Vec<(&str, Found)>) -> Option<Found> {
    let declared: Vec<(&str, &Declared)> = rows.iter().map(|(platform, found)| (*platform, &*found.1)).collect();
    let declared = on_platforms(&declared);
    let on = sources_of(&rows);
    let (_, (mut package, _)) = if rows.is_empty() { return None } else { rows.remove(0) };
    for (_, (other, _)) in rows {
        add(&mut package, *other);
    }
    package.platforms = on;
    Some((package, Box::new(declared)))
}

/// For each source of `rows`, as [`add`] joins them, the platforms that have it; nothing where all have the same.
fn sources_of(rows: &[(&str, Found)]) -> Vec<Vec<String>> {
    let of = |found: &Found| found.0.sources.clone();
    let same = rows.windows(2).all(|pair| of(&pair[0].1) == of(&pair[1].1));
    let mut all = Vec::new();
    for source in rows.iter().flat_map(|(_, found)| &found.0.sources) {
        if !all.contains(&source) {
            all.push(source);
        }
    }
    let having = |source: &_| {
        let having = rows.iter().filter(|(_, found)| found.0.sources.contains(source));
        having.map(|(platform, _)| (*platform).to_owned()).collect()
    };
    if same { Vec::new() } else { all.into_iter().map(having).collect() }
}

/// Adds what `other`, the same package on another platform, has more.
fn add(package: &mut Package, other: Package) {
    fn union<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
        for one in more {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    union(&mut package.sources, other.sources);
    union(&mut package.vendored, other.vendored);
    // A file that is removed on one platform only is there on the other.
    package.removed.retain(|one| other.removed.contains(one));
    union(&mut package.patches, other.patches);
    package.patched |= other.patched;
    package.source_unknown = package.source_unknown.take().or(other.source_unknown);
    package.provenance = match (package.provenance.take(), other.provenance) {
        (Some(mut all), Some(more)) => {
            union(&mut all, more);
            Some(all)
        }
        _ => None,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_flakes_are_the_same_on_each_platform() {
        assert_eq!(anywhere("packages.x86_64-linux.a", "x86_64-linux"), anywhere("packages.b.a", "b"));
        assert_eq!(anywhere("hello", "x86_64-linux"), "hello");
    }
}
