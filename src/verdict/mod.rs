//! The declaration of nixpkgs compared with the conclusion from the source.
//!
//! Compares and nothing else: it does not weigh evidence (that is `conclusion`) and does not rate importance (that is
//! `check`). An open question on either side is `Undecided`, never "agrees".

mod kinship;
mod versions;

use std::collections::BTreeSet;

use crate::conclusion::{Concluded, Conclusion, Doubt, Part};
use crate::declared::{Declared, Member, Statement, When, all_unknown};
use crate::evidence::Role;
use crate::license::{Difference, LicenseExpr, Suffix, Term, alternatives, are_wordings, covers, difference, refines};
use crate::table::LicenseTable;

use kinship::Kinship;
pub use versions::{How, Outline, Shift, Versions};

/// The outcome of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both say the same, as far as both speak.
    Agrees {
        /// Differences that do not make the declaration wrong.
        asides: Vec<Drift>,
    },
    /// The declaration does not match the source.
    Drifts(Vec<Drift>),
    /// It cannot be told, because ...
    Undecided(String),
}

/// One difference between declared and concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// How they differ.
    pub kind: DriftKind,
    /// Concluded and not declared.
    pub missing: BTreeSet<Term>,
    /// Declared and not concluded.
    pub extra: BTreeSet<Term>,
    /// The part of the source it is about; `None` for the whole.
    pub part: Option<Part>,
}

/// How declared and concluded differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DriftKind {
    /// Nothing is declared.
    Undeclared,
    /// A free license is declared, the source is not free.
    FreeFoundUnfree,
    /// One id was taken for another that looks like it.
    Confusable,
    /// They share nothing.
    Mismatch,
    /// The same license, only this version against or later.
    OnlyOrLater,
    /// Variants of one family.
    FamilyVariant,
    /// An exception is missing or not supported.
    Exception,
    /// A part ships under a license that is not declared.
    MissingPart,
    /// Something that ships is under terms that let it be used under what is declared, such as a file under
    /// `LGPL-2.1-or-later` in a program under the GPL.
    CoveredPart,
    /// A license is declared for which there is no evidence.
    ExtraPart,
    /// A placeholder such as `publicDomain` stands where the source names a license.
    Placeholder,
    /// A list is declared where the source states a choice.
    ListIsChoice,
    /// The source offers an alternative that is not declared.
    OtherAlternative,
    /// An unfree placeholder is declared, the source is free.
    UnfreeFoundFree,
}

/// Placeholders of nixpkgs' table: they name a property, not a license.
const PLACEHOLDERS: [&str; 5] =
    ["free", "unfree", "unfreeRedistributable", "unfreeRedistributableFirmware", "publicDomain"];

/// How `declared` and `conclusion` relate. `table` tells which licenses are free.
pub fn compare(declared: &Declared, conclusion: &Conclusion, table: &LicenseTable) -> Verdict {
    let concluded = match conclusion {
        Conclusion::Concluded(concluded) => concluded,
        Conclusion::Conflicting { .. } => return Verdict::Undecided("upstream contradicts itself".to_owned()),
        Conclusion::NoneFound => return Verdict::Undecided("the source states no license".to_owned()),
        Conclusion::NoAssertion(why) => return Verdict::Undecided(why.to_string()),
    };
    match declared {
        Declared::Absent => Verdict::Drifts(vec![undeclared(concluded)]),
        Declared::Resolved { statement, .. } => settle(drifts(statement, concluded, table), table),
        Declared::Branches { cases, .. } => any_case(cases, concluded, table),
        Declared::Partial { unknown, .. } => {
            Verdict::Undecided(format!("the declared license is known in part only: {}", all_unknown(unknown)))
        }
        Declared::Malformed { flaw, .. } => Verdict::Undecided(format!("the declared license is malformed: {flaw}")),
        Declared::Computed { why, .. } => {
            Verdict::Undecided(format!("the declared license could not be evaluated: {why}"))
        }
    }
}

