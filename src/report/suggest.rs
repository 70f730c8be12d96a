//! A license line to paste into a new package, with what it rests on as comments above it.
//!
//! Every line is Nix: whatever a file is called, it does not leave its comment.

use std::io::{self, Write};

use crate::conclusion::{Basis, Concluded, Conclusion, Part};
use crate::evidence::Role;
use crate::table::{LicenseTable, TableOrigin};
use crate::text::one_line;

/// Writes the line for `conclusion` in the names of `table`, or why there is none.
pub fn suggest(conclusion: &Conclusion, table: &LicenseTable, out: &mut dyn Write) -> io::Result<()> {
    match conclusion {
        Conclusion::Concluded(concluded) => line(concluded, table, out),
        Conclusion::Conflicting { readings, .. } => {
            comment("no license can be proposed: upstream contradicts itself, ask which of these holds", out)?;
            readings.iter().flat_map(|reading| &reading.basis).try_for_each(|basis| comment(&witness(basis), out))
        }
        Conclusion::NoneFound => {
            comment("no license can be proposed: everything was read, and nothing states one", out)
        }
        Conclusion::NoAssertion(why) => comment(&format!("no license can be proposed: {why}"), out),
    }
}

fn line(concluded: &Concluded, table: &LicenseTable, out: &mut dyn Write) -> io::Result<()> {
    concluded.basis.iter().try_for_each(|basis| comment(&witness(basis), out))?;
    concluded.against.iter().try_for_each(|basis| comment(&format!("against: {}", witness(basis)), out))?;
    let parts = concluded.parts.iter().filter(|part| part.role != Role::BuildSystem);
    parts.into_iter().try_for_each(|part| comment(&in_words(part), out))?;
    comment(&format!("{} confidence: {}", concluded.confidence.name(), concluded.reasons.join("; ")), out)?;
    let value = table.spell(&concluded.expr);
    match (&table.origin, &value) {
        (_, None) => comment(&format!("the license table has no name for {}: add one first", concluded.expr), out)?,
        (TableOrigin::Embedded, _) => {
            comment("names of the table that clarity carries; --for TREE takes those of a checkout", out)?
        }
        (TableOrigin::Checkout(_), _) => {}
    }
    value.map_or(Ok(()), |value| writeln!(out, "license = {value};"))
}

fn comment(text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}", one_line(text))
}

fn witness(basis: &Basis) -> String {
    let more = if basis.files > 1 { format!(", {} files", basis.files) } else { String::new() };
    format!("{}:{} {} ({}{more})", basis.file, basis.lines, basis.expr, basis.class.name())
}

fn in_words(part: &Part) -> String {
    format!("not covered: {} {} ({}, {} files)", part.path, part.expr, part.role, part.files)
}
