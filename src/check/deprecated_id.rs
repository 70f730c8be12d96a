//! A deprecated entry of the table.

use crate::declared::Statement;

use super::{Check, Finding, Severity, Subject};

/// The rule.
pub(super) const CHECK: Check = Check {
    id: "LIC003",
    name: "deprecated-id",
    severity: Severity::Note,
    metadata_only: true,
    what: "A declared license is marked as deprecated in `lib.licenses`.",
    why: "The old GNU names (`gpl2`, `lgpl3`, ...) do not say whether later versions are allowed.",
    example: "`license = lib.licenses.gpl2;` where the headers say \"or (at your option) any later version\": `gpl2Plus`.",
    wrong_when: "Upstream itself does not say which. Then ask upstream; guessing is worse than the old name.",
    rule,
};

/// Names of Apple's licenses that were written for the Apache License (NixOS/nixpkgs#560052).
const APPLE: [&str; 2] = ["apsl10", "apsl20"];

fn rule(subject: &Subject<'_>) -> Vec<Finding> {
    let members = subject.statement().map_or(&[][..], Statement::members);
    members
        .iter()
        .filter(|member| member.deprecated)
        .filter_map(|member| {
            let name = member.attr.as_deref()?;
            let mut finding =
                subject.finding_with_remedy(&CHECK, format!("`{name}` is deprecated in this checkout's license table"));
            match APPLE.contains(&name) {
                true => finding
                    .help
                    .push("this is the license of Apple; if the Apache License is meant, it is `asl20`".to_owned()),
                false if finding.remedy.is_none() => {
                    finding.help.push("say `Only` or `Plus`: look at the headers of the source".to_owned());
                }
                false => {}
            }
            Some(finding)
        })
        .collect()
}