/// The terms of a statement, operators left aside; `None` for a text that names no license that is known.
pub fn terms(statement: &Statement) -> Option<BTreeSet<Term>> {
    let of = |expr: &LicenseExpr| expr.terms().into_iter().cloned().collect::<BTreeSet<Term>>();
    match statement {
        Statement::One(member) => Some(of(&stated(member))),
        Statement::List(members) => Some(members.iter().flat_map(|member| of(&stated(member))).collect()),
        Statement::Operator { expr, .. } => Some(of(expr)),
        Statement::Text(text, expr) => expr.clone().or_else(|| crate::evidence::license_field(text)).as_ref().map(of),
    }
}

/// Statement of a member: a string, and a record that the table does not have, by the meaning of its words in a license field.
fn stated(member: &Member) -> LicenseExpr {
    let is_unlisted = |term: &&Term| term.is_reference() && !is_placeholder(term);
    let is_own = member.text || member.attr.is_none();
    let meant = member.expr.terms().iter().all(is_unlisted).then(|| crate::evidence::license_field(&member.label));
    meant.flatten().filter(|_| is_own).unwrap_or_else(|| member.expr.clone())
}

/// True for `LicenseRef-nixpkgs-unfree` and its like.
pub fn is_placeholder(term: &Term) -> bool {
    term.is_reference()
        && term.license.as_str().strip_prefix("nixpkgs-").is_some_and(|short| PLACEHOLDERS.contains(&short))
}

/// True for the public domain in nixpkgs' words, and in those of detectors; SPDX has none for it.
pub fn is_public_domain(term: &Term) -> bool {
    term.is_reference() && matches!(term.license.as_str(), "nixpkgs-publicDomain" | "public-domain")
}

fn undeclared(concluded: &Concluded) -> Drift {
    let missing = concluded.expr.terms().into_iter().cloned().collect();
    Drift { kind: DriftKind::Undeclared, missing, extra: BTreeSet::new(), part: None }
}

/// Statements of platforms must all be right; of those under an unknown condition one may be.
fn any_case(cases: &[(When, Statement)], concluded: &Concluded, table: &LicenseTable) -> Verdict {
    let is_right = |statement| matches!(settle(drifts(statement, concluded, table), table), Verdict::Agrees { .. });
    let wrong = cases.iter().find(|(when, statement)| matches!(when, When::Platforms(_)) && !is_right(statement));
    if let Some((When::Platforms(platforms), statement)) = wrong {
        return Verdict::Undecided(format!(
            "the declared license differs between platforms, and {statement} of {} is not all that the sources say; \
             scan one platform at a time",
            platforms.join(" and ")
        ));
    }
    let agreeing = cases.iter().map(|(_, statement)| settle(drifts(statement, concluded, table), table));
    agreeing.into_iter().find(|verdict| matches!(verdict, Verdict::Agrees { .. })).unwrap_or_else(|| {
        Verdict::Undecided("the declared license depends on a condition that is not known".to_owned())
    })
}

/// Agrees where every drift is one that leaves the declaration right.
fn settle(found: Result<Vec<Drift>, String>, table: &LicenseTable) -> Verdict {
    match found {
        Err(why) => Verdict::Undecided(why),
        Ok(drifts) if drifts.iter().all(|drift| is_aside(drift, table)) => Verdict::Agrees { asides: drifts },
        Ok(drifts) => Verdict::Drifts(drifts),
    }
}

/// True for a difference that leaves the declaration right.
pub fn is_aside(drift: &Drift, table: &LicenseTable) -> bool {
    match drift.kind {
        DriftKind::ListIsChoice | DriftKind::OtherAlternative | DriftKind::ExtraPart | DriftKind::CoveredPart => true,
        DriftKind::MissingPart => drift.part.as_ref().is_some_and(|part| !weighs(part, &drift.missing, table)),
        _ => false,
    }
}

/// A file or two under a license that binds only themselves are told, and are no reason to fail a job.
const FILES_THAT_MATTER: usize = 3;

