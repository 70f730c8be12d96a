//! What the checkout defines and declares: evaluated in parallel or kept from an earlier run, then put in order.

use std::collections::BTreeSet;
use std::thread;

use crate::declared::{
    self, Declared, Facts, Kept, Row, Selection,
    evaluated::{Agreement, Evaluated},
};
use crate::report::{Disagreement, Rest};
use crate::tree::{Checkout, LicenseTable, Package, Reach};

use super::Watch;
use super::scan::{LeaveOut, Request};

/// A package and what it declares; in boxes, for tens of thousands are sorted and passed on.
pub type Found = (Box<Package>, Box<Declared>);

/// What a checkout defines.
#[derive(Default)]
pub(super) struct Surveyed {
    pub(super) packages: Vec<Found>,
    /// Some of them as they were at a revision.
    pub(super) before: Vec<Found>,
    pub(super) rest: Vec<Rest>,
    pub(super) unmatched: Vec<String>,
    pub(super) disagreements: Vec<Disagreement>,
    /// The license table, where it was kept.
    pub(super) table: Option<LicenseTable>,
}

/// What every package of `checkout` declares, and what is selected beyond: a set that a walk leaves out is looked into
/// where somebody asks for it.
pub(super) fn declarations(checkout: &Checkout, request: &Request, watch: &Watch) -> Vec<Found> {
    let of = |selection| survey(checkout, &some_of(request, selection), None, watch).packages;
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
    Request { selection, evaluated: None, leave_out: LeaveOut::default(), ..request.clone() }
}

/// What the checkout defines, in no order: what is kept of this very checkout, else what an evaluation gives; of a
/// whole one that is kept.
pub(super) fn survey(checkout: &Checkout, request: &Request, reach: Option<&Reach<'_>>, watch: &Watch) -> Surveyed {
    let whole = reach.is_none() && matches!(request.selection, Selection::All);
    let store = request.facts.as_deref().filter(|_| whole);
    let kept = store.and_then(|store| Kept::of(store, checkout));
    let mut surveyed = Surveyed::default();
    match kept.as_ref().and_then(Kept::load) {
        Some(facts) => {
            facts.rows.into_iter().for_each(|row| surveyed.add(row));
            surveyed.table = Some(facts.table);
        }
        None => {
            let (rows, ended) = evaluated(checkout, request, reach, watch);
            let rows = match kept.filter(|_| ended) {
                Some(kept) => {
                    let facts = Facts { rows, table: checkout.license_table() };
                    kept.save(checkout, &facts);
                    surveyed.table = Some(facts.table);
                    facts.rows
                }
                None => rows,
            };
            rows.into_iter().for_each(|row| surveyed.add(row));
        }
    }
    let packages = surveyed.packages.iter().map(|(package, _)| package.attr.0.as_str());
    let seen = packages.chain(surveyed.rest.iter().map(|rest| rest.name.as_str()));
    surveyed.unmatched = request.selection.unmatched(seen);
    surveyed
}

/// More evaluators cost more memory than they save time.
const MOST_SHARDS: usize = 4;

/// Each thread evaluates a part. True where all came to their end.
fn evaluated(checkout: &Checkout, request: &Request, reach: Option<&Reach<'_>>, watch: &Watch) -> (Vec<Row>, bool) {
    // What is common to all attributes is evaluated by each shard: for few of them one is enough.
    let shards = if reach.is_some() { 1 } else { request.jobs.clamp(1, MOST_SHARDS) };
    let parts: Vec<(Vec<Row>, bool)> = thread::scope(|threads| {
        let shard = |number| threads.spawn(move || survey_shard(checkout, request, reach, (number, shards), watch));
        let running: Vec<_> = (0..shards).map(shard).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let ended = parts.iter().all(|(_, ended)| *ended);
    (parts.into_iter().flat_map(|(rows, _)| rows).collect(), ended)
}

fn survey_shard(
    checkout: &Checkout,
    request: &Request,
    reach: Option<&Reach<'_>>,
    shard: (usize, usize),
    watch: &Watch,
) -> (Vec<Row>, bool) {
    let mut rows = Vec::new();
    let stop = watch.cancel();
    let ended = declared::survey_within(checkout, &request.selection, reach, Some(shard), &stop, &mut |row| {
        watch.package_done();
        rows.push(row);
    });
    (rows, ended)
}

fn left_out_row((package, _): Found) -> Rest {
    Rest { name: package.attr.0, failed: false, why: "left out by clarity.toml".to_owned() }
}

impl Surveyed {
    /// Leaves out what nobody wants to hear of, hears the second witness, and orders the rows by attribute paths.
    pub(super) fn settle(&mut self, request: &Request) {
        let left_out: Vec<Found> =
            self.packages.extract_if(.., |(package, _)| request.leave_out.has(package)).collect();
        self.before.retain(|(package, _)| !request.leave_out.has(package));
        if let Some(evaluated) = &request.evaluated {
            self.hear(evaluated);
        }
        self.rest.extend(left_out.into_iter().map(left_out_row));
        self.packages.sort_by(|a, b| a.0.attr.cmp(&b.0.attr));
        self.rest.sort_by(|a, b| (&a.name, a.failed).cmp(&(&b.name, b.failed)));
    }

    /// Joins the second witness: what is computed statically may be known from it; disagreements are kept.
    fn hear(&mut self, evaluated: &Evaluated) {
        for (package, declared) in &mut self.packages {
            let own = std::mem::replace(&mut **declared, Declared::Absent);
            let (joined, agreement) = evaluated.join(package, own);
            **declared = joined;
            if let Agreement::Differs { stated, evaluated } = agreement {
                self.disagreements.push(Disagreement { attr: package.attr.clone(), stated, evaluated });
            }
        }
    }

    fn add(&mut self, row: Row) {
        match row {
            Row::Package(package, declared) => self.packages.push((package, declared)),
            Row::Skipped { attr, why } => self.rest.push(Rest { name: attr, failed: false, why }),
            Row::Failed { attr, why } => self.rest.push(Rest { name: attr, failed: true, why }),
        }
    }
}
