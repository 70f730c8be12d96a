//! A license line to paste into a new package, with what it rests on as comments above it.
//!
//! Every line is Nix: whatever a file is called, it does not leave its comment.

use std::io::{self, Write};

use super::Style;
use super::counted::counted;
use super::paint::{Mood, painted};
use super::wrap;
use crate::conclusion::{Basis, Concluded, Conclusion, Confidence, Part};
use crate::evidence::Role;
use crate::table::{LicenseTable, TableOrigin};
use crate::text::one_line;

/// Writes the line for `conclusion` in the names of `table`, or why there is none.
pub fn suggest(conclusion: &Conclusion, table: &LicenseTable, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let why = match conclusion {
        Conclusion::Concluded(concluded) => return line(concluded, table, style, out),
        Conclusion::Conflicting { .. } => "upstream contradicts itself, ask which of these holds".to_owned(),
        Conclusion::NoneFound => "everything was read, and nothing states one".to_owned(),
        Conclusion::NoAssertion(why) => why.to_string(),
    };
    let none = painted("no license can be proposed", Mood::Bad, style);
    writeln!(out, "{}", wrap::comment(&format!("{none}: {}", one_line(&why)), style))?;
    let readings = match conclusion {
        Conclusion::Conflicting { readings, .. } => &readings[..],
        _ => &[],
    };
    readings.iter().flat_map(|reading| &reading.basis).try_for_each(|basis| comment(&witness(basis), style, out))
}

fn line(concluded: &Concluded, table: &LicenseTable, style: Style, out: &mut dyn Write) -> io::Result<()> {
    concluded.basis.iter().try_for_each(|basis| comment(&witness(basis), style, out))?;
    concluded.against.iter().try_for_each(|basis| comment(&format!("against: {}", witness(basis)), style, out))?;
    let parts = concluded.parts.iter().filter(|part| part.role != Role::BuildSystem);
    parts.into_iter().try_for_each(|part| comment(&in_words(part), style, out))?;
    let trust = painted(&format!("{} confidence", concluded.confidence.name()), mood(concluded.confidence), style);
    writeln!(out, "{}", wrap::comment(&format!("{trust}: {}", one_line(&concluded.reasons.join("; "))), style))?;
    let value = table.spell(&concluded.expr);
    match (&table.origin, &value) {
        (_, None) => {
            comment(&format!("the license table has no name for {}: add one first", concluded.expr), style, out)?
        }
        (TableOrigin::Embedded, _) => {
            comment("names of the table that clarity carries; --tree DIR takes those of a checkout", style, out)?
        }
        (TableOrigin::Checkout(_), _) => {}
    }
    value.map_or(Ok(()), |value| writeln!(out, "license = {value};"))
}

fn mood(confidence: Confidence) -> Mood {
    match confidence {
        Confidence::High => Mood::Good,
        Confidence::Medium => Mood::Open,
        Confidence::Low => Mood::Bad,
    }
}

fn comment(text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", wrap::comment(&one_line(text), style))
}

fn witness(basis: &Basis) -> String {
    let more = if basis.files > 1 { format!(", {} files", basis.files) } else { String::new() };
    format!("{}:{} {} ({}{more})", basis.file, basis.lines, basis.expr, basis.class.name())
}

fn in_words(part: &Part) -> String {
    format!("not covered: {} {} ({}, {})", part.path, part.expr, part.role, counted(part.files, "file"))
}
