//! The JSON row that ends a report: its totals.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::table::TableOrigin;

use super::{Input, Report, Silenced, unverified};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SummaryRow<'a> {
    schema: u32,
    license_table: &'a str,
    discovered: usize,
    audited: usize,
    skipped: usize,
    failed: usize,
    agrees: usize,
    drifts: usize,
    cannot_tell: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    known: usize,
    suppressed: usize,
    gone_from_baseline: usize,
    by_check: BTreeMap<&'static str, usize>,
    sources: usize,
    sources_looked_at: usize,
    /// Packages whose source is not proven to be the declared one.
    #[serde(skip_serializing_if = "is_zero")]
    sources_unverified: usize,
    files: u64,
    bytes: u64,
    unread: u64,
    license_bindings: BindingsRow,
    partial: bool,
    /// The nixpkgs behind the tree, and its other inputs.
    #[serde(skip_serializing_if = "<[Input]>::is_empty")]
    inputs: &'a [Input],
    /// The configuration files.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    config: &'a [String],
    /// Silenced findings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    silenced: Vec<SilencedRow>,
    /// Requested things that could not be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SilencedRow {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    what: String,
}

/// The license bindings of a whole tree, by where they are.
#[derive(Debug, Serialize, JsonSchema)]
struct BindingsRow {
    total: usize,
    in_packages: usize,
    #[serde(flatten)]
    elsewhere: BTreeMap<&'static str, usize>,
}

impl<'a> SummaryRow<'a> {
    /// The row of a report, in this version of the format.
    pub(super) fn of(schema: u32, report: &'a Report) -> SummaryRow<'a> {
        let totals = report.totals();
        SummaryRow {
            schema,
            license_table: match &report.table {
                TableOrigin::Checkout(file) => file,
                TableOrigin::Embedded => "embedded",
            },
            discovered: totals.discovered,
            audited: totals.audited,
            skipped: totals.skipped,
            failed: totals.failed,
            agrees: totals.agrees,
            drifts: totals.drifts,
            cannot_tell: totals.cannot_tell,
            errors: totals.findings[2],
            warnings: totals.findings[1],
            notes: totals.findings[0],
            known: totals.known,
            suppressed: totals.suppressed,
            gone_from_baseline: report.gone.len(),
            by_check: totals.by_check,
            sources: report.coverage.with_source,
            sources_looked_at: report.coverage.looked_at,
            sources_unverified: unverified::count(report),
            files: report.coverage.files,
            bytes: report.coverage.bytes,
            unread: report.coverage.unread,
            license_bindings: BindingsRow {
                total: report.bindings.total,
                in_packages: report.bindings.in_packages(),
                elsewhere: report.bindings.by_kind().into_iter().collect(),
            },
            partial: report.partial,
            inputs: &report.inputs,
            config: &report.policy.files,
            silenced: report.policy.silenced.iter().map(silenced).collect(),
            incomplete: report.gap().map(|gap| gap.to_string()),
        }
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn silenced(one: &Silenced) -> SilencedRow {
    SilencedRow { kind: one.kind(), count: one.count(), what: one.to_string() }
}