/// Whether a part with its own license makes the package's declaration wrong by itself: its terms reach the whole, or
/// are not free. Permissive terms and the public domain ask for nothing that the package does not give.
fn weighs(part: &Part, missing: &BTreeSet<Term>, table: &LicenseTable) -> bool {
    let is_unfree = |term: &Term| table.is_free(term) == Some(false);
    let is_aside = part.doubt.as_ref().is_some_and(Doubt::is_aside);
    let is_some = |files: usize| part.role == Role::Shipped && files >= FILES_THAT_MATTER;
    let reaches = |term: &Term| term.is_copyleft() || term.is_reciprocal() && is_some(part.files);
    let binds = |term: &Term| is_unfree(term) || !is_aside && reaches(term);
    // Terms that are declared anyway ask for nothing new.
    let binding = |way: &BTreeSet<Term>| way.intersection(missing).any(binds);
    match alternatives(&part.expr) {
        // Of a choice the mildest side counts.
        Some(ways) => ways.iter().all(binding),
        None => true,
    }
}

fn drifts(statement: &Statement, concluded: &Concluded, table: &LicenseTable) -> Result<Vec<Drift>, String> {
    let Some(declared) = terms(statement) else {
        return Err("the declared license is a text that names no known license".to_owned());
    };
    let found: BTreeSet<Term> = concluded.expr.terms().into_iter().cloned().collect();
    let mut out = Vec::new();
    let mut open = difference(&declared, &found);
    leave_families_open(&mut open, concluded);
    leave_texts_open(&mut open, concluded);
    let are_related = pair_up(&mut open, table, &mut out);
    placeholders(&mut open, &found, table, &mut out);
    let is_found = |term: &Term| found.iter().any(|other| other.license == term.license);
    let shares = are_related || declared.iter().any(is_found) || is_of_a_folder(&declared, &open, concluded, table);
    // The license of a part of the tree has evidence, whatever the package's main license is.
    open.extra.retain(|term| {
        !concluded.parts.iter().any(|part| part.expr.terms().iter().any(|own| own.license == term.license))
    });
    if !shares && out.is_empty() && !open.missing.is_empty() {
        let kind = if found_unfree(&declared, &open.missing, table) {
            DriftKind::FreeFoundUnfree
        } else {
            DriftKind::Mismatch
        };
        out.push(Drift { kind, missing: open.missing, extra: open.extra, part: None });
        return Ok(out);
    }
    leftovers(statement, concluded, open, &mut out);
    out.extend(concluded.parts.iter().filter_map(|part| missing_part(part, &declared)));
    Ok(out)
}

/// A folder with at least a tenth of as many files as the rest has a weight of its own.
const SHARE_OF_A_FOLDER: usize = 10;

/// True where a folder that ships grants what is declared: a library and a program under one roof, of which the declaration
/// names one.
fn is_of_a_folder(declared: &BTreeSet<Term>, open: &Difference, concluded: &Concluded, table: &LicenseTable) -> bool {
    let others = concluded.basis.iter().map(|basis| basis.files).max().unwrap_or_default();
    let weighs = |part: &Part| {
        let is_some = part.files >= FILES_THAT_MATTER && part.files * SHARE_OF_A_FOLDER >= others;
        part.role == Role::Shipped && part.doubt.is_none() && is_some
    };
    let grants = |part: &Part| weighs(part) && missing_part(part, declared).is_none();
    concluded.parts.iter().any(grants) && !found_unfree(declared, &open.missing, table)
}

/// A source that says no more than "BSD" agrees with every license of that family.
fn leave_families_open(open: &mut Difference, concluded: &Concluded) {
    let (family, extra) = std::mem::take(&mut open.extra).into_iter().partition(|term| concluded.leaves_open(term));
    open.extra = extra;
    let family: BTreeSet<Term> = family;
    open.missing.retain(|vague| !family.iter().any(|term| refines(term, vague)));
}

