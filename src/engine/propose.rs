//! `clarity fix`: a scan, a plan, and the edited checkout evaluated again until nothing in it is a surprise.

use std::collections::BTreeSet;
use std::path::Path;

use crate::check::Finding;
use crate::declared::Selection;
use crate::fix::{self, Case, Declarations, Dirty, Fix, Plan};
use crate::report::{Located, Outcome, Report};
use crate::table::LicenseTable;
use crate::text::RelPath;
use crate::tree::Checkout;
use crate::triage::State;

use super::Watch;
use super::offers::{self, by_attr, case, with_stack};
use super::request::{Request, ScanError, trusted};
use super::scan::scan_checkout;
use super::survey::{declarations, some_of, survey};
use super::surveyed::Found;

/// A checkout that was scanned, open for changes.
pub struct Session {
    request: Request,
    watch: Watch,
    checkout: Checkout,
    /// Every package of the checkout: a value may feed packages that nobody asked about.
    pub(super) all: Vec<Found>,
    /// The checkout's license table.
    pub table: LicenseTable,
    /// The scan.
    pub report: Report,
}

impl Session {
    /// Scans what `request` asks for. Nothing is written.
    pub fn open(request: &Request, watch: &Watch) -> Result<Session, ScanError> {
        let checkout = request.checkout()?;
        let report = scan_checkout(&checkout, request, watch)?;
        watch.stage("planning");
        let all = declarations(&checkout, request, watch);
        trusted(&checkout)?;
        Ok(Session::of(request.clone(), watch, checkout, all, report))
    }

    /// Scans what `choose` selects of everything that the checkout defines.
    pub fn open_for(
        request: &Request,
        watch: &Watch,
        choose: impl FnOnce(&[Found]) -> Selection,
    ) -> Result<Session, ScanError> {
        let checkout = request.checkout()?;
        watch.stage("evaluating");
        let mut all = declarations(&checkout, &Request { selection: Selection::All, ..request.clone() }, watch);
        trusted(&checkout)?;
        let request = Request { selection: choose(&all), ..request.clone() };
        let report = scan_checkout(&checkout, &request, watch)?;
        let known: BTreeSet<String> = all.iter().map(|(package, _)| package.attr.0.clone()).collect();
        let others = report.packages.iter().filter(|other| !known.contains(&other.package.attr.0));
        all.extend(others.map(|other| (other.package.clone(), other.declared.clone())));
        Ok(Session::of(request, watch, checkout, all, report))
    }

    fn of(request: Request, watch: &Watch, checkout: Checkout, all: Vec<Found>, mut report: Report) -> Session {
        watch.finish();
        let table = checkout.license_table();
        offers::add(&mut report, &checkout, &all, &table);
        Session { request, watch: watch.clone(), checkout, all, table, report }
    }

    /// The root of the checkout.
    pub fn root(&self) -> &Path {
        self.checkout.root()
    }

    /// The text of a file of the checkout.
    pub fn text(&self, file: &RelPath) -> Option<String> {
        String::from_utf8(self.checkout.read(file)?.to_vec()).ok()
    }

    /// The findings that count.
    pub fn counting(&self) -> impl Iterator<Item = &Located> {
        self.report.findings().filter(|located| located.state == State::New)
    }

    /// The fixes of the findings that count and are `wanted`, each of them evaluated.
    pub fn propose(&self, options: &fix::Options, wanted: impl Fn(&Finding) -> bool) -> Plan {
        let findings = self.counting().map(|located| &located.finding).filter(|finding| wanted(finding));
        let mut plan = self.plan(findings, options);
        self.verify(&mut plan);
        plan
    }

    /// The fixes that `findings` ask for. They are not evaluated yet: to look at, not to write.
    pub fn plan<'f>(&self, findings: impl IntoIterator<Item = &'f Finding>, options: &fix::Options) -> Plan {
        let found = by_attr(findings);
        let cases: Vec<Case<'_>> = self.all.iter().map(|(package, declared)| case(package, declared, &found)).collect();
        with_stack(|| fix::plan(&self.checkout, &cases, &self.table, options))
    }

    /// Evaluates `plan`, writes what holds to the checkout, and goes on with the checkout as it is then.
    pub fn write(&mut self, mut plan: Plan, dirty: Dirty) -> Result<Plan, ScanError> {
        let after = self.verify(&mut plan);
        let verified = plan.fixes.len();
        fix::write(&mut plan, self.checkout.root(), dirty);
        if !plan.fixes.is_empty() {
            self.checkout = self.request.checkout()?;
            let all_written = plan.fixes.len() == verified;
            self.all = if all_written { after } else { declarations(&self.checkout, &self.request, &self.watch) };
        }
        self.watch.finish();
        Ok(plan)
    }

    /// Puts back what `plan`, which was written, replaced, and goes on with the checkout as it is then; why some files
    /// were left as they are.
    pub fn take_back(&mut self, plan: &Plan) -> Result<Vec<fix::WriteError>, ScanError> {
        let failures = fix::take_back(plan, self.checkout.root());
        self.checkout = self.request.checkout()?;
        self.all = declarations(&self.checkout, &self.request, &self.watch);
        self.watch.finish();
        Ok(failures)
    }

    /// The question to upstream about `attr`, where its license is open.
    pub fn question(&self, attr: &str) -> Result<Option<String>, ScanError> {
        let selection = Selection::only([attr.to_owned()]);
        let request = Request { selection, keep_evidence: true, ..self.request.clone() };
        let report = scan_checkout(&self.checkout, &request, &self.watch)?;
        let asked = report.packages.iter().find_map(|one| match (&one.outcome, &one.evidence) {
            (Outcome::Audited(Some(judged)), Some(evidence)) => {
                fix::question(&one.package, &one.declared, judged, evidence)
            }
            _ => None,
        });
        Ok(asked)
    }

    /// Refuses the fixes of `plan` that do not do what they should, or do more. Returns what every package declares
    /// when the others are made.
    fn verify(&self, plan: &mut Plan) -> Vec<Found> {
        let before = declared_by_attr(&self.all);
        let mut found = Vec::new();
        fix::verify(plan, &before, &self.table, &mut |plan, fixes, selection| {
            self.watch.stage("evaluating the edited checkout");
            let is_whole = matches!(selection, Selection::All);
            let edited = self.edited(plan, fixes);
            // The result is not asked for again.
            let request = Request { facts: None, ..self.request.clone() };
            let declared = match selection {
                Selection::All => declarations(&edited, &request, &self.watch),
                some => survey(&edited, &some_of(&request, some), &self.watch).packages,
            };
            // A value that was not evaluated to its end is not offered.
            let declared = (!self.watch.is_ended() && edited.trouble().is_none()).then_some(declared)?;
            let by_attr = declared_by_attr(&declared);
            if is_whole {
                found = declared;
            }
            Some(by_attr)
        });
        self.watch.finish();
        found
    }

    /// The checkout with `fixes` made.
    fn edited(&self, plan: &Plan, fixes: &[Fix]) -> Checkout {
        let texts: Vec<(RelPath, String)> =
            plan.files_with(fixes).map(|(file, _, after)| (file.clone(), after)).collect();
        self.checkout.with_texts(texts.iter().map(|(file, text)| (file, text.as_str())))
    }
}

fn declared_by_attr(all: &[Found]) -> Declarations {
    all.iter().map(|(package, declared)| (package.attr.clone(), (**declared).clone())).collect()
}
