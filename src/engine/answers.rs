//! `clarity fix --import`: the rows of a work list against a scan of what they name.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Finding, Judged, Unjudged};
use crate::declared::Selection;
use crate::fix::Case;
use crate::fix::worklist::{self, Answer, Answered, Meant, Row};
use crate::report::{Outcome, PackageReport};
use crate::tree::AttrPath;

use super::propose::Session;
use super::request::{Request, ScanError};
use super::surveyed::Found;
use super::watch::Watch;

impl Session {
    /// Scans the packages that `rows` name.
    pub fn open_list(request: &Request, watch: &Watch, rows: &[Row]) -> Result<Session, ScanError> {
        Session::open_for(request, watch, |all| selection(rows, all))
    }

    /// Answers to each row; a row that names several packages has an answer for each.
    pub fn answers(&self, rows: &[Row]) -> Vec<Answered> {
        let packages: BTreeMap<&str, &PackageReport> =
            self.report.packages.iter().map(|report| (report.package.attr.0.as_str(), report)).collect();
        rows.iter().flat_map(|row| self.answers_to(row, &packages)).collect()
    }

    fn answers_to(&self, row: &Row, packages: &BTreeMap<&str, &PackageReport>) -> Vec<Answered> {
        let said = |attr, answer| Answered { row: row.clone(), attr, answer };
        let attrs = match row.meant(&self.all) {
            Some(Meant::Packages(attrs)) => attrs,
            Some(Meant::Elsewhere(attrs)) if attrs.len() == 1 => attrs,
            Some(Meant::Elsewhere(attrs)) => return vec![said(None, worklist::elsewhere(row, attrs.len()))],
            None => return vec![said(None, worklist::not_found(row))],
        };
        let answer = |attr: AttrPath| match packages.get(attr.0.as_str()) {
            Some(report) => said(Some(attr), self.answer(row, report)),
            None => self.unseen(row, attr),
        };
        attrs.into_iter().map(answer).collect()
    }

    fn answer(&self, row: &Row, report: &PackageReport) -> Answer {
        let judged: Result<&Judged, Unjudged<'_>> = match &report.outcome {
            Outcome::Audited(Some(judged)) => Ok(judged),
            Outcome::Audited(None) => Err(Unjudged::NotAsked),
            Outcome::Skipped(why) | Outcome::Failed(why) => Err(Unjudged::Unseen(&why.text)),
        };
        let is_own = |finding: &&Finding| finding.attrs().any(|attr| *attr == report.package.attr);
        let findings = self.report.findings().map(|located| &located.finding).filter(is_own).collect();
        let case = Case { package: &report.package, declared: &report.declared, findings };
        worklist::answer(row, &case, judged, &|file| self.text(file))
    }

    /// An attribute that is no package: it throws, is an alias, or is not there.
    fn unseen(&self, row: &Row, attr: AttrPath) -> Answered {
        let rest = self.report.rest.iter().find(|rest| rest.name == attr.0);
        let (attr, answer) = match rest {
            Some(rest) => (Some(attr), worklist::not_scanned(&rest.why)),
            None => (None, worklist::not_found(row)),
        };
        Answered { row: row.clone(), attr, answer }
    }
}

/// The packages of all rows.
fn selection(rows: &[Row], all: &[Found]) -> Selection {
    let attrs: BTreeSet<String> = rows
        .iter()
        .filter_map(|row| row.meant(all))
        .flat_map(|meant| match meant {
            Meant::Packages(attrs) => attrs,
            // One package is looked at although the row names another repository; of many nobody asked for any.
            Meant::Elsewhere(attrs) if attrs.len() == 1 => attrs,
            Meant::Elsewhere(_) => Vec::new(),
        })
        .map(|attr| attr.0)
        .collect();
    Selection::only(attrs)
}