/// "Version 2 or later" beside the text of version 3 is rightly declared as version 3 or later, which it grants, too.
fn leave_texts_open(open: &mut Difference, concluded: &Concluded) {
    let texts: Vec<&Term> = concluded.basis.iter().flat_map(|basis| basis.expr.terms()).collect();
    let is_shipped =
        |own: &Term| texts.iter().any(|text| text.license == own.license && text.suffix == Suffix::Unstated);
    let narrows = |own: &Term, found: &Term| {
        let text = own.clone().with_suffix(Suffix::Unstated);
        let is_other = own.license != found.license && own.exception == found.exception;
        is_other && own.suffix == Suffix::OrLater && text.is_text_for(found) && is_shipped(own)
    };
    let pairs: Vec<(Term, Term)> = open
        .missing
        .iter()
        .filter_map(|found| Some((found.clone(), open.extra.iter().find(|own| narrows(own, found))?.clone())))
        .collect();
    for (found, own) in pairs {
        open.missing.remove(&found);
        open.extra.remove(&own);
    }
}

/// Takes pairs of a missing and an extra term that are relatives out of `open`, and names what separates them. True
/// where there are any.
fn pair_up(open: &mut Difference, table: &LicenseTable, out: &mut Vec<Drift>) -> bool {
    let before = open.extra.len();
    for missing in open.missing.clone() {
        let relative = open.extra.iter().filter_map(|extra| Some((Kinship::of(extra, &missing)?, extra.clone()))).min();
        let Some((kinship, extra)) = relative else { continue };
        open.missing.remove(&missing);
        open.extra.remove(&extra);
        // Where the table has no name for what the source says, its closest name is as right as it can be.
        let spelled = |term: &Term| table.spell(&term.clone().into());
        if kinship == Kinship::Variant && [None, spelled(&extra)].contains(&spelled(&missing)) {
            continue;
        }
        let Some((kinship, missing)) = named(kinship, &extra, missing, table) else { continue };
        let sets = (BTreeSet::from([missing]), BTreeSet::from([extra]));
        out.push(Drift { kind: kinship.drift(), missing: sets.0, extra: sets.1, part: None });
    }
    open.extra.len() < before
}

/// Parts of the ids of exceptions that allow linking with one more library: whoever uses the package has nothing of it,
/// unlike of the exceptions for runtime libraries, classes or fonts, which bear on what is made with it. Those of rsync
/// (OpenSSL and xxHash) and stunnel (OpenSSL) are called after the program.
const LINKED_WITH: [&str; 4] = ["openssl", "rsync-linking", "stunnel", "openh323"];

/// The permission to link with one more library has no name in the table and cannot be declared: the rest is compared.
/// `None` where that is equal.
fn named(kinship: Kinship, own: &Term, found: Term, table: &LicenseTable) -> Option<(Kinship, Term)> {
    let for_library = |exception: &String| {
        let id = exception.to_ascii_lowercase();
        LINKED_WITH.iter().any(|part| id.contains(part))
    };
    let is_further = kinship == Kinship::Exception && own.exception.is_none();
    if !(is_further && found.exception.as_ref().is_some_and(for_library))
        || table.spell(&found.clone().into()).is_some()
    {
        return Some((kinship, found));
    }
    let plain = Term { exception: None, ..found };
    let is_equal = difference([own], [&plain]).missing.is_empty();
    (!is_equal).then_some((Kinship::Suffix, plain))
}

fn placeholders(open: &mut Difference, found: &BTreeSet<Term>, table: &LicenseTable, out: &mut Vec<Drift>) {
    let (placeholders, extra): (BTreeSet<Term>, BTreeSet<Term>) =
        std::mem::take(&mut open.extra).into_iter().partition(is_placeholder);
    open.extra = extra;
    if placeholders.is_empty() {
        return;
    }
    if placeholders.iter().all(is_public_domain) && found.iter().all(is_public_domain) {
        open.missing.clear();
        return;
    }
    let declared_unfree = placeholders.iter().any(|term| term.license.as_str().contains("unfree"));
    let unfree = declared_unfree && found.iter().all(|term| table.is_free(term) != Some(false));
    let kind = if unfree { DriftKind::UnfreeFoundFree } else { DriftKind::Placeholder };
    out.push(Drift { kind, missing: found.clone(), extra: placeholders, part: None });
    open.missing.clear();
}

