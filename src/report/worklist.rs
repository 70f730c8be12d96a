//! The answers to a work list: for people, or as JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use crate::conclusion::Basis;
use crate::fix::Plan;
use crate::fix::worklist::{Answered, Status};
use crate::text::one_line;

use super::Style;
use super::json::{ROWS, write_document, write_lines};
use super::terminal::witnesses;
use super::unverified::{UnverifiedRow, in_words};
use super::wire::{SCHEMA, WitnessRow, witness};

/// One answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Answer")]
pub(super) struct AnswerRow<'a> {
    schema: u32,
    /// The line of the list.
    line: usize,
    /// Present text.
    row: &'a str,
    attr: Option<&'a str>,
    /// `confirmed`, `contradicted`, `cannot-tell` or `not-found`.
    status: &'static str,
    /// `wrong-fetcher`, `generated-file`, `dual-license`, `relicensed-since`, `not-scanned`, `ask-upstream`,
    /// `computed` or `not-certain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    why: &'a str,
    /// `high`, `medium` or `low`: how far what the source says can be trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    evidence: Vec<WitnessRow<'a>>,
    /// The witnesses that say something else.
    against: Vec<WitnessRow<'a>>,
    /// Why its source is not proven to be the declared one.
    #[serde(skip_serializing_if = "Option::is_none")]
    unverified: Option<UnverifiedRow>,
    /// The fixes of confirmed rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixRow<'a>>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct FixRow<'a> {
    /// `done` (shown or written, as was asked for), `held` or `refused`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    set_license: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

/// The JSON Schema of an answer.
pub(super) fn schema() -> Schema {
    super::json::published().into_root_schema_for::<AnswerRow<'static>>()
}

/// Writes each row with its answer, then the totals.
pub fn answers(all: &[Answered], style: Style, out: &mut dyn Write) -> io::Result<()> {
    for one in all {
        let class = one.answer.class.map(|class| format!(" ({})", class.name().replace('-', " "))).unwrap_or_default();
        let status = one.answer.status.name().replace('-', " ");
        writeln!(out, "{status}{class}: {}", one_line(&one.row.text))?;
        let attr = one.attr.as_ref().map(|attr| format!("{}: ", one_line(&attr.0))).unwrap_or_default();
        writeln!(out, "  {attr}{}", one_line(&one.answer.why))?;
        if let Some(why) = one.answer.verification.unproven() {
            writeln!(out, "  {}", in_words(why))?;
        }
        if !one.answer.evidence.is_empty() {
            writeln!(out, "  evidence: {}", witnesses(&one.answer.evidence, style))?;
        }
        if !one.answer.against.is_empty() {
            writeln!(out, "  against: {}", witnesses(&one.answer.against, style))?;
        }
    }
    if style.quiet {
        return Ok(());
    }
    let count = |status| all.iter().filter(|one| one.answer.status == status).count();
    writeln!(
        out,
        "\n{} answers: {} confirmed, {} contradicted, {} cannot tell, {} not found\n",
        all.len(),
        count(Status::Confirmed),
        count(Status::Contradicted),
        count(Status::CannotTell),
        count(Status::NotFound)
    )
}

/// Writes one document with all answers.
pub fn answers_json(all: &[Answered], plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    write_document(&answer_rows(all, plan), ROWS, out)
}

/// Writes one answer a line.
pub fn answers_jsonl(all: &[Answered], plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    write_lines(answer_rows(all, plan), out)
}

fn answer_rows<'a>(all: &'a [Answered], plan: &'a Plan) -> Vec<AnswerRow<'a>> {
    let fixes = fix_rows(plan);
    let row = |one: &'a Answered| AnswerRow {
        schema: SCHEMA,
        line: one.row.line,
        row: &one.row.text,
        attr: one.attr.as_ref().map(|attr| attr.0.as_str()),
        status: one.answer.status.name(),
        class: one.answer.class.map(|class| class.name()),
        why: &one.answer.why,
        confidence: one.answer.confidence.map(|confidence| confidence.name()),
        evidence: one.answer.evidence.iter().map(|basis: &Basis| witness(basis)).collect(),
        against: one.answer.against.iter().map(|basis: &Basis| witness(basis)).collect(),
        unverified: one.answer.verification.unproven().map(UnverifiedRow::of),
        fix: one.attr.as_ref().and_then(|attr| fixes.get(attr.0.as_str())).cloned(),
    };
    all.iter().map(row).collect()
}

/// Outcome of each package of the plan.
fn fix_rows(plan: &Plan) -> BTreeMap<&str, FixRow<'_>> {
    let mut rows = BTreeMap::new();
    for held in &plan.held {
        let row = FixRow { state: "held", set_license: Some(held.target.to_string()), why: Some(held.why.as_str()) };
        rows.insert(held.attr.0.as_str(), row);
    }
    for refused in &plan.refused {
        rows.insert(&refused.attr.0, FixRow { state: "refused", set_license: None, why: Some(&refused.why) });
    }
    for fix in &plan.fixes {
        let row = FixRow { state: "done", set_license: Some(fix.target.to_string()), why: None };
        rows.extend(fix.packages.iter().map(|package| (package.attr.0.as_str(), row.clone())));
    }
    rows
}
