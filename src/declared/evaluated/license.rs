//! A license as JSON, to what it states.

use serde_json::Value;

use super::License;
use crate::declared::terms::{combine, compound, joined, or_later, reference};
use crate::declared::{Member, Statement};
use crate::license::{LicenseExpr, parse_lenient};

/// Operators deeper than this are not followed.
const DEEPEST: u32 = 32;

type Read = Result<(Vec<Member>, LicenseExpr), String>;

/// The value of `meta.license`.
pub(super) fn license(value: Option<&Value>) -> License {
    let read = match value {
        None | Some(Value::Null) => return License::Absent,
        Some(Value::String(text)) => Ok(Statement::Text(text.clone(), parse_lenient(text).ok())),
        Some(Value::Array(items)) => {
            items.iter().map(listed).collect::<Result<_, _>>().map(|all| Statement::List(joined(all)))
        }
        Some(record) if is_operator(record) => {
            operator(record, 0).map(|(members, expr)| Statement::Operator { members, expr })
        }
        Some(record) => member(record).map(Statement::One),
    };
    read.map_or_else(License::Unknown, License::Says)
}

fn listed(item: &Value) -> Result<Member, String> {
    if is_operator(item) { operator(item, 0).map(|(_, expr)| compound(expr, None)) } else { member(item) }
}

fn text<'v>(record: &'v Value, name: &str) -> Option<&'v str> {
    record.get(name)?.as_str()
}

fn member(value: &Value) -> Result<Member, String> {
    if let Some(label) = value.as_str() {
        let expr = parse_lenient(label).unwrap_or_else(|_| LicenseExpr::from(reference(label)));
        let label = label.to_owned();
        return Ok(Member { attr: None, label, expr, site: None, free: true, deprecated: false, text: true });
    }
    if !value.is_object() {
        return Err("neither a string, a list nor a record".to_owned());
    }
    let (spdx, short) = (text(value, "spdxId"), text(value, "shortName"));
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    // A record that says no more than that it is not free: unfree, of unknown name.
    let nameless = if flag("free") == Some(false) { "unfree" } else { "<attrs>" };
    let label = spdx.or(short).or_else(|| text(value, "fullName")).or_else(|| text(value, "url")).unwrap_or(nameless);
    let expr = match spdx.map(parse_lenient) {
        Some(Ok(expr)) => expr,
        _ => LicenseExpr::from(reference(short.unwrap_or(label))),
    };
    Ok(Member {
        attr: short.map(str::to_owned),
        label: label.to_owned(),
        expr,
        site: None,
        free: flag("free").unwrap_or(true),
        deprecated: flag("deprecated").unwrap_or(false),
        text: false,
    })
}

fn is_operator(record: &Value) -> bool {
    let kind = text(record, "licenseType").is_some_and(|kind| matches!(kind, "compound" | "exception" | "plus"));
    kind || ["base", "mod", "operator"].iter().all(|part| record.get(part).is_some())
}

fn operand(record: &Value, name: &str, depth: u32) -> Read {
    part(record.get(name).ok_or_else(|| format!("an operator without `{name}`"))?, depth)
}

fn part(value: &Value, depth: u32) -> Read {
    if is_operator(value) {
        return operator(value, depth + 1);
    }
    let member = member(value)?;
    let expr = member.expr.clone();
    Ok((vec![member], expr))
}

fn operator(record: &Value, depth: u32) -> Read {
    if depth > DEEPEST {
        return Err("operators nested too deeply".to_owned());
    }
    let name = text(record, "operator").unwrap_or_default();
    match text(record, "licenseType") {
        Some("exception") => with(record, "license", "exception", depth),
        Some("plus") => operand(record, "license", depth).map(|(members, expr)| (members, or_later(&expr))),
        Some("compound") => {
            let items = record.get("licenses").and_then(Value::as_array).ok_or("an operator without licenses")?;
            combine(name, items.iter().map(|item| part(item, depth)).collect::<Result<_, _>>()?)
        }
        _ if name == "WITH" => with(record, "base", "mod", depth),
        _ if name == "PLUS" => operand(record, "base", depth).map(|(members, expr)| (members, or_later(&expr))),
        _ => combine(name, vec![operand(record, "base", depth)?, operand(record, "mod", depth)?]),
    }
}

fn with(record: &Value, base: &str, exception: &str, depth: u32) -> Read {
    let (mut members, expr) = operand(record, base, depth)?;
    let (more, exception) = operand(record, exception, depth)?;
    let name = more.first().map_or_else(|| exception.to_string(), |member| member.label.clone());
    members.extend(more);
    Ok((members, expr.map_terms(&mut |term| term.clone().with_exception(name.clone()))))
}