fn found_unfree(declared: &BTreeSet<Term>, missing: &BTreeSet<Term>, table: &LicenseTable) -> bool {
    let free = |terms: &BTreeSet<Term>| terms.iter().all(|term| table.is_free(term) != Some(false));
    free(declared) && !free(missing)
}

/// Differences that no related license explains: missing parts, parts without evidence, alternatives.
fn leftovers(statement: &Statement, concluded: &Concluded, open: Difference, out: &mut Vec<Drift>) {
    let is_choice = matches!(concluded.expr, LicenseExpr::Or(_)) && !concluded.operator_unstated;
    if !open.missing.is_empty() {
        let offered = is_choice && (satisfies_choice(statement, &concluded.expr) || leaves_a_way(&open, concluded));
        let kind = if offered { DriftKind::OtherAlternative } else { DriftKind::MissingPart };
        out.push(Drift { kind, missing: open.missing, extra: BTreeSet::new(), part: None });
    } else if is_choice && matches!(statement, Statement::List(members) if members.len() > 1) {
        out.push(Drift { kind: DriftKind::ListIsChoice, missing: BTreeSet::new(), extra: BTreeSet::new(), part: None });
    }
    if !open.extra.is_empty() {
        out.push(Drift { kind: DriftKind::ExtraPart, missing: BTreeSet::new(), extra: open.extra, part: None });
    }
}

/// True where one way of the choice needs nothing that is missing: another drift says what else differs.
fn leaves_a_way(open: &Difference, concluded: &Concluded) -> bool {
    let ways = alternatives(&concluded.expr).unwrap_or_default();
    ways.iter().any(|way| way.is_disjoint(&open.missing))
}

fn satisfies_choice(statement: &Statement, found: &LicenseExpr) -> bool {
    let stated = match statement {
        Statement::One(member) => Some(member.expr.clone()),
        Statement::List(members) => LicenseExpr::all(members.iter().map(|member| member.expr.clone())),
        Statement::Operator { expr, .. } => Some(expr.clone()),
        Statement::Text(_, expr) => expr.clone(),
    };
    stated.is_some_and(|stated| covers(&stated, found))
}

/// Shipped and vendored parts count; tests, documentation and the build system do not reach the user.
fn missing_part(part: &Part, declared: &BTreeSet<Term>) -> Option<Drift> {
    if !matches!(part.role, Role::Shipped | Role::Vendored) {
        return None;
    }
    // `BSD-3-Clause OR GPL-2.0-only` is satisfied where BSD-3-Clause is declared.
    let lacking = |way: &BTreeSet<Term>| way.iter().filter(|term| !is_stated(term, declared)).cloned().collect();
    let ways = alternatives(&part.expr).unwrap_or_else(|| BTreeSet::from([terms_of(&part.expr)]));
    let missing: BTreeSet<BTreeSet<Term>> = ways.iter().map(lacking).collect();
    let is_satisfied = missing.iter().any(BTreeSet::is_empty);
    let is_covered = |term: &Term| declared.iter().any(|own| term.may_be_used_under(own));
    let has_covered_way = missing.iter().any(|way| way.iter().all(is_covered));
    (!is_satisfied).then(|| Drift {
        kind: if has_covered_way { DriftKind::CoveredPart } else { DriftKind::MissingPart },
        missing: missing.into_iter().flatten().collect(),
        extra: BTreeSet::new(),
        part: Some(part.clone()),
    })
}

/// True where a declared license is that of `term`, in whatever version suffix: which suffix is right is asked of the
/// package, not of each part.
fn is_stated(term: &Term, declared: &BTreeSet<Term>) -> bool {
    let near = |own: &Term| own.license == term.license || are_wordings(own, term) || term.is_text_for(own);
    let is_family = |own: &Term| term.is_family_alone() && refines(own, term);
    let public_domain = is_public_domain(term) && declared.iter().any(is_public_domain);
    public_domain || declared.iter().any(|own| near(own) || is_family(own))
}

