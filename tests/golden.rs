//! A report as a run makes it, through public types only; with names that want to be more than names.

use std::collections::BTreeMap;

use clarity::check::{self, Earlier, Judged, Subject, Unjudged};
use clarity::conclusion::{Basis, Concluded, Conclusion, Confidence};
use clarity::declared::{Declared, Member, Statement};
use clarity::evidence::Witness;
use clarity::license;
use clarity::report::{
    Asked, Coverage, Gate, Located, Outcome, PackageReport, Policy, Quote, Report, Rest, RestKind, Why, WhyKind,
};
use clarity::source::Verification;
use clarity::table::{LicenseRecord, LicenseTable, TableOrigin};
use clarity::text::{LineRange, Position, RelPath, Span};
use clarity::tree::{AttrPath, Package, Site};
use clarity::triage::State;
use clarity::verdict;

/// Names that break out of formats that do not escape.
pub const HOSTILE: [&str; 9] = [
    "quo\"te'",
    "new\nline\r\n::error file=x,line=1::injected",
    "<script>alert(1)</script>",
    "]]>&amp;<!--",
    "control\u{1}\u{1b}[31mred\u{7f}\u{85}\u{fffe}",
    "größe/日本語\u{202e}",
    "=HYPERLINK(\"http://x\"),comma;%0A",
    "a|b`c*d_e[f](g) @user #1",
    "",
];

pub fn table() -> LicenseTable {
    let record = |id: &str, free| LicenseRecord {
        short_name: id.to_owned(),
        spdx_id: Some(id.to_owned()),
        free,
        ..LicenseRecord::default()
    };
    let records = [("mit", "MIT"), ("asl20", "Apache-2.0"), ("gpl2Only", "GPL-2.0-only"), ("isc", "ISC")];
    LicenseTable {
        origin: TableOrigin::Checkout("lib/licenses.nix".to_owned()),
        records: records.into_iter().map(|(name, id)| (name.to_owned(), record(id, true))).collect::<BTreeMap<_, _>>(),
        has_operators: false,
        has_source_types: true,
    }
}

pub fn site(file: &str, line: u32) -> Site {
    let position = |column| Position { line, column };
    let file = RelPath::new(file).unwrap_or_default();
    Site { file, span: Span::new(100 * line, 100 * line + 16), start: position(15), end: position(31) }
}

pub fn declared(id: &str, site: Site) -> Declared {
    let expr = license::parse(id).expect("an SPDX id");
    let member = Member {
        attr: Some(id.to_lowercase()),
        label: id.to_owned(),
        expr,
        site: None,
        free: true,
        deprecated: false,
        text: false,
    };
    Declared::Resolved { site, statement: Statement::One(member) }
}

pub fn concluded(id: &str, file: &str) -> Conclusion {
    let expr = license::parse(id).expect("an SPDX id");
    let basis = Basis {
        vague: false,
        file: RelPath::new(file).unwrap_or_default(),
        lines: LineRange::new(1, 201),
        class: Witness::Text,
        expr: expr.clone(),
        quote: String::new(),
        files: 1,
    };
    // One text alone is no error.
    let manifest = Basis {
        file: RelPath::new("package.json").unwrap_or_default(),
        lines: LineRange::new(5, 5),
        class: Witness::Manifest,
        ..basis.clone()
    };
    Conclusion::Concluded(Concluded {
        expr,
        operator_unstated: false,
        confidence: Confidence::High,
        reasons: vec!["two witnesses".to_owned()],
        basis: vec![basis, manifest],
        against: Vec::new(),
        parts: Vec::new(),
    })
}

/// A package that declares one license and contains another.
pub fn package(attr: &str, file: &str, line: u32, says: &str, has: &str) -> PackageReport {
    let site = site(file, line);
    let declared = declared(says, site.clone());
    let conclusion = concluded(has, "LICENSE");
    let table = table();
    let verdict = verdict::compare(&declared, &conclusion, &table);
    let package = bare(attr, Some(site));
    let judged = Judged {
        conclusion: conclusion.into(),
        verdict,
        prebuilt: Vec::new(),
        unknown: Vec::new(),
        restricted: Vec::new(),
        linked: Vec::new(),
        verification: Verification::Verified,
    };
    let subject = Subject {
        package: &package,
        declared: &declared,
        judged: Ok(&judged),
        table: &table,
        earlier: Earlier::NotAsked,
        policy: None,
    };
    let findings = check::run(&subject, &check::Options::default()).into_iter().map(located).collect();
    let outcome = Outcome::Audited(Some(Box::new(judged)));
    PackageReport {
        package: package.into(),
        declared: declared.into(),
        outcome,
        findings,
        evidence: None,
        found: Vec::new(),
        compared: Vec::new(),
    }
}

