//! What the checkout defines and declares: evaluated in parallel or kept from an earlier run, then put in order.

use std::thread;

use crate::declared::{
    self, Declared, Facts, Kept, Row, Selection,
    evaluated::{Agreement, Evaluated},
};
use crate::report::{Disagreement, Rest};
use crate::tree::{Checkout, LicenseTable, Package};

use super::Watch;
use super::scan::Request;

/// In boxes: tens of thousands are sorted and passed on.
pub(super) type Found = (Box<Package>, Box<Declared>);

pub(super) struct Surveyed {
    pub(super) packages: Vec<Found>,
    pub(super) rest: Vec<Rest>,
    pub(super) unmatched: Vec<String>,
    pub(super) disagreements: Vec<Disagreement>,
}

/// What the checkout defines, and its license table. Rows come out in order of attribute paths.
pub(super) fn survey(checkout: &Checkout, request: &Request, watch: &Watch) -> (Surveyed, LicenseTable) {
    let Facts { rows, table } = facts(checkout, request, watch);
    let mut surveyed =
        Surveyed { packages: Vec::new(), rest: Vec::new(), unmatched: Vec::new(), disagreements: Vec::new() };
    rows.into_iter().for_each(|row| surveyed.add(row));
    let left_out: Vec<Found> =
        surveyed.packages.extract_if(.., |(package, _)| request.leave_out.has(package)).collect();
    if let Some(evaluated) = &request.evaluated {
        surveyed.hear(evaluated);
    }
    surveyed.rest.extend(left_out.into_iter().map(left_out_row));
    surveyed.packages.sort_by(|a, b| a.0.attr.cmp(&b.0.attr));
    let packages = surveyed.packages.iter().map(|(package, _)| package.attr.0.as_str());
    let seen = packages.chain(surveyed.rest.iter().map(|rest| rest.name.as_str()));
    surveyed.unmatched = request.selection.unmatched(seen);
    surveyed.rest.sort_by(|a, b| (&a.name, a.failed).cmp(&(&b.name, b.failed)));
    (surveyed, table)
}

fn left_out_row((package, _): Found) -> Rest {
    Rest { name: package.attr.0, failed: false, why: "left out by clarity.toml".to_owned() }
}

/// More evaluators cost more memory than they save time.
const MOST_SHARDS: usize = 4;

/// What is kept of this very checkout, else what an evaluation gives; of a whole one that is kept.
fn facts(checkout: &Checkout, request: &Request, watch: &Watch) -> Facts {
    let store = request.facts.as_deref().filter(|_| matches!(request.selection, Selection::All));
    let kept = store.and_then(|store| Kept::of(store, checkout));
    if let Some(facts) = kept.as_ref().and_then(Kept::load) {
        return facts;
    }
    let (rows, whole) = evaluated(checkout, request, watch);
    let facts = Facts { rows, table: checkout.license_table() };
    if let Some(kept) = kept.filter(|_| whole) {
        kept.save(checkout, &facts);
    }
    facts
}

/// Each thread evaluates a part. True where all came to their end.
fn evaluated(checkout: &Checkout, request: &Request, watch: &Watch) -> (Vec<Row>, bool) {
    let shards = request.jobs.clamp(1, MOST_SHARDS);
    let parts: Vec<(Vec<Row>, bool)> = thread::scope(|threads| {
        let shard = |number| threads.spawn(move || survey_shard(checkout, request, (number, shards), watch));
        let running: Vec<_> = (0..shards).map(shard).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let whole = parts.iter().all(|(_, whole)| *whole);
    (parts.into_iter().flat_map(|(rows, _)| rows).collect(), whole)
}

fn survey_shard(checkout: &Checkout, request: &Request, shard: (usize, usize), watch: &Watch) -> (Vec<Row>, bool) {
    let mut rows = Vec::new();
    let whole = declared::survey(checkout, &request.selection, Some(shard), &watch.cancel(), &mut |row| {
        watch.package_done();
        rows.push(row);
    });
    (rows, whole)
}

impl Surveyed {
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