fn terms_of(expr: &LicenseExpr) -> BTreeSet<Term> {
    expr.terms().into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conclusion::{Basis, Confidence};
    use crate::evidence::Witness;
    use crate::license::parse;
    use crate::text::{LineRange, Position, RelPath, Span};
    use crate::tree::Site;

    fn member(id: &str) -> Member {
        let expr = parse(id).expect("valid");
        Member { attr: None, label: id.to_owned(), expr, site: None, free: true, deprecated: false, text: false }
    }

    fn declared(ids: &[&str]) -> Declared {
        let start = Position { line: 1, column: 1 };
        let file = RelPath::new("default.nix").expect("relative");
        let site = Site { file, span: Span::new(0, 0), start, end: start };
        let statement = match ids {
            [id] => Statement::One(member(id)),
            many => Statement::List(many.iter().map(|id| member(id)).collect()),
        };
        Declared::Resolved { site, statement }
    }

    fn found(expr: &str) -> Conclusion {
        Conclusion::Concluded(Concluded {
            expr: parse(expr).expect("valid"),
            operator_unstated: false,
            confidence: Confidence::High,
            reasons: Vec::new(),
            basis: Vec::new(),
            against: Vec::new(),
            parts: Vec::new(),
        })
    }

    fn kinds(declared_ids: &[&str], concluded: &str) -> Vec<DriftKind> {
        match compare(&declared(declared_ids), &found(concluded), &LicenseTable::embedded()) {
            Verdict::Agrees { asides } => asides.into_iter().map(|drift| drift.kind).collect(),
            Verdict::Drifts(drifts) => drifts.into_iter().map(|drift| drift.kind).collect(),
            Verdict::Undecided(why) => panic!("undecided: {why}"),
        }
    }

    #[test]
    fn the_same_terms_agree_and_a_bare_text_leaves_the_suffix_open() {
        assert_eq!(kinds(&["MIT"], "MIT"), []);
        assert_eq!(kinds(&["GPL-3.0-or-later"], "GPL-3.0"), []);
        assert_eq!(kinds(&["GPL-3.0-only"], "GPL-3.0"), []);
    }

    #[test]
    fn each_difference_has_its_name() {
        assert_eq!(kinds(&["MIT"], "Apache-2.0"), [DriftKind::Mismatch]);
        assert_eq!(kinds(&["GPL-2.0-only"], "GPL-2.0-or-later"), [DriftKind::OnlyOrLater]);
        assert_eq!(kinds(&["BSD-2-Clause"], "BSD-3-Clause"), [DriftKind::FamilyVariant]);
        assert_eq!(kinds(&["ZPL-2.0"], "ZPL-2.1"), [DriftKind::FamilyVariant]);
        assert_eq!(kinds(&["APSL-2.0"], "Apache-2.0"), [DriftKind::Confusable]);
        assert_eq!(kinds(&["Apache-2.0"], "Apache-2.0 WITH LLVM-exception"), [DriftKind::Exception]);
        assert_eq!(kinds(&["MIT"], "MIT AND Zlib"), [DriftKind::MissingPart]);
        assert_eq!(kinds(&["MIT", "ISC"], "MIT"), [DriftKind::ExtraPart]);
        assert_eq!(kinds(&["MIT", "Apache-2.0"], "MIT OR Apache-2.0"), [DriftKind::ListIsChoice]);
        assert_eq!(kinds(&["MIT"], "MIT OR Apache-2.0"), [DriftKind::OtherAlternative]);
        assert_eq!(kinds(&["LicenseRef-nixpkgs-publicDomain"], "Unlicense"), [DriftKind::Placeholder]);
    }

    #[test]
    fn a_choice_with_another_suffix_is_no_missing_part() {
        let found = kinds(&["GPL-2.0-or-later"], "BSD-3-Clause OR GPL-2.0-only");
        assert_eq!(found, [DriftKind::OnlyOrLater, DriftKind::OtherAlternative]);
        assert_eq!(kinds(&["MIT"], "Zlib AND (BSD-3-Clause OR MIT)"), [DriftKind::MissingPart]);
    }

    /// A part of one file under this license at this path.
    fn with_part(path: &str, class: Witness, expr: &str) -> Verdict {
        let file = RelPath::new(path).expect("relative");
        let expr = parse(expr).expect("valid");
        let (lines, quote) = (LineRange::new(1, 1), String::new());
        let witness = Basis { file: file.clone(), lines, class, expr: expr.clone(), quote, files: 1, vague: false };
        let mut conclusion = found("MIT");
        if let Conclusion::Concluded(concluded) = &mut conclusion {
            concluded.parts.push(Part::new(file, Role::Shipped, witness));
        }
        compare(&declared(&["MIT"]), &conclusion, &LicenseTable::embedded())
    }

    #[test]
    fn what_others_contributed_or_only_a_readme_tells_of_leaves_the_declaration_right() {
        let is_right = |path, class| matches!(with_part(path, class, "GPL-3.0-only"), Verdict::Agrees { .. });
        assert!(!is_right("src/a.c", Witness::Grant));
        assert!(is_right("contrib/sms/a.c", Witness::Grant));
        assert!(is_right("src/README", Witness::Readme));
        assert!(!matches!(with_part("contrib/a.c", Witness::Grant, "CC-BY-NC-4.0"), Verdict::Agrees { .. }), "unfree");
    }

    #[test]
    fn a_permission_to_link_without_a_name_in_the_table_leaves_the_rest_to_compare() {
        let runtime = "GPL-3.0-or-later WITH GCC-exception-3.1";
        assert_eq!(kinds(&["GPL-3.0-or-later"], runtime), [DriftKind::Exception]);
        let found = "GPL-2.0-or-later WITH cryptsetup-OpenSSL-exception";
        assert_eq!(kinds(&["GPL-2.0-or-later"], found), []);
        assert_eq!(kinds(&["GPL-2.0-only"], found), [DriftKind::OnlyOrLater]);
        assert_eq!(kinds(&["GPL-3.0-or-later"], "GPL-3.0-or-later WITH rsync-linking-exception"), []);
    }

    #[test]
    fn the_closest_name_of_the_table_is_right_where_it_has_no_better_one() {
        let table = LicenseTable::embedded();
        assert_eq!(table.spell(&parse("Python-2.0.1").expect("valid")).as_deref(), Some("lib.licenses.psfl"));
        assert_eq!(kinds(&["Python-2.0"], "Python-2.0.1"), []);
        let with_more = kinds(&["Python-2.0"], "GPL-2.0-only AND Python-2.0.1");
        assert_eq!(with_more, [DriftKind::MissingPart], "they share what is declared");
    }

    fn part(path: &str, files: usize, expr: &str) -> Part {
        let (file, expr) = (RelPath::new(path).expect("relative"), parse(expr).expect("valid"));
        let witness = Basis {
            file: file.clone(),
            lines: LineRange::new(1, 1),
            class: Witness::Grant,
            expr: expr.clone(),
            quote: String::new(),
            files: 1,
            vague: false,
        };
        Part { files, ..Part::new(file, Role::Shipped, witness) }
    }

    /// `note` or `warning` for a part under these terms beside a declaration of MIT; empty where nothing is missing.
    fn weight(declared: &str, files: usize, expr: &str) -> &'static str {
        let terms = BTreeSet::from([Term::from_id(declared).expect("an id")]);
        match missing_part(&part("a/b", files, expr), &terms) {
            None => "",
            Some(drift) if is_aside(&drift, &LicenseTable::embedded()) => "note",
            Some(_) => "warning",
        }
    }

    #[test]
    fn a_part_weighs_by_what_its_terms_ask() {
        for (declared, files, expr, weighs) in [
            ("BSD-3-Clause", 9, "BSD-3-Clause OR GPL-2.0-only", ""),
            ("MIT", 9, "BSD-3-Clause OR GPL-2.0-only", "note"),
            ("MIT", 9, "Zlib", "note"),
            ("MIT", 9, "LicenseRef-public-domain", "note"),
            ("MIT", 1, "GPL-2.0-or-later", "warning"),
            ("MIT", 1, "BUSL-1.1", "warning"),
            ("MIT", 1, "LGPL-2.1-or-later", "note"),
            ("MIT", 3, "LGPL-2.1-or-later", "warning"),
            ("GPL-2.0-or-later", 3, "GPL-3.0", ""),
            ("GPL-2.0-only", 3, "GPL-1.0-or-later", ""),
            ("GPL-3.0-only", 9, "GPL-2.0-or-later", "note"),
            ("GPL-3.0-or-later", 9, "GPL-2.0-only", "warning"),
            ("GPL-2.0-or-later", 9, "GPL-3.0-or-later", "warning"),
            ("GPL-2.0-only", 9, "LGPL-2.1-only", "note"),
            ("GPL-2.0-only", 9, "LGPL-3.0-or-later", "warning"),
            ("LGPL-2.1-or-later", 9, "GPL-2.0-or-later", "warning"),
            ("AGPL-3.0-only", 9, "GPL-3.0-or-later", "note"),
            ("MIT", 9, "LGPL-2.1-or-later", "warning"),
            ("GPL-2.0-only", 3, "GPL-2.0-only AND LicenseRef-public-domain", "note"),
        ] {
            assert_eq!(weight(declared, files, expr), weighs, "{files} files under {expr} beside {declared}");
        }
    }

    #[test]
    fn what_a_folder_that_ships_grants_is_one_license_of_several() {
        let beside = |files: usize, expr: &str, main: usize| {
            let Conclusion::Concluded(mut concluded) = found("GPL-2.0-or-later") else { panic!("concluded") };
            concluded.basis = vec![Basis { files: main, ..part("daemon/a.c", 1, "GPL-2.0-or-later").witness }];
            concluded.parts = vec![part("lib", files, expr)];
            match compare(
                &declared(&["LGPL-2.1-or-later"]),
                &Conclusion::Concluded(concluded),
                &LicenseTable::embedded(),
            ) {
                Verdict::Drifts(drifts) => drifts[0].kind,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(beside(15, "LGPL-2.1-or-later", 68), DriftKind::MissingPart);
        assert_eq!(beside(2, "LGPL-2.1-or-later", 9), DriftKind::Mismatch, "two files that were copied");
        assert_eq!(beside(5, "LGPL-2.1-or-later", 68), DriftKind::Mismatch, "a small folder");
        assert_eq!(beside(15, "MIT", 68), DriftKind::Mismatch, "another license");
    }

    #[test]
    fn a_narrower_or_later_is_right_where_its_text_is_shipped() {
        let with_text = |text: &str| {
            let Conclusion::Concluded(mut concluded) = found("LGPL-2.0-or-later") else { panic!("concluded") };
            concluded.basis = vec![part("COPYING", 1, text).witness];
            compare(&declared(&["LGPL-2.1-or-later"]), &Conclusion::Concluded(concluded), &LicenseTable::embedded())
        };
        assert!(matches!(with_text("LGPL-2.1"), Verdict::Agrees { .. }));
        assert!(matches!(with_text("LGPL-2.0"), Verdict::Drifts(_)));
    }

    #[test]
    fn the_terms_of_perl_are_a_list_by_custom() {
        let perl = "Artistic-1.0-Perl OR GPL-1.0-or-later";
        assert_eq!(kinds(&["Artistic-1.0", "GPL-1.0-or-later"], perl), [DriftKind::ListIsChoice]);
        let spelled = LicenseTable::embedded().spell(&parse(perl).expect("valid"));
        assert_eq!(spelled.as_deref(), Some("with lib.licenses; [ artistic1 gpl1Plus ]"));
        let python = LicenseTable::embedded().spell(&parse("Python-2.0.1").expect("valid"));
        assert_eq!(python.as_deref(), Some("lib.licenses.psfl"));
    }

    #[test]
    fn versions_of_the_gpl_are_not_variants() {
        assert_eq!(kinds(&["GPL-2.0-only"], "GPL-3.0-only"), [DriftKind::Mismatch]);
    }

    #[test]
    fn an_absent_license_drifts_from_whatever_is_found() {
        let table = LicenseTable::embedded();
        assert!(matches!(compare(&Declared::Absent, &found("MIT"), &table), Verdict::Drifts(_)));
    }
}
