//! A suppression that silences nothing, or another rule of `clarity.toml` that is not used.

use super::{Check, Severity};

/// The rule. It looks at `clarity.toml`, not at a package: `triage` makes its findings.
pub const CHECK: Check = Check {
    id: "LIC060",
    name: "stale-suppression",
    severity: Severity::Warning,
    metadata_only: true,
    what: "A `[[suppress]]` of `clarity.toml` is not used: its evidence changed, or it matches no finding. Or a `[[role]]` or `[[curate]]` matches nothing in any source of the tree.",
    why: "A suppression was a judgement of what the source said then. When the source says something else, somebody has to look again; and a list of old exceptions hides new ones.",
    example: "`evidence = \"9f2c41aa03d1\"`, and a new version of the source gives the finding another pin.",
    wrong_when: "The run looked at other packages or with other options than usual. Where it cannot be told, nothing is reported.",
    rule: |_| Vec::new(),
};