pub fn unscanned(attr: &str, why: &str) -> PackageReport {
    let package = bare(attr, Some(site("pkgs/default.nix", 7)));
    let declared = declared("MIT", site("pkgs/default.nix", 9));
    let table = table();
    let subject = Subject {
        package: &package,
        declared: &declared,
        judged: Err(Unjudged::Unseen(why)),
        table: &table,
        earlier: Earlier::NotAsked,
        policy: None,
    };
    let findings = check::run(&subject, &check::Options::default()).into_iter().map(located).collect();
    let outcome = Outcome::Skipped(Why::new(WhyKind::NotAtHand, why));
    PackageReport {
        package: package.into(),
        declared: declared.into(),
        outcome,
        findings,
        evidence: None,
        found: Vec::new(),
        compared: Vec::new(),
    }
}

fn located(mut finding: check::Finding) -> Located {
    if let Some(doubt) = finding.remedy.as_ref().map(|remedy| remedy.doubt) {
        let (safety, why) = (doubt.map_or(check::Safety::Safe, check::Doubt::safety), doubt.map(|why| why.to_string()));
        finding.add_offer(check::Offer { line: Some("license = ..;".to_owned()), argument: None, safety, why });
    }
    let text = "    license = lib.licenses.mit;\n".to_owned();
    Located { finding, quote: Some(Quote { text, first_line: 21, mark: (14, 30) }), state: State::New }
}

fn bare(attr: &str, site: Option<Site>) -> Package {
    Package {
        attr: AttrPath(attr.to_owned()),
        pname: Some(attr.to_owned()),
        version: Some("1.0".to_owned()),
        site,
        digest: None,
        sources: Vec::new(),
        source_unknown: None,
        vendored: Vec::new(),
        maintainers: Vec::new(),
        identifiers: None,
        provenance: None,
        removed: Vec::new(),
        patches: Vec::new(),
        patched: false,
        license_files: Vec::new(),
        flags: Vec::new(),
        platforms: Vec::new(),
    }
}

pub fn report(packages: Vec<PackageReport>) -> Report {
    Report {
        tree: "<tree> | \"of\" \u{1b}[2J\nmine".to_owned(),
        folder: RelPath::default(),
        table: TableOrigin::Embedded,
        packages,
        apart: Vec::new(),
        gone: Vec::new(),
        gate: Gate::default(),
        rest: vec![
            Rest {
                name: "broken\n::error::x".to_owned(),
                failed: true,
                kind: RestKind::Attribute,
                why: "syntax <error>\n\u{1b}]0;x".to_owned(),
            },
            Rest { name: "alias".to_owned(), failed: false, kind: RestKind::Attribute, why: "an alias".to_owned() },
        ],
        disagreements: Vec::new(),
        unmatched: vec![clarity::report::Unmatched::new("no\u{1b}such")],
        coverage: Coverage::default(),
        inputs: Vec::new(),
        bindings: Default::default(),
        partial: false,
        late: false,
        asked: Asked::default(),
        policy: Policy::default(),
    }
}

/// Findings of every severity about every hostile name, in states of every kind, and what was not scanned.
pub fn hostile() -> Report {
    let mut packages = Vec::new();
    for (index, name) in HOSTILE.iter().enumerate() {
        let line = index as u32 + 1;
        packages.push(package(name, &format!("pkgs/{name}/package.nix"), line, "MIT", "Apache-2.0"));
        packages.push(package(&format!("{name}.b"), "pkgs/a b/ü%.nix", line, "GPL-2.0-only", "GPL-2.0-or-later"));
        packages.push(unscanned(&format!("{name}.c"), name));
    }
    packages[0].findings[0].state = State::Known;
    packages[1].findings[0].state = State::Suppressed("<b>because</b>\n::warning::".to_owned());
    report(packages)
}

/// `count` findings.
pub fn many(count: usize) -> Report {
    let one = |index: usize| match index % 2 {
        0 => package(&format!("package{index}"), "pkgs/all.nix", index as u32 + 1, "MIT", "Apache-2.0"),
        _ => package(&format!("package{index}"), "pkgs/all.nix", index as u32 + 1, "GPL-2.0-only", "GPL-2.0-or-later"),
    };
    report((0..count).map(one).collect())
}
