//! Packages and declarations of the checkout: evaluated in parallel or kept from an earlier run, then put in order.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::declared::{Facts, Kept, Selection};
use crate::report::Unmatched;
use crate::table::LicenseTable;
use crate::text::nearest;
use crate::text::stop::{self, Stop};
use crate::tree::{Checkout, Layout};

use super::evaluation::{Evaluation, evaluated};
use super::request::{Ignored, Request, ScanError, trusted};
use super::surveyed::{Found, Surveyed};
use super::{Watch, alone, platforms};

/// The license table of the checkout that `request` names, and what each of its packages declares: kept from an earlier
/// run on the same files where there was one.
pub fn whole_tree(request: &Request, watch: &Watch) -> Result<(LicenseTable, Vec<Found>), ScanError> {
    watch.stage("evaluating");
    let checkout = request.checkout()?;
    let of = |checkout: &Checkout| {
        let mut surveyed = whole(checkout, request, watch);
        surveyed.dedupe_by_file(checkout);
        surveyed
    };
    let surveyed = platforms::on_each(&checkout, request, &of);
    trusted(&checkout)?;
    Ok((surveyed.table.unwrap_or_else(|| checkout.license_table()), surveyed.packages))
}

/// Declarations of every package of `checkout`, and of the selected ones beyond: a set that a walk leaves out is looked into
/// where somebody asks for it.
pub(super) fn declarations(checkout: &Checkout, request: &Request, watch: &Watch) -> Vec<Found> {
    let of = |selection| survey(checkout, &some_of(request, selection), watch).packages;
    let mut all = of(Selection::All);
    if let Selection::Some(_) = request.selection {
        let known: BTreeSet<String> = all.iter().map(|(package, _)| package.attr.0.clone()).collect();
        let others = of(request.selection.clone()).into_iter();
        all.extend(others.filter(|(package, _)| !known.contains(&package.attr.0)));
    }
    all.sort_by(|a, b| a.0.attr.cmp(&b.0.attr));
    all
}

/// `request` for what the checkout itself says of `selection`, nothing left out.
pub(super) fn some_of(request: &Request, selection: Selection) -> Request {
    Request { selection, evaluated: None, ignored: Ignored::default(), ..request.clone() }
}

/// Packages of the checkout, in no order: from the kept facts of this very checkout, else from an evaluation; of a
/// whole one that is kept.
pub(super) fn survey(checkout: &Checkout, request: &Request, watch: &Watch) -> Surveyed {
    platforms::on_each(checkout, request, &|checkout| survey_one(checkout, request, watch))
}

fn survey_one(checkout: &Checkout, request: &Request, watch: &Watch) -> Surveyed {
    let mut surveyed = match request.selection {
        Selection::All => whole(checkout, request, watch),
        Selection::Some(_) if checkout.layout != Layout::PackageSet => beyond(checkout, request, watch),
        Selection::Some(_) => {
            let mut surveyed = Surveyed::default();
            let rows = evaluated(checkout, request, None, watch).rows;
            rows.into_iter().for_each(|row| surveyed.add(row));
            surveyed
        }
    };
    surveyed.dedupe_by_file(checkout);
    let packages = surveyed.packages.iter().map(|(package, _)| package.attr.0.as_str());
    let seen = packages.chain(surveyed.rest.iter().map(|rest| rest.name.as_str()));
    surveyed.unmatched = meant(request.selection.unmatched(seen), checkout, request, watch);
    surveyed
}

/// `names` that match nothing, each with the attribute of the whole tree that was probably meant.
fn meant(names: Vec<String>, checkout: &Checkout, request: &Request, watch: &Watch) -> Vec<Unmatched> {
    let is_plain = |name: &String| !name.contains(['*', '?', '[', '{']);
    if !names.iter().any(is_plain) {
        return names.into_iter().map(Unmatched::new).collect();
    }
    let all = whole(checkout, &Request { selection: Selection::All, ..request.clone() }, watch);
    let attrs = || all.packages.iter().map(|(package, _)| package.attr.0.as_str());
    let meant = |name: &String| is_plain(name).then(|| nearest(name, attrs())).flatten().map(str::to_owned);
    names.into_iter().map(|name| Unmatched { meant: meant(&name), name }).collect()
}

/// Selection from a tree without a package set: which of its files must be read alone is known when all of it is.
fn beyond(checkout: &Checkout, request: &Request, watch: &Watch) -> Surveyed {
    let mut surveyed = Surveyed::default();
    evaluated(checkout, request, None, watch).rows.into_iter().for_each(|row| surveyed.add(row));
    let all = whole(checkout, &Request { selection: Selection::All, ..request.clone() }, watch);
    let known: BTreeSet<String> = surveyed.packages.iter().map(|(package, _)| package.attr.0.clone()).collect();
    let is_asked_for = |attr: &String| request.selection.holds(attr) && !known.contains(attr);
    let more: Vec<Found> = all.packages.into_iter().filter(|(package, _)| is_asked_for(&package.attr.0)).collect();
    let named: BTreeSet<&String> = more.iter().map(|(package, _)| &package.attr.0).collect();
    surveyed.rest.retain(|rest| !named.contains(&rest.name));
    surveyed.packages.extend(more);
    surveyed
}

fn whole(checkout: &Checkout, request: &Request, watch: &Watch) -> Surveyed {
    let kept = request.facts.as_deref().and_then(|store| Kept::of(store, checkout));
    let facts = kept.as_ref().and_then(Kept::load).unwrap_or_else(|| {
        let Evaluation { mut rows, ended } = evaluated(checkout, request, None, watch);
        let clock = Stop::new(watch.cancel(), Duration::MAX);
        let bindings = stop::under(Some(clock), || alone::complete(checkout, request, &mut rows, watch));
        let facts = Facts { rows, table: checkout.license_table(), bindings };
        kept.filter(|_| ended && !watch.is_ended() && checkout.trouble().is_none())
            .inspect(|kept| kept.save(checkout, &facts));
        facts
    });
    let mut surveyed = Surveyed { table: Some(facts.table), bindings: facts.bindings, ..Surveyed::default() };
    surveyed.packages.reserve(facts.rows.len());
    facts.rows.into_iter().for_each(|row| surveyed.add(row));
    surveyed
}
